"""격리 규칙: 저절로 약해지지 않고, 정한 만큼만 쓰고, 일꾼을 남기지 않습니다."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from attacks import inmates
from samples import (
    CHOICE,
    SLUG,
    answer,
    code,
    sample_course,
    sample_master,
    write,
)

from jumok_grader.check.compare import difference
from jumok_grader.lesson import import_folders, package_folders
from jumok_grader.notebook.master import read_master
from jumok_grader.notebook.notebooks import BadNotebook, read_cells
from jumok_grader.notebook.stubs import clear_hidden, split_tests
from jumok_grader.protocol.decoding import decode
from jumok_grader.protocol.value_kinds import kind, kind_name
from jumok_grader.protocol.values import Unsupported
from jumok_grader.sandbox import bubblewrap, seccomp
from jumok_grader.sandbox import isolation as rules
from jumok_grader.sandbox.isolation import (
    PRELOAD,
    Isolation,
    IsolationError,
    class_isolation,
    open_isolation,
    why_not,
)
from jumok_grader.sandbox.limits import CLASS_LIMITS, ResourceLimits
from jumok_grader.submission import grade_submission, secret_seed
from jumok_grader.worker.fork_client import fork_client_for
from jumok_grader.worker.resource_monitor import memory_of, process_tree
from jumok_grader.worker.session import Session, WorkerMissing
from jumok_grader.worker.stopwatch import TimeLimits

needs_bwrap = pytest.mark.skipif(
    bool(why_not()), reason=f"격리를 쓸 수 없습니다: {why_not().splitlines()[:1]}"
)
SOLUTIONS = Path(__file__).resolve().parents[3] / "solutions"


@pytest.fixture
def fresh():
    """why_not은 한 번만 알아봅니다. 시험마다 잊게 합니다."""
    why_not.cache_clear()
    yield
    why_not.cache_clear()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda patch: patch.setattr(rules.shutil, "which", lambda name: None),
            "bubblewrap(bwrap)이 없어",
        ),
        (
            lambda patch: patch.setattr(rules.sys, "platform", "darwin"),
            "가둘 방법이 없습니다 (darwin)",
        ),
        (
            lambda patch: patch.setattr(rules.sys, "platform", "win32"),
            "가둘 방법이 없습니다 (win32)",
        ),
        (
            lambda patch: patch.setattr(rules.seccomp, "supported", lambda: False),
            "시스템 콜을 거를 수 없습니다",
        ),
        (
            lambda patch: patch.setattr(rules, "_try_once", lambda: "bwrap: 막힘"),
            "돌지 않습니다: bwrap: 막힘",
        ),
    ],
)
def test_class_grading_refuses_rather_than_weakens(monkeypatch, fresh, change, said):
    monkeypatch.setattr(rules.shutil, "which", lambda name: "/usr/bin/bwrap")
    change(monkeypatch)
    with pytest.raises(IsolationError, match="--isolation none") as caught:
        class_isolation()
    assert said in str(caught.value)
    assert class_isolation("none").kind == "none"


def test_isolation_is_there_when_it_is_required():
    """건너뛴 공격 시험이 통과로 보이지 않게 합니다.

    .ci/run이 JUMOK_REQUIRE_ISOLATION=1을 줍니다.
    """
    required = os.environ.get("JUMOK_REQUIRE_ISOLATION") == "1"
    assert not (required and why_not()), why_not()


def test_machine_without_isolation_gives_no_grade(tmp_path, monkeypatch):
    path = write(tmp_path / f"{SLUG}.ipynb", sample_master())
    monkeypatch.setattr(rules, "why_not", lambda: "bubblewrap이 없습니다")
    with pytest.raises(IsolationError, match="bubblewrap이 없습니다"):
        grade_submission(path, read_master(path), Isolation("bwrap", CLASS_LIMITS))


def test_worker_that_never_starts_is_not_the_students_fault(tmp_path, monkeypatch):
    path = write(tmp_path / f"{SLUG}.ipynb", sample_master())
    monkeypatch.setattr(
        Isolation, "command", lambda self, number=None: [sys.executable, "-c", "pass"]
    )
    with pytest.raises(WorkerMissing, match="일꾼을 띄우지 못했습니다"):
        grade_submission(path, read_master(path), open_isolation())


def test_machine_out_of_processes_is_not_the_students_fault(tmp_path, monkeypatch):
    def refuse(isolation):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    path = write(tmp_path / f"{SLUG}.ipynb", sample_master())
    monkeypatch.setattr("jumok_grader.worker.session.Process", refuse)
    with pytest.raises(WorkerMissing, match="temporarily"):
        grade_submission(path, read_master(path), open_isolation())


def test_unknown_kind_is_refused():
    with pytest.raises(IsolationError, match="모르는 격리입니다: docker"):
        class_isolation("docker")


@pytest.mark.parametrize("place", ["inside", "same", "around"])
def test_secrets_in_sight_are_refused(tmp_path, place):
    folder = tmp_path / "자료"
    secret = {"inside": folder / "정답", "same": folder, "around": tmp_path}[place]
    secret.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    if place == "around":  # 숨길 폴더 안의 한 폴더만 보이는 것은 괜찮습니다.
        assert secret not in bubblewrap.visible_paths([folder], ())
        return
    with pytest.raises(IsolationError, match="겹칩니다"):
        class_isolation(readable=(folder,), hidden=(secret,))


def test_view_shows_neither_the_course_nor_the_home():
    shown = bubblewrap.visible_paths(package_folders(), ())
    secrets = [
        Path(__file__).parent,
        SOLUTIONS,
        Path.home() / ".ssh",
        Path("/etc/shadow"),
        Path("/"),
    ]
    assert not [
        s for s in secrets if any(s == path or path in s.parents for path in shown)
    ]


def test_open_isolation_passes_no_secrets_on(monkeypatch):
    for name in (
        "JUMOK_TOKEN",
        "DATABASE_URL",
        "AWS_SECRET_ACCESS_KEY",
        "PGPASSWORD",
        "PYTHONPATH",
        "PYTHONSTARTUP",
    ):
        monkeypatch.setenv(name, "비밀")
    given = open_isolation().environment()
    assert "비밀" not in given.values() and "PATH" in given
    assert "-I" in open_isolation().command()
    assert Isolation("bwrap", CLASS_LIMITS).environment() == {
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"
    }


def test_filter_program_decides_as_written():
    def decide(number: int, arch: int = 0xC000003E, first: int = 0) -> int:
        place, value = 0, 0
        while True:
            op, yes, no, k = struct.unpack_from("=HBBI", program, place * 8)
            if op == 0x06:
                return k
            if op == 0x20:
                value, place = {0: number, 4: arch, 16: first}[k], place + 1
            else:
                hit = value == k if op == 0x15 else value >= k
                place += 1 + (yes if hit else no)

    if not seccomp.supported() or seccomp.platform.machine() != "x86_64":
        pytest.skip("x86_64의 시스템 콜 번호로 보는 시험입니다")
    program = seccomp.program()
    allow, refuse = 0x7FFF0000, 0x00050001
    assert [decide(n) for n in (0, 1, 9, 57, 59, 202)] == [allow] * 6
    banned = {**seccomp._X86_64, **seccomp._SAME}
    assert {name: decide(number) for name, number in banned.items()} == dict.fromkeys(
        banned, refuse
    )
    assert [decide(41, first=n) for n in (1, 2, 10)] == [allow] * 3
    assert all(decide(41, first=n) not in (allow, refuse) for n in (0, 16, 38, 40))
    assert decide(0x40000000 + 1) == refuse and decide(0, arch=0x40000003) == 0x80000000


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="/proc이 있는 Linux에서만 잽니다"
)
def test_meter_sees_the_children():
    script = "a = bytearray(50 * 2**20); print(1, flush=True); input()"
    command = [sys.executable, "-c", script]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdout.readline()
    assert (
        child.pid in process_tree(os.getpid()) and memory_of([child.pid]) > 50 * 2**20
    )
    child.communicate(b"\n")
    assert memory_of([child.pid]) == 0


RAISE_LIMITS = """
import resource as r
found = {}
for name in ("DATA", "CPU", "FSIZE", "NOFILE", "NPROC", "CORE"):
    number = getattr(r, f"RLIMIT_{name}")
    found[name] = list(r.getrlimit(number))
    try:
        r.setrlimit(number, (-1, -1))
        found[name] = None
    except (ValueError, OSError):
        pass
