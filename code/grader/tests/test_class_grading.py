"""클래스를 채점하기: 노트북과 채점기가 같은 말을 합니다.

속임수와 사고는 그 문제만 0점입니다.
"""

import contextlib
import io
import linecache

import pytest
from samples import (
    answer,
    as_cells,
    changed,
    checks_cell,
    code,
    text,
    write,
)

from jumok_grader.check.failure import CheckFailed
from jumok_grader.grading import grade_cells, grade_notebook
from jumok_grader.notebook.generate import release_text
from jumok_grader.notebook.master import read_master
from jumok_grader.worker.session import Session
from jumok_grader.worker.stopwatch import TimeLimits

LIMITS = TimeLimits(call=1.5, cell=5, total=90, patience=20)
SETUP = """import numpy as np
import torch

torch.manual_seed(0)
toy_model = torch.nn.Linear(3, 3)


def toy_step(x):
    return 2 * x"""

LAYER = '''class MyScale(torch.nn.Module):
    """벡터마다 제곱 평균 제곱근으로 나누고 gain을 곱합니다."""

    def __init__(self, size):
        super().__init__()
        ### BEGIN SOLUTION
        self.gain = torch.nn.Parameter(torch.ones(size))
        ### END SOLUTION

    def forward(self, x):
        """x의 모양은 (..., size)입니다."""
        ### BEGIN SOLUTION
        secret_root = x.pow(2).mean(-1, keepdim=True).sqrt()
        return self.gain * x / secret_root
        ### END SOLUTION'''

LAYER_TEST = """from jumok.course import Check

class Right(torch.nn.Module):
    def __init__(self, size, axis=-1, gain=True, root=True):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.ones(size))
        self.axis, self.with_gain, self.root = axis, gain, root

    def forward(self, x):
        size = x.pow(2).mean(self.axis, keepdim=True)
        gain = self.gain if self.with_gain else 1
        return gain * x / (size.sqrt() if self.root else size)

def use(make, x, gain):
    m = make(x.shape[-1])
    m.load({"gain": gain})
    return m(x), m(x[:1]), m(x), m.gradients(torch.ones_like(x), x)

NO_GAIN = ("gain을 곱하지 않음", "gain을 곱하지 않은 값과 같습니다.")
NO_ROOT = ("제곱근을 빠뜨림", "제곱 평균으로 나눈 값과 같습니다.")
check = Check(MyScale, Right, use=use, forbid=["rms_norm", "RMSNorm"], mistakes={
    "wrong_axis": lambda size: Right(size, axis=0),
    NO_GAIN: lambda size: Right(size, gain=False),
    NO_ROOT: lambda size: Right(size, root=False),
})
x = torch.arange(1.0, 7).reshape(2, 3)
check.case("보이는 예", x, torch.tensor([1.0, 2.0, 3.0]))
check.that(check.make(5).count() == 5, ("매개변수의 수가 다름", "size개이어야 합니다."))
### BEGIN HIDDEN TESTS
for rng in check.random(2):
    hidden_case = torch.tensor(rng.normal(size=(2, 3, 4))).float()
    check.case("난수", hidden_case, torch.tensor(rng.normal(size=4)).float())
### END HIDDEN TESTS"""

TOKENS = '''class MyTokens:
    """낱말에 번호를 붙입니다."""

    def __init__(self, words):
        ### BEGIN SOLUTION
        self.ids = {word: number for number, word in enumerate(words)}
        ### END SOLUTION

    def encode(self, text):
        ### BEGIN SOLUTION
        return [self.ids.get(word, -1) for word in text.split()]
        ### END SOLUTION'''

TOKENS_TEST = """from jumok.course import Check

class RightTokens:
    def __init__(self, words):
        self.ids = {word: number for number, word in enumerate(words)}

    def encode(self, text):
        return [self.ids.get(word, -1) for word in text.split()]

class NoUnknown(RightTokens):
    def encode(self, text):
        return [self.ids[word] for word in text.split() if word in self.ids]

def tokens_use(make, words, text):
    tokens = make(words)
    return tokens.do("encode", text), tokens.get("ids")

wrong = {("모르는 낱말을 버림", "모르는 낱말은 -1입니다."): NoUnknown}
check = Check(MyTokens, RightTokens, wrong, use=tokens_use)
check.case("모르는 낱말", ["나는", "집에"], "집에 어제 나는")"""

