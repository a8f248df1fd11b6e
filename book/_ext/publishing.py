"""저장소를 정했을 때만 생기는 단추: Colab, 고치기, 알리기, 저장소, 전체 내려받기.

주소는 book/site.yml 한 곳에서 옵니다. 테마의 단추(launch_buttons, use_edit_page_button
…)를 쓰지 않습니다. Colab용 사본이 다른 가지에 있고, 테마의 글이 영어이며, 만들어진 쪽은
틀(book/tools)을 고쳐야 하기 때문입니다.
"""

import re
from html import escape
from pathlib import Path

from site_settings import Site, load_site
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

SLUG = re.compile(r"(?:chapters|solutions/[^/]+)/(\d\d_\w+)")


def source_of(pagename: str, suffix: str, root: Path) -> str:
    """고쳐야 하는 파일. 스크립트가 만든 쪽이면 그 틀입니다."""
    template = f"book/tools/{pagename.rpartition('/')[2]}_page.md"
    return template if (root / template).is_file() else pagename + suffix


def exercise_path(pagename: str, root: Path) -> str:
    """그 장의 연습 노트북. 없으면 빈 글입니다."""
    match = SLUG.fullmatch(pagename)
    path = f"exercises/{match[1]}/{match[1]}.ipynb" if match else ""
    return path if path and (root / path).is_file() else ""


def link(url: str, text: str, icon: str, label: str) -> dict:
    """머리 단추 차림표의 한 줄."""
    return {
        "type": "link",
        "url": escape(url),
        "text": text,
        "icon": f"fa-solid {icon}",
        "label": label,
    }


def colab_links(site: Site, pagename: str, suffix: str, root: Path) -> list[dict]:
    """그 쪽의 노트북들을 Colab에서 여는 연결."""
    if suffix != ".ipynb":
        return []
    links = [
        link(
            site.colab(pagename + suffix),
            "이 쪽을 Colab에서 열기",
            "fa-up-right-from-square",
            "colab",
        )
    ]
    if exercise := exercise_path(pagename, root):
        links.append(
            link(
                site.colab(exercise),
                "연습 노트북을 Colab에서 열기",
                "fa-pencil",
                "colab",
            )
        )
    return links


def repository_links(
    site: Site, pagename: str, suffix: str, root: Path, version: str
) -> list[dict]:
    """저장소로 가는 연결."""
    return [
        link(
            site.file(source_of(pagename, suffix, root), "edit"),
            "이 쪽 고치기",
            "fa-pencil",
            "edit",
        ),
        link(site.issue(pagename, version), "고칠 곳 알리기", "fa-lightbulb", "issue"),
        link(site.repository, "저장소 보기", "fa-code", "repository"),
        link(site.archive(), "책 전체 내려받기(ZIP)", "fa-download", "archive"),
    ]


def add_links(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """머리 단추와 장의 첫머리에 연결을 더합니다.

    저장소를 정하지 않았으면 아무것도 하지 않습니다.
    """
    site, suffix = app.config.jumok_site, context.get("page_source_suffix")
    if not site.repository or not suffix:
        return
    root = Path(app.srcdir)
    colab = colab_links(site, pagename, suffix, root)
    links = [
        *colab,
        *repository_links(site, pagename, suffix, root, package_version(root)),
    ]
    group = {
        "type": "group",
        "tooltip": "Colab과 저장소",
        "icon": "fa-solid fa-up-right-from-square",
    }
    context["header_buttons"].append(
        {**group, "buttons": links, "label": "publishing-buttons"}
    )
    anchors = "".join(
        (
            ' <a class="chapter-download chapter-colab" '
            f'href="{one["url"]}">{one["text"]}</a>'
        )
        for one in colab
    )
    context["body"] = re.sub(
        r'(<p class="chapter-downloads">.*?)(</p>)',
        lambda bar: bar[1] + anchors + bar[2],
        context["body"],
        count=1,
        flags=re.DOTALL,
    )


def package_version(root: Path) -> str:
    """패키지의 판. 패키지 없이 책만 옮겨 지을 때는 빈 글입니다."""
    path = root / "code" / "jumok" / "__init__.py"
    found = path.is_file() and re.search(
        r'__version__ = "([^"]+)"', path.read_text(encoding="utf-8")
    )
    return found[1] if found else ""


def read_settings(app: Sphinx, config) -> None:
    """site.yml을 읽어 설정(jumok_site)에 넣습니다."""
    try:
        config.jumok_site = load_site()
    except (OSError, ValueError) as error:
        raise ExtensionError(str(error)) from error
    if config.jumok_site.repository:
        app.add_css_file("publishing.css")


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.add_config_value("jumok_site", Site(), "", [Site])
    app.connect("config-inited", read_settings)
    app.connect("html-page-context", add_links, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
