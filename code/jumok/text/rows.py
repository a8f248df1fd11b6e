"""GPT의 배치: 글 하나가 한 줄."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from .batches import skip
from .packed import LmBatch
from .sharing import Sharing
from .shuffle import random_bits, shuffled
from .special import EOS_ID, PAD_ID
from .table import TokenTable

POOL = 1 << 14  # 순서를 한꺼번에 셈하는 글의 수


class RowBatches:
    """글마다 <eos> 다음에서 시작해 글과 끝의 <eos>를 맞히는 배치를 냅니다.

    한 걸음은 토큰 max_tokens개까지입니다. `PackedBatches`와 달리 앞의 다른 글을 보지
    않고 자리도 0부터 셉니다. 글을 하나씩 재거나 처음부터 쓸 때와 같은 조건입니다.
    한 걸음의 글은 길이를 보지 않고 고르고 긴 것부터 늘어놓습니다. 비슷한 길이끼리
    묶으면 걸음마다 글의 결이 달라 더디 배웁니다. 채움은 세지 않으니, 손실을 길이가
    비슷한 줄끼리 나누어 구해야 빠릅니다. documents는 `with_eos`로 끝을 맺은 글들의
    표이고, max_len보다 긴 글은 뒤를 자릅니다. seed, rank, world는 `Sharing`의 것입니다.
    """

    def __init__(
        self,
        documents: TokenTable,
        max_tokens: int,
        *,
        max_len: int,
        **sharing: int | None,
    ) -> None:
        self.sharing = Sharing(**sharing)
        limit = max_tokens // self.sharing.min_rows
        if not 1 <= max_len <= limit:
            raise ValueError(
                f"max_len은 1 이상 max_tokens // min_rows({limit}) "
                f"이하여야 합니다. 받은 값은 {max_len}입니다."
            )
        if len(documents) < self.sharing.world:
            raise ValueError(
                f"글이 {len(documents)}편이라서 프로세스 {self.sharing.world}개가 "
                "나누어 읽을 수 없습니다."
            )
        self.table, self.max_tokens, self.max_len = documents, max_tokens, max_len

    def epoch(self, epoch: int, start: int = 0) -> Iterator[LmBatch]:
        """epoch의 배치를 start번째 걸음부터 냅니다. 앞의 걸음은 만들지 않습니다."""
        for rows, lengths in skip(self._plan(epoch), start):
            yield self._batch(rows, lengths)

    def steps(self, epoch: int = 0) -> int:
        """epoch의 걸음 수. 모든 프로세스에서 같습니다."""
        return sum(1 for _ in self._plan(epoch))

    def _plan(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """걸음마다 글의 번호와 길이, 긴 것부터."""
        n, key = len(self.table), int(random_bits(self.sharing.seed, epoch)[0])
        rest = np.zeros(0, np.int64)
        for first in range(0, n, POOL):
            places = np.arange(first, min(first + POOL, n))
            rows = np.concatenate([rest, shuffled(places, n, key)])
            cuts = self._cuts(rows)
            for begin, end in pairwise(cuts):
                yield self._longest_first(rows[begin:end])
            rest = rows[cuts[-1] :]
        # 끝에 남은 글들은 작은 걸음이 됩니다. 빈손인 프로세스가 생기면 버립니다.
        if len(rest) >= self.sharing.world:
            yield self._longest_first(rest)

    def _cuts(self, rows: np.ndarray) -> list[int]:
        """max_tokens를 넘기 바로 앞에서 자른 자리들. 나머지는 다음에 이어집니다."""
        ends, cuts = np.cumsum(self._lengths(rows)), [0]
        while cuts[-1] < len(rows):
            used = int(ends[cuts[-1] - 1]) if cuts[-1] else 0
            end = int(np.searchsorted(ends, used + self.max_tokens, "right"))
            if end == len(rows):
                break
            cuts.append(end)
        return cuts

    def _longest_first(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lengths = self._lengths(rows)
        order = np.argsort(-lengths, kind="stable")
        return rows[order], lengths[order]

    def _lengths(self, rows: np.ndarray) -> np.ndarray:
        return np.minimum(self.table.lengths(rows), self.max_len)

    def _batch(self, rows: np.ndarray, lengths: np.ndarray) -> LmBatch:
        mine = self.sharing.mine
        shape = (len(rows[mine]), int(lengths[0]))
        ids, targets = (np.full(shape, PAD_ID) for _ in range(2))
        # 표의 줄은 <eos>로 끝납니다. 입력은 그것을 빼고 맨 앞에 <eos>를 둡니다.
        self.table.fill(targets, rows[mine], lengths[mine], 0)
        self.table.fill(ids, rows[mine], lengths[mine] - 1, 1)
        ids[:, 0] = EOS_ID
        return LmBatch(ids, targets, int(lengths.sum()))
