"""용어 풍선, 용어집, 찾아보기: 용어를 바르게 알아보고, 연결이 모두 살아 있습니다."""

import posixpath
import re
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from ko_book import clean
from ko_search import page_entry
from term_links import AGAIN, depart, link_terms, resolve, term_link, visit
from term_list import initial, load_terms
from term_match import compile_terms, mentions, slug
from term_places import Section, code_places, imported_names, term_places

TERMS = load_terms()
CLOSED_TAGS = {
    "h1",
    "h2",
    "h3",
    "a",
    "summary",
    "button",
    "thead",
    "code",
    "pre",
    "figcaption",
}
CLOSED_CLASSES = {"math", "cell", "quiz", "quiz-options", "headerlink"}


def paragraph(*parts) -> nodes.paragraph:
    """글과 마디로 문단을 만듭니다."""
    return nodes.paragraph(
        "", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts)
    )


def page(*sections: tuple[str, list]) -> nodes.document:
    """(제목, 마디들)로 큰 절을 만들어 문서 하나에 담습니다."""
    document = new_document("글", get_default_settings())
    top = nodes.section("", nodes.title("", "4장 어텐션"), ids=["top"])
    for title, content in sections:
        top += nodes.section("", nodes.title("", title), *content, ids=[title])
    document += top
    return document


def linked(document: nodes.document) -> list[str]:
    """용어를 잇고, 이은 낱말들을 돌려줍니다."""
    link_terms(document, TERMS, "g.html")
    return [link.astext() for link in document.findall(term_link)]


@pytest.mark.parametrize(
    "text, found",
    [
        ("셀프 어텐션은 좋습니다", ["셀프 어텐션"]),
        ("셀프\n어텐션", ["셀프 어텐션"]),
        ("어텐션 점수에서", ["어텐션 점수"]),
        ("인코더·디코더", ["인코더", "디코더"]),
        ("「쿼리」입니다.", ["쿼리"]),
        ("쿼리(query)와 키(key)", ["쿼리", "키"]),
        ("열쇠키를 잃었습니다", []),
        ("생각을 키우다", []),
        ("토큰화합니다", []),
        ("마스크드 셀프", []),
    ],
)
def test_terms_are_whole_words(text, found):
    assert [name for _, name in mentions(compile_terms(TERMS), text)] == found


def test_only_the_first_use_is_linked():
    assert linked(
        page(("1", [paragraph("소프트맥스는 함수입니다. 소프트맥스를 씁니다.")]))
    ) == ["소프트맥스"]


def test_a_term_is_linked_again_in_a_far_section():
    near = page(("1", [paragraph("소프트맥스")]), ("2", [paragraph("소프트맥스")]))
    far = page(
        ("1", [paragraph("소프트맥스 " + "가" * AGAIN)]),
        ("2", [paragraph("소프트맥스")]),
    )
    same = page(
        ("1", [paragraph("소프트맥스 " + "가" * AGAIN), paragraph("소프트맥스")])
    )
    assert [len(linked(one)) for one in (near, far, same)] == [1, 2, 1]


@pytest.mark.parametrize(
    "content",
    [
        nodes.rubric("", "소프트맥스"),
        paragraph(nodes.literal("", "소프트맥스")),
        paragraph(nodes.math("", "소프트맥스")),
        paragraph(nodes.reference("", "소프트맥스", refuri="x")),
        paragraph(nodes.math("", "n"), "토큰"),
        nodes.image(alt="소프트맥스"),
        nodes.thead("", nodes.row("", nodes.entry("", paragraph("소프트맥스")))),
        nodes.container("", paragraph("소프트맥스"), classes=["cell"]),
    ],
)
def test_signs_links_and_cells_are_left_alone(content):
    document = page(("1", [content]), ("퀴즈", [paragraph("소프트맥스")]))
    before = document.pformat()
    assert linked(document) == [] and document.pformat() == before


def test_short_terms_need_their_english():
    bold = paragraph("키가 큽니다. ", nodes.strong("", "키"), "(key)")
    assert linked(page(("1", [paragraph("키가 큽니다. 조각을 정렬합니다.")]))) == []
    assert linked(page(("1", [paragraph("키가 큽니다. 키(key)입니다.")]))) == ["키"]
    document = page(("1", [bold]))
    assert linked(document) == ["키"]
    assert isinstance(document.next_node(term_link).parent, nodes.strong)


