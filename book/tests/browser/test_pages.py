"""모든 페이지: 바깥으로 나가는 요청이 없고, 콘솔이 조용하고, 좁은 화면에 맞고, 접근성 어김이 없습니다."""

import gzip
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

CHAPTER = "chapters/04_scaled_dot_product"
SCROLLS = (
    ".bd-sidebar-secondary, pre, .pst-scrollable-table-container, div.math, .output, mjx-container, "
    ".quiz-option, .dropdown-menu, .sr-only, .visually-hidden"
)
WIDER = f"""() => [...document.querySelectorAll('main *')].filter(element => {{
    const box = element.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && !element.closest('{SCROLLS}');
}}).map(element => element.tagName + '.' + element.className)"""
# 접근성 검사가 볼 것을 줄입니다. 수식의 그림(aria-hidden) 조각과, 이미 본 빛깔의 코드 조각은
# 만 개가 넘어서 한 쪽에 30초씩 걸립니다. 빛깔마다 하나씩은 남습니다.
LIGHTEN = """() => {
    const seen = new Set();
    for (const token of document.querySelectorAll('.highlight pre [class]')) {
        const kind = (token.closest('.cell_input') ? 'in ' : 'out ') + token.className;
        if (seen.has(kind)) token.replaceWith(...token.childNodes);
        seen.add(kind);
    }
    document.querySelectorAll('mjx-math').forEach(drawn => drawn.replaceChildren());
    document.querySelectorAll('details').forEach(details => details.open = true);
}"""
UNREACHABLE = """() => [...document.querySelectorAll('article .math')].filter(math => {
    const drawn = math.querySelector('mjx-math');
    return drawn && drawn.getBoundingClientRect().right > math.getBoundingClientRect().right + 3
        && (math.tabIndex !== 0 || getComputedStyle(math).overflowX !== 'auto');
}).map(math => math.textContent)"""


def axe_violations(page) -> list[str]:
    """axe-core가 찾은 어김을 한 줄씩 적어 돌려줍니다."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]


@cache
def sizes_of(path: str) -> tuple[int, int]:
    """파일의 크기와 gzip으로 줄인 크기(바이트)입니다."""
    data = Path(path).read_bytes()
    return len(data), len(gzip.compress(data))


def test_page_is_offline_quiet_and_light(visit, name, record_property):
    """바깥으로 나가는 요청도 콘솔의 말도 없고, 처음 여는 데 gzip으로 2 MB를 넘지 않습니다."""
    seen = visit(name)
    assert not seen.external
    assert not seen.console
    files = {
        unquote(urlsplit(url).path) for url in seen.requests if url.startswith("file:")
    }
    raw, small = (sum(sizes) / 1e6 for sizes in zip(*map(sizes_of, files), strict=True))
    record_property(
        "첫 방문",
        (small, name, f"파일 {len(files)}개, {raw:.2f} MB (gzip {small:.2f} MB)"),
    )
    assert small <= 2


def test_index_leads_to_the_cover(visit):
    seen = visit("index", javascript=False)
    seen.page.wait_for_url("**/book/intro.html")
    assert not seen.external and not seen.console


@pytest.mark.parametrize("width", [1280, 375])
def test_page_has_no_axe_violation(visit, name, width, record_property):
    page = visit(f"{name}?q=어텐션" if name == "search" else name, width).page
    page.evaluate(LIGHTEN)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        page.wait_for_timeout(300)  # 색이 바뀌는 동안은 대비를 잴 수 없습니다.
        violations = axe_violations(page)
        record_property("axe 어김", (name, width, theme, len(violations)))
        assert not violations, "\n".join(violations)


def test_axe_sees_a_fault(visit):
    page = visit("book/notation").page
    page.evaluate(
        "document.querySelector('main').append(document.createElement('button'))"
    )
    assert any(line.startswith("button-name") for line in axe_violations(page))


def test_page_fits_every_width(visit, name):
    page = visit(f"{name}?q=어텐션" if name == "search" else name, 375).page
    for width in (375, 768, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)  # 차례가 접히고 펼쳐지는 사이
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, width
        assert not page.evaluate(WIDER), width
        assert not page.evaluate(UNREACHABLE), (
            f"넘치는데 밀어서 볼 수 없는 수식 ({width}px)"
        )


def test_words_are_not_broken(visit):
    page = visit("book/intro").page
    assert (
        page.evaluate("getComputedStyle(document.querySelector('article p')).wordBreak")
        == "keep-all"
    )
    assert page.evaluate("document.fonts.check('16px Pretendard', '어텐션')")


def test_mathematics_is_drawn(visit):
    page = visit(CHAPTER).page
    written = page.evaluate("document.querySelectorAll('article .math').length")
    assert (
        written
        and page.evaluate("document.querySelectorAll('article mjx-container').length")
        >= written
    )
    assert page.evaluate("document.querySelectorAll('mjx-merror, merror').length") == 0
    assert "(4.1)" in page.inner_text("article")


def test_every_code_cell_has_a_copy_button(visit):
    page = visit(CHAPTER).page
    cells = page.locator(".cell_input .highlight").count()
    assert (
        cells and page.locator(".cell_input .highlight button.copybtn").count() == cells
    )
    button = page.locator("button.copybtn").first
    assert button.get_attribute("data-tooltip") == "복사"
    button.click()
    page.wait_for_function(
        "document.querySelector('button.copybtn').dataset.tooltip === '복사했습니다'"
    )


def test_notebooks_download_from_file(visit):
    page = visit(CHAPTER).page
    for text in ("이 쪽의 노트북 내려받기", "연습 노트북 내려받기"):
        with page.expect_download() as waiting:
            page.click(f"a:has-text('{text}')")
        assert waiting.value.suggested_filename == "04_scaled_dot_product.ipynb"
    page.click("button[aria-label='내려받기']")
    assert (
        page.locator(".dropdown-menu.show").inner_text().split("\n")[0].strip()
        == "이 쪽의 노트북"
    )


def test_theme_button_turns_the_page_dark(visit):
    page = visit("book/intro").page
    for _ in range(3):
        page.click(".theme-switch-button")
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            return
    pytest.fail("화면 밝기 단추를 세 번 눌러도 어두워지지 않았습니다.")
