"""책의 지도: `{book-map}` 지시자와, 장 쪽의 자리 표시와 "다 읽었습니다" 단추입니다.

그림은 손으로 쓴 book/map_*.svg입니다. 링크에는 주소 대신 `data-chapter="04"`(장)나
`data-to="7.5"`(절)만 적습니다. 주소와 이름은 책을 지을 때 차례에서 찾아 넣고, 없는
장이나 절을 가리키면 경고합니다. 진도는 _static/map.js가 브라우저에 적어 둡니다.
EPUB에는 목록만, 인쇄용 한 쪽에는 그림과 목록만 넣습니다.
"""

import re
import xml.etree.ElementTree as ET
from html import escape
from pathlib import Path

from docutils import nodes
from ko_book import slug_of
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
MAP = "book/map"
FIGURES = [
    Path(__file__).parent.parent / f"map_{name}.svg"
    for name in ("attention", "transformer")
]

TOOLS = """<div class="map-tools" hidden>
<p class="map-sum" role="status"></p>
<p><button type="button" data-do="load">성적·진도 불러오기</button>
<button type="button" data-do="save">진도 내보내기</button>
<button type="button" data-do="clear">모두 지우기</button>
<input type="file" accept=".json,application/json" multiple hidden></p>
<p class="map-notes" role="status"></p>
</div>
"""
ROW = """<li data-chapter="{slug}">
<p><a class="map-title" href="{href}">{title}</a>{boxes}</p>
<p class="map-state">{button}<a href="{exercise}">연습문제</a>
<span class="map-score"></span></p></li>
"""
BOX = '<a href="{href}">{text} {to}</a>'
READ = """<button type="button" class="map-read" data-chapter="{slug}"
aria-pressed="false" hidden>
{label}</button>
"""
HERE = """<p class="map-here"><a href="{href}">지도에서 보기</a>
<span class="map-dots" aria-hidden="true">{dots}</span>
<span>{total}장 가운데 {number}장</span></p>
"""
FINISH = """<div class="map-finish">{button}
<p class="map-notes" role="status"></p></div>
"""


class book_map(nodes.General, nodes.Element):
    """책의 지도가 놓이는 자리입니다."""


class BookMap(SphinxDirective):
    """`{book-map}`: 그림과 목록이 놓일 자리를 냅니다.

    내용은 쪽을 쓸 때 차례를 보고 만듭니다.
    """

    def run(self) -> list[nodes.Node]:
        """자리를 하나 냅니다.

        다른 장의 제목이 바뀔 수 있으므로 이 쪽은 늘 다시 읽습니다.
        """
        for figure in FIGURES:
            self.env.note_dependency(str(figure))
        self.env.note_reread()
        return [book_map()]


def chapters_of(env) -> dict[str, str]:
    """장 번호("04")마다 그 쪽의 이름입니다."""
    found = sorted(name for name in env.found_docs if re.match(r"chapters/\d\d_", name))
    return {slug_of(name)[:2]: name for name in found}


def sections_of(env, docname: str) -> dict[str, tuple[str, str]]:
    """절 번호("7.5")마다 (닻, 제목)입니다."""
    found = {}
    for link in env.tocs[docname].findall(nodes.reference):
        if number := re.match(r"\d+\.\d+(?= )", link.astext()):
            found[number[0]] = (link["anchorname"], link.astext())
    return found


class Places:
    """지도를 싣는 쪽에서 본, 장과 절의 주소와 제목."""

    def __init__(self, builder):
        """builder가 지금 쓰는 쪽을 기준으로 합니다."""
        self.builder, self.env = builder, builder.env
        self.chapters = chapters_of(builder.env)

    def uri(self, docname: str, anchor: str = "") -> str:
        """쪽이나 절로 가는 주소. 한 쪽짜리 책에서는 닻만 남깁니다."""
        if self.builder.name == "singlehtml" and anchor:
            return anchor
        return (
            self.builder.get_relative_uri(self.builder.current_docname, docname)
            + anchor
        )

    def find(self, number: str) -> tuple[str, str]:
        """장("04")이나 절("7.5")의 (주소, 제목). 없으면 KeyError입니다."""
        chapter, _, section = number.partition(".")
        docname = self.chapters[f"{int(chapter):02d}"]
        if not section:
            return self.uri(docname), self.env.titles[docname].astext()
        anchor, title = sections_of(self.env, docname)[number]
        return self.uri(docname, anchor), title


def load_figure(path: Path) -> ET.Element:
    """SVG 파일을 읽습니다. HTML 안에서는 이름공간이 필요 없으므로 뺍니다."""
    return ET.fromstring(
        path.read_text(encoding="utf-8").replace(
            ' xmlns="http://www.w3.org/2000/svg"', ""
        )
    )


