"""트랜스포머 전체: 임베딩 → 인코더 → 디코더 → 로짓."""

from torch import Tensor, nn

from .checks import check_ids, check_length
from .config import TransformerConfig
from .initial_values import initialise_linear, initialise_matrices
from .layers import Decoder, Embedding, Encoder
from .masks import causal_mask, padding_mask
from .multi_head import MemoryCache
from .state import DecodingState, empty_caches


class Transformer(nn.Module):
    """인코더·디코더 트랜스포머.

    모양: src_ids (B, S), tgt_ids (B, T) → logits (B, T, V).
    마스크는 이 문 앞에서 ids로 만듭니다.
    출처: Vaswani et al. (2017), 그림 1.
    """

    reads_source = True

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        # 논문의 그림 1을 왼쪽 아래에서 오른쪽 위로 따라갑니다.
        self.src_embedding = Embedding(config.src_vocab_size, config)
        self.tgt_embedding = Embedding(config.tgt_vocab_size, config)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.output = nn.Linear(config.d_model, config.tgt_vocab_size, bias=False)
        if config.tie_weights:
            # 같은 텐서를 가리키게 하면 기울기도 한곳에 모입니다.
            self.output.weight = self.tgt_embedding.tokens.weight
            if config.src_vocab_size == config.tgt_vocab_size:
                self.src_embedding.tokens.weight = self.tgt_embedding.tokens.weight
        else:
            initialise_linear(self.output)
        initialise_matrices(self, config.init_std)

    @property
    def vocab_size(self) -> int:
        """내는 토큰의 수 V."""
        return self.config.tgt_vocab_size

    def forward(self, src_ids: Tensor, tgt_ids: Tensor) -> Tensor:
        memory_mask = padding_mask(src_ids, self.config.pad_id)  # (B, 1, 1, S)
        # 안쪽부터 읽고(encode), 쓰고(decode), 로짓을 냅니다.
        return self.output(self.decode(tgt_ids, self.encode(src_ids), memory_mask))

    def encode(self, src_ids: Tensor) -> Tensor:
        """src_ids (B, S) → memory (B, S, D)."""
        # 원문은 앞뒤를 다 봅니다. 채움만 가립니다.
        mask = padding_mask(src_ids, self.config.pad_id)  # (B, 1, 1, S)
        return self.encoder(self.src_embedding(src_ids), mask)

    def decode(
        self, tgt_ids: Tensor, memory: Tensor, memory_mask: Tensor | None = None
    ) -> Tensor:
        """tgt_ids (B, T), memory (B, S, D) → 로짓을 내기 전의 (B, T, D)."""
        # 앞의 것이고(그리고) 채움이 아닌 것만 봅니다.
        causal = causal_mask(tgt_ids.size(1), tgt_ids.device)  # (T, T)
        tgt_mask = causal & padding_mask(tgt_ids, self.config.pad_id)  # (B, 1, T, T)
        return self.decoder(self.tgt_embedding(tgt_ids), memory, tgt_mask, memory_mask)

    def start(self, src_ids: Tensor, max_len: int) -> DecodingState:
        """인코더를 한 번 돌리고, 디코더가 토큰 max_len개를 읽을 캐시를 만듭니다."""
        check_ids(src_ids, self.config.src_vocab_size, self.config.pad_id)
        check_length(max_len, self.config.max_len)
        memory = self.encode(src_ids)  # (B, S, D)
        memory_mask = padding_mask(src_ids, self.config.pad_id)  # (B, 1, 1, S)
        # 셀프 어텐션의 것은 한 칸씩 차고, 크로스 어텐션의 것은 첫 걸음에 다 찹니다.
        caches = empty_caches(memory, self.config, max_len)
        memory_caches = [MemoryCache() for _ in caches]
        return DecodingState(caches, memory_caches, memory, memory_mask)

    def step(self, ids: Tensor, state: DecodingState) -> tuple[Tensor, DecodingState]:
        """새 토큰 ids (R, t)를 읽고 다음 토큰의 로그 확률 (R, V)를 돌려줍니다.

        R = B, 빔으로 갈라진 뒤에는 B·K입니다.
        `decode`와 달리, 모델이 스스로 낸 채움 번호도 가리지 않고 모두 봅니다.
        """
        x = self.tgt_embedding(ids, state.position)  # (R, t, D)
        masks = (state.mask(ids.size(1)), state.memory_mask)
        x = self.decoder(x, state.memory, *masks, caches=state.pairs)
        # 마지막 자리의 벡터에서 다음 토큰을 냅니다. 앞자리의 답은 이미 압니다.
        return self.output(x[:, -1]).log_softmax(dim=-1), state
