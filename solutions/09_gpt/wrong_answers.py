"""9장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

SCORES = [
    ("<eos>를 빠뜨림", "scores = (7, 2 ** (7 / 3), 7 / 6)"),
    ("평균하지 않음", "scores = (8, 2**8, 8 / 6)"),
    ("토큰의 수로 나눔", "scores = (8, 4, 8 / 4)"),
    ("빈칸을 세지 않음", "scores = (8, 4, 8 / 5)"),
    ("<eos>를 글자로 셈", "scores = (8, 4, 8 / 7)"),
    ("자연로그로 잼", "scores = (8 * math.log(2), 4, 8 * math.log(2) / 6)"),
    ("비트를 e의 지수로 올림", "scores = (8, math.exp(2), 8 / 6)"),
    ("확률을 산술 평균함", "scores = (8, 4 / (1 / 4 + 1 / 2 + 1 / 16 + 1 / 2), 8 / 6)"),
    ("wrong_answer", "scores = (8, 2, 8 / 6)"),
    ("unsolved", "scores = None"),
]

KEPT = [
    ("다시 나누지 않음", "kept = (0.4, 0.3, 0.15, 0, 0)"),
    ("닿게 한 토큰을 버림", "kept = (0.57, 0.43, 0, 0, 0)"),
    ("하나를 더 남김", "kept = (0.42, 0.32, 0.16, 0.105, 0)"),
    ("가장 큰 것만 남김", "kept = (1, 0, 0, 0, 0)"),
    ("똑같이 나눔", "kept = (1 / 3, 1 / 3, 1 / 3, 0, 0)"),
    ("아무것도 버리지 않음", "kept = (0.4, 0.3, 0.15, 0.1, 0.05)"),
    ("p를 곱함", "kept = (0.32, 0.24, 0.12, 0.08, 0.04)"),
    ("확률에 소프트맥스를 또 함", "kept = (0.373, 0.337, 0.290, 0, 0)"),
    ("wrong_answer", "kept = (0.47, 0.35, 0.18)"),
]

COST = [
    ("준 글을 빠뜨림", "cost = (sum(range(1, 21)), 20, 2 * 6 * 20 * 512)"),
    ("마지막에 쓴 토큰까지 읽음", "cost = (sum(range(11, 31)), 30, 2 * 6 * 30 * 512)"),
    ("키와 밸류 가운데 하나만 셈", "cost = (390, 29, 6 * 29 * 512)"),
    ("층을 하나만 셈", "cost = (390, 29, 2 * 29 * 512)"),
    ("헤드를 곱함", "cost = (390, 29, 2 * 6 * 8 * 29 * 512)"),
    ("쿼리까지 적어 둠", "cost = (390, 29, 3 * 6 * 29 * 512)"),
    ("캐시가 있어도 다시 읽음", "cost = (390, 390, 178176)"),
    ("늘 끝 길이를 읽음", "cost = (20 * 29, 29, 178176)"),
    ("처음 읽은 글을 빠뜨림", "cost = (390, 19, 178176)"),
]

BLOCKS = [
    (
        "정답을 당기지 않음",
        {
            "targets = tokens[1 : n * seq_len + 1].reshape(n, seq_len)": (
                "return ids, ids"
            ),
            "return ids, targets": "",
        },
    ),
    (
        "줄 안에서 돌림",
        {
            "tokens[1 : n * seq_len + 1].reshape(n, seq_len": (
                "np.concatenate([ids[:, 1:], ids[:, :1]], axis=1"
            )
        },
    ),
    (
        "앞의 토큰을 맞힘",
        """
def cut_blocks(tokens, seq_len):
    n = (len(tokens) - 1) // seq_len
    targets = tokens[: n * seq_len].reshape(n, seq_len)
    ids = tokens[1 : n * seq_len + 1].reshape(n, seq_len)
    return ids, targets
""",
    ),
    (
        "토막이 겹침",
        """
def cut_blocks(tokens, seq_len):
    starts = range(len(tokens) - seq_len)
    ids = np.array([tokens[i : i + seq_len] for i in starts])
    targets = np.array([tokens[i + 1 : i + seq_len + 1] for i in starts])
    return ids, targets
""",
    ),
    (
        "아래로 채움",
        {
            "seq_len].reshape(n, seq_len)": "seq_len].reshape(seq_len, n).T",
            "1].reshape(n, seq_len)": "1].reshape(seq_len, n).T",
        },
    ),
    (
        "마지막 토막을 더 버림",
        {"/ seq_len": "/ seq_len - 1"},
    ),
    (
        "펴 놓음",
        """
