"""채점 결과: 문제 하나, 노트북 하나."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from .check.failure import CheckFailed
from .text_table import clean

MAX_DETAIL = 1_000


@dataclass
class QuestionResult:
    """문제 하나의 결과.

    status는 passed, failed, unsolved, manual, error 가운데 하나입니다.
    """

    id: str
    title: str
    max_points: float
    points: float = 0
    status: str = "failed"
    mistake: str = ""
    name: str = ""
    message: str = ""
    detail: str = ""
    output: str = ""


@dataclass
class Result:
    """노트북 하나의 결과."""

    chapter: str
    title: str
    notebook: str
    questions: list[QuestionResult] = field(default_factory=list)
    seconds: float = 0
    seed: int = 0

    @property
    def points(self) -> float:
        """자동으로 채점한 점수의 합."""
        return sum(
            question.points
            for question in self.questions
            if question.status != "manual"
        )

    @property
    def max_points(self) -> float:
        """자동으로 채점하는 만점."""
        return sum(
            question.max_points
            for question in self.questions
            if question.status != "manual"
        )

    @property
    def manual_points(self) -> float:
        """직접 채점할 점수의 합."""
        return sum(
            question.max_points
            for question in self.questions
            if question.status == "manual"
        )

    def to_dict(self) -> dict:
        """JSON으로 저장할 사전."""
        totals = {
            "points": self.points,
            "max_points": self.max_points,
            "manual_points": self.manual_points,
        }
        return asdict(self) | totals


def mark_failure(result: QuestionResult, error: Exception) -> None:
    """검사가 멈춘 까닭을 결과에 적습니다.

    학생의 잘못이 아니면 채점기의 오류로 적습니다.
    """
    if not isinstance(error, CheckFailed):
        result.status = "error"
        result.mistake = "grader_error"
        result.name = "채점기의 오류"
        said = f"{type(error).__name__}: {clean(str(error))[:MAX_DETAIL]}"
        result.message = f"검사 칸이 멈추었습니다. 학생의 잘못이 아닙니다 ({said})."
        return
    result.status = "unsolved" if error.mistake.unsolved else "failed"
    result.mistake, result.name = error.mistake.id, error.mistake.name
    result.message = error.mistake.message
    result.detail = clean(error.detail)[:MAX_DETAIL]
