"""패키지의 소스를 노트북에 보여 줍니다. 장은 코드를 베끼지 않고 이 함수로 보입니다."""

import inspect
from typing import Any


def show(*objects: Any) -> None:
    """함수나 클래스의 소스를 Markdown 코드 상자로 보여 줍니다.

    보이는 글이 곧 시험을 통과한 패키지의 소스입니다. 여러 개를 주면 차례로 이어 보여
    줍니다.
    오류: 소스가 없는 것(내장 함수, 값)을 주면 TypeError.
    """
    from IPython.display import Markdown, display  # 명령줄에서는 필요 없습니다.

    for obj in objects:
        display(Markdown(f"`{_place(obj)}`\n\n```python\n{_source(obj)}```"))


def _source(obj: Any) -> str:
    try:
        return inspect.getsource(obj)
    except (TypeError, OSError) as error:
        raise TypeError(
            f"{obj!r}의 소스를 찾지 못했습니다. 함수, 클래스, 모듈 가운데 하나를 "
            "괄호 없이 주세요. "
            "예: show(softmax)"
        ) from error


def _place(obj: Any) -> str:
    module = getattr(obj, "__module__", None) or getattr(obj, "__name__", "")
    return module.replace(".", "/") + ".py"
