"""메시지의 JSON 나무와 바이트를 값으로 되돌립니다.

학생의 프로세스가 지어낸 것도 안전하게 읽습니다.

덩어리는 앞에서부터 한 번씩만 씁니다. 덩어리 하나를 십만 번 가리켜 메모리를 채우는
메시지를 막습니다.
"""

from __future__ import annotations

from collections.abc import Iterator

from .value_kinds import (
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_KEYS,
    TORCH_DTYPES,
    Named,
    Unsupported,
)

_GROUPS = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
_MAX_AXES = 32
_MAX_SIZE = 2**40


def decode(tree: list, blobs: list[bytes]) -> object:
    """encode가 만든 것을 되돌립니다.

    약속에 맞지 않으면 ValueError나 TypeError를 냅니다.
    """
    return _Decoder(blobs).decode(tree)


class _Decoder:
    def __init__(self, blobs: list[bytes]) -> None:
        self.blobs: Iterator[tuple[int, bytes]] = enumerate(blobs)
        self.items = 0

    def decode(self, tree: list, depth: int = 0) -> object:
        # 깊거나 큰 나무로 채점기의 메모리와 시간을 쓰지 못하게 합니다.
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise ValueError("값이 너무 깊거나 원소가 너무 많습니다")
        tag, body = tree[0], tree[1]
        if tag == "v":
            return (
                body
                if type(body) in (bool, int, float, type(None))
                else Unsupported("값")
            )
        if tag in ("f", "c"):
            return float(body) if tag == "f" else complex(body)
        if tag in ("s", "b"):
            blob = self._blob(body)
            return blob.decode("utf-8", "surrogatepass") if tag == "s" else blob
        if tag in _GROUPS:
            return self._group(_GROUPS[tag], body, depth)
        if tag == "name":
            return Named(str(body)[:200])
        if tag == "dict":
            pairs = self._few(body)
            return {
                self.decode(k, depth + 1): self.decode(v, depth + 1) for k, v in pairs
            }
        if tag in ("n", "z"):
            return self._array(tree)
        return self._tensor(tree) if tag == "t" else Unsupported(str(body)[:80])

    def _group(self, kind: type, body: list, depth: int) -> object:
        items = self._few(body) if kind in (set, frozenset) else body
        return kind([self.decode(item, depth + 1) for item in items])

    @staticmethod
    def _few(body: list) -> list:
        if len(body) > MAX_KEYS:
            raise ValueError("사전이나 집합이 너무 큽니다")
        return body

    def _blob(self, index: int) -> bytes:
        number, blob = next(self.blobs, (None, b""))
        # 덩어리 하나를 여러 번 가리켜 메모리를 부풀리지 못하게 합니다.
        if number is None or number != index:
            raise ValueError("덩어리의 차례가 다릅니다")
        return blob

    def _array(self, tree: list) -> object:
        import numpy as np

        tag, name, shape, index = tree
        # dtype의 글은 아주 큰 구조체를 뜻할 수도 있습니다.
        dtype = np.dtype(_text(name))
        if dtype.kind not in "biufc":
            raise ValueError("허락하지 않는 dtype입니다")
        raw, shape = self._blob(index), _shape(shape)
        # 0과 1이 아닌 바이트가 든 bool은 어느 값과 견주어도 엉뚱해집니다.
        if dtype.kind == "b":
            array = (np.frombuffer(raw, np.uint8) != 0).reshape(shape)
        else:
            array = np.frombuffer(raw, dtype).reshape(shape).copy()
        return array if tag == "n" else array.reshape(())[()]

    def _tensor(self, tree: list) -> object:
        _, name, shape, requires_grad, index = tree
        if name not in TORCH_DTYPES:
            raise ValueError("허락하지 않는 dtype입니다")
        raw, shape = self._blob(index), _shape(shape)
        import torch  # 꼴이 맞는 것을 본 다음에야 불러옵니다.

        dtype = getattr(torch, name)
        if not raw:
            return torch.zeros(0, dtype=dtype).reshape(shape)
        flat = torch.frombuffer(bytearray(raw), dtype=torch.uint8)
        flat = flat != 0 if dtype is torch.bool else flat.view(dtype)
        return flat.reshape(shape).requires_grad_(bool(requires_grad))


def _text(name: object) -> str:
    if type(name) is not str or len(name) > 20:
        raise ValueError("dtype의 이름이 아닙니다")
    return name


def _shape(shape: object) -> list[int]:
    """셀 수 있는 모양만 받습니다."""
    if type(shape) is not list or len(shape) > _MAX_AXES:
        raise ValueError("축이 너무 많습니다")
    if any(type(size) is not int or not 0 <= size <= _MAX_SIZE for size in shape):
        raise ValueError("모양이 수가 아닙니다")
    return shape
