"""numpy의 RNN, LSTM, GRU: torch와 같은 값과 기울기, 중앙 차분.

문의 순서와 치우침을 틀리는 옛 실수도 봅니다.
"""

import numpy as np
import pytest
import torch
from torch import nn

from jumok.scratch import (
    RecurrentWeights,
    check_gradient,
    gru_cell,
    gru_cell_backward,
    lstm_cell,
    lstm_cell_backward,
    recurrent_backward,
    recurrent_forward,
    rnn_cell,
    rnn_cell_backward,
)

B, T, D, H = 3, 7, 4, 5
# 이름: (셀, 셀의 역전파, torch의 셀, torch의 층, 문의 수)
CELLS = {
    "rnn": (rnn_cell, rnn_cell_backward, nn.RNNCell, nn.RNN, 1),
    "lstm": (lstm_cell, lstm_cell_backward, nn.LSTMCell, nn.LSTM, 4),
    "gru": (gru_cell, gru_cell_backward, nn.GRUCell, nn.GRU, 3),
}
EVERY_CELL = pytest.mark.parametrize("name", CELLS)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def torch_module(cls, **options):
    torch.manual_seed(1)
    return cls(D, H, **options).double()


def copied(module) -> RecurrentWeights:
    """torch의 매개변수를 옮깁니다. 전치만 합니다."""
    return RecurrentWeights(*(p.detach().numpy().T for p in module.parameters()))


def random_weights(rng, gates) -> RecurrentWeights:
    shapes = ((D, gates * H), (H, gates * H), (gates * H,), (gates * H,))
    return RecurrentWeights(*(rng.normal(size=s) * 0.5 for s in shapes))


def random_state(name, rng, batch=B):
    h, c = rng.normal(size=(batch, H)), rng.normal(size=(batch, H))
    return (h, c) if name == "lstm" else h


def parts(state) -> tuple:
    """LSTM의 상태는 (h, c), 나머지는 h 하나입니다."""
    return state if isinstance(state, tuple) else (state,)


def joined(parts):
    return parts if len(parts) > 1 else parts[0]


def leaves(*arrays) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(a, requires_grad=True) for a in arrays)


def assert_all_equal(got, want):
    for a, b in zip(got, want, strict=True):
        b = b.detach().numpy() if isinstance(b, torch.Tensor) else b
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10, strict=True)


@EVERY_CELL
@pytest.mark.parametrize("batch", [1, B])
def test_one_step_equals_torch_forward_and_gradient(name, batch, rng):
    cell, backward, cls, _, _ = CELLS[name]
    module = torch_module(cls)
    x, state, d_new = (
        rng.normal(size=(batch, D)),
        random_state(name, rng, batch),
        random_state(name, rng, batch),
    )
    inputs = leaves(x, *parts(state))
    want = parts(module(inputs[0], joined(inputs[1:])))
    upstream = tuple(map(torch.tensor, parts(d_new)))
    grads = torch.autograd.grad(want, (*inputs, *module.parameters()), upstream)
    n = len(inputs)
    assert_all_equal(parts(cell(x, state, *copied(module))), want)
    d_x, d_state, d_weights = backward(d_new, x, state, copied(module))
    assert_all_equal((d_x, *parts(d_state)), grads[:n])
    assert_all_equal(d_weights, [g.numpy().T for g in grads[n:]])


@EVERY_CELL
@pytest.mark.parametrize(("batch", "length"), [(B, T), (1, 1)])
def test_whole_sequence_equals_torch_forward_and_gradient(name, batch, length, rng):
    """손실은 모든 출력과 마지막 상태의 가중합입니다.

    기울기가 두 길로 들어오는 것까지 견줍니다.
    """
    cell, backward, _, cls, _ = CELLS[name]
    module = torch_module(cls, batch_first=True)
    x, state = rng.normal(size=(batch, length, D)), random_state(name, rng, batch)
    d_outputs, d_last = (
        rng.normal(size=(batch, length, H)),
        random_state(name, rng, batch),
    )
    inputs = leaves(x, *parts(state))
    want, last = module(inputs[0], joined(tuple(s[None] for s in inputs[1:])))
    upstream = tuple(
        torch.tensor(d) for d in (d_outputs, *(d[None] for d in parts(d_last)))
    )
    grads = torch.autograd.grad(
        (want, *parts(last)), (*inputs, *module.parameters()), upstream
    )
    n = len(inputs)
    outputs, states = recurrent_forward(cell, x, state, copied(module))
    assert_all_equal(
        (outputs, *parts(states[-1])), (want, *(s[0] for s in parts(last)))
    )
    d_x, d_states, d_weights = recurrent_backward(
        backward, x, states, copied(module), d_outputs, d_last
    )
    assert_all_equal((d_x, *parts(d_states[0])), grads[:n])
    assert_all_equal(d_weights, [g.numpy().T for g in grads[n:]])
    assert len(states) == len(d_states) == length + 1


