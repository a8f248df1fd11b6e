"""3장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

SOURCES = [
    ("묻는 쪽과 대답하는 쪽이 뒤바뀜", 'sources = ("EEE", "DDD", "EDD", "EDD")'),
    ("묻는 쪽과 대답하는 쪽이 뒤바뀜", 'sources = ["eee", "ddd", "edd", "dee"]'),
    ("RNN 어텐션의 쿼리를 인코더로 적음", 'sources = ("EEE", "DDD", "DEE", "EDD")'),
    ("RNN 어텐션을 셀프로 봄", 'sources = ("EEE", "DDD", "DEE", "DDD")'),
    ("RNN 어텐션을 셀프로 봄", 'sources = ("EEE", "DDD", "DEE", "EEE")'),
    ("키와 밸류의 출처가 다름", 'sources = ("EEE", "DDD", "DED", "DED")'),
    ("셀프를 크로스로 봄", 'sources = ("DEE", "DEE", "DEE", "DEE")'),
    ("번역문의 셀프를 크로스로 봄", 'sources = ("EEE", "DEE", "DEE", "DEE")'),
    ("차례가 뒤바뀜", 'sources = ("DDD", "EEE", "DEE", "DEE")'),
    ("wrong_answer", 'sources = ("E", "D", "DE", "DE")'),
]

HAND = [
    ("W^K를 빠뜨림", "z_goes = 25.75"),
    ("W^Q를 빠뜨림", "z_goes = 23.64"),
    (
        "다른 낱말의 문맥 벡터",
        "z_goes = (10 * 1 + 20 * 2.718 + 30 * 2.718) / (1 + 2 * 2.718)",
    ),
    ("√d_k로 나눔", "z_goes = 22.92"),
    ("no_softmax", "z_goes = 2 * 10 + 1 * 20 + 3 * 30"),
    ("지수를 빠뜨림", "z_goes = (2 * 10 + 1 * 20 + 3 * 30) / (2 + 1 + 3)"),
    ("not_normalized", "z_goes = np.exp(2) * 10 + np.exp(1) * 20 + np.exp(3) * 30"),
    ("가장 큰 것만 고름", "z_goes = 30"),
    ("똑같이 평균함", "z_goes = (10 + 20 + 30) / 3"),
    ("wrong_answer", "z_goes = (0.24, 0.09, 0.67)"),
]

FACTS = [
    ("wrong_transpose", "facts = ((6, 4), (9, 4), (9, 5), (9, 6), (6, 5), 208)"),
    (
        "묻는 쪽과 대답하는 쪽이 뒤바뀜",
        "facts = ((9, 4), (6, 4), (6, 5), (9, 6), (9, 5), 208)",
    ),
    ("셀프 어텐션으로 봄", "facts = ((6, 4), (6, 4), (6, 5), (6, 6), (6, 5), 208)"),
    (
        "문맥 벡터의 개수를 키의 수로 적음",
        "facts = ((6, 4), (9, 4), (9, 5), (6, 9), (9, 5), 208)",
    ),
    (
        "문맥 벡터의 길이를 d_k로 적음",
        "facts = [(6, 4), (9, 4), (9, 5), (6, 9), (6, 4), 208]",
    ),
    (
        "밸류의 길이를 d_k로 적음",
        "facts = ((6, 4), (9, 4), (9, 4), (6, 9), (6, 4), 3 * 16 * 4)",
    ),
    ("W^V의 크기를 잘못 셈", "facts = ((6, 4), (9, 4), (9, 5), (6, 9), (6, 5), 192)"),
    ("D를 곱하지 않음", "facts = ((6, 4), (9, 4), (9, 5), (6, 9), (6, 5), 4 + 4 + 5)"),
    (
        "벡터의 수를 셈",
        "facts = ((6, 4), (9, 4), (9, 5), (6, 9), (6, 5), 6 * 4 + 9 * 4 + 9 * 5)",
    ),
    ("wrong_answer", "facts = ((6, 16), (9, 16), (9, 16), (6, 9), (6, 16), 768)"),
]

LOOK_UP = [
    (
        "깐깐함을 쓰지 않음",
        """
