"""책을 내놓는 일: 저장소를 정하기 전과 뒤의 단추, Colab 사본, 미리보기, 목록, 인용,
GitHub Actions.
"""

import importlib.util
import json
import re
import shutil
import struct
import subprocess
import sys
import types
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from publishing import add_links, colab_links, exercise_path, source_of
from sharing import (
    IMAGE,
    IMAGE_SIZE,
    add_tags,
    describe,
    robots,
    sitemap,
    tags_of,
    words_of,
    write_index,
)
from site_settings import SETTINGS, Site, load_site
from sphinx.errors import ExtensionError

import jumok

ROOT = Path(__file__).resolve().parents[2]
HERE = Site(
    "https://github.com/example/jumok", "main", "https://example.github.io/jumok/"
)
PAGES = [
    ("book/notation", ".md"),
    ("book/parity", ".md"),
    ("chapters/04_scaled_dot_product", ".ipynb"),
    ("solutions/04_scaled_dot_product/04_scaled_dot_product", ".ipynb"),
]
SHA = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def tool(name):
    """book/tools의 스크립트를 모듈로 불러옵니다."""
    spec = importlib.util.spec_from_file_location(
        name, ROOT / "book" / "tools" / f"{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def app_of(site, outdir=None):
    """확장이 쓰는 것만 있는 가짜 Sphinx."""
    builder = types.SimpleNamespace(
        get_target_uri=lambda name: f"{name}.html", name="html"
    )
    config = types.SimpleNamespace(
        jumok_site=site, html_title="주목", master_doc="book/intro"
    )
    env = types.SimpleNamespace(found_docs=set())
    return types.SimpleNamespace(
        config=config, builder=builder, env=env, srcdir=ROOT, outdir=outdir
    )


def page_context(suffix=".ipynb"):
    bar = (
        '<h1>제목</h1>\n<p class="chapter-downloads"><a download '
        'href="x">내려받기</a></p><p>글</p>'
    )
    return {
        "header_buttons": [],
        "body": bar,
        "page_source_suffix": suffix,
        "title": "제목",
    }


def write_site(folder, **values):
    path = folder / "site.yml"
    path.write_text(yaml.safe_dump(values), "utf8")
    return path


# ── 설정 한 곳 ────────────────────────────────────────────────────────────────────────


def test_the_settings_of_this_book_are_well_formed():
    assert isinstance(load_site(SETTINGS), Site)


@pytest.mark.parametrize(
    "given",
    ["https://github.com/example/jumok", "https://github.com/example/jumok.git/"],
)
def test_addresses_are_made_uniform(tmp_path, given):
    site = load_site(
        write_site(
            tmp_path, repository=given, address="https://example.github.io/jumok"
        )
    )
    assert site == HERE


def test_empty_settings_mean_nothing_is_published(tmp_path):
    assert (
        load_site(write_site(tmp_path, repository="", branch="main", address=None))
        == Site()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"repository": "github.com/a/b"},
        {"repository": "https://gitlab.com/a/b"},
        {"repository": "https://github.com/a/b/tree/main"},
        {"repository": 'https://github.com/a/b" onclick="x'},
        {"address": "example.github.io"},
        {"address": "file:///tmp/"},
        {"branch": "my branch"},
        {"branch": ""},
        {"repo": "https://github.com/a/b"},
    ],
)
def test_wrong_settings_say_why_in_korean(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"site\.yml.*[가-힣]"):
        load_site(write_site(tmp_path, **wrong))


def test_a_wrong_setting_stops_the_build(monkeypatch):
    import publishing

    def refuse():
        raise ValueError("site.yml의 주소가 틀렸습니다.")

    monkeypatch.setattr(publishing, "load_site", refuse)
    with pytest.raises(ExtensionError, match="주소가 틀렸습니다"):
        publishing.read_settings(None, types.SimpleNamespace())


