"""학습 시험이 함께 쓰는 작은 일: 숫자 줄을 거꾸로 옮기기.

다른 프로세스에서도 돌립니다.
"""

import argparse
import signal
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from jumok.model import Transformer, TransformerConfig
from jumok.training.distributed import join_world
from jumok.training.loop import train
from jumok.training.recipe import Recipe
from jumok.training.translation import Translation

torch.set_num_threads(1)
QUIET = {
    "steps": 24,
    "max_tokens": 160,
    "warmup": 8,
    "eval_every": 6,
    "peak_rate": 5e-3,
    "keep": 3,
}


def toy_pairs(n: int = 200, seed: int = 0) -> list[tuple[list[int], list[int]]]:
    rng = np.random.default_rng(seed)
    rows = [rng.integers(7, 20, rng.integers(1, 8)).tolist() for _ in range(n)]
    return [(row, row[::-1]) for row in rows]


def toy_task(
    recipe: Recipe, dropout: float = 0.1, identity: dict | None = None
) -> Translation:
    torch.manual_seed(5)
    size = {
        "d_model": 16,
        "n_heads": 2,
        "n_layers": 1,
        "d_ff": 32,
        "max_len": 32,
        "dropout": dropout,
    }
    model = Transformer(TransformerConfig(src_vocab_size=20, tgt_vocab_size=20, **size))
    pairs = toy_pairs()
    return Translation(model, pairs[:160], pairs[160:], recipe, identity)


@contextmanager
def usual_signals():
    """Ctrl-C와 SIGTERM을 터미널에서 띄운 것처럼.

    시험을 nohup이나 &로 띄워도 같게 합니다.
    """
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, how) for number, how in usual.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def toy_train(folder, dropout: float = 0.1, say=print, **changes):
    recipe = Recipe(**{**QUIET, **changes})
    task = toy_task(recipe, dropout)
    with join_world(torch.device("cpu"), timeout=60) as world:
        progress = train(task, recipe, Path(folder), world, say)
    return task.model, progress


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--steps", type=int, default=QUIET["steps"])
    parser.add_argument("--eval-every", type=int, default=QUIET["eval_every"])
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--pause", type=float, default=0.0, help="걸음마다 쉬는 초")
    parser.add_argument(
        "--slow-write", type=float, default=0.0, help="체크포인트를 쓰다가 쉬는 초"
    )
    parser.add_argument(
        "--die-at", type=int, default=-1, help="둘째 프로세스가 이 걸음에서 사라집니다"
    )
    args = parser.parse_args()
    import os
    import time

    from jumok.training import checkpoint, loop

    plain_step, plain_save, taken = loop.one_step, checkpoint.save_file, [0]

    def step(*arguments):
        taken[0] += 1
        if taken[0] == args.die_at and os.environ.get("RANK") == "1":
            os._exit(3)
        time.sleep(args.pause)
        return plain_step(*arguments)

    def save(tensors, path):
        plain_save(tensors, path)
        if args.slow_write:
            data = Path(path).read_bytes()
            Path(path).write_bytes(data[: len(data) // 2])
            print("쓰는 중", flush=True)
            time.sleep(args.slow_write)
            Path(path).write_bytes(data)

    loop.one_step, checkpoint.save_file = step, save
    _, progress = toy_train(
        args.folder, args.dropout, steps=args.steps, eval_every=args.eval_every
    )
    print(f"끝 {progress.step}", flush=True)
