"""`docs`: 파이썬과 장고 문서의 한국어 번역. PO 파일에서 뽑아 파일 단위로 나눕니다."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from .archive import read_members
from .definition import Corpus
from .errors import CorpusError
from .report import Report, Splits
from .sources import GITHUB, Source
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
        # 판이 여럿인 저장소들이라, 저장소와 파일 이름이 같으면 한 문서입니다.
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
        # 파일을 통째로 떼므로 몇 쌍이 남습니다. 학습에도 쓰지 않습니다.
        report.count("떼어 둔 파일에서 쓰지 않은 쌍", len(chosen) - size)
        held_out[split] = sorted(chosen.values(), key=_english_order)[:size]
    return held_out


def split_pairs(
    documents: Documents, held_out: dict[str, list[Pair]], report: Report
) -> dict[str, Iterable[Pair]]:
    """떼어 둔 나뉨에, 남은 문서의 쌍으로 만든 train을 더합니다.

    되풀이와, 떼어 둔 글과 한쪽이라도 같은 쌍은 뺍니다.
    """
    # 한쪽 글만 같아도 답을 외울 수 있으므로 양쪽 글을 모두 봅니다.
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


def _english_order(pair: Pair) -> str:
    return _order(pair[1])


def _order(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _tarballs(
    project: str, members: str, commits: tuple[tuple[str, str], ...]
) -> tuple[Source, ...]:
    """커밋마다 하나. commits는 (커밋, 내용의 해시)들입니다."""
    return tuple(
        Source(f"{GITHUB}/{project}/tar.gz/{commit}", "content", digest, members)
        for commit, digest in commits
    )


# 판 3.13, 3.9, 3.8, 3.7, 3.6
_PYTHON_COMMITS = (
    (
        "d0c58403de225366b23d0cafd8b86508186c8c8a",
        "f8257f8588351d213d1f4819870dac29466939596eda52ff7b10b7a78e31056d",
    ),
    (
        "dada54826f66869e7c0f58193da81c99cd6fc3c6",
        "f0e5545aa0c73995df61dc31150f3cedf5eb61736b95fcb54dcbabd012137693",
    ),
    (
        "5aad95de73e18685f2d86b19fcacb5bdcee067c2",
        "0ba37bb6b8b7c84d0edeeac43720d43b57393726392c42cf484c7c7377e2d868",
    ),
    (
        "c6e626c617f6046af2e7025204907a9dcec0ed5b",
        "7dba623ea1e2cbd88e5ea46cc29c750a758cd41d70bb4a76bb0a594a8e79070b",
    ),
    (
        "a0b547a94d22b37fe6191a1a94bee2a3e0b8a677",
        "831118c4f12bbdb9fe2b9ab1fd3c48f96e789d19daf517f772efe6973bdd59aa",
    ),
)
# 판 5.1, 4.2, 3.2, 2.2, 1.11
_DJANGO_COMMITS = (
    (
        "b599584e1790241518b95844be27460fa85960a7",
        "1ccdd3a5c2e9ac4b3562910ac59bdae0a61f8ff49e50518b9500ba5197145059",
    ),
    (
        "ed67f6446ae1d4a13477f11d387f5e497c5b3acb",
        "3b6e7f0bbb0937af5bbc30dd3bc4d13e9499a9cfef220c8fb988be596cf9ae45",
    ),
    (
        "78a8da1164fdb4e7fbd4a865c05f5a0621edfb41",
        "cd48ae72be4700a642f1c417645ca985519352fbe2b2906ba9a7b8b21e793706",
    ),
    (
        "c0de9f89d513ac58944ced1c2d5a8543223b527e",
        "3a990b72437b63212405421b8056db4f670553b3eaf9f151a1f8b2d361b8ec2a",
    ),
    (
        "af3f702c752f0131671960b67a31b8facb0c604b",
        "610546e0c2ec2ec445e66d04b0a485faf4e4dc484ce7cbb5ca020399c8801c0a",
    ),
)

DOCS = Corpus(
    name="docs",
    title="파이썬과 장고 문서의 한국어 번역",
    kind="pairs",
    licence="PSF-2.0 (파이썬 문서), BSD-3-Clause (장고 문서)",
    citation="Python Documentation Korean Translation, "
    "https://github.com/python/python-docs-ko · Django documentation translations, "
    "https://github.com/django/django-docs-translations",
    sources=_tarballs("python/python-docs-ko", r".*\.po", _PYTHON_COMMITS)
    + _tarballs(
        "django/django-docs-translations",
        r"translations/ko/.*\.po",
        _DJANGO_COMMITS,
    ),
    build=build_docs,
    splits=("train", "dev", "test"),
)
