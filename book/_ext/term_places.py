"""용어와 코드 이름이 장의 어느 절에 나오는지 모읍니다.

용어집과 찾아보기가 이 결과로 연결을 답니다.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from docutils import nodes
from sphinx.environment import BuildEnvironment
from term_list import load_terms
from term_match import compile_definition, compile_terms, is_ambiguous, mentions

NUMBERED = re.compile(r"(\d+)\.\d+|(\d+)장 ")
WORD_TABLE = re.compile(r"(이 장의 )?용어")
TITLE = 5  # 제목에 한 번 나오면 글에 다섯 번 나온 것으로 칩니다.
SHOWN = 4  # 찾아보기에 싣는 주된 절의 수


@dataclass(frozen=True)
class Section:
    """장의 번호 붙은 절 하나, 또는 장의 첫머리(anchor가 빈 글).

    text는 글, code는 코드와 코드 이름입니다.
    """

    docname: str
    anchor: str
    title: str
    text: str
    code: str

    @property
    def number(self) -> str:
        """절의 번호. 예: 4.5. 장의 첫머리는 4장입니다."""
        return self.title.split()[0]

    @property
    def order(self) -> tuple[int, ...]:
        """책에서 놓인 차례. 장의 첫머리는 (4, 0), 4.5절은 (4, 5)입니다."""
        numbers = [int(number) for number in re.findall(r"\d+", self.number)]
        return tuple([*numbers, 0][:2])

    @property
    def chapter(self) -> str:
        """장의 번호. 예: 4"""
        return re.match(r"\d+", self.title)[0]


@dataclass
class Places:
    """이름 하나가 나오는 절들.

    definition은 처음 정의되는 절, counts는 절마다 나온 횟수입니다.
    """

    definition: Section | None = None
    counts: dict[Section, int] = field(default_factory=dict)

    @property
    def chapters(self) -> dict[str, Section]:
        """나오는 장마다 그 장에서 처음 나오는 절."""
        first = {}
        for section in self.counts:
            first.setdefault(section.chapter, section)
        return first

    @property
    def main(self) -> list[Section]:
        """정의된 절과 가장 많이 나온 절들. 책의 차례를 따릅니다."""
        often = sorted(
            filter(lambda section: section.anchor, self.counts),
            key=self.counts.get,
            reverse=True,
        )
        kept = {*often[:SHOWN], *([self.definition] if self.definition else [])}
        return sorted(kept, key=lambda section: section.order)


def prose_of(parts: list[nodes.Node]) -> str:
    """글. 코드 칸과 출력과 수식은 뺍니다."""
    paragraphs = [
        one
        for part in parts
        for one in part.findall(nodes.paragraph)
        if not inside_cell(one)
    ]
    return "\n".join("".join(text_pieces(paragraph)) for paragraph in paragraphs)


def text_pieces(paragraph: nodes.paragraph) -> Iterator[str]:
    """문단의 글 조각들. 수식과 코드는 빈칸으로 냅니다."""
    for text in paragraph.findall(nodes.Text):
        yield (
            " "
            if isinstance(text.parent, (nodes.math, nodes.literal))
            else text.astext()
        )


def inside_cell(node: nodes.Node) -> bool:
    """코드 칸이나 출력 안에 있는지 봅니다."""
    while node is not None:
        if isinstance(node, nodes.container) and "cell" in node["classes"]:
            return True
        node = node.parent
    return False


def code_of(parts: list[nodes.Node]) -> str:
    """코드 칸과 글 속의 코드 이름. 출력은 뺍니다."""
    blocks = [block for part in parts for block in part.findall(nodes.literal_block)]
    words = [word for part in parts for word in part.findall(nodes.literal)]
    cells = [
        block.astext()
        for block in blocks
        if "cell_input" in block.parent.get("classes", [])
    ]
    # 글 속의 `이름`은 부르는 꼴로 바꾸어 코드와 함께 셉니다.
    return "\n".join(
        [*cells, *(f"{word.astext()}(" for word in words if not inside_cell(word))]
    )


def sections_of(docname: str, document: nodes.document) -> Iterator[Section]:
    """장의 첫머리와 번호 붙은 절들."""
    for section in document.findall(nodes.section):
        title = section.next_node(nodes.title).astext()
        if NUMBERED.match(title):
            top = isinstance(section.parent, nodes.document)
            parts = [
                part
                for part in section.children
                if not (top and isinstance(part, nodes.section))
            ]
            anchor = "" if top else section["ids"][0]
            yield Section(docname, anchor, title, prose_of(parts), code_of(parts))


def listed_terms(document: nodes.document) -> set[str]:
    """장 끝의 ‘용어’ 표에 적힌 용어들."""
    for section in document.findall(nodes.section):
        if WORD_TABLE.fullmatch(section.next_node(nodes.title).astext()):
            return {
                row[0].astext() for body in section.findall(nodes.tbody) for row in body
            }
    return set()


def imported_names(code: str) -> set[str]:
    """코드가 jumok에서 가져오는 이름들. 방(jumok.scratch 같은 모듈)은 뺍니다."""
    names = set()
    for line in re.findall(
        r"^from jumok\.[\w.]+ import (?:\([^)]*\)|.+)$", code, re.MULTILINE
    ):
        names |= {alias.name for alias in ast.parse(line).body[0].names}
    return names


def count_terms(terms: list[dict], sections: list[Section]) -> dict[str, Places]:
    """용어마다 나오는 절과 횟수."""
    pattern, found = compile_terms(terms), {term["ko"]: Places() for term in terms}
    for section in sections:
        for text, weight in ((section.title, TITLE), (section.text, 1)):
            for _, name in mentions(pattern, text):
                counts = found[name].counts
                counts[section] = counts.get(section, 0) + weight
    return found


def term_places(
    terms: list[dict], sections: list[Section], homes: dict[str, str]
) -> dict[str, Places]:
    """용어마다 정의된 절과 나오는 절들.

    homes는 용어를 가르치는 장(장 끝의 표에 처음 오른 장)입니다. 정의된 절은 그 장에서
    "우리말(영어)"가 처음 나오는 절이고, 그 장에 없으면 책에서 처음 나오는 절입니다.
    헷갈리는 짧은 용어는 "우리말(영어)"가 있는 장과 그 용어를 가르치는 장에서만 셉니다.
    """
    found = count_terms(terms, sections)
    for term in terms:
        places, defines = found[term["ko"]], compile_definition(term)
        defined = [section for section in sections if defines.search(section.text)]
        home, chapters = homes.get(term["ko"]), {section.chapter for section in defined}
        chosen = [section for section in defined if section.chapter == home]
        if is_ambiguous(term):
            chapters.add(home)
            places.counts = {
                s: n for s, n in places.counts.items() if s.chapter in chapters
            }
        places.definition = next(iter([*chosen, *defined, *places.counts]), None)
    return found


def code_places(sections: list[Section]) -> dict[str, Places]:
    """장에서 jumok에서 가져다 쓰는 이름마다, 그것을 부르거나 말하는 절들.

    없으면 가져오는 절입니다.
    """
    found = {}
    for name in sorted(
        set().union(*(imported_names(section.code) for section in sections))
    ):
        called = re.compile(rf"(?<![\w.]){name}\s*[(.]")
        counts = {
            section: n
            for section in sections
            if (n := len(called.findall(section.code)))
        }
        first = next(
            section for section in sections if name in imported_names(section.code)
        )
        counts = counts or {first: 1}
        found[name] = Places(max(counts, key=counts.get), counts)
    return found


def collect(env: BuildEnvironment) -> tuple[dict[str, Places], dict[str, Places]]:
    """책의 모든 장에서 (용어의 자리, 코드 이름의 자리)를 모읍니다."""
    sections, homes = [], {}
    for name in sorted(name for name in env.found_docs if name.startswith("chapters/")):
        document = env.get_doctree(name)
        chapter = list(sections_of(name, document))
        sections += chapter
        for term in listed_terms(document):
            homes.setdefault(term, chapter[0].chapter)
    return term_places(load_terms(), sections, homes), code_places(sections)
