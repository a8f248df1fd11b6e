"""7장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""


def bent(source, *changes):
    """바른 풀이 source에서 몇 군데를 바꾸어 틀린 답을 만듭니다."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


SHAPES = [
    ("wrong_transpose", "shapes = ((2, 5, 16), (2, 4, 5, 7), (2, 7, 100))"),
    ("피드포워드의 폭을 적음", "shapes = ((2, 5, 64), (2, 4, 7, 5), (2, 7, 100))"),
    (
        "기억의 길이를 쓴 글의 길이로 적음",
        "shapes = ((2, 7, 16), (2, 4, 7, 5), (2, 7, 100))",
    ),
    ("크로스를 셀프로 봄", "shapes = ((2, 5, 16), (2, 4, 7, 7), (2, 7, 100))"),
    ("헤드의 축을 빠뜨림", "shapes = ((2, 5, 16), (2, 7, 5), (2, 7, 100))"),
    (
        "로짓의 길이를 원문의 길이로 적음",
        "shapes = [(2, 5, 16), (2, 4, 7, 5), (2, 5, 100)]",
    ),
    ("출력 행렬을 빠뜨림", "shapes = ((2, 5, 16), (2, 4, 7, 5), (2, 7, 16))"),
    ("헤드 하나의 폭을 적음", "shapes = ((2, 5, 4), (2, 4, 7, 5), (2, 7, 100))"),
    ("wrong_answer", "shapes = ((2, 5, 32), (2, 4, 7, 5), (2, 7, 100))"),
    ("unsolved", "shapes = None"),
]

HAND = [
    ("정규화를 빠뜨림", "output = (7, -1, 1, 1)"),
    ("더하기를 빠뜨림", "output = (1.72, -0.69, -0.69, -0.34)"),
    ("정규화한 다음 더함", "output = (2.72, -0.69, 1.31, 0.66)"),
    ("제곱근을 빠뜨림", "output = (0.56, -0.33, -0.11, -0.11)"),
    ("D − 1로 나눔", "output = (1.44, -0.87, -0.29, -0.29)"),
    ("나누기를 빠뜨림", "output = (5, -3, -1, -1)"),
    ("평균을 빼지 않음", "output = (7 / 3, -1 / 3, 1 / 3, 1 / 3)"),
    ("입력을 정규화한 다음 더함", "output = (6, -2.41, 0.41, 0)"),
    ("wrong_answer", "output = (1.67, -1.0, -0.33, 0.33)"),
]

COUNTS = [
    (
        "치우침을 빠뜨림",
        "counts = (4 * 64**2 + 2 * 64 * 256 + 256, 8 * 64**2 + 2 * 64 * 256 + 384)",
    ),
    ("층 정규화를 빠뜨림", "counts = (16640 + 33088, 2 * 16640 + 33088)"),
    ("크로스 어텐션을 빠뜨림", "counts = (49984, 16640 + 33088 + 384)"),
    ("층 정규화의 수를 잘못 셈", "counts = (49984, 2 * 16640 + 33088 + 256)"),
    ("헤드마다 따로 셈", "counts = (4 * 16640 + 33088 + 256, 8 * 16640 + 33088 + 384)"),
    ("W^O를 빠뜨림", "counts = (3 * 4160 + 33088 + 256, 6 * 4160 + 33088 + 384)"),
    (
        "피드포워드를 하나의 행렬로 셈",
        "counts = (16640 + 64 * 256 + 256 + 256, 33280 + 64 * 256 + 256 + 384)",
    ),
    ("층 정규화의 β를 빠뜨림", "counts = (16640 + 33088 + 128, 33280 + 33088 + 192)"),
    ("wrong_answer", "counts = (49984, 49984)"),
]

