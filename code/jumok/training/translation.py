"""번역을 배우는 일: 배치, 손실, dev 성적."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from jumok.model import RnnSeq2Seq, Transformer, padding_mask
from jumok.text import PAD_ID
from jumok.text.batches import PairBatch, PairBatches

from .distributed import World
from .loss import chunked_loss, label_smoothed_loss
from .recipe import Recipe
from .task import Batch

Ids = Sequence[int]
MIN_ROWS = 8  # 한 걸음의 가장 적은 줄 수
DEV_TOKENS = 4096  # dev를 볼 때 한 번에 넣는 토큰 수. 성적에는 영향이 없습니다.


class TranslationLoss(nn.Module):
    """교사 강요로 구한 레이블 스무딩 손실.

    모양: src (B, S), tgt (B, T), labels (B, T) → 스칼라(채움이 아닌 토큰의 평균).
    """

    def __init__(self, model: Transformer | RnnSeq2Seq, smoothing: float) -> None:
        super().__init__()
        self.model, self.smoothing = model, smoothing

    def forward(self, src: Tensor, tgt: Tensor, labels: Tensor) -> Tensor:
        plain = (
            src.device.type != "cpu"
            or torch.is_autocast_enabled("cpu")
            or torch.compiler.is_compiling()
        )
        # 물려받아 forward를 고친 모델도 그 forward로 배웁니다.
        if plain or type(self.model).forward is not Transformer.forward:
            logits = self.model(src, tgt)
            return label_smoothed_loss(logits, labels, self.smoothing, PAD_ID)
        # CPU의 float32에서는 로짓을 통째로 만들지 않는 쪽이 빠릅니다. 값은 같습니다.
        memory = self.model.encode(src)
        hidden = self.model.decode(tgt, memory, padding_mask(src, PAD_ID))
        weight = self.model.output.weight
        return chunked_loss(hidden, weight, labels, self.smoothing, PAD_ID)


class Translation:
    """번역을 배우는 일.

    짝은 토큰 번호의 짝 (원문, 번역)이고 특별한 토큰은 넣지 않은 것입니다.
    identity에는 이어 갈 때 같아야 하는 것(모델의 설정, 자료의 해시 같은 것)을 넣습니다.
    """

    def __init__(
        self,
        model: Transformer | RnnSeq2Seq,
        train: Sequence[tuple[Ids, Ids]],
        dev: Sequence[tuple[Ids, Ids]],
        recipe: Recipe,
        identity: dict[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.loss = TranslationLoss(model, recipe.smoothing)
        self.dev_loss = TranslationLoss(model, 0.0)
        self.d_model = model.config.d_model
        self.recipe = recipe
        self.train = train
        self.dev = PairBatches(dev, DEV_TOKENS, too_long="drop")
        self.identity = identity or {}
        self._batches: dict[World, PairBatches] = {}

    def batches(self, epoch: int, start: int, world: World) -> Iterator[Batch]:
        """회차(epoch)의 start번째 걸음부터 (src, tgt, labels)를 냅니다."""
        if world not in self._batches:
            self._batches[world] = self.pair_batches(world.rank, world.size)
        for batch in self._batches[world].epoch(epoch, start):
            yield tensors(batch)

    def pair_batches(self, rank: int = 0, size: int = 1) -> PairBatches:
        """학습할 배치들. 너무 긴 짝은 버리고 그 수를 n_dropped에 셉니다."""
        recipe = self.recipe
        return PairBatches(
            self.train,
            recipe.max_tokens,
            too_long="drop",
            max_len=getattr(self.model.config, "max_len", None),
            seed=recipe.seed,
            rank=rank,
            world=size,
            # 어느 프로세스도 빈손이 되지 않을 만큼의 줄을 한 걸음에 담습니다.
            min_rows=max(MIN_ROWS, 2 * size),
            round_to=recipe.round_to if recipe.round_to > 1 else None,
        )

    def count(self, batch: Batch) -> int:
        """정답 토큰의 수."""
        return int((batch[2] != PAD_ID).sum())

    @torch.no_grad()
    def evaluate(self, device: torch.device) -> dict[str, float]:
        """dev의 토큰마다의 교차 엔트로피(스무딩 없이)."""
        total = 0.0
        n_tokens = 0
        for batch in self.dev.epoch(0):
            pieces = [x.to(device) for x in tensors(batch)]
            total += self.dev_loss(*pieces).item() * batch.n_tgt_tokens
            n_tokens += batch.n_tgt_tokens
        return {"loss": total / n_tokens}


def tensors(batch: PairBatch) -> Batch:
    """numpy 배치를 torch 텐서로. 메모리는 그대로 나눠 씁니다."""
    return tuple(torch.from_numpy(x) for x in (batch.src, batch.tgt, batch.labels))
