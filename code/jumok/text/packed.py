"""GPT의 배치: 문서들을 <eos>로 이은 긴 줄을 같은 길이로 자릅니다. 빈칸이 없습니다."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .shuffle import random_bits, shuffled
from .special import EOS_ID, PAD_ID
from .table import TokenTable

AHEAD = 64  # 순서를 한꺼번에 셈하는 걸음의 수


@dataclass(frozen=True)
class LmBatch:
    """한 프로세스가 한 걸음에 읽는 글.

    모양: ids, targets (B, T). targets는 한 칸 뒤의 토큰이고, 빈 줄에서는 모두
    PAD_ID입니다. step_tokens는 이 걸음에 모든 프로세스가 함께 맞힐 토큰의 수입니다.
    """

    ids: np.ndarray
    targets: np.ndarray
    step_tokens: int

    @property
    def n_tokens(self) -> int:
        """채움을 뺀 토큰 수."""
        return int((self.targets != PAD_ID).sum())


def with_eos(documents: Iterable[Sequence[int]]) -> Iterator[list[int]]:
    """문서마다 끝에 <eos>를 붙입니다.

    `TokenTable.write`나 `TokenTable.from_rows`에 넘깁니다.
    """
    for document in documents:
        yield [*document, EOS_ID]


class PackedBatches:
    """긴 줄을 seq_len칸씩 자른 토막들을 epoch마다 뒤섞어 batch_size개씩 냅니다.

    토막 i는 ids가 i·seq_len번째부터, targets가 그 한 칸 뒤부터입니다. 맨 뒤의 짧은
    토막은 쓰지 않습니다. batch_size는 모든 프로세스를 합친 줄 수이고 world의
    배수입니다. 프로세스 r은 r, r + world, …번째 줄을 읽습니다. batch_size개가 되지 않는
    마지막 토막들은 그 epoch에 쓰지 않습니다(뒤섞으므로 epoch마다 다릅니다).
    drop_last=False이면 빈 줄(PAD_ID)로 채워 내고, 이때 어느 프로세스는 빈 줄만 받을 수
    있습니다.
    """

    def __init__(
        self,
        tokens: TokenTable | np.ndarray,
        batch_size: int,
        seq_len: int,
        *,
        seed: int = 0,
        rank: int = 0,
        world: int = 1,
        drop_last: bool = True,
    ) -> None:
        self.tokens = tokens.tokens if isinstance(tokens, TokenTable) else tokens
        if (
            not 0 <= rank < world
            or batch_size < 1
            or batch_size % world
            or seq_len < 1
            or seed < 0
        ):
            raise ValueError(
                "rank는 world 미만, batch_size는 world의 배수, seq_len은 1 이상, "
                "seed는 0 이상이어야 합니다. "
                f"받은 값은 {rank=}, {world=}, "
                f"{batch_size=}, {seq_len=}, {seed=}입니다."
            )
        self.n_blocks = (len(self.tokens) - 1) // seq_len
        if self.n_blocks < (batch_size if drop_last else 1):
            raise ValueError(
                f"토큰이 {len(self.tokens)}개라서 "
                f"{batch_size} × {seq_len} 배치가 안 됩니다."
            )
        self.batch_size, self.seq_len, self.seed = batch_size, seq_len, seed
        self.rank, self.world, self.drop_last = rank, world, drop_last

    def epoch(self, epoch: int, start: int = 0) -> Iterator[LmBatch]:
        """epoch의 배치를 start번째 걸음부터 냅니다.

        앞의 걸음은 만들지 않고 건너뜁니다.
        """
        n_steps = self.steps(epoch)
        if not 0 <= start <= n_steps or epoch < 0:
            raise ValueError(
                f"epoch는 0 이상, start는 0 이상 {n_steps} 이하여야 합니다. "
                f"받은 값은 {epoch}, {start}입니다."
            )
        key, end = (
            int(random_bits(self.seed, epoch)[0]),
            min(n_steps * self.batch_size, self.n_blocks),
        )
        # 순서를 통째로 만들지 않고 몇 걸음씩 셈해 메모리를 아낍니다.
        for first in range(start * self.batch_size, end, AHEAD * self.batch_size):
            places = np.arange(first, min(first + AHEAD * self.batch_size, end))
            blocks = shuffled(places, self.n_blocks, key)
            for i in range(0, len(blocks), self.batch_size):
                yield self._batch(blocks[i : i + self.batch_size])

    def steps(self, epoch: int = 0) -> int:
        """epoch의 걸음 수. 모든 epoch와 프로세스에서 같습니다."""
        extra = 0 if self.drop_last else self.batch_size - 1
        return (self.n_blocks + extra) // self.batch_size

    def _batch(self, blocks: np.ndarray) -> LmBatch:
        mine = blocks[self.rank :: self.world]
        # 한 칸 더 읽으면 앞의 것이 입력, 한 칸 민 것이 정답입니다.
        text = np.full((self.batch_size // self.world, self.seq_len + 1), PAD_ID)
        text[: len(mine)] = self.tokens[
            mine[:, None] * self.seq_len + np.arange(self.seq_len + 1)
        ]
        return LmBatch(text[:, :-1], text[:, 1:], len(blocks) * self.seq_len)
