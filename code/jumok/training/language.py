"""글을 배우는 일: GPT의 다음 토큰 맞히기와 BERT의 가린 토큰 맞히기."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from jumok.model import BertForPretraining, Gpt
from jumok.text import EOS_ID, PAD_ID, MlmBatches, PackedBatches, RowBatches

from .distributed import World
from .loss import chunked_loss, label_smoothed_loss
from .metrics import bits_per_character
from .recipe import Recipe
from .task import Batch

Ids = Sequence[int]
EVAL_TOKENS = 8192  # 평가할 때 한 번에 넣는 토큰 수. 성적에는 영향이 없습니다.


class LanguageLoss(nn.Module):
    """다음 토큰의 교차 엔트로피. 모양: ids, targets (B, T) → 스칼라(토큰의 평균).

    CPU에서는 로짓을 통째로 만들지 않습니다. 값은 같습니다.
    """

    def __init__(self, model: Gpt, smoothing: float = 0.0) -> None:
        super().__init__()
        self.model, self.smoothing = model, smoothing

    def forward(self, ids: Tensor, targets: Tensor) -> Tensor:
        if _in_chunks(ids):
            hidden, weight = self.model.hidden(ids), self.model.output.weight
            return chunked_loss(hidden, weight, targets, self.smoothing, PAD_ID)
        return label_smoothed_loss(self.model(ids), targets, self.smoothing, PAD_ID)


def _in_chunks(ids: Tensor) -> bool:
    """로짓을 나누어 만들지. GPU와 torch.compile에는 통째로 만드는 쪽이 낫습니다."""
    return ids.device.type == "cpu" and not torch.compiler.is_compiling()


class LanguageModel:
    """GPT를 배우는 일. tokens는 <eos>로 끝나는 글들의 표나 그것을 이은 긴 줄입니다.

    긴 줄을 seq_len칸씩 잘라 배웁니다. 0이면 글의 처음에서 시작하는 max_len칸입니다.
    dev는 (번호들, 글자 수)의 목록이고, identity는 이어 갈 때 같아야 하는 것입니다.
    """

    def __init__(
        self,
        model: Gpt,
        tokens: Any,
        dev: Sequence[tuple[Ids, int]],
        recipe: Recipe,
        seq_len: int,
        identity: dict[str, Any] | None = None,
    ) -> None:
        self.model, self.loss = model, LanguageLoss(model, recipe.smoothing)
        self.d_model = model.config.d_model
        self.tokens, self.dev, self.recipe, self.seq_len = tokens, dev, recipe, seq_len
        self.identity = identity or {}

    def batches(self, epoch: int, start: int, world: World) -> Iterator[Batch]:
        """회차(epoch)의 start번째 걸음부터 (ids, targets)를 냅니다."""
        options = {"seed": self.recipe.seed, "rank": world.rank, "world": world.size}
        width = self.seq_len or self.model.config.max_len
        rows = max(1, self.recipe.max_tokens // width // world.size) * world.size
        cut = PackedBatches if self.seq_len else RowBatches
        for batch in cut(self.tokens, rows, width, **options).epoch(epoch, start):
            yield torch.from_numpy(batch.ids), torch.from_numpy(batch.targets)

    def count(self, batch: Batch) -> int:
        """맞힐 토큰의 수."""
        return int((batch[1] != PAD_ID).sum())

    def evaluate(self, device: torch.device) -> dict[str, float]:
        """dev의 토큰마다의 교차 엔트로피와 글자당 비트."""
        nats = text_nats(self.model, [ids for ids, _ in self.dev], device)
        n_tokens = sum(len(ids) + 1 for ids, _ in self.dev)
        bits = bits_per_character(nats, sum(n for _, n in self.dev))
        return {"loss": nats / n_tokens, "bits_per_character": bits}


def text_nats(model: Gpt, rows: Sequence[Ids], device: torch.device) -> float:
    """글마다 <eos> 다음에서 시작해 끝의 <eos>까지 맞힐 때 −log 확률(자연로그)의 합.

    앞글을 보지 않으므로 n-gram 기준선과 같은 조건입니다.
    오류: 모델이 읽을 수 있는 것보다 긴 글은 ValueError.
    """
    return -sum(float(row.sum()) for row in text_log_probs(model, rows, device))


@torch.no_grad()
def text_log_probs(
    model: Gpt, rows: Sequence[Ids], device: torch.device
) -> list[np.ndarray]:
    """글마다, 토큰들과 끝의 <eos>의 log 확률(자연로그).

    모양: 글 n개 → (토큰 수 + 1,)인 배열 n개. 조건과 오류는 `text_nats`와 같습니다.
    """
    limit = model.config.max_len
    longest = max(map(len, rows), default=0) + 1
    if longest > limit:
        raise ValueError(
            f"글이 {longest}토큰으로 모델의 한도 {limit}보다 깁니다. 잘라서 넣으세요."
        )
    found = [np.zeros(0)] * len(rows)
    for group in _like_lengths(rows):
        width = len(rows[group[-1]]) + 1
        ends = [[EOS_ID, *rows[i], EOS_ID] for i in group]
        text = torch.tensor([row + [PAD_ID] * (width + 1 - len(row)) for row in ends])
        logits = model(text[:, :-1].to(device)).float()  # (B, T, V)
        targets = text[:, 1:].to(device)
        losses = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
        for i, row in zip(group, losses.double().cpu().numpy(), strict=True):
            found[i] = -row[: len(rows[i]) + 1]
    return found


def _like_lengths(rows: Sequence[Ids]) -> Iterator[list[int]]:
    """짧은 글부터, 채운 칸이 EVAL_TOKENS를 넘지 않게 묶은 글의 번호들."""
    group: list[int] = []
    for i in sorted(range(len(rows)), key=lambda i: len(rows[i])):
        if group and (len(group) + 1) * (len(rows[i]) + 1) > EVAL_TOKENS:
            yield group
            group = []
        group.append(i)
    if group:
        yield group


class BertLoss(nn.Module):
    """가린 토큰의 교차 엔트로피에, 두 문장이면 다음 문장 예측의 것을 더합니다.

    모양: ids, targets, segments (B, T), is_next (B,) → 스칼라.
    가린 자리는 15 %뿐이므로 그 자리의 로짓만 만듭니다. 어휘가 8,000이면 걸음이 두 배
    넘게 빨라집니다. torch.compile은 모양이 늘 같아야 하므로 모든 자리를 만듭니다.
    출처: Devlin et al. (2019), 3.1절.
    """

    def __init__(self, model: BertForPretraining) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        ids: Tensor,
        targets: Tensor,
        segments: Tensor,
        is_next: Tensor | None = None,
    ) -> Tensor:
        hidden = self.model.bert(ids, segments)  # (B, T, D)
        picked, answers = hidden.flatten(0, 1), targets.flatten()
        if not torch.compiler.is_compiling():
            keep = answers != PAD_ID
            picked, answers = picked[keep], answers[keep]
        if _in_chunks(ids):
            features, output = self.model.features(picked), self.model.output
            loss = chunked_loss(
                features, output.weight, answers, 0.0, PAD_ID, bias=output.bias
            )
        else:
            words = self.model.words(picked)
            loss = F.cross_entropy(words, answers, ignore_index=PAD_ID)
        return (
            loss
            if is_next is None
            else loss + F.cross_entropy(self.model.order(hidden), is_next)
        )


class MaskedLanguageModel:
    """BERT를 사전 학습하는 일.

    train은 (rank, world)를 받아 MlmBatches나 NspBatches를 만드는 함수입니다.
    """

    def __init__(
        self,
        model: BertForPretraining,
        train: Any,
        dev: MlmBatches,
        identity: dict[str, Any] | None = None,
    ) -> None:
        self.model, self.loss = model, BertLoss(model)
        self.d_model = model.bert.config.d_model
        self.train, self.dev, self.identity = train, dev, identity or {}
        self._made: dict[World, MlmBatches] = {}

    def batches(self, epoch: int, start: int, world: World) -> Iterator[Batch]:
        """회차의 start번째 걸음부터 (ids, targets, segments[, is_next])를 냅니다."""
        if world not in self._made:
            self._made[world] = self.train(world.rank, world.size)
        yield from map(mlm_tensors, self._made[world].epoch(epoch, start))

    def count(self, batch: Batch) -> int:
        """가린 토큰의 수."""
        return int((batch[1] != PAD_ID).sum())

    @torch.no_grad()
    def evaluate(self, device: torch.device) -> dict[str, float]:
        """dev의 가린 토큰의 교차 엔트로피와 맞힌 몫, 두 문장이면 그것을 맞힌 몫."""
        loss = hits = n_tokens = order_hits = n_rows = 0.0
        for batch in map(mlm_tensors, self.dev.epoch(0)):
            ids, targets, segments, *rest = (x.to(device) for x in batch)
            words, order = self.model(ids, segments)
            keep = targets != PAD_ID
            loss += F.cross_entropy(
                words[keep].float(), targets[keep], reduction="sum"
            ).item()
            hits += (words[keep].argmax(dim=-1) == targets[keep]).sum().item()
            n_tokens += keep.sum().item()
            for is_next in rest:
                real = is_next >= 0
                order_hits += (order.argmax(dim=-1) == is_next)[real].sum().item()
                n_rows += real.sum().item()
        found = {"loss": loss / n_tokens, "mlm_accuracy": hits / n_tokens}
        return found | ({"nsp_accuracy": order_hits / n_rows} if n_rows else {})


def mlm_tensors(batch: Any) -> Batch:
    """numpy 배치를 torch 텐서로. 한 문장씩이면 is_next를 뺍니다."""
    parts = (batch.ids, batch.targets, batch.segments, batch.is_next)
    return tuple(torch.from_numpy(x) for x in parts if x is not None)
