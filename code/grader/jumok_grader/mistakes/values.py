"""어느 문제에서나 나오는 틀린 값: 종류, 모양, 차례, 기울기."""

from __future__ import annotations

from .mistake import Mistake

VALUES = (
    Mistake(
        "mutates_input",
        "입력을 바꿈",
        "함수가 받은 배열을 그 자리에서 고쳤습니다. 부른 쪽의 데이터까지 바뀌므로 "
        "다음 계산이 모두 틀어집니다. 살펴볼 곳: x -= …, x[...] = …, masked_fill_ "
        "처럼 입력에 바로 쓰는 줄. 새 배열을 만들어 쓰세요.",
    ),
    Mistake(
        "wrong_keys",
        "사전의 열쇠가 다름",
        "돌려준 사전에 있어야 할 열쇠가 없거나, 없어야 할 열쇠가 있습니다. 살펴볼 곳: "
        "사전에 값을 넣는 줄, 열쇠의 철자와 종류(수인지 글인지).",
        vague=True,
    ),
    Mistake(
        "tuple_order",
        "돌려주는 차례가 뒤바뀜",
        "값은 모두 맞지만 묶은 차례가 다릅니다. 문제에 적힌 차례대로 돌려주세요. "
        "살펴볼 곳: return 줄.",
    ),
    Mistake(
        "wrong_state",
        "속성의 이름이나 모양이 다름",
        "정답의 값을 옮겨 넣어 견주려는데, 클래스에 있는 것과 이름이나 모양이 맞지 "
        "않습니다. 살펴볼 곳: __init__에서 만든 속성의 이름, 층의 입력과 출력 크기, "
        "bias가 있는지.",
        from_worker=True,
    ),
    Mistake(
        "no_gradient",
        "기울기가 끊김",
        "출력에서 거꾸로 기울기가 흐르지 않습니다. 살펴볼 곳: detach, numpy(), "
        "item(), torch.tensor(...), torch.no_grad()를 쓴 줄.",
        from_worker=True,
    ),
    Mistake(
        "keeps_state",
        "지난번에 부른 것을 기억함",
        "같은 입력으로 다시 불렀더니 값이 다릅니다. 모듈은 지난번의 중간 결과를 "
        "기억하지 않아야 합니다. 살펴볼 곳: forward 안에서 self.이름 = … 으로 저장한 "
        "줄, 클래스 바깥의 변수.",
    ),
    Mistake(
        "wrong_shape",
        "모양이 다름",
        "값의 모양(shape)이 다릅니다. 살펴볼 곳: 곱하는 순서, axis, keepdims, 전치.",
        vague=True,
        from_worker=True,
    ),
    Mistake(
        "wrong_type",
        "자료형이 다름",
        "돌려준 것의 종류가 다릅니다. 살펴볼 곳: return 줄.",
        vague=True,
        from_worker=True,
    ),
    Mistake(
        "wrong_dtype",
        "dtype이 다름",
        "값은 배열이지만 원소의 dtype이 다릅니다. 살펴볼 곳: astype, 정수 배열을 "
        "나눗셈 없이 쓴 곳, 마스크의 bool.",
        vague=True,
    ),
    Mistake(
        "returns_none",
        "아무것도 돌려주지 않음",
        "함수가 None을 돌려주었습니다. 살펴볼 곳: return을 썼는지, 모든 갈래에서 "
        "return에 닿는지.",
    ),
    Mistake(
        "nan",
        "nan이나 inf가 나옴",
        "유한한 값이어야 할 자리에 nan이나 inf가 있습니다. 살펴볼 곳: exp에 큰 수를 "
        "넣은 곳, 0으로 나눈 곳, −∞끼리 뺀 곳.",
    ),
    Mistake(
        "wrong_value",
        "값이 다름",
        "모양은 맞지만 값이 다릅니다. 작은 입력을 손으로 계산해 중간 결과를 한 줄씩 "
        "견주어 보세요.",
        vague=True,
    ),
    Mistake(
        "wrong_answer",
        "다른 답",
        "답이 다릅니다. 문제를 다시 읽고, 작은 예를 손으로 계산해 보세요. 힌트 1을 "
        "펼쳐 보아도 좋습니다.",
    ),
    Mistake(
        "wrong_row_sum",
        "가중치의 합이 1이 아님",
        "한 행의 가중치를 더하면 1이 되어야 합니다. 살펴볼 곳: softmax의 축, softmax "
        "뒤에 값을 바꾼 줄.",
    ),
)
