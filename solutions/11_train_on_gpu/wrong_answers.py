"""11장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""


def changed(body, old, new):
    """맞는 답에서 한 곳만 바꾼 글."""
    assert body.count(old) == 1, old
    return body.replace(old, new)


MEMORY = [
    ("가중치만 셈", "memory = (60e6 * 4 / 1e9, 0.51, 0.12)"),
    ("하나를 빠뜨림", "memory = (60e6 * 12 / 1e9, 0.51, 0.12)"),
    ("8바이트로 셈", "memory = (60e6 * 8 / 1e9, 0.51, 0.12)"),
    (
        "GiB로 적음",
        "memory = (60e6 * 16 / 2**30, 8000 * 16000 * 4 / 2**30, 60e6 * 2 / 2**30)",
    ),
    ("비트로 적음", "memory = (7.68, 4.096, 0.96)"),
    ("MB로 적음", "memory = (960, 512, 120)"),
    ("로짓을 bf16으로 셈", "memory = (0.96, 8000 * 16000 * 2 / 1e9, 0.12)"),
    ("파일을 fp32로 셈", "memory = (0.96, 0.51, 0.24)"),
    ("파일에 학습 상태를 담음", "memory = (0.96, 0.51, 0.96)"),
    ("어휘를 곱하지 않음", "memory = (0.96, 8000 * 4 / 1e9, 0.12)"),
    ("wrong_answer", "memory = (0.96, 0.51)"),
    ("unsolved", "memory = None"),
]

PICKED = [
    (
        "<eos>를 세지 않음",
        "picked = (-3.7 / (11 / 6) ** 0.6, -4.5 / (17 / 6) ** 0.6, 'B', 'A')",
    ),
    ("나누지 않고 곱함", "picked = (-3.7 * 1.516, -4.5 * 1.933, 'A', 'A')"),
    ("길이로 바로 나눔", "picked = (-3.7 / 7, -4.5 / 13, 'B', 'A')"),
    ("5를 더하지 않음", "picked = (-3.7 / 7**0.6, -4.5 / 13**0.6, 'B', 'A')"),
    (
        "5를 더하지 않음",
        "picked = (-3.7 / (7 / 6) ** 0.6, -4.5 / (13 / 6) ** 0.6, 'B', 'A')",
    ),
    ("α를 곱함", "picked = (-3.7 / (0.6 * 2), -4.5 / (0.6 * 3), 'B', 'A')"),
    ("α를 1로 둠", "picked = (-1.85, -1.5, 'B', 'A')"),
    ("음수의 크기를 거꾸로 봄", "picked = (-2.44, -2.33, 'A', 'B')"),
    ("α = 0.6에서 거꾸로 고름", "picked = (-2.44, -2.33, 'a', 'A')"),
    ("α = 0에서도 길이를 봐줌", "picked = (-2.44, -2.33, 'B', 'B')"),
    ("부호를 빠뜨림", "picked = (2.44, 2.33, 'B', 'A')"),
    ("wrong_answer", "picked = (-2.44, -2.33)"),
]

RUN_COST = [
    ("앞걸음만 셈", "run_cost = (2 * 5e7 * 3e5 / 3.6e14, 40, 0.4)"),
    ("뒷걸음만 셈", "run_cost = (4 * 5e7 * 3e5 / 3.6e14, 40, 0.4)"),
    ("6을 곱하지 않음", "run_cost = (5e7 * 3e5 / 3.6e14, 40, 0.4)"),
    ("퍼센트로 적음", "run_cost = (25, 40, 0.4)"),
    ("거꾸로 나눔", "run_cost = (3.6e14 / 9e13, 40, 0.4)"),
    ("초로 적음", "run_cost = (0.25, 7.2e8 / 3e5, 0.4)"),
    ("Wh로 적음", "run_cost = (0.25, 40, 600 * 40 / 60)"),
    ("분을 시간으로 씀", "run_cost = (0.25, 40, 0.6 * 40)"),
    ("메가줄로 적음", "run_cost = (0.25, 40, 600 * 2400 / 1e6)"),
    ("활용률을 곱함", "run_cost = (0.25, 40, 0.4 * 0.25)"),
    ("wrong_answer", "run_cost = (0.5, 40, 0.4)"),
]

RATE_HEAD = (
    "def warmup_rate(steps, d_model, warmup):\n    t, w = steps, warmup\n    return "
)
RATE = [
    (name, RATE_HEAD + source)
    for name, source in (
        ("큰 쪽을 고름", "d_model**-0.5 * np.maximum(t**-0.5, t * w**-1.5)"),
        ("D를 쓰지 않음", "np.minimum(t**-0.5, t * w**-1.5)"),
        ("D의 제곱근을 곱함", "d_model**0.5 * np.minimum(t**-0.5, t * w**-1.5)"),
        ("D로 나눔", "np.minimum(t**-0.5, t * w**-1.5) / d_model"),
        ("워밍업이 없음", "d_model**-0.5 * t**-0.5"),
        ("내려가지 않음", "d_model**-0.5 * t * w**-1.5"),
        ("봉우리에서 멈춤", "(d_model * w) ** -0.5 * np.minimum(1, t / w)"),
        ("w의 지수가 다름", "d_model**-0.5 * np.minimum(t**-0.5, t * w**-0.5)"),
        ("t에 반비례함", "(d_model * w) ** -0.5 * np.where(t < w, t / w, w / t)"),
        (
            "0부터 셈",
            (
                "d_model**-0.5 * np.minimum(np.maximum(t - 1, 1e-9) ** -0.5, "
                "(t - 1) * w**-1.5)"
            ),
        ),
        ("raises", "d_model**-0.5 * min(t**-0.5, t * w**-1.5)"),
        (
            "wrong_shape",
            "np.min(d_model**-0.5 * np.minimum(t**-0.5, t * w**-1.5), keepdims=True)",
        ),
    )
]

BATCHES_BODY = """
def token_batches(lengths, max_tokens):
    batches = [[]]
    for i in np.argsort(lengths, kind="stable"):
        longest = max([lengths[i], *lengths[batches[-1]]])
        if batches[-1] and (len(batches[-1]) + 1) * longest > max_tokens:
            batches.append([])
        batches[-1].append(int(i))
    cells = sum(len(rows) * max(lengths[rows]) for rows in batches)
    return batches, int(cells - lengths.sum())
