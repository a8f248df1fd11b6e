"""`park`와 `jhe`: 줄과 줄이 짝인 두 파일로 된 번역 자료."""

from __future__ import annotations

import re
from pathlib import Path

from .archive import read_members
from .definition import Corpus
from .errors import CorpusError
from .report import Report, Splits, read_lines
from .sources import RAW, Source


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


_PARALLEL = f"{RAW}/jungyeul/korean-parallel-corpora/master"
_PARK = f"{_PARALLEL}/korean-english-news-v1/korean-english-park"
_JHE = f"{_PARALLEL}/korean-english-jhe/jhe-koen"
_PARK_CITATION = (
    "Park, Hong & Cha (2016). Korean Language Resources for Everyone. PACLIC 30. "
    "https://aclanthology.org/Y16-2002"
)


def _park(split: str, check: str, digest: str, optional: bool = False) -> Source:
    members = rf"korean-english-park\.{split}\.(ko|en)"
    return Source(f"{_PARK}.{split}.tar.gz", check, digest, members, optional)


_PARK_SOURCES = (
    # 학습 자료는 거울에 두지 못하므로, git이 그 파일에 매긴 번호로 확인합니다.
    _park("train", "git_blob", "447afba6040420c4dd0d321c979cea253d8ae662", True),
    _park(
        "dev",
        "sha256",
        "c195d911bf7030a4ccd275d0c70e548d9e605078551b525be14ebc270564af32",
    ),
    _park(
        "test",
        "sha256",
        "be0cf6d7812bdf2767af311112b4584b94a5ca3adbc6db9361de0451093fb62d",
    ),
)

_JHE_HASHES = {
    "dev.ko": "2b02238c122aac40860aebfb191cfcdb46553e6b55b447f8188e04cabe00b828",
    "dev.en": "ccf0c0ca7601b5cae37891ecf89c72c951ac162a20738ac894e3faf804c4c4af",
    "eval.ko": "531b18d6640aaf63b86753c631c8ee6d7d23c10b9f9c56cb99c9da086417cb86",
    "eval.en": "dc4c0975092f3cfd5c60e3cea24e6b2a400e4373208cd9f3ed6b0cc44c01cc3b",
}

PARK = Corpus(
    name="park",
    title="korean-english-park: 신문 기사의 한영 병렬 자료",
    kind="pairs",
    licence="CC BY-SA 3.0 (지금의 README. 옛 판에는 BY-NC-ND라고 적혀 있습니다)",
    citation=_PARK_CITATION,
    sources=_PARK_SOURCES,
    build=build_park,
    splits=("train", "dev", "test"),
)
JHE = Corpus(
    name="jhe",
    title="JHE: 학교 영어의 짧은 문장 쌍",
    kind="pairs",
    licence="CC BY-SA 3.0",
    citation=f"{_PARK_CITATION} · https://doi.org/10.5281/zenodo.891295",
    sources=tuple(
        Source(f"{_JHE}-{name}", "sha256", digest)
        for name, digest in _JHE_HASHES.items()
    ),
    build=build_jhe,
    splits=("dev", "test"),
)
