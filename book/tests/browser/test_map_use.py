"""책의 지도와 진도: 글쇠로 누르고, 읽은 장을 기억하고, 성적을 불러오고, 내보낸 것을
되불러옵니다.
"""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from jumok_grader.notebook.course_files import Course
from jumok_grader.progress import exported
from jumok_grader.results import QuestionResult, Result

ROOT = Path(__file__).resolve().parents[3]
SLUG = "04_scaled_dot_product"
INPUT = ".map-tools input[type=file]"
KEPT = "localStorage.getItem('jumok-progress')"
# 화면에 보이는 진도: (장, 다 읽음, 지도의 ✓, 점수)
SHOWN = """() => [...document.querySelectorAll('.map-list > li')].map(row => [
    row.dataset.chapter, row.querySelector('.map-read').getAttribute('aria-pressed'),
    !!document.querySelector(`svg [data-chapter="${row.dataset.chapter}"] .mark`)
        .getClientRects().length,
    row.querySelector('.map-score').textContent])"""


def grade_of(
    slug: str, points: tuple = (2, 0, 3), at: str = "2026-11-01T09:00:00+09:00"
) -> dict:
    """채점기의 Result로 만든 성적: 3점 문제 셋과 직접 채점 하나."""
    items = [
        QuestionResult(f"q{i}", "문제", 3, p, "passed" if p == 3 else "failed")
        for i, p in enumerate(points)
    ]
    items.append(QuestionResult("q9", "서술", 4, status="manual"))
    return Result(slug, "연습문제", "a.ipynb", items).to_dict() | {
        "format": 1,
        "graded_at": at,
    }


@pytest.fixture
def files(tmp_path):
    """이름과 내용으로 파일을 만들어 그 경로를 돌려주는 함수입니다."""

    def write(name: str, content) -> str:
        text = (
            content
            if isinstance(content, str)
            else json.dumps(content, ensure_ascii=False)
        )
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


@pytest.fixture
def book_map(visit):
    """열어 둔 지도."""
    return visit("book/map")


def load(page, *paths: str) -> str:
    """파일을 불러오고, 화면에 나온 말을 돌려줍니다."""
    page.evaluate("document.querySelector('.map-notes').replaceChildren()")
    page.set_input_files(INPUT, list(paths))
    page.wait_for_selector(".map-notes span")
    return page.inner_text(".map-notes")


def score(page, slug: str) -> str:
    return page.inner_text(f".map-list [data-chapter='{slug}'] .map-score")


@pytest.mark.parametrize(
    ("box", "end"),
    [
        ("[data-chapter='01_rnn_limits']", "/01_rnn_limits.html"),
        ("[data-to='7.6']", "#7-6-"),
    ],
)
def test_box_opens_by_keyboard(book_map, box, end):
    page = book_map.page
    page.evaluate(
        "() => { const top = document.querySelector('article'); "
        "top.tabIndex = -1; top.focus(); }"
    )
    for _ in range(page.locator(".map-figures a").count() + 1):
        page.keyboard.press("Tab")
        if page.evaluate(
            "box => document.activeElement.matches(box)", f".map-figures {box}"
        ):
            break
    stroke = """() => {
        const box = document.activeElement.querySelector("rect");
        return parseFloat(getComputedStyle(box).strokeWidth); }"""
    assert page.evaluate(stroke) > 4, "초점이 보이지 않습니다"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: end in unquote(url))
    assert not book_map.console and not book_map.external


def test_chapter_leads_to_its_box_on_the_map(visit):
    page = visit(f"solutions/{SLUG}/{SLUG}").page
    page.click(".map-here a")
    page.wait_for_url("**/book/map.html#map-04")
    assert page.text_content("svg :target .now") == "◀ 지금 여기"
    assert page.locator("svg .now:visible").count() == 1
    box = page.locator("svg #map-04").bounding_box()
    assert 60 < box["y"] < 800, "가려진 곳에 놓였습니다"


def test_read_chapter_is_remembered(visit):
    seen = visit(f"chapters/{SLUG}")
    page, button = seen.page, seen.page.locator(".map-finish button")
    before = page.evaluate("document.querySelector('.map-here i.now').className")
    assert button.get_attribute("aria-pressed") == "false"
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    page.reload()
    assert button.get_attribute("aria-pressed") == "true"
    assert (
        page.evaluate("document.querySelector('.map-here i.now').className") != before
    )
    page.click(".map-here a")
    page.wait_for_url("**/map.html#map-04")
    read = [row for row in page.evaluate(SHOWN) if row[1] == "true"]
    assert [(row[0], row[2]) for row in read] == [(SLUG, True)]
    assert "다 읽음" in page.evaluate(
        "document.querySelector('#map-04 title').textContent"
    )
    assert "11장 가운데 1장" in page.inner_text(".map-sum")
    page.click(f".map-list [data-chapter='{SLUG}'] button")
    assert not [row for row in page.evaluate(SHOWN) if row[1] == "true" or row[2]]
    assert not seen.console and not seen.external


