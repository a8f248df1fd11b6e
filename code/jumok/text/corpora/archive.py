"""tar.gz를 디스크에 풀지 않고 차례로 읽습니다.

위험한 것이 들어 있으면 통째로 물리칩니다.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from .errors import CorpusError

_LARGEST = 64 * 2**20  # 우리가 읽는 파일은 커야 몇 MB입니다. 압축 폭탄을 막습니다.


def read_members(path: Path, wanted: str) -> Iterator[tuple[str, bytes]]:
    """맨 위 폴더를 뺀 이름이 wanted(정규식)에 맞는 파일의 (이름, 내용)을 차례로 냅니다.

    바깥을 가리키는 이름이나 링크가 하나라도 있으면 CorpusError입니다.
    """
    pattern = re.compile(wanted)
    try:
        # 되감지 않고 차례로 읽으므로(r|gz) 큰 묶음도 메모리를 쓰지 않습니다.
        with tarfile.open(path, "r|gz") as tar:
            for member in tar:
                name = _safe_name(member, path)
                if not pattern.fullmatch(name) or member.isdir():
                    continue
                if not member.isfile() or member.size > _LARGEST:
                    raise CorpusError(
                        f"{path.name}: 보통 파일이 아니거나 너무 큰 것이 있습니다: "
                        f"{name}"
                    )
                yield name, tar.extractfile(member).read()
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise CorpusError(f"{path.name}: 압축 파일이 깨졌습니다 ({error}).") from error


def _safe_name(member: tarfile.TarInfo, path: Path) -> str:
    """맨 위 폴더를 뺀 이름.

    풀었다면 폴더 바깥에 쓰거나 바깥을 가리킬 것이면 CorpusError.
    """
    # 링크는 풀리지 않아도, 가리키는 곳까지 보아 위험한 묶음을 물리칩니다.
    targets = [member.name]
    if member.issym():
        targets.append(str(PurePosixPath(member.name).parent / member.linkname))
    elif member.islnk():
        targets.append(member.linkname)
    absolute = any(
        re.match(r"[/\\]|[A-Za-z]:", name) for name in (member.name, member.linkname)
    )
    if absolute or any(_escapes(name) for name in targets):
        shown = f"{member.name} → {member.linkname}" if member.linkname else member.name
        raise CorpusError(
            f"{path.name}: 폴더 바깥을 가리키는 위험한 이름이 들어 있습니다: {shown}"
        )
    return member.name.removeprefix("./").partition("/")[2] or member.name


def _escapes(name: str) -> bool:
    depth = 0
    for part in re.split(r"[/\\]", name):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return False
