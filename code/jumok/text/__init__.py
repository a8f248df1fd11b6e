"""글과 자료: 특별한 토큰, 장난감 과제."""

from .special import (
    BOS_ID,
    CLS_ID,
    EOS_ID,
    MASK_ID,
    PAD_ID,
    SEP_ID,
    SPECIAL_TOKENS,
    UNK_ID,
)
from .tasks import FIRST_SYMBOL, reversal_batch

__all__ = [
    "BOS_ID",
    "CLS_ID",
    "EOS_ID",
    "FIRST_SYMBOL",
    "MASK_ID",
    "PAD_ID",
    "SEP_ID",
    "SPECIAL_TOKENS",
    "UNK_ID",
    "reversal_batch",
]
