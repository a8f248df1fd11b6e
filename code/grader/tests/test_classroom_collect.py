"""제출물 모으기: 학생을 알아보고, 나쁜 꾸러미는 까닭과 함께 거절합니다."""

import io
import os
import stat
import struct
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from classroom_fakes import hand_in, make_classroom, notebook, opened

from jumok.cli import main
from jumok_grader.classroom.collect import (
    Hints,
    collect,
    content_path,
    days_late,
    read_links,
    read_times,
)
from jumok_grader.classroom.naming import Names, attempt_of, chapter_of
from jumok_grader.classroom.reasons import BadClass
from jumok_grader.classroom.roster import Student
from jumok_grader.classroom.source_entry import Bounds, bad_name
from jumok_grader.classroom.store import files, submissions

HONG = Student("20260001", "홍길동", "hong@example.ac.kr")
KIM = Student("20260002", "김영희")
TWIN = Student("20260009", "김영희")
JANE = Student("2026-1234", "Jane van Doe", lms_id="4321")
LEE = Student("20260010", "Bruce Lee")
NAMES = Names([HONG, KIM, TWIN, JANE, LEE])


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("홍길동_12345_assignsubmission_file_/04.ipynb", HONG),
        ("홍길동_12345_assignsubmission_file/과제.ipynb", HONG),
        ("홍길동_12345_assignsubmission_file_04.ipynb", HONG),
        ("4장 과제/홍길동_12345_assignsubmission_file_/a.ipynb", HONG),
        ("홍길동_12345_67890_04.ipynb", HONG),
        ("홍길동_LATE_12345_67890_04-2.ipynb", HONG),
        ("doejanevan_4321_67890_04.ipynb", JANE),
        ("leebruce_5_6_04.ipynb", LEE),
        ("Bruce Lee_12345_assignsubmission_file_/04.ipynb", LEE),
        ("lee, bruce/04.ipynb", LEE),
        ("20260001_홍길동_04.ipynb", HONG),
        ("20260001.ipynb", HONG),
        ("과제04(20260001 홍길동).ipynb", HONG),
        ("20260001/04_scaled.ipynb", HONG),
        ("홍길동/04.ipynb", HONG),
        ("홍 길동 - 과제.ipynb", HONG),
        ("hong@example.ac.kr/04.ipynb", HONG),
        ("2026-1234_04.ipynb", JANE),
        ("20261234 jane/04.ipynb", JANE),
        ("20260002_김영희_04.ipynb", KIM),
        (
            unicodedata.normalize(
                "NFC", unicodedata.normalize("NFD", "홍길동_04.ipynb")
            ),
            HONG,
        ),
    ],
)
def test_usual_names_find_the_student(path, student):
    assert NAMES.owner(path).student == student


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("김영희_12345_assignsubmission_file_/04.ipynb", "ambiguous_student"),
        ("김영희_04.ipynb", "ambiguous_student"),
        ("20260001_20260002.ipynb", "ambiguous_student"),
        ("20260001_김영희_04.ipynb", "ambiguous_student"),
        ("임꺽정_04.ipynb", "unknown_student"),
        ("04.ipynb", "unknown_student"),
        ("202600011_04.ipynb", "unknown_student"),
        (
            "임꺽정_12345_assignsubmission_file_/20260001_홍길동.ipynb",
            "unknown_student",
        ),
        ("임꺽정_12345_67890_20260001.ipynb", "unknown_student"),
    ],
)
def test_doubtful_names_are_not_guessed(path, reason):
    owner = NAMES.owner(path)
    assert (owner.student, owner.reason) == (None, reason)


def test_links_settle_what_names_cannot():
    names = Names([HONG, KIM, TWIN], {"12345": "20260009", "조별/둘": "20260001"})
    assert names.owner("김영희_12345_assignsubmission_file_/04.ipynb").student == TWIN
    assert names.owner("조별/둘/04.ipynb").student == HONG
    assert (
        Names([HONG], {"7": "20269999"})
        .owner("홍길동_7_assignsubmission_file_/a")
        .reason
        == "unknown_student"
    )


