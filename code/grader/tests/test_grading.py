"""채점기: 정답은 만점, 빈 답은 0점, 속임수와 사고는 그 문제만 0점."""

import copy
import dataclasses
import json

import pytest
from samples import (
    CHOICE,
    SLUG,
    answer,
    as_cells,
    changed,
    code,
    sample_course,
    sample_master,
    text,
)

from jumok_grader.grading import grade_cells, grade_notebook
from jumok_grader.notebook.master import Question, read_master
from jumok_grader.notebook.matching import match_answers
from jumok_grader.notebook.notebooks import BadNotebook
from jumok_grader.notebook.stubs import TEXT_STUB
from jumok_grader.report import html_report, text_table
from jumok_grader.text_table import cut, table, width, wrap
from jumok_grader.worker.session import Session
from jumok_grader.worker.stopwatch import TimeLimits

LIMITS = TimeLimits(call=1.5, cell=3, total=60, patience=5)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return sample_course(tmp_path_factory.mktemp("책"))


@pytest.fixture(scope="module")
def master(course):
    return read_master(course / "solutions" / SLUG / f"{SLUG}.ipynb")


@pytest.fixture(scope="module")
def session():
    with_limits = Session(LIMITS)
    yield with_limits
    with_limits.close()


@pytest.fixture
def grade(master, session):
    def run(notebook, fresh=False, **options):
        own = {"limits": LIMITS} if fresh else {"session": session}
        return grade_cells(as_cells(notebook), master, **own, **options)

    return run


def mistakes(result) -> list[str]:
    return [question.mistake or question.status for question in result.questions]


def test_solution_gets_full_points(course):
    path = course / "solutions" / SLUG / f"{SLUG}.ipynb"
    result = grade_notebook(path, path)
    assert (result.points, result.max_points, result.manual_points) == (6, 6, 2)
    assert mistakes(result) == ["passed", "passed", "passed", "manual"]


def test_unfilled_exercise_gets_zero_without_a_crash(course):
    result = grade_notebook(
        course / "exercises" / SLUG / f"{SLUG}.ipynb",
        course / "solutions" / SLUG / f"{SLUG}.ipynb",
    )
    assert result.points == 0
    assert mistakes(result) == ["unsolved", "unsolved", "unsolved", "manual"]


def soft(*lines: str, before: str = "") -> str:
    """my_softmax를 이 줄들로 씁니다. before는 함수 앞에 놓입니다."""
    return f"{before}\ndef my_softmax(x):\n" + "\n".join(
        f"    {line}" for line in lines
    )


