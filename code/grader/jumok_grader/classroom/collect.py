"""제출물 모으기: 누구의 몇 장인지 정하고 가장 나중 것을 고릅니다.

읽은 파일은 하나도 빠짐없이 한 줄씩 적습니다.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from ..files import replacing
from .naming import Names, attempt_of, chapter_of
from .reasons import BadClass, printable
from .roster import Student, read_table
from .settings import Classroom, read_time
from .source_entry import Bounds, Entry
from .source_files import is_junk, read_source
from .store import files, submissions, upsert


@dataclass
class Collected:
    """모은 결과: 파일마다의 줄과 까닭마다의 수."""

    rows: list[dict] = field(default_factory=list)

    @property
    def counts(self) -> Counter:
        """까닭의 이름마다 파일 수. 받은 것은 빈 이름입니다."""
        return Counter(row["reason"] for row in self.rows)


@dataclass(frozen=True)
class Hints:
    """선생님이 알려 주는 것: 장, {LMS 번호나 폴더 이름: 학번}, {학번: 낸 시각}."""

    chapter: str = ""
    links: dict[str, str] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)


def content_path(classroom: Classroom, sha256: str) -> Path:
    """내용의 해시로 정한 제출물의 자리. 학생이 지은 이름은 경로에 쓰지 않습니다."""
    return classroom.folder / "submissions" / sha256[:2] / f"{sha256}.ipynb"


def collect(
    classroom: Classroom,
    engine: sa.Engine,
    students: list[Student],
    source: Path,
    hints: Hints | None = None,
    bounds: Bounds | None = None,
) -> Collected:
    """폴더나 zip을 모읍니다. 같은 것을 다시 모아도 줄이 늘지 않습니다."""
    if not source.exists():
        raise BadClass(f"모을 폴더나 zip이 없습니다: {source}")
    hints = hints or Hints()
    names = Names(students, hints.links)
    done = Collected()
    now = datetime.now(UTC)
    for entry in read_source(source, classroom.zone, bounds):
        if not is_junk(entry.name):
            done.rows.append(_row(classroom, source, entry, names, hints, now))
    _choose(classroom, engine, done.rows)
    return done


def _row(
    classroom: Classroom,
    source: Path,
    entry: Entry,
    names: Names,
    hints: Hints,
    now: datetime,
) -> dict:
    """파일 하나의 줄. 받을 것이면 내용을 제출물 자리에 씁니다."""
    data = entry.data
    sha256 = hashlib.sha256(data).hexdigest() if data is not None else None
    name = printable(entry.name, 400)
    key = hashlib.sha256(
        "\0".join((source.name, name, sha256 or entry.reason)).encode(
            "utf-8", "replace"
        )
    )
    row = {
        "key": key.hexdigest(),
        "source": printable(source.name),
        "name": name,
        "student": None,
        "chapter": None,
        "sha256": sha256,
        "reason": entry.reason,
        "detail": printable(entry.detail, 300),
        "submitted_at": None,
        "collected_at": now.isoformat(),
        "size": len(data) if data is not None else None,
        "attempt": attempt_of(entry.name),
        "late": False,
    }
    owner = names.owner(entry.name)
    time = hints.times.get(owner.student.id) if owner.student else None
    time = time or entry.time
    row["student"] = owner.student.id if owner.student else None
    row["submitted_at"] = time.astimezone(UTC).isoformat() if time else None
    row["late"] = owner.late
    if data is None:
        return row
    row["reason"], row["detail"] = _judge(classroom, entry, owner, hints, row)
    if not row["reason"]:
        _keep(content_path(classroom, sha256), data)
    return row


def _judge(
    classroom: Classroom, entry: Entry, owner: object, hints: Hints, row: dict
) -> tuple[str, str]:
    """받지 않을 까닭과 설명. 받을 것이면 빈 글입니다."""
    if not entry.name.lower().endswith(".ipynb"):
        return "not_notebook", ""
    if owner.student is None:
        return owner.reason, printable(owner.detail, 300)
    slugs = [chapter.slug for chapter in classroom.chapters]
    chapter = hints.chapter or chapter_of(entry.name, entry.data, slugs)
    row["chapter"] = chapter or None
    if not chapter:
        return "unknown_chapter", "--chapter 로 알려 주세요."
    return ("", "") if chapter in slugs else ("chapter_not_in_class", chapter)


def _keep(path: Path, data: bytes) -> None:
    if path.exists():
        return
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def _rank(row: dict) -> tuple:
    """가장 나중에 낸 것이 가장 큽니다.

    시각이 같으면 이름에 적힌 시도, 그다음은 이름의 차례입니다.
    """
    digits = [
        int(part) if part.isdigit() else 0
        for part in re.findall(r"\d+|\D+", row["name"])
    ]
    return row["submitted_at"] or "", row["attempt"], digits, row["name"]


def _choose(classroom: Classroom, engine: sa.Engine, rows: list[dict]) -> None:
    """학생과 장마다 가장 나중 것을 제출물로 삼고, 모든 줄을 한 번에 적습니다."""
    with engine.begin() as connection:
        stored = connection.execute(sa.select(submissions)).mappings()
        best = {(old["student"], old["chapter"]): dict(old) for old in stored}
        changed = {}
        for row in sorted((row for row in rows if not row["reason"]), key=_rank):
            place = (row["student"], row["chapter"])
            old = best.get(place)
            # 먼저 모은 것보다 일찍 낸 것이면 고르지 않되, 받았다는 줄은 남깁니다.
            if old and _rank(old) > _rank(row):
                row["reason"] = "older_attempt"
                row["detail"] = f"고른 것: {old['name']}"
                continue
            if place in changed and changed[place]["key"] != row["key"]:
                changed[place].update(
                    reason="older_attempt", detail=f"고른 것: {row['name']}"
                )
            best[place], changed[place] = row, row
        names = [column.name for column in submissions.columns]
        upsert(
            submissions,
            connection,
            [{name: row[name] for name in names} for row in changed.values()],
        )
        names = [column.name for column in files.columns]
        upsert(files, connection, [{name: row[name] for name in names} for row in rows])


def read_links(path: Path) -> dict[str, str]:
    """LMS 번호나 폴더 이름을 학번에 잇는 CSV를 읽습니다."""
    columns = {
        "key": ("파일", "lms번호", "lms_id", "file", "key"),
        "id": ("학번", "student_id", "id"),
    }
    return {
        values["key"]: values["id"]
        for _, values in read_table(path, columns, {"key", "id"})
        if values["key"]
    }


def read_times(path: Path, classroom: Classroom) -> dict[str, datetime]:
    """학번마다 낸 시각을 적은 CSV를 읽습니다."""
    columns = {
        "id": ("학번", "student_id", "id"),
        "time": ("제출", "제출시각", "제출 시각", "submitted_at", "time"),
    }
    times = {}
    for line, values in read_table(path, columns, {"id", "time"}):
        try:
            times[values["id"]] = read_time(values["time"], classroom.zone)
        except BadClass as error:
            raise BadClass(f"{path.name}의 {line}째 줄: {error}") from None
    return times


def days_late(
    submitted_at: str | None, due: datetime | None, marked: bool = False
) -> int:
    """며칠 늦었는지.

    하루가 시작되면 하루로 칩니다. 시각을 모르고 LMS가 늦었다고 적었으면 1입니다.
    """
    if due is None:
        return 0
    if not submitted_at:
        return int(marked)
    over = datetime.fromisoformat(submitted_at) - due
    return max(0, -(-over // timedelta(days=1))) if over > timedelta(0) else 0