@EVERY_CELL
def test_backward_through_time_equals_central_differences(name, rng):
    cell, backward, *_, gates = CELLS[name]
    weights, x, state = (
        random_weights(rng, gates),
        rng.normal(size=(2, 4, D)),
        random_state(name, rng, 2),
    )
    d_outputs = rng.normal(size=(2, 4, H))

    def loss(x=x, state=state, weights=weights):
        return float((recurrent_forward(cell, x, state, weights)[0] * d_outputs).sum())

    _, states = recurrent_forward(cell, x, state, weights)
    d_x, d_states, d_weights = recurrent_backward(
        backward, x, states, weights, d_outputs
    )
    check_gradient(lambda x: loss(x=x), x, d_x)
    # (h, c)를 한 배열로 쌓아 흔듭니다. 풀면 다시 둘이 됩니다.
    stacked = np.stack(parts(state))
    check_gradient(
        lambda s: loss(state=joined(tuple(s))), stacked, np.stack(parts(d_states[0]))
    )
    for field, gradient in d_weights._asdict().items():

        def loss_of(w, field=field):
            return loss(weights=weights._replace(**{field: w}))

        check_gradient(loss_of, getattr(weights, field), gradient)


@EVERY_CELL
def test_gradient_of_every_state_is_that_of_the_rest_of_the_sentence(name, rng):
    """states[t]에서 다시 출발해도 뒤쪽 상태의 기울기는 같아야 합니다.

    거리별 기울기를 재는 데 씁니다.
    """
    cell, backward, *_, gates = CELLS[name]
    weights, x = random_weights(rng, gates), rng.normal(size=(B, T, D))
    d_last, zeros = random_state(name, rng), np.zeros((B, T, H))
    _, states = recurrent_forward(cell, x, random_state(name, rng), weights)
    _, d_states, _ = recurrent_backward(backward, x, states, weights, zeros, d_last)
    _, tail = recurrent_forward(cell, x[:, 3:], states[3], weights)
    _, d_tail, _ = recurrent_backward(
        backward, x[:, 3:], tail, weights, zeros[:, 3:], d_last
    )
    for got, want in zip(d_states[3:], d_tail, strict=True):
        assert_all_equal(parts(got), parts(want))
    assert_all_equal(parts(d_states[-1]), parts(d_last))


@EVERY_CELL
def test_future_words_never_change_past_states(name, rng):
    cell, *_, gates = CELLS[name]
    weights, x, state = (
        random_weights(rng, gates),
        rng.normal(size=(B, T, D)),
        random_state(name, rng),
    )
    changed = x.copy()
    changed[:, 4:] += 1
    before, after = (
        recurrent_forward(cell, a, state, weights)[0] for a in (x, changed)
    )
    np.testing.assert_array_equal(after[:, :4], before[:, :4])
    assert (after[:, 4:] != before[:, 4:]).any(axis=(0, 2)).all()


def gate_bias(gates, opened, closed):
    """opened번째 문을 1로, closed번째 문을 0으로 못박는 b_ih."""
    bias = np.zeros((gates, H))
    bias[opened], bias[closed] = 1000, -1000
    return bias.ravel()


def test_lstm_gate_order_is_input_forget_candidate_output(rng):
    weights, x = random_weights(rng, 4), rng.normal(size=(B, D))
    h, c = random_state("lstm", rng)
    # f = 1, i = 0: 기억만 한다
    keep = weights._replace(b_ih=gate_bias(4, opened=1, closed=0))
    np.testing.assert_array_equal(lstm_cell(x, (h, c), *keep)[1], c)
    # i = 1, f = 0: 새로 쓰기만 한다
    write = weights._replace(b_ih=gate_bias(4, opened=0, closed=1))
    g = np.tanh((x @ weights.w_ih + h @ weights.w_hh + weights.b_hh)[:, 2 * H : 3 * H])
    np.testing.assert_allclose(lstm_cell(x, (h, c), *write)[1], g, atol=1e-14)
    # o = 0: 내보내지 않는다
    shut = weights._replace(b_ih=gate_bias(4, opened=1, closed=3))
    assert (lstm_cell(x, (h, c), *shut)[0] == 0).all()


