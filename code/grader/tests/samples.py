"""검사에 쓰는 작은 책: 정답 노트북 하나와 그것을 고치는 도구들."""

import copy
import json
from pathlib import Path

from jumok_grader.notebook.notebooks import Cell, cells_of

SLUG = "04_sample"

SETUP = "import numpy as np\nfrom jumok.scratch import softmax"

SOFTMAX = '''def my_softmax(x):
    """마지막 축으로 softmax를 합니다."""
    ### BEGIN SOLUTION
    shifted_scores = x - x.max(axis=-1, keepdims=True)
    return np.exp(shifted_scores) / np.exp(shifted_scores).sum(axis=-1, keepdims=True)
    ### END SOLUTION'''

SOFTMAX_TEST = """from jumok.course import Check
check = Check(my_softmax, softmax, {
    "wrong_axis": lambda x: softmax(x, axis=0),
    "no_max_subtraction": lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True),
    "not_normalized": lambda x: np.exp(x - x.max(axis=-1, keepdims=True)),
}, forbid=["softmax"])
check(np.array([[1.0, 2.0, 3.0], [0.0, 0.5, -1.0]]))
### BEGIN HIDDEN TESTS
secret_probe = np.array([[1000.0, 0.0], [3.0, 4.0]])
check(secret_probe)
for rng in check.random(3):
    check(rng.normal(size=(3, 5)))
### END HIDDEN TESTS"""

CHOICE = (
    "answer = None  # 번호를 쓰세요\n### BEGIN SOLUTION\nanswer = 3\n### END SOLUTION"
)
CHOICE_TEST = """from jumok.course import Check, digest
BACK = ("거꾸로", "쿼리와 키의 자리가 거꾸로입니다.")
Check.equal(answer, "%s", wrong={"%s": BACK})"""

SCORES = """def scores(q, k):
    ### BEGIN SOLUTION
    return q @ k.T / np.sqrt(q.shape[-1])
    ### END SOLUTION"""

SCORES_TEST = """from jumok.course import Check
check = Check(scores, lambda q, k: q @ k.T / np.sqrt(q.shape[-1]), {
    "no_scale": lambda q, k: q @ k.T,
    "scale_by_dk": lambda q, k: q @ k.T / q.shape[-1],
})
check(np.arange(6.0).reshape(2, 3), np.ones((4, 3)))
### BEGIN HIDDEN TESTS
for rng in check.random(2):
    check(rng.normal(size=(3, 5)), rng.normal(size=(2, 5)))
### END HIDDEN TESTS"""

ESSAY = "√d_k로 나누면 분산이 1이 됩니다."


def _meta(grade_id: str, **keys) -> dict:
    base = {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
    }
    return {"nbgrader": base | {"grade_id": grade_id} | keys}


def code(source: str, cell_id: str, metadata: dict | None = None) -> dict:
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": metadata or {},
        "source": source,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "출력"}],
        "execution_count": 1,
    }


def text(source: str, cell_id: str, metadata: dict | None = None) -> dict:
    return {
        "cell_type": "markdown",
        "id": cell_id,
        "metadata": metadata or {},
        "source": source,
    }


def answer(source: str, name: str) -> dict:
    return code(source, name, _meta(name, solution=True) | {"tags": ["hide-input"]})


def checks_cell(source: str, name: str, points: int) -> dict:
    extra = {"tags": ["hide-input"], "jupyter": {"source_hidden": True}}
    return code(
        source,
        f"{name}-test",
        _meta(f"{name}-test", grade=True, locked=True, points=points) | extra,
    )


def sample_master() -> dict:
    from jumok.course import digest

    choice_test = CHOICE_TEST % (digest(3), digest(1))
    cells = [
        text("# 4장 연습", "title"),
        code(SETUP, "setup"),
        text("### 문제 4.1 softmax  ★★☆☆☆ · 10분 · 3점\n\n직접 쓰세요.", "q1"),
        answer(SOFTMAX, "ex04-1"),
        checks_cell(SOFTMAX_TEST, "ex04-1", 3),
        text("해설: shifted_scores를 먼저 만듭니다.", "why", {"tags": ["master-only"]}),
        text("### 문제 4.2 고르기  ★☆☆☆☆ · 2분 · 1점", "q2"),
        answer(CHOICE, "ex04-2"),
        checks_cell(choice_test, "ex04-2", 1),
        text("### 문제 4.3 점수  ★★☆☆☆ · 5분 · 2점", "q3"),
        answer(SCORES, "ex04-3"),
        checks_cell(SCORES_TEST, "ex04-3", 2),
        text("### 문제 4.4 설명  ★★☆☆☆ · 5분 · 2점", "q4"),
        text(ESSAY, "ex04-4", _meta("ex04-4", grade=True, solution=True, points=2)),
    ]
    kernel = {
        "kernelspec": {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
    }
    return {
        "cells": cells,
        "metadata": kernel | {"widgets": {}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def write(path: Path, notebook: dict) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return path


def sample_course(root: Path) -> Path:
    """정답과 문제 노트북이 있는 작은 책 폴더를 만듭니다."""
    from jumok_grader.notebook.course_files import Course
    from jumok_grader.notebook.generate import generate

    root.mkdir(parents=True, exist_ok=True)
    (root / "_config.yml").write_text("title: 책\n", encoding="utf-8")
    write(root / "solutions" / SLUG / f"{SLUG}.ipynb", sample_master())
    (root / "exercises").mkdir(exist_ok=True)
    generate(Course(root))
    return root


def changed(notebook: dict, **sources: str) -> dict:
    """grade_id(‑는 _로)마다 답 칸의 글을 바꾼 사본."""
    result = copy.deepcopy(notebook)
    for cell in result["cells"]:
        key = cell["metadata"].get("nbgrader", {}).get("grade_id", "").replace("-", "_")
        if key in sources:
            cell["source"] = sources[key]
    return result


def as_cells(notebook: dict) -> list[Cell]:
    return cells_of(notebook)
