"""모든 장의 진도: 점수, 푼 문제, 남은 시간, 다음에 할 일."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .notebook.course_files import Course, read_grade
from .notebook.master import Master, read_master
from .render import number, render, short_title
from .text_table import cut, table

_MARKS = {"passed": "●", "failed": "◐", "unsolved": "○", "manual": "✎", "error": "!"}


@dataclass
class Row:
    """한 장의 진도."""

    slug: str
    title: str
    number: int
    questions: list[dict]  # 문제마다 id, title, status, points, max_points, minutes
    points: float
    max_points: float
    graded_at: str
    next_step: str

    @property
    def minutes_left(self) -> int:
        """아직 통과하지 못한 문제에 적힌 시간(분)의 합. 직접 채점하는 문제는 뺍니다."""
        return sum(
            item["minutes"]
            for item in self.questions
            if item["status"] not in ("passed", "manual")
        )


def progress_rows(course: Course, grades: Path) -> list[Row]:
    """책의 모든 장을 성적 폴더와 견주어 진도를 만듭니다."""
    return [_row(read_master(course.master(slug)), grades) for slug in course.slugs()]


def _row(master: Master, grades: Path) -> Row:
    grade = read_grade(grades / f"{master.slug}.json") or {}
    seen = {
        item.get("id"): item
        for item in grade.get("questions", [])
        if isinstance(item, dict)
    }
    questions = []
    for question in master.questions:
        default = "manual" if question.manual else "unsolved"
        status = seen.get(question.id, {}).get("status", default)
        minutes = re.search(r"(\d+)분", question.title)
        questions.append(
            {
                "id": question.id,
                "title": question.title,
                "status": status,
                "points": 0.0
                if question.manual
                else float(seen.get(question.id, {}).get("points", 0)),
                "max_points": question.manual_points
                if question.manual
                else question.points,
                "minutes": int(minutes[1]) if minutes else 0,
            }
        )
    points = sum(item["points"] for item in questions)
    most = sum(question.points for question in master.questions)
    when = str(grade.get("graded_at", ""))[:16].replace("T", " ")
    return Row(
        master.slug,
        master.title,
        master.number,
        questions,
        points,
        most,
        when,
        _next(master, questions, when),
    )


def _next(master: Master, questions: list[dict], when: str) -> str:
    if not when:
        return f"exercises/{master.slug}를 풀고 jumok grade {master.number:02d}"
    left = [item for item in questions if item["status"] not in ("passed", "manual")]
    return f"{short_title(left[0]['title'])}부터" if left else "모두 풀었습니다"


def exported(course: Course, grades: Path) -> dict:
    """채점한 모든 장의 성적을 웹 책의 지도가 불러오는 꼴로 모읍니다."""
    found = {slug: read_grade(grades / f"{slug}.json") or {} for slug in course.slugs()}
    short = {
        slug: _short(grade) for slug, grade in found.items() if grade.get("graded_at")
    }
    return {"kind": "jumok-progress", "format": 1, "read": {}, "grades": short}


def _short(grade: dict) -> dict:
    """성적 하나를 지도에 필요한 것으로 줄입니다: 점수, 문제의 수, 채점한 때."""
    statuses = [
        item.get("status") for item in grade["questions"] if isinstance(item, dict)
    ]
    graded = [status for status in statuses if status != "manual"]
    counts = {"passed": graded.count("passed"), "questions": len(graded)}
    points = {name: grade.get(name, 0) for name in ("points", "max_points")}
    return points | counts | {"graded_at": grade["graded_at"]}


def duration(minutes: int) -> str:
    """분을 '1시간 20분'처럼 씁니다."""
    hours, rest = divmod(minutes, 60)
    return " ".join(
        [f"{hours}시간"] * bool(hours) + [f"{rest}분"] * bool(rest or not hours)
    )


def text_progress(rows: list[Row], columns: int = 100) -> str:
    """터미널에 보일 진도표."""
    if not rows:
        return "아직 문제가 있는 장이 없습니다."
    body = [
        [
            cut(row.title.replace("연습문제 — ", ""), 34),
            "".join(_MARKS.get(item["status"], "○") for item in row.questions),
            f"{number(row.points)} / {number(row.max_points)}",
            duration(row.minutes_left),
            row.graded_at or "–",
            row.next_step.removeprefix(f"exercises/{row.slug}를 "),
        ]
        for row in rows
    ]
    total = (
        f"합계 {number(sum(row.points for row in rows))} / "
        f"{number(sum(row.max_points for row in rows))}"
    )
    left = f"남은 시간 약 {duration(sum(row.minutes_left for row in rows))}"
    legend = "● 통과  ◐ 틀림  ○ 안 풂  ✎ 직접 채점"
    heads = ["장", "문제", "점수", "남은 시간", "채점한 때", "다음"]
    return "\n".join(
        [table(body, heads, {2, 3}, columns), "", f"{total}    {left}    {legend}"]
    )


def html_progress(rows: list[Row], folder: Path | None = None) -> str:
    """folder에 저장할 HTML 진도표."""
    left = duration(sum(row.minutes_left for row in rows))
    return render("progress.html", folder, rows=rows, duration=duration, left=left)
