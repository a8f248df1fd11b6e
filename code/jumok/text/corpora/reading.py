"""자료를 읽습니다. 어떻게 읽을지는 자료가 밝힌 꼴(kind)이 정합니다."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ...files import file_sha256
from ..grammar.pairs import Pair, Row
from .cache import cache_folder
from .definition import Corpus
from .errors import CorpusError
from .fetching import corpus_info
from .registry import find_corpus

Texts = Iterator[list[str]]


def load(
    name: str,
    split: str = "train",
    cache: str | Path | None = None,
    kind: str | None = None,
) -> Any:
    """자료의 나뉨 하나를 그 자료의 꼴로 읽습니다.

    pairs와 dialogues는 (글, 글)의 목록, reviews는 (글들, 라벨들), texts는 문서(글의
    목록)를 하나씩 내는 반복자입니다. 여러 꼴로 읽을 수 있는 자료(grammar)에서는 kind로
    고릅니다.
    오류: 없는 자료나 나뉨, 그 꼴이 아닌 자료, 받지 않은 자료는 CorpusError.
    """
    corpus = find_corpus(name)
    kind = kind or corpus.kind
    if kind not in corpus.kinds:
        raise CorpusError(f"'{name}'은(는) load_{corpus.kind}로 읽습니다.")
    return _READERS[kind](_rows(corpus, split, cache))


def load_pairs(
    name: str, split: str = "train", cache: str | Path | None = None
) -> list[tuple[str, str]]:
    """번역 자료의 (한국어, 영어) 쌍들. 받지 않았으면 CorpusError."""
    return load(name, split, cache, "pairs")


def load_reviews(
    name: str = "nsmc", split: str = "train", cache: str | Path | None = None
) -> tuple[list[str], list[int]]:
    """라벨이 있는 자료의 글들과 라벨들(0은 부정, 1은 긍정).

    받지 않았으면 CorpusError.
    """
    return load(name, split, cache, "reviews")


def load_dialogues(
    name: str = "chatbot", cache: str | Path | None = None, split: str = "all"
) -> list[tuple[str, str]]:
    """대화 자료의 (한마디, 대답)들. 받지 않았으면 CorpusError."""
    return load(name, split, cache, "dialogues")


def load_texts(
    name: str = "nsmc-raw", split: str = "train", cache: str | Path | None = None
) -> Texts:
    """글 자료를 문서(영화) 하나씩, 글의 목록으로 냅니다. 한 문서만 메모리에 둡니다."""
    return load(name, split, cache, "texts")


def load_aligned(
    name: str, split: str, n: int | None = None, cache: str | Path | None = None
) -> list[Pair]:
    """정답 정렬이 있는 자료의 앞 n쌍. 정렬이 없는 자료이면 빈 목록입니다."""
    corpus = find_corpus(name)
    if not corpus.aligned:
        return []
    return [Pair.from_row(row) for row in islice(_rows(corpus, split, cache), n)]


def _read_pairs(rows: Iterable[Row]) -> list[tuple[str, str]]:
    # 셋째 칸부터는 정렬처럼 번역 말고 더 적어 둔 것입니다.
    return [(row[0], row[1]) for row in rows]


def _read_reviews(rows: Iterable[Row]) -> tuple[list[str], list[int]]:
    texts, labels = [], []
    for label, text in rows:
        texts.append(text)
        labels.append(int(label))
    return texts, labels


def _read_texts(rows: Iterable[Row]) -> Texts:
    """빈 줄이 문서의 사이입니다. 번역 쌍을 글로 읽으면 첫 칸(한국어)만 씁니다."""
    document: list[str] = []
    for row in rows:
        if row[0]:
            document.append(row[0])
        elif document:
            yield document
            document = []
    if document:
        yield document


_READERS: dict[str, Callable[[Iterable[Row]], Any]] = {
    "pairs": _read_pairs,
    "reviews": _read_reviews,
    "texts": _read_texts,
    "dialogues": _read_pairs,
}


def _rows(corpus: Corpus, split: str, cache: str | Path | None) -> Iterator[Row]:
    """나뉨의 줄들(칸의 목록). 없는 나뉨이나 받지 않은 자료는 여기서 CorpusError."""
    if split not in corpus.splits:
        raise CorpusError(
            f"{corpus.name}에는 '{split}'이 없습니다. "
            f"있는 것: {', '.join(corpus.splits)}"
        )
    if corpus.rows is not None:
        return iter(corpus.rows(split, cache))
    return _lines(_file(corpus.name, split, cache))


def _lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf8", newline="\n") as file:
        for line in file:
            yield line[:-1].split("\t")


def _file(name: str, split: str, cache: str | Path | None) -> Path:
    """나뉜 파일의 자리. 없거나 기록된 해시와 다르면 CorpusError."""
    info = corpus_info(name, cache)
    if info is None or split not in info["splits"]:
        raise CorpusError(
            f"{name} 자료의 {split}을 아직 받지 않았습니다. "
            f"먼저 부르세요: jumok data fetch {name}"
        )
    path = cache_folder(cache) / name / info["splits"][split]["file"]
    if not path.is_file() or file_sha256(path) != info["splits"][split]["sha256"]:
        raise CorpusError(
            f"파일이 없어졌거나 바뀌었습니다: {path}\n"
            f"  다시 만드세요: jumok data fetch {name} --again"
        )
    return path
