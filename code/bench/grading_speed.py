"""채점의 속도: 한 장의 합성 제출물로 `jumok class`와 nbgrader를 견줍니다.

    python code/bench/grading_speed.py
    python code/bench/grading_speed.py --chapter 7 --students 40 --nbgrader 10
    python code/bench/grading_speed.py --json book/runs/grading_speed.json

인자를 주지 않으면 4장의 제출물 12개를 채점하고, 그 가운데 4개를 nbgrader와 견줍니다.
제출물은 문제 노트북에 정답이나 wrong_answers.py의 오답을 채운 것입니다. 같은 파일을 두
채점기에 줍니다. 제출물이 더 있으면 그 모두를 주목으로 한 번 더 채점합니다. 처음 띄우는
시간의 몫이 작아진 속도가 보입니다. 주목은 class grade의 기본대로 bubblewrap에 가두어
채점합니다(`--isolation none`을 주면 가두지 않습니다).

다른 일이 도는 컴퓨터에서는 벽시계가 흔들리므로, 자식까지 더한 CPU 시간과 부하(load
average)를 함께 적습니다. 메모리는 채점하는 프로세스와 그 자손 모두의 PSS를 0.5초마다
재어 가장 큰 것을 적습니다. PSS는 나누어 쓰는 쪽을 나누어 셈합니다.
"""

import argparse
import contextlib
import json
import os
import platform
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from jumok_grader.classroom.collect import collect
from jumok_grader.classroom.grade_class import grade_class
from jumok_grader.classroom.roster import read_roster
from jumok_grader.classroom.settings import read_classroom
from jumok_grader.classroom.setup import init_classroom
from jumok_grader.classroom.store import connect
from jumok_grader.notebook.course_files import Course
from jumok_grader.notebook.master import read_master
from jumok_grader.notebook.wrong_answers import read_wrong_answers
from jumok_grader.sandbox.isolation import KINDS
from jumok_grader.worker.resource_monitor import process_tree

ROOT = Path(__file__).resolve().parents[2]


def wrong_answers(course: Course, slug: str) -> dict[str, list[str]]:
    """{문제: 오답의 글들}. 정답 폴더의 wrong_answers.py에서 읽습니다."""
    found: dict[str, list[str]] = {}
    for key, _, source in read_wrong_answers(course.master(slug)):
        found.setdefault(key, []).append(source)
    return found


def notebook_of(course: Course, slug: str, seed: int, skill: float = 0.7) -> dict:
    """합성 제출물 하나: 문제마다 skill의 확률로 정답, 아니면 오답이나 빈칸입니다."""
    rng = random.Random(f"{slug}-{seed}")
    notebook = json.loads(course.exercise(slug).read_text(encoding="utf-8"))
    wrong = wrong_answers(course, slug)
    right = {
        question.id: question.answer
        for question in read_master(course.master(slug)).questions
    }
    for cell in notebook["cells"]:
        key = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            luck = rng.random()
            if luck < skill:
                cell["source"] = right[key]
            elif luck < 0.95 and key in wrong:
                cell["source"] = rng.choice(wrong[key])
    notebook["metadata"]["jumok_student"] = seed
    return notebook


def make_class(folder: Path, course: Course, slug: str, students: int) -> Path:
    """학번이 붙은 제출물 폴더와 명단을 만들고 학급 폴더를 돌려줍니다."""
    handed = folder / "제출물"
    handed.mkdir(parents=True)
    lines = ["학번,이름,이메일"]
    for number in range(students):
        student = f"2026{number:04d}"
        lines.append(f"{student},학생{number:04d},s{number}@example.ac.kr")
        text = json.dumps(notebook_of(course, slug, number), ensure_ascii=False)
        (handed / f"{student}_학생{number:04d}_{slug[:2]}.ipynb").write_text(
            text, encoding="utf-8"
        )
    (folder / "명단.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    init_classroom(folder / "학급", course, folder / "명단.csv", [slug])
    return folder / "학급"


class Weight:
    """이 프로세스의 자손들이 쓰는 메모리를 0.5초마다 재는 줄기.

    Linux가 아니면 0입니다.
    """

    def __init__(self) -> None:
        self.peak, self.over = 0, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        while not self.over.wait(0.5):
            total = 0
            for pid in process_tree(os.getpid())[1:]:
                with contextlib.suppress(OSError, AttributeError):
                    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                    total += int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))
            self.peak = max(self.peak, total)

    def close(self) -> int:
        """재기를 그만두고 가장 큰 값(MiB)을 돌려줍니다."""
        self.over.set()
        self.thread.join()
        return self.peak // 1024


def measured(work: Callable[[], int]) -> dict:
    """일을 하고 {개수, 벽시계 초, CPU 초, 1분에 몇 개, 부하, 메모리}를 돌려줍니다."""
    load, weight = load_now(), Weight()
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    own = time.process_time()
    count = work()
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (
        after.ru_utime
        + after.ru_stime
        - before.ru_utime
        - before.ru_stime
        + time.process_time()
        - own
    )
    return {
        "count": count,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "per_minute": round(60 * count / seconds, 2),
        "cpu_each": round(cpu / max(count, 1), 2),
        "load": [load, load_now()],
        "memory_mib": weight.close(),
    }


