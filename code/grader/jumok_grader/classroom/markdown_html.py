"""책의 마크다운을 HTML로 바꿉니다.

인터넷 없이 보도록 수식을 MathML로, Moodle에 넣을 때는 \\(…\\)로 바꿉니다.
"""

from __future__ import annotations

import html
import re

_CITE = re.compile(r"\s*\{cite(?:[:a-z]*)\}`[^`]*`")
_ROLE = re.compile(r"\{[a-z:]+\}`([^`<]*?)(?:\s*<[^>]*>)?`")


def to_html(text: str, math: str = "mathml") -> str:
    """마크다운을 HTML로 바꿉니다.

    math는 mathml이나 moodle입니다. 글 속의 HTML 태그는 글자로 남습니다.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(
        reader, allow_labels=False, allow_space=False, renderer=_renderer(math)
    )
    return reader.render(_ROLE.sub(r"\1", _CITE.sub("", text)))


def _renderer(math: str) -> object:
    def moodle(source: str, options: dict) -> str:
        marks = (r"\[", r"\]") if options.get("display_mode") else (r"\(", r"\)")
        return f"{marks[0]}{html.escape(source.strip())}{marks[1]}"

    def mathml(source: str, options: dict) -> str:
        from latex2mathml.converter import convert

        display = "block" if options.get("display_mode") else "inline"
        plain = re.sub(r"\\tag\{[^}]*\}", "", source.strip())
        return convert(plain, display=display)

    return moodle if math == "moodle" else mathml
