"""속도 견주기가 돌고 표와 JSON의 꼴이 맞는지. 시간은 재기만 하고 판정하지 않습니다."""

import importlib
import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest
import torch

BENCH = Path(__file__).parents[1] / "bench"
needs_transformers = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None, reason="transformers가 없습니다"
)


@pytest.fixture
def bench(monkeypatch, capsys):
    """벤치를 이 프로세스에서 명령처럼 부릅니다. torch를 다시 불러오지 않아 빠릅니다."""
    threads = torch.get_num_threads()
    precision = torch.get_float32_matmul_precision()
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCH))

    def call(name, *words):
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *map(str, words)])
        importlib.import_module(name).main()
        return capsys.readouterr().out

    yield call
    torch.set_num_threads(threads)
    torch.set_float32_matmul_precision(precision)
    # run, models 같은 흔한 이름의 모듈을 남기지 않습니다.
    for name in set(sys.modules) - before:
        if str(BENCH) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@needs_transformers
def test_the_smallest_run_prints_the_whole_table(bench, tmp_path):
    out = tmp_path / "bench.json"
    options = "--sizes smoke --pairs 1 --tokens 64 --new-tokens 3 --batches 1 3"
    said = bench(
        "run", *options.split(), "--threads", 1, "--peak-seconds", 0.05, "--json", out
    )
    table = [line.split("|")[1:-1] for line in said.splitlines() if line[:1] == "|"]
    assert len(table) == 2 + 2 + 4 and {len(line) for line in table} == {9}
    data = json.loads(out.read_text("utf8"))
    tasks = [(r["task"], r["reference"]) for r in data["results"]]
    assert tasks[:2] == [
        ("학습 한 걸음", "nn.Transformer"),
        ("학습 한 걸음", "Marian sdpa"),
    ]
    assert tasks[2:] == [
        (f"{how}, 문장 {n}", "Marian eager") for how in ("탐욕", "빔 4") for n in (1, 3)
    ]
    for result in data["results"]:
        times = result["reference_ms"] / result["ours_ms"]
        assert result["ratio"] == pytest.approx(times)
        low, high = result["quartiles"]
        assert low <= result["ratio"] <= high
        if result["task"] == "학습 한 걸음":
            assert result["mfu"] > 0
        else:
            assert "mfu" not in result
    facts = {"cpu", "threads", "torch", "transformers", "pairs", "matmul"}
    assert facts <= data["machine"].keys() and data["machine"]["matmul_flops"] > 0


@needs_transformers
def test_both_ways_of_short_attention_are_measured_at_every_length(bench, tmp_path):
    out = tmp_path / "short.json"
    options = "--size smoke --pairs 2 --tokens 64 --lengths 4 32 --threads 1"
    said = bench("short", *options.split(), "--json", out)
    assert re.findall(r"^ *(\d+)토큰", said, re.M) == ["4", "32"]
    data = json.loads(out.read_text("utf8"))
    facts = {"cpu", "threads", "torch", "pairs", "size", "tokens"}
    assert facts <= data["machine"].keys()
    shapes = [(r["length"], r["sentences"]) for r in data["results"]]
    assert shapes == [(4, 16), (32, 2)]
    for result in data["results"]:
        low, high = result["quartiles"]
        assert low <= result["ratio"] <= high
        assert result["reference_ms"] > 0 and result["ours_ms"] > 0


@pytest.fixture
def fresh_start(monkeypatch):
    """다시 부른 명령을 적어 두고, 정말 부르지는 않습니다."""
    calls = []

    class Done:
        returncode = 7

    def run(words, env):
        calls.append((words, env))
        return Done()

    monkeypatch.setattr("subprocess.run", run)
    return calls


@needs_transformers
def test_keeping_memory_starts_again_with_the_settings(bench, fresh_start, monkeypatch):
    """메모리 설정은 시작할 때만 읽히므로, 설정을 두고 같은 명령을 다시 부릅니다."""
    for name in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as ended:
        bench("run", "--keep-memory", "--sizes", "smoke")
    assert ended.value.code == 7
    [(words, env)] = fresh_start
    assert words[1:] == ["run.py", "--keep-memory", "--sizes", "smoke"]
    assert env["MALLOC_TRIM_THRESHOLD_"] == env["MALLOC_MMAP_THRESHOLD_"]
