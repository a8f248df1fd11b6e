"""1장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

COUNTS = [
    ("치우침을 하나만 셈", "counts = (12 + 16 + 4, 3 * 32, 4 * 32)"),
    ("치우침을 빠뜨림", "counts = (28, 84, 112)"),
    ("후보를 빠뜨림", "counts = (36, 2 * 36, 3 * 36)"),
    ("GRU와 LSTM이 뒤바뀜", "counts = (36, 144, 108)"),
    ("은닉 쪽 행렬을 빠뜨림", "counts = (20, 60, 80)"),
    ("입력 쪽 행렬의 모양이 다름", "counts = (9 + 16 + 8, 99, 132)"),
    ("모두 같다고 생각함", "counts = (36, 36, 36)"),
    ("wrong_answer", "counts = (40, 120, 160)"),
    ("unsolved", "counts = None"),
]

IMPACT = [
    ("tanh의 기울기를 빠뜨림", "impact = 2 * 2"),
    ("기울기의 자리가 하나씩 밀림", "impact = 2 * 0.75 * 2 * 0.75"),
    ("한 걸음을 더 셈", "impact = 1.08 * 2 * 0.75"),
    ("한 걸음만 셈", "impact = 0.72"),
    ("가중치를 빠뜨림", "impact = 0.36 * 0.75"),
    ("곱하지 않고 더함", "impact = 0.72 + 1.5"),
    ("상태를 제곱하지 않음", "impact = 2 * 0.2 * 2 * 1.5"),
    ("wrong_answer", "impact = 0.5"),
]

HALF_LIVES = [
    (
        "올림하지 않음",
        "half_lives = tuple(int(math.log(2) / -math.log(f)) for f in (0.5, 0.8, 0.98))",
    ),
    ("곱하지 않고 뺌", "half_lives = (1, 3, 25)"),
    ("절반이 아니라 e분의 1", "half_lives = (2, 5, 50)"),
    ("절반이 아니라 10분의 1", "half_lives = (4, 11, 114)"),
    ("정확히 절반을 빼놓음", "half_lives = (2, 4, 35)"),
    ("차례가 뒤바뀜", "half_lives = (35, 4, 1)"),
    ("망각 문을 두 번씩 곱함", "half_lives = (1, 2, 18)"),
    ("wrong_answer", "half_lives = (1, 10, 100)"),
]


def _rnn(body: str) -> str:
    return f"\ndef rnn_step(x, h, w_ih, w_hh, b):\n    {body}\n"


RNN_STEP = [
    ("tanh를 빠뜨림", _rnn("return x @ w_ih + h @ w_hh + b")),
    ("옛 상태를 빠뜨림", _rnn("return np.tanh(x @ w_ih + b)")),
    ("치우침을 빠뜨림", _rnn("return np.tanh(x @ w_ih + h @ w_hh)")),
    ("w_hh를 전치함", _rnn("return np.tanh(x @ w_ih + h @ w_hh.T + b)")),
    ("시그모이드를 씀", _rnn("return sigmoid(x @ w_ih + h @ w_hh + b)")),
    ("옛 상태를 그대로 더함", _rnn("return np.tanh(x @ w_ih + h + b)")),
    ("옛 상태를 tanh 밖에서 더함", _rnn("return h @ w_hh + np.tanh(x @ w_ih + b)")),
    ("치우침을 tanh 밖에서 더함", _rnn("return np.tanh(x @ w_ih + h @ w_hh) + b")),
    ("uses_ready_made", _rnn("return rnn_cell(x, h, w_ih, w_hh, b, 0 * b)")),
    (
        "mutates_input",
        """
def rnn_step(x, h, w_ih, w_hh, b):
    h[:] = np.tanh(x @ w_ih + h @ w_hh + b)
    return h.copy()
