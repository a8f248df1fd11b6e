"""기울기 확인 자체의 확인.

맞는 기울기는 지나가고 틀린 기울기는 자리를 짚어 막습니다.
"""

import numpy as np
import pytest

from jumok.scratch import check_gradient, numerical_gradient, relative_error


def cubic(x):
    return float((x**3).sum())


def test_numerical_gradient_is_exact_for_quadratics_and_close_for_others():
    x = np.random.default_rng(3).normal(size=(3, 5))
    np.testing.assert_allclose(
        numerical_gradient(lambda a: (a**2).sum(), x), 2 * x, atol=1e-9
    )
    np.testing.assert_allclose(numerical_gradient(cubic, x), 3 * x**2, atol=1e-8)
    assert numerical_gradient(lambda a: a**2, np.array(3.0)).shape == ()


def test_error_of_central_differences_shrinks_with_the_square_of_the_step():
    x = np.array([1.0])
    errors = [abs(numerical_gradient(cubic, x, step)[0] - 3) for step in (1e-1, 1e-2)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=1e-3)


def test_the_array_is_left_alone_and_float32_is_widened():
    x = np.arange(3, dtype=np.float32)
    gradient = numerical_gradient(cubic, x)
    np.testing.assert_array_equal(x, np.arange(3))
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, [0, 3, 12], atol=1e-8)


def test_relative_error_is_symmetric_scale_free_and_zero_for_zeros():
    a, b = np.array([1.0, 2.0]), np.array([1.0, 4.0])
    assert (
        relative_error(a, b)
        == relative_error(b, a)
        == relative_error(1e9 * a, 1e9 * b)
        == 0.5
    )
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    with pytest.raises(ValueError, match=r"\(2,\)와 \(3,\)"):
        relative_error(a, np.zeros(3))


@pytest.mark.parametrize("wrong", [1e-5, np.nan, np.inf], ids=str)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_wrong_gradient_is_stopped_at_its_place(wrong):
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    gradient = 3 * x**2
    assert check_gradient(cubic, x, gradient) < 1e-9
    gradient[1, 0] += wrong * 48
    with pytest.raises(AssertionError, match=r"자리 \(1, 0\)"):
        check_gradient(cubic, x, gradient)