def cut_blocks(tokens, seq_len):
    n = (len(tokens) - 1) // seq_len
    return tokens[: n * seq_len], tokens[1 : n * seq_len + 1]
""",
    ),
    (
        "raises",
        {"(len(tokens) - 1": "len(tokens"},
    ),
]

BITS_BODY = """
def letter_bits(logits, targets, n_letters, pad_id=0):
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    keep = targets != pad_id
"""

BITS = [
    (
        "no_max_subtraction",
        {
            "z = logits - logits.max(axis=-1, keepdims=True)": (
                "log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))"
            ),
            "log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))": "",
        },
    ),
    (
        "nan",
        """
def letter_bits(logits, targets, n_letters, pad_id=0):
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    picked = np.take_along_axis(p, targets[..., None], axis=-1)[..., 0]
    return -np.log2(picked[targets != pad_id]).sum() / n_letters
""",
    ),
    ("채움까지 셈", BITS_BODY + "    return -picked.sum() / math.log(2) / n_letters\n"),
    ("자연로그로 잼", BITS_BODY + "    return -picked[keep].sum() / n_letters\n"),
    (
        "토큰의 수로 평균함",
        BITS_BODY + "    return -picked[keep].mean() / math.log(2)\n",
    ),
    (
        "토큰으로도 글자로도 나눔",
        BITS_BODY + "    return -picked[keep].mean() / math.log(2) / n_letters\n",
    ),
    ("나누지 않음", BITS_BODY + "    return -picked[keep].sum() / math.log(2)\n"),
    (
        "혼란도로 바꿈",
        BITS_BODY + "    return 2 ** (-picked[keep].sum() / math.log(2) / n_letters)\n",
    ),
    (
        "로짓을 로그 확률로 씀",
        """
def letter_bits(logits, targets, n_letters, pad_id=0):
    picked = np.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return -picked[targets != pad_id].sum() / math.log(2) / n_letters
""",
    ),
]

TOP_K = [
    (
        "온도를 곱함",
        {"] / temperature": "] * temperature"},
    ),
    (
        "온도를 쓰지 않음",
        {
            "] / temperature": "]",
            "return softmax(kept)": (
                "probs = softmax(kept) / temperature\n    return probs / probs.sum()"
            ),
        },
    ),
    (
        "다시 나누지 않음",
        """
def top_k_probs(logits, k, temperature=1.0):
    probs = softmax(logits / temperature)
    kept = np.zeros_like(probs)
    top = np.argsort(logits)[-k:]
    kept[top] = probs[top]
    return kept
""",
    ),
    (
        "mask_zero_score",
        {"full(len(logits), -np.inf": "zeros(len(logits)"},
    ),
    (
        "작은 것을 남김",
        {"[-k:": "[:k"},
    ),
    (
        "하나를 더 남김",
        {"-k:]": "-k - 1 :]"},
    ),
    (
        "자르지 않음",
        """
def top_k_probs(logits, k, temperature=1.0):
    return softmax(logits / temperature)
""",
    ),
    (
        "크기의 차례로 돌려줌",
        """
def top_k_probs(logits, k, temperature=1.0):
    probs = softmax(np.sort(logits)[::-1][:k] / temperature)
    return np.concatenate([probs, np.zeros(len(logits) - k)])
""",
    ),
]

TOP_P = [
    (
        "닿아도 멈추지 않음",
        {
            "total = np.cumsum(probs[order])": (
                "m = (np.cumsum(probs[order]) <= p).sum() + 1"
            ),
            "m = (total < p - 1e-12).sum() + 1": "",
        },
    ),
    (
        "닿게 한 토큰을 버림",
        {
            "total = np.cumsum(probs[order])": (
                "m = (np.cumsum(probs[order]) < p - 1e-12).sum()"
            ),
            "m = (total < p - 1e-12).sum() + 1": "",
        },
    ),
    (
        "다시 나누지 않음",
        {
            "total = np.cumsum(probs[order])": (
                "m = (np.cumsum(probs[order]) < p - 1e-12).sum() + 1"
            ),
            "m = (total < p - 1e-12).sum() + 1": "",
            "kept / kept.sum()": "kept",
        },
    ),
    (
        "늘어놓지 않음",
        """
