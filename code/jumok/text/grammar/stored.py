"""한 번 만든 문장쌍을 캐시에 두고 다시 읽습니다.

만들기는 십여 초, 읽기는 1초 안쪽입니다. 파일의 첫 줄에는 만든 코드와 낱말의 표의 해시,
내용의 해시가 있습니다. 하나라도 다르면 다시 만듭니다. 캐시에 쓸 수 없으면(읽기 전용,
가득 찬 디스크) 적어 두지 않고 만들어 씁니다.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from filelock import FileLock

from ...files import replacing
from ..corpora.cache import cache_folder
from .generator import make_pairs, make_splits
from .pairs import Pair, Row, Splits

WORTH_KEEPING = 2_000  # 문장쌍이 이보다 적으면 적어 두지 않고 그때그때 만듭니다.
PATIENCE = 300.0  # 초. 다른 프로세스가 이보다 오래 만들고 있으면 스스로 만듭니다.
SPLITS = ("train", "dev", "test", "test_long")
# 캐시에 적지 못한 것. 나뉨을 하나씩 물을 때마다 새로 만들지 않게 기억해 둡니다.
_UNKEPT: dict[str, dict[str, list[Row]]] = {}
BUILT_IN = (0, 50_000, 1_000, 2_000, 1_000)  # 씨앗과, 나뉨마다의 문장쌍의 수


def generate(n: int, seed: int = 0) -> list[Pair]:
    """서로 다른 문장쌍 n개. 한 번 만든 것은 캐시에서 읽습니다.

    씨앗이 같으면 어느 컴퓨터에서나 같은 문장쌍입니다. 오류: n이 음수이면 ValueError.
    """
    if n < WORTH_KEEPING:
        return make_pairs(n, seed)

    def make() -> dict[str, list[Pair]]:
        return {"pairs": make_pairs(n, seed)}

    return Stored(f"generate-{n}-{seed}", ("pairs",), make).pairs("pairs")


def splits(
    seed: int = 0,
    n_train: int = 50_000,
    n_dev: int = 1_000,
    n_test: int = 2_000,
    n_long: int = 1_000,
) -> Splits:
    """학습, 개발, 시험(처음 보는 조합), 긴 시험의 나눔.

    한 번 만든 것은 캐시에서 읽습니다. 문장은 서로 겹치지 않습니다. 시험의 문장에는
    학습에 없는 조합이 하나 넘게 있고, 학습에 없는 낱말은 없습니다.
    """
    sizes = (seed, n_train, n_dev, n_test, n_long)
    if n_train < WORTH_KEEPING:
        return make_splits(*sizes)
    stored = _stored_splits(sizes)
    return Splits(*(stored.pairs(part) for part in SPLITS))


def built_in_rows(split: str, folder: str | Path | None = None) -> list[Row]:
    """내장 말뭉치의 나뉨 하나를 줄(`Pair.to_row`)로. folder는 캐시의 자리입니다."""
    return _stored_splits(BUILT_IN).rows(split, folder)


def _stored_splits(sizes: tuple[int, ...]) -> "Stored":
    def make() -> dict[str, list[Pair]]:
        return vars(make_splits(*sizes))

    return Stored("-".join(map(str, ("splits", *sizes))), SPLITS, make)


@dataclass(frozen=True)
class Stored:
    """캐시에 두는 문장쌍 한 벌: 인자까지 적은 이름, 나뉨의 이름들, 만드는 함수."""

    name: str
    parts: tuple[str, ...]
    make: Callable[[], dict[str, list[Pair]]]

    def pairs(self, part: str) -> list[Pair]:
        """나뉨 하나의 문장쌍들."""
        return list(map(Pair.from_row, self.rows(part)))

    def rows(self, part: str, folder: str | Path | None = None) -> list[Row]:
        """나뉨 하나의 줄들.

        캐시에 없거나 낡았거나 깨졌으면 모든 나뉨을 새로 만듭니다.
        """
        place = cache_folder(folder) / "grammar"
        found = _read(self._file(place, part))
        return self._remake(place)[part] if found is None else found

    def _remake(self, place: Path) -> dict[str, list[Row]]:
        if self.name in _UNKEPT:
            return _UNKEPT[self.name]
        lock = FileLock(place / ".lock", timeout=PATIENCE)
        try:
            place.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except OSError:
            return _UNKEPT.setdefault(self.name, self._make_rows())
        try:
            # 기다리는 사이에 다른 프로세스가 만들어 두었을 수 있습니다.
            found = {part: _read(self._file(place, part)) for part in self.parts}
            if None in found.values():
                found = self._make_rows()
                self._write(place, found)
            return found
        finally:
            lock.release()

    def _make_rows(self) -> dict[str, list[Row]]:
        return {
            part: [pair.to_row() for pair in pairs]
            for part, pairs in self.make().items()
        }

    def _write(self, place: Path, made: dict[str, list[Row]]) -> None:
        try:
            _forget_old(place)
            for part, rows in made.items():
                body = "".join("\t".join(row) + "\n" for row in rows).encode()
                with replacing(self._file(place, part)) as temporary:
                    temporary.write_bytes(_heading() + _seal(body) + body)
        except OSError:
            _UNKEPT[self.name] = made

    def _file(self, place: Path, part: str) -> Path:
        return place / f"{self.name}.{part}.tsv"


def sources_key(folder: Traversable) -> str:
    """folder에 있는 코드(.py)와 낱말의 표(.txt)의 해시.

    한 바이트만 달라도 달라집니다.
    """
    sources = sorted(
        (file.name, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in folder.iterdir()
        if file.name.endswith((".py", ".txt"))
    )
    return hashlib.sha256(repr(sources).encode()).hexdigest()


@cache
def _generator_key() -> str:
    return sources_key(files(__package__))


def _heading() -> bytes:
    """파일의 머리: 지금의 코드가 만든 것이라는 표시."""
    return f"jumok-grammar {_generator_key()} ".encode()


def _seal(body: bytes) -> bytes:
    """머리 뒤에 적는 내용의 해시. 반만 적혔거나 바뀐 파일을 알아봅니다."""
    return f"{hashlib.sha256(body).hexdigest()}\n".encode()


def _read(path: Path) -> list[Row] | None:
    """파일의 줄들. 없거나, 다른 코드가 만들었거나, 깨졌으면 None입니다."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head, newline, body = data.partition(b"\n")
    if head + newline != _heading() + _seal(body):
        return None
    return [line.split("\t") for line in body.decode().split("\n")[:-1]]


def _forget_old(place: Path) -> None:
    """다른 코드가 만든 파일은 다시 읽지 않으므로 지웁니다."""
    for path in place.glob("*.tsv"):
        with path.open("rb") as file:
            current = file.readline().startswith(_heading())
        if not current:
            path.unlink()
