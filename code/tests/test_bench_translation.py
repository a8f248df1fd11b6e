"""11장의 기록을 만드는 스크립트를 작은 자료로 끝까지 돌립니다.

재료 실험, Marian, 나란히 채점하기, 작은 자료의 설정 고르기입니다.
"""

import importlib
import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from test_training_run import ALONE, corpus, preset

from jumok.training import plan, presets
from jumok.training.matched_rnn import matched_rnn
from jumok.training.record import load_record
from jumok.training.run import run_translation

BENCH = Path(__file__).parents[1] / "bench"
needs_transformers = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None, reason="transformers가 없습니다"
)


STEPS = 12


def small_corpus():
    """배우는 것은 그대로이고 시험 자료만 줄인 작은 자료."""
    whole = corpus()
    return replace(whole, tests={"test": whole.tests["test"][:6]}, aligned=())


@pytest.fixture
def script(monkeypatch, tmp_path):
    """벤치 스크립트를 작은 자료와 임시 기록 폴더로 부릅니다."""
    monkeypatch.syspath_prepend(str(BENCH))
    toy = preset(steps=STEPS, eval_every=STEPS // 2)
    monkeypatch.setitem(presets.TRANSLATION, "toy", toy)
    monkeypatch.setattr(plan, "matmul_speed", lambda *_: 1e10)  # 재지 않습니다.
    torch.set_num_threads(1)

    def load(name):
        module = importlib.import_module(name)
        monkeypatch.setattr(module, "load_corpus", lambda _: small_corpus())
        if hasattr(module, "RECORDS"):
            monkeypatch.setattr(module, "RECORDS", tmp_path / "records")
        return module

    return load


def test_ingredients_change_one_thing_and_are_gathered_into_a_record(
    script, tmp_path, capsys
):
    ingredients, runs = script("ingredients"), tmp_path / "runs"
    words = ["--preset", "toy", "--output", str(runs), "--device", "cpu"]
    assert ingredients.main([*words, "--only", "base", "paper-schedule"]) == 0
    # 끝난 것은 건너뜁니다.
    assert ingredients.main([*words, "--only", "base", "--seeds", "0", "1"]) == 0
    assert ingredients.main(["--output", str(runs), "--record", "toy"]) == 0
    assert capsys.readouterr().out.count("── base-0") == 1
    record = load_record("toy", tmp_path / "records")
    rows = {(row["name"], row["seed"]): row for row in record.results["rows"]}
    assert set(rows) == {("base", 0), ("base", 1), ("paper-schedule", 0)}
    assert {"dev_loss", "bleu"} <= rows["paper-schedule", 0]["averaged"].keys()
    assert {(r["name"], r["seed"]) for r in record.history} == set(rows)
    assert record.history[-1]["step"] == record.card["result"]["steps"] == STEPS
    assert (
        ingredients.main(["--output", str(tmp_path / "none"), "--record", "toy"]) == 1
    )


def test_every_ingredient_builds_and_differs_from_the_base(script):
    ingredients = script("ingredients")
    base = presets.TRANSLATION["quick"]
    for name, change in ingredients.CHANGES.items():
        options = base.options | change.get("options", {})
        rest = {key: value for key, value in change.items() if key != "options"}
        assert (base.changed(options=options, **rest) == base) == (name == "base")


@needs_transformers
def test_three_runs_are_scored_side_by_side(script, tmp_path, capsys):
    """Marian이 우리 어휘와 배치로 배웁니다.

    세 실행과 두 기준선의 성적이 기록에 모입니다.
    """
    ours, rnn, marian = (tmp_path / name for name in ("ours", "rnn", "marian"))
    toy = presets.TRANSLATION["toy"]
    for preset_of, folder in ((toy, ours), (matched_rnn(toy), rnn)):
        run_translation(preset_of, small_corpus(), folder, ALONE, print)
    words = f"--preset toy --device cpu --like {ours} --output {marian}"
    script("marian_twin").main(words.split())
    report = script("translation_report")
    report.N_SAMPLES = 3
    call = ["toy", "--corpus", "toy"]
    for name, folder in {"우리": ours, "RNN": rnn, "Marian": marian}.items():
        call += ["--run", f"{name}={folder}"]
    assert report.main(call) == 0
    path = tmp_path / "records" / "toy" / "results.json"
    facts = json.loads(path.read_text("utf8"))
    assert list(facts["scores"]) == ["우리", "RNN", "Marian", "번역 기억", "베끼기"]
    cards = facts["cards"]
    assert cards["우리"]["n_parameters"] == cards["Marian"]["n_parameters"]
    assert abs(cards["RNN"]["n_parameters"] / cards["우리"]["n_parameters"] - 1) < 0.15
    ours_steps, theirs = (
        [row["step"] for row in cards[name]["history"]] for name in ("우리", "Marian")
    )
    assert ours_steps == theirs
    n_sentences = sum(row["sentences"] for row in facts["by_length"])
    assert n_sentences == len(small_corpus().tests["test"])
    for row in facts["samples"]:
        row["comment"] = "좋습니다"
    facts["samples"][0]["answer"] = "다른 번역"  # 번역이 바뀌면 평을 버립니다.
    path.write_text(json.dumps(facts), "utf8")
    assert report.main(call) == 0
    comments = [row["comment"] for row in json.loads(path.read_text("utf8"))["samples"]]
    assert comments == ["", "좋습니다", "좋습니다"]
    assert report.main(["toy", "--run", f"x={tmp_path}"]) == 1
    assert "끝난 실행이 아닙니다" in capsys.readouterr().err


def test_low_resource_settings_are_compared_on_dev_and_never_on_the_test(
    script, tmp_path, capsys
):
    low, out = script("low_resource"), tmp_path / "low.json"
    words = f"--preset toy --corpus toy --steps {STEPS} --device cpu --threads 1"
    words += f" --output {tmp_path / 'runs'} --json {out} --only"
    low.main([*words.split(), "base", "dropout 0.4"])
    low.main([*words.split(), "base", "3 layers"])  # 끝난 것은 건너뜁니다.
    assert capsys.readouterr().out.count("── base") == 1
    record = json.loads(out.read_text("utf8"))
    rows = {row["name"]: row for row in record["rows"]}
    assert set(rows) == {"base", "dropout 0.4", "3 layers"}
    assert rows["base"]["dev_loss"] != rows["dropout 0.4"]["dev_loss"]
    assert rows["3 layers"]["n_parameters"] > rows["base"]["n_parameters"]
    scores = [row["dev_bleu"] for row in record["rows"]]
    assert scores == sorted(scores, reverse=True)
    assert record["machine"]["corpus_sha256"]
    assert record["machine"]["base"]["recipe"]["steps"] == STEPS
    tables = (tmp_path / "runs" / "base").glob("*.tsv")
    assert [path.name for path in tables] == ["dev.tsv"]
