"""책의 주장을 확인하는 단언. 틀리면 한국어로 무엇이 얼마나 다른지 말합니다."""

from typing import Any

import numpy as np


def assert_close(
    got: Any, want: Any, tolerance: float = 1e-6, name: str = "두 값"
) -> None:
    """두 값의 모양이 같고 가장 큰 차이가 tolerance를 넘지 않는지 확인합니다.

    차이는 절댓값입니다. numpy 배열, torch 텐서, 숫자, 리스트를 받습니다. NaN과
    무한대는 같은 자리에 같은 값으로 있을 때만 같다고 봅니다. 맞으면 `✔`로 시작하는 한
    줄을 출력합니다.
    오류: 다르면 AssertionError (어디서 얼마나 다른지), tolerance가
    음수면 ValueError.
    """
    if tolerance < 0:
        raise ValueError(
            f"tolerance는 0 이상이어야 합니다. 받은 값은 {tolerance}입니다."
        )
    a, b = _to_numpy(got), _to_numpy(want)
    if a.shape != b.shape:
        raise AssertionError(
            f"{name}: 모양이 다릅니다. 얻은 것은 {a.shape}, 기대한 것은 "
            f"{b.shape}입니다."
        )
    gap = _gap(a, b)
    if gap.size and gap.max() > tolerance:
        where = tuple(int(i) for i in np.unravel_index(gap.argmax(), gap.shape))
        raise AssertionError(
            f"{name}: 값이 다릅니다. 자리 {where}에서 얻은 것은 {a[where]:.6g}, "
            f"기대한 것은 {b[where]:.6g}이고 차이 {gap.max():.3g}이(가) "
            f"허용 오차 {tolerance:g}보다 큽니다."
        )
    print(f"✔ {name}: 일치합니다 (허용 오차 {tolerance:g})")


def _gap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        gap = np.abs(a - b)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    # 한쪽만 NaN이거나 무한대이면 차이는 무한대입니다.
    return np.where(same, 0.0, np.where(np.isnan(gap), np.inf, gap))


def _to_numpy(x: Any) -> np.ndarray:
    if hasattr(x, "detach"):  # torch를 불러오지 않고 텐서를 알아봅니다.
        x = x.detach().cpu().double().numpy()
    return np.asarray(x, dtype=np.float64)