def load_now() -> float:
    """지난 1분의 부하. 코어의 수보다 크면 다른 일과 나누어 쓰고 있습니다."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0


def ours(room_folder: Path, handed: Path, jobs: int, isolation: str) -> dict:
    """`jumok class grade --jobs`의 속도. 기록은 매번 새것입니다."""
    for old in room_folder.glob("grades.db*"):
        old.unlink()
    classroom = read_classroom(room_folder)
    engine = connect(classroom.database, classroom.folder)
    collect(classroom, engine, read_roster(classroom.folder / "roster.csv"), handed)
    done = []

    def work() -> int:
        done.append(
            grade_class(classroom, engine, jobs=jobs, quiet=True, isolation=isolation)
        )
        return sum(done[0].counts.values())

    found = measured(work)
    engine.dispose()
    return found | {"worker_mib": done[0].peak_bytes >> 20}


def nbgrader(folder: Path, course: Course, slug: str, handed: list[Path]) -> dict:
    """같은 제출물을 `nbgrader autograde`로 채점하는 속도.

    과제를 만드는 시간은 넣지 않습니다.
    """
    book = folder / "nbgrader"
    shutil.copytree(course.master(slug).parent, book / "solutions" / slug)
    shutil.copytree(course.exercise(slug).parent, book / "exercises" / slug)
    shutil.copy(course.root / "nbgrader_config.py", book)
    (book / "_config.yml").write_text("title: 책\n", encoding="utf-8")
    _nbgrader(book, "generate_assignment", slug, "--force")
    for path in handed:
        place = book / "submitted" / path.name.split("_")[0] / slug / f"{slug}.ipynb"
        place.parent.mkdir(parents=True)
        shutil.copy(path, place)

    def work() -> int:
        _nbgrader(book, "autograde", slug)
        return len(list((book / "autograded").glob(f"*/{slug}/{slug}.ipynb")))

    return measured(work)


def _nbgrader(book: Path, *args: str) -> None:
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    env = os.environ | {
        "PATH": path,
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    command = [sys.executable, "-m", "nbgrader", *args]
    done = subprocess.run(command, cwd=book, env=env, capture_output=True, text=True)
    if done.returncode:  # 몇 개가 실패해도 나머지는 채점합니다.
        print(done.stderr[-2000:], file=sys.stderr)


def main() -> None:
    """인자를 읽고, 재고, 표를 냅니다."""
    args = arguments()
    course = Course(ROOT)
    slug = course.slug_of(args.chapter)
    with tempfile.TemporaryDirectory(prefix="jumok-speed-") as name:
        folder = Path(name)
        classroom = make_class(folder, course, slug, args.students)
        handed = sorted((folder / "제출물").iterdir())
        same = folder / "견줄 것"
        same.mkdir()
        for path in handed[: args.nbgrader or None]:
            shutil.copy(path, same)
        runs = {
            f"주목 --jobs {jobs}": ours(classroom, same, jobs, args.isolation)
            for jobs in (1, 2)
        }
        if args.nbgrader:
            runs["nbgrader autograde"] = nbgrader(
                folder, course, slug, sorted(same.iterdir())
            )
        if 0 < args.nbgrader < args.students:
            for jobs in (1, 2):
                runs[f"주목 --jobs {jobs}, 더 많이"] = ours(
                    classroom, folder / "제출물", jobs, args.isolation
                )
    record = {
        "chapter": slug,
        "isolation": args.isolation,
        "machine": machine(),
        "runs": runs,
    }
    print(f"{slug}, {record['machine']}, 격리 {args.isolation}\n")
    print(
        "| | 제출물 | 초 | 1분에 | 하나에 CPU 초 | 메모리 MiB | 부하 |\n"
        "|---|--:|--:|--:|--:|--:|--:|"
    )
    for title, run in runs.items():
        numbers = [
            run[key]
            for key in ("count", "seconds", "per_minute", "cpu_each", "memory_mib")
        ]
        load = "→".join(map(str, run["load"]))
        print(f"| {title} | {' | '.join(map(str, numbers))} | {load} |")
    if args.json:
        args.json.write_text(
            json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def machine() -> str:
    """재는 컴퓨터의 한 줄 설명."""
    return (
        f"{platform.machine()}, 코어 {os.cpu_count()}개, Python "
        f"{platform.python_version()}"
    )


def arguments() -> argparse.Namespace:
    """명령줄 인자."""
    parser = argparse.ArgumentParser(description="채점의 속도를 잽니다.")
    parser.add_argument("--chapter", default="04", help="장 (04)")
    parser.add_argument("--students", type=int, default=12, help="제출물의 수 (12)")
    parser.add_argument(
        "--nbgrader",
        type=int,
        default=4,
        help="nbgrader로 채점할 수. 0이면 재지 않습니다 (4)",
    )
    parser.add_argument(
        "--isolation", choices=KINDS, default="bwrap", help="주목의 격리 (bwrap)"
    )
    parser.add_argument("--json", type=Path, help="기록을 쓸 파일")
    return parser.parse_args()


if __name__ == "__main__":
    main()
