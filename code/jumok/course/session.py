"""일꾼 프로세스를 부리는 쪽: 시간을 재고, 죽거나 멈추면 다시 띄워 앞의 칸들을 되풀이합니다."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from .calls import Call
from .watch import MAX_NAME, MAX_USED
from .wire import BrokenWire, receive, send

MAX_PRINT = 20_000
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_PROBLEMS = (
    "raises", "unsolved", "stub_left", "too_big", "missing_name",
    "wrong_state", "wrong_shape", "wrong_type", "no_gradient",
)  # fmt: skip
_START = "import sys; sys.path.insert(0, sys.argv[1]); from jumok.course.worker import main; main()"


@dataclass(frozen=True)
class Limits:
    """시간의 한계(초): 함수를 한 번 부를 때, 칸 하나, 준비 칸 하나, 노트북 전체."""

    call: float = 10
    cell: float = 20
    setup: float = 90
    total: float = 120


class WorkerLost(Exception):
    """일꾼이 죽었거나(crashed) 시간을 넘겼습니다(timeout)."""


def worker_command() -> list[str]:
    """일꾼을 띄우는 명령. 격리(bubblewrap 등)는 이 함수만 바꾸면 됩니다."""
    return [sys.executable, "-I", "-X", "utf8", "-c", _START, str(_PACKAGE_ROOT)]


class Process:
    """일꾼 프로세스 하나. 한 번 잃으면 다시 쓰지 않습니다."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="jumok-", ignore_cleanup_errors=True)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("JUMOK_")} | {
            "MPLBACKEND": "Agg"
        }
        self.child = subprocess.Popen(
            worker_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=self.folder.name, env=environment, start_new_session=os.name == "posix",
        )  # fmt: skip
        self.sent, self.warm = 0, False
        self.replies: queue.Queue = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """답을 받아 줄에 세웁니다. 통로는 이 줄기가 읽고 닫습니다."""
        try:
            while True:
                self.replies.put(receive(self.child.stdout))
        except (BrokenWire, OSError, ValueError):
            self.replies.put(None)
        finally:
            self.child.stdout.close()

    def ask(self, message: dict, payload: object, seconds: float) -> tuple[dict, object]:
        """쪽지를 보내고 답을 기다립니다. 시간이 지나면 일꾼을 끝냅니다."""
        self.sent += 1
        until = time.monotonic() + seconds
        guard = threading.Timer(seconds, self.child.kill)  # 받지 않는 일꾼 때문에 보내다가 멈추지 않게
        guard.start()
        try:
            send(self.child.stdin, message | {"id": self.sent}, payload)
        except OSError:
            self._lose("timeout" if time.monotonic() > until else "crashed")
        finally:
            guard.cancel()
        return self._await(until)

    def _await(self, until: float) -> tuple[dict, object]:
        while True:
            try:
                reply = self.replies.get(timeout=max(until - time.monotonic(), 0.01))
            except queue.Empty:
                self._lose("timeout")
            if reply is None:
                self._lose("crashed")
            if reply[0].get("id") == self.sent:  # 다른 쪽지의 답이라고 우기는 것은 버립니다.
                return reply

    def _lose(self, reason: str) -> NoReturn:
        self.kill()
        raise WorkerLost(reason) from None

    def kill(self) -> None:
        """일꾼과 그 자식들을 끝냅니다."""
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self.child.pid, signal.SIGKILL)
            self.child.kill()
        self.child.wait()
        with contextlib.suppress(OSError):
            self.child.stdin.close()
        self.folder.cleanup()


