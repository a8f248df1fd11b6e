"""자주 하는 실수의 표: 검사가 실수를 알아보면 이 표의 말로 알려 줍니다."""

from __future__ import annotations

from .attention import ATTENTION
from .mistake import Mistake
from .running import RUNNING
from .values import VALUES

__all__ = ["MISTAKES", "Mistake", "find_mistake"]

MISTAKES = {mistake.id: mistake for mistake in (*ATTENTION, *RUNNING, *VALUES)}


def find_mistake(key: str | tuple[str, str] | Mistake) -> Mistake:
    """실수 id, (이름, 설명) 짝, Mistake 중 무엇이든 Mistake로 돌려줍니다."""
    if isinstance(key, Mistake):
        return key
    if isinstance(key, tuple):
        return Mistake(key[0], *key)
    if key not in MISTAKES:
        raise KeyError(
            f"'{key}'라는 실수 id가 없습니다. jumok_grader/mistakes의 표에 더하세요."
        )
    return MISTAKES[key]
