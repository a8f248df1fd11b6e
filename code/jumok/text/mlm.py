"""마스크드 언어 모델과 다음 문장 예측의 배치.

같은 문장도 epoch마다 다르게 가려집니다.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .batches import skip
from .sharing import Sharing
from .special import CLS_ID, MASK_ID, PAD_ID, SEP_ID, SPECIAL_TOKENS
from .table import TokenTable

FIRST_ID = len(SPECIAL_TOKENS)
POOL = 1 << 16  # 한꺼번에 뒤섞는 문장의 수
# 고른 토큰을 <mask>로 바꿀 몫과 아무 토큰으로 바꿀 몫. 나머지는 그대로 둡니다.
MASKED, REPLACED = 0.8, 0.1


@dataclass(frozen=True)
class MlmBatch:
    """한 프로세스가 한 걸음에 읽는 문장들.

    모양: ids, targets, segments (B, T). targets는 고른 자리의 본디 토큰이고 다른 자리는
    PAD_ID입니다. is_next (B,)는 뒤 문장이 정말 다음 문장이면 1, 아니면 0입니다. 한
    문장씩 읽을 때는 None입니다. step_tokens는 이 걸음에 모든 프로세스가 함께 맞힐
    토큰의 수입니다(`PairBatch`와 같은 약속).
    """

    ids: np.ndarray
    targets: np.ndarray
    segments: np.ndarray
    is_next: np.ndarray | None
    step_tokens: int

    @property
    def n_tokens(self) -> int:
        """채움을 뺀 토큰 수."""
        return int((self.ids != PAD_ID).sum())


def mask_tokens(
    ids: np.ndarray,
    vocab_size: int,
    rng: np.random.Generator,
    rate: float = 0.15,
    starts_word: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """토큰의 rate만큼을 골라 80 %는 <mask>로, 10 %는 아무 토큰으로 바꿉니다.

    10 %는 그대로 둡니다. 특별한 토큰은 고르지 않고, 줄마다 적어도 하나는 고릅니다.
    starts_word (V,)를 주면 단어를 통째로 고릅니다.
    모양: ids (B, T) → 바뀐 ids (B, T), targets (B, T). targets에서 고르지 않은 자리는
    PAD_ID입니다.
    오류: (0, 1) 밖의 rate, 특별한 토큰뿐인 어휘는 ValueError.
    출처: Devlin et al. (2019), 3.1절.
    """
    if not 0 < rate < 1 or vocab_size <= FIRST_ID:
        raise ValueError(
            f"rate는 0과 1 사이, vocab_size는 {FIRST_ID}보다 커야 합니다. "
            f"받은 값은 rate={rate}, vocab_size={vocab_size}입니다."
        )
    draw = rng.random(ids.shape)
    if starts_word is not None:  # 한 단어의 토큰들은 같은 수를 뽑은 것으로 칩니다.
        word = np.maximum(np.cumsum(starts_word[ids], axis=1) - 1, 0)
        draw = np.take_along_axis(draw, word, axis=1)
    # 특별한 토큰은 무한히 큰 수를 뽑은 것으로 쳐서 고르지 않습니다.
    draw = np.where(ids < FIRST_ID, np.inf, draw)
    # 줄마다 가장 작은 수를 뽑은 토큰은 rate보다 커도 고릅니다. 그래서 하나는 있습니다.
    lowest = draw.min(axis=1, keepdims=True, initial=np.inf)
    chosen = (draw < np.maximum(rate, np.nextafter(lowest, 2))) & np.isfinite(draw)
    how = rng.random(ids.shape)
    anything = rng.integers(FIRST_ID, vocab_size, size=ids.shape)
    changed = np.where(
        how < MASKED, MASK_ID, np.where(how < MASKED + REPLACED, anything, ids)
    )
    return np.where(chosen, changed, ids), np.where(chosen, ids, PAD_ID)


class MlmBatches:
    """문장마다 <cls> 문장 <sep>을 만들고, 길이가 비슷한 것끼리 묶어 가립니다.

    한 걸음은 max_tokens칸까지입니다. max_len(<cls>와 <sep>을 셈)보다 긴 문장은 뒤를
    자릅니다. 나머지 값(seed, rank, world, min_rows, round_to, pool)의 뜻은 `Sharing`에
    있습니다. sentences가 파일의 `TokenTable`이면 걸음에 드는 토큰만 읽고, 순서도
    pool개씩만 만들므로 자료가 메모리보다 커도 됩니다.
    """

    def __init__(
        self,
        sentences: TokenTable | Iterable[Sequence[int]],
        max_tokens: int,
        vocab_size: int,
        *,
        max_len: int | None = None,
        rate: float = 0.15,
        starts_word: np.ndarray | None = None,
        **sharing: int | None,
    ) -> None:
        self.sharing = Sharing(**{"pool": POOL} | sharing)
        self.table = (
            sentences
            if isinstance(sentences, TokenTable)
            else TokenTable.from_rows(sentences)
        )
        self.max_len = check_max_len(max_len, max_tokens // self.sharing.min_rows)
        self.vocab_size, self.rate, self.starts_word = vocab_size, rate, starts_word
        self.buckets = self.sharing.buckets(self._n_examples(), max_tokens)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[MlmBatch]:
        """epoch의 배치를 start번째 걸음부터 냅니다.

        앞의 걸음은 만들지 않고 건너뜁니다.
        """
        mine = self.sharing.mine
        for step, (rows, shape) in enumerate(skip(self._plan(epoch), start), start):
            ids, segments, is_next = self._assemble(rows, shape, epoch)
            # 걸음 전체를 가린 뒤에 나누므로 프로세스의 수가 달라도 같은 자리가
            # 가려집니다.
            rng = np.random.default_rng([self.buckets.seed, epoch, step + 1])
            ids, targets = mask_tokens(
                ids, self.vocab_size, rng, self.rate, self.starts_word
            )
            n_targets = int((targets != PAD_ID).sum())
            labels = None if is_next is None else is_next[mine]
            yield MlmBatch(ids[mine], targets[mine], segments[mine], labels, n_targets)

    def steps(self, epoch: int) -> int:
        """epoch의 걸음 수. 모든 프로세스에서 같습니다."""
        return sum(1 for _ in self._plan(epoch))

    def padding_share(self, epoch: int = 0) -> float:
        """epoch의 모든 칸에서 채움이 차지하는 몫."""
        plan = [
            (int(self._lengths(rows, epoch).sum()), b * t)
            for rows, (b, t) in self._plan(epoch)
        ]
        return 1 - sum(real for real, _ in plan) / sum(cells for _, cells in plan)

    def _plan(self, epoch: int) -> Iterator[tuple]:
        def lengths(rows: np.ndarray) -> np.ndarray:
            return self._lengths(rows, epoch)[:, None]

        return self.buckets.plan(lengths, epoch)

    def _n_examples(self) -> int:
        return len(self.table)

    def _lengths(self, rows: np.ndarray, epoch: int) -> np.ndarray:
        return np.minimum(self.table.lengths(rows), self.max_len - 2) + 2

    def _assemble(self, rows: np.ndarray, shape: tuple, epoch: int) -> tuple:
        """걸음 전체의 ids (B, T), segments (B, T), is_next."""
        ids = np.full(shape, PAD_ID)
        lengths = self._lengths(rows, epoch) - 2
        self.table.fill(ids[: len(rows)], rows, lengths, 1)
        ids[: len(rows), 0] = CLS_ID
        ids[np.arange(len(rows)), lengths + 1] = SEP_ID
        return ids, np.zeros_like(ids), None


def check_max_len(max_len: int | None, limit: int) -> int:
    """줄 하나의 가장 긴 길이.

    오류: min_rows줄이 한 걸음에 들어가지 않는 길이, 5 미만은 ValueError.
    """
    found = limit if max_len is None else max_len
    if not 5 <= found <= limit:
        raise ValueError(
            f"max_len은 5 이상 max_tokens // min_rows({limit}) 이하여야 합니다. "
            f"받은 값은 {found}입니다."
        )
    return found