NORM_RIGHT = """
def my_layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=-1, keepdims=True)
    var = x.var(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
"""
NORM = [
    (
        "특징마다 평균을 냄",
        """
def my_layer_norm(x, gamma, beta, eps=1e-5):
    rows = x.reshape(-1, x.shape[-1])
    return gamma * (x - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + eps) + beta
""",
    ),
    ("문장 전체로 평균을 냄", bent(NORM_RIGHT, ("axis=-1", "axis=(-2, -1)"))),
    ("평균을 빼지 않음", bent(NORM_RIGHT, ("(x - mean)", "x"))),
    ("제곱근을 빠뜨림", bent(NORM_RIGHT, ("np.sqrt(var + eps)", "(var + eps)"))),
    (
        "D − 1로 나눔",
        bent(
            NORM_RIGHT,
            ("x.var(axis=-1, keepdims=True)", "x.var(axis=-1, keepdims=True, ddof=1)"),
        ),
    ),
    (
        "ε을 제곱근 밖에서 더함",
        bent(
            NORM_RIGHT, ("np.sqrt(var + eps)", "(x.std(axis=-1, keepdims=True) + eps)")
        ),
    ),
    ("γ와 β를 쓰지 않음", bent(NORM_RIGHT, ("gamma * ", ""), (" + beta", ""))),
    (
        "β를 더한 다음 γ를 곱함",
        bent(NORM_RIGHT, ("gamma * (x", "gamma * ((x"), (" + beta", " + beta)")),
    ),
    ("eps를 쓰지 않음", bent(NORM_RIGHT, ("var + eps", "var + 1e-5"))),
    (
        "uses_ready_made",
        (
            "def my_layer_norm(x, gamma, beta, eps=1e-5):\n"
            "    return layer_norm(x, gamma, beta, eps)\n"
        ),
    ),
    ("raises", bent(NORM_RIGHT, (", keepdims=True", ""))),
    (
        "mutates_input",
        bent(
            NORM_RIGHT,
            ("    return gamma * (x - mean)", "    x -= mean\n    return gamma * x"),
        ),
    ),
]

BLOCK_RIGHT = """
def feed_block(x, weights, norm_first=False):
    w_1, b_1, w_2, b_2 = weights

    def ffn(h):
        return np.maximum(0, h @ w_1 + b_1) @ w_2 + b_2

    if norm_first:
        return x + ffn(layer_norm(x))
    return layer_norm(x + ffn(x))
"""
RELU_TWICE = "return np.maximum(0, np.maximum(0, h @ w_1 + b_1) @ w_2 + b_2)"
BLOCK = [
    ("post와 pre가 뒤바뀜", bent(BLOCK_RIGHT, ("if norm_first", "if not norm_first"))),
    (
        "norm_first를 쓰지 않음",
        bent(
            BLOCK_RIGHT,
            ("    if norm_first:\n        return x + ffn(layer_norm(x))\n", ""),
        ),
    ),
    (
        "더하기를 빠뜨림",
        bent(
            BLOCK_RIGHT,
            ("return x + ffn(layer_norm(x))", "return ffn(layer_norm(x))"),
            ("(x + ffn(x))", "(ffn(x))"),
        ),
    ),
    (
        "정규화를 빠뜨림",
        bent(
            BLOCK_RIGHT,
            ("ffn(layer_norm(x))", "ffn(x)"),
            ("layer_norm(x + ffn(x))", "x + ffn(x)"),
        ),
    ),
    (
        "부분층의 출력만 정규화함",
        bent(BLOCK_RIGHT, ("layer_norm(x + ffn(x))", "x + layer_norm(ffn(x))")),
    ),
    (
        "pre에서 정규화한 것을 더함",
        bent(
            BLOCK_RIGHT,
            ("x + ffn(layer_norm(x))", "layer_norm(x) + ffn(layer_norm(x))"),
        ),
    ),
    (
        "ReLU를 빠뜨림",
        bent(BLOCK_RIGHT, ("np.maximum(0, h @ w_1 + b_1)", "(h @ w_1 + b_1)")),
    ),
    (
        "ReLU를 끝에도 씀",
        bent(
            BLOCK_RIGHT, ("return np.maximum(0, h @ w_1 + b_1) @ w_2 + b_2", RELU_TWICE)
        ),
    ),
    ("치우침을 빠뜨림", bent(BLOCK_RIGHT, (" + b_1", ""), (" + b_2", ""))),
    (
        "uses_ready_made",
        """
def feed_block(x, weights, norm_first=False):
    h = layer_norm(x) if norm_first else x
    y = x + feed_forward(h, FeedForwardWeights(*weights))
    return y if norm_first else layer_norm(y)
""",
    ),
]

