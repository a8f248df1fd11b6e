"""일꾼과 그 자식들이 쓰는 메모리와 임시 파일을 재고, 넘으면 알립니다.

Linux의 /proc으로 잽니다.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

from ..sandbox.limits import ResourceLimits

_EVERY = 0.1
# psutil은 공유 메모리(/dev/shm)를 따로 알려 주지 않아 /proc을 바로 읽습니다.
_PARTS = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+) kB", re.M)


def process_tree(*pids: int) -> list[int]:
    """pids와 그 자손들.

    고아가 된 것도 이름공간의 첫 프로세스에 딸리므로 빠지지 않습니다.
    """
    found, waiting = [], list(reversed(pids))
    while waiting:
        one = waiting.pop()
        found.append(one)
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{one}/task"):
                with contextlib.suppress(OSError):
                    waiting += map(
                        int,
                        Path(f"/proc/{one}/task/{task}/children").read_bytes().split(),
                    )
    return found


def memory_of(pids: list[int]) -> int:
    """프로세스들이 쓰는 메모리(파일에서 온 것은 뺌)의 바이트."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += sum(
                int(size)
                for size in _PARTS.findall(Path(f"/proc/{pid}/status").read_bytes())
            )
    return total * 1024


def cpu_seconds(roots: list[int]) -> float:
    """roots와 그 자손이 지금까지 쓴 CPU 시간(초). 이미 거둔 자식의 것도 셉니다."""
    total = 0.0
    for pid in process_tree(*roots):
        # 재는 사이에 끝난 프로세스는 건너뜁니다.
        with contextlib.suppress(psutil.Error):
            total += sum(psutil.Process(pid).cpu_times()[:4])
    return total


def scratch_files(pids: list[int], scratch: int) -> int:
    """크기가 scratch 바이트인 /tmp에 있는 파일의 수.

    아직 갇히지 않았거나 볼 수 없으면 0입니다.
    """
    with contextlib.suppress(OSError):
        info = os.statvfs(f"/proc/{pids[-1]}/root/tmp")
        # 크기가 다르면 아직 바깥의 /tmp입니다.
        if info.f_blocks * info.f_frsize == scratch:
            return info.f_files - info.f_ffree
    return 0


class ResourceMonitor:
    """0.1초마다 재는 줄기. 한계를 넘으면 까닭을 적고 stop을 부릅니다."""

    def __init__(
        self, roots: list[int], limits: ResourceLimits, stop: Callable[[], None]
    ) -> None:
        self.roots, self.limits, self.stop = roots, limits, stop
        self.reason, self.peak = "", 0
        self._over = threading.Event()
        if limits.memory or limits.scratch_files:
            threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        """마지막으로 한 번 재고 그만둡니다. 0.1초 안에 끝난 일꾼도 한 번은 잽니다."""
        if self.limits.memory and not self._over.is_set():
            self.peak = max(self.peak, memory_of(process_tree(*self.roots)))
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            pids = process_tree(*self.roots)
            self.peak = max(self.peak, memory_of(pids))
            self.reason = self._judge(pids)
            # 이름공간째 죽으므로 한 번만 알리면 됩니다.
            if self.reason:
                self.stop()
                return

    def _judge(self, pids: list[int]) -> str:
        limits = self.limits
        if limits.memory and self.peak > limits.memory:
            return f"메모리를 {limits.memory / 2**30:.1f} GiB보다 많이 썼습니다."
        if (
            limits.scratch_files
            and scratch_files(pids, limits.scratch) > limits.scratch_files
        ):
            return f"파일을 {limits.scratch_files:,}개보다 많이 만들었습니다."
        return ""
