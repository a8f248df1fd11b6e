"""실험의 차례: 다섯 가지 일이 모두 같은 길을 갑니다.

메모리가 모자라면 나누어 이어 갑니다.
"""

import json
import random

import pytest
import torch
from test_training_run import SIZE
from test_training_run import corpus as pairs

from jumok.training import estimate, experiment, loop, plan
from jumok.training.checkpoint import checkpoints
from jumok.training.distributed import World
from jumok.training.presets import Preset, find_preset
from jumok.training.recipe import Recipe
from jumok.training.run import run_translation
from jumok.training.run_classifier import run_classifier, run_vit
from jumok.training.run_language import TextCorpus, run_bert, run_gpt

ALONE = World(torch.device("cpu"))
STEPS, EVERY = 8, 4
TEXTS = [f"{a} {b} {c}" for a in "나너" for b in "집산강" for c in "간온"]
RULES = Recipe(
    steps=STEPS, max_tokens=256, warmup=2, peak_rate=2e-3, eval_every=EVERY, keep=2
)
KINDS = ("translation", "gpt", "bert", "classifier", "vit")


def quiet(_):
    """아무 말도 하지 않습니다."""


def texts():
    return TextCorpus(
        "toy", "0" * 64, random.Random(0).choices(TEXTS, k=200), TEXTS, TEXTS
    )


def reviews():
    labels = [int("집" in text) for text in TEXTS]
    return {"train": (TEXTS * 20, labels * 20), "test": (TEXTS, labels)}


def preset_of(kind, **changes):
    """종류마다의 아주 작은 설정. 배치 하나에 적어도 네 줄이 있습니다."""
    if kind == "vit":
        small = {"d_model": 16, "n_heads": 2, "n_layers": 1, "d_ff": 16}
        digits = find_preset("vit", "cpu")
        preset = Preset(
            corpus="digits",
            model="vit",
            options=digits.options | small,
            recipe=RULES,
            average=1,
        ).changed(max_tokens=16)
    else:
        model = "transformer" if kind == "translation" else kind
        rows = 16 if kind == "classifier" else RULES.max_tokens
        preset = Preset(
            corpus="toy",
            model=model,
            vocab_size=320,
            seq_len=16,
            options=SIZE,
            recipe=RULES,
            average=1,
        ).changed(max_tokens=rows)
    return preset.changed(**changes)


def run(kind, folder, say=quiet, world=ALONE, **changes):
    """이름으로 실험 하나를 합니다."""
    preset = preset_of(kind, **changes)
    if kind == "translation":
        return run_translation(preset, pairs(), folder, world, say)
    if kind == "gpt":
        return run_gpt(preset, texts(), folder, world, say)
    if kind == "bert":
        return run_bert(preset, texts(), folder, world, say)
    if kind == "classifier":
        return run_classifier(preset, reviews(), folder, world, say=say)
    return run_vit(preset, folder, world, say)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """작은 배치도 나눌 수 있게 합니다. 행렬 곱의 속도는 재지 않습니다."""
    torch.set_num_threads(1)
    monkeypatch.setattr(plan, "SMALLEST", 8)
    monkeypatch.setattr(plan, "matmul_speed", lambda *_: 1e10)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """나누지 않고 끝까지 한 실험들. 처음 쓸 때 한 번만 합니다."""
    made = {}

    def card_of(kind):
        if kind not in made:
            folder, said = tmp_path_factory.mktemp(kind), []
            made[kind] = run(kind, folder, said.append), folder, said
        return made[kind]

    return card_of


