"""torch의 모듈과 같은 함수인지: 가중치를 옮겨 담고 앞걸음과 기울기를 견줍니다."""

import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from parity import (
    D_FF,
    DEVICES,
    LIMITS,
    B,
    Case,
    D,
    H,
    Setup,
    keep,
    lengths_to_ids,
    measure,
    on_device,
    pair,
    randomise,
    torch_attention,
    under,
)
from torch import nn

from jumok.model import (
    DecoderLayer,
    EncoderLayer,
    LayerConfig,
    MultiHeadAttention,
    Transformer,
    TransformerConfig,
    causal_mask,
    fused_attention,
    padding_mask,
    scaled_dot_product_attention,
)

SECTION = "torch의 조각과 전체"
T, S = 7, 9
LENGTHS = {T: [7, 4, 1], S: [9, 6, 2]}
MASKS = ["없음", "패딩", "인과", "패딩과 인과"]


def keep_mask(name, t_q=T, t_k=T):
    """True = 본다. (B, 1, T_q, T_k)로 펼쳐지는 마스크."""
    padding = padding_mask(lengths_to_ids(LENGTHS[t_k], 9))
    masks = {"없음": None, "패딩": padding, "인과": causal_mask(t_k)[:t_q]}
    return masks[name] if name in masks else padding & causal_mask(t_k)[:t_q]


def torch_masks(mask):
    """torch의 두 마스크로 바꿉니다.

    nn.MultiheadAttention에서는 True가 '보지 않는다'입니다.
    """
    return None if mask is None else ~mask.expand(B, H, *mask.shape[-2:]).flatten(0, 1)


def moved(mask, like):
    return None if mask is None else mask.to(like.device)


# ── 어텐션 ────────────────────────────────────────────────────────────────────────────


def attention_function(name, fused):
    mask = keep_mask(name)

    def ours(q, k, v):
        if fused:
            return fused_attention(q, k, v, moved(mask, q))
        return scaled_dot_product_attention(q, k, v, moved(mask, q))[0]

    def theirs(q, k, v):
        if fused:
            return scaled_dot_product_attention(q, k, v, moved(mask, q))[0]
        return F.scaled_dot_product_attention(q, k, v, attn_mask=moved(mask, q))

    inputs = tuple(torch.randn(B, H, T, size) for size in (8, 8, 6))
    return Setup(nn.Identity(), nn.Identity(), {}, ours, theirs, inputs)


def multi_head(name, t_q=T, t_k=T):
    ours, theirs = (
        MultiHeadAttention(D, H),
        nn.MultiheadAttention(D, H, batch_first=True),
    )
    randomise(theirs)
    mask = keep_mask(name, t_q, t_k)
    if mask is not None:
        mask = mask.expand(B, 1, t_q, t_k)

    def run_ours(query, key, value):
        arguments = (query, key, value, moved(mask, query))
        return ours(*arguments), ours.weights(*arguments)

    def run_theirs(query, key, value):
        hidden = moved(torch_masks(mask), query)
        return theirs(query, key, value, attn_mask=hidden, average_attn_weights=False)

    inputs = tuple(torch.randn(B, t, D) for t in (t_q, t_k, t_k))
    return Setup(ours, theirs, torch_attention(), run_ours, run_theirs, inputs)


# ── 층 ────────────────────────────────────────────────────────────────────────────────


def feed_forward_names():
    return pair("feed_forward.up", "linear1") | pair("feed_forward.down", "linear2")


def encoder_names():
    names = under("attention.", "self_attn.", torch_attention()) | feed_forward_names()
    return names | pair("residuals.0.norm", "norm1") | pair("residuals.1.norm", "norm2")


def decoder_names():
    names = (
        under("self_attention.", "self_attn.", torch_attention()) | feed_forward_names()
    )
    names |= under("cross_attention.", "multihead_attn.", torch_attention())
    for i in range(3):
        names |= pair(f"residuals.{i}.norm", f"norm{i + 1}")
    return names


def sizes(activation, norm_first):
    """우리 설정과 torch의 인수를 나란히 만듭니다."""
    config = LayerConfig(
        d_model=D,
        n_heads=H,
        n_layers=2,
        d_ff=D_FF,
        dropout=0.0,
        activation=activation,
        norm_first=norm_first,
    )
    theirs = {
        "dropout": 0.0,
        "activation": activation,
        "norm_first": norm_first,
        "batch_first": True,
    }
    return config, (D, H, D_FF), theirs


