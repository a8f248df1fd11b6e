"""학습할 일의 약속: 고리는 이것만 알고, 무엇을 배우는지는 모릅니다."""

from collections.abc import Iterator
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from .distributed import World

Batch = tuple[Tensor, ...]


class Task(Protocol):
    """학습할 일.

    loss는 배치를 받아 토큰마다의 평균 손실을 내는 모듈이고, 그 안에 model이 있습니다.
    """

    model: nn.Module
    loss: nn.Module
    d_model: int
    identity: dict[str, Any]

    def batches(self, epoch: int, start: int, world: World) -> Iterator[Batch]:
        """회차(epoch)의 start번째 걸음부터, 이 프로세스가 맡을 몫만 냅니다."""

    def count(self, batch: Batch) -> int:
        """손실을 평균 내는 토큰의 수."""

    def evaluate(self, device: torch.device) -> dict[str, float]:
        """dev 자료의 성적. 'loss'가 들어 있어야 합니다."""
