"""트랜스포머의 층 둘.

논문 그림 1의 상자를 numpy로 처음부터 끝까지 이은 것입니다. 드롭아웃은 뺐습니다.
"""

from typing import NamedTuple

import numpy as np

from .layers import FeedForwardWeights, NormWeights, feed_forward, residual
from .multi_head import AttentionWeights, multi_head_attention


class EncoderLayerWeights(NamedTuple):
    """인코더 층의 매개변수. norms는 어텐션과 피드포워드 차례로 둘입니다."""

    attention: AttentionWeights
    feed_forward: FeedForwardWeights
    norms: tuple[NormWeights, NormWeights]


class DecoderLayerWeights(NamedTuple):
    """디코더 층의 매개변수.

    norms는 셀프 어텐션, 크로스 어텐션, 피드포워드 차례로 셋입니다.
    """

    self_attention: AttentionWeights
    cross_attention: AttentionWeights
    feed_forward: FeedForwardWeights
    norms: tuple[NormWeights, NormWeights, NormWeights]


def encoder_layer(
    x: np.ndarray,
    weights: EncoderLayerWeights,
    n_heads: int,
    mask: np.ndarray | None = None,
    norm_first: bool = False,
) -> np.ndarray:
    """셀프 어텐션과 피드포워드를 차례로, 저마다 잔차 연결과 층 정규화로 감쌉니다.

    모양: x (..., T, D), mask는 `multi_head_attention`의 약속대로 (..., T, T) bool
    → (..., T, D).
    출처: Vaswani et al. (2017), 그림 1의 왼쪽.
    """

    # residual은 인자가 하나인 함수를 받습니다. 나머지 인자를 미리 채웁니다.
    def self_attention(h: np.ndarray) -> np.ndarray:
        return multi_head_attention(h, h, h, weights.attention, n_heads, mask)[0]

    def position_wise(h: np.ndarray) -> np.ndarray:
        return feed_forward(h, weights.feed_forward)

    x = residual(x, self_attention, weights.norms[0], norm_first)
    return residual(x, position_wise, weights.norms[1], norm_first)


def decoder_layer(
    x: np.ndarray,
    memory: np.ndarray,
    weights: DecoderLayerWeights,
    n_heads: int,
    tgt_mask: np.ndarray | None = None,
    memory_mask: np.ndarray | None = None,
    norm_first: bool = False,
) -> np.ndarray:
    """마스크드 셀프 어텐션, 크로스 어텐션, 피드포워드를 차례로 합니다.

    모양: x (..., T, D), memory (..., S, D), tgt_mask (..., T, T),
    memory_mask (..., T, S) bool → (..., T, D).
    출처: Vaswani et al. (2017), 그림 1의 오른쪽.
    """

    own, cross = weights.self_attention, weights.cross_attention

    def self_attention(h: np.ndarray) -> np.ndarray:
        return multi_head_attention(h, h, h, own, n_heads, tgt_mask)[0]

    # 쿼리만 디코더에서 오고, 키와 밸류는 원문을 읽은 memory에서 옵니다.
    def cross_attention(h: np.ndarray) -> np.ndarray:
        return multi_head_attention(h, memory, memory, cross, n_heads, memory_mask)[0]

    def position_wise(h: np.ndarray) -> np.ndarray:
        return feed_forward(h, weights.feed_forward)

    x = residual(x, self_attention, weights.norms[0], norm_first)
    x = residual(x, cross_attention, weights.norms[1], norm_first)
    return residual(x, position_wise, weights.norms[2], norm_first)
