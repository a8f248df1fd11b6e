"""메모리, 디스크, 쓸 수 있는 폴더, 경로의 글자를 점검합니다."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from ..machine import free_memory
from .report import BAD, GOOD, WARN, Result, one_line

GIB = 2**30
# 이보다 적으면 ✘, ⚠ (GiB). 장 하나를 실행하는 커널이 1 GiB쯤 씁니다.
MEMORY = (1.0, 2.5)
DISK = (0.5, 3.0)  # 환경을 새로 설치하려면 3 GB가 듭니다.
LONG_PATH = 120  # Windows는 경로 전체가 260자를 넘으면 파일을 열지 못합니다.


def memory() -> Result:
    """지금 쓸 수 있는 메모리."""
    free = free_memory()
    if free is None:
        return Result(
            WARN,
            "남은 메모리를 알 수 없습니다.",
            "작업 관리자에서 2.5 GiB가 남았는지 보세요.",
        )
    shown = f"{free / GIB:.1f} GiB를 쓸 수 있습니다"
    bad, tight = MEMORY
    if free < bad * GIB:
        return Result(
            BAD,
            f"{shown}. 노트북 하나도 돌리기 어렵습니다.",
            "다른 프로그램과 Jupyter의 다른 커널을 끄세요.",
        )
    if free < tight * GIB:
        return Result(
            WARN,
            f"{shown}. 빠듯합니다.",
            "노트북을 한 번에 하나만 열고, 다 본 커널은 끄세요.",
        )
    return Result(GOOD, f"{shown}.")


def disk(folders: dict[str, Path]) -> Result:
    """폴더가 있는 디스크마다 남은 자리. folders는 {부르는 이름: 폴더}입니다."""
    rooms = {
        name: shutil.disk_usage(existing(folder)).free
        for name, folder in folders.items()
    }
    name = min(rooms, key=rooms.__getitem__)
    shown = (
        f"{name}({existing(folders[name])})에 {rooms[name] / GIB:.1f} GiB가 남았습니다"
    )
    bad, tight = DISK
    if rooms[name] < bad * GIB:
        return Result(
            BAD,
            f"{shown}.",
            "안 쓰는 파일을 지우세요. 환경은 1.5 GB, 자료는 수백 MB를 씁니다.",
        )
    if rooms[name] < tight * GIB:
        return Result(
            WARN,
            f"{shown}.",
            "환경을 새로 설치하거나 자료를 받으려면 3 GB가 있어야 합니다.",
        )
    return Result(GOOD, f"{shown}.")


def writable(folders: dict[str, Path]) -> Result:
    """폴더에 파일을 쓰고 지워 봅니다. 아직 없는 폴더는 만들 수 있는지를 봅니다."""
    failed = {
        name: why for name, folder in folders.items() if (why := _cannot_write(folder))
    }
    if not failed:
        return Result(GOOD, f"{', '.join(folders)}에 쓸 수 있습니다.")
    shown = ", ".join(f"{name}({folders[name]}: {why})" for name, why in failed.items())
    todo = "쓸 수 있는 곳으로 옮기거나 권한을 고치세요."
    if "자료 폴더" in failed:
        todo = "환경 변수 JUMOK_DATA에 쓸 수 있는 폴더를 적으세요. " + (
            todo if len(failed) > 1 else ""
        )
    return Result(BAD, f"쓸 수 없습니다: {shown}.", todo.strip())


def paths(folders: dict[str, Path]) -> Result:
    """경로에 한글이나 빈칸이 있는지, Windows에서는 너무 긴지."""
    odd = {name: why for name, folder in folders.items() if (why := _odd(str(folder)))}
    if not odd:
        return Result(GOOD, "경로가 모두 영문이고 빈칸이 없습니다.")
    shown = ", ".join(f"{name}에 {why}({folders[name]})" for name, why in odd.items())
    better = r"C:\jumok" if sys.platform == "win32" else "~/jumok"
    todo = (
        "책은 그대로 쓸 수 있습니다. "
        f"다른 도구가 파일을 못 찾으면 {better} 같은 짧은 영문 경로로 옮기세요."
    )
    return Result(WARN, f"{shown}.", todo)


def existing(folder: Path) -> Path:
    """folder 자신이나, 없으면 있는 윗폴더."""
    folder = Path(folder).absolute()
    return next(
        (place for place in (folder, *folder.parents) if place.exists()), folder
    )


def _cannot_write(folder: Path) -> str:
    """쓸 수 없는 까닭. 쓸 수 있으면 빈 글입니다."""
    # 아직 없는 폴더라면, 만들어질 자리(있는 윗폴더)에 써 봅니다.
    place = existing(folder)
    if not place.is_dir():
        return f"{place.name}은 폴더가 아닌 파일입니다"
    try:
        with tempfile.TemporaryDirectory(prefix=".jumok-doctor-", dir=place) as made:
            Path(made, "한글.txt").write_text("써 보기", encoding="utf-8")
    except OSError as error:
        return one_line(error.strerror or str(error), 80)
    return ""


def _odd(path: str) -> str:
    found = []
    if not path.isascii():
        found.append("영문이 아닌 글자")
    if " " in path:
        found.append("빈칸")
    if sys.platform == "win32" and len(path) > LONG_PATH:
        found.append(f"글자 {len(path)}개(너무 긺)")
    return ", ".join(found)
