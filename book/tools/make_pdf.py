"""지은 웹 책을 PDF 한 권으로 엮습니다.

Chrome, Edge, Chromium 가운데 하나가 있어야 합니다.

    python book/tools/make_pdf.py [지은 웹 책의 폴더] [만들 파일]

쪽들을 이어 HTML 하나(jumok.html)로 만들고, 두 번 인쇄합니다. 처음 인쇄한 것에서 제목의
쪽을 읽어 차례에 적고 다시 인쇄합니다.
"""

import json
import logging
import os
import re
import sys
import time
from html import escape
from pathlib import Path
from urllib.parse import quote

from chrome import BrowserError, Tab, open_tab
from front_page import publish
from lxml import html
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject
from whole_book import (
    ROOT,
    SUBJECT,
    TITLE,
    Page,
    pictures,
    read_pages,
    relink,
    settings,
    version,
)

STYLE = Path(__file__).with_name("pdf.css")
DOCUMENT = """<!DOCTYPE html>
<html lang="ko" data-theme="light">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="{built}/_static/pygments.css">
<style>
{fonts}
{style}
</style>
<script>{mathjax}</script>
<script defer src="{built}/_static/mathjax/tex-chtml.js"></script>
</head>
<body>
{cover}
{contents}
{chapters}
</body>
</html>
"""
READY = """(async () => {
  await MathJax.startup.promise;
  await document.fonts.ready;
  for (const image of document.images) await image.decode();
})()"""
# 인쇄된 글자에만 태그가 붙습니다. 식을 그림으로 알리고, 대신할 글로 TeX를 답니다.
NAME_MATH = r"""(() => {
  for (const item of MathJax.startup.document.math) {
    const drawn = item.typesetRoot;
    drawn.querySelector("mjx-assistive-mml")?.remove();
    drawn.querySelector("mjx-math").removeAttribute("aria-hidden");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", item.math.trim().replace(/\s+/g, " "));
  }
})()"""
# 자리보다 넓은 수식과 표는 자리에 맞게 줄입니다.
FIT = """(() => {
  const kinds = [["div.math, span.math", "mjx-math"], ["div.table", "table"]];
  for (const [place, drawn] of kinds) {
    for (const box of document.querySelectorAll(place)) {
      const inner = box.querySelector(drawn);
      const room = box.closest("p, td, li, dd, div:not(.math)") || box;
      const style = getComputedStyle(room);
      const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
      const free = room.clientWidth - padding;
      const ratio = free / inner.getBoundingClientRect().width;
      if (ratio < 1) box.style.fontSize = `${Math.floor(ratio * 98)}%`;
    }
  }
})()"""
# 종이의 글 자리 밖으로 나간 것들. 화면 읽기 프로그램에게만 보이는 것은 세지 않습니다.
OUTSIDE = """[...document.querySelectorAll("body *")].filter(element => {
  const box = element.getBoundingClientRect();
  return box.width && !element.closest("mjx-assistive-mml")
    && (box.right > document.body.getBoundingClientRect().right + 1 || box.left < -1);
}).map(element => `${element.tagName}.${element.className} `
  + element.textContent.slice(0, 60))"""
FILL = """(numbers => {
  for (const place of document.querySelectorAll("nav.contents .page")) {
    place.textContent = numbers[place.dataset.to];
  }
})"""
PLAIN = (None, "n", "p", "w", "nn", "go")  # 빛깔이 없는 코드 조각
PAPER_WIDTH = 643  # 글 자리의 너비 170 mm를 픽셀로


def document(pages: list[Page], built: Path, folder: Path) -> str:
    """쪽들을 이은 HTML 하나. 그림과 글꼴은 folder에서 본 주소로 적습니다."""
    source = (built / f"{pages[0].name}.html").read_text(encoding="utf-8")
    for page in pages:
        for image, path in pictures(page):
            image.set("src", address(built / path, folder))
    relink(pages, lambda page, fragment: f"#{page.anchor(fragment)}")
    contents = table_of_contents(pages)
    return DOCUMENT.format(
        title=escape(TITLE),
        built=address(built, folder),
        fonts=font_faces(folder),
        style=STYLE.read_text(encoding="utf-8"),
        mathjax=re.search(r"<script>(window\.MathJax = .*?)</script>", source)[1],
        cover=cover(),
        contents=contents,
        chapters="\n".join(map(chapter, pages)),
    )


