"""실수 하나: 이름, 설명, 채점기가 그것을 다루는 법."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """실수 하나: 영어 id, 한국어 이름, 무엇이 왜 잘못되었고 어디를 볼지 알려 주는 글.

    unsolved: 아직 풀지 않은 것입니다.
    vague: 숨은 검사에서만 걸렸으면 '다른 입력에서는 틀림'으로 바꾸어 말합니다.
    names_case: 어느 검사에서 걸렸는지 덧붙입니다.
    from_worker: 일꾼이 스스로 알릴 수 있습니다. 나머지는 채점기만 정합니다.
    lost_worker: 일꾼을 잃어 값을 얻지 못한 것입니다.
    """

    id: str
    name: str
    message: str
    unsolved: bool = False
    vague: bool = False
    names_case: bool = True
    from_worker: bool = False
    lost_worker: bool = False
