"""정답 노트북(master)을 문제들로 읽고, 학생 노트북의 칸과 짝짓습니다."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from .notebooks import BadNotebook, Cell, read_cells
from .stubs import clear_hidden, clear_solution, defined_names, parse, split_tests
from .table import clean

MASTER_ONLY = frozenset(
    {"master-only", "solution-text"}
)  # 문제 노트북에 넣지 않는 칸의 tag


@dataclass
class Test:
    """검사 칸 하나: 보이는 검사, 숨은 검사, 점수."""

    __test__ = False  # pytest가 검사 클래스로 여기지 않게 합니다.
    grade_id: str
    visible: str
    hidden: str
    points: float


@dataclass
class Question:
    """문제 하나: 답 칸의 grade_id, 제목, 검사들, 학생이 만들 이름들."""

    id: str
    index: int
    title: str
    answer: str
    stub: str
    cell_id: str = ""
    manual: bool = False
    manual_points: float = 0
    tests: list[Test] = field(default_factory=list)

    @property
    def points(self) -> float:
        """자동으로 채점하는 점수. 직접 채점하는 문제는 0입니다."""
        return sum(test.points for test in self.tests)

    @property
    def names(self) -> tuple[list[str], list[str]]:
        """학생이 만들 (함수 이름들, 값 이름들)."""
        return defined_names(self.answer)


@dataclass
class Master:
    """정답 노트북 하나."""

    slug: str
    title: str
    questions: list[Question]
    setup: list[tuple[int, str]]  # (칸 번호, 소스): 채점하지 않는 준비 칸

    @property
    def number(self) -> int:
        """장 번호."""
        return int(self.slug.split("_")[0])


def read_master(path: Path) -> Master:
    """정답 노트북을 읽습니다. 검사 칸은 바로 앞의 답 칸에 딸립니다."""
    cells = read_cells(path)
    questions: list[Question] = []
    title, heading = path.stem, ""
    for index, cell in enumerate(cells):
        if cell.kind == "markdown" and not cell.nbgrader.get("solution"):
            heading = _heading(cell.source, "###") or heading
            title = title if title != path.stem else _heading(cell.source, "#") or title
        elif cell.nbgrader.get("solution"):
            questions.append(_question(cell, index, heading))
        elif cell.nbgrader.get("grade") and questions:
            visible, hidden = split_tests(cell.source)
            questions[-1].tests.append(
                Test(
                    cell.grade_id,
                    visible,
                    hidden,
                    float(cell.nbgrader.get("points", 0)),
                )
            )
    return Master(path.stem, title, questions, _setup_cells(cells, questions))


def _question(cell: Cell, index: int, heading: str) -> Question:
    stub = clear_solution(cell.source, cell.kind)
    question = Question(
        cell.grade_id, index, heading or cell.grade_id, cell.source, stub, cell.cell_id
    )
    if cell.nbgrader.get("grade"):
        question.manual, question.manual_points = (
            True,
            float(cell.nbgrader.get("points", 0)),
        )
    return question


def _heading(source: str, marks: str) -> str:
    match = re.search(rf"^{marks}\s+(.+)$", source, re.M)
    return match.group(1).strip() if match else ""


def _setup_cells(cells: list[Cell], questions: list[Question]) -> list[tuple[int, str]]:
    """채점과 무관한 코드 칸 가운데 학생의 이름을 쓰지 않는 것이 준비 칸입니다."""
    student = {
        name for question in questions for names in question.names for name in names
    }
    plain = [
        (index, cell.source)
        for index, cell in enumerate(cells)
        if cell.kind == "code"
        and not cell.nbgrader.get("grade")
        and not cell.nbgrader.get("solution")
        and not MASTER_ONLY & set(cell.tags)
    ]
    return [
        (index, source) for index, source in plain if not student & _names_in(source)
    ]


def _names_in(source: str) -> set[str]:
    return {node.id for node in ast.walk(parse(source)) if isinstance(node, ast.Name)}


def match_answers(master: Master, cells: list[Cell]) -> dict[str, int]:
    """문제 id마다 학생 노트북의 답 칸 번호를 찾습니다. 없거나 겹치면 BadNotebook을 냅니다."""
    found = {question.id: places_of(question, cells) for question in master.questions}
    if not any(found.values()):
        raise BadNotebook(other_chapter(master, cells))
    twice = [question for question in master.questions if len(found[question.id]) > 1]
    missing = [question for question in master.questions if not found[question.id]]
    if twice or missing:
        raise BadNotebook(_damaged(missing, twice))
    return {key: places[0] for key, places in found.items()}


def places_of(question: Question, cells: list[Cell]) -> list[int]:
    """이 문제의 답 칸일 수 있는 칸들의 번호. 온전한 노트북에서는 하나입니다."""
    kind = "markdown" if question.manual else "code"
    by_id = [
        i
        for i, cell in enumerate(cells)
        if cell.grade_id == question.id and cell.kind == kind
    ]
    if by_id:
        return by_id
    return (
        _by_cell_id(question, cells)
        or _by_next_test(question, cells)
        or _by_function(question, cells)
        or _by_heading(question, cells)
        or _by_stub(question, cells)
    )


def _by_cell_id(question: Question, cells: list[Cell]) -> list[int]:
    """nbgrader 정보가 지워졌어도 Jupyter의 칸 id가 남은 노트북."""
    kind = "markdown" if question.manual else "code"
    mine = [
        i
        for i, cell in enumerate(cells)
        if cell.cell_id == question.cell_id and cell.kind == kind
    ]
    return [i for i in mine if question.cell_id and not cells[i].grade_id]


def _by_next_test(question: Question, cells: list[Cell]) -> list[int]:
    """칸 id도 없는 노트북: 보이는 검사와 같은 칸의 바로 앞 코드 칸이 답 칸입니다."""
    texts = {test.visible.strip() for test in question.tests} - {""}
    tests = [
        i
        for i, cell in enumerate(cells)
        if i and clear_hidden(cell.source).strip() in texts
    ]
    return [
        i - 1
        for i in tests
        if cells[i - 1].kind == "code" and not cells[i - 1].grade_id
    ]


def _by_function(question: Question, cells: list[Cell]) -> list[int]:
    functions = question.names[0]
    pattern = (
        re.compile(rf"^(def|class)\s+{re.escape(functions[0])}\s*[(:]", re.M)
        if functions
        else None
    )
    free = [
        i for i, cell in enumerate(cells) if cell.kind == "code" and not cell.grade_id
    ]
    return [i for i in free if pattern and pattern.search(cells[i].source)]


def _by_heading(question: Question, cells: list[Cell]) -> list[int]:
    """칸 id도 없는 노트북의 열린 문제: '### 문제 4.11' 아래, 힌트 다음의 글 칸이 답 칸입니다."""
    number = re.match(r"문제\s*\d+\.\d+", question.title)
    if not question.manual or not number:
        return []
    heads = [
        i
        for i, cell in enumerate(cells)
        if cell.kind == "markdown" and _heading(cell.source, "#{1,3}")
    ]
    mine = [
        i
        for i in heads
        if re.match(rf"{re.escape(number[0])}(?!\d)", _heading(cells[i].source, "###"))
    ]
    if len(mine) != 1:
        return []
    end = next((i for i in heads if i > mine[0]), len(cells))
    texts = [
        i
        for i in range(mine[0] + 1, end)
        if cells[i].kind == "markdown" and not cells[i].grade_id
    ]
    free = [i for i in texts if "<summary>힌트" not in cells[i].source]
    same = [
        i
        for i in free
        if cells[i].source.strip() in (question.stub.strip(), question.answer.strip())
    ]
    return (same or free)[-1:]


def _by_stub(question: Question, cells: list[Cell]) -> list[int]:
    free = [i for i, cell in enumerate(cells) if not cell.grade_id]
    return [
        i
        for i in free
        if question.manual
        and cells[i].source.strip() in (question.stub, question.answer)
    ]


def other_chapter(master: Master, cells: list[Cell]) -> str:
    """문제 칸이 하나도 없는 노트북의 까닭: 다른 장의 것인지."""
    ids = [
        cell.grade_id
        for cell in cells
        if cell.nbgrader.get("solution") and cell.grade_id
    ]
    number = re.match(r"ex([0-9]{1,3})\b", ids[0]) if ids else None
    if number and int(number.group(1)) != master.number:
        seen = clean(ids[0])[:40]
        return (
            f"{master.number}장이 아니라 {int(number.group(1))}장의 노트북입니다 (문제 {seen} 등).\n"
            f"  jumok grade {number.group(1)} 경로 처럼 장 번호를 맞춰 주세요."
        )
    where = f"exercises/{master.slug} 안의 노트북인지 확인하세요."
    return f"{master.number}장의 문제 칸이 하나도 없는 노트북입니다.\n  {where}"


def _damaged(missing: list[Question], twice: list[Question]) -> str:
    lines = ["문제 칸이 온전하지 않아 채점하지 않았습니다."]
    lines += [
        f"  지워진 답 칸: {question.id} ({question.title})" for question in missing
    ]
    lines += [
        f"  두 번 이상 있는 답 칸: {question.id} ({question.title})"
        for question in twice
    ]
    if missing:
        lines.append(
            "  Jupyter의 '되돌리기'로 살리거나, 원래 문제 노트북에서 그 칸을 복사해 오세요."
        )
    if twice:
        lines.append("  칸을 나누거나 복사했다면 한 칸으로 합치고 나머지는 지우세요.")
    return "\n".join(lines)
