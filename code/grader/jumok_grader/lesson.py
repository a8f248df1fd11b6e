"""채점할 노트북이 쓰는 수업의 꾸러미: 이름과 자리. 불러오지(import) 않고 찾기만 합니다.

학생의 코드와 준비 칸이 이 꾸러미를 부릅니다. 그래서 일꾼이 찾을 폴더, 격리가 보여 줄
폴더, 미리 불러 둘 모듈을 여기서 한 번 정합니다. 채점기는 이 꾸러미가 없어도 돕니다.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

NAME = "jumok"
# 어느 장이나 쓰는 것. torch만 1.7초가 걸립니다. 마지막은 torch가 기울기를 처음 구할 때
# 부르는 것입니다.
PRELOAD = (
    "numpy",
    "torch",
    "jumok.scratch",
    "torch.fx.experimental.symbolic_shapes",
)
GRADER = Path(__file__).resolve().parent


@lru_cache(maxsize=1)
def package_folders() -> tuple[Path, ...]:
    """채점기와 수업의 꾸러미 폴더들. 수업의 꾸러미가 없으면 채점기의 것뿐입니다."""
    found = find_spec(NAME)
    places = found.submodule_search_locations if found else None
    lesson = [Path(place).resolve() for place in places or ()]
    return (GRADER, *lesson)


def import_folders() -> list[str]:
    """꾸러미들을 찾을 수 있게 sys.path에 놓을 폴더들."""
    return list(dict.fromkeys(str(folder.parent) for folder in package_folders()))


def font_folder() -> Path | None:
    """수업의 꾸러미에 든 한글 글꼴의 폴더. 없으면 None입니다."""
    found = [folder / "fonts" for folder in package_folders()[1:]]
    return next((folder for folder in found if folder.is_dir()), None)
