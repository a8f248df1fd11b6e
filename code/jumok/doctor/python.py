"""파이썬, 꾸러미의 판, 콘솔의 글자를 점검합니다."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from .report import BAD, GOOD, WARN, Result

PYTHONS = ((3, 11), (3, 14))  # constraints.txt의 판들이 함께 풀리는 Python
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;#]+)", re.MULTILINE)


def python_version() -> Result:
    """이 책이 쓸 수 있는 Python인지."""
    low, high = PYTHONS
    have = f"{sys.version.split()[0]} ({sys.executable or '위치를 모름'})"
    span = f"{low[0]}.{low[1]}부터 {high[0]}.{high[1]}까지"
    if sys.version_info[:2] < low:
        return Result(
            BAD,
            f"{have}은 낡았습니다.",
            f"{span} 가운데 하나를 설치하고 python3.12 make.py env 를 부르세요.",
        )
    if sys.version_info[:2] > high:
        return Result(
            WARN,
            f"{have}은 시험해 보지 않았습니다.",
            f"탈이 나면 {span} 가운데 하나를 쓰세요.",
        )
    return Result(GOOD, have)


def packages(root: Path | None) -> Result:
    """꾸러미가 있는지, 고정한 판과 같은지. 책 폴더가 없으면 있는지만 봅니다.

    requirements.txt에 있는 것은 모두 있어야 하고, constraints.txt의 것은 설치되어 있을
    때만 판을 봅니다.
    """
    direct = _pins(root and root / "requirements.txt")
    pins = _pins(root and root / "constraints.txt") | direct
    have = _installed()
    needed = _needed_by_jumok()
    absent = sorted(name for name in {*needed, *direct} if name not in have)
    wrong = sorted(
        name
        for name, pin in pins.items()
        if name in have and _release(have[name]) != pin
    )
    if absent:
        todo = _install(absent, pins, root)
        if any(name in needed for name in absent):
            return Result(BAD, f"없는 꾸러미: {_few(absent)}.", todo)
        return Result(
            WARN, f"책을 짓거나 시험할 때 쓰는 꾸러미가 없습니다: {_few(absent)}.", todo
        )
    if wrong:
        shown = _few([f"{name} {have[name]}(고정한 판 {pins[name]})" for name in wrong])
        return Result(WARN, f"판이 다른 꾸러미: {shown}.", _install(wrong, pins, root))
    if not pins:
        return Result(
            GOOD,
            f"필요한 {len(needed)}개가 있습니다. "
            "책 폴더 밖이라 판은 견주지 않았습니다.",
        )
    return Result(
        GOOD, f"직접 쓰는 {len(direct)}개가 있고, 설치된 것은 모두 고정한 판입니다."
    )


def console() -> Result:
    """콘솔이 한글과 기호를 적을 수 있는지."""
    encoding = getattr(sys.stdout, "encoding", None) or "알 수 없음"
    try:
        "한글 ✔ √ −".encode(encoding)
    except (UnicodeError, LookupError):
        todo = "환경 변수 PYTHONUTF8=1 을 정하고 새 터미널을 여세요."
        return Result(
            WARN,
            f"콘솔의 글자({encoding})로는 한글이나 기호가 ?로 보일 수 있습니다.",
            todo,
        )
    return Result(GOOD, encoding)


def canonical(name: str) -> str:
    """꾸러미 이름을 견주기 좋게(PEP 503) 바꿉니다."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(root: Path | None, name: str) -> str:
    """`이름==판`. 고정한 판을 모르면 이름만."""
    pin = _pins(root and root / "requirements.txt").get(name)
    return f"{name}=={pin}" if pin else name


def pip_install(*what: str) -> str:
    """지금 Python에 설치하는, 그대로 붙여 넣을 수 있는 명령."""
    command = [sys.executable or "python", "-m", "pip", "install", *what]
    return (
        subprocess.list2cmdline(command)
        if sys.platform == "win32"
        else shlex.join(command)
    )


def _pins(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8", errors="replace")
    return {canonical(name): version for name, version in _PIN.findall(text)}


def _installed() -> dict[str, str]:
    found = {}
    for item in metadata.distributions():
        name = item.metadata["Name"]
        if name and item.version:
            # sys.path의 앞에 있는 것이 쓰입니다.
            found.setdefault(canonical(name), item.version)
    return found


def _needed_by_jumok() -> set[str]:
    """패키지가 스스로 적은 꼭 필요한 것들. extra에만 드는 것은 뺍니다."""
    try:
        lines = metadata.requires("jumok") or []
    except metadata.PackageNotFoundError:
        lines = ["numpy", "torch", "matplotlib"]
    # extra(학급, 기준선)는 있어야만 하는 것이 아닙니다.
    kept = (line for line in lines if "extra ==" not in line)
    return {canonical(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in kept}


def _release(version: str) -> str:
    """2.13.0+cpu → 2.13.0"""
    return version.partition("+")[0]


def _few(names: list[str], most: int = 4) -> str:
    more = f" 외 {len(names) - most}개" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _install(names: Iterable[str], pins: dict[str, str], root: Path | None) -> str:
    names = list(names)
    if root and len(names) > 4:
        # -e ./code가 책 폴더를 기준으로 하므로 그 폴더에서 부릅니다.
        return f"책 폴더({root})에서 {pip_install('-r', 'requirements.txt')}"
    what = [f"{name}=={pins[name]}" if name in pins else name for name in names]
    return pip_install(*what)
