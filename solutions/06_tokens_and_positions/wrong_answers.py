"""6장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

STEPS = [
    ("나온 수를 곱하지 않음", "steps = (2, 1, 3)"),
    ("다시 세지 않음", "steps = (7, 6, 2)"),
    ("다시 세지 않음", "steps = (4 + 3, 4 + 2, 3)"),
    ("배우지 않은 규칙을 씀", "steps = (7, 4, 2)"),
    ("통째로 한 토큰으로 봄", "steps = (7, 4, 1)"),
    ("한 낱말에서만 셈", "steps = (4, 4, 3)"),
    ("둘째로 많은 것을 고름", "steps = [7, 3, 3]"),
    ("둘째 걸음에서 더함", "steps = (7, 7, 3)"),
    ("wrong_answer", "steps = (7, 4)"),
    ("unsolved", "steps = None"),
]

FIRST = [
    ("√D를 곱하지 않음", "x0 = (1, 1, 2, 0)"),
    ("√D가 아니라 D를 곱함", "x0 = (4, 1, 8, -3)"),
    ("더한 뒤에 곱함", "x0 = (2, 2, 4, 0)"),
    ("사인과 코사인이 뒤바뀜", "x0 = (3, 0, 5, -2)"),
    ("앞 절반에 사인을 놓음", "x0 = (2, 0, 5, -1)"),
    ("위치를 더하지 않음", "x0 = tuple(2 * x for x in (1, 0, 2, -1))"),
    ("자리를 1부터 셈", "x0 = (2.84, 0.54, 4.01, -1)"),
    ("√D로 나눔", "x0 = (1 / 2, 1, 1, 1 / 2)"),
    ("wrong_answer", "x0 = (2, 1, 4, 0)"),
]

ROWS = [
    ("겹친 번호를 따로 셈", "rows = ((2, 3, 16), 6, 96)"),
    ("0번을 뺌", "rows = ((2, 3, 16), 3, 3 * 16)"),
    ("표 전체가 받는다고 봄", "rows = ((2, 3, 16), 1000, 1000 * 16)"),
    ("줄과 수를 같게 봄", "rows = ((2, 3, 16), 4, 4)"),
    ("로짓의 모양과 헷갈림", "rows = ((2, 3, 1000), 4, 64)"),
    ("배치의 축을 합침", "rows = ((6, 16), 4, 64)"),
    ("축의 차례가 다름", "rows = ((2, 16, 3), 4, 64)"),
    ("wrong_answer", "rows = ((2, 3, 16), 5, 80)"),
]

SYLLABLE = [
    (
        "「가」의 번호를 빼지 않음",
        """
def split_syllable(letter):
    rest, final = divmod(ord(letter), 28)
    return rest // 21, rest % 21, final
""",
    ),
    (
        "21과 28이 뒤바뀜",
        """
def split_syllable(letter):
    rest, final = divmod(ord(letter) - ord("가"), 21)
    return rest // 28, rest % 28, final
""",
    ),
    (
        "받침 없음을 세지 않음",
        """
def split_syllable(letter):
    rest, final = divmod(ord(letter) - ord("가"), 27)
    return rest // 21, rest % 21, final
""",
    ),
    (
        "끝소리에서 1을 뺌",
        """
def split_syllable(letter):
    rest, final = divmod(ord(letter) - ord("가"), 28)
    return rest // 21, rest % 21, final - 1
""",
    ),
    (
        "첫소리를 21로 나누지 않음",
        """
def split_syllable(letter):
    n = ord(letter) - ord("가")
    return n // 28, n // 28 % 21, n % 28
""",
    ),
    (
        "조합용 자모의 번호를 돌려줌",
        """
def split_syllable(letter):
    n = ord(letter) - ord("가")
    return 0x1100 + n // 588, 0x1161 + n // 28 % 21, 0x11A7 + n % 28
""",
    ),
    (
        "tuple_order",
        """
def split_syllable(letter):
    n = ord(letter) - ord("가")
    return n % 28, n // 28 % 21, n // 588
""",
    ),
    (
        "uses_ready_made",
        """
import unicodedata

def split_syllable(letter):
    codes = [ord(x) for x in unicodedata.normalize("NFD", letter)] + [0x11A7]
    return codes[0] - 0x1100, codes[1] - 0x1161, codes[2] - 0x11A7
