"""페이지 하나를 한 번 열어 볼 것을 모두 봅니다.

너비와 밝기를 바꾸어 가며 넘치는 것, 잘린 코드, 종이에서 잘리는 것, 접근성의 어김을 모아
`Survey`에 담습니다. 검사마다 페이지를 새로 열면 여는 데에 시간이 거의 다 갑니다.
"""

from dataclasses import dataclass, field
from pathlib import Path

DESKTOP, SCROLLBAR, PHONE, PAPER = 1280, 15, 375, 680
# 1265는 막대가 자리를 차지하는 컴퓨터의 1280입니다.
WIDTHS = (1600, DESKTOP, DESKTOP - SCROLLBAR, 768, PHONE)
SCRIPT = Path(__file__).with_name("survey.js").read_text("utf8")
# 색이나 자리가 바뀌는 동안에는 잴 수 없으므로 움직임을 끄고, 숨은 탭도 펼칩니다.
STILL = """
*, *::before, *::after { transition: none !important; animation: none !important; }
.sd-tab-content { display: block !important; }
"""
# 색을 보는 규칙들. 나머지 규칙의 결과는 밝은 화면과 어두운 화면에서 같습니다.
CONTRAST = ["color-contrast", "link-in-text-block"]


@dataclass
class Survey:
    """페이지 하나를 한 번 열어 본 결과. 목록이 비어 있으면 어김이 없는 것입니다.

    outside와 code는 너비마다, axe는 (너비, 밝기)마다 있습니다.
    """

    requests: list[str]
    external: list[str]
    console: list[str] = field(default_factory=list)
    outside: dict[int, list[str]] = field(default_factory=dict)
    code: dict[int, dict] = field(default_factory=dict)
    paper: list[str] = field(default_factory=list)
    axe: dict[tuple[int, str], list[str]] = field(default_factory=dict)


def ask(page, question: str, *values):
    """survey.js의 함수(question)를 부릅니다. 아직 싣지 않았으면 먼저 싣습니다."""
    if not page.evaluate("'jumokSurvey' in window"):
        page.evaluate(SCRIPT)
    return page.evaluate(f"values => jumokSurvey.{question}(...values)", [*values])


def load_axe(page) -> None:
    """페이지에 axe-core를 싣습니다."""
    from axe_playwright_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)


def axe_violations(page, place: str = "html") -> list[str]:
    """place 안에서 axe-core의 모든 규칙으로 찾은 어김을 한 줄씩 적습니다."""
    load_axe(page)
    return ask(page, "violations", {}, place)


def contrast_violations(page, theme: str) -> list[str]:
    """theme에서 아직 보지 않은 색의 짝에 있는 대비의 어김."""
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
    ask(page, "settled")
    if not ask(page, "pick", theme):
        return []
    return ask(page, "pickedViolations", {"runOnly": CONTRAST})


def plain_violations(page) -> list[str]:
    """색을 보지 않는 모든 규칙의 어김."""
    return ask(page, "violations", {"rules": {r: {"enabled": False} for r in CONTRAST}})


def resize(page, width: int) -> None:
    """창의 너비를 바꾸고 자리가 다시 잡힐 때까지 기다립니다."""
    page.set_viewport_size({"width": width, "height": 900})
    ask(page, "settled")


def hold_still(page) -> None:
    """움직임을 끄고 접힌 것을 모두 펼칩니다."""
    page.emulate_media(reduced_motion="reduce")
    page.add_style_tag(content=STILL)
    ask(page, "open")


def cut_on_paper(page) -> list[str]:
    """A4에 그대로 인쇄할 때 본문에서 잘리는 것. 끝나면 화면으로 돌아옵니다."""
    page.emulate_media(media="print")
    resize(page, PAPER)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    found = ask(page, "cutOnPaper")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    return found


def look_at(seen) -> Survey:
    """열린 페이지(seen)를 여러 너비와 밝기에서, 종이에서, axe로 봅니다."""
    page = seen.page
    survey = Survey([*seen.requests], seen.external, seen.console)
    hold_still(page)
    for width in WIDTHS:
        resize(page, width)
        survey.outside[width] = ask(page, "outside", width)
        survey.code[width] = ask(page, "code")
    survey.paper = cut_on_paper(page)
    ask(page, "lighten")
    load_axe(page)
    for width in (DESKTOP, PHONE):
        resize(page, width)
        ask(page, "refocused")
        plain = plain_violations(page)
        for theme in ("light", "dark"):
            survey.axe[width, theme] = plain + contrast_violations(page, theme)
    return survey
