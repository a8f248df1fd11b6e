"""`jumok translate`와 `jumok eval`: 배운 번역기를 써 보고 성적을 매깁니다."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .answers import answering
from .parser import add_command

if TYPE_CHECKING:
    from ..apps import Translator


def register(commands: argparse._SubParsersAction) -> None:
    """두 명령을 더합니다."""
    translate = add_command(
        commands, "translate", "배운 번역기로 한국어를 영어로 옮깁니다"
    )
    translate.add_argument(
        "text", metavar="문장", nargs="*", help="옮길 문장 (없으면 표준 입력을 한 줄씩)"
    )
    translate.add_argument(
        "--attention", metavar="그림", type=Path, help="어텐션 지도를 그릴 PNG 파일"
    )
    translate.set_defaults(run=answering(_translate))
    score = add_command(commands, "eval", "배운 번역기를 시험 자료로 채점합니다")
    score.add_argument(
        "--corpus", metavar="자료", help="시험할 자료 (없으면 학습한 자료)"
    )
    score.add_argument("--cache", metavar="폴더", type=Path, help="받은 자료를 둔 폴더")
    score.add_argument("--json", action="store_true", help="JSON으로 출력합니다")
    score.set_defaults(run=answering(_eval))
    for command in (translate, score):
        command.add_argument(
            "--run",
            metavar="폴더",
            dest="folder",
            type=Path,
            default=Path("runs/translation-cpu"),
            help="실행 폴더 (없으면 runs/translation-cpu)",
        )
        command.add_argument("--device", help="cpu, cuda …")
        command.add_argument(
            "--beam", metavar="수", type=int, default=4, help="빔의 크기 (1이면 탐욕)"
        )
        command.add_argument(
            "--length-penalty",
            metavar="값",
            type=float,
            default=0.6,
            help="길이 벌점 α",
        )


def _load(args: argparse.Namespace) -> Translator:
    from ..apps import Translator
    from ..training.devices import pick_device

    translator = Translator.load(args.folder, pick_device(args.device))
    if args.beam < 1:
        raise ValueError(f"--beam은 1 이상이어야 합니다. 받은 값은 {args.beam}입니다.")
    translator.beam_size = args.beam
    translator.length_penalty = args.length_penalty
    return translator


def _translate(args: argparse.Namespace) -> int:
    translator = _load(args)
    failed = 0
    for text in args.text or _lines():
        try:
            print(translator.translate([text])[0], flush=True)
        except ValueError as error:
            if args.text:
                raise
            failed += 1
            print(f"jumok: {error}", file=sys.stderr)
            print(flush=True)  # 줄의 수를 맞춥니다.
    if args.attention:
        if len(args.text) != 1:
            raise ValueError("--attention에는 문장 하나를 명령줄에 주세요.")
        draw_attention(translator, args.text[0], args.attention)
        print(f"어텐션 지도: {args.attention}")
    return 2 if failed else 0


def _lines() -> Iterator[str]:
    """표준 입력의 줄들."""
    for line in sys.stdin:
        yield line.rstrip("\n")


def draw_attention(translator: Translator, text: str, path: Path) -> None:
    """마지막 디코더 층이 원문의 어디를 보았는지 그려 저장합니다."""
    import matplotlib

    matplotlib.use("Agg")
    from ..plot import heatmap, korean_style

    korean_style()
    src, tgt, weights = translator.attention(text)
    labels = [[_shown(token) for token in tokens] for tokens in (tgt, src)]
    ax = heatmap(weights.numpy(), *labels, digits=None if weights.numel() > 200 else 2)
    ax.set(xlabel="원문", ylabel="번역", title="크로스 어텐션(마지막 층, 헤드 평균)")
    path.parent.mkdir(parents=True, exist_ok=True)
    ax.figure.savefig(path, dpi=150, bbox_inches="tight")


def _shown(token: str) -> str:
    return token.replace(" ", "␣")


def _eval(args: argparse.Namespace) -> None:
    from ..training.card import score_line
    from ..training.corpus import load_corpus
    from ..training.run import score_test

    translator = _load(args)
    trained_on = json.loads((args.folder / "run.json").read_text("utf8"))["corpus"]
    corpus = load_corpus(args.corpus or trained_on, args.cache, ("test",))
    results = {}
    for name, pairs in corpus.tests.items():
        # 여기서 옮긴 글은 학습할 때 적어 둔 것을 덮어쓰지 않게 자료의 이름을
        # 붙여 적습니다.
        stem = f"{corpus.name}-{name}"
        scores = score_test(translator.translate, pairs, args.folder, stem)
        results[name] = scores
        if not args.json:
            print(f"{corpus.name} {name}: {score_line(scores)}")
            print(f"  {scores['bleu_signature']}")
    if args.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
