"""5장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

SHAPES = [
    ("헤드의 축을 옮기지 않음", "shapes = ((4, 6, 3, 4), (4, 3, 6, 5), (4, 6, 12))"),
    ("폭을 나누지 않음", "shapes = ((4, 3, 6, 12), (4, 3, 6, 5), (4, 6, 12))"),
    ("가중치에 헤드의 축이 없음", "shapes = ((4, 3, 6, 4), (4, 6, 5), (4, 6, 12))"),
    ("wrong_transpose", "shapes = [(4, 3, 6, 4), (4, 3, 5, 6), (4, 6, 12)]"),
    ("헤드 하나만 적음", "shapes = ((4, 3, 6, 4), (4, 3, 6, 5), (4, 6, 4))"),
    (
        "출력의 개수를 키의 수로 적음",
        "shapes = ((4, 3, 6, 4), (4, 3, 6, 5), (4, 5, 12))",
    ),
    ("헤드를 아래로 이음", "shapes = ((4, 3, 6, 4), (4, 3, 6, 5), (4, 18, 4))"),
    ("배치 축을 빠뜨림", "shapes = ((3, 6, 4), (3, 6, 5), (6, 12))"),
    ("wrong_answer", "shapes = ((4, 3, 6, 3), (4, 3, 6, 5), (4, 6, 12))"),
    ("unsolved", "shapes = None"),
]

HAND = [
    ("헤드 하나로 계산함", "joined = (4.35, 3.31)"),
    ("헤드 하나로 계산함", "joined = (4.66, 2.88)"),
    ("√D로 나눔", "joined = (5.02, 5.69)"),
    ("no_softmax", "joined = (12, 8)"),
    ("헤드의 몫이 뒤바뀜", "joined = (2.34, 1.83)"),
    ("wrong_axis", "joined = (5.55, 5.97)"),
    ("똑같이 평균함", "joined = (7 / 2, 9 / 2)"),
    ("가장 큰 것만 고름", "joined = (6, 8)"),
    ("차례가 뒤바뀜", "joined = (6.12, 5.40)"),
    ("wrong_answer", "joined = (5.4, 6.12, 0)"),
]

COUNTS = [
    (
        "헤드가 늘면 매개변수도 는다고 봄",
        "counts = (4 * 256**2, 16 * 256**2, 16 * 64**2)",
    ),
    (
        "넓은 헤드를 여러 벌 둠",
        "counts = (4 * 4 * 256**2, 4 * 16 * 256**2, 16 * 64**2)",
    ),
    ("헤드가 늘면 매개변수가 준다고 봄", "counts = (262144, 262144 // 4, 65536)"),
    ("W^O를 빠뜨림", "counts = (3 * 256**2, 3 * 256**2, 65536)"),
    ("행렬 하나만 셈", "counts = (256 * 256, 256 * 256, 65536)"),
    ("치우침까지 셈", "counts = (4 * (256**2 + 256), 4 * (256**2 + 256), 65536)"),
    ("가중치를 헤드 하나만 셈", "counts = (262144, 262144, 64 * 64)"),
    ("헤드가 4개일 때의 가중치", "counts = (262144, 262144, 4 * 64 * 64)"),
    ("n을 제곱하지 않음", "counts = (262144, 262144, 16 * 64)"),
]

SPLIT = [
    (
        "축을 옮기지 않고 모양만 바꿈",
        """
