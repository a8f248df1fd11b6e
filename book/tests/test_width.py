"""코드의 너비: 노트북의 칸과 글 속의 파이썬이 88칸 안에 듭니다.

웹 책은 1280픽셀에서 88칸까지 접지 않고 보여 줍니다(browser/test_pages.py). 그보다 긴 글
출력은 접어서 보여 주므로 여기서 막지 않습니다.
"""

import re
from pathlib import Path

import nbformat
import pytest
from wcwidth import wcswidth

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 88
NOTEBOOKS = sorted([*ROOT.glob("chapters/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")])
PAGES = sorted(ROOT.glob("book/*.md"))
PYTHON = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def wide(code: str) -> list[str]:
    """88칸을 넘는 줄. 한글 한 글자는 두 칸입니다."""
    return [line for line in code.splitlines() if wcswidth(line) > COLUMNS]


def wide_in_text(text: str) -> list[str]:
    """글에 든 파이썬 코드에서 88칸을 넘는 줄."""
    return [line for code in PYTHON.findall(text) for line in wide(code)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_notebook_code_fits_the_page(path):
    cells = nbformat.read(path, as_version=4).cells
    found = {
        cell.id: lines
        for cell in cells
        if (lines := (wide if cell.cell_type == "code" else wide_in_text)(cell.source))
    }
    assert not found


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_code_in_pages_fits_the_page(path):
    assert not wide_in_text(path.read_text("utf8"))


def test_width_counts_a_hangul_letter_twice():
    assert wide("가" * 45) and not wide("가" * 44)
    assert wide_in_text(f"글\n\n```python\n{'x' * 89}\n```\n")
