"""번역 자료 한 벌: 책에 들어 있는 것이든 받은 것이든 같은 꼴로 읽습니다."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jumok.text.corpora import CORPORA, corpus_info, load_pairs

from .metrics import Links

TextPair = tuple[str, str]
N_ALIGNED = 500  # 정렬을 견줄 문장의 수
TRANSLATION_CORPORA = (
    "grammar",
    *(c for c in CORPORA if c not in ("nsmc", "nsmc-raw", "chatbot")),
)


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
    """(한국어, 영어)의 짝들과 그 해시. tests는 이름 → 짝들, aligned는 정답 정렬이 있는 시험 문장들입니다."""

    name: str
    sha256: str
    train: list[TextPair]
    dev: list[TextPair]
    tests: dict[str, list[TextPair]]
    aligned: tuple[AlignedText, ...] = ()


def load_corpus(name: str, cache: Path | None = None) -> TranslationCorpus:
    """이름으로 자료를 읽습니다. grammar는 그 자리에서 만들고, 나머지는 받아 둔 것을 읽습니다.

    오류: 모르는 이름은 ValueError, 아직 받지 않은 자료는 CorpusError.
    """
    if name not in TRANSLATION_CORPORA:
        raise ValueError(
            f"번역 자료 '{name}'은(는) 없습니다. 쓸 수 있는 것: {', '.join(TRANSLATION_CORPORA)}"
        )
    if name == "grammar":
        return _built_in()
    train, dev, test = (
        load_pairs(name, split, cache) for split in ("train", "dev", "test")
    )
    return TranslationCorpus(
        name, corpus_info(name, cache)["sha256"], train, dev, {"test": test}
    )


def pairs_sha256(pairs: Iterable[TextPair]) -> str:
    """짝들의 내용과 차례의 해시."""
    digest = hashlib.sha256()
    for ko, en in pairs:
        digest.update(f"{ko}\t{en}\n".encode())
    return digest.hexdigest()


def _built_in() -> TranslationCorpus:
    from jumok.text.grammar import splits

    made = splits()
    train, dev, test, long = (
        [(pair.korean, pair.english) for pair in part]
        for part in (made.train, made.dev, made.test, made.test_long)
    )
    digest = pairs_sha256([*train, *dev, *test, *long])
    aligned = tuple(
        AlignedText(p.korean, p.english, p.korean_words, p.english_words, p.alignment)
        for p in made.test[:N_ALIGNED]
    )
    return TranslationCorpus(
        "grammar", digest, train, dev, {"test": test, "test_long": long}, aligned
    )
