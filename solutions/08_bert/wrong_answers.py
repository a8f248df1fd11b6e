"""8장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

COUNTS = [
    ("모두 [MASK]로 바꿈", "counts = (300, 300, 0, 0)"),
    ("고르지 않고 나눔", "counts = (2000, 1600, 200, 200)"),
    ("전체의 80 %로 셈", "counts = (300, 1600, 200, 200)"),
    ("그대로 두는 것을 잊음", "counts = (300, 240, 60, 0)"),
    ("아무 토큰을 잊음", "counts = (300, 240, 0, 60)"),
    ("[MASK]와 아무 토큰이 뒤바뀜", "counts = (300, 30, 240, 30)"),
    ("고른 수에서 [MASK]만 셈", "counts = (240, 240, 30, 30)"),
    ("고르지 않은 수를 셈", "counts = (1700, 240, 30, 30)"),
    ("비율로 적음", "counts = (0.15, 0.12, 0.015, 0.015)"),
    ("wrong_answer", "counts = (300, 240, 15, 45)"),
    ("unsolved", "counts = None"),
]

SEGMENTS = [
    ("첫 [SEP]를 뒤 문장에 넣음", "segments = (0, 0, 0, 1, 1, 1, 1, 0, 0)"),
    ("끝 [SEP]를 앞 문장에 넣음", "segments = (0, 0, 0, 0, 1, 1, 0, 0, 0)"),
    ("채움도 뒤 문장으로 셈", "segments = [0, 0, 0, 0, 1, 1, 1, 1, 1]"),
    ("앞뒤가 뒤바뀜", "segments = (1, 1, 1, 1, 0, 0, 0, 0, 0)"),
    ("1부터 셈", "segments = (1, 1, 1, 1, 2, 2, 2, 0, 0)"),
    ("특별한 토큰만 0으로 둠", "segments = (0, 1, 1, 0, 1, 1, 0, 0, 0)"),
    ("위치를 적음", "segments = tuple(range(9))"),
    ("한 문장으로 봄", "segments = (0,) * 9"),
    ("wrong_answer", "segments = (0, 0, 0, 0, 0, 1, 1, 0, 0)"),
]

HAND = [
    ("모든 자리를 평균함", "loss = 0.942"),
    ("[MASK] 자리만 셈", "loss = 0.69"),
    ("평균하지 않음", "loss = 2.08"),
    ("문장의 길이로 나눔", "loss = 0.416"),
    ("확률을 먼저 평균함", "loss = 0.981"),
    ("로그의 밑이 2", "loss = 1.5"),
    ("부호가 반대", "loss = -1.04"),
    ("그대로 둔 자리만 셈", "loss = 1.386"),
    ("wrong_answer", "loss = 0.35"),
]

CHOOSE = [
    (
        "특별한 토큰도 고름",
        """
def choose_tokens(ids, draw, rate=0.15):
    return draw < rate
""",
    ),
    (
        "채움만 뺌",
        """
def choose_tokens(ids, draw, rate=0.15):
    return (draw < rate) & (ids != PAD_ID)
""",
    ),
    (
        "첫 번호를 빠뜨림",
        """
def choose_tokens(ids, draw, rate=0.15):
    return (draw < rate) & (ids > FIRST_ID)
""",
    ),
    (
        "고를 것과 남길 것이 뒤바뀜",
        """
def choose_tokens(ids, draw, rate=0.15):
    return (draw > rate) & (ids >= FIRST_ID)
""",
    ),
    (
        "rate를 쓰지 않음",
        """
def choose_tokens(ids, draw, rate=0.15):
    return (draw < 0.15) & (ids >= FIRST_ID)
""",
    ),
    (
        "조건을 '또는'으로 묶음",
        """
def choose_tokens(ids, draw, rate=0.15):
    return (draw < rate) | (ids >= FIRST_ID)
""",
    ),
    (
        "특별한 토큰을 고름",
        """
def choose_tokens(ids, draw, rate=0.15):
    return (draw < rate) & (ids < FIRST_ID)
""",
    ),
    (
        "raises",
        """
def choose_tokens(ids, draw, rate=0.15):
    return (draw < rate) and (ids >= FIRST_ID)
