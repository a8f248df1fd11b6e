"""인코더와 디코더의 조각과 층. 논문 그림 1의 상자 하나가 클래스 하나입니다."""

import math
from collections.abc import Callable
from functools import partial

import torch.nn.functional as F
from torch import Tensor, nn

from .checks import check_choice
from .config import LayerConfig
from .fast.dropout import Dropout
from .initial_values import initialise_embedding, initialise_linear
from .multi_head import KVCache, MemoryCache, MultiHeadAttention
from .positions import SinusoidalPositions

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
}


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
        initialise_embedding(self.tokens.weight)

    def forward(self, ids: Tensor, start: int = 0) -> Tensor:
        # 위치를 더하기 전에 곱합니다. 나중에 곱하면 위치까지 커져 뜻이 묻힙니다.
        x = self.tokens(ids) * math.sqrt(self.tokens.embedding_dim)  # (B, T, D)
        return self.dropout(self.positions(x, start))


class FeedForward(nn.Module):
    """위치별 피드포워드: 토큰마다 따로 폭을 d_ff로 넓혔다가 되돌립니다.

    모양: (B, T, D) → (B, T, D). 식: activation(xW₁ + b₁)W₂ + b₂.
    오류: 모르는 활성화 이름은 ValueError.
    출처: Vaswani et al. (2017), 식 (2).
    """

    def __init__(self, d_model: int, d_ff: int, activation: str = "relu") -> None:
        super().__init__()
        check_choice("활성화", activation, ACTIVATIONS)
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        self.activation = ACTIVATIONS[activation]
        initialise_linear(self.up, self.down)

    def forward(self, x: Tensor) -> Tensor:
        # 토큰끼리 섞이지 않습니다. 섞는 일은 어텐션이 혼자 합니다.
        hidden = self.activation(self.up(x))  # (B, T, d_ff)
        return self.down(hidden)  # (B, T, D)


class Residual(nn.Module):
    """잔차 연결, 드롭아웃, 층 정규화와 그 순서를 혼자 맡습니다.

    post(논문): LayerNorm(x + Dropout(Sublayer(x))).
    pre: x + Dropout(Sublayer(LayerNorm(x))).
    모양: x (B, T, D), sublayer는 (B, T, D) → (B, T, D)인 함수 → (B, T, D).
    출처: Vaswani et al. (2017), 3.1절과 5.4절; Xiong et al. (2020).
    """

    def __init__(self, config: LayerConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.d_model, eps=config.norm_eps)
        self.dropout = Dropout(config.dropout)
        self.norm_first = config.norm_first

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        # pre에서는 x가 정규화를 거치지 않고 끝까지 갑니다.
        # 기울기도 그 길로 곧장 돌아오므로 깊어도 배웁니다.
        if self.norm_first:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(x)))


class EncoderLayer(nn.Module):
    """셀프 어텐션과 피드포워드. 인과 마스크를 주면 GPT의 층이 됩니다.

    모양: x (B, T, D), mask는 (B, H, T, T)로 펼쳐지는 bool → (B, T, D).
    """

    def __init__(self, config: LayerConfig) -> None:
        super().__init__()
        self.attention = self_attention(config)
        self.feed_forward = FeedForward(config.d_model, config.d_ff, config.activation)
        # 부분 층마다 층 정규화가 따로 있으므로 Residual도 따로 둡니다.
        self.residuals = nn.ModuleList(Residual(config) for _ in range(2))

    def forward(
        self, x: Tensor, mask: Tensor | None = None, cache: KVCache | None = None
    ) -> Tensor:
        # Residual은 인자가 하나인 함수를 받습니다. 나머지 인자를 미리 채웁니다.
        def attend(h: Tensor) -> Tensor:
            return self.attention(h, h, h, mask, cache)

        x = self.residuals[0](x, attend)
        return self.residuals[1](x, self.feed_forward)


