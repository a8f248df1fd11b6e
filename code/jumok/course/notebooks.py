"""노트북 파일을 안전하게 읽습니다. 읽을 수 없으면 까닭을 한국어로 말합니다. nbformat 없이 읽습니다."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

MAX_FILE_BYTES = 50 * 1024 * 1024
_ENCODINGS = ("utf-8-sig", "cp949")


class BadNotebook(Exception):
    """채점할 수 없는 파일. 글에 까닭과 할 일이 들어 있습니다."""


@dataclass(frozen=True)
class Cell:
    """노트북의 칸 하나: 종류(code, markdown, raw), 글, nbgrader 정보."""

    kind: str
    source: str
    cell_id: str = ""
    nbgrader: dict = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def grade_id(self) -> str:
        """nbgrader의 grade_id. 없으면 빈 글입니다."""
        value = self.nbgrader.get("grade_id")
        return value if isinstance(value, str) else ""


def read_cells(path: Path) -> list[Cell]:
    """노트북 파일의 칸들을 돌려줍니다. 읽을 수 없으면 BadNotebook을 냅니다."""
    return cells_of(_parse(_decode(_read_bytes(path), path), path), path)


def _read_bytes(path: Path) -> bytes:
    try:
        info = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise BadNotebook(f"파일이 없습니다: {path}\n  경로를 확인하세요.") from None
    except (OSError, ValueError) as error:
        raise BadNotebook(f"파일을 열 수 없습니다: {path} ({error})") from None
    if stat.S_ISDIR(info.st_mode):
        raise BadNotebook(f"노트북이 아니라 폴더입니다: {path}\n  안에 있는 .ipynb 파일의 경로를 주세요.")
    if not stat.S_ISREG(info.st_mode):
        raise BadNotebook(f"보통 파일이 아닙니다: {path}")
    if info.st_size == 0:
        raise BadNotebook(
            f"빈 파일입니다: {path}\n  저장하다가 끊겼을 수 있습니다. Jupyter에서 다시 저장하세요."
        )
    if info.st_size > MAX_FILE_BYTES:
        size = info.st_size // 2**20
        raise BadNotebook(f"파일이 너무 큽니다({size} MiB): {path}\n  출력을 지우고 다시 저장하세요.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadNotebook(f"파일을 읽을 권한이 없거나 읽지 못했습니다: {path} ({error.strerror})") from None


def _decode(data: bytes, path: Path) -> str:
    if not data.strip(b" \t\r\n\0"):
        raise BadNotebook(f"내용이 없는 파일입니다: {path}\n  Jupyter에서 다시 저장하세요.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadNotebook(
        f"글자 인코딩을 알 수 없습니다: {path}\n  노트북은 UTF-8이어야 합니다. Jupyter에서 다시 저장하세요."
    )


def _parse(text: str, path: Path) -> dict:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise BadNotebook(_why_not_json(text, path)) from None
    if not isinstance(notebook, dict) or not isinstance(
        notebook.get("cells", notebook.get("worksheets")), list
    ):
        raise BadNotebook(f"Jupyter 노트북이 아닙니다: {path}\n  칸(cells)의 목록이 없는 JSON 파일입니다.")
    return notebook


def _why_not_json(text: str, path: Path) -> str:
    start = text.lstrip()
    if start.startswith("{") and '"cell' in start[:2000]:
        return f"노트북이 중간에 잘렸거나 깨졌습니다: {path}\n  저장이 끝나지 않은 듯합니다. 다시 저장하세요."
    if "<<<<<<<" in text and ">>>>>>>" in text:
        return f"git 병합 표시(<<<<<<<)가 남아 있는 파일입니다: {path}"
    return f"Jupyter 노트북(.ipynb)이 아닙니다: {path}\n  문제 노트북의 경로를 주었는지 확인하세요."


def cells_of(notebook: dict, path: Path | str = "노트북") -> list[Cell]:
    """nbformat 3과 4의 JSON을 같은 칸 목록으로 바꿉니다."""
    raw = notebook.get("cells")
    if raw is None:
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        raw = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    cells = [_cell(item) for item in raw if isinstance(item, dict)]
    if not cells:
        raise BadNotebook(f"칸이 하나도 없는 노트북입니다: {path}")
    return cells


def _cell(raw: dict) -> Cell:
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    nbgrader = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    tags = metadata.get("tags") if isinstance(metadata.get("tags"), list) else []
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return Cell(
        kind=str(raw.get("cell_type", "raw")),
        source=source if isinstance(source, str) else "",
        cell_id=raw.get("id") if isinstance(raw.get("id"), str) else "",
        nbgrader=nbgrader,
        tags=tuple(tag for tag in tags if isinstance(tag, str)),
    )
