"""파일 이름에서 학생과 장을 알아봅니다.

Moodle, Canvas, 학번이 든 이름, 학생마다의 폴더를 압니다.

LMS가 붙인 이름이면 그 부분만 믿습니다. 학생이 지은 부분에 남의 학번을 적어도 남의 것이
되지 않습니다.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations

from .roster import Student

_MOODLE = re.compile(
    r"^(?P<name>.+?)_(?P<lms>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)$"
)
_CANVAS = re.compile(
    r"^(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<lms>\d+)_(?P<file>\d+)_(?P<rest>[^/]+)$"
)
_ATTEMPT = re.compile(r"(?:-(\d{1,3})| ?\((\d{1,3})\))(?=\.ipynb$)", re.I)


@dataclass(frozen=True)
class Owner:
    """이름에서 읽은 것: 학생(못 정했으면 None), 까닭, LMS가 적은 늦음 표시."""

    student: Student | None
    reason: str = ""
    detail: str = ""
    late: bool = False


class Names:
    """명단에서 학생을 찾는 표. links는 {LMS 번호나 이름의 앞부분: 학번}입니다."""

    def __init__(
        self, students: list[Student], links: dict[str, str] | None = None
    ) -> None:
        self.by_id = {plain(student.id): student for student in students}
        self.by_lms = {
            student.lms_id: student for student in students if student.lms_id
        }
        self.by_email = {
            student.email.casefold(): student for student in students if student.email
        }
        self.by_name: dict[str, list[Student]] = defaultdict(list)
        for student in students:
            for key in orders(student.name):
                self.by_name[key].append(student)
        self.joined = any(re.search(r"[._-]", student.id) for student in students)
        self.links = {
            unicodedata.normalize("NFC", key): value
            for key, value in (links or {}).items()
        }

    def owner(self, path: str) -> Owner:
        """경로에서 학생을 찾습니다."""
        for key, student in self.links.items():
            if (
                path == key
                or path.startswith(f"{key}/")
                or key in re.split(r"[/_]", path)
            ):
                found = self.by_id.get(plain(student))
                return Owner(
                    found, "" if found else "unknown_student", "" if found else student
                )
        for part in path.split("/"):
            moodle, canvas = _MOODLE.match(part), _CANVAS.match(part)
            if moodle:
                return self._from_lms(moodle["name"], moodle["lms"])
            if canvas:
                return self._from_lms(
                    canvas["name"], canvas["lms"], bool(canvas["late"])
                )
        return self._from_words(path)

    def _from_lms(self, name: str, lms: str, late: bool = False) -> Owner:
        """LMS가 적은 번호로, 없으면 이름으로 찾습니다."""
        if lms in self.by_lms:
            return Owner(self.by_lms[lms], late=late)
        found = self._named(name)
        if len(found) == 1 and not found[0].lms_id:
            return Owner(found[0], late=late)
        if len(found) > 1:
            ids = ", ".join(student.id for student in found[:5])
            return Owner(
                None, "ambiguous_student", f"같은 이름: {ids} (LMS 번호 {lms})", late
            )
        return Owner(None, "unknown_student", f"{name} (LMS 번호 {lms})", late)

    def _named(self, name: str) -> list[Student]:
        return self.by_name.get(squeezed(name), [])

    def _from_words(self, path: str) -> Owner:
        """학번이나 이메일이 있으면 그것으로, 없으면 이름으로 찾습니다.

        둘이 어긋나면 정하지 않습니다.
        """
        lowered = path.casefold()
        sure = set(self._ids(path))
        sure |= {
            self.by_email[word]
            for word in re.findall(r"[^\s/()]+@[^\s/()_]+\.[a-z]+", lowered)
            if word in self.by_email
        }
        named = {student for word in self._words(path) for student in self._named(word)}
        if len(sure) > 1:
            return Owner(
                None,
                "ambiguous_student",
                "학번이 둘: " + ", ".join(sorted(s.id for s in sure)),
            )
        if sure:
            only = next(iter(sure))
            if named and only not in named:
                return Owner(
                    None,
                    "ambiguous_student",
                    f"학번은 {only.id}인데 이름은 다른 학생입니다.",
                )
            return Owner(only)
        if len(named) > 1:
            ids = ", ".join(sorted(student.id for student in named)[:5])
            return Owner(None, "ambiguous_student", f"같은 이름: {ids}")
        return Owner(next(iter(named))) if named else Owner(None, "unknown_student")

    def _words(self, path: str) -> list[str]:
        stem = re.sub(r"\.ipynb$", "", path, flags=re.I)
        pieces = [
            piece for piece in re.split(r"[/_()\[\]]|\s-\s", stem) if piece.strip()
        ]
        return pieces + [
            word for piece in pieces for word in re.split(r"[\s.-]+", piece) if word
        ]

    def _ids(self, path: str) -> list[Student]:
        words = re.findall(r"[0-9A-Za-z]+", path)
        spans = list(words)
        if self.joined:  # 2023-1234처럼 학번 안에 이음표가 있는 명단
            spans += [
                "".join(words[i : i + n])
                for n in (2, 3)
                for i in range(len(words) - n + 1)
            ]
        return [
            self.by_id[word.casefold()]
            for word in spans
            if word.casefold() in self.by_id
        ]


def plain(student: str) -> str:
    """견주려고 학번에서 이음표를 빼고 소문자로 바꿉니다."""
    return re.sub(r"[._-]", "", student).casefold()


def squeezed(name: str) -> str:
    """견주려고 이름에서 글자와 숫자만 남기고 소문자로 바꿉니다."""
    normal = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in normal if char.isalnum())


def orders(name: str) -> set[str]:
    """낱말의 차례를 바꾼 이름들.

    'Jane van Doe'를 Canvas의 'vandoejane'에서도 찾을 수 있습니다.
    """
    words = [word for word in re.split(r"[\s,]+", name) if squeezed(word)]
    mixed = permutations(words) if len(words) <= 4 else [words]
    return {squeezed("".join(part)) for part in mixed}


def chapter_of(name: str, data: bytes, slugs: list[str]) -> str:
    """장의 이름을 파일 내용의 문제 번호로, 없으면 파일 이름으로 정합니다.

    모르면 빈 글입니다.
    """
    numbers = {
        int(found)
        for found in re.findall(rb'"grade_id"\s*:\s*"ex(\d\d)-', data[: 50 * 2**20])
    }
    if len(numbers) == 1:
        number = numbers.pop()
        return next(
            (slug for slug in slugs if int(slug[:2]) == number), f"{number:02d}"
        )
    last = name.rsplit("/", 1)[-1]
    for slug in slugs:
        if slug in last or re.search(
            rf"(?<![0-9A-Za-z]){slug[:2]}(?:장)?(?=[-_ (]|\.ipynb$)", last
        ):
            return slug
    return ""


def attempt_of(name: str) -> int:
    """'과제-2.ipynb', '과제 (2).ipynb'처럼 이름에 적힌 몇째 시도인지.

    없으면 0입니다.
    """
    match = _ATTEMPT.search(name)
    return int(match[1] or match[2]) if match else 0
