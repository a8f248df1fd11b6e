"""용어 풍선: 마우스와 글쇠와 손가락으로 뜨고, Esc로 닫히고, 화면 밖으로 나가지
않습니다.
"""

import pytest
from survey import axe_violations, hold_still
from term_list import load_terms

CHAPTER = "chapters/03_query_key_value"
MEANINGS = {term["ko"]: term["def"] for term in load_terms()}
TIP = "#term-tip"


@pytest.fixture
def chapter(visit):
    """3장을 열고, 끝날 때 콘솔이 조용했는지 봅니다."""
    seen = visit(CHAPTER)
    yield seen.page
    assert not seen.console and not seen.external


def test_mouse_opens_the_balloon_and_can_move_into_it(chapter):
    term = chapter.locator("a.term", has_text="쿼리").first
    assert chapter.locator(TIP).is_hidden()
    term.hover()
    chapter.wait_for_selector(TIP, state="visible")
    assert chapter.inner_text(f"{TIP} .term-meaning") == MEANINGS["쿼리"]
    assert chapter.inner_text(f"{TIP} .term-head") == "쿼리 query"
    chapter.locator(f"{TIP} a").hover()
    chapter.wait_for_timeout(500)
    assert chapter.locator(TIP).is_visible(), (
        "풍선 위로 옮긴 마우스가 풍선을 닫았습니다"
    )
    chapter.mouse.move(5, 5)
    chapter.wait_for_selector(TIP, state="hidden")


def test_keyboard_opens_and_escape_closes(chapter):
    term = chapter.locator("a.term", has_text="쿼리").first
    term.focus()
    assert (
        chapter.locator(TIP).is_visible()
        and chapter.get_attribute(TIP, "role") == "tooltip"
    )
    described = chapter.locator(f"#{term.get_attribute('aria-describedby')}")
    assert MEANINGS["쿼리"] in described.inner_text()
    chapter.keyboard.press("Escape")
    assert (
        chapter.locator(TIP).is_hidden()
        and term.get_attribute("aria-describedby") is None
    )
    assert chapter.evaluate("document.activeElement.textContent") == "쿼리"
    chapter.keyboard.press("Enter")
    chapter.wait_for_url("**/glossary.html#term-query")


def test_escape_closes_a_balloon_under_the_mouse(chapter):
    chapter.locator("a.term").first.hover()
    chapter.wait_for_selector(TIP, state="visible")
    chapter.keyboard.press("Escape")
    chapter.wait_for_timeout(300)
    assert chapter.locator(TIP).is_hidden()


def test_first_tap_opens_and_the_link_leads_to_the_glossary(book, browser):
    context = browser.new_context(
        viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto((book.html / f"{CHAPTER}.html").as_uri())
    page.locator("a.term", has_text="쿼리").first.tap()
    page.wait_for_selector(TIP, state="visible")
    assert page.url.endswith(f"{CHAPTER}.html")
    page.locator(f"{TIP} a").tap()
    page.wait_for_url("**/glossary.html#term-query")
    context.close()


def test_balloons_stay_on_a_phone_screen(visit):
    page = visit(CHAPTER, 375).page
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('a.term')].map(term => {
            term.focus();
            const box = document.getElementById('term-tip').getBoundingClientRect();
            const own = term.getClientRects()[0];
            return [box.left, box.right, box.width, box.top >= own.bottom ||
                box.bottom <= own.top];
        })"""
    )
    assert len(boxes) > 20
    for left, right, width, apart in boxes:
        assert left >= 0 and right <= 375 and width > 100 and apart
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 375


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_balloon_has_no_axe_violation(visit, theme):
    page = visit("book/training", 375, theme).page
    page.locator("a.term").first.focus()
    page.wait_for_selector(TIP, state="visible")
    hold_still(page)
    assert not axe_violations(page)


def test_terms_look_like_terms_not_links(visit):
    page = visit(CHAPTER).page
    style = (
        "element => [getComputedStyle(element).textDecorationStyle, "
        "getComputedStyle(element).color]"
    )
    line, color = page.locator("article p a.term").first.evaluate(style)
    assert line == "dotted"
    assert color == page.locator("article p").first.evaluate(style)[1]


def test_without_javascript_a_term_is_a_link(visit):
    page = visit(CHAPTER, javascript=False).page
    page.locator("a.term", has_text="쿼리").first.click()
    page.wait_for_url("**/glossary.html#term-query")
    assert page.locator("#term-query").is_visible()
