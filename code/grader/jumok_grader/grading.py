"""노트북 하나를 값으로 채점합니다.

검사와 정답은 이 프로세스에, 학생의 코드는 일꾼 프로세스에 있습니다.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from .notebook.master import Master, read_master
from .notebook.matching import find_answers, match_answers
from .notebook.notebooks import Cell, read_cells, shown
from .results import Result
from .run import Run
from .worker.session import Session
from .worker.stopwatch import TimeLimits


def grade_notebook(path: Path, master_path: Path, **options) -> Result:
    """노트북 파일을 채점합니다.

    읽을 수 없거나 문제 칸이 온전하지 않으면 BadNotebook을 냅니다.
    """
    result = grade_cells(read_cells(path), read_master(master_path), **options)
    result.notebook = shown(path.name)
    return result


def grade_cells(
    cells: list[Cell],
    master: Master,
    *,
    only: set[str] | None = None,
    seed: int | None = None,
    session: Session | None = None,
    limits: TimeLimits | None = None,
    strict: bool = True,
) -> Result:
    """칸들을 채점합니다.

    only를 주면 그 문제만 보고, session을 주면 그 일꾼(과 격리)을 씁니다.

    strict이면 답 칸이 지워지거나 겹친 노트북을 거절하고, 아니면 그 문제만 0점으로
    합니다.
    """
    started = time.monotonic()
    if strict:
        answers, troubles = match_answers(master, cells), {}
    else:
        answers, troubles = find_answers(master, cells)
    own = session or Session(limits)
    own.clear()
    # 숨은 검사의 입력을 미리 알 수 없도록 채점할 때마다 새로 뽑습니다.
    seed = secrets.randbits(63) if seed is None else seed
    # 준비 칸이 그림 창을 띄우지 않게 합니다.
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        run = Run(master, cells, answers, own, seed)
        results = run.grade(only, troubles)
    finally:
        if session is None:
            own.close()
    return Result(
        master.slug,
        master.title,
        "",
        results,
        round(time.monotonic() - started, 2),
        seed,
    )
