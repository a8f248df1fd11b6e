"""다른 곳에서 책을 찾고 보여 줄 때 쓰는 것: 미리보기(Open Graph), sitemap.xml,
robots.txt, index.html.

미리보기 그림과 sitemap은 온전한 주소가 있어야 하므로 book/site.yml의 address를 정했을
때만 만듭니다.
"""

import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape as escape_xml

from ko_search import readable
from sphinx.application import Sphinx

IMAGE = "_static/og.png"  # book/tools/make_og_image.py가 그립니다.
IMAGE_SIZE = (1200, 630)
IMAGE_ALT = (
    "주목 — RNN의 한계에서 트랜스포머까지. "
    "세 단어에서 한 단어로 굵기가 다른 선이 모입니다."
)
INDEX = """<!DOCTYPE html>
<html lang="ko">
  <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <title>{title}</title>
    <meta http-equiv="Refresh" content="0; url={page}"/>
    <meta name="description" content="{description}"/>
{tags}
  </head>
  <body><main><h1>{title}</h1>
  <p><a href="{page}">책의 첫 쪽으로 가기</a></p></main></body>
</html>
"""


def words_of(html: str, limit: int = 0) -> str:
    """꼬리표와 TeX를 걷어 낸 글. limit을 넘으면 낱말의 끝에서 자릅니다."""
    text = re.sub(r"\s+", " ", readable(unescape(re.sub(r"<[^>]*>", "", html)))).strip()
    if not limit or len(text) <= limit:
        return text
    return text[:limit].rpartition(" ")[0].rstrip(" ,.") + "…"


def meta(name: str, content: str) -> str:
    """Open Graph 꼬리표 하나."""
    return f'    <meta property="{name}" content="{escape(content)}"/>'


def tags_of(
    title: str, description: str, site_name: str, url: str, address: str
) -> str:
    """쪽 하나의 미리보기 꼬리표들. 주소를 모르면 그림과 og:url은 뺍니다."""
    rows = [
        meta("og:type", "website" if title == site_name else "article"),
        meta("og:site_name", site_name),
        meta("og:locale", "ko_KR"),
        meta("og:title", title),
        meta("og:description", description),
    ]
    if address:
        rows += [
            meta("og:url", address + quote(url)),
            meta("og:image", address + IMAGE),
            meta("og:image:type", "image/png"),
            meta("og:image:width", str(IMAGE_SIZE[0])),
            meta("og:image:height", str(IMAGE_SIZE[1])),
            meta("og:image:alt", IMAGE_ALT),
            '    <meta name="twitter:card" content="summary_large_image"/>',
        ]
    return "\n".join(rows)


def describe(context: dict, title: str) -> str:
    """쪽의 첫 글. 테마가 뽑은 설명에서 제목의 되풀이를 뺍니다."""
    text = words_of(context.get("page_description") or "")
    return words_of(text.removeprefix(title), 120) or title


def add_tags(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """글이 있는 쪽에는 미리보기 꼬리표를, 찾기처럼 글이 없는 쪽에는 모으지 말라는 표를
    답니다.
    """
    tags = context.get("metatags") or ""
    if doctree is None:
        context["metatags"] = tags + '\n    <meta name="robots" content="noindex"/>'
        return
    title, site = words_of(context.get("title") or ""), app.config.jumok_site
    url = app.builder.get_target_uri(pagename)
    own = tags_of(
        title, describe(context, title), app.config.html_title, url, site.address
    )
    context["metatags"] = f"{tags}\n{own}"
    if pagename == app.config.master_doc:
        app.env.jumok_front = (title, describe(context, title))


def write_index(app: Sphinx) -> None:
    """첫 주소.

    넘기기만 하는 쪽이지만, 나누는 사람은 이 주소를 나누므로 미리보기를 답니다.
    """
    title, description = getattr(
        app.env, "jumok_front", (app.config.html_title, app.config.html_title)
    )
    page = app.builder.get_target_uri(app.config.master_doc)
    tags = tags_of(
        title, description, app.config.html_title, "", app.config.jumok_site.address
    )
    fields = {
        "title": escape(title),
        "page": quote(page),
        "description": escape(description),
        "tags": tags,
    }
    Path(app.outdir, "index.html").write_text(INDEX.format(**fields), encoding="utf-8")


def sitemap(address: str, urls: list[str]) -> str:
    """검색 서비스가 읽는 쪽의 목록."""
    rows = "".join(
        f"  <url><loc>{escape_xml(address + quote(url))}</loc></url>\n" for url in urls
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return (
        f"{head}<urlset "
        f'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
    )


def robots(address: str) -> str:
    """모두 읽어도 좋고, 목록은 여기 있다는 말.

    호스트의 뿌리에 놓일 때만 검색 서비스가 읽습니다.
    """
    return f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n"


def finish(app: Sphinx, error: Exception | None) -> None:
    """모든 쪽을 쓴 뒤에 첫 주소와 목록을 씁니다."""
    if error is not None or app.builder.name != "html":
        return
    write_index(app)
    if address := app.config.jumok_site.address:
        urls = [app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)]
        Path(app.outdir, "sitemap.xml").write_text(
            sitemap(address, urls), encoding="utf-8"
        )
        Path(app.outdir, "robots.txt").write_text(robots(address), encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다. jumok_site 설정은 publishing이 만듭니다."""
    app.setup_extension("publishing")
    app.connect("html-page-context", add_tags, priority=700)
    app.connect("build-finished", finish, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
