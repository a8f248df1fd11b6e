"""학급 채점의 격리: 나쁜 제출물은 줄 하나로 끝납니다.

가둘 수 없으면 멈추고, 죽어도 일꾼을 남기지 않습니다.
"""

import json
import os
import socket
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from classroom_fakes import (
    TESTS,
    dask_cluster,
    hand_in,
    make_classroom,
    need,
    notebook,
    opened,
    rows,
)

from jumok.cli import main
from jumok_grader.classroom import grade_task, secret
from jumok_grader.classroom.collect import collect
from jumok_grader.classroom.export import export
from jumok_grader.classroom.grade_class import grade_class
from jumok_grader.classroom.gradebook import scores
from jumok_grader.classroom.reasons import BadClass
from jumok_grader.classroom.store import jobs, results
from jumok_grader.classroom.versions import read_exercises
from jumok_grader.lesson import GRADER
from jumok_grader.sandbox import isolation as rules
from jumok_grader.sandbox.isolation import IsolationError, why_not
from jumok_grader.worker.fork_client import ForkServerError
from jumok_grader.worker.resource_monitor import process_tree
from jumok_grader.worker.session import WorkerMissing

needs_bwrap = pytest.mark.skipif(
    bool(why_not()), reason=f"격리를 쓸 수 없습니다: {why_not().splitlines()[:1]}"
)
GOOD = "e = np.exp(x - x.max(-1, keepdims=True)); return e / e.sum(-1, keepdims=True)"
LOOK = """
import os, socket
for place in ({places}):
    try:
        seen = open(place, "rb").read() if os.path.isfile(place) else os.listdir(place)
        print("샘", seen[:4000])
    except OSError:
        pass
    try:
        open(place, "ab").write(b"x")
        print("썼음", place)
    except OSError:
        pass
for name in os.environ:
    print(os.environ[name])
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=1)
    print("열림")
except OSError:
    pass
def my_softmax(x):
    {good}
"""
GRADE = """
import sys
from pathlib import Path
from jumok_grader.classroom.grade_class import grade_class
from jumok_grader.classroom.settings import read_classroom
from jumok_grader.classroom.store import connect
classroom = read_classroom(Path(sys.argv[1]))
grade_class(classroom, connect(classroom.database, classroom.folder), quiet=True)
"""


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.delenv("JUMOK_DATABASE", raising=False)


@pytest.fixture
def classroom(tmp_path):
    made = opened(make_classroom(tmp_path, due=None))
    yield made
    made[1].dispose()


# ── 나쁜 제출물 ───────────────────────────────────────────────────────────────


@needs_bwrap
def test_hostile_submission_ends_in_a_row_and_reaches_nothing(
    classroom, tmp_path, monkeypatch
):
    folder, token = classroom[0].folder, "bimil-1f0e"
    monkeypatch.setenv("DATABASE_URL", f"postgresql://teacher:{token}@db/grades")
    (folder / "private").mkdir()
    (folder / "private" / "04_sample.ipynb").write_bytes(
        classroom[0].master("04_sample").read_bytes()
    )
    places = [
        folder,
        folder / "grades.db",
        folder / "secret.key",
        folder / "submissions",
        folder / "private" / "04_sample.ipynb",
        classroom[0].course.root / "solutions",
    ]
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    spy = LOOK.format(
        places=", ".join(repr(str(p)) for p in places),
        port=server.getsockname()[1],
        good=GOOD,
    )
    spin = "while True: pass"
    handed = hand_in(
        tmp_path / "폴더",
        s20260001=notebook(1, ex04_1=spy),
        s20260002=notebook(2, ex04_1=spin),
        s20260003=notebook(token),
    )
    collect(*classroom, handed)
    before = {
        path: path.read_bytes()
        for path in places
        if path.is_file() and path.suffix != ".db"
    }
    done = grade_class(classroom[0], classroom[1], quiet=True)
    assert done.counts == {"": 3} and 0 < done.peak_bytes < 2**30
    mine = {
        score.student.id: score
        for score in scores(*classroom, read_exercises(classroom[0]))
    }
    assert [mine[f"2026000{n}"].raw for n in (1, 2, 3)] == [6, 3, 6]
    said = json.dumps(
        [dict(row) for row in rows(classroom[1], results)], ensure_ascii=False
    )
    for word in ("샘", "썼음", "열림", token, secret.read_secret(folder).hex()):
        assert word not in said, word
    assert before == {path: path.read_bytes() for path in before}
    with pytest.raises(BlockingIOError):
        server.accept()
    server.close()


