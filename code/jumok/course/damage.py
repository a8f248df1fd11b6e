"""온전하지 않은 노트북에서도 남은 문제를 채점합니다: 답 칸이 없거나 겹친 문제만 이름 붙여 0점으로 합니다."""

from __future__ import annotations

from .master import Master, other_chapter, places_of
from .mistakes import Mistake
from .notebooks import BadNotebook, Cell

ANSWER_MISSING = Mistake(
    "answer_missing",
    "지워진 답 칸",
    "이 문제의 답 칸이 노트북에 없습니다. 원래 문제 노트북에서 그 칸을 복사해 와서 풀어 주세요.",
)
ANSWER_TWICE = Mistake(
    "answer_twice",
    "두 번 있는 답 칸",
    "이 문제의 답 칸이 두 개 이상이고 내용이 서로 다릅니다. 한 칸으로 합치고 나머지는 지워 주세요.",
)


def find_answers(
    master: Master, cells: list[Cell]
) -> tuple[dict[str, int], dict[str, Mistake]]:
    """(문제마다 답 칸의 번호, 채점할 수 없는 문제의 까닭). 문제 칸이 하나도 없으면 BadNotebook을 냅니다.

    글이 똑같은 사본은 잘못이 아닙니다. 먼저 나오는 것을 봅니다.
    """
    found = {question.id: places_of(question, cells) for question in master.questions}
    if not any(found.values()):
        raise BadNotebook(other_chapter(master, cells))
    answers, troubles = {}, {}
    for key, places in found.items():
        if not places:
            troubles[key] = ANSWER_MISSING
        elif len({cells[place].source.strip() for place in places}) > 1:
            troubles[key] = ANSWER_TWICE
        else:
            answers[key] = places[0]
    return answers, troubles
