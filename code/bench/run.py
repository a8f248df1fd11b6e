"""속도 견주기: 학습 한 걸음과 풀기를 nn.Transformer, Marian과 번갈아 잽니다.

    python code/bench/run.py                   tiny와 small, 그리고 base의 학습
    python code/bench/run.py --sizes tiny      하나만
    python code/bench/run.py --device cuda --precision bf16 --compile \\
        --tokens 25000 --threads 8
    python code/bench/run.py --matmul medium   양쪽 모두 bf16을 쓰는 행렬 곱으로
    python code/bench/run.py --keep-memory     양쪽 모두 쓴 메모리를 돌려주지 않고

Marian은 Hugging Face의 것입니다.

비율은 참조 ÷ 우리이고, 짝마다 구한 비율의 중앙값입니다. 1보다 크면 우리가 빠릅니다.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
import transformers
from models import (
    BOS,
    PAD,
    SIZES,
    Size,
    TorchTransformer,
    batch,
    jumok_loss,
    jumok_model,
    marian_loss,
    marian_model,
    plain_loss,
    torch_loss,
)
from torch import nn

from jumok.decode import beam, greedy
from jumok.training.card import device_name
from jumok.training.estimate import matmul_speed, step_flops

SEED = 0  # 가중치와 입력의 씨앗
# 리눅스의 glibc가 시작할 때만 읽는 환경 변수.
# 비운 메모리를 이만큼 모일 때까지 돌려주지 않습니다.
KEEP_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": "4000000000",
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
}
# 큰 모델은 학습만, 짝을 줄여 잽니다.
LARGE = {"base"}
FEW_PAIRS = 3
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
HEAD = (
    "일",
    "크기",
    "견준 것",
    "참조 ms",
    "주목 ms",
    "비율",
    "사분위",
    "토큰/초(주목)",
    "MFU(주목)",
)


def main() -> None:
    """인자를 읽고, 재고, 표와 JSON을 냅니다."""
    args = arguments()
    if args.keep_memory and not KEEP_MEMORY.items() <= os.environ.items():
        sys.exit(run_again_keeping_memory())
    torch.set_num_threads(args.threads)
    torch.set_float32_matmul_precision(args.matmul)
    transformers.logging.set_verbosity_error()
    torch.manual_seed(SEED)
    device = torch.device(args.device)
    facts = machine(device) | {
        "pairs": args.pairs,
        "matmul": args.matmul,
        "seed": SEED,
        "precision": args.precision,
        "compile": args.compile,
        "tokens": args.tokens,
    }
    # MFU의 분모: 같은 기계에서 같은 자료형으로 잰 행렬 곱의 속도
    args.peak = matmul_speed(device, DTYPES[args.precision], args.peak_seconds)
    facts["matmul_flops"] = args.peak
    facts["allocator"] = {
        name: os.environ[name] for name in KEEP_MEMORY if name in os.environ
    }
    started = time.monotonic()
    shown = "{cpu}, {threads}스레드, torch {torch}, transformers {transformers}\n"
    print(shown.format(**facts))
    print(row(HEAD))
    print(row(["---"] * len(HEAD)), flush=True)
    results = []
    for name in args.sizes:
        for result in measure(name, SIZES[name], args):
            results.append(result)
            print(row(cells(result)), flush=True)
    facts["minutes"] = round((time.monotonic() - started) / 60, 1)
    if args.json:
        table = {"machine": facts, "results": results}
        text = json.dumps(table, ensure_ascii=False, indent=1)
        Path(args.json).write_text(text, "utf8")


def run_again_keeping_memory() -> int:
    """메모리 설정은 시작할 때만 읽히므로, 설정을 두고 자신을 다시 부릅니다."""
    shown = " ".join(f"{name}={value}" for name, value in KEEP_MEMORY.items())
    print(f"다시 시작합니다: {shown}", flush=True)
    words = [sys.executable, *sys.argv]
    return subprocess.run(words, env=os.environ | KEEP_MEMORY).returncode


def arguments() -> argparse.Namespace:
    """명령줄 인자."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", nargs="+", choices=SIZES, default=["tiny", "small", "base"]
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--precision", choices=DTYPES, default="fp32", help="bf16이면 학습을 autocast로"
    )
    parser.add_argument(
        "--compile", action="store_true", help="학습하는 두 모델을 모두 torch.compile로"
    )
    parser.add_argument(
        "--parts", nargs="+", choices=["train", "decode"], default=["train", "decode"]
    )
    parser.add_argument("--pairs", type=int, default=7, help="번갈아 재는 짝의 수")
    parser.add_argument(
        "--tokens", type=int, default=4096, help="학습 한 걸음의 원문 토큰 수"
    )
    parser.add_argument("--new-tokens", type=int, default=64, help="푸는 토큰의 수")
    parser.add_argument(
        "--batches", type=int, nargs="+", default=[1, 32], help="풀 때의 문장 수"
    )
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument(
        "--peak-seconds", type=float, default=1.0, help="행렬 곱의 속도를 재는 초"
    )
    parser.add_argument(
        "--matmul", choices=["highest", "high", "medium"], default="highest"
    )
    parser.add_argument(
        "--keep-memory",
        action="store_true",
        help="메모리 설정(KEEP_MEMORY)을 두고 잽니다",
    )
    parser.add_argument(
        "--attention",
        choices=["eager", "sdpa"],
        help="Marian의 어텐션 (없으면 학습은 sdpa, 풀기는 generate의 eager)",
    )
    parser.add_argument("--json", help="결과를 적을 파일")
    return parser.parse_args()


