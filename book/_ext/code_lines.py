"""코드와 글 출력의 줄마다 요소를 하나씩 둡니다.

좁은 화면에서 긴 줄을 접을 때, 이어지는 줄을 첫 줄보다 들여 쓰기 위해서입니다. CSS의
`text-indent: hanging each-line`은 줄이 몇 칸 들어가 있는지 모릅니다. 그래서 줄의
들여쓰기를 `--indent`에 적어 두고, book.css가 그보다 더 들여 씁니다. 줄 바꿈은 요소 밖에
글자로 남으므로, 끌어서 고르거나 단추로 복사하면 원본과 같은 글이 나옵니다.
"""

import re
from collections.abc import Iterator
from html import unescape

from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

NARROW = 36  # 이보다 짧은 줄은 휴대 전화에서도 접히지 않습니다.
# 여는 괄호와 쉼표의 뒤, 점의 앞에서는 접어도 좋습니다. 이것이 없으면 빈칸 없이 긴 식이
# 이름의 가운데에서 꺾입니다.
OPENING = re.compile(r'(<span class="[po]">[^<]*[(\[{,]</span>)(?=[^<\s]|<span)')
DOT = re.compile(r'(?<=[\w>])(<span class="o">\.</span>)')
# 명령의 선택 사항. 브라우저는 붙임표 뒤에서 줄을 접어 `--`를 줄 끝에 남깁니다.
OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*(?![^<]*>)")
Pieces = Iterator[tuple[int, str]]


def foldable(line: str) -> str:
    """빛깔을 입힌 긴 줄(HTML)에 접을 자리와 접지 않을 자리를 표시합니다."""
    line = OPTION.sub(r'<span class="glue">\g<0></span>', line)
    return DOT.sub(r"<wbr>\1", OPENING.sub(r"\1<wbr>", line))


def wrapped(line: str) -> str:
    """빛깔을 입힌 한 줄(HTML)을 요소로 감쌉니다. 빈 줄은 그대로 둡니다."""
    body = line.removesuffix("\n")
    text = unescape(re.sub(r"<[^>]*>", "", body))
    if not text.strip():
        return line
    indent = len(text) - len(text.lstrip(" "))
    style = f' style="--indent: {indent}"' if indent else ""
    end = line[len(body) :]
    if len(text) > NARROW:
        body = foldable(body)
    return f'<span class="code-line"{style}>{body}</span>{end}'


class LineFormatter(HtmlFormatter):
    """줄마다 `<span class="code-line">`을 두는 Pygments의 HTML 서식기."""

    def wrap(self, source: Pieces) -> Pieces:
        """줄을 감싼 다음 Pygments의 상자(div, pre)로 감쌉니다."""
        lines = ((kind, wrapped(line) if kind else line) for kind, line in source)
        return super().wrap(lines)


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    PygmentsBridge.html_formatter = LineFormatter
    return {"parallel_read_safe": True, "parallel_write_safe": True}
