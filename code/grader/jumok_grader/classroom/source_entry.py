"""읽은 제출물 하나(Entry)와 읽기의 한계(Bounds), 이름을 보는 법."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

MIB = 2**20
_ZIP_START = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b")


@dataclass(frozen=True)
class Bounds:
    """읽기의 한계: 파일 수, 파일 하나와 전체의 바이트, 압축 비율, 이름의 길이."""

    files: int = 20_000
    file_bytes: int = 50 * MIB
    total_bytes: int = 8 * 1024 * MIB
    ratio: float = 200
    name: int = 400
    part: int = 200


@dataclass(frozen=True)
class Entry:
    """파일 하나: 보일 이름, 낸 시각(모르면 None), 내용이나 읽지 않은 까닭."""

    name: str
    time: datetime | None = None
    data: bytes | None = None
    reason: str = ""
    detail: str = ""


def read_entry(name: str, time: datetime | None, data: bytes, bounds: Bounds) -> Entry:
    """내용을 읽은 다음에 아는 까닭(너무 큼, zip 안의 zip)까지 본 파일 하나."""
    if len(data) > bounds.file_bytes:
        return Entry(name, time, reason="too_big")
    if data.startswith(_ZIP_START):
        return Entry(name, time, reason="nested_zip")
    return Entry(name, time, data)


def bad_name(name: str, bounds: Bounds) -> str:
    """이름의 잘못을 까닭의 이름으로 말합니다. 없으면 빈 글입니다."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "absolute_path"
    parts = name.rstrip("/").split("/")
    if ".." in parts:
        return "path_traversal"
    if len(name) > bounds.name or any(
        len(part.encode("utf-8", "replace")) > bounds.part * 3 for part in parts
    ):
        return "name_too_long"
    if any(len(part) > bounds.part for part in parts):
        return "name_too_long"
    hidden = [
        char
        for char in name
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    ]
    return "bad_name" if hidden or "" in parts or "." in parts else ""


def tidy(name: str) -> str:
    """나뉜 한글(NFD)을 합치고, 윈도우의 역빗금을 빗금으로 바꿉니다."""
    return unicodedata.normalize("NFC", name.replace("\\", "/"))