def machine(device: torch.device) -> dict:
    """잰 기계의 사실."""
    return {
        "cpu": device_name(device),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def measure(name: str, size: Size, args: argparse.Namespace):
    """한 크기의 모든 일을 재어 결과를 하나씩 냅니다."""
    if "train" in args.parts:
        yield from training(name, size, args)
    if "decode" in args.parts and name not in LARGE:
        for beam_size in (1, 4):
            for n_sentences in args.batches:
                yield decoding(name, size, beam_size, n_sentences, args)


def training(name: str, size: Size, args: argparse.Namespace):
    """학습 한 걸음: 우리 것을 두 참조와 짝지어 잽니다."""
    data = tuple(x.to(args.device) for x in batch(size, max(1, args.tokens // 32)))
    n_tokens = data[0].numel() + data[1].numel()
    model = jumok_model(size)
    flops = step_flops(model, data[0].numel(), data[1].numel(), data[0].size(1))
    # 로짓을 나누어 구하는 손실은 CPU의 float32를 위한 것입니다.
    plain = args.device != "cpu" or args.precision != "fp32"
    ours = training_step(model, plain_loss if plain else jumok_loss, data, args)
    n_pairs = min(args.pairs, FEW_PAIRS) if name in LARGE else args.pairs
    marian = partial(marian_model, attention=args.attention or "sdpa")
    for label, build, loss in (
        ("nn.Transformer", TorchTransformer, torch_loss),
        (f"Marian {args.attention or 'sdpa'}", marian, marian_loss),
    ):
        pairs = interleave(training_step(build(size), loss, data, args), ours, n_pairs)
        result = summary("학습 한 걸음", name, label, pairs, n_tokens)
        yield result | {"mfu": flops / (result["ours_ms"] / 1e3) / args.peak}


def training_step(
    model: nn.Module, loss: Callable, data: tuple, args: argparse.Namespace
) -> Callable[[], None]:
    """손실, 역전파, AdamW까지 한 걸음을 하는 함수. GPU이면 끝날 때까지 기다립니다."""
    model.to(args.device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    measured = torch.compile(loss) if args.compile else loss

    def step() -> None:
        optimizer.zero_grad()
        with torch.autocast(args.device, torch.bfloat16, args.precision == "bf16"):
            value = measured(model, *data)
        value.backward()
        optimizer.step()
        wait(args.device)

    return step


def wait(device: str) -> None:
    """GPU에 맡긴 일이 끝나기를 기다립니다."""
    if device != "cpu":
        torch.cuda.synchronize(device)


def decoding(
    name: str, size: Size, beam_size: int, n_sentences: int, args: argparse.Namespace
) -> dict:
    """같은 원문에서 정해진 수의 토큰을 풉니다.

    끝 토큰이 없으므로 양쪽 모두 끝까지 갑니다.
    """
    src = batch(size, n_sentences)[0].to(args.device)
    n_new = args.new_tokens
    attention = args.attention or "eager"
    models = (jumok_model(size), marian_model(size, attention))
    ours, theirs = (model.to(args.device).eval() for model in models)
    options = {"max_new_tokens": n_new, "num_beams": beam_size, "do_sample": False}

    def reference() -> None:
        theirs.generate(src, attention_mask=(src != PAD).long(), **options)
        wait(args.device)

    def jumok() -> None:
        ends = {"eos_id": None, "bos_id": BOS}
        if beam_size > 1:
            beam(ours, src, n_new, beam_size=beam_size, **ends)
        else:
            greedy(ours, src, n_new, **ends)
        wait(args.device)

    pairs = interleave(reference, jumok, args.pairs)
    task = f"{'탐욕' if beam_size == 1 else f'빔 {beam_size}'}, 문장 {n_sentences}"
    return summary(task, name, f"Marian {attention}", pairs, n_sentences * n_new)


def interleave(
    reference: Callable, ours: Callable, n_pairs: int
) -> list[tuple[float, float]]:
    """번갈아 재어 (참조, 우리) 초의 짝을 냅니다.

    짝마다 차례를 바꾸고, 첫 짝은 몸풀기로 버립니다.
    """
    pairs = []
    for i in range(n_pairs + 1):
        times = [0.0, 0.0]
        for which in (0, 1) if i % 2 else (1, 0):
            started = time.perf_counter()
            (reference, ours)[which]()
            times[which] = time.perf_counter() - started
        pairs.append(tuple(times))
    return pairs[1:]


def summary(
    task: str,
    size: str,
    reference: str,
    pairs: list[tuple[float, float]],
    n_tokens: int,
) -> dict:
    """짝들을 중앙값으로 줄입니다."""
    ratios = sorted(theirs / ours for theirs, ours in pairs)
    theirs, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    quarter = len(ratios) // 4
    return {
        "task": task,
        "size": size,
        "reference": reference,
        "reference_ms": 1e3 * theirs,
        "ours_ms": 1e3 * ours,
        "ratio": statistics.median(ratios),
        "quartiles": [ratios[quarter], ratios[-1 - quarter]],
        "tokens_per_second": n_tokens / ours,
    }


def cells(result: dict) -> list[str]:
    """결과 하나를 표의 칸으로."""
    low, high = result["quartiles"]
    return [
        result["task"],
        result["size"],
        result["reference"],
        f"{result['reference_ms']:,.0f}",
        f"{result['ours_ms']:,.0f}",
        f"**{result['ratio']:.2f}**",
        f"{low:.2f}–{high:.2f}",
        f"{result['tokens_per_second']:,.0f}",
        f"{result['mfu']:.0%}" if "mfu" in result else "",
    ]


def row(values) -> str:
    """Markdown 표의 한 줄."""
    return f"| {' | '.join(values)} |"


if __name__ == "__main__":
    main()
