"""자료 하나를 적는 꼴: 무엇이고, 어떻게 얻고, 어떻게 읽는지."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..grammar.pairs import Row
from .report import Report, Splits
from .sources import Source

Build = Callable[[list[tuple[Source, Path]], Path, Report], Splits]
Rows = Callable[[str, str | Path | None], Iterable[Row]]

# 자료의 꼴(kind)과 그 이름. 어느 명령이 어느 자료를 쓸 수 있는지를 이것이 정합니다.
KINDS = {
    "pairs": "번역 쌍",
    "reviews": "라벨이 있는 글",
    "texts": "글",
    "dialogues": "한마디와 대답",
}


@dataclass(frozen=True)
class Corpus:
    """자료 하나.

    kind는 `KINDS`의 꼴이고, also는 다른 꼴로도 읽을 수 있으면 그 꼴들입니다. 받는
    자료에는 sources(주소와 해시)와 build(받은 파일로 나뉨을 만드는 함수)가 있습니다.
    책이 만드는 자료에는 rows(나뉨의 이름과 캐시의 자리 → 줄들)가 있습니다. aligned이면
    그 줄이 정답 정렬을 지닌 `Pair`의 줄입니다. version은 만드는 방법이 바뀔 때 하나씩
    올립니다. 그러면 받아 둔 파일에서 다시 만듭니다.
    """

    name: str
    title: str
    kind: str
    licence: str
    citation: str
    splits: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    build: Build | None = None
    rows: Rows | None = None
    also: tuple[str, ...] = ()
    aligned: bool = False
    version: int = 1

    @property
    def kinds(self) -> tuple[str, ...]:
        """읽을 수 있는 꼴들. 첫째가 본디 꼴입니다."""
        return (self.kind, *self.also)

    @property
    def built_in(self) -> bool:
        """받지 않고 책이 만드는 자료인지."""
        return self.rows is not None
