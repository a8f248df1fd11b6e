"""할 일 세우기: 판이 바뀌었거나 아직 채점하지 않은 제출물을 대기열에 넣습니다."""

from __future__ import annotations

import json

import sqlalchemy as sa

from .store import jobs, lock, results, submissions, upsert
from .versions import Exercise


def plan(
    engine: sa.Engine,
    exercises: dict[str, Exercise],
    only: set[str] | None = None,
    again: bool = False,
) -> int:
    """판이 바뀌었거나 아직 채점하지 않은 것을 할 일로 세우고, 그 수를 돌려줍니다."""
    with engine.begin() as connection:
        # 두 채점기가 함께 세우면 같은 일을 두 번 적을 수 있습니다.
        lock(connection)
        if again:
            _forget(connection, exercises, only)
        pairs = connection.execute(
            sa.select(submissions.c.sha256, submissions.c.chapter).distinct()
        ).all()
        old = {
            (row["sha256"], row["chapter"]): row
            for row in connection.execute(sa.select(jobs)).mappings()
        }
        have = {
            tuple(row)
            for row in connection.execute(sa.select(*results.primary_key.columns))
        }
        rows = []
        for sha256, chapter in pairs:
            if chapter in exercises:
                todo = _todo(exercises[chapter], sha256, chapter, have, only)
                row = old.get((sha256, chapter))
                if todo and not _settled(row, exercises[chapter], todo):
                    rows.append(_waiting(sha256, chapter, exercises[chapter], todo))
        upsert(jobs, connection, rows)
        return len(rows) + _unfinished(connection, rows)


def _todo(
    exercise: Exercise, sha256: str, chapter: str, have: set, only: set[str] | None
) -> list[str]:
    left = [
        question
        for question, version in exercise.versions.items()
        if (sha256, chapter, question, version) not in have
    ]
    return [question for question in left if only is None or question in only]


def _settled(row: sa.RowMapping | None, exercise: Exercise, todo: list[str]) -> bool:
    """같은 판을 이미 거절했거나, 누가 맡아서 하고 있는 일인지."""
    if row is None or row["version"] != exercise.version:
        return False
    return row["state"] != "done" and row["questions"] == _listed(exercise, todo)


def _listed(exercise: Exercise, todo: list[str]) -> str:
    return json.dumps(None if len(todo) == len(exercise.versions) else todo)


def _waiting(sha256: str, chapter: str, exercise: Exercise, todo: list[str]) -> dict:
    return {
        "sha256": sha256,
        "chapter": chapter,
        "version": exercise.version,
        "questions": _listed(exercise, todo),
        "state": "waiting",
        "owner": None,
        "lease_until": 0.0,
        "attempts": 0,
        "reason": "",
        "message": "",
    }


def _unfinished(connection: sa.Connection, rows: list[dict]) -> int:
    """앞서 세웠지만 아직 마치지 못한 일의 수."""
    mine = {(row["sha256"], row["chapter"]) for row in rows}
    left = sa.select(jobs.c.sha256, jobs.c.chapter).where(
        jobs.c.state.in_(("waiting", "claimed"))
    )
    return sum(tuple(key) not in mine for key in connection.execute(left))


def _forget(
    connection: sa.Connection, exercises: dict[str, Exercise], only: set[str] | None
) -> None:
    """지금 판의 결과를 지워 다시 채점하게 합니다."""
    for chapter, exercise in exercises.items():
        for question, version in exercise.versions.items():
            if only is None or question in only:
                where = (results.c.chapter == chapter) & (
                    results.c.question == question
                )
                connection.execute(
                    sa.delete(results).where(where, results.c.version == version)
                )
        refused = (jobs.c.chapter == chapter) & (jobs.c.state == "refused")
        connection.execute(sa.delete(jobs).where(refused))