def test_the_extensions_are_registered():
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))
    for name in ("publishing", "sharing"):
        assert (
            name in config["sphinx"]["local_extensions"]
            and name in config["sphinx"]["config"]["extensions"]
        )
    # 테마의 단추를 함께 켜면 같은 연결이 두 번 나옵니다.
    assert not any(
        config["html"][f"use_{kind}_button"]
        for kind in ("repository", "issues", "edit_page")
    )
    assert "repository" not in config and "launch_buttons" not in config


# ── 단추 ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("page", "suffix"), PAGES)
def test_without_a_repository_a_page_is_untouched(page, suffix):
    context = page_context(suffix)
    add_links(app_of(Site(address=HERE.address)), page, "page.html", context, None)
    assert context == page_context(suffix)


def test_pages_without_a_source_get_no_button():
    context = page_context(None)
    add_links(app_of(HERE), "search", "search.html", context, None)
    assert context == page_context(None)


@pytest.mark.parametrize(("page", "suffix"), PAGES)
def test_every_link_points_to_a_file_of_the_repository(page, suffix):
    context = page_context(suffix)
    add_links(app_of(HERE), page, "page.html", context, None)
    (group,) = context["header_buttons"]
    urls = {
        one["label"]: BeautifulSoup(f'<a href="{one["url"]}">', "html.parser").a["href"]
        for one in group["buttons"]
    }
    assert group["tooltip"] and all(
        re.search("[가-힣]", one["text"]) for one in group["buttons"]
    )
    edited = unquote(urls["edit"].removeprefix(f"{HERE.repository}/edit/main/"))
    assert (ROOT / edited).is_file()
    assert page in unquote(urls["issue"]) and jumok.__version__ in unquote(
        urls["issue"]
    )
    assert (
        urls["archive"]
        == "https://github.com/example/jumok/archive/refs/heads/main.zip"
    )
    assert ("colab" in urls) == (suffix == ".ipynb")


def test_a_generated_page_is_edited_at_its_template():
    assert source_of("book/parity", ".md", ROOT) == "book/tools/parity_page.md"
    assert source_of("book/notation", ".md", ROOT) == "book/notation.md"


def test_colab_opens_files_that_the_copies_have(tmp_path):
    made = set(tool("make_colab").make(tmp_path, "main", HERE))
    for path in [*ROOT.glob("chapters/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")]:
        page = path.relative_to(ROOT).with_suffix("").as_posix()
        links = colab_links(HERE, page, ".ipynb", ROOT)
        prefix = "https://colab.research.google.com/github/example/jumok/blob/colab/"
        assert len(links) == 2 and exercise_path(page, ROOT)
        assert {unquote(one["url"]).removeprefix(prefix) for one in links} <= made


def test_the_head_of_a_chapter_gets_the_same_links_once():
    context = page_context()
    add_links(
        app_of(HERE), "chapters/04_scaled_dot_product", "page.html", context, None
    )
    soup = BeautifulSoup(context["body"], "html.parser")
    assert [
        a.get_text() for a in soup.select("p.chapter-downloads a.chapter-colab")
    ] == [
        "이 쪽을 Colab에서 열기",
        "연습 노트북을 Colab에서 열기",
    ]
    assert len(soup.find_all("p")) == 2


def test_the_icons_are_in_the_font_of_the_book():
    """책은 글꼴을 추려 싣습니다. 없는 그림 글자는 빈칸으로 보입니다."""
    from fontTools.ttLib import TTFont

    context = page_context()
    add_links(
        app_of(HERE), "chapters/04_scaled_dot_product", "page.html", context, None
    )
    (group,) = context["header_buttons"]
    codes = {
        "fa-up-right-from-square": 0xF35D,
        "fa-pencil": 0xF303,
        "fa-lightbulb": 0xF0EB,
        "fa-code": 0xF121,
        "fa-download": 0xF019,
    }
    used = {one["icon"].split()[1] for one in (group, *group["buttons"])}
    letters = TTFont(ROOT / "book/_static/fonts/icons.woff").getBestCmap()
    assert used <= set(codes) and {codes[name] for name in used} <= set(letters)
    # book.css의 규칙(.chapter-download::before)보다 앞서야 합니다.
    style = (ROOT / "book/_static/publishing.css").read_text("utf8")
    assert re.search(
        r"\.chapter-download\.chapter-colab::before \{ content: .*f35d", style
    )


