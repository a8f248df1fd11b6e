"""4장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

SHAPES = [
    ("wrong_transpose", "shapes = ((4, 5, 3), (4, 5, 3), (4, 3, 6))"),
    ("wrong_transpose", "shapes = [(4, 5, 3), (4, 5, 3), (4, 5, 6)]"),
    ("출력의 길이를 d_k로 적음", "shapes = ((4, 3, 5), (4, 3, 5), (4, 3, 8))"),
    ("출력의 개수를 키의 수로 적음", "shapes = ((4, 3, 5), (4, 3, 5), (4, 5, 6))"),
    ("배치 축을 빠뜨림", "shapes = ((3, 5), (3, 5), (3, 6))"),
    ("내적에서 d_k가 남음", "shapes = ((4, 3, 5, 8), (4, 3, 5, 8), (4, 3, 6))"),
    ("가중치를 쿼리마다 하나로 적음", "shapes = ((4, 3, 5), (4, 3), (4, 3, 6))"),
    ("차례가 뒤바뀜", "shapes = ((4, 3, 6), (4, 3, 5), (4, 3, 5))"),
    ("wrong_answer", "shapes = ((4, 8, 8), (4, 8, 8), (4, 8, 6))"),
    ("unsolved", "shapes = None"),
]

HAND = [
    ("no_scale", "go_output = 18.51"),
    ("scale_by_dk", "go_output = 13.2"),
    ("multiply_sqrt_dk", "go_output = 19.81"),
    ("scale_after_softmax", "go_output = 9.25"),
    ("not_normalized", "go_output = 10 * 2.718 + 0 * 1 + 20 * 7.389"),
    ("no_softmax", "go_output = 1 * 10 + 0 * 0 + 2 * 20"),
    ("가장 큰 것만 고름", "go_output = 20"),
    ("똑같이 평균함", "go_output = (10 + 0 + 20) / 3"),
    ("wrong_answer", "go_output = (0.24, 0.09, 0.67)"),
]

VARIANCES = [
    ("나누는 수를 제곱하지 않음", "variances = (64, 64 / 4, 64 / 16)"),
    ("분산 대신 표준편차를 적음", "variances = (8, 2, 0.5)"),
    ("쿼리의 분산을 빠뜨림", "variances = (16, 1, 1 / 16)"),
    ("항 하나의 분산만 구함", "variances = (4, 4 / 16, 4 / 256)"),
    ("두 분산을 더함", "variances = (16 * (4 + 1), 5, 80 / 256)"),
    ("분산 대신 표준편차를 곱함", "variances = (32, 2, 0.125)"),
    ("분산을 한 번 더 제곱함", "variances = (16 * 4**2 * 1, 16, 1)"),
    ("나누면 언제나 1이라고 생각함", "variances = (1, 1, 1)"),
]

SOFTMAX = [
    (
        "no_max_subtraction",
        """
def stable_softmax(x, axis=-1):
    return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)
""",
    ),
    (
        "wrong_axis",
        """
def stable_softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)
""",
    ),
    (
        "axis를 쓰지 않음",
        """
def stable_softmax(x, axis=-1):
    m = np.max(x, axis=-1, keepdims=True)
    e = np.exp(x - m)
    return e / np.sum(e, axis=-1, keepdims=True)
""",
    ),
    (
        "배열 전체의 합으로 나눔",
        """
def stable_softmax(x, axis=-1):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)
""",
    ),
    (
        "not_normalized",
        """
def stable_softmax(x, axis=-1):
    # 최댓값을 빼서 넘치지 않게 합니다
    return np.exp(x - x.max(axis=axis, keepdims=True))
""",
    ),
    (
        "mutates_input",
        """
def stable_softmax(x, axis=-1):
    x -= x.max(axis=axis, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
""",
    ),
    (
        "지수의 부호가 뒤바뀜",
        """
def stable_softmax(x, axis=-1):
    e = np.exp(x.min(axis=axis, keepdims=True) - x)
    return e / e.sum(axis=axis, keepdims=True)
""",
    ),
    (
        "최댓값으로 나눔",
        """
def stable_softmax(x, axis=-1):
    small = x / np.max(x, axis=axis, keepdims=True)
    return np.exp(small) / np.sum(np.exp(small), axis=axis, keepdims=True)
""",
    ),
    (
        "exp를 빠뜨림",
        """
def stable_softmax(x, axis=-1):
    return x / x.sum(axis=axis, keepdims=True)
""",
    ),
    (
        "uses_ready_made",
        """
def stable_softmax(x, axis=-1):
    return torch.softmax(torch.tensor(x), dim=axis).numpy()
""",
    ),
    (
        "raises",
        """
def stable_softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis))
    return e / e.sum(axis=axis)