def top_p_probs(probs, p):
    m = (np.cumsum(probs) < p - 1e-12).sum() + 1
    kept = np.where(np.arange(len(probs)) < m, probs, 0.0)
    return kept / kept.sum()
""",
    ),
    (
        "작은 것부터 더함",
        {
            "[::-1]": "",
            "total = np.cumsum(probs[order])": (
                "m = (np.cumsum(probs[order]) < p - 1e-12).sum() + 1"
            ),
            "m = (total < p - 1e-12).sum() + 1": "",
        },
    ),
    (
        "확률을 p와 바로 견줌",
        """
def top_p_probs(probs, p):
    kept = np.where(probs > 1 - p, probs, 0.0)
    return kept / kept.sum()
""",
    ),
    (
        "하나를 더 남김",
        {
            "total = np.cumsum(probs[order])": (
                "m = (np.cumsum(probs[order]) < p - 1e-12).sum() + 2"
            ),
            "m = (total < p - 1e-12).sum() + 1": "",
        },
    ),
    (
        "크기의 차례로 돌려줌",
        """
def top_p_probs(probs, p):
    big = np.sort(probs)[::-1]
    m = (np.cumsum(big) < p - 1e-12).sum() + 1
    kept = np.where(np.arange(len(big)) < m, big, 0.0)
    return kept / kept.sum()
""",
    ),
    (
        "똑같이 나눔",
        """
def top_p_probs(probs, p):
    order = np.argsort(probs)[::-1]
    m = (np.cumsum(probs[order]) < p - 1e-12).sum() + 1
    kept = np.zeros_like(probs)
    kept[order[:m]] = 1 / m
    return kept
""",
    ),
]

WRITE = [
    (
        "끝에서 멈추지 않음",
        """
def write_greedily(scores, start, max_len, eos_id):
    last, new = start[-1], []
    for _ in range(max_len):
        last = int(scores[last].argmax())
        new.append(last)
    return new
""",
    ),
    (
        "끝 토큰을 적지 않음",
        """
def write_greedily(scores, start, max_len, eos_id):
    last, new = start[-1], []
    for _ in range(max_len):
        last = int(scores[last].argmax())
        if last == eos_id:
            break
        new.append(last)
    return new
""",
    ),
    (
        "쓴 것을 다시 읽지 않음",
        {
            "last = start[-1]": "",
            "last = int(scores[last": "token = int(scores[start[-1]",
            "(last": "(token",
            "if last =": "if token =",
        },
    ),
    (
        "가장 작은 것을 고름",
        {
            "last = start[-1]": "last, new = start[-1], []",
            "new = []": "",
            "argmax": "argmin",
        },
    ),
    (
        "첫 토큰에서 이어 씀",
        {"last = start[-1]": "last, new = start[0], []", "new = []": ""},
    ),
    (
        "준 글까지 돌려줌",
        """
def write_greedily(scores, start, max_len, eos_id):
    new = list(start)
    for _ in range(max_len):
        new.append(int(scores[new[-1]].argmax()))
        if new[-1] == eos_id:
            break
    return new
""",
    ),
    (
        "하나를 더 씀",
        {
            "last = start[-1": "last, new = start[-1], [",
            "new = []": "for _ in range(max_len + 1):",
            "for _ in range(max_len):": "",
        },
    ),
    (
        "하나를 덜 씀",
        {
            "last = start[-1": "last, new = start[-1], [",
            "new = []": "while len(new) < max_len - 1:",
            "for _ in range(max_len):": "",
        },
    ),
]

HEAD = """
class CachedHead:
    def __init__(self, w_q, w_k, w_v):
        self.w_q, self.w_k, self.w_v = w_q, w_k, w_v
        self.keys, self.values = [], []

    def step(self, x):
"""

CACHED = [
    (
        "자기 자신만 봄",
        HEAD
        + """
        keys, values = (x @ self.w_k)[None], (x @ self.w_v)[None]
        weights = softmax(keys @ (x @ self.w_q) / math.sqrt(keys.shape[1]))
        return weights @ values
""",
    ),
    (
        "자기 자신을 보지 않음",
        HEAD
        + """
        seen_k, seen_v = self.keys or [x @ self.w_k], self.values or [x @ self.w_v]
        keys, values = np.array(seen_k), np.array(seen_v)
        weights = softmax(keys @ (x @ self.w_q) / math.sqrt(keys.shape[1]))
        self.keys.append(x @ self.w_k)
        self.values.append(x @ self.w_v)
        return weights @ values
