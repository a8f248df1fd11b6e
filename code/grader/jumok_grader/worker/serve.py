"""학생 코드를 실행하는 일꾼 프로세스.

점수도 정답도 모르고, 시키는 대로 실행해 값만 돌려줍니다.
"""

from __future__ import annotations

import io
import linecache
import os
import sys
import types
import warnings
from typing import BinaryIO

from ..notebook.stubs import plain_python
from ..protocol.call_result import CallResult
from ..protocol.values import Named, ValueTooBig, exact, swap
from ..protocol.wire import BrokenWire, receive, send
from ..sandbox.limits import apply_limits
from .explain import explain
from .local_call import call_local, file_of
from .objects import act_local, make_local

MAX_PRINT = 20_000


class _Prints(io.TextIOBase):
    """학생이 출력한 글을 MAX_PRINT 글자까지만 모읍니다."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        left = MAX_PRINT - self.size
        if left > 0:
            self.parts.append(str(text)[:left])
            self.size += min(len(text), left)
        return len(text)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts, self.size = [], 0
        return text


class Worker:
    """학생의 이름들이 사는 이름공간(namespace)과 거기서 하는 일들."""

    def __init__(self, prints: _Prints) -> None:
        self.prints = prints
        self.reset({}, None)

    def reset(self, message: dict, payload: object) -> CallResult:
        """이름들을 모두 지우고 새로 시작합니다."""
        # 노트북의 칸처럼 __main__에서 돌아야 클래스의 이름과 pickle이 같아집니다.
        module = types.ModuleType("__main__")
        module.__dict__["display"] = print
        sys.modules["__main__"] = module
        self.names = module.__dict__
        self.objects: dict[int, object] = {}
        return CallResult()

    def run(self, message: dict, payload: object) -> CallResult:
        """칸 하나를 실행합니다. 오류가 나면 설명을 돌려줍니다."""
        label, source = message["label"], message["source"]
        lines = source.splitlines(keepends=True)
        # 오류의 자취와 inspect가 칸의 글을 찾을 수 있게 합니다.
        linecache.cache[label] = (len(source), None, lines, label)
        try:
            exec(_compile(source, label), self.names)
        except BaseException as error:
            # KeyboardInterrupt를 스스로 낸 코드도 일꾼을 끝내지 못합니다.
            return CallResult(problem=explain(error, label))
        return CallResult()

    def call(self, message: dict, payload: object) -> CallResult:
        """학생 함수를 부릅니다."""
        func = self.names.get(message["name"])
        if not callable(func):
            return CallResult(problem=("missing_name", f"찾는 함수: {message['name']}"))
        args, kwargs = self._with_names(payload)
        try:
            return call_local(func, args, kwargs)
        except BaseException as error:
            return CallResult(problem=explain(error, file_of(func)))

    def make(self, message: dict, payload: object) -> CallResult:
        """학생의 클래스로 물건을 만들어 번호를 붙여 둡니다."""
        func = self.names.get(message["name"])
        if not callable(func):
            return CallResult(
                problem=("missing_name", f"찾는 클래스: {message['name']}")
            )
        args, kwargs = self._with_names(payload)
        try:
            result, self.objects[message["number"]] = make_local(func, args, kwargs)
        except BaseException as error:
            return CallResult(problem=explain(error, file_of(func)))
        return result

    def act(self, message: dict, payload: object) -> CallResult:
        """만들어 둔 물건에 일을 시킵니다."""
        if message["number"] not in self.objects:
            return CallResult(
                problem=("missing_name", "만들어 둔 물건이 사라졌습니다.")
            )
        thing = self.objects[message["number"]]
        args, kwargs = self._with_names(payload)
        try:
            return act_local(thing, message["what"], message["path"], args, kwargs)
        except BaseException as error:
            return CallResult(problem=explain(error, file_of(thing)))

    def warm(self, message: dict, payload: object) -> CallResult:
        """기울기를 미리 한 번 구합니다. torch는 이때 모듈 수백 개를 더 불러옵니다."""
        torch = sys.modules.get("torch")
        # 쓰지 않는 노트북에서 torch를 부르면 1초가 더 듭니다.
        if torch is None:
            return CallResult()
        one = torch.ones(1, requires_grad=True)
        torch.autograd.grad(one * 2, one, torch.ones(1))
        return CallResult()

    def forget(self, message: dict, payload: object) -> CallResult:
        """만들어 둔 물건을 모두 버립니다."""
        self.objects.clear()
        return CallResult()

    def _with_names(self, payload: tuple) -> tuple:
        """준비 칸의 이름으로 온 입력을 그 물건으로 바꿉니다."""
        return swap(
            payload,
            lambda value: self.names.get(value.name) if type(value) is Named else value,
        )

    def get(self, message: dict, payload: object) -> CallResult:
        """이름에 담긴 값을 돌려줍니다."""
        if message["name"] not in self.names:
            return CallResult(problem=("missing_name", f"찾는 이름: {message['name']}"))
        try:
            return CallResult(exact(self.names[message["name"]]))
        except ValueTooBig:
            return CallResult(problem=("too_big", ""))


def _compile(source: str, label: str) -> types.CodeType:
    try:
        return compile(source, label, "exec", dont_inherit=True)
    except SyntaxError:
        # 노트북에서만 통하는 줄(%magic)이 있으면 그 줄을 비우고 다시 읽습니다.
        return compile(plain_python(source), label, "exec", dont_inherit=True)


def serve(stream_in: BinaryIO, stream_out: BinaryIO, prints: _Prints) -> None:
    """메시지를 하나씩 받아 일하고 답합니다. 메시지가 끊기면 끝냅니다."""
    worker = Worker(prints)
    kinds = ("run", "call", "get", "reset", "make", "act", "warm", "forget")
    jobs = {kind: getattr(worker, kind) for kind in kinds}
    while True:
        try:
            message, payload = receive(stream_in)
        except BrokenWire:
            return
        try:
            result = jobs[message["op"]](message, payload)
        except BaseException as error:
            # 학생이 여기서 쓰는 도구(copy, warnings 등)를 망가뜨렸을 수 있습니다.
            result = CallResult(problem=explain(error))
        reply = {
            "id": message["id"],
            "problem": result.problem,
            "changed": result.changed,
            "used": result.used,
            "prints": prints.take(),
        }
        try:
            send(stream_out, reply, result.value)
        except ValueTooBig:
            send(stream_out, {**reply, "problem": ("too_big", "")})


def main(limits: str) -> None:
    """쓸 양을 묶고, 표준 입출력을 메시지 통로로 옮겨 놓고 일을 시작합니다."""
    apply_limits(limits)
    stream_in, stream_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # 학생의 코드가 파일 번호 0, 1, 2에 쓴 글이 메시지로 섞이지 않게 합니다.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    prints = _Prints()
    sys.stdout = sys.stderr = prints
    sys.stdin = io.StringIO()
    warnings.simplefilter("ignore")
    serve(stream_in, stream_out, prints)
    # 학생이 atexit에 걸어 둔 것이나 남은 줄기를 기다리지 않습니다.
    os._exit(0)