SHIFT_RIGHT = """
def shift_right(labels, bos_id=1, eos_id=2, pad_id=0):
    first = np.full((len(labels), 1), bos_id)
    shifted = np.concatenate([first, labels[:, :-1]], axis=1)
    return np.where(shifted == eos_id, pad_id, shifted)
"""
SHIFT = [
    (
        "밀지 않음",
        (
            "def shift_right(labels, bos_id=1, eos_id=2, pad_id=0):\n"
            "    return labels.copy()\n"
        ),
    ),
    (
        "첫 칸만 덮어씀",
        """
def shift_right(labels, bos_id=1, eos_id=2, pad_id=0):
    shifted = labels.copy()
    shifted[:, 0] = bos_id
    return shifted
""",
    ),
    (
        "<bos> 없이 돌림",
        (
            "def shift_right(labels, bos_id=1, eos_id=2, pad_id=0):\n"
            "    return np.roll(labels, 1, axis=1)\n"
        ),
    ),
    (
        "왼쪽으로 밀음",
        """
def shift_right(labels, bos_id=1, eos_id=2, pad_id=0):
    last = np.full((len(labels), 1), pad_id)
    return np.concatenate([labels[:, 1:], last], axis=1)
""",
    ),
    (
        "한 칸 길어짐",
        bent(
            SHIFT_RIGHT,
            ("labels[:, :-1]", "labels"),
            ("np.where(shifted == eos_id, pad_id, shifted)", "shifted"),
        ),
    ),
    (
        "<eos>를 그대로 둠",
        bent(SHIFT_RIGHT, ("np.where(shifted == eos_id, pad_id, shifted)", "shifted")),
    ),
    (
        "<bos>가 아니라 채움을 넣음",
        bent(SHIFT_RIGHT, ("len(labels), 1), bos_id", "len(labels), 1), pad_id")),
    ),
    (
        "번호를 정해 놓고 씀",
        bent(SHIFT_RIGHT, ("1), bos_id", "1), 1"), ("== eos_id, pad_id", "== 2, 0")),
    ),
    (
        "mutates_input",
        bent(
            SHIFT_RIGHT,
            ("    first =", "    labels[labels == eos_id] = pad_id\n    first ="),
        ),
    ),
]

LEAK_RIGHT = """
def leak_size(before, after, j):
    past = np.abs(after - before)[:, :j]
    return float(past.max()) if past.size else 0.0
"""
LEAK = [
    ("바꾼 자리까지 봄", bent(LEAK_RIGHT, ("[:, :j]", "[:, : j + 1]"))),
    ("앞이 아니라 뒤를 봄", bent(LEAK_RIGHT, ("[:, :j]", "[:, j:]"))),
    ("모든 자리를 봄", bent(LEAK_RIGHT, ("[:, :j]", ""))),
    (
        "절댓값을 빠뜨림",
        bent(LEAK_RIGHT, ("np.abs(after - before)", "(after - before)")),
    ),
    ("평균을 냄", bent(LEAK_RIGHT, ("past.max()", "past.mean()"))),
    ("첫 문장만 봄", bent(LEAK_RIGHT, ("[:, :j]", "[0, :j]"))),
    ("바로 앞 자리만 봄", bent(LEAK_RIGHT, ("[:, :j]", "[:, max(j - 1, 0) : j]"))),
    ("배치의 축을 자름", bent(LEAK_RIGHT, ("[:, :j]", "[:j]"))),
    (
        "raises",
        (
            "def leak_size(before, after, j):\n"
            "    return float(np.abs(after - before)[:, :j].max())\n"
        ),
    ),
]

DECODER_RIGHT = """
def my_decoder_layer(
    x, memory, self_w, cross_w, ffn_w, n_heads, tgt_mask=None, memory_mask=None
):
    y = layer_norm(x + attend(x, x, x, self_w, n_heads, tgt_mask))
    z = layer_norm(y + attend(y, memory, memory, cross_w, n_heads, memory_mask))
    return layer_norm(z + feed(z, ffn_w))
"""
CROSS = "layer_norm(y + attend(y, memory, memory, cross_w, n_heads, memory_mask))"
SELF_CROSS = (
    "attend(y, memory, memory, cross_w, n_heads, memory_mask)",
    "attend(y, y, y, cross_w, n_heads)",
)
DECODER = [
    ("원문을 보지 않음", bent(DECODER_RIGHT, SELF_CROSS)),
    ("크로스 어텐션을 빠뜨림", bent(DECODER_RIGHT, (CROSS, "y"))),
    (
        "피드포워드를 빠뜨림",
        bent(DECODER_RIGHT, ("layer_norm(z + feed(z, ffn_w))", "z")),
    ),
    (
        "두 어텐션의 차례가 뒤바뀜",
        """
def my_decoder_layer(
    x, memory, self_w, cross_w, ffn_w, n_heads, tgt_mask=None, memory_mask=None
):
    x = layer_norm(x + attend(x, memory, memory, cross_w, n_heads, memory_mask))
    x = layer_norm(x + attend(x, x, x, self_w, n_heads, tgt_mask))
    return layer_norm(x + feed(x, ffn_w))
""",
    ),
    (
        "크로스의 쿼리에 처음 입력을 씀",
        bent(DECODER_RIGHT, ("attend(y, memory", "attend(x, memory")),
    ),
    (
        "더하기를 빠뜨림",
        bent(
            DECODER_RIGHT,
            ("(x + attend", "(attend"),
            ("(y + attend", "(attend"),
            ("(z + feed", "(feed"),
        ),
    ),
    (
        "부분층의 출력만 정규화함",
        bent(
            DECODER_RIGHT,
            ("layer_norm(x + ", "x + layer_norm("),
            ("layer_norm(y + ", "y + layer_norm("),
            ("layer_norm(z + ", "z + layer_norm("),
        ),
    ),
    (
        "크로스 뒤의 정규화를 빠뜨림",
        bent(DECODER_RIGHT, (CROSS, CROSS.removeprefix("layer_norm"))),
    ),
    ("마지막 정규화를 빠뜨림", bent(DECODER_RIGHT, ("return layer_norm(", "return ("))),
    (
        "미래를 가리지 않음",
        bent(DECODER_RIGHT, ("self_w, n_heads, tgt_mask)", "self_w, n_heads)")),
    ),
    (
        "원문의 채움을 가리지 않음",
        bent(DECODER_RIGHT, ("cross_w, n_heads, memory_mask)", "cross_w, n_heads)")),
    ),
    (
        "raises",
        bent(DECODER_RIGHT, ("attend(y, memory, memory", "attend(memory, y, y")),
    ),
]

