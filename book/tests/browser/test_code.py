"""코드를 옮기기: 화면에서 어떻게 접혀 있든, 복사한 것은 원본과 같은 글입니다."""

import json

import pytest

CHAPTER = "chapters/04_scaled_dot_product"
CELLS = ".cell_input .highlight"
SELECT = """block => {
    const selection = getSelection();
    selection.selectAllChildren(block);
    return String(selection);
}"""
# 복사 단추는 숨은 글칸을 고르고 copy를 부릅니다. 클립보드 대신 그 글칸을 읽습니다.
LISTEN = """() => document.addEventListener('copy', event => {
    window.copied = event.target.value ?? String(getSelection());
}, true)"""


@pytest.fixture
def sources(book):
    """4장의 코드 칸들."""
    path = book.html / "_sources" / f"{CHAPTER}.ipynb"
    cells = json.loads(path.read_text("utf8"))["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]


@pytest.mark.parametrize("width", [1280, 375])
def test_selected_code_is_the_source(visit, sources, width):
    page = visit(CHAPTER, width).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    blocks = page.locator(f"{CELLS} pre").all()
    selected = [block.evaluate(SELECT).rstrip("\n") for block in blocks]
    assert selected == sources


def test_every_code_cell_has_a_copy_button(visit, sources):
    page = visit(CHAPTER).page
    buttons = page.locator(f"{CELLS} button.copybtn")
    assert buttons.count() == len(sources)
    button = page.locator("button.copybtn").first
    assert button.get_attribute("data-tooltip") == "복사"
    button.click()
    said = "document.querySelector('button.copybtn').dataset.tooltip"
    page.wait_for_function(f"{said} === '복사했습니다'")


def test_copy_button_gives_the_source(visit, sources):
    page = visit(CHAPTER, 375).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(LISTEN)
    for button, source in zip(
        page.locator(f"{CELLS} button.copybtn").all()[:8], sources, strict=False
    ):
        button.evaluate("button => button.click()")
        assert page.evaluate("window.copied").rstrip("\n") == source
