"""기록된 실행과 빈칸 채우기: 실은 것이 배운 것과 같은지, 잘못 부르면 말하는지."""

import json
import random
import runpy
import sys
from pathlib import Path

import pytest
import torch

from jumok.apps import MaskFiller
from jumok.text import MASK_ID, PAD_ID
from jumok.training.distributed import World
from jumok.training.language import BertLoss
from jumok.training.presets import Preset, find_preset
from jumok.training.recipe import Recipe
from jumok.training.record import (
    RECORDS,
    curve_band,
    load_record,
    record_names,
    store_record,
)
from jumok.training.run_language import TextCorpus, run_bert

BENCH = Path(__file__).parents[1] / "bench"
TEXTS = [f"나는 {b} {c}" for b in ("집에", "산에", "강에") for c in ("간다", "온다")]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("run")
    options = {
        "d_model": 32,
        "n_heads": 2,
        "n_layers": 1,
        "d_ff": 64,
        "dropout": 0.0,
        "max_len": 16,
    }
    recipe = Recipe(
        steps=150,
        max_tokens=128,
        schedule="cosine",
        warmup=10,
        peak_rate=5e-3,
        eval_every=75,
        smoothing=0.0,
    )
    preset = Preset(
        corpus="toy",
        model="bert",
        vocab_size=300,
        seq_len=12,
        average=1,
        options=options,
        recipe=recipe,
    )
    corpus = TextCorpus(
        "toy", "0" * 64, random.Random(0).choices(TEXTS, k=400), TEXTS, TEXTS
    )
    run_bert(preset, corpus, folder, World(torch.device("cpu")), say=lambda _: None)
    return folder


def test_record_carries_card_curve_and_a_model_that_answers_alike(run, tmp_path):
    folder = store_record(run, "toy", with_model=True, root=tmp_path)
    record = load_record("toy", tmp_path)
    assert record.card == json.loads((run / "card.json").read_text("utf8"))
    assert [row["step"] for row in record.history] == [75, 150] and record.results == {}
    ids = torch.tensor([[4, 20, 21, 22, 5]])
    with torch.no_grad():
        whole, half = (
            MaskFiller.load(place).model(ids)[0] for place in (run, record.folder)
        )
    torch.testing.assert_close(half, whole, atol=2e-2, rtol=1e-2)
    assert half.dtype == torch.float32
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    assert size < 0.55 * (run / "model.safetensors").stat().st_size


def test_results_outlive_a_new_store(run, tmp_path):
    folder = store_record(run, "toy", root=tmp_path)
    (folder / "results.json").write_text('{"svm": 1}', "utf8")
    store_record(run, "toy", root=tmp_path)
    assert load_record("toy", tmp_path).results == {"svm": 1}
    assert not (folder / "model.safetensors").exists()


def test_unknown_record_and_unfinished_run(tmp_path):
    with pytest.raises(ValueError, match=r"없습니다\. 있는 것: 없음"):
        load_record("nothing", tmp_path)
    with pytest.raises(FileNotFoundError):
        store_record(tmp_path / "empty", "x", root=tmp_path / "records")
    assert not (tmp_path / "records").exists()


@pytest.mark.parametrize("name", record_names())
def test_shipped_record_says_where_and_how(name):
    """장치, 판, 커밋, 씨앗, 자료의 해시, 걸린 시간이 있습니다.

    기계를 알 수 있는 경로는 없습니다.
    """
    record = load_record(name)
    card = record.card
    text = (RECORDS / name / "card.json").read_text("utf8")
    assert (
        card["machine"]["device"]
        and card["machine"]["torch"]
        and card["machine"]["commit"]
    )
    assert card["result"]["minutes"] > 0 and len(card["data"]["sha256"]) == 64
    assert (
        card["preset"]["recipe"]["seed"] >= 0
        and "/tmp" not in text
        and "/home" not in text
    )
    assert record.history and record.history[-1]["step"] == card["result"]["steps"]


