"""학급 전체를 채점합니다: 맡고, 나누어 주고, 오는 대로 적습니다.

언제 멈추어도 이어서 할 수 있습니다.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from .collect import content_path
from .engines import DaskEngine, LocalEngine
from .grade_task import task_of
from .helper import WORK
from .job_plan import plan
from .job_queue import (
    Job,
    claim,
    finish,
    give_back,
    owner_name,
    release_dead,
    renew,
    retry_refused,
)
from .reasons import BadClass
from .secret import read_secret, seed_of
from .settings import Classroom
from .versions import Exercise, read_exercises


@dataclass
class Graded:
    """이번에 채점한 결과: 까닭마다의 수(점수를 받은 것은 빈 이름)와 걸린 시간."""

    planned: int
    counts: Counter = field(default_factory=Counter)
    seconds: float = 0
    peak_bytes: int = 0  # 갇힌 일꾼 하나가 가장 많이 쓴 메모리. 재지 않았으면 0입니다.

    @property
    def per_minute(self) -> float:
        """1분에 채점한 제출물의 수."""
        return 60 * sum(self.counts.values()) / self.seconds if self.seconds else 0.0


def grade_class(
    classroom: Classroom,
    engine: sa.Engine,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    only: set[str] | None = None,
    again: bool = False,
    retry: bool = False,
    quiet: bool = False,
    work: str = WORK,
    isolation: str = "bwrap",
) -> Graded:
    """할 일을 세우고 끝까지 채점합니다. 다른 채점기와 함께 돌아도 됩니다.

    isolation은 "bwrap"이거나, 선생님이 스스로 고른 "none"입니다. 쓸 수 없으면 아무것도
    적지 않고 멈춥니다.
    """
    exercises, secret = read_exercises(classroom), read_secret(classroom.folder)
    release_dead(engine)
    if retry:
        retry_refused(engine)
    graded = Graded(plan(engine, exercises, only, again))
    if not graded.planned:
        return graded
    started = time.monotonic()
    place = DaskEngine(scheduler, work) if scheduler else LocalEngine(jobs, work)
    loop = _Loop(classroom, engine, exercises, place, owner_name(), isolation, secret)
    try:
        for outcome in _shown(loop.outcomes(), graded.planned, quiet):
            graded.counts[outcome.get("reason", "")] += 1
            graded.peak_bytes = max(graded.peak_bytes, outcome.get("peak_bytes", 0))
    finally:
        place.close()
        give_back(engine, loop.owner)
    graded.seconds = time.monotonic() - started
    return graded


def _shown(outcomes: object, total: int, quiet: bool) -> object:
    """남은 시간을 보이는 진행 막대. 파일로 출력하면 막대를 그리지 않습니다."""
    from tqdm import tqdm

    off = quiet or not sys.stderr.isatty()
    return tqdm(
        outcomes, total=total, desc="채점", unit="개", disable=off, dynamic_ncols=True
    )


class _Loop:
    """맡은 일을 늘 일꾼 수의 두 배까지만 들고 있으면서 하나씩 마칩니다."""

    def __init__(
        self,
        classroom: Classroom,
        engine: sa.Engine,
        exercises: dict[str, Exercise],
        place: object,
        owner: str,
        isolation: str,
        secret: bytes,
    ) -> None:
        self.classroom = classroom
        self.engine = engine
        self.exercises = exercises
        self.place = place
        self.owner = owner
        self.lease = 2 * classroom.seconds + 60
        self.renewed = time.monotonic()
        self.isolation = isolation
        self.secret = secret
        self.hidden = classroom.secrets()

    def outcomes(self) -> object:
        """마친 일의 결과를 오는 대로 냅니다. 남이 먼저 적은 것은 내지 않습니다."""
        held = 0
        while True:
            free = 2 * self.place.slots - held
            got = claim(self.engine, self.owner, free, self.lease) if free > 0 else []
            for job in got:
                self._start(job)
            held += len(got)
            if not held:
                return
            self._keep_alive()
            done = self.place.next_done(5)
            if done is None:
                continue
            held -= 1
            job, outcome = done
            # 학생이 아니라 컴퓨터의 문제: 아무것도 적지 않고 멈춥니다.
            if outcome["state"] == "stop":
                raise BadClass(outcome["message"])
            if finish(
                self.engine, self.owner, job, self.exercises[job.chapter], outcome
            ):
                yield outcome

    def _start(self, job: Job) -> None:
        try:
            notebook = content_path(self.classroom, job.sha256).read_bytes()
        except OSError as error:
            message = (
                f"모아 둔 파일을 읽지 못했습니다 ({error.strerror}). 다시 모으세요."
            )
            lost = {"state": "refused", "reason": "unreadable", "message": message}
            self.place.finished.put((job, lost))
            return
        self.place.submit(job, self._task(job, notebook))

    def _task(self, job: Job, notebook: bytes) -> dict:
        master = self.exercises[job.chapter].content
        return task_of(
            job.sha256,
            job.chapter,
            notebook,
            master,
            job.questions,
            self.classroom.seconds,
            isolation=self.isolation,
            seed=seed_of(self.secret, job.sha256, job.chapter),
            hidden=self.hidden,
        )

    def _keep_alive(self) -> None:
        if time.monotonic() - self.renewed > self.lease / 4:
            renew(self.engine, self.owner, self.lease)
            self.renewed = time.monotonic()
