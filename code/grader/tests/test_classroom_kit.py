"""수업 꾸러미: 책의 퀴즈와 손계산에서 만들어지고 Moodle이 읽는 꼴인가."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from classroom_fakes import PEOPLE, need

from jumok.worksheets import WORKSHEETS
from jumok_grader.classroom.kit import (
    Lesson,
    answer_key,
    plan_weeks,
    read_lessons,
    write_kit,
)
from jumok_grader.classroom.markdown_html import to_html
from jumok_grader.classroom.quiz import escaped, gift, moodle_xml, read_quizzes
from jumok_grader.classroom.reasons import BadClass
from jumok_grader.classroom.roster import Student
from jumok_grader.classroom.settings import read_classroom
from jumok_grader.classroom.setup import init_classroom
from jumok_grader.notebook.course_files import Course

ROOT = Path(__file__).resolve().parents[3]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))
COURSE = Course(ROOT)


@pytest.fixture
def mathml():
    """수식을 MathML로 바꾸는 꾸러미가 있어야 하는 시험."""
    need("latex2mathml.converter")


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda path: path.stem)
def quizzes(request):
    return read_quizzes(request.param)


def unescaped(text: str) -> str:
    """Moodle의 GIFT가 읽는 차례로 역빗금을 벗깁니다."""
    return re.sub(r"\\([\\~=#{}:])", r"\1", text)


def read_gift(text: str) -> list[dict]:
    """GIFT를 Moodle처럼 읽는 작은 독자.

    빈 줄이 문제를 가르고, 피하지 않은 글자만 뜻이 있습니다.
    """
    found = []
    for block in text.strip().split("\n\n")[1:]:
        name, body = re.fullmatch(
            r"::((?:\\.|[^:\\])*)::\[html\](.*)", block, re.S
        ).groups()
        question, inside = re.fullmatch(
            r"((?:\\.|[^{\\])*)\{((?:\\.|[^}\\])*)\}", body, re.S
        ).groups()
        answers, feedback = inside.split("####")
        options = re.findall(r"\t([=~])((?:\\.|[^\\\n])*)", answers)
        found.append(
            {
                "name": unescaped(name),
                "text": unescaped(question).strip(),
                "feedback": unescaped(feedback).strip(),
                "options": [unescaped(option) for _, option in options],
                "answer": [mark for mark, _ in options].index("="),
            }
        )
    return found


def test_quizzes_come_from_the_chapter(quizzes):
    assert len(quizzes) == 5
    for quiz in quizzes:
        assert 3 <= len(quiz.options) <= 4 and 0 <= quiz.answer < len(quiz.options)
        assert quiz.text and all(quiz.options) and "<" not in quiz.explanation


def test_xml_and_gift_say_the_same(quizzes):
    root = ElementTree.fromstring(moodle_xml(quizzes, "주목/장").encode())
    questions = [item for item in root if item.get("type") == "multichoice"]
    for quiz, xml, plain in zip(
        quizzes, questions, read_gift(gift(quizzes, "주목/장")), strict=True
    ):
        answers = [
            (item.get("fraction"), item.find("text").text)
            for item in xml.findall("answer")
        ]
        assert [fraction for fraction, _ in answers].count("100") == 1
        assert (
            [fraction for fraction, _ in answers].index("100")
            == quiz.answer
            == plain["answer"]
        )
        flat = [re.sub(r"\s*\n\s*", " ", text) for _, text in answers]
        assert (
            flat == plain["options"]
            and xml.find("name/text").text == plain["name"] == quiz.name
        )
        assert xml.find("questiontext").get("format") == "html"
        assert (
            re.sub(r"\s*\n\s*", " ", xml.find("generalfeedback/text").text)
            == plain["feedback"]
        )
        assert "$" not in plain["text"] and "{cite" not in plain["feedback"]


def test_gift_special_letters_are_escaped():
    assert escaped(r"a=b{c}#~:\n") == r"a\=b\{c\}\#\~\:\\n"
    assert unescaped(escaped(r"\(\nabla_x = \{1\}\)")) == r"\(\nabla_x = \{1\}\)"


def test_bad_quiz_is_said_in_words(tmp_path):
    source = (
        '**퀴즈 1.** 물음\n\n1. 하나\n2. 둘\n\n<details class="quiz" '
        'data-answer="5">답</details>'
    )
    path = tmp_path / "01_x.ipynb"
    path.write_text(
        json.dumps({"cells": [{"cell_type": "markdown", "source": source}]}),
        encoding="utf-8",
    )
    with pytest.raises(BadClass, match="정답 번호 5"):
        read_quizzes(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(BadClass, match="읽지 못했습니다"):
        read_quizzes(path)


@pytest.mark.usefixtures("mathml")
def test_markup_needs_no_network_and_runs_no_script():
    made = to_html(
        "**굵게** $\\frac{a}{b}$ <script>alert(1)</script> {cite}`x` "
        "[링크](javascript:alert(1))"
    )
    assert (
        "<math" in made
        and "<mfrac>" in made
        and "<script" not in made
        and "cite" not in made
    )
    assert 'href="javascript' not in made
    assert to_html("$a<b$ 와 $$c$$", "moodle").count("\\") == 4 and "&lt;" in to_html(
        "$a<b$", "moodle"
    )


def test_plan_fills_fifteen_weeks_with_every_section_once():
    lessons = read_lessons(COURSE)
    weeks = plan_weeks(lessons)
    assert [row["week"] for row in weeks] == list(range(1, 16))
    assert [row["title"] for row in weeks if row["week"] in (8, 15)] == [
        "중간시험",
        "기말시험",
    ]
    taught = [section for row in weeks for section in row["sections"]]
    assert (
        taught == [section for lesson in lessons for section in lesson.sections]
        and len(taught) > 100
    )
    assert [row["due"] for row in weeks if row["due"]] == [
        lesson.slug for lesson in lessons if lesson.exercises
    ]
    assert all(lesson.reading and lesson.sections for lesson in lessons)


def test_plan_of_any_size():
    for count in (1, 5, 13):
        weeks = plan_weeks(
            [
                Lesson(f"{n:02d}_x", f"{n}장", 50, 100, ("a", "b", "c"))
                for n in range(count)
            ]
        )
        assert len(weeks) == 15
    with pytest.raises(BadClass, match="13주"):
        plan_weeks([Lesson("x", "x", 1, 1, ())] * 14)


@pytest.mark.usefixtures("mathml")
def test_answer_key_has_every_answer_and_explanation():
    rows = answer_key(COURSE, "04_scaled_dot_product")
    assert len(rows) == 12 and sum(row["points"] for row in rows) == 40
    assert all(row["text"] for row in rows) and all(
        row["code"] or row["manual"] for row in rows
    )
    assert not any(
        "SOLUTION" in row["code"] or "details" in row["text"] for row in rows
    )


class Outside(HTMLParser):
    """밖을 가리키는 속성과 스크립트를 모읍니다."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [tag] if tag in ("script", "iframe", "link", "img") else []
        self.found += [key for key, _ in attrs if key.startswith("on") or key == "src"]


