"""수업 꾸러미: 15주 계획, 정답지, 시험 문제, 활동지, 학생마다 수가 다른 활동지.

원본은 모두 책에 있습니다.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from ..files import write_atomically
from ..notebook.course_files import Course
from ..notebook.master import read_master
from ..notebook.notebooks import read_cells
from ..render import render, short_title
from .export import write_csv
from .markdown_html import to_html
from .quiz import gift, moodle_xml, read_quizzes
from .reasons import BadClass
from .roster import Student
from .settings import Classroom
from .worksheet import Worksheets

WEEKS = 15
_EXAMS = {8: "중간시험", 15: "기말시험"}


@dataclass(frozen=True)
class Lesson:
    """장 하나의 크기: 읽는 시간과 문제를 푸는 시간(분)."""

    slug: str
    title: str
    reading: int
    exercises: int
    sections: tuple[str, ...]


def read_lessons(course: Course) -> list[Lesson]:
    """장마다 제목, 절, 읽는 시간, 문제를 푸는 시간을 노트북에서 읽습니다."""
    return [
        _lesson(course, path)
        for path in sorted((course.root / "chapters").glob("[0-9][0-9]_*.ipynb"))
    ]


def _lesson(course: Course, path: Path) -> Lesson:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join(
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    )
    title = re.search(r"(?m)^# (.+)$", text)
    reading = re.search(r"\*\*읽는 시간\*\*:\s*(\d+)분", text)
    minutes = 0
    if course.master(path.stem).is_file():
        titles = [
            question.title
            for question in read_master(course.master(path.stem)).questions
        ]
        minutes = sum(
            int(found[1]) for item in titles if (found := re.search(r"(\d+)분", item))
        )
    sections = tuple(re.findall(r"(?m)^## (\d+\.\d+ .+)$", text))
    return Lesson(
        path.stem,
        title[1] if title else path.stem,
        int(reading[1]) if reading else 0,
        minutes,
        sections,
    )


def plan_weeks(lessons: list[Lesson]) -> list[dict]:
    """강의 주를 장의 크기에 따라 나눕니다. 여러 주에 걸친 장은 절을 나누어 맡습니다."""
    places = [week for week in range(1, WEEKS + 1) if week not in _EXAMS]
    if not 1 <= len(lessons) <= len(places):
        raise BadClass(f"강의 주는 {len(places)}주인데 장이 {len(lessons)}개입니다.")
    spans = [1] * len(lessons)
    # 한 주에 배울 몫이 가장 많은 장에 한 주를 더합니다.
    while sum(spans) < len(places):
        loads = [
            (lesson.reading + lesson.exercises) / n
            for lesson, n in zip(lessons, spans, strict=True)
        ]
        spans[loads.index(max(loads))] += 1
    rows, week = [], iter(places)
    for lesson, span in zip(lessons, spans, strict=True):
        cut = [round(len(lesson.sections) * part / span) for part in range(span + 1)]
        for part in range(span):
            told = f" ({part + 1}/{span})" if span > 1 else ""
            rows.append(
                {
                    "week": next(week),
                    "title": lesson.title + told,
                    "sections": lesson.sections[cut[part] : cut[part + 1]],
                    "due": lesson.slug if part == span - 1 and lesson.exercises else "",
                    "minutes": lesson.exercises if part == span - 1 else 0,
                }
            )
    exams = [
        {"week": week, "title": name, "sections": (), "due": "", "minutes": 0}
        for week, name in _EXAMS.items()
    ]
    return sorted(rows + exams, key=lambda row: row["week"])


def answer_key(course: Course, slug: str) -> list[dict]:
    """문제마다 제목, 정답, 풀이 설명. 설명은 답 칸 다음의 solution-text 칸입니다."""
    master, cells = read_master(course.master(slug)), read_cells(course.master(slug))
    places = [question.index for question in master.questions] + [len(cells)]
    rows = []
    for question, end in zip(master.questions, places[1:], strict=True):
        told = [
            c.source
            for c in cells[question.index + 1 : end]
            if "solution-text" in c.tags
        ]
        answer = re.sub(r"(?m)^\s*### (BEGIN|END) SOLUTION\n?", "", question.answer)
        rows.append(
            {
                "id": question.id,
                "title": short_title(question.title),
                "manual": question.manual,
                "points": question.manual_points
                if question.manual
                else question.points,
                "code": "" if question.manual else answer.strip(),
                "text": _safe(
                    "\n\n".join([answer, *told] if question.manual else told)
                ),
            }
        )
    return rows


def _safe(markdown: str) -> object:
    """to_html은 글 속의 태그를 글자로 바꾸므로 그 결과는 그대로 넣어도 됩니다."""
    from markupsafe import Markup

    return Markup(
        to_html(
            re.sub(r"</?details[^>]*>|<summary>.*?</summary>", "", markdown, flags=re.S)
        )
    )


def write_kit(
    classroom: Classroom,
    students: list[Student],
    output: Path,
    seed: str = "1",
    worksheets: Worksheets | None = None,
) -> dict[str, Path]:
    """꾸러미를 모두 쓰고 {이름: 자리}를 돌려줍니다.

    worksheets가 없으면 활동지는 빠집니다.
    """
    worksheets = worksheets or {}
    course = classroom.course
    lessons = read_lessons(course)
    _page(
        output / "plan.html",
        "kit_plan.html",
        classroom=classroom,
        weeks=plan_weeks(lessons),
    )
    for lesson in lessons:
        quizzes = read_quizzes(course.root / "chapters" / f"{lesson.slug}.ipynb")
        category = f"주목/{lesson.title}"
        write_atomically(
            output / "quiz" / f"{lesson.slug}.xml", moodle_xml(quizzes, category)
        )
        write_atomically(
            output / "quiz" / f"{lesson.slug}.gift", gift(quizzes, category)
        )
        if course.master(lesson.slug).is_file():
            rows = answer_key(course, lesson.slug)
            _page(
                output / "keys" / f"{lesson.slug}.html",
                "kit_key.html",
                title=lesson.title,
                rows=rows,
            )
    _write_sheets(output / "worksheets", worksheets)
    _write_variants(classroom, students, output / "variants", seed, worksheets)
    return {
        name: output / name
        for name in ("plan.html", "keys", "quiz", "worksheets", "variants")
    }


def _page(path: Path, template: str, **values: object) -> None:
    write_atomically(path, render(template, path.parent, **values))


def _write_sheets(folder: Path, worksheets: Worksheets) -> None:
    for chapter, made in worksheets.items():
        sheet = made()
        for answers, name in (
            (False, f"{chapter:02d}.html"),
            (True, f"{chapter:02d}_answers.html"),
        ):
            _page(folder / name, "kit_sheet.html", sheet=sheet, who="", answers=answers)


def _write_variants(
    classroom: Classroom,
    students: list[Student],
    folder: Path,
    seed: str,
    worksheets: Worksheets,
) -> None:
    """과제인 장마다 학생마다의 활동지 한 장과, 선생님이 볼 답을 모은 표 하나."""
    rows: list[list] = [["학번", "이름", "장", "물음", "답"]]
    for chapter in classroom.chapters:
        number = int(chapter.slug[:2])
        if number not in worksheets:
            continue
        for student in students:
            sheet = worksheets[number](f"{seed}:{student.id}:{number}")
            who = f"{student.id} {student.name}"
            path = folder / f"{number:02d}" / f"{student.id}.html"
            _page(path, "kit_sheet.html", sheet=sheet, who=who, answers=False)
            rows += [
                [student.id, student.name, number, step.text, step.answer]
                for step in sheet.steps
            ]
    write_csv(folder / "answers.csv", rows)