GOOD = soft(
    "e = np.exp(x - x.max(-1, keepdims=True))", "return e / e.sum(-1, keepdims=True)"
)
ANY = "class Any:\n    def __eq__(self, other): return True"
SUBCLASS = "class Sub(np.ndarray):\n    def __eq__(self, other): return True"
PATCH_NUMPY = (
    "import numpy\n"
    "numpy.allclose = lambda *a, **k: True\n"
    "numpy.testing.assert_allclose = print"
)
PATCH_CHECK = (
    "import jumok_grader.check.checks as c\n"
    "c.Check.__call__ = lambda *a: None\n"
    "c.CheckFailed = OSError"
)
WRITE_FDS = (
    "import contextlib, os\n"
    "for number in range(3, 12):\n"
    "    with contextlib.suppress(OSError):\n"
)
WRITE_FDS += "        os.write(number, b'x' * 99)"
WRONG = [
    (
        "wrong_axis",
        soft("e = np.exp(x - x.max())", "return e / e.sum(0, keepdims=True)"),
    ),
    ("no_max_subtraction", soft("return np.exp(x) / np.exp(x).sum(-1, keepdims=True)")),
    ("not_normalized", soft("return np.exp(x - x.max(-1, keepdims=True))")),
    (
        "hard_coded",
        f"{GOOD}\n_f = my_softmax{soft('return _f(x) if x.shape == (2, 3) else x')}",
    ),
    (
        "mutates_input",
        soft(
            "x -= x.max(-1, keepdims=True)",
            "e = np.exp(x)",
            "return e / e.sum(-1, keepdims=True)",
        ),
    ),
    ("mutates_input", soft("x[:] = 0", "return np.full(x.shape, 1 / x.shape[-1])")),
    ("uses_ready_made", soft("return softmax(x)")),
    (
        "uses_ready_made",
        soft("return j.softmax(x)", before="import jumok.scratch as j"),
    ),
    ("raises", soft("return x + nowhere")),
    ("raises", "def my_softmax(x)\n    return x"),
    ("raises", soft("return x", before="import no_such_module")),
    ("raises", soft("sys.exit(0)", before="import sys")),
    ("raises", soft("raise KeyboardInterrupt")),
    ("raises", soft("raise GeneratorExit")),
    ("raises", "raise KeyboardInterrupt"),
    (
        "stub_left",
        soft("e = np.exp(x)", "raise NotImplementedError('아직')", "return e"),
    ),
    (
        "stub_left",
        soft("return other(x)", before="def other(x):\n    raise NotImplementedError"),
    ),
    (
        "stub_left",
        (
            "def other():\n"
            "    raise NotImplementedError\n"
            "my_softmax = lambda x, y=other(): x"
        ),
    ),
    ("unsolved", soft("'설명'", "raise NotImplementedError  # 조금 고친 빈칸")),
    ("uses_ready_made", "my_softmax = softmax"),
    ("uses_ready_made", soft("return ready(x)", before="ready = softmax")),
    ("missing_name", "def softmax2(x):\n    return x"),
    ("returns_none", soft("print('숨은 값', x)")),
    ("timeout", soft("while True: pass")),
    ("timeout", "while True: pass"),
    (
        "timeout",
        soft(
            "try:", "    while True: pass", "except BaseException:", "    my_softmax(x)"
        ),
    ),
    ("crashed", soft("os._exit(0)", before="import os")),
    ("crashed", "import os\nos._exit(3)"),
    ("crashed", soft("ctypes.string_at(0)", before="import ctypes")),
    ("crashed", f"{WRITE_FDS}\n{GOOD}"),
    (
        "timeout",
        soft(
            "os.fork() or os.setsid() or time.sleep(5)",
            "time.sleep(60)",
            before="import os, time",
        ),
    ),
    ("wrong_type", soft("return 10 ** 4000")),
    ("wrong_type", soft("return {'a': x}")),
    ("too_big", soft("return np.zeros(10**8)")),
    ("too_big", soft("a = []", "a.append(a)", "return a")),
    ("wrong_type", soft("return Any()", before=ANY)),
    ("wrong_type", soft("return np.zeros(x.shape).view(Sub)", before=SUBCLASS)),
    ("wrong_value", soft("return x * 0.5", before=PATCH_NUMPY)),
    ("wrong_value", soft("return x * 0.5", before=PATCH_CHECK)),
]


@pytest.mark.parametrize(
    ("mistake", "source"), WRONG, ids=[f"{i}-{w[0]}" for i, w in enumerate(WRONG)]
)
def test_wrong_answer_is_named_and_others_still_count(grade, mistake, source):
    result = grade(changed(sample_master(), ex04_1=source), fresh="import" in source)
    assert mistakes(result) == [mistake, "passed", "passed", "manual"]
    assert result.points == 3


def test_forger_inside_the_worker_gets_nothing(grade):
    before = (
        "import sys\n"
        "for module in list(sys.modules.values()):\n"
        "    for name in ('difference', 'same_bytes', 'find_mistake'):\n"
        "        if hasattr(module, name): setattr(module, name, lambda *a: None)"
    )
    notebook = changed(sample_master(), ex04_1=soft("return x * 0", before=before))
    assert grade(notebook, fresh=True).questions[0].points == 0


def test_prints_are_kept_short(grade):
    result = grade(
        changed(
            sample_master(), ex04_1=GOOD + "\nprint('가' * 10**7)\nprint('\\x1b[31m')"
        )
    )
    assert (
        result.questions[0].status == "passed"
        and len(result.questions[0].output) <= 20_000
    )


