"""용어집: book/terms.yml을 읽어 Sphinx의 glossary를 만드는 지시자입니다."""

from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

TERMS = Path(__file__).parent.parent / "terms.yml"


def load_terms(path: Path = TERMS) -> list[dict]:
    """terms.yml의 용어들을 돌려줍니다."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


class TermList(SphinxDirective):
    """`{term-list}`: 모든 용어를 가나다순으로 늘어놓습니다."""

    def run(self) -> list[nodes.Node]:
        """glossary 지시자를 만들어 풉니다."""
        self.env.note_dependency(str(TERMS))
        lines = ["```{glossary}"]
        for term in sorted(load_terms(), key=lambda term: term["ko"]):
            lines += [term["ko"], f"  **{term['en']}** — {term['def']}", ""]
        holder = nodes.container(classes=["term-list"])
        self.state.nested_parse(StringList([*lines, "```"]), self.content_offset, holder)
        return [holder]


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.add_directive("term-list", TermList)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