""",
    ),
    ("returns_none", _rnn("np.tanh(x @ w_ih + h @ w_hh + b)")),
    ("raises", _rnn("return np.tanh(w_ih @ x + w_hh @ h + b)")),
]


def _reader(
    *,
    start="np.zeros((len(x), len(w_hh)))",
    steps="range(x.shape[1])",
    body=None,
    end: str,
) -> str:
    body = body or "h = rnn_cell(x[:, t], h, w_ih, w_hh, b, 0 * b)"
    return f"""
def read_sentences(x, lengths, w_ih, w_hh, b):
    h, states = {start}, []
    for t in {steps}:
        {body}
        states.append(h)
    outputs = np.stack(states, axis=1)
    rows = np.arange(len(x))
    {end}
"""


READ = [
    ("채움까지 읽은 상태를 씀", _reader(end="return outputs, h")),
    ("한 자리 앞을 가져옴", _reader(end="return outputs, outputs[rows, lengths - 2]")),
    (
        "한 자리 뒤를 가져옴",
        _reader(
            end=(
                "return outputs, outputs[rows, np.minimum(lengths, "
                "outputs.shape[1] - 1)]"
            )
        ),
    ),
    (
        "상태를 이어 가지 않음",
        _reader(
            body=(
                "h = rnn_cell(x[:, t], np.zeros((len(x), len(w_hh))), w_ih, w_hh, b, "
                "0 * b)"
            ),
            end="return outputs, outputs[rows, lengths - 1]",
        ),
    ),
    (
        "치우침을 두 번 더함",
        _reader(
            body="h = rnn_cell(x[:, t], h, w_ih, w_hh, b, b)",
            end="return outputs, outputs[rows, lengths - 1]",
        ),
    ),
    (
        "거꾸로 읽음",
        _reader(
            steps="reversed(range(x.shape[1]))",
            end=(
                "outputs = outputs[:, ::-1]\n"
                "    return outputs, outputs[rows, lengths - 1]"
            ),
        ),
    ),
    (
        "채움 자리의 출력을 지움",
        _reader(
            end="real = np.arange(x.shape[1]) < lengths[:, None]\n"
            "    return outputs * real[:, :, None], outputs[rows, lengths - 1]"
        ),
    ),
    ("차례가 뒤바뀜", _reader(end="return outputs[rows, lengths - 1], outputs")),
    ("마지막 상태만 돌려줌", _reader(end="return outputs[rows, lengths - 1]")),
    ("걸음마다의 상태만 돌려줌", _reader(end="return outputs")),
    ("raises", _reader(end="return outputs, outputs[rows, lengths]")),
    ("wrong_shape", _reader(end="return np.stack(states), outputs[rows, lengths - 1]")),
]


def _lstm(
    *,
    names="i, f, g, o",
    gates="sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)",
    cell="f * c + i * g",
    hidden="o * np.tanh(new)",
    end="return hidden, new",
) -> str:
    return f"""
def lstm_step(x, h, c, w_ih, w_hh, b):
    {names} = np.split(x @ w_ih + h @ w_hh + b, 4, axis=-1)
    i, f, g, o = {gates}
    new = {cell}
    hidden = {hidden}
    {end}
"""


LSTM_STEP = [
    ("문의 차례가 다름: g와 o", _lstm(names="i, f, o, g")),
    ("문의 차례가 다름: f와 g", _lstm(names="i, g, f, o")),
    ("입력 문과 망각 문이 뒤바뀜", _lstm(cell="i * c + f * g")),
    ("망각 문을 빠뜨림", _lstm(cell="c + i * g")),
    ("입력 문을 빠뜨림", _lstm(cell="f * c + g")),
    ("망각 문 하나로 둘을 섞음", _lstm(cell="f * c + (1 - f) * g")),
    ("h에서 tanh를 빠뜨림", _lstm(hidden="o * new")),
    ("h에 옛 c를 씀", _lstm(hidden="o * np.tanh(c)")),
    ("출력 문을 빠뜨림", _lstm(hidden="np.tanh(new)")),
    (
        "후보에 시그모이드를 씀",
        _lstm(gates="sigmoid(i), sigmoid(f), sigmoid(g), sigmoid(o)"),
    ),
    ("차례가 뒤바뀜", _lstm(end="return new, hidden")),
    ("h만 돌려줌", _lstm(end="return hidden")),
    (
        "mutates_input",
        _lstm(cell="f * c + i * g", end="c[:] = new\n    return hidden, new"),
    ),
]


def _clip(norm: str, clipped: str, end: str = "return clipped, norm") -> str:
    return f"""
