"""책을 짓고 시험하는 명령 모음입니다.

Python 3.11 이상만 있으면 되고, 나머지는 스스로 설치합니다.

    python make.py book        웹 책을 짓습니다 (_build/html)
    python make.py pdf         책 전체를 PDF로 엮습니다 (Chrome이나 Edge 필요)
    python make.py epub        책 전체를 EPUB으로 엮습니다 (_build/epub/jumok.epub)
    python make.py test        모든 시험을 돌립니다 (방의 이름을 주면 그 방만)
    python make.py check       날마다 돌리는 짧은 점검 (1분 남짓)
    python make.py report      글의 양, 칸과 그림의 수, 함수의 길이를 잣대 곁에 적습니다
    python make.py lab         JupyterLab을 엽니다
    python make.py run         노트북을 다시 실행해 출력을 저장합니다 (준 것만)
    python make.py grade 04    4장 연습문제를 채점합니다 (jumok grade와 같습니다)
    python make.py progress    어디까지 풀었는지 봅니다 (jumok progress와 같습니다)
    python make.py exercises   solutions/에서 exercises/를 다시 만듭니다
    python make.py jumok …     jumok 명령을 부릅니다 (예: jumok train translation)
    python make.py parity      대조표(book/parity.md)를 다시 잽니다
    python make.py bench       속도를 재어 book/speed.md를 다시 만듭니다 (몇 분)
    python make.py runs        학습 기록 쪽(book/runs.md)을 기록에서 다시 만듭니다
    python make.py ledger      장부 쪽(book/ledger.md)을 다시 만듭니다
    python make.py env         환경만 만듭니다
    python make.py clean       지은 것(_build)을 지웁니다

macOS와 Linux에서는 `make book`처럼 써도 됩니다. 환경은 .venv에 만들어지고 다른 곳은
건드리지 않습니다. GPU가 없는 Linux에서는 `TORCH=cpu make book`으로 시작하면 torch를
수 GB 대신 약 190 MB로 받습니다.
"""

from __future__ import annotations

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
# 웹 책의 재료
SOURCES = (
    "book",
    "chapters",
    "solutions",
    "exercises",
    "_config.yml",
    "_toc.yml",
)
NOTEBOOKS = ("chapters/*.ipynb", "solutions/*/*.ipynb")
ROOMS = {  # 시험의 방과 그 시험이 있는 곳. 노트북은 그때그때 찾습니다.
    "lint": [],
    "book": ["book/tests"],
    "notebooks": [],
    "lesson": ["code/tests"],
    "grader": ["code/grader/tests"],
}
PYTHONS = ((3, 11), (3, 14))  # constraints.txt의 판들이 함께 풀리는 Python


def main(argv: list[str]) -> int:
    tasks = {
        "book": book,
        "pdf": pdf,
        "epub": epub,
        "test": test,
        "check": check,
        "report": report,
        "lab": lab,
        "run": run,
        "grade": grade,
        "progress": progress,
        "exercises": exercises,
        "jumok": jumok,
        "parity": parity,
        "bench": bench,
        "runs": runs,
        "ledger": ledger,
        "env": env,
        "clean": clean,
    }
    if not argv or argv[0] in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    if argv[0] not in tasks:
        return fail(
            f"'{argv[0]}'이라는 명령은 없습니다. 쓸 수 있는 명령: {', '.join(tasks)}"
        )
    try:
        return tasks[argv[0]](*argv[1:]) or 0
    except subprocess.CalledProcessError as error:
        return fail(
            f"명령이 실패했습니다(끝낸 값 {error.returncode}): "
            + " ".join(map(str, error.cmd))
        )
    except TypeError as error:
        if "positional argument" not in str(error):
            raise
        return fail(f"'{argv[0]}'에 넘긴 값이 맞지 않습니다: {' '.join(argv[1:])}")


def fail(message: str) -> int:
    print(f"✘ {message}", file=sys.stderr)
    return 1


