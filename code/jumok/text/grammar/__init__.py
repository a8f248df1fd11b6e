"""내장 말뭉치: 우리가 쓴 낱말과 규칙으로 만드는 한국어-영어 문장쌍과 정답 정렬."""

from .corpus import (
    Pair,
    Splits,
    examples,
    generate,
    is_held_out,
    splits,
    stream,
    vocabulary,
)

__all__ = [
    "Pair",
    "Splits",
    "examples",
    "generate",
    "is_held_out",
    "splits",
    "stream",
    "vocabulary",
]
