"""학급 보고서: 과제마다 분포, 어려운 문제, 잦은 실수, 닮은 풀이."""

from __future__ import annotations

import base64
import statistics
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from ..files import write_atomically
from ..notebook.notebooks import BadNotebook, read_cells
from ..render import render, short_title
from .collect import content_path
from .gradebook import Score
from .pictures import bars, distribution, draw
from .reasons import explain
from .settings import Classroom
from .similarity import Pair, answers_of, similar
from .versions import read_exercise


@dataclass
class Picture:
    """그림 하나: 제목, 대체 글, data 주소."""

    title: str
    alt: str
    source: str


def picture(title: str, alt: str, svg: str) -> Picture:
    """SVG를 <img>에 넣을 data 주소로 바꿉니다.

    그렇게 넣은 SVG는 스크립트를 실행하지 못합니다.
    """
    coded = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return Picture(title, alt, f"data:image/svg+xml;base64,{coded}")


def write_report(
    classroom: Classroom,
    scores: list[Score],
    output: Path,
    least: float = 0.6,
    *,
    style: Callable[[], AbstractContextManager] = nullcontext,
) -> Path:
    """report.html을 쓰고 그 자리를 돌려줍니다.

    style()의 안에서 그림을 그립니다(한글 글꼴과 색).
    """
    with style():
        chapters = [
            chapter_report(classroom, chapter.slug, scores, least)
            for chapter in classroom.chapters
        ]
    path = output / "report.html"
    write_atomically(
        path,
        render(
            "class_report.html",
            output,
            classroom=classroom,
            chapters=chapters,
            least=least,
        ),
    )
    return path


def chapter_report(
    classroom: Classroom, slug: str, scores: list[Score], least: float
) -> dict:
    """과제 하나의 수와 그림."""
    mine = [score for score in scores if score.chapter == slug]
    graded = [score for score in mine if score.status in ("graded", "manual")]
    points = [score.points for score in graded]
    hard = hardest(graded)
    return {
        "title": mine[0].title if mine else slug,
        "students": len(mine),
        "graded": len(graded),
        "mean": statistics.mean(points) if points else 0.0,
        "median": statistics.median(points) if points else 0.0,
        "most": mine[0].max_points if mine else 0.0,
        "reasons": Counter(
            explain(score.reason) for score in mine if score.reason
        ).most_common(),
        "late": sum(1 for score in mine if score.days),
        "hard": hard,
        "mistakes": mistakes(graded),
        "pictures": pictures(graded, hard) if graded else [],
        "pairs": look_alike(classroom, slug, graded, least),
    }


def hardest(scores: list[Score]) -> list[dict]:
    """문제마다 평균 몫과 가장 잦은 실수. 몫이 작은 것부터입니다."""
    rows: dict[str, dict] = {}
    for score in scores:
        for item in score.questions:
            if item["status"] != "manual" and item["max_points"]:
                row = rows.setdefault(
                    item["id"],
                    {"title": short_title(item["title"]), "parts": [], "names": []},
                )
                row["parts"].append(item["points"] / item["max_points"])
                row["names"] += (
                    [item["name"]]
                    if item["name"] and item["status"] != "unsolved"
                    else []
                )
    found = []
    for key, row in rows.items():
        names = Counter(row["names"]).most_common(1)
        part = statistics.mean(row["parts"])
        found.append(
            {
                "id": key,
                "title": row["title"],
                "part": part,
                "mistake": names[0] if names else ("", 0),
            }
        )
    return sorted(found, key=lambda row: (row["part"], row["id"]))


def mistakes(scores: list[Score], most: int = 10) -> list[tuple[str, int]]:
    """잦은 실수의 이름과 수. 풀지 않은 것은 실수로 세지 않습니다."""
    items = [
        item
        for score in scores
        for item in score.questions
        if item["status"] != "unsolved"
    ]
    names = [item["name"] for item in items if item["name"]]
    return Counter(names).most_common(most)


def pictures(scores: list[Score], hard: list[dict]) -> list[Picture]:
    """분포, 어려운 문제, 잦은 실수의 그림."""
    points, most = [score.points for score in scores], max(scores[0].max_points, 1.0)
    middle = statistics.median(points)
    made = [
        picture(
            "점수의 분포",
            f"{len(points)}명의 점수 분포. 만점 {most:g}점, 중앙값 {middle:g}점입니다.",
            draw(lambda ax: distribution(points, most, ax)),
        )
    ]
    rows = hard[:10]
    if rows:
        told = (
            f"맞힌 몫이 가장 작은 문제는 {rows[0]['title']}이고 "
            f"{rows[0]['part']:.0%}입니다."
        )
        values = [round(100 * row["part"], 1) for row in rows]
        titles = [row["title"] for row in rows]
        svg = draw(
            lambda ax: bars(titles, values, ax, "맞힌 몫 (%)"), 1.2 + 0.34 * len(rows)
        )
        made.append(picture("어려운 문제", told, svg))
    common = mistakes(scores)
    if common:
        names, counts = [name for name, _ in common], [count for _, count in common]
        svg = draw(
            lambda ax: bars(names, counts, ax, "나온 횟수", 2), 1.2 + 0.34 * len(names)
        )
        made.append(
            picture(
                "잦은 실수",
                f"가장 잦은 실수는 '{names[0]}'이고 {counts[0]}번입니다.",
                svg,
            )
        )
    return made


def look_alike(
    classroom: Classroom, slug: str, scores: list[Score], least: float
) -> list[dict]:
    """닮은 풀이의 짝. 내용까지 같은 파일은 1로 칩니다."""
    master = read_exercise(classroom.master(slug)).master
    given = {question.id: question.stub for question in master.questions}
    people = {score.student.id: score for score in scores}
    found = {}
    for who, score in people.items():
        try:
            found[who] = answers_of(
                master, read_cells(content_path(classroom, score.sha256))
            )
        except BadNotebook:
            continue
    return [_shown(pair, people) for pair in similar(found, given, least)[:100]]


def _shown(pair: Pair, people: dict[str, Score]) -> dict:
    first, second = people[pair.first], people[pair.second]
    return {
        "first": first.student,
        "second": second.student,
        "shape": pair.shape,
        "words": pair.words,
        "same_file": first.sha256 == second.sha256,
        "questions": ", ".join(pair.questions),
    }
