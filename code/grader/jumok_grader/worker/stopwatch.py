"""일꾼에게 시킨 일 하나의 시간: 벽시계가 아니라 일꾼이 쓴 CPU 시간으로 셉니다.

바쁜 컴퓨터에서는 2초면 끝날 일도 10초가 걸립니다. 그것은 학생의 잘못이 아닙니다.
그래서 벽시계와 CPU 시간이 모두 한계를 넘어야 넘은 것으로 봅니다. CPU를 쓰지 않고 잠만
자는 코드는 훨씬 넉넉한 벽시계로 끊습니다.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_LOOK_AGAIN = 0.2  # 벽시계의 한계를 지난 다음 CPU 시간을 다시 보는 사이


@dataclass(frozen=True)
class TimeLimits:
    """시간의 한계(CPU 초): 함수를 한 번 부를 때, 칸 하나, 준비 칸 하나, 노트북 전체.

    하나의 벽시계는 그 patience배까지, 노트북 전체의 벽시계는 wall초까지 기다립니다.
    """

    call: float = 10
    cell: float = 20
    setup: float = 90
    total: float = 120
    wall: float = 600
    patience: float = 6


class Stopwatch:
    """일 하나의 시간을 잽니다.

    cpu는 일꾼이 지금까지 쓴 CPU 시간(초)을 돌려주는 함수입니다.
    """

    def __init__(self, cpu: Callable[[], float], seconds: float, wall: float) -> None:
        self._cpu, self.seconds, self.wall = cpu, seconds, max(wall, seconds)
        self._began, self._cpu_began = time.monotonic(), cpu()

    def passed(self) -> float:
        """시작한 다음 지난 벽시계의 초."""
        return time.monotonic() - self._began

    def used(self) -> float:
        """한계에 대어 셀 시간. CPU 시간이되 잠만 자도 조금씩은 셉니다.

        여러 코어를 함께 쓰는 계산을 몇 배로 세지 않고, 잠만 자는 코드가 끝없이
        되풀이되지도 않습니다.
        """
        wall = self.passed()
        asleep = wall * self.seconds / self.wall
        # 여러 코어를 쓴 계산은 벽시계로, 바쁜 컴퓨터에서 밀린 계산은 CPU로 셉니다.
        return min(wall, max(self._cpu() - self._cpu_began, asleep))

    def over(self) -> bool:
        """한계를 넘었는지."""
        return self.passed() >= self.seconds and self.used() >= self.seconds

    def said(self) -> str:
        """무엇을 넘었는지 학생에게 하는 말."""
        if self._cpu() - self._cpu_began >= self.seconds:
            return f"{self.seconds:g}초 동안 계산해도 끝나지 않았습니다."
        return f"{self.passed():.0f}초를 기다려도 끝나지 않았습니다."

    def next_look(self) -> float:
        """다음에 살펴볼 때까지의 초."""
        left = self.seconds - self.passed()
        return left if left > 0 else _LOOK_AGAIN
