"""시간의 한계: 일꾼이 쓴 CPU로 세고, 바쁜 컴퓨터를 학생의 잘못으로 치지 않습니다."""

import time

import pytest
from samples import SLUG, as_cells, changed, sample_master, write

from jumok_grader.grading import grade_cells
from jumok_grader.notebook.master import read_master
from jumok_grader.worker import stopwatch
from jumok_grader.worker.session import Session
from jumok_grader.worker.stopwatch import Stopwatch, TimeLimits


class Clock:
    """손으로 돌리는 벽시계와 CPU 시계."""

    def __init__(self, monkeypatch) -> None:
        self.wall = self.cpu = 100.0
        monkeypatch.setattr(stopwatch.time, "monotonic", lambda: self.wall)

    def pass_by(self, wall: float, cpu: float) -> None:
        self.wall, self.cpu = self.wall + wall, self.cpu + cpu


@pytest.mark.parametrize(
    ("wall", "cpu", "over", "used"),
    [
        (0.5, 0.5, False, 0.5),
        (3.0, 3.0, True, 3.0),
        (9.0, 1.5, False, 1.5),  # 바쁜 컴퓨터에서 오래 걸린 짧은 일
        (2.0, 16.0, False, 2.0),  # 여덟 코어를 함께 쓴 2초
        (30.0, 0.0, True, 3.0),  # 잠만 자는 코드
        (15.0, 0.0, False, 1.5),
    ],
)
def test_both_clocks_must_pass_the_limit(monkeypatch, wall, cpu, over, used):
    clock = Clock(monkeypatch)
    watch = Stopwatch(lambda: clock.cpu, seconds=3, wall=30)
    clock.pass_by(wall, cpu)
    assert watch.over() == over
    assert watch.used() == pytest.approx(used)


def test_next_look_is_soon_and_never_negative(monkeypatch):
    clock = Clock(monkeypatch)
    watch = Stopwatch(lambda: clock.cpu, seconds=3, wall=30)
    assert watch.next_look() == pytest.approx(3)
    clock.pass_by(10, 1)
    assert 0 < watch.next_look() <= 1


def test_it_says_which_clock_ran_out(monkeypatch):
    clock = Clock(monkeypatch)
    watch = Stopwatch(lambda: clock.cpu, seconds=3, wall=30)
    clock.pass_by(30, 0)
    assert "30초를 기다려도" in watch.said()
    clock.pass_by(0, 3)
    assert "3초 동안 계산해도" in watch.said()


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    folder = tmp_path_factory.mktemp("정답")
    return read_master(write(folder / f"{SLUG}.ipynb", sample_master()))


def first_question(master, source: str, limits: TimeLimits):
    """my_softmax의 답 칸에 source를 적은 노트북의 첫 문제."""
    cells = as_cells(changed(sample_master(), ex04_1=source))
    result = grade_cells(cells, master, only={"ex04-1"}, limits=limits)
    return result.questions[0]


SLOW = """import time
def my_softmax(x):
    time.sleep(1.2)
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
"""


def test_waiting_longer_than_the_limit_is_not_a_mistake(master):
    """CPU를 쓰지 않고 한계보다 오래 걸린 답도 맞습니다.

    바쁜 컴퓨터에서 벌어지는 일입니다.
    """
    limits = TimeLimits(call=0.5, patience=40)
    assert first_question(master, SLOW, limits).status == "passed"


def test_sleeping_forever_still_ends(master):
    began = time.monotonic()
    source = "import time\ndef my_softmax(x):\n    time.sleep(600)"
    result = first_question(master, source, TimeLimits(call=0.5, patience=4))
    assert result.mistake == "timeout" and "기다려도" in result.detail
    assert time.monotonic() - began < 120


def test_first_gradient_is_warm():
    """torch가 처음에 부르는 모듈 수백 개는 학생의 시간이 아닙니다."""
    session = Session(TimeLimits(call=30))
    try:
        session.run("<칸>", "import torch", 60)
        session.run("<칸>", GRADIENT)
        first = session.call("first_gradient", (), {})
        assert first.problem is None and first.value is False
    finally:
        session.close()


GRADIENT = """import sys
def first_gradient():
    before = len(sys.modules)
    x = torch.ones(1, requires_grad=True)
    torch.autograd.grad(x * 2, x, torch.ones(1))
    return len(sys.modules) > before
"""


def test_a_worker_counts_what_its_children_use():
    """아이를 낳아 셈을 시켜도 CPU 시간은 셉니다."""
    session = Session(TimeLimits())
    try:
        session.run("<칸>", "def work(n):\n    return sum(i * i for i in range(n))")
        before = session.process.cpu_seconds()
        assert session.call("work", (3_000_000,), {}).problem is None
        own = session.process.cpu_seconds() - before
        script = "import subprocess, sys\ndef child(code):\n"
        script += "    subprocess.run([sys.executable, '-c', code])"
        session.run("<칸>", script)
        code = "sum(i * i for i in range(3_000_000))"
        assert session.call("child", (code,), {}).problem is None
        assert own > 0.05
        assert session.process.cpu_seconds() - before - own > 0.05
    finally:
        session.close()
