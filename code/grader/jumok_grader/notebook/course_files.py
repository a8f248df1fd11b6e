"""책 폴더에서 장, 정답, 문제, 성적의 자리를 찾습니다."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from .notebooks import BadNotebook, read_cells


class BadCourse(Exception):
    """책 폴더나 장을 찾지 못했습니다. 글에 까닭과 할 일이 들어 있습니다."""


@dataclass(frozen=True)
class Course:
    """책 폴더 하나."""

    root: Path

    def slugs(self) -> list[str]:
        """정답 노트북이 있는 장의 이름들."""
        folders = sorted((self.root / "solutions").glob("[0-9][0-9]_*"))
        return [folder.name for folder in folders if self.master(folder.name).is_file()]

    def master(self, slug: str) -> Path:
        """그 장의 정답 노트북 자리."""
        return self.root / "solutions" / slug / f"{slug}.ipynb"

    def exercise(self, slug: str) -> Path:
        """그 장의 문제 노트북 자리."""
        return self.root / "exercises" / slug / f"{slug}.ipynb"

    def slug_of(self, chapter: str) -> str:
        """'4', '04', '04_scaled_dot_product' 가운데 무엇이든 장의 이름으로 바꿉니다."""
        slugs = self.slugs()
        number = int(chapter) if chapter.isascii() and chapter.isdigit() else -1
        for slug in slugs:
            if slug == chapter or int(slug[:2]) == number:
                return slug
        have = ", ".join(slug[:2] for slug in slugs) or "없음"
        raise BadCourse(f"'{chapter}'장을 찾지 못했습니다. 채점할 수 있는 장: {have}")


def find_course(start: Path) -> Course:
    """start에서 위로 올라가며 _config.yml과 exercises/가 있는 폴더를 찾습니다."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / "_config.yml").is_file() and (folder / "exercises").is_dir():
            return Course(folder)
    raise BadCourse(
        f"책 폴더를 찾지 못했습니다: {start}\n"
        "  내려받은 책의 폴더 안에서 실행하거나 --course 폴더 로 알려 주세요."
    )


def looks_like_path(text: str) -> bool:
    """장 번호가 아니라 경로로 보이는지."""
    return (
        text.endswith(".ipynb") or "/" in text or os.sep in text or Path(text).is_dir()
    )


def find_notebook(path: Path, course: Course, slug: str | None) -> tuple[Path, str]:
    """경로(파일이나 폴더)와 장 이름으로 (노트북, 장 이름)을 정합니다."""
    if path.is_dir():
        path = _only_notebook(path, slug)
    return path, slug or _guess_slug(path, course)


def _only_notebook(folder: Path, slug: str | None) -> Path:
    found = sorted(item for item in folder.glob("*.ipynb") if item.is_file())
    named = [item for item in found if slug and item.stem == slug]
    if len(named or found) == 1:
        return (named or found)[0]
    if not found:
        raise BadNotebook(f"폴더에 노트북(.ipynb)이 없습니다: {folder}")
    names = ", ".join(item.name for item in found[:5])
    raise BadNotebook(
        f"폴더에 노트북이 여러 개 있습니다: {folder}\n"
        f"  하나를 골라 경로를 주세요: {names}"
    )


def _guess_slug(path: Path, course: Course) -> str:
    """파일 이름으로, 안 되면 문제 칸의 번호로 장을 짐작합니다."""
    cells = read_cells(path)
    ids = [
        re.match(r"ex([0-9]{1,3})\b", cell.grade_id)
        for cell in cells
        if cell.nbgrader.get("solution")
    ]
    numbers = {int(match.group(1)) for match in ids if match}
    if not numbers and path.stem in course.slugs():
        return path.stem
    if len(numbers) != 1:
        raise BadNotebook(
            f"몇 장의 노트북인지 알 수 없습니다: {path}\n"
            f"  jumok grade 04 {path} 처럼 장 번호를 함께 주세요."
        )
    return course.slug_of(str(numbers.pop()))


def read_grade(path: Path) -> dict | None:
    """저장된 채점 결과를 읽습니다. 없거나 깨졌으면 None입니다."""
    try:
        grade = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return (
        grade
        if isinstance(grade, dict) and isinstance(grade.get("questions"), list)
        else None
    )
