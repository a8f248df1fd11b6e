"""공격 모음을 격리한 채점기에 하나씩 넣어 봅니다.

해도 지어낸 점수도 없고, 무엇이든 줄 하나로 끝납니다.

`pytest code/grader/tests/test_attacks.py -q`의 마지막 줄에 공격, 해, 위조의 수가
나옵니다.
"""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from attack_files import FILES, dump, honest
from attacks import CODE, inmates
from samples import SLUG, sample_course, sample_master, write

from jumok_grader.lesson import GRADER, package_folders
from jumok_grader.notebook.master import read_master
from jumok_grader.report import html_report, text_table
from jumok_grader.sandbox.isolation import (
    CLASS_LIMITS,
    PRELOAD,
    Isolation,
    class_isolation,
    why_not,
)
from jumok_grader.submission import REASONS, Outcome, grade_submission
from jumok_grader.worker.fork_client import ForkClient, fork_client_for
from jumok_grader.worker.stopwatch import TimeLimits

resource = pytest.importorskip(
    "resource", reason="학생의 코드를 가두는 것은 Linux에서만 합니다"
)
pytestmark = pytest.mark.skipif(
    bool(why_not()), reason=f"격리를 쓸 수 없습니다: {why_not().splitlines()[:1]}"
)
LIMITS = TimeLimits(call=3, cell=3, setup=60, total=60, patience=1.5)
# 이 시험의 일꾼을 알아보는 표이기도 합니다.
SCRATCH = (16 * 256 + secrets.randbelow(256)) * 4096
COLD = [
    "fork 폭탄",
    "이름 없는 파일(memfd) 폭탄",
    "부모와 모두를 죽이기",
    "끝난 뒤에도 사는 프로세스",
    "환경 변수",
    "파일을 모두 뒤지기",
    "네트워크",
    "추상 소켓과 vsock",
    "이름공간으로 탈출",
    "아무 데나 쓰기",
]
RESOURCES = replace(
    CLASS_LIMITS,
    memory=400 * 2**20,
    data=300 * 2**20,
    scratch=SCRATCH,
    scratch_files=2_000,
)
SITE = package_folders()[-1].parent  # 꾸러미들이 놓인 폴더. 수업의 것이 바깥입니다.
TALLY = {"공격": 0, "해": 0, "위조": 0, "초": 0.0}


