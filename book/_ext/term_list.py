"""용어집: book/terms.yml의 용어를 첫소리로 나누어 늘어놓고, 처음 정의되는 곳과 나오는
장을 잇습니다.
"""

import re
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from term_match import slug

TERMS = Path(__file__).parent.parent / "terms.yml"
LETTERS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
PLAIN = str.maketrans("ㄲㄸㅃㅆㅉ", "ㄱㄷㅂㅅㅈ")


def load_terms(path: Path = TERMS) -> list[dict]:
    """terms.yml의 용어들을 돌려줍니다."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def initial(word: str) -> str:
    """첫 글자의 첫소리.

    된소리는 예사소리로, 한글이 아니면 대문자로 바꿉니다. 예: 쿼리 → ㅋ
    """
    number = ord(word[0]) - ord("가")
    return (
        LETTERS[number // 588].translate(PLAIN)
        if 0 <= number < 11172
        else word[0].upper()
    )


def is_korean(name: str) -> bool:
    """한글로 시작하는 이름인지 봅니다."""
    return bool(re.match("[가-힣]", name))


def in_groups(names: list, key) -> dict[str, list]:
    """이름들을 가나다(ABC) 차례로 늘어놓고 첫소리로 묶습니다."""
    groups = {}
    for one in sorted(names, key=lambda one: key(one).lower()):
        groups.setdefault(initial(key(one)), []).append(one)
    return groups


def english_names(term: dict) -> list[str]:
    """용어의 영어 이름과 줄임말."""
    return [term["en"], *(name for name in term.get("also", []) if not is_korean(name))]


def link(uri: str, text: str, **attributes) -> nodes.reference:
    """책 안의 다른 곳으로 가는 연결."""
    return nodes.reference("", text, refuri=uri, internal=True, **attributes)


def letter_section(
    prefix: str, letter: str, content: list[nodes.Node]
) -> nodes.section:
    """첫소리 하나의 절."""
    section = nodes.section(
        "", nodes.title("", letter), *content, ids=[f"{prefix}-{letter}"]
    )
    section["names"] = []
    return section


def jump_bar(prefix: str, letters: list[str]) -> nodes.container:
    """첫소리로 건너뛰는 연결들."""
    bar = nodes.paragraph()
    for letter in letters:
        bar += [
            nodes.reference("", letter, refid=f"{prefix}-{letter}", internal=True),
            nodes.Text(" "),
        ]
    return nodes.container("", bar, classes=["letter-bar"])


def term_entry(term: dict) -> nodes.definition_list_item:
    """용어 하나: 우리말, 영어, 뜻, 같은 말, 나오는 곳."""
    meaning = nodes.paragraph(
        "", "", nodes.strong("", term["en"]), nodes.Text(f" — {term['def']}")
    )
    definition = nodes.definition("", meaning)
    if term.get("also"):
        definition += nodes.paragraph(
            "", f"같은 말: {', '.join(term['also'])}", classes=["term-also"]
        )
    definition += nodes.container(classes=["term-places"], term=term["ko"])
    return nodes.definition_list_item(
        "", nodes.term("", term["ko"], ids=[slug(term)]), definition
    )


class TermList(SphinxDirective):
    """`{term-list}`: 모든 용어를 첫소리로 나누어 가나다순으로 늘어놓습니다."""

    def run(self) -> list[nodes.Node]:
        """첫소리마다 절을 만듭니다.

        나오는 곳은 모든 장을 읽은 뒤에 term_index가 채웁니다.
        """
        self.env.note_dependency(str(TERMS))
        groups = in_groups(load_terms(), lambda term: term["ko"])
        sections = []
        for letter, terms in groups.items():
            entries = nodes.definition_list(
                "", *map(term_entry, terms), classes=["glossary"]
            )
            holder = nodes.container("", entries, classes=["term-list"])
            sections.append(letter_section("glossary", letter, [holder]))
        return [jump_bar("glossary", list(groups)), *sections]


class EnglishList(SphinxDirective):
    """`{term-english}`: 영어 이름과 줄임말에서 우리말로 가는 목록입니다."""

    def run(self) -> list[nodes.Node]:
        """영어 알파벳 순으로 늘어놓습니다."""
        self.env.note_dependency(str(TERMS))
        pairs = [(name, term) for term in load_terms() for name in english_names(term)]
        items = nodes.bullet_list(classes=["term-pairs"])
        for name, term in sorted(pairs, key=lambda pair: pair[0].lower()):
            target = nodes.reference("", term["ko"], refid=slug(term), internal=True)
            items += nodes.list_item(
                "", nodes.paragraph("", "", nodes.Text(f"{name} "), target)
            )
        return [items]


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.add_directive("term-list", TermList)
    app.add_directive("term-english", EnglishList)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
