"""클래스를 보는 검사: 값으로만 견주고, 실수를 제 이름으로 말하는가."""

import re
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from jumok.course import Check, CheckFailed
from jumok_grader.protocol.values import Named, Unsupported, decode, encode, exact
from jumok_grader.worker.proxy import ObjectProxy

X = torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(1))
HEAD = """
import math
import numpy as np
import torch
"""
SELF_ATTENTION = '''
class MyAttention(torch.nn.Module):
    """헤드가 여럿인 셀프 어텐션."""

    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        layers = [torch.nn.Linear(d_model, d_model) for _ in range(4)]
        self.w_q, self.w_k, self.w_v, self.w_o = layers

    def split(self, x):
        return x.unflatten(-1, (self.n_heads, -1)).transpose(-2, -3)

    def forward(self, x):
        q, k, v = (self.split(w(x)) for w in (self.w_q, self.w_k, self.w_v))
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        return self.w_o((scores.softmax(-1) @ v).transpose(-2, -3).flatten(-2))
'''


def student(source: str, name: str = "MyAttention"):
    """노트북의 칸처럼 __main__에서 만든 클래스."""
    names = {"__name__": "__main__"}
    exec(HEAD + source, names)
    return names[name]


def edited(old: str, new: str) -> str:
    assert old in SELF_ATTENTION
    return SELF_ATTENTION.replace(old, new)


Right = student(SELF_ATTENTION)
WEIGHTS = Right(8, 2).state_dict()
MISTAKES = {
    "no_scale": student(edited(" / math.sqrt(q.shape[-1])", "")),
    ("전치하지 않고 나눔", "헤드로 나눌 때 전치하지 않았습니다."): student(
        edited(".transpose(-2, -3)\n\n", "\n\n").replace(".transpose(-2, -3)", "")
    ),
}


def use(make, x, weights):
    m = make(8, 2)
    m.load(weights)
    m.eval()
    return m(x), m.gradients(torch.ones(3, 5, 8), x)


def failed(source: str, **options) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        Check(student(source), Right, MISTAKES, **{"use": use, **options}).case(
            "헤드 2개", X, WEIGHTS
        )
    return caught.value


def test_right_class_passes_even_when_written_otherwise(capsys):
    other = edited("q @ k.mT", "torch.einsum('...qd,...kd->...qk', q, k)").replace(
        "self.split", "self.cut"
    )
    other = other.replace("def split", "def cut") + "        # 다르게 쓴 정답\n"
    buffer = "        self.register_buffer('mask', torch.ones(2, 2))\n\n    def cut"
    Check(student(other.replace("\n    def cut", buffer, 1)), Right, MISTAKES, use=use)(
        X, WEIGHTS
    )
    assert "✔ MyAttention" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "mistake", "said"),
    [
        (" / math.sqrt(q.shape[-1])", "", "no_scale", "헤드 2개 — 입력 (3, 5, 8)"),
        (" / math.sqrt(q.shape[-1])", " / q.shape[-1]", "wrong_value", "1번째 것"),
        ("self.w_o((", "((", "wrong_value", "가장 큰 차이는"),
        (".flatten(-2))", ")", "raises", "RuntimeError"),
        (
            ".transpose(-2, -3).flatten(-2))",
            ".flatten(-2)).transpose(0, 1)",
            "raises",
            "번째 줄",
        ),
        (
            "self.w_o((",
            "(lambda y: self.w_o(y)[None])((",
            "wrong_shape",
            "하는데 (1, 3, 5, 8)",
        ),
        ("self.w_o((", "(lambda y: self.w_o(y).detach())((", "no_gradient", ""),
        ("q, k, v =", "x += 1; q, k, v =", "mutates_input", "1번째 입력"),
        (
            "self.w_k, self.w_v",
            "self.w_key, self.w_v",
            "wrong_state",
            "없는 것: w_k.weight, w_k.bias.",
        ),
        (
            "Linear(d_model, d_model)",
            "Linear(d_model, d_model, bias=False)",
            "wrong_state",
            "w_q.bias",
        ),
        (
            "Linear(d_model, d_model)",
            "Linear(d_model, 4)",
            "wrong_state",
            "(8, 8)이어야 하는데 (4, 8)",
        ),
        (
            "super().__init__()",
            "super().__init__(); self.x = torch.nn.Linear(1, 1)",
            "wrong_state",
            "x.bias",
        ),
        ("torch.nn.Module", "object", "wrong_type", "상속"),
        ("return self.w_o(", "self.w_o(", "returns_none", ""),
        ("def forward", "def foward", "raises", "forward"),
        ("self, d_model, n_heads", "self, d_model", "raises", "TypeError"),
    ],
)
def test_wrong_class_is_named(old, new, mistake, said):
    error = failed(edited(old, new))
    if mistake == "returns_none":  # 출력이 None이면 묶음의 안쪽이라 종류로 말합니다.
        mistake, said = "wrong_type", "None"
    assert error.mistake.id == mistake and said in str(error)


