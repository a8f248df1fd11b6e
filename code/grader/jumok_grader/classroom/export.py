"""성적 내보내기: Moodle 성적표, 모두 담은 CSV와 JSON, 학생마다의 HTML.

Moodle의 "성적 → 가져오기 → CSV 파일"은 머리줄의 열을 고르게 합니다. ID number 열을
학번에, 과제 열을 성적 항목에, (feedback) 열을 그 항목의 의견에 잇습니다.
https://docs.moodle.org/en/Grade_import
"""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from ..files import write_atomically
from ..render import number, short_title
from .feedback import feedback_html, feedback_name
from .gradebook import Score
from .reasons import explain
from .settings import Classroom
from .store import files

_STATUS = {"graded": "채점함", "manual": "직접 채점할 것이 남음"}


def safe_cell(value: object) -> str:
    """엑셀이 식으로 읽지 않게 = + - @ 로 시작하는 글 앞에 '를 붙입니다.

    수는 그대로 둡니다.
    """
    if isinstance(value, int | float):
        return number(value)
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def csv_text(rows: list[list]) -> str:
    """줄들을 CSV의 글로 만듭니다."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(
        [[safe_cell(cell) for cell in row] for row in rows]
    )
    return stream.getvalue()


def write_csv(path: Path, rows: list[list]) -> Path:
    """엑셀이 한글을 바로 읽도록 BOM을 붙여 씁니다."""
    write_atomically(path, "\ufeff" + csv_text(rows))
    return path


def status_text(score: Score) -> str:
    """한 칸의 형편을 한국어로."""
    return _STATUS.get(score.status) or explain(score.status)


def comment(score: Score) -> str:
    """성적표에 붙일 짧은 의견."""
    parts = [status_text(score)] if score.reason else []
    if score.days and score.reason != "too_late":
        parts.append(f"{score.days}일 늦어 {score.penalty:.0%} 깎음")
    wrong = [
        item
        for item in score.questions
        if item["status"] in ("failed", "unsolved") and item["name"]
    ]
    parts += [f"{short_title(item['title'])}: {item['name']}" for item in wrong[:12]]
    return " / ".join(parts)


def moodle_rows(classroom: Classroom, scores: list[Score]) -> list[list]:
    """Moodle이 가져오는 열: ID number, Email address, 과제마다 점수와 의견."""
    titles = {score.chapter: score.title for score in scores}
    head = ["ID number", "Full name", "Email address"]
    for chapter in classroom.chapters:
        head += [titles[chapter.slug], f"{titles[chapter.slug]} (feedback)"]
    rows = [head]
    for mine in _by_student(scores).values():
        row = [mine[0].student.id, mine[0].student.name, mine[0].student.email]
        for score in mine:
            row += [number(score.points), comment(score)]
        rows.append(row)
    return rows


def _by_student(scores: list[Score]) -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = {}
    for score in scores:
        found.setdefault(score.student.id, []).append(score)
    return found


def full_rows(scores: list[Score]) -> list[list]:
    """과제마다 한 줄씩, 문제마다 두 열(점수, 실수의 이름)씩 모두 담은 표."""
    ids = sorted({item["id"] for score in scores for item in score.questions})
    head = [
        "학번",
        "이름",
        "이메일",
        "장",
        "형편",
        "까닭",
        "점수",
        "깎기 전",
        "만점",
        "늦은 날",
        "낸 때",
        "파일",
    ]
    rows = [[*head, *(name for key in ids for name in (key, f"{key} 실수"))]]
    for score in scores:
        who, items = score.student, {item["id"]: item for item in score.questions}
        row = [
            who.id,
            who.name,
            who.email,
            score.chapter,
            status_text(score),
            score.message.split("\n")[0],
        ]
        row += [
            score.points,
            score.raw,
            score.max_points,
            score.days,
            score.submitted_at,
            score.name,
        ]
        for key in ids:
            item = items.get(key)
            row += (
                [item["points"], item["name"] or item["mistake"]] if item else ["", ""]
            )
        rows.append(row)
    return rows


def file_rows(engine: sa.Engine) -> list[list]:
    """모은 파일마다 한 줄: 받았는지, 아니면 까닭."""
    columns = [
        "source",
        "name",
        "student",
        "chapter",
        "reason",
        "detail",
        "submitted_at",
        "size",
        "sha256",
    ]
    query = sa.select(*[files.c[name] for name in columns]).order_by(
        files.c.collected_at, files.c.name
    )
    rows = [
        ["꾸러미", "파일", "학번", "장", "결과", "설명", "낸 때", "바이트", "sha256"]
    ]
    with engine.connect() as connection:
        for row in connection.execute(query).mappings():
            told = explain(row["reason"]) if row["reason"] else "받음"
            rows.append(
                [told if name == "reason" else row[name] or "" for name in columns]
            )
    return rows


def as_dict(score: Score) -> dict:
    """JSON에 담을 사전."""
    who = score.student
    keys = (
        "id",
        "title",
        "points",
        "max_points",
        "status",
        "mistake",
        "name",
        "message",
    )
    return {
        "student": {"id": who.id, "name": who.name, "email": who.email},
        "chapter": score.chapter,
        "status": score.status,
        "reason": score.message,
        "points": score.points,
        "raw_points": score.raw,
        "max_points": score.max_points,
        "days_late": score.days,
        "submitted_at": score.submitted_at,
        "graded_at": score.graded_at,
        "sha256": score.sha256,
        "file": score.name,
        "questions": [{key: item[key] for key in keys} for item in score.questions],
    }


def export(
    classroom: Classroom, engine: sa.Engine, scores: list[Score], output: Path
) -> dict[str, Path]:
    """모든 파일을 쓰고 {이름: 자리}를 돌려줍니다."""
    made = {
        "moodle": write_csv(output / "moodle.csv", moodle_rows(classroom, scores)),
        "grades": write_csv(output / "grades.csv", full_rows(scores)),
        "files": write_csv(output / "files.csv", file_rows(engine)),
        "json": output / "grades.json",
    }
    now = datetime.now(classroom.zone).isoformat(timespec="seconds")
    stored = {
        "format": 1,
        "class": classroom.name,
        "exported_at": now,
        "grades": [as_dict(s) for s in scores],
    }
    write_atomically(
        made["json"], json.dumps(stored, ensure_ascii=False, indent=1) + "\n"
    )
    for score in scores:
        path = output / "feedback" / score.chapter / feedback_name(score)
        write_atomically(path, feedback_html(classroom, score, path.parent))
    made["feedback"] = output / "feedback"
    return made
