r"""책의 TeX를 MathML로 바꿉니다. latex2mathml이 모르는 꼴만 미리 고칩니다.

aligned와 split은 align*로 바꾸고, `\tag`의 번호는 식 밖에 적도록 따로 돌려줍니다.
"""

import re

from latex2mathml.converter import convert
from lxml import etree

MATHML = "http://www.w3.org/1998/Math/MathML"
TAG = re.compile(r"\\tag\{([^}]*)\}")
REWRITES = [
    (re.compile(r"\\(begin|end)\{split\}"), ""),
    (re.compile(r"\\(begin|end)\{aligned\}"), r"\\\1{align*}"),
    (re.compile(r"\\\\\[[^\]]*\]"), r"\\\\"),  # 줄 사이의 간격
    (re.compile(r"\\!"), ""),  # 좁히는 간격
    (re.compile(r"\\[bB]ig+[lr]?(?=\s*\\[{}])"), ""),  # 중괄호 앞의 크기
]
UNDER = ("max", "min")  # 따로 세운 식에서 첨자를 아래에 적는 이름


class MathError(ValueError):
    """MathML로 옮기지 못한 식."""


def bare(text: str) -> str:
    r"""쪽에 적힌 \(…\)와 \[…\]에서 괄호를 벗깁니다."""
    return re.sub(r"^\s*\\[(\[]\s*|\s*\\[)\]]\s*$", "", text).strip()


def number_of(tex: str) -> str:
    """식의 번호. 없으면 빈 글입니다."""
    found = TAG.search(tex)
    return f"({found[1]})" if found else ""


def to_mathml(tex: str, block: bool) -> etree._Element:
    """TeX 하나를 MathML 나무로 바꿉니다. 옮기지 못한 명령이 남으면 MathError입니다."""
    source = TAG.sub("", tex)
    for pattern, replacement in REWRITES:
        source = pattern.sub(replacement, source)
    try:
        math = etree.fromstring(
            convert(source.strip(), display="block" if block else "inline")
        )
    except Exception as error:  # latex2mathml은 갖가지 예외를 냅니다
        raise MathError(f"{tex}: {error}") from error
    if "\\" in "".join(math.itertext()) or math.findall(f".//{{{MATHML}}}merror"):
        raise MathError(f"옮기지 못한 명령이 있습니다: {tex}")
    _tidy(math, block)
    math.set("alttext", tex)
    return math


def _tidy(math: etree._Element, block: bool) -> None:
    """MathJax와 같은 글자와 자리로 맞춥니다."""
    for mark in math.iter(f"{{{MATHML}}}mo"):
        mark.text = {"·": "⋅", "...": "…"}.get(mark.text, mark.text)
    for table in math.iter(f"{{{MATHML}}}mtable"):
        if not (table.get("columnspacing") or "").strip():
            # latex2mathml은 빈 값을 적기도 합니다
            table.attrib.pop("columnspacing", None)
    for sub in list(math.iter(f"{{{MATHML}}}msub")):
        if block and sub[0].text in UNDER:
            sub.tag = f"{{{MATHML}}}munder"