"""
ORDER = 'np.argsort(lengths, kind="stable")'
FULL = "(len(batches[-1]) + 1) * longest > max_tokens"
RETURN = "return batches, int(cells - lengths.sum())"
BATCHES = [
    (
        "채움을 세지 않음",
        changed(
            BATCHES_BODY, FULL, "sum(lengths[batches[-1]]) + lengths[i] > max_tokens"
        ),
    ),
    ("늘어놓지 않음", changed(BATCHES_BODY, ORDER, "range(len(lengths))")),
    (
        "긴 것부터 담음",
        changed(BATCHES_BODY, ORDER, 'np.argsort(-lengths, kind="stable")'),
    ),
    (
        "같은 길이의 차례가 뒤집힘",
        changed(BATCHES_BODY, ORDER, 'np.argsort(-lengths[::1], kind="stable")[::-1]'),
    ),
    (
        "넘긴 다음에 자름",
        changed(
            BATCHES_BODY,
            FULL,
            "len(batches[-1]) * max(lengths[batches[-1]]) > max_tokens",
        ),
    ),
    (
        "꼭 차면 자름",
        changed(BATCHES_BODY, FULL, "(len(batches[-1]) + 1) * longest >= max_tokens"),
    ),
    (
        "줄의 수를 똑같이 함",
        changed(BATCHES_BODY, FULL, "len(batches[-1]) == max_tokens // max(lengths)"),
    ),
    (
        "마지막 배치를 버림",
        """
def token_batches(lengths, max_tokens):
    batches, now = [], []
    for i in np.argsort(lengths, kind="stable").tolist():
        if (len(now) + 1) * lengths[i] > max_tokens:
            batches.append(now)
            now = []
        now.append(i)
    return batches, int(
        sum(len(b) * lengths[b[-1]] - lengths[b].sum() for b in batches)
    )
