"""손으로 계산하는 예의 활동지: 같은 과제에 수만 다르게 넣습니다.

답은 jumok.scratch가 셈합니다.

`BOOK`은 책에 적힌 수이고 `DRAW`는 난수로 뽑은 수입니다. 둘 다 같은 함수가 활동지로
만듭니다.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from jumok_grader.classroom.worksheet import Sheet, Step, Table

from ..scratch import softmax
from ..text.merges import learn_merges


def shown(values: object, digits: int | None = None) -> str:
    """수나 벡터를 글로. 정수이면 소수점을 쓰지 않고, 0에 가까운 음수는 0으로 씁니다."""
    if np.ndim(values) == 0:
        value = float(values) if digits is None else round(float(values), digits)
        plain = f"{value + 0.0:g}" if digits is None else f"{value + 0.0:.{digits}f}"
        return plain.replace("-", "−")
    return "(" + ", ".join(shown(value, digits) for value in values) + ")"


def _grid(matrix: object) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(shown(value) for value in row) for row in matrix)


def _rows(names: tuple[str, ...], *columns: object) -> tuple[tuple[str, ...], ...]:
    listed = [[shown(row) for row in column] for column in columns]
    return tuple((name, *cells) for name, *cells in zip(names, *listed, strict=True))


WORDS = ("나는", "집에", "간다")


def rnn(w_ih: list, w_hh: list) -> Sheet:
    """1장: RNN 셀이 세 낱말을 읽습니다."""
    state, steps = np.zeros(2), []
    for word, row in zip(WORDS, np.array(w_ih, float), strict=True):
        inner = row + state @ np.array(w_hh, float)
        state = np.tanh(inner)
        steps.append(Step(f"「{word}」: tanh를 취하기 전", shown(inner, 3)))
        steps.append(Step(f"「{word}」까지 읽은 상태", shown(state, 3)))
    given = (
        Table(("낱말", "옮긴 것 xW"), _rows(WORDS, w_ih)),
        Table(("W_hh의 1열", "2열"), _grid(w_hh)),
    )
    intro = (
        "처음 상태는 (0, 0)입니다. 벡터는 행이고 행렬을 오른쪽에서 곱합니다. 소수 "
        "셋째 자리까지 적으세요."
    )
    return Sheet(1, "RNN 셀로 세 낱말 읽기", intro, given, tuple(steps))


def dot_attention(states: list, query: list) -> Sheet:
    """2장: 내적 점수의 어텐션."""
    return _attend(
        2, "내적 점수의 어텐션", states, query, states, 1.0, "인코더 상태", None
    )


def encode(keys: list, values: list, query: list) -> Sheet:
    """3장: 쿼리, 키, 밸류."""
    return _attend(
        3, "쿼리·키·밸류로 인코딩하기", keys, query, values, 1.0, "키", "밸류"
    )


def scaled(keys: list, values: list, query: list) -> Sheet:
    """4장: √d_k로 나눈 어텐션. d_k는 4입니다."""
    return _attend(
        4, "스케일드 닷프로덕트 어텐션", keys, query, values, 2.0, "키", "밸류"
    )


def _attend(
    chapter: int,
    title: str,
    keys: list,
    query: list,
    values: list,
    divisor: float,
    key: str,
    value: str | None,
) -> Sheet:
    keys_ = np.array(keys, float)
    values_ = np.array(values, float)
    query_ = np.array(query, float)
    scores = keys_ @ query_
    weights = softmax(scores / divisor)
    head, columns = ["토큰", key], [keys]
    if value:
        head, columns = [*head, value], [*columns, values]
    steps = [Step("점수 (차례대로)", shown(scores))]
    if divisor != 1:
        steps.append(Step("√4 = 2로 나눈 점수", shown(scores / divisor)))
    steps += [
        Step("지수 (소수 셋째 자리)", shown(np.exp(scores / divisor), 3)),
        Step("지수의 합", shown(np.exp(scores / divisor).sum(), 3)),
        Step("가중치 (소수 셋째 자리)", shown(weights, 3)),
        Step("가중합 (소수 둘째 자리)", shown(weights @ values_, 2)),
    ]
    given = (Table(tuple(head), _rows(WORDS, *columns)),)
    return Sheet(chapter, title, f"쿼리는 {shown(query)}입니다.", given, tuple(steps))


def two_heads(queries: list, keys: list, values: list, w_o: list) -> Sheet:
    """5장: 폭이 1인 헤드 둘. 마지막 토큰이 쿼리입니다."""
    names = ("나는", "맛있는", "사과를", "먹었다")
    query = np.array(queries[-1], float)
    keys_, values_ = np.array(keys, float), np.array(values, float)
    heads, steps = [], []
    for head in range(2):
        weights = softmax(query[head] * keys_[:, head])
        heads.append(weights @ values_[:, head])
        steps += [
            Step(f"헤드 {head + 1}의 점수", shown(query[head] * keys_[:, head])),
            Step(f"헤드 {head + 1}의 가중치 (소수 셋째 자리)", shown(weights, 3)),
            Step(f"헤드 {head + 1}의 출력 (소수 둘째 자리)", shown(heads[-1], 2)),
        ]
    steps.append(
        Step(
            "이어 붙여 W^O를 곱한 것 (소수 둘째 자리)",
            shown(np.array(heads) @ np.array(w_o), 2),
        )
    )
    given = (
        Table(("토큰", "쿼리", "키", "밸류"), _rows(names, queries, keys, values)),
        Table(("W^O의 1열", "2열"), _grid(w_o)),
    )
    intro = (
        "첫째 성분이 헤드 1의 것, 둘째 성분이 헤드 2의 것입니다. 「먹었다」의 출력을 "
        "구하세요."
    )
    return Sheet(5, "두 헤드", intro, given, tuple(steps))


def subwords(counts: list) -> Sheet:
    """6장: 서브워드를 세 걸음 배웁니다."""
    words = dict(counts)
    merges = learn_merges(
        words, sorted({letter for word in words for letter in word}), 3
    )
    steps = tuple(
        Step(f"{n}걸음에 합칠 쌍", f"{a}·{b} → 「{a + b}」")
        for n, (a, b) in enumerate(merges, 1)
    )
    given = (
        Table(("낱말", "나온 수"), tuple((word, str(count)) for word, count in counts)),
    )
    intro = (
        "가장 자주 이웃한 두 조각을 합칩니다. 나온 수가 같으면 글자 차례가 앞선 "
        "것입니다."
    )
    return Sheet(6, "서브워드를 손으로 배우기", intro, given, steps)


def add_and_norm(x: list, a: list) -> Sheet:
    """7장: 더하고 정규화."""
    total = np.array(x, float) + np.array(a, float)
    spread = total.std()
    steps = (
        Step("더한 것 x + a", shown(total)),
        Step("평균", shown(total.mean())),
        Step("표준편차 (소수 셋째 자리)", shown(spread, 3)),
        Step("정규화한 것 (소수 셋째 자리)", shown((total - total.mean()) / spread, 3)),
    )
    given = (Table(("입력 x", "부속 층의 출력 a"), ((shown(x), shown(a)),)),)
    return Sheet(
        7, "더하고 정규화하기", "ε은 0, γ는 1, β는 0으로 봅니다.", given, steps
    )


def masked_word(vectors: list, left: int, answer: int, right: int) -> Sheet:
    """8장: 가린 낱말 맞히기. 어휘의 마지막은 [MASK]입니다."""
    names = ("나는", "집에", "밥을", "간다", "먹는다", "[MASK]")
    e = np.array(vectors, float)
    steps = []
    for told, seen in (("양쪽을 볼 때", [left, 5, right]), ("앞만 볼 때", [left, 5])):
        mixed = e[seen].mean(axis=0)
        chance = softmax(e @ mixed)[answer]
        steps += [
            Step(f"{told} 섞은 벡터 (소수 셋째 자리)", shown(mixed, 3)),
            Step(
                f"{told} 「{names[answer]}」의 확률 (소수 셋째 자리)", shown(chance, 3)
            ),
            Step(f"{told} 손실 −ln p (소수 셋째 자리)", shown(-np.log(chance), 3)),
        ]
    given = (Table(("토큰", "벡터"), _rows(names, vectors)),)
    sentence = (
        f"「{names[left]} [MASK] {names[right]}」이고 가린 말은 "
        f"「{names[answer]}」입니다."
    )
    return Sheet(
        8,
        "가린 낱말 맞히기",
        f"{sentence} 보이는 자리를 똑같이 섞습니다.",
        given,
        tuple(steps),
    )


def bits(rows: list, answers: list) -> Sheet:
    """9장: 비트와 혼란도. 행의 합은 8입니다."""
    names = ("나는", "집에", "학교에", "간다", "<eos>")
    chances = np.array([rows[i][place] / 8 for i, place in enumerate(answers)])
    read = ("<eos>", *(names[place] for place in answers[:-1]))
    steps = [
        Step(f"「{names[place]}」의 비트", shown(-np.log2(chance), 3))
        for place, chance in zip(answers, chances, strict=True)
    ]
    mean = -np.log(chances).mean()
    steps += [
        Step("모두 더한 비트 (소수 셋째 자리)", shown(-np.log2(chances).sum(), 3)),
        Step("손실: 자연로그로 평균 (소수 셋째 자리)", shown(mean, 3)),
        Step("혼란도 (소수 셋째 자리)", shown(np.exp(mean), 3)),
    ]
    grid = tuple(
        (word, *(str(value) for value in row))
        for word, row in zip(read, rows, strict=True)
    )
    told = " ".join(names[place] for place in answers)
    intro = f"표는 로짓의 지수이고 행의 합은 8입니다. 정답은 「{told}」입니다."
    return Sheet(
        9, "비트와 혼란도", intro, (Table(("읽은 것", *names), grid),), tuple(steps)
    )


def patches(picture: list) -> Sheet:
    """10장: 4 × 4 그림을 조각 넷으로."""
    grid = np.array(picture, float)
    matrix = np.array([[1, 1], [1, -1], [1, 1], [1, -1]])
    names, steps = ("왼쪽 위", "오른쪽 위", "왼쪽 아래", "오른쪽 아래"), []
    for index, name in enumerate(names):
        top, left = 2 * (index // 2), 2 * (index % 2)
        patch = grid[top : top + 2, left : left + 2].ravel()
        steps.append(Step(f"{name} 조각을 편 것", shown(patch)))
        steps.append(
            Step(
                f"{name} 조각의 임베딩 (잉크의 양, 왼쪽 − 오른쪽)",
                shown(patch @ matrix),
            )
        )
    intro = (
        "폭이 2인 조각 넷으로 자르고, 편 것에 E를 곱합니다. E의 열은 (1, 1, 1, 1)과 "
        "(1, −1, 1, −1)입니다."
    )
    return Sheet(
        10,
        "그림을 조각으로",
        intro,
        (Table(("1열", "2열", "3열", "4열"), _grid(picture)),),
        tuple(steps),
    )


MAKERS: dict[int, Callable[..., Sheet]] = {
    1: rnn,
    2: dot_attention,
    3: encode,
    4: scaled,
    5: two_heads,
    6: subwords,
    7: add_and_norm,
    8: masked_word,
    9: bits,
    10: patches,
}


def sheet_for(chapter: int, seed: str | None = None) -> Sheet:
    """그 장의 활동지. seed가 없으면 책의 수, 있으면 그 씨앗으로 뽑은 수입니다."""
    from .sheet_numbers import BOOK, DRAW

    given = BOOK[chapter] if seed is None else DRAW[chapter](random.Random(seed))
    return MAKERS[chapter](**given)
