"""남의 잣대로 잰 품질: Lighthouse의 접근성·모범 사례·검색 최적화가 100점이고, HTML이
표준에 맞습니다.

도구는 `npm ci --prefix .ci --ignore-scripts`로 설치합니다. .ci/run이 그렇게 합니다.
"""

import functools
import json
import os
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from required import unavailable

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / ".ci" / "node_modules"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
# 꼴이 다른 쪽마다 하나씩. 접근성의 어김은 test_pages.py가 모든 쪽에서 봅니다.
KINDS = [
    "book/intro",
    "book/how_to_use",
    "book/map",
    "book/notation",
    "book/explorer",
    "chapters/04_scaled_dot_product",
    "chapters/11_train_on_gpu",
    "solutions/05_multi_head/05_multi_head",
    "book/ledger",
    "book/data",
    "book/runs",
    "book/teaching",
    "book/glossary",
    "book/bibliography",
    "book/index_terms",
    "search",
]
NEED = "JUMOK_REQUIRE_QUALITY"
CATEGORIES = ["accessibility", "best-practices", "seo"]
# 찾기 쪽은 일부러 검색 엔진에 싣지 않습니다(noindex).
EXEMPT = {("search", "is-crawlable")}


def tool(folder: str, program: str) -> Path:
    """npm으로 설치한 도구의 파일입니다. 그것을 돌릴 프로그램도 있어야 합니다."""
    if not (TOOLS / folder).exists() or not shutil.which(program):
        reason = (
            f"{folder}나 {program}이 없어 건너뜁니다. "
            "npm ci --prefix .ci --ignore-scripts"
        )
        unavailable(reason, NEED)
    return TOOLS / folder


class Quiet(SimpleHTTPRequestHandler):
    """말없이 파일을 내주는 서버."""

    def log_message(self, *args):
        """요청을 적지 않습니다."""


@pytest.fixture(scope="module")
def served(book):
    """웹 책을 내주는 http 주소. Lighthouse는 file://을 재지 않습니다."""
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=book.html)
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def lighthouse(url: str, report: Path) -> dict:
    """Lighthouse로 한 쪽을 재고 보고서를 돌려줍니다."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        unavailable("크로뮴이 없어 Lighthouse를 건너뜁니다.", NEED)
    command = [
        "node",
        str(tool("lighthouse", "node") / "cli" / "index.js"),
        url,
        "--quiet",
        "--output=json",
    ]
    command += [f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}"]
    command += [f"--chrome-flags={FLAGS} --user-data-dir={report.parent / 'profile'}"]
    environment = {**os.environ, "CHROME_PATH": chromium}
    run = subprocess.run(
        command, capture_output=True, text=True, timeout=300, env=environment
    )
    assert run.returncode == 0 and report.is_file(), run.stderr[-2000:]
    return json.loads(report.read_text("utf8"))


def faults(report: dict, name: str) -> list[str]:
    """점수를 깎은 항목들입니다."""
    return [
        f"{category}: {audit['id']} — {audit['title']}"
        for category in CATEGORIES
        for reference in report["categories"][category]["auditRefs"]
        if reference["weight"] > 0 and (name, reference["id"]) not in EXEMPT
        for audit in [report["audits"][reference["id"]]]
        if audit["score"] is not None and audit["score"] < 1
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_lighthouse_finds_nothing(served, kind, tmp_path, record_property):
    report = lighthouse(f"{served}/{kind}.html", tmp_path / "report.json")
    assert not report.get("runtimeError"), report["runtimeError"]
    scores = [report["categories"][category]["score"] for category in CATEGORIES]
    record_property("Lighthouse", (kind, *scores))
    assert not faults(report, kind)
    assert scores[:2] == [1, 1] and (scores[2] == 1 or (kind, "is-crawlable") in EXEMPT)


def test_lighthouse_sees_a_fault(book, tmp_path):
    """설명도 언어도 없는 쪽을 주면 점수를 깎아야 100점을 믿을 수 있습니다."""
    (tmp_path / "page.html").write_text(
        "<title>쪽</title><img src='data:,'><button></button>", "utf8"
    )
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path)
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    report = lighthouse(
        f"http://127.0.0.1:{server.server_port}/page.html", tmp_path / "report.json"
    )
    server.shutdown()
    server.server_close()
    found = "\n".join(faults(report, "page"))
    assert (
        "button-name" in found
        and "html-has-lang" in found
        and "meta-description" in found
    )


def vnu(*files: Path) -> list[dict]:
    """W3C의 검사기(vnu)가 찾은 잘못들입니다."""
    jar = tool("vnu-jar", "java") / "build" / "dist" / "vnu.jar"
    command = [
        "java",
        "-Xss4m",
        "-jar",
        str(jar),
        "--errors-only",
        "--skip-non-html",
        "--format",
        "json",
    ]
    run = subprocess.run(
        [*command, *map(str, files)], capture_output=True, text=True, timeout=600
    )
    return json.loads(run.stderr)["messages"]


def place_of(error: dict) -> str:
    """잘못 하나를 파일, 줄, 까닭, 토막으로 적습니다."""
    place = f"{Path(error['url']).name}:{error.get('lastLine')}"
    return f"{place} {error['message']} {error.get('extract', '')[:120]}"


def test_html_is_valid(book, record_property):
    errors = vnu(*book.pages, book.html / "index.html")
    record_property("HTML", f"{len(book.pages) + 1}쪽, 잘못 {len(errors)}개")
    assert not errors, "\n".join(map(place_of, errors))


def test_validator_sees_a_fault(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><html lang=ko><title>쪽</title><p id=a><p id=a><div></p>",
        "utf8",
    )
    found = " ".join(error["message"] for error in vnu(page))
    assert "Duplicate ID" in found
