"""명령: make.py와 Makefile과 README가 같은 명령을 말하는지, 잘못 부르면 까닭을 말하는지."""

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
    return subprocess.run([sys.executable, str(ROOT / "make.py"), *args], capture_output=True, text=True)


def test_help_lists_every_command_of_the_makefile():
    text = call("help").stdout
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf8"), re.M).group(1).split()
    assert {t for t in targets if t != "help"} == set(re.findall(r"^ +python make\.py (\w+)", text, re.M))


def test_readme_names_the_commands_in_both_shells():
    readme = (ROOT / "README.md").read_text("utf8")
    for command in ("book", "test", "lab", "run", "exercises"):
        assert f"make {command}" in readme and f"py make.py {command}" in readme


@pytest.mark.parametrize("args", [["bok"], ["book", "extra"]])
def test_wrong_calls_say_why_without_a_traceback(args):
    done = call(*args)
    assert done.returncode == 1 and done.stderr.startswith("✘") and "Traceback" not in done.stderr


def test_every_direct_requirement_is_pinned_exactly():
    lines = [s.split("#")[0].strip() for s in (ROOT / "requirements.txt").read_text("utf8").splitlines()]
    wanted = [s for s in lines if s and not s.startswith("-")]
    assert wanted and all(re.fullmatch(r"[\w.-]+==[\w.]+", s) for s in wanted)
    assert "-e ./code" in lines


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
    assert path.read_bytes() == before and "ZeroDivisionError" in capsys.readouterr().err
