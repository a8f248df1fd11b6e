"""2장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

SHAPES = [
    ("wrong_transpose", "shapes = ((3, 7, 5), (3, 5, 4), (3, 7, 5, 6))"),
    ("문맥 벡터를 원문의 수만큼 적음", "shapes = ((3, 5, 7), (3, 7, 4), (3, 5, 7, 6))"),
    ("문맥 벡터의 길이를 d_a로 적음", "shapes = ((3, 5, 7), (3, 5, 6), (3, 5, 7, 6))"),
    ("tanh 다음의 모양을 적음", "shapes = ((3, 5, 7), (3, 5, 4), (3, 5, 7))"),
    ("짝마다가 아니라 낱말마다로 적음", "shapes = ((3, 5, 7), (3, 5, 4), (3, 5, 6))"),
    ("배치 축을 빠뜨림", "shapes = ((5, 7), (5, 4), (5, 7, 6))"),
    ("차례가 뒤바뀜", "shapes = ((3, 5, 4), (3, 5, 7), (3, 5, 7, 6))"),
    ("unsolved", "shapes = None"),
]

HAND = [
    ("다른 성분을 적음", "first = 1.34"),
    ("다른 성분을 적음", "first = 0.91"),
    ("no_softmax", "first = 0 * 4 + 2 * 0 + 1 * 3"),
    ("not_normalized", "first = 1 * 4 + 7.389 * 0 + 2.718 * 3"),
    ("√H로 나눔", "first = 1.57"),
    ("가장 큰 것만 고름", "first = 0"),
    ("똑같이 평균함", "first = (4 + 0 + 3) / 3"),
    ("wrong_answer", "first = 9.9"),
]

ERROR_RATE = [
    ("1에서 빼지 않거나 2를 곱하지 않음", "error = 2 * 3 / (5 + 4)"),
    ("모델의 짝만 셈", "error = 1 - 3 / 5"),
    ("정답의 짝만 셈", "error = 1 - 3 / 4"),
    ("합집합으로 나눔", "error = 1 - 3 / 6"),
    ("짝이 없는 낱말도 맞은 것으로 셈", "error = 1 - 2 * 4 / 9"),
    ("겹친 짝을 둘로 셈", "error = 1 - 2 * 2 / 9"),
    ("wrong_answer", "error = (3, 9)"),
]

ADDITIVE = [
    (
        "additive_no_tanh",
        {"np.tanh": ""},
    ),
    (
        "더하기 전에 tanh를 취함",
        """
def additive_scores(states, memory, w_query, w_key, v):
    q = np.tanh(states @ w_query)[..., :, None, :]
    k = np.tanh(memory @ w_key)[..., None, :, :]
    return (q + k) @ v
""",
    ),
    (
        "v와 내적한 다음 tanh를 취함",
        {"q + k) @ v": "(q + k) @ v)"},
    ),
    (
        "v를 쓰지 않고 더함",
        {") @ v": ").sum(axis=-1)"},
    ),
    (
        "두 행렬이 뒤바뀜",
        """
def additive_scores(states, memory, w_query, w_key, v):
    q = (states @ w_key)[..., :, None, :]
    k = (memory @ w_query)[..., None, :, :]
    return np.tanh(q + k) @ v
""",
    ),
    (
        "softmax까지 취함",
        {"np.tanh(q + k) @ v": "softmax(np.tanh(q + k) @ v)"},
    ),
    (
        "두 상태를 뺌",
        {"q + k": "q - k"},
    ),
    (
        "wrong_transpose",
        """
def additive_scores(states, memory, w_query, w_key, v):
    q = (states @ w_query)[..., None, :, :]
    k = (memory @ w_key)[..., :, None, :]
    return np.tanh(q + k) @ v
""",
    ),
    (
        "raises",
        """
def additive_scores(states, memory, w_query, w_key, v):
    return np.tanh(states @ w_query + memory @ w_key) @ v
""",
    ),
    (
        "uses_ready_made",
        """
def additive_scores(states, memory, w_query, w_key, v):
    from jumok.scratch import additive_attention
    return np.log(additive_attention(states, memory, memory, w_query, w_key, v)[1])
""",
    ),
]

LUONG = [
    (
        "w를 쓰지 않음",
        """
def luong_scores(states, memory, w=None):
    return states @ memory.swapaxes(-2, -1)
""",
    ),
    (
        "w를 전치해서 곱함",
        """