def fail_at(monkeypatch, step, error):
    """step번째 걸음에서 한 번 오류를 냅니다. 불린 횟수를 세는 목록을 돌려줍니다."""
    one_step, calls = loop.one_step, []

    def failing(*arguments):
        calls.append(1)
        if len(calls) == step:
            raise error
        return one_step(*arguments)

    monkeypatch.setattr(loop, "one_step", failing)
    return calls


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_announces_learns_scores_and_writes_its_card(kind, plain):
    card, folder, said = plain(kind)
    assert len(said) == 1
    for word in ("장치", "매개변수", "어림", "메모리"):
        assert word in said[0]
    assert json.loads((folder / "card.json").read_text("utf8")) == card
    assert card["result"]["steps"] == STEPS and card["data"]["sha256"]
    scores = [name for name in card["result"] if name.startswith("test")]
    assert scores, "떼어 둔 자료의 성적이 있어야 합니다"
    assert (folder / "model.safetensors").exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
    ids=["cuda", "cpu", "python"],
)
def test_memory_that_runs_out_midway_divides_the_step_and_goes_on(
    kind, error, tmp_path, monkeypatch, plain
):
    """네 걸음에 체크포인트가 있고 여섯째에 메모리가 모자라면, 넷에서 이어 갑니다."""
    calls, said = fail_at(monkeypatch, EVERY + 2, error), []
    card = run(kind, tmp_path, said.append)
    assert len(calls) == EVERY + 2 + (STEPS - EVERY)
    assert any("2조각으로 나누어" in text for text in said)
    assert card["preset"]["recipe"]["accumulate"] == 2
    whole = plain(kind)[0]["result"]["best_dev_loss"]
    assert card["result"]["best_dev_loss"] == pytest.approx(whole, rel=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_divided_until_it_fits_and_learns_the_same(
    kind, tmp_path, monkeypatch, plain
):
    def need(task, preset, world):
        return 120 // preset.recipe.accumulate

    monkeypatch.setattr(plan, "piece_bytes", need)
    monkeypatch.setattr(plan, "free_memory", lambda _: 60)
    said = []
    card = run(kind, tmp_path, said.append)
    assert "2조각으로 나누어" in said[0] and card["preset"]["recipe"]["accumulate"] == 2
    whole = plain(kind)[0]["result"]["best_dev_loss"]
    assert card["result"]["best_dev_loss"] == pytest.approx(whole, rel=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_predicted_memory_of_a_piece_follows_its_tokens(kind, tmp_path, monkeypatch):
    """조각을 둘로 나누면 활성값이 반이 되고, 가중치의 몫은 그대로입니다."""
    tasks = []

    def stop(task, *_):
        tasks.append(task)
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment, "train", stop)
    with pytest.raises(KeyboardInterrupt):
        run(kind, tmp_path)
    [task] = tasks
    one, two = (
        plan.piece_bytes(task, preset_of(kind, accumulate=n), ALONE) for n in (1, 2)
    )
    fixed = 16 * estimate.n_parameters(task.model)
    assert one - fixed == pytest.approx(2 * (two - fixed), rel=0.02)
    batch = plan.first_batch(task, ALONE.device)
    n_tokens = sum(estimate.step_tokens(task.model, batch))
    if kind == "vit":
        assert n_tokens == len(batch[1]) * (4 * 4 + 1), "8 × 8을 2 × 2로 자르고 [CLS]"
    else:
        read = batch[:2] if kind == "translation" else batch[:1]
        assert n_tokens == sum(x.numel() for x in read)


@pytest.mark.parametrize("kind", KINDS)
def test_too_little_memory_is_refused_with_advice_before_it_starts(
    kind, tmp_path, monkeypatch
):
    monkeypatch.setattr(plan, "free_memory", lambda _: 1 << 12)
    with pytest.raises(MemoryError, match="--max-tokens"):
        run(kind, tmp_path)
    assert not checkpoints(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_memory_that_never_suffices_ends_with_words(kind, tmp_path, monkeypatch):
    """조각을 나누어도 늘 모자라면, 한없이 나누지 않고 할 일을 말하며 멈춥니다."""

    def always(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(loop, "one_step", always)
    with pytest.raises(MemoryError, match="더 작은 설정을"):
        run(kind, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupted_run_returns_nothing_and_resumes(
    kind, tmp_path, monkeypatch, plain
):
    train = loop.train
    short = preset_of(kind, steps=EVERY).recipe

    def half(task, recipe, *rest):
        return train(task, short, *rest)

    monkeypatch.setattr(experiment, "train", half)
    assert run(kind, tmp_path) is None
    assert not (tmp_path / "card.json").exists()
    monkeypatch.setattr(experiment, "train", train)
    card, whole = run(kind, tmp_path), plain(kind)[0]
    assert card["result"]["best_dev_loss"] == whole["result"]["best_dev_loss"]


def test_another_error_is_not_taken_for_memory(tmp_path, monkeypatch):
    fail_at(monkeypatch, 1, RuntimeError("size mismatch"))
    with pytest.raises(RuntimeError, match="size mismatch"):
        run("translation", tmp_path)


def test_with_several_processes_nobody_starts_over_alone(tmp_path, monkeypatch):
    """함께하는 프로세스가 기다리므로 오류를 그대로 올립니다."""
    monkeypatch.setattr(experiment, "train", out_of_memory)
    with pytest.raises(torch.OutOfMemoryError):
        run("vit", tmp_path, world=World(torch.device("cpu"), rank=0, size=2))


def out_of_memory(*_):
    raise torch.OutOfMemoryError("CUDA out of memory")


def test_only_the_first_process_scores_and_writes(tmp_path):
    """다른 프로세스도 카드를 받지만 성적이 없고, 파일을 쓰지 않습니다."""
    said = []
    other = World(torch.device("cpu"), rank=1)
    card = run("vit", tmp_path, said.append, other)
    assert card["result"]["steps"] == STEPS
    assert not [name for name in card["result"] if name.startswith("test")]
    assert not said and not list(tmp_path.iterdir())


def test_memory_that_torch_holds_can_be_used_again(monkeypatch):
    """GPU의 메모리를 torch가 쥐고 있어도 쓰고 있지 않으면 남은 것으로 셉니다."""
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (100, 1000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _: 700)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _: 300)
    assert estimate.free_memory(torch.device("cuda", 0)) == 100 + 400
