"""한국어 찾기입니다.

Sphinx의 낱말 색인 대신 본문 글자를 그대로 싣고, 브라우저에서 부분 문자열로 찾습니다.

Sphinx 7에는 한국어 색인이 없어 "값"이나 "층을" 같은 말을 놓칩니다. 책 한 권의 본문은
수백 KB이므로 글 전체를 찾기 페이지에서만 읽으면 됩니다. 찾는 규칙은
_static/ko_words.js와 ko_search.js에 있습니다.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from search_words import defining_places, page_settings, same_meanings
from sphinx.application import Sphinx

INDEX = "ko_search_index.js"
SKIPPED = "script, style, .headerlink, .sd-d-none, .visually-hidden, .quiz-status"
BLOCKS = [
    "p",
    "li",
    "td",
    "th",
    "dt",
    "dd",
    "pre",
    "div",
    "summary",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
]
SIGNS = {
    "partial": "∂",
    "infty": "∞",
    "cdots?": "·",
    "times": "×",
    "sum": "Σ",
    "top": "T",
    "approx": "≈",
    "leq?": "≤",
    "geq?": "≥",
    "in": "∈",
    "to": "→",
}
TEX = [  # 수식을 글로 바꾸는 차례
    (
        r"\\(begin|end)\{\w+\*?\}|\\tag\{[^}]*\}|\\\\|&|"
        r"\\(left|right|q?quad)(?![a-z])|\\[,;!: ]",
        " ",
    ),
    (r"\\(mathrm|mathbf|mathbb|text|operatorname|boldsymbol)(?![a-z])", ""),
    (r"\\sqrt\{([^{}]*)\}", r"√\1"),
    (r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2"),
    *((rf"\\{name}(?![a-z])", sign) for name, sign in SIGNS.items()),
    (r"\\([A-Za-z]+)", r"\1"),
    (r"[{}]", ""),
]
MATH = re.compile(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", re.DOTALL)
HEADINGS = re.compile("h[1-6]")


def readable(tex: str) -> str:
    """수식을 찾기 결과에서 읽을 만한 글로 바꿉니다. 예: \\sqrt{d_k} → √d_k"""
    for pattern, replacement in TEX:
        tex = re.sub(pattern, replacement, tex)
    return tex


def plain(text: str) -> str:
    """수식을 글로 바꾸고 빈칸을 하나로 줄입니다."""
    text = MATH.sub(lambda math: readable(math[1] or math[2] or ""), text)
    return re.sub(r"\s+", " ", text).strip()


def article_of(html: str) -> Tag | None:
    """페이지의 본문을, 찾을 필요가 없는 것을 빼고 돌려줍니다."""
    article = BeautifulSoup(html, "html.parser").select_one("article.bd-article")
    if article is None:
        return None
    for tag in article.select(SKIPPED):
        tag.decompose()
    for tag in article.find_all(BLOCKS):
        tag.append(" ")
    return article


def glossary_entries(article: Tag) -> Iterator[list[str]]:
    """용어집의 용어를 저마다 절 하나로 떼어 [닻, 용어, 뜻]을 차례로 냅니다.

    나오는 곳은 남겨 둡니다.
    """
    for name in article.select("dl.glossary > dt[id]"):
        meaning = name.find_next_sibling("dd")
        texts = [
            line.extract().get_text() for line in meaning.find_all("p", recursive=False)
        ]
        word = plain(name.extract().get_text())
        yield [name["id"], word, plain(" ".join([word, *texts]))]


def sections_of(article: Tag) -> Iterator[list[str]]:
    """본문을 절로 나누어 [닻, 제목, 글]을 차례로 냅니다."""
    entries = list(glossary_entries(article))
    sections = article.find_all("section", id=True)
    for section in reversed(sections):  # 안쪽 절을 먼저 떼어 내야 글이 겹치지 않습니다.
        section.extract()
    for section in sections:
        heading = section.find(HEADINGS)
        title = plain(heading.extract().get_text()) if heading else ""
        yield [section["id"], title, plain(section.get_text())]
    yield from entries


def page_entry(url: str, html: str) -> dict | None:
    """색인에 실을 한 페이지입니다."""
    article = article_of(html)
    sections = list(sections_of(article)) if article else []
    return {"u": url, "t": sections[0][1], "s": sections} if sections else None


def compact(value: object) -> str:
    """빈칸 없는 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_index(app: Sphinx, error: Exception | None) -> None:
    """모든 페이지의 HTML을 읽어 찾기 색인을 씁니다."""
    if error is not None or app.builder.format != "html":
        return
    entries = []
    for docname in sorted(app.env.found_docs):
        url = app.builder.get_target_uri(docname)
        page = Path(app.outdir, url)
        if page.is_file() and (
            entry := page_entry(url, page.read_text(encoding="utf-8"))
        ):
            entries.append({**entry, **page_settings(docname)})
    defined = defining_places(app.jumok_terms, app.builder.get_target_uri)
    data = {"INDEX": entries, "WORDS": same_meanings(), "DEFINED": defined}
    lines = [
        f"window.KO_SEARCH_{name}={compact(value)};\n" for name, value in data.items()
    ]
    Path(app.outdir, INDEX).write_text("".join(lines), encoding="utf-8")


def replace_stock_search(app: Sphinx) -> None:
    """Sphinx의 색인과 찾기 페이지를 끕니다."""
    if app.builder.format == "html":
        app.builder.search = False


def search_page(app: Sphinx):
    """찾기 페이지를 만듭니다."""
    if app.builder.format == "html":
        yield "search", {"title": "찾기"}, "search.html"


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.connect("builder-inited", replace_stock_search)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_index, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
