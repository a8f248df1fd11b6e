"""학급 폴더를 만듭니다: class.toml과 명단의 사본."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ..files import write_atomically
from ..notebook.course_files import Course
from ..notebook.master import Master, read_master
from ..render import number, short_title
from .reasons import BadClass
from .roster import decode_csv, read_roster
from .secret import read_secret
from .settings import FILE, read_time, zone_of

ROSTER = "roster.csv"
_HEAD = """\
# 주목 학급 파일. 고친 다음에는 다시 jumok class grade, export 를 부르면 됩니다.
format = 1
name = {name}
timezone = {zone}
course = {course}          # 책 폴더
database = {database}   # PostgreSQL이면 postgresql+psycopg://사용자@호스트/이름
seconds = 180              # 제출물 하나를 채점하는 시간의 한계

[late]
percent_per_day = {percent}   # 하루 늦을 때마다 깎는 %
max_days = {days}           # 이날까지 받습니다
after = "zero"         # 그 뒤: zero = 0점, keep = 받되 더 깎지 않음
"""


def init_classroom(
    folder: Path,
    course: Course,
    roster: Path,
    chapters: list[str],
    due: dict[str, str] | None = None,
    *,
    zone: str = "Asia/Seoul",
    late: tuple[float, int] = (10, 3),
    database: str = "sqlite:///grades.db",
) -> Path:
    """학급 폴더와 class.toml을 만들고 그 자리를 돌려줍니다.

    이미 있으면 BadClass를 냅니다.
    """
    folder = Path(folder).resolve()
    if (folder / FILE).exists():
        raise BadClass(
            f"이미 학급 폴더입니다: {folder}\n  {FILE}을 고치거나 다른 폴더를 주세요."
        )
    read_roster(roster)  # 잘못된 명단이면 아무것도 만들지 않습니다.
    slugs = [course.slug_of(chapter) for chapter in chapters]
    if len(set(slugs)) != len(slugs):
        raise BadClass("같은 장을 두 번 적었습니다.")
    where = zone_of(zone)
    times = {
        course.slug_of(key): read_time(value, where)
        for key, value in (due or {}).items()
    }
    stray = sorted(set(times) - set(slugs))
    if stray:
        raise BadClass(f"마감을 적었지만 과제가 아닌 장: {', '.join(stray)}")
    head = _HEAD.format(
        name=_quoted(folder.name),
        zone=_quoted(zone),
        course=_quoted(_way(folder, course.root)),
        database=_quoted(database),
        percent=number(late[0]),
        days=late[1],
    )
    parts = [
        _chapter_text(read_master(course.master(slug)), times.get(slug), where)
        for slug in slugs
    ]
    write_atomically(folder / ROSTER, decode_csv(roster))
    write_atomically(
        folder / ".gitignore", "# 학생의 개인 정보입니다. 저장소에 넣지 않습니다.\n*\n"
    )
    read_secret(folder)
    write_atomically(folder / FILE, "\n".join([head, *parts]))
    return folder / FILE


def _chapter_text(master: Master, due: datetime | None, zone: ZoneInfo) -> str:
    shown = due.astimezone(zone).replace(tzinfo=None).isoformat() if due else ""
    lines = ["[[chapters]]", f"slug = {_quoted(master.slug)}"]
    lines.append(
        f"due = {_quoted(shown)}"
        if shown
        else '# due = "2026-03-16T23:59"   # 마감이 없습니다'
    )
    lines.append("[chapters.points]")
    for question in master.questions:
        most = question.max_points
        kind = " (직접 채점)" if question.manual else ""
        lines.append(
            f"{_quoted(question.id)} = {number(most)}   # "
            f"{short_title(question.title)}{kind}"
        )
    return "\n".join(lines) + "\n"


def _way(folder: Path, root: Path) -> str:
    try:
        return Path(os.path.relpath(root, folder)).as_posix()
    except ValueError:  # Windows에서 드라이브가 다를 때
        return root.as_posix()


def _quoted(text: str) -> str:
    """TOML의 글. JSON의 글과 같은 규칙으로 적습니다."""
    return json.dumps(text, ensure_ascii=False)
