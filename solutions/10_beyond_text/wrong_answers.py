"""10장 연습문제에서 자주 나오는 틀린 답: (답 칸의 grade_id, 나와야 할 실수, 틀린 답).

틀린 답은 답 칸 전체의 글이거나, 정답에서 고칠 곳만 적은 {옛 글: 새 글}입니다.
학생에게 나누어 주지 않습니다. 시험이 하나씩 채점해 보고, 모두 제 이름의 실수로
거절되는지 확인합니다.
"""

SHAPES = [
    ("[CLS]를 빠뜨림", "shapes = (64, 48, (2, 4, 64, 64))"),
    ("색 통로를 빠뜨림", "shapes = (64, 4 * 4, (2, 4, 65, 65))"),
    ("한 줄의 조각만 셈", "shapes = (8, 48, (2, 4, 9, 9))"),
    ("헤드의 축이 없음", "shapes = (64, 48, (2, 65, 65))"),
    ("배치의 축이 없음", "shapes = [64, 48, (4, 65, 65)]"),
    ("색 통로를 조각으로 셈", "shapes = (64 * 3, 16, (2, 4, 193, 193))"),
    ("칸 하나를 토큰으로 봄", "shapes = (32**2, 3, (2, 4, 1025, 1025))"),
    ("wrong_answer", "shapes = (64, 48, (2, 4, 65, 64))"),
    ("unsolved", "shapes = None"),
]

TOKENS = [
    ("가로줄을 조각으로 읽음", "tokens = ((5, 1), (5, 5))"),
    ("조각을 세로로 읽음", "tokens = ((4, -2), (6, 2))"),
    ("부호가 반대", "tokens = ((4, -4), (6, -2))"),
    ("wrong_transpose", "tokens = ((4, 6), (4, 2))"),
    ("조각의 차례가 뒤바뀜", "tokens = [[6, 2], [4, 4]]"),
    ("합 대신 평균", "tokens = ((4 / 4, 4 / 4), (6 / 4, 2 / 4))"),
    ("빼지 않고 더함", "tokens = ((4, 6), (6, 6))"),
    ("토큰 하나만 적음", "tokens = (4, 4)"),
    ("wrong_answer", "tokens = ((4, 4), (6, 3))"),
]

LEAKS = [
    ("앞뒤 평균을 놓침", "leaks = (1, 0, 1, 0, 0, 0)"),
    ("전체 정규화를 놓침", "leaks = (0, 0, 1, 0, 1, 0)"),
    ("창 섞기를 놓침", "leaks = (1, 0, 0, 0, 1, 0)"),
    ("마지막 값을 미래로 봄", "leaks = (1, 1, 1, 0, 1, 0)"),
    ("학습의 표준편차를 미래로 봄", "leaks = (1, 0, 1, 0, 1, 1)"),
    ("비우는 것을 새는 것으로 봄", "leaks = (1, 0, 1, 1, 1, 0)"),
    ("0과 1이 뒤바뀜", "leaks = (0, 1, 0, 1, 0, 1)"),
    ("wrong_answer", "leaks = (0, 0, 0, 0, 0, 0)"),
]


def bodies(head: str, found: dict[str, str]) -> list[tuple[str, str]]:
    """함수의 머리 한 줄에 틀린 몸을 이어 붙입니다."""
    return [
        (name, head + "".join(f"\n    {line}" for line in body.strip().splitlines()))
        for name, body in found.items()
    ]


PIECES = bodies(
    "def to_pieces(images, size):",
    {
        "축을 옮기지 않고 모양만 바꿈": (
            "return images.reshape(*images.shape[:-2], -1, size * size)"
        ),
        "조각을 세로로 먼저 셈": """
n, lead = images.shape[-1] // size, images.shape[:-2]
pieces = images.reshape(*lead, n, size, n, size)
return np.moveaxis(pieces, -2, -4).reshape(*lead, n * n, size * size)
""",
        "조각 안을 세로로 읽음": """
n, lead = images.shape[-1] // size, images.shape[:-2]
pieces = images.reshape(*lead, n, size, n, size).swapaxes(-3, -2).swapaxes(-1, -2)
return pieces.reshape(*lead, n * n, size * size)
""",
        "그림을 눕힘": """
images = images.swapaxes(-1, -2)
n, lead = images.shape[-1] // size, images.shape[:-2]
pieces = images.reshape(*lead, n, size, n, size).swapaxes(-3, -2)
return pieces.reshape(*lead, n * n, size * size)
""",
        "마지막 두 축이 뒤바뀜": """
n, lead = images.shape[-1] // size, images.shape[:-2]
pieces = images.reshape(*lead, n, size, n, size).swapaxes(-3, -2)
return pieces.reshape(*lead, n * n, size * size).swapaxes(-1, -2)
""",
        "펴지 않음": """
n, lead = images.shape[-1] // size, images.shape[:-2]
return (
    images.reshape(*lead, n, size, n, size)
    .swapaxes(-3, -2)
    .reshape(*lead, n * n, size, size)
)
""",
        "조각의 줄과 칸을 나누어 둠": """
n, lead = images.shape[-1] // size, images.shape[:-2]
return (
    images.reshape(*lead, n, size, n, size)
    .swapaxes(-3, -2)
    .reshape(*lead, n, n, size * size)
)
""",
        "조각을 띄엄띄엄 뽑음": """
n, lead = images.shape[-1] // size, images.shape[:-2]
pieces = images.reshape(*lead, size, n, size, n)
return np.moveaxis(np.moveaxis(pieces, -3, -4), -1, -3).reshape(
    *lead, n * n, size * size
)
""",
    },
)

