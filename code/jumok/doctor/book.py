"""책 파일, 한글 글꼴, Jupyter 커널을 점검합니다."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from .python import pip_install
from .report import BAD, GOOD, WARN, Result, one_line

PACKAGE = Path(__file__).parents[1]
FONTS = ("Pretendard-Regular.otf", "Pretendard-Bold.otf")
SAMPLE = "가힣주목뷁−"


def font(folder: Path = PACKAGE / "fonts") -> Result:
    """패키지의 한글 글꼴이 열리고 한글이 들어 있는지."""
    again = "책을 다시 내려받거나 jumok을 다시 설치하세요."
    if absent := [name for name in FONTS if not (folder / name).is_file()]:
        return Result(BAD, f"글꼴 파일이 없습니다: {', '.join(absent)}.", again)
    try:
        from matplotlib.ft2font import FT2Font
    except Exception as error:
        why = one_line(f"{type(error).__name__}: {error}", 120)
        message = f"파일은 있지만 matplotlib을 쓸 수 없어 열어 보지 못했습니다({why})."
        return Result(WARN, message, "matplotlib부터 고치세요.")
    for name in FONTS:
        try:
            letters = FT2Font(str(folder / name)).get_charmap()
        except (RuntimeError, OSError) as error:
            return Result(
                BAD, f"{name}을 열지 못했습니다({one_line(str(error), 80)}).", again
            )
        if lost := [letter for letter in SAMPLE if ord(letter) not in letters]:
            return Result(
                BAD, f"{name}에 없는 글자가 있습니다: {' '.join(lost)}.", again
            )
    return Result(GOOD, "Pretendard를 열었고 한글이 들어 있습니다.")


def course_files(root: Path | None) -> Result:
    """장과 연습문제의 노트북이 모두 있고 읽히는지."""
    if root is None:
        todo = (
            "내려받은 책의 폴더로 들어가서 다시 부르거나 --course 폴더 로 알려 주세요."
        )
        return Result(WARN, "지금 폴더에서 위로 책 폴더가 없습니다.", todo)
    chapters = sorted(root.glob("chapters/[0-9][0-9]_*.ipynb"))
    exercises = [root / "exercises" / path.stem / path.name for path in chapters]
    again = (
        "책을 다시 내려받으세요. "
        f"푼 노트북({root / 'exercises'})은 먼저 다른 곳에 복사해 두세요."
    )
    if not chapters:
        return Result(BAD, f"{root}에 장 노트북이 없습니다.", again)
    if absent := [path for path in exercises if not path.is_file()]:
        return Result(BAD, f"없는 연습문제: {_names(absent)}.", again)
    if broken := [path for path in (*chapters, *exercises) if not _readable(path)]:
        return Result(BAD, f"읽을 수 없는 노트북: {_names(broken)}.", again)
    # 다른 곳에 설치된 패키지로 이 책을 읽으면 판이 어긋날 수 있습니다.
    here, used = (root / "code" / "jumok").resolve(), PACKAGE.resolve()
    if here.is_dir() and here != used:
        todo = f"책 폴더의 것을 쓰려면 {pip_install('-e', str(root / 'code'))}"
        return Result(
            WARN, f"{root}의 책을 읽지만 패키지는 다른 곳({used})의 것입니다.", todo
        )
    return Result(
        GOOD, f"{root}에 장 {len(chapters)}개와 연습문제 {len(exercises)}개가 있습니다."
    )


def kernel() -> Result:
    """Jupyter가 이 Python으로 노트북을 실행할 수 있는지."""
    install = pip_install("ipykernel", "jupyterlab")
    try:
        import ipykernel  # noqa: F401 - 커널을 띄울 수 있는지만 봅니다
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError as error:
        why = error.name or one_line(str(error), 80)
        return Result(BAD, f"노트북을 실행할 꾸러미가 없습니다({why}).", install)
    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        command = ""
    program = shutil.which(command)
    again = f"{sys.executable} -m ipykernel install --sys-prefix"
    if not program:
        return Result(
            BAD,
            f"python3 커널이 없거나 없는 Python을 가리킵니다({command or '없음'}).",
            again,
        )
    # 이름만 적은 커널(python)은 Jupyter를 띄운 환경의 Python으로 바뀝니다.
    if os.path.isabs(command) and Path(command).parent != Path(sys.executable).parent:
        return Result(WARN, f"python3 커널이 다른 Python({command})입니다.", again)
    return Result(GOOD, "python3 커널이 이 Python을 씁니다.")


def find_root(start: Path) -> Path | None:
    """start에서 위로 올라가며 _config.yml과 exercises/가 있는 책 폴더를 찾습니다.

    없으면 None입니다.
    """
    from jumok_grader.notebook.course_files import BadCourse, find_course

    try:
        return find_course(start).root
    except BadCourse:
        return None


def _readable(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8"))["cells"], list)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _names(paths: list[Path], most: int = 3) -> str:
    more = f" 외 {len(paths) - most}개" if len(paths) > most else ""
    return ", ".join(f"{path.parent.name}/{path.name}" for path in paths[:most]) + more