def luong_scores(states, memory, w=None):
    keys = memory if w is None else memory @ w
    return states @ keys.swapaxes(-2, -1)
""",
    ),
    (
        "wrong_transpose",
        """
def luong_scores(states, memory, w=None):
    if w is not None:
        states = states @ w
    return memory @ states.swapaxes(-2, -1)
""",
    ),
    (
        "√H로 나눔",
        """
def luong_scores(states, memory, w=None):
    size = states.shape[-1]
    if w is not None:
        states = states @ w
    return states @ memory.swapaxes(-2, -1) / np.sqrt(size)
""",
    ),
    (
        "softmax까지 취함",
        """
def luong_scores(states, memory, w=None):
    if w is not None:
        states = states @ w
    return softmax(states @ memory.swapaxes(-2, -1))
""",
    ),
    (
        "코사인 유사도를 구함",
        """
def luong_scores(states, memory, w=None):
    if w is not None:
        states = states @ w
    states = states / np.linalg.norm(states, axis=-1, keepdims=True)
    memory = memory / np.linalg.norm(memory, axis=-1, keepdims=True)
    return states @ memory.swapaxes(-2, -1)
""",
    ),
    (
        "tanh를 취함",
        """
def luong_scores(states, memory, w=None):
    if w is not None:
        states = states @ w
    return np.tanh(states @ memory.swapaxes(-2, -1))
""",
    ),
    (
        "raises",
        """
def luong_scores(states, memory, w=None):
    if w:
        states = states @ w
    return states @ memory.swapaxes(-2, -1)
""",
    ),
    (
        "uses_ready_made",
        """
def luong_scores(states, memory, w=None):
    from jumok.scratch import dot_scores
    return dot_scores(states if w is None else states @ w, memory)
""",
    ),
]

CONTEXTS = [
    (
        "빈자리까지 봄",
        """
def masked_contexts(scores, memory, lengths):
    weights = softmax(scores)
    return weights @ memory, weights
""",
    ),
    (
        "mask_after_softmax",
        {"np.where(real[:, None, :], scores, -np.inf))": "scores) * real[:, None, :]"},
    ),
    (
        "mask_zero_score",
        {"-np.inf": "0.0"},
    ),
    (
        "mask_polarity",
        """
def masked_contexts(scores, memory, lengths):
    pad = np.arange(scores.shape[-1]) >= lengths[:, None]
    e = np.where(pad[:, None, :], np.exp(scores - scores.max()), 0.0)
    total = e.sum(axis=-1, keepdims=True)
    weights = e / np.where(total == 0, 1, total)
    return weights @ memory, weights
""",
    ),
    (
        "한 자리를 더 봄",
        {") < lengths": ") <= lengths"},
    ),
    (
        "한 자리를 덜 봄",
        {"None]": "None] - 1"},
    ),
    (
        "wrong_axis",
        {"np.inf)": "1e9), axis=1"},
    ),
    (
        "softmax의 축이 달라 nan이 됨",
        {"inf))": "inf), axis=1)"},
    ),
    (
        "returns_weights",
        {"weights @ memory, weights": "weights, weights @ memory"},
    ),
    (
        "문맥 벡터만 돌려줌",
        """
def masked_contexts(scores, memory, lengths):
    real = np.arange(scores.shape[-1]) < lengths[:, None]
    return softmax(np.where(real[:, None, :], scores, -np.inf)) @ memory
""",
    ),
    (
        "mutates_input",
        """
def masked_contexts(scores, memory, lengths):
    for b, length in enumerate(lengths):
        scores[b, :, length:] = -np.inf
    weights = softmax(scores)
    return weights @ memory, weights
""",
    ),
    (
        "uses_ready_made",
        """
def masked_contexts(scores, memory, lengths):
    from jumok.scratch import masked_softmax
    real = np.arange(scores.shape[-1]) < lengths[:, None]
    weights = masked_softmax(scores, real[:, None, :])
    return weights @ memory, weights
""",
    ),
]

ALIGN = """
def alignment_error(tables, links):
    hit = size = 0
    for a, gold in zip(tables, links):
        mine = {(int(j), t) for t, j in enumerate(a.argmax(axis=-1))}
        truth = {tuple(pair) for pair in gold}
        hit += len(mine & truth)
        size += len(mine) + len(truth)
    return 1 - 2 * hit / size
