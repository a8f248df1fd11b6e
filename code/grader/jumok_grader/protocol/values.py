"""검사와 채점에서 오가는 값: JSON과 바이트로 바꾸기, 되돌리기.

pickle을 쓰지 않습니다.
"""

from __future__ import annotations

import math

from .decoding import decode
from .value_kinds import (
    DICTS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_KEYS,
    SETS,
    TORCH_DTYPES,
    Named,
    Unsupported,
    ValueTooBig,
    copy_value,
    crosses,
    holds_unsupported,
    is_array,
    is_numpy_scalar,
    is_size,
    is_tensor,
    swap,
)

__all__ = [
    "MAX_BYTES",
    "Named",
    "Unsupported",
    "ValueTooBig",
    "copy_value",
    "crosses",
    "decode",
    "encode",
    "exact",
    "holds_unsupported",
    "is_array",
    "is_numpy_scalar",
    "is_size",
    "is_tensor",
    "same_bytes",
    "swap",
]


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
            return [
                "list" if kind is list else "tuple",
                [self.encode(item, depth + 1) for item in value],
            ]
        if kind in (*DICTS, *SETS) and len(value) > MAX_KEYS:
            raise ValueTooBig("사전이나 집합이 너무 큽니다")
        if kind in DICTS:
            pairs = [
                [self.encode(k, depth + 1), self.encode(v, depth + 1)]
                for k, v in value.items()
            ]
            return ["dict", pairs]
        if kind in SETS:
            return [
                kind.__name__,
                [
                    self.encode(item, depth + 1)
                    for item in sorted(value, key=_set_order)
                ],
            ]
        return ["name", value.name] if kind is Named else self._array(value)

    def _plain(self, kind: type, value) -> list:
        # 아주 큰 정수를 글로 바꾸는 데에는 끝없이 오래 걸립니다.
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
            # 바이트의 차례와 줄의 차례를 하나로 맞추어야 같은 값이 같은 바이트가
            # 됩니다.
            plain = value.astype(value.dtype.newbyteorder("="), order="C")
            tag = "n" if is_array(value) else "z"
            return [tag, plain.dtype.str, list(value.shape), self.add(plain.tobytes())]
        return ["x", type(value).__name__[:80]]

    def _tensor(self, value) -> list:
        import torch

        dtype = str(value.dtype).removeprefix("torch.")
        if dtype not in TORCH_DTYPES or value.layout is not torch.strided:
            return ["x", f"Tensor({dtype})"]
        # 복사하기 전에 크기부터 봅니다.
        self._refuse_big(value.numel() * value.element_size())
        plain = value.detach().cpu().contiguous().resolve_conj().resolve_neg()
        raw = (
            plain.reshape(-1).view(torch.uint8).numpy().tobytes()
            if plain.numel()
            else b""
        )
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


def same_bytes(first: object, second: object) -> bool:
    """두 값이 종류, 모양, 바이트까지 같은지 봅니다."""
    return encode(first) == encode(second)


def exact(value: object) -> object:
    """정확한 종류만 남긴 값: 하위 클래스나 낯선 것은 Unsupported가 됩니다."""
    return decode(*encode(value))
