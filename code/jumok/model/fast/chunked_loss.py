"""로짓을 통째로 만들지 않는 교차 엔트로피. 번역, GPT, BERT의 손실이 함께 씁니다."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class LossRule:
    """손실을 정하는 수. chunk는 한 번에 로짓을 만들 줄의 수이고 값에는 영향이 없습니다.

    오류: [0, 1) 밖의 smoothing은 ValueError.
    """

    smoothing: float = 0.1
    pad_id: int = 0
    chunk: int = 512

    def __post_init__(self) -> None:
        if not 0 <= self.smoothing < 1:
            raise ValueError(
                "smoothing은 0 이상 1 미만이어야 합니다. "
                f"받은 값은 {self.smoothing}입니다."
            )


def chunked_loss(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    smoothing: float = 0.1,
    pad_id: int = 0,
    chunk: int = 512,
    bias: Tensor | None = None,
) -> Tensor:
    """`label_smoothed_loss(hidden @ weight.T + bias, …)`를 chunk줄씩 나누어 구합니다.

    로짓 (N, V)가 통째로 생기지 않으므로 메모리를 덜 쓰고, 그 메모리를 받아 오는 시간도
    줄어듭니다. CPU 2스레드에서 학습 한 걸음이 tiny 1.3–1.4배, small 1.1배 빨라졌습니다
    (code/bench). autocast 안에서는 곱하기만 그 자료형으로, 나머지는 float32로 합니다.
    모양: hidden (…, D), weight (V, D), bias (V,), targets (…) → 스칼라(토큰의 평균).
    오류: [0, 1) 밖의 smoothing은 ValueError.
    """
    rule = LossRule(smoothing, pad_id, chunk)
    return _ChunkedLoss.apply(
        hidden.flatten(0, -2), weight, bias, targets.flatten(), rule
    )


class _ChunkedLoss(torch.autograd.Function):
    """앞걸음에서 기울기까지 구해 둡니다.

    손실의 기울기 softmax − 목표가 로짓에서 바로 나오기 때문입니다.
    """

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        targets: Tensor,
        rule: LossRule,
    ) -> Tensor:
        exact = torch.promote_types(hidden.dtype, torch.float32)
        keep = (targets != rule.pad_id)[:, None]  # (N, 1)
        share = keep.to(exact) / keep.sum()  # 토큰 하나가 평균에서 차지하는 몫
        matrix = weight.to(_product_dtype(hidden))
        # 조각마다 더하는 기울기는 16비트로 곱할 때에도 정확한 자료형으로 모읍니다.
        d_hidden = torch.empty_like(hidden)
        d_weight = torch.zeros_like(weight, dtype=exact)
        d_bias = torch.zeros_like(weight[:, 0], dtype=exact)
        total = share.new_zeros(())
        # 로짓의 자리는 하나만 잡아 조각마다 다시 씁니다. 새 메모리는 처음 쓸 때가
        # 비쌉니다. CPU 1스레드에서 앞뒤가 tiny 1.1–1.2배, small 1.0–1.1배 빨라졌습니다.
        shape = (min(rule.chunk, len(hidden)), len(weight))
        room = share.new_empty(shape)
        product = room if matrix.dtype == exact else matrix.new_empty(shape)
        inputs = (hidden, targets[:, None], share, d_hidden)
        parts = (x.split(rule.chunk) for x in inputs)
        for h, y, s, d in zip(*parts, strict=True):
            h, logits = h.to(matrix.dtype), room[: len(h)]
            torch.mm(h, matrix.T, out=product[: len(h)])
            if product is not room:
                logits.copy_(product[: len(h)])
            if bias is not None:
                logits += bias
            loss, d_logits = _loss_and_gradient(logits, y, rule.smoothing)
            total = total + (loss * s).sum()
            if bias is not None:
                d_bias += (d_logits.T @ s)[:, 0]
            # 몫은 (n, V)가 아니라 (n, D)에 곱합니다. 원소가 훨씬 적습니다.
            d_logits = d_logits.to(matrix.dtype)
            torch.mul(d_logits @ matrix, s, out=d)
            _add_product(d_weight, d_logits.T, (h * s).to(h.dtype))
        ctx.save_for_backward(d_hidden, d_weight.to(weight.dtype), d_bias)
        ctx.has_bias = bias is not None
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        d_hidden, d_weight, d_bias = ctx.saved_tensors
        d_bias = d_bias * grad if ctx.has_bias else None
        return d_hidden * grad, d_weight * grad, d_bias, None, None


def _product_dtype(hidden: Tensor) -> torch.dtype:
    """곱할 때의 자료형: autocast 안이면 그것의, 아니면 은닉 벡터의 자료형."""
    device = hidden.device.type
    if torch.is_autocast_enabled(device):
        return torch.get_autocast_dtype(device)
    return hidden.dtype


def _add_product(total: Tensor, a: Tensor, b: Tensor) -> None:
    """total에 a @ b를 더합니다. 자료형이 같으면 결과를 따로 만들지 않습니다."""
    if total.dtype == a.dtype:
        total.addmm_(a, b)
    else:
        total += a @ b


def _loss_and_gradient(
    logits: Tensor, y: Tensor, smoothing: float
) -> tuple[Tensor, Tensor]:
    """로짓 (n, V), 정답 (n, 1) → 토큰마다의 손실 (n, 1)과 기울기 (n, V).

    기울기는 로짓의 자리에 씁니다.
    """
    loss = -(1 - smoothing) * logits.gather(1, y)
    if smoothing:
        loss -= smoothing * logits.mean(1, keepdim=True)
    highest = logits.amax(1, keepdim=True)
    probs = torch.softmax(logits, 1, out=logits)
    # log Σexp를 가장 큰 확률에서 얻습니다. 그 값은 1/V 이상이라 로그가 안전하고,
    # exp를 두 번 하지 않습니다.
    loss += highest - probs.amax(1, keepdim=True).log()
    if smoothing:
        probs -= smoothing / logits.size(1)
    change = torch.full_like(y, smoothing - 1, dtype=probs.dtype)
    return loss, probs.scatter_add_(1, y, change)
