"""웹 책의 겉모습을 우리말로 바꾸고 접근성을 손보는 확장입니다.

테마가 번역해 둔 글은 번역 사전(STRINGS)으로 바꿉니다. 틀에 영어로 박혀 있는 글은 다
만든 HTML에서 고칩니다(HTML_FIXES).
"""

import json
import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

STRINGS = {
    "Skip to main content": "본문으로 바로 가기",
    "Back to top": "맨 위로",
    "Search": "찾기",
    "Color mode": "화면 밝기",
    "Light": "밝게",
    "Dark": "어둡게",
    "System Settings": "시스템 설정",
    "Site navigation": "책 차례",
    "On this page": "이 쪽의 차례",
    "previous": "이전",
    "next": "다음",
    "previous page": "이전 쪽",
    "next page": "다음 쪽",
    "Link to this heading": "이 제목의 주소",
    "Link to this image": "이 그림의 주소",
    "Link to this table": "이 표의 주소",
    "Link to this code": "이 코드의 주소",
    "Link to this equation": "이 식의 주소",
    "Link to this definition": "이 정의의 주소",
    "Link to this term": "이 용어의 주소",
    "Permalink to this heading": "이 제목의 주소",
    "By": "지은이:",
    "Copyright": "저작권",
    "Fullscreen mode": "전체 화면",
    "Print to PDF": "인쇄하거나 PDF로 저장",
    "Download this page": "내려받기",
    "Version warning": "판 안내",
    "© Copyright %(copyright)s.": "© %(copyright)s",
}

HTML_FIXES = [
    # 틀에 박힌 영어
    (
        r'title="Toggle primary sidebar"',
        'aria-label="책 차례 여닫기" title="책 차례 여닫기"',
    ),
    (
        r'title="Toggle secondary sidebar"',
        'aria-label="이 쪽의 차례 여닫기" title="이 쪽의 차례 여닫기"',
    ),
    (r'aria-label="Main"', 'aria-label="책 차례"'),
    (r'aria-label="Page"', 'aria-label="인쇄용 차례"'),
    (r' - Home"', ' 첫 쪽으로"'),
    (r"\bsource (보기|접기)<", r"코드 \1<"),
    (r"\boutputs? (보기|접기)<", r"출력 \1<"),
    (r"\bcontent (보기|접기)<", r"코드와 출력 \1<"),
    # 접힌 셀: MyST-NB의 상자 대신 다른 접는 것과 같은 모양으로
    (r'<details class="admonition hide [^"]*">', '<details class="folded">'),
    (
        r'<p class="(collapsed|expanded) admonition-title">([^<]*)</p>',
        r'<span class="\1">\2</span>',
    ),
    # 보이는 글과 읽히는 이름이 다른 단추
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    (r'(search-button-field[^>]*?) title="[^"]*" aria-label="[^"]*"', r"\1"),
    (r'(<i class="theme-switch[^>]*?) title="([^"]*)"', r"\1"),
    (
        r'<summary>(<span class="toctree-toggle")',
        r'<summary aria-label="하위 쪽 여닫기">\1',
    ),
    # 자바스크립트가 없으면 밝은 화면
    (r'data-theme="auto"', 'data-theme="light"'),
    # 이정표 밖에 있던 옆 차례, 옳지 않은 역할
    (
        r'<div (id="pst-primary-sidebar")',
        r'<div role="complementary" aria-label="책 이름과 차례" \1',
    ),
    (r' role="doc-biblioentry"', ' role="listitem"'),
    # 화면 읽기 프로그램이 읽을 것 없는 그림 글자
    (
        r'<(i|span) class="(fa[sb]? |fa-solid |theme-switch )',
        r'<\1 aria-hidden="true" class="\2',
    ),
    # 머리글이 빈 칸은 머리글이 아닙니다
    (r'<th class="head([^"]*)"><p></p></th>', r'<td class="head\1"></td>'),
    # 라디오 단추의 이름표는 aria-controls를 가질 수 없습니다(HTML 표준)
    (
        r'<label aria-controls="[^"]*" class="sd-tab-label"',
        '<label class="sd-tab-label"',
    ),
    # 짧은 수식이나 코드와 뒤따르는 조사·쉼표가 줄 끝에서 떨어지지 않도록
    (
        r'(?<!<span class="glue">)('
        r'<span class="math notranslate nohighlight">\\\([^<]{1,30}\\\)</span>|'
        r'<code class="docutils literal notranslate">'
        r'(?:<span class="pre">[^<]{1,24}</span> ?)+</code>'
        r")([가-힣]{1,6}[.,)]?|[.,)])",
        r'<span class="glue">\1\2</span>',
    ),
    # file://에서도 저장되도록
    (r'target="_blank"(\s+class="btn btn-sm btn-download)', r"download\1"),
]


COPY_WORDS = """'ko': {
    'copy': '복사',
    'copy_to_clipboard': '클립보드로 복사',
    'copy_success': '복사했습니다',
    'copy_failure': '복사하지 못했습니다',
  },"""


