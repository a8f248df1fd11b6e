"""학생의 함수와 클래스의 대리: 검사는 이 대리를 부르고, 일은 일꾼 프로세스가 합니다."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

from ..protocol.call_result import CallResult, CannotSend
from ..protocol.value_kinds import kind_name
from ..protocol.values import Named, Unsupported, ValueTooBig, crosses, swap
from ..worker.session import Session
from .failure import CheckFailed


@contextlib.contextmanager
def _honest_sizes() -> Iterator[None]:
    """너무 큰 입력은 학생의 잘못이 아닙니다."""
    try:
        yield
    except ValueTooBig as error:
        raise CannotSend(f"검사의 입력이 너무 큽니다: {error}") from error


class RemoteFunction:
    """학생의 함수나 클래스의 대리: 부르면 일꾼에게 시키고 값만 받아 옵니다.

    name_of는 값으로 옮길 수 없는 입력(함수, 모델)에서 준비 칸의 이름을 찾는 함수입니다.
    """

    def __init__(
        self, session: Session, name: str, name_of: Callable[[object], str | None]
    ) -> None:
        self.session, self.__name__, self.name_of = session, name, name_of

    def call_remote(self, args: tuple, kwargs: dict) -> CallResult:
        """일꾼에게 시킨 결과를 돌려줍니다."""
        with _honest_sizes():
            return self.session.call(self.__name__, *self._sendable(args, kwargs))

    def make_remote(
        self, args: tuple, kwargs: dict
    ) -> tuple[CallResult, Callable[..., CallResult]]:
        """일꾼에게 물건을 만들게 하고, 그 물건에 일을 시키는 함수를 돌려줍니다."""
        with _honest_sizes():
            result, number = self.session.make(
                self.__name__, *self._sendable(args, kwargs)
            )
        return result, partial(self._act, number)

    def _act(
        self, number: int, what: str, path: str, args: tuple, kwargs: dict
    ) -> CallResult:
        with _honest_sizes():
            return self.session.act(number, what, path, *self._sendable(args, kwargs))

    def _sendable(self, args: tuple, kwargs: dict) -> tuple:
        return swap((args, kwargs), self._by_name)

    def _by_name(self, value: object) -> object:
        if crosses(value):
            return value
        if isinstance(value, Unsupported):  # 학생이 돌려준 것을 다시 넘기는 검사
            raise CheckFailed(
                "wrong_type", f"받을 수 없는 종류({kind_name(value)})를 돌려주었습니다."
            )
        name = self.name_of(value)
        if name is None:
            kind = type(value).__name__
            raise CannotSend(
                f"검사의 입력({kind})을 보낼 수 없습니다. 준비 칸에서 만든 "
                "이름이어야 합니다."
            )
        return Named(name)

    def __call__(self, *args, **kwargs) -> object:
        """학생 함수의 값. 학생 코드에서 오류가 나면 CheckFailed를 냅니다."""
        result = self.call_remote(args, kwargs)
        if result.problem:
            raise CheckFailed(*result.problem)
        return result.value