def fill_link(link: ET.Element, places: Places) -> None:
    """링크 하나에 주소와 이름을 넣고, 절의 번호나 장의 표시를 더합니다."""
    number = link.get("data-chapter") or link.get("data-to", "")
    try:
        uri, name = places.find(number)
    except (KeyError, ValueError):
        logger.warning(f"지도의 상자가 없는 곳을 가리킵니다: '{number}'", location=MAP)
        return
    link.set("href", uri)
    title = ET.Element("title")
    title.text = name
    link.insert(0, title)
    box = {
        name: float(value)
        for name, value in link.find("rect").items()
        if name in ("x", "y", "width")
    }
    corner = {
        "x": f"{box['x'] + box['width'] - 10:g}",
        "y": f"{box['y'] + 24:g}",
        "text-anchor": "end",
    }
    if "data-to" in link.attrib:
        add_text(link, number, "number", corner)
        return
    link.set("id", f"map-{number}")
    link.set("data-chapter", slug_of(places.chapters[number]))
    below = link.findall("text[@class='more']")[-1]
    add_text(link, "✓", "mark", corner)
    add_text(
        link, "◀ 지금 여기", "now", {"x": below.get("x", ""), "y": below.get("y", "")}
    )


def add_text(link: ET.Element, text: str, kind: str, place: dict[str, str]) -> None:
    """상자에 글 하나를 더합니다."""
    ET.SubElement(link, "text", {**place, "class": kind}).text = text


def load_figures(places: Places) -> list[ET.Element]:
    """주소와 이름을 넣은 그림들."""
    figures = [load_figure(path) for path in FIGURES]
    for figure in figures:
        for link in figure.iter("a"):
            fill_link(link, places)
    return figures


def boxes_html(chapter: str, figures: list[ET.Element]) -> str:
    """그 장의 절로 가는 그림의 상자들. 같은 절은 한 번만 적습니다."""
    links = [
        link for figure in figures for link in figure.iter("a") if link.get("href")
    ]
    found = {
        tuple(map(int, link.get("data-to", "0").split("."))): link for link in links
    }
    rows = [
        BOX.format(
            href=escape(link.get("href", "")),
            text=link.findtext("text"),
            to=link.get("data-to"),
        )
        for section, link in sorted(found.items())
        if section[0] == int(chapter)
    ]
    return f'<span class="map-boxes">상자: {", ".join(rows)}</span>' if rows else ""


def list_html(places: Places, figures: list[ET.Element], buttons: bool) -> str:
    """그림과 같은 내용의 목록."""
    rows = ""
    for number, docname in places.chapters.items():
        slug, (href, title) = slug_of(docname), places.find(number)
        label = f'<span class="visually-hidden">{int(number)}장 </span>다 읽음'
        rows += ROW.format(
            slug=slug,
            href=escape(href),
            title=escape(title),
            boxes=boxes_html(number, figures),
            button=READ.format(slug=slug, label=label) if buttons else "",
            exercise=escape(places.uri(f"solutions/{slug}/{slug}")),
        )
    return f'<ol class="map-list">\n{rows}</ol>\n'


def visit(translator, node: nodes.Element) -> None:
    """그림, 진도의 단추, 목록을 씁니다."""
    builder = translator.builder
    places, live = Places(builder), builder.name in ("html", "dirhtml")
    figures = load_figures(places)
    if builder.name != "epub":
        drawn = "\n".join(ET.tostring(figure, encoding="unicode") for figure in figures)
        translator.body.append(f'<div class="map-figures">\n{drawn}\n</div>\n')
    translator.body.append((TOOLS if live else "") + list_html(places, figures, live))
    raise nodes.SkipNode


def here_html(app: Sphinx, pagename: str) -> str:
    """장 쪽의 자리 표시: 지도로 가는 연결과, 장마다 점 하나."""
    chapters, now = chapters_of(app.env), slug_of(pagename)
    slugs = [slug_of(name) for name in chapters.values()]
    marks = {slug: " class=now" if slug == now else "" for slug in slugs}
    dots = "".join(
        f'<i data-chapter="{slug}"{mark}></i>' for slug, mark in marks.items()
    )
    href = app.builder.get_relative_uri(pagename, MAP) + f"#map-{now[:2]}"
    return HERE.format(
        href=escape(href), dots=dots, total=len(chapters), number=int(now[:2])
    )


def add_to_page(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """장과 연습문제 쪽에 자리 표시를, 장의 끝에 단추를 넣습니다.

    쓰는 쪽에만 모양과 스크립트를 겁니다.
    """
    if doctree is None or app.builder.format != "html" or app.builder.name == "epub":
        return
    live, slug = app.builder.name in ("html", "dirhtml"), slug_of(pagename)
    chapter = live and slug and MAP in app.env.found_docs
    if chapter:
        context["body"] = context["body"].replace(
            "</h1>", "</h1>\n" + here_html(app, pagename), 1
        )
        if pagename.startswith("chapters/"):
            context["body"] += FINISH.format(
                button=READ.format(slug=slug, label="이 장을 다 읽었습니다")
            )
    if chapter or next(iter(doctree.findall(book_map)), None):
        app.add_css_file("map.css")
        if live:
            app.add_js_file("map.js", loading_method="defer")


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다.

    자리 표시는 내려받기 줄(ko_book)보다 먼저 끼워 넣어 그 아래에 놓이게 합니다.
    """
    app.add_node(book_map, html=(visit, None))
    app.add_directive("book-map", BookMap)
    app.connect("html-page-context", add_to_page, priority=590)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
