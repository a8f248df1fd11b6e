"""시험에 쓸 진짜 PostgreSQL 서버를 띄웁니다. initdb나 pg_ctl이 없으면 건너뜁니다."""

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from classroom_fakes import NEED, need

WHY = "PostgreSQL의 initdb와 pg_ctl이 없습니다 (apt-get install postgresql)"


def programs() -> Path | None:
    """initdb와 pg_ctl이 든 폴더. Debian은 PATH 밖에 둡니다."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += [
        Path(path)
        for path in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    ]
    return next(
        (
            path
            for path in places
            if (path / "initdb").is_file() and (path / "pg_ctl").is_file()
        ),
        None,
    )


@contextlib.contextmanager
def server():
    """빈 서버를 띄우고 그 주소를 내어 줍니다. root이면 nobody로 바꾸어 띄웁니다."""
    bin = programs()
    if bin is None:
        (pytest.fail if os.environ.get(NEED) else pytest.skip)(WHY)
    # pytest의 임시 폴더는 남이 들어갈 수 없으므로 따로 만듭니다.
    with tempfile.TemporaryDirectory(
        prefix="jumok-pg-", ignore_cleanup_errors=True
    ) as name:
        root = os.name == "posix" and os.geteuid() == 0
        if root:
            shutil.chown(name, "nobody")
        with started(bin, Path(name), {"user": "nobody"} if root else {}) as url:
            yield url


@contextlib.contextmanager
def started(bin: Path, folder: Path, user: dict):
    """folder에 서버를 만들어 띄우고, 끝나면 내립니다."""
    data = folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": "/",
        **user,
    }
    options = ["-A", "trust", "-U", "jumok", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run([bin / "initdb", "-D", data, *options], check=True, **quiet)
    flags = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
        "-F"
    )
    start = [
        bin / "pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        folder / "log",
        "-o",
        flags,
        "start",
    ]
    subprocess.run(start, check=True, timeout=120, **quiet)
    try:
        yield f"postgresql+psycopg://jumok@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [bin / "pg_ctl", "-D", data, "-m", "immediate", "stop"], timeout=60, **quiet
        )


def test_server_answers():
    sa = need("psycopg", "sqlalchemy")
    with server() as url:
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            assert connection.execute(sa.text("select 1")).scalar() == 1
        engine.dispose()