def test_gru_gate_order_is_reset_update_candidate(rng):
    weights, x, h = (
        random_weights(rng, 3),
        rng.normal(size=(B, D)),
        random_state("gru", rng),
    )
    # z = 1: 옛 상태 그대로
    keep = weights._replace(b_ih=gate_bias(3, opened=1, closed=0))
    np.testing.assert_array_equal(gru_cell(x, h, *keep), h)
    forget = np.zeros((3, H))
    forget[:2] = -1000  # r = 0, z = 0: 입력만 본다. b_hh의 후보 몫도 r과 함께 사라진다
    reset = weights._replace(b_ih=forget.ravel())
    want = np.tanh(x @ weights.w_ih[:, 2 * H :])
    np.testing.assert_allclose(gru_cell(x, h, *reset), want, atol=1e-14)


@EVERY_CELL
def test_both_biases_count_once(name, rng):
    """b_ih와 b_hh는 저마다 한 번씩 더해집니다.

    GRU의 후보에서만 둘의 자리가 다릅니다.
    """
    cell, *_, gates = CELLS[name]
    weights, x, state = (
        random_weights(rng, gates),
        rng.normal(size=(B, D)),
        random_state(name, rng),
    )
    total, zero = weights.b_ih + weights.b_hh, np.zeros(gates * H)
    both = parts(cell(x, state, *weights))
    moved = parts(cell(x, state, *weights._replace(b_ih=total, b_hh=zero)))
    gap = max(np.abs(a - b).max() for a, b in zip(both, moved, strict=True))
    assert gap > 1e-3 if name == "gru" else gap < 1e-14


@EVERY_CELL
def test_inputs_are_left_alone_and_float32_stays(name, rng):
    cell, backward, *_, gates = CELLS[name]
    weights = RecurrentWeights(
        *(w.astype(np.float32) for w in random_weights(rng, gates))
    )
    x, d_outputs = (rng.normal(size=(B, T, n)).astype(np.float32) for n in (D, H))
    state = joined(tuple(s.astype(np.float32) for s in parts(random_state(name, rng))))
    before = [a.copy() for a in (x, d_outputs, *parts(state), *weights)]
    outputs, states = recurrent_forward(cell, x, state, weights)
    d_x, d_states, d_weights = recurrent_backward(
        backward, x, states, weights, d_outputs
    )
    for a, b in zip((x, d_outputs, *parts(state), *weights), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert {a.dtype for a in (outputs, d_x, *parts(d_states[0]), *d_weights)} == {
        np.dtype(np.float32)
    }


def test_huge_inputs_saturate_without_overflow(rng):
    x, h = np.full((1, D), 1e6), np.ones((1, H))
    for name in CELLS:
        cell, *_, gates = CELLS[name]
        state = (h, h) if name == "lstm" else h
        for part in parts(cell(-x, state, *random_weights(rng, gates))):
            assert np.isfinite(part).all()


@EVERY_CELL
def test_errors_name_the_wrong_array_and_its_shape(name, rng):
    cell, *_, gates = CELLS[name]
    weights, x, state = (
        random_weights(rng, gates),
        rng.normal(size=(B, D)),
        random_state(name, rng),
    )
    with pytest.raises(
        ValueError,
        match=rf"w_ih의 모양은 \({D}, {gates * H}\).*\({gates * H}, {D}\).*\.T",
    ):
        cell(x, state, *weights._replace(w_ih=weights.w_ih.T))
    with pytest.raises(ValueError, match=r"b_hh의 모양은"):
        cell(x, state, *weights._replace(b_hh=np.zeros(gates * H + 1)))
    with pytest.raises(ValueError, match=rf"\({B}, 0, {D}\)"):
        recurrent_forward(cell, x[:, None][:, :0], state, weights)
    with pytest.raises(ValueError, match=rf"\({B}, {D}\)"):
        recurrent_forward(cell, x, state, weights)
