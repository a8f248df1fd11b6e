"""손실: 레이블 스무딩 교차 엔트로피.

로짓을 나누어 만드는 것은 model/fast/chunked_loss.py에 있습니다.
"""

import torch.nn.functional as F
from torch import Tensor

from jumok.model.fast.chunked_loss import LossRule, chunked_loss

__all__ = ["chunked_loss", "label_smoothed_loss"]


def label_smoothed_loss(
    logits: Tensor, targets: Tensor, smoothing: float = 0.1, pad_id: int = 0
) -> Tensor:
    """채움이 아닌 토큰에 대한 평균 (1 − ε)·(−log p_y) + (ε/V)·Σ_v(−log p_v).

    모양: logits (…, V), targets (…) → 스칼라.
    정답의 확률 목표는 1 − ε + ε/V입니다(torch의 꼴).
    오류: [0, 1) 밖의 smoothing은 ValueError.
    출처: Szegedy et al. (2016); Vaswani et al. (2017), 5.4절.
    """
    rule = LossRule(smoothing, pad_id)
    return F.cross_entropy(
        logits.flatten(0, -2),
        targets.flatten(),
        ignore_index=rule.pad_id,
        label_smoothing=rule.smoothing,
    )
