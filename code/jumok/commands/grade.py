"""`jumok grade`와 `jumok progress`: 문제 노트북을 채점하고, 모든 장의 진도를 봅니다."""

from __future__ import annotations

import argparse
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from .parser import add_command

if TYPE_CHECKING:
    from jumok_grader.notebook.course_files import Course

_EPILOG = """\
끝냄 번호(exit code)
  0  채점을 마쳤습니다. 점수가 모자라도 0입니다.
  2  채점할 수 없는 입력입니다. 아무 파일도 쓰거나 고치지 않습니다.
"""


def register(commands: argparse._SubParsersAction) -> None:
    """`jumok grade`와 `jumok progress`를 더합니다."""
    style = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    grade = add_command(
        commands, "grade", "문제 노트북을 채점합니다", epilog=_EPILOG, **style
    )
    told = "장 번호(4, 04) 또는 노트북이나 폴더의 경로"
    grade.add_argument("target", metavar="장|경로", help=told)
    told = "그 장으로 채점할 노트북이나 폴더"
    grade.add_argument("path", metavar="경로", nargs="?", help=told)
    grade.add_argument("--json", action="store_true", help="표 대신 JSON을 출력합니다")
    progress = add_command(commands, "progress", "모든 장의 진도를 봅니다")
    told = "모든 장의 성적을 모을 JSON (웹 책의 지도가 불러옵니다)"
    progress.add_argument("--export", metavar="파일", type=Path, help=told)
    for command, run in ((grade, _grade), (progress, _progress)):
        told = "책 폴더 (없으면 지금 폴더에서 위로 찾음)"
        command.add_argument("--course", metavar="폴더", type=Path, help=told)
        told = "결과를 쓸 폴더 (없으면 grades/)"
        command.add_argument("--output", metavar="폴더", type=Path, help=told)
        command.set_defaults(run=run)


def _grade(args: argparse.Namespace) -> int:
    from jumok_grader.files import write_atomically
    from jumok_grader.grading import grade_notebook
    from jumok_grader.report import html_report, text_table

    course, slug, path = _find(args)
    result = grade_notebook(path, course.master(slug))
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    stored = result.to_dict() | {"format": 1, "jumok": __version__, "graded_at": now}
    output = args.output or course.root / "grades"
    text = json.dumps(stored, ensure_ascii=False, indent=1) + "\n"
    page = output / f"{slug}.html"
    write_atomically(output / f"{slug}.json", text)
    write_atomically(page, html_report(stored, output))
    print(text if args.json else f"{text_table(result, _columns())}\n보고서: {page}")
    return 0


def _find(args: argparse.Namespace) -> tuple[Course, str, Path]:
    """(책 폴더, 장의 이름, 채점할 노트북)을 정합니다."""
    from jumok_grader.notebook.course_files import (
        find_course,
        find_notebook,
        looks_like_path,
    )

    if args.course:
        course = find_course(args.course)
    else:
        course = _course_around(args.path or args.target)
    # 경로 하나만 주었으면 장은 노트북에서 알아냅니다.
    alone = args.path is None and looks_like_path(args.target)
    slug = None if alone else course.slug_of(args.target)
    if alone:
        place = Path(args.target)
    elif args.path:
        place = Path(args.path)
    else:
        place = course.exercise(slug)
    path, slug = find_notebook(place, course, slug)
    return course, slug, path


def _course_around(target: str) -> Course:
    """지금 폴더에서, 없으면 노트북이 있는 폴더에서 위로 올라가며 책 폴더를 찾습니다."""
    from jumok_grader.notebook.course_files import (
        BadCourse,
        find_course,
        looks_like_path,
    )

    try:
        return find_course(Path.cwd())
    except BadCourse:
        if not looks_like_path(target):
            raise
    return find_course(Path(target))


def _progress(args: argparse.Namespace) -> int:
    from jumok_grader import progress
    from jumok_grader.files import write_atomically
    from jumok_grader.notebook.course_files import find_course

    course = find_course(args.course or Path.cwd())
    output = args.output or course.root / "grades"
    rows = progress.progress_rows(course, output)
    page = output / "progress.html"
    write_atomically(page, progress.html_progress(rows, output))
    print(progress.text_progress(rows, _columns()))
    print(f"보고서: {page}")
    if args.export:
        grades = progress.exported(course, output)
        text = json.dumps(grades, ensure_ascii=False, indent=1) + "\n"
        write_atomically(args.export, text)
        print(f"내보낸 파일: {args.export}")
    return 0


def _columns() -> int:
    """표를 그릴 너비: 터미널의 것이고 120을 넘지 않습니다."""
    return min(shutil.get_terminal_size((100, 24)).columns, 120)