""",
    ),
    (
        "returns_none",
        """
def stable_softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    e / e.sum(axis=axis, keepdims=True)
""",
    ),
]

SCORES = [
    (
        "no_scale",
        """
def score_matrix(query, key):
    return query @ key.swapaxes(-1, -2)
""",
    ),
    (
        "scale_by_dk",
        {"2, -1) / np.sqrt(d_k)": "1, -2) / d_k"},
    ),
    (
        "multiply_sqrt_dk",
        {"query @ key.swapaxes(-2, -1) /": "np.matmul(query, key.swapaxes(-1, -2)) *"},
    ),
    (
        "wrong_transpose",
        """
def score_matrix(query, key):
    return key @ query.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
""",
    ),
    (
        "배치 축까지 뒤집음",
        """
def score_matrix(query, key):
    return query @ key.T / np.sqrt(key.shape[-1])
""",
    ),
    (
        "키의 개수로 나눔",
        """
def score_matrix(query, key):
    n = key.shape[-2]
    return query @ key.swapaxes(-2, -1) / np.sqrt(n)
""",
    ),
    (
        "쿼리의 개수로 나눔",
        """
def score_matrix(query, key):
    d_k = query.shape[-2]
    return query @ key.swapaxes(-2, -1) / d_k ** 0.5
""",
    ),
    (
        "softmax까지 취함",
        """
def score_matrix(query, key):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    return softmax(scores)
""",
    ),
    (
        "mutates_input",
        """
def score_matrix(query, key):
    query /= np.sqrt(query.shape[-1])
    return query @ key.swapaxes(-2, -1)
""",
    ),
    (
        "uses_ready_made",
        """
def score_matrix(query, key):
    return dot_scores(query, key) / np.sqrt(query.shape[-1])
""",
    ),
    (
        "hard_coded",
        """
def score_matrix(query, key):
    return query @ key.swapaxes(-2, -1) / 2
""",
    ),
]

DECODER_MASK = [
    (
        "mask_polarity",
        """
def decoder_mask(ids, pad_id=0):
    T = ids.shape[1]
    is_pad = (ids == pad_id)[:, None, :]
    future = np.triu(np.ones((T, T), dtype=bool), k=1)
    return is_pad | future
""",
    ),
    (
        "causal_strict",
        """
def decoder_mask(ids, pad_id=0):
    T = ids.shape[1]
    past = np.tril(np.ones((T, T), dtype=bool), k=-1)
    return (ids != pad_id)[:, None, :] & past
""",
    ),
    (
        "causal_reversed",
        """
def decoder_mask(ids, pad_id=0):
    T = ids.shape[1]
    return (ids != pad_id)[:, None, :] & np.triu(np.ones((T, T), dtype=bool))
""",
    ),
    (
        "mask_wrong_axis",
        """
def decoder_mask(ids, pad_id=0):
    T = ids.shape[1]
    return (ids != pad_id)[:, :, None] & np.tril(np.ones((T, T), dtype=bool))
""",
    ),
    (
        "'그리고'가 아니라 '또는'으로 묶음",
        """
def decoder_mask(ids, pad_id=0):
    T = ids.shape[1]
    return (ids != pad_id)[:, None, :] | np.tril(np.ones((T, T), dtype=bool))
""",
    ),
    (
        "채움을 가리지 않음",
        """
def decoder_mask(ids, pad_id=0):
    B, T = ids.shape
    lower = np.tril(np.ones((T, T), dtype=bool))
    return np.broadcast_to(lower, (B, T, T)).copy()
""",
    ),
    (
        "미래를 가리지 않음",
        """
def decoder_mask(ids, pad_id=0):
    B, T = ids.shape
    return np.repeat((ids != pad_id)[:, None, :], T, axis=1)
""",
    ),
    (
        "채움인 쿼리까지 가림",
        """
def decoder_mask(ids, pad_id=0):
    ok = ids != pad_id
    pad = ok[:, None, :] & ok[:, :, None]
    return pad & np.tril(np.ones((ids.shape[1], ids.shape[1]), dtype=bool))