""",
    ),
    (
        "전체에서 가장 긴 길이로 채움",
        changed(
            BATCHES_BODY, "len(rows) * max(lengths[rows])", "len(rows) * max(lengths)"
        ),
    ),
    ("모든 칸을 셈", changed(BATCHES_BODY, RETURN, "return batches, int(cells)")),
    (
        "채움의 몫을 돌려줌",
        changed(
            BATCHES_BODY, RETURN, "return batches, float(1 - lengths.sum() / cells)"
        ),
    ),
    (
        "번호 대신 길이를 담음",
        changed(
            BATCHES_BODY,
            RETURN,
            RETURN.replace("batches,", "[lengths[b].tolist() for b in batches],"),
        ),
    ),
    ("wrong_type", changed(BATCHES_BODY, RETURN, "return batches")),
]

LOSS_BODY = """
def smoothed_loss(logits, targets, smoothing, pad_id=0):
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = log_p[np.arange(len(targets)), targets]
    flat = log_p.mean(axis=-1)
    each = -(1 - smoothing) * picked - smoothing * flat
    return each[targets != pad_id].mean()
"""
FLAT = "log_p.mean(axis=-1)"
LOSS_END = "each[targets != pad_id].mean()"
LOSS = [
    (
        "no_max_subtraction",
        changed(LOSS_BODY, "logits - logits.max(axis=-1, keepdims=True)", "logits"),
    ),
    (
        "부드럽게 하지 않음",
        changed(LOSS_BODY, "-(1 - smoothing) * picked - smoothing * flat", "-picked"),
    ),
    (
        "정답을 뺀 나머지에 나눔",
        changed(
            LOSS_BODY, FLAT, "(log_p.sum(axis=-1) - picked) / (logits.shape[-1] - 1)"
        ),
    ),
    (
        "목표의 합이 1보다 작음",
        changed(LOSS_BODY, FLAT, "(log_p.sum(axis=-1) - picked) / logits.shape[-1]"),
    ),
    ("V로 나누지 않음", changed(LOSS_BODY, FLAT, "log_p.sum(axis=-1)")),
    (
        "채움의 열을 뺌",
        changed(LOSS_BODY, FLAT, "np.delete(log_p, pad_id, axis=-1).mean(axis=-1)"),
    ),
    (
        "ε이 뒤바뀜",
        changed(
            LOSS_BODY,
            "-(1 - smoothing) * picked - smoothing * flat",
            "-smoothing * picked - (1 - smoothing) * flat",
        ),
    ),
    ("채움까지 셈", changed(LOSS_BODY, LOSS_END, "each.mean()")),
    (
        "나누는 수에 채움을 셈",
        changed(LOSS_BODY, LOSS_END, "each[targets != pad_id].sum() / len(targets)"),
    ),
    ("평균하지 않음", changed(LOSS_BODY, LOSS_END, "each[targets != pad_id].sum()")),
    (
        "엔트로피를 뺌",
        """
def smoothed_loss(logits, targets, smoothing, pad_id=0):
    n, size = logits.shape
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    q = np.full((n, size), smoothing / size)
    q[np.arange(n), targets] += 1 - smoothing
    each = (q * (np.log(q) - log_p)).sum(axis=-1)
    return each[targets != pad_id].mean()
""",
    ),
    (
        "uses_ready_made",
        """
def smoothed_loss(logits, targets, smoothing, pad_id=0):
    x, y = torch.tensor(logits), torch.tensor(targets)
    return F.cross_entropy(x, y, ignore_index=pad_id, label_smoothing=smoothing).item()
""",
    ),
]

PIECES_BODY = """
def accumulate_gradient(weight, pieces, pad_id=0):
    n = sum(int((y != pad_id).sum()) for _, y in pieces)
    total = 0.0
    for x, y in pieces:
        k = max(1, int((y != pad_id).sum()))
        part = F.cross_entropy(x @ weight.T, y, ignore_index=pad_id, reduction="sum")
        part = part / n
        part.backward()
        total += part.item()
    return total, weight.grad
