"""지은 웹 책의 첫 쪽에 PDF와 EPUB의 연결을 겁니다.

파일이 없으면 만드는 명령을 적어 둡니다.
"""

import re
import shutil
from html import escape
from pathlib import Path

from pypdf import PdfReader

PLACE = re.compile(r'(<div class="[^"]*\bwhole-book\b[^"]*">).*?(</div>)', re.DOTALL)
FRONT = "book/intro.html"
FORMS = {"jumok.pdf": ("PDF로", "make pdf"), "jumok.epub": ("EPUB으로", "make epub")}


def describe(path: Path) -> str:
    """파일의 크기와, PDF라면 쪽수."""
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    return f"{len(PdfReader(path).pages)}쪽, {size}" if path.suffix == ".pdf" else size


def line(downloads: Path) -> str:
    """첫 쪽에 적는 글. 있는 파일은 연결로, 없는 파일은 명령으로 적습니다."""
    parts = []
    for name, (form, command) in FORMS.items():
        path = downloads / name
        if path.is_file():
            parts.append(
                f'<a href="../_downloads/{name}" download>책 전체를 {form}</a> '
                f"({escape(describe(path))})"
            )
        else:
            parts.append(
                f"책 전체를 {form} 엮으려면 명령 <code>{command}</code>을 부르세요."
            )
    return f"<p>{'<br/>'.join(parts)}</p>"


def publish(built: Path, made: Path) -> None:
    """만든 파일을 웹 책의 내려받는 폴더에 넣고 첫 쪽을 고칩니다."""
    downloads = built / "_downloads"
    downloads.mkdir(exist_ok=True)
    shutil.copy2(made, downloads / made.name)
    front = built / FRONT
    text, count = PLACE.subn(
        lambda place: place[1] + line(downloads) + place[2],
        front.read_text(encoding="utf-8"),
    )
    if count != 1:
        raise ValueError(
            f"{FRONT}에 PDF와 EPUB을 걸 자리(whole-book)가 하나 있어야 합니다. "
            f"지금은 {count}개입니다."
        )
    front.write_text(text, encoding="utf-8")