def look_up(query, key, value, sharpness=1.0):
    return softmax(key @ query) @ value
""",
    ),
    (
        "깐깐함을 softmax 뒤에 곱함",
        {"softmax(sharpness * (key @ query)": "sharpness * softmax(key @ query"},
    ),
    (
        "깐깐함으로 나눔",
        """
def look_up(query, key, value, sharpness=1.0):
    scores = np.dot(key, query) / sharpness
    return softmax(scores) @ value
""",
    ),
    (
        "하나만 고름",
        """
def look_up(query, key, value, sharpness=1.0):
    best = np.argmax(sharpness * (key @ query))
    return value[best]
""",
    ),
    (
        "√d_k로 나눔",
        """
def look_up(query, key, value, sharpness=1.0):
    scores = sharpness * (key @ query) / np.sqrt(len(query))
    return softmax(scores) @ value
""",
    ),
    (
        "no_softmax",
        """
def look_up(query, key, value, sharpness=1.0):
    return (sharpness * (key @ query)) @ value
""",
    ),
    (
        "not_normalized",
        """
def look_up(query, key, value, sharpness=1.0):
    return np.exp(sharpness * (key @ query)) @ value
""",
    ),
    (
        "value_key_swapped",
        """
def look_up(query, key, value, sharpness=1.0):
    return softmax(sharpness * (key @ query)) @ key
""",
    ),
    (
        "returns_weights",
        {"return weights @ value": ("output = weights @ value\n    return weights")},
    ),
    (
        "returns_none",
        {"return": "answer ="},
    ),
]

ENCODE = [
    (
        "쿼리와 키의 행렬이 뒤바뀜",
        """
def encode_word(x, i, w_q, w_k, w_v):
    query, key = x[i] @ w_k, x @ w_q
    return softmax(key @ query) @ (x @ w_v)
""",
    ),
    (
        "키에도 W^Q를 씀",
        """
def encode_word(x, i, w_q, w_k, w_v):
    q = x @ w_q
    return softmax(q @ q[i]) @ (x @ w_v)
""",
    ),
    (
        "W^Q와 W^K를 쓰지 않음",
        """
def encode_word(x, i, w_q, w_k, w_v):
    return softmax(x @ x[i]) @ (x @ w_v)
""",
    ),
    (
        "W^V를 쓰지 않음",
        """
def encode_word(x, i, w_q, w_k, w_v):
    weights = softmax((x @ w_k) @ (x[i] @ w_q))
    return weights @ x
""",
    ),
    (
        "자기 자신을 뺌",
        """
def encode_word(x, i, w_q, w_k, w_v):
    scores = (x @ w_k) @ (x[i] @ w_q)
    scores[i] = -np.inf
    return softmax(scores) @ (x @ w_v)
""",
    ),
    (
        "i를 쓰지 않음",
        """
def encode_word(x, i, w_q, w_k, w_v):
    weights = softmax(dot_scores(x @ w_q, x @ w_k))
    return (weights @ (x @ w_v))[0]
""",
    ),
    (
        "√d_k로 나눔",
        """
def encode_word(x, i, w_q, w_k, w_v):
    q = x[i] @ w_q
    return softmax((x @ w_k) @ q / np.sqrt(len(q))) @ (x @ w_v)
""",
    ),
    (
        "no_softmax",
        """
def encode_word(x, i, w_q, w_k, w_v):
    return ((x @ w_k) @ (x[i] @ w_q)) @ (x @ w_v)
""",
    ),
    (
        "value_key_swapped",
        """
def encode_word(x, i, w_q, w_k, w_v):
    key = x @ w_k
    return softmax(key @ (x[i] @ w_q)) @ key
""",
    ),
    (
        "returns_weights",
        """
def encode_word(x, i, w_q, w_k, w_v):
    return softmax((x @ w_k) @ (x[i] @ w_q))
""",
    ),
    (
        "wrong_shape",
        """
def encode_word(x, i, w_q, w_k, w_v):
    return softmax(dot_scores(x @ w_q, x @ w_k)) @ (x @ w_v)