# ── 환경 ──────────────────────────────────────────────────────────────────────────────


def env() -> int:
    """가상 환경을 만들고 고정된 판을 설치합니다. 목록이 그대로이면 그대로 둡니다."""
    low, high = PYTHONS
    if not low <= sys.version_info[:2] <= high:
        return fail(
            f"Python {low[0]}.{low[1]}부터 {high[0]}.{high[1]}까지 쓸 수 있습니다. "
            f"지금은 {sys.version.split()[0]}입니다. "
            "다른 판이 있다면 그것으로 부르세요. 예: python3.12 make.py book"
        )
    if os.environ.get("TORCH", "").lower() not in ("", "cpu"):
        return fail(
            "환경 변수 TORCH에는 cpu만 쓸 수 있습니다. "
            f"받은 값은 {os.environ['TORCH']!r}입니다."
        )
    stamp, want = VENV / "jumok-stamp", f"{_fingerprint()}\n{ROOT}\n".encode()
    found = stamp.read_bytes() if stamp.is_file() else b""
    if found == want:
        return 0
    # 폴더를 옮기면 환경 안의 경로가 모두 어긋나므로 새로 만듭니다.
    moved = found and found.splitlines()[1:] != want.splitlines()[1:]
    if moved or not _has_pip():
        print("가상 환경을 만듭니다: .venv", flush=True)
        # 만들다 만 환경이 남아 있으면 지우고 새로 만듭니다.
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)])
        if made.returncode or not _has_pip():
            shutil.rmtree(VENV, ignore_errors=True)
            return fail(
                "가상 환경을 만들지 못했습니다. Debian과 Ubuntu라면 "
                "`apt install python3-venv`를 먼저 하세요."
            )
    print("꾸러미를 설치합니다. 처음에는 몇 분 걸립니다.", flush=True)
    pip = [_bin("python"), "-m", "pip", "install", "--disable-pip-version-check"]
    pip += [] if sys.stdout.isatty() else ["--quiet"]
    try:
        if os.environ.get("TORCH", "").lower() == "cpu":
            _call([*pip, "--index-url", CPU_INDEX, _torch_pin()])
        _call([*pip, "-r", "requirements.txt"])
    except subprocess.CalledProcessError:
        return fail(
            "설치하지 못했습니다. 까닭은 위에 있습니다. 네트워크가 되는지, "
            "디스크에 3 GB가 남아 있는지 본 다음 같은 명령을 다시 부르세요. "
            "받은 것은 남아 있으므로 이어서 설치합니다."
        )
    stamp.write_bytes(want)
    return 0


def _has_pip() -> bool:
    """환경의 python과 pip가 실제로 움직이는지 봅니다."""
    try:
        probe = subprocess.run(
            [str(_bin("python")), "-m", "pip", "--version"], capture_output=True
        )
    except OSError:
        return False
    return probe.returncode == 0


def _fingerprint() -> str:
    files = (
        "requirements.txt",
        "constraints.txt",
        "code/pyproject.toml",
        "code/grader/pyproject.toml",
    )
    digest = hashlib.sha256(sys.version.encode())
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _torch_pin() -> str:
    return re.search(
        r"^torch==\S+", (ROOT / "requirements.txt").read_text("utf8"), re.M
    ).group()


def _bin(name: str) -> Path:
    return (
        VENV
        / ("Scripts" if os.name == "nt" else "bin")
        / (name + (".exe" if os.name == "nt" else ""))
    )


def _call(command: list, **kwargs) -> None:
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True, **kwargs)


def _python(*args: str, **kwargs) -> None:
    _call([_bin("python"), *args], **kwargs)


# ── 명령 ──────────────────────────────────────────────────────────────────────────────