# ── Colab ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """커밋 하나의 Colab 사본들."""
    folder = tmp_path_factory.mktemp("colab")
    names = tool("make_colab").make(folder, "0" * 40, HERE)
    return folder, names


def test_every_notebook_has_a_copy_that_differs_only_by_the_setup_cell(copies):
    folder, names = copies
    assert len(names) == sum(
        len(list(ROOT.glob(pattern))) for pattern in tool("make_colab").NOTEBOOKS
    )
    for name in names:
        copy, original = (
            nbformat.read(place / name, as_version=4) for place in (folder, ROOT)
        )
        nbformat.validate(copy)
        (setup,) = [cell for cell in copy.cells if cell.get("id") == "colab-setup"]
        first = next(cell for cell in copy.cells if cell.cell_type == "code")
        assert first is setup
        kept = [cell for cell in copy.cells if cell is not setup]
        assert [cell.cell_type for cell in kept] == [
            cell.cell_type for cell in original.cells
        ]
        # 글은 연결만 바뀝니다. 코드와 출력은 그대로입니다.
        same = [
            a == b
            for a, b in zip(kept, original.cells, strict=True)
            if a.cell_type == "code"
        ]
        assert same and all(same), name


def test_copies_have_no_relative_link(copies):
    folder, names = copies
    for name in names:
        for cell in nbformat.read(folder / name, as_version=4).cells:
            if cell.cell_type == "markdown":
                assert not re.search(r"\]\(\.\.?/", cell.source), name


def test_links_inside_the_book_become_addresses():
    make = tool("make_colab")
    source = (
        "[풀이](../solutions/01_x/01_x.ipynb) [대조표](../book/parity.md#표) "
        "![그림](../a.png) [밖](https://a.b)"
    )
    notebook = {
        "cells": [{"cell_type": "markdown", "metadata": {}, "source": [source]}],
        "metadata": {},
    }
    cell = make.for_colab(notebook, "chapters/01_x.ipynb", HERE, "")["cells"][0]
    text = "".join(cell["source"])
    assert "blob/colab/solutions/01_x/01_x.ipynb)" in text
    assert "(https://example.github.io/jumok/book/parity.html#표)" in text
    assert (
        "![그림](https://github.com/example/jumok/raw/main/a.png)" in text
        and "[밖](https://a.b)" in text
    )
    without = Site(HERE.repository)
    assert (
        make.address_of("book/parity.md", "", without)
        == "https://github.com/example/jumok/blob/main/book/parity.md"
    )


def run_setup(monkeypatch, source, colab):
    """설치 칸을 실행하고, 부른 명령을 돌려줍니다. colab이면 Colab인 척합니다."""
    calls = []

    def record(command, **options):
        calls.append(command)
        if "pip" not in command:
            return run(command, **options)
        return None

    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", record)
    monkeypatch.setattr(sys, "path", list(sys.path))
    if colab:
        monkeypatch.setitem(
            sys.modules, "google.colab", types.ModuleType("google.colab")
        )
    else:
        monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    exec(compile(source, "setup", "exec"), {})
    return calls


def test_outside_colab_the_setup_cell_does_nothing(monkeypatch, capsys):
    source = tool("make_colab").setup_source(HERE, "main", jumok.__version__)
    before = list(sys.path)
    assert run_setup(monkeypatch, source, colab=False) == []
    assert sys.path == before and capsys.readouterr().out == ""


