"""찾기: 한두 글자 낱말도, 조사가 붙은 말도 빠짐없이 찾습니다.

기준은 본문을 글자 그대로 훑은 결과입니다.
"""

import re
import statistics
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

ASKED = yaml.safe_load(
    Path(__file__).with_name("search_queries.yml").read_text(encoding="utf-8")
)
SEARCH = """(query) => {
    const input = document.querySelector('#ko-search input[name=q]');
    input.value = query;
    const start = performance.now();
    input.dispatchEvent(new Event('input'));
    return performance.now() - start;
}"""

# (적는 말, 본문에 있어야 하는 말). 조사가 붙은 물음은 조사를 뗀 말이 있는 페이지를 모두
# 찾아야 합니다.
QUERIES = [
    (word, word)
    for word in (
        "값",
        "키",
        "층",
        "줄",
        "헤드",
        "학습",
        "점수",
        "내적",
        "분산",
        "벡터",
        "행렬",
        "토큰",
        "문장",
        "단어",
        "확률",
        "어텐션",
        "마스크",
        "가중치",
        "기울기",
        "인코더",
        "디코더",
        "정규화",
        "임베딩",
        "소프트맥스",
        "트랜스포머",
        "쿼리",
        "밸류",
        "패딩",
        "셀프 어텐션",
        "softmax",
        "d_model",
    )
]
QUERIES += [
    ("층을", "층"),
    ("값이", "값"),
    ("키는", "키"),
    ("점수를", "점수"),
    ("행렬과", "행렬"),
    ("마스크로", "마스크"),
    ("분산은", "분산"),
    ("벡터의", "벡터"),
    ("쿼리와", "쿼리"),
    ("소프트맥스에서", "소프트맥스"),
]
SPACING = [
    ("어텐션점수", "어텐션 점수"),
    ("문맥벡터", "문맥 벡터"),
    ("패딩 마스크를", "패딩 마스크"),
    ("층정규화", "층 정규화"),
    ("소프트 맥스", "소프트맥스"),
]


@pytest.fixture(scope="module")
def articles(book) -> dict[str, str]:
    """페이지의 주소마다 본문 글입니다. 색인과 따로, HTML에서 곧바로 얻습니다."""
    texts = {}
    for page in book.pages:
        article = BeautifulSoup(
            page.read_text(encoding="utf-8"), "html.parser"
        ).select_one("article.bd-article")
        if article is None:
            continue
        for tag in article.select("script, style, a.headerlink"):
            tag.decompose()
        texts[page.relative_to(book.html).as_posix()] = re.sub(
            r"\s+", " ", article.get_text()
        ).lower()
    return texts


def found(page) -> list[str]:
    """찾기 결과에 나온 페이지들의 주소입니다."""
    links = page.locator("#ko-search-results h2 a").evaluate_all(
        "links => links.map(a => a.getAttribute('href'))"
    )
    return [re.sub(r"^\./|#.*$", "", link) for link in links]


def test_recall_is_complete(visit, articles, record_property):
    page = visit("search").page
    hits = wanted = 0
    missed = {}
    for query, word in QUERIES + SPACING:
        page.fill("#ko-search input[name=q]", query)
        results = set(found(page))
        truth = {url for url, text in articles.items() if word.lower() in text}
        hits, wanted = hits + len(truth & results), wanted + len(truth)
        if truth - results:
            missed[query] = truth - results
    record_property("찾기 재현율", f"{hits}/{wanted} ({len(QUERIES + SPACING)}개 물음)")
    assert not missed
    assert wanted > 60


def test_exact_matches_come_first(visit, articles):
    results = found(visit("search?q=용어집").page)
    assert results[0] == "book/glossary.html"


def test_nothing_is_found_for_nonsense(visit):
    page = visit("search?q=뷁쉟뙓").page
    assert found(page) == []
    assert "찾지 못했습니다" in page.inner_text("#ko-search-status")


def test_query_is_text_not_markup(visit):
    page = visit("search?q=<img src=x onerror=alert(1)>").page
    assert page.locator("#ko-search img").count() == 0


def test_search_from_the_keyboard(visit):
    seen = visit("chapters/04_scaled_dot_product")
    page = seen.page
    page.keyboard.press("Control+k")
    page.keyboard.type("기울기를")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    page.wait_for_selector("#ko-search-results li")
    assert page.locator("#ko-search-results mark").first.inner_text() in (
        "기울기",
        "기울기를",
    )
    page.locator("#ko-search-results a").first.click()
    page.wait_for_selector("article")
    assert not seen.external and not seen.console


def test_index_is_not_loaded_on_chapters(visit):
    assert not [
        url
        for url in visit("chapters/04_scaled_dot_product").requests
        if "search_index" in url
    ]


def results_of(page, query: str) -> list[str]:
    """물음의 결과에 나온 쪽의 이름들입니다."""
    page.fill("#ko-search input[name=q]", query)
    return [url.removesuffix(".html") for url in found(page)]


def test_the_right_page_is_among_the_first_three(visit, record_property):
    seen = visit("search")
    missed, low = {}, {}
    for item in ASKED:
        results = results_of(seen.page, item["query"])
        if lost := set(item["pages"]) - set(results):
            missed[item["query"]] = lost
        if not set(item["pages"]) & set(results[:3]):
            low[item["query"]] = results[:5]
    record_property("찾기 순위", f"앞의 셋 안에 {len(ASKED) - len(low)}/{len(ASKED)}")
    assert len(ASKED) >= 60 and not missed
    assert len(low) <= 0.05 * len(ASKED), low
    assert not seen.console and not seen.external


@pytest.mark.parametrize(
    "same",
    [
        ("쿼리", "질의", "query", "Query"),
        ("멀티헤드 어텐션", "multi-head attention", "MHA", "멀티 헤드 어텐션"),
        ("기울기 소실", "그래디언트 소실", "vanishing gradient"),
    ],
)
def test_synonyms_find_the_same_pages(visit, same):
    page = visit("search").page
    pages = [set(results_of(page, word)) for word in same]
    assert pages[0] and all(one == pages[0] for one in pages)


def test_the_reader_is_told_the_word_of_this_book(visit):
    page = visit("search").page
    for query, note in [
        ("질의", "‘질의’는 이 책에서 ‘쿼리’라고 합니다."),
        ("파인튜닝을", "‘파인튜닝’은 이 책에서 ‘미세 조정’이라고 합니다."),
        ("query", "같은 뜻의 말 ‘쿼리’도 함께 찾았습니다."),
    ]:
        page.fill("#ko-search input[name=q]", query)
        assert note in page.inner_text("#ko-search-status")
    page.fill("#ko-search input[name=q]", "쿼리")
    assert "이 책에서" not in page.inner_text("#ko-search-status")


def test_pages_with_the_word_itself_come_before_synonyms(visit, articles):
    results = results_of(visit("search").page, "스킵 연결")
    literal = [
        url for url in results if "스킵연결" in articles[f"{url}.html"].replace(" ", "")
    ]
    assert (
        literal and results[: len(literal)] == literal and len(results) > len(literal)
    )


def test_a_search_takes_less_than_50_ms(visit, record_property):
    page = visit("search").page
    times = [
        min(page.evaluate(SEARCH, item["query"]) for _ in range(3)) for item in ASKED
    ]
    record_property(
        "찾기 시간",
        f"가운데값 {statistics.median(times):.1f} ms, 최대 {max(times):.1f} ms",
    )
    assert max(times) < 50
