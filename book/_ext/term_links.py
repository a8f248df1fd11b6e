"""용어 풍선: 본문에서 처음 나오는 용어를 용어집으로 잇고, 뜻을 연결에 실어 둡니다.

풍선은 _static/terms.js가 띄웁니다. 자바스크립트가 없으면 용어집으로 가는 연결입니다. 웹
책에서만 합니다. 한 쪽에서 같은 용어는 한 번만 잇습니다. 다만 큰 절이 바뀌고 글이
4,000자 넘게 지났으면 다시 잇습니다.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from term_list import load_terms
from term_match import compile_definition, compile_terms, is_ambiguous, mentions, slug

GLOSSARY = "book/glossary"
LEFT_ALONE = {GLOSSARY, "book/index_terms", "book/bibliography"}
AGAIN = 4000
UNTOUCHED = (  # 이 안의 글은 건드리지 않습니다.
    nodes.title,
    nodes.rubric,
    nodes.caption,
    nodes.thead,
    nodes.term,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.footnote,
    nodes.citation,
    addnodes.toctree,
)
UNTOUCHED_NAMES = {"play", "dropdown_title"}
UNTOUCHED_SECTIONS = re.compile("퀴즈|참고 문헌|(이 장의 )?용어")


class term_link(nodes.Inline, nodes.TextElement):
    """용어집으로 가는 용어 하나."""


def visit(translator, node: nodes.Element) -> None:
    """연결을 엽니다."""
    data = {"href": node["href"], "data-en": node["en"], "data-def": node["meaning"]}
    translator.body.append(translator.starttag(node, "a", "", CLASS="term", **data))


def depart(translator, node: nodes.Element) -> None:
    """연결을 닫습니다."""
    translator.body.append("</a>")


def is_closed(node: nodes.Element) -> bool:
    """그 안의 글을 건드리지 않을 마디인지 봅니다."""
    if isinstance(node, UNTOUCHED) or node.tagname in UNTOUCHED_NAMES:
        return True
    if isinstance(node, nodes.section):
        return bool(UNTOUCHED_SECTIONS.fullmatch(node.next_node(nodes.title).astext()))
    return isinstance(node, nodes.container) and "cell" in node["classes"]


def open_texts(node: nodes.Element, inside: bool = False) -> Iterator[nodes.Text]:
    """용어를 이어도 되는 글. 문단 안의 글만 냅니다."""
    for child in list(node.children):
        if isinstance(child, nodes.Text):
            if inside:
                yield child
        elif not is_closed(child):
            yield from open_texts(child, inside or isinstance(child, nodes.paragraph))


def big_section(node: nodes.Node) -> nodes.Node | None:
    """글이 들어 있는 큰 절(h2). 장의 첫머리면 None입니다."""
    while node is not None and not isinstance(node, nodes.document):
        outer = node.parent
        if isinstance(node, nodes.section) and isinstance(outer.parent, nodes.document):
            return node
        node = outer
    return None


def follows_sign(text: nodes.Text) -> bool:
    """수식이나 코드 바로 뒤에 붙은 글인지 봅니다. 그 뒤의 낱말은 조사일 수 있습니다."""
    place = text.parent.index(text)
    return place > 0 and isinstance(text.parent[place - 1], (nodes.math, nodes.literal))


class Linking:
    """한 쪽에서 어느 용어를 어디에서 이었는지 기억하고, 다음 것을 이을지 정합니다."""

    def __init__(self, document: nodes.document, terms: list[dict], glossary: str):
        """쪽의 글을 보고 이을 용어를 정합니다."""
        whole = "\n".join(
            paragraph.astext() for paragraph in document.findall(nodes.paragraph)
        )
        usable = [
            t
            for t in terms
            if not is_ambiguous(t) or compile_definition(t).search(whole)
        ]
        self.terms = {term["ko"]: term for term in usable}
        self.pattern, self.glossary = compile_terms(terms), glossary
        self.linked: dict[str, tuple[int, nodes.Node | None]] = {}
        self.passed = 0

    def wants(self, name: str, rest: str, section: nodes.Node | None) -> bool:
        """여기 나온 용어를 이을지 정합니다.

        헷갈리는 짧은 용어는 "우리말(영어)"로 쓴 곳만 잇습니다.
        """
        term = self.terms.get(name)
        if term is None or (
            is_ambiguous(term) and not rest.startswith(f"({term['en']}")
        ):
            return False
        place, before = self.linked.get(name, (-AGAIN, self))
        return before is not section and self.passed - place >= AGAIN

    def node(self, name: str, words: str) -> term_link:
        """용어집으로 가는 연결."""
        term = self.terms[name]
        href = f"{self.glossary}#{slug(term)}"
        return term_link("", words, href=href, en=term["en"], meaning=term["def"])

    def split(self, text: nodes.Text) -> list[nodes.Node]:
        """글 하나를 글과 연결들로 나눕니다. 이을 것이 없으면 빈 목록입니다."""
        words, parts, end, section = text.astext(), [], 0, big_section(text)
        outside = "" if text.parent.tagname == "paragraph" else following(text)
        for match, name in mentions(self.pattern, words):
            rest = words[match.end() :] or outside
            if (match.start() == 0 and follows_sign(text)) or not self.wants(
                name, rest, section
            ):
                continue
            self.linked[name] = (self.passed, section)
            parts += [nodes.Text(words[end : match.start()]), self.node(name, match[1])]
            end = match.end()
        self.passed += len(words)
        return [*parts, nodes.Text(words[end:])] if parts else []


def following(text: nodes.Text) -> str:
    """굵은 글씨 안의 글이면, 굵은 글씨 바로 뒤의 글. `**키**(key)`의 `(key)`입니다."""
    holder, last = text.parent, text.parent[-1] is text
    place = holder.parent.index(holder) + 1
    return holder.parent[place].astext() if last and place < len(holder.parent) else ""


def link_terms(document: nodes.document, terms: list[dict], glossary: str) -> None:
    """문서의 용어를 용어집으로 잇습니다. 이미 이은 문서는 그대로 둡니다."""
    if document.next_node(term_link):
        return
    linking = Linking(document, terms, glossary)
    for text in list(open_texts(document)):
        if parts := linking.split(text):
            text.parent.replace(text, [part for part in parts if part.astext()])


def resolve(app: Sphinx, document: nodes.document, docname: str) -> None:
    """웹 책의 쪽마다 용어를 잇습니다. PDF와 EPUB은 그대로 둡니다."""
    if app.builder.name == "html" and docname not in LEFT_ALONE:
        link_terms(
            document, load_terms(), app.builder.get_relative_uri(docname, GLOSSARY)
        )


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.add_node(term_link, html=(visit, depart))
    app.connect("doctree-resolved", resolve)
    app.add_css_file("terms.css")
    app.add_js_file("terms.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