@pytest.mark.parametrize(
    ("name", "data", "slug"),
    [
        ("a.ipynb", b'{"grade_id": "ex04-1"}', "04_sample"),
        ("07.ipynb", b'"grade_id":"ex04-12-test"', "04_sample"),
        ("홍길동_04.ipynb", b"{}", "04_sample"),
        ("4장.ipynb", b"{}", ""),
        ("04장-2.ipynb", b"{}", "04_sample"),
        ("2026040404.ipynb", b"{}", ""),
        ("a.ipynb", b'"grade_id": "ex04-1" "grade_id": "ex05-1"', ""),
        ("a.ipynb", b'"grade_id": "ex09-1"', "09"),
    ],
)
def test_chapter_comes_from_content_then_name(name, data, slug):
    assert chapter_of(name, data, ["04_sample", "05_other"]) == slug


def test_attempt_numbers():
    assert [
        attempt_of(name)
        for name in ("a.ipynb", "a-2.ipynb", "a (3).ipynb", "a-b.ipynb")
    ] == [0, 2, 3, 0]


# ── 꾸러미 ────────────────────────────────────────────────────────────────────


def zipped(path, *members: tuple, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            info = (
                name
                if isinstance(name, zipfile.ZipInfo)
                else zipfile.ZipInfo(name, (2026, 3, 16, 12, 0, 0))
            )
            if not isinstance(name, zipfile.ZipInfo):
                info.compress_type = compression
            archive.writestr(info, data)
    return path


@pytest.fixture
def classroom(tmp_path):
    opened_room = opened(make_classroom(tmp_path))
    yield opened_room
    opened_room[1].dispose()


def taken(classroom, source, bounds=None, **hints) -> dict[str, str]:
    """모으고 {파일 이름: 까닭}을 돌려줍니다.

    파일마다 한 줄이 기록에도 있어야 합니다.
    """
    done = collect(*classroom, source, Hints(**hints), bounds)
    with classroom[1].connect() as connection:
        stored = {row.name: row.reason for row in connection.execute(sa.select(files))}
    found = {row["name"]: row["reason"] for row in done.rows}
    assert found.items() <= stored.items()
    return found


def chosen(classroom) -> dict[str, str]:
    with classroom[1].connect() as connection:
        return {
            row.student: row.name for row in connection.execute(sa.select(submissions))
        }


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2026, 3, 16, 12, 0, 0))
    info.create_system, info.external_attr = 3, mode << 16
    return info


def test_lms_zips_of_three_kinds(classroom, tmp_path):
    one = zipped(
        tmp_path / "moodle.zip",
        ("홍길동_1_assignsubmission_file_/04.ipynb", notebook(1)),
        ("김영희_2_assignsubmission_file_/제출.ipynb", notebook(2)),
        ("이철수_3_assignsubmission_onlinetext_/onlinetext.html", b"<p>"),
        ("__MACOSX/._04.ipynb", b"x"),
    )
    assert taken(classroom, one) == {
        "홍길동_1_assignsubmission_file_/04.ipynb": "",
        "김영희_2_assignsubmission_file_/제출.ipynb": "",
        "이철수_3_assignsubmission_onlinetext_/onlinetext.html": "not_notebook",
    }
    two = zipped(
        tmp_path / "canvas.zip",
        ("이철수_LATE_3_77_04.ipynb", notebook(3)),
        ("임꺽정_4_78_a.ipynb", b"{}"),
    )
    assert taken(classroom, two) == {
        "이철수_LATE_3_77_04.ipynb": "",
        "임꺽정_4_78_a.ipynb": "unknown_student",
    }
    three = hand_in(tmp_path / "폴더", s20260004=notebook(4))
    assert taken(classroom, three) == {"20260004_04.ipynb": ""}
    assert set(chosen(classroom)) == {"20260001", "20260002", "20260003", "20260004"}


