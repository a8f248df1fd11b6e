"""문제의 판: 검사, 빈칸, 준비 칸이 같으면 같은 판입니다.

판이 바뀐 문제만 다시 채점합니다.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..notebook.master import Master, Question, read_master
from .reasons import BadClass
from .settings import Classroom


@dataclass(frozen=True)
class Exercise:
    """과제 하나의 지금 판: 정답 노트북, 그 바이트, {문제: 판}."""

    master: Master
    content: bytes
    versions: dict[str, str]

    @property
    def version(self) -> str:
        """모든 문제의 판을 묶은 판."""
        return _digest(sorted(self.versions.items()))


def read_exercises(classroom: Classroom) -> dict[str, Exercise]:
    """학급의 과제마다 정답 노트북을 읽고 문제의 판을 셈합니다."""
    return {
        chapter.slug: read_exercise(classroom.master(chapter.slug))
        for chapter in classroom.chapters
    }


def read_exercise(path: Path) -> Exercise:
    """정답 노트북 하나를 읽습니다."""
    master = read_master(path)
    versions = {
        question.id: version_of(master, question) for question in master.questions
    }
    return Exercise(master, path.read_bytes(), versions)


def version_of(master: Master, question: Question) -> str:
    """문제 하나의 판. 글만 고친 것(해설, 힌트)은 판을 바꾸지 않습니다."""
    tests = [
        [test.grade_id, test.visible, test.hidden, test.points]
        for test in question.tests
    ]
    setup = [source for index, source in master.setup if index < question.index]
    names = [list(names) for names in question.names] if not question.manual else []
    return _digest(
        [
            __version__,
            question.id,
            question.stub,
            names,
            tests,
            question.manual_points,
            setup,
        ]
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


def known_questions(exercises: dict[str, Exercise], only: list[str]) -> set[str]:
    """--only로 준 문제들을 확인합니다. 없는 문제이면 BadClass를 냅니다."""
    have = {
        question for exercise in exercises.values() for question in exercise.versions
    }
    unknown = [question for question in only if question not in have]
    if unknown:
        raise BadClass(
            f"없는 문제입니다: {', '.join(unknown)} (있는 것: "
            f"{', '.join(sorted(have))})"
        )
    return set(only)
