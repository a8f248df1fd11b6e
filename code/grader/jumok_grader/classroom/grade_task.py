"""노트북 하나를 채점하는 이음매. 학급의 모든 채점은 `grade_task` 하나를 지납니다.

일감에는 격리의 이름과 난수의 씨앗이 함께 갑니다. 격리는 채점하는 프로세스가(여러
컴퓨터이면 그 컴퓨터가) 스스로 확인하고, 쓸 수 없으면 성적 대신 '멈춤'으로 답합니다.
저절로 약해지는 일은 없습니다.
"""

from __future__ import annotations

import base64
import tempfile
import time
from pathlib import Path

from ..sandbox.isolation import Isolation, IsolationError, class_isolation

_AGAIN = 2  # 컴퓨터는 멀쩡한데 일꾼이 뜨지 않은 제출물을 다시 해 보는 수


def task_of(
    sha256: str,
    slug: str,
    notebook: bytes,
    master: bytes,
    questions: list[str] | None,
    seconds: float,
    *,
    isolation: str = "bwrap",
    seed: int | None = None,
    hidden: tuple[Path, ...] = (),
) -> dict:
    """다른 프로세스나 다른 컴퓨터로 보낼 일감.

    JSON으로 옮길 수 있는 값만 들어 있습니다.

    seed는 학급의 비밀에서 나온 이 제출물만의 씨앗입니다. 비밀은 일감에 넣지 않습니다.
    """
    return {
        "sha256": sha256,
        "slug": slug,
        "questions": questions,
        "seconds": seconds,
        "notebook": base64.b64encode(notebook).decode(),
        "master": base64.b64encode(master).decode(),
        "isolation": isolation,
        "seed": seed,
        "hidden": [str(path) for path in hidden],
    }


def prepare(kind: str) -> dict:
    """돕는 프로세스가 뜰 때 한 번 무거운 꾸러미를 미리 부릅니다.

    그 시간을 학생의 시간으로 치지 않으려는 것입니다.

    격리할 수 없으면 '멈춤'을, 아니면 빈 사전을 돌려줍니다.
    """
    from ..worker.fork_client import ForkServerError, fork_client_for

    try:
        isolation = class_isolation(kind)
        if isolation.separates:
            fork_client_for(isolation)
    except (IsolationError, ForkServerError) as error:
        return _stop(error)
    return {}


def grade_task(task: dict) -> dict:
    """일감 하나를 채점합니다.

    점수이든 까닭이든, 컴퓨터의 문제이든 반드시 사전 하나를 돌려줍니다.
    """
    from ..notebook.notebooks import BadNotebook
    from ..worker.fork_client import ForkServerError
    from ..worker.session import WorkerMissing

    started, folder = time.monotonic(), ""
    try:
        with tempfile.TemporaryDirectory(prefix="jumok-class-") as folder:
            outcome = _result(Path(folder), task)
    except (IsolationError, ForkServerError, WorkerMissing) as error:
        return _stop(error)
    except OSError as error:
        return _stop(f"임시 폴더에 쓰지 못했습니다: {error}")
    except BadNotebook as error:
        outcome = _refused("bad_notebook", str(error))
    except Exception as error:
        outcome = _refused("grader_error", f"{type(error).__name__}: {error}")
    if folder and "message" in outcome:
        said = outcome["message"].replace(f"{folder}/{task['slug']}.ipynb", "노트북")
        outcome["message"] = said.replace(folder, "")
    return outcome | {"seconds": round(time.monotonic() - started, 2)}


def _stop(error: Exception | str) -> dict:
    """학생이 아니라 이 컴퓨터의 문제. 성적이 될 수 없으므로 채점을 멈춥니다."""
    return {"state": "stop", "message": str(error)}


def _refused(reason: str, message: str) -> dict:
    return {"state": "refused", "reason": reason, "message": message}


def _result(folder: Path, task: dict) -> dict:
    """일감을 임시 폴더에 풀어 채점합니다.

    학생의 코드는 grade_submission이 띄우는 갇힌 일꾼에서만 돕니다.

    grade_cells의 only는 학생이 더한 칸을 건너뛰어 점수가 달라질 수 있으므로, 모두
    채점하고 고릅니다.
    """
    from ..notebook.master import read_master

    work = folder / f"{task['slug']}.ipynb"
    masters = folder / "master" / f"{task['slug']}.ipynb"
    masters.parent.mkdir()
    work.write_bytes(base64.b64decode(task["notebook"]))
    masters.write_bytes(base64.b64decode(task["master"]))
    hidden = (folder, *map(Path, task["hidden"]))
    isolation = class_isolation(task["isolation"], hidden=hidden)
    outcome = _graded(work, read_master(masters), isolation, task)
    if outcome is None:
        return _refused(
            "grader_error", "이 제출물을 채점할 때마다 일꾼이 뜨지 않았습니다."
        )
    if outcome.result is None:
        return _refused(outcome.reason, outcome.message)
    wanted = task["questions"]
    found = outcome.result.to_dict()["questions"]  # 씨앗은 돌려주지 않습니다.
    kept = [item for item in found if wanted is None or item["id"] in wanted]
    return {"state": "done", "questions": kept, "peak_bytes": outcome.peak_bytes}


def _graded(
    work: Path, master: object, isolation: Isolation, task: dict
) -> object | None:
    """채점한 Outcome. 일꾼이 뜨지 않으면 컴퓨터를 확인하고 다시 해 봅니다.

    그래도 안 되면 None입니다.
    """
    from ..submission import grade_submission
    from ..worker.fork_client import ForkServerError
    from ..worker.session import WorkerMissing
    from ..worker.stopwatch import TimeLimits

    most = task["seconds"]
    limits = TimeLimits(
        total=min(TimeLimits().total, most), wall=min(TimeLimits().wall, most)
    )
    for _ in range(_AGAIN):
        try:
            return grade_submission(
                work, master, isolation, limits=limits, seed=task["seed"]
            )
        except (ForkServerError, WorkerMissing):
            _check_machine(isolation)
    return None


def _check_machine(isolation: Isolation) -> None:
    """아무것도 하지 않는 일꾼을 띄워 봅니다.

    뜨지 않으면 이 컴퓨터의 문제이므로 그 오류가 그대로 나갑니다.
    """
    from ..worker.session import Session

    session = Session(isolation=isolation)
    try:
        session.run("<확인>", "")
    finally:
        session.close()
