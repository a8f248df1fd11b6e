"""글이 말하는 수: 만점, 문제의 번호, 장의 수와 이름이 실제와 같은지 봅니다.

수를 정해 두지 않습니다. 문제나 장을 더하면, 그것을 말하는 문장만 고치면 됩니다.
"""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(ROOT.glob("chapters/[0-9]*.ipynb"))
MASTERS = sorted(ROOT.glob("solutions/*/*.ipynb"))
NUMERALS = ["하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉", "열"]
FEW = ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"]
ENGLISH = {9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen"}

every_master = pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem)


def numeral(n: int, ones: list[str] = NUMERALS) -> str:
    """1부터 19까지를 우리말로: 11 → 열하나."""
    return ones[n - 1] if n <= 10 else f"열{ones[n - 11]}"


def text_of(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def points(path: Path, cell_type: str) -> int:
    cells = nbformat.read(path, as_version=4).cells
    graded = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    return sum(c.metadata.nbgrader.points for c in graded if c.cell_type == cell_type)


@every_master
def test_stated_points_are_the_points_of_the_cells(path):
    text = text_of(path)
    auto, manual = points(path, "code"), points(path, "markdown")
    said = re.findall(r"자동으로 채점하는 점수는 (\d+)점이고, 열린 문제 (\d+)점", text)
    assert said == [(str(auto), str(manual))]
    assert set(re.findall(r"자동 채점은 (\d+)점 만점", text)) <= {str(auto)}


@pytest.mark.parametrize("path", CHAPTERS + MASTERS, ids=lambda path: str(path.parent))
def test_exercises_mentioned_exist(path):
    """ "문제 3.4", "연습문제 11.12"라고 가리킨 문제가 있어야 합니다."""
    headings = re.compile(r"^### 문제 (\d+\.\d+)", re.M)
    known = {n for master in MASTERS for n in headings.findall(text_of(master))}
    mentioned = set(re.findall(r"문제 (\d+\.\d+)", text_of(path)))
    assert mentioned <= known


def titles() -> list[str]:
    """장의 제목들: "1장 RNN의 한계"."""
    found = [re.search(r"^# (\d+장)\.? (.+)$", text_of(p), re.M) for p in CHAPTERS]
    return [f"{match[1]} {match[2]}" for match in found]


def test_readme_names_every_chapter():
    readme = (ROOT / "README.md").read_text("utf8")
    said = re.search(r"장은 (\S+)입니다\. \*\*(.+?)\*\*", readme, re.S)
    assert said[1] == numeral(len(CHAPTERS))
    names = re.sub(r"\s+", " ", said[2])
    assert names == ", ".join(short(title) for title in titles())
    english = re.search(r"All (\w+) chapters", readme)[1]
    assert english == ENGLISH[len(CHAPTERS)]


def short(title: str) -> str:
    """부제를 뺀 제목."""
    return re.split(r"[:—]", title)[0].strip()


def test_intro_counts_chapters_and_quiz_questions():
    intro = (ROOT / "book" / "intro.md").read_text("utf8")
    assert f"## {numeral(len(CHAPTERS), FEW)} 장의 지도" in intro
    quizzes = {len(re.findall(r"\*\*퀴즈 \d", text_of(path))) for path in CHAPTERS}
    said = re.search(r"퀴즈와 요약 \| (\S+) 문제로", intro)[1]
    assert {said} == {numeral(n, FEW) for n in quizzes}
