"""학생 노트북의 답 칸을 정답 노트북의 문제와 짝짓습니다.

온전하지 않은 노트북도 남은 문제는 짝짓습니다.
"""

from __future__ import annotations

import re

from ..text_table import clean
from .master import Master, Question, heading_of
from .notebooks import BadNotebook, Cell
from .stubs import clear_hidden


def match_answers(master: Master, cells: list[Cell]) -> dict[str, int]:
    """문제 id마다 학생 노트북의 답 칸 번호를 찾습니다.

    없거나 겹치면 BadNotebook을 냅니다.
    """
    found = {question.id: places_of(question, cells) for question in master.questions}
    if not any(found.values()):
        raise BadNotebook(other_chapter(master, cells))
    twice = [question for question in master.questions if len(found[question.id]) > 1]
    missing = [question for question in master.questions if not found[question.id]]
    if twice or missing:
        raise BadNotebook(_damaged(missing, twice))
    return {key: places[0] for key, places in found.items()}


def find_answers(
    master: Master, cells: list[Cell]
) -> tuple[dict[str, int], dict[str, str]]:
    """(문제마다 답 칸의 번호, 채점할 수 없는 문제의 까닭).

    문제 칸이 하나도 없으면 BadNotebook을 냅니다.

    글이 똑같은 사본은 잘못이 아닙니다. 먼저 나오는 것을 봅니다.
    """
    found = {question.id: places_of(question, cells) for question in master.questions}
    if not any(found.values()):
        raise BadNotebook(other_chapter(master, cells))
    answers, troubles = {}, {}
    for key, places in found.items():
        if not places:
            troubles[key] = "answer_missing"
        # 글까지 같은 사본은 어느 것을 보아도 점수가 같습니다.
        elif len({cells[place].source.strip() for place in places}) > 1:
            troubles[key] = "answer_twice"
        else:
            answers[key] = places[0]
    return answers, troubles


def places_of(question: Question, cells: list[Cell]) -> list[int]:
    """이 문제의 답 칸일 수 있는 칸들의 번호. 온전한 노트북에서는 하나입니다."""
    kind = "markdown" if question.manual else "code"
    # nbgrader 정보가 남아 있으면 그것만 믿습니다. 아니면 차례로 다른 자국을 찾습니다.
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
        or _byheading_of(question, cells)
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


def _byheading_of(question: Question, cells: list[Cell]) -> list[int]:
    """칸 id도 없는 노트북의 열린 문제.

    '### 문제 4.11' 아래, 힌트 다음의 글 칸이 답 칸입니다.
    """
    number = re.match(r"문제\s*\d+\.\d+", question.title)
    if not question.manual or not number:
        return []
    heads = [
        i
        for i, cell in enumerate(cells)
        if cell.kind == "markdown" and heading_of(cell.source, "#{1,3}")
    ]
    mine = [
        i
        for i in heads
        if re.match(
            rf"{re.escape(number[0])}(?!\d)", heading_of(cells[i].source, "###")
        )
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
            f"{master.number}장이 아니라 {int(number.group(1))}장의 노트북입니다 "
            f"(문제 {seen} 등).\n"
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
            "  Jupyter의 '되돌리기'로 살리거나, 원래 문제 노트북에서 그 칸을 "
            "복사해 오세요."
        )
    if twice:
        lines.append("  칸을 나누거나 복사했다면 한 칸으로 합치고 나머지는 지우세요.")
    return "\n".join(lines)
