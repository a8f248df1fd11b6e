"""만든 웹 책: 경고가 없고, 바깥 주소를 부르지 않고, 우리말로 되어 있습니다."""

import json
import re
import shutil
from copy import copy
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
FETCHING = {  # 브라우저가 스스로 내려받는 것들
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
ENGLISH = re.compile(
    r"Toggle|Search|previous|next page|Skip to|Back to top|Link to this|"
    r"Contents|Copyright|Download|Light|Dark mode|Show code|Hide code|"
    r"source 보기|Main|On this page"
)


@cache
def soup_of(page):
    """페이지를 읽어 나무로 만듭니다. 검사들이 함께 보므로 고치지 마세요."""
    return BeautifulSoup(page.read_text(encoding="utf-8"), "lxml")


def is_external(url):
    """바깥 서버의 주소인지 봅니다."""
    return bool(urlsplit(url).netloc)


def external_resources(soup):
    """페이지가 스스로 부르는 바깥 주소들입니다.

    <a href>는 사람이 눌러야 하므로 세지 않습니다.
    """
    urls = [
        tag[attribute]
        for name, attribute in FETCHING.items()
        for tag in soup.find_all(name)
        if tag.has_attr(attribute)
    ]
    return [url for url in urls if is_external(url)]


def test_build_has_no_warning(book):
    if book.log is None:
        pytest.skip("이미 만든 책(JUMOK_BOOK_HTML)이라 기록이 없습니다.")
    warnings = [
        line for line in book.log.splitlines() if re.search(r"WARNING|ERROR", line)
    ]
    assert not warnings and book.returncode == 0, (
        "\n".join(warnings) or book.log[-2000:]
    )


@pytest.fixture
def small(tmp_path):
    """확장과 설정은 이 책의 것이고, 쪽은 하나뿐인 책.

    온 책을 다시 짓지 않으려고 씁니다.
    """
    root = tmp_path / "repo"
    unused = shutil.ignore_patterns("tests", "tools", "runs", "*.md", "__pycache__")
    shutil.copytree(ROOT / "book", root / "book", ignore=unused)
    shutil.copy2(ROOT / "_config.yml", root)
    (root / "_toc.yml").write_text("format: jb-book\nroot: book/intro\n", "utf8")
    return root


def test_one_warning_stops_the_build(small, tmp_path, build_book):
    """끊어진 고리 하나를 넣으면 실패해야, 경고가 없다는 말을 믿을 수 있습니다."""
    page = small / "book" / "intro.md"
    page.write_text("# 주목\n\n한 문장입니다.\n", "utf8")
    assert build_book(tmp_path / "sound", small).returncode == 0
    page.write_text("# 주목\n\n[끊어진 고리](no_such_page.md)\n", "utf8")
    broken = build_book(tmp_path / "broken", small)
    assert broken.returncode != 0 and "no_such_page" in broken.log


def test_every_toc_page_is_built(book):
    toc = (ROOT / "_toc.yml").read_text("utf8")
    names = re.findall(r"(?:file|root): (\S+)", toc)
    chapters = [
        str(p.relative_to(ROOT).with_suffix("")) for p in ROOT.glob("chapters/*.ipynb")
    ]
    assert set(chapters) <= set(names), "차례에 없는 장이 있습니다"
    for name in [*names, "search"]:
        assert (book.html / f"{name}.html").is_file(), name


def test_external_detector_sees_a_cdn():
    soup = BeautifulSoup(
        (
            '<script src="https://cdn.example/x.js"></script><a '
            'href="https://a.example">a</a>'
        ),
        "html.parser",
    )
    assert external_resources(soup) == ["https://cdn.example/x.js"]


def test_no_page_asks_an_external_server(book):
    found = {
        page.name: urls
        for page in book.pages
        if (urls := external_resources(soup_of(page)))
    }
    assert not found, found


def test_styles_ask_no_external_server(book):
    for sheet in book.html.glob("_static/**/*.css"):
        urls = re.findall(
            r"url\(['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)",
            sheet.read_text(encoding="utf-8"),
        )
        assert not [url for pair in urls for url in pair if is_external(url)], (
            sheet.name
        )


def test_local_links_exist(book):
    """페이지 안의 연결, 그림, 스크립트가 모두 있는 파일을 가리킵니다."""
    missing = []
    for page in book.pages:
        for tag in soup_of(page).find_all(["a", "img", "script", "link"]):
            url = tag.get("href") or tag.get("src") or ""
            parts = urlsplit(url)
            if parts.scheme or not parts.path:
                continue
            if not (page.parent / unquote(parts.path)).exists():
                missing.append(f"{page.name}: {url}")
    assert not missing, missing


def test_anchors_exist(book):
    """#으로 끝나는 연결이 모두 그 쪽에 있는 자리를 가리킵니다."""
    soups = {page: soup_of(page) for page in book.pages}
    places = {
        page: {tag["id"] for tag in soup.find_all(id=True)}
        for page, soup in soups.items()
    }
    checked, missing = 0, []
    for page, soup in soups.items():
        for link in soup.select("a[href*='#']"):
            parts = urlsplit(link["href"])
            target = (
                (page.parent / unquote(parts.path)).resolve() if parts.path else page
            )
            if parts.netloc or not parts.fragment or target not in places:
                continue
            checked += 1
            if unquote(parts.fragment) not in places[target]:
                missing.append(f"{page.name}: {link['href']}")
    assert not missing, missing
    assert checked > 500


def test_theme_speaks_korean(book):
    found = []
    for page in book.pages:
        soup = copy(soup_of(page))
        for content in soup.select(
            "article, script, style, .prev-next-title, .bd-docs-nav, title, "
            "#jb-print-docs-body"
        ):
            content.decompose()
        words = [soup.body.get_text(" ")] + [
            tag[name]
            for tag in soup.body.find_all(True)
            for name in ("title", "aria-label", "placeholder", "alt")
            if tag.has_attr(name)
        ]
        found += [
            f"{page.name}: {match[0]}"
            for word in words
            if (match := ENGLISH.search(word))
        ]
    assert not found, sorted(set(found))


def test_headerlinks_speak_korean(book):
    for page in book.pages:
        titles = {tag.get("title") for tag in soup_of(page).select("a.headerlink")}
        assert all(re.search("[가-힣]", title or "") for title in titles), (
            page.name,
            titles,
        )


def test_images_have_korean_alt(book):
    wrong = []
    for page in book.pages:
        for image in soup_of(page).select("article img"):
            alt = image.get("alt", "")
            if not re.search("[가-힣]{2}", alt) or re.search(
                r"\.(png|svg|jpe?g)$", alt
            ):
                wrong.append(f"{page.name}: {alt!r} {image['src']}")
    assert not wrong, wrong


def test_alt_comes_from_the_output_metadata(book):
    """노트북의 출력 메타데이터에 적은 대체 글이 그대로 책에 나옵니다."""
    root = book.html
    notebook = json.loads(
        (root / "_sources/chapters/04_scaled_dot_product.ipynb").read_text(
            encoding="utf-8"
        )
    )
    stored = [
        output["metadata"]["image/png"]["alt"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    shown = [
        image["alt"]
        for image in soup_of(root / "chapters/04_scaled_dot_product.html").select(
            ".cell_output img"
        )
    ]
    assert stored and shown == stored


def test_chapter_offers_both_notebooks(book):
    links = soup_of(book.html / "chapters/04_scaled_dot_product.html").select(
        "a.chapter-download"
    )
    targets = [book.html / "chapters" / link["href"] for link in links]
    assert len(targets) == 2
    for target in targets:
        assert json.loads(target.read_text(encoding="utf-8"))["cells"]
    assert "### BEGIN SOLUTION" not in targets[1].read_text(encoding="utf-8")


def test_solutions_are_folded(book):
    page = soup_of(
        book.html / "solutions/04_scaled_dot_product/04_scaled_dot_product.html"
    )
    labels = [
        tag.get_text() for tag in page.select("details.folded > summary .collapsed")
    ]
    assert "풀이 보기" in labels and "확인 코드 보기" in labels
    assert (
        "BEGIN SOLUTION" not in page.get_text()
        and "BEGIN HIDDEN TESTS" not in page.get_text()
    )


def test_glossary_has_every_term(book):
    from term_list import load_terms

    shown = {
        tag.get_text().strip("#\n ")
        for tag in soup_of(book.html / "book/glossary.html").select("dl.glossary dt")
    }
    assert {term["ko"] for term in load_terms()} <= shown
