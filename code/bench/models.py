"""견줄 모델: 우리 것, nn.Transformer, Hugging Face Marian.

크기와 드롭아웃 자리와 손실이 모두 같습니다.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import MarianConfig, MarianMTModel

from jumok.model import (
    SinusoidalPositions,
    Transformer,
    TransformerConfig,
    causal_mask,
    padding_mask,
)
from jumok.training import chunked_loss, label_smoothed_loss

PAD, BOS, EOS = 0, 1, 2
DROPOUT, SMOOTHING = 0.1, 0.1


@dataclass(frozen=True)
class Size:
    """모델 하나의 크기."""

    d_model: int
    n_layers: int
    n_heads: int
    d_ff: int
    vocab_size: int


SIZES = {
    "smoke": Size(16, 1, 2, 32, 50),
    "tiny": Size(128, 2, 4, 512, 4000),
    "small": Size(256, 3, 4, 1024, 8000),
    "base": Size(512, 6, 8, 2048, 8000),
}


def jumok_model(size: Size) -> Transformer:
    """우리 모델. 드롭아웃은 논문처럼 임베딩과 잔차에만 있습니다."""
    config = TransformerConfig(
        src_vocab_size=size.vocab_size,
        tgt_vocab_size=size.vocab_size,
        d_model=size.d_model,
        n_heads=size.n_heads,
        n_layers=size.n_layers,
        d_ff=size.d_ff,
        dropout=DROPOUT,
    )
    return Transformer(config)


class TorchTransformer(nn.Module):
    """nn.Transformer에 임베딩과 출력층을 붙인 것.

    논문에 없는 두 자리의 드롭아웃은 끕니다.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.tokens = nn.Embedding(size.vocab_size, size.d_model)
        nn.init.normal_(self.tokens.weight, std=size.d_model**-0.5)
        self.positions = SinusoidalPositions(size.d_model, 512)
        self.dropout = nn.Dropout(DROPOUT)
        n = size.n_layers
        self.body = nn.Transformer(
            size.d_model, size.n_heads, n, n, size.d_ff, DROPOUT, batch_first=True
        )
        self.body.encoder.norm = self.body.decoder.norm = None
        for module in self.body.modules():
            if isinstance(module, nn.MultiheadAttention):
                module.dropout = 0.0
            if isinstance(
                module, nn.TransformerEncoderLayer | nn.TransformerDecoderLayer
            ):
                module.dropout.p = 0.0  # 피드포워드 안쪽

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        padding = src == PAD
        hidden = self.body(
            self._embed(src),
            self._embed(tgt),
            tgt_mask=~causal_mask(tgt.size(1), tgt.device),
            src_key_padding_mask=padding,
            tgt_key_padding_mask=tgt == PAD,
            memory_key_padding_mask=padding,
        )
        return hidden @ self.tokens.weight.T

    def _embed(self, ids: Tensor) -> Tensor:
        return self.dropout(
            self.positions(self.tokens(ids) * math.sqrt(self.tokens.embedding_dim))
        )


def marian_model(
    size: Size, attention: str = "sdpa", dropout: float = DROPOUT
) -> MarianMTModel:
    """무작위 가중치의 Marian. 내려받는 것은 없습니다."""
    both = {
        f"{side}_{name}": value
        for side in ("encoder", "decoder")
        for name, value in (
            ("layers", size.n_layers),
            ("attention_heads", size.n_heads),
            ("ffn_dim", size.d_ff),
        )
    }
    config = MarianConfig(
        vocab_size=size.vocab_size,
        d_model=size.d_model,
        max_position_embeddings=512,
        activation_function="relu",
        scale_embedding=True,
        dropout=dropout,
        attention_dropout=0.0,
        activation_dropout=0.0,
        pad_token_id=PAD,
        eos_token_id=EOS,
        decoder_start_token_id=BOS,
        forced_eos_token_id=None,
        **both,
    )
    config._attn_implementation = attention
    model = MarianMTModel(config)
    model.generation_config.eos_token_id = (
        model.generation_config.forced_eos_token_id
    ) = None
    return model


def logits_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """참조 모델의 손실: torch의 레이블 스무딩."""
    return F.cross_entropy(
        logits.flatten(0, 1),
        labels.flatten(),
        ignore_index=PAD,
        label_smoothing=SMOOTHING,
    )


def torch_loss(model: nn.Module, src: Tensor, tgt: Tensor, labels: Tensor) -> Tensor:
    """nn.Transformer의 학습 손실."""
    return logits_loss(model(src, tgt), labels)


def marian_loss(
    model: MarianMTModel, src: Tensor, tgt: Tensor, labels: Tensor
) -> Tensor:
    """Marian의 학습 손실."""
    masks = {"attention_mask": src != PAD, "decoder_attention_mask": tgt != PAD}
    logits = model(
        input_ids=src, decoder_input_ids=tgt, use_cache=False, **masks
    ).logits
    return logits_loss(logits, labels)


def jumok_loss(model: Transformer, src: Tensor, tgt: Tensor, labels: Tensor) -> Tensor:
    """우리 모델의 학습 손실: 출력층과 손실을 나누어 구합니다."""
    hidden = model.decode(tgt, model.encode(src), padding_mask(src, PAD))
    return chunked_loss(hidden, model.output.weight, labels, SMOOTHING, PAD)


def plain_loss(model: Transformer, src: Tensor, tgt: Tensor, labels: Tensor) -> Tensor:
    """로짓을 통째로 만드는 우리 모델의 학습 손실. 위의 참조입니다."""
    return label_smoothed_loss(model(src, tgt), labels, SMOOTHING, PAD)


def batch(
    size: Size, n_sentences: int, length: int = 32
) -> tuple[Tensor, Tensor, Tensor]:
    """무작위 문장 (원문, 디코더 입력, 정답). 모두 길이가 같아 채움은 없습니다."""
    generator = torch.Generator().manual_seed(0)
    shape = (n_sentences, length)
    src, labels = (
        torch.randint(3, size.vocab_size, shape, generator=generator) for _ in range(2)
    )
    tgt = torch.cat([torch.full((n_sentences, 1), BOS), labels[:, :-1]], dim=1)
    return src, tgt, labels