def test_collecting_again_adds_no_rows_and_later_wins(classroom, tmp_path):
    early = zipfile.ZipInfo("20260001_04.ipynb", (2026, 3, 16, 12, 0, 0))
    late = zipfile.ZipInfo("20260001_04-1.ipynb", (2026, 3, 17, 12, 0, 0))
    path = zipped(
        tmp_path / "a.zip", (late, notebook("나중")), (early, notebook("먼저"))
    )
    for _ in range(2):
        assert taken(classroom, path) == {
            "20260001_04.ipynb": "older_attempt",
            "20260001_04-1.ipynb": "",
        }
    older = zipped(tmp_path / "b.zip", ("20260001_04.ipynb", notebook("더 먼저")))
    assert taken(classroom, older) == {"20260001_04.ipynb": "older_attempt"}
    assert chosen(classroom) == {"20260001": "20260001_04-1.ipynb"}
    with classroom[1].connect() as connection:
        assert (
            connection.execute(sa.select(sa.func.count()).select_from(files)).scalar()
            == 3
        )
        when = connection.execute(sa.select(submissions.c.submitted_at)).scalar()
    # 서울의 12시
    assert datetime.fromisoformat(when) == datetime(2026, 3, 17, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../20260001_04.ipynb", "path_traversal"),
        ("a/../../20260001_04.ipynb", "path_traversal"),
        ("..\\20260001_04.ipynb", "path_traversal"),
        ("/etc/20260001_04.ipynb", "absolute_path"),
        ("C:\\20260001_04.ipynb", "absolute_path"),
        ("20260001_" + "길" * 220 + ".ipynb", "name_too_long"),
        ("a/" * 250 + "20260001_04.ipynb", "name_too_long"),
        ("20260001_\u202egp\u202c.ipynb", "bad_name"),
        ("20260001_\x1b[31m.ipynb", "bad_name"),
        ("a//20260001_04.ipynb", "bad_name"),
        (special("20260001_04.ipynb", stat.S_IFLNK | 0o777), "symlink"),
        (special("20260001_04.ipynb", stat.S_IFIFO | 0o644), "not_regular"),
        (special("20260001_04.ipynb", stat.S_IFCHR | 0o644), "not_regular"),
    ],
)
def test_hostile_member_is_refused_and_the_rest_is_taken(
    classroom, tmp_path, name, reason
):
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    path = zipped(
        tmp_path / "a.zip", (name, notebook(1)), ("20260002_04.ipynb", notebook(2))
    )
    found = taken(classroom, path)
    assert sorted(found.values()) == ["", reason] and chosen(classroom) == {
        "20260002": "20260002_04.ipynb"
    }
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before - {path}
    inside = {
        path for path in new if (classroom[0].folder / "submissions") in path.parents
    }
    assert len(inside) == 1 and all(
        path.name.startswith("grades.db") for path in new - inside
    )


def test_duplicate_names_are_both_refused(classroom, tmp_path):
    path = tmp_path / "a.zip"
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(
            path, ("20260001_04.ipynb", notebook(1)), ("20260001_04.ipynb", notebook(2))
        )
    done = collect(*classroom, path)
    assert [row["reason"] for row in done.rows] == ["duplicate_name"] * 2
    same = [unicodedata.normalize(form, "홍길동_04.ipynb") for form in ("NFC", "NFD")]
    done = collect(
        *classroom,
        zipped(tmp_path / "b.zip", *((name, notebook(name)) for name in same)),
    )
    assert [row["reason"] for row in done.rows] == ["duplicate_name"] * 2
    done = collect(
        *classroom,
        zipped(
            tmp_path / "c.zip", ("홍길동_04.IPYNB", b"1"), ("홍길동_04.ipynb", b"2")
        ),
    )
    assert [row["reason"] for row in done.rows] == ["duplicate_name"] * 2
    assert not chosen(classroom)


def test_decomposed_hangul_and_cp949_names_are_read(classroom, tmp_path):
    apart = unicodedata.normalize("NFD", "홍길동_04.ipynb")
    assert taken(classroom, zipped(tmp_path / "a.zip", (apart, notebook(1)))) == {
        "홍길동_04.ipynb": ""
    }
    korean = "김영희_04.ipynb".encode("cp949")
    path = zipped(tmp_path / "b.zip", ("x" * len(korean), notebook(2)))
    path.write_bytes(path.read_bytes().replace(b"x" * len(korean), korean))
    assert taken(classroom, path) == {"김영희_04.ipynb": ""}


