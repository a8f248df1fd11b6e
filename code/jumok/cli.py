"""`jumok` 명령: 인자를 읽고 부를 뿐입니다. `grade`와 `progress` 말고는 commands/의 모듈이 더합니다."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .commands import classroom, data, doctor, generate, train, translate
from .commands.parser import Parser, add_command, with_help
from .files import write_atomically

if TYPE_CHECKING:
    from .course.course_files import Course

_EPILOG = """\
끝냄 번호(exit code)
  0  채점을 마쳤습니다. 점수가 모자라도 0입니다.
  2  채점할 수 없는 입력입니다. 아무 파일도 쓰거나 고치지 않습니다.
"""


def build_parser() -> argparse.ArgumentParser:
    """명령줄 parser를 만듭니다."""
    about = "주목: 어텐션 교과서의 문제를 채점하고, 자료를 받고, 모델을 학습합니다."
    parser = with_help(Parser(prog="jumok", description=about, add_help=False))
    parser.add_argument(
        "--version",
        action="version",
        version=f"jumok {__version__}",
        help="판 번호를 보여 줍니다",
    )
    commands = parser.add_subparsers(dest="command", metavar="명령", required=True)
    grade = add_command(
        commands, "grade", "문제 노트북을 채점합니다", epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    grade.add_argument(
        "target", metavar="장|경로", help="장 번호(4, 04) 또는 노트북이나 폴더의 경로"
    )
    grade.add_argument(
        "path", metavar="경로", nargs="?", help="그 장으로 채점할 노트북이나 폴더"
    )
    grade.add_argument("--json", action="store_true", help="표 대신 JSON을 출력합니다")
    progress = add_command(commands, "progress", "모든 장의 진도를 봅니다")
    told = "모든 장의 성적을 모을 JSON (웹 책의 지도가 불러옵니다)"
    progress.add_argument("--export", metavar="파일", type=Path, help=told)
    for command, run in ((grade, _grade), (progress, _progress)):
        command.add_argument(
            "--course",
            metavar="폴더",
            type=Path,
            help="책 폴더 (없으면 지금 폴더에서 위로 찾음)",
        )
        command.add_argument(
            "--output",
            metavar="폴더",
            type=Path,
            help="결과를 쓸 폴더 (없으면 grades/)",
        )
        command.set_defaults(run=run)
    for module in (data, train, translate, generate, classroom, doctor):
        module.register(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """`jumok` 명령의 시작. 끝냄 번호를 돌려줍니다."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    args = build_parser().parse_args(argv)
    from .course.course_files import BadCourse
    from .course.notebooks import BadNotebook

    try:
        return args.run(args)
    except (BadNotebook, BadCourse) as error:
        print(f"jumok: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"jumok: 파일을 쓰거나 읽지 못했습니다: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\njumok: 멈추었습니다.", file=sys.stderr)
        return 130


def _grade(args: argparse.Namespace) -> int:
    from .course.course_files import find_course, find_notebook, looks_like_path
    from .course.grading import grade_notebook
    from .course.report import html_report, text_table

    course = (
        find_course(args.course)
        if args.course
        else _course_around(args.path or args.target)
    )
    alone = args.path is None and looks_like_path(args.target)
    slug = None if alone else course.slug_of(args.target)
    place = (
        Path(args.target)
        if alone
        else Path(args.path)
        if args.path
        else course.exercise(slug)
    )
    path, slug = find_notebook(place, course, slug)
    result = grade_notebook(path, course.master(slug))
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    stored = result.to_dict() | {"format": 1, "jumok": __version__, "graded_at": now}
    output = args.output or course.root / "grades"
    text = json.dumps(stored, ensure_ascii=False, indent=1) + "\n"
    write_atomically(output / f"{slug}.json", text)
    write_atomically(output / f"{slug}.html", html_report(stored, output))
    columns = min(shutil.get_terminal_size((100, 24)).columns, 120)
    print(
        text
        if args.json
        else f"{text_table(result, columns)}\n보고서: {output / f'{slug}.html'}"
    )
    return 0


def _course_around(target: str) -> Course:
    """지금 폴더에서, 없으면 노트북이 있는 폴더에서 위로 올라가며 책 폴더를 찾습니다."""
    from .course.course_files import BadCourse, find_course, looks_like_path

    try:
        return find_course(Path.cwd())
    except BadCourse:
        if not looks_like_path(target):
            raise
    return find_course(Path(target))


def _progress(args: argparse.Namespace) -> int:
    from .course.course_files import find_course
    from .course.progress import exported, html_progress, progress_rows, text_progress

    course = find_course(args.course or Path.cwd())
    output = args.output or course.root / "grades"
    rows = progress_rows(course, output)
    write_atomically(output / "progress.html", html_progress(rows, output))
    print(text_progress(rows, min(shutil.get_terminal_size((100, 24)).columns, 120)))
    print(f"보고서: {output / 'progress.html'}")
    if args.export:
        text = json.dumps(exported(course, output), ensure_ascii=False, indent=1) + "\n"
        write_atomically(args.export, text)
        print(f"내보낸 파일: {args.export}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
