"""독자가 쓰는 방: 소스 보이기(show), 값 견주기(assert_close), 풀이 검사(Check), 채점.

여기서는 torch도 numpy도 불러오지 않습니다. 이름을 처음 쓸 때 그 모듈만 불러옵니다.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Check": "checks",
    "CheckFailed": "checks",
    "assert_close": "asserts",
    "digest": "answers",
    "show": "show",
}

__all__ = ["Check", "CheckFailed", "assert_close", "digest", "show"]


def __getattr__(name: str) -> Any:
    """이름이 처음 쓰일 때 그 이름이 사는 모듈을 불러옵니다."""
    if name not in _HOME:
        raise AttributeError(f"jumok.course에 '{name}'라는 이름이 없습니다.")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
