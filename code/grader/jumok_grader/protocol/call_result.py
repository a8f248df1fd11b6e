"""학생 함수를 한 번 부른 결과: 값, 바뀐 입력, 오류, 바로 부른 남의 함수."""

from __future__ import annotations

from dataclasses import dataclass, field


class CannotSend(ValueError):
    """검사의 입력을 일꾼에게 보낼 수 없습니다.

    학생이 아니라 문제를 만든 사람이 고칠 일입니다.
    """


class Trouble(Exception):
    """시킨 일을 할 수 없는 까닭: (실수 id, 설명)."""


@dataclass
class CallResult:
    """함수를 한 번 부른 결과.

    problem은 (실수 id, 설명)이나 None, used는 바로 부른 남의 함수들입니다.
    """

    value: object = None
    changed: list[str] = field(default_factory=list)
    problem: tuple[str, str] | None = None
    used: list[str] = field(default_factory=list)
