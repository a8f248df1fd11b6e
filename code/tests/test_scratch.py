"""numpy로 쓴 함수들: torch와 같은 값, 같은 성질, 옛 실수."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from jumok import scratch
from jumok.scratch import (
    additive_attention,
    causal_mask,
    dot_scores,
    masked_softmax,
    padding_mask,
    scaled_dot_product_attention,
    softmax,
)

B, T_Q, T_K, D_K, D_V = 3, 5, 7, 4, 6


@pytest.fixture
def rng():
    return np.random.default_rng(4)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_equals_torch(rng, axis):
    x = rng.normal(size=(3, 5, 7)) * 10
    want = torch.tensor(x).softmax(axis).numpy()
    np.testing.assert_allclose(softmax(x, axis), want, atol=1e-14, strict=True)


def test_softmax_survives_huge_scores_and_shifts(rng):
    x = rng.normal(size=(3, 7))
    np.testing.assert_allclose(softmax(x + 1e4), softmax(x), atol=1e-11)
    assert np.isfinite(softmax(np.array([1e307, -1e307]))).all()


def test_softmax_keeps_float32_and_accepts_integers():
    assert softmax(np.ones((2, 3), np.float32)).dtype == np.float32
    np.testing.assert_allclose(softmax([0, 0]), [0.5, 0.5])


def test_masked_softmax_rows_sum_to_one_and_masked_are_exactly_zero(rng):
    mask = rng.random((B, T_Q, T_K)) < 0.6
    mask[..., 0] = True
    weights = masked_softmax(rng.normal(size=(B, T_Q, T_K)), mask)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-15)
    assert (weights[~mask] == 0).all() and (weights[mask] > 0).all()


def test_masked_softmax_keeps_infinite_scores_harmless():
    weights = masked_softmax(
        np.array([[-np.inf, 0.0, 0.0]]), np.array([[True, True, True]])
    )
    np.testing.assert_allclose(weights, [[0, 0.5, 0.5]])


@pytest.mark.parametrize("name", ["none", "padding", "causal", "both"])
def test_attention_equals_torch(rng, name):
    q, k, v = (
        rng.normal(size=s) for s in ((B, T_K, D_K), (B, T_K, D_K), (B, T_K, D_V))
    )
    ids = np.array([[1] * 7, [1] * 5 + [0] * 2, [1] + [0] * 6])
    mask = {
        "none": None,
        "padding": padding_mask(ids),
        "causal": causal_mask(T_K),
        "both": padding_mask(ids) & causal_mask(T_K),
    }[name]
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    torch_mask = None if mask is None else torch.tensor(mask)
    want = F.scaled_dot_product_attention(
        *map(torch.tensor, (q, k, v)), attn_mask=torch_mask
    )
    np.testing.assert_allclose(output, want.numpy(), atol=1e-13, strict=True)
    assert weights.shape == (B, T_K, T_K)


def test_float32_stays_float32(rng):
    """√d_k가 float64 스칼라이면 결과가 모두 float64로 올라가던 실수."""
    q, k, v = (rng.normal(size=(4, 3)).astype(np.float32) for _ in range(3))
    output, weights = scaled_dot_product_attention(q, k, v, causal_mask(4))
    assert output.dtype == weights.dtype == np.float32


def test_row_without_keys_is_zero_not_nan(rng):
    q, k, v = (rng.normal(size=(2, 3)) for _ in range(3))
    mask = np.array([[False, False], [True, False]])
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    assert (output[0] == 0).all() and (weights[0] == 0).all()
    np.testing.assert_allclose(output[1], v[0])


def test_attention_leaves_its_inputs_alone(rng):
    q, k, v = (rng.normal(size=(4, 3)) for _ in range(3))
    before = [a.copy() for a in (q, k, v)]
    scaled_dot_product_attention(q, k, v, causal_mask(4))
    for a, b in zip((q, k, v), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_additive_attention_equals_the_equation_word_by_word(rng):
    d_a = 5
    q, k, v = (
        rng.normal(size=(T_Q, D_K)),
        rng.normal(size=(T_K, 3)),
        rng.normal(size=(T_K, D_V)),
    )
    w_q, w_k, u = (
        rng.normal(size=(D_K, d_a)),
        rng.normal(size=(3, d_a)),
        rng.normal(size=d_a),
    )
    mask = rng.random((T_Q, T_K)) < 0.7
    output, weights = additive_attention(q, k, v, w_q, w_k, u, mask)
    scores = [
        [u @ np.tanh(w_q.T @ q[i] + w_k.T @ k[j]) for j in range(T_K)]
        for i in range(T_Q)
    ]
    np.testing.assert_allclose(
        weights, masked_softmax(np.array(scores), mask), atol=1e-14
    )
    np.testing.assert_allclose(output, weights @ v, atol=1e-14)


def test_masks_say_true_for_keep():
    np.testing.assert_array_equal(
        padding_mask(np.array([[5, 6, 0]])), [[[True, True, False]]]
    )
    np.testing.assert_array_equal(causal_mask(2), [[True, False], [True, True]])
    assert causal_mask(1).all()


def test_errors_name_the_wrong_numbers(rng):
    q, k = rng.normal(size=(2, 3)), rng.normal(size=(4, 5))
    with pytest.raises(ValueError, match=r"쿼리는 3, 키는 5"):
        dot_scores(q, k)
    with pytest.raises(ValueError, match=r"키는 4개, 밸류는 2개"):
        scaled_dot_product_attention(k, k, q)
    with pytest.raises(TypeError, match="int64"):
        masked_softmax(np.zeros((2, 2)), np.ones((2, 2), int))
    with pytest.raises(ValueError, match=r"\(3, 3\)"):
        masked_softmax(np.zeros((2, 2)), np.ones((3, 3), bool))
    with pytest.raises(ValueError, match=r"\(5, 2, 2\)"):  # 점수보다 축이 많은 마스크
        masked_softmax(np.zeros((2, 2)), np.ones((5, 2, 2), bool))


def test_all_public_names_have_korean_docstrings():
    for name in scratch.__all__:
        assert any("가" <= ch <= "힣" for ch in getattr(scratch, name).__doc__), name
