"""일꾼 프로세스 하나를 띄우고, 메시지를 주고받고, 끝냅니다.

일꾼이 하는 말은 하나도 믿지 않습니다.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from typing import NoReturn

from ..protocol.wire import BrokenWire, receive, send
from ..sandbox import bubblewrap
from ..sandbox.isolation import Isolation
from .fork_client import start_in_sandbox
from .resource_monitor import ResourceMonitor, cpu_seconds
from .stopwatch import Stopwatch

_MAX_STRAYS = 20  # 묻지 않은 답을 이보다 많이 보내는 일꾼은 끝냅니다.


class WorkerLost(Exception):
    """일꾼이 죽었거나(crashed) 시간을 넘겼습니다(timeout).

    둘째 값은 더 아는 까닭입니다.
    """


class Process:
    """일꾼 프로세스 하나. 한 번 잃으면 다시 쓰지 않습니다."""

    def __init__(self, isolation: Isolation) -> None:
        self.folder: tempfile.TemporaryDirectory | None = None
        self.roots: list[int] = []
        self.child = self._start(isolation)
        self.sent, self.strays, self.warm = 0, 0, False
        self.used = 0.0  # 지금까지 시킨 일에 센 시간(초)
        # 한 통씩만 받아 둡니다. 답을 쏟아 내는 일꾼이 채점기의 메모리를 채우지
        # 못합니다.
        self.replies: queue.Queue = queue.Queue(maxsize=1)
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        roots = [self.child.pid, *self.roots]
        self.monitor = ResourceMonitor(roots, isolation.limits, self._strike)

    def _start(self, isolation: Isolation) -> subprocess.Popen:
        common = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
            "env": isolation.environment(),
            # 학생이 낳은 자식까지 한 무리로 묶어 한꺼번에 죽일 수 있게 합니다.
            "start_new_session": os.name == "posix",
        }
        if isolation.kind == "none":
            # 독자의 폴더를 어지르지 않도록 빈 폴더에서 돌립니다.
            self.folder = tempfile.TemporaryDirectory(
                prefix="jumok-", ignore_cleanup_errors=True
            )
            return subprocess.Popen(isolation.command(), cwd=self.folder.name, **common)
        if isolation.preload:
            sandbox, worker = start_in_sandbox(isolation)
            # 일꾼은 포크 서버에서 갈라졌으므로 이름공간의 자식이 아닙니다. 따로 잽니다.
            self.roots = [worker]
            return sandbox
        with bubblewrap.filter_file() as number:
            return subprocess.Popen(
                isolation.command(number), cwd="/", pass_fds=(number,), **common
            )

    def _listen(self) -> None:
        """답을 받아 줄에 세웁니다. 통로는 이 줄기가 읽고 닫습니다."""
        try:
            while True:
                self.replies.put(receive(self.child.stdout))
        # 무엇이 왔든 이 줄기가 죽지 않고 '끊김'을 알려야 채점이 이어집니다.
        except (BrokenWire, OSError, ValueError, MemoryError):
            self.replies.put(None)
        finally:
            self.child.stdout.close()

    def ask(
        self, message: dict, payload: object, seconds: float, wall: float
    ) -> tuple[dict, object]:
        """메시지를 보내고 답을 기다립니다. 시간이 지나면 일꾼을 끝냅니다.

        seconds는 일꾼의 CPU 시간으로, wall은 벽시계로 센 한계입니다.
        """
        self.sent += 1
        watch = Stopwatch(self.cpu_seconds, seconds, wall)
        # 받지 않는 일꾼 때문에 보내다가 멈추지 않게 합니다.
        guard = threading.Timer(watch.wall, self._strike)
        # 보내는 일은 막힐 수 있어 기다리는 시간을 정할 수 없습니다. 줄기가 대신 봅니다.
        guard.start()
        try:
            send(self.child.stdin, message | {"id": self.sent}, payload)
        except OSError:
            self._lose("timeout" if watch.passed() >= watch.wall else "crashed", watch)
        finally:
            guard.cancel()
        reply = self._await(watch)
        self.used += watch.used()
        return reply

    def cpu_seconds(self) -> float:
        """일꾼과 그 자손이 지금까지 쓴 CPU 시간(초)."""
        return cpu_seconds(self.roots or [self.child.pid])

    def _await(self, watch: Stopwatch) -> tuple[dict, object]:
        while self.strays <= _MAX_STRAYS:
            try:
                reply = self.replies.get(timeout=watch.next_look())
            except queue.Empty:
                if watch.over():
                    self._lose("timeout", watch)
                continue
            if reply is None:
                break
            # 늦게 온 답이나 지어낸 답을 지금의 답으로 여기지 않습니다.
            if reply[0].get("id") == self.sent:
                return reply
            self.strays += 1  # 다른 메시지의 답이라고 우기는 것은 버립니다.
        self._lose("crashed", watch)

    def _lose(self, reason: str, watch: Stopwatch) -> NoReturn:
        """일꾼을 끝내고, 잃은 까닭을 말합니다."""
        self.used += watch.used()
        why = watch.said() if reason == "timeout" else ""
        self.kill()
        # 메모리가 넘쳐 죽인 것을 시간이나 다른 까닭으로 말하지 않습니다.
        if self.monitor.reason:
            raise WorkerLost("crashed", self.monitor.reason) from None
        raise WorkerLost(reason, why) from None

    def _strike(self) -> None:
        """일꾼과 그 무리를 죽입니다.

        갇힌 일꾼이면 이름공간의 모든 프로세스가 함께 사라집니다.
        """
        if self.child.returncode is not None:  # 거둔 번호는 이미 남의 것일 수 있습니다.
            return
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self.child.pid, signal.SIGKILL)
            self.child.kill()

    def kill(self) -> None:
        """일꾼과 그 자식들을 끝내고 자리를 치웁니다."""
        self.monitor.close()
        self._strike()
        self.child.wait()
        with contextlib.suppress(OSError):
            self.child.stdin.close()
        self._drain()
        if self.folder is not None:
            self.folder.cleanup()

    def _drain(self) -> None:
        """통로를 쥔 프로세스가 모두 사라질 때까지 잠깐 기다립니다.

        듣는 줄기가 끝나면 다 사라진 것입니다.
        """
        until = time.monotonic() + 2
        while self.listener.is_alive() and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                self.replies.get_nowait()
            self.listener.join(0.01)
