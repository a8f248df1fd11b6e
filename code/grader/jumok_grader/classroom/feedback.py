"""학생에게 돌려줄 HTML: 모든 글을 이스케이프하며, 스크립트가 없습니다."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..render import render
from .gradebook import Score
from .reasons import explain
from .settings import Classroom


def feedback_name(score: Score) -> str:
    """학번으로 지은 파일 이름. 학번의 글자는 명단을 읽을 때 확인했습니다."""
    return f"{score.student.id}.html"


def feedback_html(
    classroom: Classroom, score: Score, folder: Path | None = None
) -> str:
    """한 학생의 과제 하나의 보고서."""
    chapter = classroom.chapter(score.chapter)
    sent = shown_time(score.submitted_at, classroom)
    due = shown_time(chapter.due.isoformat(), classroom) if chapter.due else ""
    why = explain(score.reason) if score.reason else ""
    return render(
        "feedback.html",
        folder,
        classroom=classroom,
        score=score,
        sent=sent,
        due=due,
        why=why,
    )


def shown_time(text: str, classroom: Classroom) -> str:
    """학급의 시간대로 적은 시각. 모르면 빈 글입니다."""
    if not text:
        return ""
    return (
        datetime.fromisoformat(text)
        .astimezone(classroom.zone)
        .strftime("%Y-%m-%d %H:%M")
    )
