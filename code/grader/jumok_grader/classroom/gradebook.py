"""성적: 기록에서 학생마다 과제마다의 점수, 늦은 날, 까닭을 셈합니다.

여기서는 아무것도 적지 않습니다.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from .collect import days_late
from .reasons import BadClass, explain
from .roster import Student, read_table
from .settings import Chapter, Classroom, Late
from .store import jobs, results, submissions
from .versions import Exercise

MANUAL = "manual.csv"


@dataclass
class Score:
    """학생 한 사람의 과제 하나. reason이 비었으면 채점한 것입니다."""

    student: Student
    chapter: str
    title: str
    max_points: float
    questions: list[dict] = field(default_factory=list)
    reason: str = ""
    message: str = ""
    days: int = 0
    penalty: float = 0
    name: str = ""
    sha256: str = ""
    submitted_at: str = ""
    graded_at: str = ""
    seconds: float = 0

    @property
    def raw(self) -> float:
        """늦은 몫을 깎기 전의 점수."""
        return round(sum(item["points"] for item in self.questions), 4)

    @property
    def points(self) -> float:
        """늦은 몫을 깎은 점수."""
        return round(self.raw * (1 - self.penalty), 2)

    @property
    def status(self) -> str:
        """graded, manual(직접 채점할 것이 남음), 또는 까닭의 이름."""
        waiting = any(
            item["status"] == "manual" and not item["given"] for item in self.questions
        )
        return self.reason or ("manual" if waiting else "graded")


def scores(
    classroom: Classroom,
    engine: sa.Engine,
    students: list[Student],
    exercises: dict[str, Exercise],
) -> list[Score]:
    """명단의 차례와 과제의 차례로 모든 칸을 만듭니다. 내지 않은 것도 한 줄입니다."""
    book = _Book(classroom, engine, exercises)
    return [
        book.score(student, chapter)
        for student in students
        for chapter in classroom.chapters
    ]


class _Book:
    def __init__(
        self, classroom: Classroom, engine: sa.Engine, exercises: dict[str, Exercise]
    ) -> None:
        self.classroom, self.exercises = classroom, exercises
        with engine.connect() as connection:
            read = connection.execute
            self.sent = {
                (r["student"], r["chapter"]): r
                for r in read(sa.select(submissions)).mappings()
            }
            self.jobs = {
                (r["sha256"], r["chapter"]): r for r in read(sa.select(jobs)).mappings()
            }
            self.results: dict = defaultdict(dict)
            for row in read(sa.select(results)).mappings():
                exercise = exercises.get(row["chapter"])
                if (
                    exercise
                    and exercise.versions.get(row["question"]) == row["version"]
                ):
                    self.results[row["sha256"], row["chapter"]][row["question"]] = dict(
                        row
                    )
        self.manual = read_manual(classroom.folder / MANUAL)

    def score(self, student: Student, chapter: Chapter) -> Score:
        master = self.exercises[chapter.slug].master
        most = sum(self._most(chapter, question) for question in master.questions)
        score = Score(student, chapter.slug, master.title, most)
        sent = self.sent.get((student.id, chapter.slug))
        if sent is None:
            score.reason = "not_submitted"
            return score
        score.name = sent["name"]
        score.sha256 = sent["sha256"]
        score.submitted_at = sent["submitted_at"] or ""
        score.days = days_late(sent["submitted_at"], chapter.due, sent["late"])
        self._fill(score, chapter, self.jobs.get((sent["sha256"], chapter.slug)))
        score.penalty, too_late = penalty(score.days, self.classroom.late)
        # 채점하지 못한 까닭이 있으면 그것이 먼저입니다.
        if too_late and not score.reason:
            score.reason = "too_late"
        return score

    def _fill(self, score: Score, chapter: Chapter, job: sa.RowMapping | None) -> None:
        """지금 판의 결과를 옮기고, 없는 것은 까닭을 적습니다."""
        exercise = self.exercises[chapter.slug]
        have = self.results.get((score.sha256, chapter.slug), {})
        refused = (
            job is not None
            and job["state"] == "refused"
            and job["version"] == exercise.version
        )
        reason = job["reason"] if refused else "not_graded"
        message = job["message"] if refused else ""
        if not have:
            score.reason, score.message = reason, message
        for question in exercise.master.questions:
            item = have.get(question.id) or {
                "id": question.id,
                "title": question.title,
                "points": 0,
                "status": "error",
                "name": "",
                "max_points": question.points or question.manual_points,
                "mistake": reason,
                "message": explain(reason) + (f": {message}" if message else ""),
                "detail": "",
                "output": "",
            }
            if have and question.id not in have:
                score.reason = reason
                score.message = f"{question.id}: {explain(reason)}"
            score.questions.append(
                self._scaled(item | {"id": question.id}, score, chapter, question)
            )
        score.graded_at = max(
            (item.get("graded_at", "") for item in have.values()), default=""
        )
        score.seconds = (job["seconds"] or 0.0) if job is not None else 0.0

    def _most(self, chapter: Chapter, question: object) -> float:
        return chapter.points.get(question.id, question.max_points)

    def _scaled(
        self, item: dict, score: Score, chapter: Chapter, question: object
    ) -> dict:
        """학급이 정한 점수로 바꿉니다.

        직접 채점하는 문제는 manual.csv의 점수를 씁니다.
        """
        most = self._most(chapter, question)
        part = item["points"] / item["max_points"] if item["max_points"] else 0.0
        given = self.manual.get((score.student.id, question.id))
        points = (
            min(given[0], most)
            if given
            else (0.0 if question.manual else round(part * most, 4))
        )
        note = {"message": given[1]} if given and given[1] else {}
        status = {"status": "passed" if points >= most else "failed"} if given else {}
        return (
            item
            | {"points": points, "max_points": most, "given": bool(given)}
            | note
            | status
        )


def penalty(days: int, late: Late) -> tuple[float, bool]:
    """늦은 날 수에서 (깎는 몫, 받지 않는지)를 셈합니다."""
    if days > late.max_days and late.after == "zero":
        return 1.0, True
    return min(1.0, min(days, late.max_days) * late.percent_per_day / 100), False


def read_manual(path: Path) -> dict[tuple[str, str], tuple[float, str]]:
    """직접 채점한 점수 manual.csv(학번, 문제, 점수, 말). 없으면 빈 사전입니다."""
    if not path.is_file():
        return {}
    columns = {
        "id": ("학번", "student_id", "id"),
        "question": ("문제", "question"),
        "points": ("점수", "points"),
        "comment": ("말", "의견", "comment"),
    }
    found = {}
    for line, values in read_table(path, columns, {"id", "question", "points"}):
        try:
            points = float(values["points"])
        except ValueError:
            points = -1.0
        if not 0 <= points < 10_000:
            raise BadClass(f"{path.name}의 {line}째 줄: 점수는 0 이상의 수여야 합니다.")
        found[values["id"], values["question"]] = (points, values["comment"])
    return found