""",
    ),
    (
        "returns_none",
        """
def choose_tokens(ids, draw, rate=0.15):
    chosen = (draw < rate) & (ids >= FIRST_ID)
""",
    ),
]

CORRUPT = [
    (
        "모두 [MASK]로 바꿈",
        """
def corrupt(ids, chosen, how, anything):
    return np.where(chosen, MASK_ID, ids)
""",
    ),
    (
        "그대로 두지 않음",
        """
def corrupt(ids, chosen, how, anything):
    return np.where(chosen, np.where(how < 0.8, MASK_ID, anything), ids)
""",
    ),
    (
        "아무 토큰을 쓰지 않음",
        """
def corrupt(ids, chosen, how, anything):
    return np.where(chosen & (how < 0.8), MASK_ID, ids)
""",
    ),
    (
        "고르지 않은 자리도 바꿈",
        """
def corrupt(ids, chosen, how, anything):
    return np.where(how < 0.8, MASK_ID, np.where(how < 0.9, anything, ids))
""",
    ),
    (
        "고른 자리와 아닌 자리가 뒤바뀜",
        {"changed, ids": "ids, changed"},
    ),
    (
        "[MASK]의 몫을 10 %로 둠",
        {"0.8,": "0.1,"},
    ),
    (
        "[MASK] 대신 아무 토큰을 넣음",
        {
            "MASK_ID, np.where(how < 0.9, anything": (
                "anything, np.where(how < 0.9, MASK_ID"
            )
        },
    ),
    (
        "0을 넣음",
        {"MASK_ID": "PAD_ID"},
    ),
    (
        "mutates_input",
        """
def corrupt(ids, chosen, how, anything):
    ids[chosen & (how < 0.8)] = MASK_ID
    random = chosen & (how >= 0.8) & (how < 0.9)
    ids[random] = anything[random]
    return ids
""",
    ),
]

LOSS = [
    (
        "모든 자리를 평균함",
        """
def mlm_loss(logits, targets):
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    nats = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    return nats.mean()
""",
    ),
    (
        "자리의 수로 나눔",
        {
            "return -log_p[np.arange(len(z)), targets[keep]].mean()": (
                "nats = -log_p[np.arange(len(z)), targets[keep]]\n"
                "    return nats.sum() / targets.size"
            )
        },
    ),
    (
        "평균하지 않음",
        {
            "return -log_p[np.arange(len(z)), targets[keep]].mean()": (
                "nats = -log_p[np.arange(len(z)), targets[keep]]\n    return nats.sum()"
            )
        },
    ),
    (
        "부호가 반대",
        {
            "return -log_p[np.arange(len(z)), targets[keep]].mean()": (
                "nats = -log_p[np.arange(len(z)), targets[keep]]\n"
                "    return -nats.mean()"
            )
        },
    ),
    (
        "줄마다 평균함",
        """
def mlm_loss(logits, targets):
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    nats = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    keep = targets != PAD_ID
    return np.mean([n[k].mean() for n, k in zip(nats, keep) if k.any()])
""",
    ),
    (
        "로그를 취하지 않음",
        {
            "return -log_p[np.arange(len(z)), targets[keep]].mean()": (
                "nats = -log_p[np.arange(len(z)), targets[keep]]\n"
                "    return (1 - np.exp(-nats)).mean()"
            )
        },
    ),
    (
        "문장의 수로 나눔",
        {
            "return -log_p[np.arange(len(z)), targets[keep]].mean()": (
                "nats = -log_p[np.arange(len(z)), targets[keep]]\n"
                "    return nats.sum() / len(targets)"
            )
        },
    ),
    (
        "no_max_subtraction",
        """
def mlm_loss(logits, targets):
    keep = targets != PAD_ID
    z = np.exp(logits[keep])
    p = z / z.sum(axis=-1, keepdims=True)
    return -np.log(p[np.arange(len(z)), targets[keep]]).mean()
""",
    ),
    (
        "uses_ready_made",
        """
def mlm_loss(logits, targets):
    z = torch.tensor(logits).flatten(0, 1)
    t = torch.tensor(targets).flatten()
    return torch.nn.functional.cross_entropy(z, t, ignore_index=0).item()
