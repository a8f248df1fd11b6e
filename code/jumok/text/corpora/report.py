"""자료를 만들며 생긴 일: 나뉜 파일, 건너뛴 줄, 센 수."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import IO

from .errors import CorpusError


class Splits:
    """`train.tsv`처럼 나뉜 파일들에 줄을 쓰면서 줄 수와 해시를 셉니다.

    한 번에 한 줄만 기억합니다.
    """

    def __init__(self, folder: Path, suffix: str) -> None:
        self._folder, self._suffix = folder, suffix
        self._files: dict[str, IO[bytes]] = {}
        self._digests: dict[str, hashlib._Hash] = {}
        self._rows: Counter[str] = Counter()

    def __enter__(self) -> Splits:
        return self

    def __exit__(self, *error: object) -> None:
        for file in self._files.values():
            file.close()

    def write(self, split: str, *fields: str) -> None:
        """한 줄을 씁니다.

        칸 안의 줄바꿈과 탭은 빈칸이 됩니다. 칸이 없으면 빈 줄이고 세지 않습니다.
        """
        # 탭과 줄바꿈이 칸과 줄의 경계이므로, 칸 안에는 있을 수 없습니다.
        line = ("\t".join(" ".join(field.split()) for field in fields) + "\n").encode()
        if split not in self._files:
            self._files[split] = (self._folder / f"{split}{self._suffix}").open("wb")
            self._digests[split] = hashlib.sha256()
        self._files[split].write(line)
        self._digests[split].update(line)
        self._rows[split] += bool(fields)

    def summary(self) -> dict[str, dict]:
        """나뉜 이름마다 파일 이름, 줄 수, sha256."""
        return {
            split: {
                "file": f"{split}{self._suffix}",
                "rows": self._rows[split],
                "sha256": digest.hexdigest(),
            }
            for split, digest in self._digests.items()
        }


class Report:
    """건너뛴 줄(파일과 줄 번호와 까닭)과, 까닭마다 센 수."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()

    def skip(self, file: str, line: int, reason: str) -> None:
        """깨진 줄 하나를 건너뛰었습니다."""
        self.problems.append(f"{file}:{line}: {reason}")

    def count(self, what: str, number: int = 1) -> None:
        """무엇이 몇이었는지 셉니다."""
        self.counts[what] += number


def corpus_hash(splits: dict[str, dict]) -> str:
    """나뉜 파일들 모두의 해시 하나. 실행 기록에 자료의 이름으로 적습니다."""
    lines = sorted(f"{value['sha256']}  {value['file']}\n" for value in splits.values())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_lines(data: bytes, file: str) -> list[str]:
    """UTF-8 글을 줄로 나눕니다.

    줄바꿈은 \\n과 \\r\\n뿐입니다. UTF-8이 아니면 CorpusError.
    """
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CorpusError(f"{file}:{line}: UTF-8로 읽을 수 없습니다.") from error
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
