"""책을 짓고 시험하는 명령 모음입니다. Python 3.11 이상만 있으면 되고, 나머지는 스스로 설치합니다.

    python make.py book        웹 책을 짓습니다 (_build/html)
    python make.py test        모든 시험을 돌립니다
    python make.py lab         JupyterLab을 엽니다
    python make.py run         노트북을 다시 실행해 출력을 저장합니다 (파일 이름을 주면 그것만)
    python make.py exercises   solutions/에서 exercises/를 다시 만듭니다
    python make.py env         환경만 만듭니다
    python make.py clean       지은 것(_build)을 지웁니다

macOS와 Linux에서는 `make book`처럼 써도 됩니다. 환경은 .venv에 만들어지고 다른 곳은 건드리지 않습니다.
GPU가 없는 Linux에서는 `TORCH=cpu make book`으로 시작하면 torch를 수 GB 대신 약 190 MB로 받습니다.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
HTML = ROOT / "_build" / "html"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
NOTEBOOKS = ("chapters/*.ipynb", "solutions/*/*.ipynb")


def main(argv: list[str]) -> int:
    tasks = {
        "book": book,
        "test": test,
        "lab": lab,
        "run": run,
        "exercises": exercises,
        "env": env,
        "clean": clean,
    }
    if not argv or argv[0] in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    if argv[0] not in tasks:
        return fail(f"'{argv[0]}'이라는 명령은 없습니다. 쓸 수 있는 명령: {', '.join(tasks)}")
    try:
        return tasks[argv[0]](*argv[1:]) or 0
    except subprocess.CalledProcessError as error:
        return fail(f"명령이 실패했습니다(끝낸 값 {error.returncode}): {' '.join(map(str, error.cmd))}")
    except TypeError as error:
        if "positional argument" not in str(error):
            raise
        return fail(f"'{argv[0]}'에 넘긴 값이 맞지 않습니다: {' '.join(argv[1:])}")


def fail(message: str) -> int:
    print(f"✘ {message}", file=sys.stderr)
    return 1


# ── 환경 ──────────────────────────────────────────────────────────────────────────────────────────


def env() -> int:
    """가상 환경을 만들고 고정된 판을 설치합니다. 목록이 그대로이면 아무 일도 하지 않습니다."""
    if sys.version_info < (3, 11):  # noqa: UP036 — 낡은 Python으로 시작한 독자에게 까닭을 말합니다.
        return fail(f"Python 3.11 이상이 필요합니다. 지금은 {sys.version.split()[0]}입니다.")
    stamp, want = VENV / "jumok-stamp", _fingerprint()
    if stamp.exists() and stamp.read_text() == want and _bin("python").exists():
        return 0
    if not _bin("python").exists():
        print("가상 환경을 만듭니다: .venv", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)])
        if made.returncode:
            return fail(
                "가상 환경을 만들지 못했습니다. Debian과 Ubuntu라면 `apt install python3-venv`를 먼저 하세요."
            )
    print("꾸러미를 설치합니다. 처음에는 몇 분 걸립니다.", flush=True)
    pip = [_bin("python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    if os.environ.get("TORCH") == "cpu":
        _call([*pip, "--index-url", CPU_INDEX, _torch_pin()])
    _call([*pip, "-r", "requirements.txt"])
    stamp.write_text(want)
    return 0


def _fingerprint() -> str:
    files = ("requirements.txt", "constraints.txt", "code/pyproject.toml")
    digest = hashlib.sha256(sys.version.encode())
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _torch_pin() -> str:
    return re.search(r"^torch==\S+", (ROOT / "requirements.txt").read_text("utf8"), re.M).group()


def _bin(name: str) -> Path:
    return VENV / ("Scripts" if os.name == "nt" else "bin") / (name + (".exe" if os.name == "nt" else ""))


def _call(command: list, **kwargs) -> None:
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True, **kwargs)


def _python(*args: str, **kwargs) -> None:
    _call([_bin("python"), *args], **kwargs)


# ── 명령 ──────────────────────────────────────────────────────────────────────────────────────────


def book() -> int:
    """저장된 출력으로 웹 책을 짓습니다. 경고 하나도 오류로 봅니다."""
    if env():
        return 1
    started = time.monotonic()
    # 늘 처음부터 짓습니다. 이어 지으면 남아 있는 경고를 다시 말하지 않습니다.
    shutil.rmtree(HTML.parent, ignore_errors=True)
    _call([_bin("jupyter-book"), "build", ".", "--all", "--warningiserror", "--keep-going", "--quiet"])
    print(f"✔ 웹 책을 지었습니다({time.monotonic() - started:.0f}초). 브라우저로 여세요:")
    print(f"  {(HTML / 'index.html').as_uri()}")
    return 0


def test() -> int:
    """점검, 단위 시험, 구조 시험, 노트북 시험, 연습문제 시험을 모두 돌리고 한 번에 보고합니다."""
    if env():
        return 1
    os.environ["JUMOK_BOOK_HTML"] = str(HTML)
    pytest = ("-m", "pytest", "-q", "-n", "2")
    nbval = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "-o", "filterwarnings=default")
    steps = {
        "코드 점검(ruff)": lambda: _python("-m", "ruff", "check", "."),
        "코드 모양(ruff format)": lambda: _python("-m", "ruff", "format", "--check", "."),
        "웹 책 짓기": book,
        "노트북(nbval)": lambda: _python(*pytest, "--dist", "loadfile", *nbval, *_notebooks()),
        "단위·구조·연습문제·브라우저": lambda: _python(*pytest, "--dist", "worksteal"),
    }
    results = {name: _timed(name, step) for name, step in steps.items()}
    print("\n── 결과 " + "─" * 40)
    for name, (ok, seconds) in results.items():
        print(f"{'✔' if ok else '✘'} {name}  {seconds:.0f}초")
    return 0 if all(ok for ok, _ in results.values()) else 1


def _timed(name: str, step) -> tuple[bool, float]:
    print(f"\n── {name} " + "─" * 40, flush=True)
    started = time.monotonic()
    try:
        ok = not step()
    except subprocess.CalledProcessError:
        ok = False
    return ok, time.monotonic() - started


def lab() -> int:
    """JupyterLab을 엽니다. 끝내려면 Ctrl-C를 두 번 누르세요."""
    if env():
        return 1
    try:
        _python("-m", "jupyterlab")
    except KeyboardInterrupt:
        print("\nJupyterLab을 닫았습니다.")
    return 0


def run(*files: str) -> int:
    """노트북을 새 커널에서 실행하고 출력을 저장합니다. 실패한 노트북은 고치지 않고 둡니다."""
    if env():
        return 1
    _python("book/tools/run_notebooks.py", *(files or _notebooks()))
    return 0


def exercises() -> int:
    """solutions/의 원본에서 학생용 노트북을 만듭니다."""
    if env():
        return 1
    _python("-m", "jumok.course.generate")
    return 0


def clean() -> int:
    """지은 것을 지웁니다. 환경(.venv)과 채점 결과(grades)는 남습니다."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    return 0


def _notebooks() -> list[str]:
    return sorted(str(p.relative_to(ROOT)) for pattern in NOTEBOOKS for p in ROOT.glob(pattern))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
