"""번역 실행을 처음부터 끝까지: 배우고, 평균하고, 채점하고, 되살려 옮깁니다."""

import json
import shutil

import pytest
import torch

from jumok.apps import Translator
from jumok.model import RnnSeq2Seq, Transformer
from jumok.training.checkpoint import BadCheckpoint, average, checkpoints
from jumok.training.corpus import (
    AlignedText,
    TranslationCorpus,
    load_corpus,
    pairs_sha256,
)
from jumok.training.distributed import World
from jumok.training.estimate import matmul_speed, memory_bytes, n_parameters, step_flops
from jumok.training.matched_rnn import count, matched_rnn
from jumok.training.models import build_model
from jumok.training.presets import PRESETS, Preset, find_preset
from jumok.training.recipe import Recipe
from jumok.training.run import run_translation
from jumok.training.translating import EXTRA_TOKENS

ALONE = World(torch.device("cpu"))
WHO = {"나는": "I", "너는": "you", "우리는": "we", "그들은": "they"}
WHERE = {
    "집에": "home",
    "학교에": "to school",
    "시장에": "to the market",
    "바다에": "to the sea",
}
DOES = {"간다": "go", "온다": "come", "달려간다": "run", "걸어간다": "walk"}
# 64짝
PAIRS = [
    (f"{a} {b} {c}", f"{WHO[a]} {DOES[c]} {WHERE[b]}")
    for a in WHO
    for b in WHERE
    for c in DOES
]
SIZE = {
    "d_model": 32,
    "n_heads": 2,
    "n_layers": 1,
    "d_ff": 64,
    "dropout": 0.0,
    "max_len": 48,
}
RECIPE = Recipe(
    steps=150,
    max_tokens=400,
    warmup=30,
    peak_rate=8e-3,
    eval_every=30,
    keep=5,
    smoothing=0.0,
)


def corpus():
    train, rest = PAIRS[:60], PAIRS[60:]
    aligned = tuple(
        AlignedText(
            ko,
            en,
            tuple(ko.split()),
            tuple(en.split()),
            ((0, 0), (1, len(en.split()) - 1), (2, 1)),
        )
        for ko, en in rest
    )
    tests = {"test": train[:10], "new": rest}
    return TranslationCorpus("toy", pairs_sha256(PAIRS), train, rest, tests, aligned)


def preset(**changes):
    return Preset(
        corpus="toy", vocab_size=320, options=SIZE, recipe=RECIPE, average=3
    ).changed(**changes)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    said = []
    torch.set_num_threads(1)
    return folder, run_translation(preset(), corpus(), folder, ALONE, said.append), said


def test_it_says_what_it_will_do_before_it_starts(finished):
    text = finished[2][0]
    for word in ("장치", "매개변수", "어림", "메모리", "채움", "toy"):
        assert word in text


def test_it_learns_the_language_and_writes_its_card(finished):
    folder, card, _ = finished
    assert card["result"]["tests"]["test"]["exact_match"] == 1.0
    assert json.loads((folder / "card.json").read_text("utf8")) == card
    assert (
        card["data"]["sha256"] == corpus().sha256
        and card["result"]["steps"] == RECIPE.steps
    )
    assert {"device", "torch", "python", "commit", "threads"} <= card["machine"].keys()
    assert "tok:13a" in card["result"]["tests"]["test"]["bleu_signature"]
    assert card["n_parameters"] == n_parameters(Translator.load(folder).model)
    assert len(card["result"]["alignment_error_rates"]) == SIZE["n_layers"]
    lines = (folder / "test.tsv").read_text("utf8").splitlines()
    assert len(lines) == 11 and all(line.count("\t") == 2 for line in lines)


def test_the_stored_model_is_the_average_of_the_last_checkpoints(finished):
    folder, _, _ = finished
    mean = average(checkpoints(folder)[-3:])
    model = Translator.load(folder).model
    assert all(
        torch.equal(mean[name], x)
        for name, x in model.state_dict().items()
        if name in mean
    )


def test_many_sentences_are_translated_as_one_by_one(finished):
    translator = Translator.load(finished[0])
    texts = [ko for ko, _ in PAIRS[::5]] + ["나는"]
    assert translator.translate(texts, max_tokens=20) == [
        translator.translate([t])[0] for t in texts
    ]
    translator.beam_size = 1
    assert translator.translate([PAIRS[0][0]]) == [PAIRS[0][1]]


def test_attention_has_a_row_for_every_token_of_the_translation(finished):
    src, tgt, weights = Translator.load(finished[0]).attention("나는 집에 간다")
    assert weights.shape == (len(tgt), len(src)) and tgt[-1] == "<eos>"
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(len(tgt)))


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "빈 문장"), ("   ", "빈 문장"), ("나는 집에 간다 " * 60, "보다 깁니다")],
)
def test_bad_sentences_are_refused_in_korean(finished, text, message):
    with pytest.raises(ValueError, match=message):
        Translator.load(finished[0]).translate([text])