""",
    ),
    (
        "pad_id를 쓰지 않음",
        """
def decoder_mask(ids, pad_id=0):
    T = ids.shape[1]
    return (ids != 0)[:, None, :] & np.tril(np.ones((T, T), dtype=bool))
""",
    ),
    (
        "wrong_dtype",
        """
def decoder_mask(ids, pad_id=0):
    T = ids.shape[1]
    return (ids != pad_id)[:, None, :] * np.tril(np.ones((T, T)))
""",
    ),
    (
        "uses_ready_made",
        """
def decoder_mask(ids, pad_id=0):
    from jumok.scratch import causal_mask, padding_mask
    return padding_mask(ids, pad_id) & causal_mask(ids.shape[1])
""",
    ),
]

MASKED_SOFTMAX = [
    (
        "mask_after_softmax",
        """
def softmax_with_mask(scores, mask):
    weights = softmax(scores)
    return weights * mask
""",
    ),
    (
        "mask_polarity",
        """
def softmax_with_mask(scores, mask):
    s = np.where(mask, -np.inf, scores)
    m = s.max(axis=-1, keepdims=True)
    m[m == -np.inf] = 0
    e = np.exp(s - m)
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total)
""",
    ),
    (
        "mask_zero_score",
        """
def softmax_with_mask(scores, mask):
    return softmax(scores * mask)
""",
    ),
    (
        "mask_wrong_axis",
        """
def softmax_with_mask(scores, mask):
    s = np.where(mask.T, scores, -np.inf)
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
""",
    ),
    (
        "wrong_axis",
        """
def softmax_with_mask(scores, mask):
    s = np.where(mask, scores, -np.inf)
    e = np.exp(s - s.max(axis=-2, keepdims=True))
    return e / e.sum(axis=-2, keepdims=True)
""",
    ),
    (
        "full_mask_nan",
        """
def softmax_with_mask(scores, mask):
    return softmax(np.where(mask, scores, -np.inf))
""",
    ),
    (
        "full_mask_nan",
        """
def softmax_with_mask(scores, mask):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    return e / e.sum(axis=-1, keepdims=True)
""",
    ),
    (
        "모두 가린 행이 골고루 퍼짐",
        """
def softmax_with_mask(scores, mask):
    return softmax(np.where(mask, scores, -1e9))
""",
    ),
    (
        "최댓값을 마스크 앞에서 구함",
        """
def softmax_with_mask(scores, mask):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total > 0, total, 1)
""",
    ),
    (
        "가린 점수에 밀려 0/0이 됨",
        """
def softmax_with_mask(scores, mask):
    w = softmax(scores) * mask
    w = w / w.sum(axis=-1, keepdims=True)
    return np.where(mask.any(axis=-1, keepdims=True), w, 0)
""",
    ),
    (
        "마스크를 쓰지 않음",
        """
def softmax_with_mask(scores, mask):
    scores = scores - np.max(scores, axis=-1, keepdims=True)
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
""",
    ),
    (
        "mutates_input",
        """
def softmax_with_mask(scores, mask):
    scores[~mask] = -np.inf
    top = scores.max(axis=-1, keepdims=True)
    top[np.isinf(top)] = 0
    e = np.exp(scores - top)
    total = e.sum(axis=-1, keepdims=True)
    total[total == 0] = 1
    return e / total
""",
    ),
    (
        "uses_ready_made",
        """
def softmax_with_mask(scores, mask):
    return masked_softmax(scores, mask)
""",
    ),
]

ATTEND = [
    (
        "no_scale",
        {") / np.sqrt(query.shape[-1])": ")"},
    ),
    (
        "scale_by_dk",
        """
def attend(query, key, value, mask=None):
    w = masked_softmax(dot_scores(query, key) / query.shape[-1], mask)
    return w @ value, w
""",
    ),
    (
        "scale_after_softmax",
        """
def attend(query, key, value, mask=None):
    weights = masked_softmax(dot_scores(query, key), mask) / np.sqrt(query.shape[-1])
    return weights @ value, weights
""",
    ),
    (
        "√d_v로 나눔",
        {
            "scores = dot_scores(query, key) / np.sqrt(query.shape[-1])": (
                "d = value.shape[-1]"
            ),
            "(scores": "(dot_scores(query, key) / np.sqrt(d)",
        },
    ),
    (
        "returns_weights",
        """
