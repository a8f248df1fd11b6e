"""오래 걸리는 준비물을 한 번만 만들어 일꾼들이 나누어 쓰기."""

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def make_once(target: Path, make: Callable[[Path], object]) -> Path:
    """target이 없으면 make(target)으로 만듭니다. 만들다 멈춘 것은 남기지 않습니다."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.exists():
            return target
        try:
            make(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    return target