class Session:
    """노트북 하나를 채점하는 동안의 일꾼. 칸을 실행하고, 함수를 부르고, 값을 가져옵니다."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.process: Process | None = None
        self.prints = ""
        self.clear()

    def clear(self) -> None:
        """새 노트북을 위해 지나온 칸과 시간을 지웁니다. 살아 있는 일꾼은 다시 씁니다."""
        self.done: list[tuple[str, str, float]] = []
        self.made = 0
        self.deadline = time.monotonic() + self.limits.total
        if self.process is not None:
            with contextlib.suppress(WorkerLost):
                self._ask_process({"op": "reset"}, None, self.limits.call)

    def run(self, label: str, source: str, seconds: float | None = None) -> tuple[str, str] | None:
        """칸 하나를 실행하고 문제(실수 id, 설명)나 None을 돌려줍니다."""
        limit = seconds or self.limits.cell
        result = self._ask({"op": "run", "label": label, "source": source}, None, limit)
        if not (result.problem and result.problem[0] in ("timeout", "crashed")):
            self.done.append((label, source, limit))
        return result.problem

    def call(self, name: str, args: tuple, kwargs: dict) -> Call:
        """학생 함수를 부릅니다."""
        return self._ask({"op": "call", "name": name}, (args, kwargs), self.limits.call)

    def make(self, name: str, args: tuple, kwargs: dict) -> tuple[Call, int]:
        """학생의 클래스로 물건을 만들고 그 번호를 돌려줍니다."""
        self.made += 1
        message = {"op": "make", "name": name, "number": self.made}
        return self._ask(message, (args, kwargs), self.limits.call), self.made

    def act(self, number: int, what: str, path: str, args: tuple, kwargs: dict) -> Call:
        """만들어 둔 물건에 일을 시킵니다."""
        if what == "gradients" and self.process is not None and not self.process.warm:
            self.process.warm = True
            self._ask({"op": "warm"}, None, self.limits.cell)
        message = {"op": "act", "number": number, "what": what, "path": path}
        return self._ask(message, (args, kwargs), self.limits.call)

    def forget(self) -> None:
        """만든 물건을 모두 버립니다. 버리다가 멈추면 일꾼을 새로 띄웁니다."""
        if self.made and self.process is not None:
            self._ask({"op": "forget"}, None, self.limits.call)
        self.made = 0

    def get(self, name: str) -> Call:
        """학생이 만든 값을 가져옵니다."""
        return self._ask({"op": "get", "name": name}, None, self.limits.call)

    def take_prints(self) -> str:
        """지금까지 학생 코드가 출력한 글을 돌려주고 비웁니다."""
        text, self.prints = self.prints, ""
        return text

    def close(self) -> None:
        """일꾼을 끝냅니다."""
        if self.process is not None:
            self.process.kill()
        self.process = None

    def _ask(self, message: dict, payload: object, seconds: float) -> Call:
        if time.monotonic() > self.deadline:
            return Call(problem=("timeout", f"노트북 전체의 시간 {self.limits.total:g}초를 다 썼습니다."))
        try:
            self._ready()
            return self._ask_process(message, payload, seconds)
        except WorkerLost as lost:
            reason = str(lost)
            return Call(problem=(reason, f"{seconds:g}초를 기다렸습니다." if reason == "timeout" else ""))

    def _ready(self) -> None:
        """일꾼이 없으면 띄우고 지나온 칸을 되풀이합니다."""
        if self.process is not None:
            return
        self.process = Process()
        for label, source, seconds in self.done:
            self._ask_process({"op": "run", "label": label, "source": source}, None, seconds)
            self.prints = ""

    def _ask_process(self, message: dict, payload: object, seconds: float) -> Call:
        left = max(self.deadline - time.monotonic(), 0.01)
        try:
            reply, value = self.process.ask(message, payload, min(seconds, left))
            return self._read(reply, value)
        except WorkerLost:
            self.process = None
            raise

    def _read(self, reply: dict, value: object) -> Call:
        """답을 믿지 않고 꼴을 확인하며 읽습니다."""
        self.prints = (self.prints + _clean(str(reply.get("prints", ""))))[:MAX_PRINT]
        problem, changed, used = reply.get("problem"), reply.get("changed"), reply.get("used")
        names = _clean_names(changed, 20, 80)
        calls = _clean_names(used, MAX_USED + 2, 2 * MAX_NAME + 1)
        if problem is not None:
            key, detail = problem if isinstance(problem, list) and len(problem) == 2 else ("raises", "")
            return Call(
                problem=(key if key in _PROBLEMS else "raises", _clean(str(detail))[:600]), used=calls
            )
        return Call(value, names, used=calls)


def _clean_names(names: object, most: int, length: int) -> list[str]:
    return [_clean(str(name))[:length] for name in names[:most]] if isinstance(names, list) else []


def _clean(text: str) -> str:
    """터미널을 어지럽히는 제어 문자를 뺍니다."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())
