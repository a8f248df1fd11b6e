"""모든 페이지: 바깥에 묻지 않고, 콘솔이 조용하고, 화면과 종이에 맞고, 접근성 어김이
없습니다.

페이지마다 한 번만 열어 보고(survey.py), 검사들은 그 결과를 나누어 봅니다.
"""

import gzip
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from survey import (
    DESKTOP,
    PHONE,
    SCROLLBAR,
    WIDTHS,
    Survey,
    axe_violations,
    contrast_violations,
    hold_still,
    load_axe,
    look_at,
)
from wcwidth import wcswidth

CHAPTER = "chapters/04_scaled_dot_product"
COLUMNS = 88


@pytest.fixture(scope="module")
def look(open_page):
    """페이지의 이름을 받아 한 번 열어 본 결과를 돌려주는 함수."""

    @cache
    def look(name: str) -> Survey:
        seen = open_page(f"{name}?q=어텐션" if name == "search" else name)
        try:
            return look_at(seen)
        finally:
            seen.close()

    return look


@pytest.fixture
def survey(look, name):
    """지금 페이지를 열어 본 결과."""
    return look(name)


@cache
def sizes_of(path: str) -> tuple[int, int]:
    """파일의 크기와 gzip으로 줄인 크기(바이트)입니다."""
    data = Path(path).read_bytes()
    return len(data), len(gzip.compress(data))


def test_page_is_offline_quiet_and_light(survey, name, record_property):
    """바깥 요청도 콘솔의 말도 없고, 처음 여는 데 gzip으로 2 MB를 넘지 않습니다."""
    assert not survey.external
    assert not survey.console
    local = [url for url in survey.requests if url.startswith("file:")]
    files = {unquote(urlsplit(url).path) for url in local}
    sizes = [sizes_of(path) for path in files]
    raw, small = (sum(column) / 1e6 for column in zip(*sizes, strict=True))
    weight = f"파일 {len(files)}개, {raw:.2f} MB (gzip {small:.2f} MB)"
    record_property("첫 방문", (small, name, weight))
    assert small <= 2


def test_page_fits_every_width(survey):
    """화면 밖으로 나간 것도, 넘치는데 밀어서 볼 수 없는 수식도 없습니다."""
    assert survey.outside == {width: [] for width in WIDTHS}


def test_printed_page_is_not_cut(survey):
    """A4에 그대로 인쇄해도 코드, 표, 수식, 그림이 오른쪽에서 잘리지 않습니다."""
    assert not survey.paper


def test_no_code_is_cut(survey, record_property):
    """코드와 글 출력은 어느 너비에서도 옆이 잘리지 않습니다."""
    assert not {
        width: seen["cut"] for width, seen in survey.code.items() if seen["cut"]
    }
    record_property("코드", survey.code[DESKTOP]["blocks"])


@pytest.mark.parametrize("width", [DESKTOP, DESKTOP - SCROLLBAR, max(WIDTHS)])
def test_lines_of_88_columns_are_not_folded(survey, width):
    """컴퓨터에서는 88칸까지 한 줄입니다. 더 긴 줄은 test_width.py가 따로 봅니다."""
    folded = survey.code[width]["folded"]
    assert not [line for line in folded if wcswidth(line) <= COLUMNS]


def test_folded_lines_hang_beyond_their_first_line(survey):
    """휴대 전화에서 접힌 줄은 첫 줄의 들여쓰기보다 더 들어가 있습니다."""
    assert not survey.code[PHONE]["shallow"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_page_has_no_axe_violation(survey, name, width, theme, record_property):
    violations = survey.axe[width, theme]
    record_property("axe 어김", (name, width, theme, len(violations)))
    assert not violations, "\n".join(violations)


# ── 눈이 어두워지지 않았는지: 잘못을 넣으면 봅니다 ────────────────────────────────────


def test_axe_sees_a_fault(visit):
    page = visit("book/notation").page
    page.evaluate(
        "document.querySelector('main').append(document.createElement('button'))"
    )
    assert any(line.startswith("button-name") for line in axe_violations(page))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_sees_a_faint_word_once_per_theme(visit, theme):
    """대비는 색의 짝마다 하나만 보지만, 처음 보는 짝은 반드시 봅니다."""
    page = visit("book/notation").page
    hold_still(page)
    load_axe(page)
    assert not contrast_violations(page, theme)
    gray = "#999" if theme == "light" else "#555"
    page.evaluate(
        "color => document.querySelector('article p').style.color = color", gray
    )
    found = contrast_violations(page, theme)
    assert [line for line in found if line.startswith("color-contrast")]


def test_survey_sees_what_goes_wrong(visit):
    """넘치는 칸, 잘린 코드, 덜 들어간 줄, 종이에서 가려진 줄을 넣으면 모두 봅니다."""
    seen = visit("book/notation")
    seen.page.evaluate("""() => {
        const long = '긴 줄 '.repeat(200);
        document.querySelector('article').insertAdjacentHTML('beforeend', `
            <div style="width: 2000px">넓은 칸</div>
            <pre style="white-space: pre">${long}</pre>
            <pre><span class="code-line"
                style="padding: 0; text-indent: 0">${long}</span></pre>
            <div style="overflow: hidden">
                <p style="white-space: nowrap">${long}</p></div>`);
        console.warn('콘솔에 남긴 말');
    }""")
    survey = look_at(seen)
    assert "DIV." in survey.outside[DESKTOP]
    assert len(survey.code[DESKTOP]["cut"]) == len(survey.code[PHONE]["shallow"]) == 1
    assert any("긴 줄" in line for line in survey.paper)
    assert survey.console == ["warning: 콘솔에 남긴 말"]


# ── 페이지 몇 쪽에서만 보아도 되는 것 ─────────────────────────────────────────────────


def test_index_leads_to_the_cover(visit):
    seen = visit("index", javascript=False)
    seen.page.wait_for_url("**/book/intro.html")
    assert not seen.external and not seen.console


def test_words_are_not_broken(visit):
    page = visit("book/intro").page
    style = "getComputedStyle(document.querySelector('article p')).wordBreak"
    assert page.evaluate(style) == "keep-all"
    assert page.evaluate("document.fonts.check('16px Pretendard', '어텐션')")


def test_mathematics_is_drawn(visit):
    page = visit(CHAPTER).page
    count = "selector => document.querySelectorAll(selector).length"
    written = page.evaluate(count, "article .math")
    assert written and page.evaluate(count, "article mjx-container") >= written
    assert page.evaluate(count, "mjx-merror, merror") == 0
    assert "(4.1)" in page.inner_text("article")


def test_notebooks_download_from_file(visit):
    page = visit(CHAPTER).page
    for text in ("이 쪽의 노트북 내려받기", "연습 노트북 내려받기"):
        with page.expect_download() as waiting:
            page.click(f"a:has-text('{text}')")
        assert waiting.value.suggested_filename == "04_scaled_dot_product.ipynb"
    page.click("button[aria-label='내려받기']")
    shown = page.locator(".dropdown-menu.show").inner_text()
    assert shown.split("\n")[0].strip() == "이 쪽의 노트북"


def test_theme_button_turns_the_page_dark(visit):
    page = visit("book/intro").page
    for _ in range(3):
        page.click(".theme-switch-button")
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            return
    pytest.fail("화면 밝기 단추를 세 번 눌러도 어두워지지 않았습니다.")
