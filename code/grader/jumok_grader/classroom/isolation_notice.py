"""학급을 채점하기 앞서 격리를 확인하고, 어떻게 가두는지를 선생님에게 말하는 글."""

from __future__ import annotations

from ..sandbox.isolation import IsolationError, class_isolation
from .reasons import BadClass
from .settings import Classroom

OPEN = """\
┌─ 주의: 격리 없이 채점합니다 (--isolation none) ─────────────────────────────
│ 학생의 코드가 이 컴퓨터에서 여러분의 권한으로 돕니다.
│ 여러분의 파일, 다른 학생의 제출물, 성적, 네트워크를 읽고 고칠 수 있습니다.
│ 모든 제출물을 믿을 때만 쓰세요. 아니면 Linux 가상 기계에서 채점하세요.
└─────────────────────────────────────────────────────────────────────────────"""
CLOSED = (
    "격리: bubblewrap. 제출물마다 새 일꾼에 가두고, 네트워크와 남의 파일을 막습니다."
)


def announcement(kind: str, classroom: Classroom, here: bool) -> str:
    """어떻게 가두는지 말하는 글.

    이 컴퓨터(here)에서 가둘 수 없으면 까닭과 할 일을 적은 BadClass를 냅니다.

    여러 컴퓨터가 채점하면 그 컴퓨터마다 스스로 확인합니다.
    """
    if kind == "none":
        return OPEN
    try:
        if here:
            class_isolation(kind, hidden=classroom.secrets())
    except IsolationError as error:
        raise BadClass(str(error)) from None
    return CLOSED
