"""reStructuredText의 표시를 벗겨 글만 남깁니다."""

import re
import unicodedata

# 표시에서 나온 낱말의 앞에 붙입니다. 문장을 나눌 때 그 낱말을 알아보기 위해서입니다.
CODE = "\ue000"
SPACE = "\ue001"  # 그 낱말 안의 빈칸. 여기서는 문장을 나누지 않습니다.
ANCHOR = re.compile(rf"{CODE}([!-~]+)")  # 뒤에 붙은 조사는 빼고

_INLINE = re.compile(
    r"""
      ``(?P<literal>.+?)``(?!`)                           # ``코드``
    | :(?P<role>[A-Za-z][\w:+.-]*):`(?P<body>[^`]+)`      # :func:`이름`
    | `(?P<link>[^`]+)`_{0,2}                             # `글 <주소>`_
    | \\(?P<escaped>.)                                    # 사라집니다: ``이름``\ 을
    | \*\*(?P<strong>[^\s*](?:[^*]*[^\s*])?)\*\*
    | (?<![\w*])\*(?P<emphasis>[^\s*](?:[^*]*[^\s*])?)\*(?!\*)
    | \|(?P<replaced>[^\s|][^|]*)\|
    | \s?\[(?:\#\w*|\d+|\*)\]_                            # 각주
    | (?<![\w`])(?P<name>[A-Za-z][\w-]*[A-Za-z0-9])_(?=[\s.,;:)]|$)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)")
_BROKEN = re.compile(r"`|(?<!\w):[a-z:]+:[\"']")
_TITLE = re.compile(r"\s*(.+?)\s*<[^<>]*>\s*", re.DOTALL)
_CALLS = {"func", "meth", "function", "method"}


def strip_markup(text: str) -> str | None:
    """표시를 벗긴 글.

    벗기고도 역따옴표나 역할(:func:)이 남으면 표시가 깨진 글이므로 None. 코드와 이름의
    앞에는 CODE가 붙고 그 안의 빈칸은 SPACE입니다. `plain_text`가 둘을 없앱니다.
    """
    text = _INLINE.sub(_inner, unicodedata.normalize("NFC", text))
    text = " ".join(text.split())
    # 문단 끝의 ::는 "다음은 코드"라는 표시입니다. 글에는 쌍점 하나만 남깁니다.
    text = re.sub(r":: *$", ":", text)
    return None if _BROKEN.search(text) else text


def plain_text(text: str) -> str:
    """`strip_markup`이 넣은 두 글자를 없앤 글."""
    return " ".join(text.replace(CODE, "").replace(SPACE, " ").split())


def _inner(match: re.Match) -> str:
    kind, part = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
    if kind == "escaped":
        return "" if part.isspace() else part
    if kind in ("strong", "emphasis"):
        return _marked(_ESCAPE.sub(r"\1", part))
    if kind in ("replaced", "name"):
        return part
    if kind == "literal":
        return _marked(part)
    if kind == "link":
        titled = _TITLE.fullmatch(part)
        return titled[1] if titled else part
    return (
        _marked(_role(match["role"].lower(), _ESCAPE.sub(r"\1", part)))
        if kind == "body"
        else ""
    )


def _role(role: str, body: str) -> str:
    """Sphinx가 그 역할을 보여 주는 글."""
    titled = _TITLE.fullmatch(body)
    if titled:
        return titled[1]
    if role in ("pep", "rfc"):
        return f"{role.upper()} {body}"
    name = body.lstrip("!")
    name = name[1:].rpartition(".")[2] if name.startswith("~") else name
    return (
        f"{name}()"
        if role.rpartition(":")[2] in _CALLS and not name.endswith(")")
        else name
    )


def _marked(code: str) -> str:
    return CODE + SPACE.join(code.split())
