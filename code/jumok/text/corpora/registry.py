"""자료의 목록 하나.

여기에 더한 자료는 그 꼴을 쓰는 모든 명령(`train`, `eval`, `data`)과 자료 쪽에 저절로
나옵니다.
"""

from __future__ import annotations

from collections.abc import Iterable

from .built_in import GRAMMAR
from .definition import Corpus
from .dialogues import CHATBOT
from .docs import DOCS
from .errors import CorpusError
from .parallel import JHE, PARK
from .reviews import NSMC, NSMC_RAW

_ALL = (GRAMMAR, DOCS, PARK, JHE, NSMC, NSMC_RAW, CHATBOT)
CORPORA: dict[str, Corpus] = {corpus.name: corpus for corpus in _ALL}


def corpora_of(kind: str, splits: Iterable[str] = ()) -> list[str]:
    """kind로 읽을 수 있고 splits가 모두 있는 자료의 이름들."""
    wanted = set(splits)
    return [
        name
        for name, corpus in CORPORA.items()
        if kind in corpus.kinds and wanted <= set(corpus.splits)
    ]


def find_corpus(name: str) -> Corpus:
    """이름으로 자료를 찾습니다. 없으면 CorpusError."""
    if name not in CORPORA:
        raise CorpusError(
            f"'{name}'이라는 자료는 없습니다. 있는 자료: {', '.join(CORPORA)}"
        )
    return CORPORA[name]
