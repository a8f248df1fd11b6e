"""GPT의 배치: 글 하나가 한 줄. 길이가 비슷한 글끼리 묶어 채움을 줄입니다."""

from collections.abc import Iterator

import numpy as np

from .batches import skip
from .packed import LmBatch
from .sharing import Sharing
from .special import EOS_ID, PAD_ID
from .table import TokenTable

POOL = 1 << 16  # 한꺼번에 뒤섞어 길이로 늘어놓는 글의 수


class RowBatches:
    """글마다 <eos> 다음에서 시작해 글과 끝의 <eos>를 맞히는 배치를 냅니다.

    한 걸음은 max_tokens칸까지입니다. `PackedBatches`와 달리 앞의 다른 글을 보지 않고
    자리도 0부터 셉니다. 글을 하나씩 재거나 처음부터 쓸 때와 같은 조건입니다.
    documents는 `with_eos`로 끝을 맺은 글들의 표이고, max_len보다 긴 글은 뒤를 자릅니다.
    나머지 값(seed, rank, world, min_rows, round_to, pool)의 뜻은 `Sharing`에 있습니다.
    """

    def __init__(
        self,
        documents: TokenTable,
        max_tokens: int,
        *,
        max_len: int,
        **sharing: int | None,
    ) -> None:
        self.sharing = Sharing(**{"pool": POOL} | sharing)
        limit = max_tokens // self.sharing.min_rows
        if not 1 <= max_len <= limit:
            raise ValueError(
                f"max_len은 1 이상 max_tokens // min_rows({limit}) "
                f"이하여야 합니다. 받은 값은 {max_len}입니다."
            )
        self.table, self.max_len = documents, max_len
        self.buckets = self.sharing.buckets(len(documents), max_tokens)

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
        def lengths(rows: np.ndarray) -> np.ndarray:
            return self._lengths(rows)[:, None]

        return self.buckets.plan(lengths, epoch)

    def _lengths(self, rows: np.ndarray) -> np.ndarray:
        return np.minimum(self.table.lengths(rows), self.max_len)

    def _batch(self, rows: np.ndarray, shape: tuple[int, int]) -> LmBatch:
        n_rows, width = shape
        mine = rows[self.sharing.mine]
        n_mine = len(range(n_rows)[self.sharing.mine])
        ids, targets = (np.full((n_mine, width), PAD_ID) for _ in range(2))
        real, lengths = slice(len(mine)), self._lengths(mine)
        # 표의 줄은 <eos>로 끝납니다. 한 칸 밀린 입력은 맨 앞의 <eos>로 시작합니다.
        self.table.fill(targets[real], mine, lengths, 0)
        self.table.fill(ids[real], mine, lengths - 1, 1)
        ids[real, 0] = EOS_ID
        return LmBatch(ids, targets, int(self._lengths(rows).sum()))
