"""번역의 배치: 토큰 수로 정한 걸음을 여러 프로세스가 나누어 읽습니다.

결과는 numpy int64 배열입니다.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from .sharing import Sharing
from .special import BOS_ID, EOS_ID, PAD_ID
from .table import TokenTable

Pairs = Iterable[tuple[Sequence[int], Sequence[int]]] | tuple[TokenTable, TokenTable]


@dataclass(frozen=True)
class PairBatch:
    """한 프로세스가 한 걸음에 읽는 짝들.

    모양: src (B, S), tgt (B, T) = <bos> + 번역, labels (B, T) = 번역 + <eos>. 빈자리는
    PAD_ID입니다. step_tokens는 이 걸음에 모든 프로세스가 함께 읽는 정답 토큰의
    수입니다. 프로세스마다 정답의 수가 다르므로 손실의 합을 이 값으로 나누어야 한
    프로세스로 학습한 것과 기울기가 같습니다.
    """

    src: np.ndarray
    tgt: np.ndarray
    labels: np.ndarray
    step_tokens: int

    @property
    def n_src_tokens(self) -> int:
        """채움을 뺀 원문의 토큰 수."""
        return int((self.src != PAD_ID).sum())

    @property
    def n_tgt_tokens(self) -> int:
        """채움을 뺀 정답의 토큰 수(<eos>를 셉니다)."""
        return int((self.labels != PAD_ID).sum())

    @property
    def n_tokens(self) -> int:
        """두 쪽을 더한 토큰 수."""
        return self.n_src_tokens + self.n_tgt_tokens


class PairBatches:
    """짝들을 길이가 비슷한 것끼리 묶어 한 걸음에 쪽마다 max_tokens칸까지 담습니다.

    max_tokens는 모든 프로세스를 합친 한도이고 채움과 <bos>·<eos>를 셉니다. 나머지
    값(seed, rank, world, min_rows, round_to, pool)의 뜻은 `Sharing`에 있습니다. 길이가
    max_tokens // min_rows나 max_len을 넘는 짝은 too_long이 "error"이면 오류이고,
    "drop"이면 버리고 n_dropped에 셉니다.
    """

    def __init__(
        self,
        pairs: Pairs,
        max_tokens: int,
        *,
        max_len: int | None = None,
        too_long: str = "error",
        **sharing: int | None,
    ) -> None:
        self.sharing = Sharing(**sharing)
        self.src, self.tgt = _tables(pairs)
        limit = min(max_tokens // self.sharing.min_rows, max_len or max_tokens)
        self.rows = _short_rows(self._pair_lengths(slice(None)), limit, too_long)
        self.n_dropped = len(self.src) - len(self.rows)
        self.buckets = self.sharing.buckets(len(self.rows), max_tokens)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[PairBatch]:
        """epoch의 배치를 start번째 걸음부터 냅니다.

        앞의 걸음은 만들지 않고 건너뜁니다.
        """
        for rows, shape in skip(self._plan(epoch), start):
            yield self._batch(self.rows[rows], shape)

    def steps(self, epoch: int) -> int:
        """epoch의 걸음 수. 모든 프로세스에서 같습니다."""
        return sum(1 for _ in self._plan(epoch))

    def shapes(self, epoch: int = 0) -> set[tuple[int, int, int]]:
        """epoch에 나오는 걸음의 모양 (B, S, T)들.

        B는 모든 프로세스를 합친 줄 수입니다.
        """
        return {shape for _, shape in self._plan(epoch)}

    def padding_share(self, epoch: int = 0) -> float:
        """epoch의 모든 칸(원문과 번역)에서 채움이 차지하는 몫."""
        n_cells = sum(b * (s + t) for _, (b, s, t) in self._plan(epoch))
        return 1 - int(self._pair_lengths(self.rows).sum()) / n_cells

    def _plan(self, epoch: int) -> Iterator[tuple]:
        def lengths(rows: np.ndarray) -> np.ndarray:
            return self._pair_lengths(self.rows[rows])

        return self.buckets.plan(lengths, epoch)

    def _pair_lengths(self, rows: np.ndarray | slice) -> np.ndarray:
        """(m, 2): 원문의 길이와, <bos>나 <eos>를 더한 번역의 길이."""
        return np.stack([self.src.lengths(rows), self.tgt.lengths(rows) + 1], axis=1)

    def _batch(self, rows: np.ndarray, shape: tuple[int, int, int]) -> PairBatch:
        n_rows, s, t = shape
        step_tokens = int(self.tgt.lengths(rows).sum()) + len(rows)
        mine = rows[self.sharing.mine]
        # 남는 줄(빈 줄)도 프로세스마다 같은 수로 나누어야 모양이 같습니다.
        n_mine = len(range(n_rows)[self.sharing.mine])
        src, tgt, labels = (np.full((n_mine, width), PAD_ID) for width in (s, t, t))
        real, n_tgt = slice(len(mine)), self.tgt.lengths(mine)
        self.src.fill(src[real], mine, self.src.lengths(mine), 0)
        self.tgt.fill(tgt[real], mine, n_tgt, 1)
        self.tgt.fill(labels[real], mine, n_tgt, 0)
        tgt[real, 0] = BOS_ID
        labels[np.arange(len(mine)), n_tgt] = EOS_ID
        return PairBatch(src, tgt, labels, step_tokens)


def skip(plan: Iterator[tuple], start: int) -> Iterator[tuple]:
    """계획의 앞 start걸음을 건너뜁니다. 오류: 걸음 수보다 큰 start는 ValueError."""
    if start < 0 or sum(1 for _ in islice(plan, start)) < start:
        raise ValueError(
            "start는 0 이상이고 epoch의 걸음 수 이하여야 합니다. "
            f"받은 값은 {start}입니다."
        )
    return plan


def _tables(pairs: Pairs) -> tuple[TokenTable, TokenTable]:
    """짝들을 두 표로. 길이가 다른 표와 빈 원문은 ValueError."""
    if not (
        isinstance(pairs, tuple)
        and len(pairs) == 2
        and isinstance(pairs[0], TokenTable)
    ):
        pairs = list(pairs)
        pairs = tuple(
            TokenTable.from_rows(pair[side] for pair in pairs) for side in (0, 1)
        )
    src, tgt = pairs
    if len(src) != len(tgt):
        raise ValueError(f"원문({len(src)}개)과 번역({len(tgt)}개)의 수가 다릅니다.")
    empty = np.flatnonzero(np.minimum(src.lengths(), tgt.lengths()) == 0)
    if len(empty):
        raise ValueError(
            f"빈 문장이 있는 짝이 {len(empty)}개입니다. 빼 주세요. "
            f"첫째는 {empty[0]}번입니다."
        )
    return src, tgt


def _short_rows(lengths: np.ndarray, limit: int, too_long: str) -> np.ndarray:
    """두 쪽이 모두 limit 이하인 짝의 번호."""
    if too_long not in ("error", "drop"):
        raise ValueError(
            f'too_long은 "error"나 "drop"이어야 합니다. 받은 값은 {too_long!r}입니다.'
        )
    longest = lengths.max(axis=1)
    rows = np.flatnonzero(longest <= limit)
    if len(rows) < len(lengths) and too_long == "error":
        raise ValueError(
            f"한도 {limit}칸보다 긴 짝이 {len(lengths) - len(rows)}개입니다. "
            f"가장 긴 것은 {longest.max()}칸입니다. "
            "max_tokens나 max_len을 키우거나, min_rows를 줄이거나, "
            'too_long="drop"으로 버리세요.'
        )
    return rows
