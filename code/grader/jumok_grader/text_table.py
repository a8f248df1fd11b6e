"""터미널에 그리는 표: 한글의 두 칸 너비를 헤아려 맞춥니다."""

from __future__ import annotations

import wcwidth


def clean(text: str) -> str:
    """터미널이나 보고서를 어지럽히는 글자를 뺍니다.

    제어 문자와, 글의 방향을 바꾸는 보이지 않는 글자입니다.
    """
    return "".join(char for char in text if char in "\n\t" or char.isprintable())


def width(text: str) -> int:
    """터미널에서 차지하는 칸 수. 한글과 한자는 두 칸입니다."""
    return wcwidth.width(text)


def pad(text: str, columns: int, right: bool = False) -> str:
    """빈칸을 채워 너비를 columns로 맞춥니다. right이면 오른쪽에 붙입니다."""
    return (wcwidth.rjust if right else wcwidth.ljust)(text, columns)


def cut(text: str, columns: int) -> str:
    """너비가 columns를 넘으면 자르고 …을 붙입니다."""
    if width(text) <= columns:
        return text
    return wcwidth.clip(text, 0, columns - 1).rstrip() + "…"


def wrap(text: str, columns: int) -> list[str]:
    """어절을 쪼개지 않고 너비 columns로 줄을 나눕니다. 너무 긴 어절만 자릅니다."""
    return wcwidth.wrap(text, columns, break_on_hyphens=False) or [""]


def table(
    rows: list[list[str]], head: list[str], right: set[int], total: int = 100
) -> str:
    """rows를 표로 그립니다. 마지막 열은 남은 너비에 맞추어 여러 줄로 나눕니다."""
    last = len(head) - 1
    sizes = [max(width(row[i]) for row in [head, *rows]) for i in range(last)]
    left = max(total - sum(sizes) - 2 * last, 24)
    lines = [_line(head, sizes, right), "─" * min(total, sum(sizes) + 2 * last + left)]
    for row in rows:
        parts = wrap(row[last], left)
        lines.append(_line([*row[:last], parts[0]], sizes, right))
        lines += [" " * (sum(sizes) + 2 * last) + part for part in parts[1:]]
    return "\n".join(lines)


def _line(row: list[str], sizes: list[int], right: set[int]) -> str:
    cells = [pad(text, sizes[i], i in right) for i, text in enumerate(row[:-1])]
    return "  ".join([*cells, row[-1]]).rstrip()
