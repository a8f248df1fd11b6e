"""`docs`: 파이썬과 장고 문서의 한국어 번역. PO 파일에서 뽑아 파일 단위로 나눕니다."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from .archive import read_members
from .errors import CorpusError
from .report import Report, Splits
from .sources import Source
from .translations import clean_pairs, read_entries

HELD_OUT = {"test": 2000, "dev": 1000}
# 떼어 두는 파일은 쌍이 이보다 적은 것만. 여러 글에서 고루 모으기 위해서입니다.
_LARGEST = 150
# 떼어 두는 쌍의 한국어는 세 어절부터. 제목 한 낱말은 번역을 재는 데 쓸모가 없습니다.
_WORDS = 3

Pair = tuple[str, str]
Documents = dict[str, dict[Pair, None]]


def build_docs(
    sources: list[tuple[Source, Path]], folder: Path, report: Report
) -> Splits:
    """PO 묶음들에서 train, dev, test를 만듭니다."""
    documents = extract(sources, report)
    held_out = hold_out(documents, report)
    with Splits(folder, ".tsv") as splits:
        for split, pairs in split_pairs(documents, held_out, report).items():
            for pair in pairs:
                splits.write(split, *pair)
    return splits


def extract(sources: list[tuple[Source, Path]], report: Report) -> Documents:
    """문서마다의 쌍.

    판이 달라도 이름이 같은 파일은 한 문서이고, 같은 항목은 한 번만 봅니다.
    """
    seen: set[Pair] = set()
    blocks: set[str] = set()
    documents: Documents = {}
    for source, path in sources:
        project = source.url.split("/")[3]
        for name, data in sorted(read_members(path, source.members)):
            document = f"{project}/{name.rpartition('LC_MESSAGES/')[2]}"
            report.count("PO 파일")
            for entry in read_entries(data, f"{path.name[:7]}/{name}", report, blocks):
                if entry in seen:
                    report.count("다른 곳과 같은 항목")
                    continue
                seen.add(entry)
                found = documents.setdefault(document, {})
                found.update(dict.fromkeys(clean_pairs(*entry, report)))
    return documents


def hold_out(documents: Documents, report: Report) -> dict[str, list[Pair]]:
    """떼어 둘 쌍을 정합니다. 파일 이름의 해시 차례로 파일을 통째로 떼므로 늘 같습니다.

    다른 파일에도 나오는 글(“버전 3.8에 추가되었습니다.”)은 떼어 두지 않습니다.
    모자라면 CorpusError.
    """
    common = _in_many_documents(documents)
    names = iter(sorted(documents, key=_order))
    held_out: dict[str, list[Pair]] = {}
    for split, size in HELD_OUT.items():
        chosen: dict[str, Pair] = {}
        while len(chosen) < size:
            name = next(names, None)
            if name is None:
                raise CorpusError(
                    f"{split}에 둘 쌍이 모자랍니다: {len(chosen):,} / {size:,}"
                )
            if len(documents[name]) > _LARGEST:
                continue
            report.count(f"{split} 파일")
            _choose(documents.pop(name), common, chosen)
        report.count("떼어 둔 파일에서 쓰지 않은 쌍", len(chosen) - size)
        held_out[split] = sorted(chosen.values(), key=lambda pair: _order(pair[1]))[
            :size
        ]
    return held_out


def split_pairs(
    documents: Documents, held_out: dict[str, list[Pair]], report: Report
) -> dict[str, Iterable[Pair]]:
    """떼어 둔 나뉨에, 남은 문서의 쌍으로 만든 train을 더합니다.

    되풀이와, 떼어 둔 글과 한쪽이라도 같은 쌍은 뺍니다.
    """
    taken = {
        key
        for pairs in held_out.values()
        for pair in pairs
        for key in map(text_key, pair)
    }
    train: dict[Pair, None] = {}
    for name in sorted(documents):
        for pair in documents[name]:
            if taken & {text_key(pair[0]), text_key(pair[1])}:
                report.count("떼어 둔 글과 같아 뺌")
            elif pair in train:
                report.count("되풀이")
            else:
                train[pair] = None
    return {"train": train, **held_out}


def text_key(text: str) -> str:
    """같은 글인지 견주는 꼴: 대소문자, 빈칸, 문장 부호, 수의 값이 달라도 같습니다."""
    return re.sub(r"\d+", "0", re.sub(r"[\W_]+", "", text.casefold()))


def _choose(pairs: Iterable[Pair], common: set[str], chosen: dict[str, Pair]) -> None:
    used = {text_key(pair[0]) for pair in chosen.values()}
    for ko, en in pairs:
        keys = text_key(ko), text_key(en)
        if (
            common & set(keys)
            or len(ko.split()) < _WORDS
            or keys[0] in used
            or keys[1] in chosen
        ):
            continue
        used.add(keys[0])
        chosen[keys[1]] = (ko, en)


def _in_many_documents(documents: Documents) -> set[str]:
    counts: Counter[str] = Counter()
    for pairs in documents.values():
        counts.update({text_key(text) for pair in pairs for text in pair})
    return {key for key, count in counts.items() if count > 1}


def _order(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
