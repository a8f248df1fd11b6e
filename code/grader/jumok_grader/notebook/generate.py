"""정답 노트북에서 문제 노트북을 만듭니다.

`python -m jumok_grader.notebook.generate [--check]`

nbgrader는 여기서만 불러옵니다. 같은 정답 노트북에서는 언제나 바이트까지 같은 문제
노트북이 나옵니다.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
    SaveCells,
)

from ..files import write_atomically
from .course_files import BadCourse, Course, find_course
from .master import MASTER_ONLY
from .stubs import clear_solution

_MASTER_TAGS = ("nbval-", "raises-exception", "remove-")
_ANSWER_TAGS = ("hide-", "toggle")
_CELL_KEYS = ("nbgrader", "tags", "jupyter", "editable", "deletable")
_NOTEBOOK_KEYS = ("kernelspec", "language_info")


class JumokClearSolutions(ClearSolutions):
    """정답을 한국어 빈칸으로 바꿉니다.

    값을 적는 문제에는 `answer = None`을 남깁니다.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """정답 칸 하나를 빈칸으로 바꿉니다."""
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = clear_solution(cell.source, cell.cell_type)
        elif "### BEGIN SOLUTION" in cell.source:
            raise ValueError(
                f"{cell_index + 1}번째 칸: 정답 표시가 있는데 nbgrader의 답 칸이 "
                "아닙니다."
            )
        return cell, resources


class DropMasterOnly(NbGraderPreprocessor):
    """정답 노트북에만 있어야 할 것을 뺍니다: 칸, tag, metadata."""

    def preprocess(
        self, nb: NotebookNode, resources: dict
    ) -> tuple[NotebookNode, dict]:
        """노트북 전체를 다듬습니다."""
        nb.cells = [
            cell
            for cell in nb.cells
            if not MASTER_ONLY & set(cell.metadata.get("tags", []))
        ]
        nb.metadata = NotebookNode(
            {key: nb.metadata[key] for key in _NOTEBOOK_KEYS if key in nb.metadata}
        )
        for cell in nb.cells:
            self._tidy(cell)
        return nb, resources

    @staticmethod
    def _tidy(cell: NotebookNode) -> None:
        answer = cell.metadata.get("nbgrader", {}).get("solution")
        dropped = _MASTER_TAGS + (_ANSWER_TAGS if answer else ())
        tags = [
            tag for tag in cell.metadata.get("tags", []) if not tag.startswith(dropped)
        ]
        kept = {key: cell.metadata[key] for key in _CELL_KEYS if key in cell.metadata}
        kept.pop("tags", None)
        if answer:
            kept.pop("jupyter", None)
        cell.metadata = NotebookNode(kept | ({"tags": tags} if tags else {}))


_CLEAN = (
    DropMasterOnly,
    LockCells,
    JumokClearSolutions,
    ClearOutput,
    CheckCellMetadata,
)
_HIDE = (ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)
PREPROCESSORS = (*_CLEAN, *_HIDE)
# nbgrader는 숨은 검사를 지우기 전에 제 데이터베이스에 적습니다. 만드는 문제는 같습니다.
NBGRADER_PREPROCESSORS = (*_CLEAN, ComputeChecksums, SaveCells, *_HIDE)


def release(notebook: NotebookNode, name: str = "notebook") -> NotebookNode:
    """정답 노트북을 문제 노트북으로 바꿉니다. 받은 것을 고쳐서 돌려줍니다."""
    resources = {
        "unique_key": name,
        "notebook_name": name,
        "nbgrader": {"assignment": name, "notebook": name},
    }
    for preprocessor in PREPROCESSORS:
        notebook, resources = preprocessor().preprocess(notebook, resources)
    return notebook


def release_text(master: Path) -> str:
    """정답 노트북 파일에서 문제 노트북의 글을 만듭니다."""
    notebook = release(nbformat.read(master, as_version=4), master.stem)
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def stale(course: Course) -> list[Path]:
    """정답 노트북과 어긋난 문제 노트북들을 돌려줍니다."""
    wrong = [
        course.exercise(slug) for slug in course.slugs() if not _is_fresh(course, slug)
    ]
    known = set(course.slugs())
    extra = sorted((course.root / "exercises").glob("[0-9][0-9]_*/*.ipynb"))
    return wrong + [path for path in extra if path.parent.name not in known]


def _is_fresh(course: Course, slug: str) -> bool:
    path = course.exercise(slug)
    return path.is_file() and path.read_text(encoding="utf-8") == release_text(
        course.master(slug)
    )


def keep_work(path: Path) -> Path | None:
    """독자가 풀던 노트북이면 옆에 남겨 두고 그 자리를 돌려줍니다.

    실행한 자국이 있으면 풀던 것입니다.
    """
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    if not re.search(r'"execution_count": *\d|"output_type"', text):
        return None
    kept = path.with_name(f"{path.stem}.{datetime.now():%Y%m%d-%H%M%S}.ipynb")
    path.rename(kept)
    return kept


def generate(course: Course) -> list[Path]:
    """모든 문제 노트북을 만들고, 달라진 것의 자리를 돌려줍니다."""
    changed = []
    for slug in course.slugs():
        if not _is_fresh(course, slug):
            kept = keep_work(course.exercise(slug))
            if kept:
                print(f"풀던 노트북을 남겨 둠: {kept.relative_to(course.root)}")
            write_atomically(course.exercise(slug), release_text(course.master(slug)))
            changed.append(course.exercise(slug))
    return changed


def main(argv: list[str] | None = None) -> int:
    """명령줄: 문제 노트북을 만들거나(--check이면) 어긋난 것을 찾아 1을 돌려줍니다."""
    parser = argparse.ArgumentParser(
        description="정답 노트북에서 문제 노트북을 만듭니다."
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="쓰지 않고, 어긋난 것이 있으면 1을 돌려줍니다",
    )
    parser.add_argument("--course", type=Path, default=Path.cwd(), help="책 폴더")
    args = parser.parse_args(argv)
    try:
        course = find_course(args.course)
    except BadCourse as error:
        print(error, file=sys.stderr)
        return 2
    paths = stale(course) if args.check else generate(course)
    for path in paths:
        print(
            ("정답과 어긋남: " if args.check else "만듦: ")
            + str(path.relative_to(course.root))
        )
    if args.check and paths:
        print("`make exercises`로 다시 만드세요.")
        return 1
    print(
        "문제 노트북이 모두 정답 노트북과 맞습니다."
        if not paths
        else f"{len(paths)}개를 만들었습니다."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
