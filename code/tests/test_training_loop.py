"""학습 고리: 차례, 조각내기, 여러 프로세스, 학습률, 손실."""

import math
import os
import shutil
import subprocess
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch._dynamo.backends.registry import lookup_backend
from torch._inductor import config as inductor_config
from training_toy import QUIET, SIZE, Trouble, toy_task, toy_train, train_together

from jumok.model import BertConfig, BertForPretraining, Gpt, GptConfig
from jumok.text import MlmBatches
from jumok.training.checkpoint import (
    average,
    checkpoints,
    load_checkpoint,
    load_latest,
    load_model,
)
from jumok.training.classification import ClassificationLoss
from jumok.training.distributed import World, compiled
from jumok.training.history import read_history
from jumok.training.language import LanguageModel, MaskedLanguageModel
from jumok.training.loop import one_step, train
from jumok.training.recipe import Recipe, learning_rate
from jumok.training.state import Machinery, Progress

TOY = Path(__file__).with_name("training_toy.py")
ALONE = World(torch.device("cpu"))


def numbers(folder, *names):
    return [[row[n] for n in names] for row in read_history(folder / "history.jsonl")]


# ── 학습률 ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", [1, 10, 3999, 4000, 4001, 100_000])
def test_the_default_schedule_is_the_papers_formula(step):
    paper = 512**-0.5 * min(step**-0.5, step * 4000**-1.5)
    assert learning_rate(step, Recipe(), 512) == pytest.approx(paper, rel=1e-12)


@pytest.mark.parametrize("schedule", ["inverse_sqrt", "linear", "cosine", "constant"])
def test_every_schedule_warms_up_to_its_peak_and_never_rises_again(schedule):
    recipe = Recipe(steps=50, warmup=10, schedule=schedule, peak_rate=0.3)
    rates = [learning_rate(step, recipe, 64) for step in range(1, 51)]
    assert rates[:10] == pytest.approx([0.03 * step for step in range(1, 11)])
    assert all(a >= b for a, b in pairwise(rates[9:]))
    last = {
        "inverse_sqrt": 0.3 * math.sqrt(10 / 50),
        "linear": 0,
        "cosine": 0,
        "constant": 0.3,
    }
    assert rates[-1] == pytest.approx(last[schedule], abs=1e-12)


@pytest.mark.parametrize(
    "bad",
    [
        {"steps": 0},
        {"keep": 0},
        {"clip": -1.0},
        {"schedule": "x"},
        {"precision": "int8"},
        {"smoothing": 1.0},
        {"betas": (0.9, 1.0)},
        {"peak_rate": -1.0},
    ],
)
def test_bad_recipes_are_refused_with_the_value(bad):
    with pytest.raises(ValueError, match=r"받은 값은"):
        Recipe(**bad)


# ── 한 걸음 ───────────────────────────────────────────────────────────────────────────


class Spy:
    """불린 차례를 적는 옵티마이저와 배율."""

    def __init__(self, calls):
        self.calls, self.param_groups = calls, []

    def __getattr__(self, name):
        def call(*arguments):
            self.calls.append(name)
            return arguments[0] if arguments else None

        return call


def test_a_step_runs_in_the_right_order(monkeypatch):
    calls = []
    model = torch.nn.Linear(1, 1)

    class Loss(torch.nn.Module):
        def forward(self, x):
            calls.append(
                "autocast" if torch.is_autocast_enabled("cpu") else "no autocast"
            )
            return model(x).float().sum()

    monkeypatch.setattr(torch.Tensor, "backward", lambda *_: calls.append("backward"))
    monkeypatch.setattr(
        torch.nn.utils, "clip_grad_norm_", lambda *_: calls.append("clip")
    )
    machinery = Machinery(model, Spy(calls), Spy(calls), ALONE, {})
    recipe = Recipe(precision="bf16", clip=1.0)
    one_step(Loss(), machinery, (torch.ones(2, 1),), len_of, recipe)
    assert calls == [
        "autocast",
        "scale",
        "backward",
        "unscale_",
        "clip",
        "step",
        "update",
        "zero_grad",
    ]


def len_of(batch):
    return len(batch[0])


def gradients(accumulate, dtype=torch.float64):
    recipe = Recipe(**(QUIET | {"accumulate": accumulate}))
    task = toy_task(recipe, dropout=0.0)
    task.loss.to(dtype)
    batch = next(task.batches(0, 0, ALONE))
    kept = {}
    optimizer = torch.optim.SGD(task.loss.parameters(), lr=0.0)
    optimizer.zero_grad = lambda: kept.update(
        {n: p.grad.clone() for n, p in task.model.named_parameters()}
    )
    machinery = Machinery(
        task.model, optimizer, torch.amp.GradScaler("cpu", enabled=False), ALONE, {}
    )
    loss, n_tokens = one_step(task.loss, machinery, batch, task.count, recipe)
    assert n_tokens == task.count(batch)
    return loss, kept


