"""점검(jumok doctor): 하나하나의 탈을 흉내 냅니다.

까닭과 할 일을 말하고 끝까지 가는지 봅니다.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from jumok.cli import main
from jumok.doctor import accelerator, book, checklist, machine, python
from jumok.doctor.report import (
    BAD,
    GOOD,
    WARN,
    Check,
    Result,
    as_dict,
    run_checks,
    summary,
    text_line,
)

ROOT = Path(__file__).resolve().parents[2]
CPU = {
    "version": "2.13.0+cpu",
    "cuda": None,
    "hip": None,
    "sum": 4.0,
    "usable": False,
    "mps": False,
}
CUDA = CPU | {"version": "2.13.0", "cuda": "13.0"}
CARD = {
    "usable": True,
    "name": "NVIDIA H200",
    "count": 1,
    "free": 130 * 2**30,
    "total": 140 * 2**30,
}


@pytest.fixture(autouse=True)
def fresh_probe():
    """torch를 본 결과를 시험마다 잊습니다."""
    accelerator.probe.cache_clear()
    yield
    accelerator.probe.cache_clear()


@pytest.fixture
def torch_says(monkeypatch):
    """torch가 이렇게 말했다고 칩니다. card는 nvidia-smi의 말입니다."""

    def say(said, card=""):
        monkeypatch.setattr(accelerator, "probe", lambda: said)
        monkeypatch.setattr(accelerator, "nvidia_card", lambda: card)

    return say


@pytest.fixture
def course(tmp_path):
    """장 두 개짜리 작은 책 폴더."""
    (tmp_path / "_config.yml").write_text("title: 책\n", "utf8")
    for slug in ("01_rnn", "02_attention"):
        for path in (tmp_path / "chapters", tmp_path / "exercises" / slug):
            path.mkdir(parents=True, exist_ok=True)
            (path / f"{slug}.ipynb").write_text('{"cells": []}', "utf8")
    return tmp_path


def installed(monkeypatch, **changes):
    """설치된 꾸러미의 목록을 바꿉니다. None이면 없는 것으로 칩니다."""
    have = python._installed()
    for name, version in changes.items():
        have.pop(name, None)
        if version:
            have[name] = version
    monkeypatch.setattr(python, "_installed", lambda: have)


# ── 결과와 차례 ───────────────────────────────────────────────────────────────────────


def boom():
    raise ValueError("탈이\n났습니다")


def test_a_dead_check_does_not_stop_the_others():
    checks = [
        Check("a", "하나", boom),
        Check("b", "둘", lambda: Result(GOOD, "됩니다.")),
    ]
    (_, first), (_, second) = run_checks(checks)
    assert (
        first.status == WARN
        and "ValueError: 탈이 났습니다" in first.message
        and first.todo
    )
    assert second.status == GOOD


def test_a_package_that_exits_while_importing_does_not_end_the_checks():
    def leave():
        raise SystemExit(3)

    assert [result.status for _, result in run_checks([Check("a", "하나", leave)])] == [
        WARN
    ]


@pytest.mark.parametrize(
    ("encoding", "line"),
    [
        ("utf-8", "✘ 디스크: 없습니다. → 비우세요."),
        ("cp949", "[X] 디스크: 없습니다. → 비우세요."),
    ],
)
def test_the_mark_fits_the_console(encoding, line):
    check = Check("disk", "디스크", boom)
    shown = text_line(check, Result(BAD, "없습니다.", "비우세요."), encoding)
    assert shown == line and shown.encode(encoding)


def test_every_line_is_one_line_even_without_a_known_encoding():
    assert "\n" not in text_line(
        Check("a", "하나", boom), Result(GOOD, "됩니다."), None
    )


def test_only_a_bad_result_makes_the_answer_bad():
    rows = [(Check("a", "하나", boom), Result(status, "글")) for status in (GOOD, WARN)]
    assert as_dict(rows)["ok"]
    assert not as_dict([*rows, (Check("b", "둘", boom), Result(BAD, "글"))])["ok"]


def test_summary_counts_what_is_left():
    assert "2가지" in summary([Result(BAD, ""), Result(BAD, ""), Result(WARN, "")])
    assert "모두" in summary([Result(GOOD, "")])


# ── 파이썬과 꾸러미 ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 10), BAD), ((3, 11), GOOD), ((3, 14), GOOD), ((3, 15), WARN)],
)
def test_python_version(monkeypatch, version, status):
    monkeypatch.setattr(python.sys, "version_info", (*version, 0))
    result = python.python_version()
    assert result.status == status and bool(result.todo) == (status != GOOD)


def test_the_supported_pythons_are_those_of_make_py():
    text = (ROOT / "make.py").read_text("utf8")
    assert (
        f"PYTHONS = {python.PYTHONS}" in text
        and f'CPU_INDEX = "{python.CPU_INDEX}"' in text
    )


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    installed(monkeypatch, polib=None)
    result = python.packages(ROOT)
    assert result.status == BAD and "polib" in result.message
    assert "-m pip install polib==" in result.todo


def test_a_missing_tool_of_the_book_is_only_a_warning(monkeypatch):
    installed(monkeypatch, nbval=None)
    result = python.packages(ROOT)
    assert (
        result.status == WARN and "nbval" in result.message and "nbval==" in result.todo
    )


def test_many_missing_packages_point_to_the_list(monkeypatch):
    installed(
        monkeypatch,
        **dict.fromkeys(["polib", "tqdm", "numpy", "sacrebleu", "tokenizers"]),
    )
    result = python.packages(ROOT)
    assert (
        result.status == BAD
        and "외 1개" in result.message
        and "requirements.txt" in result.todo
    )


def test_a_wrong_version_is_a_warning_with_both_versions(monkeypatch):
    installed(monkeypatch, numpy="1.0.0")
    result = python.packages(ROOT)
    assert (
        result.status == WARN
        and "numpy 1.0.0(고정한 판 2." in result.message
        and "numpy==2." in result.todo
    )


def test_the_cpu_build_of_torch_is_the_pinned_version(tmp_path, monkeypatch):
    (tmp_path / "requirements.txt").write_text("torch==2.13.0\n", "utf8")
    installed(monkeypatch, torch="2.13.0+cpu")
    assert python.packages(tmp_path).status == GOOD


def test_without_the_lists_only_presence_is_checked(monkeypatch):
    installed(monkeypatch, numpy="1.0.0")
    assert python.packages(None).status == GOOD
    installed(monkeypatch, numpy=None)
    assert python.packages(None).status == BAD


def test_extras_are_not_needed():
    assert (
        "numpy" in python._needed_by_jumok()
        and "sqlalchemy" not in python._needed_by_jumok()
    )


def test_a_console_without_symbols_is_a_warning(monkeypatch):
    monkeypatch.setattr(python.sys, "stdout", namedtuple("Stream", "encoding")("cp949"))
    assert python.console().status == WARN and "PYTHONUTF8=1" in python.console().todo


# ── 메모리, 디스크, 폴더 ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("gib", "status"), [(0.5, BAD), (1.5, WARN), (8, GOOD)])
def test_memory(monkeypatch, gib, status):
    monkeypatch.setattr(machine, "free_memory", lambda: int(gib * machine.GIB))
    assert machine.memory().status == status


def test_unknown_memory_is_a_warning(monkeypatch):
    monkeypatch.setattr(machine, "free_memory", lambda: None)
    assert machine.memory().status == WARN


@pytest.mark.parametrize(("gib", "status"), [(0.1, BAD), (1, WARN), (50, GOOD)])
def test_disk_speaks_of_the_fullest_place(tmp_path, monkeypatch, gib, status):
    usage = namedtuple("usage", "free")
    full = tmp_path / "가득"
    full.mkdir()
    monkeypatch.setattr(
        machine.shutil,
        "disk_usage",
        lambda place: usage(int((gib if place == full else 90) * machine.GIB)),
    )
    result = machine.disk({"빈 곳": tmp_path, "찬 곳": full / "아직 없음"})
    assert result.status == status and "찬 곳" in result.message


def test_a_read_only_folder_is_bad(tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(machine.tempfile, "TemporaryDirectory", refuse)
    result = machine.writable({"지금 폴더": tmp_path})
    assert (
        result.status == BAD
        and "Permission denied" in result.message
        and "권한" in result.todo
    )


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="관리자는 읽기 전용 폴더에도 씁니다."
)
def test_a_folder_without_the_write_bit_is_bad(tmp_path):
    tmp_path.chmod(0o555)
    try:
        assert machine.writable({"지금 폴더": tmp_path}).status == BAD
    finally:
        tmp_path.chmod(0o755)


def test_a_data_folder_under_a_file_is_bad_and_names_the_variable(tmp_path):
    (tmp_path / "파일").write_text("")
    result = machine.writable(
        {"지금 폴더": tmp_path, "자료 폴더": tmp_path / "파일" / "jumok"}
    )
    assert (
        result.status == BAD
        and "JUMOK_DATA" in result.todo
        and str(tmp_path / "파일") in result.message
    )


def test_looking_leaves_nothing_behind(tmp_path):
    assert (
        machine.writable(
            {"지금 폴더": tmp_path, "자료 폴더": tmp_path / "a" / "b"}
        ).status
        == GOOD
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("한글", ["영문이 아닌 글자"]),
        ("my book", ["빈칸"]),
        ("나의 책", ["영문이 아닌 글자", "빈칸"]),
    ],
)
def test_odd_paths_are_warnings(tmp_path, name, words):
    result = machine.paths({"지금 폴더": Path("/home") / name})
    assert (
        result.status == WARN
        and all(word in result.message for word in words)
        and result.todo
    )
    assert machine.paths({"지금 폴더": Path("/home/jumok")}).status == GOOD


# ── 책 파일, 커널, 글꼴 ───────────────────────────────────────────────────────────────


def test_this_book_is_complete():
    assert book.course_files(ROOT).status == GOOD


def test_outside_the_book_is_a_warning(tmp_path):
    assert book.find_root(tmp_path) is None and book.course_files(None).status == WARN


def test_the_book_is_found_from_below(course):
    assert book.find_root(course / "exercises" / "01_rnn") == course.resolve()


def test_another_copy_of_the_package_is_a_warning(course):
    (course / "code" / "jumok").mkdir(parents=True)
    result = book.course_files(course)
    assert result.status == WARN and "pip install -e" in result.todo


def test_lost_and_broken_notebooks_are_bad(course):
    assert book.course_files(course).status == GOOD
    path = course / "exercises" / "02_attention" / "02_attention.ipynb"
    path.write_text('{"cells": ', "utf8")
    assert "읽을 수 없는" in book.course_files(course).message
    path.unlink()
    result = book.course_files(course)
    assert result.status == BAD and "02_attention" in result.message
    shutil.rmtree(course / "chapters")
    assert book.course_files(course).status == BAD


def test_the_font_has_hangul():
    assert book.font().status == GOOD


def test_a_lost_or_broken_font_is_bad(tmp_path):
    assert book.font(tmp_path).status == BAD
    for name in book.FONTS:
        (tmp_path / name).write_bytes(b"OTTO" + bytes(64))
    assert book.font(tmp_path).status == BAD


def test_a_font_without_hangul_is_bad(tmp_path):
    import matplotlib

    latin = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    for name in book.FONTS:
        shutil.copy(latin, tmp_path / name)
    result = book.font(tmp_path)
    assert result.status == BAD and "가" in result.message


def test_without_matplotlib_the_font_is_only_a_warning(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.ft2font", None)
    assert book.font().status == WARN


def test_kernel_without_jupyter_is_bad(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    result = book.kernel()
    assert result.status == BAD and "ipykernel" in result.todo


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("/없는/python", BAD),
        ("/bin/sh", WARN),
        (sys.executable, GOOD),
        ("python", GOOD),
    ],
)
def test_kernel_points_to_a_python(monkeypatch, program, status):
    from jupyter_client.kernelspec import KernelSpecManager

    spec = namedtuple("Spec", "argv")([program])
    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", lambda self, name: spec)
    monkeypatch.setattr(
        book.shutil, "which", lambda name: name if name != "/없는/python" else None
    )
    assert book.kernel().status == status


# ── torch와 GPU ───────────────────────────────────────────────────────────────────────

BROKEN = {
    "던짐": (
        "raise OSError('libcudart.so.13: cannot open shared object file')",
        "libcudart",
    ),
    "죽음": ("import os; os._exit(134)", "134"),
    "엉뚱한 출력": ("print('hello'); __version__ = '1'", "AttributeError"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_torch_is_bad_and_nothing_else_breaks(tmp_path, monkeypatch, name):
    code, word = BROKEN[name]
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(code, "utf8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = accelerator.torch_works(ROOT)
    assert (
        result.status == BAD and word in result.message and "pip install" in result.todo
    )
    assert accelerator.gpu_works().status == WARN


def test_a_missing_torch_is_bad_with_the_pinned_version(torch_says):
    torch_says({"error": "ModuleNotFoundError: No module named 'torch'"})
    result = accelerator.torch_works(ROOT)
    assert result.status == BAD and "torch==" in result.todo


def test_a_file_named_torch_is_found_out(tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("x = 1", "utf8")
    monkeypatch.chdir(tmp_path)
    result = accelerator.torch_works(ROOT)
    assert result.status == BAD and "이름을 바꾸세요" in result.todo


def test_a_torch_that_never_answers_is_bad(monkeypatch):
    monkeypatch.setattr(accelerator, "_PROBE", "import time; time.sleep(30)")
    monkeypatch.setattr(accelerator, "_SECONDS", 0.2)
    assert "0.2초" in accelerator.torch_works(ROOT).message


@pytest.mark.parametrize(
    ("said", "card", "status", "word"),
    [
        (CPU, "", GOOD, "CPU로"),
        (CPU, "RTX 4060(드라이버 570.1)", WARN, "CPU용"),
        (CUDA, "", GOOD, "CPU로"),
        (
            CUDA | {"warnings": ["The NVIDIA driver is too old"]},
            "RTX 4060(드라이버 470.1)",
            WARN,
            "too old",
        ),
        (CUDA | CARD | {"bf16": True, "product": 512.0}, "", GOOD, "bf16 됨"),
        (CUDA | CARD | {"bf16": False, "product": 512.0}, "", WARN, "bf16"),
        (
            CUDA | CARD | {"bf16": True, "gpu_error": "no kernel image"},
            "",
            WARN,
            "no kernel image",
        ),
        (
            CUDA | CARD | {"bf16": True, "product": 512.0, "count": 8},
            "",
            GOOD,
            "등 8개",
        ),
        (CPU | {"mps": True}, "", GOOD, "MPS"),
        (
            {"version": "2.13.0", "sum": 4.0, "error": "RuntimeError: NVML"},
            "",
            WARN,
            "NVML",
        ),
    ],
)
def test_gpu(torch_says, monkeypatch, said, card, status, word):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    torch_says(said, card)
    result = accelerator.gpu_works()
    assert result.status == status and word in result.message
    assert bool(result.todo) == (status == WARN)


def test_a_hidden_gpu_names_the_variable(torch_says, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    torch_says(CUDA, "RTX 4060(드라이버 570.1)")
    assert "CUDA_VISIBLE_DEVICES" in accelerator.gpu_works().message


def test_nvidia_smi_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert accelerator.nvidia_card() == ""
    if os.name != "nt":
        program = tmp_path / "nvidia-smi"
        program.write_text("#!/bin/sh\necho 'NVIDIA H200, 570.1'\n")
        program.chmod(0o755)
        assert accelerator.nvidia_card() == "NVIDIA H200(드라이버 570.1)"
        program.write_text("#!/bin/sh\necho 'driver mismatch'; exit 9\n")
        assert accelerator.nvidia_card() == ""


# ── 명령 ──────────────────────────────────────────────────────────────────────────────


def test_the_command_speaks_line_by_line_and_ends_with_zero(
    torch_says, monkeypatch, capsys
):
    torch_says(CPU)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(machine, "free_memory", lambda: 8 * machine.GIB)
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [check.title for check in checklist.checklist()]
    assert [line[2:].partition(":")[0] for line in lines[: len(names)]] == names
    assert all(line[0] in "✔⚠" for line in lines[: len(names)])


def test_the_command_ends_with_one_and_says_json(
    torch_says, tmp_path, monkeypatch, capsys
):
    torch_says({"error": "OSError: 깨짐"})
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    rows = {row["name"]: row for row in answer["checks"]}
    assert (
        not answer["ok"] and rows["torch"]["status"] == "bad" and rows["torch"]["todo"]
    )
    assert rows["course"]["status"] == "warn"
    assert set(rows) == {check.name for check in checklist.checklist()}


def test_a_course_folder_that_is_not_there_is_bad(torch_says, tmp_path, capsys):
    torch_says(CPU)
    assert main(["doctor", "--course", str(tmp_path / "없음")]) == 1
    assert "--course로 준 폴더가 없습니다" in capsys.readouterr().out


BARE = """
import sys, time
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Absent())
from jumok.cli import main
from jumok.doctor import accelerator
accelerator._PROBE = "raise ImportError('깨진 torch')"
code = main(["doctor"])
assert "torch" not in sys.modules
sys.exit(code)
"""


def test_it_works_in_a_bare_and_broken_environment(tmp_path):
    """꾸러미가 하나도 없는 것처럼, 한글 폴더에서, cp949 콘솔로 부릅니다."""
    folder = tmp_path / "내 책"
    folder.mkdir()
    names = {
        "numpy",
        "torch",
        "matplotlib",
        "nbformat",
        "IPython",
        "jinja2",
        "psutil",
        "filelock",
        "platformdirs",
        "ipykernel",
        "yaml",
    }
    environment = {
        **os.environ,
        "PYTHONIOENCODING": "cp949",
        "JUMOK_DATA": str(folder / "자료"),
    }
    command = [sys.executable, "-c", BARE.replace("{names}", repr(names))]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, cwd=folder, env=environment)
    lines = done.stdout.decode("cp949").splitlines()
    assert done.returncode == 1 and not done.stderr, done.stderr.decode(
        "utf8", "replace"
    )
    assert len(lines) == len(checklist.checklist()) + 2
    shown = {line[4:].partition(":")[0]: line[:3] for line in lines[:-2]}
    assert shown["torch"] == shown["Jupyter"] == "[X]" and shown["쓰기"] == "[O]"
    assert {
        shown[name] for name in ("경로", "책 파일", "한글 글꼴", "GPU", "콘솔 글자")
    } == {"[!]"}
    assert time.monotonic() - started < 60
    assert not list(folder.iterdir())


def test_a_folder_deleted_under_our_feet_does_not_stop_it(
    tmp_path, torch_says, monkeypatch, capsys
):
    torch_says(CPU)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    if os.name == "nt":
        pytest.skip("Windows는 쓰고 있는 폴더를 지우지 못하게 합니다.")
    gone.rmdir()
    assert main(["doctor"]) in (0, 1)
    assert len(capsys.readouterr().out.splitlines()) == len(checklist.checklist()) + 2
