"""자료를 두는 폴더, 한 번에 한 프로세스만 쓰게 하는 자물쇠, 반쪽을 남기지 않는 쓰기."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from .errors import CorpusError

CACHE_VARIABLE = "JUMOK_DATA"


def cache_folder(folder: str | Path | None = None) -> Path:
    """자료를 두는 폴더. 인자, 환경 변수 JUMOK_DATA, 사용자의 캐시의 차례로 정합니다."""
    chosen = folder or os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    # Windows에서 만든 사람의 이름과 Cache를 덧붙이지 않고 LOCALAPPDATA\jumok에 둡니다.
    return user_cache_path("jumok", appauthor=False, opinion=False)


@contextmanager
def writing(what: Path) -> Iterator[None]:
    """쓰다가 난 OSError를 까닭과 할 일이 있는 CorpusError로 바꿉니다."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise CorpusError(
                f"디스크가 가득 차서 쓰지 못했습니다: {what}\n  자리를 비우거나, "
                f"다른 폴더를 --cache 나 환경 변수 {CACHE_VARIABLE}로 알려 주세요."
            ) from error
        raise CorpusError(
            f"쓰지 못했습니다: {what} ({error.strerror or error})\n  쓸 수 있는 "
            f"폴더를 --cache 나 환경 변수 {CACHE_VARIABLE}로 알려 주세요."
        ) from error


@contextmanager
def locked(cache: Path, say: Callable[[str], None] = print) -> Iterator[None]:
    """캐시를 혼자 쓰는 동안. 다른 프로세스가 쓰고 있으면 끝날 때까지 기다립니다."""
    with writing(cache):
        cache.mkdir(parents=True, exist_ok=True)
        # 쓸 수 없는 폴더인지 먼저 봅니다. 자물쇠는 잠길 때까지 되풀이하며 기다립니다.
        (cache / ".lock").touch()
        lock = FileLock(cache / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say("다른 프로세스가 자료를 받고 있습니다. 끝날 때까지 기다립니다.")
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """임시 폴더를 주고, 탈 없이 끝나면 target으로 이름을 바꿉니다. 탈이 나면 지웁니다.

    자물쇠를 쥔 채로 부릅니다. 전에 죽은 프로세스가 남긴 임시 폴더도 지웁니다.
    """
    for left in target.parent.glob(f".{target.name}-*.tmp"):
        shutil.rmtree(left, ignore_errors=True)
    with writing(target):
        folder = Path(
            tempfile.mkdtemp(
                prefix=f".{target.name}-", suffix=".tmp", dir=target.parent
            )
        )
    try:
        with writing(target):
            yield folder
            # mkdtemp의 폴더는 만든 사람만 봅니다. 자료는 함께 쓸 수 있게 엽니다.
            folder.chmod(0o755)
            if target.exists():
                shutil.rmtree(target)
            folder.replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
