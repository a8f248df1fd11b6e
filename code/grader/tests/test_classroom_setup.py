"""학급을 만들기: 명단과 class.toml을 읽고, 잘못을 줄 번호와 함께 말합니다."""

import json
import tomllib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from classroom_fakes import make_classroom, notebook
from samples import SLUG

from jumok.cli import main
from jumok_grader.classroom.reasons import REASONS, BadClass, explain
from jumok_grader.classroom.roster import Student, read_roster
from jumok_grader.classroom.settings import FILE, read_classroom

GOOD = "학번,이름,이메일\n20260001,홍길동,hong@example.ac.kr\n20260002,김영희,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_roster_in_any_usual_encoding(tmp_path, encoding):
    path = tmp_path / "명단.csv"
    path.write_bytes(GOOD.encode(encoding))
    assert read_roster(path) == [
        Student("20260001", "홍길동", "hong@example.ac.kr"),
        Student("20260002", "김영희"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Student_ID,Email,canvas_id\n홍길동,20260001,hong@example.ac.kr,77\n",
        "이름\t학번\t이메일\tlms_id\n홍길동\t20260001\thong@example.ac.kr\t77\n",
        "이메일,LMS번호,성명,비고,학번\nhong@example.ac.kr,77,홍길동,청강,20260001\n\n",
    ],
)
def test_roster_columns_in_any_order_and_name(tmp_path, text):
    path = tmp_path / "명단.csv"
    path.write_text(text, encoding="utf-8")
    assert read_roster(path) == [
        Student("20260001", "홍길동", "hong@example.ac.kr", "77")
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + ",박민수,\n", "4째 줄: 학번이 비었습니다"),
        (GOOD + "20260001,홍길순,\n", "4째 줄: 학번 20260001이(가) 2째 줄에도"),
        (GOOD + "20260003,,\n", "4째 줄: 학번 20260003의 이름"),
        (GOOD + "20260003,박민수,park\n", "4째 줄: 이메일 'park'"),
        (GOOD + "../x,박민수,\n", "4째 줄: 학번 '../x'"),
        (GOOD + "2.026E+07,박민수,\n", "4째 줄: 학번 '2.026E+07'"),
        (GOOD + "20260003,박\x07민수,\n", "4째 줄: 이름"),
        (GOOD + '20260003,"박\n민수",\n', "5째 줄: 이름"),
        ("번호,사람\n1,홍길동\n", "1째 줄: 열 학번, 이름이(가) 없습니다"),
        ("학번,이름\n", "학생이 없습니다"),
        ("", "1째 줄: 열 학번"),
    ],
)
def test_bad_roster_names_the_row(tmp_path, text, told):
    path = tmp_path / "명단.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadClass) as error:
        read_roster(path)
    assert told in str(error.value) and "명단.csv" in str(error.value)


def test_roster_of_unknown_encoding_and_missing_file(tmp_path):
    path = tmp_path / "명단.csv"
    path.write_bytes(b"\xff\xfe\xff\xff")
    with pytest.raises(BadClass, match="인코딩"):
        read_roster(path)
    with pytest.raises(BadClass, match="읽지 못했습니다"):
        read_roster(tmp_path / "없음.csv")


def test_init_writes_points_due_and_late_policy(tmp_path):
    classroom = read_classroom(make_classroom(tmp_path, late=(20, 2)))
    chapter = classroom.chapters[0]
    assert chapter.points == {"ex04-1": 3, "ex04-2": 1, "ex04-3": 2, "ex04-4": 2}
    assert chapter.due == datetime(2026, 3, 16, 23, 59, tzinfo=ZoneInfo("Asia/Seoul"))
    assert (
        classroom.late.percent_per_day,
        classroom.late.max_days,
        classroom.late.after,
    ) == (
        20,
        2,
        "zero",
    )
    assert (
        classroom.course.root == tmp_path / "책"
        and classroom.database == "sqlite:///grades.db"
    )
    assert (classroom.folder / ".gitignore").read_text(encoding="utf-8").endswith("*\n")
    raw = tomllib.loads((classroom.folder / FILE).read_text(encoding="utf-8"))
    assert raw["chapters"][0]["slug"] == chapter.slug


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('zone = "Asia/Seoul"', 'zone = "Asia/Nowhere"', "모르는 시간대"),
        ("percent_per_day = 10", "percent_per_day = 110", "0부터 100까지"),
        ("max_days = 3", "max_dais = 3", "모르는 열쇠: late.max_dais"),
        ('after = "zero"', 'after = "never"', "zero(받지 않음)"),
        ('due = "2026-03-16T23:59:00"', 'due = "곧"', "시각의 꼴이 아닙니다"),
        ('"ex04-1" = 3', '"ex04-1" = -3', "ex04-1은(는) 0부터"),
        ("seconds = 180", 'seconds = "빨리"', "seconds은(는) 1부터"),
        ("[[chapters]]", "[[chapter]]", "모르는 열쇠: chapter"),
        ("format = 1", "format = ", "읽지 못했습니다"),
    ],
)
def test_bad_class_file_names_the_key(tmp_path, old, new, told):
    path = make_classroom(tmp_path) / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadClass) as error:
        read_classroom(path.parent)
    assert told in str(error.value)


def test_init_refuses_twice_unknown_chapters_and_stray_due(tmp_path, capsys):
    folder = make_classroom(tmp_path)
    common = ["--roster", str(tmp_path / "명단.csv"), "--course", str(tmp_path / "책")]
    for args, told in (
        ([str(folder), "--chapters", "4"], "이미 학급 폴더"),
        ([str(tmp_path / "b"), "--chapters", "9"], "'9'장을 찾지 못했습니다"),
        ([str(tmp_path / "b"), "--chapters", "4", "04"], "같은 장을 두 번"),
        ([str(tmp_path / "b"), "--chapters", "4", "--due", "내일"], "장=시각"),
        (
            [str(tmp_path / "b"), "--chapters", "4", "--timezone", "서울"],
            "모르는 시간대",
        ),
    ):
        assert main(["class", "init", *args, *common]) == 2
        assert told in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_database_comes_from_argument_then_environment(tmp_path, monkeypatch):
    folder = make_classroom(tmp_path)
    monkeypatch.setenv("JUMOK_DATABASE", "sqlite:///other.db")
    assert read_classroom(folder).database == "sqlite:///other.db"
    assert read_classroom(folder, "sqlite:///mine.db").database == "sqlite:///mine.db"


def test_not_a_class_folder_is_said_in_words(tmp_path, capsys):
    assert main(["class", "grade", str(tmp_path)]) == 2
    assert "학급 폴더가 아닙니다" in capsys.readouterr().err


def test_every_reason_has_korean_words():
    assert all(
        any("가" <= char <= "힣" for char in words) for words in REASONS.values()
    )
    assert explain("처음 보는 것") == "처음 보는 것"


@pytest.mark.parametrize("mark", [0, "다른 것"])
def test_sample_submission_carries_its_mark(mark):
    assert json.loads(notebook(mark))["metadata"]["mark"] == str(mark)
    assert SLUG.startswith("04")
