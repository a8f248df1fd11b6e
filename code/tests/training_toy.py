"""학습 시험이 함께 쓰는 작은 일: 숫자 줄을 거꾸로 옮기기.

다른 프로세스에서도 돌립니다. torch를 불러오는 데 몇 초가 걸리므로, 한 번 불러온
프로세스에서 갈라져 나오게(forkserver) 합니다.
torchrun으로 띄우는 시험은 이 파일을 명령으로 부릅니다.
"""

import argparse
import multiprocessing
import os
import signal
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from jumok.model import Transformer, TransformerConfig
from jumok.training import checkpoint, loop
from jumok.training.distributed import join_world
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
SIZE = {"d_model": 16, "n_heads": 2, "n_layers": 1, "d_ff": 32, "max_len": 32}
CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
FORKS = multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")
if CAN_FORK:
    FORKS.set_forkserver_preload(["jumok.model", "jumok.training.translation"])


def toy_pairs(n: int = 200, seed: int = 0) -> list[tuple[list[int], list[int]]]:
    """길이 1–7의 숫자 줄과 그것을 거꾸로 한 줄."""
    rng = np.random.default_rng(seed)
    rows = [rng.integers(7, 20, rng.integers(1, 8)).tolist() for _ in range(n)]
    return [(row, row[::-1]) for row in rows]


def toy_task(
    recipe: Recipe, dropout: float = 0.1, identity: dict | None = None
) -> Translation:
    """늘 같은 가중치에서 시작하는 작은 번역."""
    torch.manual_seed(5)
    config = TransformerConfig(
        src_vocab_size=20, tgt_vocab_size=20, dropout=dropout, **SIZE
    )
    pairs = toy_pairs()
    return Translation(Transformer(config), pairs[:160], pairs[160:], recipe, identity)


def toy_train(folder, dropout: float = 0.1, say=print, **changes):
    """작은 번역을 배우고 (모델, 어디까지 왔는지)를 냅니다."""
    recipe = Recipe(**{**QUIET, **changes})
    task = toy_task(recipe, dropout)
    with join_world(torch.device("cpu"), timeout=60) as world:
        progress = loop.train(task, recipe, Path(folder), world, say)
    return task.model, progress


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


# ── 다른 프로세스에서 ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Trouble:
    """일부러 겪게 할 일.

    pause는 걸음마다 쉬는 초입니다. stuck_while_writing이면 체크포인트를 반만 쓰고
    멈춰 있고, die_at번째 걸음에서는 둘째 프로세스가 사라집니다.
    """

    pause: float = 0.0
    stuck_while_writing: bool = False
    die_at: int = -1


def meet(trouble: Trouble) -> None:
    """이 프로세스의 걸음과 저장을 trouble대로 바꿉니다."""
    one_step = loop.one_step
    save_file = checkpoint.save_file
    taken = 0

    def step(*arguments):
        nonlocal taken
        taken += 1
        if taken == trouble.die_at and os.environ.get("RANK") == "1":
            os._exit(3)
        time.sleep(trouble.pause)
        return one_step(*arguments)

    def save(tensors, path):
        save_file(tensors, path)
        if trouble.stuck_while_writing:
            data = Path(path).read_bytes()
            Path(path).write_bytes(data[: len(data) // 2])
            Path(path).with_suffix(".half").touch()
            time.sleep(600)

    loop.one_step = step
    checkpoint.save_file = save


def work(place: dict, folder, changes: dict, trouble: Trouble, told) -> None:
    """프로세스 하나의 일. 오류가 나면 told에 (이름, 글)을 남기고 1로 끝냅니다."""
    os.environ |= place
    meet(trouble)
    try:
        toy_train(folder, **changes)
    except Exception as error:
        told.put((type(error).__name__, str(error)))
        # 큐가 다 보낸 다음에 끝냅니다.
        told.close()
        told.join_thread()
        os._exit(1)


def start(folder, n: int = 1, trouble: Trouble | None = None, **changes):
    """프로세스 n개로 배우기 시작합니다. (프로세스들, 오류를 담는 큐)를 냅니다."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    told = FORKS.Queue()
    made = []
    for rank in range(n):
        place = {
            "RANK": rank,
            "LOCAL_RANK": rank,
            "WORLD_SIZE": n,
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port,
        }
        words = {name: str(value) for name, value in place.items()}
        arguments = (words, str(folder), changes, trouble or Trouble(), told)
        process = FORKS.Process(target=work, args=arguments, daemon=True)
        process.start()
        made.append(process)
    return made, told


def train_together(folder, n: int = 2, trouble: Trouble | None = None, **changes):
    """프로세스 n개로 끝까지 배우고 (끝냄 번호들, 오류들)을 냅니다."""
    processes, told = start(folder, n, trouble, **changes)
    for process in processes:
        process.join(timeout=240)
    codes = [process.exitcode for process in processes]
    errors = []
    while not told.empty():
        errors.append(told.get())
    return codes, errors


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--dropout", type=float, default=0.1)
    args = parser.parse_args()
    toy_train(args.folder, args.dropout)