def clean(html: str) -> str:
    """다 만든 페이지 하나를 고칩니다. 두 번 고쳐도 결과가 같습니다."""
    for pattern, replacement in HTML_FIXES:
        html = re.sub(pattern, replacement, html)
    return html


def slug_of(pagename: str) -> str | None:
    """장이나 문제·풀이 페이지의 이름에서 장의 이름(예: 04_scaled_dot_product)을
    얻습니다.
    """
    match = re.fullmatch(r"(?:chapters|solutions/[^/]+)/(\d\d_\w+)", pagename)
    return match and match[1]


def exercise_of(app: Sphinx, pagename: str) -> Path | None:
    """그 장의 연습 노트북 파일입니다. 없으면 None입니다."""
    slug = slug_of(pagename)
    path = Path(app.srcdir, "exercises", slug or "", f"{slug}.ipynb")
    return path if path.is_file() else None


def download_link(url: str, text: str, icon: str) -> dict:
    """내려받기 차림표의 한 줄입니다."""
    return {
        "type": "link",
        "url": url,
        "text": text,
        "icon": f"fa-solid {icon}",
        "label": "download",
    }


def set_downloads(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """머리 단추의 내려받기 차림표를 이 책에 맞게 바꾸고, 장의 첫머리에도 같은 연결을
    놓습니다.
    """
    pathto, links = context["pathto"], []
    if context.get("page_source_suffix") == ".ipynb":
        source = pathto(f"_sources/{context['sourcename']}", 1)
        links.append(download_link(source, "이 쪽의 노트북", "fa-code"))
        if exercise := exercise_of(app, pagename):
            links.append(
                download_link(
                    pathto(f"_downloads/{exercise.name}", 1), "연습 노트북", "fa-pencil"
                )
            )
        context["body"] = context["body"].replace(
            "</h1>", "</h1>\n" + link_bar(links), 1
        )
    printing = {
        "type": "javascript",
        "javascript": "window.print()",
        "text": "인쇄 · PDF 저장",
        "icon": "fa-solid fa-file-pdf",
        "label": "print",
    }
    for button in context.get("header_buttons", []):
        if button.get("label") == "download-buttons":
            button["buttons"] = [*links, printing]


def link_bar(links: list[dict]) -> str:
    """장의 첫머리에 놓는 내려받기 연결들입니다."""
    anchors = [
        (
            '<a class="chapter-download" download '
            f'href="{link["url"]}">{link["text"]} 내려받기</a>'
        )
        for link in links
    ]
    return f'<p class="chapter-downloads">{" ".join(anchors)}</p>'


def translate(app: Sphinx) -> None:
    """테마와 Sphinx의 번역 사전에 STRINGS를 넣습니다."""
    from sphinx.locale import translators

    for translator in translators.values():
        if hasattr(translator, "_catalog"):
            translator._catalog.update(STRINGS)


def copy_exercises(app: Sphinx) -> None:
    """연습 노트북을 내려받는 폴더에 복사합니다."""
    downloads = Path(app.outdir, "_downloads")
    downloads.mkdir(exist_ok=True)
    for docname in app.env.found_docs:
        if exercise := exercise_of(app, docname):
            shutil.copy2(exercise, downloads / exercise.name)


def write_script_copies(outdir: Path) -> None:
    """노트북 곁에 .js 사본을 둡니다.

    file://에서는 이것으로만 내려받을 수 있습니다(book.js).
    """
    for notebook in [
        *outdir.glob("_sources/**/*.ipynb"),
        *outdir.glob("_downloads/*.ipynb"),
    ]:
        arguments = [
            json.dumps(text, ensure_ascii=False)
            for text in (notebook.name, notebook.read_text(encoding="utf-8"))
        ]
        copy = notebook.with_name(notebook.name + ".js")
        copy.write_text(f"jumokDownload({', '.join(arguments)});\n", encoding="utf-8")


def translate_copy_button(outdir: Path) -> None:
    """복사 단추의 글에 우리말을 더합니다."""
    script = outdir / "_static" / "copybutton.js"
    code = script.read_text(encoding="utf-8")
    if "'ko'" not in code:
        script.write_text(
            code.replace("const messages = {", "const messages = {\n  " + COPY_WORDS),
            encoding="utf-8",
        )


def finish(app: Sphinx, error: Exception | None) -> None:
    """내려받을 파일을 놓고 모든 페이지를 고칩니다."""
    if error is not None or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    copy_exercises(app)
    write_script_copies(outdir)
    translate_copy_button(outdir)
    for page in outdir.rglob("*.html"):
        if "_static" not in page.parts:
            html = page.read_text(encoding="utf-8")
            page.write_text(clean(html), encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.config.templates_path.append(str(Path(__file__).parent / "templates"))
    app.connect("builder-inited", translate)
    app.connect("html-page-context", set_downloads, priority=600)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
