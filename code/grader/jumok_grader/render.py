"""보고서의 HTML: 틀을 채우고 한글 글꼴을 잇습니다."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from .lesson import font_folder

_TEMPLATES = Path(__file__).with_name("templates")
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


def fonts_from(folder: Path | None) -> str:
    """보고서 폴더에서 꾸러미의 한글 글꼴 폴더까지의 상대 경로.

    알 수 없으면 빈 글입니다.
    """
    fonts = font_folder()
    if folder is None or fonts is None:
        return ""
    try:
        way = os.path.relpath(fonts, folder.resolve())
    except ValueError:  # Windows에서 드라이브가 다를 때
        return ""
    return quote(Path(way).as_posix())


def render(template: str, folder: Path | None = None, **values: object) -> str:
    """templates/의 HTML 틀을 채웁니다. 모든 글은 자동으로 이스케이프됩니다."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "short_title": short_title}
    known = {"status_names": STATUS, "fonts": fonts_from(folder)}
    return environment.get_template(template).render(known, **values)