def book() -> int:
    """저장된 출력으로 웹 책을 짓습니다. 경고 하나도 오류로 봅니다."""
    if env():
        return 1
    started = time.monotonic()
    # 늘 처음부터 짓습니다. 이어 지으면 남아 있는 경고를 다시 말하지 않습니다.
    shutil.rmtree(HTML.parent, ignore_errors=True)
    _call(
        [
            _bin("jupyter-book"),
            "build",
            ".",
            "--all",
            "--warningiserror",
            "--keep-going",
            "--quiet",
        ]
    )
    print(
        f"✔ 웹 책을 지었습니다({time.monotonic() - started:.0f}초). 브라우저로 여세요:"
    )
    print(f"  {(HTML / 'index.html').as_uri()}")
    return 0


def pdf() -> int:
    """책 전체를 PDF로 엮고 첫 쪽에 겁니다. 웹 책이 없거나 낡았으면 먼저 짓습니다."""
    return (
        _fresh_book()
        or subprocess.run(
            [str(_bin("python")), "book/tools/make_pdf.py"], cwd=ROOT
        ).returncode
    )


def epub() -> int:
    """책 전체를 EPUB으로 엮고 첫 쪽에 겁니다. 웹 책이 없거나 낡았으면 먼저 짓습니다."""
    return (
        _fresh_book()
        or subprocess.run(
            [str(_bin("python")), "book/tools/make_epub.py"], cwd=ROOT
        ).returncode
    )


def _fresh_book() -> int:
    """웹 책이 재료보다 새것이면 그대로 쓰고, 아니면 짓습니다."""
    files = [
        file
        for name in SOURCES
        for file in (ROOT / name, *(ROOT / name).rglob("*"))
        if file.is_file()
    ]
    newest = max(
        file.stat().st_mtime for file in files if "__pycache__" not in file.parts
    )
    index = HTML / "index.html"
    return env() if index.is_file() and index.stat().st_mtime > newest else book()


def test(*words: str) -> int:
    """모든 시험을 돌리고 한 번에 보고합니다. 방의 이름을 주면 그 방의 것만 돌립니다.

    방은 lint, book, notebooks, lesson, grader입니다. --record는 파일마다 걸린 시간을
    .ci/durations.json에 적습니다. 다음번에는 오래 걸린 것부터 일꾼에게 줍니다.
    """
    record = [word for word in words if word == "--record"]
    rooms = [word for word in words if word != "--record"] or list(ROOMS)
    if unknown := [room for room in rooms if room not in ROOMS]:
        return fail(
            f"'{unknown[0]}'이라는 방은 없습니다. 쓸 수 있는 방: {', '.join(ROOMS)}"
        )
    if env():
        return 1
    steps = {}
    if "lint" in rooms:
        steps |= _lint()
    if "book" in rooms:
        steps["웹 책 짓기"] = book
    places = [place for room in rooms for place in _places(room)]
    if places:
        names = ", ".join(room for room in rooms if _places(room))
        steps[f"시험({names})"] = lambda: _pytest(*record, *places)
    return _run_steps(steps)


def check() -> int:
    """날마다 돌리는 짧은 점검: 코드 모양, 구조, 빠른 단위 시험, 고친 노트북."""
    if env():
        return 1
    steps = _lint()
    places = [*_places("lesson"), *_places("grader"), "book/tests"]
    steps["빠른 시험"] = lambda: _pytest("--quick", *places)
    if changed := _changed_notebooks():
        steps["고친 노트북"] = lambda: _pytest(*changed)
    return _run_steps(steps)


def report() -> int:
    """책과 코드의 크기를 잣대 곁에 적은 표를 냅니다. 크다고 실패하지는 않습니다."""
    if env():
        return 1
    _python("book/tools/make_report.py")
    return 0


def _lint() -> dict:
    return {
        "코드 점검(ruff)": lambda: _python("-m", "ruff", "check", "."),
        "코드 모양(ruff format)": lambda: _python(
            "-m", "ruff", "format", "--check", "."
        ),
    }


def _places(room: str) -> list[str]:
    """방의 시험이 있는 곳."""
    return _notebooks() if room == "notebooks" else ROOMS[room]