@pytest.mark.parametrize("accumulate", [2, 3, 5])
def test_accumulated_pieces_give_the_gradient_of_the_whole_batch(accumulate):
    whole_loss, whole = gradients(1)
    loss, pieces = gradients(accumulate)
    assert loss.item() == pytest.approx(whole_loss.item(), rel=1e-6)
    for name, x in whole.items():
        torch.testing.assert_close(pieces[name], x, rtol=1e-9, atol=1e-12)


def test_pieces_of_empty_rows_are_left_out():
    """모양을 맞추려고 붙인 빈 줄만 모인 조각이 있어도 기울기가 NaN이 되지 않습니다."""
    recipe = Recipe(**(QUIET | {"accumulate": 4, "round_to": 8, "max_tokens": 800}))
    task = toy_task(recipe, dropout=0.0)
    batches = list(task.batches(0, 0, ALONE))
    assert any((batch[2][3 * len(batch[2]) // 4 :] == 0).all() for batch in batches), (
        "빈 줄이 있어야 합니다"
    )
    machinery = Machinery(
        task.model,
        torch.optim.SGD(task.loss.parameters(), lr=0.0),
        torch.amp.GradScaler("cpu", enabled=False),
        ALONE,
        {},
    )
    for batch in batches:
        loss, n_tokens = one_step(task.loss, machinery, batch, task.count, recipe)
        assert math.isfinite(loss.item()) and n_tokens == task.count(batch)


def test_clipping_bounds_the_gradient(tmp_path):
    free, _ = toy_train(tmp_path / "a", dropout=0.0)
    tight, _ = toy_train(tmp_path / "b", dropout=0.0, clip=1e-6)
    pairs = list(zip(free.parameters(), tight.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in pairs)


def test_training_learns_and_writes_its_history(tmp_path):
    toy_train(tmp_path, dropout=0.0, steps=240, eval_every=80)
    rows = numbers(tmp_path, "step", "loss", "dev_loss")
    assert [row[0] for row in rows] == [80, 160, 240]
    assert rows[-1][1] < 0.8 * rows[0][1] and rows[-1][2] < 0.9 * rows[0][2]


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_stays_near_full_precision(tmp_path, precision):
    for name in ("fp32", precision):
        toy_train(tmp_path / name, dropout=0.0, precision=name)
    full, half = (
        numbers(tmp_path / name, "dev_loss")[-1][0] for name in ("fp32", precision)
    )
    assert half == pytest.approx(full, rel=0.02)


# ── torch.compile ─────────────────────────────────────────────────────────────────────


def same_lengths(n):
    """배치의 모양이 늘 같은 글 n개."""
    return [[7 + (i + j) % 13 for j in range(8)] for i in range(n)]


def language_task(recipe):
    torch.manual_seed(0)
    config = GptConfig(vocab_size=20, dropout=0.0, attention_dropout=0.0, **SIZE)
    tokens = np.concatenate(same_lengths(40))
    dev = [(row, 8) for row in same_lengths(4)]
    return LanguageModel(Gpt(config), tokens, dev, recipe, seq_len=8)


def masked_task(recipe):
    torch.manual_seed(0)
    config = BertConfig(vocab_size=20, dropout=0.0, attention_dropout=0.0, **SIZE)

    def batches(rank=0, world=1):
        shape = {"max_len": 10, "round_to": 8, "min_rows": 8}
        return MlmBatches(same_lengths(40), 160, 20, rank=rank, world=world, **shape)

    return MaskedLanguageModel(BertForPretraining(config), batches, batches())


TASKS = {"translation": toy_task, "gpt": language_task, "bert": masked_task}


@pytest.fixture
def compiled_graphs(monkeypatch):
    """torch.compile이 옮긴 계산들. C++를 만드는 마지막 단계만 빼고 그대로 합니다."""
    finish = lookup_backend("aot_eager")
    graphs = []

    def counting(graph, inputs):
        graphs.append([x.shape for x in inputs])
        return finish(graph, inputs)

    plain = torch.compile
    monkeypatch.setattr(torch, "compile", partial(plain, backend=counting))
    torch._dynamo.reset()
    yield graphs
    torch._dynamo.reset()


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
@pytest.mark.parametrize("kind", TASKS)
def test_compiled_training_follows_the_plain_curve(tmp_path, compiled_graphs, kind):
    """torch.compile을 켜도 손실이 같고, 배치의 모양마다 한 번만 옮깁니다."""
    rules = {"steps": 4, "eval_every": 2, "round_to": 8, "max_tokens": 128}
    for name in ("plain", "compiled"):
        recipe = Recipe(**(QUIET | rules | {"compile": name == "compiled"}))
        task = (
            TASKS[kind](recipe, 0.0) if kind == "translation" else TASKS[kind](recipe)
        )
        train(task, recipe, tmp_path / name, ALONE)
    plain, compiled = (
        numbers(tmp_path / name, "loss", "dev_loss") for name in ("plain", "compiled")
    )
    assert len(plain) == 2
    for a, b in zip(plain, compiled, strict=True):
        assert a == pytest.approx(b, rel=1e-4)
    shapes = {
        tuple(x.shape for x in batch)
        for batch, _ in zip(task.batches(0, 0, ALONE), range(4), strict=False)
    }
    assert len(compiled_graphs) == len(shapes)


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_every_shape_of_a_batch_is_compiled_by_itself(compiled_graphs):
    loss = compiled(torch.nn.Linear(4, 1))
    for rows in (2, 3, 5, 2, 3, 5):
        loss(torch.ones(rows, 4))
    assert len(compiled_graphs) == 3


@pytest.mark.skipif(
    not shutil.which("g++"),
    reason="torch.compile은 CPU에서 C++ 컴파일러(g++)가 필요합니다",
)
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_the_usual_compiler_gives_the_same_loss_and_gradient(monkeypatch):
    """마지막 단계(C++)까지 정말 만들어 봅니다. 작은 계산 하나면 됩니다."""
    # 작은 계산 하나에 프로세스를 여럿 띄우면 torch를 불러오는 시간이 더 깁니다.
    monkeypatch.setattr(inductor_config, "compile_threads", 1)
    torch.manual_seed(0)
    loss = ClassificationLoss(torch.nn.Linear(6, 4), smoothing=0.1)
    batch = torch.randn(5, 6), torch.tensor([0, 3, 1, 2, 3])
    found = []
    for loss_of in (loss, compiled(loss)):
        value = loss_of(*batch)
        found.append([value, *torch.autograd.grad(value, list(loss.parameters()))])
    torch.testing.assert_close(found[0], found[1])


def test_patience_stops_when_dev_no_longer_improves(tmp_path):
    _, progress = toy_train(tmp_path, steps=200, peak_rate=0.0, patience=2)
    assert progress.step == 3 * QUIET["eval_every"], (
        "학습률이 0이면 첫 평가가 가장 좋습니다"
    )


def test_a_loss_that_is_not_a_number_is_reported(tmp_path):
    with pytest.raises(ValueError, match="학습률"):
        Progress(step=5).judge(float("nan"))


def test_average_is_the_mean_of_the_weights(tmp_path):
    model, _ = toy_train(tmp_path)
    paths = checkpoints(tmp_path)
    mean = average(paths)
    parts = [load_checkpoint(p).part("model/") for p in paths]
    for name, x in mean.items():
        torch.testing.assert_close(
            x, sum(p[name].double() for p in parts).div(3).float(), rtol=0, atol=0
        )
    load_model(model, mean)
    assert all(
        torch.equal(dict(model.named_parameters())[n], x) for n, x in mean.items()
    )


# ── 여러 프로세스 ─────────────────────────────────────────────────────────────────────


def torchrun(folder, *options, n=2):
    """torchrun으로 띄웁니다. 느리므로, 정말 되는지 보는 시험 하나만 씁니다."""
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        f"--nproc-per-node={n}",
    ]
    return subprocess.run(
        [*command, str(TOY), str(folder), *map(str, options)],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        timeout=240,
    )


def test_two_processes_follow_the_curve_of_one(tmp_path):
    """같은 전체 배치이면 프로세스가 하나이든 둘이든 같은 길을 갑니다.

    드롭아웃의 난수만 다릅니다.
    """
    done = torchrun(tmp_path / "two", "--dropout", 0)
    assert done.returncode == 0, done.stderr
    toy_train(tmp_path / "one", dropout=0.0)
    one, two = (
        numbers(tmp_path / name, "step", "loss", "dev_loss") for name in ("one", "two")
    )
    assert len(one) == len(two) == 4
    for a, b in zip(one, two, strict=True):
        assert a == pytest.approx(b, rel=2e-5)


def test_two_processes_resume_exactly(tmp_path):
    assert train_together(tmp_path / "whole") == ([0, 0], [])
    assert train_together(tmp_path / "half", steps=12) == ([0, 0], [])
    assert train_together(tmp_path / "half") == ([0, 0], [])
    mine, theirs = (load_latest(tmp_path / name) for name in ("half", "whole"))
    assert mine.tensors.keys() == theirs.tensors.keys()
    assert all(torch.equal(x, theirs.tensors[name]) for name, x in mine.tensors.items())


def test_a_dead_worker_ends_the_run_and_leaves_a_usable_checkpoint(tmp_path):
    codes, [(error, told)] = train_together(
        tmp_path, trouble=Trouble(pause=0.02, die_at=9)
    )
    assert codes == [1, 3]
    assert error == "LostWorker" and "이어서 학습합니다" in told
    assert load_latest(tmp_path).facts["step"] == 6
    assert train_together(tmp_path) == ([0, 0], [])
    assert load_latest(tmp_path).facts["step"] == QUIET["steps"]
