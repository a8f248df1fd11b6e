"""한 토큰씩 풀 때 이어지는 상태. Transformer와 GPT가 함께 씁니다."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from .config import LayerConfig
from .masks import causal_mask
from .multi_head import KVCache, MemoryCache


@dataclass
class DecodingState:
    """층마다의 캐시, 그리고 원문이 있으면 인코더 출력과 그 마스크.

    줄은 R개입니다. 처음에는 문장마다 한 줄이고, 빔으로 갈라지면 copies줄입니다.
    줄을 늘리거나 바꾸거나 버리는 일은 모두 캐시의 줄을 다시 고르는 것입니다.
    모양: memory (R, S, D), memory_mask (R, 1, 1, S).
    """

    caches: list[KVCache]
    memory_caches: list[MemoryCache] = field(default_factory=list)
    memory: Tensor | None = None
    memory_mask: Tensor | None = None
    copies: int = 1

    @property
    def position(self) -> int:
        """다음에 읽을 토큰의 위치."""
        return self.caches[0].length

    @property
    def pairs(self) -> list[tuple[KVCache, MemoryCache]]:
        """디코더의 층마다 (셀프, 크로스) 캐시 한 쌍."""
        return list(zip(self.caches, self.memory_caches, strict=True))

    def mask(self, n: int) -> Tensor:
        """새 토큰 n개의 인과 마스크 (n, 지금까지의 칸 + n)."""
        # 전체 마스크에서 새 토큰의 줄만 떼면, 앞의 칸은 모두 True입니다.
        device = self.caches[0].keys.device
        return causal_mask(self.position + n, device)[self.position :]

    def fork(self, copies: int) -> None:
        """문장마다 빔 copies줄로 갈라집니다."""
        # 한 문장의 줄들이 나란히 놓입니다: 0 0 1 1 2 2 …
        self.reorder(self._rows().repeat_interleave(copies))
        self.copies = copies

    def reorder(self, rows: Tensor) -> None:
        """줄을 다시 고릅니다. rows (R,)는 새 줄마다 물려받을 옛 줄의 번호입니다."""
        # 줄이 자리를 바꾸면 그 줄이 읽은 키와 밸류도 따라가야 합니다.
        for cache in (*self.caches, *self.memory_caches):
            cache.take(rows)
        if self.memory is not None:
            self.memory, self.memory_mask = self.memory[rows], self.memory_mask[rows]

    def keep(self, sentences: Tensor) -> None:
        """끝난 문장을 버리고 sentences (B′,) 번째 문장의 줄만 남깁니다."""
        self.reorder(self._rows().view(-1, self.copies)[sentences].flatten())

    def _rows(self) -> Tensor:
        keys = self.caches[0].keys
        return torch.arange(keys.size(0), device=keys.device)


def empty_caches(like: Tensor, config: LayerConfig, max_len: int) -> list[KVCache]:
    """층마다 하나씩, 토큰 max_len개를 담을 빈 캐시를 만듭니다.

    줄 수와 자료형과 장치는 like를 따릅니다.
    """
    d_head = config.d_model // config.n_heads
    return [
        KVCache(like, config.n_heads, d_head, max_len) for _ in range(config.n_layers)
    ]
