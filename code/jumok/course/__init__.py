"""독자가 쓰는 이름들: show, assert_close, Check, digest.

여기서는 torch도 numpy도 불러오지 않습니다. 이름을 처음 쓸 때 그 이름이 사는 모듈만
불러옵니다.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Check": "jumok_grader.check.checks",
    "CheckFailed": "jumok_grader.check.failure",
    "assert_close": "jumok.asserts",
    "digest": "jumok_grader.check.answers",
    "show": "jumok.show",
}

__all__ = ["Check", "CheckFailed", "assert_close", "digest", "show"]


def __getattr__(name: str) -> Any:
    """이름이 처음 쓰일 때 그 이름이 사는 모듈을 불러옵니다."""
    if name not in _HOME:
        raise AttributeError(f"jumok.course에 '{name}'라는 이름이 없습니다.")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
