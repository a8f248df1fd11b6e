"""채점의 대기열: 할 일을 하나씩 맡기고(lease), 결과를 한 번에 적습니다.

맡은 이가 죽어도 맡은 기간이 끝나면 다른 이가 이어받습니다. 결과와 '마침'은 한
거래(transaction)로 적으므로, 언제 죽어도 반만 적힌 제출물이 없고, 두 이가 같은 것을
마쳐도 먼저 적은 것 하나만 남습니다.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from .reasons import GRADERS_FAULT
from .store import jobs, lock, results, upsert
from .versions import Exercise

MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Job:
    """맡은 일 하나: 내용의 해시, 장, 채점할 문제들(None이면 모두)."""

    sha256: str
    chapter: str
    version: str
    questions: list[str] | None


def owner_name() -> str:
    """맡은 이의 이름: 컴퓨터, 프로세스 번호, 난수."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def retry_refused(engine: sa.Engine) -> int:
    """채점기나 컴퓨터 탓으로 점수를 받지 못한 것을 다시 할 일로 돌립니다."""
    ours = jobs.c.reason.in_(GRADERS_FAULT)
    with engine.begin() as connection:
        return connection.execute(
            sa.delete(jobs).where(jobs.c.state == "refused", ours)
        ).rowcount


def release_dead(engine: sa.Engine) -> int:
    """이 컴퓨터에서 죽은 채점기가 맡은 일을 놓아 줍니다.

    다른 컴퓨터의 것은 기간이 끝나기를 기다립니다.
    """
    here = socket.gethostname()
    with engine.begin() as connection:
        owners = connection.execute(
            sa.select(jobs.c.owner).where(jobs.c.state == "claimed").distinct()
        ).scalars()
        # 프로세스 번호는 이 컴퓨터의 것만 확인할 수 있습니다.
        dead = [owner for owner in owners if owner and _is_dead(owner, here)]
        if not dead:
            return 0
        free = sa.update(jobs).where(jobs.c.state == "claimed", jobs.c.owner.in_(dead))
        return connection.execute(
            free.values(state="waiting", owner=None, lease_until=0.0)
        ).rowcount


def _is_dead(owner: str, here: str) -> bool:
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != here or not pid.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def claim(engine: sa.Engine, owner: str, most: int, seconds: float) -> list[Job]:
    """할 일을 most개까지 맡습니다. 두 채점기가 함께 불러도 하나는 한 이만 맡습니다."""
    now = time.time()
    free = (jobs.c.state == "waiting") | (
        (jobs.c.state == "claimed") & (jobs.c.lease_until < now)
    )
    got = []
    with engine.begin() as connection:
        lock(connection)
        found = (
            sa.select(jobs)
            .where(free)
            .order_by(jobs.c.chapter, jobs.c.sha256)
            .limit(most)
        )
        for row in connection.execute(found).mappings().all():
            mine = sa.update(jobs).where(free, *_is(row["sha256"], row["chapter"]))
            # 맡을 때마다 채점기를 죽이는 제출물이 반 전체를 막지 못하게 합니다.
            if row["attempts"] >= MAX_ATTEMPTS:
                message = (
                    f"{MAX_ATTEMPTS}번 맡겼습니다. --retry 로 다시 맡길 수 있습니다."
                )
                connection.execute(
                    mine.values(state="refused", reason="grader_lost", message=message)
                )
                continue
            values = {"state": "claimed", "owner": owner, "lease_until": now + seconds}
            if (
                connection.execute(
                    mine.values(attempts=jobs.c.attempts + 1, **values)
                ).rowcount
                == 1
            ):
                questions = json.loads(row["questions"])
                got.append(
                    Job(row["sha256"], row["chapter"], row["version"], questions)
                )
    return got


def _is(sha256: str, chapter: str) -> tuple:
    return jobs.c.sha256 == sha256, jobs.c.chapter == chapter


def renew(engine: sa.Engine, owner: str, seconds: float) -> None:
    """맡은 기간을 늘립니다. 차례를 기다리는 일이 남의 것이 되지 않게 합니다."""
    mine = sa.update(jobs).where(jobs.c.owner == owner, jobs.c.state == "claimed")
    with engine.begin() as connection:
        connection.execute(mine.values(lease_until=time.time() + seconds))


def give_back(engine: sa.Engine, owner: str) -> None:
    """맡았지만 마치지 못한 일을 놓습니다.

    스스로 놓은 것은 맡은 횟수로 치지 않습니다.
    """
    mine = sa.update(jobs).where(jobs.c.owner == owner, jobs.c.state == "claimed")
    back = {
        "state": "waiting",
        "owner": None,
        "lease_until": 0.0,
        "attempts": jobs.c.attempts - 1,
    }
    with engine.begin() as connection:
        connection.execute(mine.values(**back))


def finish(
    engine: sa.Engine, owner: str, job: Job, exercise: Exercise, outcome: dict
) -> bool:
    """결과와 '마침'을 한 거래로 적습니다.

    그 사이에 남의 일이 되었으면 적지 않고 False를 돌려줍니다.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    state = "done" if outcome["state"] == "done" else "refused"
    values = {
        "state": state,
        "reason": outcome.get("reason", ""),
        "message": _clean(outcome.get("message", "")),
        "graded_at": now,
        "seconds": outcome.get("seconds"),
        "owner": None,
        "lease_until": 0.0,
    }
    mine = sa.update(jobs).where(*_is(job.sha256, job.chapter), jobs.c.owner == owner)
    with engine.begin() as connection:
        if (
            connection.execute(
                mine.where(jobs.c.state == "claimed").values(**values)
            ).rowcount
            != 1
        ):
            return False
        upsert(
            results, connection, list(_rows(job, exercise, outcome, now)), replace=False
        )
    return True


def _rows(job: Job, exercise: Exercise, outcome: dict, now: str) -> Iterable[dict]:
    texts = ("title", "status", "mistake", "name", "message", "detail", "output")
    for item in outcome.get("questions", []):
        if item["id"] not in exercise.versions:
            continue
        yield {
            "sha256": job.sha256,
            "chapter": job.chapter,
            "question": item["id"],
            "version": exercise.versions[item["id"]],
            "points": float(item["points"]),
            "max_points": float(item["max_points"]),
            "graded_at": now,
        } | {key: _clean(item.get(key, "")) for key in texts}


def _clean(text: object) -> str:
    """PostgreSQL이 받지 않는 NUL과 짝 없는 글자를 뺍니다."""
    return str(text).replace("\0", "").encode("utf-8", "replace").decode("utf-8")