IMAGES = bodies(
    (
        "def from_pieces(pieces, size):\n"
        "    n, lead = round(pieces.shape[-2] ** 0.5), pieces.shape[:-2]\n"
        "    side = n * size"
    ),
    {
        "축을 되돌리지 않고 모양만 바꿈": "return pieces.reshape(*lead, side, side)",
        "조각을 세로로 먼저 놓음": """
grid = pieces.reshape(*lead, n, n, size, size).swapaxes(-3, -4)
return grid.swapaxes(-3, -2).reshape(*lead, side, side)
""",
        "조각 안을 세로로 읽음": """
grid = pieces.reshape(*lead, n, n, size, size).swapaxes(-1, -2)
return grid.swapaxes(-3, -2).reshape(*lead, side, side)
""",
        "그림을 눕힘": """
grid = pieces.reshape(*lead, n, n, size, size).swapaxes(-3, -2)
return grid.reshape(*lead, side, side).swapaxes(-1, -2)
""",
        "조각을 모두 세로로 쌓음": "return pieces.reshape(*lead, n * n * size, size)",
        "조각의 차례가 거꾸로임": """
grid = pieces[..., ::-1, :].reshape(*lead, n, n, size, size).swapaxes(-3, -2)
return grid.reshape(*lead, side, side)
""",
        "줄의 차례가 거꾸로임": """
grid = pieces.reshape(*lead, n, n, size, size)[..., ::-1, :, :, :].swapaxes(-3, -2)
return grid.reshape(*lead, side, side)
""",
    },
)

INPUT = bodies(
    "def vit_input(pieces, matrix, bias, cls, positions):\n"
    "    first = np.broadcast_to(cls, (len(pieces), 1, len(cls)))\n"
    "    embedded = pieces @ matrix + bias",
    {
        "[CLS]를 뒤에 붙임": (
            "return np.concatenate([embedded, first], axis=1) + positions"
        ),
        "위치를 더하지 않음": "return np.concatenate([first, embedded], axis=1)",
        "[CLS]에 위치를 더하지 않음": (
            "return np.concatenate([first, embedded + positions[1:]], axis=1)"
        ),
        "위치가 한 칸 밀림": (
            "return np.concatenate([first, embedded + positions[:-1]], axis=1)"
        ),
        "치우침을 더하지 않음": (
            "return np.concatenate([first, pieces @ matrix], axis=1) + positions"
        ),
        "[CLS]에도 치우침을 더함": """
raw = np.concatenate([first, pieces @ matrix], axis=1)
return raw + bias + positions
""",
        "[CLS]를 빠뜨림": "return embedded + positions[1:]",
        "√D를 곱함": (
            "return np.concatenate([first, embedded * len(bias) ** 0.5], "
            "axis=1) + positions"
        ),
    },
)

WINDOWS = bodies(
    "def make_windows(values, context, horizon):\n"
    "    both = np.lib.stride_tricks.sliding_window_view(values, context + horizon)",
    {
        "마지막 창을 빠뜨림": "return both[:-1, :context], both[:-1, context:]",
        "답이 읽은 값과 겹침": "return both[:, :context], both[:, context - 1 : -1]",
        "겹치지 않게 옮김": (
            "return both[::context, :context], both[::context, context:]"
        ),
        "past와 future가 뒤바뀜": "return both[:, context:], both[:, :context]",
        "답을 마지막 하나만 둠": "return both[:, :context], both[:, -1:]",
        "시간을 거꾸로 읽음": "return both[:, :context][:, ::-1], both[:, context:]",
        "축이 뒤바뀜": "return both[:, :context].T, both[:, context:].T",
        "창 하나로 묶음": "return both",
    },
)

SPLIT = bodies(
    (
        "def fair_split(values, cut, length):\n"
        "    view = np.lib.stride_tricks.sliding_window_view\n"
        "    old, new = values[:cut], values[cut:]"
    ),
    {
        "전체로 정규화함": """
scaled = (values - values.mean()) / values.std()
return view(scaled[:cut], length), view(scaled[cut:], length)
""",
        "시험을 시험으로 정규화함": """
return view((old - old.mean()) / old.std(), length), view(
    (new - new.mean()) / new.std(), length
)
""",
        "창이 경계를 걸침": """
windows = view((values - old.mean()) / old.std(), length)
return windows[:cut], windows[cut:]
""",
        "시험의 창이 학습의 끝을 담음": """
scaled = (values - old.mean()) / old.std()
return view(scaled[:cut], length), view(scaled[cut - length + 1 :], length)
""",
        "표준편차로 나누지 않음": (
            "return view(old - old.mean(), length), view(new - old.mean(), length)"
        ),
        "평균을 빼지 않음": (
            "return view(old / old.std(), length), view(new / old.std(), length)"
        ),
        "분산으로 나눔": """
return view((old - old.mean()) / old.var(), length), view(
    (new - old.mean()) / old.var(), length
)
""",
        "표준편차의 분모가 다름": """
std = old.std(ddof=1)
return view((old - old.mean()) / std, length), view((new - old.mean()) / std, length)
""",
        "시험을 정규화하지 않음": (
            "return view((old - old.mean()) / old.std(), length), view(new, length)"
        ),
        "창마다 정규화함": """
parts = view(old, length), view(new, length)
return tuple(
    (w - w.mean(axis=1, keepdims=True)) / w.std(axis=1, keepdims=True) for w in parts
)
""",
    },
)

