"""지은 웹 책을 EPUB 3 한 권으로 엮습니다. 브라우저가 없어도 됩니다.

    python book/tools/make_epub.py [지은 웹 책의 폴더] [만들 파일]

식은 MathML이고 TeX를 대신할 글로 답니다. 스크립트와 바깥 요청은 없습니다.
"""

import io
import os
import re
import sys
import time
import uuid
import zipfile
from html import escape
from pathlib import Path

from front_page import publish
from lxml import etree
from mathml import bare, number_of, to_mathml
from PIL import Image, ImageDraw, ImageFont
from whole_book import (
    ROOT,
    SUBJECT,
    TITLE,
    Page,
    keep_attributes,
    make,
    pictures,
    read_pages,
    relink,
    settings,
    version,
    with_class,
)

TOOLS = Path(__file__).parent
STYLE = TOOLS / "epub.css"
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/book.opf"
media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
LEAF = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
lang="ko" xml:lang="ko">
<head><meta charset="utf-8"/><title>{title}</title>
<link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>{body}</body>
</html>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" \
unique-identifier="book-id" xml:lang="ko" \
prefix="schema: http://schema.org/">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="book-id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:language>ko</dc:language>
<dc:creator>{author}</dc:creator>
<dc:description>{subject}</dc:description>
<dc:rights>코드는 MIT, 글과 그림은 CC BY 4.0</dc:rights>
<meta property="dcterms:modified">{modified}</meta>
{access}
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
ACCESS = {
    "accessMode": ["textual", "visual"],
    "accessModeSufficient": ["textual"],
    "accessibilityFeature": [
        "MathML",
        "alternativeText",
        "readingOrder",
        "structuralNavigation",
        "tableOfContents",
        "displayTransformability",
    ],
    "accessibilityHazard": ["none"],
    "accessibilitySummary": [
        (
            "모든 그림에 대신할 글이 있고, 모든 식은 MathML이며 TeX를 함께 답니다. "
            "장과 절에는 제목이 있습니다."
        )
    ],
}
MEDIA = {
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
    ".woff2": "font/woff2",
}
FONTS = ("Pretendard-Regular.subset.woff2", "Pretendard-Bold.subset.woff2")
# HTML을 읽으면 소문자가 되는 SVG의 속성
SVG_NAMES = {
    name.lower(): name
    for name in (
        "viewBox",
        "refX",
        "refY",
        "markerWidth",
        "markerHeight",
        "markerUnits",
    )
}
LIGHT = re.compile(r'^html\[data-theme="light"\] (\.highlight .*)$', re.M)


def replace_math(page: Page) -> int:
    """쪽의 식을 모두 MathML로 바꾸고 그 수를 돌려줍니다."""
    places = with_class(page.article, "math")
    for place in places:
        tex, block = bare(place.text_content()), place.tag == "div"
        math = to_mathml(tex, block)
        for child in list(place):
            place.remove(child)
        place.text = None
        keep_attributes(place, "id")
        place.set("class", "math")
        place.append(math)
        if number := number_of(tex):
            place.append(make("span", number, "eqno"))
    return len(places)


def prepare(page: Page) -> None:
    """전자책의 규칙에 맞게 이름과 SVG의 속성을 고칩니다."""
    replace_math(page)
    for element in page.article.xpath(".//*[@id][not(ancestor-or-self::svg)]"):
        element.set("id", page.anchor(element.get("id")))
    for drawing in page.article.xpath(".//svg"):
        # HTML에는 없어도 되지만 XHTML에는 있어야 합니다.
        drawing.set("xmlns", "http://www.w3.org/2000/svg")
    for element in page.article.xpath(".//svg/descendant-or-self::*"):
        for name in set(element.attrib) & set(SVG_NAMES):
            element.set(SVG_NAMES[name], element.attrib.pop(name))
    page.article.tag, page.article.tail = "section", None
    keep_attributes(page.article)


def leaf(page: Page) -> str:
    """쪽 하나의 XHTML."""
    body = etree.tostring(page.article, encoding="unicode")
    return LEAF.format(title=escape(page.title), body=body)


def take_pictures(pages: list[Page], built: Path) -> dict[str, bytes]:
    """그림을 images 폴더로 모으고 주소를 고칩니다."""
    taken: dict[str, bytes] = {}
    for page in pages:
        for image, path in pictures(page):
            name = f"images/{Path(path).name}"
            data = (built / path).read_bytes()
            if taken.setdefault(name, data) != data:
                raise ValueError(f"이름이 같은 다른 그림이 있습니다: {path}")
            image.set("src", name)
    return taken


def nav_entry(page: Page, below: list[Page]) -> str:
    """차례의 한 줄과 그 아래의 절, 딸린 쪽."""
    inside = [
        f'<li><a href="{page.key}.xhtml#{page.anchor(name)}">{escape(title)}</a></li>'
        for name, title in page.sections()
    ]
    inside += [nav_entry(child, []) for child in below]
    rows = f"<ol>{''.join(inside)}</ol>" if inside else ""
    return f'<li><a href="{page.key}.xhtml">{escape(page.title)}</a>{rows}</li>'


def navigation(pages: list[Page]) -> str:
    """부, 장, 절의 차례(nav)."""
    parts: dict[str, list[str]] = {}
    for page in (page for page in pages if page.depth == 0):
        start = pages.index(page) + 1
        end = next(
            (i for i in range(start, len(pages)) if pages[i].depth == 0), len(pages)
        )
        parts.setdefault(page.part, []).append(nav_entry(page, pages[start:end]))
    rows = [
        f"<li><span>{escape(part)}</span><ol>{''.join(entries)}</ol></li>"
        if part
        else "".join(entries)
        for part, entries in parts.items()
    ]
    body = f'<nav epub:type="toc" id="toc"><h1>차례</h1><ol>{"".join(rows)}</ol></nav>'
    return LEAF.format(title="차례", body=body)