class DecoderLayer(nn.Module):
    """마스크드 셀프 어텐션, 크로스 어텐션, 피드포워드.

    모양: x (B, T, D), memory (B, S, D), tgt_mask는 (B, H, T, T)로,
    memory_mask는 (B, H, T, S)로 펼쳐지는 bool → (B, T, D).
    cache는 (셀프, 크로스) 한 쌍입니다.
    """

    def __init__(self, config: LayerConfig) -> None:
        super().__init__()
        self.self_attention = self_attention(config)
        # 쿼리와 키가 서로 다른 문장의 토큰이므로 위치를 견주지 않습니다.
        self.cross_attention = MultiHeadAttention(
            config.d_model, config.n_heads, config.attention_dropout
        )
        self.feed_forward = FeedForward(config.d_model, config.d_ff, config.activation)
        self.residuals = nn.ModuleList(Residual(config) for _ in range(3))

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        cache: tuple[KVCache, MemoryCache] | None = None,
    ) -> Tensor:
        own, cross = cache or (None, None)

        # 쿼리, 키, 밸류가 모두 지금까지 쓴 번역에서 옵니다.
        def attend(h: Tensor) -> Tensor:
            return self.self_attention(h, h, h, tgt_mask, own)

        # 쿼리만 번역에서 오고, 키와 밸류는 원문을 읽은 memory에서 옵니다.
        def look_back(h: Tensor) -> Tensor:
            return self.cross_attention(h, memory, memory, memory_mask, cross)

        x = self.residuals[0](x, attend)
        x = self.residuals[1](x, look_back)
        return self.residuals[2](x, self.feed_forward)


class Encoder(nn.Module):
    """EncoderLayer를 n_layers개 쌓습니다. pre일 때는 끝에 층 정규화가 하나 더 있습니다.

    모양: x (B, T, D) → (B, T, D).
    """

    def __init__(self, config: LayerConfig) -> None:
        super().__init__()
        self.layers = stack(EncoderLayer, config)
        self.norm = final_norm(config)

    def forward(
        self, x: Tensor, mask: Tensor | None = None, caches: list[KVCache] | None = None
    ) -> Tensor:
        # 학습할 때는 캐시가 없습니다.
        caches = caches or [None] * len(self.layers)
        for layer, cache in zip(self.layers, caches, strict=True):
            x = layer(x, mask, cache)
        return self.norm(x)


class Decoder(nn.Module):
    """DecoderLayer를 n_layers개 쌓습니다.

    모양: x (B, T, D), memory (B, S, D) → (B, T, D).
    masks는 층에 그대로 건네는 tgt_mask와 memory_mask입니다.
    """

    def __init__(self, config: LayerConfig) -> None:
        super().__init__()
        self.layers = stack(DecoderLayer, config)
        self.norm = final_norm(config)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        *masks: Tensor | None,
        caches: list[tuple[KVCache, MemoryCache]] | None = None,
    ) -> Tensor:
        caches = caches or [None] * len(self.layers)
        # 층이 몇이든 모두 인코더의 마지막 출력 하나를 봅니다.
        for layer, cache in zip(self.layers, caches, strict=True):
            x = layer(x, memory, *masks, cache=cache)
        return self.norm(x)


def self_attention(config: LayerConfig) -> MultiHeadAttention:
    """설정대로 만든 셀프 어텐션.

    위치를 어텐션 안에서 알리는 설정이 생기면 여기 한 곳에서 positions로 건넵니다.
    """
    return MultiHeadAttention(config.d_model, config.n_heads, config.attention_dropout)


def stack(layer: Callable[[LayerConfig], nn.Module], config: LayerConfig) -> nn.Module:
    """layer를 n_layers개 만듭니다. 층마다 새로 만들어 저마다 다른 처음 값을 줍니다."""
    return nn.ModuleList(layer(config) for _ in range(config.n_layers))


def final_norm(config: LayerConfig) -> nn.Module:
    """pre이면 층 정규화를, post이면 아무것도 하지 않는 모듈을 돌려줍니다.

    pre에서는 잔차 길이 끝까지 정규화되지 않으므로 마지막에 한 번 정규화합니다.
    """
    if config.norm_first:
        return nn.LayerNorm(config.d_model, eps=config.norm_eps)
    return nn.Identity()
