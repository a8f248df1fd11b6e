"""show와 assert_close: 독자가 가장 먼저 만나는 두 함수."""

import inspect

import numpy as np
import pytest
import torch

from jumok.course import assert_close, show
from jumok.scratch import softmax


def test_show_displays_the_tested_source(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    show(softmax)
    assert inspect.getsource(softmax) in shown[0].data
    assert shown[0].data.startswith("`jumok/scratch/activations.py`")


@pytest.mark.parametrize("thing", [3, len])
def test_show_refuses_what_has_no_source(thing):
    with pytest.raises(TypeError, match="소스를 찾지 못했습니다"):
        show(thing)


def test_assert_close_accepts_arrays_tensors_numbers(capsys):
    assert_close(np.ones(3), torch.ones(3, requires_grad=True), 0, "하나")
    assert_close([1.0, np.nan, -np.inf], [1.0, np.nan, -np.inf])
    assert_close(1.0, 1.0 + 1e-9)
    assert "✔ 하나: 일치합니다" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("got", "want", "message"),
    [
        ([1.0, 2.0], [1.0, 2.5], r"자리 \(1,\)에서 얻은 것은 2, 기대한 것은 2.5"),
        (np.ones((2, 1)), np.ones(2), r"얻은 것은 \(2, 1\), 기대한 것은 \(2,\)"),
        ([np.nan], [0.0], "차이 inf"),
        ([np.inf], [-np.inf], "차이 inf"),
        (1.0, 1.1, r"자리 \(\)"),
    ],
)
def test_assert_close_says_where_and_how_much(got, want, message):
    with pytest.raises(AssertionError, match=message):
        assert_close(got, want, 1e-3, "점수")


def test_assert_close_refuses_negative_tolerance():
    with pytest.raises(ValueError, match="-1"):
        assert_close(1, 1, -1)
