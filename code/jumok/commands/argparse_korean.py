"""argparse의 말을 한국어로: 메시지의 목록과, 그것을 잠깐 끼워 넣는 법.

argparse는 모든 메시지를 `_`와 `ngettext`라는 두 함수에 물어 씁니다.
그 답을 바꾸면 값이 들어갈 자리는 그대로이므로, 사용자가 적은 글은 건드리지 않습니다.
목록에 없는 메시지는 영어로 남습니다.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from contextlib import contextmanager

MESSAGES = {
    # 도움말
    "usage: ": "쓰는 법: ",
    "positional arguments": "인자",
    "options": "선택",
    "subcommands": "가지",
    "show this help message and exit": "이 도움말을 보여 주고 끝냅니다",
    "show program's version number and exit": "판 번호를 보여 주고 끝냅니다",
    # 명령줄의 잘못
    "argument %(argument_name)s: %(message)s": "인자 %(argument_name)s: %(message)s",
    "expected one argument": "값이 하나 필요합니다",
    "expected at most one argument": "값은 하나까지입니다",
    "expected at least one argument": "값이 하나는 있어야 합니다",
    "expected %s argument": "값이 %s개 필요합니다",
    "expected %s arguments": "값이 %s개 필요합니다",
    "unrecognized arguments: %s": "모르는 인자입니다: %s",
    "unexpected option string: %s": "모르는 선택입니다: %s",
    "the following arguments are required: %s": "빠진 것이 있습니다: %s",
    "one of the arguments %s is required": "이 가운데 하나가 필요합니다: %s",
    "not allowed with argument %s": "%s와(과) 함께 쓸 수 없습니다",
    "ignored explicit argument %r": "값을 받지 않는 선택입니다. 받은 값은 %r입니다",
    "ambiguous option: %(option)s could match %(matches)s": (
        "어느 것인지 알 수 없습니다: %(option)s (있는 것: %(matches)s)"
    ),
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "고를 수 없는 값입니다: %(value)r (고를 수 있는 것: %(choices)s)"
    ),
    (
        "invalid choice: %(value)r, maybe you meant %(closest)r? "
        "(choose from %(choices)s)"
    ): (
        "고를 수 없는 값입니다: %(value)r. %(closest)r인가요? "
        "(고를 수 있는 것: %(choices)s)"
    ),
    "unknown parser %(parser_name)r (choices: %(choices)s)": (
        "모르는 가지입니다: %(parser_name)r (있는 것: %(choices)s)"
    ),
    "invalid %(type)s value: %(value)r": "쓸 수 없는 값입니다: %(value)r",
    "can't open '%(filename)s': %(error)s": (
        "파일 '%(filename)s'을(를) 열지 못했습니다: %(error)s"
    ),
    "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s\n",
    # 쓰지 말라는 말 (파이썬 3.13부터)
    "%(prog)s: warning: %(message)s\n": "%(prog)s: %(message)s\n",
    "option '%(option)s' is deprecated": "선택 '%(option)s'은(는) 곧 없어집니다",
    "argument '%(argument_name)s' is deprecated": (
        "인자 '%(argument_name)s'은(는) 곧 없어집니다"
    ),
    "command '%(parser_name)s' is deprecated": (
        "명령 '%(parser_name)s'은(는) 곧 없어집니다"
    ),
}


@contextmanager
def speaking_korean() -> Iterator[None]:
    """이 안에서는 argparse가 한국어로 말합니다. 나가면 원래대로입니다.

    한 프로세스 안의 다른 명령줄(pytest 같은 것)의 말은 바꾸지 않으려고 잠깐만 바꿉니다.
    """
    before = argparse._, argparse.ngettext
    argparse._, argparse.ngettext = _translated, _translated_plural
    try:
        yield
    finally:
        argparse._, argparse.ngettext = before


def _translated(message: str) -> str:
    return MESSAGES.get(message, message)


def _translated_plural(one: str, many: str, n: int) -> str:
    # 한국어는 하나와 여럿을 가르지 않습니다.
    return _translated(many)


def whole_number(text: str) -> int:
    """글을 정수로. 오류: 정수가 아니면 argparse.ArgumentTypeError."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"정수를 적어 주세요. 받은 값은 {text!r}입니다"
        ) from None


def number(text: str) -> float:
    """글을 유한한 수로. 오류: 수가 아니면 argparse.ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"수를 적어 주세요. 받은 값은 {text!r}입니다")
    return value