""",
    ),
    (
        "키에 쿼리의 행렬을 씀",
        HEAD
        + """
        self.keys.append(x @ self.w_q)
        self.values.append(x @ self.w_v)
        keys, values = np.array(self.keys), np.array(self.values)
        weights = softmax(keys @ (x @ self.w_q) / math.sqrt(keys.shape[1]))
        return weights @ values
""",
    ),
    (
        "두 헤드의 캐시가 섞임",
        """
class CachedHead:
    keys, values = [], []

    def __init__(self, w_q, w_k, w_v):
        self.w_q, self.w_k, self.w_v = w_q, w_k, w_v

    def step(self, x):
        self.keys.append(x @ self.w_k)
        self.values.append(x @ self.w_v)
        keys, values = np.array(self.keys), np.array(self.values)
        weights = softmax(keys @ (x @ self.w_q) / math.sqrt(keys.shape[1]))
        return weights @ values
""",
    ),
    (
        "키를 적어 두지 않음",
        HEAD
        + """
        self.values.append(x @ self.w_v)
        return np.mean(self.values, axis=0)
""",
    ),
    (
        "value_key_swapped",
        HEAD
        + """
        self.keys.append(x @ self.w_v)
        self.values.append(x @ self.w_k)
        keys, values = np.array(self.keys), np.array(self.values)
        weights = softmax(keys @ (x @ self.w_q) / math.sqrt(keys.shape[1]))
        return weights @ values
""",
    ),
    (
        "no_scale",
        HEAD
        + """
        self.keys.append(x @ self.w_k)
        self.values.append(x @ self.w_v)
        keys, values = np.array(self.keys), np.array(self.values)
        return softmax(keys @ (x @ self.w_q)) @ values
""",
    ),
    (
        "scale_by_dk",
        HEAD
        + """
        self.keys.append(x @ self.w_k)
        self.values.append(x @ self.w_v)
        keys, values = np.array(self.keys), np.array(self.values)
        return softmax(keys @ (x @ self.w_q) / keys.shape[1]) @ values
""",
    ),
]

TABLE_BODY = """
def kneser_ney_table(counts, d):
    kinds = counts > 0
    short = kinds.sum(axis=0) / kinds.sum()
    total = counts.sum(axis=1, keepdims=True)
    kept = np.maximum(counts - d, 0)
    back = d * kinds.sum(axis=1, keepdims=True) * short
    return np.where(total > 0, (kept + back) / np.maximum(total, 1), short)
"""


SHORT = "kinds.sum(axis=0) / kinds.sum()"
BACK = "d * kinds.sum(axis=1, keepdims=True) * short"
RESULT = "np.where(total > 0, (kept + back) / np.maximum(total, 1), short)"


def changed(old, new):
    assert old in TABLE_BODY
    return TABLE_BODY.replace(old, new)


KN_TABLE = [
    ("짧은 쪽을 나온 수로 만듦", changed(SHORT, "counts.sum(axis=0) / counts.sum()")),
    ("짧은 쪽을 고르게 둠", changed(SHORT, "np.ones(len(counts)) / len(counts)")),
    ("뒤에 온 가짓수를 셈", changed(SHORT, "kinds.sum(axis=1) / kinds.sum()")),
    ("떼기만 하고 나누어 주지 않음", changed("(kept + back)", "kept")),
    ("떼지 않고 나누어 줌", changed("np.maximum(counts - d, 0)", "counts")),
    ("가짓수 대신 V를 곱함", changed(BACK, "d * len(counts) * short")),
    ("가짓수를 곱하지 않음", changed(BACK, "d * short")),
    ("매끄럽게 하지 않음", changed("(kept + back)", "counts")),
    (
        "못 본 행을 0으로 둠",
        changed("np.maximum(total, 1), short)", "np.maximum(total, 1), 0.0)"),
    ),
    ("nan", changed(RESULT, "(kept + back) / total")),
]

QUESTIONS = {
    "ex09-1": SCORES,
    "ex09-2": KEPT,
    "ex09-3": COST,
    "ex09-4": BLOCKS,
    "ex09-5": BITS,
    "ex09-6": TOP_K,
    "ex09-7": TOP_P,
    "ex09-8": WRITE,
    "ex09-9": CACHED,
    "ex09-10": KN_TABLE,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
