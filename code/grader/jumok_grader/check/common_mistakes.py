"""틀린 값에서 실수를 짐작합니다.

실수를 흉내 낸 값과 같은지, 어느 문제에나 있는 실수인지 봅니다.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from ..protocol.value_kinds import kind
from ..protocol.values import swap
from .compare import difference, dtype_name, to_numpy


def alike(got: object, imitation: object, tolerance: float | None) -> bool:
    """실수를 흉내 낸 값과 같은지 봅니다. dtype은 따지지 않습니다."""
    found = difference(got, imitation, tolerance)
    if found and found.mistake == "wrong_dtype":
        return (
            difference(
                swap(got, _plain_numbers), swap(imitation, _plain_numbers), tolerance
            )
            is None
        )
    return found is None


def _plain_numbers(value: object) -> object:
    return to_numpy(value) if kind(value) in ("array", "tensor") else value


def common_mistake(got: object, want: object, tolerance: float | None) -> str | None:
    """어느 문제에나 있는 실수를 찾습니다: 묶음의 순서, 전치."""
    if (
        isinstance(want, tuple)
        and isinstance(got, tuple)
        and 2 <= len(want) == len(got) <= 4
    ):
        turned = any(
            # 묶음이 네 개를 넘으면 순서를 모두 해 보기에 너무 많습니다.
            difference(mixed, want, tolerance) is None
            for mixed in permutations(got)
        )
        return (
            ("returns_weights" if _ends_with_weights(want) else "tuple_order")
            if turned
            else None
        )
    if kind(got) == kind(want) in ("array", "tensor") and got.ndim == want.ndim >= 2:
        turned = to_numpy(got).swapaxes(-1, -2)
        same = (
            dtype_name(got) == dtype_name(want)
            and difference(turned, to_numpy(want), tolerance) is None
        )
        return "wrong_transpose" if same else None
    return None


def _ends_with_weights(pair: tuple) -> bool:
    """둘째 값이 어텐션 가중치처럼 보이는지: 음수가 없고 행의 합이 1이나 0."""
    if (
        len(pair) != 2
        or kind(pair[1]) not in ("array", "tensor")
        or not pair[1].shape[-1:]
    ):
        return False
    weights = to_numpy(pair[1])
    total = weights.sum(axis=-1)
    return bool((weights >= 0).all() and np.all((abs(total - 1) < 1e-2) | (total == 0)))
