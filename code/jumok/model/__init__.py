"""모델: torch로 쓴 조각들. 논문의 상자 하나가 이름 하나입니다."""

from .attention import attention_maps, fused_attention, scaled_dot_product_attention
from .bert import Bert, BertClassifier, BertForPretraining, BertPooler
from .config import BertConfig, GptConfig, LayerConfig, TransformerConfig, VitConfig
from .fast_dropout import Dropout
from .forecast import ForecastConfig, Forecaster
from .gpt import Gpt
from .layers import Decoder, DecoderLayer, Encoder, EncoderLayer, FeedForward, Residual
from .masks import causal_mask, padding_mask
from .multi_head import KVCache, MemoryCache, MultiHeadAttention
from .positions import LearnedPositions, SinusoidalPositions, sinusoids
from .recurrent import RnnAttention, RnnConfig, RnnSeq2Seq
from .transformer import Embedding, Transformer
from .vit import Vit

__all__ = [
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
