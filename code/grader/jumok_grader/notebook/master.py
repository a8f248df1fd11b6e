"""정답 노트북(master)을 문제들로 읽고."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from .notebooks import Cell, read_cells
from .stubs import clear_solution, defined_names, parse, split_tests

# 문제 노트북에 넣지 않는 칸의 tag
MASTER_ONLY = frozenset({"master-only", "solution-text"})


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
    def max_points(self) -> float:
        """만점: 자동으로 채점하는 점수이거나, 직접 채점하는 문제의 점수."""
        return self.manual_points if self.manual else self.points

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
            heading = heading_of(cell.source, "###") or heading
            title = (
                title if title != path.stem else heading_of(cell.source, "#") or title
            )
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
        question.manual = True
        question.manual_points = float(cell.nbgrader.get("points", 0))
    return question


def heading_of(source: str, marks: str) -> str:
    """마크다운에서 marks(예: ###)로 시작하는 첫 제목. 없으면 빈 글입니다."""
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
