"""PDF 한 권: 태그와 책갈피가 있고, 한글을 뽑을 수 있고, 글꼴이 심겨 있고, 종이 밖으로
나가지 않습니다.
"""

import re
from functools import cache

import chrome as printing
import front_page
import make_pdf
import pytest
import whole_book
from once import make_once
from pypdf import PdfReader
from required import unavailable

CHAPTERS = [name for name, _, _ in whole_book.toc() if name.startswith("chapters/")]


EMBEDDED = {"/FontFile", "/FontFile2", "/FontFile3"}


def squeeze(text):
    """줄 바꿈과 빈칸을 뺀 글. PDF에서 뽑은 글은 줄마다 나뉘어 있습니다."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="session")
def pdf_file(book, shared):
    """이 책으로 만든 PDF. 일꾼이 여럿이어도 한 번만 만듭니다."""
    try:
        printing.find_browser()
    except printing.BrowserError as error:
        unavailable(
            f"PDF를 인쇄할 브라우저가 없어 건너뜁니다. {error}", "JUMOK_REQUIRE_BROWSER"
        )
    return make_once(
        shared / "pdf" / "jumok.pdf",
        lambda target: make_pdf.make_pdf(book.html, target),
    )


@pytest.fixture(scope="session")
def pdf(pdf_file):
    """읽어 둔 PDF."""
    return PdfReader(pdf_file)


@pytest.fixture(scope="session")
def text(pdf):
    """쪽 번호를 받아 그 쪽의 글을 빈칸 없이 돌려주는 함수.

    모든 쪽을 읽으면 몇 분이 걸립니다.
    """
    return cache(lambda number: squeeze(pdf.pages[number - 1].extract_text()))


@pytest.fixture(scope="session")
def starts(pdf):
    """맨 위 책갈피의 제목과 쪽 번호."""
    tops = [entry for entry in pdf.outline if not isinstance(entry, list)]
    return {
        squeeze(entry.title): pdf.get_destination_page_number(entry) + 1
        for entry in tops
    }


def outline_of(entries):
    """책갈피의 제목을 모두 폅니다."""
    for entry in entries:
        if isinstance(entry, list):
            yield from outline_of(entry)
        else:
            yield " ".join(entry.title.split())


def objects(pdf):
    """PDF 안의 모든 사전."""
    for number in pdf.xref[0] | pdf.xref_objStm:
        found = pdf.get_object(number)
        if hasattr(found, "get"):
            yield found


def test_pdf_is_tagged_titled_and_korean(pdf):
    root = pdf.root_object
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"] == "ko" and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == whole_book.TITLE and pdf.metadata.author
    assert 300 < len(pdf.pages) < 1000
    assert {tuple(round(float(x)) for x in page.mediabox) for page in pdf.pages} == {
        (0, 0, 595, 842)
    }


def test_outline_has_every_chapter_and_section(pdf, book):
    shown = {squeeze(title) for title in outline_of(pdf.outline)}
    pages = whole_book.read_pages(book.html)
    assert len(CHAPTERS) == 11 and {squeeze(page.title) for page in pages} <= shown
    plain = [
        title
        for page in pages
        for _, title in page.sections()
        if not re.search(r"[\\$_^]", title)
    ]
    assert {squeeze(title) for title in plain} <= shown


def test_first_sentence_of_every_chapter_can_be_read(text, starts, book):
    for page in whole_book.read_pages(book.html):
        if page.name in CHAPTERS:
            first = page.article.xpath(".//h1/following-sibling::p")[0]
            plain = squeeze(re.split(r"\\\(|\. ", first.text_content().strip())[0])
            assert len(plain) > 4 and plain in text(starts[squeeze(page.title)]), (
                page.name
            )


def test_fonts_are_embedded(pdf):
    fonts = [found for found in objects(pdf) if found.get("/Type") == "/Font"]
    # Type 3은 글자의 그림이 글꼴 안에 있고, Type 0은 아래의 CID 글꼴이 심은 파일을
    # 가리킵니다.
    outer = [font for font in fonts if font["/Subtype"] not in ("/Type0", "/Type3")]
    assert outer and all(EMBEDDED & set(font["/FontDescriptor"]) for font in outer)
    assert "/CIDFontType2" in {font["/Subtype"] for font in outer}


def test_links_stay_inside_or_go_to_the_web(pdf):
    places, inside = pdf.named_destinations, 0
    for page in pdf.pages:
        for note in page.get("/Annots") or ():
            action = note.get_object().get("/A") or {}
            if "/URI" in action:
                assert action["/URI"].startswith("https://"), action["/URI"]
            elif "/Dest" in note.get_object():
                inside += 1
                assert str(note.get_object()["/Dest"]).lstrip("/") in {
                    p.lstrip("/") for p in places
                }
    assert inside > 300


def test_contents_tell_the_page(text, starts):
    """차례에 적힌 번호의 쪽에서 그 장이 시작합니다."""
    contents = "".join(text(number) for number in range(starts["차례"], starts["주목"]))
    chapters = {
        title: page for title, page in starts.items() if re.match(r"\d+장", title)
    }
    assert len(chapters) == 11
    for title, page in chapters.items():
        assert f"{title}{page}" in contents
        assert title in text(page)


def test_formulas_and_figures_have_alternative_text(pdf):
    alternatives = [
        found["/Alt"]
        for found in objects(pdf)
        if found.get("/S") == "/Figure" and "/Alt" in found
    ]
    assert any("softmax" in one and "sqrt" in one for one in alternatives)
    assert sum(bool(re.search("[가-힣]{2}", one)) for one in alternatives) >= 140


def test_page_numbers_settle():
    before = {name: 10 for name in "abcde"}
    assert make_pdf.settled(before, before)
    assert make_pdf.settled(before, before | {"a": 11, "b": 9})
    assert not make_pdf.settled(before, before | {"a": 12})
    assert not make_pdf.settled(before, before | {name: 11 for name in "abcd"})
    assert not make_pdf.settled({}, {"a": 1}) and not make_pdf.settled(
        before, {"a": 10}
    )


def test_missing_browser_says_what_to_do(monkeypatch, capsys, tmp_path, book):
    monkeypatch.setattr(printing, "places", lambda: iter(()))
    monkeypatch.delenv("JUMOK_CHROME", raising=False)
    assert make_pdf.main([str(book.html), str(tmp_path / "x.pdf")]) == 1
    assert "apt install chromium" in capsys.readouterr().err


def test_front_page_links_only_what_is_there(tmp_path):
    front = tmp_path / front_page.FRONT
    front.parent.mkdir()
    front.write_text('<p>앞</p><div class="whole-book docutils"><p>x</p></div>', "utf8")
    made = tmp_path / "made" / "jumok.epub"
    made.parent.mkdir()
    made.write_bytes(b"x" * 2_500_000)
    for _ in range(2):  # 두 번 걸어도 같습니다
        front_page.publish(tmp_path, made)
        page = front.read_text("utf8")
        assert page.count("jumok.epub") == 1 and "2.5 MB" in page and "make pdf" in page
        assert (
            'href="../_downloads/jumok.pdf"' not in page
            and (tmp_path / "_downloads/jumok.epub").is_file()
        )


def test_front_page_has_the_place(book):
    assert front_page.PLACE.search((book.html / front_page.FRONT).read_text("utf8"))


def test_broken_link_stops_the_book(book):
    pages = whole_book.read_pages(book.html)
    pages[0].article.append(
        whole_book.html.fromstring('<a href="notation.html#없는-자리">x</a>')
    )
    with pytest.raises(ValueError, match="없는 자리"):
        whole_book.relink(pages, lambda page, name: "")