def to_heads(x, n_heads):
    return x.reshape(*x.shape[:-2], n_heads, x.shape[-2], x.shape[-1] // n_heads)
""",
    ),
    (
        "쪼개기만 함",
        """
def to_heads(x, n_heads):
    return x.reshape(*x.shape[:-1], n_heads, -1)
""",
    ),
    (
        "성분을 번갈아 나눔",
        """
def to_heads(x, n_heads):
    pieces = x.reshape(*x.shape[:-1], x.shape[-1] // n_heads, n_heads)
    return pieces.swapaxes(-1, -2).swapaxes(-2, -3)
""",
    ),
    (
        "마지막 두 축이 뒤바뀜",
        """
def to_heads(x, n_heads):
    pieces = x.swapaxes(-1, -2)
    return pieces.reshape(*x.shape[:-2], n_heads, -1, x.shape[-2])
""",
    ),
    (
        "헤드의 차례가 거꾸로임",
        """
def to_heads(x, n_heads):
    return np.stack(np.split(x, n_heads, axis=-1)[::-1], axis=-3)
""",
    ),
    (
        "헤드의 축이 맨 앞에 옴",
        """
def to_heads(x, n_heads):
    return np.stack(np.split(x, n_heads, axis=-1))
""",
    ),
    (
        "wrong_type",
        """
def to_heads(x, n_heads):
    return np.split(x, n_heads, axis=-1)
""",
    ),
    (
        "uses_ready_made",
        """
def to_heads(x, n_heads):
    return split_heads(x, n_heads)
""",
    ),
    (
        "raises",
        """
def to_heads(x, n_heads):
    T, D = x.shape
    return x.reshape(T, n_heads, D // n_heads).swapaxes(0, 1)
""",
    ),
    (
        "returns_none",
        """
def to_heads(x, n_heads):
    pieces = x.reshape(*x.shape[:-1], n_heads, -1)
    pieces.swapaxes(-3, -2)
""",
    ),
]

JOIN = [
    (
        "축을 되돌리지 않고 모양만 바꿈",
        """
def from_heads(heads):
    *batch, h, t, d = heads.shape
    return heads.reshape(*batch, t, h * d)
""",
    ),
    (
        "헤드를 성분마다 번갈아 이음",
        """
def from_heads(heads):
    *batch, h, t, d = heads.shape
    return np.moveaxis(heads, -3, -1).reshape(*batch, t, d * h)
""",
    ),
    (
        "헤드를 더함",
        """
def from_heads(heads):
    return heads.sum(axis=-3)
""",
    ),
    (
        "헤드를 평균함",
        """
def from_heads(heads):
    return np.mean(heads, axis=-3)
""",
    ),
    (
        "헤드의 차례가 거꾸로임",
        """
def from_heads(heads):
    parts = [heads[..., i, :, :] for i in reversed(range(heads.shape[-3]))]
    return np.concatenate(parts, axis=-1)
""",
    ),
    (
        "잇지 않음",
        """
def from_heads(heads):
    return heads.swapaxes(-3, -2)
""",
    ),
    (
        "헤드를 아래로 이음",
        """
def from_heads(heads):
    parts = [heads[..., i, :, :] for i in range(heads.shape[-3])]
    return np.concatenate(parts, axis=-2)
""",
    ),
    (
        "uses_ready_made",
        """
def from_heads(heads):
    return join_heads(heads)
""",
    ),
    (
        "raises",
        """
def from_heads(heads):
    h, t, d = heads.shape
    return heads.swapaxes(0, 1).reshape(t, h * d)
""",
    ),
]

SHARES = [
    (
        "헤드를 이미 더함",
        """
def head_shares(heads, w_output):
    return join_heads(heads) @ w_output
""",
    ),
    (
        "모두 첫 토막을 씀",
        """
def head_shares(heads, w_output):
    d = heads.shape[-1]
    return heads @ w_output[:d]
""",
    ),
    (
        "토막이 번갈아 섞임",
        """
def head_shares(heads, w_output):
    h = heads.shape[-3]
    return np.stack([heads[..., i, :, :] @ w_output[i::h] for i in range(h)], axis=-3)
""",
    ),
    (
        "토막의 차례가 거꾸로임",
        """
def head_shares(heads, w_output):
    h, d = heads.shape[-3], heads.shape[-1]
    return heads @ w_output.reshape(h, d, -1)[::-1]
""",
    ),
    (
        "열을 끊음",
        """
def head_shares(heads, w_output):
    h = heads.shape[-3]
    blocks = [part.T for part in np.split(w_output, h, axis=1)]
    return heads @ np.stack(blocks)
""",
    ),
    (
        "헤드의 수로 나눔",
        """
def head_shares(heads, w_output):
    h, d = heads.shape[-3], heads.shape[-1]
    return heads @ w_output.reshape(h, d, -1) / h
""",
    ),
    (
        "raises",
        """
def head_shares(heads, w_output):
    return heads @ w_output
""",
    ),
]

MASKS = [
    (
        "mask_polarity",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids == pad_id)[:, None, None, :]
    tgt = (tgt_ids == pad_id)[:, None, None, :]
    T = tgt_ids.shape[1]
    return src, tgt | np.triu(np.ones((T, T), dtype=bool), 1), src
""",
    ),
    (
        "디코더가 미래를 봄",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != pad_id)[:, None, None, :]
    tgt = (tgt_ids != pad_id)[:, None, None, :]
    return src, np.repeat(tgt, tgt_ids.shape[1], axis=2), src
""",
    ),
    (
        "디코더가 채움을 봄",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    B, T = tgt_ids.shape
    src = (src_ids != pad_id)[:, None, None, :]
    return src, np.broadcast_to(np.tri(T, dtype=bool), (B, 1, T, T)).copy(), src
""",
    ),
    (
        "크로스에 쓸 글의 채움을 가림",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != pad_id)[:, None, None, :]
    tgt = (tgt_ids != pad_id)[:, None, None, :]
    return src, tgt & np.tri(tgt_ids.shape[1], dtype=bool), tgt
""",
    ),
    (
        "크로스에서도 미래를 가림",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != pad_id)[:, None, None, :]
    tgt = (tgt_ids != pad_id)[:, None, None, :]
    T, S = tgt_ids.shape[1], src_ids.shape[1]
    return src, tgt & np.tri(T, dtype=bool), src & np.tri(T, S, dtype=bool)
""",
    ),
    (
        "인코더에서도 미래를 가림",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != pad_id)[:, None, None, :]
    tgt = (tgt_ids != pad_id)[:, None, None, :]
    past = lambda n: np.tri(n, dtype=bool)
    return src & past(src_ids.shape[1]), tgt & past(tgt_ids.shape[1]), src
