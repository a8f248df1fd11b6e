"""책의 지도: 상자마다 있는 곳으로 가고, 열한 장이 모두 있고, 없는 곳을 가리키면 책이
만들어지지 않습니다.
"""

import re
import xml.etree.ElementTree as ET
from functools import cache
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import book_map
import pytest
from bs4 import BeautifulSoup, SoupStrainer
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

ROOT = Path(__file__).resolve().parents[2]
SLUGS = sorted(path.stem for path in (ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))
FIGURE = """<svg xmlns="http://www.w3.org/2000/svg"><title>그림</title>
<a data-chapter="04"><rect x="0" y="0" width="90" height="50"/>
<text class="more" x="1" y="2">글</text></a>
<a data-to="{section}"><rect x="0" y="0" width="90" height="50"/>
<text>상자</text></a></svg>"""
PAGES = {
    "index": (
        "# 첫 쪽\n\n```{toctree}\nbook/map\nchapters/04_b\nsolutions/04_b/04_b\n```\n"
    ),
    "book/map": "# 지도\n\n```{book-map}\n```\n",
    "chapters/04_b": "# 4장 <나>\n\n## 4.1 첫 절\n\n글\n\n## 4.11 먼 절\n\n글\n",
    "solutions/04_b/04_b": "# 4장 연습문제\n\n글\n",
}


def soup_of(page: Path, classes: list[str] | None = None) -> BeautifulSoup:
    """쪽의 나무. classes를 주면 그 조각만 읽습니다."""
    only = classes and SoupStrainer(class_=classes)
    return BeautifulSoup(
        page.read_text(encoding="utf-8"), "html.parser", parse_only=only
    )


@cache
def anchors_of(page: Path) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', page.read_text("utf8")))


@pytest.fixture
def build(tmp_path, monkeypatch):
    """그림이 section을 가리키는 작은 책을 지어 (폴더, 경고)를 돌려주는 함수입니다."""

    def run(section: str = "4.11", builder: str = "html"):
        source, out, figure = (
            tmp_path / "source",
            tmp_path / builder,
            tmp_path / "map.svg",
        )
        for name, text in PAGES.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / f"{name}.md").write_text(text, "utf8")
        figure.write_text(FIGURE.format(section=section), "utf8")
        monkeypatch.setattr(book_map, "FIGURES", [figure])
        settings = {
            "extensions": ["myst_parser", "book_map"],
            "html_theme": "basic",
            "language": "ko",
        }
        log = StringIO()
        with docutils_namespace():
            app = Sphinx(
                source,
                None,
                out,
                out / "trees",
                builder,
                settings,
                status=None,
                warning=log,
            )
            app.build(force_all=True)
        return out, log.getvalue()

    return run


def test_links_come_from_the_contents(build):
    out, warnings = build()
    assert not warnings
    links = soup_of(out / "book/map.html").select(".map-figures a")
    assert (
        links[0]["href"] == "../chapters/04_b.html"
        and links[0].title.string == "4장 <나>"
    )
    chapter = soup_of(out / "chapters/04_b.html")
    target = chapter.find(id=urlsplit(links[1]["href"]).fragment)
    assert (
        target.h2.get_text().startswith("4.11 먼 절")
        and links[1].title.string == "4.11 먼 절"
    )
    assert links[1].select_one(".number").string == "4.11"


@pytest.mark.parametrize("nowhere", ["4.2", "4.111", "5.1", "네", ""])
def test_box_that_leads_nowhere_is_a_warning(build, nowhere):
    _, warnings = build(nowhere)
    assert (
        "지도의 상자가 없는 곳을 가리킵니다" in warnings and f"'{nowhere}'" in warnings
    )


def test_single_page_has_links_inside_and_no_buttons(build):
    out, warnings = build(builder="singlehtml")
    page = soup_of(out / "index.html")
    links = page.select(".map-figures a, .map-list a")
    assert (
        not warnings and links and all(link["href"].startswith("#") for link in links)
    )
    assert all(page.find(id=link["href"][1:]) for link in links)
    assert not page.select(
        "button, .map-tools, .map-here, .map-finish, script[src*='map.js']"
    )


def test_epub_has_the_list_only(build):
    out, _ = build(builder="epub")
    page = (out / "book/map.xhtml").read_text("utf8")
    ET.fromstring(page.replace("<!DOCTYPE html>", ""))
    assert "4장 &lt;나&gt;" in page and "<svg" not in page and "<button" not in page
    assert "map-here" not in (out / "chapters/04_b.xhtml").read_text("utf8")


@pytest.mark.parametrize("figure", book_map.FIGURES, ids=lambda path: path.stem)
def test_figure_is_xml_with_a_name(figure):
    svg = ET.fromstring(figure.read_text("utf8"))
    title = svg.find("{*}title")
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert title.text and svg.get("aria-labelledby") == title.get("id")
    for link in svg.iter("{*}a"):
        assert not link.get("href"), "주소는 지을 때 찾아 넣습니다"
        assert link.find("{*}rect") is not None and link.find("{*}text").text


def test_every_chapter_has_one_box_and_one_row(book):
    page = soup_of(book.html / "book/map.html")
    assert len(SLUGS) == 11
    boxes = [box["data-chapter"] for box in page.select(".map-figures a[data-chapter]")]
    assert sorted(boxes) == SLUGS
    assert [row["data-chapter"] for row in page.select(".map-list > li")] == SLUGS
    assert [
        box["id"]
        for box in page.select(".map-figures [data-chapter='07_full_architecture']")
    ] == ["map-07"]


def test_every_box_and_row_leads_to_a_place(book):
    page, missing = book.html / "book/map.html", []
    links = soup_of(page).select(".map-figures a, .map-list a")
    assert len(links) >= 50
    for link in links:
        parts = urlsplit(unquote(link["href"]))
        target = (page.parent / parts.path).resolve()
        if not target.is_file() or (
            parts.fragment and parts.fragment not in anchors_of(target)
        ):
            missing.append(link["href"])
    assert not missing


def test_list_has_every_section_of_the_figure(book):
    page = soup_of(book.html / "book/map.html")
    drawn = {link["href"] for link in page.select(".map-figures a[data-to]")}
    assert drawn and drawn == {link["href"] for link in page.select(".map-boxes a")}
    assert all(
        link.title.string.startswith(link["data-to"])
        for link in page.select(".map-figures a[data-to]")
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_chapter_says_where_it_is(book, slug):
    for name, ends in ((f"chapters/{slug}", 1), (f"solutions/{slug}/{slug}", 0)):
        page = soup_of(book.html / f"{name}.html", ["map-here", "map-read"])
        (here,) = page.select(".map-here")
        link = urlsplit(here.a["href"])
        assert (book.html / f"{name}.html").parent.joinpath(
            link.path
        ).resolve() == book.html / "book/map.html"
        assert (
            link.fragment == f"map-{slug[:2]}"
            and f"11장 가운데 {int(slug[:2])}장" in here.get_text()
        )
        assert [dot["data-chapter"] for dot in here.select("i.now")] == [slug] and len(
            here.select("i")
        ) == 11
        assert [b["data-chapter"] for b in page.select("button.map-read")] == [
            slug
        ] * ends


def test_other_pages_carry_nothing(book):
    for name in ("book/intro", "book/notation", "book/glossary"):
        assert not soup_of(book.html / f"{name}.html").select(
            "[src*='map.js'], [href*='map.css'], .map-here"
        )


def test_script_stays_small(book):
    assert (book.html / "_static/map.js").stat().st_size <= 8192
    assert (book.html / "_static/map.css").stat().st_size <= 8192
