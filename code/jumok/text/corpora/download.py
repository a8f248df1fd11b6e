"""공식 주소나 거울에서 파일을 받습니다.

받다 만 것은 이어받고, 해시를 확인하고, 반쯤 받은 파일은 제자리에 놓지 않습니다.
"""

from __future__ import annotations

import http.client
import os
import re
import time
import urllib.error
import urllib.request
from io import BufferedReader
from pathlib import Path
from typing import IO

from ... import __version__
from .cache import writing
from .errors import CorpusError
from .sources import Source

MIRROR_VARIABLE = "JUMOK_MIRROR"
_CHUNK = 1 << 16
_ATTEMPTS = 3
_PAUSE = 1.0  # 초. 끊긴 다음 이만큼, 그다음에는 두 배를 기다립니다.
_TIMEOUT = 30.0
_DROPPED = (http.client.HTTPException, ConnectionError, TimeoutError)
_Stream = BufferedReader | http.client.HTTPResponse


class _Dropped(Exception):
    """연결이 중간에 끊겼습니다. 다시 하면 될 수 있습니다."""


def download(source: Source, cache: Path, mirror: str | None = None) -> Path:
    """파일을 cache/downloads/HOST/PATH에 받고 그 자리를 돌려줍니다.

    이미 있고 맞으면 받지 않습니다. mirror는 폴더나 주소입니다. mirror/HOST/PATH가
    https://HOST/PATH를 대신합니다.
    """
    target = cache / "downloads" / source.path
    if target.is_file():
        if _mismatch(source, target) is None:
            return target
        target.unlink()
    part = target.with_name(f"{target.name}.part")
    with writing(part):
        part.parent.mkdir(parents=True, exist_ok=True)
    resumed = part.is_file() and part.stat().st_size > 0
    _transfer(source, part, mirror)
    reason = _mismatch(source, part)
    if (
        reason and resumed
    ):  # 이어 붙인 앞부분이 옛것일 수 있으므로 한 번은 처음부터 받습니다.
        part.unlink()
        _transfer(source, part, mirror)
        reason = _mismatch(source, part)
    if reason:
        part.unlink()
        raise CorpusError(
            f"받은 파일이 알려진 것과 다릅니다: {_address(source, mirror)}\n"
            f"  {reason}\n  받은 것은 지웠습니다. 다시 해도 같으면 "
            "주소의 파일이 바뀐 것이니 책의 저장소에 알려 주세요."
        )
    with writing(target):
        part.replace(target)
    return target


def _mismatch(source: Source, path: Path) -> str | None:
    try:
        found = source.measure(path)
    except CorpusError as error:
        return str(error)
    return (
        None
        if found == source.digest
        else f"{source.check}: {found}\n  알려진 것: {source.digest}"
    )


def _is_url(mirror: str) -> bool:
    return re.match(r"https?://", mirror) is not None


def _address(source: Source, mirror: str | None) -> str:
    if not mirror:
        return source.url
    return (
        f"{mirror.rstrip('/')}/{source.path}"
        if _is_url(mirror)
        else str(Path(mirror).expanduser() / source.path)
    )


def _transfer(source: Source, part: Path, mirror: str | None) -> None:
    address = _address(source, mirror)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            if mirror and not _is_url(mirror):
                _copy(Path(address), part, source)
            else:
                _get(address, part, source, bool(mirror))
            return
        except _Dropped as error:
            if attempt == _ATTEMPTS:
                raise CorpusError(
                    f"받다가 끊겼습니다: {address}\n  {error}\n"
                    "  같은 명령을 다시 부르면 이어서 받습니다."
                ) from error
            time.sleep(_PAUSE * attempt)


def _copy(origin: Path, part: Path, source: Source) -> None:
    try:
        stream = origin.open("rb")
    except OSError as error:
        raise CorpusError(
            _missing(str(origin), source, True, error.strerror or "")
        ) from error
    with stream:
        _save(stream, part, 0, origin.stat().st_size)


