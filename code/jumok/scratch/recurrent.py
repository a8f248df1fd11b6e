"""셀을 문장 끝까지 돌리기, 그리고 시간을 거슬러 가는 역전파를 손으로.

d_로 시작하는 이름은 손실 L을 그것으로 미분한 기울기입니다: d_h = ∂L/∂h.
"""

from collections.abc import Callable

import numpy as np

from .activations import sigmoid
from .cells import RecurrentWeights

# RNN과 GRU의 상태는 h (B, H) 하나, LSTM의 상태는 (h, c) 한 쌍입니다.
State = np.ndarray | tuple[np.ndarray, np.ndarray]


def recurrent_forward(
    cell: Callable[..., State], x: np.ndarray, state: State, weights: RecurrentWeights
) -> tuple[np.ndarray, list[State]]:
    """셀 하나를 첫 단어부터 마지막 단어까지 차례로 돌립니다.

    cell은 `rnn_cell`, `lstm_cell`, `gru_cell` 가운데 하나입니다.
    모양: x (B, T, D), state는 처음 상태(LSTM은 (h, c))
    → 모든 h를 모은 outputs (B, T, H)와 상태의 목록 states.
    states[0]은 처음 상태, states[T]는 마지막 상태라서 길이가 T + 1입니다.
    오류: x가 (B, T, D)가 아니거나 T가 0이면 ValueError.
    """
    if x.ndim != 3 or x.shape[1] == 0:
        raise ValueError(
            "x는 단어가 하나 이상 있는 (B, T, D) 모양이어야 합니다. "
            f"받은 모양은 {x.shape}입니다."
        )
    # 앞 걸음이 끝나야 다음 걸음을 뗄 수 있습니다. 그래서 t로 도는 반복이 남습니다.
    states = [state]
    for t in range(x.shape[1]):
        states.append(cell(x[:, t], states[-1], *weights))
    return np.stack([_hidden(s) for s in states[1:]], axis=1), states


def recurrent_backward(
    cell_backward: Callable[..., tuple[np.ndarray, State, RecurrentWeights]],
    x: np.ndarray,
    states: list[State],
    weights: RecurrentWeights,
    d_outputs: np.ndarray,
    d_last: State | None = None,
) -> tuple[np.ndarray, list[State], RecurrentWeights]:
    """`recurrent_forward`의 기울기를 마지막 단어에서 첫 단어로 거슬러 가며 구합니다.

    모양: d_outputs (B, T, H)는 출력마다 밖에서 온 기울기, d_last는 마지막 상태에 따로
    온 기울기(없으면 0) → d_x (B, T, D), d_states, d_weights.
    d_states는 상태마다의 기울기이고 d_states[0]이 처음 상태의 것입니다.
    출처: Werbos (1990).
    """
    d_x, d_states = np.empty_like(x), []
    d_weights = RecurrentWeights(*(np.zeros_like(w) for w in weights))
    d_state = _zeros_like(states[-1]) if d_last is None else d_last
    for t in reversed(range(x.shape[1])):
        # 뒤의 걸음에서 온 것과 밖에서 온 것을 더하면 ∂L/∂states[t+1]이 다 모입니다.
        d_state = _add_to_hidden(d_state, d_outputs[:, t])
        d_states.append(d_state)
        d_x[:, t], d_state, step = cell_backward(d_state, x[:, t], states[t], weights)
        # 같은 매개변수를 걸음마다 쓰므로 걸음마다의 기울기를 더합니다.
        sums = (total + w for total, w in zip(d_weights, step, strict=True))
        d_weights = RecurrentWeights(*sums)
    return d_x, [d_state, *reversed(d_states)], d_weights


def rnn_cell_backward(
    d_h: np.ndarray, x: np.ndarray, h: np.ndarray, weights: RecurrentWeights
) -> tuple[np.ndarray, np.ndarray, RecurrentWeights]:
    """`rnn_cell` 한 걸음의 기울기. d_h는 새 상태 h′의 기울기입니다.

    모양: d_h (B, H), x (B, D), h (B, H) → d_x (B, D), d_h (B, H), d_weights.
    """
    new_h = np.tanh(x @ weights.w_ih + weights.b_ih + h @ weights.w_hh + weights.b_hh)
    d_a = d_h * (1 - new_h**2)  # tanh′(a) = 1 − tanh²(a)
    return _linear_backward(d_a, d_a, x, h, weights)