def address(path: Path, folder: Path) -> str:
    """folder에서 본 파일의 주소."""
    return quote(Path(os.path.relpath(path, folder)).as_posix())


def font_faces(folder: Path) -> str:
    """웹 책의 글꼴과, 거기에 없는 드문 글자를 위한 전체 글꼴.

    Chromium은 TrueType(웹 책의 것)만 그대로 심습니다. OTF는 글자마다 그림(Type 3)이
    되어 커집니다.
    """
    book, package = (
        ROOT / "book" / "_static" / "fonts",
        ROOT / "code" / "jumok" / "fonts",
    )
    return "\n".join(
        f"@font-face {{ font-family: {family}; font-weight: {weight}; "
        f"src: url({address(path, folder)}); }}"
        for name, weight in (("Regular", 400), ("Bold", 700))
        for family, path in (
            ("Pretendard", book / f"Pretendard-{name}.subset.woff2"),
            ("PretendardAll", package / f"Pretendard-{name}.otf"),
        )
    )


def cover() -> str:
    """표지."""
    config = settings()
    logo = (ROOT / config["logo"]).read_text(encoding="utf-8")
    logo = logo.replace("<svg ", '<svg role="img" aria-label="주목의 로고" ', 1)
    name, _, subtitle = TITLE.partition(" — ")
    return (
        f'<section class="cover">{logo}<p class="book-title">{name}</p>'
        f'<p class="subtitle">{subtitle}</p>'
        f"<p>{escape(SUBJECT)}</p>"
        f'<p class="author">{escape(config["author"])}<br>'
        f"{version()}판 · {config['copyright']}</p>"
        "<p>코드는 MIT, 글과 그림은 CC BY 4.0, "
        "글꼴 Pretendard는 SIL OFL 1.1입니다.</p></section>"
    )


def entry(target: str, title: str) -> str:
    """차례의 한 줄. 쪽 번호는 인쇄한 뒤에 채웁니다."""
    return (
        f'<a href="#{escape(target)}"><span class="name">{escape(title)}</span>'
        f'<span class="page" data-to="{escape(target)}">000</span></a>'
    )


def table_of_contents(pages: list[Page]) -> str:
    """장과 절의 차례."""
    rows, part = [], ""
    for page in pages:
        if page.part != part:
            part = page.part
            rows.append(f'<p class="part">{escape(part)}</p>')
        rows.append(
            f'<div class="depth{page.depth}">{entry(page.key, page.title)}</div>'
        )
        if page.depth == 0:
            rows += [
                f'<div class="section">{entry(page.anchor(name), title)}</div>'
                for name, title in page.sections()
            ]
    return f'<nav class="contents" aria-label="차례"><h1>차례</h1>{"".join(rows)}</nav>'


def chapter(page: Page) -> str:
    """쪽 하나.

    이름을 책 전체에서 하나뿐인 것으로 바꾸고, 딸린 쪽의 제목은 한 단계 낮춥니다.
    """
    lighten(page.article)
    for element in page.article.xpath(".//*[@id][not(ancestor-or-self::svg)]"):
        element.set("id", page.anchor(element.get("id")))
    for level in range(5, 0, -1):
        for head in page.article.xpath(f".//h{level}") if page.depth else ():
            head.tag = f"h{level + 1}"
    for holder in page.article.xpath(
        ".//div[contains(@class, 'pst-scrollable-table-container')]"
    ):
        holder.set("class", "table")
    page.article.tag = "section"
    page.article.set("class", f"chapter depth{page.depth}")
    page.article.set("id", page.key)
    page.article.tail = None
    return html.tostring(page.article, encoding="unicode")


