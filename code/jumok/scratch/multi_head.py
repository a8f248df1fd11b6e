"""멀티헤드 어텐션: 나누기 → 어텐션 → 잇기.

글자의 뜻: H 헤드 수, T_q 쿼리 수, T_k 키 수.
"""

from typing import NamedTuple

import numpy as np

from .attention import scaled_dot_product_attention
from .layers import linear


class AttentionWeights(NamedTuple):
    """W^Q, W^K (D, H·d_k), W^V (D, H·d_v), W^O (H·d_v, D)와 그 치우침(bias).

    헤드마다의 행렬 W_i^Q를 옆으로 이어 붙인 것입니다.
    논문에는 치우침이 없고 torch에는 있습니다.
    torch의 weight는 전치되어 있으므로 `.T`로 옮깁니다.
    """

    w_query: np.ndarray
    w_key: np.ndarray
    w_value: np.ndarray
    w_output: np.ndarray
    b_query: np.ndarray | float = 0.0
    b_key: np.ndarray | float = 0.0
    b_value: np.ndarray | float = 0.0
    b_output: np.ndarray | float = 0.0


def multi_head_attention(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    weights: AttentionWeights,
    n_heads: int,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Concat(head_1, …, head_H)W^O, head_i = Attention(QW_i^Q, KW_i^K, VW_i^V).

    모양: query (..., T_q, D), key와 value (..., T_k, D)
    → output (..., T_q, D), maps (..., H, T_q, T_k).
    maps는 헤드별 가중치입니다. mask는 모든 헤드가 함께 쓰는 (..., T_q, T_k)이거나
    헤드 축이 있는 (..., H, T_q, T_k) bool, True = 본다.
    오류: 사영한 폭이 n_heads로 나누어떨어지지 않으면 ValueError.
    출처: Vaswani et al. (2017), 3.2.2절.
    """
    # 헤드마다 따로 곱하지 않고, 이어 붙인 행렬로 한 번에 사영한 뒤 나눕니다.
    q = linear(query, weights.w_query, weights.b_query)  # (..., T_q, H·d_k)
    k = linear(key, weights.w_key, weights.b_key)  # (..., T_k, H·d_k)
    v = linear(value, weights.w_value, weights.b_value)  # (..., T_k, H·d_v)
    q, k, v = (split_heads(x, n_heads) for x in (q, k, v))  # (..., H, T, d)
    # 헤드는 배치의 축처럼 늘어서 있으므로 어텐션의 식은 그대로입니다.
    mask = _for_heads(mask, query.ndim)
    heads, maps = scaled_dot_product_attention(q, k, v, mask)  # (..., H, T_q, d_v)
    return linear(join_heads(heads), weights.w_output, weights.b_output), maps


def split_heads(x: np.ndarray, n_heads: int) -> np.ndarray:
    """폭을 헤드 수로 나누고 헤드 축을 단어 축 앞으로 옮깁니다.

    모양: (..., T, H·d) → (..., T, H, d) → (..., H, T, d).
    오류: 폭이 n_heads로 나누어떨어지지 않으면 ValueError.
    """
    *batch, length, width = x.shape
    if n_heads < 1 or width % n_heads:
        raise ValueError(
            f"폭 {width}을(를) 헤드 {n_heads}개로 똑같이 나눌 수 없습니다. "
            "나누어떨어지는 수를 고르세요."
        )
    # 먼저 나누고 옮깁니다. 곧바로 (H, T, d)로 reshape하면 단어와 헤드가 섞입니다.
    return x.reshape(*batch, length, n_heads, width // n_heads).swapaxes(-3, -2)


def join_heads(x: np.ndarray) -> np.ndarray:
    """`split_heads`를 되돌립니다.

    모양: (..., H, T, d) → (..., T, H, d) → (..., T, H·d).
    """
    *batch, n_heads, length, d_head = x.shape
    return x.swapaxes(-3, -2).reshape(*batch, length, n_heads * d_head)


def _for_heads(mask: np.ndarray | None, ndim: int) -> np.ndarray | None:
    # (B, T_q, T_k)를 그대로 두면 B가 헤드 축에 맞춰집니다.
    # B = H일 때는 오류도 나지 않습니다.
    if mask is None or np.ndim(mask) > ndim:
        return mask
    return np.asarray(mask)[..., None, :, :]  # (..., 1, T_q, T_k)