def test_linking_keeps_the_text_and_twice_is_once():
    document = page(("1", [paragraph("어텐션 점수와 쿼리를 소프트맥스에 넣습니다.")]))
    words = document.astext()
    assert (
        linked(document) == ["어텐션 점수", "쿼리", "소프트맥스"]
        and document.astext() == words
    )
    once = document.pformat()
    link_terms(document, TERMS, "g.html")
    assert document.pformat() == once


@pytest.mark.parametrize(
    "builder, count", [("html", 1), ("singlehtml", 0), ("epub", 0)]
)
def test_only_the_web_book_has_balloons(builder, count):
    document = page(("1", [paragraph("쿼리")]))
    uri = SimpleNamespace(
        name=builder, get_relative_uri=lambda start, end: f"{end}.html"
    )
    resolve(SimpleNamespace(builder=uri), document, "chapters/03_query_key_value")
    assert len(list(document.findall(term_link))) == count


def test_the_glossary_is_not_linked_to_itself():
    document = page(("1", [paragraph("쿼리")]))
    resolve(
        SimpleNamespace(builder=SimpleNamespace(name="html")), document, "book/glossary"
    )
    assert document.next_node(term_link) is None


def test_link_markup_survives_cleaning():
    from docutils.writers.html5_polyglot import HTMLTranslator

    translator = HTMLTranslator.__new__(HTMLTranslator)
    translator.body, translator.in_mailto = [], False
    node = term_link(
        "", "쿼리", href="g.html#term-query", en="query", meaning='뜻 "하나" <b>'
    )
    document = new_document("글", get_default_settings())
    translator.document, translator.settings = document, document.settings
    visit(translator, node)
    depart(translator, node)
    html = "".join(translator.body)
    assert clean(html) == html
    link = BeautifulSoup(html, "html.parser").a
    assert link["class"] == ["term"] and link["data-def"] == '뜻 "하나" <b>'


def section(number: str, text: str, code: str = "") -> Section:
    """시험에 쓰는 절 하나."""
    return Section(f"chapters/{number}", f"s{number}", f"{number} 제목", text, code)


def test_definition_is_in_the_chapter_that_teaches_the_term():
    sections = [
        section("1.1", "쿼리(query)"),
        section("3.2", "쿼리"),
        section("3.4", "쿼리(query)"),
    ]
    found = term_places(TERMS, sections, {"쿼리": "3"})["쿼리"]
    assert found.definition.number == "3.4"
    assert [one.number for one in found.chapters.values()] == ["1.1", "3.2"]
    assert term_places(TERMS, sections, {})["쿼리"].definition.number == "1.1"


def test_main_sections_are_few_and_in_order():
    sections = [section(f"2.{n}", "쿼리 " * n) for n in range(1, 12)]
    numbers = [one.number for one in term_places(TERMS, sections, {})["쿼리"].main]
    assert numbers == ["2.1", "2.8", "2.9", "2.10", "2.11"]


def test_short_words_are_counted_only_where_they_are_taught():
    sections = [
        section("6.1", "조각을"),
        section("10.1", "조각(patch)"),
        section("10.2", "조각을"),
    ]
    counts = term_places(TERMS, sections, {})["조각"].counts
    assert [one.number for one in counts] == ["10.1", "10.2"]


def test_code_names_come_from_imports_and_uses():
    code = (
        "from jumok.scratch import (\n    softmax as soft,\n    layer_norm,\n)\nfrom "
        "jumok import scratch\n"
    )
    assert imported_names(code) == {"softmax", "layer_norm"}
    places = code_places(
        [section("2.1", "", code), section("4.6", "", "layer_norm(x)\n")]
    )
    assert [one.number for one in places["layer_norm"].main] == ["4.6"]
    assert [one.number for one in places["softmax"].main] == ["2.1"]


def test_synonyms_belong_to_one_term():
    owners = {}
    for term in TERMS:
        for name in {term["ko"], term["en"], *term.get("also", []), *term["avoid"]}:
            assert owners.setdefault(name.lower(), term["ko"]) == term["ko"], name
    assert len({slug(term) for term in TERMS}) == len(TERMS)


@pytest.mark.parametrize(
    "word, letter", [("쿼리", "ㅋ"), ("까닭", "ㄱ"), ("힣", "ㅎ"), ("query", "Q")]
)
def test_initial_letter(word, letter):
    assert initial(word) == letter


