"""그림: 배열을 받아 Axes를 돌려줍니다. 한글 글꼴과 대체 텍스트(alt)를 책임집니다."""

import io
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

FONTS = Path(__file__).with_name("fonts")
# 색맹에게도 구별되고 흑백으로 찍어도 밝기가 다른 색입니다(Okabe & Ito).
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
STYLE = {
    "font.family": ["Pretendard", "DejaVu Sans"],
    "figure.dpi": 110,
    "figure.figsize": (5.0, 3.2),  # 전화기에서도 글자가 읽히는 크기
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "legend.frameon": False,
    "axes.prop_cycle": matplotlib.cycler(color=COLORS),
}


def korean_style() -> None:
    """이 뒤로 그리는 모든 그림에 한글 글꼴(Pretendard)과 책의 모양을 씁니다.

    글꼴은 패키지에 들어 있으므로 설치할 것이 없습니다.
    노트북의 첫 칸에서 한 번 부르세요.
    """
    for path in sorted(FONTS.glob("*.otf")):
        font_manager.fontManager.addfont(path)
    plt.rcParams.update(STYLE)


@contextmanager
def _styled():
    """`korean_style()`을 부르지 않은 곳에서도 한글이 깨지지 않게 합니다."""
    if plt.rcParams["font.family"] == STYLE["font.family"]:
        yield
        return
    with plt.rc_context():
        korean_style()
        yield


def heatmap(
    array: np.ndarray,
    row_labels: Sequence[str] | None = None,
    col_labels: Sequence[str] | None = None,
    ax: Axes | None = None,
    digits: int | None = 2,
    title: str = "",
) -> Axes:
    """행렬을 색으로 칠하고 칸마다 숫자를 씁니다.

    모양: array (T_q, T_k). 행이 쿼리, 열이 키입니다.
    NaN과 ±inf인 칸은 회색입니다.
    digits는 소수점 아래 자릿수이고, None이면 숫자를 쓰지 않습니다.
    오류: array가 2차원이 아니면 ValueError.
    """
    array = np.asarray(array, dtype=float)
    if array.ndim != 2:
        raise ValueError(
            f"heatmap에는 2차원 배열을 주세요. 받은 모양은 {array.shape}입니다."
        )
    with _styled():
        ax = ax or plt.subplots(figsize=_size(array.shape))[1]
        finite = np.ma.masked_invalid(array)
        ax.set_facecolor("#DDDDDD")
        # 값이 모두 양수여도 색은 0에서 시작합니다. 옅을수록 0에 가깝습니다.
        low = min(0.0, float(finite.min()))
        ax.imshow(finite, cmap="Blues", vmin=low, aspect="auto")
        ax.grid(False)
        _ticks(ax, array.shape, row_labels, col_labels)
        if digits is not None:
            _numbers(ax, array, finite, digits)
        ax.set_title(title)
    return ax


def curves(
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    ax: Axes | None = None,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
) -> Axes:
    """이름이 붙은 곡선 여러 개를 한 그림에 그립니다. 색과 표식이 함께 달라집니다.

    모양: x (n,), lines는 {이름: (n,)}.
    로그 축은 돌려받은 Axes에 `set_xscale("log")`로 정하세요.
    오류: 길이가 x와 다른 곡선이 있으면 ValueError.
    """
    with _styled():
        ax = ax or plt.subplots()[1]
        for i, (label, y) in enumerate(lines.items()):
            if len(y) != len(x):
                raise ValueError(
                    f"곡선 '{label}'의 길이 {len(y)}이(가) "
                    f"x의 길이 {len(x)}과(와) 다릅니다."
                )
            # 점이 많으면 표식이 서로 겹쳐 선을 가립니다.
            marker = MARKERS[i % len(MARKERS)] if len(x) <= 40 else None
            ax.plot(
                x,
                y,
                label=label,
                color=COLORS[i % len(COLORS)],
                marker=marker,
                markersize=5,
            )
        ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
        if len(lines) > 1:
            ax.legend()
    return ax


def show_figure(fig: Figure | Axes, alt: str) -> None:
    """그림을 대체 텍스트와 함께 보여 주고 닫습니다.

    alt는 그림을 볼 수 없는 독자가 대신 읽는 글입니다.
    무엇이 보이는지를 한국어 문장으로 쓰세요.
    오류: alt가 비었거나 한글이 없으면 ValueError.
    """
    if not any("가" <= ch <= "힣" for ch in alt):
        raise ValueError(
            "그림에서 무엇이 보이는지 alt에 한국어로 적어 주세요. "
            f"받은 값은 {alt!r}입니다."
        )
    # 그림을 파일로만 쓰는 프로그램에는 IPython이 필요 없습니다.
    from IPython.display import display

    fig = fig.figure if isinstance(fig, Axes) else fig
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", facecolor="white", metadata={"Software": None})
    plt.close(fig)
    display(
        {"image/png": buffer.getvalue(), "text/plain": f"<그림: {alt}>"},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )


def _size(shape: tuple[int, int]) -> tuple[float, float]:
    return min(9.0, 1.6 + 0.75 * shape[1]), min(8.0, 1.0 + 0.5 * shape[0])


def _ticks(
    ax: Axes,
    shape: tuple[int, int],
    rows: Sequence[str] | None,
    cols: Sequence[str] | None,
) -> None:
    for axis, n, labels in ((ax.yaxis, shape[0], rows), (ax.xaxis, shape[1], cols)):
        if labels is not None and len(labels) != n:
            raise ValueError(
                f"이름표가 {len(labels)}개인데 행렬의 칸은 {n}개입니다. "
                "개수를 맞추세요."
            )
        # 이름표가 없으면 눈금의 숫자도 그리지 않습니다.
        names = [] if labels is None else labels
        axis.set_ticks(range(len(names)), names)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _numbers(
    ax: Axes, array: np.ndarray, finite: np.ma.MaskedArray, digits: int
) -> None:
    low, high = min(0.0, float(finite.min())), float(finite.max())
    for (i, j), number in np.ndenumerate(array):
        # 짙은 칸에는 흰 글씨를 써야 읽힙니다.
        dark = np.isfinite(number) and number - low > 0.6 * (high - low)
        text = f"{number:.{digits}f}".replace("-", "−")
        text = text.replace("nan", "NaN").replace("inf", "∞")
        color = "white" if dark else "black"
        ax.text(j, i, text, ha="center", va="center", color=color)
