"""노트북의 위생: 메타데이터, 저장된 출력, 금지된 것, 대체 텍스트."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

import jumok.model
import jumok.plot
import jumok.scratch
from jumok_grader.notebook.generate import release_text

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(ROOT.glob("chapters/*.ipynb"))
MASTERS = sorted(ROOT.glob("solutions/*/*.ipynb"))
# 학생용은 원본에서 갓 만든 것을 봅니다. exercises/의 것이 그것과 같은지는 code/tests가
# 봅니다.
STUDENTS = [ROOT / "exercises" / p.relative_to(ROOT / "solutions") for p in MASTERS]
ALL = CHAPTERS + MASTERS + STUDENTS
PACKAGE_NAMES = (
    set(jumok.scratch.__all__)
    | set(jumok.model.__all__)
    | {"heatmap", "curves", "show_figure", "show"}
)
METADATA = {"tags", "nbgrader", "mystnb", "jupyter", "deletable", "editable"}


def ids(paths):
    return [str(p.relative_to(ROOT)) for p in paths]


def read(path):
    if path in STUDENTS:
        return nbformat.reads(
            release_text(ROOT / "solutions" / path.relative_to(ROOT / "exercises")), 4
        )
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def is_test_cell(cell):
    return cell.metadata.get("nbgrader", {}).get("grade", False)


def test_there_is_something_to_check():
    assert CHAPTERS and MASTERS and STUDENTS


@pytest.mark.parametrize("path", ALL, ids=ids(ALL))
def test_format_and_metadata_are_clean(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}
    stray = {key for cell in notebook.cells for key in cell.metadata} - METADATA
    assert not stray, f"남은 메타데이터: {stray}"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@pytest.mark.parametrize("path", CHAPTERS + MASTERS, ids=ids(CHAPTERS + MASTERS))
def test_outputs_are_stored_in_order_and_without_errors(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        for output in cell.outputs:
            assert (
                output.output_type != "error"
                or "raises-exception" in cell.metadata.get("tags", [])
            )
            assert output.get("name") != "stderr", f"stderr 출력: {output.text[:200]}"
    assert any(cell.outputs for cell in cells), "출력이 저장되지 않았습니다"


@pytest.mark.parametrize("path", STUDENTS, ids=ids(STUDENTS))
def test_student_notebooks_have_no_outputs(path):
    assert all(
        not cell.outputs and cell.execution_count is None for cell in code_cells(path)
    )


@pytest.mark.parametrize("path", ALL, ids=ids(ALL))
def test_code_is_honest(path):
    """경로를 고치거나 설치하거나 별표로 가져오거나 패키지의 이름을 다시 정의하지
    않습니다.
    """
    for cell in code_cells(path):
        assert not re.search(r"^\s*[!%]|sys\.path|pip install", cell.source, re.M), (
            cell.source
        )
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom):
                assert all(alias.name != "*" for alias in node.names), cell.source
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert node.name not in PACKAGE_NAMES, (
                    f"패키지에 있는 이름을 다시 정의했습니다: {node.name}"
                )


def figures(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            if any(kind.startswith("image/") for kind in output.get("data", {})):
                yield cell.id, output.metadata.get("image/png", {}).get("alt", "")


@pytest.mark.parametrize("path", CHAPTERS + MASTERS, ids=ids(CHAPTERS + MASTERS))
def test_every_figure_has_its_own_korean_alt_text(path):
    alts = dict(figures(path))
    for cell, alt in alts.items():
        words = re.findall(r"[가-힣]+", alt)
        assert len(words) >= 5, (
            f"{cell}: 그림이 보여 주는 것을 문장으로 적으세요: {alt!r}"
        )
    assert len(set(alts.values())) == len(alts), "같은 대체 텍스트가 두 번 나옵니다"


@pytest.mark.parametrize("path", CHAPTERS + MASTERS, ids=ids(CHAPTERS + MASTERS))
def test_markdown_images_have_alt_text(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for alt in re.findall(r"!\[(.*?)\]\(", cell.source):
                assert re.search("[가-힣]", alt), cell.source
            assert all('alt="' in tag for tag in re.findall(r"<img[^>]*>", cell.source))


@pytest.mark.parametrize("path", CHAPTERS + MASTERS, ids=ids(CHAPTERS + MASTERS))
def test_ignored_outputs_still_assert_their_claim(path):
    for cell in code_cells(path):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert "assert" in cell.source, (
                f"출력을 견주지 않는 칸은 주장을 단언해야 합니다:\n{cell.source}"
            )
        assert "nbval-skip" not in cell.metadata.get("tags", [])


@pytest.mark.parametrize("path", CHAPTERS + MASTERS, ids=ids(CHAPTERS + MASTERS))
def test_compared_outputs_hold_on_another_machine(path):
    """견주는 출력에 소수점 아래 다섯 자리 넘는 수나 메모리 주소가 없어야 합니다."""
    for cell in code_cells(path):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        for output in cell.outputs:
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            assert not re.search(r"\d\.\d{6,}|0x[0-9a-f]{6,}", text), (
                f"{cell.id}: {text}"
            )
