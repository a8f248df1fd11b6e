"""길이가 비슷한 문장끼리 묶어 걸음을 나누는 계획.

길이만 보고, 몇 프로세스가 나누어 할지는 모릅니다.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from .shuffle import shuffled

GROWTH = 1.15  # 정해진 길이들 사이의 비. 1에 가까우면 채움이 줄고 모양의 수가 늡니다.
# 한 띠에 드는 긴 쪽 길이의 (로그) 폭. 띠 안에서는 다른 쪽의 길이로 늘어놓습니다.
BANDS = 0.08
# 걸음마다 (줄의 번호, (줄 수, 쪽마다의 길이))
Plan = list[tuple[np.ndarray, tuple[int, ...]]]


@dataclass(frozen=True)
class Buckets:
    """n개의 문장을 걸음으로 나눕니다. 결과는 이 값들과 길이, epoch에서만 나옵니다.

    한 걸음의 칸(줄 수 × 채운 길이)은 쪽마다 max_tokens 이하이고, 줄은 min_rows
    이상입니다. 남은 것이 min_rows보다 적으면 옆 걸음에서 빌려 오고, 빌릴 수도 없으면 옆
    걸음에 더합니다. 이때만 한도를 넘습니다. pool개씩 뒤섞어 꺼내고 그 안에서 길이로
    늘어놓습니다. round_to가 있으면 모양이 몇 가지로 정해집니다.
    """

    n: int
    max_tokens: int
    seed: int = 0
    min_rows: int = 8
    round_to: int | None = None
    pool: int = 1 << 17

    def __post_init__(self) -> None:
        for name in ("n", "max_tokens", "min_rows", "pool") + ("round_to",) * (
            self.round_to is not None
        ):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name}은(는) 1 이상이어야 합니다. "
                    f"받은 값은 {getattr(self, name)}입니다."
                )
        if self.pool < 2 * self.min_rows:
            raise ValueError(
                f"pool({self.pool})은 min_rows({self.min_rows})의 "
                "두 배 이상이어야 합니다."
            )
        if self.seed < 0:
            raise ValueError(
                f"seed는 0 이상이어야 합니다. 받은 값은 {self.seed}입니다."
            )

    def plan(
        self, lengths_of: Callable[[np.ndarray], np.ndarray], epoch: int
    ) -> Iterator[tuple]:
        """걸음마다 (문장의 번호 (R,), 모양 (B, 길이…))를 냅니다.

        R < B이면 남는 줄은 비워 둡니다. lengths_of는 문장의 번호 (m,)를 받아 쪽마다의
        길이 (m, 쪽의 수)를 돌려주는 함수입니다.
        """
        if epoch < 0:
            raise ValueError(f"epoch는 0 이상이어야 합니다. 받은 값은 {epoch}입니다.")
        rng = np.random.default_rng([self.seed, epoch])
        # 순서를 적어 두지 않고 열쇠 하나로 정합니다(shuffle.shuffled).
        key = int(rng.integers(1 << 62))
        n_pools = -(-self.n // self.pool)
        for k in range(n_pools):
            places = np.arange(self.n * k // n_pools, self.n * (k + 1) // n_pools)
            rows = shuffled(places, self.n, key)
            cut = self._cut(lengths_of(rows), rng)
            # 길이의 차례대로 배우지 않도록 걸음의 차례를 다시 뒤섞습니다.
            for i in rng.permutation(len(cut)):
                yield rows[cut[i][0]], cut[i][1]

    def _cut(self, lengths: np.ndarray, rng: np.random.Generator) -> Plan:
        if self.round_to is None:
            return cut_sorted(lengths, self.max_tokens, self.min_rows, rng)
        return cut_static(lengths, self.max_tokens, self.min_rows, self.round_to)


def cut_sorted(
    lengths: np.ndarray, max_tokens: int, min_rows: int, rng: np.random.Generator
) -> Plan:
    """긴 것부터 늘어놓고 한도가 찰 때마다 자릅니다.

    마지막 걸음이 가장 짧은 문장들이라 빌려 오기 쉽습니다.
    모양: lengths (n, 쪽의 수) → 걸음마다 (줄의 번호, (줄 수, 쪽마다의 길이)).
    """
    steps: list[list[int]] = [[]]
    longest = 0
    order = _by_length(lengths, rng)
    for row, length in zip(
        order.tolist(), lengths.max(axis=1)[order].tolist(), strict=True
    ):
        if (len(steps[-1]) + 1) * max(longest, length) > max_tokens and steps[-1]:
            steps.append([])
            longest = 0
        longest = max(longest, length)
        steps[-1].append(row)
    if len(steps) > 1 and len(steps[-1]) < min_rows:
        # 남은 것이 모자라면 옆 걸음과 합쳐 다시 나눕니다.
        both = steps[-2] + steps.pop()
        spare = len(both) - min_rows
        steps[-1:] = [both[:spare], both[spare:]] if spare >= min_rows else [both]
    rows = [np.array(step) for step in steps]
    return [(r, (len(r), *lengths[r].max(axis=0).tolist())) for r in rows]


def _by_length(lengths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """긴 쪽의 길이가 비슷한 띠로 나누고, 띠 안에서는 두 쪽의 차이로 늘어놓습니다.

    띠마다 방향을 바꿉니다. 띠의 경계와 차이를 epoch마다 조금씩 흔들어서 같은 문장들이
    늘 한 걸음에 모이지 않게 합니다.
    """
    longest, lean = lengths.max(axis=1), lengths[:, 0] - lengths[:, -1]
    noise = rng.uniform(-1, 1, len(lengths))
    if lengths.shape[1] == 1:
        return np.lexsort((noise, -longest))
    band = np.floor(np.log(np.maximum(longest, 1)) / BANDS + rng.random()).astype(int)
    return np.lexsort((np.where(band % 2, 1, -1) * (lean + noise), -band))


def static_lengths(longest: int, round_to: int, limit: int) -> list[int]:
    """채울 길이들: round_to의 배수이고 앞의 것보다 적어도 GROWTH배쯤 깁니다.

    limit를 넘지 않습니다.
    """
    found = [min(round_to, limit)]
    while found[-1] < min(longest, limit):
        longer = max(
            found[-1] + round_to, int(found[-1] * GROWTH / round_to) * round_to
        )
        found.append(min(longer, limit))
    return found


def cut_static(
    lengths: np.ndarray, max_tokens: int, min_rows: int, round_to: int
) -> Plan:
    """정해진 모양에 맞추어 자릅니다.

    모양마다 줄 수도 정해져 있고(min_rows의 배수) 남는 줄은 비웁니다. 한 모양을 채우고
    남은 문장은 다음으로 긴 모양에 넣으므로, 빈 줄은 마지막 걸음과 그 걸음에 줄을 빌려준
    걸음에만 생깁니다. 모든 모양이 min_rows줄뿐이면 둘이 반씩 나누어 min_rows / 2줄이 될
    수 있습니다.
    모양: lengths (n, 쪽의 수) → 걸음마다 (줄의 번호 (R,), (줄 수 B, 쪽마다의 길이)).
    R ≤ B입니다.
    """
    longest, n_sides = lengths.max(axis=1), lengths.shape[1]
    steps: Plan = []
    left = np.zeros(0, int)
    low = 0
    for length in static_lengths(int(longest.max()), round_to, max_tokens // min_rows):
        waiting = np.concatenate(
            [left, np.flatnonzero((longest > low) & (longest <= length))]
        )
        n_rows = max_tokens // (length * min_rows) * min_rows
        shape = (n_rows, *[length] * n_sides)
        n_full = len(waiting) // n_rows * n_rows
        steps += [(waiting[i : i + n_rows], shape) for i in range(0, n_full, n_rows)]
        left, low = waiting[n_full:], length
    if len(left):
        if steps and len(left) < min_rows:  # 빌려준 자리는 빈 줄이 됩니다.
            sizes = [len(rows) for rows, _ in steps]
            i = sizes.index(max(sizes))
            donor, total = steps[i][0], len(steps[i][0]) + len(left)
            keep = total - min(min_rows, total // 2)
            steps[i], left = (
                (donor[:keep], steps[i][1]),
                np.concatenate([left, donor[keep:]]),
            )
        steps.append((left, shape))
    return steps
