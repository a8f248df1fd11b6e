"""문장쌍과 말뭉치의 나눔. 캐시에 적고 되읽는 한 줄의 꼴도 여기서 정합니다."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

Row = Sequence[str]
WORD = re.compile(r"[^\s.,?]+|[.,?]")


@dataclass(frozen=True)
class Pair:
    """문장쌍 하나. alignment는 (korean_words의 번호, english_words의 번호)의 줄입니다.

    번호는 0부터 셉니다. 짝짓는 규칙은 이렇습니다. 뜻을 지닌 낱말은 옮긴 말과, 전치사는
    조사가 붙은 어절과, did·will·is는 시제를 나르는 어절과, not은 안·못·않다와,
    the·this·that은 그·이·저와, 마침표와 물음표는 서로 짝입니다. 그 밖의 관사와 쉼표,
    한국어에 없는 주어(I, you)는 짝이 없습니다.
    kind는 문장의 갈래, combos는 함께 쓰인 낱말의 짝("먹다+사과")입니다.
    """

    korean: str
    english: str
    alignment: tuple[tuple[int, int], ...]
    kind: str
    combos: tuple[str, ...] = ()

    @cached_property
    def korean_words(self) -> tuple[str, ...]:
        """구두점을 떼어 낸 어절들."""
        return tuple(WORD.findall(self.korean))

    @cached_property
    def english_words(self) -> tuple[str, ...]:
        """구두점을 떼어 낸 영어 낱말들. 첫 낱말의 대문자는 그대로입니다."""
        return tuple(WORD.findall(self.english))

    def to_row(self) -> Row:
        """다섯 칸: 한국어, 영어, 정렬("0-0 1-2"), 갈래, 조합들("|"로 나눔)."""
        links = " ".join(f"{i}-{j}" for i, j in self.alignment)
        return self.korean, self.english, links, self.kind, "|".join(self.combos)

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """`to_row`가 적은 다섯 칸에서 되살립니다."""
        korean, english, links, kind, combos = row
        alignment = tuple(map(_link, links.split()))
        return cls(
            korean, english, alignment, kind, tuple(filter(None, combos.split("|")))
        )


@dataclass(frozen=True)
class Splits:
    """말뭉치의 나눔.

    test는 학습에 없는 조합, test_long은 학습한 것보다 긴 문장입니다.
    """

    train: list[Pair]
    dev: list[Pair]
    test: list[Pair]
    test_long: list[Pair]


# 문장의 자리는 몇 가지뿐이라, 한 번 읽은 "3-4"를 외워 두면 수십만 번의 셈을 아낍니다.
@cache
def _link(text: str) -> tuple[int, int]:
    i, _, j = text.partition("-")
    return int(i), int(j)
