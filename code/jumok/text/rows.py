"""GPT의 배치: 글 하나가 한 줄. 길이가 비슷한 글끼리 묶어 채움을 줄입니다."""

from collections.abc import Iterator

import numpy as np

from .batches import check_ranks, check_rows, skip
from .buckets import Buckets
from .packed import LmBatch
from .special import EOS_ID, PAD_ID
from .table import TokenTable


class RowBatches:
    """글마다 <eos> 다음에서 시작해 글과 끝의 <eos>를 맞히는, max_tokens칸까지의 배치.

    `PackedBatches`와 달리 앞의 다른 글을 보지 않고 자리도 0부터 셉니다. 글을 하나씩
    재거나 처음부터 쓸 때와 같은 조건입니다. documents는 `with_eos`로 끝을 맺은 글들의
    표입니다. max_tokens, min_rows, rank, world, round_to의 뜻은 `PairBatches`와 같고,
    max_len보다 긴 글은 뒤를 자릅니다.
    """

    def __init__(
        self,
        documents: TokenTable,
        max_tokens: int,
        *,
        max_len: int,
        seed: int = 0,
        rank: int = 0,
        world: int = 1,
        min_rows: int = 8,
        round_to: int | None = None,
        pool: int = 1 << 16,
    ) -> None:
        check_ranks(rank, world, min_rows, round_to)
        check_rows(len(documents), world)
        if not 1 <= max_len <= max_tokens // min_rows:
            raise ValueError(
                f"max_len은 1 이상 max_tokens // min_rows({max_tokens // min_rows}) "
                f"이하여야 합니다. 받은 값은 {max_len}입니다."
            )
        self.table, self.max_len = documents, max_len
        self.rank, self.world = rank, world
        n = len(documents)
        self.buckets = Buckets(n, max_tokens, seed, min_rows, round_to, pool)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[LmBatch]:
        """epoch의 배치를 start번째 걸음부터 냅니다. 앞의 걸음은 만들지 않습니다."""
        for rows, shape in skip(self._plan(epoch), start):
            yield self._batch(rows, shape)

    def steps(self, epoch: int = 0) -> int:
        """epoch의 걸음 수. 모든 프로세스에서 같습니다."""
        return sum(1 for _ in self._plan(epoch))

    def padding_share(self, epoch: int = 0) -> float:
        """epoch의 모든 칸에서 채움이 차지하는 몫."""
        real = cells = 0
        for rows, (n_rows, width) in self._plan(epoch):
            real, cells = real + int(self._lengths(rows).sum()), cells + n_rows * width
        return 1 - real / cells

    def _plan(self, epoch: int) -> Iterator[tuple]:
        return self.buckets.plan(lambda rows: self._lengths(rows)[:, None], epoch)

    def _lengths(self, rows: np.ndarray) -> np.ndarray:
        return np.minimum(self.table.lengths(rows), self.max_len)

    def _batch(self, rows: np.ndarray, shape: tuple[int, int]) -> LmBatch:
        n_rows, width = shape
        mine = rows[self.rank :: self.world]
        n_mine = len(range(self.rank, n_rows, self.world))
        ids, targets = (np.full((n_mine, width), PAD_ID) for _ in range(2))
        real, lengths = slice(len(mine)), self._lengths(mine)
        # 표의 줄은 <eos>로 끝납니다. 입력은 그것을 빼고 맨 앞에 <eos>를 둡니다.
        self.table.fill(targets[real], mine, lengths, 0)
        self.table.fill(ids[real], mine, lengths - 1, 1)
        ids[real, 0] = EOS_ID
        return LmBatch(ids, targets, int(self._lengths(rows).sum()))
