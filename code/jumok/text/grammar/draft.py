"""문장을 짓는 동안 쓰는 것: 주사위, 꼬리표가 달린 낱말, 구."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

Item = TypeVar("Item")
# 낱말과 꼬리표들. 같은 꼬리표를 가진 두 언어의 낱말이 짝입니다.
Token = tuple[str, tuple[int, ...]]
ARTICLES = frozenset({"a", "an", "the"})


class Dice:
    """씨앗이 같으면 어느 컴퓨터에서나 같은 것을 고르는 주사위.

    꼬리표도 차례로 내어 줍니다. `Random.random()`만 씁니다: 파이썬의 판이 바뀌어도 같은
    값이 보장되는 것은 이것뿐입니다.
    """

    def __init__(self, seed: int):
        self._random = Random(seed).random
        self._tags = 0

    def pick(self, items: Sequence[Item]) -> Item:
        """items에서 하나를 고르게 고릅니다."""
        return items[int(self._random() * len(items))]

    def chance(self, probability: float) -> bool:
        """probability의 확률로 참."""
        return self._random() < probability

    def weighted(self, choices: Sequence[tuple[Item, float]]) -> Item:
        """(값, 무게)의 줄에서 무게에 비례해 하나를 고릅니다."""
        # 무게를 이어 붙인 자에서 한 자리를 짚어, 그 자리가 든 값을 고릅니다.
        place = self._random() * sum(weight for _, weight in choices)
        for item, weight in choices:
            place -= weight
            if place < 0:
                return item
        return choices[-1][0]

    def tag(self) -> int:
        """새 꼬리표."""
        self._tags += 1
        return self._tags


@dataclass
class Phrase:
    """두 언어로 지은 구.

    number는 영어의 수(1s, 3s, pl), key는 조합을 셀 때 쓰는 이름입니다.
    """

    korean: list[Token] = field(default_factory=list)
    english: list[Token] = field(default_factory=list)
    number: str = "3s"
    honorific: bool = False
    key: str = ""
    combos: list[str] = field(default_factory=list)
    has_clause: bool = False  # 관계절이 들었는지
    polite: bool = False  # 해요체나 합니다체인지(나 → 저)
    asked: bool = False  # 물음의 주어인지. 물을 때는 식구(my …)가 나오지 않습니다.

    def with_particle(
        self, attach: Callable[[str, str], str], particle: str
    ) -> list[Token]:
        """마지막 어절에 조사를 붙인 한국어 쪽."""
        if not self.korean:
            return []
        *head, (word, tags) = self.korean
        return [*head, (attach(word, particle), tags)]


@dataclass
class Draft:
    """지은 문장 하나. combos는 함께 쓰인 낱말의 짝(먹다+사과)입니다."""

    korean: list[Token]
    english: list[Token]
    question: bool = False
    combos: list[str] = field(default_factory=list)


def words(text: str, *tags: int) -> list[Token]:
    """영어 구를 낱말로 나누고 꼬리표를 답니다.

    관사에는 달지 않습니다(한국어에 짝이 없습니다).
    """
    return [(word, () if word in ARTICLES else tags) for word in text.split()]


class Unsuitable(Exception):
    """고른 낱말들로는 문장을 지을 수 없으니 다시 고르라는 신호."""
