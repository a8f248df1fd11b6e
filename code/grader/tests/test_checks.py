"""Check: 틀린 값을 거절하고, 어떤 실수인지 맞는 이름으로 말하는가."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import jumok_grader
from jumok.course import Check, CheckFailed, digest
from jumok.scratch import masked_softmax, softmax
from jumok.scratch import scaled_dot_product_attention as attention
from jumok_grader.check.checks import seeded
from jumok_grader.mistakes import MISTAKES, find_mistake
from jumok_grader.protocol.values import Unsupported, decode, encode, exact, same_bytes

X = np.array([[1.0, 2.0, 800.0], [0.0, 0.5, -1.0]])


def failed(func, reference=softmax, args=(X,), mistakes=None, **options) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        Check(func, reference, mistakes, **options)(*args)
    return caught.value


def in_place(x):
    x -= x.max(axis=-1, keepdims=True)
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


def stub(x):
    raise NotImplementedError("아직")


def broken(x):
    return x @ unknown_name  # noqa: F821


class Fake(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)


class EqualToAll:
    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize(
    ("func", "mistake"),
    [
        (in_place, "mutates_input"),
        (stub, "unsolved"),
        (broken, "raises"),
        (lambda x: None, "returns_none"),
        (lambda x: softmax(x)[None], "wrong_shape"),
        (lambda x: softmax(x).astype("float32"), "wrong_dtype"),
        (lambda x: softmax(x).tolist(), "wrong_type"),
        (lambda x: torch.tensor(softmax(x)), "wrong_type"),
        (lambda x: np.zeros_like(x).view(Fake), "wrong_type"),
        (lambda x: EqualToAll(), "wrong_type"),
        (lambda x: np.array([1, "a"], dtype=object), "wrong_type"),
        (lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True), "nan"),
        (lambda x: softmax(x) + 1e-6, "wrong_value"),
        (lambda x: np.full_like(x, np.nan), "nan"),
        (lambda x: (softmax(x),), "wrong_type"),
    ],
)
def test_common_mistakes_are_named(func, mistake):
    assert failed(func).mistake.id == mistake


def test_message_is_korean_and_says_how_far_off():
    error = failed(lambda x: softmax(x) + 0.25)
    assert str(error).startswith("✘ [값이 다름]")
    assert "6개 가운데 6개가 다르고, 가장 큰 차이는" in str(error) and "0.25" in str(
        error
    )
    assert error._render_traceback_() == str(error).splitlines()


def test_raised_error_names_line_and_meaning():
    text = str(failed(broken))
    assert (
        "`return x @ unknown_name" in text and "NameError" in text and "번째 줄" in text
    )


def test_named_mistakes_come_before_general_ones():
    mistakes = {
        "wrong_axis": lambda x: softmax(x, axis=0),
        "no_max_subtraction": lambda x: (
            np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)
        ),
        ("두 배", "두 배입니다."): lambda x: 2 * softmax(x),
    }
    assert (
        failed(lambda x: softmax(x, axis=0), mistakes=mistakes).mistake.id
        == "wrong_axis"
    )
    assert failed(
        lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True), mistakes=mistakes
    ).mistake.id == ("no_max_subtraction")
    assert failed(lambda x: 2 * softmax(x), mistakes=mistakes).mistake.name == "두 배"


def test_mistake_equal_to_the_reference_here_is_never_named():
    error = failed(
        lambda x: x * 0, mistakes={"no_scale": softmax, "wrong_axis": lambda x: x[5]}
    )
    assert error.mistake.id == "wrong_value"


def test_mistakes_and_reference_never_touch_the_students_input():
    check = Check(softmax, in_place, {"no_scale": in_place})
    before = X.copy()
    check(X)
    assert np.array_equal(X, before)


def test_tuple_order_and_transpose():
    q, k, v = (np.random.default_rng(i).normal(size=(3, 3)) for i in range(3))
    assert (
        failed(lambda *a: attention(*a)[::-1], attention, (q, k, v)).mistake.id
        == "returns_weights"
    )
    assert failed(lambda a: a, lambda a: a.T, (q,)).mistake.id == "wrong_transpose"


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16]
)
def test_torch_tensors_in_their_precision(dtype, capsys):
    x = torch.randn(3, 5, generator=torch.Generator().manual_seed(0)).to(dtype)
    Check(lambda t: t.softmax(-1), lambda t: torch.softmax(t, -1))(x)
    assert "✔" in capsys.readouterr().out
    assert (
        failed(lambda t: t.softmax(0), lambda t: t.softmax(-1), (x,)).mistake.id
        == "wrong_value"
    )
    assert (
        failed(lambda t: t.zero_(), lambda t: t * 0, (x,)).mistake.id == "mutates_input"
    )


def test_scalars_and_keyword_arguments():
    Check(lambda x, n=1: float(x * n), lambda x, n=1: np.float64(x * n))(2.0, n=3)
    assert failed(lambda a, b: a, lambda a, b: b, (1, 2)).mistake.id == "wrong_value"


def test_random_is_secret_by_default_and_repeatable_for_the_grader():
    check = Check(softmax, softmax)
    draw = lambda: [rng.normal() for rng in check.random(2)]  # noqa: E731
    assert draw() != draw()
    with seeded(7):
        first = draw()
        assert first == draw() and first[0] != first[1]


def student(source: str, name: str = "my"):
    """노트북의 칸처럼 __main__에서 만든 함수."""
    names = {
        "__name__": "__main__",
        "softmax": softmax,
        "np": np,
        "torch": torch,
        "ms": masked_softmax,
    }
    exec(source, names)
    return names[name]


TENSOR = "t = torch.tensor(x)\n    "
E = "e = np.exp(x - x.max(-1, keepdims=True))\n    "


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("def my(x):\n    return softmax(x)", "jumok.softmax"),
        ("s2 = softmax\ndef my(x):\n    return s2(x)", "jumok.softmax"),
        (
            (
                "import jumok.scratch as j\n"
                "def my(x):\n"
                "    return getattr(j, 'soft' + 'max')(x)"
            ),
            "jumok.softmax",
        ),
        ("def my(x):\n    return eval('soft' + 'max(x)')", "jumok.softmax"),
        (
            (
                "def my(x):\n"
                "    return helper(x)\n"
                "def helper(x):\n"
                "    return [*map(softmax, [x])][0]"
            ),
            "jumok.softmax",
        ),
        (
            "def my(x):\n    return softmax(x)\nif 0:\n    def softmax(): pass",
            "jumok.softmax",
        ),
        (f"def my(x):\n    {TENSOR}return t.softmax(-1).numpy()", "torch.softmax"),
        (
            f"def my(x):\n    {TENSOR}return torch.softmax(t, -1).numpy()",
            "torch.softmax",
        ),
        (
            (
                "def my(x):\n"
                f"    {TENSOR}return torch.nn.functional.softmax(t, -1).numpy()"
            ),
            "torch.softmax",
        ),
        (
            f"def my(x):\n    {TENSOR}return torch.nn.Softmax(dim=-1)(t).numpy()",
            "torch.Softmax",
        ),
        (
            (
                "S = torch.nn.Softmax(dim=-1)\n"
                "def my(x):\n"
                f"    {TENSOR}return S(t).numpy()"
            ),
            "torch.Softmax",
        ),
        ("my = softmax", "jumok.softmax"),
        (
            "from functools import partial\nmy = partial(partial(softmax), axis=-1)",
            "jumok.softmax",
        ),
        ("from functools import cache\nmy = cache(softmax)", "jumok.softmax"),
    ],
)
def test_ready_made_function_is_found_by_watching(source, used):
    error = failed(student(source), forbid=["softmax"])
    assert error.mistake.id == "uses_ready_made" and used in error.detail


@pytest.mark.parametrize(
    "source",
    [
        (
            "def my(x):\n"
            f"    {E}softmax = e / e.sum(-1, keepdims=True)\n"
            "    return softmax"
        ),
        f"def softmax(x):\n    {E}return e / e.sum(-1, keepdims=True)\nmy = softmax",
        (
            "def softmax(x):\n"
            f"    {E}return e / e.sum(-1, keepdims=True)\n"
            "def my(x):\n"
            "    return softmax(x)"
        ),
        "def my(x):  # softmax\n    'softmax'\n    return ms(x, np.array(True))",
        "import torch as t\n"
        "from jumok.model import causal_mask\n"
        "def my(x):\n"
        f"    {E}return e / e.sum(-1, keepdims=True)",
    ],
)
def test_names_and_inner_calls_are_not_forbidden(source, capsys):
    Check(student(source), softmax, forbid=["softmax", "torch"])(X)
    assert "✔" in capsys.readouterr().out


def test_forbidden_module_under_any_name():
    error = failed(
        student("import torch as t\ndef my(x):\n    return t.tensor(x).numpy()"),
        forbid=["torch"],
    )
    assert error.mistake.id == "uses_ready_made" and "torch.tensor" in str(error)


def test_earlier_profiler_comes_back():
    def earlier(*_):
        return None

    sys.setprofile(earlier)
    try:
        failed(broken)
        assert sys.getprofile() is earlier
    finally:
        sys.setprofile(None)


def left_raise(x):
    result = softmax(x)
    raise NotImplementedError("아직 풀지 않았습니다")
    return result


def calls_other_question(x):
    return stub(x)


def test_stub_left_in_a_filled_answer_is_told_apart():
    own, other = failed(left_raise), failed(calls_other_question)
    assert own.mistake.id == other.mistake.id == "stub_left"
    assert (
        "번째 줄 `raise NotImplementedError" in own.detail
        and "stub 함수의" in other.detail
    )
    library = failed(
        student("class M(torch.nn.Module): pass\ndef my(x):\n    return M()(x)")
    )
    assert library.mistake.id == "raises"


def test_failure_names_the_case_and_the_shapes_but_no_values():
    with pytest.raises(CheckFailed) as caught:
        Check(lambda a, b: a, lambda a, b: a + b).case(
            "난수, 브로드캐스트", np.ones((3, 4, 6)), np.ones((3, 1, 6))
        )
    assert caught.value.detail.endswith(
        "검사: 난수, 브로드캐스트 — 입력 (3, 4, 6), (3, 1, 6)"
    )
    assert "검사:" in failed(broken).detail and "검사:" not in failed(stub).detail


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ((1, 2), (1, 1, 1), "답은 수 3개의 묶음이어야 하는데 2개입니다."),
        ("(1, 2)", (1, 1), "답은 튜플이어야 하는데 글자(문자열)입니다."),
        (
            ((4, 3), (4,)),
            ((1, 1), (1, 1)),
            "2번째 것은 수 2개의 묶음이어야 하는데 1개입니다.",
        ),
        (
            ((4, 3), (4, "a")),
            ((1, 1), (1, 1)),
            "2번째 것의 2번째 것은 수 하나이어야 하는데 글자(문자열)입니다.",
        ),
        (
            (4, 3),
            ((1, 1), (1, 1), (1,)),
            "답은 튜플 3개의 묶음이어야 하는데 2개입니다.",
        ),
        ((1, 2), (1, 1), ""),
        ("3", 1, "답은 수 하나이어야 하는데 글자(문자열)입니다."),
        (Unsupported("Fancy"), 1, "답으로 받을 수 없는 종류(Fancy)입니다."),
    ],
)
def test_form_of_a_secret_answer_is_named(value, form, text):
    with pytest.raises(CheckFailed) as caught:
        Check.equal(value, digest((7, 8, 9)), form=form)
    assert caught.value.mistake.id == "wrong_answer" and caught.value.detail == text


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.array(3), torch.tensor(3)])
def test_right_answer_in_any_number_type(value, capsys):
    Check.equal(value, 3)
    Check.equal(value, digest(3))
    assert "3" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "expected", "mistake"),
    [
        (None, 3, "unsolved"),
        (..., 3, "unsolved"),
        (4, 3, "scale_by_dk"),
        (5, 3, "wrong_answer"),
        ("세", 3, "wrong_answer"),
        ((2, 3), (2, 4), "wrong_answer"),
        ((2,), (2, 4), "wrong_answer"),
        (True, 1, "wrong_answer"),
        ([True, False], (True, True), "wrong_answer"),
    ],
)
def test_wrong_answers(value, expected, mistake):
    with pytest.raises(CheckFailed) as caught:
        Check.equal(value, expected, wrong={4: "scale_by_dk"})
    assert caught.value.mistake.id == mistake
    with pytest.raises(CheckFailed):
        Check.equal(value, digest(expected), wrong={digest(4): "scale_by_dk"})


def test_answers_of_other_kinds():
    Check.equal((2, 3), [2, 3])
    Check.equal(torch.Size([2, 3]), (2, 3))
    Check.equal("  Softmax ", digest("softmax"))
    Check.equal(0.35355339, digest(np.sqrt(1 / 8)))


def test_wrong_answer_never_prints_the_right_one():
    with pytest.raises(CheckFailed) as caught:
        Check.equal(12345, 67891)
    assert "67891" not in str(caught.value)


@pytest.mark.parametrize("key", MISTAKES)
def test_every_mistake_explains_itself_in_korean(key):
    mistake = find_mistake(key)
    assert mistake.id == key and any("가" <= char <= "힣" for char in mistake.name)
    assert mistake.message.endswith(".") and len(mistake.message) > 20


def test_unknown_mistake_id_is_refused_at_once():
    with pytest.raises(KeyError, match="no_such"):
        Check(softmax, softmax, {"no_such": softmax})


VALUES = [
    None,
    True,
    3,
    -(2**80),
    1.5,
    float("inf"),
    2 + 3j,
    "한글\ud800",
    b"\0\1",
    [1, (2, "a")],
    {"a": np.arange(3)},
    np.zeros((0, 3)),
    np.arange(6, dtype=">i4").reshape(2, 3),
    np.float32(1.5),
    np.bool_(True),
    np.array(2.5),
    np.arange(6.0).reshape(2, 3).T,
    torch.arange(6).reshape(2, 3).T,
    torch.ones(2, dtype=torch.bfloat16),
    torch.zeros(0, 2),
    torch.tensor(True),
    torch.ones(2, requires_grad=True),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_survive_the_trip(value):
    back = decode(*encode(value))
    assert type(back) is type(value) and same_bytes(back, value)
    assert getattr(back, "requires_grad", None) == getattr(value, "requires_grad", None)


@pytest.mark.parametrize(
    "value",
    [object(), np.ma.array([1]), np.array([None]), lambda: 0, 10**2000, range(3)],
)
def test_strange_values_lose_everything_but_their_name(value):
    assert isinstance(exact(value), Unsupported)


def test_readable_type_name_survives_two_trips():
    assert exact(exact(np.ones(2).view(Fake))) == Unsupported("Fake")


def test_nan_and_numbers_in_tuples():
    assert np.isnan(exact((float("nan"),))[0])


def test_tensor_shape_crosses_as_a_tuple():
    """tensor.shape를 그대로 적은 답이 노트북에서는 맞고 채점기에서는 틀리던 실수."""
    torch = pytest.importorskip("torch")
    assert exact((torch.zeros(2, 3).shape, [1])) == ((2, 3), [1])


def test_every_mistake_that_the_grader_names_is_in_the_table():
    """소스에 글로 적은 실수의 id는 모두 표에 있습니다."""
    pattern = re.compile(
        r"(?:CheckFailed|Trouble|Difference|_lose)\(\s*\"(\w+)\""
        r"|problem\"?[=:]\s*\(\s*\"(\w+)\""
    )
    package = Path(jumok_grader.__file__).parent
    sources = [path.read_text("utf8") for path in package.rglob("*.py")]
    named = {
        one or other for source in sources for one, other in pattern.findall(source)
    }
    assert named and named <= set(MISTAKES)


@pytest.mark.parametrize("key", ["timeout", "crashed", "hard_coded", "no_scale"])
def test_worker_may_not_say_what_only_the_grader_knows(key):
    assert not MISTAKES[key].from_worker