""",
    ),
]

COUNT = """
def best_pair(rows, times):
    counts = {{}}
    for row, n in zip(rows, times):
        for pair in {pairs}:
            counts[pair] = counts.get(pair, 0) + {add}
    best = {best}
    return {answer}
"""


def counting(
    pairs="zip(row, row[1:])",
    add="n",
    best="min(counts, key=lambda p: (-counts[p], p))",
    answer="best, counts[best]",
):
    return COUNT.format(pairs=pairs, add=add, best=best, answer=answer)


PAIR = [
    ("나온 수를 곱하지 않음", counting(add="1")),
    ("비겼을 때 글자 차례를 보지 않음", counting(best="max(counts, key=counts.get)")),
    (
        "비겼을 때 글자 차례가 거꾸로임",
        counting(best="max(counts, key=lambda p: (counts[p], p))"),
    ),
    (
        "낱말의 경계를 넘음",
        """
def best_pair(rows, times):
    pieces = [p for row, n in zip(rows, times) for _ in range(n) for p in row]
    counts = {}
    for pair in zip(pieces, pieces[1:]):
        counts[pair] = counts.get(pair, 0) + 1
    best = min(counts, key=lambda p: (-counts[p], p))
    return best, counts[best]
""",
    ),
    (
        "이웃하지 않은 쌍을 셈",
        counting(pairs="[(a, b) for i, a in enumerate(row) for b in row[i + 1 :]]"),
    ),
    ("가장 적은 쌍을 고름", counting(best="min(counts, key=lambda p: (counts[p], p))")),
    ("합친 조각을 돌려줌", counting(answer="best[0] + best[1], counts[best]")),
    ("쌍만 돌려줌", counting(answer="best")),
    ("wrong_type", counting(answer="list(best), counts[best]")),
    ("tuple_order", counting(answer="counts[best], best")),
    (
        "uses_ready_made",
        """
from jumok.text import learn_merges

def best_pair(rows, times):
    words = {"".join(row): n for row, n in zip(rows, times)}
    pair = learn_merges(words, sorted(set("".join(words))), 1)[0]
    return pair, 0
""",
    ),
]

MERGE = [
    (
        "하나만 합침",
        """
def merge(pieces, pair):
    for i in range(len(pieces) - 1):
        if (pieces[i], pieces[i + 1]) == tuple(pair):
            return pieces[:i] + [pair[0] + pair[1]] + pieces[i + 2 :]
    return pieces[:]
""",
    ),
    (
        "합친 조각을 다시 씀",
        """
def merge(pieces, pair):
    merged, used = [], False
    for i, piece in enumerate(pieces):
        if tuple(pieces[i : i + 2]) == tuple(pair):
            merged.append(pair[0] + pair[1])
            used = True
        elif used:
            used = False
        else:
            merged.append(piece)
    return merged
""",
    ),
    (
        "오른쪽부터 합침",
        """
def merge(pieces, pair):
    merged, i = [], len(pieces) - 1
    while i >= 0:
        if i > 0 and (pieces[i - 1], pieces[i]) == tuple(pair):
            merged.insert(0, pair[0] + pair[1])
            i -= 2
        else:
            merged.insert(0, pieces[i])
            i -= 1
    return merged
""",
    ),
    (
        "차례가 뒤바뀐 쌍도 합침",
        """
def merge(pieces, pair):
    a, b = pair
    for first, second in ((a, b), (b, a)):
        merged, i = [], 0
        while i < len(pieces):
            if pieces[i : i + 2] == [first, second]:
                merged.append(first + second)
                i += 2
            else:
                merged.append(pieces[i])
                i += 1
        pieces = merged
    return pieces
""",
    ),
    (
        "둘째 조각을 지우지 않음",
        """
def merge(pieces, pair):
    merged, i = [], 0
    while i < len(pieces):
        if tuple(pieces[i : i + 2]) == tuple(pair):
            merged += [pair[0] + pair[1], pair[1]]
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged
""",
    ),
    (
        "합치지 않고 지움",
        """
def merge(pieces, pair):
    merged, i = [], 0
    while i < len(pieces):
        if tuple(pieces[i : i + 2]) == tuple(pair):
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged
""",
    ),
    (
        "조각의 일부만 같아도 합침",
        """
