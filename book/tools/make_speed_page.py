"""속도 쪽(book/speed.md)을 book/runs의 기록에서 만듭니다.

`python make.py bench`가 부릅니다.
"""

import json
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "speed.md"
RUN = ROOT / "book" / "runs" / "bench_cpu.json"
# 학습만 다른 설정으로 잰 기록. `code/bench/run.py`의 --keep-memory와 --matmul medium이
# 만듭니다.
SETTINGS = {
    "그대로": "bench_cpu.json",
    "메모리를 돌려주지 않음": "bench_cpu_keep_memory.json",
    "행렬 곱 `medium`": "bench_cpu_medium.json",
}
# 짧은 문장의 어텐션을 두 가지로 잰 기록. `code/bench/short.py`가 만듭니다.
SHORT = RUN.with_name("short_sentences.json")
SHORT_HEAD = (
    "| 문장의 길이 | 문장 | 융합 커널 (ms) | 교과서 식 (ms) | 비율 | 가운데 절반 "
    "|\n|--:|--:|--:|--:|--:|---|"
)
SETTINGS_HEAD = (
    "| 설정 | 크기 | 견준 것 | 기준 (ms) | 주목 (ms) | 비율 "
    "|\n|---|---|---|--:|--:|--:|"
)
TEMPLATE = Path(__file__).with_name("speed_page.md")
HEAD = (
    "| 일 | 크기 | 견준 것 | 기준 (ms) | 주목 (ms) | 비율 | 가운데 절반 | MFU |\n"
    "|---|---|---|--:|--:|--:|--:|--:|"
)


def render(run: dict) -> str:
    """기록에서 쪽 전체를 만듭니다. 표의 수는 모두 기록에 있는 것입니다."""
    rows = [line(result) for result in run["results"]]
    facts = {name: f"{value}" for name, value in run["machine"].items()}
    settings = settings_table(
        {name: RUN.with_name(file) for name, file in SETTINGS.items()}
    )
    table = "\n".join([HEAD, *rows])
    short = json.loads(SHORT.read_text("utf8"))
    facts |= {f"short_{name}": f"{value}" for name, value in short["machine"].items()}
    tables = {"table": table, "settings": settings, "short": short_table(short)}
    return Template(TEMPLATE.read_text("utf8")).substitute(facts, **tables)


def short_table(run: dict) -> str:
    """문장의 길이마다 융합 커널과 교과서 식의 표."""
    rows = []
    for result in run["results"]:
        low, high = result["quartiles"]
        rows.append(
            f"| {result['length']} | {result['sentences']} | "
            f"{result['reference_ms']:.1f} | {result['ours_ms']:.1f} | "
            f"**{result['ratio']:.2f}** | {low:.2f}–{high:.2f} |"
        )
    return "\n".join([SHORT_HEAD, *rows])


def settings_table(runs: dict[str, Path]) -> str:
    """설정마다 잰 학습 한 걸음의 표. 아직 재지 않은 설정은 그렇다고 적습니다."""
    rows = []
    for name, path in runs.items():
        if not path.exists():
            rows.append(f"| {name} | 아직 재지 않았습니다 | | | | |")
            continue
        for result in json.loads(path.read_text("utf8"))["results"]:
            if result["task"] == "학습 한 걸음":
                _, _, *shown, _, _, _ = line(result).split("|")
                rows.append("|".join([f"| {name} ", *shown, ""]))
    return "\n".join([SETTINGS_HEAD, *rows])


def line(result: dict) -> str:
    """결과 하나를 표의 줄로."""
    low, high = result["quartiles"]
    mfu = f"{result['mfu']:.0%}" if "mfu" in result else ""
    return (
        f"| {result['task']} | {result['size']} | {result['reference']} "
        f"| {result['reference_ms']:,.1f} | {result['ours_ms']:,.1f} "
        f"| **{result['ratio']:.2f}** | {low:.2f}–{high:.2f} "
        f"| {mfu} |"
    )


def main() -> None:
    """쪽을 다시 씁니다."""
    PAGE.write_text(render(json.loads(RUN.read_text("utf8"))), "utf8")
    print(f"✔ {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
