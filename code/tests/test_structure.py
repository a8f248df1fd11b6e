"""집의 구조: 두 꾸러미, 아래로만 가져오기, 순환 없음, 가벼운 import, 형 힌트와 설명."""

import ast
import inspect
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import jumok
import jumok_grader

PACKAGES = [Path(package.__file__).parent for package in (jumok, jumok_grader)]
CODE = PACKAGES[0].parent
FLOORS = {
    "jumok_grader.files": 0,
    "jumok_grader.lesson": 0,
    "jumok_grader.text_table": 0,
    "jumok_grader.notebook": 1,
    "jumok_grader.protocol": 1,
    "jumok_grader.render": 1,
    "jumok_grader.sandbox": 1,
    "jumok_grader.worker": 2,
    "jumok_grader.check": 3,
    "jumok_grader.results": 4,
    "jumok_grader.run": 5,
    "jumok_grader.report": 5,
    "jumok_grader.grading": 6,
    "jumok_grader.progress": 6,
    "jumok_grader.submission": 7,
    "jumok_grader.classroom": 8,
    "jumok.asserts": 9,
    "jumok.files": 9,
    "jumok.plot": 9,
    "jumok.scratch": 9,
    "jumok.show": 9,
    "jumok.course": 10,
    "jumok.text": 10,
    "jumok.model": 10,
    "jumok.decode": 11,
    "jumok.worksheets": 11,
    "jumok.training": 12,  # 학습하는 사이에 풀어 보아야 하므로 decode 위에 있습니다
    "jumok.doctor": 13,
    "jumok.commands": 14,
    "jumok.cli": 15,
}
MODULES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))


def room(module: str) -> str:
    """jumok.model.attention → jumok.model. 꾸러미 자체이면 빈 글입니다."""
    parts = module.split(".")
    return ".".join(parts[:2]) if len(parts) > 1 else ""


def module_name(path: Path) -> str:
    package = next(folder for folder in PACKAGES if folder in path.parents)
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path):
    """파일이 가져오는 우리 모듈을 모두(함수 안의 것까지) 절대 이름으로 냅니다."""
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")
            base = up[: len(up) - node.level + 1] if node.level else []
            base = [*base, *([node.module] if node.module else [])]
            for alias in node.names:
                whole = ".".join([*base, alias.name])
                yield whole if whole in NAMES else ".".join(base)


NAMES = {module_name(path) for path in MODULES}


def arrows():
    for path in MODULES:
        source = module_name(path)
        for target in imported_modules(path):
            if target.split(".")[0] in ("jumok", "jumok_grader"):
                yield source, target


def test_every_room_has_a_floor():
    rooms = {room(name) for name in NAMES} - {""}
    assert rooms == set(FLOORS), f"층과 방이 다릅니다: {rooms ^ set(FLOORS)}"


def test_imports_go_down_only():
    wrong = [
        f"{source} → {target}"
        for source, target in arrows()
        if room(source) != room(target)
        and room(target)
        and FLOORS[room(source)] <= FLOORS[room(target)]
    ]
    assert not wrong, f"위나 옆으로 가는 import: {wrong}"


def test_the_grader_knows_nothing_of_the_lesson():
    wrong = [
        f"{source} → {target}"
        for source, target in arrows()
        if source.startswith("jumok_grader") and target.split(".")[0] == "jumok"
    ]
    assert not wrong, f"채점기가 수업의 꾸러미를 가져옵니다: {wrong}"


def test_no_import_cycle_between_modules():
    graph: dict[str, set[str]] = {}
    for source, target in arrows():
        graph.setdefault(source, set()).add(target)
    seen: set[str] = set()

    def visit(node: str, path: tuple[str, ...]) -> None:
        assert node not in path, f"import가 돌고 있습니다: {' → '.join([*path, node])}"
        if node in seen:
            return
        for target in graph.get(node, ()):
            if target != node:
                visit(target, (*path, node))
        seen.add(node)

    for start in graph:
        visit(start, ())


@pytest.mark.parametrize("folder", [CODE, CODE / "grader"], ids=lambda p: p.name)
def test_code_folder_is_not_a_package(folder):
    assert not (folder / "__init__.py").exists(), (
        f"{folder.name}/__init__.py가 있으면 표준 라이브러리의 code를 가립니다"
    )


def loaded_after(statement: str) -> set[str]:
    script = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import jumok", {"numpy", "torch", "matplotlib"}),
        ("import jumok.scratch", {"torch", "matplotlib"}),
        ("import jumok.text", {"torch", "matplotlib"}),
        ("import jumok.model", {"matplotlib"}),
        ("import jumok.course", {"numpy", "torch", "matplotlib"}),
        ("from jumok.course import Check, show", {"torch", "matplotlib"}),
        ("import jumok.cli", {"numpy", "torch", "matplotlib"}),
        ("import jumok_grader.grading", {"torch", "matplotlib"}),
    ],
)
def test_imports_stay_light(statement, forbidden):
    assert not loaded_after(statement) & forbidden


def test_nothing_happens_at_import():
    """가져오는 것만으로 그림 설정이나 난수 상태가 바뀌면 안 됩니다."""
    script = """
import matplotlib, numpy as np, torch
settings, torch_state = dict(matplotlib.rcParams), torch.get_rng_state()
numpy_state = np.random.get_state()[1].sum()
import jumok.plot, jumok.scratch, jumok.model, jumok.course, jumok_grader.grading
assert settings == dict(matplotlib.rcParams)
assert torch.equal(torch_state, torch.get_rng_state())
assert numpy_state == np.random.get_state()[1].sum()
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def functions():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.name}:{node.name}", node


def test_public_parameters_and_returns_have_hints():
    missing = []
    for name, node in functions():
        if node.name.startswith("_"):
            continue
        arguments = [
            a
            for a in node.args.args + node.args.kwonlyargs
            if a.arg not in ("self", "cls")
        ]
        if node.col_offset <= 4 and any(a.annotation is None for a in arguments):
            missing.append(name)
    assert not missing, f"형 힌트가 없는 공개 함수: {missing}"


def public_objects():
    for package in PACKAGES:
        for info in pkgutil.walk_packages([str(package)], f"{package.name}."):
            if info.name.endswith("__main__"):
                continue
            module = import_module(info.name)
            for name, value in vars(module).items():
                if (
                    not name.startswith("_")
                    and getattr(value, "__module__", None) == info.name
                    and callable(value)
                ):
                    yield f"{info.name}.{name}", value


def test_public_names_have_short_korean_docstrings():
    wrong = []
    for name, value in public_objects():
        doc = inspect.getdoc(value) or ""
        if not any("가" <= ch <= "힣" for ch in doc) or len(doc.splitlines()) > 12:
            wrong.append(name)
    assert not wrong, f"한국어 설명이 없거나 12줄이 넘는 공개 이름: {wrong}"
