"""`park`와 `jhe`: 줄과 줄이 짝인 두 파일로 된 번역 자료."""

from __future__ import annotations

import re
from pathlib import Path

from .archive import read_members
from .errors import CorpusError
from .report import Report, Splits, read_lines
from .sources import Source


def build_park(
    sources: list[tuple[Source, Path]], folder: Path, report: Report
) -> Splits:
    """신문 기사: 묶음마다 `.ko`와 `.en`이 하나씩 들어 있습니다."""
    with Splits(folder, ".tsv") as splits:
        for source, path in sources:
            files = dict(read_members(path, source.members))
            split = re.search(r"\.(train|dev|test)\.", path.name)[1]
            sides = {
                name.rpartition(".")[2]: (name, data) for name, data in files.items()
            }
            if set(sides) != {"ko", "en"}:
                raise CorpusError(
                    f"{path.name}: .ko와 .en이 하나씩 있어야 합니다. "
                    f"있는 것: {sorted(files)}"
                )
            _write_pairs(splits, split, sides["ko"], sides["en"], report)
    return splits


def build_jhe(
    sources: list[tuple[Source, Path]], folder: Path, report: Report
) -> Splits:
    """학교 영어: dev와 eval(여기서는 test)의 `.ko`와 `.en`."""
    sides = {}
    for _, path in sources:
        part, side = re.search(r"-(dev|eval)\.(ko|en)$", path.name).groups()
        sides["test" if part == "eval" else "dev", side] = (
            path.name,
            path.read_bytes(),
        )
    with Splits(folder, ".tsv") as splits:
        for split in ("dev", "test"):
            _write_pairs(splits, split, sides[split, "ko"], sides[split, "en"], report)
    return splits


def _write_pairs(
    splits: Splits,
    split: str,
    korean: tuple[str, bytes],
    english: tuple[str, bytes],
    report: Report,
) -> None:
    """줄 수가 다르면 어느 줄이 짝인지 알 수 없으므로 CorpusError입니다."""
    (ko_name, ko_data), (en_name, en_data) = korean, english
    ko_lines, en_lines = read_lines(ko_data, ko_name), read_lines(en_data, en_name)
    if len(ko_lines) != len(en_lines):
        raise CorpusError(
            "두 쪽의 줄 수가 다릅니다: "
            f"{ko_name} {len(ko_lines):,}줄, {en_name} {len(en_lines):,}줄\n"
            "  어느 줄이 짝인지 알 수 없어 쓰지 않습니다."
        )
    for number, (ko, en) in enumerate(zip(ko_lines, en_lines, strict=True), start=1):
        if ko.strip() and en.strip():
            splits.write(split, ko, en)
        else:
            report.skip(
                en_name if ko.strip() else ko_name, number, "빈 줄이라 짝을 건너뜁니다"
            )
