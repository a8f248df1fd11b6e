"""책과 코드의 크기를 잣대 곁에 적습니다. 재기만 하고, 넘쳐도 실패하지 않습니다.

쓰는 법: python make.py report

좋은 문제나 칸을 하나 더 넣는 일이 수 때문에 막히지 않도록, 시험이 아니라 표로 둡니다.
"""

import ast
import json
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import nbformat

from jumok_grader.text_table import table, width

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 88  # 코드 한 줄의 칸 수. 한글은 두 칸입니다.
PACKAGES = {
    "jumok": ROOT / "code" / "jumok",
    "jumok_grader": ROOT / "code" / "grader" / "jumok_grader",
}
DURATIONS = ROOT / ".ci" / "durations.json"
CHAPTER_HEAD = ["장", "어절", "칸", "긴 칸", "그림", "식", "바로잡기", "단언", "실행"]
CHAPTER_YARDSTICK = ["잣대", "2500–5000", "", "25줄", "8–", "6–", "2–", "6–", "말한 분"]
EXERCISE_HEAD = ["연습문제", "문제", "자동", "직접", "점수", "오답의 줄"]
EXERCISE_YARDSTICK = ["잣대", "8–", "5–", "1–2", "", ""]
CODE_HEAD = [
    "꾸러미",
    "파일",
    "줄",
    "파일 최대",
    "함수 가운데/95%/최대",
    "주석 1줄에 코드",
]
CODE_YARDSTICK = ["잣대", "", "", "250", "12 / 40 /", "5–10"]


def main() -> None:
    """표 셋과, 폭을 넘는 줄의 수를 냅니다."""
    chapters = sorted(ROOT.glob("chapters/*.ipynb"))
    masters = sorted(ROOT.glob("solutions/*/*.ipynb"))
    show(CHAPTER_HEAD, CHAPTER_YARDSTICK, map(chapter_row, chapters))
    show(EXERCISE_HEAD, EXERCISE_YARDSTICK, map(exercise_row, masters))
    show(CODE_HEAD, CODE_YARDSTICK, (code_row(name) for name in PACKAGES))
    wide = [
        line for source in sources(chapters + masters) for line in wide_lines(source)
    ]
    print(f"{LIMIT}칸을 넘는 줄: 꾸러미와 노트북에서 {len(wide)}개")


def show(head: list[str], yardstick: list[str], rows: Iterator[list[str]]) -> None:
    """표 하나. 잣대는 맨 아랫줄입니다."""
    right = set(range(1, len(head)))
    print(table([*rows, yardstick], head, right), end="\n\n")


# ── 노트북 ────────────────────────────────────────────────────────────────────────────


def chapter_row(path: Path) -> list[str]:
    """장 하나의 글, 칸, 그림, 식, 바로잡기, 단언의 수와 실행 시간."""
    notebook = nbformat.read(path, as_version=4)
    text, cells = markdown(notebook), code_cells(notebook)
    lengths = [code_lines(cell.source) for cell in cells]
    outputs = [output for cell in cells for output in cell.outputs]
    drawn = sum("image/png" in output.get("data", {}) for output in outputs)
    images = len(re.findall(r"!\[|<img|<svg", text))
    found = {
        "words": eojeol(text),
        "cells": len(cells),
        "longest": max(lengths),
        "figures": drawn + images,
        "equations": len(re.findall(r"\\tag\{", text)),
        "corrections": len(
            re.findall(r"\{admonition\} 바로잡기|\*\*바로잡기 \d", text)
        ),
        "asserting": sum("assert" in cell.source for cell in cells),
    }
    return [path.stem[:24], *map(str, found.values()), run_time(path, text)]


def exercise_row(path: Path) -> list[str]:
    """연습문제 한 묶음의 문제와 점수의 수, 오답 파일의 길이."""
    notebook = nbformat.read(path, as_version=4)
    graded = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    auto = sum(cell.cell_type == "code" for cell in graded)
    points = sum(cell.metadata.nbgrader.points for cell in graded)
    problems = len(re.findall(r"^### 문제 \d", markdown(notebook), re.M))
    wrong = path.with_name("wrong_answers.py").read_text(encoding="utf-8")
    found = [problems, auto, len(graded) - auto, points, len(wrong.splitlines())]
    return [path.stem[:24], *map(str, found)]


def markdown(notebook: nbformat.NotebookNode) -> str:
    """글 칸을 이은 것."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    return "\n\n".join(cell.source for cell in cells)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """코드 칸들."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_lines(source: str) -> int:
    """빈 줄을 뺀 줄의 수."""
    return sum(bool(line.strip()) for line in source.splitlines())


def eojeol(text: str) -> int:
    """코드, 식, 표, 태그를 뺀 글에서 한글이 든 어절의 수."""
    text = re.sub(r"```.*?```|\$\$.*?\$\$|<[^>]+>", " ", text, flags=re.S)
    lines = [
        line
        for line in text.splitlines()
        if not line.lstrip().startswith(("|", ":::", ":class:"))
    ]
    return sum(bool(re.search("[가-힣]", word)) for word in " ".join(lines).split())


def run_time(path: Path, text: str) -> str:
    """잰 시간과 장이 말한 시간: "74초/2분"."""
    known = json.loads(DURATIONS.read_text(encoding="utf-8"))
    seconds = known.get(path.relative_to(ROOT).as_posix())
    said = re.search(r"\*\*실행 시간\*\*: [^.]*?(\d+)분", text)
    measured = "?" if seconds is None else f"{seconds:.0f}초"
    return f"{measured}/{said[1]}분" if said else measured


# ── 코드 ──────────────────────────────────────────────────────────────────────────────


def code_row(package: str) -> list[str]:
    """꾸러미의 파일과 함수의 길이, 주석의 촘촘함."""
    texts = [
        path.read_text(encoding="utf-8") for path in PACKAGES[package].rglob("*.py")
    ]
    functions = [n for text in texts for n in function_lengths(text)]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    comments = sum(line.startswith("#") for line in lines)
    median = statistics.median(functions)
    high = statistics.quantiles(functions, n=20)[-1]
    return [
        package,
        str(len(texts)),
        f"{len(lines):,}",
        str(max(len(text.splitlines()) for text in texts)),
        f"{median:.0f} / {high:.0f} / {max(functions)}",
        f"{len(lines) / max(comments, 1):.0f}",
    ]


def function_lengths(text: str) -> Iterator[int]:
    """함수마다 줄의 수."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.end_lineno - node.lineno + 1


def sources(notebooks: list[Path]) -> Iterator[str]:
    """꾸러미의 파일과 노트북의 코드 칸을 하나씩."""
    for folder in PACKAGES.values():
        for path in folder.rglob("*.py"):
            yield path.read_text(encoding="utf-8")
    for path in notebooks:
        for cell in code_cells(nbformat.read(path, as_version=4)):
            yield cell.source


def wide_lines(source: str) -> list[str]:
    """폭을 넘는 줄들."""
    return [line for line in source.splitlines() if width(line) > LIMIT]


if __name__ == "__main__":
    main()
