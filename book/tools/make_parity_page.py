"""대조 쪽(book/parity.md)을 시험에서 만듭니다. `python make.py parity`가 부릅니다.

글은 `parity_page.md`에 있고, 표의 줄은 `code/tests/test_parity_*.py`의 CASES입니다.
표의 수는 그 자리에서 잰 오차를 10의 거듭제곱으로 올린 상한입니다.
`code/tests/test_parity_page.py`는 쪽이 시험과 같은지, 다시 잰 오차가 상한 안인지
봅니다.
"""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from string import Template
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "parity.md"
TEMPLATE = Path(__file__).with_name("parity_page.md")
SUITES = ("test_parity_torch", "test_parity_huggingface", "test_parity_recurrent")
HEAD = (
    "| 우리 모델 | 기준 | 조건 | float64 출력 | float64 기울기 | float32 출력 | "
    "float32 기울기 |"
)
Row = tuple[float, ...]


def from_tests(name: str) -> ModuleType:
    """code/tests의 모듈을 가져옵니다. 시험이 이미 가져온 것이면 그것을 씁니다."""
    folder = str(ROOT / "code" / "tests")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return import_module(name)


def measured() -> list[Row]:
    """모든 줄의 (float64 출력, 기울기, float32 출력, 기울기) 오차를 잽니다."""
    parity = from_tests("parity")
    cases = [case for name in SUITES for case in from_tests(name).CASES]
    return [
        tuple(error for dtype in parity.LIMITS for error in parity.measure(case, dtype))
        for case in cases
    ]


def limits() -> Row:
    """시험이 요구하는 한도. 줄의 네 수와 같은 차례입니다."""
    return tuple(
        limit for pair in from_tests("parity").LIMITS.values() for limit in pair
    )


def bounds(rows: list[Row]) -> list[Row]:
    """잰 오차를 책에 적을 상한으로 바꿉니다."""
    parity = from_tests("parity")
    floors = [floor for pair in parity.FLOORS.values() for floor in pair]
    return [tuple(map(parity.bound, row, floors)) for row in rows]


def render(rows: list[Row]) -> str:
    """상한들로 쪽 전체를 만듭니다."""
    import torch

    numbers = iter(rows)
    suites = [from_tests(name) for name in SUITES]
    tables = [
        f"## {suite.SECTION}\n\n{table(suite.CASES, numbers)}" for suite in suites
    ]
    presets = from_tests("test_model_counts").PRESETS.items()
    words = dict(
        zip(
            ("limit64", "grad64", "limit32", "grad32"),
            map(short, limits()),
            strict=True,
        )
    )
    return Template(TEMPLATE.read_text("utf8")).substitute(
        torch=torch.__version__.split("+")[0],
        transformers=from_tests("parity").offline_transformers().__version__,
        tables="\n\n".join(tables),
        beams=beam_rows(),
        counts="\n".join(
            f"| `{name}` | {number:,} | {known} |"
            for name, (_, number, known) in presets
        ),
        **words,
    )


def table(cases: list, numbers: Iterator[Row]) -> str:
    lines = [HEAD, "|---|---|---|--:|--:|--:|--:|"]
    for case, row in zip(cases, islice(numbers, len(cases)), strict=True):
        reference = case.reference if " " in case.reference else f"`{case.reference}`"
        cells = [
            f"`{case.module}`",
            reference,
            case.condition,
            *(f"≤ {short(value)}" for value in row),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def beam_rows() -> str:
    """폭이 다른 빔이 찾은 문장과 그 확률. 시험의 장난감 모델을 그 자리에서 풉니다."""
    found = {
        width: from_tests("test_decode").found_by_beam(width) for width in (1, 2, 125)
    }
    names = {2: "끝", 3: "가", 4: "나", 0: "다", 1: "라"}
    return "\n".join(
        f"| {width} | {' '.join(names[i] for i in ids)} | {prob:.2f} |"
        for width, (ids, prob) in found.items()
    )


def short(value: float) -> str:
    """1e-06을 1e-6으로."""
    return f"{value:.0e}".replace("e-0", "e-")


def written_bounds(text: str) -> list[Row]:
    """쪽에 적힌 상한을 다시 읽습니다."""
    rows = (
        re.findall(r"≤ (\S+)", line)
        for line in text.splitlines()
        if line.startswith("| ")
    )
    return [tuple(map(float, row)) for row in rows if row]


def main() -> None:
    PAGE.write_text(render(bounds(measured())), "utf8")
    print(f"✔ {PAGE.relative_to(ROOT)}를 만들었습니다.")


if __name__ == "__main__":
    main()
