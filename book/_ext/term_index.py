"""찾아보기(index_terms)를 만들고, 용어집과 찾아보기의 ‘나오는 곳’을 채웁니다.

자리만 먼저 놓고(지시자), 모든 장을 읽은 뒤(env-updated) 모은 절들로
채웁니다(doctree-resolved).
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from term_list import (
    TERMS,
    in_groups,
    is_korean,
    jump_bar,
    letter_section,
    link,
    load_terms,
)
from term_match import slug
from term_places import Places, Section, collect

GLOSSARY, INDEX = "book/glossary", "book/index_terms"


def other_names(term: dict) -> list[str]:
    """찾아보기에서 바른 용어로 보내는 이름들: 영어와 같은 말."""
    return [term["en"], *term.get("also", [])]


def term_item(term: dict) -> nodes.list_item:
    """우리말 용어 한 줄. 나오는 절은 나중에 채웁니다."""
    places = nodes.inline(
        classes=["index-places"], term=term["ko"], glossary=slug(term)
    )
    return nodes.list_item(
        "",
        nodes.paragraph("", "", places),
        ids=[slug(term).replace("term", "index", 1)],
    )


def see_item(name: str, term: dict) -> nodes.list_item:
    """다른 이름 한 줄: 바른 용어로 보냅니다."""
    target = nodes.reference(
        "",
        term["ko"],
        refid=slug(term).replace("term", "index", 1),
        internal=True,
        classes=["see"],
    )
    return nodes.list_item(
        "", nodes.paragraph("", "", nodes.Text(f"{name} → "), target)
    )


class TermIndex(SphinxDirective):
    """`{term-index} 우리말|영어`: 용어의 찾아보기입니다."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """첫소리(알파벳)마다 절을 만듭니다."""
        self.env.note_dependency(str(TERMS))
        terms, korean = load_terms(), self.arguments[0] == "우리말"
        lines = [(term["ko"], term_item(term)) for term in terms] if korean else []
        lines += [
            (name, see_item(name, term))
            for term in terms
            for name in other_names(term)
            if is_korean(name) == korean
        ]
        if not korean:
            items = [
                item for _, item in sorted(lines, key=lambda line: line[0].lower())
            ]
            return [nodes.bullet_list("", *items, classes=["index-list"])]
        groups = in_groups(lines, lambda line: line[0])
        sections = [
            letter_section(
                "index",
                letter,
                [
                    nodes.bullet_list(
                        "", *(item for _, item in group), classes=["index-list"]
                    )
                ],
            )
            for letter, group in groups.items()
        ]
        return [jump_bar("index", list(groups)), *sections]


class CodeIndex(SphinxDirective):
    """`{code-index}`: 장에서 쓰는 패키지의 이름들의 찾아보기입니다."""

    def run(self) -> list[nodes.Node]:
        """자리만 놓습니다. 이름은 모든 장을 읽은 뒤에 채웁니다."""
        return [nodes.bullet_list(classes=["index-list"], code_index=True)]


def gather(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """모든 장을 읽은 뒤에 나오는 곳을 모읍니다. 채울 두 쪽은 다시 쓰게 합니다."""
    app.jumok_terms, app.jumok_code = collect(env)
    return [name for name in (GLOSSARY, INDEX) if name in env.found_docs]


class Linker:
    """한 쪽(docname)에서 책의 다른 절로 가는 연결을 만듭니다."""

    def __init__(self, app: Sphinx, docname: str):
        """연결의 출발점을 정합니다."""
        self.builder, self.docname = app.builder, docname

    def uri(self, docname: str, anchor: str = "") -> str:
        """다른 쪽의 주소."""
        return self.builder.get_relative_uri(self.docname, docname) + (
            f"#{anchor}" if anchor else ""
        )

    def section(
        self, section: Section, text: str = "", **attributes
    ) -> nodes.reference:
        """절로 가는 연결. text가 없으면 절의 번호입니다."""
        return link(
            self.uri(section.docname, section.anchor),
            text or section.number,
            **attributes,
        )

    def numbers(self, places: Places) -> list[nodes.Node]:
        """절 번호의 연결들. 정의된 절은 굵게 씁니다."""
        found = []
        for section in places.main:
            reference = self.section(section, reftitle=section.title)
            strong = section == places.definition
            found += [
                nodes.Text(" "),
                nodes.strong("", "", reference) if strong else reference,
            ]
        return found


def fill_glossary(holder: nodes.container, places: Places, to: Linker) -> None:
    """용어집의 한 용어에 정의된 절과 나오는 장을 적습니다."""
    if places.definition:
        line = nodes.paragraph("", "처음 나오는 곳: ")
        line += to.section(places.definition, places.definition.title)
        holder += line
    if len(places.chapters) > 1:
        line = nodes.paragraph("", "나오는 장:")
        for number, section in places.chapters.items():
            line += [
                nodes.Text(" "),
                to.section(section, f"{number}장", reftitle=section.title),
            ]
        holder += line


def fill(app: Sphinx, document: nodes.document, docname: str) -> None:
    """용어집과 찾아보기의 빈 자리를 채웁니다."""
    to = Linker(app, docname)
    for holder in list(document.findall(nodes.container)):
        if "term-places" in holder["classes"]:
            fill_glossary(holder, app.jumok_terms[holder["term"]], to)
    for place in list(document.findall(nodes.inline)):
        if "index-places" in place["classes"]:
            place += link(
                to.uri(GLOSSARY, place["glossary"]),
                place["term"],
                classes=["index-name"],
            )
            place += to.numbers(app.jumok_terms[place["term"]])
    for holder in list(document.findall(nodes.bullet_list)):
        if holder.get("code_index"):
            for name, places in sorted(
                app.jumok_code.items(), key=lambda item: item[0].lower()
            ):
                line = nodes.paragraph(
                    "", "", nodes.literal("", name), *to.numbers(places)
                )
                holder += nodes.list_item("", line)


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.add_directive("term-index", TermIndex)
    app.add_directive("code-index", CodeIndex)
    app.connect("env-updated", gather)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