""",
    ),
]

PACK = [
    (
        "자르지 않음",
        """
def pack_pair(first, second, max_len):
    ids = [CLS_ID, *first, SEP_ID, *second, SEP_ID]
    return ids, [0] * (len(first) + 2) + [1] * (len(second) + 1)
""",
    ),
    (
        "언제나 뒤 문장을 자름",
        {"first if len(first) > len(second) else second": "second or first"},
    ),
    (
        "언제나 앞 문장을 자름",
        {"if len(first) > len(second) else": "or"},
    ),
    (
        "같을 때 앞 문장을 자름",
        {") > len": ") >= len"},
    ),
    (
        "문장의 머리를 자름",
        {"pop()": "pop(0)"},
    ),
    (
        "첫 [SEP]의 구간이 1",
        {"2) + [1] * (len(second) + 1": "1) + [1] * (len(second) + 2"},
    ),
    (
        "[CLS]와 [SEP]가 뒤바뀜",
        {
            "CLS_ID, *first, SEP_ID, *second, SEP_ID": (
                "SEP_ID, *first, CLS_ID, *second, CLS_ID"
            )
        },
    ),
    (
        "[CLS]를 빠뜨림",
        {"[CLS_ID, *": "[*", "+ 2)": "+ 1)"},
    ),
    (
        "끝의 [SEP]를 빠뜨림",
        {"second, SEP_ID": "second", "(len(second) + 1": "len(second"},
    ),
    (
        "특별한 토큰을 세지 않음",
        {"max_len - 3": "max_len"},
    ),
    (
        "이어 붙인 다음 뒤를 자름",
        """
def pack_pair(first, second, max_len):
    ids = [CLS_ID, *first, SEP_ID, *second, SEP_ID]
    segments = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    return ids[:max_len], segments[:max_len]
""",
    ),
    (
        "tuple_order",
        {
            "ids, [0] * (len(first) + 2) + [1] * (len(second) + 1)": (
                "[0] * (len(first) + 2) + [1] * (len(second) + 1), ids"
            )
        },
    ),
    (
        "mutates_input",
        {"first, second = list(first), list(second)": ""},
    ),
]

INPUT = [
    (
        "구간을 빠뜨림",
        {"+ segs[segments] + places": "+ places"},
    ),
    (
        "위치를 빠뜨림",
        {"] + places[: ids.shape[1]]": "]"},
    ),
    (
        "층 정규화를 빠뜨림",
        """
def bert_input(ids, segments, tables, gain, bias, eps=1e-12):
    tokens, segs, places = tables
    return tokens[ids] + segs[segments] + places[: ids.shape[1]]
""",
    ),
    (
        "√D를 곱함",
        {"ids] + segs": "ids] * np.sqrt(len(gain)) + segs"},
    ),
    (
        "위치를 토큰 번호로 찾음",
        {": ids.shape[1]": "ids"},
    ),
    (
        "D−1로 나눈 분산",
        {"keepdims=True) +": "keepdims=True, ddof=1) +"},
    ),
    (
        "크기와 이동을 빠뜨림",
        {
            "gain * center / np.sqrt(x.var(axis=-1, keepdims=True) + eps) + bias": (
                "center / np.sqrt(x.var(axis=-1, keepdims=True) + eps)"
            )
        },
    ),
    (
        "토큰의 축으로 정규화함",
        {
            "mean(axis=-1, keepdims": "mean(axis=1, keepdims",
            "var(axis=-1, keepdims": "var(axis=1, keepdims",
        },
    ),
    (
        "더하기 전에 정규화함",
        """
def bert_input(ids, segments, tables, gain, bias, eps=1e-12):
    tokens, segs, places = tables
    x = tokens[ids]
    center = x - x.mean(axis=-1, keepdims=True)
    y = gain * center / np.sqrt(x.var(axis=-1, keepdims=True) + eps) + bias
    return y + segs[segments] + places[: ids.shape[1]]
""",
    ),
    (
        "uses_ready_made",
        """
from jumok.scratch import layer_norm