MAPS = bodies(
    "def cls_map(weights):\n    side = round((weights.shape[-1] - 1) ** 0.5)",
    {
        "행 대신 열을 읽음": """
share = weights[:, 1:, 0].mean(axis=0)
return (share / share.sum()).reshape(side, side)
""",
        "합을 1로 맞추지 않음": (
            "return weights[:, 0, 1:].mean(axis=0).reshape(side, side)"
        ),
        "헤드 하나만 봄": """
share = weights[0, 0, 1:]
return (share / share.sum()).reshape(side, side)
""",
        "헤드의 최댓값을 고름": """
share = weights[:, 0, 1:].max(axis=0)
return (share / share.sum()).reshape(side, side)
""",
        "헤드마다 먼저 맞춤": """
share = weights[:, 0, 1:]
return (share / share.sum(axis=1, keepdims=True)).mean(axis=0).reshape(side, side)
""",
        "모든 쿼리를 평균함": """
share = weights[:, :, 1:].mean(axis=(0, 1))
return (share / share.sum()).reshape(side, side)
""",
        "마지막 열을 뺌": """
share = weights[:, 0, :-1].mean(axis=0)
return (share / share.sum()).reshape(side, side)
""",
        "네모를 눕힘": """
share = weights[:, 0, 1:].mean(axis=0)
return (share / share.sum()).reshape(side, side).T
""",
        "마지막 행을 읽음": """
share = weights[:, -1, 1:].mean(axis=0)
return (share / share.sum()).reshape(side, side)
""",
    },
)

LAYER = """
class MyPatches(torch.nn.Module):
    def __init__(self, image_size, patch_size, channels, d_model):
        super().__init__()
        n_pieces = (image_size // patch_size) ** 2
        self.patches = torch.nn.Conv2d(channels, d_model, patch_size, patch_size)
        self.cls = torch.nn.Parameter(torch.zeros(1, 1, d_model))
        self.positions = torch.nn.Parameter(torch.zeros(n_pieces + 1, d_model))

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2)
        first = self.cls.expand(len(images), -1, -1)
        return torch.cat([first, x], dim=1) + self.positions
"""
TOKENS_LINE = "x = self.patches(images).flatten(2).transpose(1, 2)"
RETURN_LINE = "return torch.cat([first, x], dim=1) + self.positions"
CLASS = [
    (name, LAYER.replace(old, new))
    for name, old, new in [
        (
            "축을 옮기지 않고 모양만 바꿈",
            TOKENS_LINE,
            (
                "x = self.patches(images)\n"
                "        x = x.reshape(len(images), -1, x.shape[1])"
            ),
        ),
        (
            "조각을 세로로 먼저 셈",
            TOKENS_LINE,
            TOKENS_LINE.replace("(images)", "(images).transpose(2, 3)"),
        ),
        (
            "[CLS]를 뒤에 붙임",
            RETURN_LINE,
            RETURN_LINE.replace("[first, x]", "[x, first]"),
        ),
        (
            "위치를 더하지 않음",
            RETURN_LINE,
            RETURN_LINE.removesuffix(" + self.positions"),
        ),
        (
            "[CLS]에 위치를 더하지 않음",
            RETURN_LINE,
            "return torch.cat([first, x + self.positions[1:]], dim=1)",
        ),
        ("[CLS]를 빠뜨림", RETURN_LINE, "return x + self.positions[1:]"),
        (
            "wrong_state",
            "torch.nn.Conv2d(channels, d_model, patch_size, patch_size)",
            "torch.nn.Conv2d(channels, d_model, patch_size, patch_size, bias=False)",
        ),
        (
            "wrong_state",
            "torch.zeros(n_pieces + 1, d_model)",
            "torch.zeros(n_pieces, d_model)",
        ),
    ]
]

QUESTIONS = {
    "ex10-1": SHAPES,
    "ex10-2": TOKENS,
    "ex10-3": LEAKS,
    "ex10-4": PIECES,
    "ex10-5": IMAGES,
    "ex10-6": INPUT,
    "ex10-7": WINDOWS,
    "ex10-8": SPLIT,
    "ex10-9": MAPS,
    "ex10-10": CLASS,
}
WRONG = [
    (grade_id, mistake, source)
    for grade_id, answers in QUESTIONS.items()
    for mistake, source in answers
]