"""
DIVIDE = "        part = part / n\n"
BACK = "        part.backward()\n"
PIECES = [
    (
        "조각의 평균을 평균함",
        changed(PIECES_BODY, DIVIDE, "        part = part / k / len(pieces)\n"),
    ),
    ("조각의 평균을 더함", changed(PIECES_BODY, DIVIDE, "        part = part / k\n")),
    ("나누지 않음", changed(PIECES_BODY, DIVIDE, "")),
    (
        "채움까지 나눔",
        changed(PIECES_BODY, "int((y != pad_id).sum()) for _, y", "len(y) for _, y"),
    ),
    (
        "채움까지 배움",
        changed(
            changed(PIECES_BODY, ", ignore_index=pad_id", ""),
            "int((y != pad_id).sum()) for _, y",
            "len(y) for _, y",
        ),
    ),
    ("두 번 나눔", changed(PIECES_BODY, DIVIDE, "        part = part / k / n\n")),
    (
        "빈 조각에서 NaN이 됨",
        """
def accumulate_gradient(weight, pieces, pad_id=0):
    n = sum(int((y != pad_id).sum()) for _, y in pieces)
    total = 0.0
    for x, y in pieces:
        share = int((y != pad_id).sum()) / n
        part = F.cross_entropy(x @ weight.T, y, ignore_index=pad_id) * share
        part.backward()
        total += part.item()
    return total, weight.grad
""",
    ),
    (
        "마지막 조각만 남음",
        changed(
            PIECES_BODY, BACK, "        weight.grad = None\n        part.backward()\n"
        ),
    ),
    (
        "첫 조각만 계산함",
        changed(PIECES_BODY, BACK, "        weight.grad is None and part.backward()\n"),
    ),
    (
        "손실만 고침",
        changed(
            PIECES_BODY,
            DIVIDE + BACK,
            (
                "        mean = part / k\n"
                "        mean.backward()\n"
                "        part = part / n\n"
            ),
        ),
    ),
    (
        "손실만 나눔",
        changed(PIECES_BODY, DIVIDE + BACK, BACK + "        part = part / n\n"),
    ),
    (
        "uses_ready_made",
        """
def accumulate_gradient(weight, pieces, pad_id=0):
    x, y = torch.cat([x for x, _ in pieces]), torch.cat([y for _, y in pieces])
    loss = F.cross_entropy(x @ weight.T, y, ignore_index=pad_id)
    loss.backward()
    return loss.item(), weight.grad
""",
    ),
    (
        "tuple_order",
        changed(PIECES_BODY, "return total, weight.grad", "return weight.grad, total"),
    ),
]

STATES_BODY = """
def average_states(states):
    average = {}
    for name, last in states[-1].items():
        xs = [state[name] for state in states]
        if last.is_floating_point():
            wide = sum(x.double() for x in xs) / len(xs)
            average[name] = wide.to(last.dtype)
        else:
            average[name] = last
    return average
"""
WIDE = "sum(x.double() for x in xs) / len(xs)"
STATES = [
    ("좁은 수로 더함", changed(STATES_BODY, WIDE, "sum(xs) / len(xs)")),
    ("나누지 않음", changed(STATES_BODY, WIDE, "sum(x.double() for x in xs)")),
    ("dtype을 되돌리지 않음", changed(STATES_BODY, "wide.to(last.dtype)", "wide")),
    ("마지막 것만 돌려줌", changed(STATES_BODY, WIDE, "xs[-1]")),
    (
        "처음과 끝만 평균함",
        changed(STATES_BODY, WIDE, "(xs[0].double() + xs[-1].double()) / 2"),
    ),
    (
        "둘씩 이어서 평균함",
        """
def average_states(states):
    average = dict(states[0])
    for state in states[1:]:
        for name, x in state.items():
            if x.is_floating_point():
                average[name] = (average[name].double() + x.double()) / 2
            else:
                average[name] = x
    return {name: x.to(states[0][name].dtype) for name, x in average.items()}
