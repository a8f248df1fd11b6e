"""학생 명단 CSV: 학번, 이름, 이메일, (있으면) LMS 번호. 잘못은 몇째 줄인지 말합니다."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .reasons import BadClass, printable

_COLUMNS = {
    "id": (
        "학번",
        "student_id",
        "studentid",
        "id",
        "id number",
        "sis user id",
        "학생번호",
    ),
    "name": ("이름", "성명", "name", "full name", "fullname", "student"),
    "email": ("이메일", "메일", "email", "email address", "e-mail"),
    "lms_id": (
        "lms번호",
        "lms_id",
        "lms id",
        "canvas_id",
        "moodle_id",
        "participant id",
    ),
}
_MOST = 5_000_000
_MOST_ERRORS = 10


@dataclass(frozen=True)
class Student:
    """학생 한 사람."""

    id: str
    name: str
    email: str = ""
    lms_id: str = ""


def decode_csv(path: Path) -> str:
    """CSV 파일을 utf-8(BOM이 있어도 없어도)이나 cp949로 읽습니다."""
    try:
        if path.stat().st_size > _MOST:
            raise BadClass(f"CSV가 너무 큽니다: {path}")
        data = path.read_bytes()
    except OSError as error:
        raise BadClass(f"CSV를 읽지 못했습니다: {path} ({error.strerror})") from None
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise BadClass(
        f"CSV의 글자 인코딩을 알 수 없습니다: {path}\n  UTF-8이나 CP949로 저장하세요."
    )


def read_table(
    path: Path, columns: dict[str, tuple[str, ...]], needed: set[str]
) -> Iterator[tuple]:
    """CSV의 줄마다 (줄 번호, {열: 값})을 냅니다.

    열 이름은 여러 가지로 적을 수 있습니다.
    """
    text = decode_csv(path)
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text), delimiter="\t" if "\t" in first and "," not in first else ","
    )
    try:
        head = [cell.strip().lower() for cell in next(reader, [])]
        where = {
            key: next((i for i, cell in enumerate(head) if cell in names), -1)
            for key, names in columns.items()
        }
        missing = [
            columns[key][0] for key in columns if key in needed and where[key] < 0
        ]
        if missing:
            have = ", ".join(printable(cell, 30) for cell in head if cell) or "없음"
            raise BadClass(
                f"{path.name}의 1째 줄: 열 {', '.join(missing)}이(가) 없습니다. "
                f"있는 열: {have}"
            )
        for row in reader:
            if any(cell.strip() for cell in row):
                yield (
                    reader.line_num,
                    {
                        key: row[i].strip() if 0 <= i < len(row) else ""
                        for key, i in where.items()
                    },
                )
    except csv.Error as error:
        raise BadClass(
            f"{path.name}의 {reader.line_num}째 줄: CSV의 꼴이 아닙니다 ({error})."
        ) from None


def read_roster(path: Path) -> list[Student]:
    """명단을 읽습니다. 잘못된 줄이 있으면 모두 모아 BadClass를 냅니다."""
    students: list[Student] = []
    errors: list[str] = []
    seen: dict[str, int] = {}
    for line, values in read_table(path, _COLUMNS, {"id", "name"}):
        problem = _problem(values) or _twice(values["id"], seen)
        if problem:
            errors.append(f"  {line}째 줄: {problem}")
        seen.setdefault(values["id"].casefold(), line)
        students.append(Student(**values))
    if errors:
        more = f"\n  … 모두 {len(errors)}줄" if len(errors) > _MOST_ERRORS else ""
        raise BadClass(
            "\n".join([f"명단이 잘못되었습니다: {path.name}", *errors[:_MOST_ERRORS]])
            + more
        )
    if not students:
        raise BadClass(f"명단에 학생이 없습니다: {path.name}")
    return students


def _problem(values: dict[str, str]) -> str:
    """한 줄의 잘못을 말합니다. 없으면 빈 글입니다."""
    student, name, email = values["id"], values["name"], values["email"]
    if not student:
        return "학번이 비었습니다."
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}", student):
        shown = printable(student, 40)
        return (
            f"학번 '{shown}'에 쓸 수 없는 글자가 있습니다. 영문자, 숫자, . _ - 로 "
            "64자까지입니다."
        )
    if "E+" in student.upper() and student[0].isdigit():
        return (
            f"학번 '{student}'은(는) 엑셀이 바꾼 수로 보입니다. 그 열을 글로 "
            "저장하세요."
        )
    if not name:
        return f"학번 {student}의 이름이 비었습니다."
    if len(name) > 100 or not name.isprintable():
        return (
            f"이름 '{printable(name, 40)}'이(가) 너무 길거나 보이지 않는 글자가 "
            "있습니다."
        )
    if email and not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+", email):
        return f"이메일 '{printable(email, 60)}'의 꼴이 맞지 않습니다."
    return ""


def _twice(student: str, seen: dict[str, int]) -> str:
    line = seen.get(student.casefold())
    return f"학번 {student}이(가) {line}째 줄에도 있습니다." if line else ""