def test_endless_notebook_stops_at_the_total_limit(master):
    endless = "def {}(*a):\n    while True: pass"
    notebook = changed(
        sample_master(),
        ex04_1=endless.format("my_softmax"),
        ex04_3=endless.format("scores"),
    )
    result = grade_cells(
        as_cells(notebook), master, limits=TimeLimits(call=1, cell=1, total=1.5)
    )
    assert (
        mistakes(result)[0] == "timeout"
        and mistakes(result)[2] == "timeout"
        and result.seconds < 10
    )


def test_edited_and_deleted_test_cells_do_not_matter(grade):
    notebook = changed(
        sample_master(),
        ex04_1="def my_softmax(x):\n    return x * 0.5",
        ex04_1_test="pass",
    )
    assert grade(notebook).questions[0].mistake == "wrong_value"
    notebook["cells"] = [c for c in notebook["cells"] if not c["id"].endswith("-test")]
    assert mistakes(grade(notebook)) == ["wrong_value", "passed", "passed", "manual"]
    notebook["cells"].append(code("raise SystemExit", "extra"))
    assert grade(notebook).points == 3


def test_missing_setup_cell_is_run_from_the_master(grade):
    notebook = sample_master()
    notebook["cells"] = [c for c in notebook["cells"] if c["id"] != "setup"]
    assert grade(notebook).points == 6


def test_students_helper_cells_and_magics_run(grade):
    notebook = changed(
        sample_master(),
        ex04_1="%matplotlib inline\n!ls\ndef my_softmax(x):\n    return helper(x)",
    )
    notebook["cells"].insert(
        2, code("%%time" + GOOD.replace("my_softmax", "helper"), "helper")
    )
    assert grade(notebook).points == 6


def test_ready_made_function_hidden_in_a_helper_is_found(grade):
    notebook = changed(
        sample_master(), ex04_1="def my_softmax(x):\n    return helper(x)"
    )
    notebook["cells"].insert(2, code("def helper(x):\n    return softmax(x)", "helper"))
    assert grade(notebook).questions[0].mistake == "uses_ready_made"


def test_local_variable_named_like_a_ready_made_function(grade):
    source = soft(
        "softmax = np.exp(x - x.max(-1, keepdims=True))",
        "return softmax / softmax.sum(-1, keepdims=True)",
    )
    assert grade(changed(sample_master(), ex04_1=source)).points == 6


def test_answer_left_in_another_cell_is_located(grade, master):
    notebook = changed(sample_master(), ex04_1=master.questions[0].stub)
    notebook["cells"].insert(5, code(GOOD, "elsewhere"))
    question = grade(notebook).questions[0]
    assert (question.mistake, question.points, question.status) == (
        "answer_elsewhere",
        0,
        "failed",
    )
    assert "위에서 6번째 칸" in question.detail
    notebook["cells"][5]["source"] = master.questions[0].stub
    assert grade(notebook).questions[0].mistake == "unsolved"


def test_setup_below_the_first_question_is_run_first(grade):
    notebook = changed(sample_master(), ex04_1=f"limit = np.inf\n{GOOD}")
    setup = next(c for c in notebook["cells"] if c["id"] == "setup")
    notebook["cells"].remove(setup)
    notebook["cells"].insert(5, setup)
    assert grade(notebook).points == 6


def test_hidden_failure_names_the_shapes(grade):
    source = soft("return np.exp(x) / np.exp(x).sum(-1, keepdims=True)")
    detail = grade(changed(sample_master(), ex04_1=source)).questions[0].detail
    assert "검사: 입력 (2, 2)" in detail and "1000" not in detail


def test_readable_type_name_of_a_subclass(grade):
    source = soft("return np.zeros(x.shape).view(Sub)", before=SUBCLASS)
    result = grade(
        changed(
            sample_master(), ex04_1=source, ex04_2="class B(float): pass\nanswer = B(1)"
        )
    )
    assert (
        "Sub입니다" in result.questions[0].detail
        and "종류(B)" in result.questions[1].detail
    )


