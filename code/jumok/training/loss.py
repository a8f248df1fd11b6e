"""손실: 레이블 스무딩 교차 엔트로피와, 로짓을 통째로 만들지 않는 같은 손실."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def label_smoothed_loss(
    logits: Tensor, targets: Tensor, smoothing: float = 0.1, pad_id: int = 0
) -> Tensor:
    """채움이 아닌 토큰에 대한 평균 (1 − ε)·(−log p_y) + (ε/V)·Σ_v(−log p_v).

    모양: logits (…, V), targets (…) → 스칼라. 정답의 확률 목표는 1 − ε + ε/V입니다(torch의 꼴).
    오류: [0, 1) 밖의 smoothing은 ValueError.
    출처: Szegedy et al. (2016); Vaswani et al. (2017), 5.4절.
    """
    _check(smoothing)
    return F.cross_entropy(
        logits.flatten(0, -2),
        targets.flatten(),
        ignore_index=pad_id,
        label_smoothing=smoothing,
    )


def chunked_loss(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    smoothing: float = 0.1,
    pad_id: int = 0,
    chunk: int = 512,
) -> Tensor:
    """`label_smoothed_loss(hidden @ weight.T, …)`과 같은 값을 chunk줄씩 나누어 구합니다.

    로짓 (N, V)이 통째로 생기지 않으므로 메모리를 덜 쓰고, 큰 메모리를 받아 오는 시간도 줄어듭니다.
    CPU 2스레드에서 학습 한 걸음이 tiny 1.3–1.4배, small 1.1배 빨라졌습니다(code/bench).
    모양: hidden (…, D), weight (V, D), targets (…) → 스칼라. 출력층에 치우침이 없을 때만 씁니다.
    오류: [0, 1) 밖의 smoothing은 ValueError.
    """
    _check(smoothing)
    return _ChunkedLoss.apply(
        hidden.flatten(0, -2), weight, targets.flatten(), smoothing, pad_id, chunk
    )


class _ChunkedLoss(torch.autograd.Function):
    """앞걸음에서 기울기까지 구해 둡니다. 손실의 기울기 softmax − 목표가 로짓에서 바로 나오기 때문입니다."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        targets: Tensor,
        smoothing: float,
        pad_id: int,
        chunk: int,
    ) -> Tensor:
        d_hidden, d_weight = torch.empty_like(hidden), torch.zeros_like(weight)
        keep = (targets != pad_id)[:, None]  # (N, 1)
        exact = torch.promote_types(hidden.dtype, torch.float32)
        share = keep.to(exact) / keep.sum()  # 토큰 하나가 평균에서 차지하는 몫
        total = share.new_zeros(())
        # 로짓의 자리는 하나만 잡아 조각마다 다시 씁니다. 새 메모리는 처음 쓸 때가 비쌉니다.
        # CPU 1스레드에서 이 함수의 앞뒤가 tiny 1.1–1.2배, small 1.0–1.1배 빨라졌습니다.
        room = hidden.new_empty(min(chunk, len(hidden)), len(weight))
        parts = (x.split(chunk) for x in (hidden, targets[:, None], share, d_hidden))
        for h, y, s, d in zip(*parts, strict=True):
            loss, d_logits = _loss_and_gradient(
                torch.mm(h, weight.T, out=room[: len(h)]), y, smoothing
            )
            total = total + (loss * s).sum()
            torch.mm(d_logits, weight, out=d).mul_(s)
            d_weight.addmm_(d_logits.T, (h * s).to(h.dtype))
        ctx.save_for_backward(d_hidden, d_weight)
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        d_hidden, d_weight = ctx.saved_tensors
        return d_hidden * grad, d_weight * grad, None, None, None, None


def _loss_and_gradient(
    logits: Tensor, y: Tensor, smoothing: float
) -> tuple[Tensor, Tensor]:
    """로짓 (n, V), 정답 (n, 1) → 토큰마다의 손실 (n, 1)과, 로짓의 자리에 쓴 기울기 (n, V)."""
    loss = -(1 - smoothing) * logits.gather(1, y) - smoothing * logits.mean(
        1, keepdim=True
    )
    highest = logits.amax(1, keepdim=True)
    probs = torch.softmax(logits, 1, out=logits)
    # log Σexp를 가장 큰 확률에서 얻습니다. 그 값은 1/V 이상이라 로그가 안전하고, exp를 두 번 하지 않습니다.
    loss += highest - probs.amax(1, keepdim=True).log()
    gradient = probs.sub_(smoothing / logits.size(1))
    return loss, gradient.scatter_add_(
        1, y, torch.full_like(y, smoothing - 1, dtype=probs.dtype)
    )


def _check(smoothing: float) -> None:
    if not 0 <= smoothing < 1:
        raise ValueError(
            f"smoothing은 0 이상 1 미만이어야 합니다. 받은 값은 {smoothing}입니다."
        )
