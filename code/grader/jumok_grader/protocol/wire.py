"""채점기와 일꾼 프로세스가 주고받는 메시지: 길이, JSON 머리, 바이트 덩어리들."""

from __future__ import annotations

import json
import struct
from typing import BinaryIO

from .values import MAX_BYTES, decode, encode

MAX_HEAD = 8 * 1024 * 1024
_LENGTH = struct.Struct(">Q")


class BrokenWire(Exception):
    """메시지가 끊겼거나 약속에 맞지 않습니다."""


def send(stream: BinaryIO, message: dict, payload: object = None) -> None:
    """message(JSON)와 payload(값)를 한 메시지로 보냅니다."""
    tree, blobs = encode(payload)
    head = json.dumps(
        {**message, "tree": tree, "sizes": [len(blob) for blob in blobs]}
    ).encode()
    stream.write(b"".join([_LENGTH.pack(len(head)), head, *blobs]))
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict, object]:
    """메시지 하나를 받아 (message, payload)로 돌려줍니다."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    # 적힌 길이를 믿고 메모리를 잡지 않습니다.
    if length > MAX_HEAD:
        raise BrokenWire("머리가 너무 깁니다")
    try:
        message = json.loads(_exactly(stream, length))
        sizes = message.pop("sizes")
        if (
            any(type(size) is not int or size < 0 for size in sizes)
            or sum(sizes) > MAX_BYTES
        ):
            raise BrokenWire("덩어리가 너무 큽니다")
        blobs = [_exactly(stream, size) for size in sizes]
        return message, decode(message.pop("tree"), blobs)
    except BrokenWire:
        raise
    except Exception as error:
        raise BrokenWire(
            f"약속에 맞지 않는 메시지입니다: {type(error).__name__}"
        ) from error


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size) if size else b""
    if data is None or len(data) != size:
        raise BrokenWire("메시지가 끊겼습니다")
    return data