""",
    ),
    (
        "하나를 빠뜨림",
        changed(STATES_BODY, WIDE, "sum(x.double() for x in xs[1:]) / len(xs[1:])"),
    ),
    (
        "나누는 수가 하나 적음",
        changed(STATES_BODY, WIDE, "sum(x.double() for x in xs) / (len(xs) - 1)"),
    ),
    ("정수까지 평균함", changed(STATES_BODY, "last.is_floating_point()", "True")),
    (
        "첫 것의 정수를 담음",
        changed(STATES_BODY, "average[name] = last\n", "average[name] = xs[0]\n"),
    ),
    ("wrong_keys", changed(STATES_BODY, "average[name] = last\n", "continue\n")),
    (
        "mutates_input",
        """
def average_states(states):
    average = dict(states[-1])
    for name, x in average.items():
        if x.is_floating_point():
            for state in states[:-1]:
                x += state[name]
            x /= len(states)
    return average
""",
    ),
]

BLEU_BODY = """
def count_bleu(hypotheses, references, max_n=4):
    c, r = sum(map(len, hypotheses)), sum(map(len, references))
    ps = []
    for n in range(1, max_n + 1):
        hit = total = 0
        for words, answer in zip(hypotheses, references):
            mine, truth = n_grams(words, n), n_grams(answer, n)
            hit += (mine & truth).total()
            total += mine.total()
        if not hit:
            return 0.0
        ps.append(hit / total)
    mean = math.exp(sum(map(math.log, ps)) / max_n)
    brevity = min(1.0, math.exp(1 - r / c))
    return 100 * brevity * mean
"""
HIT = "(mine & truth).total()"
GRAMS = "n_grams(words, n), n_grams(answer, n)"
MEAN = "math.exp(sum(map(math.log, ps)) / max_n)"
BREVITY = "min(1.0, math.exp(1 - r / c))"
BLEU = [
    (
        "자르지 않음",
        changed(BLEU_BODY, HIT, "sum(k for gram, k in mine.items() if gram in truth)"),
    ),
    (
        "수를 세지 않고 종류만 봄",
        changed(
            BLEU_BODY,
            GRAMS,
            "Counter(set(n_grams(words, n))), Counter(set(n_grams(answer, n)))",
        ),
    ),
    (
        "참조의 수로 나눔",
        changed(BLEU_BODY, "total += mine.total()", "total += truth.total()"),
    ),
    ("짧은 번역의 벌이 없음", changed(BLEU_BODY, BREVITY, "1.0")),
    ("긴 번역에 벌을 줌", changed(BLEU_BODY, BREVITY, "min(1.0, math.exp(1 - c / r))")),
    ("벌이 상이 됨", changed(BLEU_BODY, BREVITY, "math.exp(1 - r / c)")),
    ("벌을 길이의 비로 줌", changed(BLEU_BODY, BREVITY, "min(1.0, c / r)")),
    (
        "벌을 문장마다 매김",
        changed(
            BLEU_BODY,
            BREVITY,
            (
                "np.mean([min(1.0, math.exp(1 - len(t) / len(h))) for h, "
                "t in zip(hypotheses, references)])"
            ),
        ),
    ),
    (
        "문장마다 구해 평균함",
        changed(BLEU_BODY, "def count_bleu(", "def corpus(")
        + """

def count_bleu(hypotheses, references, max_n=4):
    scores = [corpus([h], [r], max_n) for h, r in zip(hypotheses, references)]
    return sum(scores) / len(scores)
""",
    ),
    ("산술 평균함", changed(BLEU_BODY, MEAN, "sum(ps) / max_n")),
    ("가장 긴 것만 봄", changed(BLEU_BODY, MEAN, "ps[-1]")),
    ("N으로 나누지 않음", changed(BLEU_BODY, MEAN, "math.prod(ps)")),
    (
        "0부터 1까지로 돌려줌",
        changed(BLEU_BODY, "100 * brevity * mean", "brevity * mean"),
    ),
    (
        "모든 n을 한데 셈",
        """
