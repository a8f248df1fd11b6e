"""모판을 부리는 쪽: 모판을 한 번 띄워 두고, bubblewrap이 만든 방마다 일꾼을 하나씩 들여보냅니다."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

from . import sandbox
from .isolation import Isolation
from .meter import family

HOLDER = ["/usr/bin/sleep", "infinity"]
_START_SECONDS = 120


class SeedbedError(RuntimeError):
    """모판이나 방을 만들지 못했습니다. 학생이 아니라 채점하는 컴퓨터의 문제입니다."""


class Seedbed:
    """모판 하나. 채점하는 프로세스마다 하나씩 띄웁니다."""

    def __init__(self, isolation: Isolation) -> None:
        self.lock = threading.Lock()
        self.control, other = socket.socketpair()
        self.control.settimeout(_START_SECONDS)
        with other:
            command = isolation.seedbed_command(other.fileno())
            environment = sandbox.ENVIRONMENT | {"HOME": "/nonexistent"}
            self.child = subprocess.Popen(
                command, pass_fds=(other.fileno(),), env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
                extra_groups=[] if os.geteuid() == 0 else None,
            )  # fmt: skip
        self.owner = os.getpid()
        self._answer()

    def _answer(self) -> int:
        try:
            said = int(self.control.recv(20) or b"0")
        except (OSError, ValueError):
            said = 0
        if not said:
            self.close()
            raise SeedbedError("모판이 대답하지 않습니다. 격리를 확인하세요.")
        return said

    def plant(self, room: int, limits: str, given: int, answers: int) -> int:
        """room(방 안 프로세스의 pid)이 사는 방에 일꾼을 들여보내고 그 pid를 돌려줍니다.

        given과 answers는 일꾼이 쪽지를 받고 답을 쓸 파일 번호입니다.
        """
        number = os.pidfd_open(room)
        try:
            with self.lock:
                socket.send_fds(
                    self.control, [limits.encode()], [number, given, answers]
                )
                return self._answer()
        except OSError as error:
            raise SeedbedError(f"모판에 부탁하지 못했습니다: {error}") from error
        finally:
            os.close(number)

    def alive(self) -> bool:
        """이 프로세스가 띄운 모판이 살아 있는지. fork로 물려받은 모판은 쓰지 않습니다."""
        return self.owner == os.getpid() and self.child.poll() is None

    def close(self) -> None:
        """모판을 끝냅니다."""
        self.control.close()
        if self.owner == os.getpid():
            self.child.kill()
            self.child.wait()


_beds: dict[tuple[str, ...], Seedbed] = {}
_lock = threading.Lock()


def seedbed(isolation: Isolation) -> Seedbed:
    """이 규칙에 맞는 모판. 없거나 죽었으면 새로 띄웁니다. 채점기가 끝나면 함께 끝납니다."""
    key = isolation.preload
    with _lock:
        if key not in _beds or not _beds[key].alive():
            _beds[key] = Seedbed(isolation)
            atexit.register(_beds[key].close)
        return _beds[key]


def start_in_room(isolation: Isolation) -> tuple[subprocess.Popen, int]:
    """방을 만들고 일꾼을 들여보낸 다음 (통로가 달린 방의 Popen, 일꾼의 pid)를 돌려줍니다."""
    bed = seedbed(isolation)
    with sandbox.filter_file() as number:
        room = subprocess.Popen(
            isolation.room_command(HOLDER, number), pass_fds=(number,), env=isolation.environment(), cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    given, to_worker = os.pipe()
    from_worker, answers = os.pipe()
    try:
        worker = bed.plant(_inside(room), isolation.caps.to_json(), given, answers)
    except BaseException:
        room.kill()
        room.wait()
        os.close(to_worker)
        os.close(from_worker)
        raise
    finally:
        os.close(given)
        os.close(answers)
    room.stdin, room.stdout = os.fdopen(to_worker, "wb"), os.fdopen(from_worker, "rb")
    return room, worker


def _inside(room: subprocess.Popen) -> int:
    """방 안에서 자리를 지키는 프로세스의 pid. bubblewrap이 방을 다 만들 때까지 기다립니다."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and room.poll() is None:
        for pid in reversed(family(room.pid)):
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text().strip() == "sleep":
                    return pid
        time.sleep(0.003)
    raise SeedbedError("bubblewrap이 방을 만들지 못했습니다.")