def _pytest(*words: str) -> None:
    """일꾼 여럿으로 pytest를 부릅니다. 파일 하나는 한 일꾼이 맡습니다(conftest.py)."""
    os.environ["JUMOK_BOOK_HTML"] = str(HTML) if HTML.is_dir() else ""
    # 일꾼들이 코어를 두고 다투면 도리어 느립니다.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    jobs = os.environ.get("JUMOK_JOBS", "logical")
    spread = ("-n", jobs, "--dist", "loadscope", "--no-loadscope-reorder")
    nbval = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=900")
    _python("-m", "pytest", "-q", *spread, *nbval, *words)


def _changed_notebooks() -> list[str]:
    """main에서 갈라진 뒤로, 그리고 커밋하지 않고 고친 장과 정답의 노트북."""
    base = _git("merge-base", "HEAD", "origin/main") or "HEAD"
    changed = _git("diff", "--name-only", base).splitlines()
    return [name for name in _notebooks() if Path(name).as_posix() in changed]


def _git(*words: str) -> str:
    """git의 답. 저장소가 아니거나 git이 없으면 빈 글입니다."""
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _run_steps(steps: dict) -> int:
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
    # JupyterLab 안의 터미널에서도 `jumok`을 부를 수 있게 합니다.
    os.environ["PATH"] = (
        f"{_bin('python').parent}{os.pathsep}{os.environ.get('PATH', '')}"
    )
    try:
        _python("-m", "jupyterlab")
    except KeyboardInterrupt:
        print("\nJupyterLab을 닫았습니다.")
    return 0


def run(*files: str) -> int:
    """노트북을 새 커널에서 실행하고 출력을 저장합니다. 실패한 것은 그대로 둡니다."""
    if env():
        return 1
    _python("book/tools/run_notebooks.py", *(files or _notebooks()))
    return 0


def jumok(*args: str) -> int:
    """환경 안의 `jumok` 명령을 부릅니다. 끝낸 값도 그 명령의 것입니다."""
    return (
        env()
        or subprocess.run([str(_bin("python")), "-m", "jumok.cli", *args]).returncode
    )


def grade(*args: str) -> int:
    """연습문제를 채점합니다. 끝낸 값은 `jumok grade`의 것입니다."""
    return jumok("grade", *args)


def progress(*args: str) -> int:
    """모든 장의 진도를 봅니다."""
    return jumok("progress", *args)


def exercises() -> int:
    """solutions/의 원본에서 학생용 노트북을 만듭니다."""
    if env():
        return 1
    _python("-m", "jumok_grader.notebook.generate")
    return 0


def parity() -> int:
    """torch, Hugging Face와의 차이를 다시 재어 대조표를 만듭니다."""
    if env():
        return 1
    _python("book/tools/make_parity_page.py")
    return 0


def bench(*args: str) -> int:
    """속도를 재어 기록하고 속도 쪽을 다시 만듭니다.

    args는 code/bench/run.py의 것입니다.
    """
    if env():
        return 1
    _python("code/bench/run.py", "--json", "book/runs/bench_cpu.json", *args)
    _python("book/tools/make_speed_page.py")
    return 0


def runs() -> int:
    """기록과 book/runs의 파일로 학습 기록 쪽을 다시 만듭니다."""
    if env():
        return 1
    _python("book/tools/make_runs_page.py")
    return 0


def ledger() -> int:
    """book/ledger.yml로 장부 쪽을 다시 만듭니다."""
    if env():
        return 1
    _python("book/tools/make_ledger_page.py")
    return 0


def clean() -> int:
    """지은 것을 지웁니다. 환경(.venv)과 채점 결과(grades)는 남습니다."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    return 0


def _notebooks() -> list[str]:
    return sorted(
        str(p.relative_to(ROOT)) for pattern in NOTEBOOKS for p in ROOT.glob(pattern)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
