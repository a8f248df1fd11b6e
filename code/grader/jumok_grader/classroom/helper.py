"""채점을 돕는 프로세스: 일감을 한 줄 JSON으로 받아 한 줄 JSON으로 답합니다.

부모가 죽으면 곧 끝냅니다.

`Helper`는 부모 쪽입니다. 시간을 넘기면 돕는 프로세스와 그 아래 학생의 일꾼까지 끝내고
새로 띄웁니다. 한 컴퓨터의 --jobs와 Dask의 일꾼이 모두 이것을 씁니다.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from importlib import import_module
from pathlib import Path

from ..lesson import import_folders

WORK = "jumok_grader.classroom.grade_task:grade_task"
_START = 240  # 처음 띄워 모듈과 포크 서버를 불러오는 시간의 한계
_GRACE = 15  # 채점기 스스로의 한계보다 조금 더 기다립니다.


class Helper:
    """돕는 프로세스 하나를 부리는 쪽."""

    def __init__(self, work: str = WORK) -> None:
        self.work = work
        self.child: subprocess.Popen | None = None
        self.ready, self.last_words = False, ""

    def ask(self, task: dict) -> dict:
        """일감을 맡기고 답을 기다립니다. 죽거나 시간을 넘기면 까닭을 답합니다."""
        if self.child is None or self.child.poll() is not None:
            self.close()
            # 앞의 제출물이 죽였거나 시간을 넘겨 끝낸 것이면 새로 띄웁니다.
            self._start(task.get("isolation", "bwrap"))
        pipe = self.child.stdin
        try:
            if not self.ready:
                trouble = self._wait()
                if trouble:
                    return trouble
            pipe.write(json.dumps(task).encode() + b"\n")
            pipe.flush()
            line = self.replies.get(timeout=task["seconds"] + _GRACE)
        except queue.Empty:
            self.close()
            message = f"{task['seconds']:g}초를 넘겼습니다."
            return {"state": "refused", "reason": "time_limit", "message": message}
        except OSError:
            line = b""
        if not line:
            self.close()
            return {
                "state": "refused",
                "reason": "grader_died",
                "message": "메모리가 모자랐을 수 있습니다.",
            }
        return json.loads(line)

    def _wait(self) -> dict:
        """처음 띄운 프로세스가 준비될 때까지 기다립니다.

        준비하지 못하면 그 까닭이 담긴 답입니다.

        뜨지 않은 것은 학생이 아니라 이 컴퓨터의 문제이므로 성적이 될 수 없습니다.
        """
        said = b""
        with contextlib.suppress(queue.Empty):
            said = self.replies.get(timeout=_START)
        trouble = json.loads(said) if said else {"state": "stop"}
        self.ready = not trouble
        if trouble:
            self.close()
            hint = (
                "채점을 돕는 프로세스가 뜨지 않습니다. 설치를 확인하세요.\n"
                f"{self.last_words}"
            )
            trouble.setdefault("message", hint)
        return trouble

    def _start(self, isolation: str) -> None:
        before = os.environ.get("PYTHONPATH", "")
        paths = os.pathsep.join(filter(None, [*import_folders(), before]))
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - 프로세스와 함께 삽니다
        self.child = subprocess.Popen(
            [
                sys.executable,
                "-X",
                "utf8",
                "-m",
                "jumok_grader.classroom.helper",
                self.work,
                isolation,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            env={"OMP_NUM_THREADS": "1", **os.environ, "PYTHONPATH": paths},
        )
        self.ready, self.replies = False, queue.Queue()
        threading.Thread(
            target=_listen, args=(self.child.stdout, self.replies), daemon=True
        ).start()

    def close(self) -> None:
        """돕는 프로세스를 끝냅니다.

        통로를 닫으면 스스로 학생의 일꾼까지 끝내고 나갑니다.
        """
        child, self.child = self.child, None  # 다른 줄기가 함께 불러도 한 번만 합니다.
        if child is None:
            return
        with contextlib.suppress(OSError):
            child.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=3)
        child.kill()
        child.wait()
        self.said.seek(0)
        self.last_words = self.said.read()[-800:].decode("utf-8", "replace").strip()
        self.said.close()


def _listen(stream: object, replies: queue.Queue) -> None:
    """답을 받아 줄에 세웁니다. 통로가 끊기면 빈 답을 세웁니다."""
    with contextlib.suppress(OSError, ValueError), stream:
        for line in stream:
            replies.put(line)
    replies.put(b"")


def find_work(name: str) -> tuple[object, object]:
    """'모듈:함수'로 적은 일과 그 모듈의 prepare를 찾습니다.

    prepare가 없으면 아무것도 하지 않는 함수를 돌려줍니다.
    """
    module, _, function = name.partition(":")
    found = import_module(module)
    return getattr(found, function), getattr(found, "prepare", lambda kind: {})


def main() -> None:
    """표준 입력에서 일감을 받아 답합니다.

    입력이 끊기면(부모가 죽으면) 자식까지 끝내고 나갑니다.
    """
    # 라이브러리가 출력한 글이 답에 섞이지 않도록 답은 따로 둔 통로로 보냅니다.
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    tasks: queue.Queue = queue.Queue()
    threading.Thread(
        target=_read_tasks, args=(os.fdopen(os.dup(0), "rb"), tasks), daemon=True
    ).start()
    os.dup2(nowhere, 0)
    work, prepare = find_work(sys.argv[1])
    # 준비되었다는 답({}). 띄우는 시간을 학생의 시간으로 치지 않습니다.
    answers.write(json.dumps(prepare(sys.argv[2])).encode() + b"\n")
    answers.flush()
    while True:
        try:
            outcome = work(json.loads(tasks.get()))
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            outcome = {"state": "refused", "reason": "grader_error", "message": message}
        answers.write(json.dumps(outcome).encode() + b"\n")
        answers.flush()


def _read_tasks(stream: object, tasks: queue.Queue) -> None:
    """일감을 줄에 세웁니다.

    따로 된 줄기라서, 채점하는 사이에 부모가 죽어도 바로 압니다.
    """
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            tasks.put(line)
    children = _children()
    for pid in children:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    # 거두어야 포크 서버와 일꾼의 CPU 시간이 이 프로세스의 것에 더해집니다.
    for pid in children:
        with contextlib.suppress(OSError):
            os.waitpid(pid, 0)
    os._exit(0)


def _children() -> list[int]:
    """이 프로세스의 자식들.

    Linux에서만 알 수 있고, 다른 곳에서는 통로가 끊겨 스스로 끝납니다.
    """
    found: list[int] = []
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(pid) for pid in path.read_text().split()]
    return found


if __name__ == "__main__":
    main()
