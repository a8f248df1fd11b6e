"""밑바닥: numpy만으로 쓴 함수들. 책이 손으로 만들어 보는 것이 여기에 있습니다.

약속 하나: 행 벡터 하나가 토큰 하나이고 모든 행렬은 오른쪽에서 곱합니다(x @ w).
torch의 weight는 전치되어 있으므로 `.T`로 옮깁니다.
"""

from .activations import gelu, gelu_tanh, masked_softmax, relu, sigmoid, softmax
from .attention import additive_attention, dot_scores, scaled_dot_product_attention
from .cells import RecurrentWeights, gru_cell, lstm_cell, rnn_cell
from .gradcheck import check_gradient, numerical_gradient, relative_error
from .layers import (
    FeedForwardWeights,
    NormWeights,
    RunningStats,
    batch_norm,
    feed_forward,
    layer_norm,
    layer_norm_backward,
    linear,
    residual,
)
from .masks import causal_mask, padding_mask
from .multi_head import AttentionWeights, join_heads, multi_head_attention, split_heads
from .positions import positional_encoding
from .recurrent import (
    gru_cell_backward,
    lstm_cell_backward,
    recurrent_backward,
    recurrent_forward,
    rnn_cell_backward,
)
from .seq2seq import Seq2SeqWeights, seq2seq_encode, seq2seq_forward
from .transformer import (
    DecoderLayerWeights,
    EncoderLayerWeights,
    decoder_layer,
    encoder_layer,
)

__all__ = [
    "AttentionWeights",
    "DecoderLayerWeights",
    "EncoderLayerWeights",
    "FeedForwardWeights",
    "NormWeights",
    "RecurrentWeights",
    "RunningStats",
    "Seq2SeqWeights",
    "additive_attention",
    "batch_norm",
    "causal_mask",
    "check_gradient",
    "decoder_layer",
    "dot_scores",
    "encoder_layer",
    "feed_forward",
    "gelu",
    "gelu_tanh",
    "gru_cell",
    "gru_cell_backward",
    "join_heads",
    "layer_norm",
    "layer_norm_backward",
    "linear",
    "lstm_cell",
    "lstm_cell_backward",
    "masked_softmax",
    "multi_head_attention",
    "numerical_gradient",
    "padding_mask",
    "positional_encoding",
    "recurrent_backward",
    "recurrent_forward",
    "relative_error",
    "relu",
    "residual",
    "rnn_cell",
    "rnn_cell_backward",
    "scaled_dot_product_attention",
    "seq2seq_encode",
    "seq2seq_forward",
    "sigmoid",
    "softmax",
    "split_heads",
]
