"""검사와 채점에서 오가는 값: 복사, JSON과 바이트로 바꾸기, 되돌리기. pickle을 쓰지 않습니다."""

from __future__ import annotations

import copy
import math
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 12
MAX_ITEMS = 100_000
_REAL = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")
_TORCH_DTYPES = frozenset((*_REAL, "complex64", "complex128"))
_DICTS = (dict, OrderedDict, Counter, defaultdict)  # 견줄 때는 모두 사전입니다.
_SETS = (set, frozenset)


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


_PLAIN = (*_DICTS, *_SETS, bool, int, float, complex, str, bytes, list, tuple, type(None), Named)


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
    return numpy is not None and type(value).__module__ == "numpy" and isinstance(value, numpy.generic)


def is_size(value: object) -> bool:
    """tensor.shape(torch.Size)인지 봅니다. 답으로는 튜플과 같습니다."""
    torch = sys.modules.get("torch")
    return torch is not None and type(value) is torch.Size


def swap(value: object, change: Callable[[object], object]) -> object:
    """리스트, 튜플, 사전 안의 것을 하나씩 change로 바꿉니다."""
    if type(value) in (list, tuple):
        return type(value)(swap(item, change) for item in value)
    if type(value) in _DICTS:
        return {key: swap(item, change) for key, item in value.items()}
    return change(value)


def crosses(value: object) -> bool:
    """값 하나를 종류까지 그대로 옮길 수 있는지 봅니다."""
    data = is_array(value) or is_tensor(value) or is_numpy_scalar(value) or is_size(value)
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
    if type(value) in _SETS:
        return type(value)(value)
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


class _Encoder:
    """값을 JSON 나무와 바이트 덩어리들로 나눕니다."""

    def __init__(self) -> None:
        self.blobs: list[bytes] = []
        self.size = 0
        self.items = 0

    def add(self, blob: bytes) -> int:
        self.size += len(blob)
        if self.size > MAX_BYTES:
            raise ValueTooBig(f"값이 {MAX_BYTES // 2**20} MiB보다 큽니다")
        self.blobs.append(blob)
        return len(self.blobs) - 1

    def encode(self, value: object, depth: int = 0) -> list:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise ValueTooBig("값이 너무 깊거나 원소가 너무 많습니다")
        kind = type(value)
        if value is None or kind is bool:
            return ["v", value]
        if kind in (int, float, complex, str, bytes):
            return self._plain(kind, value)
        if kind in (list, tuple) or is_size(value):
            return ["list" if kind is list else "tuple", [self.encode(item, depth + 1) for item in value]]
        if kind in _DICTS:
            pairs = [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()]
            return ["dict", pairs]
        if kind in _SETS:
            return [kind.__name__, [self.encode(item, depth + 1) for item in sorted(value, key=_set_order)]]
        return ["name", value.name] if kind is Named else self._array(value)

    def _plain(self, kind: type, value) -> list:
        if kind is int and value.bit_length() <= 4096:
            return ["v", value]
        if kind is float:
            return ["v", value] if math.isfinite(value) else ["f", repr(value)]
        if kind is complex:
            return ["c", repr(value)]
        if kind is str:
            return ["s", self.add(value.encode("utf-8", "surrogatepass"))]
        return ["b", self.add(value)] if kind is bytes else ["x", kind.__name__]

    def _array(self, value) -> list:
        if is_tensor(value):
            return self._tensor(value)
        if isinstance(value, Unsupported):  # 이미 이름만 남은 값
            return ["x", value.type_name[:80]]
        if (is_array(value) or is_numpy_scalar(value)) and value.dtype.kind in "biufc":
            self._refuse_big(value.nbytes)
            plain = value.astype(value.dtype.newbyteorder("="), order="C")
            tag = "n" if is_array(value) else "z"
            return [tag, plain.dtype.str, list(value.shape), self.add(plain.tobytes())]
        return ["x", type(value).__name__[:80]]

    def _tensor(self, value) -> list:
        import torch

        dtype = str(value.dtype).removeprefix("torch.")
        if dtype not in _TORCH_DTYPES or value.layout is not torch.strided:
            return ["x", f"Tensor({dtype})"]
        self._refuse_big(value.numel() * value.element_size())
        plain = value.detach().cpu().contiguous().resolve_conj().resolve_neg()
        raw = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
        return ["t", dtype, list(value.shape), bool(value.requires_grad), self.add(raw)]

    def _refuse_big(self, size: int) -> None:
        if self.size + size > MAX_BYTES:
            raise ValueTooBig(f"값이 {MAX_BYTES // 2**20} MiB보다 큽니다")


def _set_order(item: object) -> tuple[str, str]:
    return type(item).__name__, repr(item)


def encode(value: object) -> tuple[list, list[bytes]]:
    """값을 (JSON 나무, 바이트 덩어리들)로 바꾼다. 모르는 종류는 이름만 남깁니다."""
    encoder = _Encoder()
    return encoder.encode(value), encoder.blobs


_GROUPS = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


def decode(tree: list, blobs: list[bytes]) -> object:
    """encode가 만든 것을 되돌립니다. 믿을 수 없는 곳에서 온 것도 안전하게 읽습니다."""
    tag, body = tree[0], tree[1]
    if tag == "v":
        return body if type(body) in (bool, int, float, type(None)) else Unsupported("값")
    if tag in ("f", "c"):
        return float(body) if tag == "f" else complex(body)
    if tag in ("s", "b"):
        return blobs[body].decode("utf-8", "surrogatepass") if tag == "s" else blobs[body]
    if tag in _GROUPS:
        return _GROUPS[tag](decode(item, blobs) for item in body)
    if tag == "name":
        return Named(str(body))
    if tag == "dict":
        return {decode(k, blobs): decode(v, blobs) for k, v in body}
    if tag in ("n", "z"):
        return _decode_array(tree, blobs)
    return _decode_tensor(tree, blobs) if tag == "t" else Unsupported(str(body)[:80])


def _decode_array(tree: list, blobs: list[bytes]):
    import numpy as np

    tag, dtype, shape, index = tree
    if np.dtype(dtype).kind not in "biufc":
        raise ValueError("허락하지 않는 dtype입니다")
    array = np.frombuffer(blobs[index], dtype=np.dtype(dtype)).reshape(shape).copy()
    return array if tag == "n" else array[()]


def _decode_tensor(tree: list, blobs: list[bytes]):
    import torch

    _, dtype, shape, requires_grad, index = tree
    if dtype not in _TORCH_DTYPES:
        raise ValueError("허락하지 않는 dtype입니다")
    if not blobs[index]:
        return torch.zeros(0, dtype=getattr(torch, dtype)).reshape(shape)
    flat = torch.frombuffer(bytearray(blobs[index]), dtype=torch.uint8).view(getattr(torch, dtype))
    return flat.reshape(shape).requires_grad_(bool(requires_grad))


def same_bytes(first: object, second: object) -> bool:
    """두 값이 종류, 모양, 바이트까지 같은지 봅니다."""
    return encode(first) == encode(second)


def exact(value: object) -> object:
    """정확한 종류만 남긴 값: 하위 클래스나 낯선 것은 Unsupported가 됩니다."""
    return decode(*encode(value))
