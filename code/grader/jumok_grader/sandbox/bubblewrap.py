"""bubblewrap에 넘길 인자: 무엇을 읽기 전용으로 보이고, 무엇을 끊는지.

보이는 것은 /usr, 파이썬과 그 꾸러미, 채점기와 수업의 꾸러미뿐입니다. 쓸 수 있는 곳은
크기를 정한 /tmp와 /dev/shm뿐이고, 이름공간(사용자, 프로세스, 네트워크, IPC, 호스트
이름, cgroup)은 모두 새것입니다.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import seccomp

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SMALL = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/nix/store")
_SHM_BYTES = 32 * 2**20
_NOBODY = "65534"
_FIRST_UID, _UIDS = 1_800_000_000, 100_000_000
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "USER": "student",
    "LOGNAME": "student",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def library_paths() -> list[Path]:
    """일꾼이 꾸러미를 찾을 폴더들: 이 파이썬의 site-packages와 dist-packages."""
    known = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
    others = [
        item
        for item in sys.path
        if Path(item).name in ("site-packages", "dist-packages")
    ]
    return [
        Path(item)
        for item in dict.fromkeys([*known, *others])
        if item and os.path.isdir(item)
    ]


def visible_paths(packages: Sequence[Path], readable: tuple[Path, ...]) -> list[Path]:
    """학생의 코드가 읽을 수 있는 폴더와 파일. 겹치는 것은 바깥 것 하나만 남깁니다."""
    roots = [Path(item) for item in (sys.prefix, sys.base_prefix, sys.exec_prefix)]
    wanted = [
        Path("/usr"),
        *roots,
        *library_paths(),
        *packages,
        *(Path(item).resolve() for item in readable),
    ]
    wanted += [Path(os.path.realpath(sys.executable)).parent]
    kept: list[Path] = []
    # 바깥 폴더부터 보아, 이미 보이는 폴더의 안쪽은 다시 적지 않습니다.
    for path in sorted(set(wanted), key=lambda item: len(item.parts)):
        if not any(path == other or other in path.parents for other in kept):
            kept.append(path)
    return kept


def view(packages: Sequence[Path], readable: tuple[Path, ...]) -> list[str]:
    """파일들의 모습.

    부모 폴더는 이름만 있는 빈 폴더로 만들어, 그 안의 다른 것은 보이지 않습니다.
    """
    shown = [
        *visible_paths(packages, readable),
        *(Path(item) for item in _SMALL if os.path.exists(item)),
    ]
    parents = {
        parent for path in shown for parent in path.parents if parent != Path("/")
    }
    covered = {
        path
        for path in parents
        if any(other == path or other in path.parents for other in shown)
    }
    arguments: list[str] = []
    # 부모 폴더를 통째로 보이면 그 안의 다른 책과 제출물까지 보입니다.
    for parent in sorted(parents - covered, key=lambda item: len(item.parts)):
        arguments += ["--dir", str(parent)]
    for path in shown:
        arguments += ["--ro-bind", str(path), str(path)]
    for place in _SYSTEM[1:]:
        if os.path.islink(place):
            arguments += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            arguments += ["--ro-bind", place, place]
    return arguments


def wrapped(
    command: list[str], files: list[str], scratch: int, filter_fd: int | None
) -> list[str]:
    """command를 가두어 돌리는 명령.

    root가 부르면 먼저 아무 권한이 없는 낯선 사용자가 됩니다.
    """
    bwrap = shutil.which("bwrap") or "/usr/bin/bwrap"
    inner = [
        bwrap,
        "--unshare-all",
        "--unshare-user",
        "--disable-userns",
        "--uid",
        _NOBODY,
        "--gid",
        _NOBODY,
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "jumok",
        "--clearenv",
    ]
    for name, value in ENVIRONMENT.items():
        inner += ["--setenv", name, value]
    # /tmp를 먼저 놓습니다. 책이 /tmp 아래에 있으면 그 위에 읽기 전용으로 얹어야
    # 보입니다.
    inner += ["--size", str(scratch), "--tmpfs", "/tmp", *files]
    inner += [
        "--dev",
        "/dev",
        "--size",
        str(_SHM_BYTES),
        "--tmpfs",
        "/dev/shm",
        "--remount-ro",
        "/dev",
    ]
    # /를 읽기 전용으로 바꾸는 것은 위의 자리들을 모두 놓은 다음이어야 합니다.
    inner += ["--proc", "/proc", "--chdir", "/tmp", "--remount-ro", "/"]
    if filter_fd is not None:
        inner += ["--seccomp", str(filter_fd)]
    return [
        *(_step_down(bwrap, files) if os.geteuid() == 0 else []),
        *inner,
        "--",
        *command,
    ]


def _step_down(bwrap: str, files: list[str]) -> list[str]:
    """root를 내려놓는 첫 단계.

    파이썬이 /root 안에 있어도 되도록 파일의 모습을 먼저 만듭니다.

    번호는 일꾼마다 다릅니다. 그래야 한 일꾼의 프로세스 수가 다른 일꾼의 몫을 줄이지
    않습니다.
    """
    uid = str(_FIRST_UID + secrets.randbelow(_UIDS))
    keep = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    # root의 죽음은 낯선 사용자에게 신호를 보내지 못합니다. 이름공간째 사라지게 해야
    # 일꾼이 남지 않습니다.
    keep += ["--unshare-pid", "--die-with-parent"]
    outer = [bwrap, *files, "--dir", "/tmp"]
    outer += ["--dev-bind", "/proc", "/proc", "--dev-bind", "/dev", "/dev"]
    drop = [
        "--reuid",
        uid,
        "--regid",
        uid,
        "--clear-groups",
        "--inh-caps=-all",
        "--bounding-set=-all",
    ]
    return [
        *outer,
        *keep,
        "--",
        shutil.which("setpriv") or "/usr/bin/setpriv",
        *drop,
        "--no-new-privs",
    ]


@contextlib.contextmanager
def filter_file() -> Iterator[int]:
    """시스템 콜 거르개가 든, 이름 없는 파일의 번호.

    bubblewrap이 끝까지 읽으므로 일꾼마다 새로 만듭니다.
    """
    number = os.memfd_create("jumok-seccomp")
    try:
        os.write(number, seccomp.program())
        os.lseek(number, 0, os.SEEK_SET)
        yield number
    finally:
        os.close(number)