def test_grades_of_the_grader_are_joined(book_map, files, tmp_path):
    """실제로 `jumok grade`가 쓴 파일과, 채점기의 함수로 만든 파일을 한꺼번에
    불러옵니다.
    """
    page, notebook = book_map.page, ROOT / "solutions" / SLUG / f"{SLUG}.ipynb"
    command = [
        sys.executable,
        "-m",
        "jumok.cli",
        "grade",
        "4",
        notebook,
        "--output",
        tmp_path,
        "--course",
        ROOT,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    real = json.loads((tmp_path / f"{SLUG}.json").read_text("utf8"))
    with page.expect_file_chooser() as chooser:
        page.click("[data-do=load]")
    assert chooser.value.is_multiple()
    chooser.value.set_files(
        [str(tmp_path / f"{SLUG}.json"), files("b.json", grade_of("08_bert"))]
    )
    page.wait_for_selector(".map-notes span")
    assert page.inner_text(".map-notes") == "파일 2개를 불러왔습니다."
    count = sum(item["status"] != "manual" for item in real["questions"])
    assert real["points"] and score(page, SLUG) == (
        f"{real['points']:g} / {real['max_points']:g}점, "
        f"{count}문제 중 {count}문제 통과"
    )
    assert (
        score(page, "08_bert") == "5 / 9점, 3문제 중 1문제 통과"
        and score(page, "09_gpt") == "채점 전"
    )
    assert f"{real['points'] + 5:g} / {real['max_points'] + 9:g}점" in page.inner_text(
        ".map-sum"
    )
    assert not book_map.console and not book_map.external


def test_export_of_the_command_reads_the_same(visit, files, tmp_path):
    shown = []
    slugs = [SLUG, "02_attention"]
    (tmp_path / "grades").mkdir()
    paths = [
        files(f"grades/{slug}.json", grade_of(slug, (3, 1.25, 3))) for slug in slugs
    ]
    single = files("progress.json", exported(Course(ROOT), tmp_path / "grades"))
    for chosen in (paths, [single]):
        page = visit("book/map").page
        load(page, *chosen)
        shown.append(page.evaluate(SHOWN))
    assert shown[0] == shown[1] and "7.25 / 9점, 3문제 중 2문제 통과" in {
        row[3] for row in shown[0]
    }


def test_later_grade_wins(book_map, files):
    page = book_map.page
    new = files("new.json", grade_of("08_bert", (3, 3, 3), "2026-11-02T00:30:00+09:00"))
    # 30분 앞
    old = files("old.json", grade_of("08_bert", (0, 0, 0), "2026-11-01T15:00:00+00:00"))
    load(page, new)
    load(page, old)
    assert score(page, "08_bert").startswith("9 / 9점")
    load(
        page,
        files(
            "newest.json", grade_of("08_bert", (3, 3, 0), "2026-11-02T00:31:00+09:00")
        ),
    )
    assert score(page, "08_bert").startswith("6 / 9점")


def test_export_clear_import_gives_the_same(book_map, files, tmp_path):
    page = book_map.page
    load(page, files("a.json", grade_of("03_query_key_value")))
    for slug in ("01_rnn_limits", "11_train_on_gpu"):
        page.click(f".map-list [data-chapter='{slug}'] button")
    before = page.evaluate(SHOWN), json.loads(page.evaluate(KEPT))
    with page.expect_download() as waiting:
        page.click("[data-do=save]")
    saved = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(saved)
    assert (
        saved.suffix == ".json" and json.loads(saved.read_text("utf8"))["format"] == 1
    )
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.click("[data-do=clear]")
    assert page.evaluate(SHOWN) == before[0], "되물어 그만두면 그대로여야 합니다"
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("[data-do=clear]")
    assert {(row[1], row[3]) for row in page.evaluate(SHOWN)} == {("false", "채점 전")}
    load(page, str(saved))
    page.reload()
    assert (page.evaluate(SHOWN), json.loads(page.evaluate(KEPT))) == before


PROGRESS = {"kind": "jumok-progress", "format": 1, "read": {}, "grades": {}}
BAD = [
    ("<b>깨진 것</b>{", "JSON 파일이 아니거나"),
    ("[1, 2]", "성적이나 진도 파일이 아닙니다"),
    ("null", "성적이나 진도 파일이 아닙니다"),
    ({"cells": [], "nbformat": 4}, "성적이나 진도 파일이 아닙니다"),
    (grade_of("08_bert") | {"points": "<img src=x>"}, "성적이나 진도 파일이 아닙니다"),
    (grade_of("08_bert") | {"points": 99}, "성적이나 진도 파일이 아닙니다"),
    (grade_of("08_bert") | {"questions": [3]}, "성적이나 진도 파일이 아닙니다"),
    (grade_of("08_bert") | {"format": 2}, "더 새 판의 파일입니다"),
    (grade_of("77_none"), "이 책에 없는 장입니다(77_none)"),
    (PROGRESS | {"read": []}, "성적이나 진도 파일이 아닙니다"),
    ('{"x": "' + "가" * 400_000 + '"}', "너무 큽니다"),
]


def test_bad_files_are_told_and_nothing_is_lost(book_map, files):
    page = book_map.page
    load(page, files("good.json", grade_of(SLUG)))
    page.click(f".map-list [data-chapter='{SLUG}'] button")
    before = page.evaluate(SHOWN), page.evaluate(KEPT)
    name = "<img src=x onerror=alert(1)>.json"
    for content, told in BAD:
        said = load(page, files(name, content))
        assert told in said and name in said and "그대로입니다" in said, content
        assert (page.evaluate(SHOWN), page.evaluate(KEPT)) == before
    assert page.locator(".map-tools img, .map-list img").count() == 0
    said = load(page, files("bad.json", "{"), files("more.json", grade_of("08_bert")))
    assert (
        "파일 1개를 불러왔습니다" in said
        and "bad.json" in said
        and score(page, "08_bert").startswith("5 / 9점")
    )
    assert not book_map.console and not book_map.external


def test_strange_entries_are_dropped(book_map, files):
    page = book_map.page
    read = {"__proto__": "2026-01-01", "08_bert": "어제", "09_gpt": "2026-01-01"}
    strange = PROGRESS | {"read": read, "grades": {"08_bert": {"points": -1}}}
    load(page, files("a.json", strange))
    assert json.loads(page.evaluate(KEPT))["read"] == {"09_gpt": "2026-01-01"}
    assert json.loads(page.evaluate(KEPT))["grades"] == {}
    page.evaluate("localStorage.setItem('jumok-progress', '깨짐')")
    page.reload()
    page.click(".map-list [data-chapter='08_bert'] button")
    assert list(json.loads(page.evaluate(KEPT))["read"]) == ["08_bert"]


@pytest.mark.parametrize("call", ["getItem", "setItem"])
def test_blocked_storage_is_told(visit, call):
    """브라우저가 저장을 막아도(또는 자리가 없어도) 이 쪽에서는 쓸 수 있고, 기억하지
    못한다고 알립니다.
    """
    seen = visit("book/map")
    refuse = "if (k === 'jumok-progress') throw new DOMException('', 'SecurityError')"
    seen.page.add_init_script(
        f"const old = Storage.prototype.{call};Storage.prototype.{call} = "
        f"function (k, v) {{ {refuse}; return old.call(this, k, v); }};"
    )
    seen.page.reload()
    seen.page.click(".map-list [data-chapter='08_bert'] button")
    assert "기억하지 못합니다" in seen.page.inner_text(".map-notes")
    assert "11장 가운데 1장" in seen.page.inner_text(".map-sum")
    assert not seen.console


@pytest.mark.parametrize("width", [375, 768, 1280, 1600])
def test_map_fits_and_boxes_are_big_enough(visit, files, width):
    page = visit("book/map", width).page
    load(
        page,
        files("긴이름" * 20 + ".json", "{"),
        files("a.json", grade_of(SLUG, (1.25, 3, 3) * 33)),
    )
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    targets = ".map-figures a rect, .map-tools button, .map-read"
    sizes = page.evaluate(f"""() => [...document.querySelectorAll('{targets}')]
        .map(e => e.getBoundingClientRect()).map(b => [b.width, b.height, b.left,
            b.right])""")
    assert len(sizes) > 30
    assert all(
        w >= 24 and h >= 24 and left >= 0 and right <= width
        for w, h, left, right in sizes
    )
    inside = page.evaluate("""() =>
        [...document.querySelectorAll('.map-figures a')].filter(link => {
        const box = link.querySelector('rect').getBoundingClientRect();
        return [...link.querySelectorAll('text')].some(text => {
            const own = text.getBoundingClientRect();
            return own.width && (own.left < box.left || own.right > box.right ||
                own.bottom > box.bottom + 2);
        });
    }).map(link => link.textContent)""")
    assert not inside, "상자를 벗어난 글"


def test_without_javascript_map_and_list_remain(visit):
    page = visit("book/map", javascript=False).page
    assert not page.locator(".map-tools, .map-read").first.is_visible()
    page.click(".map-list a:has-text('8장 BERT')")
    page.wait_for_url("**/chapters/08_bert.html")
    assert (
        page.locator(".map-here a").is_visible()
        and not page.locator(".map-finish button").is_visible()
    )