def encoder_layer(activation, norm_first, mask_name="패딩"):
    config, numbers, words = sizes(activation, norm_first)
    ours, theirs = EncoderLayer(config), nn.TransformerEncoderLayer(*numbers, **words)
    randomise(theirs)
    mask = keep_mask(mask_name)

    def run_theirs(x):
        return theirs(x, src_mask=moved(torch_masks(mask.expand(B, 1, T, T)), x))

    def run_ours(x):
        return ours(x, moved(mask, x))

    return Setup(
        ours, theirs, encoder_names(), run_ours, run_theirs, (torch.randn(B, T, D),)
    )


def decoder_layer(activation, norm_first):
    config, numbers, words = sizes(activation, norm_first)
    ours, theirs = DecoderLayer(config), nn.TransformerDecoderLayer(*numbers, **words)
    randomise(theirs)
    own, cross = keep_mask("패딩과 인과"), keep_mask("패딩", T, S)

    def run_ours(x, memory):
        return ours(x, memory, moved(own, x), moved(cross, x))

    def run_theirs(x, memory):
        return theirs(
            x,
            memory,
            tgt_mask=moved(torch_masks(own), x),
            memory_key_padding_mask=moved(~cross[:, 0, 0], x),
        )

    inputs = (torch.randn(B, T, D), torch.randn(B, S, D))
    return Setup(ours, theirs, decoder_names(), run_ours, run_theirs, inputs)


# ── 전체 ──────────────────────────────────────────────────────────────────────────────


