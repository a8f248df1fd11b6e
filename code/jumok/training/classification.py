"""이름표를 배우는 일: 글의 감정(BERT 미세 조정)과 그림의 종류(ViT)."""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from jumok.text import PAD_ID

from .distributed import World
from .recipe import Recipe
from .task import Batch

EVAL_ROWS = 256  # 평가할 때 한 번에 넣는 줄 수. 성적에는 영향이 없습니다.
POOL = 32  # 글을 길이가 비슷한 것끼리 묶을 때 함께 줄 세우는 배치의 수


class ClassificationLoss(nn.Module):
    """이름표의 교차 엔트로피. 모양: inputs (B, …), labels (B,) → 스칼라."""

    def __init__(self, model: nn.Module, smoothing: float = 0.0) -> None:
        super().__init__()
        self.model, self.smoothing = model, smoothing

    def forward(self, inputs: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(
            self.model(inputs), labels, label_smoothing=self.smoothing
        )


class Classification:
    """이름표를 배우는 일.

    inputs (N, …)와 labels (N,)는 학습할 것, dev는 (inputs, labels)입니다.
    글이면 inputs는 PAD_ID로 채운 번호 (N, T)입니다. 길이가 비슷한 글끼리 묶고,
    배치마다 모두 빈칸인 뒤쪽 열은 잘라 냅니다. 한 걸음은 rows줄이고
    회차(epoch)마다 씨앗으로 뒤섞습니다. 남는 줄은 그 회차에 쓰지 않습니다.
    오류: 한 걸음도 안 되는 자료, 프로세스의 수로 나누어떨어지지 않는 rows는 ValueError.
    """

    def __init__(
        self,
        model: nn.Module,
        train: tuple[Tensor, Tensor],
        dev: tuple[Tensor, Tensor],
        recipe: Recipe,
        rows: int,
        d_model: int,
        identity: dict[str, Any] | None = None,
    ) -> None:
        if not 1 <= rows <= len(train[1]):
            raise ValueError(
                f"한 걸음의 줄 수는 1부터 {len(train[1])}까지입니다. "
                f"받은 값은 {rows}입니다."
            )
        self.model = model
        self.loss = ClassificationLoss(model, recipe.smoothing)
        self.train = train
        self.dev = dev
        self.recipe = recipe
        self.rows = rows
        self.d_model = d_model
        self.identity = identity or {}

    def batches(self, epoch: int, start: int, world: World) -> Iterator[Batch]:
        """회차(epoch)의 start번째 걸음부터 (inputs, labels)를 냅니다."""
        if self.rows % world.size:
            raise ValueError(
                f"줄 수 {self.rows}이(가) 프로세스의 수 {world.size}로 "
                "나누어떨어져야 합니다."
            )
        inputs, labels = self.train
        for batch in self._order(epoch)[start:]:
            mine = batch[world.rank :: world.size]
            yield trimmed(inputs[mine]), labels[mine]

    def _order(self, epoch: int) -> Tensor:
        """회차의 배치마다의 줄 번호 (걸음, rows)."""
        inputs, labels = self.train
        noise = torch.Generator().manual_seed((self.recipe.seed << 20) + epoch)
        n_steps = len(labels) // self.rows
        order = torch.randperm(len(labels), generator=noise)[: n_steps * self.rows]
        if not is_text(inputs):
            return order.view(n_steps, self.rows)
        # 모두 길이대로 늘어놓으면 같은 배치만 되풀이되므로,
        # 뒤섞은 뒤 조금씩만 줄 세웁니다.
        pools = order.split(POOL * self.rows)
        order = torch.cat([_by_length(inputs, pool) for pool in pools])
        shuffled = torch.randperm(n_steps, generator=noise)
        return order.view(n_steps, self.rows)[shuffled]

    def count(self, batch: Batch) -> int:
        """줄의 수."""
        return len(batch[1])

    def evaluate(self, device: torch.device) -> dict[str, float]:
        """dev의 교차 엔트로피와 정확도."""
        inputs, labels = self.dev
        logits = predict_logits(self.model, inputs, device)
        right = logits.argmax(dim=-1) == labels
        return {
            "loss": F.cross_entropy(logits, labels).item(),
            "accuracy": right.float().mean().item(),
        }


@torch.no_grad()
def predict_logits(model: nn.Module, inputs: Tensor, device: torch.device) -> Tensor:
    """줄마다의 로짓 (N, C)를 CPU로 모아 냅니다."""
    order = torch.arange(len(inputs))
    if is_text(inputs):
        order = _by_length(inputs, order)
    parts = [
        model(trimmed(inputs[rows]).to(device)).float().cpu()
        for rows in order.split(EVAL_ROWS)
    ]
    return torch.cat(parts)[order.argsort()]


def is_text(inputs: Tensor) -> bool:
    """토큰의 번호인지. 그림은 실수입니다."""
    return not inputs.is_floating_point()


def _by_length(inputs: Tensor, rows: Tensor) -> Tensor:
    """줄의 번호 rows를 글이 짧은 차례로."""
    lengths = (inputs[rows] != PAD_ID).sum(dim=1)
    return rows[lengths.argsort(stable=True)]


def trimmed(inputs: Tensor) -> Tensor:
    """번호의 배치이면 모두 PAD_ID인 뒤쪽 열을 잘라 냅니다. 그림은 그대로 둡니다."""
    if not is_text(inputs):
        return inputs
    used = (inputs != PAD_ID).any(dim=0).nonzero()
    # 빈 글뿐이어도 한 열은 남깁니다.
    width = int(used[-1]) + 1 if len(used) else 1
    return inputs[:, :width]
