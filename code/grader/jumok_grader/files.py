"""파일을 안전하게 씁니다: 다 쓴 다음에 이름을 붙입니다."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """옆에 임시 파일을 내어 주고, 탈 없이 다 썼으면 path로 이름을 바꿉니다.

    도중에 멈추면 옛 파일이 남습니다.

    이름을 바꾸기 전에 디스크까지 내려 쓰므로, 전원이 나가도 반만 쓴 파일이 path에
    놓이지 않습니다.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}-", suffix=".tmp"
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "rb+") as stream:
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, text: str) -> None:
    """글을 UTF-8로 씁니다. 도중에 멈추어도 옛 파일이 남습니다."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def file_sha256(path: Path) -> str:
    """파일 내용의 SHA-256을 16진수로 돌려줍니다."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
