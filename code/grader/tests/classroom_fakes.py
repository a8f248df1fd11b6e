"""학급 시험이 함께 쓰는 것: 작은 학급, 빠른 가짜 채점기, 끝까지 채점하는 스크립트."""

import base64
import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from samples import changed, sample_course, sample_master

from jumok_grader.classroom.roster import read_roster
from jumok_grader.classroom.settings import Classroom, read_classroom
from jumok_grader.classroom.setup import init_classroom
from jumok_grader.classroom.store import connect
from jumok_grader.notebook.course_files import Course
from jumok_grader.sandbox.isolation import why_not

# 가둘 수 없는 컴퓨터에서는 격리 없이 시험합니다. 격리가 꼭 있어야 하는 곳은
# test_isolation이 봅니다.
KIND = "none" if why_not() else "bwrap"
NEED = "JUMOK_REQUIRE_POSTGRES"
PEOPLE = [
    ("20260001", "홍길동"),
    ("20260002", "김영희"),
    ("20260003", "이철수"),
    ("20260004", "박민수"),
]
TESTS = Path(__file__).resolve().parent
DUE = "2026-03-16T23:59"
GRADE = """
import sys
from pathlib import Path
from jumok_grader.classroom.grade_class import grade_class
from jumok_grader.classroom.settings import read_classroom
from jumok_grader.classroom.store import connect
classroom = read_classroom(Path(sys.argv[1]))
engine = connect(classroom.database, classroom.folder)
done = grade_class(classroom, engine, jobs=2, quiet=True, work=sys.argv[2])
print(sum(done.counts.values()))
"""


def need(*modules: str) -> object:
    """학급 기능의 꾸러미가 없으면 건너뜁니다.

    .ci/run처럼 꼭 있어야 하는 곳에서는 실패입니다.
    """
    for name in modules:
        try:
            found = importlib.import_module(name)
        except ImportError:
            told = f"{name}이(가) 없습니다 (pip install './code/grader[class]')"
            (pytest.fail if os.environ.get(NEED) else pytest.skip)(told)
    return found


def make_classroom(root: Path, people=PEOPLE, due: str | None = DUE, **options) -> Path:
    """작은 책과 학급을 만들고 학급 폴더를 돌려줍니다."""
    course = Course(sample_course(root / "책"))
    lines = [
        "학번,이름,이메일",
        *(f"{who},{name},{who}@example.ac.kr" for who, name in people),
    ]
    (root / "명단.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    init_classroom(
        root / "학급",
        course,
        root / "명단.csv",
        ["4"],
        {"4": due} if due else {},
        **options,
    )
    return root / "학급"


def opened(folder: Path, database: str | None = None) -> tuple:
    classroom: Classroom = read_classroom(folder, database)
    return (
        classroom,
        connect(classroom.database, classroom.folder),
        read_roster(classroom.folder / "roster.csv"),
    )


def notebook(mark: object = 0, **sources: str) -> bytes:
    """정답을 채운(또는 sources로 바꾼) 제출물. mark가 다르면 내용의 해시가 다릅니다."""
    made = changed(sample_master(), **sources)
    made["metadata"]["mark"] = str(mark)
    return json.dumps(made, ensure_ascii=False).encode()


def hand_in(folder: Path, **files: bytes) -> Path:
    """{학번: 내용}을 plain한 이름의 파일로 씁니다."""
    folder.mkdir(parents=True, exist_ok=True)
    for who, data in files.items():
        (folder / f"{who.lstrip('s')}_04.ipynb").write_bytes(data)
    return folder


def fast(task: dict) -> dict:
    """가짜 채점기: 부를 때마다 기록에 한 줄을 적고, 제출물의 mark로 점수를 정합니다."""
    made = json.loads(base64.b64decode(task["notebook"]))
    with open(os.environ["FAKE_LOG"], "a", encoding="utf-8") as log:
        log.write(made["metadata"]["mark"] + "\n")
    points = int(made["metadata"]["mark"]) % 4
    item = {"title": "문제", "max_points": 3, "status": "passed", "points": points}
    ids = [f"ex04-{n}" for n in (1, 2, 3, 4)]
    wanted = task["questions"] or ids
    return {
        "state": "done",
        "seconds": 0,
        "questions": [item | {"id": key} for key in ids if key in wanted],
    }


def troubled(task: dict) -> dict:
    """가짜 채점기: mark가 말하는 대로 죽거나, 멈추거나, 오류를 냅니다."""
    mark = json.loads(base64.b64decode(task["notebook"]))["metadata"]["mark"]
    if mark == "dies":
        os._exit(1)
    if mark == "hangs":
        time.sleep(600)
    if mark == "raises":
        raise ValueError("망가짐")
    ids = [f"ex04-{n}" for n in (1, 2, 3, 4)]
    item = {"title": "문제", "max_points": 3, "status": "passed", "points": 3}
    return {
        "state": "done",
        "seconds": 0,
        "questions": [item | {"id": key} for key in ids],
    }


def start_grading(
    folder: Path, log: Path, work: str = "classroom_fakes:fast"
) -> subprocess.Popen:
    """따로 된 프로세스에서 끝까지 채점하기를 시작합니다."""
    env = os.environ | {"FAKE_LOG": str(log), "PYTHONPATH": str(TESTS)}
    return subprocess.Popen(
        [sys.executable, "-c", GRADE, str(folder), work],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )


def rows(engine, table) -> list:
    """표의 모든 줄. 가짜 채점기도 이 파일을 불러오므로 sqlalchemy는 쓸 때 부릅니다."""
    import sqlalchemy as sa

    with engine.connect() as connection:
        return connection.execute(sa.select(table)).mappings().all()


def dask_cluster(workers: int) -> object:
    """일꾼 프로세스 workers개인 Dask의 무리. 상황판의 통로는 비어 있는 것을 씁니다.

    정해 두면(8787) 나란히 도는 시험 둘이 같은 통로를 두고 다툽니다.
    """
    distributed = need("dask", "distributed")
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
    )
