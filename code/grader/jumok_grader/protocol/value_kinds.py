"""오갈 수 있는 값의 종류: 무엇이 배열이고 텐서인지, 복사하고 안을 바꾸는 법."""

from __future__ import annotations

import copy
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from ..text_table import clean

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 12
MAX_ITEMS = 100_000
MAX_KEYS = 4_000  # 해시가 일부러 겹치게 만든 열쇠로도 1초 안에 끝나는 크기
_REAL = (
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
)
TORCH_DTYPES = frozenset((*_REAL, "complex64", "complex128"))
DICTS = (dict, OrderedDict, Counter, defaultdict)  # 견줄 때는 모두 사전입니다.
SETS = (set, frozenset)


_FOREIGN = "낯선 "
_KIND_NAMES = {
    "array": "numpy 배열",
    "tensor": "torch 텐서",
    "number": "수 하나",
    "bool": "True/False",
    "str": "글자(문자열)",
    "tuple": "튜플",
    "list": "리스트",
    "none": "None",
    "dict": "사전",
    "set": "집합",
}


class ValueTooBig(ValueError):
    """옮기기에는 너무 큰 값."""


@dataclass(frozen=True)
class Unsupported:
    """옮길 수 없는 값을 대신하는 표. 종류의 이름만 남는다."""

    type_name: str


@dataclass(frozen=True)
class Named:
    """값으로 옮길 수 없어 준비 칸의 이름으로만 옮기는 입력(함수, 클래스, 모델)."""

    name: str


_PLAIN = (
    *DICTS,
    *SETS,
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    list,
    tuple,
    type(None),
    Named,
)


def is_tensor(value: object) -> bool:
    """torch를 import하지 않고 정확히 torch.Tensor(또는 Parameter)인지 봅니다."""
    torch = sys.modules.get("torch")
    return torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter)


def is_array(value: object) -> bool:
    """정확히 numpy.ndarray인지 본다. 하위 클래스는 아니다."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray


def is_numpy_scalar(value: object) -> bool:
    """np.float64처럼 numpy가 만든 수 하나인지 봅니다."""
    numpy = sys.modules.get("numpy")
    return (
        numpy is not None
        and type(value).__module__ == "numpy"
        and isinstance(value, numpy.generic)
    )


def is_size(value: object) -> bool:
    """tensor.shape(torch.Size)인지 봅니다. 답으로는 튜플과 같습니다."""
    torch = sys.modules.get("torch")
    return torch is not None and type(value) is torch.Size


def kind(value: object) -> str:
    """값의 종류를 짧은 이름으로 돌려줍니다. 0차원 배열과 수는 모두 number입니다."""
    if is_tensor(value):
        return "tensor"
    if is_array(value):
        return "array" if value.ndim else "number"
    if type(value) is bool or (is_numpy_scalar(value) and value.dtype.kind == "b"):
        return "bool"
    if type(value) in (int, float, complex) or is_numpy_scalar(value):
        return "number"
    if isinstance(value, Unsupported):
        # 학생이 클래스 이름을 tensor라고 지어도 텐서가 되지 않습니다.
        return f"{_FOREIGN}{value.type_name}"
    names = {
        str: "str",
        tuple: "tuple",
        list: "list",
        dict: "dict",
        set: "set",
        type(None): "none",
    }
    return names.get(type(value), type(value).__name__)


def kind_name(value: object) -> str:
    """값의 종류를 한국어로 돌려줍니다."""
    name = kind(value).removeprefix(_FOREIGN)
    return (
        clean(name) if isinstance(value, Unsupported) else _KIND_NAMES.get(name, name)
    )


def swap(value: object, change: Callable[[object], object]) -> object:
    """리스트, 튜플, 사전 안의 것을 하나씩 change로 바꿉니다."""
    if type(value) in (list, tuple):
        return type(value)(swap(item, change) for item in value)
    if type(value) in DICTS:
        return {key: swap(item, change) for key, item in value.items()}
    return change(value)


def crosses(value: object) -> bool:
    """값 하나를 종류까지 그대로 옮길 수 있는지 봅니다."""
    data = (
        is_array(value) or is_tensor(value) or is_numpy_scalar(value) or is_size(value)
    )
    return data or type(value) in _PLAIN


def holds_unsupported(value: object) -> bool:
    """옮기면서 종류의 이름만 남은 것이 들어 있는지 봅니다."""
    if isinstance(value, list | tuple):
        return any(holds_unsupported(item) for item in value)
    if isinstance(value, dict):
        return any(holds_unsupported(item) for pair in value.items() for item in pair)
    return isinstance(value, Unsupported | Named)


def copy_value(value: object) -> object:
    """배열, 텐서, 그 묶음을 원본과 이어지지 않게 복사합니다."""
    if is_tensor(value):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if is_array(value):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(copy_value(item) for item in value)
    if type(value) is dict:
        return {key: copy_value(item) for key, item in value.items()}
    if type(value) in SETS:
        return type(value)(value)
    try:
        return copy.deepcopy(value)
    except Exception:
        return value
