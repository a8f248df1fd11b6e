"""`{play}` 지시자: 그림의 자리, 스크립트 없이 볼 글, 그 쪽에만 들어가는 스크립트."""

import re
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

PAGE = "# 쪽\n\n```{play} softmax\n움직이는 그림입니다.\n```\n"
EXTENSIONS = ["myst_parser", "play_figures"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def build(tmp_path):
    """MyST 글 하나를 chapters/a로, 그림이 없는 글을 b로 지어 (나무들, 경고)를 돌려주는
    함수입니다.
    """

    def run(text: str, builder: str = "html"):
        source, out = tmp_path / "source", tmp_path / builder
        (source / "chapters").mkdir(parents=True, exist_ok=True)
        (source / "chapters" / "a.md").write_text(text, "utf8")
        (source / "b.md").write_text(
            "# 첫 쪽\n\n```{toctree}\nchapters/a\n```\n", "utf8"
        )
        settings = {
            "extensions": EXTENSIONS,
            "root_doc": "b",
            "html_theme": "basic",
            "language": "ko",
        }
        settings["html_static_path"] = [str(ROOT / "book" / "_static")]
        log = StringIO()
        app = Sphinx(
            source,
            None,
            out,
            out / "trees",
            builder,
            settings,
            status=None,
            warning=log,
        )
        app.build(force_all=True)
        pages = {
            p.stem: BeautifulSoup(p.read_text("utf8"), "html.parser")
            for p in out.rglob("[ab].*html")
        }
        return pages, log.getvalue()

    return run


def scripts(soup) -> list[str]:
    return [
        tag["src"].split("?")[0]
        for tag in soup.find_all("script", src=True)
        if "/play/" in tag["src"]
    ]


def test_place_has_text_and_scripts_in_order(build):
    pages, warnings = build(
        PAGE + "\n" + PAGE.replace("# 쪽", "").replace("softmax", "heads")
    )
    assert not warnings
    place = pages["a"].select_one("div.play[data-play=softmax]")
    assert "움직이는 그림입니다." in place.noscript.get_text()
    assert "자바스크립트가 꺼져 있어서" in place.noscript.get_text()
    assert scripts(pages["a"]) == [
        f"../_static/play/{name}.js" for name in ("play", "softmax", "heads")
    ]
    assert all(
        tag.has_attr("defer") for tag in pages["a"].select("script[src*='/play/']")
    )
    assert pages["a"].select_one("link[href*='../_static/play/play.css']")
    assert not scripts(pages["b"]) and not pages["b"].select("link[href*='play/']")


def test_single_page_gets_the_scripts_once(build):
    pages, _ = build(PAGE, "singlehtml")
    assert scripts(pages["b"]) == ["_static/play/play.js", "_static/play/softmax.js"]


@pytest.mark.parametrize(
    "bad", ["```{play} 없는것\n글\n```\n", "```{play} play\n글\n```\n"]
)
def test_unknown_figure_is_refused(build, bad):
    _, warnings = build("# 쪽\n\n" + bad)
    assert "만져 보는 그림" in warnings and "없습니다" in warnings


def test_empty_figure_is_refused(build):
    _, warnings = build("# 쪽\n\n```{play} softmax\n```\n")
    assert "play" in warnings


@pytest.mark.parametrize(
    ("chapter", "figure"),
    [
        ("04", "softmax"),
        ("05", "heads"),
        ("06", "positions"),
        ("07", "masks"),
        ("09", "sampling"),
        ("11", "schedule"),
    ],
)
def test_chapter_has_its_figure(chapter, figure):
    (path,) = ROOT.glob(f"chapters/{chapter}_*.ipynb")
    assert re.findall(r"```\{play\} (\w+)", path.read_text("utf8")) == [figure]
