"""numpy의 층 부품이 torch와 같은지, 그리고 흔한 실수.

활성화, 선형, 정규화, 잔차, 위치 인코딩입니다.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from jumok.model import sinusoids
from jumok.scratch import (
    FeedForwardWeights,
    NormWeights,
    RunningStats,
    batch_norm,
    check_gradient,
    feed_forward,
    gelu,
    gelu_tanh,
    layer_norm,
    layer_norm_backward,
    linear,
    positional_encoding,
    relu,
    residual,
    sigmoid,
)

B, T, D = 3, 5, 6


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def assert_same(got, want, atol=1e-12):
    want = want.detach().numpy() if isinstance(want, torch.Tensor) else want
    np.testing.assert_allclose(got, want, rtol=0, atol=atol, strict=True)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (relu, F.relu),
        (gelu, F.gelu),
        (gelu_tanh, lambda x: F.gelu(x, approximate="tanh")),
        (sigmoid, torch.sigmoid),
    ],
    ids=["relu", "gelu", "gelu_tanh", "sigmoid"],
)
def test_activations_equal_torch(ours, theirs, rng):
    x = np.concatenate([rng.normal(size=(B, T)) * 5, [[0.0, -0.0, 1e3, -1e3, 30.0]]])
    assert_same(ours(x), theirs(torch.tensor(x)))
    assert ours(x.astype(np.float32)).dtype == np.float32


def test_the_two_gelus_are_close_but_not_the_same():
    x = np.linspace(-4, 4, 101)
    gap = np.abs(gelu(x) - gelu_tanh(x)).max()
    assert 1e-5 < gap < 1e-3


def test_linear_and_feed_forward_equal_torch(rng):
    up, down, x = (
        nn.Linear(D, 11).double(),
        nn.Linear(11, D).double(),
        rng.normal(size=(B, T, D)),
    )
    weights = FeedForwardWeights(
        *(p.detach().numpy().T for m in (up, down) for p in m.parameters())
    )
    assert_same(linear(x, weights.w_up, weights.b_up), up(torch.tensor(x)))
    assert_same(feed_forward(x, weights), down(up(torch.tensor(x)).relu()))
    assert_same(feed_forward(x, weights, gelu), down(F.gelu(up(torch.tensor(x)))))
    # 토큰마다 따로
    assert_same(feed_forward(x[1], weights)[2], feed_forward(x[1, 2:3], weights)[0])


def test_float32_stays_float32(rng):
    x = rng.normal(size=(B, T, D)).astype(np.float32)
    ones = np.ones(D, np.float32)
    weights = FeedForwardWeights(
        *(np.ones(s, np.float32) for s in ((D, 4), 4, (4, D), D))
    )
    outputs = [
        feed_forward(x, weights, gelu),
        layer_norm(x, ones, ones),
        *layer_norm_backward(x, x, ones),
        batch_norm(x, RunningStats(ones, ones), training=True)[0],
        residual(x, relu, NormWeights(ones, ones)),
    ]
    assert {a.dtype for a in outputs} == {np.dtype(np.float32)}


def test_linear_says_which_widths_differ(rng):
    with pytest.raises(ValueError, match=r"폭 6과 행렬 \(11, 6\)의 행 수 11.*\.T"):
        linear(rng.normal(size=(B, D)), np.zeros((11, D)))


@pytest.mark.parametrize("shape", [(D,), (B, D), (B, T, D), (B, T, 1)], ids=str)
def test_layer_norm_equals_torch_forward_and_gradient(shape, rng):
    x, d_y = rng.normal(size=shape) * 3 + 2, rng.normal(size=shape)
    gamma, beta = rng.normal(size=shape[-1]), rng.normal(size=shape[-1])
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    want = F.layer_norm(tensors[0], shape[-1:], *tensors[1:])
    grads = torch.autograd.grad(want, tensors, torch.tensor(d_y))
    assert_same(layer_norm(x, gamma, beta), want)
    for got, grad in zip(layer_norm_backward(d_y, x, gamma), grads, strict=True):
        assert_same(got, grad, atol=1e-10)


def test_layer_norm_backward_equals_central_differences(rng):
    x, gamma, d_y = rng.normal(size=(B, D)), rng.normal(size=D), rng.normal(size=(B, D))
    d_x, d_gamma, d_beta = layer_norm_backward(d_y, x, gamma)
    check_gradient(lambda a: (layer_norm(a, gamma) * d_y).sum(), x, d_x)
    check_gradient(lambda a: (layer_norm(x, a) * d_y).sum(), gamma, d_gamma)
    check_gradient(lambda a: (layer_norm(x, gamma, a) * d_y).sum(), np.zeros(D), d_beta)


def test_layer_norm_divides_by_d_and_sees_one_token_only(rng):
    x = rng.normal(size=(B, T, D))
    y = layer_norm(x, eps=0.0)
    np.testing.assert_allclose(y.mean(-1), 0, atol=1e-14)
    # D − 1로 나누면 (D−1)/D가 된다
    np.testing.assert_allclose((y**2).mean(-1), 1, atol=1e-14)
    assert_same(layer_norm(x[1, 2], eps=0.0), y[1, 2])
    # 분산이 0이어도 나누기 0이 아니다
    assert_same(layer_norm(np.full(D, 3.0)), np.zeros(D))


def to_torch(x):
    """특징이 마지막 축인 (B, T, D)를 torch의 (B, D, T)로."""
    return torch.tensor(np.moveaxis(x, -1, 1))


@pytest.mark.parametrize("shape", [(B, D), (B, T, D), (2, 1, D)], ids=str)
def test_batch_norm_equals_torch_in_training_and_evaluation(shape, rng):
    module = nn.BatchNorm1d(D).double()
    nn.init.normal_(module.weight)
    nn.init.normal_(module.bias)
    affine = [p.detach().numpy() for p in (module.weight, module.bias)]
    running = RunningStats(np.zeros(D), np.ones(D))
    for _ in range(3):  # 이동 평균은 여러 걸음에 걸쳐 쌓인다
        x = rng.normal(size=shape) * 3 + 2
        y, running = batch_norm(x, running, *affine, training=True)
        assert_same(y, np.moveaxis(module(to_torch(x)).detach().numpy(), 1, -1))
        assert_same(running.mean, module.running_mean)
        assert_same(running.var, module.running_var)
    module.eval()
    y, same = batch_norm(x, running, *affine)
    assert_same(y, np.moveaxis(module(to_torch(x)).detach().numpy(), 1, -1))
    assert same is running


def test_batch_norm_normalises_with_n_and_remembers_with_n_minus_one(rng):
    x, start = rng.normal(size=(B, D)), RunningStats(np.zeros(D), np.zeros(D))
    y, running = batch_norm(x, start, training=True, momentum=1.0, eps=0.0)
    np.testing.assert_allclose((y**2).mean(0), 1, atol=1e-14)
    assert_same(running.var, x.var(0, ddof=1))
    assert (start.mean == 0).all() and (start.var == 0).all()  # 받은 통계는 그대로


def test_batch_norm_depends_on_the_others_but_layer_norm_does_not(rng):
    x, start = rng.normal(size=(B, D)), RunningStats(np.zeros(D), np.ones(D))
    changed = x.copy()
    changed[1:] += 1.5 * rng.normal(size=(B - 1, D))
    before, after = (batch_norm(a, start, training=True)[0][0] for a in (x, changed))
    assert np.abs(before - after).max() > 1e-2
    assert_same(layer_norm(changed)[0], layer_norm(x)[0])


def test_batch_norm_cannot_train_on_one_value():
    with pytest.raises(ValueError, match="지금은 1개"):
        batch_norm(
            np.ones((1, D)), RunningStats(np.zeros(D), np.ones(D)), training=True
        )


def test_residual_orders_norm_and_sum(rng):
    x, norm = (
        rng.normal(size=(B, T, D)),
        NormWeights(rng.normal(size=D), rng.normal(size=D)),
    )
    post = residual(x, np.tanh, norm)
    pre = residual(x, np.tanh, norm, norm_first=True)
    tensors = [torch.tensor(a) for a in (x, *norm)]
    assert_same(post, F.layer_norm(tensors[0] + tensors[0].tanh(), (D,), *tensors[1:]))
    assert_same(pre, tensors[0] + F.layer_norm(tensors[0], (D,), *tensors[1:]).tanh())
    # pre의 잔차 길은 항등이다
    assert_same(residual(x, np.zeros_like, norm, norm_first=True), x)


@pytest.mark.parametrize("d_model", [1, 2, 7, 16])
def test_positions_equal_the_equation_and_the_model(d_model):
    table = positional_encoding(51, d_model)
    assert_same(table, sinusoids(51, d_model), atol=1e-13)
    for pos in (0, 1, 50):
        for column in range(d_model):
            angle = pos / 10000 ** (2 * (column // 2) / d_model)
            want = np.cos(angle) if column % 2 else np.sin(angle)
            assert table[pos, column] == pytest.approx(want, abs=1e-13)


def test_positions_are_bounded_and_do_not_depend_on_the_length():
    short, long = positional_encoding(5, 8), positional_encoding(500, 8)
    np.testing.assert_array_equal(long[:5], short)
    assert np.abs(long).max() <= 1 and len(np.unique(long.round(12), axis=0)) == 500


def test_moving_k_places_is_one_rotation_for_every_position():
    """PE(pos + k) = M_k PE(pos): 칸의 짝마다 같은 각도로 도는 회전입니다."""
    k, d_model = 3, 8
    table = positional_encoding(40, d_model)
    angle = k / 10000 ** (np.arange(0, d_model, 2) / d_model)
    sin, cos = table[:-k, 0::2], table[:-k, 1::2]
    assert_same(table[k:, 0::2], sin * np.cos(angle) + cos * np.sin(angle))
    assert_same(table[k:, 1::2], cos * np.cos(angle) - sin * np.sin(angle))


@pytest.mark.parametrize("sizes", [(0, 8), (5, 0), (-1, 8)], ids=str)
def test_positions_need_positive_sizes(sizes):
    with pytest.raises(ValueError, match=f"{sizes[0]}, {sizes[1]}"):
        positional_encoding(*sizes)
