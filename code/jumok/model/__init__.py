"""모델: torch로 쓴 조각들. 논문의 상자 하나가 이름 하나입니다.

이 폴더는 읽는 길입니다. 층마다 앞걸음이 하나뿐이고, 빠르게 하는 요령은 fast에 있습니다.
"""

from .attention import attention_maps, fused_attention, scaled_dot_product_attention
from .bert import Bert, BertClassifier, BertForPretraining, BertPooler
from .config import (
    BertConfig,
    ForecastConfig,
    GptConfig,
    LayerConfig,
    RnnConfig,
    TransformerConfig,
    VitConfig,
)
from .fast.dropout import Dropout
from .forecast import Forecaster
from .gpt import Gpt
from .layers import (
    Decoder,
    DecoderLayer,
    Embedding,
    Encoder,
    EncoderLayer,
    FeedForward,
    Residual,
)
from .masks import causal_mask, padding_mask
from .multi_head import KVCache, MemoryCache, MultiHeadAttention
from .positions import (
    AttentionPositions,
    LearnedPositions,
    SinusoidalPositions,
    sinusoids,
)
from .recurrent import RnnAttention, RnnSeq2Seq
from .transformer import Transformer
from .vit import Vit

__all__ = [
    "AttentionPositions",
    "Bert",
    "BertClassifier",
    "BertConfig",
    "BertForPretraining",
    "BertPooler",
    "Decoder",
    "DecoderLayer",
    "Dropout",
    "Embedding",
    "Encoder",
    "EncoderLayer",
    "FeedForward",
    "ForecastConfig",
    "Forecaster",
    "Gpt",
    "GptConfig",
    "KVCache",
    "LayerConfig",
    "LearnedPositions",
    "MemoryCache",
    "MultiHeadAttention",
    "Residual",
    "RnnAttention",
    "RnnConfig",
    "RnnSeq2Seq",
    "SinusoidalPositions",
    "Transformer",
    "TransformerConfig",
    "Vit",
    "VitConfig",
    "attention_maps",
    "causal_mask",
    "fused_attention",
    "padding_mask",
    "scaled_dot_product_attention",
    "sinusoids",
]