APPLY = """def apply_twice(step, model, x):
    ### BEGIN SOLUTION
    return {"두 번": step(step(x)), "모델": model(x).detach()}
    ### END SOLUTION"""

APPLY_TEST = """from jumok.course import Check
once = lambda step, model, x: {"모델": model(x).detach(), "두 번": step(x)}
twice = lambda step, model, x: {"모델": model(x).detach(), "두 번": step(step(x))}
check = Check(apply_twice, twice, {
    ("한 번만 부름", "step을 한 번만 불렀습니다."): once,
})
check.case("함수와 모델을 받음", toy_step, toy_model, torch.tensor([1.0, 2.0, 3.0]))"""

SLUG = "05_classes"
KERNEL = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
}


def class_master() -> dict:
    cells = [text("# 5장 연습", "title"), code(SETUP, "setup")]
    for number, (source, checks, points) in enumerate(
        ((LAYER, LAYER_TEST, 3), (TOKENS, TOKENS_TEST, 2), (APPLY, APPLY_TEST, 1)), 1
    ):
        cells.append(
            text(f"### 문제 5.{number} 만들기  ★★☆☆☆ · 10분 · {points}점", f"q{number}")
        )
        cells += [
            answer(source, f"ex05-{number}"),
            checks_cell(checks, f"ex05-{number}", points),
        ]
    return {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write(tmp_path_factory.mktemp("책") / f"{SLUG}.ipynb", class_master())


@pytest.fixture(scope="module")
def session():
    shared = Session(LIMITS)
    yield shared
    shared.close()


@pytest.fixture
def grade(path, session):
    def run(fresh=False, **sources):
        own = {"limits": LIMITS} if fresh else {"session": session}
        return grade_cells(
            as_cells(changed(class_master(), **sources)), read_master(path), **own
        )

    return run


def mistakes(result) -> list[str]:
    return [question.mistake or question.status for question in result.questions]


def test_solution_gets_full_points_and_the_unfilled_gets_zero(path, tmp_path):
    result = grade_notebook(path, path)
    assert mistakes(result) == ["passed"] * 3 and (
        result.points,
        result.max_points,
    ) == (6, 6)
    released = tmp_path / "문제.ipynb"
    released.write_text(release_text(path), encoding="utf-8")
    assert mistakes(grade_notebook(released, path)) == ["unsolved"] * 3
    given = released.read_text(encoding="utf-8")
    assert (
        given.count("raise NotImplementedError") == 5 and "super().__init__()" in given
    )
    assert "secret_root" not in given and "hidden_case" not in given


GAIN = "self.gain = torch.nn.Parameter(torch.ones(size))"
ROOT = "x.pow(2).mean(-1, keepdim=True).sqrt()"
OWN_RUN = f"return self.gain * x / {ROOT}"
HOOK = "self.gain.register_hook(lambda g: [0 for _ in iter(int, 1)])"
COUNTS = "self.n = getattr(self, 'n', 0) + 1"


def layer(init: str = GAIN, *lines: str, before: str = "") -> str:
    """MyScale을 이렇게 씁니다: __init__의 한 줄과 forward의 줄들."""
    head = (
        "class MyScale(torch.nn.Module):\n"
        "    def __init__(self, size):\n"
        "        super().__init__()"
    )
    body = [f"        {line}" for line in lines or (OWN_RUN,)]
    return "\n".join(
        [before, head, f"        {init}", "    def forward(self, x):", *body]
    )


WRONG = [
    (
        "wrong_axis",
        layer(GAIN, "return self.gain * x / x.pow(2).mean(0, keepdim=True).sqrt()"),
    ),
    ("gain을 곱하지 않음", layer(GAIN, f"return x / {ROOT}")),
    (
        "제곱근을 빠뜨림",
        layer(GAIN, "return self.gain * x / x.pow(2).mean(-1, keepdim=True)"),
    ),
    ("wrong_value", layer(GAIN, "return self.gain * x / x.std(-1, keepdim=True)")),
    ("wrong_state", layer("self.weight = torch.nn.Parameter(torch.ones(size))")),
    ("wrong_state", layer("self.gain = torch.nn.Parameter(torch.ones(1, size))")),
    ("wrong_state", layer(f"{GAIN}; self.b = torch.nn.Linear(1, 1)")),
    ("wrong_type", layer(GAIN, f"return (self.gain * x / {ROOT}).tolist()")),
    ("wrong_shape", layer(GAIN, f"return (self.gain * x / {ROOT})[None]")),
    ("no_gradient", layer(GAIN, f"return (self.gain * x / {ROOT}).detach()")),
    ("wrong_type", layer(GAIN, f"return self.gain.detach() * x / {ROOT}")),
    ("mutates_input", layer(GAIN, f"x /= {ROOT}", "return self.gain * x")),
    (
        "uses_ready_made",
        layer(GAIN, "return torch.nn.functional.rms_norm(x, x.shape[-1:], self.gain)"),
    ),
    ("uses_ready_made", "class MyScale(torch.nn.RMSNorm):\n    pass"),
    ("raises", layer("self.gain = nowhere")),
    ("raises", layer(GAIN, "return x + nowhere")),
    ("raises", "class MyScale(torch.nn.Module)\n    pass"),
    ("unsolved", layer(GAIN, "raise NotImplementedError('아직')")),
    ("stub_left", layer("raise NotImplementedError('아직')")),
    ("missing_name", layer().replace("MyScale", "Other")),
    ("wrong_value", layer(GAIN, COUNTS, f"return self.gain * x / {ROOT} / self.n")),
    (
        "hard_coded",
        layer(GAIN, f"return self.gain * x / {ROOT} * (1 if x.ndim == 2 else 2)"),
    ),
]
EVIL_META = "class Meta(type):\n    __eq__ = lambda *a: True\n    __hash__ = None\n"
ANY = (
    "class Any:\n"
    "    __eq__ = lambda *a: True\n"
    "    __hash__ = None\n"
    "    shape = (2, 3)\n"
)
LIES = """
    def state_dict(self, *a, **k): return {}
    def load_state_dict(self, *a, **k): return None
    def named_parameters(self, *a, **k):
        return iter([('gain', torch.nn.Parameter(torch.ones(3)))])
    def parameters(self, *a): return iter([])
"""
PATCH = """import jumok_grader.worker.objects as o
import jumok_grader.protocol.call_result as c, jumok_grader.protocol.values as v
o.act_local = o.make_local = c.call_local = lambda *a, **k: c.CallResult(True)
v.exact = v.encode = lambda value: (['v', True], [])"""
FAKE_NAME = "import jumok_grader.protocol.values as v\nFAKE = v.Named('Right')"
BAD_HASH = "class Key(str):\n    __hash__ = lambda self: 1 / 0\n"
ATTACKS = [
    ("wrong_type", layer(GAIN, "return Any()", before=ANY)),
    ("wrong_type", layer(GAIN, "return FAKE", before=FAKE_NAME)),
    ("wrong_type", layer(GAIN, "return self")),
    ("wrong_type", layer(GAIN, "return lambda: x")),
    (
        "wrong_type",
        layer(GAIN, "class T(torch.Tensor): pass", "return x.as_subclass(T)"),
    ),
    ("too_big", layer(GAIN, "return torch.zeros(10**8)")),
    ("timeout", layer(GAIN, "while True: pass")),
    ("timeout", layer("while True: pass")),
    ("timeout", layer(GAIN, HOOK, OWN_RUN)),
    ("crashed", layer(GAIN, "import os; os._exit(0)")),
    ("crashed", layer("import os; os._exit(0)")),
    ("raises", layer("raise KeyboardInterrupt")),
    ("raises", layer(GAIN, "raise SystemExit(0)")),
    ("raises", layer(GAIN, "self.__dict__.clear()", "return x")),
    ("wrong_value", layer(GAIN, "return x") + LIES),
    ("wrong_type", layer(GAIN, "return x", before=PATCH)),
    (
        "wrong_state",
        layer("pass") + f"\n    gain = property(lambda self: 1 / 0)\n{LIES}",
    ),
]


@pytest.mark.parametrize(
    ("mistake", "source"),
    WRONG + ATTACKS,
    ids=[f"{i}-{w[0]}" for i, w in enumerate(WRONG + ATTACKS)],
)
def test_wrong_class_is_named_and_others_still_count(grade, mistake, source):
    result = grade(fresh="import jumok" in source, ex05_1=source)
    assert result.questions[0].mistake == mistake, result.questions[0]
    # 일꾼의 도구를 망가뜨린 학생은 제 다른 문제도 망가뜨립니다.
    if "v.encode" not in source:
        assert mistakes(result)[1:] == ["passed", "passed"] and result.points == 3


def in_notebook(source: str) -> str:
    """독자의 노트북처럼 한 이름공간에서 칸들을 실행하고 걸린 실수를 돌려줍니다."""
    space: dict = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(SETUP, space)
        linecache.cache["<답>"] = (
            len(source),
            None,
            source.splitlines(keepends=True),
            "<답>",
        )
        exec(compile(source, "<답>", "exec"), space)
        try:
            exec(LAYER_TEST, space)
        except CheckFailed as failed:
            return failed.mistake.id
    return "passed"


@pytest.mark.parametrize(("mistake", "source"), [("passed", LAYER), *WRONG])
def test_notebook_says_the_same_as_the_grader(mistake, source):
    if mistake in ("raises", "missing_name") and in_notebook_stops(source):
        return
    expected = "wrong_value" if mistake == "hard_coded" else mistake
    assert in_notebook(source) == expected


def in_notebook_stops(source: str) -> bool:
    """답 칸이나 검사 칸이 파이썬의 오류로 멈추는 답.

    노트북에서는 그 오류가 그대로 보입니다.
    """
    try:
        in_notebook(source)
    except (SyntaxError, NameError):
        return True
    return False


def test_object_that_never_dies_does_not_hurt_other_questions(grade):
    source = layer(GAIN, OWN_RUN) + "\n    def __del__(self):\n        while True: pass"
    assert mistakes(grade(ex05_1=source))[1:] == ["passed", "passed"]


def test_endless_metaclass_and_bad_keys_stay_in_the_worker(grade):
    meta = "(torch.nn.Module, metaclass=Meta)"
    evil = EVIL_META + layer().replace("(torch.nn.Module)", meta)
    assert mistakes(grade(ex05_1=evil))[0] in ("passed", "raises")
    keys = TOKENS.replace("self.ids = {word", "self.ids = {Key(word)")
    assert mistakes(grade(ex05_2=BAD_HASH + keys))[1] == "raises"


def test_tokens_and_functions_are_named(grade):
    result = grade(
        ex05_2=TOKENS.replace(
            "self.ids.get(word, -1) for word in text.split()",
            "self.ids[word] for word in text.split() if word in self.ids",
        ),
        ex05_3="toy_step = lambda x: x\n"
        "def apply_twice(step, model, x):\n"
        "    return {'두 번': step(x), '모델': model(x).detach()}",
    )
    assert mistakes(result) == ["passed", "모르는 낱말을 버림", "wrong_value"]
    one = (
        "def apply_twice(step, model, x):\n"
        "    return {'두 번': step(x), '모델': model(x).detach()}"
    )
    assert mistakes(grade(ex05_3=one))[2] == "한 번만 부름"
    lacks = "def apply_twice(step, model, x):\n    return {'두 번': step(step(x))}"
    result = grade(ex05_3=lacks).questions[2]
    assert result.mistake == "wrong_keys" and "'모델'" in result.detail


@pytest.mark.parametrize(
    ("number", "source"),
    [
        (3, APPLY_TEST.replace("toy_step, toy_model", "lambda x: x, toy_model")),
        (
            2,
            TOKENS_TEST.replace("words):", "words, *more):").replace(
                "make(words)", "make(words, print)"
            ),
        ),
    ],
)
def test_input_that_cannot_cross_is_the_graders_mistake(path, session, number, source):
    notebook = class_master()
    notebook["cells"][number * 3 + 1]["source"] = source
    master = read_master(write(path.with_name("05_other.ipynb"), notebook))
    result = grade_cells(as_cells(class_master()), master, session=session).questions[
        number - 1
    ]
    assert result.status == "error" and "준비 칸에서 만든 이름" in result.message


def test_stripped_notebook_and_answer_elsewhere_work_for_classes(grade, path):
    notebook = class_master()
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"], cell["id"] = {}, f"n{number}"
        cell["source"] = (
            cell["source"].split("### BEGIN HIDDEN TESTS")[0].rstrip() + "\n"
        )
    for cell in notebook["cells"]:
        cell["source"] = "pass" if "jumok.course" in cell["source"] else cell["source"]
    master = read_master(path)
    assert grade_cells(as_cells(notebook), master, limits=LIMITS).points == 6
    moved = changed(class_master(), ex05_1=master.questions[0].stub)
    moved["cells"].insert(2, code(LAYER, "elsewhere"))
    assert (
        grade_cells(as_cells(moved), master, limits=LIMITS).questions[0].mistake
        == "answer_elsewhere"
    )
    moved["cells"][2]["source"] = master.questions[0].stub
    assert (
        grade_cells(as_cells(moved), master, limits=LIMITS).questions[0].mistake
        == "unsolved"
    )
