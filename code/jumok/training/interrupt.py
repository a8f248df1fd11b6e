"""멈추라는 신호를 받아 두었다가 걸음 사이에서 멈추게 합니다."""

import signal
import threading
from types import FrameType
from typing import Any, Self


class Interrupt:
    """Ctrl-C와 SIGTERM을 받으면 `asked`에 신호의 번호가 남습니다.

    Ctrl-C를 두 번 누르면 바로 멈춥니다. 나갈 때 원래대로 돌려놓습니다.
    이미 무시하던 신호(nohup이나 &로 띄운 프로세스의 Ctrl-C)는 여기서도 무시합니다.
    주 스레드가 아니면 신호를 받을 수 없으므로 아무 일도 하지 않습니다.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._listen(number)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _listen(self, number: int) -> None:
        before = signal.getsignal(number)
        # 띄운 사람이 무시하라고 한 신호입니다.
        # None은 파이썬 밖에서 맡은 신호라 되돌릴 수 없습니다.
        if before in (signal.SIG_IGN, None):
            return
        self._before[number] = before
        signal.signal(number, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = number