def test_bombs_are_refused_before_unpacking(classroom, tmp_path):
    zeros = b"0" * (30 * 2**20)
    bomb = zipped(
        tmp_path / "a.zip",
        ("20260001_04.ipynb", zeros),
        ("20260002_04.ipynb", notebook(2)),
    )
    assert taken(classroom, bomb) == {
        "20260001_04.ipynb": "bomb_ratio",
        "20260002_04.ipynb": "",
    }
    small = Bounds(files=3, file_bytes=1000, total_bytes=3000)
    many = zipped(tmp_path / "b.zip", *((f"{n}.ipynb", b"") for n in range(4)))
    assert taken(classroom, many, small) == {"b.zip": "zip_too_many"}
    big = zipped(
        tmp_path / "c.zip", *((f"2026000{n}_04.ipynb", b"1" * 1200) for n in range(3))
    )
    assert taken(classroom, big, small) == {"c.zip": "zip_too_big"}
    one = zipped(tmp_path / "d.zip", ("20260001_04.ipynb", b"1" * 1200))
    assert taken(classroom, one, small) == {"20260001_04.ipynb": "too_big"}


def test_overlapping_members_are_a_bomb(classroom, tmp_path):
    """한 덩이를 여러 이름이 함께 가리키는 폭탄. 목록의 자리를 첫 파일로 돌립니다."""
    path = zipped(
        tmp_path / "a.zip",
        ("20260001_04.ipynb", notebook(1)),
        ("20260002_04.ipynb", notebook(2)),
    )
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(data)
    assert taken(classroom, path) == {"a.zip": "zip_overlap"}


def test_header_that_lies_about_the_size_gives_a_row(classroom, tmp_path):
    path = zipped(tmp_path / "a.zip", ("20260001_04.ipynb", notebook(1) * 50))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 100)
    path.write_bytes(data)
    assert taken(classroom, path) == {"20260001_04.ipynb": "zip_broken"}


def test_encrypted_nested_and_broken(classroom, tmp_path):
    path = zipped(
        tmp_path / "a.zip",
        ("20260001_04.ipynb", notebook(1)),
        compression=zipfile.ZIP_STORED,
    )
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    assert taken(classroom, path) == {"20260001_04.ipynb": "zip_encrypted"}
    inner = io.BytesIO()
    zipped(inner, ("20260002_04.ipynb", notebook(2)))
    outer = zipped(
        tmp_path / "b.zip",
        ("20260002_04.ipynb", inner.getvalue()),
        ("홍길동/a.zip", inner.getvalue()),
    )
    assert taken(classroom, outer) == {
        "20260002_04.ipynb": "nested_zip",
        "홍길동/a.zip": "nested_zip",
    }
    for name, content in (
        ("c.zip", path.read_bytes()[:-30]),
        ("d.zip", b"zip"),
        ("e.tar", b""),
        ("f.zip", b"PK"),
    ):
        (tmp_path / name).write_bytes(content)
        assert taken(classroom, tmp_path / name) == {name: "zip_broken"}
    spoiled = zipped(
        tmp_path / "g.zip",
        ("20260001_04.ipynb", notebook(1)),
        compression=zipfile.ZIP_STORED,
    )
    spoiled.write_bytes(
        spoiled.read_bytes().replace("4장 연습".encode(), "5장 연습".encode())
    )
    assert taken(classroom, spoiled) == {"20260001_04.ipynb": "zip_broken"}
    assert not chosen(classroom)


@pytest.mark.skipif(os.name != "posix", reason="FIFO와 링크는 유닉스에만 있습니다")
def test_folder_with_links_pipes_and_odd_names(classroom, tmp_path):
    folder = hand_in(tmp_path / "폴더", s20260001=notebook(1))
    secret = tmp_path / "비밀.ipynb"
    secret.write_bytes(notebook("비밀"))
    (folder / "20260002_04.ipynb").symlink_to(secret)
    (folder / "20260003").symlink_to(tmp_path)
    os.mkfifo(folder / "20260004_04.ipynb")
    (folder / "20260004_05.ipynb").mkdir()
    with open(os.fsencode(folder) + b"/20260002_\xff.ipynb", "wb") as stream:
        stream.write(notebook(9))
    found = taken(classroom, folder)
    assert found == {
        "20260001_04.ipynb": "",
        "20260002_04.ipynb": "symlink",
        "20260003": "symlink",
        "20260004_04.ipynb": "not_regular",
        "20260002_�.ipynb": "",
    }
    assert "비밀" not in str(
        [path.read_bytes() for path in classroom[0].folder.rglob("*.ipynb")]
    )


