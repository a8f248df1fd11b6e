"""학급 파일 class.toml: 과제와 점수, 마감, 늦은 제출, 시간의 한계."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..notebook.course_files import Course, find_course
from .reasons import BadClass

FILE = "class.toml"
_KEYS = {
    "format",
    "name",
    "timezone",
    "course",
    "database",
    "seconds",
    "late",
    "chapters",
}
_LATE_KEYS = {"percent_per_day", "max_days", "after"}


@dataclass(frozen=True)
class Late:
    """늦은 제출: 하루에 percent_per_day %씩, max_days일까지.

    그 뒤는 0점(zero)이거나 더 깎지 않음(keep).
    """

    percent_per_day: float = 10
    max_days: int = 3
    after: str = "zero"


@dataclass(frozen=True)
class Chapter:
    """과제 하나: 장의 이름, 마감(없으면 None), 문제마다의 점수."""

    slug: str
    due: datetime | None = None
    points: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Classroom:
    """학급 하나. seconds는 제출물 하나를 채점하는 시간의 한계입니다."""

    folder: Path
    name: str
    zone: ZoneInfo
    course: Course
    database: str
    chapters: tuple[Chapter, ...]
    late: Late = Late()
    seconds: float = 180

    def chapter(self, slug: str) -> Chapter:
        """장의 이름으로 과제를 찾습니다."""
        for chapter in self.chapters:
            if chapter.slug == slug:
                return chapter
        raise BadClass(f"이 학급의 과제가 아닌 장입니다: {slug}")

    def master(self, slug: str) -> Path:
        """그 장의 정답 노트북 자리. 학급 폴더의 private/에 있으면 그것이 먼저입니다."""
        private = self.folder / "private" / f"{slug}.ipynb"
        return private if private.is_file() else self.course.master(slug)

    def secrets(self) -> tuple[Path, ...]:
        """학생의 코드에 결코 보이면 안 되는 자리.

        학급 폴더(제출물, 기록, 비밀)와 책의 정답입니다.
        """
        places = (self.folder, self.course.root / "solutions")
        path = self.database.removeprefix("sqlite:///")
        return places if path == self.database else (*places, self.folder / path)


def read_classroom(folder: Path, database: str | None = None) -> Classroom:
    """학급 폴더를 읽습니다.

    결과를 둘 곳은 인자, 환경 변수 JUMOK_DATABASE, class.toml의 차례로 고릅니다.
    """
    folder = Path(folder).resolve()
    path = folder / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        message = (
            f"학급 폴더가 아닙니다({FILE}이 없음): {folder}\n"
            "  jumok class init 으로 만드세요."
        )
        raise BadClass(message) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadClass(f"{path}을(를) 읽지 못했습니다: {error}") from None
    try:
        return _classroom(folder, raw, database)
    except BadClass as error:
        raise BadClass(f"{path}: {error}") from None


def _classroom(folder: Path, raw: dict, database: str | None) -> Classroom:
    _known(raw, _KEYS, "")
    zone = zone_of(_text(raw, "timezone", "Asia/Seoul"))
    chapters = tuple(_chapter(item, zone) for item in _list(raw, "chapters"))
    names = [chapter.slug for chapter in chapters]
    if len(set(names)) != len(names):
        raise BadClass("chapters에 같은 장이 두 번 있습니다.")
    url = (
        database
        or os.environ.get("JUMOK_DATABASE")
        or _text(raw, "database", "sqlite:///grades.db")
    )
    seconds = _number(raw.get("seconds", 180), "seconds", 1, 86_400)
    course = find_course((folder / _text(raw, "course", "..")).resolve())
    name = _text(raw, "name", folder.name)
    return Classroom(
        folder, name, zone, course, url, chapters, _late(raw.get("late", {})), seconds
    )


def _late(raw: object) -> Late:
    if not isinstance(raw, dict):
        raise BadClass("late는 표([late])여야 합니다.")
    _known(raw, _LATE_KEYS, "late.")
    after = raw.get("after", "zero")
    if after not in ("zero", "keep"):
        raise BadClass("late.after는 zero(받지 않음)나 keep(더 깎지 않음)입니다.")
    percent = _number(raw.get("percent_per_day", 10), "late.percent_per_day", 0, 100)
    return Late(
        percent, int(_number(raw.get("max_days", 3), "late.max_days", 0, 366)), after
    )


def _chapter(raw: object, zone: ZoneInfo) -> Chapter:
    if not isinstance(raw, dict):
        raise BadClass("chapters는 [[chapters]]로 적은 표들이어야 합니다.")
    slug = _text(raw, "slug", "")
    _known(raw, {"slug", "due", "points"}, f"chapters {slug}.")
    if not slug:
        raise BadClass("chapters의 표에 slug가 없습니다.")
    points = raw.get("points", {})
    if not isinstance(points, dict):
        raise BadClass(f"{slug}의 points는 표여야 합니다.")
    checked = {
        key: _number(value, f"{slug}의 {key}", 0, 10_000)
        for key, value in points.items()
    }
    due = raw.get("due")
    return Chapter(slug, None if due is None else read_time(due, zone), checked)


def read_time(value: object, zone: ZoneInfo) -> datetime:
    """'2026-03-16T23:59'이나 '2026-03-16'을 시각으로 읽습니다.

    T 대신 빈칸을 써도 되고, 날짜만 적으면 그날의 끝입니다.
    """
    text = value.isoformat() if hasattr(value, "isoformat") else str(value).strip()
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadClass(
            f"시각의 꼴이 아닙니다: {text[:40]} (예: 2026-03-16T23:59)"
        ) from None
    if len(text) <= 10:
        time = time.replace(hour=23, minute=59, second=59)
    return time if time.tzinfo else time.replace(tzinfo=zone)


def zone_of(name: str) -> ZoneInfo:
    """시간대의 이름을 읽습니다."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadClass(f"모르는 시간대입니다: {name[:40]} (예: Asia/Seoul)") from None


def _known(raw: dict, keys: set[str], where: str) -> None:
    unknown = sorted(set(raw) - keys)
    if unknown:
        raise BadClass(
            f"모르는 열쇠: {where}{unknown[0]} (쓸 수 있는 것: "
            f"{', '.join(sorted(keys))})"
        )


def _text(raw: dict, key: str, default: str) -> str:
    value = raw.get(key, default)
    if not isinstance(value, str):
        raise BadClass(f"{key}는 글이어야 합니다.")
    return value


def _list(raw: dict, key: str) -> list:
    value = raw.get(key, [])
    if not isinstance(value, list) or not value:
        raise BadClass(f"[[{key}]]가 하나도 없습니다.")
    return value


def _number(value: object, name: str, least: float, most: float) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not least <= value <= most
    ):
        raise BadClass(f"{name}은(는) {least:g}부터 {most:g}까지의 수여야 합니다.")
    return float(value)
