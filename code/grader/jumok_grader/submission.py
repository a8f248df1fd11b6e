"""남이 낸 노트북 하나를 채점합니다.

무엇이 들어 있든 점수나 이름 붙인 까닭 하나로 끝납니다.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from .grading import grade_cells
from .notebook.master import Master
from .notebook.notebooks import BadNotebook, read_cells, shown
from .results import Result
from .sandbox.isolation import Isolation
from .text_table import clean
from .worker.fork_client import ForkServerError
from .worker.session import Session, WorkerMissing
from .worker.stopwatch import TimeLimits

REASONS = {
    "": "채점함",
    "bad_notebook": "채점할 수 없는 노트북",
    "grader_error": "채점기의 오류",
}


@dataclass(frozen=True)
class Outcome:
    """제출물 하나를 채점한 끝.

    result(점수)가 있거나, reason(REASONS의 열쇠)과 message(까닭)가 있습니다.

    peak_bytes는 갇힌 일꾼이 가장 많이 쓴 메모리이고, 재지 않았으면 0입니다.
    """

    result: Result | None
    reason: str = ""
    message: str = ""
    peak_bytes: int = 0


def grade_submission(
    path: Path,
    master: Master,
    isolation: Isolation,
    *,
    limits: TimeLimits | None = None,
    seed: int | None = None,
) -> Outcome:
    """제출물을 격리해 채점합니다. 학생이 낸 것 때문에 오류를 내지 않습니다.

    링크는 따라가지 않고, 답 칸이 없거나 겹친 문제만 0점으로 합니다. seed는
    secret_seed로 만듭니다. 이 컴퓨터에서 격리를 쓸 수 없으면 IsolationError, 일꾼이
    뜨지 않으면 ForkServerError나 WorkerMissing을 냅니다. 그것은 학생의 성적이 될 수
    없습니다.
    """
    isolation.ensure()
    session = Session(limits, isolation)
    try:
        cells = read_cells(path, follow_links=False)
        result = grade_cells(cells, master, seed=seed, session=session, strict=False)
    except BadNotebook as bad:
        return Outcome(None, "bad_notebook", str(bad), session.peak)
    # 이 컴퓨터의 문제입니다. 학생의 성적으로 적지 않고 위로 알립니다.
    except (ForkServerError, WorkerMissing):
        raise
    except Exception as error:
        # 학생이 채점기의 잘못을 찾아냈더라도 반의 채점은 이어집니다.
        message = (
            f"채점하다가 멈추었습니다 ({type(error).__name__}: "
            f"{clean(str(error))[:300]})."
        )
        return Outcome(None, "grader_error", message, session.peak)
    finally:
        session.close()
    result.notebook = shown(path.name)
    return Outcome(result, peak_bytes=session.peak)


def secret_seed(secret: bytes, *parts: str) -> int:
    """비밀과 (학생, 장, 내용의 해시 따위)에서 나온 난수 씨앗.

    비밀을 모르면 짐작할 수 없습니다.
    """
    if len(secret) < 16:
        raise ValueError(
            "비밀은 16바이트 이상이어야 합니다. secrets.token_bytes(32)로 만드세요."
        )
    text = "\0".join(f"{len(part)}:{part}" for part in parts).encode(
        "utf-8", "surrogatepass"
    )
    return int.from_bytes(hmac.digest(secret, text, hashlib.sha256)[:8]) >> 1
