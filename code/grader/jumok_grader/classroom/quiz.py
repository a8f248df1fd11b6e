"""장마다의 퀴즈를 시험 문제로: Moodle XML과 GIFT. 원본은 장의 노트북 하나입니다."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from .markdown_html import to_html
from .reasons import BadClass

_QUIZ = re.compile(
    r"\*\*퀴즈 (\d+)\.\*\*(.*?)"
    r"<details class=\"quiz\" data-answer=\"(\d+)\">(.*?)</details>",
    re.S,
)


@dataclass(frozen=True)
class Quiz:
    """고르는 문제 하나.

    answer는 0부터 세는 정답의 자리입니다. 글은 모두 마크다운입니다.
    """

    name: str
    text: str
    options: tuple[str, ...]
    answer: int
    explanation: str


def read_quizzes(chapter: Path) -> list[Quiz]:
    """장의 노트북에서 퀴즈를 읽습니다."""
    try:
        cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError) as error:
        raise BadClass(
            f"장의 노트북을 읽지 못했습니다: {chapter} ({type(error).__name__})"
        ) from None
    text = "\n\n".join(
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    )
    return [_quiz(chapter.stem[:2], match) for match in _QUIZ.finditer(text)]


def _quiz(number: str, match: re.Match) -> Quiz:
    order, body, answer, explanation = match.groups()
    parts = re.split(r"(?m)^\d+\. ", body)
    told = re.sub(r"<summary>.*?</summary>", "", explanation, flags=re.S).strip()
    options = tuple(part.strip() for part in parts[1:])
    if not 1 <= int(answer) <= len(options):
        raise BadClass(
            f"{number}장 퀴즈 {order}의 정답 번호 {answer}이(가) 보기의 수와 맞지 "
            "않습니다."
        )
    return Quiz(
        f"{number}장 퀴즈 {order}", parts[0].strip(), options, int(answer) - 1, told
    )


def moodle_xml(quizzes: list[Quiz], category: str) -> str:
    """Moodle의 문제 은행이 가져오는 XML."""
    root = ElementTree.Element("quiz")
    place = ElementTree.SubElement(root, "question", type="category")
    _text(ElementTree.SubElement(place, "category"), f"$course$/top/{category}")
    for quiz in quizzes:
        question = ElementTree.SubElement(root, "question", type="multichoice")
        _text(ElementTree.SubElement(question, "name"), quiz.name)
        _html(question, "questiontext", quiz.text)
        _html(question, "generalfeedback", quiz.explanation)
        for name, value in (
            ("defaultgrade", "1"),
            ("penalty", "0.3333333"),
            ("hidden", "0"),
            ("single", "true"),
            ("shuffleanswers", "true"),
            ("answernumbering", "123"),
        ):
            ElementTree.SubElement(question, name).text = value
        for place, option in enumerate(quiz.options):
            fraction = "100" if place == quiz.answer else "0"
            _html(question, "answer", option, fraction=fraction)
    ElementTree.indent(root)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        + ElementTree.tostring(root, encoding="unicode")
        + "\n"
    )


def _text(parent: ElementTree.Element, text: str) -> None:
    ElementTree.SubElement(parent, "text").text = text


def _html(
    parent: ElementTree.Element, tag: str, markdown: str, **attributes: str
) -> None:
    """HTML을 담은 칸. ElementTree가 글을 이스케이프하므로 CDATA를 쓰지 않습니다."""
    _text(
        ElementTree.SubElement(parent, tag, format="html", **attributes),
        to_html(markdown, "moodle").strip(),
    )


def gift(quizzes: list[Quiz], category: str) -> str:
    """GIFT 형식의 글. 뜻이 있는 글자 ~ = # { } : 와 역빗금을 피합니다."""
    parts = [f"$CATEGORY: $course$/top/{category}"]
    for quiz in quizzes:
        lines = [f"::{escaped(quiz.name)}::[html]{_gift_html(quiz.text)} {{"]
        for place, option in enumerate(quiz.options):
            lines.append(
                f"\t{'=' if place == quiz.answer else '~'}{_gift_html(option)}"
            )
        parts.append("\n".join([*lines, f"\t####{_gift_html(quiz.explanation)}", "}"]))
    return "\n\n".join(parts) + "\n"


def _gift_html(markdown: str) -> str:
    """GIFT에서는 빈 줄이 문제를 가르므로 한 줄로 만듭니다."""
    return escaped(re.sub(r"\s*\n\s*", " ", to_html(markdown, "moodle").strip()))


def escaped(text: str) -> str:
    """GIFT의 뜻이 있는 글자 앞에 역빗금을 붙입니다."""
    return re.sub(r"([\\~=#{}:])", r"\\\1", text)
