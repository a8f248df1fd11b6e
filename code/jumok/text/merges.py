"""BPE의 두 알맹이: 합칠 쌍을 배우기와, 배운 대로 합치기."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

Pair = tuple[str, str]
NEVER = 1 << 60  # 규칙이 없는 쌍의 순위


def apply_merges(letters: Sequence[str], ranks: Mapping[Pair, int]) -> list[str]:
    """이웃한 쌍 가운데 가장 먼저 배운 것을, 합칠 것이 없을 때까지 합칩니다.

    같은 쌍이 여럿이면 왼쪽부터입니다.
    """
    pieces = list(letters)
    while len(pieces) > 1:
        # 조각이 짧으므로(bpe.LONGEST) 걸음마다 모두 보아도 빠릅니다.
        order = [ranks.get(pair, NEVER) for pair in pairwise(pieces)]
        first = min(order)
        if first == NEVER:
            break
        i = order.index(first)
        pieces[i : i + 2] = [pieces[i] + pieces[i + 1]]
    return pieces


def merge_pair(pieces: Sequence[str], pair: Pair) -> list[str]:
    """pieces에서 pair를 왼쪽부터 모두 합칩니다.

    ㅋㅋㅋ에서 (ㅋ, ㅋ)는 앞의 둘만 합쳐집니다.
    """
    merged, i = [], 0
    while i < len(pieces):
        if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) == pair:
            merged.append(pieces[i] + pieces[i + 1])
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged


def learn_merges(
    words: Mapping[str, int], alphabet: Sequence[str], n_merges: int
) -> list[Pair]:
    """가장 자주 이웃한 쌍을 골라 합치기를 n_merges번 되풀이합니다.

    두 번은 나온 쌍만 합칩니다. words는 단어마다 나온 수입니다. 알파벳에 없는 글자에서는
    단어를 끊어 그 양쪽이 이웃하지 않게 합니다. 나온 수가 같은 쌍은 글자 순서가 앞선
    것을 고르므로 결과가 늘 같습니다. 이미 있는 조각이 되는 쌍(가나다를 가+나다로 만든
    뒤의 가나+다)은 건너뛰므로, 조각마다 만드는 규칙이 하나뿐입니다.
    """
    pairs = PairCounts(_spelled(words, set(alphabet)))
    merges: list[Pair] = []
    made = set(alphabet)
    while len(merges) < n_merges and (pair := pairs.most_frequent()):
        if pair[0] + pair[1] not in made:
            merges.append(pair)
            made.add(pair[0] + pair[1])
            pairs.merge(pair)
    return merges


class PairCounts:
    """이웃한 쌍의 수를 고쳐 가며 셉니다.

    한 쌍을 합치면 그 쌍이 있던 단어에서만 수가 달라집니다. 쌍마다 그것이 있는 단어를
    적어 두면(places) 모든 단어를 다시 세지 않아도 됩니다. 가장 많은 쌍은 힙에서
    꺼냅니다. 힙의 수는 낡을 수 있으므로 꺼낼 때 맞추어 봅니다.
    """

    def __init__(self, words: list[tuple[list[str], int]]) -> None:
        self.words = [pieces for pieces, _ in words]
        self.times = [n for _, n in words]
        self.counts: Counter[Pair] = Counter()
        self.places: defaultdict[Pair, set[int]] = defaultdict(set)
        for i in range(len(words)):
            self._add(i, +1)
        self.heap = [(-n, pair) for pair, n in self.counts.items()]
        heapq.heapify(self.heap)

    def most_frequent(self) -> Pair | None:
        """가장 많은 쌍.

        수가 같으면 글자 순서가 앞선 것이고, 두 번 나온 쌍도 없으면 None입니다.
        """
        while self.heap:
            n, pair = heapq.heappop(self.heap)
            now = self.counts[pair]
            if now == -n and now > 1:
                return pair
            if (
                1 < now < -n
            ):  # 그사이 줄었으면 맞는 수로 다시 넣습니다. 늘어난 쌍은 merge가 넣습니다.
                heapq.heappush(self.heap, (-now, pair))
        return None

    def merge(self, pair: Pair) -> None:
        """pair가 있는 단어들만 고칩니다: 옛 쌍들을 빼고, 합치고, 새 쌍들을 더합니다."""
        new = pair[0] + pair[1]
        grown: set[Pair] = set()
        for i in self.places.pop(pair):
            merged = merge_pair(self.words[i], pair)
            if len(merged) < len(
                self.words[i]
            ):  # 다른 쌍을 합치면서 이 쌍이 이미 사라진 단어도 있습니다.
                self._add(i, -1)
                self.words[i] = merged
                self._add(i, +1)
                grown.update(p for p in pairwise(merged) if new in p)
        # 늘어난 쌍은 힙에 없거나 적은 수로 들어 있으므로 새로 넣습니다.
        for p in grown:
            heapq.heappush(self.heap, (-self.counts[p], p))

    def _add(self, i: int, sign: int) -> None:
        """단어 i의 쌍들을 더하거나(+1) 뺍니다(−1)."""
        n = sign * self.times[i]
        for pair in pairwise(self.words[i]):
            self.counts[pair] += n
            if sign > 0:
                self.places[pair].add(i)


def _spelled(
    words: Mapping[str, int], letters: set[str]
) -> list[tuple[list[str], int]]:
    """단어를 알파벳의 글자들로 적습니다.

    알파벳에 없는 글자에서 끊고, 두 글자보다 짧은 것은 뺍니다.
    """
    spelled = []
    # 단어의 차례가 달라도 같은 규칙을 배우도록 줄을 세웁니다.
    for word in sorted(words):
        pieces: list[str] = []
        for letter in [*word, ""]:
            if letter in letters:
                pieces.append(letter)
                continue
            if len(pieces) > 1:
                spelled.append((pieces, words[word]))
            pieces = []
    return spelled