def _get(address: str, part: Path, source: Source, mirrored: bool) -> None:
    """HTTP로 받습니다. part에 받다 만 것이 있으면 그 뒤만 달라고 합니다."""
    have = part.stat().st_size if part.is_file() else 0
    # 받다 만 것이 있으면 그 뒤만 달라고 합니다. 서버가 못 알아들으면 처음부터 옵니다.
    headers = {"User-Agent": f"jumok/{__version__}"} | (
        {"Range": f"bytes={have}-"} if have else {}
    )
    try:
        response = urllib.request.urlopen(
            urllib.request.Request(address, headers=headers), timeout=_TIMEOUT
        )
    except urllib.error.HTTPError as error:
        with error:
            _refuse(error.code, address, part, source, mirrored)
    except (ValueError, http.client.InvalidURL) as error:
        raise CorpusError(f"주소가 바르지 않습니다: {address} ({error})") from error
    except (urllib.error.URLError, *_DROPPED) as error:
        reason = getattr(error, "reason", error)
        if isinstance(
            reason, TimeoutError | ConnectionResetError | http.client.HTTPException
        ):
            raise _Dropped(f"대답이 없습니다 ({reason})") from error
        raise CorpusError(_no_network(address, reason)) from error
    with response:
        start = _resumed_from(response, have)
        length = response.headers.get("Content-Length")
        _save(response, part, start, start + int(length) if length else None)


def _refuse(
    code: int, address: str, part: Path, source: Source, mirrored: bool
) -> None:
    """오류로 온 대답을 예외로 바꿉니다."""
    if code == 416 and part.is_file():
        part.unlink()
        raise _Dropped("받다 만 파일이 더 깁니다. 처음부터 받습니다.")
    # 바쁜 서버는 기다렸다가 다시 물어봅니다.
    if code == 429 or code >= 500:
        raise _Dropped(f"서버의 대답: {code}")
    raise CorpusError(_missing(address, source, mirrored, f"서버의 대답: {code}"))


def _resumed_from(response: http.client.HTTPResponse, have: int) -> int:
    """서버가 이어서 주면 have, 처음부터 다시 주면 0."""
    first = re.match(r"bytes (\d+)-", response.headers.get("Content-Range") or "")
    return have if response.status == 206 and first and int(first[1]) == have else 0


def _save(stream: _Stream, part: Path, start: int, total: int | None) -> None:
    from tqdm import tqdm

    got = start
    name = re.sub(r"^([0-9a-f]{7})[0-9a-f]{33}", r"\1", part.name.removesuffix(".part"))
    try:
        with writing(part), part.open("r+b" if start else "wb") as file:
            file.seek(start)
            with tqdm(
                total=total,
                initial=start,
                unit="B",
                unit_scale=True,
                desc=name,
                disable=None,
            ) as bar:
                while chunk := _read(stream):
                    write_chunk(file, chunk)
                    got += len(chunk)
                    bar.update(len(chunk))
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
    except CorpusError:
        # 자리가 모자란 디스크에 반쪽을 남겨 두지 않습니다.
        part.unlink(missing_ok=True)
        raise
    if total is not None and got < total:
        raise _Dropped(f"{total:,}바이트 가운데 {got:,}바이트만 왔습니다.")


def write_chunk(file: IO[bytes], chunk: bytes) -> None:
    """받은 조각을 파일에 씁니다."""
    file.write(chunk)


def _read(stream: _Stream) -> bytes:
    try:
        # 온 만큼만. read는 끊길 때 이미 온 것까지 버립니다.
        return stream.read1(_CHUNK)
    except (http.client.HTTPException, OSError) as error:  # ssl의 오류도 OSError입니다
        raise _Dropped(f"{error}") from error


def _missing(address: str, source: Source, mirrored: bool, reason: str) -> str:
    if mirrored:
        return (
            f"거울에 파일이 없습니다: {address} ({reason})\n"
            f"  공식 주소 {source.url} 의 파일을 그 자리에 두거나, 거울 없이 받으세요."
        )
    return (
        f"그 주소에 파일이 없습니다: {address} ({reason})\n"
        "  주소가 바뀌었다면 책의 저장소에 알려 주세요."
    )


def _no_network(address: str, reason: object) -> str:
    return (
        f"연결하지 못했습니다: {address} ({reason})\n"
        "  인터넷이 되는지 보세요. 되지 않는 곳이라면 거울을 쓰세요:\n"
        f"  --mirror 폴더나_주소 또는 환경 변수 {MIRROR_VARIABLE}"
    )