@pytest.mark.usefixtures("mathml")
def test_whole_kit_is_written_and_stands_alone(tmp_path):
    (tmp_path / "명단.csv").write_text(
        "학번,이름\n" + "\n".join(f"{who},{name}" for who, name in PEOPLE),
        encoding="utf-8",
    )
    init_classroom(tmp_path / "학급", COURSE, tmp_path / "명단.csv", ["4", "9"])
    classroom = read_classroom(tmp_path / "학급")
    students = [Student(*row) for row in PEOPLE]
    made = write_kit(classroom, students, tmp_path / "out", worksheets=WORKSHEETS)
    assert all(path.exists() for path in made.values())
    for path in (tmp_path / "out").rglob("*.html"):
        assert Outside(path.read_text(encoding="utf-8")).found == [], path
    assert len(list((tmp_path / "out" / "quiz").iterdir())) == 2 * len(CHAPTERS)
    assert len(list((tmp_path / "out" / "keys").iterdir())) == len(COURSE.slugs())
    assert len(list((tmp_path / "out" / "worksheets").iterdir())) == 2 * len(WORKSHEETS)
    mine = (tmp_path / "out" / "variants" / "04" / "20260001.html").read_text(
        encoding="utf-8"
    )
    rows = list(
        csv.DictReader(
            io.StringIO(
                (tmp_path / "out" / "variants" / "answers.csv").read_text("utf-8-sig")
            )
        )
    )
    answers = [
        row["답"] for row in rows if row["학번"] == "20260001" and row["장"] == "4"
    ]
    assert len(answers) == 6 and answers[-1] not in mine and "홍길동" in mine
    assert {row["장"] for row in rows} == {"4", "9"}
