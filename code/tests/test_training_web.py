"""웹으로 옮긴 번역기: 값이 그대로이고, 같은 모델이면 같은 파일입니다.

옮길 수 없는 것은 말합니다.
"""

import base64
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from jumok.apps import Translator
from jumok.apps.web import export_web, pack, script
from jumok.model import Transformer
from jumok.text import LibraryBpe
from jumok.training.checkpoint import BadCheckpoint, model_tensors
from jumok.training.models import build_model
from jumok.training.record import RECORDS, record_names

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "book" / "_static" / "explorer" / "model"
NAMES = ("manifest", "tokenizer", "weights")
SIZES = {
    "d_model": 16,
    "n_heads": 2,
    "n_layers": 2,
    "d_ff": 24,
    "dropout": 0.0,
    "max_len": 32,
}
TEXTS = ["나는 집에 간다.", "너는 산에 간다.", "I go home."] * 3


def read(folder: Path, name: str):
    """스크립트 하나에서 값을 꺼냅니다."""
    text = (folder / f"{name}.js").read_text("utf8")
    return json.loads(
        text[text.index("= ", text.index(f".{name} ")) + 2 : text.rindex(";")]
    )


def write_run(folder: Path, change=None, kind: str = "transformer", **options) -> Path:
    """학습을 마친 것처럼 보이는 실행 폴더를 적습니다.

    change는 모델을 고치는 함수입니다.
    """
    folder.mkdir(parents=True)
    options = {**SIZES, **options} if kind == "transformer" else {"d_model": 16}
    bpe = LibraryBpe.from_texts(TEXTS, 300)
    torch.manual_seed(0)
    model = build_model(kind, bpe.vocab_size, options)
    if change:
        with torch.no_grad():
            change(model)
    bpe.save(folder / "tokenizer.json")
    save_file(
        {name: x.detach().clone() for name, x in model_tensors(model).items()},
        folder / "model.safetensors",
    )
    (folder / "run.json").write_text(
        json.dumps({"model": kind, "options": options, "corpus": "toy"}), "utf8"
    )
    return folder


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run")


def halve(model: Transformer) -> None:
    for x in model.parameters():
        x.copy_(x.half().float())


def test_weights_come_back_as_half_of_the_model(run, tmp_path):
    manifest = export_web(run, tmp_path / "web")
    assert manifest == read(tmp_path / "web", "manifest")
    numbers = np.frombuffer(base64.b64decode(read(tmp_path / "web", "weights")), "<f2")
    model = Translator.load(run).model
    state = model.state_dict()
    assert {name for name, *_ in manifest["tensors"]} == set(state)
    for name, shape, at in manifest["tensors"]:
        found = numbers[at : at + int(np.prod(shape))].reshape(shape)
        np.testing.assert_array_equal(found, state[name].half().numpy(), err_msg=name)
    # 세 임베딩이 나눠 쓰는 행렬은 한 번만 적습니다.
    assert (
        len(numbers)
        == manifest["n_parameters"]
        == sum(x.numel() for x in model.parameters())
    )


def test_tokenizer_and_words_come_back(run, tmp_path):
    manifest = export_web(
        run, tmp_path / "web", ["나는 집에 간다.", "집에 있니?", "나는"]
    )
    state = read(tmp_path / "web", "tokenizer")
    bpe = Translator.load(run).tokenizer
    again = LibraryBpe(state["alphabet"], state["merges"])
    assert (
        again.tokens == bpe.tokens
        and len(bpe.tokens) == manifest["config"]["vocab_size"]
    )
    assert (
        state["words"].split() == ["간다", "나는", "있니", "집에"]
        and manifest["n_words"] == 4
    )
    size = sum(
        (tmp_path / "web" / f"{name}.js").stat().st_size
        for name in ("tokenizer", "weights")
    )
    assert manifest["bytes"] == size


def test_same_model_gives_same_files_even_from_a_record(run, tmp_path):
    # 기록은 가중치를 16비트로 줄여 둡니다
    record = write_run(tmp_path / "record", halve)
    for source, out in ((run, "a"), (run, "b"), (record, "c")):
        export_web(source, tmp_path / out)
    for name in NAMES:
        texts = {(tmp_path / out / f"{name}.js").read_bytes() for out in "abc"}
        assert len(texts) == 1, name


def test_card_facts_are_carried(run, tmp_path):
    tests = {"test": {"bleu": 31.2345, "chrf": 50.0}}
    card = {
        "data": {"name": "toy", "train_pairs": 9},
        "result": {"minutes": 1.5, "steps": 10, "tests": tests},
    }
    (run / "card.json").write_text(json.dumps(card), "utf8")
    facts = export_web(run, tmp_path / "web")["card"]
    assert facts == {
        "minutes": 1.5,
        "steps": 10,
        "bleu": {"test": 31.2},
        "corpus": "toy",
        "pairs": 9,
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "rnn"}, "트랜스포머만"),
        ({"norm_first": True}, "norm_first"),
        ({"activation": "gelu"}, "relu"),
    ],
)
def test_models_that_the_page_cannot_compute_are_refused(tmp_path, options, message):
    run = write_run(tmp_path / "run", **options)
    with pytest.raises(ValueError, match=message):
        export_web(run, tmp_path / "web")
    assert not (tmp_path / "web").exists()


def test_numbers_too_big_for_half_are_refused(tmp_path):
    run = write_run(
        tmp_path / "run",
        lambda model: model.encoder.layers[0].feed_forward.up.bias.fill_(1e5),
    )
    with pytest.raises(ValueError, match=r"feed_forward\.up\.bias"):
        export_web(run, tmp_path / "web")


def test_unfinished_folder_is_refused(tmp_path):
    with pytest.raises(BadCheckpoint):
        export_web(tmp_path, tmp_path / "web")


def test_pack_shares_the_place_of_shared_memory():
    x, y = torch.ones(2, 3), torch.zeros(4)
    rows, blob = pack({"b": x, "a": y, "c": x})
    assert (
        rows == [["a", [4], 0], ["b", [2, 3], 4], ["c", [2, 3], 4]] and len(blob) == 20
    )


def test_script_is_valid_for_old_browsers():
    assert "\\u2028" in script("x", "\u2028") and "\u2028" not in script("x", "\u2028")


def test_command_exports_and_explains(run, tmp_path, monkeypatch, capsys):
    def call(*args) -> int:
        monkeypatch.setattr(sys, "argv", ["export_web.py", *map(str, args)])
        return runpy.run_path(str(ROOT / "code" / "bench" / "export_web.py"))["main"]()

    assert call(run, "--out", tmp_path / "web") == 0
    assert all((tmp_path / "web" / f"{name}.js").exists() for name in NAMES)
    assert call(tmp_path / "nowhere", "--out", tmp_path / "web") == 1
    assert "옮길 수 없습니다" in capsys.readouterr().err


def test_the_book_carries_a_recorded_model():
    records = [name for name in record_names() if name.startswith("translation")]
    records = [
        name for name in records if (RECORDS / name / "model.safetensors").exists()
    ]
    assert records, "가중치가 있는 번역 기록이 하나도 없습니다."
    shipped = read(SHIPPED, "weights")
    models = (
        dict(Translator.load(RECORDS / name).model.state_dict(keep_vars=True))
        for name in records
    )
    assert any(
        base64.b64encode(pack(model)[1]).decode() == shipped for model in models
    ), (
        "웹의 모델이 어느 기록과도 다릅니다. "
        "python code/bench/export_web.py 로 다시 실어 주세요."
    )