def merge(pieces, pair):
    return "/".join(pieces).replace("/".join(pair), "".join(pair)).split("/")
""",
    ),
    (
        "빈칸을 끼워 합침",
        """
def merge(pieces, pair):
    merged, i = [], 0
    while i < len(pieces):
        size = 2 if tuple(pieces[i : i + 2]) == tuple(pair) else 1
        merged.append(" ".join(pieces[i : i + size]))
        i += size
    return merged
""",
    ),
    (
        "글 하나로 이음",
        """
def merge(pieces, pair):
    return "".join(pieces)
""",
    ),
    (
        "mutates_input",
        """
def merge(pieces, pair):
    i = 0
    while i < len(pieces):
        if tuple(pieces[i : i + 2]) == tuple(pair):
            pieces[i : i + 2] = [pair[0] + pair[1]]
        i += 1
    return pieces
""",
    ),
    (
        "uses_ready_made",
        """
from jumok.text import merge_pair

def merge(pieces, pair):
    return merge_pair(pieces, pair)
""",
    ),
]

GRADIENT = [
    (
        "겹치는 번호를 덮어씀",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    table[ids] += grads
    return table
""",
    ),
    (
        "더하지 않고 평균함",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    for word in np.unique(ids):
        table[word] = grads[ids == word].mean(axis=0)
    return table
""",
    ),
    (
        "0번 줄을 비움",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    for word in range(1, vocab_size):
        table[word] = grads[ids == word].sum(axis=0)
    return table
""",
    ),
    (
        "나온 횟수를 셈",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    np.add.at(table, ids, 1.0)
    return table
""",
    ),
    (
        "모든 줄에 나누어 줌",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    return table + grads.sum(axis=(0, 1))
""",
    ),
    (
        "첫 문장만 봄",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    for t, word in enumerate(ids[0]):
        table[word] += grads[0, t]
    return table
""",
    ),
    (
        "배치로 나눔",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    np.add.at(table, ids, grads / ids.shape[0])
    return table
""",
    ),
    (
        "wrong_transpose",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    np.add.at(table, ids, grads)
    return table.T
""",
    ),
    (
        "returns_none",
        """
def embedding_gradient(ids, grads, vocab_size):
    table = np.zeros((vocab_size, grads.shape[-1]))
    np.add.at(table, ids, grads)
""",
    ),
]

WAVES = """
def place_rows(start, length, d_model):
    t = {t}
    angle = t * 10000.0 ** ({power})
    table = np.empty((length, d_model))
    table[:, 0::2] = np.{even}(angle)
    table[:, 1::2] = np.{odd}(angle)
    return table
"""


def waves(
    t="np.arange(start, start + length)[:, None]",
    power="-np.arange(0, d_model, 2) / d_model",
    even="sin",
    odd="cos",
):
    return WAVES.format(t=t, power=power, even=even, odd=odd)


PLACES = [
    ("시작하는 자리를 쓰지 않음", waves(t="np.arange(length)[:, None]")),
    ("자리를 1부터 셈", waves(t="np.arange(start + 1, start + length + 1)[:, None]")),
    ("사인과 코사인이 뒤바뀜", waves(even="cos", odd="sin")),
    (
        "앞 절반에 사인을 놓음",
        """
def place_rows(start, length, d_model):
    t = np.arange(start, start + length)[:, None]
    angle = t / 10000.0 ** (np.arange(0, d_model, 2) / d_model)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)
""",
    ),
    ("지수에 i를 씀", waves(power="-np.arange(d_model // 2) / d_model")),
    (
        "칸마다 다른 각을 씀",
        """
def place_rows(start, length, d_model):
    t = np.arange(start, start + length)[:, None]
    table = t / 10000.0 ** (np.arange(d_model) / d_model)
    table[:, 0::2] = np.sin(table[:, 0::2])
    table[:, 1::2] = np.cos(table[:, 1::2])
    return table
""",
    ),
    ("모두 사인임", waves(odd="sin")),
    ("지수의 부호가 반대임", waves(power="np.arange(0, d_model, 2) / d_model")),
    ("각을 도로 봄", waves(t="np.deg2rad(np.arange(start, start + length))[:, None]")),
    ("wrong_dtype", waves().replace("return table", "return table.astype(np.float32)")),
    (
        "uses_ready_made",
        """
