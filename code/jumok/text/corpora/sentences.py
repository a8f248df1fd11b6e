"""문단 쌍을 문장 쌍으로: 두 쪽의 문장 수가 같고 서로 맞을 때만 나눕니다."""

import re

from .markup import ANCHOR, CODE

_END = r"""[.!?][\"'”’)\]]*"""
_ENGLISH = re.compile(rf"{_END}(\s+)(?=[\"'“‘(\[]*[A-Z0-9{CODE}])")
_KOREAN = re.compile(rf"{_END}(\s+)(?=\S)")
_NOT_END = re.compile(
    r"(?:^|[\s(\[])"
    r"(?:e\.g|i\.e|cf|vs|etc|Mr|Mrs|Dr|St|No|approx|a\.k\.a|예|[A-Z]|\d+)\.$",
    re.IGNORECASE,
)
_HANGUL = re.compile("[가-힣]")
_RATIO = (0.5, 4.5)
_SHORT = 5


def split_english(text: str) -> list[str]:
    """영어 글을 문장으로 나눕니다. 줄임말(e.g.) 뒤에서는 나누지 않습니다."""
    return _split(text, _ENGLISH)


def split_korean(text: str) -> list[str]:
    """한국어 글을 문장으로 나눕니다."""
    return _split(text, _KOREAN)


def has_hangul(text: str) -> bool:
    """한글 음절이 하나라도 있는지."""
    return bool(_HANGUL.search(text))


def balanced(korean: str, english: str) -> bool:
    """두 글의 길이가 어울리는지: 다섯 낱말보다 길면 어절 하나에 영어 낱말 0.5–4.5개."""
    eojeols, words = len(korean.split()), len(english.split())
    if max(eojeols, words) <= _SHORT:
        return True
    return _RATIO[0] <= words / max(eojeols, 1) <= _RATIO[1]


def sentence_pairs(korean: str, english: str) -> list[tuple[str, str]]:
    """(한국어, 영어) 문장 쌍들. 나누어도 안전하지 않으면 문단 그대로 한 쌍입니다.

    안전하다는 것은 문장 수가 같고, 쌍마다 길이가 어울리고, 양쪽에 다 나오는 코드가 같은
    번째 문장에 나온다는 뜻입니다.
    """
    sides = split_korean(korean), split_english(english)
    pairs = list(zip(*sides, strict=False))
    if len(sides[0]) != len(sides[1]) or len(pairs) == 1:
        return [(korean, english)]
    if not all(balanced(*pair) for pair in pairs if has_hangul(pair[0])):
        return [(korean, english)]
    shared = _anchors(korean) & _anchors(english)
    # 코드가 서로 다른 번째 문장에 있으면 문장이 어긋난 것입니다.
    together = all(_anchors(ko) & shared == _anchors(en) & shared for ko, en in pairs)
    return pairs if together else [(korean, english)]


def _anchors(text: str) -> set[str]:
    return {code.rstrip(".,;:()") for code in ANCHOR.findall(text)}


def _split(text: str, boundary: re.Pattern) -> list[str]:
    sentences, start = [], 0
    for match in boundary.finditer(text):
        head = text[start : match.start(1)]
        if not _NOT_END.search(head):
            sentences.append(head)
            start = match.end()
    return [*sentences, text[start:]]
