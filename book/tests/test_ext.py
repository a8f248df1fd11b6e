"""웹 책 확장의 작은 함수들."""

import json

import pytest
from bs4 import BeautifulSoup
from code_lines import LineFormatter
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from ko_book import clean, slug_of
from ko_search import page_entry, plain
from notebook_cells import TaggedEquations, prepare_cell, without_markers
from notebook_cells import slug_of as anchor_of
from offline import MATHJAX_FILES, drop_unused, mathjax_folder
from pygments import highlight
from pygments.lexers import BashLexer, PythonLexer, TextLexer

PAGE = """<article class="bd-article"><section id="a">
<h1>어텐션<a class="headerlink" href="#a">#</a></h1>
<p>값을 <strong>섞</strong>습니다.
<span class="math">\\(\\sqrt{d_k}\\)</span>로 나눕니다.</p>
<script>var 숨김</script>
<section id="b"><h2>점수</h2><ul><li>하나</li><li>둘</li></ul></section>
</section></article>"""


def test_index_entry_splits_sections_and_skips_scripts():
    entry = page_entry("a.html", PAGE)
    assert entry == {
        "u": "a.html",
        "t": "어텐션",
        "s": [
            ["a", "어텐션", "값을 섞습니다. √d_k로 나눕니다."],
            ["b", "점수", "하나 둘"],
        ],
    }


def test_page_without_article_is_not_indexed():
    assert page_entry("a.html", "<main>글</main>") is None


@pytest.mark.parametrize(
    "tex, text",
    [
        (r"\(\frac{QK^\top}{\sqrt{d_k}}\)", "QK^T/√d_k"),
        (r"\(\mathrm{softmax}(s)\)", "softmax(s)"),
        (r"\[a \\ b \tag{4.1}\]", "a b"),
        ("수식이 없는 글", "수식이 없는 글"),
    ],
)
def test_formulas_become_readable(tex, text):
    assert plain(tex) == text


def test_clean_keeps_a_short_formula_with_its_particle():
    html = clean(
        '<span class="math notranslate nohighlight">\\(d_k\\)</span>로 나눕니다.'
    )
    assert (
        BeautifulSoup(html, "html.parser").select_one(".glue").get_text()
        == "\\(d_k\\)로"
    )


def test_clean_twice_is_clean_once():
    html = (
        '<html data-theme="auto"><summary aria-label="Toggle hidden content"><p '
        'class="collapsed admonition-title">source 보기</p></summary><th '
        'class="head"><p></p></th><span class="math notranslate '
        'nohighlight">\\(q\\)</span>와 <i class="fa-solid fa-bars"></i><div '
        'id="pst-primary-sidebar"></div>'
    )
    once = clean(html)
    assert clean(once) == once
    assert "코드 보기" in once and "Toggle" not in once and 'data-theme="light"' in once


@pytest.mark.parametrize(
    "page, slug",
    [
        ("chapters/04_scaled_dot_product", "04_scaled_dot_product"),
        (
            "solutions/04_scaled_dot_product/04_scaled_dot_product",
            "04_scaled_dot_product",
        ),
        ("book/intro", None),
    ],
)
def test_chapter_slug(page, slug):
    assert slug_of(page) == slug


def test_anchor_comes_from_a_korean_title():
    assert anchor_of("4.5 내적은 왜 커지는가?") == "4-5-내적은-왜-커지는가"


def test_solution_cell_is_folded_without_markers():
    source = [
        "def f():\n",
        "    ### BEGIN SOLUTION\n",
        "    return 1\n",
        "    ### END SOLUTION\n",
    ]
    cell = {
        "cell_type": "code",
        "metadata": {"nbgrader": {"solution": True}},
        "source": source,
    }
    prepare_cell(cell)
    assert (
        cell["source"] == "def f():\n    return 1\n" == without_markers("".join(source))
    )
    assert cell["metadata"]["tags"] == ["hide-input"]
    assert cell["metadata"]["mystnb"]["code_prompt_show"] == "풀이 보기"


def test_ordinary_cell_is_left_alone():
    cell = {"cell_type": "code", "metadata": {"tags": ["x"]}, "source": ["1"]}
    before = json.dumps(cell)
    prepare_cell(cell)
    assert json.dumps(cell) == before


@pytest.mark.parametrize(
    "tex, wrapped",
    [
        (r"\begin{aligned} a \\ b \end{aligned} \tag{4.2}", True),
        (r"a \tag{4.1}", False),
        (r"a \\ b", False),
    ],
)
def test_only_tagged_lines_escape_the_split(tex, wrapped):
    document = new_document("글", get_default_settings())
    document += nodes.math_block("", tex)
    TaggedEquations(document).apply()
    assert bool(document[0].get("nowrap")) == wrapped
    assert document[0].astext() == (rf"\[{tex}\]" if wrapped else tex)


def test_mathjax_files_are_installed():
    for name in MATHJAX_FILES:
        assert (mathjax_folder() / name).exists(), name


def test_unused_files_are_dropped(tmp_path):
    (tmp_path / "scripts").mkdir()
    for name in ["scripts/fontawesome.js", "scripts/a.js.map", "scripts/a.js"]:
        (tmp_path / name).write_text("x")
    drop_unused(tmp_path)
    assert [path.name for path in tmp_path.glob("scripts/*")] == ["a.js"]


def highlighted(source, lexer):
    return BeautifulSoup(highlight(source, lexer, LineFormatter()), "html.parser").pre


def test_every_line_of_code_knows_its_indent():
    source = "class A:\n\n    def f(self):\n        return '''가\n  나'''\n"
    lines = highlighted(source, PythonLexer()).select(".code-line")
    assert [line.get("style") for line in lines] == [
        None,
        "--indent: 4",
        "--indent: 8",
        "--indent: 2",
    ]


@pytest.mark.parametrize(
    ("lexer", "source"),
    [
        (
            PythonLexer(),
            "value = model.encoder.layers[0](source, -mask) - x.y\n\n\tz\n",
        ),
        (BashLexer(), "jumok translate '나는 집에 간다' --attention map.png -o a\n"),
        (
            TextLexer(),
            "  표   1 < 2 &  긴 줄은 접어도 <wbr>은 글자 그대로입니다 --아님\n",
        ),
    ],
    ids=["python", "bash", "text"],
)
def test_marks_for_folding_change_no_letter(lexer, source):
    pre = highlighted(source, lexer)
    assert pre.get_text() == source
    assert pre.select("wbr") or pre.select(".glue") or lexer.name == "Text only"


def test_long_lines_fold_at_brackets_and_before_dots_but_not_inside_options():
    code = highlighted("some_value = model.encoder.layers[0](source)\n", PythonLexer())
    parts = "".join("|" if tag.name == "wbr" else tag for tag in strings(code))
    assert parts.strip() == "some_value = model|.encoder|.layers[|0](|source)"
    command = highlighted("jumok translate --attention map.png -o b\n", BashLexer())
    assert [tag.get_text() for tag in command.select(".glue")] == ["--attention", "-o"]


def strings(tag):
    """글과 wbr 표시를 차례대로 냅니다."""
    return (
        item for item in tag.descendants if isinstance(item, str) or item.name == "wbr"
    )
