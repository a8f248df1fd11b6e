"""개념 문제의 답(수, 모양, 번호, 글)을 견줍니다. 정답은 어디에도 출력하지 않습니다."""

from __future__ import annotations

import hashlib
import math

from ..protocol.value_kinds import kind, kind_name
from ..protocol.values import Unsupported, is_array, is_numpy_scalar, is_tensor

_PREFIX = "sha256:"


def normalize(value: object) -> object:
    """답을 견주기 좋은 꼴로 바꿉니다.

    수는 파이썬 수로, 글은 앞뒤 빈칸 없이 소문자로 바꿉니다.
    """
    if is_numpy_scalar(value) or (
        (is_array(value) or is_tensor(value)) and value.ndim == 0
    ):
        return normalize(value.item())
    if is_array(value) or is_tensor(value):
        return tuple(normalize(item) for item in value.tolist())
    if type(value).__name__ == "Size" or isinstance(value, tuple | list):
        return tuple(normalize(item) for item in value)
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    return value


def digest(value: object) -> str:
    """정답을 지문으로 바꿉니다. 보이는 검사에 정답을 그대로 적지 않으려고 씁니다."""
    return (
        _PREFIX
        + hashlib.sha256(f"jumok:{_canonical(normalize(value))}".encode()).hexdigest()[
            :32
        ]
    )


def _canonical(value: object) -> str:
    if isinstance(value, tuple):
        return "(" + ",".join(_canonical(item) for item in value) + ")"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return repr(value)
    return format(float(value), ".6g")


def same_answer(value: object, expected: object, tolerance: float = 1e-6) -> bool:
    """답이 같은지 봅니다. expected는 값이거나 digest()가 만든 지문입니다."""
    if isinstance(expected, str) and expected.startswith(_PREFIX):
        return digest(value) == expected
    return _close(normalize(value), normalize(expected), tolerance)


def _close(one: object, other: object, tolerance: float) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        pairs = list(zip(one, other, strict=False))
        return len(one) == len(other) and all(_close(a, b, tolerance) for a, b in pairs)
    if kind(one) != kind(other):
        return False
    if kind(one) == "number" and not isinstance(one, complex):
        return math.isclose(one, other, rel_tol=min(tolerance, 1e-6), abs_tol=tolerance)
    return one == other


def wrong_form(value: object, expected: object) -> str:
    """답의 꼴(수, 튜플, 글)이 다르면 한국어로 말하고, 같으면 빈 글을 돌려줍니다.

    값은 견주지 않습니다.
    """
    if isinstance(value, Unsupported):
        return f"답으로 받을 수 없는 종류({kind_name(value)})입니다."
    if isinstance(expected, str) and expected.startswith(_PREFIX):
        return ""
    return _form_difference(normalize(value), normalize(expected), "답은")


def _form_difference(one: object, other: object, subject: str) -> str:
    if isinstance(one, Unsupported):
        return (
            f"{subject} {kind_name(other)}이어야 하는데 받을 수 없는 "
            f"종류({kind_name(one)})입니다."
        )
    if kind(one) != kind(other):
        return f"{subject} {kind_name(other)}이어야 하는데 {kind_name(one)}입니다."
    if not isinstance(other, tuple):
        return ""
    if len(one) != len(other):
        what = "튜플" if any(isinstance(item, tuple) for item in other) else "수"
        return (
            f"{subject} {what} {len(other)}개의 묶음이어야 하는데 {len(one)}개입니다."
        )
    pairs = enumerate(zip(one, other, strict=True), 1)
    found = (
        _form_difference(a, b, f"{_inside(subject)}{number}번째 것은")
        for number, (a, b) in pairs
    )
    return next(filter(None, found), "")


def _inside(subject: str) -> str:
    return "" if subject == "답은" else f"{subject.removesuffix('은')}의 "
