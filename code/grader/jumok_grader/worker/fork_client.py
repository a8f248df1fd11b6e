"""포크 서버를 부리는 쪽: 서버를 한 번 띄워 두고 일꾼을 하나씩 받습니다.

일꾼마다 bubblewrap으로 이름공간을 새로 만들고 그 안으로 들여보냅니다.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

from ..sandbox import bubblewrap
from ..sandbox.isolation import Isolation
from .resource_monitor import process_tree

HOLDER = ["/usr/bin/sleep", "infinity"]
_START_SECONDS = 120


class ForkServerError(RuntimeError):
    """포크 서버나 이름공간을 만들지 못했습니다.

    학생이 아니라 채점하는 컴퓨터의 문제입니다.
    """


class ForkClient:
    """포크 서버 하나. 채점하는 프로세스마다 하나씩 띄웁니다."""

    def __init__(self, isolation: Isolation) -> None:
        self.lock = threading.Lock()
        self.control, other = socket.socketpair()
        self.control.settimeout(_START_SECONDS)
        with other:
            command = isolation.fork_server_command(other.fileno())
            # 채점하는 사람의 환경 변수(토큰, 비밀번호)는 하나도 넘기지 않습니다.
            environment = bubblewrap.ENVIRONMENT | {"HOME": "/nonexistent"}
            self.child = subprocess.Popen(
                command,
                pass_fds=(other.fileno(),),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
                # root로 띄웠으면 딸린 무리(group)도 비웁니다. 아니면 비울 권한이
                # 없습니다.
                extra_groups=[] if os.geteuid() == 0 else None,
            )
        # fork로 갈라진 프로세스가 남의 포크 서버를 끝내지 않게 합니다.
        self.owner = os.getpid()
        self._answer()

    def _answer(self) -> int:
        try:
            said = int(self.control.recv(20) or b"0")
        except (OSError, ValueError):
            said = 0
        if not said:
            self.close()
            raise ForkServerError("포크 서버가 대답하지 않습니다. 격리를 확인하세요.")
        return said

    def start_worker(self, sandbox: int, limits: str, given: int, answers: int) -> int:
        """이름공간에 일꾼을 들여보내고 그 pid를 돌려줍니다.

        sandbox는 들어갈 이름공간 안에 사는 프로세스의 pid입니다.

        given과 answers는 일꾼이 메시지를 받고 답을 쓸 파일 번호입니다.
        """
        # 번호(pid)는 다시 쓰일 수 있지만 pidfd는 그 프로세스만 가리킵니다.
        number = os.pidfd_open(sandbox)
        try:
            # 소켓 하나로 부탁과 답이 오가므로 한 번에 하나씩 부탁합니다.
            with self.lock:
                socket.send_fds(
                    self.control, [limits.encode()], [number, given, answers]
                )
                return self._answer()
        except OSError as error:
            raise ForkServerError(
                f"포크 서버에 부탁하지 못했습니다: {error}"
            ) from error
        finally:
            os.close(number)

    def alive(self) -> bool:
        """이 프로세스가 띄운 포크 서버가 살아 있는지.

        fork로 물려받은 포크 서버는 쓰지 않습니다.
        """
        return self.owner == os.getpid() and self.child.poll() is None

    def close(self) -> None:
        """포크 서버를 끝냅니다."""
        self.control.close()
        if self.owner == os.getpid():
            self.child.kill()
            self.child.wait()


_clients: dict[tuple[str, ...], ForkClient] = {}
_lock = threading.Lock()


def fork_client_for(isolation: Isolation) -> ForkClient:
    """이 규칙에 맞는 포크 서버.

    없거나 죽었으면 새로 띄웁니다. 채점기가 끝나면 함께 끝납니다.
    """
    key = isolation.preload
    with _lock:
        if key not in _clients or not _clients[key].alive():
            _clients[key] = ForkClient(isolation)
            # 채점기가 어떻게 끝나든 포크 서버를 남기지 않습니다.
            atexit.register(_clients[key].close)
        return _clients[key]


def start_in_sandbox(isolation: Isolation) -> tuple[subprocess.Popen, int]:
    """이름공간을 만들고 일꾼을 들여보냅니다.

    (이름공간을 지키는 프로세스, 일꾼의 pid)를 돌려줍니다. 일꾼과 오갈 통로는
    그 프로세스의 stdin과 stdout입니다.
    """
    client = fork_client_for(isolation)
    with bubblewrap.filter_file() as number:
        sandbox = subprocess.Popen(
            isolation.sandboxed_command(HOLDER, number),
            pass_fds=(number,),
            env=isolation.environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    # 일꾼의 표준 입출력이 될 통로들. 안쪽 끝은 들여보낸 다음 여기서 닫습니다.
    given, to_worker = os.pipe()
    from_worker, answers = os.pipe()
    try:
        worker = client.start_worker(
            _process_inside(sandbox), isolation.limits.to_json(), given, answers
        )
    except BaseException:
        sandbox.kill()
        sandbox.wait()
        os.close(to_worker)
        os.close(from_worker)
        raise
    finally:
        os.close(given)
        os.close(answers)
    sandbox.stdin = os.fdopen(to_worker, "wb")
    sandbox.stdout = os.fdopen(from_worker, "rb")
    return sandbox, worker


def _process_inside(sandbox: subprocess.Popen) -> int:
    """이름공간 안에서 자리를 지키는 프로세스의 pid.

    bubblewrap이 이름공간을 다 만들 때까지 기다립니다.
    """
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and sandbox.poll() is None:
        # bubblewrap이 두 겹이므로 가장 안쪽의 것부터 봅니다.
        for pid in reversed(process_tree(sandbox.pid)):
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text().strip() == "sleep":
                    return pid
        time.sleep(0.003)
    raise ForkServerError("bubblewrap이 이름공간을 만들지 못했습니다.")
