"""학생에게 돌려줄 HTML: course의 보고서 틀을 물려받고, 모든 글을 이스케이프하며, 스크립트가 없습니다."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..course import report as course_report
from .gradebook import Score
from .reasons import explain
from .settings import Room


def render(template: str, folder: Path | None = None, **values: object) -> str:
    """학급의 틀을 채웁니다. 틀은 여기서, 없으면 course에서 찾습니다."""
    import jinja2

    places = [Path(__file__).parent, Path(course_report.__file__).parent]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(places), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "number": course_report.number,
        "short_title": course_report.short_title,
    }
    known = {
        "status_names": course_report.STATUS,
        "fonts": course_report.fonts_from(folder),
    }
    return environment.get_template(template).render(known, **values)


def feedback_name(score: Score) -> str:
    """학번으로 지은 파일 이름. 학번의 글자는 명단을 읽을 때 확인했습니다."""
    return f"{score.student.id}.html"


def feedback_html(room: Room, score: Score, folder: Path | None = None) -> str:
    """한 학생의 과제 하나의 보고서."""
    chapter = room.chapter(score.chapter)
    sent = shown_time(score.submitted_at, room)
    due = shown_time(chapter.due.isoformat(), room) if chapter.due else ""
    why = explain(score.reason) if score.reason else ""
    return render(
        "feedback.html", folder, room=room, score=score, sent=sent, due=due, why=why
    )


def shown_time(text: str, room: Room) -> str:
    """학급의 시간대로 적은 시각. 모르면 빈 글입니다."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone(room.zone).strftime("%Y-%m-%d %H:%M")