""",
    ),
    (
        "헤드의 축이 없음",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != pad_id)[:, None, :]
    tgt = (tgt_ids != pad_id)[:, None, :]
    return src, tgt & np.tri(tgt_ids.shape[1], dtype=bool), src
""",
    ),
    (
        "causal_reversed",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != pad_id)[:, None, None, :]
    tgt = (tgt_ids != pad_id)[:, None, None, :]
    T = tgt_ids.shape[1]
    return src, tgt & np.triu(np.ones((T, T), dtype=bool)), src
""",
    ),
    (
        "causal_strict",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != pad_id)[:, None, None, :]
    tgt = (tgt_ids != pad_id)[:, None, None, :]
    T = tgt_ids.shape[1]
    return src, tgt & np.tril(np.ones((T, T), dtype=bool), -1), src
""",
    ),
    (
        "pad_id를 쓰지 않음",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != 0)[:, None, None, :]
    tgt = (tgt_ids != 0)[:, None, None, :]
    return src, tgt & np.tri(tgt_ids.shape[1], dtype=bool), src
""",
    ),
    (
        "wrong_dtype",
        """
def three_masks(src_ids, tgt_ids, pad_id=0):
    src = (src_ids != pad_id)[:, None, None, :]
    tgt = (tgt_ids != pad_id)[:, None, None, :]
    return src, tgt * np.tri(tgt_ids.shape[1]), src
""",
    ),
    (
        "uses_ready_made",
        """
from jumok.scratch import causal_mask, padding_mask


def three_masks(src_ids, tgt_ids, pad_id=0):
    src, tgt = (
        padding_mask(src_ids, pad_id)[:, None],
        padding_mask(tgt_ids, pad_id)[:, None],
    )
    return src, tgt & causal_mask(tgt_ids.shape[1]), src
