"""토큰 번호의 표: 문장들을 한 줄로 잇고 시작 자리를 적습니다.

파일에 두면 메모리보다 커도 됩니다.
"""

import os
import shutil
import struct
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from .special import PAD_ID

MAGIC = b"jumok-tokens-v1\n"
FOOTER = struct.Struct("<16sQQ")  # 표지, 토큰의 수, 문장의 수
TOKEN, PLACE = np.dtype("<i4"), np.dtype("<i8")
WRITE_EVERY = 1 << 16  # 파일에 쓰기 전에 모으는 토큰의 수


@dataclass(frozen=True)
class TokenTable:
    """문장 i의 토큰은 tokens[starts[i] : starts[i + 1]]입니다.

    모양: tokens (N,) 모든 문장의 토큰, starts (n + 1,). 둘 다 배열이거나 파일에 이어진
    memmap입니다.
    """

    tokens: np.ndarray
    starts: np.ndarray

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[int]]) -> Self:
        """문장들(번호의 줄)을 메모리에 담습니다."""
        rows = [np.asarray(row, TOKEN) for row in rows]
        starts = np.zeros(len(rows) + 1, PLACE)
        np.cumsum([len(row) for row in rows], out=starts[1:])
        return cls(np.concatenate([*rows, np.zeros(0, TOKEN)]), starts)

    @classmethod
    def write(cls, path: str | Path, rows: Iterable[Sequence[int]]) -> Self:
        """문장들을 하나씩 받아 파일에 쓰고, 그 파일을 엽니다.

        rows는 한 번만 읽고 모아 두지 않습니다. 다 쓴 뒤에 이름을 바꾸므로 도중에
        멈추어도 반쯤 쓴 파일이 path에 남지 않습니다.
        """
        path = Path(path)
        with tempfile.TemporaryDirectory(
            dir=path.parent, prefix=f".{path.name}."
        ) as folder:
            # 문장의 수를 미리 알 수 없으므로, 토큰과 시작 자리를 따로 쓰다가 잇습니다.
            draft = Path(folder) / "tokens"
            with (
                draft.open("wb") as tokens,
                (Path(folder) / "starts").open("w+b") as starts,
            ):
                counts = _stream(rows, tokens, starts)
                # 시작 자리를 8바이트에 맞춥니다.
                tokens.write(b"\0" * (-tokens.tell() % PLACE.itemsize))
                starts.seek(0)
                shutil.copyfileobj(starts, tokens)
                tokens.write(FOOTER.pack(MAGIC, *counts))
            os.replace(draft, path)
        return cls.open(path)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """`write`가 만든 파일을 메모리에 올리지 않고 엽니다.

        오류: 크기나 표지가 맞지 않으면 ValueError.
        """
        size = os.path.getsize(path)
        with Path(path).open("rb") as file:
            file.seek(max(0, size - FOOTER.size))
            tail = file.read().ljust(FOOTER.size, b"\0")
        # 표지를 맨 뒤에 두므로, 쓰다 만 파일에는 표지가 없습니다.
        magic, n_tokens, n_rows = FOOTER.unpack(tail)
        place = -(-n_tokens * TOKEN.itemsize // PLACE.itemsize) * PLACE.itemsize
        if (
            magic != MAGIC
            or size != place + (n_rows + 1) * PLACE.itemsize + FOOTER.size
        ):
            raise ValueError(
                f"{path}은(는) 토큰의 표가 아니거나 깨졌습니다. 다시 만드세요."
            )
        tokens = _map(path, TOKEN, 0, n_tokens)
        return cls(tokens, _map(path, PLACE, place, n_rows + 1))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, i: int) -> np.ndarray:
        """문장 하나의 번호들."""
        if not 0 <= i < len(self):
            raise IndexError(
                f"문장의 번호는 0 이상 {len(self)} 미만이어야 합니다. "
                f"받은 값은 {i}입니다."
            )
        return np.asarray(self.tokens[self.starts[i] : self.starts[i + 1]])

    def lengths(self, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
        """고른 문장들의 토큰 수 (m,)."""
        return np.asarray(self.starts[1:][rows] - self.starts[:-1][rows])

    def fill(
        self,
        out: np.ndarray,
        rows: np.ndarray,
        lengths: np.ndarray,
        first: int | np.ndarray,
    ) -> None:
        """out (B, T)의 줄마다 first번째 칸부터 문장의 앞 lengths개 토큰을 적습니다."""
        place = np.arange(out.shape[1])[None] - np.asarray(first).reshape(
            -1, 1
        )  # (B, T)
        inside = (place >= 0) & (place < lengths[:, None])
        place = place + np.asarray(self.starts[rows])[:, None]
        out[inside] = self.tokens[place[inside]]

    def padded(self, rows: np.ndarray) -> np.ndarray:
        """고른 문장들을 가장 긴 것에 맞추어 채운 (B, T) int64."""
        lengths = self.lengths(rows)
        out = np.full((len(rows), int(lengths.max(initial=0))), PAD_ID)
        self.fill(out, rows, lengths, 0)
        return out


def _stream(rows: Iterable[Sequence[int]], tokens, starts) -> tuple[int, int]:
    """토큰과 시작 자리를 조금씩 모아 두 파일에 씁니다. → (토큰의 수, 문장의 수)"""
    waiting: list[np.ndarray] = []
    ends, n_waiting, n_tokens, n_rows = [0], 0, 0, 0

    def flush() -> None:
        tokens.write(b"".join(row.tobytes() for row in waiting))
        starts.write(np.array(ends, PLACE).tobytes())
        waiting.clear()
        ends.clear()

    for row in rows:
        row = np.asarray(row, TOKEN)
        waiting.append(row)
        n_tokens, n_waiting, n_rows = (
            n_tokens + len(row),
            n_waiting + len(row) + 1,
            n_rows + 1,
        )
        ends.append(n_tokens)
        if n_waiting >= WRITE_EVERY:
            flush()
            n_waiting = 0
    flush()
    return n_tokens, n_rows


def _map(path: str | Path, kind: np.dtype, place: int, n: int) -> np.ndarray:
    # 빈 파일은 memmap으로 열 수 없습니다.
    return (
        np.memmap(path, kind, mode="r", offset=place, shape=(n,))
        if n
        else np.zeros(0, kind)
    )
