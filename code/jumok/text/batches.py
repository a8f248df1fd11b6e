"""번역의 배치: 토큰 수로 정한 걸음을 여러 프로세스가 나누어 읽습니다. 결과는 numpy int64 배열입니다."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from .buckets import Buckets
from .special import BOS_ID, EOS_ID, PAD_ID
from .table import TokenTable

Pairs = Iterable[tuple[Sequence[int], Sequence[int]]] | tuple[TokenTable, TokenTable]


@dataclass(frozen=True)
class PairBatch:
    """한 프로세스가 한 걸음에 읽는 짝들.

    모양: src (B, S), tgt (B, T) = <bos> + 번역, labels (B, T) = 번역 + <eos>. 빈자리는 PAD_ID입니다.
    step_tokens는 이 걸음에 모든 프로세스가 함께 읽는 정답 토큰의 수입니다. 프로세스마다 정답의 수가 다르므로
    손실의 합을 이 값으로 나누어야 한 프로세스로 학습한 것과 기울기가 같습니다.
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

    max_tokens는 모든 프로세스를 합친 한도이고 채움과 <bos>·<eos>를 셉니다. 걸음을 나누는 계획은 rank와
    world를 보지 않습니다. 프로세스 r은 걸음의 r, r + world, …번째 줄을 읽으므로, 모두 합치면 한 프로세스의
    걸음과 같고 걸음의 수도 같습니다. 걸음의 줄은 min_rows 이상이고 world는 min_rows 이하라서 빈 프로세스가
    없습니다. 길이가 max_tokens // min_rows나 max_len을 넘는 짝은 too_long이 "error"이면 오류이고, "drop"이면
    버리고 n_dropped에 셉니다. round_to를 주면 길이와 줄 수가 몇 가지(`shapes`)로 정해지고, 남는 줄은 PAD_ID로
    채웁니다.
    """

    def __init__(
        self,
        pairs: Pairs,
        max_tokens: int,
        *,
        seed: int = 0,
        rank: int = 0,
        world: int = 1,
        min_rows: int = 8,
        max_len: int | None = None,
        too_long: str = "error",
        round_to: int | None = None,
        pool: int = 1 << 17,
    ) -> None:
        check_ranks(rank, world, min_rows, round_to)
        self.src, self.tgt = _tables(pairs)
        self.rank, self.world = rank, world
        limit = min(max_tokens // min_rows, max_len or max_tokens)
        self.rows = _short_rows(self._pair_lengths(slice(None)), limit, too_long)
        self.n_dropped = len(self.src) - len(self.rows)
        check_rows(len(self.rows), world)
        self.buckets = Buckets(
            len(self.rows), max_tokens, seed, min_rows, round_to, pool
        )

    def epoch(self, epoch: int, start: int = 0) -> Iterator[PairBatch]:
        """epoch의 배치를 start번째 걸음부터 냅니다. 앞의 걸음은 만들지 않고 건너뜁니다."""
        for rows, shape in skip(self._plan(epoch), start):
            yield self._batch(self.rows[rows], shape)

    def steps(self, epoch: int) -> int:
        """epoch의 걸음 수. 모든 프로세스에서 같습니다."""
        return sum(1 for _ in self._plan(epoch))

    def shapes(self, epoch: int = 0) -> set[tuple[int, int, int]]:
        """epoch에 나오는 걸음의 모양 (B, S, T)들. B는 모든 프로세스를 합친 줄 수입니다."""
        return {shape for _, shape in self._plan(epoch)}

    def padding_share(self, epoch: int = 0) -> float:
        """epoch의 모든 칸(원문과 번역)에서 채움이 차지하는 몫."""
        n_cells = sum(b * (s + t) for _, (b, s, t) in self._plan(epoch))
        return 1 - int(self._pair_lengths(self.rows).sum()) / n_cells

    def _plan(self, epoch: int) -> Iterator[tuple]:
        return self.buckets.plan(
            lambda rows: self._pair_lengths(self.rows[rows]), epoch
        )

    def _pair_lengths(self, rows: np.ndarray | slice) -> np.ndarray:
        """(m, 2): 원문의 길이와, <bos>나 <eos>를 더한 번역의 길이."""
        return np.stack([self.src.lengths(rows), self.tgt.lengths(rows) + 1], axis=1)

    def _batch(self, rows: np.ndarray, shape: tuple[int, int, int]) -> PairBatch:
        n_rows, s, t = shape
        step_tokens = int(self.tgt.lengths(rows).sum()) + len(rows)
        mine = rows[self.rank :: self.world]
        n_mine = len(range(self.rank, n_rows, self.world))
        src, tgt, labels = (np.full((n_mine, width), PAD_ID) for width in (s, t, t))
        real, n_tgt = slice(len(mine)), self.tgt.lengths(mine)
        self.src.fill(src[real], mine, self.src.lengths(mine), 0)
        self.tgt.fill(tgt[real], mine, n_tgt, 1)
        self.tgt.fill(labels[real], mine, n_tgt, 0)
        tgt[real, 0] = BOS_ID
        labels[np.arange(len(mine)), n_tgt] = EOS_ID
        return PairBatch(src, tgt, labels, step_tokens)


def check_ranks(
    rank: int, world: int, min_rows: int, round_to: int | None = None
) -> None:
    """프로세스의 번호와 수가 맞는지 봅니다. 오류: 빈 프로세스가 생길 수 있는 값은 ValueError."""
    if not 0 <= rank < world:
        raise ValueError(
            f"rank는 0 이상 world 미만이어야 합니다. 받은 값은 {rank}, {world}입니다."
        )
    if world > min_rows or (round_to and world > 1 and min_rows % (2 * world)):
        raise ValueError(
            f"min_rows({min_rows})는 world({world}) 이상이고, round_to가 있으면 world의 짝수 배여야 합니다. "
            "걸음이 같아야 하므로 견줄 실행에도 같은 min_rows를 주세요."
        )


def check_rows(n: int, world: int) -> None:
    """나누어 읽을 문장이 프로세스의 수보다 적으면 ValueError."""
    if n < world:
        raise ValueError(
            f"문장이 {n}개라서 프로세스 {world}개가 나누어 읽을 수 없습니다. "
            "자료와 길이의 한도(max_tokens, max_len)를 보세요."
        )


def skip(plan: Iterator[tuple], start: int) -> Iterator[tuple]:
    """계획의 앞 start걸음을 건너뜁니다. 오류: 걸음 수보다 큰 start는 ValueError."""
    if start < 0 or sum(1 for _ in islice(plan, start)) < start:
        raise ValueError(
            f"start는 0 이상이고 epoch의 걸음 수 이하여야 합니다. 받은 값은 {start}입니다."
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
            f"빈 문장이 있는 짝이 {len(empty)}개입니다. 빼 주세요. 첫째는 {empty[0]}번입니다."
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
            f"한도 {limit}칸보다 긴 짝이 {len(lengths) - len(rows)}개입니다. 가장 긴 것은 "
            f"{longest.max()}칸입니다. "
            'max_tokens나 max_len을 키우거나, min_rows를 줄이거나, too_long="drop"으로 버리세요.'
        )
    return rows
