"""기록 쪽: 기록과 같은지, 모든 기록과 파일이 실렸는지, 명령이 진짜인지, 곡선이 늘
같은지.
"""

import importlib.util
import json
import re
import runpy
import shlex
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from jumok.cli import build_parser
from jumok.text.corpora import CORPORA
from jumok.training.presets import find_preset
from jumok.training.record import RECORDS, load_record, record_names

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "tools"))
spec = importlib.util.spec_from_file_location(
    "make_runs_page", ROOT / "book/tools/make_runs_page.py"
)
page = importlib.util.module_from_spec(spec)
spec.loader.exec_module(page)

import run_command  # noqa: E402
import run_curve  # noqa: E402


@pytest.fixture(scope="module")
def text():
    return page.PAGE.read_text("utf8")


every_record = pytest.mark.parametrize("name", record_names())


def test_page_shows_the_records(text):
    assert text == page.render(), "기록이 바뀌었습니다. python make.py runs를 부르세요"


def test_every_folder_and_file_is_on_the_page(text):
    folders = {
        path.name
        for path in RECORDS.iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert folders == set(re.findall(r"^\(run-(.+)\)=$", text, re.M))
    assert {path.name for path in page.RUNS.glob("*.json")} == set(
        re.findall(r"^### (\S+\.json)$", text, re.M)
    )


@every_record
def test_the_card_is_all_there(name, text):
    """장치, 판, 자료의 해시, 씨앗, 매개변수, 걸음, 분, 메모리, 서명, 원본이 그 기록의
    자리에 있습니다.
    """
    part = text.split(f"(run-{name})=")[1].split("\n(run-")[0]
    card = load_record(name).card
    machine, result = card["machine"], card["result"]
    for fact in (
        machine["device"],
        f"스레드 {machine['threads']}개",
        f"torch {machine['torch']}",
        f"Python {machine['python']}",
        card["data"]["sha256"][:12],
        f"{card['n_parameters']:,}개",
        f"{result['steps']:,}걸음",
        f"{result['minutes']:,.2f}분",
        f"../code/jumok/records/{name}/card.json",
        card.get("note", page.BUSY),
        "씨앗 ",
        "가장 많이 쓴 메모리",
        "다시 하기",
    ):
        assert fact in part, fact
    signatures = set(re.findall(r'"bleu_signature": "([^"]+)"', json.dumps(card)))
    assert all(f"`{signature}`" in part for signature in signatures)


@every_record
def test_the_chapter_that_reads_a_record_is_named(name):
    record = load_record(name)
    places = {
        f"{p.name[:2]}": list(page.uses(p, name))
        for p in (ROOT / "chapters").glob("*.ipynb")
    }
    places = {int(number): found for number, found in places.items() if found}
    assert {
        int(number) for number in re.findall(r"\[(\d+)장\]", page.users(record))
    } == set(places)


def test_readers_are_found_through_names_made_in_code_and_variables(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["## 9.3 절\n"]},
        {
            "cell_type": "code",
            "source": [
                'kept = [load_record(f"toy-{seed}").card for seed in range(3)]\n'
            ],
        },
        {"cell_type": "code", "source": ['mine = load_record("other")\n']},
        {"cell_type": "markdown", "source": ["글\n\n## 9.4 절\n"]},
        {"cell_type": "code", "source": ["print(mine.card)\n"]},
        {"cell_type": "markdown", "source": ["## 9.5 절\n"]},
        {"cell_type": "code", "source": ['mine = load_record("toy-1")\n']},
    ]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": cells}), "utf8")
    assert list(page.uses(path, "toy-2")) == ["9.3"] and not list(
        page.uses(path, "toy")
    )
    assert list(page.uses(path, "other")) == ["9.3", "9.4"]
    assert list(page.uses(path, "toy-1")) == ["9.3", "9.5"]


@every_record
def test_commands_would_do_the_same_run(name):
    """명령줄이 받아들이고, 그 설정이 카드의 설정과 같습니다(명령으로 바꿀 수 없는 값은
    쪽이 말합니다).
    """
    record = load_record(name)
    lines = run_command.commands(name, record.card, record.results, True)
    for line in lines:
        first, *words = shlex.split(line)
        if first == "python":
            assert (ROOT / words[0]).is_file(), line
            continue
        args = build_parser().parse_args(words)
        if words[0] == "data":
            assert args.name in CORPORA
    trained = [
        shlex.split(line)[1:] for line in lines if line.startswith("jumok train")
    ]
    if not trained:
        assert "rows" in record.results
        return
    args = build_parser().parse_args(trained[0])
    changed = {
        key: getattr(args, key, None)
        for key in (*run_command.FLAGS, "vocab_size", "compile")
    }
    made = find_preset(args.kind, args.preset).changed(**changed)
    assert set(run_command.unlike(made, record.card["preset"])) == set(
        run_command.stale(record.card)
    )


def test_a_preset_that_moved_on_is_told():
    card = json.loads(json.dumps(load_record("docs-cpu").card))
    card["preset"]["recipe"] |= {"steps": 7, "schedule": "constant"}
    card["preset"]["options"]["d_ff"] = 999
    assert {"schedule", "options.d_ff"} <= set(run_command.stale(card))
    assert "--steps 7" in run_command.commands("docs-cpu", card, {}, False)[1]


