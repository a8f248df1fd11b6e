"""멀티헤드 어텐션과 키·밸류 캐시."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .attention import scaled_dot_product_attention
from .checks import check_divides
from .fast.short_attention import attend
from .initial_values import initialise_linear
from .positions import AttentionPositions

Projection = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class KVCache:
    """셀프 어텐션의 키와 밸류를 쌓는 자리. 처음에 한 번만 잡고 이어 붙이지 않습니다.

    모양: keys, values (B, H, max_len, d_head). 앞에서부터 length칸까지 차 있습니다.
    오류: max_len을 넘겨 쓰면 ValueError.
    """

    def __init__(self, like: Tensor, n_heads: int, d_head: int, max_len: int) -> None:
        shape = (like.size(0), n_heads, max_len, d_head)
        self.keys = torch.zeros(shape, dtype=like.dtype, device=like.device)
        self.values = torch.zeros_like(self.keys)
        # 뒤의 빈 칸은 0이지만 filled가 잘라 내므로 어텐션에 들지 않습니다.
        self.length = 0

    def read(
        self, project: Projection, key: Tensor, value: Tensor
    ) -> tuple[Tensor, Tensor]:
        """새 토큰의 키와 밸류를 써 넣고, 지금까지의 모든 키와 밸류를 돌려줍니다."""
        end = self.length + key.size(1)
        if end > self.keys.size(2):
            raise ValueError(
                f"캐시는 {self.keys.size(2)}칸인데 {end}번째 토큰을 쓰려 했습니다. "
                "max_len을 늘리세요."
            )
        # 앞의 토큰은 다시 사영하지 않습니다. 이것이 캐시가 아끼는 일입니다.
        k, v = project(key, value)
        self.keys[:, :, self.length : end] = k
        self.values[:, :, self.length : end] = v
        self.length = end
        return self.filled

    @property
    def filled(self) -> tuple[Tensor, Tensor]:
        """지금까지 찬 키와 밸류 (B, H, length, d_head)."""
        return self.keys[:, :, : self.length], self.values[:, :, : self.length]

    @property
    def places(self) -> Tensor:
        """찬 칸마다 그 토큰의 위치 (length,). 읽은 차례와 같습니다."""
        return torch.arange(self.length, device=self.keys.device)

    def take(self, rows: Tensor) -> None:
        """rows (R,) 번째 줄만 그 차례로 둡니다. 같은 줄을 여러 번 골라도 됩니다."""
        self.keys, self.values = self.keys[rows], self.values[rows]


class MemoryCache:
    """크로스 어텐션의 키와 밸류. 인코더 출력은 변하지 않으므로 한 번만 사영합니다."""

    def __init__(self) -> None:
        self.filled: tuple[Tensor, Tensor] | None = None

    def read(
        self, project: Projection, key: Tensor, value: Tensor
    ) -> tuple[Tensor, Tensor]:
        """처음 부를 때 사영해 두고 다음부터는 그것을 돌려줍니다."""
        if self.filled is None:
            self.filled = project(key, value)
        return self.filled

    def take(self, rows: Tensor) -> None:
        """rows (R,) 번째 줄만 그 차례로 둡니다. 같은 줄을 여러 번 골라도 됩니다."""
        if self.filled is not None:
            self.filled = (self.filled[0][rows], self.filled[1][rows])


class MultiHeadAttention(nn.Module):
    """h개의 헤드가 저마다의 부분 공간에서 어텐션을 하고, 이어 붙여 W^O로 섞습니다.

    모양: query (B, T_q, D), key와 value (B, T_k, D),
    mask는 (B, H, T_q, T_k)로 펼쳐지는 bool(True = 본다) → (B, T_q, D).
    dropout은 어텐션 가중치에 겁니다. cache를 주면 키와 밸류를 그곳에서 읽습니다.
    위치를 임베딩에 더하지 않고 어텐션 안에서 알릴 때만 positions를 줍니다.
    출처: Vaswani et al. (2017), 3.2.2절.
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        dropout: float = 0.0,
        positions: AttentionPositions | None = None,
    ) -> None:
        super().__init__()
        check_divides(d_model, n_heads, "d_model({})이 n_heads({})로")
        self.n_heads, self.dropout, self.positions = n_heads, dropout, positions
        # 헤드마다의 행렬 h개를 옆으로 이어 붙인 것이 사영 하나입니다.
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.output_proj = nn.Linear(d_model, d_model)
        initialise_linear(
            self.query_proj, self.key_proj, self.value_proj, self.output_proj
        )

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None = None,
        cache: KVCache | MemoryCache | None = None,
    ) -> Tensor:
        # 쿼리는 새 토큰의 것만 있으면 됩니다. 캐시에 쌓는 것은 키와 밸류뿐입니다.
        q = self.split(self.query_proj(query))  # (B, H, T_q, d_head)
        k, v = self.keys_and_values(key, value, cache)  # (B, H, T_k, d_head)
        heads = attend(
            self.placed(q, cache), k, v, mask, self.dropout if self.training else 0.0
        )
        # 헤드를 도로 이어 붙입니다: (B, H, T_q, d_head) → (B, T_q, H·d_head).
        return self.output_proj(heads.transpose(1, 2).flatten(2))  # (B, T_q, D)

    def weights(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor | None = None,
        mask: Tensor | None = None,
        cache: KVCache | MemoryCache | None = None,
    ) -> Tensor:
        """헤드별 가중치 (B, H, T_q, T_k). 드롭아웃 전이고 밸류는 쓰지 않습니다.

        `attention_maps`가 forward 뒤에 부르므로, 캐시에는 새 토큰까지 차 있습니다.
        """
        q = self.split(self.query_proj(query))
        k = self.split(self.key_proj(key)) if cache is None else cache.filled[0]
        q, k = self.placed(q, cache), self.placed(k, cache)
        # 밸류가 무엇이든 가중치는 같으므로 키를 그 자리에 넣습니다.
        return scaled_dot_product_attention(q, k, k, mask)[1]

    def keys_and_values(
        self, key: Tensor, value: Tensor, cache: KVCache | MemoryCache | None
    ) -> tuple[Tensor, Tensor]:
        """지금까지의 모든 키와 밸류 (B, H, T_k, d_head)."""
        if cache is None:
            k, v = self.project(key, value)
        else:
            k, v = cache.read(self.project, key, value)
        # 캐시에는 위치를 알리기 전의 키를 둡니다. 누가 다시 물어도 답이 같습니다.
        return self.placed(k, cache), v

    def project(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """새 토큰의 키와 밸류를 사영해 헤드로 나눕니다 → (B, H, T, d_head) 둘."""
        return self.split(self.key_proj(key)), self.split(self.value_proj(value))

    def split(self, x: Tensor) -> Tensor:
        """헤드로 나눕니다. 모양: (B, T, D) → (B, T, H, d_head) → (B, H, T, d_head)."""
        # 헤드의 축을 앞으로 옮겨야 행렬곱이 헤드마다 따로 됩니다.
        return x.view(*x.shape[:-1], self.n_heads, -1).transpose(1, 2)

    def placed(self, heads: Tensor, cache: KVCache | MemoryCache | None) -> Tensor:
        """positions가 있으면 쿼리나 키 (B, H, T, d_head)에 저마다의 위치를 알립니다.

        없으면 그대로입니다. 사인파와 배우는 표는 임베딩에서 이미 더했습니다.
        """
        if self.positions is None:
            return heads
        n = heads.size(2)
        if cache is None:
            places = torch.arange(n, device=heads.device)
        else:
            # 쿼리는 캐시에 가장 나중에 들어온 토큰들이고, 키는 캐시의 모두입니다.
            places = cache.places[-n:]
        return self.positions(heads, places)