def attend(query, key, value, mask=None):
    weights = masked_softmax(dot_scores(query, key) / np.sqrt(query.shape[-1]), mask)
    output = weights @ value
    return weights, output
""",
    ),
    (
        "출력만 돌려줌",
        """
def attend(query, key, value, mask=None):
    weights = masked_softmax(dot_scores(query, key) / np.sqrt(query.shape[-1]), mask)
    return weights @ value
""",
    ),
    (
        "value_key_swapped",
        """
def attend(query, key, value, mask=None):
    weights = masked_softmax(dot_scores(query, key) / np.sqrt(query.shape[-1]), mask)
    return weights @ key, weights
""",
    ),
    (
        "마스크를 쓰지 않음",
        """
def attend(query, key, value, mask=None):
    weights = softmax(query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1]))
    return weights @ value, weights
""",
    ),
    (
        "mask_polarity",
        {
            "scores = dot_scores(query, key) / np.sqrt(query.shape[-1])": (
                "scores = dot_scores(query, key) / np.sqrt(query.shape[-1])\n"
                "    if mask is not None:\n"
                "        mask = ~mask"
            )
        },
    ),
    (
        "mask_after_softmax",
        """
def attend(query, key, value, mask=None):
    weights = softmax(dot_scores(query, key) / np.sqrt(query.shape[-1]))
    if mask is not None:
        weights = np.where(mask, weights, 0)
    return weights @ value, weights
""",
    ),
    (
        "wrong_axis",
        {
            "weights = masked_softmax(scores, mask)": (
                "if mask is not None:\n"
                "        scores = np.where(mask, scores, -np.inf)\n"
                "    weights = softmax(scores, axis=-2)"
            )
        },
    ),
    (
        "mutates_input",
        {
            "scores = dot_scores(query, key) / np.sqrt(query.shape[-1])": (
                "query *= query.shape[-1] ** -0.5"
            ),
            "(scores": "(dot_scores(query, key)",
        },
    ),
    (
        "raises",
        """
def attend(query, key, value, mask=None):
    weights = masked_softmax(query @ key / np.sqrt(query.shape[-1]), mask)
    return weights @ value, weights
""",
    ),
    (
        "uses_ready_made",
        """
def attend(query, key, value, mask=None):
    from jumok.scratch import scaled_dot_product_attention as sdpa
    return sdpa(query, key, value, mask)
""",
    ),
    (
        "full_mask_nan",
        {
            "weights = masked_softmax(scores, mask)": (
                "if mask is not None:\n"
                "        scores = np.where(mask, scores, -np.inf)\n"
                "    weights = softmax(scores)"
            )
        },
    ),
    (
        "모두 가린 행이 골고루 퍼짐",
        {
            "weights = masked_softmax(scores, mask)": (
                "if mask is not None:\n"
                "        scores[~np.broadcast_to(mask, scores.shape)] = -1e9\n"
                "    weights = softmax(scores)"
            )
        },
    ),
]

FIXED = [
    (
        "오류가 3개 남음: √d_k, 마스크, 축",
        """
def fixed_attention(query, key, value, mask):
    d = value.size(-1)
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(d)
    scores = scores.masked_fill(mask, float("-inf"))
    weights = scores.softmax(dim=-2)
    return torch.einsum("bhqk,bhkv->bhqv", weights, value), weights
""",
    ),
    (
        "오류가 2개 남음: √d_k, 마스크",
        """