LAYER_RIGHT = """
class MyEncoderLayer(torch.nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.up = torch.nn.Linear(d_model, d_ff)
        self.down = torch.nn.Linear(d_ff, d_model)
        self.norm_1 = torch.nn.LayerNorm(d_model)
        self.norm_2 = torch.nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x + self.attention(x, x, x, mask))
        return self.norm_2(h + self.down(torch.relu(self.up(h))))
"""
LAYER = [
    (
        "잔차 연결을 빠뜨림",
        bent(
            LAYER_RIGHT,
            ("(x + self.attention", "(self.attention"),
            ("(h + self.down", "(self.down"),
        ),
    ),
    ("피드포워드의 잔차를 빠뜨림", bent(LAYER_RIGHT, ("(h + self.down", "(self.down"))),
    (
        "pre의 순서로 씀",
        bent(
            LAYER_RIGHT,
            (
                "h = self.norm_1(x + self.attention(x, x, x, mask))",
                "n = self.norm_1(x)\n        h = x + self.attention(n, n, n, mask)",
            ),
            (
                "self.norm_2(h + self.down(torch.relu(self.up(h))))",
                "h + self.down(torch.relu(self.up(self.norm_2(h))))",
            ),
        ),
    ),
    (
        "층 정규화 하나를 두 번 씀",
        bent(LAYER_RIGHT, ("return self.norm_2(", "return self.norm_1(")),
    ),
    (
        "두 층 정규화가 뒤바뀜",
        bent(
            LAYER_RIGHT,
            ("h = self.norm_1(", "h = self.norm_3("),
            ("return self.norm_2(", "return self.norm_1("),
            ("self.norm_3", "self.norm_2"),
        ),
    ),
    ("ReLU를 빠뜨림", bent(LAYER_RIGHT, ("torch.relu(self.up(h))", "self.up(h)"))),
    (
        "다른 활성화를 씀",
        bent(LAYER_RIGHT, ("torch.relu(", "torch.nn.functional.gelu(")),
    ),
    ("마스크를 쓰지 않음", bent(LAYER_RIGHT, ("(x, x, x, mask)", "(x, x, x)"))),
    (
        "둘째 잔차에 처음 입력을 더함",
        bent(LAYER_RIGHT, ("(h + self.down", "(x + self.down")),
    ),
    (
        "wrong_state",
        bent(
            LAYER_RIGHT,
            (
                "(d_model, d_ff)\n        self.down",
                "(d_model, d_ff, bias=False)\n        self.down",
            ),
        ),
    ),
    (
        "wrong_state",
        bent(LAYER_RIGHT, ("        self.norm_2 = torch.nn.LayerNorm(d_model)\n", "")),
    ),
]

QUESTIONS = {
    "ex07-1": SHAPES,
    "ex07-2": HAND,
    "ex07-3": COUNTS,
    "ex07-4": NORM,
    "ex07-5": BLOCK,
    "ex07-6": SHIFT,
    "ex07-7": LEAK,
    "ex07-8": DECODER,
    "ex07-9": LAYER,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
