"""밑바닥: numpy만으로 쓴 함수들. 책이 손으로 만들어 보는 것이 여기에 있습니다."""

from .activations import masked_softmax, softmax
from .attention import additive_attention, dot_scores, scaled_dot_product_attention
from .masks import causal_mask, padding_mask

__all__ = [
    "additive_attention",
    "causal_mask",
    "dot_scores",
    "masked_softmax",
    "padding_mask",
    "scaled_dot_product_attention",
    "softmax",
]