def clip_by_norm(gradients, limit):
    norm = {norm}
    clipped = {clipped}
    {end}
"""


_NORM = "math.sqrt(sum(float((g**2).sum()) for g in gradients))"
_RIGHT = "[g * (limit / norm if norm > limit else 1.0) for g in gradients]"

CLIP = [
    (
        "배열마다 따로 자름",
        _clip(
            _NORM,
            (
                "[g * min(1.0, limit / max(float(np.linalg.norm(g)), "
                "1e-12)) for g in gradients]"
            ),
        ),
    ),
    ("값마다 자름", _clip(_NORM, "[np.clip(g, -limit, limit) for g in gradients]")),
    (
        "짧은 기울기를 늘림",
        _clip(_NORM, "[g * (limit / norm if norm else 1.0) for g in gradients]"),
    ),
    ("자르지 않음", _clip(_NORM, "[g.copy() for g in gradients]")),
    ("제곱근을 빠뜨림", _clip("sum(float((g**2).sum()) for g in gradients)", _RIGHT)),
    (
        "배열의 길이를 그냥 더함",
        _clip("sum(float((g**2).sum()) ** 0.5 for g in gradients)", _RIGHT),
    ),
    (
        "절댓값의 합을 씀",
        _clip("sum(float(np.abs(g).sum()) for g in gradients)", _RIGHT),
    ),
    (
        "자른 뒤의 길이를 돌려줌",
        _clip(_NORM, _RIGHT, "return clipped, min(norm, limit)"),
    ),
    (
        "limit으로 나눔",
        _clip(_NORM, "[g / norm if norm > limit else g * 1.0 for g in gradients]"),
    ),
    ("목록만 돌려줌", _clip(_NORM, _RIGHT, "return clipped")),
    (
        "mutates_input",
        """
def clip_by_norm(gradients, limit):
    norm = math.sqrt(sum(float((g**2).sum()) for g in gradients))
    for g in gradients:
        if norm > limit:
            g *= limit / norm
    return gradients, norm
""",
    ),
    ("returns_none", _clip(_NORM, _RIGHT, "clipped, norm")),
]


def _back(
    *,
    slope="1 - states[t] ** 2",
    gather="d_w_hh + states[t - 1].T @ d_a",
    turn="w_hh.T",
    end="return np.stack(d_states[::-1]), d_w_hh",
) -> str:
    return f"""
def rnn_backward(d_last, states, w_hh):
    d_h, d_states, d_w_hh = d_last, [d_last], np.zeros_like(w_hh)
    for t in range(len(states) - 1, 0, -1):
        d_a = d_h * ({slope})
        d_w_hh = {gather}
        d_h = d_a @ {turn}
        d_states.append(d_h)
    {end}
