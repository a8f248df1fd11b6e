"""성적 내보내기와 보고서: Moodle의 열, 늦은 몫, 이스케이프, 그림, 닮은 풀이."""

import csv
import io
import json
import os
import re
from datetime import datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import matplotlib as mpl
import pytest
from classroom_fakes import PEOPLE, TESTS, hand_in, make_classroom, notebook, opened
from samples import SCORES, SOFTMAX

from jumok.cli import main
from jumok.commands.classroom import book_style
from jumok_grader.classroom.class_report import hardest, mistakes, write_report
from jumok_grader.classroom.collect import collect
from jumok_grader.classroom.export import (
    csv_text,
    export,
    full_rows,
    moodle_rows,
    safe_cell,
)
from jumok_grader.classroom.feedback import feedback_html
from jumok_grader.classroom.grade_class import grade_class
from jumok_grader.classroom.gradebook import penalty, scores
from jumok_grader.classroom.pictures import draw
from jumok_grader.classroom.reasons import BadClass
from jumok_grader.classroom.settings import Late
from jumok_grader.classroom.similarity import (
    WINDOW,
    K,
    fingerprints,
    similar,
    tokens_of,
)
from jumok_grader.classroom.versions import read_exercises

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ZONE = ZoneInfo("Asia/Seoul")


