"""채점 결과를 표와 HTML로 만듭니다. 숨은 검사와 정답은 넣지 않습니다."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from .results import QuestionResult, Result
from .table import cut, table

STATUS = {
    "passed": "통과",
    "failed": "틀림",
    "unsolved": "안 풂",
    "manual": "직접 채점",
    "error": "채점기 오류",
}


def number(value: float) -> str:
    """점수를 짧게 씁니다: 3.0은 3, 2.5는 2.5."""
    return f"{value:g}"


def short_title(title: str) -> str:
    """'문제 4.3 마스크 ★★☆☆☆ · 10분 · 3점'에서 별부터 뒤를 뺍니다."""
    return re.split(r"\s*[★☆]", title)[0].strip(" ·—-") or title


def text_table(result: Result, columns: int = 100) -> str:
    """문제, 점수, 무엇이 잘못되었나를 적은 표."""
    rows = [
        [cut(short_title(item.title), 34), _points(item), _verdict(item)]
        for item in result.questions
    ]
    lines = [
        f"{result.title}  ({result.notebook})", "",
        table(rows, ["문제", "점수", "결과"], {1}, columns), "",
        f"점수 {number(result.points)} / {number(result.max_points)}" + _manual_note(result.manual_points),
    ]  # fmt: skip
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


def fonts_from(folder: Path | None) -> str:
    """보고서 폴더에서 꾸러미의 한글 글꼴 폴더까지의 상대 경로. 알 수 없으면 빈 글입니다."""
    if folder is None:
        return ""
    try:
        way = os.path.relpath(
            Path(__file__).resolve().parents[1] / "fonts", folder.resolve()
        )
    except ValueError:  # Windows에서 드라이브가 다를 때
        return ""
    return quote(Path(way).as_posix())


def render(template: str, folder: Path | None = None, **values: object) -> str:
    """꾸러미 안의 HTML 틀을 채웁니다. 모든 글은 자동으로 이스케이프됩니다."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"number": number, "short_title": short_title}
    known = {"status_names": STATUS, "fonts": fonts_from(folder)}
    return environment.get_template(template).render(known, **values)


def html_report(result: dict, folder: Path | None = None) -> str:
    """folder에 저장할 HTML 보고서. 바깥 자원도 스크립트도 쓰지 않습니다."""
    return render("report.html", folder, result=result)
