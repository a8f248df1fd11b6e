"""활동지: 책의 수로 셈한 답이 장에 그대로 있고, 뽑은 수는 과제를 바꾸지 않습니다."""

import json
import re
from pathlib import Path

import pytest

from jumok.worksheets.sheets import MAKERS, sheet_for, shown

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))


def text_of(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


BOOK = {
    1: ["(0.762, 0.000)", "(0.000, 0.943)", "(0.057, 0.762)"],
    2: ["(−1, 1, 3)", "23.172", "(0.016, 0.117, 0.867)", "(0.15, 1.10, 1.75)"],
    3: ["(1, 3, 0)", "23.804", "(0.114, 0.844, 0.042)", "(2.73, 1.92)"],
    4: ["(2, 4, 0)", "(1, 2, 0)", "11.107", "(0.245, 0.665, 0.090)", "(1.16, 6.83)"],
    5: [
        "(2, −1, −2, 0)",
        "(0.831, 0.041, 0.015, 0.112)",
        "9.06",
        "8.34",
        "(17.40, 0.72)",
    ],
    6: ["었·어 → 「었어」", "갔·었어 → 「갔었어」", "먹·고 → 「먹고」"],
    7: ["(4, 0, 4, 0)", "2", "(1.000, −1.000, 1.000, −1.000)"],
    8: ["(1.000, 0.000)", "0.617", "0.483", "(0.500, 0.500)", "0.280", "1.271"],
    9: ["1.000", "3.000", "2.000", "8.000", "1.386", "4.000"],
    10: ["(0, 2, 0, 2)", "(4, −4)", "(6, −6)", "(2, 0)"],
}


@pytest.mark.parametrize("chapter", MAKERS)
def test_sheet_with_book_numbers_gives_the_books_answers(chapter):
    answers = [step.answer for step in sheet_for(chapter).steps]
    missing = [answer for answer in BOOK[chapter] if answer not in answers]
    assert not missing, answers
    book = text_of(CHAPTERS[chapter - 1]).replace("−", "-")
    for number in {
        part for answer in BOOK[chapter] for part in re.findall(r"\d+\.\d{2,3}", answer)
    }:
        short = number.rstrip("0").rstrip(".")
        assert number in book or short in book, (
            f"{number}이(가) {chapter}장에 없습니다."
        )


@pytest.mark.parametrize("chapter", MAKERS)
def test_variants_are_the_same_task_with_other_numbers(chapter):
    base = sheet_for(chapter)
    sheets = [sheet_for(chapter, f"1:2026{n:04d}:{chapter}") for n in range(40)]
    assert all(
        [step.text for step in s.steps][:1] == [base.steps[0].text]
        for s in sheets
        if chapter != 9
    )
    assert all(
        len(s.steps) == len(base.steps) and s.title == base.title for s in sheets
    )
    assert all(
        "nan" not in step.answer and step.answer for s in sheets for step in s.steps
    )
    assert len({(s.tables, s.intro) for s in sheets}) >= 25
    assert sheets[3] == sheet_for(chapter, f"1:20260003:{chapter}")
    assert sheets[3] != sheet_for(chapter, f"2:20260003:{chapter}") or chapter in (
        1,
        6,
        8,
        9,
    )


def test_numbers_are_written_plainly():
    assert (
        shown([-1, 0.5, 2.0]) == "(−1, 0.5, 2)"
        and shown(-1e-12, 3) == "0.000"
        and shown(1.005, 2) == "1.00"
    )