@pytest.mark.skipif(not shutil.which("git"), reason="git이 없습니다.")
def test_in_colab_the_setup_cell_takes_this_very_commit(tmp_path, monkeypatch, capsys):
    """진짜 git으로 작은 저장소의 지난 커밋을 받습니다. 설치(pip)는 부른 것만 봅니다."""
    origin, room = tmp_path / "origin", tmp_path / "room"

    def git(*args):
        who = (
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "commit.gpgsign=false",
        )
        done = subprocess.run(
            ["git", *who, "-C", str(origin), *args],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    origin.mkdir()
    git("init", "--quiet")
    for text in ("지난 판", "새 판"):
        (origin / "책.txt").write_text(text, "utf8")
        git("add", "--all")
        git("commit", "--quiet", "--message", text)
    commit = git("rev-parse", "HEAD~1")
    source = tool("make_colab").setup_source(
        Site(origin.as_uri()), commit, jumok.__version__, str(room)
    )
    calls = run_setup(monkeypatch, source, colab=True)
    assert (room / "책.txt").read_text("utf8") == "지난 판"
    assert calls[-1] == [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        f"{room}/code",
    ]
    assert (
        sys.path[0] == f"{room}/code" and jumok.__version__ in capsys.readouterr().out
    )
    run_setup(monkeypatch, source, colab=True)  # 다시 실행해도 됩니다.


def test_in_colab_another_version_stops_the_reader(tmp_path, monkeypatch):
    source = tool("make_colab").setup_source(HERE, "main", "9.9.9")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: None)
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(AssertionError, match="런타임을 다시 시작"):
        exec(source, {})


def test_without_a_repository_no_copy_is_made(tmp_path, monkeypatch, capsys):
    make = tool("make_colab")
    monkeypatch.setattr(make, "load_site", Site)
    assert make.main([str(tmp_path / "out")]) == 0
    assert (
        "만들지 않았습니다" in capsys.readouterr().out
        and not (tmp_path / "out").exists()
    )


def test_the_copies_name_the_commit(tmp_path, monkeypatch):
    make = tool("make_colab")
    monkeypatch.setattr(make, "load_site", lambda: HERE)
    assert make.main([str(tmp_path), "--ref", "abc123"]) == 0
    assert "https://github.com/example/jumok abc123" in (
        tmp_path / "chapters/01_rnn_limits.ipynb"
    ).read_text("utf8")


# ── 미리보기, 목록 ────────────────────────────────────────────────────────────────────


def properties(html):
    soup = BeautifulSoup(html, "html.parser")
    return {
        tag.get("property") or tag.get("name"): tag["content"]
        for tag in soup.find_all("meta", content=True)
    }


def test_the_preview_image_has_the_size_it_claims():
    data = (ROOT / "book" / IMAGE).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(
        ">II", data[16:24]
    ) == IMAGE_SIZE == (1200, 630)
    assert len(data) < 300_000


def test_the_script_draws_the_image(tmp_path):
    """글꼴에 없는 글자가 있으면 matplotlib의 경고가 오류가 됩니다."""
    path = tmp_path / "og.png"
    tool("make_og_image").draw(path)
    assert struct.unpack(">II", path.read_bytes()[16:24]) == IMAGE_SIZE


def test_a_page_tells_its_title_description_and_image():
    context = page_context() | {
        "page_description": '제목 \\sqrt{d_k}로 나눕니다. <b>"굵게"</b>'
    }
    add_tags(app_of(HERE), "chapters/01", "page.html", context, object())
    found = properties(context["metatags"])
    assert (
        found["og:title"] == "제목"
        and found["og:description"] == '√d_k로 나눕니다. "굵게"'
    )
    assert found["og:image"] == "https://example.github.io/jumok/_static/og.png"
    assert found["og:url"] == "https://example.github.io/jumok/chapters/01.html"
    assert (
        found["og:type"] == "article" and found["twitter:card"] == "summary_large_image"
    )
    assert found["og:image:width"], found["og:image:height"] == ("1200", "630")