"""


@needs_bwrap
def test_limits_cannot_be_raised_again():
    session = Session(
        TimeLimits(), class_isolation(limits=replace(CLASS_LIMITS, open_files=77))
    )
    try:
        assert session.run("<칸>", RAISE_LIMITS) is None
        found = session.get("found").value
    finally:
        session.close()
    assert (
        found["NOFILE"] == [77, 77]
        and found["DATA"] == [CLASS_LIMITS.data] * 2
        and found["CORE"] == [0, 0]
    )
    assert (
        found["NPROC"] == [CLASS_LIMITS.processes] * 2
        and found["FSIZE"] == [CLASS_LIMITS.file] * 2
    )


@needs_bwrap
@pytest.mark.parametrize(
    ("slug", "preload"),
    [("04_scaled_dot_product", PRELOAD), ("09_gpt", PRELOAD), ("09_gpt", ())],
)
def test_real_chapter_gets_full_points_in_isolation(slug, preload):
    path = SOLUTIONS / slug / f"{slug}.ipynb"
    outcome = grade_submission(
        path, read_master(path), class_isolation(hidden=(SOLUTIONS,), preload=preload)
    )
    assert outcome.result.points == outcome.result.max_points > 0, outcome
    assert 0 < outcome.peak_bytes < 2**30


GRADER = """
import sys
sys.path[:0] = sys.argv[1].split(":")
from dataclasses import replace
from jumok_grader.sandbox.isolation import CLASS_LIMITS, class_isolation
from jumok_grader.worker.fork_client import fork_client_for
from jumok_grader.worker.session import Session, WorkerMissing
from jumok_grader.worker.stopwatch import TimeLimits
limits = replace(CLASS_LIMITS, scratch=int(sys.argv[2]))
rules = class_isolation(limits=limits, preload=tuple(sys.argv[3:]))
session = Session(TimeLimits(), rules)
session.run("<칸>", "import os; os.fork(); os.fork()")
print(fork_client_for(rules).child.pid if rules.preload else 0, flush=True)
session.run("<칸>", "while True: pass")
"""


@needs_bwrap
@pytest.mark.parametrize("preload", [(), ("json",)])
def test_killed_grader_leaves_no_worker(preload):
    scratch = (4096 + os.getpid() % 4096) * 4096
    command = [
        sys.executable,
        "-c",
        GRADER,
        ":".join(import_folders()),
        str(scratch),
        *preload,
    ]
    grader = subprocess.Popen(command, stdout=subprocess.PIPE)
    server = int(grader.stdout.readline())
    assert len(inmates(scratch)) >= 4
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    until = time.monotonic() + 10
    while (
        inmates(scratch) or (server and running(server))
    ) and time.monotonic() < until:
        time.sleep(0.05)
    assert not inmates(scratch) and not (server and running(server))


def running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@needs_bwrap
def test_forked_worker_has_the_same_confinement():
    """포크 서버에서 갈라진 일꾼도 바로 띄운 일꾼과 보는 것과 권한이 같습니다."""
    found = []
    for preload in ((), ("json",)):
        session = Session(TimeLimits(), class_isolation(preload=preload))
        try:
            assert session.run("<칸>", LOOK) is None
            found.append(session.get("seen").value)
        finally:
            session.close()
    assert (
        found[0] == found[1]
        and found[0]["CapBnd"] == "0" * 16
        and found[0]["Seccomp"] == "2"
    )


LOOK = """
import os, resource
lines = [line.rstrip() for line in open("/proc/self/status") if ":" in line]
status = dict(line.split(":", 1) for line in lines)
keys = ("Uid", "Gid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
keys += ("NoNewPrivs", "Seccomp", "Groups")
names = ("pid", "net", "mnt")
link = lambda who, name: os.readlink(f"/proc/{who}/ns/{name}")
spaces = [(link("self", name), link(1, name)) for name in names]
seen = {key: status[key].strip() for key in keys} | {
    "root": sorted(os.listdir("/")),
    "mounts": sorted(set(line.split()[1] for line in open("/proc/mounts"))),
    "spaces": [one == other for one, other in spaces],
    "cwd": os.getcwd(),
    "limits": [resource.getrlimit(n) for n in range(10)],
    "umask": os.umask(0),
    "environment": {key: value for key, value in os.environ.items() if key != "PWD"},
    "files": sorted(os.readlink(f"/proc/self/fd/{n}").split(":")[0] for n in range(6)),
}
"""


@needs_bwrap
def test_dead_fork_server_is_replaced():
    chosen = class_isolation(preload=("json", "math"))
    first = fork_client_for(chosen)
    first.child.kill()
    first.child.wait()
    session = Session(TimeLimits(), chosen)
    try:
        assert (
            session.run("<칸>", "x = 1") is None
            and fork_client_for(chosen) is not first
        )
    finally:
        session.close()


def test_damaged_questions_get_a_reason_and_the_rest_is_graded(tmp_path):
    course = sample_course(tmp_path / "책")
    master = read_master(course / "solutions" / SLUG / f"{SLUG}.ipynb")
    notebook = sample_master()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "ex04-1"]
    notebook["cells"] += [
        answer(CHOICE, "ex04-2"),
        code("def scores(q, k):\n    return q", "다른"),
    ]
    notebook["cells"][-1]["metadata"] = {
        "nbgrader": {"grade_id": "ex04-3", "solution": True}
    }
    outcome = grade_submission(
        write(tmp_path / "제출.ipynb", notebook), master, open_isolation()
    )
    found = {
        item.id: (item.mistake or item.status, item.points)
        for item in outcome.result.questions
    }
    assert found == {
        "ex04-1": ("answer_missing", 0),
        "ex04-2": ("passed", 1),
        "ex04-3": ("answer_twice", 0),
        "ex04-4": ("manual", 0),
    }
    assert outcome.result.max_points == 6


def test_graders_own_fault_is_a_row_too(tmp_path, monkeypatch):
    monkeypatch.setattr("jumok_grader.submission.grade_cells", lambda *a, **k: 1 / 0)
    course = sample_course(tmp_path / "책")
    path = course / "solutions" / SLUG / f"{SLUG}.ipynb"
    outcome = grade_submission(path, read_master(path), open_isolation())
    assert (outcome.result, outcome.reason) == (
        None,
        "grader_error",
    ) and "ZeroDivisionError" in outcome.message


def test_seed_depends_on_the_secret_and_every_part():
    seeds = {
        secret_seed(secret, *parts)
        for secret in (b"a" * 16, b"b" * 16)
        for parts in (("철수", "04"), ("철", "수04"), ("철수04",), ("영희", "04"))
    }
    assert len(seeds) == 8 and all(0 <= seed < 2**63 for seed in seeds)
    assert secret_seed(b"a" * 16, "철수") == secret_seed(b"a" * 16, "철수")
    with pytest.raises(ValueError, match="16바이트"):
        secret_seed(b"", "철수")


@pytest.mark.parametrize("name", ["array", "tensor", "number", "tuple", "dict", "none"])
def test_foreign_type_never_passes_for_a_known_kind(name):
    foreign = Unsupported(name)
    assert kind(foreign) != name and kind_name(foreign) == name
    for want in (1.0, (1, 2), {"a": 1}, [], None, "글"):
        assert difference(foreign, want) is not None


@pytest.mark.parametrize(
    ("tree", "blobs"),
    [
        (["list", [["n", "<f8", [1], 0]] * 2], [bytes(8)]),
        (["n", "<f8", [1], 1], [bytes(8), bytes(8)]),
        (["n", "O", [1], 0], [bytes(8)]),
        (["n", ["<f8"], [1], 0], [bytes(8)]),
        (["n", "<f8", [-1], 0], [bytes(8)]),
        (["n", "<f8", [1] * 33, 0], [bytes(8)]),
        (["n", "<f8", [True], 0], [bytes(8)]),
        (["t", "float64", [1] * 33, False, 0], [bytes(8)]),
        (["t", "qint8", [1], False, 0], [bytes(8)]),
        (["dict", [[["v", n], ["v", n]] for n in range(5000)]], []),
        (["list", [["v", 1]] * 100_001], []),
        (["s", 0], []),
    ],
)
def test_forged_trees_are_refused(tree, blobs):
    with pytest.raises((ValueError, TypeError)):
        decode(tree, blobs)


def test_forged_booleans_become_honest_booleans():
    assert decode(["n", "|b1", [3], 0], [b"\x00\x02\xff"]).tolist() == [
        False,
        True,
        True,
    ]
    assert decode(["n", "|b1", [3], 0], [b"\x00\x02\xff"]).view("u1").tolist() == [
        0,
        1,
        1,
    ]


def test_hidden_marks_are_split_in_one_pass():
    begin, end = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
    source = f"a\n  {begin}\nb\n{end}\nc\n{end}\n{begin}\nd\n"
    assert clear_hidden(source) == f"a\nc\n{end}\n{begin}\nd"
    assert split_tests(source)[1] == "b"
    started = time.process_time()
    clear_hidden(
        "### BEGIN HIDDEN TESTS\n" * 50_000 + "### END HIDDEN TESTS\n" * 50_000
    )
    assert time.process_time() - started < 5


def test_links_are_followed_for_the_reader_only(tmp_path):
    path = write(tmp_path / "진짜.ipynb", sample_master())
    link = tmp_path / "링크.ipynb"
    link.symlink_to(path)
    assert read_cells(link) == read_cells(path)
    with pytest.raises(BadNotebook, match="보통 파일이 아닙니다"):
        read_cells(link, follow_links=False)


def test_duplicate_keys_are_refused(tmp_path):
    path = tmp_path / "두번.ipynb"
    path.write_text(
        '{"cells": [{"cell_type": "code", "source": "1", "source": "2"}]}',
        encoding="utf-8",
    )
    with pytest.raises(BadNotebook, match="같은 열쇠"):
        read_cells(path)


def test_prints_of_hidden_tests_are_not_reported(tmp_path):
    course = sample_course(tmp_path / "책")
    path = course / "solutions" / SLUG / f"{SLUG}.ipynb"
    notebook = json.loads(
        json.dumps(sample_master()).replace(
            "shifted_scores = x", "print(x.shape); shifted_scores = x"
        )
    )
    outcome = grade_submission(
        write(tmp_path / "출력.ipynb", notebook), read_master(path), open_isolation()
    )
    said = outcome.result.questions[0].output
    assert outcome.result.points == 6 and "(2, 3)" in said and "(3, 5)" not in said


def test_limits_go_through_the_command_line():
    assert ResourceLimits(**json.loads(CLASS_LIMITS.to_json())) == CLASS_LIMITS
    assert CLASS_LIMITS.to_json() in Isolation("bwrap", CLASS_LIMITS).command(9)
