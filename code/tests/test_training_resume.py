"""멈추었다 이어 가도 한 번에 간 것과 비트까지 같은지.

어느 순간에 죽어도 잃는 것이 없는지.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from training_toy import (
    QUIET,
    Trouble,
    start,
    toy_task,
    toy_train,
    usual_signals,
)

from jumok.training import checkpoint, loop
from jumok.training.checkpoint import (
    BadCheckpoint,
    checkpoints,
    load_checkpoint,
    load_latest,
)
from jumok.training.distributed import World
from jumok.training.history import read_history
from jumok.training.interrupt import Interrupt
from jumok.training.recipe import Recipe


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """한 번도 멈추지 않은 학습."""
    folder = tmp_path_factory.mktemp("whole")
    model, _ = toy_train(folder)
    return folder, model


def losses(folder):
    return [
        {k: v for k, v in row.items() if k != "seconds"}
        for row in read_history(folder / "history.jsonl")
    ]


def assert_same_run(folder, whole):
    """가중치, 옵티마이저, 난수, 기록이 모두 같은지."""
    mine, theirs = (load_checkpoint(checkpoints(f)[-1]) for f in (folder, whole[0]))
    assert (
        mine.tensors.keys() == theirs.tensors.keys()
        and mine.facts["step"] == QUIET["steps"]
    )
    assert all(torch.equal(x, theirs.tensors[name]) for name, x in mine.tensors.items())
    assert losses(folder) == losses(whole[0])


@contextmanager
def started(folder, **trouble):
    """다른 프로세스에서 학습을 시작하고, 나갈 때 kill −9로 없앱니다."""
    [process], _ = start(folder, trouble=Trouble(**trouble))
    yield process
    process.kill()
    process.join()


def wait_for(condition, process, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert process.is_alive(), "학습이 먼저 끝났습니다"
        assert time.monotonic() < end, "기다려도 일어나지 않습니다"
        time.sleep(0.02)


def test_same_seed_gives_the_same_run_to_the_last_digit(tmp_path, whole):
    toy_train(tmp_path)
    assert_same_run(tmp_path, whole)


def test_another_seed_gives_another_run(tmp_path, whole):
    toy_train(tmp_path, seed=1)
    assert losses(tmp_path) != losses(whole[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_between_steps_and_resumes_exactly(
    tmp_path, whole, monkeypatch, number
):
    plain_step, taken, task_steps = loop.one_step, [], 7

    def step(*arguments):
        taken.append(1)
        if len(taken) == task_steps:
            os.kill(os.getpid(), number)
        return plain_step(*arguments)

    monkeypatch.setattr(loop, "one_step", step)
    with usual_signals():
        _, progress = toy_train(tmp_path)
    assert progress.step == task_steps and not progress.finished(Recipe(**QUIET))
    assert load_latest(tmp_path).facts["step"] == task_steps
    monkeypatch.setattr(loop, "one_step", plain_step)
    toy_train(tmp_path)
    assert_same_run(tmp_path, whole)


def test_kill_in_the_middle_of_an_epoch(tmp_path, whole):
    with started(tmp_path, pause=0.05) as process:
        wait_for(lambda: len(checkpoints(tmp_path)) >= 2, process)
    assert load_latest(tmp_path).facts["step"] < QUIET["steps"]
    toy_train(tmp_path)
    assert_same_run(tmp_path, whole)


def test_kill_while_a_checkpoint_is_being_written(tmp_path, whole):
    toy_train(tmp_path, steps=12)
    with started(tmp_path, stuck_while_writing=True) as process:
        wait_for(lambda: list(tmp_path.glob(".step-*.half")), process)
    assert list(tmp_path.glob(".step-*.tmp")), "반만 쓴 파일이 있어야 합니다"
    assert load_latest(tmp_path).facts["step"] == 12
    toy_train(tmp_path)
    assert_same_run(tmp_path, whole)
    assert not list(tmp_path.glob(".step-*.tmp")), "쓰다 만 파일이 남았습니다"


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "note"])
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(
    tmp_path, whole, damage
):
    toy_train(tmp_path, steps=12)
    newest = checkpoints(tmp_path)[-1]
    data = bytearray(newest.read_bytes())
    if damage == "flip":
        data[-100] ^= 1
        newest.write_bytes(data)
    elif damage == "cut":
        newest.write_bytes(data[: len(data) // 2])
    elif damage == "gone":
        newest.unlink()
    else:
        newest.with_suffix(".json").write_text('{"step": 12', "utf8")
    said = []
    assert load_latest(tmp_path, said.append).facts["step"] == 6
    assert len(said) == 1 and newest.name in said[0]
    toy_train(tmp_path, say=said.append)
    assert_same_run(tmp_path, whole)


def test_when_all_are_damaged_nothing_starts_over_silently(tmp_path):
    toy_train(tmp_path, steps=6)
    for path in checkpoints(tmp_path):
        path.write_bytes(b"broken")
    with pytest.raises(BadCheckpoint, match="모두 상했습니다"):
        toy_train(tmp_path)


def test_full_disk_leaves_the_last_checkpoint(tmp_path, whole, monkeypatch):
    plain = checkpoint.save_file

    def full(tensors, path):
        if (
            json.loads((tmp_path / "history.jsonl").read_text("utf8").splitlines()[-1])[
                "step"
            ]
            > 6
        ):
            Path(path).write_bytes(b"half")
            raise OSError(28, "No space left on device")
        plain(tensors, path)

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        toy_train(tmp_path)
    assert [p.name for p in tmp_path.glob("*.tmp")] == []
    assert load_latest(tmp_path).facts["step"] == 6
    monkeypatch.setattr(checkpoint, "save_file", plain)
    toy_train(tmp_path)
    assert_same_run(tmp_path, whole)


def test_a_half_written_history_line_is_dropped(tmp_path, whole):
    toy_train(tmp_path, steps=12)
    with (tmp_path / "history.jsonl").open("a", encoding="utf8") as stream:
        stream.write('{"step": 18, "los')
    toy_train(tmp_path)
    assert_same_run(tmp_path, whole)


def test_only_the_newest_checkpoints_are_kept(whole):
    assert [load_checkpoint(p).facts["step"] for p in checkpoints(whole[0])] == [
        12,
        18,
        24,
    ]


def test_another_setting_is_refused(tmp_path):
    recipe = Recipe(**(QUIET | {"steps": 6}))
    alone = World(torch.device("cpu"))
    loop.train(
        toy_task(recipe, identity={"model": {"d_model": 16}, "data": "a"}),
        recipe,
        tmp_path,
        alone,
    )
    for identity in (
        {"model": {"d_model": 32}, "data": "a"},
        {"model": {"d_model": 16}, "data": "b"},
    ):
        with pytest.raises(ValueError, match="다른 설정으로 시작했습니다"):
            loop.train(toy_task(recipe, identity=identity), recipe, tmp_path, alone)


def test_a_second_ctrl_c_stops_at_once():
    with usual_signals():
        with pytest.raises(KeyboardInterrupt), Interrupt() as interrupt:
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupt.asked == signal.SIGINT
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


SENT_TO_ITSELF = """
import os, signal, sys
from jumok.training.interrupt import Interrupt
number = getattr(signal, sys.argv[1])
before = signal.getsignal(number)
with Interrupt() as interrupt:
    os.kill(os.getpid(), number)
    print(interrupt.asked == number)
print(signal.getsignal(number) == before)
os.kill(os.getpid(), number)
print("아직 돕니다")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows에는 무시하며 띄우는 법이 없습니다")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("ignored", [False, True], ids=["heard", "ignored"])
def test_a_signal_ignored_from_the_start_stays_ignored(name, ignored):
    """nohup이나 &로 띄운 학습은 터미널의 Ctrl-C에 멈추지 않습니다. 그 뒤에도요."""

    def inherit():
        how = signal.SIG_IGN if ignored else signal.SIG_DFL
        signal.signal(getattr(signal, name), how)

    done = subprocess.run(
        [sys.executable, "-c", SENT_TO_ITSELF, name],
        capture_output=True,
        text=True,
        preexec_fn=inherit,
    )
    heard, restored, *rest = done.stdout.split("\n")[:-1]
    assert heard == str(not ignored) and restored == "True"
    assert rest == (["아직 돕니다"] if ignored else []), "나온 뒤에는 원래대로입니다"


def test_checkpoints_hold_no_pickle(whole):
    path = checkpoints(whole[0])[-1]
    size = int.from_bytes(path.read_bytes()[:8], "little")
    assert json.loads(path.read_bytes()[8 : 8 + size])
