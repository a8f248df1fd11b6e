"""GPT: 인과 마스크를 쓴 인코더 층만 쌓은 언어 모델."""

from torch import Tensor, nn

from .config import GptConfig
from .fast_dropout import Dropout
from .layers import Encoder
from .masks import causal_mask
from .multi_head import KVCache
from .positions import LearnedPositions, check_length
from .state import DecodingState, check_ids
from .vocabulary import NextToken


class Gpt(nn.Module):
    """왼쪽만 보고 다음 토큰을 맞히는 모델.

    모양: ids (B, T) → logits (B, T, V).
    출처: Radford et al. (2019).
    """

    reads_source = False

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = LearnedPositions(config.d_model, config.max_len)
        self.dropout = Dropout(config.dropout)
        self.encoder = Encoder(config)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        initialise(self, config.n_layers)
        if config.tie_weights:
            self.output.weight = self.tokens.weight

    @property
    def vocab_size(self) -> int:
        """내는 토큰의 수 V."""
        return self.config.vocab_size

    def forward(self, ids: Tensor) -> Tensor:
        return self.output(self.hidden(ids))  # (B, T, V)

    def hidden(self, ids: Tensor) -> Tensor:
        """출력층에 넣기 앞의 벡터들. 모양: ids (B, T) → (B, T, D)."""
        x = self._embed(ids)
        return self.encoder(x, causal_mask(x.size(1), x.device))

    def start(self, ids: Tensor, max_len: int) -> DecodingState:
        """이어 쓸 글 ids (B, T)의 줄마다 토큰 max_len개를 읽을 빈 캐시를 만듭니다. 아직 읽지는 않습니다."""
        check_ids(ids, self.config.vocab_size)
        check_length(max_len, self.config.max_len)
        like = self.tokens.weight.new_empty(ids.size(0), 0)
        size = (
            self.config.n_heads,
            self.config.d_model // self.config.n_heads,
            max_len,
        )
        caches = [KVCache(like, *size) for _ in self.encoder.layers]
        return DecodingState(caches, [], NextToken(self.output))

    def step(self, ids: Tensor, state: DecodingState) -> tuple[Tensor, DecodingState]:
        """새 토큰 ids (R, t)를 읽고 다음 토큰의 로그 확률 (R, V)를 돌려줍니다. R = B 또는 빔이면 B·K."""
        x = self._embed(ids, state.position)  # (R, t, D)
        x = x.view(
            state.batch_size, -1, x.size(-1)
        )  # 빔 K줄이 쿼리 K개로 눕습니다 (B, K·t, D)
        x = self.encoder(x, state.mask(ids.size(1)), state.caches)
        state.position += ids.size(1)
        last = x.view(*ids.shape, -1)[:, -1]  # (R, D)
        return state.next_token(last), state

    def _embed(self, ids: Tensor, start: int = 0) -> Tensor:
        return self.dropout(self.positions(self.tokens(ids), start))  # (B, T, D)


def initialise(model: nn.Module, n_layers: int) -> None:
    """GPT와 BERT의 초깃값: 가중치는 표준편차 0.02의 정규분포, 치우침은 0.

    잔차 길로 더해지는 출력 행렬은 길이 2·n_layers번 더해지므로 √(2·n_layers)로 나눕니다(GPT-2, 2.3절).
    """
    for name, parameter in model.named_parameters():
        if parameter.dim() < 2:
            continue
        deep = name.endswith(("output_proj.weight", "down.weight"))
        nn.init.normal_(parameter, std=0.02 / (2 * n_layers) ** 0.5 if deep else 0.02)
