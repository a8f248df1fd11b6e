"""자료의 목록 하나: 꼴과 나뉨, 주소와 해시, 라이선스, 인용.

여기에 더한 자료는 그 꼴을 쓰는 모든 명령(`train`, `eval`, `data`)과 자료 쪽에 저절로
나옵니다.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..grammar.pairs import Row
from ..grammar.stored import SPLITS, built_in_rows
from .dialogues import build_chatbot
from .docs import build_docs
from .errors import CorpusError
from .parallel import build_jhe, build_park
from .report import Report, Splits
from .reviews import build_nsmc, build_raw
from .sources import Source

_GITHUB, _RAW = "https://codeload.github.com", "https://raw.githubusercontent.com"
_PO, _DJANGO_PO = r".*\.po", r"translations/ko/.*\.po"
_PARALLEL = f"{_RAW}/jungyeul/korean-parallel-corpora/master"
_PARK = f"{_PARALLEL}/korean-english-news-v1/korean-english-park"
_JHE = f"{_PARALLEL}/korean-english-jhe/jhe-koen"
_PARK_CITATION = (
    "Park, Hong & Cha (2016). Korean Language Resources for Everyone. PACLIC 30. "
    "https://aclanthology.org/Y16-2002"
)

Build = Callable[[list[tuple[Source, Path]], Path, Report], Splits]
Rows = Callable[[str, str | Path | None], Iterable[Row]]

# 자료의 꼴(kind)과 그 이름. 어느 명령이 어느 자료를 쓸 수 있는지를 이것이 정합니다.
KINDS = {
    "pairs": "번역 쌍",
    "reviews": "라벨이 있는 글",
    "texts": "글",
    "dialogues": "한마디와 대답",
}


@dataclass(frozen=True)
class Corpus:
    """자료 하나.

    kind는 `KINDS`의 꼴이고, also는 다른 꼴로도 읽을 수 있으면 그 꼴들입니다. 받는
    자료에는 sources(주소와 해시)와 build(받은 파일로 나뉨을 만드는 함수)가 있습니다.
    책이 만드는 자료에는 rows(나뉨의 이름과 캐시의 자리 → 줄들)가 있습니다. aligned이면
    그 줄이 정답 정렬을 지닌 `Pair`의 줄입니다. version은 만드는 방법이 바뀔 때 하나씩
    올립니다. 그러면 받아 둔 파일에서 다시 만듭니다.
    """

    name: str
    title: str
    kind: str
    licence: str
    citation: str
    splits: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    build: Build | None = None
    rows: Rows | None = None
    also: tuple[str, ...] = ()
    aligned: bool = False
    version: int = 1

    @property
    def kinds(self) -> tuple[str, ...]:
        """읽을 수 있는 꼴들. 첫째가 본디 꼴입니다."""
        return (self.kind, *self.also)

    @property
    def built_in(self) -> bool:
        """받지 않고 책이 만드는 자료인지."""
        return self.rows is not None


def _tarballs(
    project: str, members: str, commits: tuple[tuple[str, str], ...]
) -> tuple[Source, ...]:
    """커밋마다 하나. commits는 (커밋, 내용의 해시)들입니다."""
    return tuple(
        Source(f"{_GITHUB}/{project}/tar.gz/{commit}", "content", digest, members)
        for commit, digest in commits
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
_RATINGS = {
    "train": "e03b7d14e9e41be8d464a28057cd25d7396c53e67aa7fd5f7e552c59b0ee2940",
    "test": "8ac9f64052f11dbf6ae0acb5e038f03d90a76f0eda7820cfb3a92d02edfcebda",
}
_NSMC = {
    split: Source(f"{_RAW}/e9t/nsmc/master/ratings_{split}.txt", "sha256", digest)
    for split, digest in _RATINGS.items()
}
_NSMC_RAW = Source(
    f"{_GITHUB}/e9t/nsmc/tar.gz/cc0670e872d4ac27bfe36c87456783004b39ef6c",
    "content",
    "af8d6e9761cd637fadd35697e67afea664faff3e01380f737645c4f118e3da41",
    r"raw/\d+\.json",
)
_NSMC_CITATION = "Naver sentiment movie corpus v1.0. https://github.com/e9t/nsmc"
_CHATBOT = Source(
    f"{_RAW}/songys/Chatbot_data/master/ChatbotData.csv",
    "sha256",
    "287eb129695b577321c80ad397bb3c2279164d4ca577874d129fd3db5b30afe2",
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

_ALL = (
    Corpus(
        name="grammar",
        title="내장 말뭉치: 이 책의 규칙으로 만드는 문장 쌍",
        kind="pairs",
        also=("texts",),
        licence="MIT (이 책의 것)",
        citation="jumok.text.grammar",
        rows=built_in_rows,
        aligned=True,
        splits=SPLITS,
    ),
    Corpus(
        name="docs",
        title="파이썬과 장고 문서의 한국어 번역",
        kind="pairs",
        licence="PSF-2.0 (파이썬 문서), BSD-3-Clause (장고 문서)",
        citation="Python Documentation Korean Translation, "
        "https://github.com/python/python-docs-ko · Django documentation translations, "
        "https://github.com/django/django-docs-translations",
        sources=_tarballs("python/python-docs-ko", _PO, _PYTHON_COMMITS)
        + _tarballs("django/django-docs-translations", _DJANGO_PO, _DJANGO_COMMITS),
        build=build_docs,
        splits=("train", "dev", "test"),
    ),
    Corpus(
        name="park",
        title="korean-english-park: 신문 기사의 한영 병렬 자료",
        kind="pairs",
        licence="CC BY-SA 3.0 (지금의 README. 옛 판에는 BY-NC-ND라고 적혀 있습니다)",
        citation=_PARK_CITATION,
        sources=_PARK_SOURCES,
        build=build_park,
        splits=("train", "dev", "test"),
    ),
    Corpus(
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
    ),
    Corpus(
        name="nsmc",
        title="NSMC: 네이버 영화평의 긍정과 부정",
        kind="reviews",
        licence="CC0 1.0",
        citation=_NSMC_CITATION,
        sources=tuple(_NSMC.values()),
        build=build_nsmc,
        splits=("train", "test"),
    ),
    Corpus(
        name="nsmc-raw",
        title="NSMC의 원문: 영화마다 모은 영화평",
        kind="texts",
        licence="CC0 1.0",
        citation=_NSMC_CITATION,
        sources=(_NSMC["test"], _NSMC_RAW),
        build=build_raw,
        splits=("train", "dev", "test"),
    ),
    Corpus(
        name="chatbot",
        title="한마디와 대답",
        kind="dialogues",
        licence="MIT",
        citation="Chatbot_data_for_Korean v1.0. https://github.com/songys/Chatbot_data",
        sources=(_CHATBOT,),
        build=build_chatbot,
        splits=("all",),
    ),
)

CORPORA: dict[str, Corpus] = {corpus.name: corpus for corpus in _ALL}


def corpora_of(kind: str, splits: Iterable[str] = ()) -> list[str]:
    """kind로 읽을 수 있고 splits가 모두 있는 자료의 이름들."""
    wanted = set(splits)
    return [
        name
        for name, corpus in CORPORA.items()
        if kind in corpus.kinds and wanted <= set(corpus.splits)
    ]


def find_corpus(name: str) -> Corpus:
    """이름으로 자료를 찾습니다. 없으면 CorpusError."""
    if name not in CORPORA:
        raise CorpusError(
            f"'{name}'이라는 자료는 없습니다. 있는 자료: {', '.join(CORPORA)}"
        )
    return CORPORA[name]
