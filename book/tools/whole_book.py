"""지은 웹 책의 쪽들을 차례대로 읽어 한 권으로 엮을 수 있게 다듬습니다.

PDF와 EPUB이 함께 씁니다.

본문은 웹 책의 것 그대로입니다. 화면에서만 쓰는 것(단추, 이 제목의 주소)을 빼고, 접힌
것을 펼치고, 움직이는 그림의 자리에는 글을 둡니다.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from lxml import html

ROOT = Path(__file__).resolve().parents[2]
TITLE = "주목 — RNN의 한계에서 트랜스포머까지"
SUBJECT = "어텐션과 트랜스포머를 밑바닥부터 만드는 한국어 교재"
SCREEN_ONLY = (
    "headerlink",
    "chapter-downloads",
    "toctree-wrapper",
    "whole-book",
    "map-here",
    "map-finish",
    "map-tools",
    "map-read",
)
MOVING = (
    "이것은 움직이는 그림입니다. 웹 책에서 열면 손잡이로 값을 바꾸어 볼 수 있습니다."
)
FOLD_WORDS = re.compile(r"\s*보기$")
Rewrite = Callable[["Page", str], str]


@dataclass
class Page:
    """차례에 있는 쪽 하나. depth는 장이면 0, 장에 딸린 쪽이면 1입니다."""

    name: str
    part: str
    depth: int
    key: str
    article: html.HtmlElement
    anchors: dict[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """쪽의 제목."""
        return text_of(self.article.xpath(".//h1|.//h2")[0])

    @property
    def ids(self) -> set[str]:
        """쪽 안의 이름들."""
        return set(self.article.xpath(".//@id"))

    def anchor(self, fragment: str = "") -> str:
        """책 전체에서 하나뿐인 짧은 이름. PDF의 이름은 127바이트를 넘지 못합니다."""
        if not fragment:
            return self.key
        return f"{self.key}-{self.anchors.setdefault(fragment, len(self.anchors))}"

    def sections(self, level: str = "h2") -> list[tuple[str, str]]:
        """절의 (이름, 제목)들."""
        heads = self.article.xpath(f".//section[@id]/{level}")
        return [(head.getparent().get("id"), text_of(head)) for head in heads]


def settings() -> dict:
    """책의 설정(_config.yml)."""
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


def version() -> str:
    """책의 판."""
    source = (ROOT / "code" / "jumok" / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'__version__ = "([^"]+)"', source)[1]


def toc() -> Iterator[tuple[str, str, int]]:
    """차례의 (쪽 이름, 부, 깊이)를 순서대로 냅니다."""
    tree = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    yield tree["root"], "", 0
    for part in tree["parts"]:
        for chapter in part["chapters"]:
            yield chapter["file"], part["caption"], 0
            for section in chapter.get("sections", []):
                yield section["file"], part["caption"], 1


def read_pages(built: Path) -> list[Page]:
    """지은 웹 책(built)의 쪽들을 차례대로 읽어 다듬습니다."""
    pages = []
    for number, (name, part, depth) in enumerate(toc()):
        text = (built / f"{name}.html").read_text(encoding="utf-8")
        article = html.fromstring(text).xpath("//article")[0]
        clean(article)
        pages.append(Page(name, part, depth, f"p{number:02d}", article))
    return pages


def text_of(element: html.HtmlElement) -> str:
    """요소의 글. 이어진 빈칸은 하나로 줄이고, 식은 TeX의 괄호를 벗깁니다."""
    text = re.sub(r"\\[()\[\]]", "", element.text_content())
    return re.sub(r"\s+", " ", text).strip()


def with_class(
    element: html.HtmlElement, name: str, tag: str = "*"
) -> list[html.HtmlElement]:
    """클래스가 name인 요소들."""
    return element.xpath(
        f".//{tag}[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
    )


def make(tag: str, text: str, name: str = "") -> html.HtmlElement:
    """글이 든 요소 하나를 만듭니다."""
    element = html.Element(tag)
    element.text = text
    if name:
        element.set("class", name)
    return element


def clean(article: html.HtmlElement) -> None:
    """쪽 하나를 종이와 전자책에 맞게 다듬습니다."""
    for moving in with_class(article, "play"):
        replace_play(moving)
    for name in SCREEN_ONLY:
        for element in with_class(article, name):
            element.drop_tree()
    for element in article.xpath(".//script|.//link|.//input|.//noscript|.//comment()"):
        element.drop_tree()
    for picture in with_class(article, "image-reference", "a"):
        picture.drop_tag()
    for term in with_class(article, "term", "a"):
        keep_attributes(term, "class", "href")
    for label in with_class(article, "sd-tab-label"):
        label.tag = "p"
        keep_attributes(label)
        label.set("class", "tab-title")
    for details in article.xpath(".//details"):
        unfold(details)
    for line in with_class(article, "code-line"):
        unwrap_line(line)
    for block in article.xpath(".//pre"):
        if block.text_content().count("\n") > 24:
            block.set("class", "long")


def unwrap_line(line: html.HtmlElement) -> None:
    """줄을 감싼 요소를 벗깁니다.

    종이에는 88칸이 들어가므로 접을 자리가 필요 없습니다.
    """
    for mark in [*line.xpath(".//wbr"), *with_class(line, "glue")]:
        mark.drop_tag()
    line.drop_tag()


def keep_attributes(element: html.HtmlElement, *names: str) -> None:
    """names가 아닌 속성을 모두 지웁니다."""
    for name in set(element.attrib) - set(names):
        del element.attrib[name]


def replace_play(moving: html.HtmlElement) -> None:
    """움직이는 그림의 자리에 그림을 대신하는 글을 둡니다."""
    for holder in moving.xpath("./noscript"):
        holder[0].drop_tree()
        holder.drop_tag()
    keep_attributes(moving)
    moving.set("class", "web-only")
    moving.append(make("p", MOVING, "web-note"))


def unfold(details: html.HtmlElement) -> None:
    """접힌 칸을 펼칩니다. 퀴즈의 풀이에는 정답의 번호를 적습니다."""
    summary = details.xpath("./summary")[0]
    shown = with_class(summary, "collapsed")
    title = FOLD_WORDS.sub("", text_of(shown[0] if shown else summary))
    if answer := details.get("data-answer"):
        title = f"정답 {answer}번"
    summary.getparent().replace(summary, make("p", title, "fold-title"))
    kind = " ".join(["unfolded", *(details.get("class") or "").split()])
    details.tag = "div"
    keep_attributes(details, "id")
    details.set("class", kind)


def relink(pages: list[Page], href: Callable[[Page, str], str]) -> None:
    """쪽 사이의 연결을 href(쪽, 이름)로 바꿉니다.
    책 밖의 파일로 가는 연결은 글만 남깁니다."""
    by_name, ids = (
        {page.name: page for page in pages},
        {page.key: page.ids for page in pages},
    )
    for page in pages:
        for link in page.article.xpath(".//a[@href]"):
            found = target_of(page, link.get("href"), by_name)
            if found is None:
                link.drop_tag()
            elif not isinstance(found, str):
                target, fragment = found
                if fragment and fragment not in ids[target.key]:
                    raise ValueError(
                        f"{page.name}: 없는 자리로 가는 연결입니다: {link.get('href')}"
                    )
                link.set("href", href(target, fragment))


def target_of(
    page: Page, address: str, by_name: dict[str, Page]
) -> str | tuple[Page, str] | None:
    """연결이 가는 곳: 바깥 주소(글), 책 안의 (쪽, 이름), 책에 없는 파일(None)."""
    parts = urlsplit(address)
    if parts.scheme:
        return address
    fragment = unquote(parts.fragment)
    if not parts.path:
        return page, fragment
    path = posixpath.normpath(
        posixpath.join(posixpath.dirname(page.name), unquote(parts.path))
    )
    target = by_name.get(path.removesuffix(".html"))
    return (target, fragment) if target and path.endswith(".html") else None


def pictures(page: Page) -> Iterator[tuple[html.HtmlElement, str]]:
    """쪽의 그림 요소와, 웹 책의 폴더에서 본 파일의 자리."""
    for image in page.article.xpath(".//img[@src]"):
        yield (
            image,
            posixpath.normpath(
                posixpath.join(posixpath.dirname(page.name), unquote(image.get("src")))
            ),
        )