"""


BACKWARD = [
    ("tanh의 기울기를 빠뜨림", _back(slope="1")),
    ("tanh의 기울기를 옛 상태로 구함", _back(slope="1 - states[t - 1] ** 2")),
    ("상태를 제곱하지 않음", _back(slope="1 - states[t]")),
    ("시그모이드의 기울기를 씀", _back(slope="states[t] * (1 - states[t])")),
    ("w_hh를 전치하지 않음", _back(turn="w_hh")),
    ("W_hh의 기울기에서 tanh를 빠뜨림", _back(gather="d_w_hh + states[t - 1].T @ d_h")),
    ("W_hh의 기울기에 새 상태를 씀", _back(gather="d_w_hh + states[t].T @ d_a")),
    ("W_hh의 기울기를 덮어씀", _back(gather="states[t - 1].T @ d_a")),
    (
        "W_hh의 기울기가 마지막 걸음뿐",
        _back(gather="states[t - 1].T @ d_a if t == len(states) - 1 else d_w_hh"),
    ),
    (
        "W_hh의 기울기를 평균함",
        _back(gather="d_w_hh + states[t - 1].T @ d_a / (len(states) - 1)"),
    ),
    ("W_hh의 기울기가 전치됨", _back(gather="d_w_hh + d_a.T @ states[t - 1]")),
    ("상태의 차례가 거꾸로", _back(end="return np.stack(d_states), d_w_hh")),
    ("차례가 뒤바뀜", _back(end="return d_w_hh, np.stack(d_states[::-1])")),
    (
        "첫 상태의 기울기를 빠뜨림",
        _back(end="return np.stack(d_states[-2::-1]), d_w_hh"),
    ),
    (
        "마지막 상태의 기울기를 빠뜨림",
        _back(end="return np.stack(d_states[:0:-1]), d_w_hh"),
    ),
    (
        "mutates_input",
        _back(
            gather="d_w_hh + states[t - 1].T @ d_a",
            end="w_hh *= 0\n    return np.stack(d_states[::-1]), d_w_hh",
        ),
    ),
]


def _gru(
    *,
    inside="x_n + r * h_n",
    squash="torch.tanh",
    mix="(1 - z) * n + z * h",
    prepare="pass",
) -> str:
    return f"""
def fixed_gru(x, h, w_ih, w_hh, b_ih, b_hh):
    {prepare}
    x_r, x_z, x_n = (x @ w_ih + b_ih).chunk(3, dim=-1)
    h_r, h_z, h_n = (h @ w_hh + b_hh).chunk(3, dim=-1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = {squash}({inside})
    return {mix}
"""


GRU = [
    (
        "오류가 3개 남음: 리셋 문, 후보, 갱신 문",
        _gru(inside="r * x_n + h_n", squash="torch.sigmoid", mix="z * n + (1 - z) * h"),
    ),
    (
        "오류가 2개 남음: 리셋 문, 후보",
        _gru(inside="r * x_n + h_n", squash="torch.sigmoid"),
    ),
    (
        "오류가 2개 남음: 리셋 문, 갱신 문",
        _gru(inside="r * x_n + h_n", mix="z * n + (1 - z) * h"),
    ),
    (
        "오류가 2개 남음: 후보, 갱신 문",
        _gru(squash="torch.sigmoid", mix="z * n + (1 - z) * h"),
    ),
    ("리셋 문의 자리가 다름", _gru(inside="r * x_n + h_n")),
    ("후보에 시그모이드를 씀", _gru(squash="torch.sigmoid")),
    ("갱신 문이 거꾸로", _gru(mix="z * n + (1 - z) * h")),
    (
        "리셋 문을 행렬 곱 앞에서 곱함",
        _gru(inside="x_n + (r * h) @ w_hh[:, -h.size(1):] + b_hh[-h.size(1):]"),
    ),
    ("기울기가 끊김", _gru(prepare="h = h.detach()")),
    ("wrong_value", _gru(mix="n + z * h")),
    (
        "uses_ready_made",
        """
def fixed_gru(x, h, w_ih, w_hh, b_ih, b_hh):
    cell = torch.nn.GRUCell(x.size(1), h.size(1)).double()
    for p, value in zip(cell.parameters(), (w_ih.T, w_hh.T, b_ih, b_hh)):
        p.data = value.contiguous()
    return cell(x, h)
""",
    ),
]

QUESTIONS = {
    "ex01-1": COUNTS,
    "ex01-2": IMPACT,
    "ex01-3": HALF_LIVES,
    "ex01-4": RNN_STEP,
    "ex01-5": READ,
    "ex01-6": LSTM_STEP,
    "ex01-7": CLIP,
    "ex01-8": BACKWARD,
    "ex01-9": GRU,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
