"""다음 문장 예측의 배치: 이웃한 두 문장이나, 아무렇게나 짝지은 두 문장."""

from collections.abc import Iterable, Sequence

import numpy as np

from .mlm import MlmBatches
from .shuffle import random_uniform
from .special import CLS_ID, PAD_ID, SEP_ID
from .table import TokenTable

NO_LABEL = -100  # 빈 줄의 이름표. torch의 교차 엔트로피가 세지 않는 값입니다.


class NspBatches(MlmBatches):
    """<cls> 앞 <sep> 뒤 <sep>에서, 가린 토큰과 뒤가 다음 문장인지를 함께 묻습니다.

    documents (n_docs + 1,)는 문서마다 첫 문장의 번호입니다. 문서 안의 이웃한 두
    문장마다 보기가 하나 있고, 절반의 확률로 뒤 문장을 다른 문서의 아무 문장으로
    바꿉니다. 바꿀지와 무엇으로 바꿀지는 epoch마다 다릅니다. 앞과 <cls>, 첫 <sep>의
    segments는 0, 뒤와 끝 <sep>은 1입니다. 두 문장이 길면 긴 쪽의 뒤를 자릅니다. 보기의
    번호를 메모리에 두므로 보기마다 8바이트를 씁니다.
    출처: Devlin et al. (2019), 3.1절과 A.2절.
    """

    def __init__(
        self,
        sentences: TokenTable | Iterable[Sequence[int]],
        documents: Sequence[int],
        max_tokens: int,
        vocab_size: int,
        **options: object,
    ) -> None:
        self.documents = np.asarray(documents, np.int64)
        last = np.zeros(int(self.documents[-1]), bool)
        last[self.documents[1:] - 1] = True
        self.pairs = np.flatnonzero(~last)  # 뒤에 같은 문서의 문장이 있는 문장들
        if len(self.documents) < 3 or (np.diff(self.documents) < 1).any():
            raise ValueError(
                "documents는 0부터 커지는 문서의 시작 자리이고, "
                "문서가 둘 이상이어야 합니다."
            )
        super().__init__(sentences, max_tokens, vocab_size, **options)
        if self.documents[0] != 0 or self.documents[-1] != len(self.table):
            raise ValueError(
                "documents는 0에서 시작해 "
                f"문장의 수 {len(self.table)}에서 끝나야 합니다. "
                f"받은 값은 {self.documents[0]}에서 {self.documents[-1]}까지입니다."
            )

    def _n_examples(self) -> int:
        return len(self.pairs)

    def _sides(
        self, rows: np.ndarray, epoch: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """보기마다 앞 문장과 뒤 문장의 번호, 정말 다음 문장인지."""
        first = self.pairs[rows]
        is_next = random_uniform(self.buckets.seed, epoch, 0, rows) < 0.5
        # 앞 문장이 든 문서와 그 길이. 가짜 뒤 문장은 이 문서 밖에서 고릅니다.
        doc = np.searchsorted(self.documents, first, side="right") - 1
        begin, n_own = self.documents[doc], np.diff(self.documents)[doc]
        other = (
            random_uniform(self.buckets.seed, epoch, 1, rows)
            * (len(self.table) - n_own)
        ).astype(int)
        other += np.where(other >= begin, n_own, 0)  # 제 문서의 문장들을 건너뜁니다.
        return first, np.where(is_next, first + 1, other), is_next

    def _side_lengths(
        self, rows: np.ndarray, epoch: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """두 문장에서 남길 길이. 자리가 모자라면 긴 쪽부터 줄입니다."""
        first, second, _ = self._sides(rows, epoch)
        a, b, room = (
            self.table.lengths(first),
            self.table.lengths(second),
            self.max_len - 3,
        )
        # 짧은 쪽은 그대로 두고, 둘 다 길면 반씩 나눕니다.
        keep_a = np.minimum(a, np.maximum(room - room // 2, room - b))
        return keep_a, np.minimum(b, room - keep_a)

    def _lengths(self, rows: np.ndarray, epoch: int) -> np.ndarray:
        return np.add(*self._side_lengths(rows, epoch)) + 3

    def _assemble(self, rows: np.ndarray, shape: tuple, epoch: int) -> tuple:
        ids, segments = np.full(shape, PAD_ID), np.zeros(shape, np.int64)
        labels = np.full(shape[0], NO_LABEL)
        first, second, is_next = self._sides(rows, epoch)
        a, b = self._side_lengths(rows, epoch)
        n, line = len(rows), np.arange(len(rows))
        self.table.fill(ids[:n], first, a, 1)
        self.table.fill(ids[:n], second, b, a + 2)
        ids[:n, 0] = CLS_ID
        ids[line, a + 1] = ids[line, a + b + 2] = SEP_ID
        place = np.arange(shape[1])[None]
        segments[:n] = (place >= a[:, None] + 2) & (place <= (a + b)[:, None] + 2)
        labels[:n] = is_next
        return ids, segments, labels
