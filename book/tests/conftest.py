"""웹 책 검사가 함께 쓰는 준비물: 만들어 둔 웹 책."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from once import make_once

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
sys.path.append(str(ROOT / "book" / "tools"))


@dataclass(frozen=True)
class Book:
    """만든 웹 책. log는 여기서 만들었을 때의 기록이고,
    남이 만든 것을 쓰면 None입니다."""

    html: Path
    log: str | None
    returncode: int = 0

    @property
    def pages(self) -> list[Path]:
        """모든 페이지. 첫 쪽으로 넘기기만 하는 index.html은 뺍니다."""
        return sorted(
            page
            for page in self.html.rglob("*.html")
            if not {"_static", "_sources", "_downloads"}
            & set(page.relative_to(self.html).parts)
            and page != self.html / "index.html"
        )


def build(output: Path, root: Path = ROOT) -> Book:
    """책을 처음부터 새로 만듭니다. 경고는 잘못으로 칩니다."""
    command = [
        sys.executable,
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        str(root),
        "--path-output",
        str(output),
        "--all",
        "-W",
        "-n",
        "--keep-going",
    ]
    environment = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=root,
        env=environment,
    )
    log = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout + run.stderr)
    return Book(output / "_build" / "html", log, run.returncode)


@pytest.fixture
def build_book():
    """책을 짓는 함수. 다른 폴더의 책을 지어 볼 때 씁니다."""
    return build


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Path:
    """이번에 도는 일꾼들이 함께 쓰는 폴더."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@pytest.fixture(scope="session")
def book(shared) -> Book:
    """JUMOK_BOOK_HTML이 가리키는 웹 책, 없으면 임시 폴더에 새로 만든 웹 책입니다."""
    if ready := os.environ.get("JUMOK_BOOK_HTML"):
        assert Path(ready, "search.html").is_file(), (
            f"JUMOK_BOOK_HTML에 웹 책이 없습니다: {ready}"
        )
        return Book(Path(ready).resolve(), None)
    folder = shared / "book"

    def make(record: Path) -> None:
        made = build(folder)
        record.write_text(json.dumps([made.returncode, made.log]), "utf8")

    record = make_once(folder / "built.json", make)
    returncode, log = json.loads(record.read_text("utf8"))
    html = folder / "_build" / "html"
    assert (html / "search.html").is_file(), (
        f"웹 책이 만들어지지 않았습니다.\n{log[-3000:]}"
    )
    return Book(html, log, returncode)


def pytest_terminal_summary(terminalreporter):
    """브라우저로 잰 값을 끝에 모아 적습니다."""
    figures = [
        item
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for item in report.user_properties
    ]
    axe = [value[-1] for name, value in figures if name == "axe 어김"]
    if axe:
        terminalreporter.write_line(
            f"웹 책 axe 어김: {sum(axe)}건 (페이지·너비·밝기 {len(axe)}가지)"
        )
    for name, value in figures:
        if name in ("찾기 재현율", "찾기 순위", "찾기 시간", "HTML"):
            terminalreporter.write_line(f"웹 책 {name}: {value}")
    if visits := [value for name, value in figures if name == "첫 방문"]:
        terminalreporter.write_line(
            f"웹 책 가장 무거운 첫 방문: {' — '.join(max(visits)[1:])}"
        )
    if scores := [value for name, value in figures if name == "Lighthouse"]:
        lowest = [min(column) for column in list(zip(*scores, strict=True))[1:3]]
        terminalreporter.write_line(
            f"웹 책 Lighthouse({len(scores)}쪽): 접근성 {lowest[0]:.0%}, "
            f"모범 사례 {lowest[1]:.0%}, 검색 최적화 100점인 쪽 "
            f"{sum(score[3] == 1 for score in scores)}"
        )
