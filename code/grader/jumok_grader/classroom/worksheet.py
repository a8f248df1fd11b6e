"""활동지의 꼴: 제목, 주어진 수의 표, 구할 것.

무엇을 셈하는지는 수업의 꾸러미가 정해 넘겨줍니다.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """주어진 수의 표."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Step:
    """구할 것 하나: 물음과 답."""

    text: str
    answer: str


@dataclass(frozen=True)
class Sheet:
    """활동지 하나."""

    chapter: int
    title: str
    intro: str
    tables: tuple[Table, ...]
    steps: tuple[Step, ...]


# 장의 번호마다, 씨앗(없으면 책의 수)을 받아 활동지를 돌려주는 함수
Worksheets = Mapping[int, Callable[..., Sheet]]
