"""노트북 파일을 안전하게 읽습니다.

읽을 수 없으면 까닭을 한국어로 말합니다. nbformat 없이 읽습니다.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ..text_table import clean

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_BRACKETS = 1_000_000  # 빈 목록 수백만 개가 메모리를 채우지 못하게 합니다.
MAX_CELLS = 2_000
MAX_SOURCE = 100_000  # 칸 하나의 글자 수
MAX_SOURCES = 500_000  # 모든 칸의 글자 수
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


def read_cells(path: Path, *, follow_links: bool = True) -> list[Cell]:
    """노트북 파일의 칸들을 돌려줍니다. 읽을 수 없으면 BadNotebook을 냅니다.

    남이 낸 파일에는 follow_links=False를 줍니다. 다른 파일을 가리키는 링크를 따라가지
    않습니다.
    """
    name = shown(path)
    return cells_of(_parse(_decode(_read_bytes(path, follow_links), name), name), name)


def shown(path: Path | str) -> str:
    """글에 적을 경로. 터미널을 어지럽히는 글자를 빼고 너무 길면 자릅니다."""
    text = clean(str(path)).replace("\n", " ")
    return text if len(text) <= 300 else f"{text[:150]}…{text[-150:]}"


def _read_bytes(path: Path, follow_links: bool) -> bytes:
    name = shown(path)
    try:
        info = os.stat(path, follow_symlinks=follow_links)
    except (FileNotFoundError, NotADirectoryError):
        raise BadNotebook(f"파일이 없습니다: {name}\n  경로를 확인하세요.") from None
    except (OSError, ValueError) as error:
        raise BadNotebook(f"파일을 열 수 없습니다: {name} ({_reason(error)})") from None
    if stat.S_ISDIR(info.st_mode):
        raise BadNotebook(
            f"노트북이 아니라 폴더입니다: {name}\n"
            "  안에 있는 .ipynb 파일의 경로를 주세요."
        )
    if not stat.S_ISREG(info.st_mode):
        raise BadNotebook(f"보통 파일이 아닙니다: {name}")
    if info.st_size == 0:
        raise BadNotebook(
            f"빈 파일입니다: {name}\n"
            "  저장하다가 끊겼을 수 있습니다. Jupyter에서 다시 저장하세요."
        )
    _refuse_big(info.st_size, name)
    try:
        data = _bounded(path, follow_links)
    except (OSError, ValueError) as error:
        raise BadNotebook(
            f"파일을 읽을 권한이 없거나 읽지 못했습니다: {name} ({_reason(error)})"
        ) from None
    _refuse_big(len(data), name)
    # 작은 파일도 풀면 수 GB가 될 수 있습니다.
    if data.count(b"[") + data.count(b"{") > MAX_BRACKETS:
        raise BadNotebook(
            f"목록과 사전이 너무 많은 파일입니다: {name}\n"
            "  출력을 지우고 다시 저장하세요."
        )
    return data


def _bounded(path: Path, follow_links: bool) -> bytes:
    """보고 나서 읽기 전에 링크나 파이프로 바뀌어도 따라가거나 멈추지 않습니다."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    number = os.open(
        path, flags | (0 if follow_links else getattr(os, "O_NOFOLLOW", 0))
    )
    with os.fdopen(number, "rb") as stream:
        return stream.read(MAX_FILE_BYTES + 1)


def _refuse_big(size: int, name: str) -> None:
    if size > MAX_FILE_BYTES:
        raise BadNotebook(
            f"파일이 너무 큽니다({size // 2**20} MiB): {name}\n"
            "  출력을 지우고 다시 저장하세요."
        )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or clean(str(error))[:100]


def _decode(data: bytes, path: str) -> str:
    if not data.strip(b" \t\r\n\0"):
        raise BadNotebook(
            f"내용이 없는 파일입니다: {path}\n  Jupyter에서 다시 저장하세요."
        )
    # 메모장이 저장한 UTF-16이면 앞의 두 바이트로 압니다.
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
        f"글자 인코딩을 알 수 없습니다: {path}\n"
        "  노트북은 UTF-8이어야 합니다. Jupyter에서 다시 저장하세요."
    )


class _Twice(Exception):
    """JSON의 한 사전에 같은 열쇠가 두 번 있습니다.

    사람과 채점기가 다른 것을 읽게 만들 수 있습니다.
    """


def _once(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _parse(text: str, path: str) -> dict:
    try:
        # 같은 열쇠가 둘이면 Jupyter와 채점기가 다른 답을 읽을 수 있습니다.
        notebook = json.loads(text, object_pairs_hook=_once)
    except _Twice:
        raise BadNotebook(
            f"같은 열쇠(key)가 두 번 적힌 노트북입니다: {path}\n"
            "  Jupyter에서 열어 다시 저장하세요."
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise BadNotebook(_why_not_json(text, path)) from None
    if not isinstance(notebook, dict) or not isinstance(
        notebook.get("cells", notebook.get("worksheets")), list
    ):
        raise BadNotebook(
            f"Jupyter 노트북이 아닙니다: {path}\n"
            "  칸(cells)의 목록이 없는 JSON 파일입니다."
        )
    return notebook


def _why_not_json(text: str, path: str) -> str:
    start = text.lstrip()
    if start.startswith("{") and '"cell' in start[:2000]:
        return (
            f"노트북이 중간에 잘렸거나 깨졌습니다: {path}\n"
            "  저장이 끝나지 않은 듯합니다. 다시 저장하세요."
        )
    if "<<<<<<<" in text and ">>>>>>>" in text:
        return f"git 병합 표시(<<<<<<<)가 남아 있는 파일입니다: {path}"
    return (
        f"Jupyter 노트북(.ipynb)이 아닙니다: {path}\n"
        "  문제 노트북의 경로를 주었는지 확인하세요."
    )


def cells_of(notebook: dict, path: str = "노트북") -> list[Cell]:
    """nbformat 3과 4의 JSON을 같은 칸 목록으로 바꿉니다."""
    raw = notebook.get("cells")
    if raw is None:
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        raw = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
    if len(raw) > MAX_CELLS:
        raise BadNotebook(
            f"칸이 너무 많습니다({len(raw):,}개): {path}\n"
            f"  {MAX_CELLS:,}개까지 채점합니다."
        )
    cells = [_cell(item) for item in raw if isinstance(item, dict)]
    if not cells:
        raise BadNotebook(f"칸이 하나도 없는 노트북입니다: {path}")
    sizes = [len(cell.source) for cell in cells]
    if max(sizes) > MAX_SOURCE or sum(sizes) > MAX_SOURCES:
        raise BadNotebook(
            f"칸의 글이 너무 깁니다: {path}\n"
            f"  한 칸은 {MAX_SOURCE:,}자, 모두 {MAX_SOURCES:,}자까지 채점합니다."
        )
    return cells


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _cell(raw: dict) -> Cell:
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    nbgrader = (
        metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    )
    tags = _list(metadata.get("tags"))
    kind = raw.get("cell_type")
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return Cell(
        kind=kind if kind in ("code", "markdown") else "raw",
        source=source if isinstance(source, str) else "",
        cell_id=raw.get("id") if isinstance(raw.get("id"), str) else "",
        nbgrader=nbgrader,
        tags=tuple(tag for tag in tags if isinstance(tag, str)),
    )
