"""장의 짜임: 갖출 것, 식의 번호, 바로잡기, 퀴즈, 연습문제의 점수와 힌트와 오답.

글과 칸과 그림의 수는 여기서 세지 않습니다. `make report`가 잣대 곁에 적습니다.
"""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(ROOT.glob("chapters/*.ipynb"))
MASTERS = sorted(ROOT.glob("solutions/*/*.ipynb"))


@pytest.fixture(params=CHAPTERS, ids=lambda p: p.stem)
def chapter(request):
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(params=MASTERS, ids=lambda p: p.stem)
def master(request):
    return nbformat.read(request.param, as_version=4)


def markdown(notebook):
    return "\n\n".join(
        cell.source for cell in notebook.cells if cell.cell_type == "markdown"
    )


def prose(text):
    """코드, 식, 표, 태그를 뺀 글만 남깁니다."""
    text = re.sub(r"```.*?```|\$\$.*?\$\$|<[^>]+>", " ", text, flags=re.S)
    lines = [
        s
        for s in text.splitlines()
        if not s.lstrip().startswith(("|", ":::", ":class:"))
    ]
    return "\n".join(lines)


def eojeol(text):
    """한글이 든 어절의 수."""
    return sum(bool(re.search("[가-힣]", word)) for word in prose(text).split())


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_no_figure_is_shown_twice(chapter):
    pictures = [
        output.data["image/png"]
        for cell in code(chapter)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert pictures and len(set(pictures)) == len(pictures)


def test_equations_are_numbered_without_gaps(chapter):
    tags = re.findall(r"\\tag\{(\d+)\.(\d+)\}", markdown(chapter))
    assert [int(n) for _, n in tags] == list(range(1, len(tags) + 1))
    number = int(re.search(r"^# (\d+)장", markdown(chapter), re.M).group(1))
    assert {int(c) for c, _ in tags} == {number}


def test_every_equation_mentioned_exists(chapter):
    text = markdown(chapter)
    assert set(re.findall(r"식 \((\d+\.\d+)\)", text)) <= set(
        re.findall(r"\\tag\{([\d.]+)\}", text)
    )


@pytest.mark.parametrize(
    "needed",
    [
        "이 장에서 배울 것",
        "필요한 것",
        "실행",
        "논문 ↔ 코드",
        "## 요약",
        "용어",
        "퀴즈",
        "참고 문헌",
        "{cite}",
    ],
)
def test_chapter_has_its_parts(chapter, needed):
    assert needed in markdown(chapter), f"'{needed}'이(가) 없습니다"


def test_objectives(chapter):
    opening = markdown(chapter).split("\n## ")[0]
    assert re.findall(r"^\s*(?:[-*]|\d+\.) ", opening, re.M)


def test_misconceptions_are_shown_failing(chapter):
    """바로잡기 상자마다 바로 앞이나 뒤 네 칸 안에 코드가 있습니다."""
    cells = chapter.cells
    places = [
        i
        for i, c in enumerate(cells)
        if c.cell_type == "markdown" and "{admonition} 바로잡기" in c.source
    ]
    for i in places:
        assert any(
            c.cell_type == "code" and "assert" in c.source
            for c in cells[max(0, i - 4) : i + 5]
        )


def test_parity_and_source_are_visible(chapter):
    source = "\n".join(cell.source for cell in code(chapter))
    assert "show(" in source and "assert_close(" in source
    assert re.search(r"F\.|nn\.|transformers", source), (
        "torch나 Hugging Face와 견주는 칸이 없습니다"
    )


def test_quiz_questions_are_explained(chapter):
    quizzes = re.findall(
        r"\*\*퀴즈 (\d)\.\*\*(.*?)"
        r"<details class=\"quiz\" data-answer=\"(\d)\">(.*?)</details>",
        markdown(chapter),
        re.S,
    )
    assert quizzes
    assert [n for n, *_ in quizzes] == [str(n + 1) for n in range(len(quizzes))]
    for _, question, answer, explanation in quizzes:
        options = re.findall(r"^\d+\. ", question, re.M)
        assert len(options) >= 2 and 1 <= int(answer) <= len(options)
        assert eojeol(explanation) > 1, f"퀴즈의 답에 까닭이 없습니다: {question}"


def test_no_claim_is_left_for_later(chapter):
    assert not re.search(r"TODO|FIXME|추후|나중에 구현|생략합니다", markdown(chapter))


# ── 연습문제 ──────────────────────────────────────────────────────────────────────────


def problems(notebook):
    return [
        (
            cell.source,
            re.search(r"### 문제 (\d+\.\d+).*?(★+)☆*.*?(\d+)분.*?(\d+)점", cell.source),
        )
        for cell in notebook.cells
        if cell.cell_type == "markdown" and cell.source.startswith("### 문제")
    ]


def grades(notebook):
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]


def test_exercises_say_difficulty_minutes_and_points(master):
    found = problems(master)
    assert found and all(match for _, match in found)
    assert [int(m[1].split(".")[1]) for _, m in found] == list(range(1, len(found) + 1))
    assert sum(int(m[4]) for _, m in found) == sum(
        c.metadata.nbgrader.points for c in grades(master)
    )


def test_every_exercise_has_three_hints(master):
    parts = re.split(r"(?=### 문제 \d)", markdown(master))[1:]
    for part in parts:
        hints = re.findall(
            r"<details class=\"hint\"><summary>힌트 (\d)</summary>", part
        )
        assert hints == ["1", "2", "3"], part[:60]
