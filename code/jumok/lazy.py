"""꾸러미의 이름을 처음 쓸 때 불러옵니다.

쓰지 않는 모듈까지 읽으면 명령이 늦게 시작합니다.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

Names = tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]


def lazy_names(package: str, homes: Mapping[str, Sequence[str]]) -> Names:
    """꾸러미의 `__all__`, `__getattr__`, `__dir__`을 만듭니다.

    homes는 {모듈: 거기 있는 이름들}입니다. 이름을 처음 물을 때 그 모듈만 불러옵니다(PEP
    562).
    """
    home = {name: module for module, names in homes.items() for name in names}

    def find(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f".{home[name]}", package), name)
        # 꾸러미에 적어 두면 다음부터는 묻지 않습니다.
        setattr(sys.modules[package], name, value)
        return value

    def list_names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home})

    return sorted(home), find, list_names