def test_glossary_terms_are_sections_of_the_search_index():
    html = (
        '<article class="bd-article"><section id="g"><h1>용어집</h1>'
        '<dl class="glossary"><dt id="term-query">쿼리</dt>'
        "<dd><p>query — 뜻</p><div><p>처음 나오는 곳</p></div></dd></dl>"
        "</section></article>"
    )
    sections = page_entry("g.html", html)["s"]
    assert sections == [
        ["g", "용어집", "처음 나오는 곳"],
        ["term-query", "쿼리", "쿼리 query — 뜻"],
    ]


@pytest.fixture(scope="module")
def soups(book) -> dict[str, BeautifulSoup]:
    """페이지의 주소마다 읽어 둔 본문. lxml이 빠릅니다."""
    articles = SoupStrainer("article")
    return {
        path.relative_to(book.html).as_posix(): BeautifulSoup(
            path.read_text(encoding="utf-8"), "lxml", parse_only=articles
        )
        for path in book.pages
    }


@pytest.fixture(scope="module")
def anchors(soups) -> dict[str, dict]:
    """페이지의 주소마다 {닻: 마디}. 빈 닻은 본문 전체입니다."""
    return {
        name: {"": soup, **{tag["id"]: tag for tag in soup.find_all(id=True)}}
        for name, soup in soups.items()
    }


def target(anchors, start: str, href: str):
    """연결이 가리키는 마디. 없으면 None입니다."""
    path, _, anchor = unquote(href).partition("#")
    page = (
        posixpath.normpath(posixpath.join(posixpath.dirname(start), path))
        if path
        else start
    )
    return anchors.get(page, {}).get(anchor)


def is_closed(tag) -> bool:
    """용어를 잇지 않기로 한 마디인지 봅니다."""
    return tag.name in CLOSED_TAGS or bool(CLOSED_CLASSES & set(tag.get("class") or []))


def test_term_links_lead_to_their_meaning(soups, anchors):
    meanings = {term["def"]: term["ko"] for term in TERMS}
    links = [
        (name, link) for name, soup in soups.items() for link in soup.select("a.term")
    ]
    assert len(links) > 400
    for name, link in links:
        entry, word = (
            target(anchors, name, link["href"]),
            " ".join(link.get_text().split()),
        )
        assert (
            entry is not None
            and entry.get_text().strip("#\n ") == word == meanings[link["data-def"]]
        )
        assert not any(map(is_closed, link.parents)), (name, word)
    assert not {"book/glossary.html", "book/index_terms.html"} & {
        name for name, _ in links
    }


def test_a_page_is_not_crowded_with_links(soups):
    for name, soup in soups.items():
        if name.startswith("chapters/"):
            links = [
                " ".join(link.get_text().split()) for link in soup.select("a.term")
            ]
            assert 20 < len(links) < 90 and max(map(links.count, links)) <= 8, name


@pytest.mark.parametrize("name", ["book/glossary.html", "book/index_terms.html"])
def test_generated_links_are_alive(soups, anchors, name):
    links = [link["href"] for link in soups[name].select("a.reference.internal")]
    assert len(links) > 200
    assert not [link for link in links if target(anchors, name, link) is None]


def test_glossary_says_where_a_term_begins(anchors):
    name = "book/glossary.html"
    for term in TERMS:
        entry = anchors[name][slug(term)].find_next_sibling("dd")
        begins = entry.select_one(".term-places a")
        words = " ".join(target(anchors, name, begins["href"]).get_text().split())
        assert term["ko"] in words, term["ko"]
        assert all(
            other in entry.get_text() for other in [term["en"], *term.get("also", [])]
        )


def test_index_has_every_term_synonym_and_code_name(soups):
    lines = soups["book/index_terms.html"].select(".index-list li")
    items = [" ".join(line.get_text().split()) for line in lines]
    for term in TERMS:
        assert any(
            re.fullmatch(rf"{term['ko']}( \d+\.\d+| \d+장)+", item) for item in items
        ), term["ko"]
        for other in [term["en"], *term.get("also", [])]:
            assert f"{other} → {term['ko']}" in items
    assert any(re.fullmatch(r"MultiHeadAttention( \d+\.\d+)+", item) for item in items)
    assert all(re.search(r" → | \d+(\.\d+|장)$", item) for item in items), (
        "절이 없는 줄"
    )
