"""용어 검사: 쓰지 않는 꼴이 없고, 장에서 처음 쓸 때 영어를 함께 적습니다."""

from pathlib import Path

import pytest
from term_check import check, first_uses, forbidden, prose
from term_list import load_terms

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
WRITINGS = [
    *CHAPTERS,
    *sorted((ROOT / "solutions").glob("*/*.ipynb")),
    *sorted((ROOT / "book").glob("*.md")),
]


@pytest.fixture
def page(tmp_path):
    """글을 담은 임시 페이지를 만들어 줍니다."""

    def write(text: str) -> Path:
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_writings_follow_the_terms():
    faults = check(WRITINGS, CHAPTERS)
    assert not faults, "\n" + "\n".join(map(str, faults))


def test_terms_are_well_formed():
    terms = load_terms()
    names = [term["ko"] for term in terms]
    assert len(names) == len(set(names)) and len(names) >= 49
    for term in terms:
        assert term["en"] and term["def"].endswith("다.") and term["avoid"], term["ko"]
        clash = [
            variant
            for variant in term["avoid"]
            if any(variant in name for name in names)
        ]
        assert not clash, f"{term['ko']}: 바른 용어까지 막는 꼴 {clash}"


def test_forbidden_variant_is_reported_with_its_line(page):
    faults = list(forbidden(page("첫 줄입니다.\n\n학습율을 바꿉니다.\n"), load_terms()))
    assert [(fault.line, "학습률" in fault.message) for fault in faults] == [(3, True)]


def test_code_and_math_are_not_prose(page):
    text = (
        "`학습율`은 코드입니다. $학습율$\n\n```python\n# "
        "학습율\n```\n\n[글](학습율.md)\n"
    )
    assert not list(forbidden(page(text), load_terms()))
    assert "바로잡기" in prose(":::{admonition} 바로잡기 1\n글\n:::\n")


@pytest.mark.parametrize(
    "text, faults",
    [
        ("소프트맥스를 씁니다.", 1),
        ("소프트맥스(softmax)를 씁니다. 소프트맥스는 좋습니다.", 0),
        ("**소프트맥스**(softmax)를 씁니다.", 0),
        ("# 소프트맥스\n\n소프트맥스(softmax)를 씁니다.", 0),
        ("어텐션 점수(attention score)와 어텐션(attention)", 0),
        ("열쇠를 키웁니다.", 0),
    ],
)
def test_first_use_needs_english(page, text, faults):
    assert len(list(first_uses(page(text), load_terms()))) == faults
