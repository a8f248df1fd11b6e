"""내장 말뭉치: 우리가 쓴 낱말과 규칙으로 만드는 한국어-영어 문장쌍과 정답 정렬."""

from ...lazy import lazy_names

__all__, __getattr__, __dir__ = lazy_names(
    __name__,
    {
        "generator": ("examples", "is_held_out", "stream", "vocabulary"),
        "pairs": ("Pair", "Splits"),
        "stored": ("generate", "splits"),
    },
)