def test_filler_puts_words_where_the_mask_is(run):
    filler = MaskFiller.load(run)
    assert filler.encode("나는 <mask> 간다").count(MASK_ID) == 1
    first, second = filler.fill("나는 <mask> <mask>", top=3)
    for row in (first, second):
        assert len(row) == 3 and row[0][1] >= row[1][1] >= row[2][1] > 0
    places = {token for token, _ in filler.fill("나는 <mask> 간다", top=3)[0]}
    assert places == {" 집에", " 산에", " 강에"}
    with pytest.raises(ValueError, match="<mask>"):
        filler.fill("나는 집에 간다")
    with pytest.raises(ValueError, match="토큰보다 깁니다"):
        filler.fill("나는 <mask> " * 20)


def test_loss_over_chosen_places_equals_the_loss_over_all(run, monkeypatch):
    """가린 자리만 계산한 손실과 기울기가 모든 자리를 계산한 것과 같습니다."""
    model = MaskFiller.load(run).model.double()
    ids = torch.randint(7, 30, (3, 9))
    targets = torch.where(torch.rand(3, 9) < 0.3, ids, PAD_ID)
    targets[0, 0] = 9
    loss, found = BertLoss(model), []
    for whole in (False, True):
        monkeypatch.setattr(torch.compiler, "is_compiling", lambda whole=whole: whole)
        value = loss(ids, targets, torch.zeros_like(ids), torch.tensor([1, 0, 1]))
        found.append([value, *torch.autograd.grad(value, list(model.parameters()))])
    torch.testing.assert_close(found[0], found[1], atol=1e-12, rtol=1e-10)


def test_storing_from_the_command_line(run, tmp_path, monkeypatch, capsys):
    """명령으로 옮긴 것도 같고, 끝나지 않은 실행이면 까닭을 말합니다."""
    root = tmp_path / "records"

    def call(*words):
        words = ["store_record.py", *words, "--root", root]
        monkeypatch.setattr(sys, "argv", list(map(str, words)))
        return runpy.run_path(str(BENCH / "store_record.py"))["main"]()

    assert call(run, "toy", "--model", "--note", "바쁜 기계") == 0
    assert record_names(root) == ["toy"]
    assert load_record("toy", root).card["note"] == "바쁜 기계"
    assert call(tmp_path, "toy") == 1
    assert "끝난 실행이 아닙니다" in capsys.readouterr().err


def test_label_curve_reads_few_labels_often_and_collects_what_is_done(
    tmp_path, monkeypatch
):
    labels = runpy.run_path(str(BENCH / "nsmc_labels.py"))
    base = find_preset("classifier", "nsmc-cpu")
    few, many = (labels["preset_for"](base, n, 3.0, 1).recipe for n in (100, 148_000))
    assert few.steps * few.max_tokens / 100 >= 15 and few.max_tokens < many.max_tokens
    assert many.steps == round(3 * 148_000 / many.max_tokens) and many.seed == 1
    for n in (1000, 100):
        labels["write_row"](
            tmp_path / str(n),
            {"n_labels": n, "start": "svm", "seed": 0, "test_accuracy": 0.5},
        )
    (tmp_path / "records" / "toy").mkdir(parents=True)
    monkeypatch.setitem(labels["store"].__globals__, "RECORDS", tmp_path / "records")
    labels["store"](tmp_path, "toy")
    found = json.loads(
        (tmp_path / "records" / "toy" / "results.json").read_text("utf8")
    )
    assert [row["n_labels"] for row in found["labels"]] == [100, 1000]


def test_band_holds_every_curve_at_the_shared_steps():
    curves = [
        [{"step": s, "dev_loss": s * k} for s in steps]
        for k, steps in ((1.0, (1, 2, 4)), (3.0, (2, 4, 8)))
    ]
    band = curve_band(curves)
    assert (band.steps, band.low, band.mean, band.high) == (
        (2, 4),
        (2.0, 4.0),
        (4.0, 8.0),
        (6.0, 12.0),
    )


@pytest.mark.parametrize(
    "curves",
    [[], [[{"step": 1, "dev_loss": 1.0}]], [[{"step": 1, "dev_loss": 1.0}], []]],
)
def test_a_band_of_nothing_is_refused(curves):
    with pytest.raises(ValueError, match="겹치는 곡선이 둘"):
        curve_band(curves)
