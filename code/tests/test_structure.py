"""집의 구조: 두 꾸러미, 아래로만 가져오기, 순환 없음, 가벼운 import, 형 힌트와 설명."""

import ast
import importlib.util
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "code"


def load_tool(name: str):
    """book/tools의 스크립트를 모듈로 불러옵니다."""
    path = ROOT / "book" / "tools" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


house = load_tool("make_house_map")
ARROWS = list(house.arrows())


def test_every_room_has_a_floor():
    rooms = {house.room_of(name) for name in house.modules()} - {""}
    assert rooms == set(house.FLOOR), (
        f"방과 층이 다릅니다. FLOORS를 고치세요: {rooms ^ set(house.FLOOR)}"
    )


def test_imports_go_down_only():
    wrong = [
        f"{source} → {target}"
        for source, target in ARROWS
        if (above := house.room_of(source)) != (below := house.room_of(target))
        and above
        and below
        and house.FLOOR[above] <= house.FLOOR[below]
    ]
    assert not wrong, f"위나 옆으로 가는 import: {wrong}"


def test_the_grader_knows_nothing_of_the_lesson():
    wrong = [
        f"{source} → {target}"
        for source, target in ARROWS
        if source.startswith("jumok_grader") and not target.startswith("jumok_grader")
    ]
    assert not wrong, f"채점기가 수업의 꾸러미를 가져옵니다: {wrong}"


def test_no_import_cycle_between_modules():
    graph: dict[str, set[str]] = {}
    for source, target in ARROWS:
        # 꾸러미가 제 안의 모듈을 부르고 그 모듈이 꾸러미를 부르는 것도 도는 것입니다.
        graph.setdefault(source, set()).add(target)
    done: set[str] = set()

    def visit(node: str, path: tuple[str, ...]) -> None:
        assert node not in path, f"import가 돌고 있습니다: {' → '.join([*path, node])}"
        if node in done:
            return
        for target in graph.get(node, set()) - {node}:
            visit(target, (*path, node))
        done.add(node)

    for start in graph:
        visit(start, ())


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("from jumok_grader.classroom import store", "위"),
        ("from ..check.checks import Check", "위"),
        ("from . import values", ""),
        ("def f():\n    from ..worker import serve", "위"),
    ],
)
def test_an_upward_arrow_would_be_seen(tmp_path, monkeypatch, text, wrong):
    """시험이 정말 잡는지: protocol의 모듈이 이렇게 가져오면 위로 가는 화살표인지."""
    path = tmp_path / "seen.py"
    path.write_text(text, "utf8")
    source = "jumok_grader.protocol.seen"
    known = house.modules() | {source: path}
    monkeypatch.setattr(house, "modules", lambda: known)
    targets = [house.room_of(to) for one, to in house.arrows() if one == source]
    floor = house.FLOOR[house.room_of(source)]
    assert len(targets) == 1
    assert (house.FLOOR[targets[0]] > floor) == bool(wrong)


@pytest.mark.parametrize("place", house.PLACES, ids=lambda path: path.name)
def test_the_map_shows_the_floors_as_they_are(place):
    text = place.read_text("utf8")
    assert house.shown_in(text, house.house_map()) == text, (
        "python book/tools/make_house_map.py를 부르세요"
    )


def test_every_room_says_what_it_is_for():
    silent = [room for room in house.FLOOR if not house.purpose(room)]
    assert not silent, f"docstring이 없는 방: {silent}"


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
    for path in house.modules().values():
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
    for module_name in house.modules():
        if module_name.endswith("__main__"):
            continue
        for name, value in vars(import_module(module_name)).items():
            own = getattr(value, "__module__", None) == module_name
            if own and callable(value) and not name.startswith("_"):
                yield f"{module_name}.{name}", value


def test_public_names_have_short_korean_docstrings():
    wrong = []
    for name, value in public_objects():
        doc = inspect.getdoc(value) or ""
        if not any("가" <= ch <= "힣" for ch in doc) or len(doc.splitlines()) > 12:
            wrong.append(name)
    assert not wrong, f"한국어 설명이 없거나 12줄이 넘는 공개 이름: {wrong}"
