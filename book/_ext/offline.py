"""웹 책이 바깥 서버에 아무것도 요청하지 않게 만드는 확장입니다.

MathJax는 pip 꾸러미 sphinx-mathjax-offline에서 필요한 파일만 복사합니다. 그 꾸러미를
확장으로 그냥 켜면 24 MB가 통째로 들어옵니다. 빌드가 끝나면 페이지가 부르지 않는 정적
파일도 지웁니다.
"""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

MATHJAX_FILES = ["tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions"]
UNUSED = [
    "**/*.map",
    "locales",
    "vendor/fontawesome",
    "scripts/fontawesome.js*",
    "mathjax/input/tex/extensions/all-packages.js",
    "searchtools.js",
    "language_data.js",
    "webpack-macros.html",
    "sbt-webpack-macros.html",
]


def mathjax_folder() -> Path:
    """설치된 sphinx-mathjax-offline 꾸러미 안의 MathJax 폴더를 찾습니다."""
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None:
        raise ExtensionError(
            "sphinx-mathjax-offline이 없습니다. "
            "pip install -r requirements.txt 를 실행하세요."
        )
    return Path(spec.submodule_search_locations[0], "static", "mathjax")


def copy_mathjax(static: Path) -> None:
    """MATHJAX_FILES만 static/mathjax로 복사합니다."""
    for name in MATHJAX_FILES:
        source, target = mathjax_folder() / name, static / "mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)


def drop_unused(static: Path) -> None:
    """어느 페이지도 부르지 않는 정적 파일을 지웁니다."""
    for pattern in UNUSED:
        for path in list(static.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def silence(static: Path) -> None:
    """테마가 콘솔에 적는 혼잣말을 없앱니다. 콘솔에는 진짜 잘못만 남아야 합니다."""
    for path in static.glob("scripts/*-theme.js"):
        code = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"console\.(log|info|debug)\(", "void(", code), encoding="utf-8"
        )


def finish(app: Sphinx, error: Exception | None) -> None:
    """HTML 빌드가 끝난 뒤에 정적 파일을 정리합니다."""
    if error is None and app.builder.format == "html":
        static = Path(app.outdir, "_static")
        copy_mathjax(static)
        drop_unused(static)
        silence(static)


def setup(app: Sphinx) -> dict:
    """확장을 등록합니다."""
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
