"""글과 자료: 토크나이저, 배치, 특별한 토큰, 장난감 과제."""

from .batches import PairBatch, PairBatches
from .bpe import BpeTokenizer
from .compare import TokenizationRow, compare_tokenizations
from .library_bpe import LibraryBpe
from .merges import apply_merges, learn_merges, merge_pair
from .mlm import MlmBatch, MlmBatches, NspBatches, mask_tokens
from .packed import LmBatch, PackedBatches, with_eos
from .rows import RowBatches
from .saved import load_tokenizer
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
from .table import TokenTable
from .tasks import FIRST_SYMBOL, reversal_batch
from .tokenizer import EojeolTokenizer, JamoTokenizer, SyllableTokenizer, Tokenizer

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
    "BpeTokenizer",
    "EojeolTokenizer",
    "JamoTokenizer",
    "LibraryBpe",
    "LmBatch",
    "MlmBatch",
    "MlmBatches",
    "NspBatches",
    "PackedBatches",
    "PairBatch",
    "PairBatches",
    "RowBatches",
    "SyllableTokenizer",
    "TokenTable",
    "TokenizationRow",
    "Tokenizer",
    "apply_merges",
    "compare_tokenizations",
    "learn_merges",
    "load_tokenizer",
    "mask_tokens",
    "merge_pair",
    "reversal_batch",
    "with_eos",
]
