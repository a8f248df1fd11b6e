"""활성화 함수, 그리고 점수를 가중치로 바꾸는 softmax."""

import math

import numpy as np

# numpy에는 오차 함수 erf가 없어서 표준 라이브러리의 것을 원소마다 부릅니다.
_erf = np.vectorize(math.erf, otypes=[np.float64])


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^{−x}). 0과 1 사이의 값으로 LSTM과 GRU의 문(gate)을 여닫습니다."""
    # e^{−x}는 x가 아주 작으면 넘칩니다. 값이 같은 (1 + tanh(x/2)) / 2로 구합니다.
    return 0.5 * (1 + np.tanh(0.5 * _as_float(x)))


def relu(x: np.ndarray) -> np.ndarray:
    """max(0, x). 음수를 0으로 만듭니다. 출처: Vaswani et al. (2017), 식 (2)."""
    return np.maximum(x, 0)


def gelu(x: np.ndarray) -> np.ndarray:
    """x·Φ(x) = x/2 · (1 + erf(x/√2)). Φ는 표준정규분포의 누적 확률이고 BERT가 씁니다.

    출처: Hendrycks and Gimpel (2016), 2절.
    """
    x = _as_float(x)
    return (0.5 * x * (1 + _erf(x / math.sqrt(2)))).astype(x.dtype)


def gelu_tanh(x: np.ndarray) -> np.ndarray:
    """GELU를 tanh로 어림한 꼴. GPT-2가 씁니다.

    x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))).
    출처: Hendrycks and Gimpel (2016), 2절.
    """
    x = _as_float(x)
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """점수를 합이 1인 양수로 바꿉니다.

    softmax(x)_i = exp(x_i) / Σ_j exp(x_j).
    모양: x (..., n) → 같은 모양, `axis` 방향의 합이 1.
    출처: Vaswani et al. (2017), 식 (1)의 softmax.
    """
    x = _as_float(x)
    # 모든 점수에서 같은 수를 빼도 몫은 그대로입니다.
    # 최댓값을 빼면 exp가 넘치지 않습니다.
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def masked_softmax(scores: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """마스크가 True(본다)인 자리만 남겨 마지막 축으로 softmax를 합니다.

    가린 자리의 점수를 −∞로 바꾼 뒤 softmax를 하므로 그 가중치는 정확히 0이고
    나머지의 합은 1입니다. 볼 수 있는 키가 하나도 없는 행은 NaN이 아니라 모두 0입니다.

    모양: scores (..., T_q, T_k), mask는 bool이고 scores로 브로드캐스트되어야 합니다.
    오류: mask가 bool이 아니면 TypeError, 모양이 맞지 않으면 ValueError.
    """
    scores = _as_float(scores)
    if mask is None:
        return softmax(scores)
    mask = _check_mask(mask, scores.shape)
    scores = np.where(mask, scores, -np.inf)
    peak = scores.max(axis=-1, keepdims=True)
    # 모두 가려진 행은 최댓값이 −∞입니다.
    # (−∞) − (−∞) = NaN이 되지 않도록 그 행에서는 0을 뺍니다.
    e = np.exp(scores - np.where(np.isfinite(peak), peak, 0))
    total = e.sum(axis=-1, keepdims=True)
    # 그 행은 분자도 0이므로 1로 나누면 모두 0이 됩니다.
    return e / np.where(total > 0, total, 1)


def _as_float(x: np.ndarray) -> np.ndarray:
    # 정수의 exp는 자료형이 뜻밖에 바뀝니다. float32를 넘기면 float32로 셈합니다.
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def _check_mask(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(
            "마스크는 bool 배열이어야 합니다(True = 본다). "
            f"받은 자료형은 {mask.dtype}입니다. "
            "0과 1로 되어 있다면 mask.astype(bool)로 바꾸세요."
        )
    # 넓혀서 점수의 모양이 되면 괜찮지만, 점수까지 함께 넓어지면 안 됩니다.
    try:
        fits = np.broadcast_shapes(mask.shape, shape) == tuple(shape)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"마스크의 모양 {mask.shape}을 점수의 모양 {tuple(shape)}에 "
            "맞출 수 없습니다. 마지막 두 축이 (T_q, T_k)로 펼쳐지는지 확인하세요."
        )
    return mask
