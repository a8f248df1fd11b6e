"""책의 모든 정답 노트북: 정답은 만점, 빈 문제는 0점, 실수는 제 이름으로."""

import ast
import os
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from jumok_grader.grading import grade_cells, grade_notebook
from jumok_grader.notebook.course_files import Course
from jumok_grader.notebook.generate import release_text
from jumok_grader.notebook.master import MASTER_ONLY, read_master
from jumok_grader.notebook.notebooks import Cell, read_cells
from jumok_grader.notebook.stubs import _SOLUTION, split_tests
from jumok_grader.notebook.wrong_answers import patched, read_wrong_answers
from jumok_grader.worker.session import Session
from jumok_grader.worker.stopwatch import TimeLimits

COURSE = Course(Path(__file__).parents[3])
SLUGS = COURSE.slugs()


CASES = [
    (slug, *case) for slug in SLUGS for case in read_wrong_answers(COURSE.master(slug))
]
each_chapter = pytest.mark.parametrize("slug", SLUGS)


@pytest.fixture(scope="module")
def session():
    shared = Session(TimeLimits(call=3, patience=40))
    yield shared
    shared.close()


@each_chapter
def test_solution_gets_full_points(slug):
    result = grade_notebook(COURSE.master(slug), COURSE.master(slug))
    lost = [
        f"{item.id}: {item.name} {item.message} {item.detail}"
        for item in result.questions
        if item.status not in ("passed", "manual")
    ]
    assert not lost and result.points == result.max_points > 0


@pytest.fixture
def released(slug, tmp_path):
    """학생이 처음 받는 노트북.

    독자가 exercises/에서 풀고 있어도 시험은 처음 것을 봅니다.
    """
    path = tmp_path / f"{slug}.ipynb"
    path.write_text(release_text(COURSE.master(slug)), encoding="utf-8")
    return path


@each_chapter
def test_unfilled_exercise_gets_zero(slug, released):
    result = grade_notebook(released, COURSE.master(slug))
    assert result.points == 0
    assert {item.status for item in result.questions} <= {"unsolved", "manual"}


def without_answers(text: str) -> list[tuple[str, str]]:
    """독자가 고치는 것(답 칸, 덧붙인 칸, 출력)을 뺀 문제와 검사."""
    cells = nbformat.reads(text, as_version=4).cells
    kept = [
        c
        for c in cells
        if c.metadata.get("nbgrader", {}).get("locked") or c.cell_type == "markdown"
    ]
    return [
        (c.cell_type, c.source)
        for c in kept
        if not c.metadata.get("nbgrader", {}).get("solution")
    ]


@each_chapter
def test_exercise_is_fresh(slug):
    text = COURSE.exercise(slug).read_text(encoding="utf-8")
    fresh = release_text(COURSE.master(slug))
    if (
        text != fresh
        and "CI" not in os.environ
        and without_answers(text) == without_answers(fresh)
    ):
        pytest.skip("독자가 풀고 있는 연습문제입니다. 문제와 검사는 원본과 같습니다.")
    assert text == fresh, "make exercises로 다시 만드세요"


@pytest.mark.parametrize(
    ("slug", "grade_id", "mistake", "source"),
    CASES,
    ids=[f"{c[1]}-{c[2]}-{i}" for i, c in enumerate(CASES)],
)
def test_wrong_answer_is_named(session, slug, grade_id, mistake, source):
    master = read_master(COURSE.master(slug))
    cells = [
        Cell(cell.kind, source, cell.cell_id, cell.nbgrader, cell.tags)
        if cell.grade_id == grade_id
        else cell
        for cell in read_cells(COURSE.master(slug))
    ]
    (result,) = grade_cells(cells, master, only={grade_id}, session=session).questions
    assert (result.mistake, result.points) == (mistake, 0), (
        f"{result.name}: {result.message} {result.detail}"
    )
    assert any("가" <= char <= "힣" for char in result.message)


@each_chapter
def test_every_graded_question_has_five_wrong_answers(slug):
    """서로 다른 실수가 다섯 가지 이상입니다."""
    named = {case[1:3] for case in CASES if case[0] == slug}
    counts = Counter(grade_id for grade_id, _ in named)
    graded = [
        question
        for question in read_master(COURSE.master(slug)).questions
        if not question.manual
    ]
    assert not [question.id for question in graded if counts[question.id] < 5]


def secret_lines(cells: list[Cell]) -> set[str]:
    """정답 영역과 숨은 검사의 줄 가운데 뜻이 있는 것."""
    bodies = [
        m.group("body") for cell in cells for m in _SOLUTION.finditer(cell.source)
    ]
    bodies += [split_tests(cell.source)[1] for cell in cells]
    bodies += [
        cell.source
        for cell in cells
        if cell.kind == "markdown" and cell.nbgrader.get("solution")
    ]
    bodies += [cell.source for cell in cells if MASTER_ONLY & set(cell.tags)]
    lines = {line.strip() for body in bodies for line in body.splitlines()}
    return {line for line in lines if len(line) > 12 and not _is_plain(line)}


def _is_plain(line: str) -> bool:
    """import처럼 정답이 아닌 줄."""
    try:
        nodes = ast.parse(line).body
    except SyntaxError:
        return False
    return bool(nodes) and all(
        isinstance(node, ast.Import | ast.ImportFrom) for node in nodes
    )


@each_chapter
def test_no_solution_text_leaks(slug, released):
    lines = {
        line.strip()
        for cell in read_cells(released)
        for line in cell.source.splitlines()
    }
    leaked = secret_lines(read_cells(COURSE.master(slug))) & lines
    assert not leaked
    text = released.read_text(encoding="utf-8")
    assert "SOLUTION" not in text and "HIDDEN" not in text


def test_a_wrong_answer_may_be_a_patch_of_the_solution():
    assert patched("a = 1\nb = a\n", {"= 1": "= 2", "b = a": "b = -a"}) == (
        "a = 2\nb = -a\n"
    )


@pytest.mark.parametrize("old", ["x", "a"])
def test_a_patch_that_no_longer_fits_the_solution_is_an_error(old):
    with pytest.raises(ValueError, match="꼭 한 번"):
        patched("a = 1\nb = a\n", {old: "c"})
