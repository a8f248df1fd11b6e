"""`chatbot`: 한마디와 대답."""

from __future__ import annotations

import csv
from pathlib import Path

from .definition import Corpus
from .report import Report, Splits, read_lines
from .sources import RAW, Source

_HEAD = ["Q", "A", "label"]
_LABELS = {"0", "1", "2"}  # 일상, 이별, 사랑


def build_chatbot(
    sources: list[tuple[Source, Path]], folder: Path, report: Report
) -> Splits:
    """한마디, 대답, 라벨. 라벨에 붙은 빈칸("2   ")은 떼어 냅니다."""
    ((_, path),) = sources
    with Splits(folder, ".tsv") as splits:
        for number, line in enumerate(
            read_lines(path.read_bytes(), path.name), start=1
        ):
            try:
                (fields,) = csv.reader([line], strict=True)
            except (csv.Error, ValueError):
                report.skip(
                    path.name, number, "CSV의 문법에 맞지 않거나 빈 줄이라 건너뜁니다"
                )
                continue
            if number == 1 and fields == _HEAD:
                continue
            if (
                len(fields) != 3
                or fields[2].strip() not in _LABELS
                or not all(map(str.strip, fields))
            ):
                report.skip(
                    path.name,
                    number,
                    f"한마디, 대답, 라벨(0–2)이 아닙니다: {line[:40]!r}",
                )
                continue
            splits.write("all", fields[0], fields[1], fields[2].strip())
    return splits


_FILE = Source(
    f"{RAW}/songys/Chatbot_data/master/ChatbotData.csv",
    "sha256",
    "287eb129695b577321c80ad397bb3c2279164d4ca577874d129fd3db5b30afe2",
)

CHATBOT = Corpus(
    name="chatbot",
    title="한마디와 대답",
    kind="dialogues",
    licence="MIT",
    citation="Chatbot_data_for_Korean v1.0. https://github.com/songys/Chatbot_data",
    sources=(_FILE,),
    build=build_chatbot,
    splits=("all",),
)