def lstm_cell_backward(
    d_state: tuple[np.ndarray, np.ndarray],
    x: np.ndarray,
    state: tuple[np.ndarray, np.ndarray],
    weights: RecurrentWeights,
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], RecurrentWeights]:
    """`lstm_cell` 한 걸음의 기울기. 셀 상태의 길에서는 기울기에 망각 문 f만 곱해집니다.

    모양: d_state = (d_h, d_c) 새 상태의 기울기, x (B, D), state = (h, c)
    → d_x (B, D), (d_h, d_c) 옛 상태의 기울기, d_weights.
    """
    (d_h, d_c), (h, c) = d_state, state
    # 앞걸음을 다시 합니다. 문의 값을 적어 두는 대신 메모리를 아낍니다.
    gates = x @ weights.w_ih + weights.b_ih + h @ weights.w_hh + weights.b_hh
    i, f, g, o = np.split(gates, 4, axis=-1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    tanh_c = np.tanh(f * c + i * g)
    # c′은 다음 걸음과 h′, 두 곳에 쓰이므로 두 길의 기울기를 더합니다.
    d_c = d_c + d_h * o * (1 - tanh_c**2)
    d_i, d_f, d_g, d_o = d_c * g, d_c * c, d_c * i, d_h * tanh_c
    # 문의 안쪽까지: sigmoid′(a) = s(1 − s), tanh′(a) = 1 − tanh²(a).
    d_a = np.concatenate(
        [d_i * i * (1 - i), d_f * f * (1 - f), d_g * (1 - g**2), d_o * o * (1 - o)],
        axis=-1,
    )  # (B, 4H)
    d_x, d_h, d_weights = _linear_backward(d_a, d_a, x, h, weights)
    return d_x, (d_h, d_c * f), d_weights


def gru_cell_backward(
    d_h: np.ndarray, x: np.ndarray, h: np.ndarray, weights: RecurrentWeights
) -> tuple[np.ndarray, np.ndarray, RecurrentWeights]:
    """`gru_cell` 한 걸음의 기울기. 옛 상태로 곧장 가는 길에는 갱신 문 z만 곱해집니다.

    모양: d_h (B, H) 새 상태의 기울기, x (B, D), h (B, H)
    → d_x (B, D), d_h (B, H) 옛 상태의 기울기, d_weights.
    """
    x_r, x_z, x_n = np.split(x @ weights.w_ih + weights.b_ih, 3, axis=-1)
    h_r, h_z, h_n = np.split(h @ weights.w_hh + weights.b_hh, 3, axis=-1)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    d_n = d_h * (1 - z) * (1 - n**2)  # tanh 안쪽의 기울기
    d_r = d_n * h_n * r * (1 - r)
    d_z = d_h * (h - n) * z * (1 - z)
    d_from_x = np.concatenate([d_r, d_z, d_n], axis=-1)  # (B, 3H)
    # 은닉 쪽에서 n으로 가는 길에는 r이 곱해져 있습니다.
    d_from_h = np.concatenate([d_r, d_z, d_n * r], axis=-1)
    d_x, d_h_gates, d_weights = _linear_backward(d_from_x, d_from_h, x, h, weights)
    return d_x, d_h_gates + d_h * z, d_weights


def _linear_backward(
    d_from_x: np.ndarray,
    d_from_h: np.ndarray,
    x: np.ndarray,
    h: np.ndarray,
    weights: RecurrentWeights,
) -> tuple[np.ndarray, np.ndarray, RecurrentWeights]:
    """세 셀이 함께 쓰는 x W_ih + b_ih와 h W_hh + b_hh의 기울기."""
    # 배치의 줄마다 같은 매개변수를 썼으므로, 행렬곱과 sum(0)이 줄을 따라 더합니다.
    d_weights = RecurrentWeights(
        x.T @ d_from_x, h.T @ d_from_h, d_from_x.sum(0), d_from_h.sum(0)
    )
    return d_from_x @ weights.w_ih.T, d_from_h @ weights.w_hh.T, d_weights


def _hidden(state: State) -> np.ndarray:
    return state[0] if isinstance(state, tuple) else state


def _zeros_like(state: State) -> State:
    if isinstance(state, tuple):
        return tuple(np.zeros_like(s) for s in state)
    return np.zeros_like(state)


def _add_to_hidden(d_state: State, d_h: np.ndarray) -> State:
    # 출력은 h뿐이므로 LSTM의 셀 상태 c에는 밖에서 온 기울기가 없습니다.
    if isinstance(d_state, tuple):
        return d_state[0] + d_h, d_state[1]
    return d_state + d_h
