"""순환 신경망의 셀: 한 단어를 읽는 한 걸음.

글자의 뜻: B 배치, D 입력의 폭, H 은닉 상태의 폭.
식과 문(gate)의 순서와 치우침(bias) 두 개는 torch의 RNNCell, LSTMCell, GRUCell과
같습니다. 전치만 하면 되므로 torch의 셀은
`RecurrentWeights(*(p.detach().numpy().T for p in cell.parameters()))`로 옮겨집니다.
"""

from typing import NamedTuple

import numpy as np

from .activations import sigmoid

# 매개변수가 여럿이라 서명이 한 줄에 들어가도록 줄인 이름입니다.
Array = np.ndarray


class RecurrentWeights(NamedTuple):
    """셀의 매개변수. n은 문의 수로 RNN 1, GRU 3, LSTM 4입니다.

    모양: w_ih (D, n·H), w_hh (H, n·H), b_ih와 b_hh (n·H,).
    ih는 입력에서 은닉으로, hh는 은닉에서 은닉으로 간다는 뜻입니다.
    문 n개의 행렬이 옆으로 이어져 있습니다.
    """

    w_ih: Array
    w_hh: Array
    b_ih: Array
    b_hh: Array


def rnn_cell(
    x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array
) -> Array:
    """h′ = tanh(x W_ih + b_ih + h W_hh + b_hh).

    모양: x (B, D), h (B, H), w_ih (D, H), w_hh (H, H), b_ih와 b_hh (H,) → h′ (B, H).
    오류: 매개변수의 모양이 맞지 않으면 ValueError.
    출처: Elman (1990).
    """
    _check_weights(x, h, RecurrentWeights(w_ih, w_hh, b_ih, b_hh), n_gates=1)
    # tanh가 상태를 −1과 1 사이에 묶어 두므로 아무리 오래 읽어도 넘치지 않습니다.
    return np.tanh(x @ w_ih + b_ih + h @ w_hh + b_hh)  # (B, H)


def lstm_cell(
    x: Array,
    state: tuple[Array, Array],
    w_ih: Array,
    w_hh: Array,
    b_ih: Array,
    b_hh: Array,
) -> tuple[Array, Array]:
    """입력 문 i, 망각 문 f, 후보 g, 출력 문 o로 셀 상태를 고쳐 씁니다.

    c′ = f⊙c + i⊙g, h′ = o⊙tanh(c′).
    모양: x (B, D), state = (h, c) 둘 다 (B, H), w_ih (D, 4H), w_hh (H, 4H),
    b_ih와 b_hh (4H,) → (h′, c′). 네 문은 torch처럼 i, f, g, o의 순서로 이어져 있습니다.
    오류: 매개변수의 모양이 맞지 않으면 ValueError.
    출처: Hochreiter and Schmidhuber (1997), 망각 문은 Gers et al. (2000).
    """
    h, c = state
    _check_weights(x, h, RecurrentWeights(w_ih, w_hh, b_ih, b_hh), n_gates=4)
    # 네 문을 따로 곱하지 않고 한 번에 곱한 뒤 나눕니다.
    gates = x @ w_ih + b_ih + h @ w_hh + b_hh  # (B, 4H)
    i, f, g, o = np.split(gates, 4, axis=-1)  # 저마다 (B, H)
    # 문은 0과 1 사이의 몫이라 sigmoid, 후보는 새로 적을 값이라 tanh입니다.
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    # 행렬을 곱하지 않고 더하는 이 길로 먼 과거의 기울기가 돌아옵니다.
    c = f * c + i * g
    return o * np.tanh(c), c


def gru_cell(
    x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array
) -> Array:
    """리셋 문 r과 갱신 문 z로 후보 n과 옛 상태를 섞습니다.

    h′ = (1 − z)⊙n + z⊙h, n = tanh(x W_in + b_in + r⊙(h W_hn + b_hn)).
    torch처럼 r을 행렬곱 다음에 곱합니다(논문은 (r⊙h)W_hn).
    모양: x (B, D), h (B, H), w_ih (D, 3H), w_hh (H, 3H), b_ih와 b_hh (3H,)
    → h′ (B, H). 세 문은 r, z, n의 순서로 이어져 있습니다.
    오류: 매개변수의 모양이 맞지 않으면 ValueError.
    출처: Cho et al. (2014), 식 (5)–(8).
    """
    _check_weights(x, h, RecurrentWeights(w_ih, w_hh, b_ih, b_hh), n_gates=3)
    # 후보 n만 두 몫을 따로 쓰므로, 더하지 않고 나누어 둡니다.
    x_r, x_z, x_n = np.split(x @ w_ih + b_ih, 3, axis=-1)  # 저마다 (B, H)
    h_r, h_z, h_n = np.split(h @ w_hh + b_hh, 3, axis=-1)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h


def _check_weights(x: Array, h: Array, weights: RecurrentWeights, n_gates: int) -> None:
    """입력과 상태의 폭에서 매개변수 넷의 모양을 정하고 견줍니다.

    오류: 하나라도 다르면 어느 것이 어떻게 다른지 알리는 ValueError.
    """
    d, n = x.shape[-1], h.shape[-1]
    width = n_gates * n
    want = {"w_ih": (d, width), "w_hh": (n, width), "b_ih": (width,), "b_hh": (width,)}
    for name, shape in want.items():
        array = getattr(weights, name)
        if array.shape != shape:
            raise ValueError(
                f"{name}의 모양은 {shape}이어야 합니다"
                f"(입력의 폭 {d}, 상태의 폭 {n}, 문 {n_gates}개). "
                f"받은 모양은 {array.shape}입니다. "
                "torch의 매개변수라면 .T로 전치해서 넘기세요."
            )
