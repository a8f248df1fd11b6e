"""브라우저 검사의 준비물: 크로뮴 하나와, 열어 둔 책 페이지."""

import shutil
from pathlib import Path

import pytest
import yaml
from required import unavailable

ROOT = Path(__file__).parents[3]
NEED = "JUMOK_REQUIRE_BROWSER"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 600_000  # 밀리초. 컴퓨터가 느려서 실패하는 일이 없게 넉넉히 둡니다.
READY = """async () => {
    if (window.MathJax?.startup) await MathJax.startup.promise;
    await document.fonts.ready;
}"""


def toc_pages() -> list[str]:
    """_toc.yml에 있는 모든 페이지와 찾기 페이지의 이름입니다."""

    def walk(node):
        if isinstance(node, dict):
            yield from (value for key, value in node.items() if key in ("root", "file"))
        for child in node.values() if isinstance(node, dict) else node:
            if isinstance(child, (dict, list)):
                yield from walk(child)

    return [
        *walk(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))),
        "search",
    ]


def pytest_generate_tests(metafunc):
    """name을 받는 검사는 페이지마다 한 번씩, 한 페이지의 것은 이어서 합니다."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", toc_pages(), scope="module")


@pytest.fixture(scope="session")
def browser():
    """검사 전체가 함께 쓰는 크로뮴입니다."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        reason = (
            "playwright가 없어 브라우저 검사를 건너뜁니다. "
            "pip install -r .ci/requirements.txt"
        )
        unavailable(reason, NEED)
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        unavailable(
            "크로뮴이 없어 브라우저 검사를 건너뜁니다. 예: apt install chromium", NEED
        )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


class Visit:
    """페이지 하나를 연 자리. 요청한 주소와 콘솔에 나온 말을 모아 둡니다."""

    def __init__(self, page):
        """page의 요청과 콘솔을 지켜봅니다."""
        self.page, self.requests, self.console = page, [], []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on(
            "console",
            lambda message: self.console.append(f"{message.type}: {message.text}"),
        )
        page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        page.on(
            "requestfailed",
            lambda request: self.console.append(f"failed: {request.url}"),
        )

    @property
    def external(self) -> list[str]:
        """파일도 데이터 주소도 아닌 요청들입니다."""
        return [
            url
            for url in self.requests
            if not url.startswith(("file:", "data:", "blob:"))
        ]

    def close(self) -> None:
        """페이지와 그 저장소(localStorage)를 버립니다."""
        self.page.context.close()


@pytest.fixture(scope="session")
def open_page(book, browser):
    """file://로 책의 페이지를 여는 함수. 수식과 글꼴이 다 그려질 때까지 기다립니다.

    페이지마다 저장소가 따로입니다. 부른 쪽이 닫습니다.
    """

    def open_page(
        name: str, width: int = 1280, theme: str = "light", javascript: bool = True
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            java_script_enabled=javascript,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE)
        seen = Visit(context.new_page())
        path, _, query = name.partition("?")
        address = (book.html / f"{path}.html").as_uri()
        seen.page.goto(f"{address}?{query}" if query else address)
        if javascript:
            seen.page.evaluate(READY)
        return seen

    return open_page


@pytest.fixture
def visit(open_page):
    """open_page와 같고, 검사가 끝나면 연 것을 모두 닫습니다."""
    opened = []

    def visit(*args, **kwargs) -> Visit:
        opened.append(open_page(*args, **kwargs))
        return opened[-1]

    yield visit
    for seen in opened:
        seen.close()
