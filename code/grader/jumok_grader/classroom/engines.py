"""일감을 나누어 맡기는 곳: 이 컴퓨터의 프로세스들, 또는 Dask의 일꾼들.

꼴이 같아서 바꾸어 쓸 수 있습니다.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout

from .helper import WORK, Helper
from .reasons import BadClass


class _Finished:
    """마친 일이 쌓이는 곳. 두 곳이 함께 씁니다."""

    def __init__(self) -> None:
        self.finished: queue.Queue = queue.Queue()

    def next_done(self, seconds: float) -> tuple[object, dict] | None:
        """마친 일 하나를 기다립니다. seconds 동안 없으면 None입니다."""
        try:
            return self.finished.get(timeout=seconds)
        except queue.Empty:
            return None


class LocalEngine(_Finished):
    """이 컴퓨터에서 돕는 프로세스 jobs개로 채점합니다."""

    def __init__(self, jobs: int, work: str = WORK) -> None:
        super().__init__()
        self.slots = jobs
        self.work = work
        self.helpers: list[Helper] = []
        self.mine = threading.local()
        self.threads = ThreadPoolExecutor(jobs)

    def submit(self, job: object, task: dict) -> None:
        """일감을 맡깁니다. 답은 next_done이 돌려줍니다."""
        self.threads.submit(self._ask, task).add_done_callback(
            lambda future: self.finished.put((job, _outcome(future)))
        )

    def _ask(self, task: dict) -> dict:
        if not hasattr(self.mine, "helper"):
            self.mine.helper = Helper(self.work)
            self.helpers.append(self.mine.helper)
        return self.mine.helper.ask(task)

    def close(self) -> None:
        """돕는 프로세스들을 끝냅니다."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        for helper in self.helpers:
            helper.close()


class DaskEngine(_Finished):
    """Dask의 scheduler에 맡깁니다.

    일꾼마다 돕는 프로세스 하나가 한 번에 하나씩 채점합니다.
    """

    def __init__(self, address: str, work: str = WORK) -> None:
        from distributed import Client

        super().__init__()
        try:
            self.client = Client(address, timeout=20, set_as_default=False)
        except (OSError, ValueError, TimeoutError, FutureTimeout) as error:
            raise BadClass(
                f"Dask scheduler에 잇지 못했습니다: {address} ({error})"
            ) from None
        self.work = work
        self._same_version()

    def _same_version(self) -> None:
        from .. import __version__

        found = self.client.run(_version)
        if not found:
            self.client.close()
            raise BadClass(
                "Dask scheduler에 일꾼이 하나도 없습니다. dask worker 주소 로 띄우세요."
            )
        other = {
            where: version for where, version in found.items() if version != __version__
        }
        if other:
            self.client.close()
            where, version = next(iter(other.items()))
            raise BadClass(
                f"일꾼 {where}의 주목은 {version}판이고 여기는 "
                f"{__version__}판입니다. 판을 맞추세요."
            )

    @property
    def slots(self) -> int:
        """한 번에 채점할 수 있는 수: 일꾼 프로세스의 수."""
        return max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))

    def submit(self, job: object, task: dict) -> None:
        """일감을 맡깁니다. 답은 next_done이 돌려줍니다."""
        future = self.client.submit(ask_here, task, self.work, pure=False)
        future.add_done_callback(lambda done: self.finished.put((job, _outcome(done))))

    def close(self) -> None:
        """scheduler와의 연결을 닫습니다. scheduler와 일꾼은 그대로 둡니다."""
        self.client.close()


_HELPERS: dict[str, Helper] = {}
_LOCK = threading.Lock()


def ask_here(task: dict, work: str = WORK) -> dict:
    """Dask의 일꾼에서 돕니다.

    이 프로세스의 돕는 프로세스에게 하나씩 차례로 맡깁니다.
    """
    with _LOCK:
        return _HELPERS.setdefault(work, Helper(work)).ask(task)


def _version() -> str:
    from .. import __version__

    return __version__


def _outcome(future: Future) -> dict:
    """답을 꺼냅니다. 일꾼이 죽었거나 일이 멈추었으면 그 까닭입니다."""
    try:
        return future.result()
    except BaseException as error:
        reason = (
            "grader_died" if type(error).__name__ == "KilledWorker" else "grader_error"
        )
        return {
            "state": "refused",
            "reason": reason,
            "message": f"{type(error).__name__}: {error}",
        }
