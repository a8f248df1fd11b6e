"""받아 둔 자료를 읽습니다."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...files import file_sha256
from .cache import cache_folder
from .errors import CorpusError
from .fetching import corpus_info
from .registry import find_corpus

_LOADERS = {
    "pairs": "load_pairs",
    "reviews": "load_reviews",
    "texts": "load_texts",
    "dialogues": "load_dialogues",
}


def load_pairs(
    name: str, split: str = "train", cache: str | Path | None = None
) -> list[tuple[str, str]]:
    """번역 자료(docs, park, jhe)의 (한국어, 영어) 쌍들. 받지 않았으면 CorpusError."""
    return [(ko, en) for ko, en in _rows(name, split, "pairs", cache)]


def load_reviews(
    name: str = "nsmc", split: str = "train", cache: str | Path | None = None
) -> tuple[list[str], list[int]]:
    """영화평 자료(nsmc)의 글들과 라벨들(0은 부정, 1은 긍정). 받지 않았으면 CorpusError."""
    rows = list(_rows(name, split, "reviews", cache))
    return [text for _, text in rows], [int(label) for label, _ in rows]


def load_dialogues(
    name: str = "chatbot", cache: str | Path | None = None
) -> list[tuple[str, str]]:
    """대화 자료(chatbot)의 (한마디, 대답)들. 받지 않았으면 CorpusError."""
    return [
        (question, answer)
        for question, answer, _ in _rows(name, "all", "dialogues", cache)
    ]


def load_texts(
    name: str = "nsmc-raw", split: str = "train", cache: str | Path | None = None
) -> Iterator[list[str]]:
    """글 자료(nsmc-raw)를 영화 하나씩, 영화평의 목록으로 냅니다. 한 영화만 메모리에 둡니다."""
    path = _file(name, split, "texts", cache)

    def films() -> Iterator[list[str]]:
        reviews: list[str] = []
        with path.open(encoding="utf8", newline="\n") as file:
            for line in file:
                if line != "\n":
                    reviews.append(line[:-1])
                elif reviews:
                    yield reviews
                    reviews = []

    return films()


def _rows(
    name: str, split: str, kind: str, cache: str | Path | None
) -> Iterator[list[str]]:
    with _file(name, split, kind, cache).open(encoding="utf8", newline="\n") as file:
        for line in file:
            yield line[:-1].split("\t")


def _file(name: str, split: str, kind: str, cache: str | Path | None) -> Path:
    """나뉜 파일의 자리. 없거나 기록된 해시와 다르면 CorpusError."""
    corpus = find_corpus(name)
    if corpus.kind != kind:
        raise CorpusError(f"'{name}'은(는) {_LOADERS[corpus.kind]}로 읽습니다.")
    if split not in corpus.splits:
        raise CorpusError(
            f"{name}에는 '{split}'이 없습니다. 있는 것: {', '.join(corpus.splits)}"
        )
    info = corpus_info(name, cache)
    if info is None or split not in info["splits"]:
        raise CorpusError(
            f"{name} 자료의 {split}을 아직 받지 않았습니다. 먼저 부르세요: jumok data fetch {name}"
        )
    path = cache_folder(cache) / name / info["splits"][split]["file"]
    if not path.is_file() or file_sha256(path) != info["splits"][split]["sha256"]:
        raise CorpusError(
            f"파일이 없어졌거나 바뀌었습니다: {path}\n  다시 만드세요: jumok data fetch {name} --again"
        )
    return path
