"""n-gram 언어 모델: 글자당 비트의 기준선."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from .metrics import bits_per_character

END = "\0"  # 글의 끝. 앞쪽을 채우는 데에도 씁니다.
UNKNOWN = "\1"


class KneserNey:
    """보간한 Kneser–Ney 글자 n-gram.

    p(w|h) = max(c(hw) − d, 0)/c(h) + d·N(h•)/c(h) · p(w|h′)이고, h′는 h에서 가장 먼 글자를 뺀 것입니다.
    가장 긴 차수는 나온 수를, 그보다 짧은 차수는 앞에 온 글자의 가짓수를 셉니다. 한 번도 못 본 글자는 하나의
    이름으로 모아 고르게 나눈 확률을 줍니다. d는 차수마다 n₁/(n₁ + 2n₂)입니다.
    출처: Kneser & Ney (1995); Chen & Goodman (1999), 식 (24).
    """

    def __init__(self, texts: Iterable[str], order: int = 5) -> None:
        if order < 1:
            raise ValueError(f"order는 1 이상이어야 합니다. 받은 값은 {order}입니다.")
        self.order = order
        self.counts: list[Counter[str]] = [Counter() for _ in range(order + 1)]
        for text in texts:
            padded = END * (order - 1) + text + END
            self.counts[order].update(
                padded[i : i + order] for i in range(len(padded) - order + 1)
            )
        if not self.counts[order]:
            raise ValueError("배울 글이 하나도 없습니다.")
        for n in range(order, 1, -1):
            # 짧은 차수의 수는 서로 다른 앞글자의 가짓수입니다.
            self.counts[n - 1] = Counter(gram[1:] for gram in self.counts[n])
        self.symbols = {*self.counts[1], UNKNOWN}
        self.discounts = [self._discount(n) for n in range(order + 1)]
        self.totals, self.kinds = zip(
            *map(self._contexts, range(order + 1)), strict=True
        )

    def _discount(self, n: int) -> float:
        ones, twos = (sum(c == k for c in self.counts[n].values()) for k in (1, 2))
        return ones / (ones + 2 * twos) if ones and twos else 0.5

    def _contexts(self, n: int) -> tuple[dict[str, int], dict[str, int]]:
        total, kinds = defaultdict(int), defaultdict(int)
        for gram, count in self.counts[n].items():
            total[gram[:-1]] += count
            kinds[gram[:-1]] += 1
        return total, kinds

    def prob(self, symbol: str, history: str) -> float:
        """history 다음에 symbol이 올 확률. 모든 글자와 UNKNOWN, 끝에 대해 더하면 1입니다."""
        symbol = symbol if symbol in self.symbols else UNKNOWN
        history = history[len(history) - self.order + 1 :] if self.order > 1 else ""
        p = 1 / len(self.symbols)
        for n in range(1, self.order + 1):
            context = history[len(history) - n + 1 :] if n > 1 else ""
            total = self.totals[n].get(context)
            if not total:
                return p
            discount = self.discounts[n]
            kept = max(self.counts[n].get(context + symbol, 0) - discount, 0.0)
            p = (kept + discount * self.kinds[n][context] * p) / total
        return p

    def nats(self, text: str) -> float:
        """글과 그 끝의 −log 확률(자연로그)."""
        padded = END * (self.order - 1) + text + END
        places = range(self.order - 1, len(padded))
        return -sum(
            math.log(self.prob(padded[i], padded[i - self.order + 1 : i]))
            for i in places
        )


def ngram_bits_per_character(model: KneserNey, texts: Sequence[str]) -> float:
    """글들의 글자당 비트. 글의 끝도 맞혀야 하지만 글자로는 세지 않습니다."""
    return bits_per_character(sum(map(model.nats, texts)), sum(map(len, texts)))
