"""속도 견주기가 돌고 표와 JSON의 꼴이 맞는지. 시간은 재기만 하고 판정하지 않습니다."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench" / "run.py"
HAS_TRANSFORMERS = importlib.util.find_spec("transformers") is not None


@pytest.mark.skipif(not HAS_TRANSFORMERS, reason="transformers가 없습니다")
def test_the_smallest_run_prints_the_whole_table(tmp_path):
    out = tmp_path / "bench.json"
    options = (
        "--sizes smoke --pairs 1 --tokens 64 --new-tokens 3 --batches 1 3 --threads 1 "
        "--json"
    )
    done = subprocess.run(
        [sys.executable, BENCH, *options.split(), out],
        capture_output=True,
        text=True,
        check=True,
    )
    table = [
        line.split("|")[1:-1]
        for line in done.stdout.splitlines()
        if line.startswith("|")
    ]
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
        assert result["ratio"] == pytest.approx(
            result["reference_ms"] / result["ours_ms"]
        )
        assert result["quartiles"][0] <= result["ratio"] <= result["quartiles"][1]
        assert ("mfu" in result) == (result["task"] == "학습 한 걸음") and result.get(
            "mfu", 1
        ) > 0
    assert {"cpu", "threads", "torch", "transformers", "pairs", "matmul"} <= set(
        data["machine"]
    )


@pytest.mark.skipif(not HAS_TRANSFORMERS, reason="transformers가 없습니다")
def test_both_ways_of_short_attention_are_measured_at_every_length(tmp_path):
    out = tmp_path / "short.json"
    options = "--size smoke --pairs 2 --tokens 64 --lengths 4 32 --threads 1 --json"
    done = subprocess.run(
        [sys.executable, BENCH.with_name("short.py"), *options.split(), out],
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.findall(r"^ *(\d+)토큰", done.stdout, re.M) == ["4", "32"]
    data = json.loads(out.read_text("utf8"))
    assert {"cpu", "threads", "torch", "pairs", "size", "tokens"} <= set(
        data["machine"]
    )
    assert [(r["length"], r["sentences"]) for r in data["results"]] == [
        (4, 16),
        (32, 2),
    ]
    for result in data["results"]:
        assert result["quartiles"][0] <= result["ratio"] <= result["quartiles"][1]
        assert result["reference_ms"] > 0 and result["ours_ms"] > 0