def test_without_an_address_there_is_no_image_and_no_url():
    found = properties(tags_of("제목", "글", "주목", "a.html", ""))
    assert set(found) == {
        "og:type",
        "og:site_name",
        "og:locale",
        "og:title",
        "og:description",
    }


def test_tags_cannot_break_out_of_their_quotes():
    html = tags_of('"><script>', "<b>", "주목", "한글 쪽.html", HERE.address)
    assert (
        properties(html)["og:title"] == '"><script>'
        and not BeautifulSoup(html, "html.parser").script
    )
    assert "%ED%95%9C" in properties(html)["og:url"]


def test_pages_without_text_ask_not_to_be_collected():
    context = page_context(None) | {"metatags": "<meta charset>"}
    add_tags(app_of(HERE), "search", "search.html", context, None)
    assert (
        properties(context["metatags"]) == {"robots": "noindex"}
        and "charset" in context["metatags"]
    )


def test_long_descriptions_end_at_a_word():
    assert words_of("가나 다라 마바사", 7) == "가나 다라…"
    assert describe({"page_description": None}, "제목") == "제목"


def test_the_first_address_leads_on_and_has_a_preview(tmp_path):
    app = app_of(HERE, tmp_path)
    context = page_context(".md") | {
        "title": "주목",
        "page_description": "주목 어텐션을 배웁니다.",
    }
    add_tags(app, "book/intro", "page.html", context, object())
    write_index(app)
    soup = BeautifulSoup((tmp_path / "index.html").read_text("utf8"), "html.parser")
    assert soup.html["lang"] == "ko" and soup.a["href"] == "book/intro.html"
    assert (
        "url=book/intro.html" in soup.find("meta", {"http-equiv": "Refresh"})["content"]
    )
    found = properties(str(soup))
    assert (
        found["og:description"] == "어텐션을 배웁니다."
        and found["og:type"] == "website"
    )
    assert found["og:url"] == HERE.address


