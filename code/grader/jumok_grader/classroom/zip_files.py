"""제출물이 든 zip을 읽습니다. 풀어서 쓰지 않고 한 파일씩 메모리로 읽습니다.

zip은 남이 만든 것이므로 적힌 크기와 이름을 믿지 않습니다.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from .source_entry import MIB, Bounds, Entry, bad_name, read_entry, tidy

_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError)


def read_zip(path: Path, zone: ZoneInfo, bounds: Bounds) -> Iterator[Entry]:
    """zip 안의 파일들을 차례로 냅니다. 통째로 거절할 것이면 까닭 하나만 냅니다."""
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
    except (*_BROKEN, NotImplementedError, OverflowError) as error:
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
        # 같은 바이트를 여러 파일이 함께 가리키면 작은 zip이 한없이 커집니다.
        if info.header_offset + 30 + info.compress_size > end:
            return "zip_overlap", ""
    return "", ""


def zip_name(info: zipfile.ZipInfo) -> str:
    """zip 안의 이름. UTF-8 표시가 없으면 UTF-8, CP949의 차례로 읽어 봅니다."""
    # zipfile은 UTF-8 표시가 없으면 cp437로 읽습니다. 한글 윈도우의 zip은 cp949입니다.
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
            # 적힌 크기를 믿지 않고 한계보다 한 바이트만 더 읽어 봅니다.
            data = stream.read(bounds.file_bytes + 1)
    except (*_BROKEN, OSError, RuntimeError) as error:
        return Entry(name, time, reason="zip_broken", detail=type(error).__name__)
    return read_entry(name, time, data, bounds)


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
    """zip에 적힌 시각.

    시간대가 없으므로 학급의 시간대로 읽습니다. 1980-01-01은 '모름'입니다.
    """
    try:
        time = datetime(*info.date_time, tzinfo=zone)
    except ValueError:
        return None
    return None if time.year <= 1980 else time