@pytest.mark.parametrize("answers", [None, "내가 쓴 답"])
def test_two_open_answers_of_a_stripped_notebook(grade, master, answers):
    """metadata와 칸 id가 모두 지워지고 두 열린 문제의 글이 같은 노트북."""
    second = Question(
        "ex04-5",
        99,
        "문제 4.5 또 설명",
        master.questions[3].answer,
        TEXT_STUB,
        manual=True,
    )
    both = dataclasses.replace(master, questions=[*master.questions, second])
    notebook = changed(sample_master(), ex04_4=answers or TEXT_STUB)
    notebook["cells"] += [
        text("### 문제 4.5 또 설명", "h5"),
        text("<details><summary>힌트 1</summary>\n\n힌트\n</details>", "hint5"),
        text(answers or TEXT_STUB, "a5"),
        text("## 마치며", "end"),
    ]
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"], cell["id"] = {}, f"n{number}"
        cell["source"] = cell["source"].split("### BEGIN HIDDEN TESTS")[0].rstrip()
    places = match_answers(both, as_cells(notebook))
    assert (places["ex04-4"], places["ex04-5"]) == (13, 16)


@pytest.mark.parametrize("keep_ids", [True, False])
def test_stripped_metadata_still_finds_the_answers(grade, keep_ids):
    notebook = sample_master()
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell["id"] = cell["id"] if keep_ids else f"n{id(cell)}"
        cell["source"] = cell["source"].split("### BEGIN HIDDEN TESTS")[0].rstrip()
    assert grade(notebook).points == 6


def test_one_question_only(grade):
    result = grade(sample_master(), only={"ex04-3"})
    assert [question.id for question in result.questions] == [
        "ex04-3"
    ] and result.points == 2


def test_same_seed_same_result(grade):
    assert grade(sample_master(), seed=5).seed == 5
    assert grade(sample_master()).seed != grade(sample_master()).seed


def without(notebook: dict, cell_id: str) -> dict:
    return notebook | {"cells": [c for c in notebook["cells"] if c["id"] != cell_id]}


def test_deleted_and_duplicated_answers_are_refused(grade):
    with pytest.raises(BadNotebook, match=r"지워진 답 칸: ex04-2 \(문제 4.2"):
        grade(without(sample_master(), "ex04-2"))
    twice = copy.deepcopy(sample_master())
    twice["cells"].append(answer(CHOICE, "ex04-2"))
    with pytest.raises(BadNotebook, match="두 번 이상 있는 답 칸: ex04-2"):
        grade(twice)
    with pytest.raises(BadNotebook, match="지워진 답 칸: ex04-4"):
        grade(without(sample_master(), "ex04-4"))


def test_other_chapter_is_refused(grade):
    other = json.loads(
        json.dumps(sample_master()).replace("ex04-", "ex05-").replace("my_softmax", "f")
    )
    for number, cell in enumerate(other["cells"]):
        cell["id"] = f"c{number}"
    other["cells"] = [
        c for c in other["cells"] if "solution" in json.dumps(c["metadata"])
    ]
    with pytest.raises(BadNotebook, match="4장이 아니라 5장의 노트북"):
        grade(changed(other, ex05_3="def g(): pass"))


def test_report_escapes_student_text_and_hides_tests(grade):
    evil = "<script>alert('x')</script>"
    result = grade(
        changed(
            sample_master(),
            ex04_1=(
                "def my_softmax(x):\n"
                f"    print({evil!r})\n"
                f"    raise ValueError({evil!r})"
            ),
        )
    )
    html = html_report(result.to_dict() | {"graded_at": "2026-01-01T00:00:00"})
    assert "<script" not in html and "&lt;script&gt;" in html
    assert 'lang="ko"' in html and "http" not in html and "secret_probe" not in html
    assert "secret_probe" not in json.dumps(result.to_dict(), ensure_ascii=False)


def test_table_lines_up_with_wide_characters(grade):
    lines = text_table(grade(sample_master()), 80).splitlines()
    assert max(width(line) for line in lines) <= 80
    assert "통과" in lines[4] and lines[-1].startswith("점수 6 / 6")
    body = table(
        [["문제", "1 / 2", "긴 설명 " * 9]], ["a", "점수", "결과"], {1}, 40
    ).splitlines()
    assert max(map(width, body)) <= 40 and len(body) > 3
    assert width(cut("가나다라", 5)) <= 5 and "".join(wrap("가" * 30, 7)) == "가" * 30