def cover_picture() -> bytes:
    """표지 그림(PNG). 한 단어가 세 단어를 다른 굵기로 보는 모습입니다."""
    image = Image.new("RGB", (1200, 1600), "#1f4e8c")
    pen, fonts = ImageDraw.Draw(image), ROOT / "code" / "jumok" / "fonts"
    for x, width in ((350, 10), (600, 22), (850, 42)):
        pen.line([(600, 820), (x, 420)], fill="#ffffff", width=width)
        pen.ellipse([x - 46, 374, x + 46, 466], fill="#ffffff")
    pen.ellipse([545, 765, 655, 875], fill="#f0c178")
    name, _, subtitle = TITLE.partition(" — ")
    for text, y, size, weight in (
        (name, 1080, 200, "Bold"),
        (subtitle, 1270, 62, "Regular"),
    ):
        font = ImageFont.truetype(str(fonts / f"Pretendard-{weight}.otf"), size)
        pen.text((600, y), text, fill="#ffffff", font=font, anchor="mm")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def style(built: Path) -> str:
    """전자책의 모양과 밝은 화면의 코드 빛깔."""
    colors = (built / "_static" / "pygments.css").read_text(encoding="utf-8")
    return STYLE.read_text(encoding="utf-8") + "\n".join(LIGHT.findall(colors)) + "\n"


def access_rows() -> str:
    """접근성 정보(schema.org)."""
    return "\n".join(
        f'<meta property="schema:{name}">{escape(value)}</meta>'
        for name, values in ACCESS.items()
        for value in values
    )


def item(number: int, name: str, text: str) -> str:
    """manifest의 한 줄. 쪽에 든 것(MathML, SVG)을 알립니다."""
    media = MEDIA.get(
        Path(name).suffix,
        "text/css" if name.endswith(".css") else "application/xhtml+xml",
    )
    properties = [
        word for word, mark in (("mathml", "<math "), ("svg", "<svg")) if mark in text
    ]
    properties += {"nav.xhtml": ["nav"], "images/cover.png": ["cover-image"]}.get(
        name, []
    )
    extra = f' properties="{" ".join(properties)}"' if properties else ""
    return f'<item id="i{number}" href="{escape(name)}" media-type="{media}"{extra}/>'


def package(files: dict[str, str | bytes]) -> str:
    """책의 정보와 파일의 목록(OPF)."""
    moment = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
    names = list(files)
    rows = [
        item(i, name, text if isinstance(text, str) else "")
        for i, (name, text) in enumerate(files.items())
    ]
    return PACKAGE.format(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, f"jumok {version()}"),
        title=escape(TITLE),
        author=escape(settings()["author"]),
        subject=escape(SUBJECT),
        modified=time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
        access=access_rows(),
        manifest="\n".join(rows),
        spine="\n".join(
            f'<itemref idref="i{names.index(n)}"/>'
            for n in names
            if n.endswith(".xhtml")
        ),
    )


def contents(pages: list[Page], built: Path) -> dict[str, str | bytes]:
    """책에 들어갈 파일들을 읽는 차례대로 만듭니다."""
    relink(
        pages,
        lambda page, name: (
            f"{page.key}.xhtml" + (f"#{page.anchor(name)}" if name else "")
        ),
    )
    images = take_pictures(pages, built)
    nav = navigation(pages)
    for page in pages:
        prepare(page)
    cover = (
        f'<section epub:type="cover"><img src="images/cover.png" alt="{escape(TITLE)} '
        '표지"/></section>'
    )
    leaves = {f"{page.key}.xhtml": leaf(page) for page in pages}
    return {
        "cover.xhtml": LEAF.format(title="표지", body=cover),
        "nav.xhtml": nav,
        **leaves,
        "style.css": style(built),
        "images/cover.png": cover_picture(),
        **{
            f"fonts/{name}": (ROOT / "book" / "_static" / "fonts" / name).read_bytes()
            for name in FONTS
        },
        **images,
    }


def make_epub(built: Path, target: Path) -> dict[str, str | bytes]:
    """지은 웹 책(built)을 target에 EPUB으로 엮고, 담은 파일들을 돌려줍니다."""
    target.parent.mkdir(parents=True, exist_ok=True)
    files = contents(read_pages(built), built)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            zipfile.ZipInfo("mimetype"), "application/epub+zip", zipfile.ZIP_STORED
        )
        book.writestr("META-INF/container.xml", CONTAINER)
        book.writestr("EPUB/book.opf", package(files))
        for name, data in files.items():
            book.writestr(f"EPUB/{name}", data)
    return files


def main(arguments: list[str]) -> int:
    """명령을 읽고 EPUB을 만들어 웹 책의 첫 쪽에 겁니다."""
    built = Path(arguments[0] if arguments else ROOT / "_build" / "html").resolve()
    target = Path(
        arguments[1] if len(arguments) > 1 else built.parent / "epub" / "jumok.epub"
    ).resolve()
    started = time.monotonic()
    files = make_epub(built, target)
    publish(built, target)
    count = sum(
        text.count("<math ") for text in files.values() if isinstance(text, str)
    )
    seconds, size = time.monotonic() - started, target.stat().st_size / 1e6
    print(
        f"✔ EPUB을 만들었습니다(식 {count}개, {size:.1f} MB, {seconds:.0f}초): {target}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