def test_content_is_stored_under_its_hash_not_its_name(classroom, tmp_path):
    done = collect(
        *classroom,
        hand_in(tmp_path / "폴더", s20260001=notebook(1), s20260002=notebook(1)),
    )
    assert len({row["sha256"] for row in done.rows}) == 1
    path = content_path(classroom[0], done.rows[0]["sha256"])
    assert (
        path.read_bytes() == notebook(1)
        and len(list(classroom[0].folder.rglob("*.ipynb"))) == 1
    )


def test_hints_of_chapter_links_and_times(classroom, tmp_path):
    (tmp_path / "잇기.csv").write_text("LMS번호,학번\n55,20260002\n", encoding="utf-8")
    (tmp_path / "시각.csv").write_text(
        "학번,제출\n20260002,2026-03-18 09:00\n", encoding="cp949"
    )
    path = zipped(
        tmp_path / "a.zip", ("모름_55_assignsubmission_file_/a.ipynb", b'{"cells": []}')
    )
    assert (
        taken(classroom, path)["모름_55_assignsubmission_file_/a.ipynb"]
        == "unknown_student"
    )
    links = read_links(tmp_path / "잇기.csv")
    times = read_times(tmp_path / "시각.csv", classroom[0])
    assert set(taken(classroom, path, links=links).values()) == {"unknown_chapter"}
    assert set(
        taken(classroom, path, links=links, times=times, chapter="04_sample").values()
    ) == {""}
    with classroom[1].connect() as connection:
        when = connection.execute(sa.select(submissions.c.submitted_at)).scalar()
    assert datetime.fromisoformat(when) == datetime(2026, 3, 18, 0, 0, tzinfo=UTC)
    (tmp_path / "시각.csv").write_text("학번,제출\n20260002,어제\n", encoding="utf-8")
    with pytest.raises(BadClass, match="2째 줄"):
        read_times(tmp_path / "시각.csv", classroom[0])


def test_other_chapters_notebook_is_named(classroom, tmp_path):
    other = notebook(1).replace(b'"ex04-', b'"ex05-')
    assert taken(classroom, hand_in(tmp_path / "폴더", s20260001=other)) == {
        "20260001_04.ipynb": "chapter_not_in_class"
    }


@pytest.mark.parametrize(
    ("sent", "days"),
    [
        ("2026-03-16T14:59:00+00:00", 0),
        ("2026-03-16T14:59:01+00:00", 1),
        ("2026-03-17T14:59:00+00:00", 1),
        ("2026-03-18T15:00:00+00:00", 3),
        (None, 0),
    ],
)
def test_days_late_are_counted_in_whole_days(classroom, sent, days):
    assert days_late(sent, classroom[0].chapters[0].due) == days
    assert (
        days_late(None, classroom[0].chapters[0].due, True) == 1
        and days_late(sent, None) == 0
    )


def test_good_names_are_not_refused():
    for name in (
        "홍 길동/04 (1).ipynb",
        "ñandú_07.ipynb",
        "a" * 190 + ".ipynb",
        "日本語.ipynb",
        "a'b\"c.ipynb",
    ):
        assert bad_name(name, Bounds()) == ""


def test_command_prints_reasons_in_korean(tmp_path, capsys):
    folder = make_classroom(tmp_path)
    path = zipped(
        tmp_path / "a.zip",
        ("../x.ipynb", b""),
        ("20260001_04.ipynb", notebook(1)),
        ("임꺽정.ipynb", b"{}"),
    )
    assert main(["class", "collect", str(folder), str(path)]) == 0
    said = capsys.readouterr().out
    assert (
        "파일 3개" in said
        and "경로에 '..'이 있습니다 1개" in said
        and "명단에 없는 학생입니다" in said
    )
    assert main(["class", "collect", str(folder), str(tmp_path / "없음.zip")]) == 2
