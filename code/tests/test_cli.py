"""`jumok` 명령을 독자처럼 실행합니다: 표, 보고서, 잘못된 입력의 까닭과 끝냄 번호."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from samples import (
    CHOICE,
    SLUG,
    answer,
    changed,
    sample_course,
    sample_master,
    write,
)

RUN = [sys.executable, "-m", "jumok.cli"]


def jumok(*args: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess:
    env = os.environ | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "100"} | environment
    command = [*RUN, *map(str, args)]
    return subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env,
        timeout=60,
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return sample_course(tmp_path_factory.mktemp("책 폴더"))


@pytest.fixture(scope="module")
def graded(course):
    """한 번 채점해 둔 책: 잘못된 입력이 이 결과를 건드리지 않는지 봅니다."""
    done = jumok("grade", "4", cwd=course)
    assert done.returncode == 0, done.stderr
    return course


def snapshot(folder: Path) -> dict:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


def test_grade_prints_a_table_and_writes_both_files(course):
    done = jumok("grade", "04", course / "solutions" / SLUG, cwd=course / "exercises")
    assert done.returncode == 0 and done.stderr == ""
    assert "문제 4.1 softmax" in done.stdout and "점수 6 / 6" in done.stdout
    stored = json.loads(
        (course / "grades" / f"{SLUG}.json").read_text(encoding="utf-8")
    )
    assert (
        stored["points"] == 6
        and stored["questions"][3]["status"] == "manual"
        and stored["graded_at"]
    )
    html = (course / "grades" / f"{SLUG}.html").read_text(encoding="utf-8")
    assert 'lang="ko"' in html and "6 / 6점" in html
    assert not list((course / "grades").glob("*.tmp"))


@pytest.mark.parametrize("chapter", ["4", "04", SLUG])
def test_unfilled_exercise_by_number(course, tmp_path, chapter):
    done = jumok(
        "grade",
        chapter,
        "--output",
        tmp_path / "성적",
        "--course",
        course,
        cwd=tmp_path,
    )
    assert (
        done.returncode == 0
        and "점수 0 / 6" in done.stdout
        and done.stdout.count("아직 풀지 않음") == 3
    )
    assert sorted(snapshot(tmp_path / "성적")) == [f"{SLUG}.html", f"{SLUG}.json"]


def test_path_alone_finds_the_chapter_even_when_renamed(course, tmp_path):
    path = write(tmp_path / "내 풀이 (사본).ipynb", sample_master())
    done = jumok(
        "grade",
        path,
        "--json",
        "--course",
        course,
        "--output",
        tmp_path / "g",
        cwd=tmp_path,
    )
    assert json.loads(done.stdout)["points"] == 6
    alone = tmp_path / "한 폴더"
    write(alone / "a.ipynb", sample_master())
    assert (
        "6 / 6"
        in jumok(
            "grade", "4", alone, "--course", course, "--output", tmp_path, cwd=tmp_path
        ).stdout
    )


def nbformat3() -> dict:
    cells = copy.deepcopy(sample_master())["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source").splitlines(keepends=True)
    return {
        "worksheets": [{"cells": cells}],
        "metadata": {},
        "nbformat": 3,
        "nbformat_minor": 0,
    }


TEXT = json.dumps(sample_master(), ensure_ascii=False)
READABLE = {
    "bom": TEXT.encode("utf-8-sig"),
    "utf16": TEXT.encode("utf-16"),
    "cp949": TEXT.replace("−", "-").encode("cp949", "ignore"),
    "nbformat3": json.dumps(nbformat3(), ensure_ascii=False).encode(),
    "crlf": json.dumps(sample_master(), ensure_ascii=False, indent=1)
    .replace("\n", "\r\n")
    .encode(),
}


@pytest.mark.parametrize("kind", READABLE)
def test_honest_files_of_other_editors_are_graded(course, tmp_path, kind):
    path = tmp_path / f"{kind}.ipynb"
    path.write_bytes(READABLE[kind])
    done = jumok(
        "grade", "4", path, "--course", course, "--output", tmp_path, cwd=tmp_path
    )
    assert done.returncode == 0 and "점수 6 / 6" in done.stdout, done.stderr


def twice() -> dict:
    notebook = copy.deepcopy(sample_master())
    notebook["cells"].append(answer(CHOICE, "ex04-2"))
    return notebook


def chapter5() -> dict:
    return json.loads(
        TEXT.replace("ex04-", "ex05-").replace("my_softmax", "f").replace("scores", "g")
    )


def no_answers() -> dict:
    return sample_master() | {"cells": sample_master()["cells"][:2]}


def one_less() -> dict:
    return sample_master() | {
        "cells": [c for c in sample_master()["cells"] if c["id"] != "ex04-3"]
    }


def as_markdown() -> dict:
    notebook = copy.deepcopy(sample_master())
    next(c for c in notebook["cells"] if c["id"] == "ex04-1")["cell_type"] = "markdown"
    return notebook


BAD = {
    "empty": (b"", "빈 파일입니다"),
    "blank": (b"\n \n", "내용이 없는 파일"),
    "zeros": (b"\0" * 500, "내용이 없는 파일"),
    "truncated": (TEXT.encode()[:900], "중간에 잘렸거나"),
    "text": ("안녕하세요".encode(), "Jupyter 노트북(.ipynb)이 아닙니다"),
    "python": (b"import numpy\nprint(1)\n", "Jupyter 노트북(.ipynb)이 아닙니다"),
    "html": (b"<!doctype html><html></html>", "Jupyter 노트북(.ipynb)이 아닙니다"),
    "json": (b'{"a": 1}', "칸(cells)의 목록이 없는 JSON"),
    "list": (b"[1, 2]", "칸(cells)의 목록이 없는 JSON"),
    "number": (b"3", "칸(cells)의 목록이 없는 JSON"),
    "deep": (b"[" * 100_000, "Jupyter 노트북(.ipynb)이 아닙니다"),
    "nocells": (b'{"cells": [], "nbformat": 4}', "칸이 하나도 없는"),
    "encoding": (b"\xff\xc0\x80\xfe" * 50, "글자 인코딩을 알 수 없습니다"),
    "conflict": (b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n", "git 병합 표시"),
    "chapter5": (json.dumps(chapter5()).encode(), "문제 칸이 하나도 없는"),
    "twice": (json.dumps(twice()).encode(), "두 번 이상 있는 답 칸: ex04-2"),
    "deleted": (json.dumps(one_less()).encode(), "지워진 답 칸: ex04-3"),
    "markdown": (json.dumps(as_markdown()).encode(), "지워진 답 칸: ex04-1"),
    "noanswers": (json.dumps(no_answers()).encode(), "문제 칸이 하나도 없는"),
}
BAD["chapter5"] = (
    json.dumps(chapter5()).replace('"id": "ex05', '"id": "x').encode(),
    "4장이 아니라 5장의 노트북입니다",
)


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_refused_in_korean_and_nothing_is_overwritten(
    graded, tmp_path, kind
):
    content, reason = BAD[kind]
    path = tmp_path / "나쁜 파일.ipynb"
    path.write_bytes(content)
    before = snapshot(graded / "grades")
    done = jumok("grade", "4", path, cwd=graded)
    assert done.returncode == 2 and reason in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""
    assert snapshot(graded / "grades") == before and path.read_bytes() == content


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["grade", "04", "없는.ipynb"], "파일이 없습니다: 없는.ipynb"),
        (["grade", "없는.ipynb"], "파일이 없습니다"),
        (["grade", "99"], "'99'장을 찾지 못했습니다. 채점할 수 있는 장: 04"),
        (["grade", "하나"], "'하나'장을 찾지 못했습니다"),
        (["grade", "4", "grades"], "폴더에 노트북(.ipynb)이 없습니다"),
        (["grade", "4", "/dev/null"], "보통 파일이 아닙니다"),
        (["grade"], "빠진 것이 있습니다"),
        (["grade", "4", "--course", "exercises/none"], "책 폴더"),
        (["run"], "고를 수 없는 값입니다: 'run'"),
        (["grade", "4", "--fast"], "모르는 인자입니다: --fast"),
        ([], "빠진 것이 있습니다"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="/dev/null은 유닉스의 것입니다")
def test_bad_arguments(graded, args, reason):
    before = snapshot(graded / "grades")
    done = jumok(*args, cwd=graded)
    if "--course" in args:
        # 위로 올라가며 찾으므로 책 안의 없는 폴더도 괜찮습니다.
        assert done.returncode == 0
        return
    assert (
        done.returncode == 2
        and reason in done.stderr
        and "Traceback" not in done.stderr
    )
    assert snapshot(graded / "grades") == before


def test_outside_of_any_course(tmp_path):
    done = jumok("grade", "4", cwd=tmp_path)
    assert (
        done.returncode == 2
        and "책 폴더를 찾지 못했습니다" in done.stderr
        and "--course" in done.stderr
    )


def test_book_is_found_from_the_notebook_when_outside(course, tmp_path):
    path = course / "solutions" / SLUG / f"{SLUG}.ipynb"
    for args in ([path], ["4", path], [path.parent]):
        done = jumok("grade", *args, "--output", tmp_path / "g", cwd=tmp_path)
        assert done.returncode == 0 and "점수 6 / 6" in done.stdout, done.stderr


def test_too_big_file(graded, tmp_path):
    path = tmp_path / "큰.ipynb"
    with path.open("wb") as stream:
        stream.truncate(60 * 2**20)
    done = jumok("grade", "4", path, cwd=graded)
    assert done.returncode == 2 and "파일이 너무 큽니다(60 MiB)" in done.stderr


def test_unwritable_output(graded, tmp_path):
    (tmp_path / "막힘").write_text("파일", encoding="utf-8")
    done = jumok("grade", "4", "--output", tmp_path / "막힘", cwd=graded)
    assert done.returncode == 2 and "파일을 쓰거나 읽지 못했습니다" in done.stderr


def test_progress_shows_points_and_the_next_step(tmp_path):
    course = sample_course(tmp_path / "책")
    done = jumok("progress", cwd=course)
    assert (
        done.returncode == 0
        and "0 / 6" in done.stdout
        and "jumok grade 04" in done.stdout
    )
    half = changed(sample_master(), ex04_3="def scores(q, k):\n    return q @ k.T")
    write(course / "exercises" / SLUG / f"{SLUG}.ipynb", half)
    graded = jumok("grade", "4", cwd=course)
    assert "√d_k로 나누지 않음" in graded.stdout and "점수 4 / 6" in graded.stdout
    done = jumok("progress", cwd=course)
    assert (
        "●●◐✎" in done.stdout
        and "4 / 6" in done.stdout
        and "문제 4.3 점수부터" in done.stdout
    )
    assert "남은 시간 약 5분" in done.stdout
    html = (course / "grades" / "progress.html").read_text(encoding="utf-8")
    assert 'lang="ko"' in html and "http" not in html and "<script" not in html
    assert (
        "3 / 3점 · 10분" in html
        and "0 / 2점 · 5분" in html
        and "직접 채점 · 2점" in html
    )
    (course / "grades" / f"{SLUG}.json").write_text("깨짐", encoding="utf-8")
    assert "0 / 6" in jumok("progress", cwd=course).stdout


def test_progress_exports_every_grade_in_one_file(graded, tmp_path):
    done = jumok("progress", "--export", tmp_path / "새 폴더" / "진도.json", cwd=graded)
    assert done.returncode == 0 and "내보낸 파일" in done.stdout
    made = json.loads((tmp_path / "새 폴더" / "진도.json").read_text(encoding="utf-8"))
    grade = json.loads((graded / "grades" / f"{SLUG}.json").read_text(encoding="utf-8"))
    assert (made["kind"], made["format"], made["read"]) == ("jumok-progress", 1, {})
    short = {name: grade[name] for name in ("points", "max_points", "graded_at")}
    passed = [item["status"] for item in grade["questions"]].count("passed")
    assert made["grades"] == {SLUG: short | {"passed": passed, "questions": 3}}


def test_progress_exports_nothing_from_broken_grades(tmp_path):
    course = sample_course(tmp_path / "책")
    (course / "grades").mkdir()
    for broken in (
        "깨짐",
        '{"questions": []}',
        '{"questions": 3, "graded_at": "2026-01-01"}',
    ):
        (course / "grades" / f"{SLUG}.json").write_text(broken, encoding="utf-8")
        jumok("progress", "--export", "진도.json", cwd=course)
        assert (
            json.loads((course / "진도.json").read_text(encoding="utf-8"))["grades"]
            == {}
        )


@pytest.mark.parametrize(
    ("minutes", "told"), [(0, "0분"), (59, "59분"), (60, "1시간"), (125, "2시간 5분")]
)
def test_time_left_in_words(minutes, told):
    from jumok_grader.progress import duration

    assert duration(minutes) == told


def test_help_and_version_are_korean(tmp_path):
    import jumok as package

    assert (
        jumok("--version", cwd=tmp_path).stdout.strip()
        == f"jumok {package.__version__}"
    )
    for args in (["--help"], ["grade", "--help"], ["progress", "--help"]):
        done = jumok(*args, cwd=tmp_path)
        assert (
            done.returncode == 0
            and "쓰는 법:" in done.stdout
            and "usage" not in done.stdout
        )
    assert "끝냄 번호" in jumok("grade", "--help", cwd=tmp_path).stdout


def test_console_that_knows_no_korean(graded, tmp_path):
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert jumok("grade", "4", "--output", tmp_path, cwd=graded, **env).returncode == 0