def test_a_new_record_and_a_gpu_change_the_page(tmp_path, text):
    """기록을 더하면 쪽이 달라지고(위의 시험이 실패하고), GPU의 기록이 있으면 없다는
    말이 사라집니다.
    """
    shutil.copytree(
        RECORDS, tmp_path / "records", ignore=shutil.ignore_patterns("*.safetensors")
    )
    assert "아직 재지 않았습니다" in text or "GPU에서 잰 기록은" in text
    shutil.copytree(
        tmp_path / "records" / "docs-cpu", tmp_path / "records" / "docs-new"
    )
    path = tmp_path / "records" / "docs-new" / "card.json"
    card = json.loads(path.read_text("utf8"))
    card["machine"] |= {"device": "NVIDIA H200", "device_type": "cuda", "cuda": "12.8"}
    path.write_text(json.dumps(card), "utf8")
    made = page.render(tmp_path / "records")
    assert "(run-docs-new)=" in made and "NVIDIA H200" in made and "CUDA 12.8" in made
    assert "아직 재지 않았습니다" not in made and "GPU에서 잰 기록은" in made


def test_low_resource_names_are_told_apart_and_the_command_repeats_them():
    """GPU에서 바꿀 것까지 모두 이름이 있고, 쪽의 명령은 기록된 실행들을 그대로 다시
    합니다.
    """
    script = runpy.run_path(str(ROOT / "code" / "bench" / "low_resource.py"))
    shown = {name: page.low_resource_name(name) for name in script["CHANGES"]}
    assert len(set(shown.values())) == len(shown)
    assert (
        shown["vocab 16k"] == "어휘 16,000"
        and shown["3 layers"] == "층 3"
        and shown["base"] == "없음(기준)"
    )
    path = page.RUNS / "low_resource_cpu.json"
    run = json.loads(path.read_text("utf8"))
    words = shlex.split(page.remake(path, run))
    assert (ROOT / words[1]).is_file() and words[-1] == f"book/runs/{path.name}"
    only = words[words.index("--only") + 1 : words.index("--json")]
    assert set(only) == {row["name"] for row in run["rows"]} <= set(script["CHANGES"])
    assert words[words.index("--steps") + 1] == str(run["rows"][0]["steps"])


def test_another_rival_shows_up_by_itself(tmp_path):
    """results.json에 Marian이 더해지면 성적과 실행의 표, 명령에 저절로 실립니다."""
    folder = tmp_path / "docs-cpu"
    shutil.copytree(
        RECORDS / "docs-cpu", folder, ignore=shutil.ignore_patterns("*.safetensors")
    )
    results = json.loads((folder / "results.json").read_text("utf8"))
    rival = next(iter(results["scores"]))
    results["scores"]["Marian"] = results["scores"][rival] | {"bleu": 12.34}
    results["cards"]["Marian"] = {"minutes": 1.5, "steps": 2}
    (folder / "results.json").write_text(json.dumps(results), "utf8")
    made = page.render(tmp_path)
    assert "| Marian | 12.3 |" in made and "| Marian | – | 2 | 1.5 |" in made
    (line,) = re.findall("^.*code/bench/marian_twin.py.*$", made, re.M)
    assert "--steps 2 " in line and "--like runs/docs-cpu" in line


# ── 곡선 ──────────────────────────────────────────────────────────────────────────────


def test_curve_is_well_formed_and_always_the_same():
    lines = [
        run_curve.Line("가", [(1, 4.0), (9, 0.05)]),
        run_curve.Line("나", [(1, 4.1), (9, 0.051)], 1),
    ]
    svg = run_curve.draw(lines, "설명 <1>")
    assert svg == run_curve.draw(lines, "설명 <1>")
    tree = ElementTree.fromstring(svg)
    assert tree.get("role") == "img" and tree.get("aria-label") == "설명 <1>"
    heights = [
        float(node.get("y"))
        for node in tree.iter("text")
        if node.get("class").startswith("run-name")
    ]
    assert abs(heights[0] - heights[1]) >= run_curve.LABEL_GAP


@pytest.mark.parametrize("log", [False, True])
def test_curve_puts_higher_losses_higher_and_stays_inside(log):
    values = [100.0, 10.0, 1.0] if log else [3.0, 2.0, 1.0]
    svg = run_curve.draw(
        [run_curve.Line("", list(zip((10, 20, 30), values, strict=True)))], "글"
    )
    places = [
        tuple(map(float, pair.split(",")))
        for pair in re.search('points="([^"]+)"', svg)[1].split()
    ]
    xs, ys = zip(*places, strict=True)
    assert sorted(xs) == list(xs) and sorted(ys) == list(ys)
    assert xs[-1] == pytest.approx(run_curve.WIDTH - run_curve.RIGHT)
    assert (
        ys[0] >= run_curve.TOP - 1 and ys[-1] <= run_curve.HEIGHT - run_curve.BOTTOM + 1
    )
    # 로그 눈금에서 열 배는 어디서나 같은 높이입니다.
    assert ys[1] - ys[0] == pytest.approx(ys[2] - ys[1], abs=0.11)


def test_names_move_only_as_far_as_they_must():
    gap = run_curve.LABEL_GAP
    assert run_curve.spread([10, 100, 101, 102], 110) == [
        10,
        110 - 2 * gap,
        110 - gap,
        110,
    ]
    assert run_curve.spread([10, 12, 200], 300) == [10, 10 + gap, 200]


def test_ticks_cover_the_values():
    for low, high in ((5.73, 7.55), (0.0, 3200.0), (1.0, 1.0)):
        ticks = run_curve.nice_ticks(low, high)
        assert ticks[0] <= low and ticks[-1] >= high and len(ticks) <= 7
    assert run_curve.log_ticks(0.06, 3.9) == [0.03, 0.1, 0.3, 1.0, 3.0, 10.0]


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="그릴 점이 없습니다"):
        run_curve.draw([run_curve.Line("가", [])], "글")
