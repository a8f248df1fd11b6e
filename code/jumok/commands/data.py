"""`jumok data`: 자료를 받고, 늘어놓고, 살펴봅니다."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .answers import answering
from .parser import add_command

_EPILOG = """\
거울: 환경 변수 JUMOK_MIRROR나 --mirror에 폴더나 주소를 적으면
      https://HOST/PATH 대신 거울/HOST/PATH에서 받습니다.
캐시: 환경 변수 JUMOK_DATA나 --cache로 자료를 둘 폴더를 정합니다.

끝냄 번호(exit code)
  0  잘 마쳤습니다.
  2  받지 못했거나 파일이 알려진 것과 다릅니다. 반쯤 만든 자료는 남지 않습니다.
"""


def register(commands: argparse._SubParsersAction) -> None:
    """`jumok data`와 그 가지(fetch, list, info)를 더합니다."""
    style = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _EPILOG}
    data = add_command(commands, "data", "진짜 자료를 받고 살펴봅니다", **style)
    actions = data.add_subparsers(dest="action", metavar="할일", required=True)
    fetch = add_command(
        actions, "fetch", "자료를 받아 책이 쓰는 꼴로 만듭니다", **style
    )
    fetch.add_argument(
        "name", metavar="이름", help="자료의 이름 (jumok data list로 봅니다)"
    )
    fetch.add_argument(
        "--mirror", metavar="거울", help="공식 주소 대신 받을 폴더나 주소"
    )
    fetch.add_argument(
        "--without-train",
        action="store_true",
        help="park의 학습 자료를 빼고 dev와 test만 받습니다",
    )
    fetch.add_argument(
        "--again",
        action="store_true",
        help="이미 있어도 받아 둔 파일에서 다시 만듭니다",
    )
    info = add_command(actions, "info", "자료의 라이선스, 줄 수, 해시를 봅니다")
    info.add_argument("name", metavar="이름", help="자료의 이름")
    info.add_argument(
        "--json", action="store_true", help="받아 둔 자료의 기록을 JSON으로 출력합니다"
    )
    listing = add_command(actions, "list", "받을 수 있는 자료를 늘어놓습니다")
    for command, run in ((fetch, _fetch), (info, _info), (listing, _list)):
        command.add_argument(
            "--cache", metavar="폴더", type=Path, help="자료를 두는 폴더"
        )
        command.set_defaults(run=answering(run, _mistake))


def _mistake(error: Exception) -> str | None:
    """자료의 잘못이면 알려 줄 말."""
    from ..text.corpora import CorpusError

    return str(error) if isinstance(error, CorpusError) else None


def _fetch(args: argparse.Namespace) -> None:
    from ..text.corpora import fetch

    fetch(
        args.name,
        mirror=args.mirror,
        cache=args.cache,
        without_train=args.without_train,
        again=args.again,
        say=lambda line: print(line, flush=True),
    )


def _list(args: argparse.Namespace) -> None:
    from ..text.corpora import CORPORA, cache_folder, corpus_info

    for name, corpus in CORPORA.items():
        if corpus.built_in:
            state = "✔ 내장"
        else:
            state = "✔ 받음" if corpus_info(name, args.cache) else "  없음"
        print(f"{state}  {name:<9} {corpus.title} ({corpus.licence})")
    print(f"두는 곳: {cache_folder(args.cache)}")


def _info(args: argparse.Namespace) -> None:
    from ..text.corpora import CorpusError, corpus_info
    from ..text.corpora.fetching import describe, summary
    from ..text.corpora.registry import find_corpus

    corpus = find_corpus(args.name)
    info = corpus_info(args.name, args.cache)
    if args.json:
        if info is None:
            raise CorpusError(
                f"아직 받지 않았습니다. 먼저 부르세요:\n  jumok data fetch {args.name}"
            )
        print(json.dumps(info, ensure_ascii=False, indent=1))
        return
    print(describe(corpus))
    if info is None:
        print(f"아직 받지 않았습니다: jumok data fetch {args.name}")
        return
    print(summary(info))
    for split, value in info["splits"].items():
        print(f"  {split}: {value['rows']:,}줄, sha256 {value['sha256']}")
    for what, number in sorted(info["counts"].items()):
        print(f"  {what}: {number:,}")