"""
ALIGNMENT = [
    ("1에서 빼지 않음", ALIGN.replace("1 - 2 * hit / size", "2 * hit / size")),
    (
        "문장마다 구해 평균함",
        """
def alignment_error(tables, links):
    rates = []
    for a, gold in zip(tables, links):
        mine = {(int(j), t) for t, j in enumerate(a.argmax(axis=-1))}
        truth = {tuple(pair) for pair in gold}
        rates.append(1 - 2 * len(mine & truth) / (len(mine) + len(truth)))
    return sum(rates) / len(rates)
""",
    ),
    (
        "원문 낱말마다 고름",
        ALIGN.replace(
            "(int(j), t) for t, j in enumerate(a.argmax(axis=-1))",
            "(j, int(t)) for j, t in enumerate(a.argmax(axis=0))",
        ),
    ),
    ("짝의 차례가 뒤바뀜", ALIGN.replace("(int(j), t)", "(t, int(j))")),
    (
        "모델의 짝만 셈",
        ALIGN.replace("len(mine) + len(truth)", "len(mine)").replace("2 * hit", "hit"),
    ),
    (
        "정답의 짝만 셈",
        ALIGN.replace("len(mine) + len(truth)", "len(truth)").replace("2 * hit", "hit"),
    ),
    (
        "합집합으로 나눔",
        ALIGN.replace("len(mine) + len(truth)", "len(mine | truth)").replace(
            "2 * hit", "hit"
        ),
    ),
    (
        "같은 정답 짝을 두 번 셈",
        ALIGN.replace("len(mine) + len(truth)", "len(mine) + len(gold)"),
    ),
    ("returns_none", ALIGN.replace("return 1", "rate = 1")),
    (
        "uses_ready_made",
        """
def alignment_error(tables, links):
    from jumok.training.metrics import alignment_error_rate

    return alignment_error_rate(
        [{(int(j), t) for t, j in enumerate(a.argmax(-1))} for a in tables], links
    )
""",
    ),
]

STEP = """
def decode_step(y, s, memory, gru, w_c, b_c, w_o, b_o):
    new_s = gru_cell(y, s, *gru)
    weights = softmax(np.einsum("bsh,bh->bs", memory, new_s))
    context = np.einsum("bs,bsh->bh", weights, memory)
    both = np.concatenate([context, new_s], axis=-1)
    hidden = np.tanh(both @ w_c + b_c)
    return hidden @ w_o + b_o, new_s, weights
"""
DECODE = [
    ("옛 상태로 물음", STEP.replace("memory, new_s))", "memory, s))")),
    ("이어 붙이는 차례가 뒤바뀜", STEP.replace("[context, new_s]", "[new_s, context]")),
    ("tanh를 빠뜨림", STEP.replace("np.tanh(both @ w_c + b_c)", "both @ w_c + b_c")),
    (
        "마지막 상태를 문맥으로 씀",
        STEP.replace('np.einsum("bs,bsh->bh", weights, memory)', "memory[:, -1]"),
    ),
    (
        "똑같이 평균함",
        STEP.replace('np.einsum("bs,bsh->bh", weights, memory)', "memory.mean(axis=1)"),
    ),
    (
        "no_softmax",
        STEP.replace(
            '"bs,bsh->bh", weights, memory',
            '"bs,bsh->bh", np.einsum("bsh,bh->bs", memory, new_s), memory',
        ),
    ),
    (
        "√H로 나눔",
        STEP.replace("memory, new_s))", "memory, new_s) / np.sqrt(s.shape[-1]))"),
    ),
    ("wrong_axis", STEP.replace("memory, new_s))", "memory, new_s), axis=0)")),
    (
        "tanh를 지난 벡터를 상태로 넘김",
        STEP.replace("b_o, new_s, weights", "b_o, hidden, weights"),
    ),
    ("옛 상태를 돌려줌", STEP.replace("b_o, new_s, weights", "b_o, s, weights")),
    (
        "tuple_order",
        STEP.replace(
            "return hidden @ w_o + b_o, new_s, weights",
            "return new_s, hidden @ w_o + b_o, weights",
        ),
    ),
]

MODULE = """
class MyAttention(torch.nn.Module):
    def __init__(self, d):
        super().__init__()
        self.query_proj = torch.nn.Linear(d, d, bias=False)
        self.key_proj = torch.nn.Linear(d, d, bias=False)
        self.v = torch.nn.Linear(d, 1, bias=False)

    def forward(self, query, memory, mask):
        q = self.query_proj(query)[:, :, None]
        k = self.key_proj(memory)[:, None]
        scores = self.v(torch.tanh(q + k)).squeeze(-1)
        weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)
        return weights @ memory, weights
