"""검사에 걸림(CheckFailed): 어떤 실수인지, 어느 입력에서인지 말합니다."""

from __future__ import annotations

from ..mistakes import Mistake, find_mistake


class CheckFailed(AssertionError):
    """검사에 걸림. 어떤 실수인지(mistake)와 얼마나 다른지(detail)를 갖고 있습니다."""

    def __init__(
        self, mistake: str | tuple[str, str] | Mistake, detail: str = ""
    ) -> None:
        self.mistake = find_mistake(mistake)
        self.detail = detail
        text = f"✘ [{self.mistake.name}] {self.mistake.message}"
        super().__init__(text + (f"\n  ({detail})" if detail else ""))

    def _render_traceback_(self) -> list[str]:
        """Jupyter에서 긴 오류 자취 대신 설명만 보이게 합니다."""
        return str(self).splitlines()


def with_case(failed: CheckFailed, label: str, args: tuple) -> str:
    """어느 검사의 어떤 모양에서 걸렸는지 덧붙입니다. 값은 적지 않습니다."""
    shapes = describe(args) if any(hasattr(item, "shape") for item in args) else ""
    place = " — ".join(filter(None, (label, shapes)))
    if not place or not failed.mistake.names_case:
        return failed.detail
    return f"{failed.detail} 검사: {place}".strip()


def describe(args: tuple) -> str:
    """입력의 모양들을 적은 글."""
    shapes = [str(tuple(item.shape)) for item in args if hasattr(item, "shape")]
    return f"입력 {', '.join(shapes)}" if shapes else "주어진 입력"
