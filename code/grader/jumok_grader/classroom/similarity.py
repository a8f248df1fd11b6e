"""닮은 풀이 찾기: 파이썬 토큰의 지문을 winnowing으로 골라 견줍니다(MOSS의 방법).

Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document Fingerprinting",
SIGMOD 2003. 토큰 K개짜리 조각마다 해시를 내고, 이어진 WINDOW개의 해시마다 가장 작은
것을 지문으로 남깁니다. 그러면 토큰 WINDOW + K − 1개 이상이 같은 곳은 반드시 걸리고,
K개보다 짧게 같은 곳은 걸리지 않습니다. 나누어 준 글(빈칸, 준비 칸)의 지문과, 많은
학생에게 있는 지문은 뺍니다.
"""

from __future__ import annotations

import hashlib
import io
import keyword
import token
import tokenize
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

from ..notebook.master import Master
from ..notebook.matching import match_answers
from ..notebook.notebooks import BadNotebook, Cell
from ..notebook.stubs import plain_python

K = 8
WINDOW = 5
COMMON = 0.25  # 이보다 많은 학생에게 있는 지문은 누구나 쓰는 글로 봅니다.
LEAST = 5  # 지문이 이보다 적은 풀이는 견주지 않습니다.
_SKIP = {
    token.COMMENT,
    token.NL,
    token.NEWLINE,
    token.INDENT,
    token.DEDENT,
    token.ENCODING,
    token.ENDMARKER,
}


@dataclass(frozen=True)
class Pair:
    """닮은 두 제출물.

    shape은 이름을 지운 꼴이 같은 몫, words는 이름까지 같은 몫입니다(0–1).
    """

    first: str
    second: str
    shape: float
    words: float
    questions: tuple[str, ...] = ()


def tokens_of(source: str, names: bool = False) -> list[str]:
    """소스의 토큰들.

    주석과 줄 나눔을 빼고, names가 거짓이면 이름, 수, 글을 한 가지로 바꿉니다.
    """
    found = []
    try:
        for item in tokenize.generate_tokens(
            io.StringIO(plain_python(source)).readline
        ):
            if item.type not in _SKIP:
                found.append(item.string if names else _kind(item))
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        pass  # 문법이 틀린 풀이는 틀린 곳 앞까지만 견줍니다.
    return found


def _kind(item: tokenize.TokenInfo) -> str:
    if item.type == token.NAME:
        return item.string if keyword.iskeyword(item.string) else "N"
    if item.type == token.NUMBER:
        return "0"
    return "S" if item.type == token.STRING else item.string


def fingerprints(tokens: list[str], k: int = K, window: int = WINDOW) -> set[int]:
    """winnowing으로 고른 지문들."""
    hashes = [_hash(tokens[i : i + k]) for i in range(len(tokens) - k + 1)]
    if len(hashes) <= window:
        return {min(hashes)} if hashes else set()
    chosen = set()
    for start in range(len(hashes) - window + 1):
        part = hashes[start : start + window]
        chosen.add(min(part))
    return chosen


def _hash(part: list[str]) -> int:
    text = "\x1f".join(part).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def answers_of(master: Master, cells: list[Cell]) -> dict[str, str]:
    """{문제: 답 칸의 코드}. 짝을 찾을 수 없는 노트북이면 빈 사전입니다."""
    try:
        places = match_answers(master, cells)
    except BadNotebook:
        return {}
    code = {question.id for question in master.questions if not question.manual}
    return {
        key: cells[place].source[:200_000]
        for key, place in places.items()
        if key in code
    }


def marks_of(
    answers: dict[str, str], given: dict[str, str], names: bool
) -> dict[str, set[int]]:
    """문제마다의 지문. 나누어 준 빈칸의 지문은 뺍니다."""
    return {
        key: fingerprints(tokens_of(source, names))
        - fingerprints(tokens_of(given.get(key, ""), names))
        for key, source in answers.items()
    }


def similar(
    submissions: dict[str, dict[str, str]], given: dict[str, str], least: float = 0.6
) -> list[Pair]:
    """{제출물: {문제: 코드}}에서 닮은 짝을 냅니다.

    몫은 적은 쪽의 지문 가운데 같은 것의 몫입니다.
    """
    shapes = _rare(
        {who: marks_of(answers, given, False) for who, answers in submissions.items()}
    )
    words = _rare(
        {who: marks_of(answers, given, True) for who, answers in submissions.items()}
    )
    pairs = []
    for first, second in sorted(_meeting(shapes) | _meeting(words)):
        shape = _share(shapes[first], shapes[second])
        word = _share(words[first], words[second])
        if max(shape, word) >= least:
            same = [
                key for key in shapes[first] if _both(words, shapes, first, second, key)
            ]
            pairs.append(
                Pair(first, second, round(shape, 3), round(word, 3), tuple(same))
            )
    return sorted(
        pairs, key=lambda pair: (-pair.words, -pair.shape, pair.first, pair.second)
    )


def _rare(marks: dict[str, dict[str, set[int]]]) -> dict[str, dict[str, set[int]]]:
    """많은 학생에게 있는 지문을 뺍니다. 셋까지는 언제나 남깁니다."""
    count = Counter(
        mark for mine in marks.values() for part in mine.values() for mark in part
    )
    most = max(3, COMMON * len(marks))
    return {
        who: {
            key: {mark for mark in part if count[mark] <= most}
            for key, part in mine.items()
        }
        for who, mine in marks.items()
    }


def _all(mine: dict[str, set[int]]) -> set[int]:
    return set().union(*mine.values()) if mine else set()


def _meeting(marks: dict[str, dict[str, set[int]]]) -> set[tuple[str, str]]:
    """지문이 LEAST개 이상 같은 짝.

    지문에서 제출물을 거꾸로 찾으므로 모든 짝을 견주지 않습니다.
    """
    where = defaultdict(list)
    for who, mine in sorted(marks.items()):
        for mark in _all(mine):
            where[mark].append(who)
    met = Counter(pair for owners in where.values() for pair in combinations(owners, 2))
    return {pair for pair, count in met.items() if count >= LEAST}


def _share(first: dict[str, set[int]], second: dict[str, set[int]]) -> float:
    one, two = _all(first), _all(second)
    small = min(len(one), len(two))
    return len(one & two) / small if small >= LEAST else 0.0


def _both(words: dict, shapes: dict, first: str, second: str, key: str) -> bool:
    """이 문제의 지문이 절반 넘게 같은지. 드문 지문이 없는 문제는 세지 않습니다."""
    for marks in (words, shapes):
        one, two = marks[first].get(key, set()), marks[second].get(key, set())
        if one and two and len(one & two) >= 0.5 * min(len(one), len(two)):
            return True
    return False