"""
MODULES = [
    ("additive_no_tanh", MODULE.replace("torch.tanh(q + k)", "q + k")),
    (
        "더하기 전에 tanh를 취함",
        MODULE.replace("torch.tanh(q + k)", "q.tanh() + k.tanh()"),
    ),
    (
        "마스크를 쓰지 않음",
        MODULE.replace('scores.masked_fill(~mask, float("-inf"))', "scores"),
    ),
    ("mask_polarity", MODULE.replace("~mask", "mask")),
    (
        "mask_after_softmax",
        MODULE.replace(
            'scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)',
            "scores.softmax(dim=-1) * mask",
        ),
    ),
    ("mask_zero_score", MODULE.replace('float("-inf")', "0.0")),
    (
        "wrong_axis",
        MODULE.replace('float("-inf")).softmax(dim=-1)', "-1e30).softmax(dim=1)"),
    ),
    ("옮긴 상태를 섞음", MODULE.replace("weights @ memory", "weights @ k.squeeze(1)")),
    (
        "returns_weights",
        MODULE.replace(
            "return weights @ memory, weights", "return weights, weights @ memory"
        ),
    ),
    ("wrong_state", MODULE.replace("self.key_proj", "self.memory_proj")),
    ("wrong_state", MODULE.replace("(d, d, bias=False)", "(d, d)")),
    (
        "no_gradient",
        MODULE.replace(
            "return weights @ memory, weights",
            "return (weights @ memory).detach(), weights.detach()",
        ),
    ),
    (
        "uses_ready_made",
        """
class MyAttention(torch.nn.Module):
    def __init__(self, d):
        super().__init__()
        from jumok.model import RnnAttention
        self.inner = RnnAttention(d, "additive")

    def forward(self, query, memory, mask):
        return self.inner(query, memory, mask), self.inner.weights(query, memory, mask)
""",
    ),
]

DISTANCE = """
def swap_distance(weights, memory, swapped):
    moved = np.linalg.norm(swapped - memory, axis=-1)
    return weights * moved[..., None, :]
"""
DISTANCES = [
    (
        "가중치를 곱하지 않음",
        DISTANCE.replace("weights * moved", "np.ones_like(weights) * moved"),
    ),
    (
        "거리의 제곱을 구함",
        DISTANCE.replace(
            "weights * moved[..., None, :]", "(weights * moved[..., None, :]) ** 2"
        ),
    ),
    (
        "제곱근을 취하지 않음",
        DISTANCE.replace(
            "np.linalg.norm(swapped - memory, axis=-1)",
            "((swapped - memory) ** 2).sum(-1)",
        ),
    ),
    (
        "성분의 절댓값을 더함",
        DISTANCE.replace(
            "np.linalg.norm(swapped - memory, axis=-1)",
            "np.abs(swapped - memory).sum(-1)",
        ),
    ),
    (
        "길이의 차이를 구함",
        DISTANCE.replace(
            "np.linalg.norm(swapped - memory, axis=-1)",
            (
                "np.abs(np.linalg.norm(swapped, axis=-1) - np.linalg.norm(memory, "
                "axis=-1))"
            ),
        ),
    ),
    ("바꾼 상태의 길이만 봄", DISTANCE.replace("swapped - memory", "swapped")),
    ("가중치를 제곱함", DISTANCE.replace("weights * moved", "weights**2 * moved")),
    (
        "wrong_transpose",
        DISTANCE.replace(
            "weights * moved[..., None, :]",
            "(weights * moved[..., None, :]).swapaxes(-1, -2)",
        ),
    ),
    (
        "mutates_input",
        DISTANCE.replace("moved =", "swapped -= memory\n    moved =").replace(
            "(swapped - memory,", "(swapped,"
        ),
    ),
]

QUESTIONS = {
    "ex02-1": SHAPES,
    "ex02-2": HAND,
    "ex02-3": ERROR_RATE,
    "ex02-4": ADDITIVE,
    "ex02-5": LUONG,
    "ex02-6": CONTEXTS,
    "ex02-7": ALIGNMENT,
    "ex02-8": DECODE,
    "ex02-9": MODULES,
    "ex02-10": DISTANCES,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
