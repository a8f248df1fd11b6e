"""멈추라는 신호를 받아 두었다가 걸음 사이에서 멈추게 합니다."""

import signal
import threading
from types import FrameType
from typing import Any, Self


class Interrupt:
    """Ctrl-C와 SIGTERM을 받으면 `asked`에 신호의 번호가 남습니다. Ctrl-C를 두 번 누르면 바로 멈춥니다.

    주 스레드가 아니면 신호를 받을 수 없으므로 아무 일도 하지 않습니다. 나갈 때 원래대로 돌려놓습니다.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = number