def fixed_attention(query, key, value, mask):
    d = value.size(-1)
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(d)
    scores = scores.masked_fill(mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    return torch.einsum("bhqk,bhkv->bhqv", weights, value), weights
""",
    ),
    (
        "오류가 2개 남음: √d_k, 축",
        """
def fixed_attention(query, key, value, mask):
    d = value.size(-1)
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(d)
    scores = scores.masked_fill(mask == 0, -1e30)
    weights = scores.softmax(dim=-2)
    return torch.einsum("bhqk,bhkv->bhqv", weights, value), weights
""",
    ),
    (
        "오류가 2개 남음: 마스크, 축",
        """
def fixed_attention(query, key, value, mask):
    d = key.size(-1)
    scores = query @ key.transpose(-2, -1) / math.sqrt(d)
    weights = torch.softmax(scores.masked_fill(mask, float("-inf")), dim=2)
    return weights @ value, weights
""",
    ),
    (
        "√d_v로 나눔",
        """
def fixed_attention(query, key, value, mask):
    d = value.size(-1)
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(d)
    scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    return torch.einsum("bhqk,bhkv->bhqv", weights, value), weights
""",
    ),
    (
        "mask_polarity",
        """
def fixed_attention(query, key, value, mask):
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(query.size(-1))
    scores = scores.masked_fill(mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    return torch.einsum("bhqk,bhkv->bhqv", weights, value), weights
""",
    ),
    (
        "wrong_axis",
        """
def fixed_attention(query, key, value, mask):
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(query.size(-1))
    scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-2)
    return torch.einsum("bhqk,bhkv->bhqv", weights, value), weights
""",
    ),
    (
        "no_scale",
        """
def fixed_attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)
    return weights @ value, weights
""",
    ),
    (
        "mask_zero_score",
        """
def fixed_attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    weights = scores.masked_fill(~mask, 0).softmax(dim=-1)
    return weights @ value, weights
""",
    ),
    (
        "mask_after_softmax",
        """
def fixed_attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    weights = scores.softmax(dim=-1) * mask
    return weights @ value, weights
""",
    ),
    (
        "기울기가 끊김",
        """
def fixed_attention(query, key, value, mask):
    scores = (query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))).detach()
    weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)
    return weights @ value, weights
""",
    ),
    (
        "mutates_input",
        """
def fixed_attention(query, key, value, mask):
    query.div_(math.sqrt(query.size(-1)))
    scores = (query @ key.mT).masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    return weights @ value, weights
""",
    ),
    (
        "uses_ready_made",
        """
def fixed_attention(query, key, value, mask):
    output = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask
    )
    return output, output
""",
    ),
]

BACKWARD = [
    (
        "뒤로 올 때 √d_k로 나누지 않음",
        """
def attention_backward(query, key, value, grad_output):
    w = softmax(dot_scores(query, key) / np.sqrt(query.shape[-1]))
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = w * (d - (w * d).sum(axis=-1, keepdims=True))
    return grad_z, grad_z @ key
""",
    ),
    (
        "빼는 항을 빠뜨림",
        """
def attention_backward(query, key, value, grad_output):
    root = query.shape[-1] ** 0.5
    w = softmax(dot_scores(query, key) / root)
    grad_z = w * (grad_output @ value.swapaxes(-1, -2))
    return grad_z, grad_z @ key / root
""",
    ),
    (
        "야코비 행렬의 대각선만 씀",
        """
def attention_backward(query, key, value, grad_output):
    root = query.shape[-1] ** 0.5
    w = softmax(dot_scores(query, key) / root)
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = w * (1 - w) * d   # 시그모이드처럼
    return grad_z, grad_z @ key / root
""",
    ),
    (
        "그냥 평균을 뺌",
        """
def attention_backward(query, key, value, grad_output):
    root = query.shape[-1] ** 0.5
    w = softmax(dot_scores(query, key) / root)
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = w * (d - d.mean(axis=-1, keepdims=True))
    return grad_z, grad_z @ key / root
""",
    ),
    (
        "합의 축이 다름",
        """
def attention_backward(query, key, value, grad_output):
    root = query.shape[-1] ** 0.5
    w = softmax(dot_scores(query, key) / root)
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = w * (d - (w * d).sum(axis=-2, keepdims=True))
    return grad_z, grad_z @ key / root
""",
    ),
    (
        "가중치를 곱하지 않음",
        """
def attention_backward(query, key, value, grad_output):
    root = query.shape[-1] ** 0.5
    w = softmax(dot_scores(query, key) / root)
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = d - (w * d).sum(axis=-1, keepdims=True)
    return grad_z, grad_z @ key / root
""",
    ),
    (
        "softmax를 건너뜀",
        """
def attention_backward(query, key, value, grad_output):
    grad_w = grad_output @ value.swapaxes(-1, -2)
    return grad_w, grad_w @ key / np.sqrt(query.shape[-1])
""",
    ),
    (
        "부호가 뒤바뀜",
        """
def attention_backward(query, key, value, grad_output):
    root = query.shape[-1] ** 0.5
    w = softmax(dot_scores(query, key) / root)
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = w * ((w * d).sum(axis=-1, keepdims=True) - d)
    return grad_z, grad_z @ key / root