@needs_bwrap
def test_killed_grader_leaves_no_process(classroom, tmp_path):
    """kill -9 하면 돕는 프로세스도, 포크 서버도, 일꾼과 그 자식도 곧 없어집니다."""
    spin = "import os\nos.fork(); os.fork()\nwhile True: pass"
    collect(*classroom, hand_in(tmp_path / "폴더", s20260001=notebook(1, ex04_1=spin)))
    command = [sys.executable, "-c", GRADE, str(classroom[0].folder)]
    grader = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})
    pids: list[int] = []
    until = time.monotonic() + 240
    # 돕는 프로세스, 포크 서버, 이름공간의 셋(bwrap 둘, 지키는 것), 일꾼과 자식 셋
    while len(pids) < 9 and time.monotonic() < until and grader.poll() is None:
        time.sleep(0.1)
        pids = process_tree(grader.pid)
    assert len(pids) >= 9
    grader.kill()
    grader.wait()
    until = time.monotonic() + 20
    while any(alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [pid for pid in pids if alive(pid)]
    assert not rows(classroom[1], results)


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


# ── 가둘 수 없는 컴퓨터 ───────────────────────────────────────────────────────


def test_command_refuses_and_writes_nothing_without_isolation(
    classroom, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(
        rules, "why_not", lambda: f"bubblewrap(bwrap)이 없습니다.\n{rules._INSTALL}"
    )
    collect(*classroom, hand_in(tmp_path / "폴더", s20260001=notebook(1)))
    assert main(["class", "grade", str(classroom[0].folder)]) == 2
    said = capsys.readouterr()
    assert (
        "apt-get install bubblewrap" in said.err
        and "--isolation none" in said.err
        and not said.out
    )
    assert not rows(classroom[1], jobs) and not rows(classroom[1], results)


def test_helper_refuses_and_the_run_stops(classroom, tmp_path, monkeypatch):
    """돕는 프로세스(여러 컴퓨터이면 그 컴퓨터)가 스스로 확인합니다.

    일은 그대로 남습니다.
    """
    monkeypatch.setenv("PATH", "/nowhere")  # bwrap을 찾지 못합니다.
    collect(*classroom, hand_in(tmp_path / "폴더", s20260001=notebook(1)))
    for _ in range(2):
        with pytest.raises(BadClass, match="--isolation none"):
            grade_class(classroom[0], classroom[1], quiet=True)
    assert not rows(classroom[1], results)
    assert [(row["state"], row["attempts"]) for row in rows(classroom[1], jobs)] == [
        ("waiting", 0)
    ]


def test_dask_worker_checks_its_own_machine(classroom, tmp_path, monkeypatch):
    need("dask", "distributed")
    monkeypatch.setenv("PATH", "/nowhere")
    collect(*classroom, hand_in(tmp_path / "폴더", s20260001=notebook(1)))
    with (
        dask_cluster(1) as cluster,
        pytest.raises(BadClass, match="--isolation none"),
    ):
        grade_class(
            classroom[0], classroom[1], scheduler=cluster.scheduler_address, quiet=True
        )
    assert not rows(classroom[1], results)


def test_isolation_none_works_and_warns_every_time(classroom, tmp_path, capsys):
    collect(*classroom, hand_in(tmp_path / "폴더", s20260001=notebook(1)))
    for _ in range(2):
        assert (
            main(
                [
                    "class",
                    "grade",
                    str(classroom[0].folder),
                    "--isolation",
                    "none",
                    "--again",
                ]
            )
            == 0
        )
        said = capsys.readouterr()
        assert "격리 없이 채점합니다" in said.err and "격리: bubblewrap" not in said.out
    assert scores(*classroom, read_exercises(classroom[0]))[0].raw == 6


def test_unknown_isolation_is_said_in_words(classroom, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["class", "grade", str(classroom[0].folder), "--isolation", "docker"])
    assert (
        stopped.value.code == 2 and "고를 수 없는 값입니다" in capsys.readouterr().err
    )
    task = grade_task.task_of(
        "0", "04_sample", notebook(), notebook(), None, 60, isolation="docker"
    )
    assert (
        grade_task.grade_task(task)["state"]
        == grade_task.prepare("docker")["state"]
        == "stop"
    )


@pytest.mark.parametrize(
    "error", [ForkServerError("이름공간이 없음"), WorkerMissing("일꾼이 없음")]
)
def test_machine_without_workers_stops_the_run(monkeypatch, error):
    def fail(*args, **options):
        raise error

    monkeypatch.setattr("jumok_grader.submission.grade_submission", fail)
    monkeypatch.setattr("jumok_grader.worker.session.Session.run", fail)
    task = grade_task.task_of(
        "0", "04_sample", notebook(), notebook(), None, 60, isolation="none"
    )
    assert grade_task.grade_task(task) == {"state": "stop", "message": str(error)}
    monkeypatch.setattr("jumok_grader.worker.session.Session.run", lambda *a, **k: None)
    # 컴퓨터는 멀쩡한데 이 제출물에서만 뜨지 않습니다.
    outcome = grade_task.grade_task(task)
    assert (outcome["state"], outcome["reason"]) == ("refused", "grader_error")


def test_full_disk_stops_the_run(monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(
        "jumok_grader.classroom.grade_task.tempfile.TemporaryDirectory", full
    )
    task = grade_task.task_of(
        "0", "04_sample", notebook(), notebook(), None, 60, isolation="none"
    )
    assert grade_task.grade_task(task)["state"] == "stop"


@needs_bwrap
def test_class_folder_that_would_be_seen_is_refused(classroom):
    inside = GRADER / "학급"
    task = grade_task.task_of(
        "0", "04_sample", notebook(), notebook(), None, 60, hidden=(inside,)
    )
    outcome = grade_task.grade_task(task)
    assert outcome["state"] == "stop" and "겹칩니다" in outcome["message"]
    with pytest.raises(IsolationError):
        rules.class_isolation(hidden=(inside,))


# ── 학급의 비밀 ───────────────────────────────────────────────────────────────


def test_secret_is_private_kept_and_made_for_old_classes(classroom):
    path = classroom[0].folder / secret.FILE
    first = secret.read_secret(classroom[0].folder)
    assert len(first) == 32 and secret.read_secret(classroom[0].folder) == first
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    assert (
        secret.read_secret(classroom[0].folder) != first
        and len(list(path.parent.glob(".secret*"))) == 0
    )
    for text in ("", "ab", "글"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadClass, match="지우면 새로 만듭니다"):
            secret.read_secret(classroom[0].folder)


def test_secret_without_links_and_with_a_race(classroom, monkeypatch):
    path = classroom[0].folder / secret.FILE
    kept = secret.read_secret(classroom[0].folder)
    secret._make(path)  # 남이 먼저 만든 것이 남습니다.
    assert secret.read_secret(classroom[0].folder) == kept
    path.unlink()

    def refuse(*args):
        raise OSError("링크가 없음")

    monkeypatch.setattr(secret.os, "link", refuse)
    assert (
        secret.read_secret(classroom[0].folder)
        == secret.read_secret(classroom[0].folder)
        != kept
    )


def test_everything_of_the_class_is_hidden(classroom, tmp_path):
    folder = classroom[0].folder
    other = f"sqlite:///{tmp_path}/x.db"
    remote = "postgresql://db/x"
    assert opened(folder, other)[0].secrets()[-1] == tmp_path / "x.db"
    assert classroom[0].secrets() == (
        folder,
        classroom[0].course.root / "solutions",
        folder / "grades.db",
    )
    assert (
        replace(classroom[0], database=remote).secrets() == classroom[0].secrets()[:2]
    )


def test_every_submission_and_chapter_has_its_own_seed(classroom):
    key = secret.read_secret(classroom[0].folder)
    seeds = {
        secret.seed_of(key, sha, chapter)
        for sha in ("a", "b")
        for chapter in ("04", "05")
    }
    assert len(seeds) == 4 and secret.seed_of(bytes(32), "a", "04") not in seeds
    assert secret.seed_of(key, "a", "04") in seeds


def test_secret_and_seed_are_never_published(classroom, tmp_path, monkeypatch):
    collect(*classroom, hand_in(tmp_path / "폴더", s20260001=notebook(1)))
    seen = []
    real = grade_task.task_of

    def keep(*args, **options):
        seen.append(real(*args, **options))
        return seen[-1]

    monkeypatch.setattr("jumok_grader.classroom.grade_class.task_of", keep)
    grade_class(classroom[0], classroom[1], quiet=True, isolation="none")
    key = secret.read_secret(classroom[0].folder).hex()
    (task,) = seen
    assert task["isolation"] == "none" and key not in json.dumps(task)
    outcome = grade_task.grade_task(task)
    assert "seed" not in json.dumps(outcome) and str(task["seed"]) not in json.dumps(
        outcome
    )
    export(
        classroom[0],
        classroom[1],
        scores(*classroom, read_exercises(classroom[0])),
        tmp_path / "out",
    )
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    files += list(classroom[0].folder.glob("grades.db*"))
    assert len(files) > 4
    for path in files:
        data = path.read_bytes()
        assert key.encode() not in data and str(task["seed"]).encode() not in data, path
