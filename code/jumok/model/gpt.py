"""GPT: 인과 마스크를 쓴 인코더 층만 쌓은 언어 모형."""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from .config import GptConfig
from .layers import Encoder
from .masks import causal_mask
from .multi_head import KVCache
from .positions import LearnedPositions
from .transformer import causal_rows


@dataclass
class GptState:
    """한 토큰씩 이어 쓸 때의 캐시와 지금 위치."""

    caches: list[KVCache]
    position: int = 0

    def reorder(self, rows: Tensor) -> None:
        """빔이 자리를 바꾸면 캐시의 행도 바꿉니다."""
        for cache in self.caches:
            cache.reorder(rows)


class Gpt(nn.Module):
    """왼쪽만 보고 다음 토큰을 맞히는 모형.

    모양: ids (B, T) → logits (B, T, V).
    출처: Radford et al. (2019).
    """

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = LearnedPositions(config.d_model, config.max_len)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = Encoder(config)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        initialise(self, config.n_layers)
        if config.tie_weights:
            self.output.weight = self.tokens.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.output(self._hidden(ids, causal_mask(ids.size(1), ids.device)))  # (B, T, V)

    def start(self, ids: Tensor, max_len: int, copies: int = 1) -> GptState:
        """ids (B, T)의 줄 수에 맞춰 max_len칸의 빈 캐시를 만듭니다. ids는 아직 읽지 않습니다."""
        like = self.tokens.weight.new_empty(ids.size(0) * copies, 0)
        size = (self.config.n_heads, self.config.d_model // self.config.n_heads, max_len)
        return GptState([KVCache(like, *size) for _ in self.encoder.layers])

    def step(self, ids: Tensor, state: GptState) -> tuple[Tensor, GptState]:
        """새 토큰 ids (B, t)를 읽고 다음 토큰의 로그 확률 (B, V)를 돌려줍니다."""
        mask = causal_rows(state.position, ids.size(1), ids.device)
        x = self._hidden(ids, mask, state.caches, state.position)
        state.position += ids.size(1)
        return F.log_softmax(self.output(x[:, -1]), dim=-1), state

    def _hidden(
        self, ids: Tensor, mask: Tensor | None, caches: list[KVCache] | None = None, start: int = 0
    ) -> Tensor:
        x = self.dropout(self.positions(self.tokens(ids), start))  # (B, T, D)
        return self.encoder(x, mask, caches)


def initialise(model: nn.Module, n_layers: int) -> None:
    """GPT와 BERT의 초깃값: 가중치는 표준편차 0.02의 정규분포, 치우침은 0.

    잔차 길로 더해지는 출력 행렬은 길이 2·n_layers번 더해지므로 √(2·n_layers)로 나눕니다(GPT-2, 2.3절).
    """
    for name, parameter in model.named_parameters():
        if parameter.dim() < 2:
            continue
        deep = name.endswith(("output_proj.weight", "down.weight"))
        nn.init.normal_(parameter, std=0.02 / (2 * n_layers) ** 0.5 if deep else 0.02)
