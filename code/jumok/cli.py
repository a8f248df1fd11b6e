"""`jumok` 명령: 인자를 읽고 부를 뿐입니다. 명령은 모두 commands/의 모듈이 더합니다."""

from __future__ import annotations

import argparse
import sys

from . import __version__
from .commands import classroom, data, doctor, generate, grade, train, translate
from .commands.parser import Parser, with_help


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
    for module in (grade, data, train, translate, generate, classroom, doctor):
        module.register(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """`jumok` 명령의 시작. 끝냄 번호를 돌려줍니다."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    args = build_parser().parse_args(argv)
    from jumok_grader.notebook.course_files import BadCourse
    from jumok_grader.notebook.notebooks import BadNotebook

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


if __name__ == "__main__":
    sys.exit(main())
