"""제출물을 읽기만 합니다: 폴더나 zip에서 한 파일씩 메모리로. 이름대로 쓰는 일은 없습니다.

zip과 이름은 남이 만든 것이므로 믿지 않습니다. 읽지 않은 것은 까닭의 이름(reasons.REASONS)을 달고 나옵니다.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

MIB = 2**20
_ZIP_START = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b")
_JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints")
_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)


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


def read_source(
    source: Path, zone: ZoneInfo, bounds: Bounds | None = None
) -> Iterator[Entry]:
    """폴더, zip, 노트북 하나의 파일들을 차례로 냅니다. 하나도 건너뛰지 않습니다."""
    bounds = bounds or Bounds()
    if source.is_dir():
        yield from _read_folder(source, zone, bounds)
    elif source.suffix.lower() == ".ipynb":
        yield _read_file(source, source.name, zone, bounds)
    else:
        yield from _read_zip(source, zone, bounds)


def is_junk(name: str) -> bool:
    """운영체제가 끼워 넣은 파일인지."""
    return any(part in _JUNK or part.startswith("._") for part in name.split("/"))


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


def _is_archive(data: bytes) -> bool:
    return data.startswith(_ZIP_START)


def _read_folder(root: Path, zone: ZoneInfo, bounds: Bounds) -> Iterator[Entry]:
    found = 0
    for here, folders, files in os.walk(root, followlinks=False):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        for name in sorted([*links, *files]):
            found += 1
            if found > bounds.files:
                yield Entry(
                    root.name,
                    reason="zip_too_many",
                    detail=f"{bounds.files:,}개를 넘습니다.",
                )
                return
            path = Path(here, name)
            shown = tidy(
                os.fsencode(path.relative_to(root).as_posix()).decode(
                    "utf-8", "replace"
                )
            )
            yield _read_file(path, shown, zone, bounds)


def _read_file(path: Path, name: str, zone: ZoneInfo, bounds: Bounds) -> Entry:
    """링크를 따라가지 않고, 보통 파일만, 한계까지 읽습니다."""
    problem = bad_name(name, bounds)
    if problem:
        return Entry(name, reason=problem)
    try:
        info = os.lstat(path)
        if stat.S_ISLNK(info.st_mode):
            return Entry(name, reason="symlink")
        if not stat.S_ISREG(info.st_mode):
            return Entry(name, reason="not_regular")
        time = datetime.fromtimestamp(info.st_mtime, zone)
        if info.st_size > bounds.file_bytes:
            return Entry(
                name, time, reason="too_big", detail=f"{info.st_size // MIB:,} MiB"
            )
        flags = (
            os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
        flags |= getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as stream:
            data = stream.read(bounds.file_bytes + 1)
    except (OSError, ValueError, OverflowError) as error:
        return Entry(name, reason="unreadable", detail=type(error).__name__)
    if len(data) > bounds.file_bytes:
        return Entry(name, time, reason="too_big")
    return (
        Entry(name, time, reason="nested_zip")
        if _is_archive(data)
        else Entry(name, time, data)
    )


def _read_zip(path: Path, zone: ZoneInfo, bounds: Bounds) -> Iterator[Entry]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            problem, detail = _whole_problem(infos, path.stat().st_size, bounds)
            if problem:
                yield Entry(path.name, reason=problem, detail=detail)
                return
            names = {info: zip_name(info) for info in infos}
            count = Counter(names[info].casefold() for info in infos)
            for info in infos:
                twice = count[names[info].casefold()] > 1
                yield _read_member(archive, info, names[info], twice, zone, bounds)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
        OverflowError,
    ) as error:
        yield Entry(path.name, reason="zip_broken", detail=str(error)[:200])
    except OSError as error:
        yield Entry(
            path.name,
            reason="unreadable",
            detail=error.strerror or type(error).__name__,
        )


def _whole_problem(
    infos: list[zipfile.ZipInfo], size: int, bounds: Bounds
) -> tuple[str, str]:
    """꾸러미 전체를 거절할 까닭. 풀기 전에 목록만 보고 정합니다."""
    if len(infos) > bounds.files:
        return "zip_too_many", f"{len(infos):,}개 (한계 {bounds.files:,}개)"
    total = sum(info.file_size for info in infos)
    if total > bounds.total_bytes:
        return (
            "zip_too_big",
            f"풀면 {total // MIB:,} MiB (한계 {bounds.total_bytes // MIB:,} MiB)",
        )
    ordered = sorted(infos, key=lambda info: info.header_offset)
    ends = [info.header_offset for info in ordered[1:]] + [size]
    for info, end in zip(ordered, ends, strict=True):
        if info.header_offset + 30 + info.compress_size > end:
            return "zip_overlap", ""
    return "", ""


def zip_name(info: zipfile.ZipInfo) -> str:
    """zip 안의 이름. UTF-8 표시가 없으면 UTF-8, CP949의 차례로 읽어 봅니다."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "cp949"):
            try:
                return tidy(raw.decode(encoding))
            except UnicodeDecodeError:
                continue
    return tidy(name)


def _read_member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    name: str,
    twice: bool,
    zone: ZoneInfo,
    bounds: Bounds,
) -> Entry:
    problem = (
        bad_name(name, bounds)
        or ("duplicate_name" if twice else "")
        or _member_problem(info, bounds)
    )
    time = _zip_time(info, zone)
    if problem:
        return Entry(name, time, reason=problem)
    try:
        with archive.open(info) as stream:
            data = stream.read(bounds.file_bytes + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        OSError,
        RuntimeError,
    ) as error:
        return Entry(name, time, reason="zip_broken", detail=type(error).__name__)
    if len(data) > bounds.file_bytes:
        return Entry(name, time, reason="too_big")
    return (
        Entry(name, time, reason="nested_zip")
        if _is_archive(data)
        else Entry(name, time, data)
    )


def _member_problem(info: zipfile.ZipInfo, bounds: Bounds) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0
    if kind == stat.S_IFLNK:
        return "symlink"
    if kind not in (0, stat.S_IFREG):
        return "not_regular"
    if info.flag_bits & 0x1:
        return "zip_encrypted"
    if info.compress_type not in _METHODS:
        return "zip_method"
    if info.file_size > bounds.file_bytes:
        return "too_big"
    ratio = info.file_size / max(info.compress_size, 1)
    return "bomb_ratio" if info.file_size > MIB and ratio > bounds.ratio else ""


def _zip_time(info: zipfile.ZipInfo, zone: ZoneInfo) -> datetime | None:
    """zip에 적힌 시각. 시간대가 없으므로 학급의 시간대로 읽습니다. 1980-01-01은 '모름'입니다."""
    try:
        time = datetime(*info.date_time, tzinfo=zone)
    except ValueError:
        return None
    return None if time.year <= 1980 else time