def test_the_sitemap_is_valid_and_complete():
    tree = ElementTree.fromstring(
        sitemap(HERE.address, ["book/intro.html", "한글&.html"]).encode()
    )
    places = [
        node.text
        for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    assert places == [
        HERE.address + "book/intro.html",
        HERE.address + "%ED%95%9C%EA%B8%80%26.html",
    ]
    assert robots(HERE.address).endswith(
        "Sitemap: https://example.github.io/jumok/sitemap.xml\n"
    )


# ── 지은 책 ───────────────────────────────────────────────────────────────────────────


def test_the_built_book_says_what_the_settings_say(book):
    """저장소가 없으면 저장소와 Colab의 연결이 하나도 없고,
    있으면 모든 쪽에 있습니다."""
    check_built_book(book, load_site())


def check_built_book(book, site):
    for page in book.pages:
        soup = BeautifulSoup(page.read_text("utf8"), "html.parser")
        groups = soup.select(".dropdown-publishing-buttons")
        outside = [
            a["href"] for a in soup.select("a[href*='colab.research.google.com']")
        ]
        if not site.repository:
            assert not groups and not outside, page.name
        elif page.name != "search.html":
            assert groups, page.name
        found = properties(str(soup.head))
        assert (
            found.get("robots") == "noindex"
            if page.name == "search.html"
            else found["og:description"]
        )
        assert ("og:image" in found) == bool(
            site.address and page.name != "search.html"
        )
    for name in ("sitemap.xml", "robots.txt"):
        assert (book.html / name).is_file() == bool(site.address)
    assert "og:title" in properties((book.html / "index.html").read_text("utf8"))


# ── 인용과 GitHub Actions ─────────────────────────────────────────────────────────────


def test_citation_is_valid_and_of_this_version():
    """CITATION.cff 1.2.0의 형식에서 이 책이 쓰는 만큼을 봅니다."""
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    required = {"cff-version", "message", "title", "authors"}
    known = required | {
        "abstract",
        "type",
        "version",
        "date-released",
        "license",
        "keywords",
        "repository-code",
        "url",
    }
    assert required <= set(cff) <= known and cff["cff-version"] == "1.2.0"
    assert (
        cff["type"] in ("software", "dataset")
        and str(cff["version"]) == jumok.__version__
    )
    assert isinstance(cff["date-released"], date)
    assert set(cff["license"]) <= {"MIT", "CC-BY-4.0"} and len(
        set(cff["keywords"])
    ) == len(cff["keywords"])
    for author in cff["authors"]:
        assert set(author) <= {"name", "website"} or {
            "family-names",
            "given-names",
        } <= set(author)


def test_citation_names_the_same_repository():
    cff, site = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8")), load_site()
    assert cff.get("repository-code", "") == site.repository, (
        "site.yml과 CITATION.cff를 함께 고치세요"
    )


def workflows():
    return sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(path):
    jobs = yaml.safe_load(path.read_text("utf8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("path", workflows(), ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit_with_its_version(path):
    uses = re.findall(r"uses: (.+)", path.read_text("utf8"))
    assert len(uses) == sum("uses" in step for step in steps(path)) > 0
    assert all(SHA.fullmatch(use) for use in uses), uses


@pytest.mark.parametrize("path", workflows(), ids=lambda path: path.name)
def test_workflows_ask_for_little(path):
    flow = yaml.safe_load(path.read_text("utf8"))
    assert flow["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in flow["jobs"].values())
    for step in steps(path):
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False
        # 남이 정한 글(가지 이름, 제목)을 셸에 그대로 넣지 않습니다.
        assert "${{" not in step.get("run", "")


def test_the_same_action_has_the_same_commit_everywhere():
    uses = {
        use
        for path in workflows()
        for use in re.findall(r"uses: (.+)", path.read_text("utf8"))
    }
    assert len({use.partition("@")[0] for use in uses}) == len(uses)


def test_pages_are_deployed_after_the_colab_branch_exists():
    jobs = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text("utf8"))[
        "jobs"
    ]
    assert jobs["colab"]["needs"] == "build" and set(jobs["deploy"]["needs"]) == {
        "build",
        "colab",
    }
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert (
        jobs["colab"]["permissions"] == {"contents": "write"}
        and "permissions" not in jobs["build"]
    )
    text = (ROOT / ".github/workflows/pages.yml").read_text("utf8")
    assert "make_colab.py" in text and "--ref" in text and "path: _build/html" in text
    assert (ROOT / "book/tools/make_colab.py").is_file()


def test_files_named_in_workflows_exist():
    for path in workflows():
        for step in steps(path):
            for name in step.get("with", {}).get("cache-dependency-path", "").split():
                assert (ROOT / name).is_file(), name
            for name in re.findall(r"[\w./-]+\.(?:py|txt)\b", step.get("run", "")):
                assert (ROOT / name).is_file(), name


def test_urls_in_workflows_are_of_github():
    for path in workflows():
        hosts = {
            urlsplit(url).hostname
            for url in re.findall(r"https://[^\s\"']+", path.read_text("utf8"))
        }
        assert hosts <= {"github.com"}


def test_json_copies_stay_readable_for_the_grader(copies):
    """Colab에서 푼 노트북도 채점됩니다.

    채점기는 칸을 ast로 읽으므로 %pip 같은 줄이 있으면 안 됩니다.
    """
    folder, names = copies
    for name in names:
        cells = json.loads((folder / name).read_text("utf8"))["cells"]
        (setup,) = [cell for cell in cells if cell.get("id") == "colab-setup"]
        compile("".join(setup["source"]), name, "exec")
        assert "nbgrader" not in setup["metadata"]
