"""명령: make.py와 Makefile과 README가 같은 명령을 말하는지, 잘못 부르면 까닭을
말하는지.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call(*args):
    return subprocess.run(
        [sys.executable, str(ROOT / "make.py"), *args], capture_output=True, text=True
    )


def test_help_lists_every_command_of_the_makefile():
    text = call("help").stdout
    makefile = (ROOT / "Makefile").read_text("utf8")
    named = " ".join(re.findall(r"^\.PHONY: (.+)$", makefile, re.M)).split()
    # 규칙의 왼쪽에도 모두 있어야 합니다. 이름만 있으면 make가 아무 일도 하지 않습니다.
    ruled = " ".join(re.findall(r"^([a-z ]+):", makefile, re.M)).split()
    told = re.findall(r"^ +python make\.py (\w+)", text, re.M)
    assert sorted(named) == sorted(ruled) == sorted({"help", *told})


def test_readme_names_the_commands_in_both_shells():
    readme = (ROOT / "README.md").read_text("utf8")
    for command in ("book", "test", "check", "lab", "run", "exercises"):
        assert f"make {command}" in readme and f"py make.py {command}" in readme


@pytest.mark.parametrize(
    ("args", "variables"),
    [
        (["bok"], {}),
        (["book", "extra"], {}),
        (["test", "kitchen"], {}),
        (["env"], {"TORCH": "gpu"}),
    ],
)
def test_wrong_calls_say_why_without_a_traceback(args, variables, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = call(*args)
    assert (
        done.returncode == 1
        and done.stderr.startswith("✘")
        and "Traceback" not in done.stderr
    )


@pytest.fixture
def room(tmp_path):
    """make.py와 설치 목록만 있는 빈 저장소. pip install은 부르지 않고 적어 둡니다."""
    for name in (
        "make.py",
        "requirements.txt",
        "constraints.txt",
        "code/pyproject.toml",
        "code/grader/pyproject.toml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    module = load(tmp_path / "make.py")
    module.installs = []
    module._call = lambda command, **_: module.installs.append(
        [str(part) for part in command]
    )
    return module


def test_env_installs_once_and_heals_a_half_made_environment(room, monkeypatch):
    monkeypatch.delenv("TORCH", raising=False)
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(room.VENV)], check=True
    )
    assert room.env() == 0 and room._has_pip() and len(room.installs) == 1
    assert room.env() == 0 and len(room.installs) == 1, (
        "목록이 그대로이면 다시 설치하지 않습니다"
    )
    stamp = room.VENV / "jumok-stamp"
    stamp.write_bytes(b"\xff\xfe")
    assert room.env() == 0 and len(room.installs) == 2


def test_env_takes_torch_from_the_cpu_index_when_asked(room, monkeypatch):
    monkeypatch.setenv("TORCH", "CPU")
    monkeypatch.setattr(room, "_has_pip", lambda: True)
    room.VENV.mkdir()
    assert room.env() == 0
    first, second = room.installs
    assert (
        room.CPU_INDEX in first
        and room._torch_pin() in first
        and "requirements.txt" in second
    )


def test_env_refuses_a_python_outside_the_pins(room, monkeypatch, capsys):
    monkeypatch.setattr(room, "PYTHONS", ((3, 99), (3, 99)))
    assert room.env() == 1 and "3.99" in capsys.readouterr().err and not room.installs


def test_every_direct_requirement_is_pinned_exactly():
    lines = [
        s.split("#")[0].strip()
        for s in (ROOT / "requirements.txt").read_text("utf8").splitlines()
    ]
    wanted = [s for s in lines if s and not s.startswith("-")]
    assert wanted and all(re.fullmatch(r"[\w.-]+==[\w.]+", s) for s in wanted)
    # 수업의 꾸러미가 채점기를 찾으므로 채점기가 먼저입니다.
    assert lines.index("-e ./code/grader") < lines.index("-e ./code")


def notebook(tmp_path, *sources):
    path = tmp_path / "n.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_run_stores_outputs_and_drops_what_changes_every_time(tmp_path):
    path = notebook(tmp_path, "print('하나')\nprint('둘', flush=True)\nprint('셋')")
    assert load(ROOT / "book/tools/run_notebooks.py").execute(path)
    cell = nbformat.read(path, as_version=4).cells[0]
    assert [o.text for o in cell.outputs] == ["하나\n둘\n셋\n"] and cell.metadata == {}


def test_run_leaves_a_failing_notebook_alone(tmp_path, capsys):
    path = notebook(tmp_path, "1/0")
    before = path.read_bytes()
    assert not load(ROOT / "book/tools/run_notebooks.py").execute(path)
    assert (
        path.read_bytes() == before and "ZeroDivisionError" in capsys.readouterr().err
    )


def test_progress_bars_of_marked_cells_are_not_stored():
    tool = load(ROOT / "book/tools/run_notebooks.py")

    def cell(*tags):
        streams = [("stdout", "가"), ("stderr", "50%"), ("stdout", "나")]
        outputs = [
            nbformat.v4.new_output("stream", name=name, text=text)
            for name, text in streams
        ]
        return nbformat.v4.new_code_cell(
            "1", outputs=outputs, metadata={"tags": list(tags)}
        )

    notebook = nbformat.v4.new_notebook(cells=[cell("remove-stderr"), cell()])
    tool.tidy(notebook)
    marked, plain = ([(o.name, o.text) for o in c.outputs] for c in notebook.cells)
    assert marked == [("stdout", "가나")]
    assert plain == [("stdout", "가"), ("stderr", "50%"), ("stdout", "나")]
