"""Colab용 노트북 사본을 만듭니다.

저장소(book/site.yml)를 정하지 않았으면 아무것도 만들지 않습니다.

    python book/tools/make_colab.py 폴더 --ref 커밋

원본 노트북은 바꾸지 않습니다. 사본마다 첫 코드 칸 앞에 설치 칸을 하나 넣고, 책 안의
다른 파일로 가는 연결을 온전한 주소로 바꿉니다. 설치 칸은 Colab에서만 일하고 다른
곳에서는 그냥 지나갑니다.
"""

import argparse
import json
import posixpath
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from site_settings import Site, load_site  # noqa: E402 - _ext를 길에 넣은 다음에야 찾습니다

NOTEBOOKS = ("chapters/*.ipynb", "exercises/*/*.ipynb", "solutions/*/*.ipynb")
FOLDER = "/content/jumok-book"
CELL_ID = "colab-setup"
# 7장처럼 책의 파일을 여는 노트북이 있으므로 패키지만이 아니라 저장소를 통째로 받습니다.
SETUP = """\
# Colab에서만 일합니다: 이 노트북과 같은 판의 책을 받아 설치합니다(1분쯤).
# 다른 곳에서는 그냥 지나갑니다.
import sys

if "google.colab" in sys.modules:
    import subprocess

    for step in (
        "git init --quiet {folder}",
        "git -C {folder} fetch --quiet --depth 1 {repository} {ref}",
        "git -C {folder} checkout --quiet --force FETCH_HEAD",
        sys.executable + " -m pip install --quiet {folder}/code",
    ):
        subprocess.run(step.split(), check=True)
    sys.path.insert(0, "{folder}/code")
    from jumok import __version__

    assert __version__ == "{version}", (
        "판이 다릅니다. 런타임을 다시 시작하고 이 칸부터 실행하세요."
    )
    print("주목", __version__, "준비됐습니다.")
"""
LINK = re.compile(r"\]\((\.\.?/[^)#\s]+)(#[^)\s]*)?\)")


def setup_source(site: Site, ref: str, version: str, folder: str = FOLDER) -> str:
    """설치 칸의 코드."""
    return SETUP.format(
        repository=site.repository, ref=ref, version=version, folder=folder
    )


def setup_cell(source: str) -> dict:
    """설치 칸. 처음에는 코드를 접어 둡니다."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": CELL_ID,
        "metadata": {"cellView": "form", "tags": ["colab"]},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def address_of(path: str, anchor: str, site: Site) -> str:
    """책 안의 파일을 어디서나 열 수 있는 주소.

    노트북은 Colab, 글은 웹 책(없으면 저장소)입니다.
    """
    if path.endswith(".ipynb"):
        return site.colab(path)
    if site.address and path.endswith(".md"):
        return f"{site.address}{path.removesuffix('.md')}.html{anchor}"
    return site.file(path, "blob" if path.endswith(".md") else "raw")


def for_colab(notebook: dict, path: str, site: Site, source: str) -> dict:
    """설치 칸을 넣고 연결을 고친 사본."""

    def absolute(match: re.Match) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), match[1]))
        return f"]({address_of(target, match[2] or '', site)})"

    cells = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            text = LINK.sub(absolute, text)
        cells.append({**cell, "source": text.splitlines(keepends=True)})
    first = next(
        (i for i, cell in enumerate(cells) if cell["cell_type"] == "code"), len(cells)
    )
    cells.insert(first, setup_cell(source))
    return {**notebook, "cells": cells}


def make(folder: Path, ref: str, site: Site, root: Path = ROOT) -> list[str]:
    """모든 노트북의 사본을 folder에 씁니다. 쓴 파일의 이름을 돌려줍니다."""
    text = (root / "code" / "jumok" / "__init__.py").read_text(encoding="utf-8")
    source = setup_source(site, ref, re.search(r'__version__ = "([^"]+)"', text)[1])
    made = []
    for original in sorted(
        path for pattern in NOTEBOOKS for path in root.glob(pattern)
    ):
        name = original.relative_to(root).as_posix()
        notebook = json.loads(original.read_text(encoding="utf-8"))
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(
            for_colab(notebook, name, site, source), ensure_ascii=False, indent=1
        )
        copy.write_text(text + "\n", encoding="utf-8", newline="\n")
        made.append(name)
    return made


def main(argv: list[str] | None = None) -> int:
    """명령줄에서 부를 때."""
    parser = argparse.ArgumentParser(description="Colab용 노트북 사본을 만듭니다.")
    parser.add_argument("folder", metavar="폴더", type=Path, help="사본을 쓸 폴더")
    parser.add_argument(
        "--ref", metavar="커밋", help="설치할 커밋 (없으면 site.yml의 가지)"
    )
    args = parser.parse_args(argv)
    site = load_site()
    if not site.repository:
        print("book/site.yml에 저장소가 없어 Colab 사본을 만들지 않았습니다.")
        return 0
    made = make(args.folder, args.ref or site.branch, site)
    print(f"✔ Colab 사본 {len(made)}개를 만들었습니다: {args.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