def bert_input(ids, segments, tables, gain, bias, eps=1e-12):
    tokens, segs, places = tables
    x = tokens[ids] + segs[segments] + places[: ids.shape[1]]
    return layer_norm(x, gain, bias, eps)
""",
    ),
]

WHOLE = [
    (
        "토큰마다 따로 고름",
        """
def whole_words(starts, draw, rate=0.15):
    return draw < rate
""",
    ),
    (
        "여는 토큰만 고름",
        """
def whole_words(starts, draw, rate=0.15):
    return starts & (draw < rate)
""",
    ),
    (
        "하나라도 작으면 고름",
        """
def whole_words(starts, draw, rate=0.15):
    word = np.cumsum(starts, axis=1)
    out = np.zeros(draw.shape)
    for i in range(len(draw)):
        for k in np.unique(word[i]):
            out[i, word[i] == k] = draw[i][word[i] == k].min()
    return out < rate
""",
    ),
    (
        "모두 작아야 고름",
        """
def whole_words(starts, draw, rate=0.15):
    word = np.cumsum(starts, axis=1)
    out = np.zeros(draw.shape)
    for i in range(len(draw)):
        for k in np.unique(word[i]):
            out[i, word[i] == k] = draw[i][word[i] == k].max()
    return out < rate
""",
    ),
    (
        "마지막 토큰의 수를 씀",
        """
def whole_words(starts, draw, rate=0.15):
    word = np.cumsum(starts, axis=1)
    out = np.zeros(draw.shape)
    for i in range(len(draw)):
        for k in np.unique(word[i]):
            out[i, word[i] == k] = draw[i][word[i] == k][-1]
    return out < rate
""",
    ),
    (
        "수를 평균함",
        """
def whole_words(starts, draw, rate=0.15):
    word = np.cumsum(starts, axis=1)
    out = np.zeros(draw.shape)
    for i in range(len(draw)):
        for k in np.unique(word[i]):
            out[i, word[i] == k] = draw[i][word[i] == k].mean()
    return out < rate
""",
    ),
    (
        "단어의 번호로 수를 찾음",
        """
def whole_words(starts, draw, rate=0.15):
    word = np.cumsum(starts, axis=1) - 1
    return np.take_along_axis(draw, word, axis=1) < rate
""",
    ),
    (
        "고를 것과 남길 것이 뒤바뀜",
        {") < rate": ") > rate"},
    ),
    (
        "wrong_type",
        {
            "np.take_along_axis(draw, opened, axis=1) < rate": (
                "(np.take_along_axis(draw, opened, axis=1) < rate).tolist()"
            )
        },
    ),
]

HEAD = [
    (
        "모든 자리를 평균함",
        {"[:, 0]": ".mean(dim=1)"},
    ),
    (
        "마지막 자리를 씀",
        {", 0]": ", -1]"},
    ),
    (
        "자리마다 로짓을 냄",
        {"[:, 0]": ""},
    ),
    (
        "tanh를 빠뜨림",
        {"torch.tanh(self.dense(hidden[:, 0])": "self.dense(hidden[:, 0]"},
    ),
    (
        "tanh 대신 ReLU를 씀",
        {"tanh": "relu"},
    ),
    (
        "소프트맥스까지 함",
        {"])))": "]))).softmax(dim=-1)"},
    ),
    (
        "dense를 쓰지 않음",
        {"self.dense(hidden[:, 0])": "hidden[:, 0]"},
    ),
    (
        "가장 큰 값을 고름",
        {"[:, 0]": ".max(dim=1).values"},
    ),
    (
        "tanh 대신 시그모이드를 씀",
        {"tanh": "sigmoid"},
    ),
    (
        "wrong_state",
        {"d_model)": "d_model, bias=False)"},
    ),
    (
        "기울기가 끊김",
        {"])))": "])).detach())"},
    ),
]

QUESTIONS = {
    "ex08-1": COUNTS,
    "ex08-2": SEGMENTS,
    "ex08-3": HAND,
    "ex08-4": CHOOSE,
    "ex08-5": CORRUPT,
    "ex08-6": LOSS,
    "ex08-7": PACK,
    "ex08-8": INPUT,
    "ex08-9": WHOLE,
    "ex08-10": HEAD,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
