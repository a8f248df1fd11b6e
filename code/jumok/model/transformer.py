"""트랜스포머 전체: 임베딩 → 인코더 → 디코더 → 로짓."""

import math

from torch import Tensor, nn

from .config import LayerConfig, TransformerConfig
from .fast_dropout import Dropout
from .layers import Decoder, Encoder
from .masks import causal_mask, padding_mask
from .multi_head import KVCache, MemoryCache
from .positions import SinusoidalPositions, check_length
from .quick_decoder import QuickDecoder
from .state import DecodingState, check_ids
from .vocabulary import NextToken


class Embedding(nn.Module):
    """토큰 벡터에 √d_model을 곱하고 위치를 더한 뒤 드롭아웃을 겁니다.

    모양: ids (B, T), start는 첫 토큰의 위치 → (B, T, D).
    출처: Vaswani et al. (2017), 3.4절과 5.4절.
    """

    def __init__(self, vocab_size: int, config: LayerConfig) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, config.d_model)
        self.positions = SinusoidalPositions(config.d_model, config.max_len)
        self.dropout = Dropout(config.dropout)
        # 곱하는 √d_model과 짝을 이뤄, 들어가는 벡터의 성분이 크기 1쯤에서 시작합니다.
        nn.init.normal_(self.tokens.weight, std=config.d_model**-0.5)

    def forward(self, ids: Tensor, start: int = 0) -> Tensor:
        x = self.tokens(ids) * math.sqrt(self.tokens.embedding_dim)  # (B, T, D)
        return self.dropout(self.positions(x, start))


class Transformer(nn.Module):
    """인코더·디코더 트랜스포머.

    모양: src_ids (B, S), tgt_ids (B, T) → logits (B, T, V). 마스크는 이 문 앞에서 ids로 만듭니다.
    출처: Vaswani et al. (2017), 그림 1.
    """

    reads_source = True

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
        if config.init_std is not None:
            for matrix in (
                parameter for parameter in self.parameters() if parameter.dim() == 2
            ):
                nn.init.normal_(matrix, std=config.init_std)

    @property
    def vocab_size(self) -> int:
        """내는 토큰의 수 V."""
        return self.config.tgt_vocab_size

    def forward(self, src_ids: Tensor, tgt_ids: Tensor) -> Tensor:
        memory_mask = padding_mask(src_ids, self.config.pad_id)  # (B, 1, 1, S)
        return self.output(
            self.decode(tgt_ids, self.encode(src_ids), memory_mask)
        )  # (B, T, V)

    def encode(self, src_ids: Tensor) -> Tensor:
        """src_ids (B, S) → memory (B, S, D)."""
        return self.encoder(
            self.src_embedding(src_ids), padding_mask(src_ids, self.config.pad_id)
        )

    def decode(
        self, tgt_ids: Tensor, memory: Tensor, memory_mask: Tensor | None = None
    ) -> Tensor:
        """tgt_ids (B, T), memory (B, S, D) → 로짓을 내기 전의 (B, T, D)."""
        tgt_mask = causal_mask(tgt_ids.size(1), tgt_ids.device) & padding_mask(
            tgt_ids, self.config.pad_id
        )
        return self.decoder(self.tgt_embedding(tgt_ids), memory, tgt_mask, memory_mask)

    def start(self, src_ids: Tensor, max_len: int) -> DecodingState:
        """인코더를 한 번 돌리고, 디코더가 토큰 max_len개를 읽을 캐시를 만듭니다."""
        check_ids(src_ids, self.config.src_vocab_size, self.config.pad_id)
        check_length(max_len, self.config.max_len)
        memory = self.encode(src_ids)  # (B, S, D)
        mask = padding_mask(src_ids, self.config.pad_id)
        size = (
            self.config.n_heads,
            self.config.d_model // self.config.n_heads,
            max_len,
        )
        caches = [KVCache(memory, *size) for _ in self.decoder.layers]
        memory_caches, next_token = (
            [MemoryCache() for _ in caches],
            NextToken(self.output),
        )
        mask = None if mask.all() else mask
        quick = QuickDecoder(self.decoder)
        return DecodingState(
            caches, memory_caches, next_token, memory, mask, decoder=quick
        )

    def step(self, ids: Tensor, state: DecodingState) -> tuple[Tensor, DecodingState]:
        """새 토큰 ids (R, t)를 읽고 다음 토큰의 로그 확률 (R, V)를 돌려줍니다. R = B 또는 빔이면 B·K.

        읽은 토큰은 모두 봅니다. `decode`와 달리, 모델이 스스로 낸 채움 번호도 가리지 않습니다.
        """
        x = self.tgt_embedding(ids, state.position)  # (R, t, D)
        x = x.view(
            state.batch_size, -1, x.size(-1)
        )  # 빔 K줄이 쿼리 K개로 눕습니다 (B, K·t, D)
        caches = list(zip(state.caches, state.memory_caches, strict=True))
        x = state.decoder(
            x, state.memory, state.mask(ids.size(1)), state.memory_mask, caches
        )
        state.position += ids.size(1)
        last = x.view(*ids.shape, -1)[:, -1]  # (R, D)
        return state.next_token(last), state
