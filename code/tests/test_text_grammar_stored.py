"""내장 말뭉치의 캐시.

같은 것을 돌려주고, 낡거나 깨진 것을 알아보고, 쓸 수 없어도 됩니다.
"""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

import jumok.text.grammar as package
from jumok.text import CORPORA, generate, load_pairs, splits
from jumok.text.grammar import stored
from jumok.text.grammar.generator import make_pairs, make_splits

SIZES = (5, 400, 20, 5, 0)
NAMES = [f"splits-5-400-20-5-0.{part}.tsv" for part in stored.SPLITS]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """빈 캐시. 작은 말뭉치도 적어 둡니다."""
    monkeypatch.setattr(stored, "_UNKEPT", {})
    monkeypatch.setenv("JUMOK_DATA", str(tmp_path / "cache"))
    monkeypatch.setattr(stored, "WORTH_KEEPING", 100)
    return tmp_path / "cache" / "grammar"


@pytest.fixture
def makings(monkeypatch):
    """말뭉치를 만든 횟수만큼 길어지는 목록."""
    made = []

    def count(make):
        def counted(*sizes):
            made.append(sizes)
            return make(*sizes)

        return counted

    for name in ("make_splits", "make_pairs"):
        monkeypatch.setattr(stored, name, count(getattr(stored, name)))
    return made


def kept(folder):
    return sorted(path.name for path in folder.glob("*.tsv"))


def test_the_second_time_reads_what_the_first_time_made(cache, makings):
    assert splits(*SIZES) == make_splits(*SIZES) == splits(*SIZES)
    assert generate(150, seed=3) == make_pairs(150, 3) == generate(150, seed=3)
    assert makings == [SIZES, (150, 3)]
    assert kept(cache) == ["generate-150-3.pairs.tsv", *sorted(NAMES)]


def test_a_small_one_is_not_kept(cache, makings):
    assert len(generate(99)) == 99 and len(splits(0, 50, 5, 0, 0).train) == 50
    assert not cache.exists() and len(makings) == 2


def test_the_registry_reads_the_same_corpus(cache, monkeypatch, tmp_path):
    monkeypatch.setattr(stored, "BUILT_IN", SIZES)
    made = make_splits(*SIZES)
    for place in (None, tmp_path / "elsewhere"):
        assert load_pairs("grammar", "dev", place) == [
            (pair.korean, pair.english) for pair in made.dev
        ]
    assert kept(cache) == kept(tmp_path / "elsewhere" / "grammar") == sorted(NAMES)
    assert CORPORA["grammar"].splits == stored.SPLITS == tuple(vars(made))


@pytest.mark.parametrize("name", ["english.py", "nouns.txt"])
def test_one_changed_byte_of_a_source_changes_the_key(tmp_path, name):
    copy = tmp_path / "grammar"
    shutil.copytree(Path(package.__file__).parent, copy)
    key = stored.sources_key(copy)
    assert key == stored.sources_key(Path(package.__file__).parent)
    data = bytearray((copy / name).read_bytes())
    data[-2] ^= 1
    (copy / name).write_bytes(data)
    assert stored.sources_key(copy) != key


def test_another_key_makes_it_again_and_forgets_the_old(cache, makings, monkeypatch):
    generate(150)
    splits(*SIZES)
    monkeypatch.setattr(stored, "_generator_key", lambda: "0" * 64)
    assert splits(*SIZES) == splits(*SIZES)
    assert makings[1:] == [SIZES, SIZES]
    assert kept(cache) == sorted(NAMES)


@pytest.mark.parametrize("damage", ["truncated", "changed", "empty", "gone"])
def test_a_damaged_file_is_noticed_and_made_again(cache, makings, damage):
    made = splits(*SIZES)
    path = cache / NAMES[0]
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        wrong = {
            "truncated": data[:-40],
            "changed": data.replace(b"statement", b"statemend"),
            "empty": b"",
        }
        path.write_bytes(wrong[damage])
    assert splits(*SIZES) == made
    assert len(makings) == 2 and path.read_bytes() == data


def test_a_full_disk_makes_it_without_keeping(cache, makings, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    assert splits(*SIZES) == splits(*SIZES) == make_splits(*SIZES)
    assert makings == [SIZES] and kept(cache) == []
    assert not list(cache.glob(".*.tmp"))


def test_a_cache_that_cannot_be_written_makes_it_without_keeping(
    cache, makings, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUMOK_DATA", str(tmp_path / "file"))
    assert splits(*SIZES) == make_splits(*SIZES) and makings == [SIZES]


def test_another_process_that_never_ends_is_not_waited_for(cache, monkeypatch):
    monkeypatch.setattr(stored, "PATIENCE", 0.1)
    cache.mkdir(parents=True)
    with FileLock(cache / ".lock"):
        assert splits(*SIZES) == make_splits(*SIZES)
    assert kept(cache) == []


SCRIPT = """
import sys, time
from jumok.text.grammar import stored
plain = stored.make_splits
def slow(*sizes):
    print("만듦", flush=True)
    time.sleep(0.5)
    return plain(*sizes)
stored.make_splits, stored.WORTH_KEEPING = slow, 100
print(hash(tuple(pair.korean for pair in stored.splits(5, 400, 20, 5, 0).train)))
"""


def test_two_processes_at_once_make_it_once_and_agree(cache):
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf8"}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf8",
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0].split() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(words.count("만듦") for words in said) == 1
    assert said[0][-1] == said[1][-1]
