"""메모리의 사실: 컨테이너의 한도를 셈하고, psutil이 없어도 멈추지 않습니다."""

import sys

import pytest

from jumok import machine


def write_cgroup(
    folder, limit, used, stat, first="memory.max", second="memory.current"
):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / first).write_text(f"{limit}\n")
    (folder / second).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(stat)


def test_room_in_a_container_is_the_limit_less_what_cannot_be_given_back(tmp_path):
    write_cgroup(tmp_path, 1000, 700, "anon 650\ninactive_file 50\n")
    assert machine.container_memory(tmp_path) == 1000 - (700 - 50)


def test_the_first_version_of_cgroups_is_read_too(tmp_path):
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
    write_cgroup(tmp_path / "memory", 1000, 1200, "cache 0\n", *names)
    assert machine.container_memory(tmp_path) == 0
    write_cgroup(tmp_path / "memory", 2**63 - 4096, 1, "", *names)
    assert machine.container_memory(tmp_path) is None, "한도가 없다는 뜻의 수입니다"


@pytest.mark.parametrize("limit", ["max", ""])
def test_no_limit_is_no_number(tmp_path, limit):
    write_cgroup(tmp_path, limit, 700, "inactive_file 50\n")
    assert machine.container_memory(tmp_path) is None
    assert machine.container_memory(tmp_path / "none") is None


def test_the_smaller_of_the_two_is_what_can_be_used(monkeypatch):
    monkeypatch.setattr(machine, "system_memory", lambda: 300)
    monkeypatch.setattr(machine, "container_memory", lambda: 200)
    assert machine.free_memory() == 200
    monkeypatch.setattr(machine, "container_memory", lambda: None)
    assert machine.free_memory() == 300
    monkeypatch.setattr(machine, "system_memory", lambda: None)
    assert machine.free_memory() is None


def test_without_psutil_the_answer_is_unknown(monkeypatch):
    assert machine.system_memory() > 0
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert machine.system_memory() is None


def test_the_peak_covers_what_was_just_used():
    size = 32 * 2**20
    block = bytearray(b"x") * size
    assert machine.peak_memory() >= len(block)
