"""학생 함수를 이 프로세스에서 한 번 부르고 무엇이 일어났는지 적습니다."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from ..protocol.call_result import CallResult, Trouble
from ..protocol.values import ValueTooBig, copy_value, exact, same_bytes
from .call_tracer import home_function, tracing
from .explain import explain


def call_local(
    func: Callable,
    args: tuple,
    kwargs: dict,
    *,
    owner: object = None,
    convert: Callable[[object], object] = exact,
) -> CallResult:
    """이 프로세스 안에서 함수를 입력의 복사본으로 부릅니다.

    owner는 func이 시키는 학생의 물건(없으면 func)이고, convert는 돌려준 것을 값으로
    바꿉니다.
    """
    student = func if owner is None else owner
    # 입력의 복사본을 주어야 학생이 고친 것을 나중에 알아봅니다.
    sent = [copy_value(item) for item in (*args, *kwargs.values())]
    names = [f"{number}번째 입력" for number in range(1, len(args) + 1)] + list(kwargs)
    given = dict(zip(kwargs, sent[len(args) :], strict=True))
    used: set[str] = set()
    try:
        with warnings.catch_warnings(), tracing(student) as used:
            warnings.simplefilter("ignore")
            raw = func(*sent[: len(args)], **given)
        value = convert(raw)
    except ValueTooBig:
        return CallResult(problem=("too_big", ""), used=sorted(used))
    except Trouble as trouble:
        return CallResult(problem=(trouble.args[0], trouble.args[1]), used=sorted(used))
    except (Exception, SystemExit) as error:
        return CallResult(problem=explain(error, file_of(student)), used=sorted(used))
    return CallResult(
        value, _changed(names, (*args, *kwargs.values()), sent), used=sorted(used)
    )


def _changed(names: list[str], before: tuple, after: list) -> list[str]:
    return [
        name
        for name, one, two in zip(names, before, after, strict=True)
        if not same_bytes(one, two)
    ]


def call(func: Callable, args: tuple, kwargs: dict) -> CallResult:
    """함수가 다른 프로세스에 있으면 그곳에서, 아니면 여기서 부릅니다."""
    remote = getattr(type(func), "call_remote", None)
    return remote(func, args, kwargs) if remote else call_local(func, args, kwargs)


def file_of(student: object) -> str | None:
    """함수, 클래스, 물건의 코드가 적힌 파일이나 칸의 이름."""
    code = getattr(home_function(student), "__code__", None)
    return code.co_filename if code else None
