"""n-gram 언어 모델: 글자당 비트의 기준선."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from .metrics import bits_per_character

END = "\0"  # 글의 끝. 앞쪽을 채우는 데에도 씁니다. 토큰의 줄에서는 번호 0입니다.
UNKNOWN = "\1"  # 못 본 글자. 토큰의 줄에서는 번호 1입니다.
# 한꺼번에 셈하는 글의 수. 메모리를 덜 쓰려는 것이고 값에는 영향이 없습니다.
GROUP = 1 << 15

Text = str | Sequence[int]


@dataclass(frozen=True)
class Level:
    """차수 하나에서 센 것. 글자 n개의 줄 하나를 S진법의 수 하나로 적습니다.

    grams와 counts는 나온 줄과 그 수, contexts와 totals와 kinds는 앞의 n − 1글자와
    c(h), N(h•)입니다. 모두 번호의 차례로 늘어놓아 이분 탐색으로 찾습니다.
    """

    grams: np.ndarray
    counts: np.ndarray
    contexts: np.ndarray
    totals: np.ndarray
    kinds: np.ndarray
    discount: float

    @classmethod
    def of(cls, grams: np.ndarray, counts: np.ndarray, size: int) -> "Level":
        contexts, first, kinds = _runs(grams // size)
        totals = np.add.reduceat(counts, first)
        ones, twos = (int((counts == k).sum()) for k in (1, 2))
        discount = ones / (ones + 2 * twos) if ones and twos else 0.5
        return cls(grams, counts, contexts, totals, kinds, discount)


class KneserNey:
    """보간한 Kneser–Ney n-gram. 글이 문자열이면 글자를, 번호의 줄이면 토큰을 셉니다.

    p(w|h) = max(c(hw) − d, 0)/c(h) + d·N(h•)/c(h) · p(w|h′)이고, h′는 h에서 가장 먼
    글자를 뺀 것입니다. 가장 긴 차수는 나온 수를, 그보다 짧은 차수는 앞에 온 글자의
    가짓수를 셉니다. 한 번도 못 본 글자는 하나의 이름으로 모아 고르게 나눈 확률을
    줍니다. d는 차수마다 n₁/(n₁ + 2n₂)입니다.
    오류: 1보다 작은 order와 빈 글은 ValueError.
    출처: Kneser & Ney (1995); Chen & Goodman (1999), 식 (24).
    """

    def __init__(self, texts: Iterable[Text], order: int = 5) -> None:
        if order < 1:
            raise ValueError(f"order는 1 이상이어야 합니다. 받은 값은 {order}입니다.")
        texts = list(texts)
        if not texts:
            raise ValueError("배울 글이 하나도 없습니다.")
        self.order, self._reads_text = order, isinstance(texts[0], str)
        self._learn_alphabet(texts)
        grams = np.concatenate([*map(self._grams, _groups(texts))])
        grams.sort()
        grams, _, counts = _runs(grams)
        self.levels = [Level.of(grams, counts, self._size)]
        for n in range(order - 1, 0, -1):
            # 짧은 차수의 수는 서로 다른 앞글자의 가짓수입니다.
            shorter = np.sort(self.levels[0].grams % self._size**n)
            grams, _, counts = _runs(shorter)
            self.levels.insert(0, Level.of(grams, counts, self._size))

    @property
    def symbols(self) -> set[str] | set[int]:
        """확률을 주는 것들: 나온 글자와 끝, 모르는 글자."""
        codes = {*self._alphabet[self.levels[0].grams.astype(int)].tolist(), 1}
        return set(map(chr, codes)) if self._reads_text else codes

    def prob(self, symbol: str | int, history: Text) -> float:
        """history 다음에 symbol이 올 확률. `symbols`에 모두 더하면 1."""
        near = history[max(0, len(history) - self.order + 1) :]
        # 모자란 앞은 나온 적 없는 것으로 채워, 그 차수부터 앞글자를 찾지 못합니다.
        missing = [1] * (self.order - 1 - len(near))
        symbol = symbol if self._reads_text else [symbol]
        places = [*missing, *_codes(near).tolist(), *_codes(symbol).tolist()]
        return float(self._probs(self._windows(np.array(places)))[0])

    def log_probs(self, texts: Sequence[Text]) -> list[np.ndarray]:
        """글마다, 글자들과 끝의 log 확률(자연로그).

        모양: 글 n개 → (글자 수 + 1,)인 배열 n개.
        """
        found: list[np.ndarray] = []
        for group in _groups(texts):
            flat = np.log(self._probs(self._grams(group)))
            ends = np.cumsum([len(text) + 1 for text in group])
            found += np.split(flat, ends[:-1])
        return found

    def nats(self, text: Text) -> float:
        """글과 그 끝의 −log 확률(자연로그)."""
        return -float(self.log_probs([text])[0].sum())

    def _learn_alphabet(self, texts: list[Text]) -> None:
        parts = [np.unique(_stream(group, 1)) for group in _groups(texts)]
        self._alphabet = np.unique(np.concatenate([*parts, [0, 1]]))
        self._size = len(self._alphabet)  # S
        # 없는 글자는 UNKNOWN의 번호 1입니다. 마지막 칸은 표보다 큰 글자들의 것입니다.
        self._number = np.ones(int(self._alphabet[-1]) + 2, np.int64)
        self._number[self._alphabet] = np.arange(self._size)
        # 64비트에 들지 않으면 파이썬의 큰 정수로 셉니다. 느리지만 값은 같습니다.
        self._integer = np.int64 if self._size**self.order < 2**63 else object

    def _grams(self, texts: Sequence[Text]) -> np.ndarray:
        """글자마다, 그 글자로 끝나는 order글자의 줄."""
        lengths = np.array([len(text) + self.order for text in texts])
        starts = np.cumsum(lengths) - lengths
        asked = np.ones(int(lengths.sum()), bool)
        for i in range(self.order - 1):
            asked[starts + i] = False  # 앞을 채운 것은 맞힐 글자가 아닙니다.
        windows = self._windows(_stream(texts, self.order))
        return windows[asked[self.order - 1 :]]

    def _windows(self, codes: np.ndarray) -> np.ndarray:
        """줄 (N,)의 이웃한 order글자들을 수로. 모양: (N,) → (N − order + 1,)."""
        numbers = self._number[np.minimum(codes, len(self._number) - 1)]
        numbers = numbers.astype(self._integer, copy=False)
        n = len(numbers) - self.order + 1
        grams = numbers[:n].copy()
        for i in range(1, self.order):
            grams *= self._size
            grams += numbers[i : i + n]
        return grams

    def _probs(self, grams: np.ndarray) -> np.ndarray:
        """줄의 마지막 글자가 그 앞의 글자들 다음에 올 확률."""
        p = np.full(len(grams), 1 / len(self.symbols))
        for n, level in enumerate(self.levels, start=1):
            asked = grams % self._size**n
            place, known = _find(level.contexts, asked // self._size)
            total, kinds = level.totals[place[known]], level.kinds[place[known]]
            place, seen = _find(level.grams, asked[known])
            counts = np.where(seen, level.counts[place], 0)
            kept = np.maximum(counts - level.discount, 0.0)
            # 앞글자를 본 적이 없으면 짧은 차수의 확률이 그대로 남습니다.
            p[known] = (kept + level.discount * kinds * p[known]) / total
        return p


def ngram_bits_per_character(model: KneserNey, texts: Sequence[str]) -> float:
    """글들의 글자당 비트. 글의 끝도 맞혀야 하지만 글자로는 세지 않습니다."""
    nats = -sum(float(row.sum()) for row in model.log_probs(texts))
    return bits_per_character(nats, sum(map(len, texts)))


def _runs(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """늘어놓은 수들에서 서로 다른 수, 그 첫 자리, 나온 수."""
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    first = np.flatnonzero(new)
    return ordered[first], first, np.diff(first, append=len(ordered))


def _find(ordered: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """늘어놓은 수들에서 물은 수의 자리와, 정말 있는지."""
    place = np.minimum(np.searchsorted(ordered, asked), len(ordered) - 1)
    return place, (ordered[place] == asked).astype(bool)


def _groups(texts: Sequence[Text]) -> Iterator[Sequence[Text]]:
    rest = iter(texts)
    while group := list(islice(rest, GROUP)):
        yield group


def _stream(texts: Sequence[Text], order: int) -> np.ndarray:
    """글마다 앞에 끝 기호를 order − 1개, 뒤에 하나 붙여 모두 이은 줄."""
    if isinstance(texts[0], str):
        front = END * (order - 1)
        return _codes("".join(f"{front}{text}{END}" for text in texts))
    front, end = np.zeros(order - 1, np.int64), np.zeros(1, np.int64)
    parts = [part for text in texts for part in (front, _codes(text), end)]
    return np.concatenate(parts)


def _codes(text: Text) -> np.ndarray:
    """글자의 유니코드 번호나 토큰의 번호들 (N,)."""
    if isinstance(text, str):
        return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return np.asarray(text, np.int64)
