"""메모리를 쥐고 있는 설정: 풀어 준 메모리가 정말로 프로세스에 남습니다."""

import os
import platform
import subprocess
import sys

import pytest
import torch

from jumok.training.allocator import VARIABLES, keep_memory

PROBE = """
import ctypes, sys, torch
from pathlib import Path
from jumok.training.allocator import keep_memory
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
done = keep_memory(torch.device("cpu")) if sys.argv[1] == "keep" else None
size = 256 * 2**20
x = torch.ones(size // 4)
before = resident()
del x
print(done, before - resident() > size // 2)
"""
glibc_only = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="glibc가 아니면 할당기를 바꾸지 않습니다."
)


def probe(what: str, **variables: str) -> list[str]:
    """새 프로세스에서 256 MiB를 얻었다 풀고, (설정했는지, 운영체제에 돌려주었는지)를 받습니다."""
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    run = [sys.executable, "-c", PROBE, what]
    return subprocess.run(
        run, env=clean | variables, capture_output=True, text=True, check=True
    ).stdout.split()


@glibc_only
def test_memory_stays_with_the_process():
    assert probe("keep") == ["True", "False"]


@glibc_only
def test_without_it_memory_goes_back():
    assert probe("leave") == ["None", "True"]


@glibc_only
def test_what_the_user_set_is_left_alone():
    assert probe("keep", MALLOC_TRIM_THRESHOLD_="131072") == ["False", "True"]


def test_a_gpu_needs_nothing():
    assert keep_memory(torch.device("cuda")) is False
