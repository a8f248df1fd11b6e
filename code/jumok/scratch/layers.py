"""층의 부품: 선형, 피드포워드, 정규화, 잔차 연결.

행 벡터 하나가 토큰 하나이고 행렬은 오른쪽에서 곱합니다.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .activations import relu

Function = Callable[[np.ndarray], np.ndarray]


class FeedForwardWeights(NamedTuple):
    """피드포워드의 매개변수.

    모양: w_up (D, d_ff), b_up (d_ff,), w_down (d_ff, D), b_down (D,).
    """

    w_up: np.ndarray
    b_up: np.ndarray
    w_down: np.ndarray
    b_down: np.ndarray


class NormWeights(NamedTuple):
    """정규화한 뒤에 곱하고 더하는 값: gamma (D,), beta (D,)."""

    gamma: np.ndarray
    beta: np.ndarray


class RunningStats(NamedTuple):
    """배치 정규화가 평가할 때 쓸 이동 평균: mean (D,), var (D,)."""

    mean: np.ndarray
    var: np.ndarray


def linear(x: np.ndarray, w: np.ndarray, b: np.ndarray | float = 0.0) -> np.ndarray:
    """xW + b.

    모양: x (..., D_in), w (D_in, D_out), b (D_out,) → (..., D_out).
    torch의 nn.Linear는 전치한 (D_out, D_in)을 둡니다.
    `weight.T`를 넘기면 같은 층입니다.
    오류: x의 폭과 w의 행 수가 다르면 ValueError.
    """
    if x.shape[-1] != w.shape[0]:
        raise ValueError(
            f"x의 폭 {x.shape[-1]}과 행렬 {w.shape}의 행 수 {w.shape[0]}이(가) "
            "같아야 곱할 수 있습니다. torch의 weight라면 .T로 전치해서 넘기세요."
        )
    return x @ w + b


def feed_forward(
    x: np.ndarray, weights: FeedForwardWeights, activation: Function = relu
) -> np.ndarray:
    """activation(xW₁ + b₁)W₂ + b₂를 토큰마다 따로 합니다.

    모양: x (..., T, D) → (..., T, d_ff) → (..., T, D).
    출처: Vaswani et al. (2017), 식 (2).
    """
    # 두 선형 층 사이에 활성화가 없으면 행렬 하나를 곱한 것과 같습니다.
    hidden = activation(linear(x, weights.w_up, weights.b_up))  # (..., T, d_ff)
    return linear(hidden, weights.w_down, weights.b_down)  # (..., T, D)


def layer_norm(
    x: np.ndarray,
    gamma: np.ndarray | float = 1.0,
    beta: np.ndarray | float = 0.0,
    eps: float = 1e-5,
) -> np.ndarray:
    """토큰 벡터 하나하나를 자기 평균과 분산으로 정규화합니다.

    다른 토큰이나 배치는 보지 않습니다.
    γ (x − μ) / √(σ² + ε) + β. σ²은 D로 나눈 분산입니다(D − 1이 아닙니다).
    모양: x (..., D), gamma와 beta (D,) → (..., D).
    출처: Ba et al. (2016), 식 (3)과 (4).
    """
    mean = x.mean(axis=-1, keepdims=True)  # (..., 1)
    var = x.var(axis=-1, keepdims=True)
    # 모든 성분이 같은 토큰은 분산이 0입니다. ε이 0으로 나누는 것을 막습니다.
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def layer_norm_backward(
    d_y: np.ndarray, x: np.ndarray, gamma: np.ndarray | float = 1.0, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`layer_norm`의 기울기. d_y는 출력의 기울기 ∂L/∂y입니다.

    모양: d_y, x (..., D) → d_x (..., D), d_gamma (D,), d_beta (D,).
    """
    std = np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=-1, keepdims=True)) / std  # (..., D)
    d_hat = d_y * gamma
    # 평균과 분산도 x의 함수입니다. 그래서 x의 기울기에서 두 방향(모두 같은 값, x̂)의
    # 성분이 빠집니다. x를 그 두 방향으로 움직여도 출력이 그대로이기 때문입니다.
    d_mean = d_hat.mean(axis=-1, keepdims=True)
    d_std = (d_hat * x_hat).mean(axis=-1, keepdims=True)
    d_x = (d_hat - d_mean - x_hat * d_std) / std  # (..., D)
    # gamma와 beta는 모든 토큰이 함께 쓰므로 토큰마다의 기울기를 더합니다.
    tokens = tuple(range(x.ndim - 1))
    return d_x, (d_y * x_hat).sum(tokens), d_y.sum(tokens)


def batch_norm(
    x: np.ndarray,
    running: RunningStats,
    gamma: np.ndarray | float = 1.0,
    beta: np.ndarray | float = 0.0,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, RunningStats]:
    """특징마다 배치 전체의 평균과 분산으로 정규화하고, 새 이동 평균을 함께 돌려줍니다.

    학습할 때는 이 배치의 통계로, 평가할 때는 running으로 정규화합니다.
    running은 평가할 때 그대로입니다.
    모양: x (..., D) → (..., D), RunningStats.
    오류: 학습할 때 특징마다 값이 하나뿐이면 분산을 구할 수 없으므로 ValueError.
    출처: Ioffe and Szegedy (2015), 알고리즘 1과 2.
    """
    mean, var = running
    if training:
        n = x.size // x.shape[-1]  # 특징 하나가 배치에서 가진 값의 수
        if n < 2:
            raise ValueError(
                "배치 정규화를 학습하려면 특징마다 값이 2개 이상 있어야 합니다. "
                f"지금은 {n}개입니다."
            )
        others = tuple(range(x.ndim - 1))
        mean, var = x.mean(others), x.var(others)  # (D,)
        # 정규화에는 n으로 나눈 분산을 쓰지만, 이동 평균은 모집단의 분산을 어림하는
        # 것이라 n − 1로 나눈 분산을 씁니다(torch와 같습니다).
        unbiased = var * n / (n - 1)
        running = RunningStats(
            (1 - momentum) * running.mean + momentum * mean,
            (1 - momentum) * running.var + momentum * unbiased,
        )
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, running


def residual(
    x: np.ndarray, sublayer: Function, norm: NormWeights, norm_first: bool = False
) -> np.ndarray:
    """잔차 연결과 층 정규화. 둘은 다른 일이고, 순서가 둘입니다.

    post(논문): LayerNorm(x + Sublayer(x)).  pre: x + Sublayer(LayerNorm(x)).
    모양: x (..., T, D), sublayer는 (..., T, D) → (..., T, D)인 함수 → (..., T, D).
    출처: Vaswani et al. (2017), 3.1절; Xiong et al. (2020).
    """
    # pre에서는 x가 정규화를 거치지 않고 그대로 다음 층까지 갑니다.
    if norm_first:
        return x + sublayer(layer_norm(x, *norm))
    return layer_norm(x + sublayer(x), *norm)
