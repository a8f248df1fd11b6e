"""GPT: 인과 마스크를 쓴 인코더 층만 쌓은 언어 모델."""

from torch import Tensor, nn

from .checks import check_ids, check_length
from .config import GptConfig
from .fast.dropout import Dropout
from .initial_values import initialise_gpt
from .layers import Encoder
from .masks import causal_mask
from .positions import LearnedPositions
from .state import DecodingState, empty_caches


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
        # 원문이 없으니 크로스 어텐션도 없습니다. 남는 것은 인코더의 층입니다.
        self.encoder = Encoder(config)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        initialise_gpt(self, config.n_layers)
        # 처음 값을 정한 뒤에 묶습니다. 묶으면 행렬 하나만 남습니다.
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
        x = self.embed(ids)  # (B, T, D)
        # 인코더를 GPT로 만드는 것은 이 마스크 하나입니다.
        return self.encoder(x, causal_mask(x.size(1), x.device))

    def embed(self, ids: Tensor, start: int = 0) -> Tensor:
        """토큰과 위치의 벡터를 더합니다. start는 첫 토큰의 위치. (B, T) → (B, T, D)."""
        return self.dropout(self.positions(self.tokens(ids), start))

    def start(self, ids: Tensor, max_len: int) -> DecodingState:
        """이어 쓸 글 ids (B, T)의 줄마다 토큰 max_len개를 읽을 빈 캐시를 만듭니다.

        아직 읽지는 않습니다.
        """
        check_ids(ids, self.config.vocab_size)
        check_length(max_len, self.config.max_len)
        # 캐시의 자료형과 장치는 가중치를 따릅니다.
        like = self.tokens.weight.new_empty(ids.size(0), 0)
        return DecodingState(empty_caches(like, self.config, max_len))

    def step(self, ids: Tensor, state: DecodingState) -> tuple[Tensor, DecodingState]:
        """새 토큰 ids (R, t)를 읽고 다음 토큰의 로그 확률 (R, V)를 돌려줍니다.

        R = B, 빔으로 갈라진 뒤에는 B·K입니다.
        """
        x = self.embed(ids, state.position)  # (R, t, D)
        x = self.encoder(x, state.mask(ids.size(1)), state.caches)
        # 마지막 자리의 벡터에서 다음 토큰을 냅니다. 앞자리의 답은 이미 압니다.
        return self.output(x[:, -1]).log_softmax(dim=-1), state
