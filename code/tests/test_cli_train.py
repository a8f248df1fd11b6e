"""`jumok train`, `translate`, `generate`, `eval`: 명령으로 배우고 씁니다.

실수에는 한국어로 답합니다.
"""

import io
import json
import os
import signal

import pytest
import torch
from test_training_run import SIZE, corpus, preset
from training_toy import usual_signals

from jumok.cli import main
from jumok.training import corpus as corpus_module
from jumok.training import loop, plan, presets
from jumok.training.checkpoint import checkpoints

TOY = "train translation --preset toy --device cpu"


def use_toy(patch):
    """설정 toy는 작은 자료로 1초쯤 배웁니다."""
    patch.setitem(presets.TRANSLATION, "toy", preset())
    patch.setattr(corpus_module, "load_corpus", lambda *_: corpus())
    patch.setattr(plan, "matmul_speed", lambda *_: 1e10)  # 재지 않습니다.
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def toy(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    use_toy(monkeypatch)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "run"
    with pytest.MonkeyPatch.context() as patch:
        use_toy(patch)
        assert main([*TOY.split(), "--output", str(folder)]) == 0
    return folder


def run(words, code=0):
    """명령이 code로 끝나는지."""
    assert main(words.split()) == code


def card_of(folder):
    return json.loads((folder / "card.json").read_text("utf8"))


def fails(capsys, *words, code=2):
    """명령이 code로 끝나고 한국어로 한 번만 말하는지."""
    assert main([str(w) for w in words]) == code
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def test_training_prints_the_plan_and_the_result(tmp_path, capsys):
    run(f"{TOY} --output run --seed 3 --steps 9")
    said = capsys.readouterr().out
    for word in ("매개변수", "어림", "BLEU", "완전 일치", "실행 폴더  run"):
        assert word in said
    card = card_of(tmp_path / "run")
    assert card["preset"]["recipe"]["seed"] == 3 and card["result"]["steps"] == 9


def test_the_rnn_of_equal_size_is_one_option_away(tmp_path):
    run(f"{TOY} --rnn --steps 5")
    chosen = card_of(tmp_path / "runs/translation-toy-rnn")["preset"]
    assert chosen["model"] == "rnn" and chosen["options"]["tie_weights"]


@pytest.mark.parametrize(("value", "stored"), [("0.02", 0.02), ("0", None)])
def test_initial_deviation_is_one_option_away(tmp_path, value, stored):
    run(f"{TOY} --steps 5 --init-std {value}")
    chosen = card_of(tmp_path / "runs/translation-toy")["preset"]
    assert chosen["options"]["init_std"] == stored


def test_negative_initial_deviation_is_refused(tmp_path, capsys):
    run(f"{TOY} --steps 5 --init-std -1", code=2)
    assert "init_std" in capsys.readouterr().err


def test_translate_prints_one_line_per_sentence(trained, capsys, monkeypatch):
    assert main(["translate", "나는 집에 간다", "--run", str(trained)]) == 0
    assert capsys.readouterr().out == "I go home\n"
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("나는 집에 간다\n\n너는 학교에 온다\n")
    )
    assert main(["translate", "--run", str(trained)]) == 2
    out, err = capsys.readouterr()
    assert out == "I go home\n\nyou come to school\n", "줄마다 한 줄이 나와야 합니다"
    assert "빈 문장" in err


def test_translate_draws_the_attention(trained, tmp_path):
    picture = tmp_path / "map" / "out.png"
    words = ["--run", str(trained), "--attention", str(picture)]
    assert main(["translate", "나는 집에 간다", *words]) == 0
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_eval_scores_again_what_training_scored(trained, capsys):
    run(f"eval --run {trained} --json")
    found = json.loads(capsys.readouterr().out)
    card = card_of(trained)
    for name, scores in found.items():
        assert scores["bleu"] == card["result"]["tests"][name]["bleu"]
        assert "tok:13a" in scores["bleu_signature"]


def test_stopping_early_says_how_to_go_on(tmp_path, capsys, monkeypatch):
    one_step, taken = loop.one_step, []

    def stop(*arguments):
        taken.append(1)
        if len(taken) == 5:
            os.kill(os.getpid(), signal.SIGINT)
        return one_step(*arguments)

    monkeypatch.setattr(loop, "one_step", stop)
    with usual_signals():
        run(f"{TOY} --output run", code=130)
    assert "같은 명령을 다시 부르면" in capsys.readouterr().out
    assert [p.stem for p in checkpoints(tmp_path / "run")] == ["step-00000005"]


def test_memory_that_runs_out_is_said_in_korean(capsys, monkeypatch):
    """한 걸음을 나눌 수도 없을 때, 그리고 다 배우고 시험을 풀다가 모자랄 때."""

    def out_of_memory(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    with monkeypatch.context() as patch:
        patch.setattr("jumok.training.run.score_corpus", out_of_memory)
        said = fails(capsys, *TOY.split(), "--steps", 3, "--output", "scoring")
        assert "메모리가 모자라 멈추었습니다" in said and "allocate" not in said
    monkeypatch.setattr(loop, "one_step", out_of_memory)
    said = fails(capsys, *TOY.split(), "--output", "learning")
    assert "메모리가 모자라" in said and "더 작은 설정" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train translation --preset x", "쓸 수 있는 것: cpu"),
        (f"{TOY} --device tpu9", "모르는 이름"),
        (f"{TOY} --threads 0", "받은 값은 0"),
        (f"{TOY} --steps 0", "받은 값은 0"),
        (f"{TOY} --precision int8", "fp32, bf16, fp16"),
        ("train gpt --corpus docs", "grammar, nsmc-raw"),
        ("train classifier --corpus grammar", "nsmc"),
        ("translate 안녕 --run 없는폴더", "run.json"),
        ("eval --run 없는폴더", "run.json"),
        ("generate 안녕 --run 없는폴더", "run.json"),
    ],
)
def test_mistakes_are_answered_in_korean(words, message, capsys):
    assert message in fails(capsys, *words.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["", "--beam", "4"], "빈 문장"),
        (["나는 집에 간다 " * 60], "보다 깁니다"),
        (["나는", "--beam", "0"], "받은 값은 0"),
        (["나는", "너는", "--attention", "a.png"], "문장 하나를"),
    ],
)
def test_bad_sentences_and_options_are_answered_in_korean(
    trained, words, message, capsys
):
    assert message in fails(capsys, "translate", *words, "--run", trained)


def test_a_folder_of_another_setting_is_refused(trained, capsys):
    other = ["--output", trained, "--seed", 9, "--steps", 300]
    said = fails(capsys, *TOY.split(), *other)
    assert "다른 설정으로 시작했습니다" in said and "seed: 0 → 9" in said
    assert SIZE["d_model"] == 32


def test_no_cuda_is_said_plainly(capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    said = fails(capsys, "train", "translation", "--preset", "toy", "--device", "cuda")
    assert "--device cpu" in said
