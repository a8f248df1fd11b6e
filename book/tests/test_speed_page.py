"""속도 쪽: 기록한 실행과 같은지, 기록에 무엇으로 쟀는지가 다 있는지."""

import importlib.util
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location(
    "make_speed_page", ROOT / "book/tools/make_speed_page.py"
)
page = importlib.util.module_from_spec(spec)
spec.loader.exec_module(page)


def test_page_shows_the_recorded_run():
    run = json.loads(page.RUN.read_text("utf8"))
    assert page.PAGE.read_text("utf8") == page.render(run), (
        "python book/tools/make_speed_page.py를 부르세요"
    )


def test_recorded_run_carries_its_card():
    run = json.loads(page.RUN.read_text("utf8"))
    card = run["machine"]
    assert {
        "cpu",
        "threads",
        "torch",
        "transformers",
        "pairs",
        "matmul",
        "minutes",
        "seed",
    } <= set(card)
    tasks = {(r["task"].split(",")[0], r["size"]) for r in run["results"]}
    assert {
        (t, s) for t in ("학습 한 걸음", "탐욕", "빔 4") for s in ("tiny", "small")
    } <= tasks


def test_ratio_is_reference_over_ours():
    row = {
        "task": "일",
        "size": "tiny",
        "reference": "기준",
        "reference_ms": 20.0,
        "ours_ms": 10.0,
        "ratio": 2.0,
        "quartiles": [1.9, 2.1],
    }
    assert (
        page.line(row) == "| 일 | tiny | 기준 | 20.0 | 10.0 | **2.00** | 1.90–2.10 |  |"
    )
    assert page.line(row | {"mfu": 0.314}).endswith("| 31% |")
