"""트랜스포머 전체: 임베딩 → 인코더 → 디코더 → 로짓."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import LayerConfig, TransformerConfig
from .layers import Decoder, Encoder
from .masks import causal_mask, padding_mask
from .multi_head import KVCache, MemoryCache
from .positions import SinusoidalPositions


class Embedding(nn.Module):
    """토큰 벡터에 √d_model을 곱하고 위치를 더한 뒤 드롭아웃을 겁니다.

    모양: ids (B, T), start는 첫 토큰의 위치 → (B, T, D).
    출처: Vaswani et al. (2017), 3.4절과 5.4절.
    """

    def __init__(self, vocab_size: int, config: LayerConfig) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, config.d_model)
        self.positions = SinusoidalPositions(config.d_model, config.max_len)
        self.dropout = nn.Dropout(config.dropout)
        # 곱하는 √d_model과 짝을 이뤄, 들어가는 벡터의 성분이 크기 1쯤에서 시작합니다.
        nn.init.normal_(self.tokens.weight, std=config.d_model**-0.5)

    def forward(self, ids: Tensor, start: int = 0) -> Tensor:
        x = self.tokens(ids) * math.sqrt(self.tokens.embedding_dim)  # (B, T, D)
        return self.dropout(self.positions(x, start))


@dataclass
class DecodingState:
    """한 토큰씩 풀 때 이어지는 것: 인코더 출력, 그 마스크, 층마다의 캐시, 지금 위치."""

    memory: Tensor
    memory_mask: Tensor
    caches: list[tuple[KVCache, MemoryCache]]
    position: int = 0

    def reorder(self, rows: Tensor) -> None:
        """빔이 문장 안에서 자리를 바꿉니다. 인코더 출력은 같은 문장의 것이므로 그대로 둡니다."""
        for own, _ in self.caches:
            own.reorder(rows)


class Transformer(nn.Module):
    """인코더·디코더 트랜스포머.

    모양: src_ids (B, S), tgt_ids (B, T) → logits (B, T, V). 마스크는 이 문 앞에서 ids로 만듭니다.
    출처: Vaswani et al. (2017), 그림 1.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.src_embedding = Embedding(config.src_vocab_size, config)
        self.tgt_embedding = Embedding(config.tgt_vocab_size, config)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.output = nn.Linear(config.d_model, config.tgt_vocab_size, bias=False)
        if config.tie_weights:
            self.output.weight = self.tgt_embedding.tokens.weight
            if config.src_vocab_size == config.tgt_vocab_size:
                self.src_embedding.tokens.weight = self.tgt_embedding.tokens.weight
        else:
            nn.init.xavier_uniform_(self.output.weight)

    def forward(self, src_ids: Tensor, tgt_ids: Tensor) -> Tensor:
        memory_mask = padding_mask(src_ids, self.config.pad_id)  # (B, 1, 1, S)
        return self.output(self.decode(tgt_ids, self.encode(src_ids), memory_mask))  # (B, T, V)

    def encode(self, src_ids: Tensor) -> Tensor:
        """src_ids (B, S) → memory (B, S, D)."""
        return self.encoder(self.src_embedding(src_ids), padding_mask(src_ids, self.config.pad_id))

    def decode(self, tgt_ids: Tensor, memory: Tensor, memory_mask: Tensor | None = None) -> Tensor:
        """tgt_ids (B, T), memory (B, S, D) → 로짓을 내기 전의 (B, T, D)."""
        tgt_mask = causal_mask(tgt_ids.size(1), tgt_ids.device) & padding_mask(tgt_ids, self.config.pad_id)
        return self.decoder(self.tgt_embedding(tgt_ids), memory, tgt_mask, memory_mask)

    def start(self, src_ids: Tensor, max_len: int, copies: int = 1) -> DecodingState:
        """한 토큰씩 풀 준비를 합니다. 인코더는 한 번만 돌고, 빔이면 문장마다 copies줄로 늘립니다."""
        memory = self.encode(src_ids).repeat_interleave(copies, dim=0)  # (B·copies, S, D)
        mask = padding_mask(src_ids, self.config.pad_id).repeat_interleave(copies, dim=0)
        size = (self.config.n_heads, self.config.d_model // self.config.n_heads, max_len)
        caches = [(KVCache(memory, *size), MemoryCache()) for _ in self.decoder.layers]
        return DecodingState(memory, mask, caches)

    def step(self, ids: Tensor, state: DecodingState) -> tuple[Tensor, DecodingState]:
        """새 토큰 ids (B, t)를 읽고 다음 토큰의 로그 확률 (B, V)를 돌려줍니다."""
        x = self.tgt_embedding(ids, state.position)
        mask = causal_rows(state.position, ids.size(1), ids.device)
        x = self.decoder(x, state.memory, mask, state.memory_mask, state.caches)
        state.position += ids.size(1)
        return F.log_softmax(self.output(x[:, -1]), dim=-1), state


def causal_rows(position: int, n: int, device: torch.device) -> Tensor | None:
    """이미 position개를 읽은 뒤 새 토큰 n개가 쓸 인과 마스크 (n, position + n). 하나면 필요 없습니다."""
    return None if n == 1 else causal_mask(position + n, device)[position:]
