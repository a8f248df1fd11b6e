"""포크 서버: 무거운 꾸러미(torch 등)를 미리 불러 둔 프로세스.

부탁을 받을 때마다 갈라져(fork) 일꾼이 됩니다.

포크 서버는 학생의 것을 하나도 읽지 않습니다. 이름공간(sandbox)은 bubblewrap이 만들고,
갈라진 아이는 그 이름공간에 들어가 권한을 버리고 거르개를 단 다음에야 일꾼이 됩니다.
이름공간을 없애면 아이도 죽습니다.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import signal
import socket
import sys
from functools import lru_cache

from ..sandbox import bubblewrap, seccomp

_NAMESPACES = (
    # 사용자, 마운트, 프로세스, 네트워크, IPC, 호스트 이름, cgroup의 이름공간입니다.
    0x10000000 | 0x20000 | 0x20000000 | 0x40000000 | 0x8000000 | 0x4000000 | 0x2000000
)
_NOBODY = 65534
# prctl의 번호들
_DUMPABLE, _SECCOMP, _DROP_BOUND = 4, 22, 24
_SUBREAPER, _NO_NEW_PRIVS = 36, 38
_FILTER = 2
_CAPSET = {"x86_64": 126, "aarch64": 91}


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def main(number: int, modules: list[str]) -> None:
    """꾸러미들을 불러 두고, number의 소켓으로 온 부탁마다 갈라집니다.

    소켓이 닫히면 끝냅니다.
    """
    for name in modules:
        # 없는 꾸러미는 쓰는 학생의 칸에서 드러납니다.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from . import serve  # noqa: F401  갈라진 뒤에 다시 읽지 않게 합니다.

    # 쓰레기 모으기가 표시를 적으면 나누어 쓰던 메모리가 일꾼마다 복사됩니다.
    gc.freeze()
    control = socket.socket(fileno=number)
    signal.signal(signal.SIGCHLD, _reap)
    # 두 번 갈라지므로 일꾼의 부모는 곧 죽습니다. 포크 서버가 이어받아 거둡니다.
    _must(_libc().prctl(_SUBREAPER, 1, 0, 0, 0))
    control.send(b"1")
    while True:
        order, fds, _, _ = socket.recv_fds(control, 4096, 3)
        if not order:
            os._exit(0)
        answer, reply_to = os.pipe()
        # 아이는 돌아오지 않습니다. 일꾼이 되거나 그 자리에서 끝납니다.
        if os.fork() == 0:
            _become_worker(order.decode(), reply_to, *fds)
        for fd in (reply_to, *fds):
            os.close(fd)
        with os.fdopen(answer, "rb") as stream:
            # 아무것도 적지 못하고 끝난 아이이면 0이라고 답합니다.
            control.send(stream.read() or b"0")


def _reap(*_: object) -> None:
    """죽은 일꾼들을 거둡니다.

    버려두지(SIG_IGN) 않아야 일꾼의 CPU 시간이 포크 서버의 것에 더해집니다.
    """
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_worker(
    limits: str, reply_to: int, sandbox: int, given: int, answers: int
) -> None:
    """이름공간에 들어가 일꾼이 되고 reply_to에 pid를 적습니다.

    한 걸음이라도 안 되면 학생의 코드를 읽지 않습니다.
    """
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _must(_libc().setns(sandbox, _NAMESPACES))
        child = os.fork()
        # 프로세스 이름공간에는 setns를 부른 쪽이 아니라 그 아이부터 들어갑니다.
        if child:
            os.write(reply_to, str(child).encode())
            os._exit(0)
        _settle(given, answers)
        from .serve import main as work

        # 학생의 코드가 명령줄에서 폴더의 이름을 읽지 못하게 합니다.
        sys.argv[1:] = []
        work(limits)
    finally:
        os._exit(1)


def _settle(given: int, answers: int) -> None:
    os.setsid()
    os.chdir("/tmp")
    os.dup2(given, 0)
    os.dup2(answers, 1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 2)
    # 포크 서버의 소켓과 다른 일꾼의 통로를 물려주지 않습니다.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(bubblewrap.ENVIRONMENT)
    # root의 번호는 이름공간에 없어 이미 65534로 보입니다. 보이는 번호를 믿지 말고
    # 반드시 바꿉니다.
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _drop_powers()


def _drop_powers() -> None:
    """권한을 모두 버리고, 다시 얻지 못하게 하고, 시스템 콜 거르개를 답니다."""
    capability = 0
    # 커널이 아는 권한이 몇 가지인지는 거절당할 때까지 버려 보아야 압니다.
    while _libc().prctl(_DROP_BOUND, capability, 0, 0, 0) == 0:
        capability += 1
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _must(_libc().syscall(_CAPSET[os.uname().machine], head, (ctypes.c_uint32 * 6)()))
    # /proc에 보여야 밖의 감시가 메모리를 잴 수 있습니다.
    _must(_libc().prctl(_DUMPABLE, 1, 0, 0, 0))
    _must(_libc().prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    steps = seccomp.program()
    code = ctypes.create_string_buffer(steps, len(steps))
    program = _Program(len(steps) // 8, ctypes.addressof(code))
    _must(_libc().prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0))


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def _must(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "이름공간에 들어가지 못했습니다")
