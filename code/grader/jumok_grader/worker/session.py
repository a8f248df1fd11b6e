"""노트북 하나를 채점하는 동안 일꾼을 부립니다.

죽거나 멈추면 다시 띄워 앞의 칸들을 되풀이합니다.
"""

from __future__ import annotations

import contextlib
import time

from ..mistakes import MISTAKES
from ..protocol.call_result import CallResult
from ..sandbox.isolation import Isolation, open_isolation
from ..text_table import clean
from .call_tracer import MAX_NAME, MAX_USED
from .process import Process, WorkerLost
from .stopwatch import TimeLimits

MAX_PRINT = 20_000
# 컴퓨터가 바빠 일꾼이 늦게 떠도 학생의 시간으로 치지 않습니다.
_START_SECONDS, _START_WALL = 60, 300


class WorkerMissing(RuntimeError):
    """일꾼이 뜨지 않습니다. 학생이 아니라 채점하는 컴퓨터의 문제입니다."""


class Session:
    """노트북 하나를 채점하는 동안의 일꾼.

    칸을 실행하고, 함수를 부르고, 값을 가져옵니다.

    isolation을 주지 않으면 독자가 제 노트북을 채점할 때의 것(open_isolation)입니다.
    격리하면 노트북마다 일꾼을 새로 띄웁니다. 앞사람이 망가뜨린 일꾼에서 뒷사람을
    채점하지 않습니다.
    """

    def __init__(
        self, limits: TimeLimits | None = None, isolation: Isolation | None = None
    ) -> None:
        self.limits = limits or TimeLimits()
        self.isolation = isolation or open_isolation()
        self.process: Process | None = None
        self.prints, self.peak = "", 0
        self.clear()

    def clear(self) -> None:
        """새 노트북을 위해 지나온 칸과 시간을 지웁니다.

        격리하지 않으면 살아 있는 일꾼을 다시 씁니다.
        """
        self.done: list[tuple[str, str, float]] = []
        self.made = 0
        self.deadline = time.monotonic() + self.limits.wall
        self.spent = 0.0
        self.prints = ""
        # 앞사람의 코드가 남긴 것이 뒷사람의 점수를 바꾸지 못하게 합니다.
        if self.isolation.separates:
            self.close()
        if self.process is not None:
            self.process.used = 0.0
            with contextlib.suppress(WorkerLost):
                self._ask_process({"op": "reset"}, None, self.limits.call)

    def run(
        self, label: str, source: str, seconds: float | None = None
    ) -> tuple[str, str] | None:
        """칸 하나를 실행하고 문제(실수 id, 설명)나 None을 돌려줍니다."""
        limit = seconds or self.limits.cell
        if self.process is not None:
            self.process.warm = False  # 이 칸이 torch를 처음 부를 수도 있습니다.
        result = self._ask({"op": "run", "label": label, "source": source}, None, limit)
        # 멈추게 한 칸을 되풀이하면 다시 멈추므로 적어 두지 않습니다.
        if not (result.problem and MISTAKES[result.problem[0]].lost_worker):
            self.done.append((label, source, limit))
        return result.problem

    def call(self, name: str, args: tuple, kwargs: dict) -> CallResult:
        """학생 함수를 부릅니다."""
        self._warm_up()
        return self._ask({"op": "call", "name": name}, (args, kwargs), self.limits.call)

    def make(self, name: str, args: tuple, kwargs: dict) -> tuple[CallResult, int]:
        """학생의 클래스로 물건을 만들고 그 번호를 돌려줍니다."""
        self._warm_up()
        self.made += 1
        message = {"op": "make", "name": name, "number": self.made}
        return self._ask(message, (args, kwargs), self.limits.call), self.made

    def act(
        self, number: int, what: str, path: str, args: tuple, kwargs: dict
    ) -> CallResult:
        """만들어 둔 물건에 일을 시킵니다."""
        self._warm_up()
        message = {"op": "act", "number": number, "what": what, "path": path}
        return self._ask(message, (args, kwargs), self.limits.call)

    def _warm_up(self) -> None:
        """torch가 처음에 한 번 하는 일을 학생의 코드보다 먼저 하게 합니다."""
        if self.process is None or not self.process.warm:
            # 여기서 멈추면 일꾼을 잃지만 다음 부탁이 새로 띄웁니다.
            self._ask({"op": "warm"}, None, self.limits.cell)
            if self.process is not None:
                self.process.warm = True

    def forget(self) -> None:
        """만든 물건을 모두 버립니다. 버리다가 멈추면 일꾼을 새로 띄웁니다."""
        if self.made and self.process is not None:
            self._ask({"op": "forget"}, None, self.limits.call)
        self.made = 0

    def get(self, name: str) -> CallResult:
        """학생이 만든 값을 가져옵니다."""
        return self._ask({"op": "get", "name": name}, None, self.limits.call)

    def take_prints(self) -> str:
        """지금까지 학생 코드가 출력한 글을 돌려주고 비웁니다."""
        text, self.prints = self.prints, ""
        return text

    def close(self) -> None:
        """일꾼을 끝냅니다. peak에는 일꾼이 가장 많이 쓴 메모리(바이트)가 남습니다."""
        if self.process is not None:
            self.process.kill()
        self._retire()

    def _retire(self) -> None:
        if self.process is not None:
            self.peak = max(self.peak, self.process.monitor.peak)
            self.spent += self.process.used
        self.process = None

    def _left(self) -> float:
        """노트북 전체에 남은 시간. 벽시계의 끝이 지났으면 0입니다."""
        spent = self.spent + (self.process.used if self.process else 0.0)
        return self.limits.total - spent if time.monotonic() < self.deadline else 0.0

    def _ask(self, message: dict, payload: object, seconds: float) -> CallResult:
        if self._left() <= 0:
            said = f"노트북 전체의 시간 {self.limits.total:g}초를 다 썼습니다."
            return CallResult(problem=("timeout", said))
        try:
            self._ready()
            return self._ask_process(message, payload, seconds)
        except WorkerLost as lost:
            reason, why = lost.args
            return CallResult(problem=(reason, why))

    def _ready(self) -> None:
        """일꾼이 없으면 띄우고 지나온 칸을 되풀이합니다."""
        if self.process is not None:
            return
        try:
            self.process = Process(self.isolation)
        except OSError as error:  # 프로세스나 파일 번호가 모자람
            raise WorkerMissing(f"일꾼을 띄우지 못했습니다 ({error}).") from error
        self._greet()
        # 학생이 만든 이름은 죽은 일꾼과 함께 사라졌습니다.
        for label, source, seconds in self.done:
            self._ask_process(
                {"op": "run", "label": label, "source": source}, None, seconds
            )
            self.prints = ""

    def _greet(self) -> None:
        """학생의 코드를 읽기 전에 인사합니다.

        여기서 죽은 일꾼은 학생의 잘못이 아닙니다.
        """
        try:
            self.process.ask({"op": "forget"}, None, _START_SECONDS, _START_WALL)
        except WorkerLost as lost:
            self._retire()
            raise WorkerMissing(
                f"일꾼을 띄우지 못했습니다 ({lost.args[0]}). 격리를 확인하세요."
            ) from None

    def _ask_process(
        self, message: dict, payload: object, seconds: float
    ) -> CallResult:
        seconds = max(min(seconds, self._left()), 0.01)
        left = max(self.deadline - time.monotonic(), 0.01)
        # 벽시계는 넉넉히 주되, 노트북 전체의 끝은 넘기지 않습니다.
        wall = min(seconds * self.limits.patience, left)
        try:
            reply, value = self.process.ask(message, payload, seconds, wall)
            return self._read(reply, value)
        except WorkerLost:
            self._retire()
            raise

    def _read(self, reply: dict, value: object) -> CallResult:
        """답을 믿지 않고 꼴을 확인하며 읽습니다."""
        said = reply.get("prints")
        if isinstance(said, str):
            self.prints = (self.prints + clean(said[:MAX_PRINT]))[:MAX_PRINT]
        changed = _clean_names(reply.get("changed"), 20, 80)
        used = _clean_names(reply.get("used"), MAX_USED + 2, 2 * MAX_NAME + 1)
        problem = reply.get("problem")
        if problem is None:
            return CallResult(value, changed, used=used)
        # 꼴이 다른 답은 학생이 지어낸 것입니다. 뜻을 읽지 않고 '오류'로만 적습니다.
        shaped = isinstance(problem, list) and len(problem) == 2
        key, detail = problem if shaped else ("raises", "")
        said = clean(_text(detail))[:600]
        return CallResult(problem=(key if _may_say(key) else "raises", said), used=used)


def _may_say(key: object) -> bool:
    """일꾼이 알릴 수 있는 실수의 id인지. 일꾼의 말은 믿지 않습니다."""
    return isinstance(key, str) and key in MISTAKES and MISTAKES[key].from_worker


def _text(value: object) -> str:
    return value[:2000] if isinstance(value, str) else ""


def _clean_names(names: object, most: int, length: int) -> list[str]:
    return (
        [clean(_text(name))[:length] for name in names[:most]]
        if isinstance(names, list)
        else []
    )
