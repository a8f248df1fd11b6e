"""자료를 받아 책이 쓰는 꼴로 만듭니다."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from .cache import cache_folder, fresh_folder, locked
from .definition import Corpus
from .download import MIRROR_VARIABLE, download
from .errors import CorpusError
from .registry import find_corpus
from .report import Report, corpus_hash
from .sources import Source

_SHOWN = 10  # 화면에 보이는 건너뛴 줄. 나머지는 info.json에 있습니다.


def fetch(
    name: str,
    *,
    mirror: str | None = None,
    cache: str | Path | None = None,
    without_train: bool = False,
    again: bool = False,
    say: Callable[[str], None] = print,
) -> dict:
    """자료를 받고 만듭니다.

    이미 있으면 아무것도 하지 않습니다. 돌려주는 것은 `corpus_info`와 같습니다. mirror와
    cache가 없으면 환경 변수 JUMOK_MIRROR와 JUMOK_DATA를 봅니다. again이면 받아 둔
    파일에서 다시 만듭니다. 받지 못하거나 파일이 알려진 것과 다르면 CorpusError이고,
    반쯤 만든 것은 남지 않습니다.
    """
    corpus = find_corpus(name)
    sources = _wanted(corpus, without_train)
    say(describe(corpus, sources))
    folder = cache_folder(cache)
    if corpus.built_in:
        say("책이 만드는 자료라 받을 것이 없습니다. 만들어 캐시에 둡니다…")
        info = corpus_info(name, folder)
        say(summary(info))
        return info
    with locked(folder, say):
        if not again and _is_made(corpus, folder, without_train):
            say(f"이미 있습니다: {folder / name}")
        else:
            mirror = mirror or os.environ.get(MIRROR_VARIABLE) or None
            _make(
                corpus,
                [(source, _get(source, folder, mirror, say)) for source in sources],
                folder,
                say,
            )
    return corpus_info(name, folder)


def corpus_info(name: str, cache: str | Path | None = None) -> dict | None:
    """받아 둔 자료의 기록: 나뉜 파일과 줄 수, 해시, 센 수, 건너뛴 줄.

    받지 않았으면 None. `sha256`은 만든 자료 전체의 이름입니다. 실행 기록에 적으면 어느
    자료였는지 알 수 있습니다.
    """
    corpus = find_corpus(name)
    if corpus.built_in:
        return _built_in_info(corpus, cache)
    path = cache_folder(cache) / corpus.name / "info.json"
    try:
        return json.loads(path.read_text("utf8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CorpusError(
            f"기록을 읽지 못했습니다: {path}\n  jumok data fetch {name} --again"
        ) from error


def _built_in_info(corpus: Corpus, cache: str | Path | None) -> dict:
    """책이 만드는 자료의 기록. 해시는 줄마다 앞의 두 칸(한국어와 영어)으로 셈합니다."""
    started = time.perf_counter()
    whole = hashlib.sha256()
    splits = {}
    for split in corpus.splits:
        rows = list(corpus.rows(split, cache))
        text = "".join("\t".join(row[:2]) + "\n" for row in rows).encode()
        whole.update(text)
        splits[split] = {"rows": len(rows), "sha256": hashlib.sha256(text).hexdigest()}
    return {
        "name": corpus.name,
        "version": corpus.version,
        "sha256": whole.hexdigest(),
        "splits": splits,
        "counts": {},
        "skipped": 0,
        "problems": [],
        "sources": [],
        "seconds": round(time.perf_counter() - started, 1),
    }


def describe(corpus: Corpus, sources: tuple[Source, ...] | None = None) -> str:
    """무엇이고, 어떤 조건으로 쓸 수 있고, 누구의 것인지. 받기 전에 보여 줍니다."""
    lines = [
        f"{corpus.name} — {corpus.title}",
        f"  라이선스: {corpus.licence}",
        f"  인용: {corpus.citation}",
    ]
    urls = [source.url for source in sources or corpus.sources]
    return "\n".join([*lines, *(f"  주소: {url}" for url in urls)])


def _wanted(corpus: Corpus, without_train: bool) -> tuple[Source, ...]:
    if not without_train:
        return corpus.sources
    kept = tuple(source for source in corpus.sources if not source.optional)
    if kept == corpus.sources:
        raise CorpusError(
            f"{corpus.name}에는 --without-train을 쓸 수 없습니다. park에만 씁니다."
        )
    return kept


def _is_made(corpus: Corpus, folder: Path, without_train: bool) -> bool:
    try:
        info = corpus_info(corpus.name, folder)
    except CorpusError:
        return False
    splits = set(corpus.splits) - ({"train"} if without_train else set())
    return (
        bool(info)
        and info["version"] == corpus.version
        and set(info["splits"]) >= splits
    )


def _get(
    source: Source, folder: Path, mirror: str | None, say: Callable[[str], None]
) -> Path:
    try:
        path = download(source, folder, mirror)
    except CorpusError as error:
        if source.optional:
            hint = "학습 자료 없이 dev와 test만 받으려면 --without-train 을 붙이세요."
            raise CorpusError(f"{error}\n  {hint}") from error
        raise
    say(f"  ✔ {source.path} ({path.stat().st_size / 1e6:,.1f} MB)")
    return path


def _make(
    corpus: Corpus,
    files: list[tuple[Source, Path]],
    folder: Path,
    say: Callable[[str], None],
) -> None:
    started = time.perf_counter()
    say("자료를 만듭니다…")
    report = Report()
    with fresh_folder(folder / corpus.name) as made:
        built = corpus.build(files, made, report).summary()
        # 나뉨의 차례를 목록과 같게 합니다. 기록과 화면에 이 차례로 나옵니다.
        splits = {split: built[split] for split in corpus.splits if split in built}
        info = {
            "name": corpus.name,
            "version": corpus.version,
            "sha256": corpus_hash(splits),
            "splits": splits,
            "counts": dict(report.counts),
            "skipped": len(report.problems),
            "problems": report.problems,
            "sources": [
                {"url": source.url, source.check: source.digest} for source, _ in files
            ],
            "seconds": round(time.perf_counter() - started, 1),
        }
        text = json.dumps(info, ensure_ascii=False, indent=1)
        (made / "info.json").write_text(f"{text}\n", "utf8")
    say(summary(info))


def summary(info: dict) -> str:
    """만든 자료의 줄 수, 건너뛴 줄, 해시."""
    rows = " · ".join(
        f"{split} {value['rows']:,}" for split, value in info["splits"].items()
    )
    lines = [
        f"✔ {info['name']}: {rows} ({info['seconds']:.0f}초)",
        f"  sha256 {info['sha256']}",
    ]
    if info["skipped"]:
        lines.append(f"  깨진 줄 {info['skipped']:,}개를 건너뛰었습니다.")
        lines += [f"    {problem}" for problem in info["problems"][:_SHOWN]]
        if info["skipped"] > _SHOWN:
            lines.append(f"    … 모두 보려면 jumok data info {info['name']} --json")
    return "\n".join(lines)
