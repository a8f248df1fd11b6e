"""기울기 확인: 손으로 구한 기울기를 값을 조금씩 흔들어 얻은 기울기와 견줍니다."""

from collections.abc import Callable

import numpy as np


def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """칸마다 (f(x + ε) − f(x − ε)) / 2ε.

    미분의 정의를 그대로 흉내 낸 중앙 차분입니다. 오차는 ε²에 비례합니다.
    칸의 수만큼 f를 두 번씩 부르므로 느립니다. 확인할 때만 쓰세요.
    모양: x 아무 모양 → 같은 모양 float64. x는 바뀌지 않습니다.
    f는 배열을 받아 수 하나를 돌려줍니다.
    """
    # 베낀 것을 흔듭니다. float32로는 ε이 반올림에 묻힙니다.
    x = np.array(x, dtype=np.float64)
    gradient = np.empty_like(x)
    for place in np.ndindex(x.shape):
        # 이 칸만 흔들고 나머지는 그대로 두어야 편미분입니다.
        value = x[place]
        x[place] = value + step
        above = float(f(x))
        x[place] = value - step
        below = float(f(x))
        gradient[place] = (above - below) / (2 * step)
        x[place] = value
    return gradient


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """두 배열의 가장 큰 차이를 가장 큰 값으로 나눕니다.

    max|a − b| / max(|a|, |b|). 둘 다 0이면 0입니다.
    오류: 모양이 다르면 ValueError.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"두 기울기의 모양이 다릅니다: {a.shape}와 {b.shape}.")
    # 칸마다 나누면 0에 가까운 칸의 반올림 오차가 전체를 가립니다.
    scale = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    return float(np.abs(a - b).max() / scale) if scale else 0.0


def check_gradient(
    f: Callable[[np.ndarray], float],
    x: np.ndarray,
    gradient: np.ndarray,
    tolerance: float = 1e-6,
) -> float:
    """gradient가 x에서 f의 기울기인지 확인하고 상대 오차를 돌려줍니다.

    모양: gradient는 x와 같은 모양. f는 배열을 받아 수 하나를 돌려줍니다.
    오류: 상대 오차가 tolerance보다 크거나 NaN이면 AssertionError.
    가장 다른 자리와 두 값을 함께 알립니다.
    """
    want = numerical_gradient(f, x)
    error = relative_error(gradient, want)
    # error > tolerance라고 쓰면 NaN이 그냥 지나갑니다.
    if not error <= tolerance:
        worst = np.unravel_index(np.abs(gradient - want).argmax(), want.shape)
        place = tuple(int(i) for i in worst)
        raise AssertionError(
            f"기울기가 다릅니다. 자리 {place}에서 받은 것은 {gradient[place]:.6g}, "
            f"중앙 차분은 {want[place]:.6g}이고 "
            f"상대 오차 {error:.3g}이(가) {tolerance:g}보다 큽니다."
        )
    return error
