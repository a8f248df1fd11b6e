"""무엇을 어떤 차례로 점검하는지.

빠른 것을 먼저, torch를 불러오는 것을 마지막에 합니다.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from . import accelerator, book, machine, python
from .report import BAD, Check, Result


def checklist(start: Path | None = None) -> list[Check]:
    """start(없으면 지금 폴더)를 기준으로 한 점검들.

    폴더는 점검할 때마다 새로 찾습니다.
    """
    root = partial(_root, start)
    return [
        Check("python", "파이썬", python.python_version),
        Check("packages", "꾸러미", lambda: python.packages(root())),
        Check("console", "콘솔 글자", python.console),
        Check("memory", "메모리", machine.memory),
        Check("disk", "디스크", lambda: machine.disk(_spacious())),
        Check("write", "쓰기", lambda: machine.writable(_writing(root()))),
        Check("paths", "경로", lambda: machine.paths(_walked(root()))),
        Check("course", "책 파일", lambda: _course(start, root())),
        Check("kernel", "Jupyter", book.kernel),
        Check("font", "한글 글꼴", book.font),
        Check("torch", "torch", lambda: accelerator.torch_works(root())),
        Check("gpu", "GPU", accelerator.gpu_works),
    ]


def data_folder() -> Path:
    """자료를 두는 폴더. 꾸러미가 없어 묻지 못하면 JUMOK_DATA나 ~/.cache로 봅니다."""
    try:
        from ..text.corpora.cache import cache_folder

        return cache_folder()
    except ImportError:
        return Path(
            os.environ.get("JUMOK_DATA") or Path.home() / ".cache" / "jumok"
        ).expanduser()


def _root(start: Path | None) -> Path | None:
    return book.find_root(start or Path.cwd())


def _course(start: Path | None, root: Path | None) -> Result:
    if start is not None and not start.is_dir():
        return Result(
            BAD, f"--course로 준 폴더가 없습니다: {start}.", "경로를 다시 보세요."
        )
    return book.course_files(root)


def _spacious() -> dict[str, Path]:
    return {
        "지금 폴더": Path.cwd(),
        "자료 폴더": data_folder(),
        "임시 폴더": Path(tempfile.gettempdir()),
    }


def _writing(root: Path | None) -> dict[str, Path]:
    # 채점 결과(grades/)와 학습(runs/)도 책 폴더나 지금 폴더에 씁니다.
    return {"지금 폴더": Path.cwd(), "자료 폴더": data_folder()} | (
        {"책 폴더": root} if root else {}
    )


def _walked(root: Path | None) -> dict[str, Path]:
    places = {
        "지금 폴더": Path.cwd(),
        "자료 폴더": data_folder(),
        "Python": Path(sys.prefix),
    }
    return places | ({"책 폴더": root} if root and root != Path.cwd() else {})