def test_own_mistake_class_is_recognised_by_its_value():
    source = edited(".transpose(-2, -3)\n\n", "\n\n").replace(".transpose(-2, -3)", "")
    assert failed(source).mistake.name == "전치하지 않고 나눔"


BARE = "        raise NotImplementedError('아직 풀지 않았습니다')\n"
WHOLE_INIT = SELF_ATTENTION[: SELF_ATTENTION.index("    def split")]


@pytest.mark.parametrize(
    ("source", "mistake", "said"),
    [
        (
            f"class MyAttention(torch.nn.Module):\n    def forward(self, x):\n{BARE}",
            "raises",
            "TypeError",
        ),
        (
            f"{WHOLE_INIT}    def forward(self, x):\n{BARE}",
            "unsolved",
            "MyAttention.forward",
        ),
        (
            f"{WHOLE_INIT}    def forward(self, x):\n        y = x\n{BARE}",
            "stub_left",
            "raise Not",
        ),
        (
            "class MyAttention(torch.nn.Module):\n"
            "    def __init__(self, d, h):\n"
            "        super().__init__()\n"
            f"{BARE}",
            "stub_left",
            "raise Not",
        ),
    ],
)
def test_unfilled_methods_are_told_apart(source, mistake, said, tmp_path):
    path = tmp_path / "칸.py"
    path.write_text(HEAD + source, encoding="utf-8")
    names = {"__name__": "__main__"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    with pytest.raises(CheckFailed) as caught:
        Check(names["MyAttention"], Right, use=use)(X, WEIGHTS)
    assert caught.value.mistake.id == mistake and said in str(caught.value)


READY = [
    "MyAttention = torch.nn.MultiheadAttention",
    "class MyAttention(torch.nn.MultiheadAttention):\n    pass",
    edited(
        "self.n_heads = n_heads",
        "self.inner = torch.nn.MultiheadAttention(d_model, n_heads)",
    ),
    edited(
        "scores = q @",
        (
            "torch.nn.functional.scaled_dot_product_attention(q, k, v)\n"
            "        scores = q @"
        ),
    ),
    edited(
        "def split(self, x):",
        "def split(self, x):\n"
        "        torch.scaled_dot_product_attention = 0\n"
        "        torch._C._nn.scaled_dot_product_attention(x, x, x)",
    ),
]


@pytest.mark.parametrize("source", READY, ids=range(len(READY)))
def test_ready_made_layer_is_found_by_watching(source):
    forbid = ["MultiheadAttention", "scaled_dot_product_attention"]
    error = failed(source, forbid=forbid)
    assert error.mistake.id == "uses_ready_made" and "torch." in error.detail


def test_own_class_with_a_forbidden_name_is_allowed(capsys):
    mine = SELF_ATTENTION.replace("MyAttention", "MultiheadAttention")
    check = Check(
        student(mine, "MultiheadAttention"),
        Right,
        use=use,
        forbid=["MultiheadAttention"],
    )
    check(X, WEIGHTS)
    assert "✔" in capsys.readouterr().out


def test_instance_gives_values_and_never_the_object():
    check = Check(student(SELF_ATTENTION), Right, use=use)
    m = check.make(8, 2)
    assert (
        m.count() == sum(p.numel() for p in Right(8, 2).parameters()) == 4 * (8 * 8 + 8)
    )
    before = m.get("w_q.weight")
    assert type(m.state()) is dict and torch.equal(m.state()["w_q.weight"], before)
    before.zero_() if not before.requires_grad else before.detach().zero_()
    assert not torch.equal(m.get("w_q.weight"), torch.zeros(8, 8))
    assert m.do("split", X).shape == (3, 2, 5, 4)
    assert m.get("w_q") == Unsupported("Linear") and set(m.parameters()) == set(
        m.state()
    )
    for path in ("w_z", "w_q.weigth"):
        with pytest.raises(CheckFailed, match=path):
            m.get(path)
    with pytest.raises(CheckFailed, match="decode"):
        m.do("decode", 1)


def test_gradients_equal_backward():
    module = Right(8, 2)
    x, up = X.clone().requires_grad_(), torch.randn(3, 5, 8)
    (module(x) * up).sum().backward()
    m = Check(lambda: module, Right).make()
    (of_x,), of_weights = m.gradients(up, X)
    assert torch.allclose(of_x, x.grad)
    assert all(
        torch.allclose(of_weights[name], p.grad)
        for name, p in module.named_parameters()
    )
    assert not X.requires_grad


def test_gradients_of_several_inputs_and_outputs():
    source = """
class Cell(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.ones(2))
        self.unused = torch.nn.Parameter(torch.ones(2))
    def forward(self, x, ids, h):
        return self.w * x, (h * 2).detach() + x, ids
"""
    m = Check(student(source, "Cell"), None).make()
    x, ids, h = torch.tensor([3.0, 4.0]), torch.tensor([1, 2]), torch.zeros(2)
    inputs, weights = m.gradients((torch.ones(2), None, None), x, ids, h)
    assert inputs[0].tolist() == [1, 1] and inputs[1:] == (None, None)
    assert weights["w"].tolist() == [3, 4] and weights["unused"] is None
    for cotangent, mistake in (
        (torch.ones(2), "wrong_type"),
        ((torch.ones(2),) * 2, "wrong_type"),
        ((torch.ones(3), None, None), "wrong_shape"),
        ((None, None, torch.ones(2)), "no_gradient"),
    ):
        with pytest.raises(CheckFailed) as caught:
            m.gradients(cotangent, x, ids, h)
        assert caught.value.mistake.id == mistake


def test_dropout_modes_can_be_compared():
    m = Check(lambda: torch.nn.Dropout(0.5), None).make()
    ones = torch.ones(1000)
    m.eval()
    assert torch.equal(m(ones), ones)
    m.train()
    assert 300 < int((m(ones) == 0).sum()) < 700


TOKENIZER = """
class Tokens:
    def __init__(self, words):
        self.ids = {word: number for number, word in enumerate(words)}
        self._cache = []
    def train(self, words):
        for word in words:
            self.ids.setdefault(word, len(self.ids))
    def encode(self, text):
        return [self.ids[word] for word in text.split()]
"""


def test_plain_class_with_methods(capsys):
    def use_tokens(make, words, text):
        tokens = make(words)
        tokens.do("train", ["간다"])
        return tokens.do("encode", text), tokens.get("ids"), tokens.state()

    right = student(TOKENIZER, "Tokens")
    Check(student(TOKENIZER, "Tokens"), right, use=use_tokens)(
        ["나는", "집에"], "집에 간다"
    )
    wrong = student(TOKENIZER.replace("len(self.ids))", "0)"), "Tokens")
    with pytest.raises(CheckFailed) as caught:
        Check(
            wrong,
            right,
            {("번호가 겹침", "새 낱말의 번호가 겹칩니다."): wrong},
            use=use_tokens,
        )(["나는"], "간다")
    assert caught.value.mistake.name == "번호가 겹침"
    for broken, said in (("{}", "KeyError"), ("None", "AttributeError")):
        source = TOKENIZER.replace(
            "{word: number for number, word in enumerate(words)}", broken
        )
        with pytest.raises(CheckFailed, match=said):
            Check(student(source, "Tokens"), right, use=use_tokens)(["나는"], "나는")


def test_plain_object_takes_weights_by_name():
    source = (
        "class Cell:\n    def __init__(self, n):\n        self.w = np.ones((n, n))\n"
    )
    source += "    def __call__(self, x):\n        return self.w @ x"
    m = Check(student(source, "Cell"), None).make(2)
    m.load({"w": np.array([[0.0, 1], [2, 0]])})
    assert m(np.array([1.0, 5.0])).tolist() == [5, 2]
    for state in ({"w": np.ones((3, 3))}, {"u": np.ones((2, 2))}):
        with pytest.raises(CheckFailed) as caught:
            m.load(state)
        assert caught.value.mistake.id == "wrong_state"
    with pytest.raises(CheckFailed, match="을 상속한 클래스"):
        m.parameters()


def test_object_that_remembers_is_caught_by_calling_twice():
    def twice(make, x, weights):
        m = make(8, 2)
        m.load(weights)
        return m(x), m(x[:, :2]), m(x)

    source = edited("self.w_k, self.w_v))", "self.w_k, self.w_v)); self.n_heads = 1")
    assert failed(source, use=twice).mistake.id == "wrong_value"


def test_same_class_twice_on_the_same_instance_can_be_required():
    m = Check(
        student(
            edited(
                "def forward(self, x):",
                "def forward(self, x):\n        self.n = x = x + getattr(self, 'n', 0)",
            )
        ),
        None,
    ).make(8, 2)
    with pytest.raises(CheckFailed, match="지난번에 부른 것을 기억함"):
        Check.that(torch.equal(m(X), m(X)), "keeps_state")


def test_students_value_that_breaks_the_driver_is_the_students_mistake():
    def unpack(make, x, weights):
        output, state = make(8, 2)(x)
        return output + state

    class Two(torch.nn.Module):
        def __init__(self, *sizes):
            super().__init__()

        def forward(self, x):
            return x, x

    with pytest.raises(CheckFailed) as caught:
        Check(student(SELF_ATTENTION), Two, use=unpack)(
            X[:1, :1].repeat(3, 1, 1), WEIGHTS
        )
    assert (
        caught.value.mistake.id == "wrong_type" and "ValueError" in caught.value.detail
    )


def test_broken_reference_or_driver_is_not_the_students_mistake():
    broken = student(edited("return self.w_o(", "return self.no_such("))
    with pytest.raises(RuntimeError, match="기준이나 실수의 클래스"):
        Check(student(SELF_ATTENTION), broken, use=use)(X, WEIGHTS)
    with pytest.raises(TypeError, match="견줄 수 없는 종류"):
        Check(
            student(SELF_ATTENTION), Right, use=lambda make, x, w: make(8, 2).get("w_q")
        )(X, WEIGHTS)


@pytest.mark.parametrize(
    ("got", "want", "mistake", "said"),
    [
        ((1.0, np.ones(2)), (np.ones(2), 1.0), "tuple_order", ""),
        (
            (np.zeros(3), np.ones((2, 2)), 5),
            (5, np.zeros(3), np.ones((2, 2))),
            "tuple_order",
            "",
        ),
        (
            ([1.0], np.eye(2)),
            (np.eye(2) * 2, [1.0]),
            "wrong_type",
            "1번째 것: numpy 배열이어야",
        ),
        (
            (np.ones(2), None),
            (np.ones(2), np.ones(2)),
            "wrong_type",
            "배열이어야 하는데 None",
        ),
        (
            [np.ones(2), np.ones((2, 1))],
            [np.ones(2)] * 2,
            "wrong_shape",
            "2번째 것: 모양이 (2,)",
        ),
        (
            {"h": np.ones(3)},
            {"h": np.ones(3), "c": np.ones(3)},
            "wrong_keys",
            "없는 열쇠: 'c'",
        ),
        ({1: 2, "x": 3}, {1: 2}, "wrong_keys", "더 있는 열쇠: 'x'"),
        (
            {"h": np.ones((1, 3))},
            {"h": np.ones(3)},
            "wrong_shape",
            "'h'의 값: 모양이 (3,)이어야",
        ),
        (
            {"a": (1, [2, 3])},
            {"a": (1, [2, 4])},
            "wrong_value",
            "'a'의 값: 2번째 것: 2번째 것",
        ),
        ("나는", "나도", "wrong_value", "받은 값은 '나는'입니다"),
        ({"나", "도"}, {"나", "는"}, "wrong_value", "'도'"),
        (
            (np.ones(2, "f4"), np.ones(3, "f4")),
            (np.ones(2), np.ones(3)),
            "wrong_dtype",
            "float64",
        ),
        ({"h": np.ones(2, "f4")}, {"h": np.ones(2)}, "wrong_dtype", "float64"),
        (
            np.ones((2, 1, 3)),
            np.ones((2, 3)),
            "wrong_shape",
            "길이 1인 축이 더 있습니다",
        ),
        (np.ones((2, 3)), np.ones((2, 1, 3)), "wrong_shape", "길이 1인 축이 빠졌"),
        (np.ones((5, 2, 3)), np.ones((2, 3, 5)), "wrong_shape", "축의 차례"),
        (np.ones((5, 6)), np.ones((5, 2, 3)), "wrong_shape", "원소의 수는 같습니다"),
        (np.ones((5, 6)), np.ones((4, 5, 6)), "wrong_shape", "배치"),
    ],
)
def test_groups_of_arrays_are_compared_item_by_item(got, want, mistake, said):
    with pytest.raises(CheckFailed) as caught:
        Check(
            lambda: got, lambda: want, {"no_scale": lambda: (np.ones(4), 1, 1, 1, 1)}
        )()
    assert caught.value.mistake.id == mistake and said in caught.value.detail


def test_dicts_in_any_order_and_of_any_kind_are_equal(capsys):
    for got in ({"b": 2, "a": 1}, OrderedDict(b=2, a=1), Counter("abb")):
        Check(lambda got=got: got, lambda: {"a": 1, "b": 2})()
    Check(lambda: {3, 1}, lambda: {1, 3})()
    assert capsys.readouterr().out.count("✔") == 4


def test_reference_of_an_unknown_kind_is_refused():
    """양쪽이 모두 모르는 종류이면 내용과 상관없이 맞았다고 하던 실수."""
    with pytest.raises(TypeError, match="range"):
        Check(lambda: range(3), lambda: range(5))()


def test_names_of_setup_things_survive_the_trip_as_names_only():
    assert decode(*encode([Named("toy")])) == [Named("toy")]
    assert exact({frozenset([1, 2])}) == {frozenset([1, 2])}


def test_example_of_the_contributors_guide_runs(capsys):
    guide = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(
        r"```python\n(.*?)```", guide.split("## 문제를 만드는 법")[1], re.S
    )
    names = {"__name__": "__main__"}
    for block in blocks:
        exec(block, names)
    assert "✔ MyScale: 벡터 2개" in capsys.readouterr().out
    names["MyScale"].forward = lambda self, x: (
        names["Right"](2, axis=0).forward(x) * self.gain
    )
    with pytest.raises(CheckFailed, match="축이 다름"):
        exec(blocks[-1], names)


def test_every_job_of_an_instance_is_in_the_guide():
    guide = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    jobs = [name for name in vars(ObjectProxy) if not name.startswith("_")]
    assert len(jobs) > 5 and not [name for name in jobs if f"`m.{name}(" not in guide]