def count_bleu(hypotheses, references, max_n=4):
    c, r = sum(map(len, hypotheses)), sum(map(len, references))
    hit = total = 0
    for n in range(1, max_n + 1):
        for words, answer in zip(hypotheses, references):
            mine, truth = n_grams(words, n), n_grams(answer, n)
            hit += (mine & truth).total()
            total += mine.total()
    return 100 * min(1.0, math.exp(1 - r / c)) * hit / total
""",
    ),
    ("raises", changed(BLEU_BODY, "        if not hit:\n            return 0.0\n", "")),
    (
        "uses_ready_made",
        """
def count_bleu(hypotheses, references, max_n=4):
    from jumok.training import metrics

    return metrics.bleu(hypotheses, references)
""",
    ),
]

LEAKS_BODY = """
def find_leaks(model, ids, vocab_size):
    before, leaks = model(ids), set()
    for j in range(len(ids)):
        for token in range(vocab_size):
            other = ids.copy()
            other[j] = token
            moved = np.abs(model(other) - before).max(axis=-1)
            leaks |= {(t, j) for t in range(j) if moved[t] > 1e-9}
    return sorted(leaks)
"""
PAST = "for t in range(j) if"
MOVED = "np.abs(model(other) - before).max(axis=-1)"
TOKENS = "range(vocab_size)"
LEAKS = [
    ("자기 자리까지 봄", changed(LEAKS_BODY, PAST, "for t in range(j + 1) if")),
    (
        "앞이 아니라 뒤를 봄",
        changed(LEAKS_BODY, PAST, "for t in range(j + 1, len(ids)) if"),
    ),
    (
        "모든 자리를 봄",
        changed(LEAKS_BODY, PAST, "for t in range(len(ids)) if t != j and"),
    ),
    ("바로 앞만 봄", changed(LEAKS_BODY, PAST, "for t in range(max(0, j - 1), j) if")),
    (
        "반올림을 새는 것으로 봄",
        changed(LEAKS_BODY, "moved[t] > 1e-9", "moved[t] != 0"),
    ),
    (
        "번호를 하나만 바꾸어 봄",
        changed(LEAKS_BODY, TOKENS, "[(ids[j] + 1) % vocab_size]"),
    ),
    ("0번으로만 바꾸어 봄", changed(LEAKS_BODY, TOKENS, "[0]")),
    ("마지막 번호를 빠뜨림", changed(LEAKS_BODY, TOKENS, "range(vocab_size - 1)")),
    (
        "늘어난 것만 봄",
        changed(LEAKS_BODY, MOVED, "(model(other) - before).max(axis=-1)"),
    ),
    (
        "로짓을 하나만 봄",
        changed(LEAKS_BODY, MOVED, "np.abs(model(other) - before)[:, 0]"),
    ),
    ("뒤를 모두 바꿈", changed(LEAKS_BODY, "other[j] = token", "other[j:] = token")),
    (
        "바꾼 것을 되돌리지 않음",
        """
def find_leaks(model, ids, vocab_size):
    before, leaks = model(ids), set()
    other = ids.copy()
    for j in range(len(ids)):
        for token in range(vocab_size):
            other[j] = token
            moved = np.abs(model(other) - before).max(axis=-1)
            leaks |= {(t, j) for t in range(j) if moved[t] > 1e-9}
    return sorted(leaks)
""",
    ),
    ("짝의 차례가 뒤바뀜", changed(LEAKS_BODY, "{(t, j)", "{(j, t)")),
    (
        "샌다는 것만 말함",
        changed(LEAKS_BODY, "return sorted(leaks)", "return len(leaks) > 0"),
    ),
    ("wrong_type", changed(LEAKS_BODY, "return sorted(leaks)", "return leaks")),
]

QUESTIONS = {
    "ex11-1": MEMORY,
    "ex11-2": PICKED,
    "ex11-3": RUN_COST,
    "ex11-4": RATE,
    "ex11-5": BATCHES,
    "ex11-6": LOSS,
    "ex11-7": PIECES,
    "ex11-8": STATES,
    "ex11-9": BLEU,
    "ex11-10": LEAKS,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
