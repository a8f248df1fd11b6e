"""일꾼을 가두는 규칙: 무엇을 보고, 얼마나 쓰고, 무엇으로 가두는지를 한 곳에서 정합니다.

두 가지가 있습니다. `open_isolation()`은 독자가 제 노트북을 채점할 때 쓰고, 시간과
메모리만 막습니다. `class_isolation()`은 남의 노트북을 채점할 때 쓰고, bubblewrap으로
가둡니다. 쓸 수 없는 곳에서는 IsolationError를 냅니다. 저절로 약해지는 일은 없습니다.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from ..lesson import PRELOAD, import_folders, package_folders
from . import bubblewrap, seccomp
from .environment import own_environment
from .limits import CLASS_LIMITS, ResourceLimits

KINDS = ("bwrap", "none")
# 일꾼과 포크 서버를 띄우는 프로그램들. 남은 인자가 꾸러미를 찾을 폴더입니다.
_FORK_SERVER = """
import sys
sys.path[:0] = sys.argv[3:]
from jumok_grader.worker.fork_server import main
main(int(sys.argv[1]), sys.argv[2].split())
"""
_START = """
import sys
sys.path[:0] = sys.argv[2:]
from jumok_grader.worker.serve import main
main(sys.argv[1])
"""
_INSTALL = """  설치: sudo apt-get install bubblewrap (Fedora에서는 dnf)
  Linux가 아니면 Linux 컴퓨터나 가상 기계에서 채점하세요.
  제출물을 모두 믿을 때만 --isolation none 을 주세요.
  그러면 학생의 코드가 파일과 네트워크를 봅니다."""
_APPARMOR = """  Ubuntu 24.04부터는 AppArmor가 이름공간을 막습니다.
  관리자가 아래 한 줄로 풀 수 있습니다.
    sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"""


class IsolationError(Exception):
    """격리를 쓸 수 없습니다. 글에 까닭과 할 일이 들어 있습니다."""


@dataclass(frozen=True)
class Isolation:
    """격리 규칙 하나.

    readable은 더 보여 줄 읽기 전용 경로, hidden은 결코 보이면 안 되는 경로입니다.

    preload의 꾸러미는 포크 서버(fork server)가 한 번만 불러 두고 일꾼들이 나누어
    씁니다. 비우면 일꾼마다 불러옵니다.
    """

    kind: str = "none"
    limits: ResourceLimits = field(default_factory=ResourceLimits)
    readable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    preload: tuple[str, ...] = ()

    @property
    def separates(self) -> bool:
        """제출물마다 새 일꾼을 띄우는지."""
        return self.kind != "none"

    def ensure(self) -> None:
        """이 컴퓨터에서 쓸 수 있는지 봅니다.

        쓸 수 없으면 IsolationError를 냅니다. 다른 컴퓨터에서 온 규칙을 쓰기 전에
        부릅니다.
        """
        problem = why_not() if self.kind == "bwrap" else ""
        if problem:
            raise IsolationError(problem)

    def command(self, filter_fd: int | None = None) -> list[str]:
        """일꾼을 띄우는 명령.

        격리에는 시스템 콜 거르개를 담은 파일의 번호가 필요합니다.
        """
        if self.kind == "none":
            return [
                sys.executable,
                "-I",
                "-X",
                "utf8",
                "-c",
                _START,
                self.limits.to_json(),
                *import_folders(),
            ]
        return self.sandboxed_command(_python(_START, self.limits.to_json()), filter_fd)

    def sandboxed_command(self, inside: list[str], filter_fd: int | None) -> list[str]:
        """inside를 bubblewrap으로 가두어 돌리는 명령."""
        files = bubblewrap.view(package_folders(), self.readable)
        return bubblewrap.wrapped(inside, files, self.limits.scratch, filter_fd)

    def fork_server_command(self, control_fd: int) -> list[str]:
        """포크 서버를 띄우는 명령. control_fd는 부탁을 받을 소켓의 번호입니다."""
        return _python(_FORK_SERVER, str(control_fd), " ".join(self.preload))

    def environment(self) -> dict[str, str]:
        """일꾼에게 줄 환경 변수.

        채점하는 사람의 토큰이나 비밀번호는 넘어가지 않습니다.
        """
        if self.kind != "none":
            return {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
        return own_environment() | {"MPLBACKEND": "Agg"}


def _python(script: str, *arguments: str) -> list[str]:
    """site를 읽지 않는 파이썬.

    site-packages의 .pth와 sitecustomize도 돌리지 않습니다(-S).
    """
    paths = [*import_folders(), *map(str, bubblewrap.library_paths())]
    return [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-X",
        "utf8",
        "-c",
        script,
        *arguments,
        *paths,
    ]


def open_isolation() -> Isolation:
    """독자가 제 노트북을 채점할 때의 격리.

    따로 띄운 프로세스에서 시간과 메모리만 막습니다.
    """
    return Isolation()


def class_isolation(
    kind: str = "bwrap",
    *,
    limits: ResourceLimits = CLASS_LIMITS,
    readable: tuple[Path, ...] = (),
    hidden: tuple[Path, ...] = (),
    preload: tuple[str, ...] = PRELOAD,
) -> Isolation:
    """남의 노트북을 채점할 때의 격리.

    쓸 수 없으면 까닭과 할 일을 적은 IsolationError를 냅니다.

    kind는 "bwrap"이거나, 교사가 스스로 고른 "none"입니다. hidden(정답, 제출물, 성적
    데이터베이스)이 보이는 경로 안에 있으면 거절합니다.
    """
    if kind not in KINDS:
        raise IsolationError(
            f"모르는 격리입니다: {kind}\n  쓸 수 있는 것: {', '.join(KINDS)}"
        )
    if kind == "none":
        return replace(
            open_isolation(),
            limits=replace(ResourceLimits(), data=limits.data, cpu=limits.cpu),
        )
    isolation = Isolation(
        "bwrap", limits, tuple(readable), tuple(hidden), tuple(preload)
    )
    _refuse_visible(isolation)
    isolation.ensure()
    return isolation


def _refuse_visible(isolation: Isolation) -> None:
    shown = [
        path.resolve()
        for path in bubblewrap.visible_paths(package_folders(), isolation.readable)
    ]
    for secret in (path.resolve() for path in isolation.hidden):
        inside = next(
            (path for path in shown if secret == path or path in secret.parents), None
        )
        around = next(
            (path for path in isolation.readable if secret in path.resolve().parents),
            None,
        )
        if inside or around:
            raise IsolationError(
                f"숨겨야 할 {secret}이(가) 학생의 코드에 보이는 "
                f"{inside or around}와 겹칩니다.\n"
                "  다른 폴더로 옮겨 주세요."
            )


@lru_cache(maxsize=1)
def why_not() -> str:
    """bubblewrap으로 가둘 수 없는 까닭과 할 일.

    쓸 수 있으면 빈 글입니다. 한 번 띄워 보고 정합니다.
    """
    if not sys.platform.startswith("linux"):
        return (
            f"이 컴퓨터에는 제출물을 가둘 방법이 없습니다 ({sys.platform}).\n{_INSTALL}"
        )
    if shutil.which("bwrap") is None:
        return f"bubblewrap(bwrap)이 없어 제출물을 가둘 수 없습니다.\n{_INSTALL}"
    if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
        return (
            f"/proc에서 자식 프로세스를 볼 수 없어 메모리를 잴 수 없습니다.\n{_INSTALL}"
        )
    if not seccomp.supported():
        return f"이 기계의 시스템 콜을 거를 수 없습니다.\n{_INSTALL}"
    said = _try_once()
    return (
        f"bubblewrap이 이 컴퓨터에서 돌지 않습니다: {said}\n{_APPARMOR}\n{_INSTALL}"
        if said
        else ""
    )


def _try_once() -> str:
    """가둔 파이썬을 한 번 띄워, 이름공간과 거르개가 정말 통하는지 봅니다."""
    paths = bubblewrap.view(package_folders(), ())
    probe = [sys.executable, "-I", "-S", "-c", "import os; os.memfd_create('x')"]
    with bubblewrap.filter_file() as number:
        command = bubblewrap.wrapped(probe, paths, CLASS_LIMITS.scratch, number)
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=30,
                pass_fds=(number,),
                env={"PATH": "/usr/bin:/bin"},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    said = done.stderr.decode(errors="replace")
    return (
        ""
        if done.returncode == 1 and "PermissionError" in said
        else said.strip()[:300] or "거르개가 듣지 않습니다"
    )
