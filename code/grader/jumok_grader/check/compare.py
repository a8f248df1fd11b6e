"""두 값이 정말 같은지 엄격하게 봅니다: 종류, 모양, dtype, 값의 순서로."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..protocol.value_kinds import is_tensor, kind, kind_name

_TOLERANCES = {"float64": 1e-9, "complex128": 1e-9, "float32": 1e-5, "complex64": 1e-5}


@dataclass(frozen=True)
class Difference:
    """두 값의 차이: 실수 id와, 무엇이 얼마나 다른지 알려 주는 글."""

    mistake: str
    detail: str


def difference(
    got: object, want: object, tolerance: float | None = None
) -> Difference | None:
    """got이 want와 다르면 차이를, 같으면 None을 돌려줍니다.

    정답의 값은 글에 넣지 않습니다.
    """
    if got is None and want is not None:
        return Difference("returns_none", "")
    if kind(got) != kind(want):
        return Difference(
            "wrong_type", f"{kind_name(want)}이어야 하는데 {kind_name(got)}입니다."
        )
    if isinstance(want, tuple | list):
        return _sequence_difference(got, want, tolerance)
    if isinstance(want, dict):
        return _dict_difference(got, want, tolerance)
    if kind(want) in ("array", "tensor", "number", "bool"):
        return _array_difference(got, want, tolerance)
    if type(got) is type(want) and got == want:
        return None
    return Difference(
        "wrong_value",
        f"받은 값은 {_short(got)}입니다." if isinstance(got, str | set) else "",
    )


def _sequence_difference(got, want, tolerance) -> Difference | None:
    if len(got) != len(want):
        return Difference(
            "wrong_type", f"{len(want)}개를 묶어 돌려주어야 하는데 {len(got)}개입니다."
        )
    pairs = zip(got, want, strict=True)
    return _first(
        [(f"{number}번째 것", *pair) for number, pair in enumerate(pairs, 1)], tolerance
    )


def _dict_difference(got, want, tolerance) -> Difference | None:
    """사전은 차례를 따지지 않고 열쇠마다 견줍니다."""
    said = []
    for text, one, other in (("없는", want, got), ("더 있는", got, want)):
        keys = [key for key in one if key not in other]
        if keys:
            more = " 등" if len(keys) > 5 else ""
            listed = ", ".join(map(_short, keys[:5]))
            said.append(f"사전에 {text} 열쇠: {listed}{more}.")
    if said:
        return Difference("wrong_keys", " ".join(said))
    return _first(
        [(f"{_short(key)}의 값", got[key], want[key]) for key in want], tolerance
    )


def _first(items: list[tuple], tolerance) -> Difference | None:
    """묶음에서 처음으로 다른 것. 안쪽의 None은 종류가 다른 값일 뿐입니다."""
    for place, one, other in items:
        found = difference(one, other, tolerance)
        if found and found.mistake == "returns_none":
            return Difference(
                "wrong_type", f"{place}: {kind_name(other)}이어야 하는데 None입니다."
            )
        if found:
            return Difference(found.mistake, f"{place}: {found.detail}")
    return None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _array_difference(got, want, tolerance) -> Difference | None:
    one, other = to_numpy(got), to_numpy(want)
    if one.shape != other.shape:
        said = f"모양이 {other.shape}이어야 하는데 {one.shape}입니다."
        return Difference("wrong_shape", said + _shape_hint(one.shape, other.shape))
    if kind(want) != "number" and dtype_name(got) != dtype_name(want):
        return Difference(
            "wrong_dtype",
            f"dtype이 {dtype_name(want)}이어야 하는데 {dtype_name(got)}입니다.",
        )
    gap = _gap(one, other)
    limit = _tolerance(want, tolerance) * (
        1 + np.where(np.isfinite(other), np.abs(other), 0)
    )
    bad = ~(gap <= limit)
    if not bad.any():
        return None
    return _value_difference(one, other, gap, bad)


def _shape_hint(got: tuple, want: tuple) -> str:
    """모양에서 바로 짐작할 수 있는 까닭."""
    bare = [tuple(size for size in shape if size != 1) for shape in (got, want)]
    if bare[0] == bare[1]:
        return " 길이 1인 축이 " + (
            "더 있습니다." if len(got) > len(want) else "빠졌거나 자리가 다릅니다."
        )
    if sorted(got) == sorted(want):
        return " 축의 차례가 다릅니다."
    if math.prod(got) == math.prod(want):
        return " 원소의 수는 같습니다. 축을 나누거나 합친 곳을 보세요."
    if len(got) < len(want) and got == want[len(want) - len(got) :]:
        return " 앞의 축(배치)이 사라졌습니다."
    return ""


def _value_difference(one, other, gap, bad) -> Difference:
    # nan과 inf는 차이의 크기를 말할 수 없어 먼저 가려냅니다.
    if (~np.isfinite(one) & np.isfinite(other)).any():
        count = int((~np.isfinite(one) & np.isfinite(other)).sum())
        return Difference(
            "nan", f"유한해야 할 {other.size}개 가운데 {count}개가 nan이나 inf입니다."
        )
    where = tuple(
        int(i) for i in np.unravel_index(np.argmax(np.where(bad, gap, -1)), gap.shape)
    )
    place = f"{list(where)} 자리에서 " if where else ""
    count = f"{other.size}개 가운데 {int(bad.sum())}개가 다르고"
    return Difference(
        "wrong_value", f"{count}, 가장 큰 차이는 {place}{gap[where]:.3g}입니다."
    )


def _gap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    if one.dtype == bool:
        return (one != other).astype(float)
    with np.errstate(all="ignore"):
        gap = np.abs(one - other)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    return np.where(same, 0.0, np.where(np.isnan(gap), np.inf, gap))


def to_numpy(value: object) -> np.ndarray:
    """배열, 텐서, 수를 견줄 수 있는 numpy 배열로 바꿉니다."""
    if is_tensor(value):
        plain = value.detach().cpu()
        keep = plain.dtype.is_complex or dtype_name(plain) == "bool"
        return plain.numpy() if keep else plain.double().numpy()
    array = np.asarray(_finite(value))
    return array if array.dtype.kind in "bc" else array.astype(np.float64)


def _finite(value: object) -> object:
    """float64에 담을 수 없이 큰 파이썬 정수를 inf로 바꿉니다."""
    return (
        math.copysign(math.inf, value)
        if type(value) is int and value.bit_length() > 1000
        else value
    )


def dtype_name(value: object) -> str:
    """dtype의 이름. torch와 numpy를 같은 이름으로 부릅니다."""
    if is_tensor(value):
        return str(value.dtype).removeprefix("torch.")
    return np.asarray(_finite(value)).dtype.name


def _tolerance(want, tolerance: float | None) -> float:
    if tolerance is not None:
        return tolerance
    name = dtype_name(want)
    return _TOLERANCES.get(name, 2e-2 if name in ("float16", "bfloat16") else 1e-9)