class Tags(HTMLParser):
    """태그와 속성을 모읍니다."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def fake(task: dict) -> dict:
    """가짜 채점기: 노트북에 적힌 몫만큼 점수를 주고, 나쁜 글을 곳곳에 넣습니다."""
    import base64

    part = float(json.loads(base64.b64decode(task["notebook"]))["metadata"]["mark"])
    rows = []
    for number, most in ((1, 3), (2, 1), (3, 2)):
        wrong = {
            "status": "failed",
            "name": "=2+5" if number == 1 else "축이 다름",
            "mistake": "wrong_axis",
        }
        told = {"message": EVIL, "detail": EVIL, "output": EVIL} | (
            wrong if part < 1 else {}
        )
        base = {
            "id": f"ex04-{number}",
            "title": f"문제 4.{number} {EVIL}",
            "status": "passed",
            "name": "",
        }
        rows.append(base | told | {"points": part * most, "max_points": most})
    rows.append(
        {
            "id": "ex04-4",
            "title": "설명",
            "status": "manual",
            "points": 0,
            "max_points": 2,
        }
    )
    return {"state": "done", "seconds": 1, "questions": rows}


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    root = tmp_path_factory.mktemp("학급")
    people = [*PEOPLE, ("20260005", EVIL)]
    made = opened(make_classroom(root, people))
    folder = hand_in(
        root / "폴더",
        s20260001=notebook(1),
        s20260002=notebook("0.5"),
        s20260003=notebook(0.25),
        s20260005=notebook(0),
    )
    for who, day in (
        ("20260001", 16),
        ("20260002", 18),
        ("20260003", 20),
        ("20260005", 1),
    ):
        when = datetime(2026, 3, day, 12, tzinfo=ZONE).timestamp()
        os.utime(folder / f"{who}_04.ipynb", (when, when))
    (folder / "=cmd|calc.ipynb").write_bytes(b"{}")
    collect(*made, folder)
    patch = pytest.MonkeyPatch()
    patch.setenv("PYTHONPATH", str(TESTS))
    grade_class(made[0], made[1], quiet=True, work="test_classroom_export:fake")
    patch.undo()
    yield made
    made[1].dispose()


@pytest.fixture
def book(classroom):
    return scores(*classroom, read_exercises(classroom[0]))


def test_late_policy_is_ten_percent_a_day_for_three_days():
    assert [penalty(days, Late()) for days in (0, 1, 3, 4)] == [
        (0, False),
        (0.1, False),
        (0.3, False),
        (1, True),
    ]
    assert penalty(9, Late(after="keep")) == (0.3, False)
    assert penalty(3, Late(percent_per_day=50)) == (1, False)


def test_scores_take_late_days_off_and_name_what_is_missing(book):
    found = {
        score.student.id: (score.status, score.raw, score.points, score.days)
        for score in book
    }
    assert found == {
        "20260001": ("manual", 6, 6, 0),
        "20260002": ("manual", 3, 2.4, 2),
        "20260003": ("too_late", 1.5, 0, 4),
        "20260004": ("not_submitted", 0, 0, 0),
        "20260005": ("manual", 0, 0, 0),
    }
    assert {score.max_points for score in book} == {8}


def test_class_points_and_manual_points(classroom, tmp_path):
    text = (classroom[0].folder / "class.toml").read_text(encoding="utf-8")
    (classroom[0].folder / "class.toml").write_text(
        text.replace('"ex04-1" = 3', '"ex04-1" = 30'), encoding="utf-8"
    )
    (classroom[0].folder / "manual.csv").write_text(
        "학번,문제,점수,말\n20260002,ex04-4,1.5,좋아요\n", encoding="utf-8"
    )
    try:
        fresh = opened(classroom[0].folder)
        score = scores(*fresh, read_exercises(fresh[0]))[1]
        assert (score.max_points, score.raw, score.status) == (
            35,
            15 + 0.5 + 1 + 1.5,
            "graded",
        )
        assert score.questions[3]["message"] == "좋아요"
        (classroom[0].folder / "manual.csv").write_text(
            "학번,문제,점수\n1,ex04-4,많이\n", encoding="utf-8"
        )
        with pytest.raises(BadClass, match="2째 줄"):
            scores(*fresh, read_exercises(fresh[0]))
        fresh[1].dispose()
    finally:
        (classroom[0].folder / "class.toml").write_text(text, encoding="utf-8")
        (classroom[0].folder / "manual.csv").unlink()


def test_moodle_columns_are_those_its_import_maps(classroom, book):
    head, *rows = moodle_rows(classroom[0], book)
    assert (
        head[:3] == ["ID number", "Full name", "Email address"]
        and head[4] == f"{head[3]} (feedback)"
    )
    assert [row[0] for row in rows] == [who for who, _ in PEOPLE] + ["20260005"]
    assert [row[3] for row in rows] == ["6", "2.4", "0", "0", "0"]
    assert "2일 늦어 20% 깎음" in rows[1][4] and rows[3][4] == "내지 않았습니다"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_formulas_are_not_left_in_csv(text):
    assert safe_cell(text) == f"'{text}" and safe_cell(-1.5) == "-1.5"
    assert next(csv.reader(io.StringIO(csv_text([[text, '가"나,다\n']])))) == [
        f"'{text}",
        '가"나,다\n',
    ]


def test_full_table_has_two_columns_per_question(book):
    head, *rows = full_rows(book)
    assert head[-8:] == [
        name for n in (1, 2, 3, 4) for name in (f"ex04-{n}", f"ex04-{n} 실수")
    ]
    assert all(len(row) == len(head) for row in rows) and len(rows) == 5


def test_export_writes_everything_and_escapes_everything(classroom, book, tmp_path):
    made = export(classroom[0], classroom[1], book, tmp_path)
    for name in ("moodle", "grades", "files"):
        data = made[name].read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        cells = [
            cell
            for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))
            for cell in row
        ]
        assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    assert "'=cmd|calc.ipynb" in made["files"].read_text(encoding="utf-8")
    stored = json.loads(made["json"].read_text(encoding="utf-8"))
    assert [grade["points"] for grade in stored["grades"]] == [6, 2.4, 0, 0, 0]
    pages = sorted((made["feedback"] / "04_sample").glob("*.html"))
    assert [page.stem for page in pages] == [who for who, _ in PEOPLE] + ["20260005"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        tags = Tags(text)
        assert not {"script", "img", "iframe", "link", "object"} & set(tags.tags)
        assert not [
            key
            for key, _ in tags.attributes
            if key.startswith("on") or key in ("src", "href")
        ]
        assert not re.search(r"https?://|secret_probe|shifted_scores", text)


def test_feedback_says_late_and_missing_in_words(classroom, book):
    assert "2일 늦어 3점에서 20 %를 깎았습니다" in feedback_html(classroom[0], book[1])
    assert "3일까지 받습니다" in feedback_html(classroom[0], book[2])
    assert "내지 않았습니다" in feedback_html(classroom[0], book[3])
    assert "2026-03-18 12:00에 냄 · 마감 2026-03-16 23:59" in feedback_html(
        classroom[0], book[1]
    )


def test_report_has_pictures_without_scripts(classroom, book, tmp_path):
    before = dict(mpl.rcParams)
    text = write_report(classroom[0], book, tmp_path, style=book_style).read_text(
        encoding="utf-8"
    )
    assert dict(mpl.rcParams) == before
    tags = Tags(text)
    sources = [value for key, value in tags.attributes if key == "src"]
    assert len(sources) == 3 and all(
        source.startswith("data:image/svg+xml;base64,") for source in sources
    )
    assert (
        all(value for key, value in tags.attributes if key == "alt")
        and "script" not in tags.tags
    )
    assert "내지 않았습니다: 1명" in text and "=2+5" in text and EVIL not in text


def test_hardest_and_most_frequent_are_counted(book):
    done = [score for score in book if score.status == "manual"]
    assert [row["id"] for row in hardest(done)] == ["ex04-1", "ex04-2", "ex04-3"]
    assert hardest(done)[0]["part"] == pytest.approx((1 + 0.5 + 0) / 3) and hardest(
        done
    )[0]["mistake"] == (
        "=2+5",
        2,
    )
    assert mistakes(done) == [("축이 다름", 4), ("=2+5", 2)]


def test_pictures_hold_no_text_that_needs_a_font():
    with book_style():
        svg = draw(lambda ax: ax.set_title("한글 제목"))
        assert "<text" not in svg
        assert svg == draw(lambda ax: ax.set_title("한글 제목"))


def test_commands_export_and_report(classroom, tmp_path, capsys):
    folder = str(classroom[0].folder)
    assert main(["class", "export", folder, "--output", str(tmp_path)]) == 0
    assert main(["class", "report", folder, "--output", str(tmp_path)]) == 0
    assert "Moodle 성적표" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {
        "moodle.csv",
        "grades.csv",
        "files.csv",
        "grades.json",
        "feedback",
        "report.html",
    }


# ── 닮은 풀이 ─────────────────────────────────────────────────────────────────


def test_winnowing_guarantee():
    """논문의 두 약속.

    WINDOW + K − 1개가 같으면 반드시 걸리고, K개보다 짧으면 걸리지 않습니다.
    """
    same = [f"같{n}" for n in range(WINDOW + K - 1)]
    for front in range(7):
        one = [f"가{n}" for n in range(20)] + same + ["가"] * 9
        two = [f"나{n}" for n in range(front)] + same + [f"나나{n}" for n in range(15)]
        assert fingerprints(one) & fingerprints(two)
    short = same[: K - 1]
    assert not fingerprints(["가"] * 30 + short + ["다"] * 30) & fingerprints(
        ["나"] * 30 + short + ["라"] * 30
    )
    assert fingerprints([]) == set() and fingerprints(same[: K - 1]) == set()


def test_tokens_ignore_comments_layout_and_names():
    one = "def f(x):  # 주석\n    return  x+1\n"
    two = "def other(value):\n\n    return value + 22  # 다른 주석"
    assert tokens_of(one) == tokens_of(two) and tokens_of(one, True) != tokens_of(
        two, True
    )
    assert tokens_of("x = (1,\n 'abc") and tokens_of("\x00\x01") is not None
    assert tokens_of("%matplotlib inline\nx = 1")


OTHERS = [
    """def my_softmax(x):
    top = np.max(x, -1, keepdims=True)
    e = np.exp(x - top)
    return e / np.sum(e, -1, keepdims=True)""",
    """def my_softmax(x):
    out = np.empty_like(x)
    for i, row in enumerate(x):
        row = np.exp(row - row.max())
        out[i] = row / row.sum()
    return out""",
    """def my_softmax(x):
    powers = 2.718281828 ** (x - x.max(axis=-1)[..., None])
    total = powers.sum(axis=-1)
    return powers / total[..., None]""",
    """def my_softmax(x):
    log = x - x.max(-1, keepdims=True)
    return np.exp(log - np.log(np.exp(log).sum(-1, keepdims=True)))""",
]
COPY = OTHERS[1]
RENAMED = COPY.replace("out", "answer").replace("row", "line") + "  # 내가 씀"


def test_copies_are_found_even_when_renamed_and_honest_ones_are_not():
    people = {f"{n}": {"q": source} for n, source in enumerate(OTHERS)} | {
        "베낌": {"q": COPY},
        "바꿈": {"q": RENAMED},
    }
    pairs = similar(
        people, {"q": "def my_softmax(x):\n    raise NotImplementedError()"}
    )
    assert {frozenset((pair.first, pair.second)) for pair in pairs} == {
        frozenset(pair) for pair in (("1", "베낌"), ("1", "바꿈"), ("바꿈", "베낌"))
    }
    assert (pairs[0].words, pairs[0].shape, pairs[0].questions) == (1, 1, ("q",))
    assert all(pair.shape == 1 for pair in pairs) and pairs[-1].words < 0.6


def test_given_code_and_common_code_do_not_count():
    given = SOFTMAX.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "")
    people = {str(n): {"q": given + f"\nz{n} = {n}"} for n in range(4)}
    assert similar(people, {"q": given}) == []
    crowd = {str(n): {"q": SCORES + "\n" + OTHERS[n % 2]} for n in range(40)}
    assert similar(crowd, {}) == []


def test_similarity_of_1000_is_quick():
    import time

    people = {
        str(n): {
            "q": f"def f{n}(a, b):\n    c = a * {n} + b\n    return "
            + " + ".join(f"g{n * 31 + i}(c)" for i in range(20))
        }
        for n in range(1000)
    }
    people["사본"] = people["7"]
    started = time.process_time()
    pairs = similar(people, {})
    assert ("7", "사본") in [
        (pair.first, pair.second) for pair in pairs if pair.words == 1
    ]
    assert time.process_time() - started < 30
