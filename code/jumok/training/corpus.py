"""배울 자료 한 벌을 읽습니다.

책이 만드는 것이든 받은 것이든, 꼴이 같으면 같은 모양입니다.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ..text.corpora import (
    CORPORA,
    corpora_of,
    corpus_info,
    load_pairs,
    load_reviews,
    load_texts,
)
from ..text.corpora.definition import KINDS, Corpus
from ..text.corpora.reading import load_aligned
from .metrics import Links

TextPair = tuple[str, str]
Reviews = tuple[list[str], list[int]]
N_ALIGNED = 500  # 정렬을 견줄 문장의 수
# 배우려면 있어야 하는 나뉨. 라벨이 있는 자료에서는 dev를 학습 자료에서 떼어 냅니다.
SPLITS = ("train", "dev", "test")
LABELLED_SPLITS = ("train", "test")


@dataclass(frozen=True)
class AlignedText:
    """원문과 참조, 구두점을 떼어 낸 낱말들, 정답 정렬(원문 낱말, 번역 낱말)."""

    source: str
    target: str
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    links: Links


@dataclass(frozen=True)
class TranslationCorpus:
    """(한국어, 영어)의 짝들과 그 해시.

    tests는 이름 → 짝들이고, aligned는 정답 정렬이 있는 시험 문장들입니다.
    """

    name: str
    sha256: str
    train: list[TextPair]
    dev: list[TextPair]
    tests: dict[str, list[TextPair]]
    aligned: tuple[AlignedText, ...] = ()


@dataclass(frozen=True)
class TextCorpus:
    """배울 글, 고를 때 볼 글, 마지막에 볼 글과 해시."""

    name: str
    sha256: str
    train: list[str]
    dev: list[str]
    test: list[str]


def load_corpus(
    name: str, cache: Path | None = None, splits: Iterable[str] = SPLITS
) -> TranslationCorpus:
    """이름으로 번역 자료를 읽습니다. 시험만 하려면 splits를 ("test",)로 줍니다.

    splits에 없는 train과 dev는 빈 목록이고, tests에는 test로 시작하는 나뉨이 모두
    듭니다.
    오류: 쓸 수 없는 자료는 ValueError, 아직 받지 않은 자료는 CorpusError.
    """
    corpus = _usable(name, "pairs", splits)
    train, dev = (
        load_pairs(name, split, cache) if split in splits else []
        for split in ("train", "dev")
    )
    tests = {
        split: load_pairs(name, split, cache)
        for split in corpus.splits
        if split.startswith("test")
    }
    aligned = tuple(
        AlignedText(p.korean, p.english, p.korean_words, p.english_words, p.alignment)
        for p in load_aligned(name, "test", N_ALIGNED, cache)
    )
    sha256 = corpus_info(name, cache)["sha256"]
    return TranslationCorpus(name, sha256, train, dev, tests, aligned)


def load_text_corpus(name: str, cache: Path | None = None) -> TextCorpus:
    """이름으로 글 자료를 읽습니다. 번역 쌍으로도 쓰는 자료(grammar)는 한국어 쪽입니다.

    오류: 쓸 수 없는 자료는 ValueError, 아직 받지 않은 자료는 CorpusError.
    """
    corpus = _usable(name, "texts", SPLITS)
    parts = [
        list(chain.from_iterable(load_texts(name, split, cache))) for split in SPLITS
    ]
    if corpus.kind == "texts":
        sha256 = corpus_info(name, cache)["sha256"]
    else:
        # 자료의 해시에는 읽지 않는 쪽(영어)도 들어 있으므로 읽은 글로 셈합니다.
        sha256 = pairs_sha256((text, "") for text in chain(*parts))
    return TextCorpus(name, sha256, *parts)


def load_review_corpus(name: str, cache: Path | None = None) -> dict[str, Reviews]:
    """이름으로 라벨이 있는 자료를 읽습니다: 나뉨 → (글들, 라벨들).

    오류: 쓸 수 없는 자료는 ValueError, 아직 받지 않은 자료는 CorpusError.
    """
    _usable(name, "reviews", LABELLED_SPLITS)
    return {split: load_reviews(name, split, cache) for split in LABELLED_SPLITS}


def pairs_sha256(pairs: Iterable[TextPair]) -> str:
    """짝들의 내용과 차례의 해시."""
    digest = hashlib.sha256()
    for ko, en in pairs:
        digest.update(f"{ko}\t{en}\n".encode())
    return digest.hexdigest()


def _usable(name: str, kind: str, splits: Iterable[str]) -> Corpus:
    """kind로 읽을 수 있고 splits가 모두 있는 자료. 아니면 까닭을 말하는 ValueError."""
    usable = corpora_of(kind, splits)
    if name in usable:
        return CORPORA[name]
    if name in corpora_of(kind):
        missing = [split for split in splits if split not in CORPORA[name].splits]
        why = f"'{name}'에는 {', '.join(missing)}이(가) 없어 여기에 쓸 수 없습니다."
    elif name in CORPORA:
        why = f"'{name}'은(는) {KINDS[kind]} 자료가 아닙니다({CORPORA[name].title})."
    else:
        why = f"자료 '{name}'은(는) 없습니다."
    raise ValueError(f"{why} 쓸 수 있는 것: {', '.join(usable)}")
