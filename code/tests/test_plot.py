"""그림: 한글이 상자(두부)로 나오지 않고, 대체 텍스트가 실리는지.

전역 설정을 건드리지 않는지도 봅니다.
"""

import logging
import warnings

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from jumok import plot

mpl.use("Agg")


@pytest.fixture(autouse=True)
def clean_matplotlib():
    with plt.rc_context():
        yield
    plt.close("all")


def test_korean_and_minus_have_glyphs(caplog):
    plot.korean_style()
    ax = plot.heatmap(
        np.array([[0.5, -1.0], [-np.inf, np.nan]]),
        ["나는", "뷁"],
        ["집에", "간다"],
        title="가중치 − 음수",
    )
    ax.set_xlabel("한글과 수식 $-\\sqrt{d_k}$ 를 함께")
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, "matplotlib"):
        warnings.simplefilter("error")
        ax.figure.canvas.draw()
    assert not [
        r
        for r in caplog.records
        if "font" in r.message.lower() or "glyph" in r.message.lower()
    ]


def test_style_is_not_touched_without_asking():
    before = dict(plt.rcParams)
    plot.curves([1, 2], {"ㄱ": [1, 2], "ㄴ": [2, 1]})
    assert dict(plt.rcParams) == before


def test_font_is_ours_even_without_korean_style():
    ax = plot.heatmap(np.eye(2), title="제목")
    assert ax.title.get_fontname() == "Pretendard"


def test_heatmap_writes_every_number_once_and_labels():
    array = np.array([[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]])
    ax = plot.heatmap(array, ["가", "나", "다"], ["x", "y"])
    assert [t.get_text() for t in ax.texts] == [f"{v:.2f}" for v in array.ravel()]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["가", "나", "다"]
    assert [t.get_text() for t in plot.heatmap(array, digits=None).texts] == []


def test_curves_differ_in_colour_and_marker():
    ax = plot.curves(
        [1, 2, 3], {"하나": [1, 2, 3], "둘": [3, 2, 1]}, xlabel="길이", ylabel="값"
    )
    one, two = ax.lines
    assert one.get_color() != two.get_color() and one.get_marker() != two.get_marker()
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["하나", "둘"]


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"\(3,\)"):
        plot.heatmap(np.ones(3))
    with pytest.raises(ValueError, match="3개인데 행렬의 칸은 2개"):
        plot.heatmap(np.ones((2, 2)), ["가", "나", "다"])
    with pytest.raises(ValueError, match="'짧다'의 길이 1"):
        plot.curves([1, 2], {"짧다": [1]})


def test_show_figure_carries_alt_text_and_closes(monkeypatch):
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, **kw: shown.append((data, kw))
    )
    fig = plot.heatmap(np.eye(2)).figure
    plot.show_figure(fig, alt="대각선만 진한 2×2 표")
    data, kwargs = shown[0]
    assert (
        data["image/png"].startswith(b"\x89PNG")
        and "대각선만 진한" in data["text/plain"]
    )
    assert kwargs["metadata"]["image/png"]["alt"] == "대각선만 진한 2×2 표"
    assert not plt.fignum_exists(fig.number)


@pytest.mark.parametrize("alt", ["", "heatmap.png"])
def test_show_figure_refuses_figures_without_korean_alt(alt):
    with pytest.raises(ValueError, match="alt"):
        plot.show_figure(plot.heatmap(np.eye(2)), alt=alt)
