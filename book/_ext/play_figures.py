"""만져 보는 그림: `{play}` 지시자입니다.

    ```{play} softmax
    무엇을 보여 주는 그림인지 한두 문장으로 적습니다.
    ```

웹 책에서는 _static/play/softmax.js가 그 자리에 그림을 그립니다. 적은 문장은
자바스크립트가 꺼져 있을 때와 찾기에 나오고, JupyterLab과 GitHub에서는 그대로 보입니다.
EPUB에는 문장만 싣습니다.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SCRIPTS = Path(__file__).parent.parent / "_static" / "play"
NO_SCRIPT = "자바스크립트가 꺼져 있어서 그림을 움직일 수 없습니다."


class play(nodes.General, nodes.Element):
    """만져 보는 그림 하나. 자식은 그림 대신 보일 글입니다."""


class PlayFigure(SphinxDirective):
    """`{play} 이름`: 스크립트 _static/play/이름.js가 그리는 그림의 자리를 냅니다."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """그림의 자리를 만들고 대신 보일 글을 풉니다."""
        name = self.arguments[0]
        if name == "play" or not (SCRIPTS / f"{name}.js").is_file():
            raise self.error(
                f"만져 보는 그림 '{name}'이(가) 없습니다. "
                f"{SCRIPTS}에 {name}.js를 두세요."
            )
        self.assert_has_content()
        place = play(figure=name)
        self.state.nested_parse(self.content, self.content_offset, place)
        return [place]


def visit(translator, node: nodes.Element) -> None:
    """그림의 자리를 엽니다."""
    translator.body.append(f'<div class="play" data-play="{node["figure"]}">\n')
    if translator.builder.name != "epub":
        translator.body.append(f"<noscript>\n<p><strong>{NO_SCRIPT}</strong></p>\n")


def depart(translator, node: nodes.Element) -> None:
    """그림의 자리를 닫습니다."""
    translator.body.append(
        "</div>\n" if translator.builder.name == "epub" else "</noscript>\n</div>\n"
    )


def add_files(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """그림이 있는 쪽에만 모양과 스크립트를 넣습니다."""
    if doctree is None or app.builder.format != "html" or app.builder.name == "epub":
        return
    names = dict.fromkeys(place["figure"] for place in doctree.findall(play))
    if names:
        app.add_css_file("play/play.css")
        app.add_js_file("play/play.js", loading_method="defer")
    for name in names:
        app.add_js_file(f"play/{name}.js", priority=501, loading_method="defer")


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.add_node(play, html=(visit, depart))
    app.add_directive("play", PlayFigure)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
