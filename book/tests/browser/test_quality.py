"""남의 잣대로 잰 품질: Lighthouse의 세 점수가 100점이고, HTML이 표준에 맞습니다.

도구는 `npm ci --prefix .ci --ignore-scripts`로 설치합니다. .ci/run이 그렇게 합니다.
"""

import functools
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from required import unavailable

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / ".ci" / "node_modules"
RUNNER = Path(__file__).with_name("lighthouse.mjs")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
# 꼴이 다른 쪽마다 하나씩: 표지, 스크립트로 그리는 쪽 둘, 장, 풀이, 곡선이 있는 쪽,
# 용어집, 찾기. 접근성과 콘솔은 test_pages.py가, HTML은 vnu가, 제목과 설명은
# test_publishing.py가 모든 쪽에서 봅니다.
KINDS = [
    "book/intro",
    "book/map",
    "book/explorer",
    "chapters/04_scaled_dot_product",
    "solutions/05_multi_head/05_multi_head",
    "book/runs",
    "book/glossary",
    "search",
]
NEED = "JUMOK_REQUIRE_QUALITY"
# 찾기 쪽은 일부러 검색 엔진에 싣지 않습니다(noindex).
EXEMPT = {("search", "is-crawlable")}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FAULTY = "<title>쪽</title><img src='data:,'><button></button>"


def tool(folder: str, program: str) -> Path:
    """npm으로 설치한 도구의 파일입니다. 그것을 돌릴 프로그램도 있어야 합니다."""
    if not (TOOLS / folder).exists() or not shutil.which(program):
        unavailable(
            f"{folder}나 {program}이 없어 건너뜁니다. "
            "npm ci --prefix .ci --ignore-scripts",
            NEED,
        )
    return TOOLS / folder


class Quiet(SimpleHTTPRequestHandler):
    """말없이 파일을 내주는 서버."""

    def log_message(self, *args):
        """요청을 적지 않습니다."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """폴더를 내주는 http 주소. Lighthouse는 file://을 재지 않습니다."""
    handler = functools.partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def lighthouse(*addresses: str) -> list[dict]:
    """Lighthouse로 쪽들을 차례로 재고 보고서들을 돌려줍니다."""
    tool("lighthouse", "node")
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        unavailable("크로뮴이 없어 Lighthouse를 건너뜁니다.", NEED)
    run = subprocess.run(
        ["node", str(RUNNER), str(TOOLS), FLAGS, *addresses],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "CHROME_PATH": chromium},
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def reports(book, tmp_path_factory):
    """꼴마다의 보고서와 잘못을 심은 쪽(faulty)의 보고서. 브라우저는 하나입니다."""
    broken = tmp_path_factory.mktemp("faulty")
    (broken / "page.html").write_text(FAULTY, "utf8")
    with serving(book.html) as base, serving(broken) as other:
        pages = [f"{base}/{kind}.html" for kind in KINDS]
        found = lighthouse(*pages, f"{other}/page.html")
    return dict(zip([*KINDS, "faulty"], found, strict=True))


def faults(report: dict, name: str) -> list[str]:
    """점수를 깎은 항목들입니다."""
    return [
        f"{category}: {audit['id']} — {audit['title']}"
        for category, content in report["categories"].items()
        for reference in content["auditRefs"]
        if reference["weight"] > 0 and (name, reference["id"]) not in EXEMPT
        for audit in [report["audits"][reference["id"]]]
        if audit["score"] is not None and audit["score"] < 1
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_lighthouse_finds_nothing(reports, kind, record_property):
    report = reports[kind]
    assert not report.get("runtimeError"), report["runtimeError"]
    scores = {name: found["score"] for name, found in report["categories"].items()}
    assert set(scores) == {"accessibility", "best-practices", "seo"}
    record_property("Lighthouse", (kind, *scores.values()))
    assert not faults(report, kind)
    if (kind, "is-crawlable") in EXEMPT:
        del scores["seo"]
    assert set(scores.values()) == {1}


def test_lighthouse_sees_a_fault(reports):
    """설명도 언어도 없는 쪽을 주면 점수를 깎아야 100점을 믿을 수 있습니다."""
    found = "\n".join(faults(reports["faulty"], "faulty"))
    assert "button-name" in found and "html-has-lang" in found
    assert "meta-description" in found


def vnu(*files: Path) -> list[dict]:
    """W3C의 검사기(vnu)가 찾은 잘못들입니다."""
    jar = tool("vnu-jar", "java") / "build" / "dist" / "vnu.jar"
    command = ["java", "-Xss4m", "-jar", str(jar), "--errors-only", "--skip-non-html"]
    command += ["--format", "json", *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True)
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