def waves(length):
    """논문 3.5절의 식을 한 칸씩 그대로. 우리 표와 따로 만듭니다."""
    angle = [
        [pos / 10000 ** (2 * (j // 2) / D) for j in range(D)] for pos in range(length)
    ]
    return torch.tensor(
        [
            [(math.cos if j % 2 else math.sin)(a) for j, a in enumerate(row)]
            for row in angle
        ]
    )


class TorchTransformer(nn.Module):
    """nn.Transformer 앞뒤에 임베딩과 출력 행렬을 붙인 것.

    post일 때 nn.Transformer가 덧붙이는 끝의 층 정규화는 논문에 없으므로 뺍니다.
    """

    def __init__(self, config):
        super().__init__()
        _, numbers, words = sizes(config.activation, config.norm_first)
        encoder = nn.TransformerEncoderLayer(*numbers, **words)
        decoder = nn.TransformerDecoderLayer(*numbers, **words)
        norm = (lambda: nn.LayerNorm(D)) if config.norm_first else (lambda: None)
        self.core = nn.Transformer(
            D,
            H,
            batch_first=True,
            custom_encoder=nn.TransformerEncoder(
                encoder, 2, norm(), enable_nested_tensor=False
            ),
            custom_decoder=nn.TransformerDecoder(decoder, 2, norm()),
        )
        self.src = nn.Embedding(config.src_vocab_size, D)
        self.tgt = nn.Embedding(config.tgt_vocab_size, D)
        self.out = nn.Linear(D, config.tgt_vocab_size, bias=False)
        if config.tie_weights:
            self.out.weight = self.tgt.weight
            if config.src_vocab_size == config.tgt_vocab_size:
                self.src.weight = self.tgt.weight

    def forward(self, src, tgt):
        later = nn.Transformer.generate_square_subsequent_mask(
            tgt.size(1), device=tgt.device
        )
        x, y = (
            table(ids) * math.sqrt(D) + waves(ids.size(1)).to(ids.device)
            for table, ids in ((self.src, src), (self.tgt, tgt))
        )
        hidden = self.core(
            x,
            y,
            tgt_mask=later.isinf(),
            src_key_padding_mask=src == 0,
            tgt_key_padding_mask=tgt == 0,
            memory_key_padding_mask=src == 0,
        )
        return self.out(hidden)


def transformer_names(config):
    # 묶은 행렬은 먼저 등록된 이름 하나로만 보입니다.
    # 셋을 묶으면 그것이 원문 쪽 임베딩입니다.
    names = {"src_embedding.tokens.weight": ("src.weight", keep)}
    if not (config.tie_weights and config.src_vocab_size == config.tgt_vocab_size):
        names["tgt_embedding.tokens.weight"] = ("tgt.weight", keep)
    if not config.tie_weights:
        names["output.weight"] = ("out.weight", keep)
    for i in range(2):
        names |= under(
            f"encoder.layers.{i}.", f"core.encoder.layers.{i}.", encoder_names()
        )
        names |= under(
            f"decoder.layers.{i}.", f"core.decoder.layers.{i}.", decoder_names()
        )
    if config.norm_first:
        names |= pair("encoder.norm", "core.encoder.norm") | pair(
            "decoder.norm", "core.decoder.norm"
        )
    return names


def transformer(padded, **changes):
    small = {
        "d_model": D,
        "n_heads": H,
        "n_layers": 2,
        "d_ff": D_FF,
        "dropout": 0.0,
        "max_len": 16,
    }
    config = TransformerConfig.base(23, **small, **changes)
    ours, theirs = Transformer(config), TorchTransformer(config)
    randomise(theirs)
    src = lengths_to_ids(LENGTHS[S] if padded else [S] * B, config.src_vocab_size)
    tgt = lengths_to_ids(LENGTHS[T] if padded else [T] * B, config.tgt_vocab_size)
    names = transformer_names(config)
    return Setup(
        ours,
        theirs,
        names,
        *(partial(on_device, model, src, tgt) for model in (ours, theirs)),
    )


ORDERS = {False: "post", True: "pre"}
CASES = [
    *(
        Case(
            "scaled_dot_product_attention",
            "F.scaled_dot_product_attention",
            f"마스크 {mask}",
            partial(attention_function, mask, False),
        )
        for mask in MASKS
    ),
    *(
        Case(
            "fused_attention",
            "scaled_dot_product_attention",
            f"마스크 {mask}",
            partial(attention_function, mask, True),
        )
        for mask in MASKS
    ),
    *(
        Case(
            "MultiHeadAttention",
            "nn.MultiheadAttention",
            f"마스크 {mask}",
            partial(multi_head, mask),
        )
        for mask in MASKS
    ),
    Case(
        "MultiHeadAttention",
        "nn.MultiheadAttention",
        "크로스, 마스크 패딩",
        partial(multi_head, "패딩", T, S),
    ),
    *(
        Case(
            "EncoderLayer",
            "nn.TransformerEncoderLayer",
            f"{ORDERS[first]}, {name}, 마스크 패딩",
            partial(encoder_layer, name.lower(), first),
        )
        for first in ORDERS
        for name in ("ReLU", "GELU")
    ),
    Case(
        "EncoderLayer",
        "nn.TransformerEncoderLayer",
        "pre, GELU, 마스크 패딩과 인과",
        partial(encoder_layer, "gelu", True, "패딩과 인과"),
    ),
    *(
        Case(
            "DecoderLayer",
            "nn.TransformerDecoderLayer",
            f"{ORDERS[first]}, {name}, 마스크 패딩과 인과",
            partial(decoder_layer, name.lower(), first),
        )
        for first in ORDERS
        for name in ("ReLU", "GELU")
    ),
    Case(
        "Transformer",
        "nn.Transformer",
        "post, 셋을 묶음, 마스크 인과",
        partial(transformer, False),
    ),
    Case(
        "Transformer",
        "nn.Transformer",
        "post, 셋을 묶음, 마스크 패딩과 인과",
        partial(transformer, True),
    ),
    Case(
        "Transformer",
        "nn.Transformer",
        "post, 둘을 묶음, 마스크 패딩과 인과",
        partial(transformer, True, src_vocab_size=19),
    ),
    Case(
        "Transformer",
        "nn.Transformer",
        "pre, GELU, 묶지 않음, 마스크 패딩과 인과",
        partial(
            transformer, True, norm_first=True, activation="gelu", tie_weights=False
        ),
    ),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", LIMITS, ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_same_function_as_torch(case, dtype, device):
    forward, gradient = measure(case, dtype, device)
    assert forward <= LIMITS[dtype][0] and gradient <= LIMITS[dtype][1]