""",
    ),
    (
        "no_scale",
        """
def attention_backward(query, key, value, grad_output):
    w = softmax(dot_scores(query, key))
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = w * (d - (w * d).sum(axis=-1, keepdims=True))
    return grad_z, grad_z @ key
""",
    ),
    (
        "차례가 뒤바뀜",
        """
def attention_backward(query, key, value, grad_output):
    root = query.shape[-1] ** 0.5
    w = softmax(dot_scores(query, key) / root)
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = w * (d - (w * d).sum(axis=-1, keepdims=True))
    return grad_z @ key / root, grad_z
""",
    ),
    (
        "uses_ready_made",
        """
def attention_backward(query, key, value, grad_output):
    q, k, v, g = [
        torch.tensor(a, requires_grad=True) for a in (query, key, value, grad_output)
    ]
    z = q @ k.mT / q.shape[-1] ** 0.5
    o = z.softmax(-1) @ v
    grad_z, grad_q = torch.autograd.grad(o, (z, q), g)
    return grad_z.numpy(), grad_q.numpy()
""",
    ),
    (
        "mutates_input",
        """
def attention_backward(query, key, value, grad_output):
    root = query.shape[-1] ** 0.5
    query /= root
    w = softmax(dot_scores(query, key))
    d = grad_output @ value.swapaxes(-1, -2)
    grad_z = w * (d - (w * d).sum(axis=-1, keepdims=True))
    return grad_z, grad_z @ key / root
""",
    ),
]

# 시험하는 독자가 실제로 낸 실수를 뒤에 더한 것입니다.
SCORES += [
    (
        "거듭제곱의 차례",
        {
            "key.swapaxes(-2, -1) / np.sqrt(d_k)": (
                "np.swapaxes(key, -1, -2) / d_k ** 1 / 2"
            )
        },
    ),
    (
        "d_k를 2로 나눔",
        {
            "key.swapaxes(-2, -1) / np.sqrt(d_k": (
                "np.swapaxes(key, -1, -2) / (d_k ** 1 / 2"
            )
        },
    ),
]
ATTEND += [
    (
        "가중치 대신 점수를 돌려줌",
        """
def attend(query, key, value, mask=None):
    s = dot_scores(query, key) / np.sqrt(query.shape[-1])
    return masked_softmax(s, mask) @ value, s
""",
    ),
    (
        "no_softmax",
        """
def attend(query, key, value, mask=None):
    s = dot_scores(query, key) / np.sqrt(query.shape[-1])
    return s @ value, s
""",
    ),
]
FIXED += [
    (
        "scale_by_dk",
        """
def fixed_attention(query, key, value, mask):
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / query.size(-1)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)
    return weights @ value, weights
""",
    ),
    (
        "출력만 돌려줌",
        """
def fixed_attention(query, key, value, mask):
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / math.sqrt(query.size(-1))
    return scores.masked_fill(~mask, float("-inf")).softmax(dim=-1) @ value
""",
    ),
]
BACKWARD += [
    (
        "뒤로 올 때 √d_k를 곱함",
        """
def attention_backward(query, key, value, grad_output):
    root = np.sqrt(query.shape[-1])
    w = softmax(dot_scores(query, key) / root)
    d = grad_output @ value.swapaxes(-1, -2)
    grad_scores = w * (d - (w * d).sum(-1, keepdims=True))
    return grad_scores, grad_scores @ key * root
""",
    ),
    (
        "뒤로 올 때 d_k로 나눔",
        """
def attention_backward(query, key, value, grad_output):
    d_k = query.shape[-1]
    w = softmax(dot_scores(query, key) / np.sqrt(d_k))
    d = grad_output @ value.swapaxes(-1, -2)
    grad_scores = w * (d - (w * d).sum(-1, keepdims=True))
    return grad_scores, grad_scores @ key / d_k
""",
    ),
]

QUESTIONS = {
    "ex04-1": SHAPES,
    "ex04-2": HAND,
    "ex04-3": VARIANCES,
    "ex04-4": SOFTMAX,
    "ex04-5": SCORES,
    "ex04-6": DECODER_MASK,
    "ex04-7": MASKED_SOFTMAX,
    "ex04-8": ATTEND,
    "ex04-9": FIXED,
    "ex04-10": BACKWARD,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
