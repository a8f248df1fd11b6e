"""어텐션: 점수 → softmax → 가중합. 글자의 뜻: T_q 쿼리 수, T_k 키 수."""

import math

import numpy as np

from .activations import masked_softmax


def dot_scores(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    """모든 쿼리와 모든 키의 내적을 한 번에 구합니다.

    모양: query (..., T_q, d_k), key (..., T_k, d_k) → (..., T_q, T_k).
    √d_k로 나누지 않은 값입니다.
    오류: 두 d_k가 다르면 ValueError.
    """
    query, key = np.asarray(query), np.asarray(key)
    if query.shape[-1] != key.shape[-1]:
        raise ValueError(
            "쿼리와 키의 길이 d_k가 같아야 내적할 수 있습니다. "
            f"쿼리는 {query.shape[-1]}, 키는 {key.shape[-1]}입니다."
        )
    # 전치한 키와의 행렬곱 한 번이 T_q × T_k개의 내적입니다.
    return query @ key.swapaxes(-2, -1)


def scaled_dot_product_attention(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """softmax(QKᵀ/√d_k)V와 그 가중치를 함께 돌려줍니다.

    모양: query (..., T_q, d_k), key (..., T_k, d_k), value (..., T_k, d_v),
    mask (..., T_q, T_k) bool, True = 본다
    → output (..., T_q, d_v), weights (..., T_q, T_k).
    오류: d_k끼리 또는 T_k끼리 다르면 ValueError.
    출처: Vaswani et al. (2017), 식 (1).
    """
    _check_lengths(key, value)
    # d_k가 크면 내적도 커져 softmax가 한 키에 쏠립니다. √d_k로 나누어 되돌립니다.
    scores = dot_scores(query, key) / math.sqrt(query.shape[-1])  # (..., T_q, T_k)
    weights = masked_softmax(scores, mask)
    return weights @ value, weights  # (..., T_q, d_v)


def additive_attention(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """덧셈 점수 vᵀ tanh(W_q q + W_k k)로 어텐션을 합니다.

    모양: query (..., T_q, d_q), key (..., T_k, d_k), value (..., T_k, d_v),
    w_query (d_q, d_a), w_key (d_k, d_a), v (d_a,)
    → output (..., T_q, d_v), weights (..., T_q, T_k).
    출처: Bahdanau et al. (2015), 부록 A.1.2.
    """
    _check_lengths(key, value)
    # 쿼리마다 모든 키와 더하려고 축을 하나씩 끼웁니다. 그래서 (..., T_q, T_k, d_a)
    # 배열이 생기고, 내적보다 메모리를 d_a배 더 씁니다.
    q = (query @ w_query)[..., :, None, :]  # (..., T_q, 1, d_a)
    k = (key @ w_key)[..., None, :, :]  # (..., 1, T_k, d_a)
    weights = masked_softmax(np.tanh(q + k) @ v, mask)  # (..., T_q, T_k)
    return weights @ value, weights


def _check_lengths(key: np.ndarray, value: np.ndarray) -> None:
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(
            "키와 밸류는 짝이므로 개수 T_k가 같아야 합니다. "
            f"키는 {key.shape[-2]}개, 밸류는 {value.shape[-2]}개입니다."
        )