def test_a_folder_that_is_not_a_finished_run_is_refused(finished, tmp_path):
    with pytest.raises(BadCheckpoint, match=r"run\.json"):
        Translator.load(tmp_path)
    for name in ("run.json", "tokenizer.json", "model.safetensors"):
        (tmp_path / name).write_bytes((finished[0] / name).read_bytes())
    (tmp_path / "tokenizer.json").write_text("{}", "utf8")
    with pytest.raises(BadCheckpoint, match="어휘가 아닙니다"):
        Translator.load(tmp_path)


def test_a_folder_of_another_version_is_named(finished, tmp_path):
    """설정의 이름이 달라진 run.json과, 모르는 값이 든 체크포인트."""
    old = shutil.copytree(finished[0], tmp_path / "old")
    facts = json.loads((old / "run.json").read_text("utf8"))
    (old / "run.json").write_text(
        json.dumps(facts | {"options": facts["options"] | {"n_experts": 4}}), "utf8"
    )
    with pytest.raises(BadCheckpoint, match="다른 판의 주목"):
        Translator.load(old)
    (old / "run.json").write_text('{"kind": "transformer"}', "utf8")
    with pytest.raises(BadCheckpoint, match="다른 판의 주목"):
        Translator.load(old)
    note = checkpoints(old)[-1].with_suffix(".json")
    facts = json.loads(note.read_text("utf8"))
    note.write_text(
        json.dumps(facts | {"progress": facts["progress"] | {"mood": 1}}), "utf8"
    )
    with pytest.raises(BadCheckpoint, match="새 폴더에서 시작하세요"):
        run_translation(preset(), corpus(), old, ALONE, lambda _: None)


def test_the_rnn_baseline_runs_in_the_same_harness(tmp_path):
    options = {"d_model": 24, "cell": "gru", "attention": "additive"}
    card = run_translation(
        preset(model="rnn", options=options, steps=30),
        corpus(),
        tmp_path,
        ALONE,
        lambda _: None,
    )
    translator = Translator.load(tmp_path)
    assert isinstance(translator.model, RnnSeq2Seq) and card["result"]["steps"] == 30
    assert translator.max_source is None and EXTRA_TOKENS == 50
    assert translator.attention("나는 집에 간다")[2].shape[0] >= 1


@pytest.mark.parametrize("name", sorted(PRESETS["translation"]))
def test_the_rnn_twin_has_as_many_parameters(name):
    plain = find_preset("translation", name)
    twin = matched_rnn(plain)
    ours, theirs = (count(p.model, p.vocab_size, p.options) for p in (twin, plain))
    assert abs(ours - theirs) / theirs < 0.02
    assert (twin.recipe, twin.corpus, twin.vocab_size) == (
        plain.recipe,
        plain.corpus,
        plain.vocab_size,
    )


def test_a_twin_of_a_twin_is_refused():
    with pytest.raises(ValueError, match="트랜스포머의 설정이 아닙니다"):
        matched_rnn(matched_rnn(preset()))


def test_counting_on_meta_equals_counting_a_real_model():
    assert count("transformer", 320, SIZE) == n_parameters(
        build_model("transformer", 320, SIZE)
    )


def test_flops_of_the_base_model_match_the_count_by_hand():
    """performance.md: base, 어휘 8천: (원문 + 번역) 토큰 하나에 133 + 159 MFLOP."""
    options = {"d_model": 512, "n_heads": 8, "n_layers": 6, "d_ff": 2048}
    model = build_model("transformer", 8000, options)
    assert isinstance(model, Transformer)
    assert step_flops(model, 1, 0, 0) / 1e6 == pytest.approx(133, rel=0.02)
    assert step_flops(model, 0, 1, 0) / 1e6 == pytest.approx(159, rel=0.02)


def test_flops_of_the_rnn_count_every_matrix_once():
    options = {"d_model": 8, "n_layers": 2, "attention": "general", "tie_weights": True}
    model = build_model("rnn", 50, options)
    gru = 2 * (2 * 3 * 8 * 8 + 2 * 3 * 8)  # 층 둘, 문 셋, 입력과 상태, 치우침
    assert step_flops(model, 1, 0, 0) == 6 * gru
    assert step_flops(model, 0, 1, 0) == 6 * (gru + (2 * 8 * 8 + 8) + 8 * 8 + 50 * 8)


def test_predicted_memory_grows_with_tokens_and_parameters():
    small, large = (
        build_model("transformer", 500, SIZE | {"n_layers": n}) for n in (1, 4)
    )
    assert memory_bytes(small, 100, False) < memory_bytes(small, 200, False)
    assert memory_bytes(small, 100, False) < memory_bytes(large, 100, False)
    assert matmul_speed(ALONE.device, torch.float32, 0.01) > 1e8


def test_presets_change_only_what_is_asked():
    changed = find_preset("translation", "cpu").changed(
        steps=3, corpus="docs", seed=None
    )
    assert (changed.recipe.steps, changed.corpus) == (3, "docs")
    assert changed.changed(
        steps=find_preset("translation", "cpu").recipe.steps, corpus="grammar"
    ) == find_preset("translation", "cpu")
    with pytest.raises(ValueError, match="쓸 수 있는 것"):
        load_corpus("nsmc")
    with pytest.raises(ValueError, match="쓸 수 있는 것"):
        build_model("lstm", 10, {})
