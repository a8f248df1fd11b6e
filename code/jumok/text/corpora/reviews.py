"""`nsmc`와 `nsmc-raw`: 영화평.

앞의 것에는 긍정·부정이 있고, 뒤의 것은 영화마다 모은 원문입니다.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from .archive import read_members
from .definition import Corpus
from .report import Report, Splits, read_lines
from .sources import GITHUB, RAW, Source

_HEAD = "id\tdocument\tlabel"
_HELD_OUT = 0.01  # dev와 test로 떼어 두는 영화의 몫
_FIELDS = {"review_id", "review"}


def read_ratings(path: Path, report: Report) -> Iterator[tuple[str, str, str]]:
    """(번호, 글, 0이나 1)을 차례로 냅니다.

    따옴표도 글자입니다. 보통의 CSV 읽기는 따옴표로 시작하는 글에서 여러 줄을 하나로
    합칩니다.
    """
    for number, line in enumerate(read_lines(path.read_bytes(), path.name), start=1):
        if number == 1 and line == _HEAD:
            continue
        fields = line.split("\t")
        if len(fields) != 3:
            report.skip(
                path.name, number, f"칸이 셋이어야 하는데 {len(fields)}개입니다"
            )
        elif fields[2] not in ("0", "1") or not fields[0].isdigit():
            report.skip(
                path.name,
                number,
                f"번호나 라벨이 이상합니다: {fields[0]!r}, {fields[2]!r}",
            )
        else:
            yield fields[0], fields[1], fields[2]


def build_nsmc(
    sources: list[tuple[Source, Path]], folder: Path, report: Report
) -> Splits:
    """라벨과 글. 줄 수를 남들과 맞추려고 빈 글도 그대로 둡니다."""
    with Splits(folder, ".tsv") as splits:
        for _, path in sources:
            split = path.stem.removeprefix("ratings_")
            for _, text, label in read_ratings(path, report):
                if not text.strip():
                    report.count(f"{split}의 빈 글")
                splits.write(split, label, text)
    return splits


def build_raw(
    sources: list[tuple[Source, Path]], folder: Path, report: Report
) -> Splits:
    """한 줄이 한 영화평, 빈 줄이 영화 사이.

    nsmc의 test에 나오는 글은 번호로도 글로도 뺍니다. dev와 test는 영화를 통째로 뗀
    것입니다. 영화 하나씩 읽으므로 메모리는 한 영화만큼만 듭니다.
    """
    (_, ratings), (archive, path) = sources
    held = [
        (number, text_key(text)) for number, text, _ in read_ratings(ratings, report)
    ]
    numbers, texts = {number for number, _ in held}, {text for _, text in held}
    with Splits(folder, ".txt") as splits:
        for name, data in read_members(path, archive.members):
            split = film_split(Path(name).stem)
            reviews = _reviews(data, name, numbers, texts, report)
            # 쓸 글이 하나도 없는 영화는 빈 줄(영화의 사이)도 쓰지 않습니다.
            first = next(reviews, None)
            if first is None:
                report.count("남은 글이 없는 영화")
                continue
            report.count(f"{split}의 영화")
            for text in chain([first], reviews):
                report.count(f"{split}의 글자", len(text))
                splits.write(split, text)
            splits.write(split)
    return splits


def film_split(film: str) -> str:
    """영화의 번호로 정한 나뉨. 번호의 해시로 정하므로 늘 같습니다."""
    place = int(hashlib.sha256(film.encode()).hexdigest()[:8], 16) / 2**32
    return "test" if place < _HELD_OUT else "dev" if place < 2 * _HELD_OUT else "train"


def text_key(text: str) -> str:
    """같은 글인지 견주는 꼴: NFC로 맞추고 빈칸을 하나로."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _reviews(
    data: bytes, name: str, numbers: set[str], texts: set[str], report: Report
) -> Iterator[str]:
    """영화 하나의 글 가운데 쓸 것들. 같은 글은 한 번만 냅니다."""
    seen: set[str] = set()
    for place, row in enumerate(_rows(data, name, report), start=1):
        if (
            not isinstance(row, dict)
            or not row.keys() >= _FIELDS
            or not isinstance(row["review"], str)
        ):
            report.skip(name, place, "review_id와 review가 있어야 합니다")
            continue
        report.count("읽은 글")
        text = text_key(row["review"])
        if not text:
            report.count("빈 글")
        elif str(row["review_id"]) in numbers:
            report.count("nsmc test와 번호가 같아 뺌")
        elif text in texts:
            report.count("nsmc test와 글이 같아 뺌")
        elif text in seen:
            report.count("한 영화에서 되풀이")
        else:
            seen.add(text)
            yield text


def _rows(data: bytes, name: str, report: Report) -> list:
    try:
        rows = json.loads(data)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        report.skip(
            name, getattr(error, "lineno", 1), "JSON이 아니라서 이 영화를 건너뜁니다"
        )
        return []
    if isinstance(rows, list):
        return rows
    report.skip(name, 1, "글의 목록이 아니라서 이 영화를 건너뜁니다")
    return []


_RATINGS = {
    "train": "e03b7d14e9e41be8d464a28057cd25d7396c53e67aa7fd5f7e552c59b0ee2940",
    "test": "8ac9f64052f11dbf6ae0acb5e038f03d90a76f0eda7820cfb3a92d02edfcebda",
}
_RATED = {
    split: Source(f"{RAW}/e9t/nsmc/master/ratings_{split}.txt", "sha256", digest)
    for split, digest in _RATINGS.items()
}
_FILMS = Source(
    f"{GITHUB}/e9t/nsmc/tar.gz/cc0670e872d4ac27bfe36c87456783004b39ef6c",
    "content",
    "af8d6e9761cd637fadd35697e67afea664faff3e01380f737645c4f118e3da41",
    r"raw/\d+\.json",
)
_NSMC_CITATION = "Naver sentiment movie corpus v1.0. https://github.com/e9t/nsmc"

NSMC = Corpus(
    name="nsmc",
    title="NSMC: 네이버 영화평의 긍정과 부정",
    kind="reviews",
    licence="CC0 1.0",
    citation=_NSMC_CITATION,
    sources=tuple(_RATED.values()),
    build=build_nsmc,
    splits=("train", "test"),
)
NSMC_RAW = Corpus(
    name="nsmc-raw",
    title="NSMC의 원문: 영화마다 모은 영화평",
    kind="texts",
    licence="CC0 1.0",
    citation=_NSMC_CITATION,
    sources=(_RATED["test"], _FILMS),
    build=build_raw,
    splits=("train", "dev", "test"),
)
