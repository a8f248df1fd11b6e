"""GPT의 배치: 줄마다 글의 처음에서 시작합니다."""

import numpy as np

from .packed import LmBatch, PackedBatches
from .special import EOS_ID, PAD_ID
from .table import TokenTable


class RowBatches(PackedBatches):
    """긴 줄을 글의 처음에서만 자르는 `PackedBatches`.

    줄은 모두 <eos>와 글의 첫 토큰으로 시작하고, 뒤를 다음 글들로 채웁니다. 그래서 글
    하나를 처음부터 재거나 쓸 때와 같은 자리를 배웁니다. 줄의 끝에서 잘린 글은 다음
    줄의 처음에서 다시 읽습니다. 줄보다 긴 글의 뒤는 쓰지 않습니다.
    documents는 `with_eos`로 끝을 맺은 글들의 표입니다.
    """

    def __init__(
        self, documents: TokenTable, batch_size: int, seq_len: int, **options: int
    ) -> None:
        super().__init__(documents, batch_size, seq_len, **options)
        self.begins = row_begins(documents.starts, seq_len)
        self.n_blocks = len(self.begins)

    def _batch(self, blocks: np.ndarray) -> LmBatch:
        n, width = len(self.tokens), self.seq_len
        begins = self.begins[blocks[self.rank :: self.world]]
        text = np.full((self.batch_size // self.world, width + 1), PAD_ID)
        places = begins[:, None] + np.arange(width)
        inside = places < n
        # 글의 앞 칸은 앞 글의 <eos>이고, 맨 처음 글에는 그것이 없습니다.
        text[: len(begins), 0] = EOS_ID
        text[: len(begins), 1:] = np.where(
            inside, self.tokens[np.minimum(places, n - 1)], PAD_ID
        )
        n_step = int(np.minimum(n - self.begins[blocks], width).sum())
        return LmBatch(text[:, :-1], text[:, 1:], n_step)


def row_begins(starts: np.ndarray, seq_len: int) -> np.ndarray:
    """줄이 시작하는 자리들. 줄의 끝에 걸린 글이 다음 줄의 처음이 됩니다.

    모양: starts (n + 1,) 글마다의 처음과 전체의 끝 → (줄의 수,).
    """
    n = len(starts) - 1
    # 줄의 끝이 걸린 글. 줄보다 긴 글이면 저 자신이므로 다음 글로 갑니다.
    cut = np.searchsorted(starts, starts[:-1] + seq_len, "right") - 1
    after = np.maximum(cut, np.arange(1, n + 1)).tolist()
    rows, place = [], 0
    while place < n:
        rows.append(place)
        place = after[place]
    return np.asarray(starts[rows])
