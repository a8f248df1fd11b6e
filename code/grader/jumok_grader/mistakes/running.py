"""값을 보기 전에 걸린 것: 풀지 않음, 칸이 없음, 오류, 시간, 메모리."""

from __future__ import annotations

from .mistake import Mistake

RUNNING = (
    Mistake(
        "unsolved",
        "아직 풀지 않음",
        "아직 풀지 않았습니다. 답 칸을 채운 다음 다시 실행해 보세요. 막히면 힌트 "
        "1부터 펼쳐 보세요.",
        unsolved=True,
        names_case=False,
        from_worker=True,
    ),
    Mistake(
        "stub_left",
        "raise NotImplementedError에 걸림",
        "풀이를 실행하다가 raise NotImplementedError를 만났습니다. 둘 가운데 "
        "하나입니다. 빈칸에 있던 raise 줄을 지우지 않았거나, 아직 풀지 않은 다른 "
        "문제의 함수를 불렀습니다.",
        names_case=False,
        from_worker=True,
    ),
    Mistake(
        "answer_elsewhere",
        "답이 다른 칸에 있음",
        "답 칸은 비어 있고, 찾는 함수는 다른 칸에 있습니다. 답 칸에 쓴 것만 "
        "채점합니다. 그 코드를 답 칸으로 옮기세요.",
    ),
    Mistake(
        "answer_missing",
        "지워진 답 칸",
        "이 문제의 답 칸이 노트북에 없습니다. 원래 문제 노트북에서 그 칸을 복사해 "
        "와서 풀어 주세요.",
    ),
    Mistake(
        "answer_twice",
        "두 번 있는 답 칸",
        "이 문제의 답 칸이 두 개 이상이고 내용이 서로 다릅니다. 한 칸으로 합치고 "
        "나머지는 지워 주세요.",
    ),
    Mistake(
        "hard_coded",
        "다른 입력에서는 틀림",
        "보이는 검사는 통과했지만 다른 입력에서는 값이 다릅니다. 보이는 예의 숫자나 "
        "모양을 코드에 그대로 적지 않았는지, 일부 경우만 다루지 않았는지 살펴보세요.",
    ),
    Mistake(
        "uses_ready_made",
        "쓰면 안 되는 함수를 씀",
        "이 문제는 이미 만들어진 함수를 부르지 않고 직접 쓰는 연습입니다. 기본 "
        "연산만으로 다시 써 보세요.",
        names_case=False,
    ),
    Mistake(
        "raises",
        "오류가 남",
        "코드를 실행하다가 오류가 났습니다. 아래에 적힌 줄과 까닭을 읽어 보세요.",
        from_worker=True,
    ),
    Mistake(
        "missing_name",
        "이름을 찾을 수 없음",
        "답 칸에서 만들어야 할 이름이 없습니다. 함수나 변수의 이름을 바꾸지 않았는지 "
        "살펴보세요.",
        names_case=False,
        from_worker=True,
    ),
    Mistake(
        "timeout",
        "너무 오래 걸림",
        "시간 안에 끝나지 않아 멈추었습니다. 끝나지 않는 반복문(while)이 있는지 "
        "살펴보세요.",
        lost_worker=True,
    ),
    Mistake(
        "crashed",
        "파이썬이 꺼짐",
        "코드를 실행하던 파이썬이 꺼졌습니다. exit()나 os._exit를 부르지 않았는지, "
        "메모리를 너무 많이 쓰지 않았는지 살펴보세요.",
        lost_worker=True,
    ),
    Mistake(
        "too_big",
        "결과가 너무 큼",
        "돌려준 값이 너무 커서 받지 않았습니다. 배열의 모양을 살펴보세요.",
        from_worker=True,
    ),
)