""",
    ),
]

CROSS = [
    (
        "memory를 쓰지 않음",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    weights = softmax(dot_scores(x @ w_q, x @ w_k))
    return weights @ (x @ w_v), weights
""",
    ),
    (
        "묻는 쪽과 대답하는 쪽이 뒤바뀜",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    weights = softmax(dot_scores(memory @ w_q, x @ w_k))
    return weights @ (x @ w_v), weights
""",
    ),
    (
        "밸류를 x에서 만듦",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    q, k, v = x @ w_q, memory @ w_k, x @ w_v
    weights = softmax(dot_scores(q, k))
    return weights @ v, weights
""",
    ),
    (
        "쿼리와 키의 행렬이 뒤바뀜",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    q, k, v = x @ w_k, memory @ w_q, memory @ w_v
    weights = softmax(dot_scores(q, k))
    return weights @ v, weights
""",
    ),
    (
        "키에도 W^Q를 씀",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    weights = softmax(dot_scores(x @ w_q, memory @ w_q))
    return weights @ (memory @ w_v), weights
""",
    ),
    (
        "√d_k로 나눔",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    weights = softmax(dot_scores(x @ w_q, memory @ w_k) / np.sqrt(w_q.shape[1]))
    return weights @ (memory @ w_v), weights
""",
    ),
    (
        "wrong_axis",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    weights = softmax(dot_scores(x @ w_q, memory @ w_k), axis=-2)
    return weights @ (memory @ w_v), weights
""",
    ),
    (
        "no_softmax",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    scores = dot_scores(x @ w_q, memory @ w_k)
    return scores @ (memory @ w_v), scores
""",
    ),
    (
        "value_key_swapped",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    key = memory @ w_k
    weights = softmax(dot_scores(x @ w_q, key))
    return weights @ key, weights
""",
    ),
    (
        "returns_weights",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    weights = softmax(dot_scores(x @ w_q, memory @ w_k))
    return weights, weights @ (memory @ w_v)
""",
    ),
    (
        "출력만 돌려줌",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    return softmax(dot_scores(x @ w_q, memory @ w_k)) @ (memory @ w_v)
""",
    ),
    (
        "uses_ready_made",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    from jumok.scratch import scaled_dot_product_attention as sdpa
    return sdpa(x @ w_q * np.sqrt(w_q.shape[1]), memory @ w_k, memory @ w_v)
""",
    ),
    (
        "mutates_input",
        """
def cross_attention(x, memory, w_q, w_k, w_v):
    weights = softmax(dot_scores(x @ w_q, memory @ w_k))
    output = weights @ (memory @ w_v)
    w_q *= 0
    return output, weights
""",
    ),
]

FIXED = [
    (
        "오류가 3개 남음: 키, 밸류, 축",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    query, key, value = x @ w_q, x @ w_q, x @ w_k
    weights = (query @ key.transpose(-2, -1)).softmax(dim=1)
    return weights @ value, weights
""",
    ),
    (
        "오류가 2개 남음: 키, 밸류",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    query, key, value = x @ w_q, x @ w_q, x @ w_k
    weights = (query @ key.transpose(-2, -1)).softmax(dim=-1)
    return weights @ value, weights
""",
    ),
    (
        "오류가 2개 남음: 키, 축",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    query, key, value = x @ w_q, x @ w_q, x @ w_v
    weights = (query @ key.transpose(-2, -1)).softmax(dim=1)
    return weights @ value, weights
""",
    ),
    (
        "오류가 2개 남음: 밸류, 축",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    query, key, value = x @ w_q, x @ w_k, x @ w_k
    weights = (query @ key.transpose(-2, -1)).softmax(dim=-2)
    return weights @ value, weights
""",
    ),
    (
        "키의 행렬이 틀림",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    query, key, value = x @ w_q, x @ w_q, x @ w_v
    weights = (query @ key.transpose(-2, -1)).softmax(dim=2)
    return weights @ value, weights
""",
    ),
    (
        "밸류의 행렬이 틀림",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    query, key = x @ w_q, x @ w_k
    weights = (query @ key.mT).softmax(dim=-1)
    return weights @ key, weights
""",
    ),
    (
        "wrong_axis",
        {
            "scores = query @ key.mT": "weights = (query @ key.mT).softmax(dim=1)",
            "weights = scores.softmax(dim=-1)": "",
        },
    ),
    (
        "√d_k로 나눔",
        {
            "scores = query @ key.mT": (
                "weights = (query @ key.mT / query.size(-1) ** 0.5).softmax(dim=-1)"
            ),
            "weights = scores.softmax(dim=-1)": "",
        },
    ),
    (
        "returns_weights",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    weights = ((x @ w_q) @ (x @ w_k).mT).softmax(dim=-1)
    return weights, weights @ (x @ w_v)
""",
    ),
    (
        "출력만 돌려줌",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    return ((x @ w_q) @ (x @ w_k).mT).softmax(dim=-1) @ (x @ w_v)
""",
    ),
    (
        "기울기가 끊김",
        """
def fixed_self_attention(x, w_q, w_k, w_v):
    x = x.detach()
    weights = ((x @ w_q) @ (x @ w_k).mT).softmax(dim=-1)
    return weights @ (x @ w_v), weights
""",
    ),
]

RESTORE = [
    (
        "한 번 더 뒤섞음",
        """
def restore_order(shuffled, order):
    return shuffled[order]
""",
    ),
    (
        "되돌리지 않음",
        {"[np.argsort(order)]": ""},
    ),
    (
        "앞뒤만 뒤집음",
        """
def restore_order(shuffled, order):
    return shuffled[::-1].copy()
""",
    ),
    (
        "값을 크기순으로 늘어놓음",
        """
def restore_order(shuffled, order):
    return np.sort(shuffled, axis=0)
""",
    ),
    (
        "열을 옮김",
        """
def restore_order(shuffled, order):
    if shuffled.shape[1] != len(order):
        return shuffled
    return shuffled[:, np.argsort(order)]
""",
    ),
    (
        "행과 열을 함께 옮김",
        """
def restore_order(shuffled, order):
    inverse = np.argsort(order)
    if shuffled.shape[1] != len(order):
        return shuffled[inverse]
    return shuffled[np.ix_(inverse, inverse)]
""",
    ),
    (
        "차례를 거꾸로 읽음",
        """
def restore_order(shuffled, order):
    return shuffled[order[::-1]]
""",
    ),
    (
        "mutates_input",
        """
def restore_order(shuffled, order):
    shuffled[order] = shuffled.copy()
    return shuffled
""",
    ),
]

SPLIT = [
    (
        "2로 나누지 않음",
        """
def split_scores(x, w_q, w_k):
    a = dot_scores(x @ w_q, x @ w_k)
    return a + a.T, a - a.T
""",
    ),
    (
        "반대칭의 부호가 뒤바뀜",
        """
def split_scores(x, w_q, w_k):
    a = dot_scores(x @ w_q, x @ w_k)
    return (a + a.T) / 2, (a.T - a) / 2
""",
    ),
    (
        "차례가 뒤바뀜",
        """
def split_scores(x, w_q, w_k):
    a = dot_scores(x @ w_q, x @ w_k)
    return (a - a.T) / 2, (a + a.T) / 2
""",
    ),
    (
        "키에도 W^Q를 씀",
        """
def split_scores(x, w_q, w_k):
    q = x @ w_q
    a = q @ q.T
    return (a + a.T) / 2, (a - a.T) / 2
""",
    ),
    (
        "W^Q와 W^K를 쓰지 않음",
        """
def split_scores(x, w_q, w_k):
    a = dot_scores(x, x)
    return (a + a.T) / 2, (a - a.T) / 2
""",
    ),
    (
        "softmax까지 취함",
        """
def split_scores(x, w_q, w_k):
    a = softmax(dot_scores(x @ w_q, x @ w_k))
    return (a + a.T) / 2, (a - a.T) / 2
""",
    ),
    (
        "√d_k로 나눔",
        """
def split_scores(x, w_q, w_k):
    a = dot_scores(x @ w_q, x @ w_k) / np.sqrt(w_q.shape[1])
    return (a + a.T) / 2, (a - a.T) / 2
""",
    ),
    (
        "삼각형으로 나눔",
        """
def split_scores(x, w_q, w_k):
    a = dot_scores(x @ w_q, x @ w_k)
    return np.tril(a), a - np.tril(a)
""",
    ),
    (
        "점수를 나누지 않고 돌려줌",
        """
def split_scores(x, w_q, w_k):
    a = dot_scores(x @ w_q, x @ w_k)
    return a, a.T
""",
    ),
]

GRADIENT = [
    (
        "밸류의 길만 셈",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    a = softmax(dot_scores(x @ w_q, x @ w_k))
    return a.T @ grad_output @ w_v.T
""",
    ),
    (
        "밸류의 길을 빠뜨림",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    d = grad_output @ v.T
    s = a * (d - (a * d).sum(axis=-1, keepdims=True))
    return s @ k @ w_q.T + s.T @ q @ w_k.T
""",
    ),
    (
        "키의 길을 빠뜨림",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    d = grad_output @ v.T
    s = a * (d - (a * d).sum(axis=-1, keepdims=True))
    return s @ k @ w_q.T + a.T @ grad_output @ w_v.T
""",
    ),
    (
        "쿼리의 길을 빠뜨림",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    d = grad_output @ v.T
    s = a * (d - (a * d).sum(axis=-1, keepdims=True))
    return s.T @ q @ w_k.T + a.T @ grad_output @ w_v.T
""",
    ),
    (
        "키의 길에서 전치를 빠뜨림",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    d = grad_output @ v.T
    s = a * (d - (a * d).sum(axis=-1, keepdims=True))
    return s @ k @ w_q.T + s @ q @ w_k.T + a.T @ grad_output @ w_v.T
""",
    ),
    (
        "밸류의 길에서 전치를 빠뜨림",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    d = grad_output @ v.T
    s = a * (d - (a * d).sum(axis=-1, keepdims=True))
    return s @ k @ w_q.T + s.T @ q @ w_k.T + a @ grad_output @ w_v.T
""",
    ),
    (
        "빼는 항을 열에서 더함",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    d = grad_output @ v.T
    s = a * (d - (a * d).sum(axis=0, keepdims=True))
    return s @ k @ w_q.T + s.T @ q @ w_k.T + a.T @ grad_output @ w_v.T
""",
    ),
    (
        "빼는 항을 빠뜨림",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    s = a * (grad_output @ v.T)
    return s @ k @ w_q.T + s.T @ q @ w_k.T + a.T @ grad_output @ w_v.T
""",
    ),
    (
        "가중치를 곱하지 않음",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    d = grad_output @ v.T
    s = d - (a * d).sum(axis=-1, keepdims=True)
    return s @ k @ w_q.T + s.T @ q @ w_k.T + a.T @ grad_output @ w_v.T
""",
    ),
    (
        "softmax를 건너뜀",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    a = softmax(dot_scores(q, k))
    s = grad_output @ v.T
    return s @ k @ w_q.T + s.T @ q @ w_k.T + a.T @ grad_output @ w_v.T
""",
    ),
    (
        "uses_ready_made",
        """
def input_gradient(x, w_q, w_k, w_v, grad_output):
    x, w_q, w_k, w_v, g = [
        torch.tensor(a, requires_grad=True) for a in (x, w_q, w_k, w_v, grad_output)
    ]
    z = (x @ w_q @ (x @ w_k).mT).softmax(-1) @ (x @ w_v)
    return torch.autograd.grad(z, x, g)[0].numpy()
""",
    ),
]

QUESTIONS = {
    "ex03-1": SOURCES,
    "ex03-2": HAND,
    "ex03-3": FACTS,
    "ex03-4": LOOK_UP,
    "ex03-5": ENCODE,
    "ex03-6": CROSS,
    "ex03-7": FIXED,
    "ex03-8": RESTORE,
    "ex03-9": SPLIT,
    "ex03-10": GRADIENT,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
