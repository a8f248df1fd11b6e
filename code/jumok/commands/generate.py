"""`jumok generate`: 배운 GPT로 글을 이어 씁니다."""

from __future__ import annotations

import argparse
from pathlib import Path

from .answers import answering
from .parser import add_command


def register(commands: argparse._SubParsersAction) -> None:
    """명령을 더합니다."""
    generate = add_command(commands, "generate", "배운 GPT로 글을 이어 씁니다")
    generate.add_argument(
        "prompt",
        metavar="글",
        nargs="?",
        default="",
        help="이어 쓸 글 (없으면 처음부터)",
    )
    generate.add_argument(
        "--run",
        metavar="폴더",
        dest="folder",
        type=Path,
        default=Path("runs/gpt-cpu"),
        help="실행 폴더 (없으면 runs/gpt-cpu)",
    )
    generate.add_argument("--device", help="cpu, cuda …")
    generate.add_argument("-n", metavar="수", type=int, default=1, help="몇 번 쓸지")
    generate.add_argument(
        "--max-tokens", metavar="수", type=int, default=64, help="새로 쓸 토큰의 수"
    )
    generate.add_argument(
        "--temperature", metavar="값", type=float, default=1.0, help="0이면 탐욕"
    )
    generate.add_argument(
        "--top-k", metavar="수", type=int, help="확률이 큰 k개에서만 뽑습니다"
    )
    generate.add_argument(
        "--top-p", metavar="값", type=float, help="확률의 합이 p가 될 때까지만 남깁니다"
    )
    generate.add_argument(
        "--seed", metavar="수", type=int, default=0, help="난수의 씨앗"
    )
    generate.set_defaults(run=answering(_generate))


def _generate(args: argparse.Namespace) -> None:
    import torch

    from ..apps import Writer
    from ..training.devices import pick_device

    device = pick_device(args.device)
    writer = Writer.load(args.folder, device)
    how = {
        "temperature": args.temperature,
        "top_k": args.top_k,
        "top_p": args.top_p,
        "generator": torch.Generator(device).manual_seed(args.seed),
    }
    for text in writer.write(args.prompt, args.n, args.max_tokens, **how):
        print(text, flush=True)
