"""채점 결과를 표와 HTML로 만듭니다. 숨은 검사와 정답은 넣지 않습니다."""

from __future__ import annotations

from pathlib import Path

from .render import number, render, short_title
from .results import QuestionResult, Result
from .text_table import cut, table


def text_table(result: Result, columns: int = 100) -> str:
    """문제, 점수, 무엇이 잘못되었나를 적은 표."""
    rows = [
        [cut(short_title(item.title), 34), _points(item), _verdict(item)]
        for item in result.questions
    ]
    lines = [
        f"{result.title}  ({result.notebook})",
        "",
        table(rows, ["문제", "점수", "결과"], {1}, columns),
        "",
        f"점수 {number(result.points)} / {number(result.max_points)}"
        + _manual_note(result.manual_points),
    ]
    return "\n".join(lines)


def _points(item: QuestionResult) -> str:
    if item.status == "manual":
        return f"– / {number(item.max_points)}"
    return f"{number(item.points)} / {number(item.max_points)}"


def _verdict(item: QuestionResult) -> str:
    if item.status == "passed":
        return "통과"
    if item.status == "manual":
        return f"[직접 채점] {item.message}"
    if item.status == "unsolved":
        return item.name
    detail = f" ({item.detail})" if item.detail else ""
    return f"[{item.name}] {item.message}{detail}"


def _manual_note(points: float) -> str:
    return (
        f"  (직접 채점하는 문제 {number(points)}점은 빼고 더했습니다)" if points else ""
    )


def html_report(result: dict, folder: Path | None = None) -> str:
    """folder에 저장할 HTML 보고서. 바깥 자원도 스크립트도 쓰지 않습니다."""
    return render("report.html", folder, result=result)
