"""장의 잣대: 글의 양, 칸과 그림과 식의 수, 손계산 예, 바로잡기, 퀴즈, 참고 문헌, 그리고 연습문제."""

import json
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


def test_prose_has_the_right_length(chapter):
    assert 2500 <= eojeol(markdown(chapter)) <= 4500


def test_number_of_code_cells_and_figures(chapter):
    pictures = [
        o for c in code(chapter) for o in c.outputs if "image/png" in o.get("data", {})
    ]
    images = re.findall(r"!\[|<img|<svg", markdown(chapter))
    assert 25 <= len(code(chapter)) <= 40
    assert 8 <= len(pictures) + len(images) <= 15
    assert len({o.data["image/png"] for o in pictures}) == len(pictures)


def test_equations_are_numbered_without_gaps(chapter):
    tags = re.findall(r"\\tag\{(\d+)\.(\d+)\}", markdown(chapter))
    assert len(tags) >= 6
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
    assert 3 <= len(re.findall(r"^\s*(?:[-*]|\d+\.) ", opening, re.M)) <= 12


def test_misconceptions_are_shown_failing(chapter):
    """바로잡기 상자마다 바로 앞이나 뒤 네 칸 안에 코드가 있습니다."""
    cells = chapter.cells
    places = [
        i
        for i, c in enumerate(cells)
        if c.cell_type == "markdown" and "{admonition} 바로잡기" in c.source
    ]
    assert len(places) >= 2
    for i in places:
        assert any(
            c.cell_type == "code" and "assert" in c.source
            for c in cells[max(0, i - 4) : i + 5]
        )


def test_experiments_end_in_assertions(chapter):
    assert sum("assert" in cell.source for cell in code(chapter)) >= 6


def test_parity_and_source_are_visible(chapter):
    source = "\n".join(cell.source for cell in code(chapter))
    assert "show(" in source and "assert_close(" in source
    assert re.search(r"F\.|nn\.|transformers", source), (
        "torch나 Hugging Face와 견주는 칸이 없습니다"
    )


def test_quiz_has_five_explained_questions(chapter):
    quizzes = re.findall(
        r"\*\*퀴즈 (\d)\.\*\*(.*?)<details class=\"quiz\" data-answer=\"(\d)\">(.*?)</details>",
        markdown(chapter),
        re.S,
    )
    assert [n for n, *_ in quizzes] == list("12345")
    for _, question, answer, explanation in quizzes:
        options = re.findall(r"^\d+\. ", question, re.M)
        assert 3 <= len(options) <= 4 and 1 <= int(answer) <= len(options)
        assert eojeol(explanation) >= 10


def test_no_claim_is_left_for_later(chapter):
    assert not re.search(r"TODO|FIXME|추후|나중에 구현|생략합니다", markdown(chapter))


# ── 연습문제 ──────────────────────────────────────────────────────────────────────────────────────


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
    assert 8 <= len(found) <= 12 and all(match for _, match in found)
    assert [int(m[1].split(".")[1]) for _, m in found] == list(range(1, len(found) + 1))
    assert sum(int(m[4]) for _, m in found) == sum(
        c.metadata.nbgrader.points for c in grades(master)
    )


def test_exercises_mix_kinds(master):
    auto = [c for c in grades(master) if c.cell_type == "code"]
    manual = [c for c in grades(master) if c.cell_type == "markdown"]
    assert 7 <= len(auto) <= 11 and 1 <= len(manual) <= 2


def test_every_exercise_has_three_hints(master):
    parts = re.split(r"(?=### 문제 \d)", markdown(master))[1:]
    for part in parts:
        hints = re.findall(
            r"<details class=\"hint\"><summary>힌트 (\d)</summary>", part
        )
        assert hints == ["1", "2", "3"], part[:60]


def test_every_graded_exercise_carries_wrong_answers(master, request):
    path = next(p for p in MASTERS if p.stem in request.node.name)
    scope: dict = {}
    exec((path.parent / "wrong_answers.py").read_text("utf8"), scope)
    auto = [
        c.metadata.nbgrader.grade_id.removesuffix("-test")
        for c in grades(master)
        if c.cell_type == "code"
    ]
    for grade_id in auto:
        names = [
            json.dumps(mistake)
            for target, mistake, _ in scope["WRONG"]
            if target == grade_id
        ]
        assert len(set(names)) >= 5, (
            f"{grade_id}: 서로 다른 오답이 {len(set(names))}개뿐입니다"
        )
