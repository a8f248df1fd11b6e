"""학생의 클래스로 만든 물건의 대리. 검사는 이 대리에게 시키고 값만 받습니다."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..protocol.call_result import CallResult
from .objects import act_local, make_local


class ObjectProxy:
    """물건 하나의 대리. 시킬 수 있는 일은 아래 메서드가 전부입니다.

    학생의 물건은 일꾼 프로세스(노트북에서는 이 프로세스)에 있습니다. 일을 시켰는데
    오류가 나거나 입력이 바뀌면 CheckFailed를 냅니다. 배열과 텐서는 복사본이 오가므로
    고쳐도 물건은 그대로입니다.
    """

    def __init__(
        self, ask: Callable[..., CallResult], accept: Callable[[CallResult], object]
    ) -> None:
        self._ask, self._accept = ask, accept

    def _do(
        self, what: str, path: str = "", args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        return self._accept(self._ask(what, path, args, kwargs or {}))

    def __call__(self, *args, **kwargs) -> Any:
        """물건을 함수처럼 부릅니다(forward, __call__)."""
        return self._do("call", "", args, kwargs)

    def do(self, name: str, /, *args, **kwargs) -> Any:
        """이름으로 메서드를 부릅니다. 예: m.do("encode", "나는")"""
        return self._do("call", name, args, kwargs)

    def get(self, path: str) -> Any:
        """속성의 값.

        점으로 잇습니다. 예: m.get("w_q.weight"), m.get("layers.0.bias")
        """
        return self._do("get", path)

    def state(self) -> dict[str, Any]:
        """모듈이면 state_dict, 보통 물건이면 밑줄로 시작하지 않는 속성의 값들."""
        return self._do("state")

    def load(self, state: dict) -> None:
        """값을 옮겨 넣습니다.

        이름이나 모양이 다르면 wrong_state로 무엇이 다른지 말합니다.

        모듈의 매개변수는 이름이 모두 맞아야 하고, 더 있는 버퍼(마스크 등)는 봐줍니다.
        보통 물건에는 이미 있는 속성만 넣습니다.
        """
        self._do("load", "", (dict(state),))

    def parameters(self) -> dict[str, Any]:
        """{이름: 매개변수의 값}. 함께 쓰는 매개변수는 한 번만 나옵니다."""
        return self._do("parameters")

    def count(self) -> int:
        """학습하는 수의 개수."""
        return self._do("count")

    def train(self) -> None:
        """학습 상태로 바꿉니다."""
        self._do("mode", "", (True,))

    def eval(self) -> None:
        """평가 상태로 바꿉니다."""
        self._do("mode", "", (False,))

    def gradients(
        self, cotangent: object, *args, **kwargs
    ) -> tuple[tuple, dict[str, Any]]:
        """forward(*args, **kwargs)의 출력에 cotangent를 곱해 더한 값의 기울기.

        (입력마다의 기울기, {매개변수: 기울기})를 돌려줍니다. 실수 텐서가 아닌 입력과
        기울기가 닿지 않은 것은 None입니다. 출력이 튜플이면 cotangent도 튜플이고, 보지
        않을 출력에는 None을 적습니다.
        """
        return self._do("gradients", "", (cotangent, *args), kwargs)


def build(
    func: Callable, args: tuple, kwargs: dict, accept: Callable[[CallResult], object]
) -> ObjectProxy:
    """물건을 만들고 대리를 돌려줍니다.

    클래스가 다른 프로세스에 있으면 그곳에서, 아니면 여기서 만듭니다.
    """
    remote = getattr(type(func), "make_remote", None)
    if remote:
        result, ask = remote(func, args, kwargs)
    else:
        result, thing = make_local(func, args, kwargs)
        ask = partial(act_local, thing)
    accept(result)
    return ObjectProxy(ask, accept)


def maker(factory: Callable) -> Callable[..., ObjectProxy]:
    """기준 클래스나 실수 클래스로 물건을 만드는 함수.

    학생의 것과 같은 대리를 돌려줍니다.
    """
    return lambda *args, **kwargs: build(factory, args, kwargs, _trusted)


def _trusted(result: CallResult) -> object:
    if result.problem or result.changed:
        raise RuntimeError(
            f"기준이나 실수의 클래스가 멈추었습니다: {result.problem or result.changed}"
        )
    return result.value
