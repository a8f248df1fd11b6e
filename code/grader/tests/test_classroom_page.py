"""선생님 쪽은 기록에서 만든 그대로이고, 속도를 재는 프로그램은 끝까지 돕니다."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest
from classroom_fakes import KIND

from jumok.cli import build_parser

ROOT = Path(__file__).resolve().parents[3]


def loaded(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page():
    return loaded(ROOT / "book" / "tools" / "make_teaching_page.py")


def test_page_shows_the_recorded_run(page):
    run = json.loads(page.RUN.read_text("utf8"))
    assert page.PAGE.read_text("utf8") == page.render(run), (
        "book/tools/make_teaching_page.py를 부르세요"
    )


def test_recorded_run_went_through_every_command(page):
    run = json.loads(page.RUN.read_text("utf8"))
    outputs = run["outputs"]
    expected = {
        "init",
        "collect",
        "grade",
        "none",
        "refused",
        "export",
        "report",
        "kit",
        "settings",
        "moodle",
    }
    assert expected == set(outputs)
    assert (
        "격리: bubblewrap" in outputs["grade"]
        and "격리 없이 채점합니다" in outputs["none"]
    )
    assert (
        "apt-get install bubblewrap" in outputs["refused"]
        and "채점함" not in outputs["refused"]
    )
    assert (
        "받음 23개" in outputs["collect"]
        and "경로에 '..'이 있습니다" in outputs["collect"]
    )
    # 24명, 한 명은 안 냈고 둘은 같은 파일
    assert "채점할 수 없는 노트북입니다 1개" in outputs["grade"]
    assert "/tmp" not in json.dumps(run) and len(run["alts"]) == 3
    for number in (1, 2, 3):
        assert (
            (page.PICTURES / f"teaching_{number}.svg")
            .read_text("utf8")
            .lstrip()
            .startswith("<?xml")
        )


def test_recorded_attacks_did_no_harm(page):
    record = json.loads(page.RUN.read_text("utf8"))["attacks"]
    tried, harms, forged = map(int, re.findall(r"\d+", record["said"]))
    assert tried >= 40 and (harms, forged) == (0, 0)
    kinds = page.attack_kinds()
    assert record["kinds"] == kinds and 40 <= sum(map(len, kinds.values())) <= tried


def test_page_shows_only_commands_that_exist(page):
    text = page.PAGE.read_text("utf8")
    commands = [
        line.split("#")[0].split()
        for line in text.splitlines()
        if line.startswith("jumok class")
    ]
    assert len(commands) >= 7
    for words in commands:
        assert callable(build_parser().parse_args(words[1:]).run)


def test_speed_script_measures_both_ways(monkeypatch, capsys, tmp_path):
    pytest.importorskip("resource", reason="CPU 시간은 POSIX에서만 잽니다")
    speed = loaded(ROOT / "code" / "bench" / "grading_speed.py")
    record = tmp_path / "speed.json"
    words = [
        "grading_speed.py",
        "--chapter",
        "9",
        "--students",
        "2",
        "--nbgrader",
        "0",
        "--isolation",
        KIND,
        "--json",
        str(record),
    ]
    monkeypatch.setattr(sys, "argv", words)
    speed.main()
    runs = json.loads(record.read_text("utf8"))["runs"]
    assert set(runs) == {"주목 --jobs 1", "주목 --jobs 2"}
    assert all(
        run["count"] == 2 and run["per_minute"] > 0 < run["cpu_each"]
        for run in runs.values()
    )
    assert "| 주목 --jobs 2 | 2 |" in capsys.readouterr().out


def test_synthetic_submission_is_the_same_every_time():
    pytest.importorskip("resource", reason="CPU 시간은 POSIX에서만 잽니다")
    speed = loaded(ROOT / "code" / "bench" / "grading_speed.py")
    course = speed.Course(ROOT)
    one, same, other = (
        speed.notebook_of(course, "04_scaled_dot_product", seed) for seed in (1, 1, 2)
    )
    assert one == same != other
