"""`jumok train`: 모델을 처음부터 학습합니다.

torchrun으로 띄우면 여러 장치에서 함께 학습합니다.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .answers import answering
from .parser import add_command

if TYPE_CHECKING:
    from ..training.distributed import World
    from ..training.experiment import Card
    from ..training.presets import Preset

    RunKind = Callable[[argparse.Namespace, Preset, Path, World], Card | None]

_EPILOG = """\
멈추기: Ctrl-C를 누르면 그 걸음을 마치고 저장합니다.
      같은 명령을 다시 부르면 거기서 이어 갑니다.
여러 장치: torchrun --nproc-per-node=8 -m jumok.cli train translation …

끝냄 번호(exit code)
  0    학습과 채점을 마쳤습니다.
  1    함께 학습하던 프로세스가 사라졌습니다. 이어 갈 수 있습니다.
  2    시작할 수 없습니다(자료가 없음, 메모리가 모자람, 다른 설정의 폴더).
  130  도중에 멈추었습니다. 이어 갈 수 있습니다.
"""
_STOPPED = 130
# 명령줄에서 바꿀 수 있는 학습법의 값과 그 꼴, 설명
_CHANGES: dict[str, tuple[Callable[[str], Any], str]] = {
    "steps": (int, "걸음의 수"),
    "max_tokens": (int, "한 걸음의 토큰 수(classifier와 vit에서는 줄 수)"),
    "accumulate": (int, "한 걸음을 나누어 계산할 조각의 수"),
    "peak_rate": (float, "가장 높은 학습률"),
    "warmup": (int, "학습률을 올리는 걸음의 수"),
    "smoothing": (float, "레이블 스무딩"),
    "clip": (float, "기울기 길이의 상한(0이면 자르지 않음)"),
    "eval_every": (int, "평가하고 저장하는 간격"),
    "patience": (int, "dev 손실이 이만큼 좋아지지 않으면 그만둡니다"),
    "seed": (int, "난수의 씨앗"),
    "precision": (str, "fp32, bf16, fp16"),
}


def register(commands: argparse._SubParsersAction) -> None:
    """`jumok train`과 그 가지를 더합니다."""
    style = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _EPILOG}
    train = add_command(commands, "train", "모델을 처음부터 학습합니다", **style)
    kinds = train.add_subparsers(dest="kind", metavar="모델", required=True)
    about = {
        "translation": ("한국어를 영어로 옮기는 모델을 학습합니다", _translation),
        "gpt": ("한국어 글을 이어 쓰는 모델을 학습합니다", _gpt),
        "bert": ("가린 토큰 맞히기로 BERT를 사전 학습합니다", _bert),
        "classifier": ("영화평의 감정을 배웁니다(미세 조정)", _classifier),
        "vit": ("숫자 그림의 종류를 배웁니다", _vit),
    }
    for kind, (text, run) in about.items():
        parser = add_command(kinds, kind, text, **style)
        parser.add_argument("--preset", default="cpu", help="설정의 이름 (없으면 cpu)")
        _add_options(parser)
        # 숫자 그림은 자료가 하나뿐이고 토큰이 없습니다.
        if kind != "vit":
            _add_text_options(parser)
        if kind == "translation":
            _add_translation_options(parser)
        if kind == "classifier":
            _add_classifier_options(parser)
        parser.set_defaults(run=answering(_starting(run)))


def _add_options(parser: argparse.ArgumentParser) -> None:
    """모든 학습 명령이 함께 쓰는 선택."""
    parser.add_argument(
        "--output", metavar="폴더", type=Path, help="실행 폴더 (없으면 runs/모델-설정)"
    )
    parser.add_argument(
        "--device", help="cpu, cuda … (없으면 있는 것 가운데 가장 빠른 것)"
    )
    parser.add_argument(
        "--cache", metavar="폴더", type=Path, help="받은 자료를 둔 폴더"
    )
    parser.add_argument("--threads", metavar="수", type=int, help="CPU 스레드의 수")
    parser.add_argument(
        "--compile", action=argparse.BooleanOptionalAction, help="torch.compile을 쓸지"
    )
    for name, (kind, text) in _CHANGES.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, metavar="값", type=kind, help=text)


def _add_text_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus", metavar="자료", help="자료의 이름 (jumok data list)"
    )
    parser.add_argument("--vocab-size", metavar="수", type=int, help="BPE 어휘의 크기")


def _add_translation_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rnn", action="store_true", help="매개변수 수가 같은 RNN + 어텐션으로"
    )
    told = "행렬의 처음 값의 표준편차 (0이면 Xavier, 없으면 설정의 것)"
    parser.add_argument("--init-std", metavar="수", type=float, help=told)


def _add_classifier_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--start", metavar="폴더", type=Path, help="사전 학습한 BERT의 실행 폴더"
    )
    parser.add_argument(
        "--labels", metavar="수", type=int, help="쓸 이름표의 수 (없으면 모두)"
    )


def _starting(run: RunKind) -> Callable[[argparse.Namespace], int]:
    """설정을 고르고, 장치와 프로세스들을 준비하고, 끝나면 결과를 말합니다."""

    def start(args: argparse.Namespace) -> int:
        from ..training.card import summary
        from ..training.devices import pick_device
        from ..training.distributed import join_world

        preset = _chosen(args)
        rnn = "-rnn" if preset.model == "rnn" else ""
        folder = args.output or Path("runs") / f"{args.kind}-{args.preset}{rnn}"
        device = pick_device(args.device)
        _set_threads(args.threads)
        with join_world(device) as world:
            card = run(args, preset, folder, world)
            stopped = card is None
            if world.is_first:
                if stopped:
                    print("\n멈추었습니다. 같은 명령을 다시 부르면 이어 갑니다.")
                else:
                    print(summary(card))
                print(f"실행 폴더  {folder}")
        return _STOPPED if stopped else 0

    return start


def _chosen(args: argparse.Namespace) -> Preset:
    """이름으로 고르고 명령줄에 적은 것만 바꾼 설정."""
    from ..training.presets import find_preset

    own = {name: getattr(args, name, None) for name in ("corpus", "vocab_size")}
    changed = {name: getattr(args, name) for name in (*_CHANGES, "compile")}
    preset = find_preset(args.kind, args.preset).changed(**own, **changed)
    init_std = getattr(args, "init_std", None)
    if init_std is not None:
        # 0은 '정하지 않음'이고, 그러면 모델이 Xavier를 씁니다.
        options = preset.options | {"init_std": init_std or None}
        preset = preset.changed(options=options)
    if getattr(args, "rnn", False):
        from ..training.matched_rnn import matched_rnn

        preset = matched_rnn(preset)
    return preset


def _translation(
    args: argparse.Namespace, preset: Preset, folder: Path, world: World
) -> Card | None:
    from ..training.corpus import load_corpus
    from ..training.run import run_translation

    corpus = load_corpus(preset.corpus, args.cache)
    return run_translation(preset, corpus, folder, world)


def _gpt(
    args: argparse.Namespace, preset: Preset, folder: Path, world: World
) -> Card | None:
    from ..training.corpus import load_text_corpus
    from ..training.run_language import run_gpt

    return run_gpt(preset, load_text_corpus(preset.corpus, args.cache), folder, world)


def _bert(
    args: argparse.Namespace, preset: Preset, folder: Path, world: World
) -> Card | None:
    from ..training.corpus import load_text_corpus
    from ..training.run_language import run_bert

    return run_bert(preset, load_text_corpus(preset.corpus, args.cache), folder, world)


def _classifier(
    args: argparse.Namespace, preset: Preset, folder: Path, world: World
) -> Card | None:
    from ..training.corpus import load_review_corpus
    from ..training.run_classifier import run_classifier

    reviews = load_review_corpus(preset.corpus, args.cache)
    return run_classifier(preset, reviews, folder, world, args.start, args.labels)


def _vit(
    args: argparse.Namespace, preset: Preset, folder: Path, world: World
) -> Card | None:
    from ..training.run_classifier import run_vit

    return run_vit(preset, folder, world)


def _set_threads(n: int | None) -> None:
    """CPU 스레드의 수를 정합니다. 오류: 1보다 작으면 ValueError."""
    import torch

    if n is None:
        return
    if n < 1:
        raise ValueError(f"--threads는 1 이상이어야 합니다. 받은 값은 {n}입니다.")
    torch.set_num_threads(n)