""",
    ),
]

MULTI_HEAD = [
    (
        "W^O를 빠뜨림",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    q, k, v = (split_heads(x, n_heads) for x in (query @ w_q, key @ w_k, value @ w_v))
    heads, weights = scaled_dot_product_attention(q, k, v, mask)
    return join_heads(heads)
""",
    ),
    (
        "헤드로 나누지 않음",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    return (
        scaled_dot_product_attention(query @ w_q, key @ w_k, value @ w_v, mask)[0] @ w_o
    )
""",
    ),
    (
        "√D로 나눔",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    q, k, v = (
        split_heads(x, n_heads)
        for x in (query @ w_q / np.sqrt(n_heads), key @ w_k, value @ w_v)
    )
    heads, weights = scaled_dot_product_attention(q, k, v, mask)
    return join_heads(heads) @ w_o
""",
    ),
    (
        "입력을 먼저 자름",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    size = query.shape[-1] // n_heads
    heads = []
    for i in range(n_heads):
        part = slice(i * size, (i + 1) * size)
        q, k, v = (
            x[..., part] @ w[part, part]
            for x, w in ((query, w_q), (key, w_k), (value, w_v))
        )
        heads.append(scaled_dot_product_attention(q, k, v, mask)[0])
    return np.concatenate(heads, axis=-1) @ w_o
""",
    ),
    (
        "no_scale",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    root = np.sqrt(query.shape[-1] / n_heads)
    q, k, v = (
        split_heads(x, n_heads) for x in (query @ w_q * root, key @ w_k, value @ w_v)
    )
    heads, weights = scaled_dot_product_attention(q, k, v, mask)
    return join_heads(heads) @ w_o
""",
    ),
    (
        "키를 W^Q로 사영함",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    q, k, v = (split_heads(x, n_heads) for x in (query @ w_q, key @ w_q, value @ w_v))
    heads, weights = scaled_dot_product_attention(q, k, v, mask)
    return join_heads(heads) @ w_o
""",
    ),
    (
        "밸류를 사영하지 않음",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    q, k, v = (split_heads(x, n_heads) for x in (query @ w_q, key @ w_k, value))
    heads, weights = scaled_dot_product_attention(q, k, v, mask)
    return join_heads(heads) @ w_o
""",
    ),
    (
        "value_key_swapped",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    q, k, v = (split_heads(x, n_heads) for x in (query @ w_q, key @ w_k, key @ w_v))
    heads, weights = scaled_dot_product_attention(q, k, v, mask)
    return join_heads(heads) @ w_o
""",
    ),
    (
        "행렬을 눕혀서 곱함",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = (w.T for w in matrices)
    q, k, v = (split_heads(x, n_heads) for x in (query @ w_q, key @ w_k, value @ w_v))
    return join_heads(scaled_dot_product_attention(q, k, v, mask)[0]) @ w_o
""",
    ),
    (
        "마스크를 쓰지 않음",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    q, k, v = (split_heads(x, n_heads) for x in (query @ w_q, key @ w_k, value @ w_v))
    heads, weights = scaled_dot_product_attention(q, k, v, None)
    return join_heads(heads) @ w_o
""",
    ),
    (
        "mask_polarity",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    mask = None if mask is None else ~mask
    q, k, v = (split_heads(x, n_heads) for x in (query @ w_q, key @ w_k, value @ w_v))
    heads, weights = scaled_dot_product_attention(q, k, v, mask)
    return join_heads(heads) @ w_o
""",
    ),
    (
        "가중치까지 돌려줌",
        """
def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    w_q, w_k, w_v, w_o = matrices
    q, k, v = (split_heads(x, n_heads) for x in (query @ w_q, key @ w_k, value @ w_v))
    heads, weights = scaled_dot_product_attention(q, k, v, mask)
    return join_heads(heads) @ w_o, weights
""",
    ),
    (
        "uses_ready_made",
        """
from jumok.scratch import AttentionWeights, multi_head_attention


def my_multi_head(query, key, value, matrices, n_heads, mask=None):
    return multi_head_attention(
        query, key, value, AttentionWeights(*matrices), n_heads, mask
    )[0]
""",
    ),
]

