"""나눌 때 보이는 그림(book/_static/og.png, 1200×630)을 그립니다.

책의 글꼴과 표지의 무늬를 씁니다.

쓰는 법: python book/tools/make_og_image.py [파일]
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from jumok.plot import korean_style

OUTPUT = Path(__file__).parents[1] / "_static" / "og.png"
SIZE = (1200, 630)
BLUE, NAVY, GOLD, WHITE, PALE = "#1f4e8c", "#173a69", "#ffc94d", "#ffffff", "#cfe0f5"
# 표지 그림과 같은 문장과 몫입니다. (단어, 몫, x)
WORDS = (("나는", 0.2, 790), ("집에", 0.3, 935), ("간다", 0.5, 1080))
QUERY = (935, 175)


def draw(path: Path = OUTPUT) -> None:
    """그림을 그려 path에 PNG로 씁니다."""
    with plt.rc_context():
        korean_style()
        plt.rcParams["figure.constrained_layout.use"] = False
        fig = plt.figure(
            figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100, facecolor=BLUE
        )
        ax = fig.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, SIZE[0]), ylim=(0, SIZE[1]))
        ax.axis("off")
        _title(ax)
        _attention(ax)
        fig.savefig(path, dpi=100, facecolor=BLUE, metadata={"Software": None})
        plt.close(fig)


def _title(ax) -> None:
    ax.text(80, 445, "주목", fontsize=112, fontweight="bold", color=WHITE, va="center")
    ax.text(
        84,
        302,
        "RNN의 한계에서",
        fontsize=36,
        fontweight="bold",
        color=WHITE,
        va="center",
    )
    ax.text(
        84,
        246,
        "트랜스포머까지",
        fontsize=36,
        fontweight="bold",
        color=WHITE,
        va="center",
    )
    ax.text(
        84, 158, "모든 주장을 눈앞에서 실행하는", fontsize=21, color=PALE, va="center"
    )
    ax.text(84, 122, "한국어 Jupyter 교재", fontsize=21, color=PALE, va="center")


def _attention(ax) -> None:
    ax.fill_between([690, 1200], 0, SIZE[1], color=NAVY)
    for _, weight, x in WORDS:
        ax.plot(
            [x, QUERY[0]],
            [430, QUERY[1]],
            color=WHITE,
            linewidth=weight * 44,
            solid_capstyle="round",
            zorder=1,
        )
    for word, weight, x in WORDS:
        ax.scatter([x], [450], s=7200, color=WHITE, zorder=2)
        ax.text(
            x,
            450,
            word,
            fontsize=24,
            fontweight="bold",
            color=BLUE,
            ha="center",
            va="center",
            zorder=3,
        )
        ax.text(x, 535, f"{weight}", fontsize=22, color=PALE, ha="center", va="center")
    ax.scatter(*[[value] for value in QUERY], s=10500, color=GOLD, zorder=2)
    ax.text(
        *QUERY,
        "집에",
        fontsize=30,
        fontweight="bold",
        color=NAVY,
        ha="center",
        va="center",
        zorder=3,
    )


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT)
