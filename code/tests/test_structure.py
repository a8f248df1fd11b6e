"""집의 구조: 아래로만 가져오기, 순환 없음, 가벼운 import, 짧은 함수와 파일."""

import ast
import inspect
import pkgutil
import statistics
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import jumok

PACKAGE = Path(jumok.__file__).parent
CODE = PACKAGE.parent
FLOORS = {
    "scratch": 0,
    "plot": 0,
    "files": 0,
    "machine": 0,
    "text": 1,
    "model": 1,
    "decode": 2,
    "training": 3,  # 학습하는 사이에 풀어 보아야 하므로 decode 위에 있습니다
    "apps": 4,
    "course": 4,
    "classroom": 5,
    "doctor": 5,
    "commands": 6,
    "cli": 7,
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(module: str) -> str:
    """jumok.model.attention → model"""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def module_name(path: Path) -> str:
    parts = path.relative_to(CODE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path):
    """파일이 가져오는 jumok 모듈을 모두(함수 안의 것까지) 절대 이름으로 냅니다."""
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (
                package.split(".")[: len(package.split(".")) - node.level + 1]
                if node.level
                else []
            )
            yield ".".join([*base, *([node.module] if node.module else [])])


def arrows():
    for path in MODULES:
        source = module_name(path)
        for target in imported_modules(path):
            if target.split(".")[0] == "jumok":
                yield source, target


def test_every_room_has_a_floor():
    rooms = {room(module_name(p)) for p in MODULES} - {"", "__main__"}
    assert rooms <= set(FLOORS), f"층이 정해지지 않은 방: {rooms - set(FLOORS)}"


def test_imports_go_down_only():
    wrong = [
        f"{source} → {target}"
        for source, target in arrows()
        if room(source) != room(target)
        and room(target)
        and FLOORS[room(source)] <= FLOORS[room(target)]
    ]
    assert not wrong, f"위나 옆으로 가는 import: {wrong}"


def test_no_import_cycle_between_modules():
    graph: dict[str, set[str]] = {}
    for source, target in arrows():
        graph.setdefault(source, set()).add(target)

    def visit(node: str, path: tuple[str, ...]) -> None:
        assert node not in path, f"import가 돌고 있습니다: {' → '.join([*path, node])}"
        for target in graph.get(node, ()):
            if target != node:
                visit(target, (*path, node))

    for start in graph:
        visit(start, ())


def test_code_folder_is_not_a_package():
    assert not (CODE / "__init__.py").exists(), (
        "code/__init__.py가 있으면 표준 라이브러리의 code를 가립니다"
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
        ("import jumok.course", {"torch", "matplotlib"}),
        ("import jumok.cli", {"numpy", "torch", "matplotlib"}),
    ],
)
def test_imports_stay_light(statement, forbidden):
    assert not loaded_after(statement) & forbidden


def test_nothing_happens_at_import():
    """가져오는 것만으로 그림 설정이나 난수 상태가 바뀌면 안 됩니다."""
    script = (
        "import matplotlib as m, numpy as np, torch; a=dict(m.rcParams); s=torch.get_rng_state(); "
        "n=np.random.get_state()[1].sum(); import jumok.plot, jumok.scratch, jumok.model, jumok.course; "
        "assert a==dict(m.rcParams) and torch.equal(s,torch.get_rng_state()); "
        "assert n==np.random.get_state()[1].sum()"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def functions():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (
                    f"{path.name}:{node.name}",
                    node.end_lineno - node.lineno + 1,
                    node,
                )


def test_functions_and_files_stay_short():
    lengths = [length for _, length, _ in functions()]
    long = [f"{name}({length}줄)" for name, length, _ in functions() if length > 60]
    assert statistics.median(lengths) <= 12
    assert statistics.quantiles(lengths, n=20)[-1] <= 40
    assert not long, f"너무 긴 함수: {long}"
    assert not [p.name for p in MODULES if len(p.read_text("utf8").splitlines()) > 250]


def test_public_parameters_and_returns_have_hints():
    missing = []
    for name, _, node in functions():
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
    for info in pkgutil.walk_packages([str(PACKAGE)], "jumok."):
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
