"""여러 장치: torchrun이 띄운 프로세스들이 한 걸음을 나누어 계산합니다.

기울기를 합치는 일은 torch의 DistributedDataParallel이 합니다.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

N_SHAPES = 64  # torch.compile로 따로 옮길 배치의 모양 수


class LostWorker(RuntimeError):
    """함께 학습하던 프로세스 하나가 사라졌습니다."""

    exit_code = 1  # 명령줄의 잘못(2)이 아니고, 같은 명령을 다시 부르면 이어 갑니다.


@dataclass(frozen=True)
class World:
    """함께 학습하는 프로세스들. 혼자이면 rank는 0, size는 1입니다.

    control은 수 몇 개를 주고받는 CPU 쪽 길입니다.
    GPU의 계산을 기다리게 하지 않으려고 따로 둡니다.
    """

    device: torch.device
    rank: int = 0
    size: int = 1
    control: dist.ProcessGroup | None = None

    @property
    def is_first(self) -> bool:
        """파일을 쓰고 화면에 말하는 프로세스인지."""
        return self.rank == 0

    def total(self, *numbers: float) -> list[float]:
        """프로세스마다의 수를 더합니다. 오류: 다른 프로세스가 사라졌으면 LostWorker."""
        if self.size == 1:
            return list(numbers)
        box = torch.tensor(numbers, dtype=torch.float64)
        with talking():
            dist.all_reduce(box, group=self.control)
        return box.tolist()

    def gather(self, x: Tensor) -> list[Tensor]:
        """모양이 같은 CPU 텐서를 프로세스의 차례대로 모읍니다."""
        if self.size == 1:
            return [x]
        box = [torch.empty_like(x) for _ in range(self.size)]
        with talking():
            dist.all_gather(box, x, group=self.control)
        return box

    def wait(self) -> None:
        """모두가 여기 올 때까지 기다립니다."""
        if self.size > 1:
            with talking():
                dist.barrier(group=self.control)

    def share(self, module: nn.Module) -> nn.Module:
        """기울기를 프로세스들 사이에서 평균하도록 감쌉니다.

        첫 프로세스의 가중치로 맞추어 시작합니다.
        """
        if self.size == 1:
            return module
        ids = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(module, device_ids=ids)


def compiled(loss: nn.Module) -> nn.Module:
    """모양마다 따로 옮겨 적은(torch.compile) 손실.

    배치의 모양은 몇 가지뿐이므로 그 수만큼만 옮깁니다.
    """
    torch._dynamo.config.recompile_limit = max(
        torch._dynamo.config.recompile_limit, N_SHAPES
    )
    return torch.compile(loss, dynamic=False)


@contextmanager
def talking() -> Iterator[None]:
    """다른 프로세스와 이야기하다가 끊기면 LostWorker로 바꾸어 알립니다."""
    try:
        yield
    except RuntimeError as error:
        if isinstance(error, torch.OutOfMemoryError) or not _sounds_lost(str(error)):
            raise
        raise LostWorker(
            "함께 학습하던 프로세스 하나가 사라졌습니다. "
            "마지막 체크포인트는 그대로이니, 모든 프로세스를 같은 명령으로 다시 띄우면 "
            "이어서 학습합니다."
        ) from error


def _sounds_lost(message: str) -> bool:
    words = (
        "Connection",
        "connection",
        "closed by peer",
        "NCCL",
        "Gloo",
        "gloo",
        "Timed out",
        "timed out",
    )
    return any(word in message for word in words)


@contextmanager
def join_world(device: torch.device, timeout: float = 600) -> Iterator[World]:
    """torchrun이 적어 둔 환경 변수를 읽어 모입니다. torchrun이 아니면 혼자입니다.

    timeout초 동안 대답이 없는 프로세스는 사라진 것으로 봅니다.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World(device)
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    limit = timedelta(seconds=timeout)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=limit)
    try:
        control = dist.new_group(backend="gloo", timeout=limit)
        yield World(device, dist.get_rank(), size, control)
    finally:
        dist.destroy_process_group()
