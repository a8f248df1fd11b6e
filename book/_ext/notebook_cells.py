"""노트북을 책으로 옮길 때의 작은 손질입니다. 노트북 파일은 바꾸지 않습니다.

- 그림의 대체 글을 출력 메타데이터 `metadata["image/png"]["alt"]`에서 가져옵니다.
- 문제의 풀이 셀과 채점 셀을 접고, 접힌 줄에 우리말 이름을 붙입니다.
- 절의 주소를 제목에서 만듭니다.
- `\\tag`가 있는 여러 줄 수식을 MathJax가 받아들이는 꼴로 감쌉니다.
"""

import json
import re

from docutils import nodes
from myst_nb.core.render import NbElementRenderer
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)
MARKERS = (
    "### BEGIN SOLUTION",
    "### END SOLUTION",
    "### BEGIN HIDDEN TESTS",
    "### END HIDDEN TESTS",
)


def fold(cell: dict, label: str) -> None:
    """셀의 입력을 접고, 접힌 줄에 label을 씁니다."""
    metadata = cell["metadata"]
    metadata["tags"] = sorted({*metadata.get("tags", []), "hide-input"})
    metadata["mystnb"] = {
        "code_prompt_show": f"{label} 보기",
        "code_prompt_hide": f"{label} 접기",
        **metadata.get("mystnb", {}),
    }


def without_markers(source: str | list[str]) -> str:
    """nbgrader의 표시 줄을 뺀 소스를 돌려줍니다."""
    lines = "".join(source).splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() not in MARKERS)


def prepare_cell(cell: dict) -> None:
    """nbgrader 셀 하나를 책에 싣기 좋게 고칩니다."""
    role = cell["metadata"].get("nbgrader", {})
    if cell["cell_type"] != "code" or not role:
        return
    if role.get("solution"):
        fold(cell, "풀이")
    elif role.get("grade"):
        fold(cell, "확인 코드")
    cell["source"] = without_markers(cell["source"])


def prepare_notebook(app: Sphinx, docname: str, source: list[str]) -> None:
    """읽은 직후의 노트북을 고칩니다(source-read)."""
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        prepare_cell(cell)
    source[0] = json.dumps(notebook, ensure_ascii=False)


def slug_of(title: str) -> str:
    """제목에서 글자와 숫자만 남기고 붙임표로 잇습니다."""
    return "-".join(re.findall(r"\w+", title.lower()))


def with_alt(render_image):
    """출력 메타데이터의 대체 글을 그림에 붙이도록 render_image를 감쌉니다."""

    def render(self, data):
        images = render_image(self, data)
        alt = data.output_metadata.get(data.mime_type, {}).get("alt")
        for image in images:
            if alt:
                image["alt"] = alt
            elif not image.get("alt"):
                where = f"셀 {data.cell_index}"
                logger.warning(
                    f"그림에 대체 글이 없습니다({where}).",
                    location=self.renderer.document["source"],
                )
        return images

    render.has_alt = True
    return render


class KoreanAnchors(SphinxTransform):
    """절의 주소를 제목에서 만듭니다(#4-5-내적은-왜-커지는가).

    docutils는 한글 제목에 id4 같은 이름을 붙입니다. 절을 하나 끼워 넣으면 주소가 모두
    밀립니다.
    """

    default_priority = 20

    def apply(self, **kwargs) -> None:
        """제목에 한글이 있는 절에 새 이름을 붙입니다."""
        taken = self.document.ids
        for section in self.document.findall(nodes.section):
            old, title = section["ids"][0], section.next_node(nodes.title).astext()
            slug = slug_of(title)
            if re.search("[가-힣]", title) and slug not in taken:
                section["ids"] = [slug, *section["ids"][1:]]
                taken[slug] = taken.pop(old)
                names = self.document.nameids
                names.update(
                    {name: slug for name, target in names.items() if target == old}
                )


class TaggedEquations(SphinxTransform):
    r"""`\tag`가 있는 수식은 Sphinx의 split으로 감싸지 않고 그대로 둡니다.

    Sphinx는 `\\`가 보이면 split으로 감싸는데, 그 안에서는 `\tag`를 쓸 수 없습니다.
    """

    default_priority = 300

    def apply(self, **kwargs) -> None:
        """문서의 수식을 훑어 필요한 것만 고칩니다."""
        for node in self.document.findall(nodes.math_block):
            text = node.astext()
            if r"\tag" in text and r"\\" in text and not node.get("nowrap"):
                node["nowrap"] = True
                node.children = [nodes.Text(rf"\[{text}\]")]


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    if not hasattr(NbElementRenderer.render_image, "has_alt"):
        NbElementRenderer.render_image = with_alt(NbElementRenderer.render_image)
    app.connect("source-read", prepare_notebook)
    app.add_transform(KoreanAnchors)
    app.add_transform(TaggedEquations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
