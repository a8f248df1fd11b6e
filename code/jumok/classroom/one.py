"""노트북 하나를 채점하는 이음매. 학급의 모든 채점은 `grade_one` 하나를 지납니다.

격리(bubblewrap 등)를 켜는 선택이 생기면 `_result` 안의 부름만 바꾸면 됩니다.
"""

from __future__ import annotations

import base64
import tempfile
import time
from pathlib import Path

ISOLATED = False  # 격리를 켠 다음 True로 바꾸면 `jumok class grade`의 경고가 없어집니다.


def task_of(
    sha256: str, slug: str, notebook: bytes, master: bytes, questions: list[str] | None, seconds: float
) -> dict:
    """다른 프로세스나 다른 컴퓨터로 보낼 일감. JSON으로 옮길 수 있는 값만 들어 있습니다."""
    return {
        "sha256": sha256, "slug": slug, "questions": questions, "seconds": seconds,
        "notebook": base64.b64encode(notebook).decode(), "master": base64.b64encode(master).decode(),
    }  # fmt: skip


def grade_one(task: dict) -> dict:
    """일감 하나를 채점합니다. 점수이든 까닭이든 반드시 사전 하나를 돌려줍니다."""
    from ..course.notebooks import BadNotebook

    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="jumok-class-") as folder:
            outcome = _result(Path(folder), task)
    except BadNotebook as error:
        text = str(error).replace(folder, "").replace(f"/{task['slug']}.ipynb", "노트북")
        outcome = {"state": "refused", "reason": "bad_notebook", "message": text}
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        outcome = {"state": "refused", "reason": "grader_error", "message": message}
    return outcome | {"seconds": round(time.monotonic() - started, 2)}


def _result(folder: Path, task: dict) -> dict:
    """학생 코드는 grade_notebook이 띄우는 따로 된 일꾼 프로세스에서, 시간의 한계 안에서만 돕니다.

    grade_cells의 only는 학생이 더한 칸을 건너뛰어 점수가 달라질 수 있으므로, 모두 채점하고 고릅니다.
    """
    from ..course.grading import grade_notebook
    from ..course.session import Limits

    work, masters = folder / f"{task['slug']}.ipynb", folder / "master" / f"{task['slug']}.ipynb"
    masters.parent.mkdir()
    work.write_bytes(base64.b64decode(task["notebook"]))
    masters.write_bytes(base64.b64decode(task["master"]))
    limits = Limits(total=min(Limits().total, task["seconds"]))
    result = grade_notebook(work, masters, limits=limits).to_dict()
    wanted = task["questions"]
    kept = [item for item in result["questions"] if wanted is None or item["id"] in wanted]
    return {"state": "done", "questions": kept}