class Tags(HTMLParser):
    """보고서에 든 태그와 속성의 이름을 모읍니다."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@dataclass
class World:
    """지켜야 할 것들: 정답, 남의 제출물, 데이터베이스, 남의 프로세스, 통로."""

    root: Path
    secret: str
    bystander: subprocess.Popen
    server: socket.socket
    quiet_socket: socket.socket
    isolation: Isolation
    fork_client: ForkClient
    memory: int  # 시험을 시작할 때까지 채점기가 가장 많이 쓴 메모리(KiB)

    @property
    def master(self) -> Path:
        return self.root / "책" / "solutions" / SLUG / f"{SLUG}.ipynb"

    def fill(self, source: str) -> str:
        """공격의 @…@를 진짜 경로와 번호로 바꿉니다."""
        values = {
            "MASTER": self.master,
            "OTHER": self.root / "제출" / "영희.ipynb",
            "OTHERS": self.root / "제출",
            "DATABASE": self.root / "성적.sqlite",
            "CANARY": self.root / "카나리아.txt",
            "GRADER": os.getpid(),
            "BYSTANDER": self.bystander.pid,
            "HOME": Path.home(),
            "PREFIX": sys.prefix,
            "BASE": sys.base_prefix,
            "SITE": SITE,
            "PACKAGE": GRADER,
            "PORT": self.server.getsockname()[1],
            "ABSTRACT": f"jumok-{self.secret}",
            "ADDRESS": "10.255.255.1",
        }
        for key, value in values.items():
            source = source.replace(f"@{key}@", str(value))
        return source

    def files(self) -> dict[str, bytes]:
        """지켜야 할 파일의 이름과 내용. 제출함(inbox)은 뺍니다."""
        found = (
            path
            for path in self.root.rglob("*")
            if path.is_file() and "inbox" not in path.parts
        )
        return {str(path): path.read_bytes() for path in found}

    def contacted(self) -> bool:
        for listener in (self.server, self.quiet_socket):
            with contextlib.suppress(BlockingIOError):
                listener.accept()
                return True
        return False


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root, secret = tmp_path_factory.mktemp("세상"), f"bimil{secrets.token_hex(8)}"
    sample_course(root / "책")
    notebook = sample_master()
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace(
            "### END HIDDEN", f"# {secret}\n### END HIDDEN"
        )
    write(root / "책" / "solutions" / SLUG / f"{SLUG}.ipynb", notebook)
    (root / "제출").mkdir()
    for name in ("제출/영희.ipynb", "성적.sqlite", "카나리아.txt"):
        (root / name).write_text(f"{name} {secret}", encoding="utf-8")
    server = socket.create_server(("0.0.0.0", 0))
    quiet_socket = socket.socket(socket.AF_UNIX)
    quiet_socket.bind(f"\0jumok-{secret}")
    quiet_socket.listen()
    for listener in (server, quiet_socket):
        listener.setblocking(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"postgresql://teacher:{secret}@db/grades")
        patch.setenv("JUMOK_TOKEN", secret)
        bystander = subprocess.Popen(
            ["bash", "-c", f"sleep 9999; : {secret}"], start_new_session=True
        )
        hidden = (root / "책" / "solutions", root / "제출", root / "성적.sqlite")
        chosen = class_isolation(limits=RESOURCES, hidden=hidden)
        yield World(
            root,
            secret,
            bystander,
            server,
            quiet_socket,
            chosen,
            fork_client_for(chosen),
            _peak(),
        )
        os.killpg(bystander.pid, 9)
        bystander.wait()
    server.close()
    quiet_socket.close()


@pytest.fixture(scope="module")
def master(world):
    return read_master(world.master)


@pytest.fixture
def submit(world, master):
    """제출물을 채점하고, 세상이 그대로인지와 점수를 봅니다."""

    def run(path: Path, allowed: float, preload: tuple[str, ...] = PRELOAD) -> Outcome:
        before, started = world.files(), time.monotonic()
        outcome = grade_submission(
            path, master, replace(world.isolation, preload=preload), limits=LIMITS
        )
        seconds = time.monotonic() - started
        harms = _harms(world, before, outcome, seconds)
        points = outcome.result.points if outcome.result else 0
        TALLY["공격"] += 1
        TALLY["해"] += bool(harms)
        TALLY["위조"] += points > allowed
        TALLY["초"] += seconds
        assert not harms, (harms, outcome)
        assert points <= allowed, outcome
        assert outcome.result or (
            outcome.reason in REASONS and _korean(outcome.message)
        ), outcome
        questions = outcome.result.questions if outcome.result else []
        assert all(item.status != "error" for item in questions), outcome
        return outcome

    (world.root / "inbox").mkdir(exist_ok=True)
    return run


def _korean(text: str) -> bool:
    return any("가" <= char <= "힣" for char in text)


def _harms(world: World, before: dict, outcome: Outcome, seconds: float) -> list[str]:
    result = outcome.result
    said = json.dumps(asdict(outcome), ensure_ascii=False)
    printed = "".join(item.output for item in result.questions) if result else ""
    found = {
        "파일이 바뀜": world.files() != before,
        "비밀이 샘": world.secret in said
        or "새다!" in printed
        or "secret_probe" in said,
        "격리가 열림": any(word in printed for word in ("열림", "썼음")),
        "남의 프로세스가 죽음": world.bystander.poll() is not None,
        "네트워크에 닿음": world.contacted(),
        "프로세스가 남음": _left_over(),
        "너무 오래 걸림": seconds > LIMITS.total + 30,
        "채점기의 메모리가 부풂": _peak() > world.memory + 3 * 2**19,
        "포크 서버가 죽음": world.fork_client is not fork_client_for(world.isolation),
        "보고서가 위험함": bool(result) and _dangerous(result),
    }
    return [name for name, happened in found.items() if happened]


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _left_over() -> bool:
    until = time.monotonic() + 5
    while inmates(SCRATCH):
        if time.monotonic() > until:
            return True
        time.sleep(0.05)
    return False


def _dangerous(result) -> bool:
    html = html_report(result.to_dict() | {"graded_at": "2026-01-01T00:00:00"})
    seen = Tags()
    seen.feed(html)
    tags = seen.tags & {
        "script",
        "img",
        "svg",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "a",
    }
    table = text_table(result)
    control = [
        char for char in html + table if not char.isprintable() and char not in "\n\t"
    ]
    return (
        bool(tags or control or any(n.startswith("on") for n in seen.attributes))
        or "1337" in html + table
    )


def test_honest_notebook_gets_full_points(world, submit):
    outcome = submit(write(world.root / "inbox" / "정직.ipynb", honest()), 6)
    TALLY["공격"] -= 1  # 공격이 아닙니다.
    assert outcome.result.points == 6 and outcome.peak_bytes >= 0


@pytest.mark.parametrize("name", CODE)
def test_hostile_code(world, submit, name):
    source, allowed = CODE[name]
    submit(
        write(world.root / "inbox" / "코드.ipynb", honest(ex04_1=world.fill(source))),
        allowed,
    )


@pytest.mark.parametrize("name", COLD)
def test_hostile_code_without_fork_server(world, submit, name):
    """포크 서버 없이 bubblewrap만으로 띄운 일꾼에서도 같습니다."""
    source, allowed = CODE[name]
    path = write(world.root / "inbox" / "코드.ipynb", honest(ex04_1=world.fill(source)))
    submit(path, allowed, preload=())


@pytest.mark.parametrize("name", FILES)
def test_hostile_file(world, submit, name):
    data, allowed = FILES[name]()
    path = world.root / "inbox" / "파일.ipynb"
    path.write_bytes(
        data.replace(b"@CANARY@", str(world.root / "카나리아.txt").encode())
    )
    outcome = submit(path, allowed)
    if not allowed:
        assert outcome.reason == "bad_notebook", outcome


@pytest.mark.parametrize(
    "kind",
    [
        "정답을 가리키는 링크",
        "끝없는 장치를 가리키는 링크",
        "파이프",
        "폴더",
        "없는 파일",
    ],
)
def test_hostile_path(world, submit, kind):
    path = world.root / "inbox" / "자리.ipynb"
    with contextlib.suppress(OSError):
        path.unlink()
    if kind == "파이프":
        os.mkfifo(path)
    elif kind == "폴더":
        path = world.root / "inbox"
    elif "링크" in kind:
        path.symlink_to(world.master if "정답" in kind else "/dev/zero")
    assert submit(path, 0).reason == "bad_notebook"
    with contextlib.suppress(OSError):
        path.unlink()


NAMES = [
    "<script>alert(1)</script>",
    "\x1b[2J\x1b]0;x\x07",
    "\u202e<img src=x onerror=1>",
    "가" * 80,
    "{{7*191}}",
    b"\xff\xfe".decode("utf-8", "surrogateescape"),
    "-rf --",
    "=cmd|' /C calc'!A1",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_file_name(world, submit, name):
    path = world.root / "inbox" / f"{name.replace('/', '∕')}.ipynb"
    path.write_bytes(dump(honest()))
    try:
        assert submit(path, 6).result.points == 6
    finally:
        path.unlink()


def test_next_student_gets_a_clean_worker(world, submit):
    """앞사람이 망가뜨린 일꾼에서 뒷사람을 채점하지 않습니다. 글도 보이지 않습니다."""
    poison = honest(
        ex04_1=(
            "import numpy, builtins\n"
            "numpy.exp = builtins.print\n"
            "open('/tmp/메시지', 'w').write('앞사람')"
        )
    )
    submit(write(world.root / "inbox" / "앞.ipynb", poison), 3)
    peek = honest(
        ex04_1="import os\nprint(os.listdir('/tmp'))\n" + CODE["정답 읽기"][0]
    )
    outcome = submit(write(world.root / "inbox" / "뒤.ipynb", peek), 6)
    assert (
        outcome.result.points == 6
        and "메시지" not in outcome.result.questions[0].output
    )


@pytest.mark.parametrize("name", ["정답 읽기", "데이터베이스 읽기", "다른 제출물 읽기"])
def test_suite_notices_harm_without_isolation(world, master, name):
    """시험을 시험합니다.

    격리하지 않으면 같은 공격이 비밀을 빼내고, 이 시험은 그것을 알아봅니다.
    """
    before = world.files()
    path = write(
        world.root / "inbox" / "코드.ipynb", honest(ex04_1=world.fill(CODE[name][0]))
    )
    outcome = grade_submission(path, master, class_isolation("none"), limits=LIMITS)
    assert "비밀이 샘" in _harms(world, before, outcome, 0)


def test_summary(capsys):
    """마지막 줄: 공격, 해, 위조의 수."""
    with capsys.disabled():
        tried, harms, forged = TALLY["공격"], TALLY["해"], TALLY["위조"]
        print(
            f"\n공격 {tried} · 해 {harms} · 위조된 점수 {forged} ({TALLY['초']:.0f}초)"
        )
    assert TALLY["해"] == TALLY["위조"] == 0
    assert TALLY["공격"] == 0 or TALLY["공격"] >= 40 or "-k" in sys.argv
