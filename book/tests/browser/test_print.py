"""웹 책의 쪽을 그대로 인쇄해도 코드, 표, 수식, 그림이 오른쪽에서 잘리지 않습니다."""

PAPER = 680  # A4에서 여백 15 mm를 뺀 너비(픽셀)
CUT = """() => {
    const article = document.querySelector('article'), edge = article.getBoundingClientRect().right;
    const hidden = 'mjx-assistive-mml, .sr-only, .visually-hidden, svg *';
    return [...article.querySelectorAll('*')].filter(element => {
        if (!element.getBoundingClientRect().width || element.closest(hidden)) return false;
        const clipped = getComputedStyle(element).overflowX !== 'visible'
            && element.scrollWidth > element.clientWidth + 2;
        return clipped || element.getBoundingClientRect().right > edge + 1;
    }).map(element => element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 60));
}"""


def printed(visit, name):
    """인쇄할 때의 모습으로 연 쪽."""
    page = visit(name, PAPER).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    return page


def test_printed_page_is_not_cut(visit, name):
    if name == "search":
        return
    assert not printed(visit, name).evaluate(CUT)


def test_detector_sees_a_cut_line(visit):
    page = printed(visit, "book/notation")
    page.evaluate("""document.querySelector('article').insertAdjacentHTML('beforeend',
        `<div style="overflow: hidden"><p style="white-space: nowrap">${'긴 줄 '.repeat(200)}</p></div>`)""")
    assert page.evaluate(CUT)
