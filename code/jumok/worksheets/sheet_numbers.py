"""활동지에 넣는 수: 책의 수(BOOK)와, 학생마다 다르게 뽑는 수(DRAW)."""

from __future__ import annotations

import random
from collections.abc import Callable

BOOK: dict[int, dict] = {
    1: {"w_ih": [[1, 0], [0, 1], [1, 1]], "w_hh": [[0, 1], [-1, 0]]},
    2: {"states": [[2, 0, 1], [1, 2, 0], [0, 1, 2]], "query": [-1, 1, 1]},
    3: {
        "keys": [[0, 1], [1, 1], [0, 0]],
        "values": [[1, 2], [3, 2], [2, 0]],
        "query": [2, 1],
    },
    4: {
        "keys": [[1, 0, 1, 0], [0, 2, 0, 1], [0, 0, 1, 0]],
        "values": [[4, 0], [0, 10], [2, 2]],
        "query": [2, 1, 0, 2],
    },
    5: {
        "queries": [[0, 2], [1, 0], [2, 0], [1, 1]],
        "keys": [[2, -2], [-1, 1], [-2, 2], [0, 0]],
        "values": [[10, 2], [1, 5], [2, 10], [6, 6]],
        "w_o": [[1, 1], [1, -1]],
    },
    6: {"counts": [("먹었어", 2), ("갔었어", 3), ("울었어", 2), ("먹고", 2)]},
    7: {"x": [4, 0, 0, 0], "a": [0, 0, 4, 0]},
    8: {
        "vectors": [[1, 1], [3, 0], [0, 3], [2, -1], [-1, 2], [0, 0]],
        "left": 0,
        "answer": 1,
        "right": 3,
    },
    9: {
        "rows": [[4, 1, 1, 1, 1], [2, 1, 2, 2, 1], [2, 1, 1, 2, 2], [2, 2, 1, 1, 2]],
        "answers": [0, 1, 3, 4],
    },
    10: {"picture": [[0, 2, 0, 0], [0, 2, 0, 0], [0, 3, 1, 1], [0, 3, 0, 0]]},
}
_STEMS = ("먹", "갔", "울", "웃", "읽", "잡", "믿", "씻")


def _matrix(
    rng: random.Random, rows: int, columns: int, low: int, high: int
) -> list[list[int]]:
    return [[rng.randint(low, high) for _ in range(columns)] for _ in range(rows)]


def _spread(
    rng: random.Random, draw: Callable[[], dict], score: Callable[[dict], list]
) -> dict:
    """점수가 서로 다르고 지나치게 벌어지지 않을 때까지 뽑습니다.

    손으로 셈하기 좋은 수만 남습니다.
    """
    while True:
        given = draw()
        scores = score(given)
        if len(set(scores)) == len(scores) and max(scores) - min(scores) <= 5:
            return given


def _dots(given: dict, keys: str) -> list[int]:
    return [
        sum(a * b for a, b in zip(key, given["query"], strict=True))
        for key in given[keys]
    ]


def _rnn(rng: random.Random) -> dict:
    turn = rng.choice(
        ([[0, 1], [-1, 0]], [[0, -1], [1, 0]], [[0, 1], [1, 0]], [[-1, 0], [0, 1]])
    )
    rows = [[1, 0], [0, 1], [1, 1], [0, 2], [2, 0], [1, -1], [-1, 1]]
    return {"w_ih": rng.sample(rows, 3), "w_hh": turn}


def _dot(rng: random.Random) -> dict:
    return _spread(
        rng,
        lambda: {
            "states": _matrix(rng, 3, 3, 0, 2),
            "query": [rng.randint(-1, 1) for _ in range(3)],
        },
        lambda given: _dots(given, "states"),
    )


def _encode(rng: random.Random) -> dict:
    return _spread(
        rng,
        lambda: {
            "keys": _matrix(rng, 3, 2, 0, 2),
            "values": _matrix(rng, 3, 2, 0, 4),
            "query": [rng.randint(0, 2) for _ in range(2)],
        },
        lambda given: _dots(given, "keys"),
    )


def _scaled(rng: random.Random) -> dict:
    return _spread(
        rng,
        lambda: {
            "keys": _matrix(rng, 3, 4, 0, 2),
            "values": [[2 * a, 2 * b] for a, b in _matrix(rng, 3, 2, 0, 5)],
            "query": [2 * rng.randint(0, 1) for _ in range(4)],
        },
        lambda given: _dots(given, "keys"),
    )


def _heads(rng: random.Random) -> dict:
    keys = [
        list(pair)
        for pair in zip(
            *(rng.sample((-2, -1, 0, 1, 2), 4) for _ in range(2)), strict=True
        )
    ]
    queries = [*_matrix(rng, 3, 2, 0, 2), [1, 1]]
    return {
        "queries": queries,
        "keys": keys,
        "values": _matrix(rng, 4, 2, 1, 10),
        "w_o": [[1, 1], [1, -1]],
    }


def _subwords(rng: random.Random) -> dict:
    one, two, three = rng.sample(_STEMS, 3)
    counts = rng.sample((2, 3, 4, 5), 3)
    words = [
        (f"{stem}었어", count)
        for stem, count in zip((one, two, three), counts, strict=True)
    ]
    return {"counts": [*words, (f"{one}고", rng.randint(2, 4))]}


def _norm(rng: random.Random) -> dict:
    """평균도 표준편차도 정수가 되는 벡터를 둘로 나눕니다."""
    size, middle = rng.randint(1, 3), rng.randint(0, 3)
    total = [middle + size * sign for sign in rng.sample((1, 1, -1, -1), 4)]
    x = [rng.randint(0, 4) for _ in range(4)]
    return {"x": x, "a": [whole - part for whole, part in zip(total, x, strict=True)]}


def _masked(rng: random.Random) -> dict:
    vectors = [[1, 1], [3, 0], [0, 3], [2, -1], [-1, 2], [0, 0]]
    for row in (0, 1, 2):
        vectors[row] = [value + rng.randint(0, 1) for value in vectors[row]]
    answer, right = rng.choice(((1, 3), (2, 4)))
    return {"vectors": vectors, "left": 0, "answer": answer, "right": right}


def _bits(rng: random.Random) -> dict:
    rows = [
        rng.sample(rng.choice(([4, 1, 1, 1, 1], [2, 2, 2, 1, 1])), 5) for _ in range(4)
    ]
    return {"rows": rows, "answers": [0, rng.choice((1, 2)), 3, 4]}


def _patches(rng: random.Random) -> dict:
    return {"picture": _matrix(rng, 4, 4, 0, 3)}


DRAW: dict[int, Callable[[random.Random], dict]] = {
    1: _rnn,
    2: _dot,
    3: _encode,
    4: _scaled,
    5: _heads,
    6: _subwords,
    7: _norm,
    8: _masked,
    9: _bits,
    10: _patches,
}
