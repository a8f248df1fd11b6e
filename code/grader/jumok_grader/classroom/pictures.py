"""학급 보고서의 그림: 점수의 분포, 어려운 문제, 잦은 실수.

그림은 모두 SVG의 글로 돌려줍니다.

글꼴과 색은 부르는 쪽이 matplotlib에 정해 둔 것(rcParams)을 씁니다.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure


def distribution(points: Sequence[float], most: float, ax: Axes) -> Axes:
    """점수의 막대그림. 막대는 만점을 열로 나눈 것입니다."""
    edges = [most * i / 10 for i in range(11)]
    ax.hist(list(points), bins=edges, color="C0", edgecolor="white")
    ax.set(xlabel="점수", ylabel="학생 수", xlim=(0, most))
    ax.yaxis.get_major_locator().set_params(integer=True)
    return ax


def bars(
    names: Sequence[str], values: Sequence[float], ax: Axes, xlabel: str, color: int = 1
) -> Axes:
    """위에서 아래로 읽는 가로 막대그림. 막대 끝에 값을 씁니다."""
    places = range(len(names))
    drawn = ax.barh(list(places), list(values), color=f"C{color}")
    ax.bar_label(drawn, fmt="{:g}", padding=3)
    ax.set_yticks(list(places), list(names))
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel(xlabel)
    ax.grid(visible=False, axis="y")
    return ax


def draw(paint: object, height: float = 3.2) -> str:
    """paint(ax)로 그린 그림의 SVG.

    글자는 선으로 바꾸므로 글꼴이 없는 곳에서도 보입니다.
    """
    import matplotlib as mpl

    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "jumok"}):
        figure = Figure(figsize=(6.4, height))
        paint(figure.subplots())
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()