FIXED = [
    (
        "오류가 3개 남음: 나누기, √d, 잇기",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (x.reshape(batch, n_heads, x.size(1), -1) for x in (q, k, v))
    scores = q @ k.transpose(-2, -1) / math.sqrt(width)
    heads = scores.softmax(dim=-1) @ v
    return heads.reshape(batch, t_q, width)
""",
    ),
    (
        "오류가 2개 남음: 나누기, √d",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (x.reshape(batch, n_heads, x.size(1), -1) for x in (q, k, v))
    scores = q @ k.transpose(-2, -1) / math.sqrt(width)
    heads = scores.softmax(dim=-1) @ v
    return heads.transpose(1, 2).reshape(batch, t_q, width)
""",
    ),
    (
        "오류가 2개 남음: 나누기, 잇기",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (x.reshape(batch, n_heads, x.size(1), -1) for x in (q, k, v))
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    heads = scores.softmax(dim=-1) @ v
    return heads.reshape(batch, t_q, width)
""",
    ),
    (
        "오류가 2개 남음: √d, 잇기",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (
        x.reshape(batch, x.size(1), n_heads, -1).transpose(1, 2) for x in (q, k, v)
    )
    scores = q @ k.transpose(-2, -1) / math.sqrt(width)
    heads = scores.softmax(dim=-1) @ v
    return heads.reshape(batch, t_q, width)
""",
    ),
    (
        "축을 옮기지 않고 나눔",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (x.reshape(batch, n_heads, x.size(1), -1) for x in (q, k, v))
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    heads = scores.softmax(dim=-1) @ v
    return heads.transpose(1, 2).reshape(batch, t_q, width)
""",
    ),
    (
        "√D로 나눔",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (
        x.reshape(batch, x.size(1), n_heads, -1).transpose(1, 2) for x in (q, k, v)
    )
    scores = q @ k.transpose(-2, -1) / math.sqrt(width)
    heads = scores.softmax(dim=-1) @ v
    return heads.transpose(1, 2).reshape(batch, t_q, width)
""",
    ),
    (
        "축을 되돌리지 않고 이음",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (
        x.reshape(batch, x.size(1), n_heads, -1).transpose(1, 2) for x in (q, k, v)
    )
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    heads = scores.softmax(dim=-1) @ v
    return heads.reshape(batch, t_q, width)
""",
    ),
    (
        "no_scale",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (
        x.reshape(batch, x.size(1), n_heads, -1).transpose(1, 2) for x in (q, k, v)
    )
    scores = q @ k.transpose(-2, -1)
    heads = scores.softmax(dim=-1) @ v
    return heads.transpose(1, 2).reshape(batch, t_q, width)
""",
    ),
    (
        "헤드로 나누지 않음",
        """
def fixed_heads(q, k, v, n_heads):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    return scores.softmax(dim=-1) @ v
""",
    ),
    (
        "기울기가 끊김",
        """
def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (
        x.reshape(batch, x.size(1), n_heads, -1).transpose(1, 2) for x in (q, k, v)
    )
    scores = (q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))).detach()
    heads = scores.softmax(dim=-1) @ v.detach()
    return heads.transpose(1, 2).reshape(batch, t_q, width)
""",
    ),
    (
        "uses_ready_made",
        """
import torch.nn.functional as F


def fixed_heads(q, k, v, n_heads):
    batch, t_q, width = q.shape
    q, k, v = (
        x.reshape(batch, x.size(1), n_heads, -1).transpose(1, 2) for x in (q, k, v)
    )
    heads = F.scaled_dot_product_attention(q, k, v)
    return heads.transpose(1, 2).reshape(batch, t_q, width)
""",
    ),
]

CLASS = [
    (
        "mask_polarity",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is not None:
            scores = scores.masked_fill(mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "no_scale",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / 1
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "축을 옮기지 않고 나눔",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.reshape(x.size(0), self.n_heads, x.size(1), -1)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "축을 되돌리지 않고 이음",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "√D로 나눔",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(D)
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "W^O를 빠뜨림",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return out
""",
    ),
    (
        "마스크를 쓰지 않음",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "키와 밸류에 쿼리를 넣음",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        key = value = query
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "wrong_state",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model, bias=False)
        self.w_k = torch.nn.Linear(d_model, d_model, bias=False)
        self.w_v = torch.nn.Linear(d_model, d_model, bias=False)
        self.w_o = torch.nn.Linear(d_model, d_model, bias=False)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "wrong_state",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)
        self.norm = torch.nn.LayerNorm(d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out)
""",
    ),
    (
        "기울기가 끊김",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = torch.nn.Linear(d_model, d_model)
        self.w_k = torch.nn.Linear(d_model, d_model)
        self.w_v = torch.nn.Linear(d_model, d_model)
        self.w_o = torch.nn.Linear(d_model, d_model)

    def split(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        B, T, D = query.shape
        q, k, v = (
            self.split(self.w_q(query)),
            self.split(self.w_k(key)),
            self.split(self.w_v(value)),
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        heads = scores.softmax(dim=-1) @ v
        out = heads.transpose(1, 2).reshape(B, -1, D)
        return self.w_o(out.detach())
""",
    ),
    (
        "uses_ready_made",
        """
class MyMultiHead(torch.nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.w_q = torch.nn.MultiheadAttention(d_model, n_heads, batch_first=True)

    def forward(self, query, key, value, mask=None):
        return self.w_q(query, key, value)[0]
""",
    ),
]

QUESTIONS = {
    "ex05-1": SHAPES,
    "ex05-2": HAND,
    "ex05-3": COUNTS,
    "ex05-4": SPLIT,
    "ex05-5": JOIN,
    "ex05-6": SHARES,
    "ex05-7": MASKS,
    "ex05-8": MULTI_HEAD,
    "ex05-9": FIXED,
    "ex05-10": CLASS,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
