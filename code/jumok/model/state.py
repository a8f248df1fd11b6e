"""한 토큰씩 풀 때 이어지는 상태. Transformer와 GPT가 함께 씁니다."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from .masks import causal_mask
from .multi_head import KVCache, MemoryCache
from .vocabulary import NextToken


@dataclass
class DecodingState:
    """층마다의 캐시, 출력층, 인코더 출력(있으면)과 그 마스크, 지금 위치, 빔의 가계도, 디코더(있으면).

    빔의 줄을 캐시에서 옮기지 않습니다. 한 문장의 빔 K줄은 쿼리 K개로 나란히 눕고 캐시 하나를 함께 쓰며,
    `tree`가 빔마다 제 조상의 칸만 보게 하는 마스크입니다. 자리를 바꾸면 이 작은 마스크만 바뀝니다.
    모양: memory (B, S, D), memory_mask (B, 1, 1, S), tree (B, K, 칸 수) bool, 갈라지기 전에는 None.
    """

    caches: list[KVCache]
    memory_caches: list[MemoryCache]
    next_token: NextToken
    memory: Tensor | None = None
    memory_mask: Tensor | None = None
    position: int = 0
    tree: Tensor | None = None
    decoder: Callable[..., Tensor] | None = None

    @property
    def batch_size(self) -> int:
        """지금 푸는 문장의 수 B."""
        return self.caches[0].keys.size(0)

    def fork(self, copies: int) -> None:
        """문장마다 빔 copies줄로 갈라집니다. 지금까지 읽은 칸은 모두가 조상이고, 앞으로는 제 칸만 봅니다."""
        for cache in self.caches:
            cache.widen(copies)
        keys, n = self.caches[0].keys, self.caches[0].length
        own = torch.eye(copies, dtype=torch.bool, device=keys.device).repeat(
            1, (keys.size(2) - n) // copies
        )
        shared = own.new_ones(copies, n)
        self.tree = torch.cat([shared, own], dim=1).repeat(keys.size(0), 1, 1)

    def reorder(self, rows: Tensor) -> None:
        """빔이 같은 문장 안에서 자리를 바꿉니다. rows (B·K,)는 새 줄마다 물려받을 옛 줄의 번호입니다."""
        n = self.caches[0].length
        self.tree[:, :, :n] = self.tree.flatten(0, 1)[rows, :n].unflatten(
            0, self.tree.shape[:2]
        )

    def keep(self, sentences: Tensor) -> None:
        """끝난 문장을 버리고 sentences (B′,) 번째 문장만 남깁니다."""
        for cache in (*self.caches, *self.memory_caches):
            cache.keep(sentences)
        for name in ("memory", "memory_mask", "tree"):
            if getattr(self, name) is not None:
                setattr(self, name, getattr(self, name)[sentences])

    def mask(self, n: int) -> Tensor | None:
        """새 토큰 n개가 쓸 셀프 어텐션 마스크. 갈라진 뒤에는 (B, 1, K, 칸 수)입니다."""
        if self.tree is not None:
            return self.tree[:, None, :, : self.caches[0].length + self.tree.size(1)]
        if n == 1:
            return None  # 하나뿐인 새 토큰은 앞의 것을 모두 봅니다.
        return causal_mask(self.position + n, self.caches[0].keys.device)[
            self.position :
        ]


def check_ids(ids: Tensor, vocab_size: int, pad_id: int | None = None) -> None:
    """풀이를 시작하는 문에서 토큰 번호를 한 번 살핍니다. 모양: ids (B, T) 정수, B와 T는 1 이상.

    오류: 정수가 아니면 TypeError. 모양이 다르거나, 비었거나, 번호가 어휘 밖이거나, 한 줄이 모두
    채움(pad_id)이면 ValueError.
    """
    if ids.dtype not in (torch.int64, torch.int32):
        raise TypeError(
            f"토큰 번호는 정수 텐서여야 합니다. 받은 자료형은 {ids.dtype}입니다."
        )
    if ids.dim() != 2:
        raise ValueError(
            f"토큰 번호는 (B, T) 모양이어야 합니다. 받은 모양은 {tuple(ids.shape)}입니다."
        )
    if ids.numel() == 0:
        raise ValueError(
            f"빈 문장은 풀 수 없습니다. 받은 모양은 {tuple(ids.shape)}입니다."
        )
    check_range((int(ids.min()), int(ids.max())), vocab_size)
    if pad_id is not None:
        empty = (ids == pad_id).all(dim=1).nonzero().flatten().tolist()
        if empty:
            raise ValueError(
                f"{empty[0]}번째 문장이 모두 채움({pad_id})입니다. 빈 문장은 빼고 넘기세요."
            )


def check_range(ids: Iterable[int], vocab_size: int) -> None:
    """토큰 번호가 모두 0 이상 vocab_size 미만인지 살핍니다. 오류: 벗어난 첫 번호를 알리는 ValueError."""
    for token in ids:
        if not 0 <= token < vocab_size:
            raise ValueError(
                f"토큰 번호 {token}은(는) 어휘 밖입니다. 어휘의 크기는 {vocab_size}이므로 "
                f"0부터 {vocab_size - 1}까지만 쓸 수 있습니다."
            )
