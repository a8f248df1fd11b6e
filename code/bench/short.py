"""짧은 문장의 어텐션: 교과서 식과 융합 커널로 학습 한 걸음을 번갈아 잽니다.

    python code/bench/short.py                        두 스레드, tiny
    python code/bench/short.py --threads 1
    python code/bench/short.py --lengths 8 64 --size small

비율은 융합 커널 ÷ 교과서 식입니다. 1보다 크면 교과서 식이 빠릅니다.
`jumok.model.fast.short_attention.SHORT`는 두 스레드에서 교과서 식이 빠른 길이로
정했습니다.
책의 기록은 --json book/runs/short_sentences.json이고, 표는 속도 쪽에 있습니다.
"""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

import torch
from models import SIZES, batch, jumok_loss, jumok_model
from run import interleave, machine, summary, training_step
from torch import Tensor

from jumok.model import attention, multi_head


def main() -> None:
    """인자를 읽고, 재고, 길이마다 한 줄과 JSON을 냅니다."""
    args = arguments()
    torch.set_num_threads(args.threads)
    facts = machine(torch.device("cpu")) | {
        "pairs": args.pairs,
        "size": args.size,
        "tokens": args.tokens,
    }
    print("{cpu}, {threads}스레드, torch {torch}, {size}\n".format(**facts), flush=True)
    results = []
    for length in args.lengths:
        results.append(measure(length, args))
        print(line(results[-1]), flush=True)
    if args.json:
        record = {"machine": facts, "results": results}
        Path(args.json).write_text(
            json.dumps(record, ensure_ascii=False, indent=1), "utf8"
        )


def measure(length: int, args: argparse.Namespace) -> dict:
    """한 길이에서 두 가지를 번갈아 잽니다."""
    torch.manual_seed(0)
    size, n_sentences = SIZES[args.size], max(1, args.tokens // length)
    options = argparse.Namespace(device="cpu", compile=False, precision="fp32")
    step = training_step(
        jumok_model(size), jumok_loss, batch(size, n_sentences, length), options
    )
    pairs = interleave(
        taking(attention.fused_attention, step), taking(textbook, step), args.pairs
    )
    result = summary(
        "학습 한 걸음", args.size, "융합 커널", pairs, 2 * n_sentences * length
    )
    return {"length": length, "sentences": n_sentences} | result


def line(result: dict) -> str:
    """결과 하나를 한 줄로."""
    low, high = result["quartiles"]
    return (
        f"{result['length']:4}토큰  "
        f"융합 커널 {result['reference_ms']:6.1f} ms  "
        f"교과서 식 {result['ours_ms']:6.1f} ms  "
        f"비율 {result['ratio']:.2f} ({low:.2f}–{high:.2f})"
    )


def textbook(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    _: float = 0.0,
) -> Tensor:
    """교과서 식의 출력만."""
    return attention.scaled_dot_product_attention(query, key, value, mask)[0]


def taking(
    function: Callable[..., Tensor], step: Callable[[], None]
) -> Callable[[], None]:
    """모델이 function으로 어텐션을 하며 step을 밟게 합니다."""

    def measured() -> None:
        multi_head.attend = function
        step()

    return measured


def arguments() -> argparse.Namespace:
    """명령줄 인자."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--lengths", type=int, nargs="+", default=[6, 8, 12, 16, 24, 32]
    )
    parser.add_argument("--size", choices=SIZES, default="tiny")
    parser.add_argument(
        "--tokens", type=int, default=2048, help="한 걸음의 원문 토큰 수"
    )
    parser.add_argument("--pairs", type=int, default=15, help="번갈아 재는 짝의 수")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", help="결과를 적을 파일")
    return parser.parse_args()


if __name__ == "__main__":
    main()
