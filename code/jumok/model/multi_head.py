"""멀티헤드 어텐션과 키·밸류 캐시."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .attention import attend, scaled_dot_product_attention

Projection = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class KVCache:
    """셀프 어텐션의 키와 밸류를 쌓아 두는 자리. 처음에 한 번만 잡고 이어 붙이지 않습니다.

    모양: keys, values (B, H, max_len, d_head). 앞에서부터 length칸까지 차 있습니다.
    오류: max_len을 넘겨 쓰면 ValueError.
    """

    def __init__(self, like: Tensor, n_heads: int, d_head: int, max_len: int) -> None:
        shape = (like.size(0), n_heads, max_len, d_head)
        self.keys = torch.zeros(shape, dtype=like.dtype, device=like.device)
        self.values = torch.zeros_like(self.keys)
        self.length = 0

    def read(
        self, project: Projection, key: Tensor, value: Tensor
    ) -> tuple[Tensor, Tensor]:
        """새 토큰의 키와 밸류를 써 넣고, 지금까지의 모든 키와 밸류를 돌려줍니다."""
        end = self.length + key.size(1)
        if end > self.keys.size(2):
            raise ValueError(
                f"캐시는 {self.keys.size(2)}칸인데 {end}번째 토큰을 쓰려 했습니다. max_len을 늘리세요."
            )
        k, v = project(key, value)
        self.keys[:, :, self.length : end] = k
        self.values[:, :, self.length : end] = v
        self.length = end
        return self.filled

    @property
    def filled(self) -> tuple[Tensor, Tensor]:
        """지금까지 찬 키와 밸류 (B, H, length, d_head)."""
        return self.keys[:, :, : self.length], self.values[:, :, : self.length]

    def widen(self, copies: int) -> None:
        """빔이 copies줄로 갈라질 때 남은 칸을 copies배로 늘립니다. 찬 칸은 함께 쓰므로 그대로입니다."""
        batch, heads, size, width = self.keys.shape
        shape = (batch, heads, self.length + copies * (size - self.length), width)
        k, v = self.filled
        self.keys, self.values = k.new_zeros(shape), v.new_zeros(shape)
        self.filled[0].copy_(k)
        self.filled[1].copy_(v)

    def keep(self, rows: Tensor) -> None:
        """남은 문장 rows (B′,)의 캐시만 남깁니다."""
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

    def keep(self, rows: Tensor) -> None:
        """남은 문장 rows (B′,)의 것만 남깁니다."""
        if self.filled is not None:
            self.filled = (self.filled[0][rows], self.filled[1][rows])


class MultiHeadAttention(nn.Module):
    """h개의 헤드가 저마다의 부분 공간에서 어텐션을 하고, 이어 붙여 W^O로 섞습니다.

    모양: query (B, T_q, D), key와 value (B, T_k, D), mask는 (B, H, T_q, T_k)로 펼쳐지는 bool(True = 본다)
    → (B, T_q, D). dropout은 어텐션 가중치에 겁니다. cache를 주면 키와 밸류를 그곳에서 읽습니다.
    출처: Vaswani et al. (2017), 3.2.2절.
    """

    def __init__(self, d_model: int, n_heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        if d_model % n_heads:
            raise ValueError(
                f"d_model({d_model})이 n_heads({n_heads})로 나누어떨어져야 합니다."
            )
        self.n_heads, self.dropout = n_heads, dropout
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.output_proj = nn.Linear(d_model, d_model)
        for proj in (self.query_proj, self.key_proj, self.value_proj, self.output_proj):
            nn.init.xavier_uniform_(proj.weight)
            nn.init.zeros_(proj.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None = None,
        cache: KVCache | MemoryCache | None = None,
    ) -> Tensor:
        q = self._split(self.query_proj(query))  # (B, H, T_q, d_head)
        k, v = (
            cache.read(self._project, key, value)
            if cache is not None
            else self._project(key, value)
        )
        heads = attend(q, k, v, mask, self.dropout if self.training else 0.0)
        return self.output_proj(heads.transpose(1, 2).flatten(2))  # (B, T_q, D)

    def weights(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None = None,
        cache: KVCache | MemoryCache | None = None,
    ) -> Tensor:
        """헤드별 가중치 (B, H, T_q, T_k). 드롭아웃 전입니다. `attention_maps`가 forward 뒤에 부릅니다."""
        k, v = cache.filled if cache is not None else self._project(key, value)
        return scaled_dot_product_attention(
            self._split(self.query_proj(query)), k, v, mask
        )[1]

    def _project(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        return self._split(self.key_proj(key)), self._split(
            self.value_proj(value)
        )  # (B, H, T_k, d_head)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.n_heads, -1).transpose(
            1, 2
        )  # (B, T, D) → (B, H, T, d_head)
