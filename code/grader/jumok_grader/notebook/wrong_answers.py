"""정답 폴더의 wrong_answers.py 읽기: 자주 나오는 틀린 답과 나와야 할 실수의 이름."""

import runpy
from pathlib import Path

from .notebooks import read_cells

Patch = dict[str, str]


def read_wrong_answers(master: Path) -> list[tuple[str, str, str]]:
    """(답 칸의 grade_id, 나와야 할 실수, 답 칸 전체의 글)의 목록. 없으면 빈 목록.

    틀린 답을 {옛 글: 새 글}로 적었으면 정답 칸에서 그곳만 바꾼 글을 만듭니다.
    오류: 옛 글이 정답에 꼭 한 번 나오지 않거나 답 칸이 없으면 ValueError.
    """
    path = master.with_name("wrong_answers.py")
    if not path.is_file():
        return []
    answers = {cell.grade_id: cell.source for cell in read_cells(master)}
    found = []
    for grade_id, mistake, wrong in runpy.run_path(str(path))["WRONG"]:
        if grade_id not in answers:
            raise ValueError(f"{path.parent.name}: 답 칸 '{grade_id}'이(가) 없습니다.")
        if isinstance(wrong, dict):
            wrong = patched(answers[grade_id], wrong, f"{grade_id} '{mistake}'")
        found.append((grade_id, mistake, wrong.strip("\n")))
    return found


def patched(source: str, patch: Patch, name: str = "틀린 답") -> str:
    """정답의 글에서 patch의 옛 글을 새 글로 바꿉니다.

    오류: 옛 글이 꼭 한 번 나오지 않으면 ValueError. 정답이 바뀌면 여기서 드러납니다.
    """
    for old, new in patch.items():
        times = source.count(old)
        if times != 1:
            raise ValueError(
                f"{name}: 정답에 {old!r}이(가) {times}번 나옵니다. "
                "꼭 한 번 나오는 글을 적으세요."
            )
        source = source.replace(old, new)
    return source