def lighten(article: html.HtmlElement) -> None:
    """빛깔이 바탕 글과 같은 코드 조각을 벗깁니다.

    태그가 수십만 개 줄어 파일이 작아집니다.
    """
    for piece in article.xpath(".//pre//span"):
        if piece.get("class") in PLAIN:
            piece.drop_tag()


def page_numbers(path: Path) -> dict[str, int]:
    """PDF 안의 이름이 있는 자리와 그 쪽 번호."""
    reader = PdfReader(path)
    return {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def print_book(tab: Tab, source: Path, draft: Path) -> None:
    """HTML을 그려 넘치는 것이 없는지 보고, 차례의 쪽 번호를 채워 두 번 인쇄합니다."""
    tab.call("Emulation.setEmulatedMedia", media="print")
    tab.call(
        "Emulation.setDeviceMetricsOverride",
        width=PAPER_WIDTH,
        height=971,
        deviceScaleFactor=1,
        mobile=False,
    )
    tab.open(source.as_uri())
    for script in (READY, NAME_MATH, FIT):
        tab.run(script)
    if outside := tab.run(OUTSIDE):
        raise BrowserError(
            "종이 밖으로 나간 것이 있습니다.\n" + "\n".join(outside[:20])
        )
    numbers: dict[str, int] = {}
    for turn in range(4):
        # 처음 것에서는 쪽 번호만 읽습니다. 태그를 달지 않으면 절반쯤의 시간에 끝납니다.
        tab.print_pdf(draft, tagged=turn > 0)
        found = page_numbers(draft)
        if settled(numbers, found):
            return
        numbers = found
        tab.run(f"({FILL})({json.dumps(numbers)})")
    raise BrowserError("차례의 쪽 번호가 정해지지 않습니다.")


def settled(before: dict[str, int], now: dict[str, int]) -> bool:
    """차례에 적은 번호와 인쇄한 번호가 같은지.

    쪽의 경계에 걸친 자리는 인쇄할 때마다 앞뒤 쪽으로 흔들립니다. 그런 자리 셋까지는 한
    쪽의 차이를 봐줍니다.
    """
    moved = [
        name for name in before.keys() | now.keys() if before.get(name) != now.get(name)
    ]
    return len(moved) <= 3 and all(
        abs(before.get(name, -9) - now.get(name, -99)) == 1 for name in moved
    )


def finish(draft: Path, target: Path) -> int:
    """제목, 지은이, 말을 적어 마무리하고 쪽 수를 돌려줍니다."""
    # Chromium이 적은 객체의 수가 조금 틀립니다.
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    writer = PdfWriter(clone_from=draft)
    writer.add_metadata(
        {
            "/Title": TITLE,
            "/Author": settings()["author"],
            "/Subject": SUBJECT,
            "/Creator": f"jumok {version()}",
        }
    )
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject("ko")
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    root[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    )
    writer.write(target)
    return len(writer.pages)


def make_pdf(built: Path, target: Path) -> int:
    """지은 웹 책(built)을 target에 PDF로 엮고 쪽 수를 돌려줍니다."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source, draft = target.with_suffix(".html"), target.with_suffix(".draft.pdf")
    source.write_text(
        document(read_pages(built), built, target.parent), encoding="utf-8"
    )
    with open_tab(target.parent) as tab:
        print_book(tab, source, draft)
    count = finish(draft, target)
    draft.unlink()
    return count


def main(arguments: list[str]) -> int:
    """명령을 읽고 PDF를 만들어 웹 책의 첫 쪽에 겁니다."""
    built = Path(arguments[0] if arguments else ROOT / "_build" / "html").resolve()
    target = Path(
        arguments[1] if len(arguments) > 1 else built.parent / "pdf" / "jumok.pdf"
    ).resolve()
    started = time.monotonic()
    try:
        count = make_pdf(built, target)
    except BrowserError as error:
        print(f"✘ {error}", file=sys.stderr)
        return 1
    publish(built, target)
    seconds, size = time.monotonic() - started, target.stat().st_size / 1e6
    print(f"✔ PDF를 만들었습니다({count}쪽, {size:.1f} MB, {seconds:.0f}초): {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
