"""모델: torch로 쓴 조각들. 논문의 상자 하나가 이름 하나입니다."""

from .attention import attention_maps, fused_attention, scaled_dot_product_attention
from .masks import causal_mask, padding_mask

__all__ = [
    "attention_maps",
    "causal_mask",
    "fused_attention",
    "padding_mask",
    "scaled_dot_product_attention",
]
