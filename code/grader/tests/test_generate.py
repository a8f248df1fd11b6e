"""문제 노트북: 정답에서 만들어지고, 정답이 새지 않으며, nbgrader로도 쓸 수 있는가."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from samples import SLUG, sample_course, sample_master

from jumok_grader.notebook.course_files import Course
from jumok_grader.notebook.generate import generate, main, release_text, stale
from jumok_grader.notebook.stubs import TEXT_STUB, clear_solution, split_tests

ROOT = Path(__file__).parents[3]


@pytest.fixture
def course(tmp_path):
    return Course(sample_course(tmp_path / "책"))


@pytest.fixture
def student(course):
    return nbformat.read(course.exercise(SLUG), as_version=4)


def by_id(notebook, name: str):
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    )


def test_answers_become_korean_stubs(student):
    assert (
        'raise NotImplementedError("아직 풀지 않았습니다")'
        in by_id(student, "ex04-1").source
    )
    assert '"""마지막 축으로 softmax를 합니다."""' in by_id(student, "ex04-1").source
    assert (
        by_id(student, "ex04-2").source
        == "answer = None  # 번호를 쓰세요\n# 여기에 답을 쓰세요"
    )
    assert by_id(student, "ex04-4").source == TEXT_STUB


@pytest.mark.parametrize(
    "leak", ["shifted_scores", "secret_probe", "HIDDEN", "BEGIN SOLUTION", "분산이 1이"]
)
def test_nothing_leaks(course, leak):
    assert leak not in course.exercise(SLUG).read_text(encoding="utf-8")


def test_outputs_tags_and_metadata_are_clean(student):
    assert all(
        not cell.get("outputs") and cell.get("execution_count") is None
        for cell in student.cells
    )
    assert set(student.metadata) <= {"kernelspec", "language_info"}
    assert not any(
        "master-only" in cell.metadata.get("tags", []) for cell in student.cells
    )
    assert by_id(student, "ex04-1").metadata.get("tags") is None
    test = by_id(student, "ex04-1-test")
    assert test.metadata.tags == ["hide-input"] and test.metadata.jupyter.source_hidden
    assert not test.metadata.editable and test.metadata.nbgrader.checksum
    assert [cell.id for cell in student.cells if cell.id not in ("why",)] == [
        cell["id"] for cell in sample_master()["cells"] if cell["id"] != "why"
    ]


def test_same_bytes_every_time(course):
    assert release_text(course.master(SLUG)) == course.exercise(SLUG).read_text(
        encoding="utf-8"
    )
    assert generate(course) == [] and stale(course) == []


def test_check_names_stale_files(course, capsys):
    assert main(["--check", "--course", str(course.root)]) == 0
    path = course.exercise(SLUG)
    old = path.read_text(encoding="utf-8")
    path.write_text(old + " ", encoding="utf-8")
    assert main(["--check", "--course", str(course.root)]) == 1
    assert (
        f"정답과 어긋남: {Path('exercises') / SLUG / SLUG}.ipynb"
        in capsys.readouterr().out
    )
    assert path.read_text(encoding="utf-8") == old + " "
    assert (
        main(["--course", str(course.root)]) == 0
        and path.read_text(encoding="utf-8") == old
    )
    left_over = course.root / "exercises" / "03_old" / "03_old.ipynb"
    left_over.parent.mkdir()
    left_over.write_text("{}", encoding="utf-8")
    assert main(["--check", "--course", str(course.root)]) == 1
    assert main(["--course", "/"]) == 2


def test_a_readers_work_is_never_lost(course, capsys):
    path = course.exercise(SLUG)
    worked = path.read_text(encoding="utf-8").replace(
        '"execution_count": null', '"execution_count": 7', 1
    )
    path.write_text(worked, encoding="utf-8")
    assert main(["--course", str(course.root)]) == 0
    (kept,) = set(path.parent.iterdir()) - {path}
    assert (
        kept.read_text(encoding="utf-8") == worked
        and kept.name in capsys.readouterr().out
    )
    assert (
        path.read_text(encoding="utf-8") == release_text(course.master(SLUG))
        and stale(course) == []
    )


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        (
            "### BEGIN SOLUTION\na, b = 1, 2\n### END SOLUTION",
            "a = None  # {0}\nb = None  # {0}",
        ),
        (
            "x = 0\n### BEGIN SOLUTION\nx = 3\n### END SOLUTION\nprint(x)",
            "x = 0\n# {0}\nprint(x)",
        ),
        ("answer = 3", "answer = None  # {0}"),
    ],
)
def test_stub_of_values(source, stub):
    assert clear_solution(source) == stub.format("여기에 답을 쓰세요")


def test_hidden_tests_are_split():
    visible, hidden = split_tests(
        "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\n"
    )
    assert (visible, hidden.strip()) == ("a", "b")


def test_readers_path_never_imports_nbgrader():
    script = (
        "import sys, jumok.cli, jumok_grader.grading, jumok_grader.progress, "
        "jumok_grader.report\n"
    )
    script += (
        "print([name for name in ('nbgrader', 'torch', 'nbformat') if name in "
        "sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def nbgrader(*args: str, cwd: Path) -> str:
    # nbgrader는 alembic을 부릅니다.
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    env = os.environ | {
        "PATH": path,
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *args],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=env,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_teacher_can_use_nbgrader_as_is(course):
    """nbgrader가 만든 문제는 우리 것과 같고, nbgrader로 채점한 정답은 만점입니다."""
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    (course.master(SLUG).parent / "wrong_answers.py").write_text(
        "WRONG = []\n", encoding="utf-8"
    )
    ours = course.exercise(SLUG).read_text(encoding="utf-8")
    nbgrader("generate_assignment", SLUG, "--force", cwd=course.root)
    assert sorted(path.name for path in course.exercise(SLUG).parent.iterdir()) == [
        f"{SLUG}.ipynb"
    ]
    assert json.loads(course.exercise(SLUG).read_text(encoding="utf-8")) == json.loads(
        ours
    )
    handed_in = course.root / "submitted" / "kim" / SLUG / f"{SLUG}.ipynb"
    handed_in.parent.mkdir(parents=True)
    shutil.copy(course.master(SLUG), handed_in)
    nbgrader("autograde", SLUG, cwd=course.root)
    nbgrader("export", "--to", "grades.csv", cwd=course.root)
    head, row = (
        line.split(",")
        for line in (course.root / "grades.csv").read_text().splitlines()[:2]
    )
    assert (
        float(row[head.index("max_score")]) == 8
        and float(row[head.index("score")]) == 6
    )


@pytest.mark.parametrize("key", ["cells", "metadata"])
def test_sample_is_a_notebook(key):
    nbformat.validate(nbformat.from_dict(sample_master()))
    assert sample_master()[key]
