"""`jumok doctor`: 책을 쓸 수 있는 컴퓨터인지 점검합니다."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .parser import add_command

_EPILOG = """\
한 줄에 하나씩 점검하고, 화살표(→) 뒤에 할 일을 적습니다.
아무것도 설치하거나 고치지 않습니다.

끝냄 번호(exit code)
  0  고쳐야 할 것(✘)이 없습니다. 살펴볼 것(⚠)은 있을 수 있습니다.
  1  고쳐야 할 것이 있습니다.
"""


def register(commands: argparse._SubParsersAction) -> None:
    """`jumok doctor`를 더합니다."""
    style = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _EPILOG}
    doctor = add_command(
        commands, "doctor", "이 컴퓨터에서 책을 쓸 수 있는지 점검합니다", **style
    )
    doctor.add_argument("--json", action="store_true", help="글 대신 JSON을 출력합니다")
    doctor.add_argument(
        "--course",
        metavar="폴더",
        type=Path,
        help="책 폴더 (없으면 지금 폴더에서 위로 찾음)",
    )
    doctor.set_defaults(run=_doctor)


def _doctor(args: argparse.Namespace) -> int:
    from ..doctor.checklist import checklist
    from ..doctor.report import as_dict, run_checks, summary, text_line

    done = []
    for check, result in run_checks(checklist(args.course)):
        done.append((check, result))
        if not args.json:
            print(text_line(check, result, sys.stdout.encoding), flush=True)
    answer = as_dict(done)
    if args.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print(f"\n{summary(result for _, result in done)}")
    return 0 if answer["ok"] else 1