def place_rows(start, length, d_model):
    return positional_encoding(start + length, d_model)[start:]
""",
    ),
]

TURN = """
def shift_matrix(k, d_model):
    matrix = np.zeros((d_model, d_model))
    for i in range(d_model // 2):
        angle = {angle}
        c, s = {pair}
        matrix[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = {block}
    return matrix
"""


def turn(
    angle="k / 10000.0 ** (2 * i / d_model)",
    pair="np.cos(angle), np.sin(angle)",
    block="[[c, s], [-s, c]]",
):
    return TURN.format(angle=angle, pair=pair, block=block)


SHIFT = [
    ("반대쪽으로 돌림", turn(block="[[c, -s], [s, c]]")),
    ("모든 짝을 같은 각으로 돌림", turn(angle="k")),
    ("지수에 i를 씀", turn(angle="k / 10000.0 ** (i / d_model)")),
    ("사인과 코사인이 뒤바뀜", turn(pair="np.sin(angle), np.cos(angle)")),
    ("음의 부호를 빠뜨림", turn(block="[[c, s], [s, c]]")),
    (
        "앞뒤 절반을 짝으로 봄",
        """
def shift_matrix(k, d_model):
    angle = k / 10000.0 ** (np.arange(0, d_model, 2) / d_model)
    c, s = np.diag(np.cos(angle)), np.diag(np.sin(angle))
    return np.block([[c, s], [-s, c]])
""",
    ),
    ("k를 쓰지 않음", turn(angle="1 / 10000.0 ** (2 * i / d_model)")),
    ("지수의 부호가 반대임", turn(angle="k * 10000.0 ** (2 * i / d_model)")),
    ("wrong_shape", turn().replace("return matrix", "return matrix[:2, :2]")),
]

INPUT = """
class MyInput(torch.nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.tokens = torch.nn.Embedding(vocab_size, d_model)
        {init}

    def forward(self, ids, start=0):
        x = self.tokens(ids)
        B, T, D = x.shape
        pe = torch.tensor(positional_encoding({rows}, D)[{first}:], dtype=x.dtype)
        return {value}
"""


def layer(init="pass", rows="start + T", first="start", value="x * math.sqrt(D) + pe"):
    return INPUT.format(init=init, rows=rows, first=first, value=value)


CLASS = [
    ("√D를 곱하지 않음", layer(value="x + pe")),
    ("√D가 아니라 D를 곱함", layer(value="x * D + pe")),
    ("√D로 나눔", layer(value="x / math.sqrt(D) + pe")),
    ("더한 뒤에 곱함", layer(value="(x + pe) * math.sqrt(D)")),
    ("시작하는 자리를 쓰지 않음", layer(rows="T", first="0")),
    ("자리를 1부터 셈", layer(rows="start + T + 1", first="start + 1")),
    ("위치를 더하지 않음", layer(value="x * math.sqrt(D)")),
    (
        "배치의 차례를 자리로 봄",
        layer(rows="B", first="0", value="x * math.sqrt(D) + pe[:, None]"),
    ),
    ("wrong_state", layer().replace("self.tokens", "self.embedding")),
    (
        "wrong_state",
        layer(init="self.places = torch.nn.Parameter(torch.zeros(100, d_model))"),
    ),
    ("no_gradient", layer(value="x.detach() * math.sqrt(D) + pe")),
    (
        "uses_ready_made",
        """
from jumok.model import SinusoidalPositions


class MyInput(torch.nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.tokens = torch.nn.Embedding(vocab_size, d_model)
        self.places = SinusoidalPositions(d_model, 100)

    def forward(self, ids, start=0):
        return self.places(
            self.tokens(ids) * math.sqrt(self.tokens.embedding_dim), start
        )
""",
    ),
]

QUESTIONS = {
    "ex06-1": STEPS,
    "ex06-2": FIRST,
    "ex06-3": ROWS,
    "ex06-4": SYLLABLE,
    "ex06-5": PAIR,
    "ex06-6": MERGE,
    "ex06-7": GRADIENT,
    "ex06-8": PLACES,
    "ex06-9": SHIFT,
    "ex06-10": CLASS,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
