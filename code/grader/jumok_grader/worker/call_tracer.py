"""학생의 코드가 바로 부른 남의 함수를 적습니다.

금지된 이름은 소스가 아니라 이 기록으로 찾습니다.

연습의 규칙을 알려 주려는 것이지 보안이 아닙니다. 마음먹고 숨기면 피할 수 있습니다.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType, FunctionType, ModuleType

MAX_USED = 200
MAX_NAME = 80


def forbidden_calls(used: Iterable[str], forbid: Iterable[str]) -> list[str]:
    """기록 가운데 함수의 이름이나 맨 앞 모듈의 이름이 금지된 것을 돌려줍니다.

    대소문자는 따지지 않습니다.
    """
    banned = {word.casefold() for word in forbid}
    return [name for name in used if banned & {part.casefold() for part in _ends(name)}]


def _ends(name: str) -> tuple[str, str]:
    return name.partition(".")[0], name.rpartition(".")[2]


@contextmanager
def tracing(func: object) -> Iterator[set[str]]:
    """func이 도는 동안 학생의 코드가 바로 부른 남의 함수를 모읍니다.

    함수는 '맨 앞 모듈.이름'으로 적습니다.

    func은 함수, 클래스, 클래스로 만든 물건입니다. 학생의 코드는 func과 같은
    이름들(__globals__)을 쓰는 모든 함수입니다. 그 함수들이 서로 부르는 것과, 남의
    함수가 안에서 부르는 것은 적지 않습니다. func 자체가 남의 함수이거나 남의 클래스를
    물려받았으면 그것도 적습니다.
    """
    used, home = set(_foreign_names(func)), _home(func)
    # 소스의 글이 아니라 정말 부른 것을 보므로, 다른 이름으로 불러도 걸립니다.
    before = sys.getprofile()
    sys.setprofile(_observer(used, home))
    try:
        yield used
    finally:
        sys.setprofile(before)


def _observer(used: set[str], home: dict | None) -> Callable:
    def observe(frame: FrameType, event: str, called: object) -> None:
        # C로 쓴 함수는 부르는 쪽의 frame으로, 파이썬 함수는 새 frame으로 알려 줍니다.
        if event == "c_call":
            if frame.f_globals is home:
                _add(used, _c_names, called)
        elif (
            event == "call"
            and frame.f_globals is not home
            and _globals_of(frame.f_back) is home
        ):
            _add(used, _python_names, frame)

    return observe


def _globals_of(frame: FrameType | None) -> dict | None:
    return frame.f_globals if frame is not None else {}


def _add(used: set[str], names: Callable, seen: object) -> None:
    """이름을 읽다가 난 오류는 학생의 함수를 멈추지 않습니다."""
    try:
        # 학생이 만든 이름을 한없이 모으지 않습니다.
        if len(used) < MAX_USED:
            used.update(names(seen))
    except Exception:
        return


def _c_names(called: object) -> list[str]:
    owner = getattr(called, "__self__", None)
    module = getattr(called, "__module__", None)
    if not isinstance(module, str):
        module = (
            owner.__name__
            if isinstance(owner, ModuleType)
            else _type_of(owner).__module__
        )
    return [_entry(module, _own_name(called))]


def _type_of(owner: object) -> type:
    return owner if isinstance(owner, type) else type(owner)


def _python_names(frame: FrameType) -> list[str]:
    """함수의 이름.

    메서드이면 물건의 종류 이름도 적습니다: torch.nn.Softmax(dim=-1) → torch.Softmax
    """
    code, module = frame.f_code, str(frame.f_globals.get("__name__", ""))
    names = [code.co_name]
    if code.co_argcount and code.co_varnames[0] == "self":
        kind = type(frame.f_locals["self"])
        # 물려받은 학생의 클래스 이름은 남의 이름이 아닙니다.
        if _root(kind.__module__) == _root(module):
            names.append(kind.__name__)
    return [_entry(module, name) for name in names]


def _entry(module: str, name: str) -> str:
    return f"{_root(module)[:MAX_NAME]}.{name[:MAX_NAME].rpartition('.')[2]}"


def _root(module: str) -> str:
    return str(module).partition(".")[0]


def _plain(func: object) -> object:
    """partial과 꾸밈(decorator)을 벗긴 함수.

    클래스와, 클래스로 만든 물건은 그대로입니다.
    """
    # 학생의 물건에 있는 __wrapped__ 같은 속성을 믿지 않습니다.
    if isinstance(func, type) or type(func).__module__ == "__main__":
        return func
    # 서로를 감싸 끝없이 벗겨지는 것을 만들 수 있습니다.
    for _ in range(10):
        inner = getattr(func, "__wrapped__", None) or getattr(func, "pyfunc", None)
        if inner is None and type(func).__module__ == "functools":
            inner = getattr(func, "func", None)
        if not callable(inner):
            break
        func = inner
    return getattr(func, "__func__", func)


def home_function(student: object) -> object | None:
    """학생의 코드를 대표하는 파이썬 함수.

    함수이면 자신이고, 클래스와 물건이면 그 클래스에 적힌 첫 메서드입니다.
    """
    plain = _plain(student)
    if hasattr(plain, "__globals__"):
        return plain
    for kind in _own_classes(plain):
        found = [getattr(item, "__func__", item) for item in vars(kind).values()]
        methods = [item for item in found if isinstance(item, FunctionType)]
        if methods:
            return methods[0]
    return None


def _own_classes(student: object) -> list[type]:
    """학생이 쓴 클래스들. 남의 클래스의 물건이면 그 클래스입니다."""
    kind = _type_of(student)
    return [base for base in kind.__mro__ if base.__module__ == kind.__module__]


def _home(func: object) -> dict | None:
    return getattr(home_function(func), "__globals__", None)


def _foreign_names(func: object) -> list[str]:
    """학생이 답으로 내놓은 남의 함수와, 물려받은 남의 클래스의 이름."""
    plain = _plain(func)
    home = getattr(plain, "__globals__", None)
    if home is not None:
        pairs = [(home.get("__name__"), _own_name(plain))]
    else:
        bases = [base for base in _type_of(plain).__mro__[:20] if base is not object]
        pairs = [(getattr(plain, "__module__", ""), _own_name(plain))]
        pairs += [(base.__module__, base.__name__) for base in bases]
    return [
        _entry(str(module), name)
        for module, name in pairs
        if module not in ("__main__", "", None)
    ]


def _own_name(func: object) -> str:
    return str(getattr(func, "__name__", type(func).__name__))
