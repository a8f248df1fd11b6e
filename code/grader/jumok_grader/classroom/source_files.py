"""제출물을 읽기만 합니다: 폴더나 zip에서 한 파일씩 메모리로.

이름대로 쓰는 일은 없습니다. zip과 이름은 남이 만든 것이므로 믿지 않습니다. 읽지 않은
것은 까닭의 이름(reasons.REASONS)을 달고 나옵니다.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from .source_entry import MIB, Bounds, Entry, bad_name, read_entry, tidy
from .zip_files import read_zip

_JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints")


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
        yield from read_zip(source, zone, bounds)


def is_junk(name: str) -> bool:
    """운영체제가 끼워 넣은 파일인지."""
    return any(part in _JUNK or part.startswith("._") for part in name.split("/"))


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
    return read_entry(name, time, data, bounds)
