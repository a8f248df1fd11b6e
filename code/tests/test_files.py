"""쓰다가 멈추어도 옛 파일이 남는지."""

import hashlib

import pytest

from jumok.files import file_sha256, replacing, write_atomically


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "new" / "글.txt"
    for text in ("처음", "나중\n둘째 줄"):
        write_atomically(path, text)
        assert path.read_bytes() == text.encode("utf-8")
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt()]
)
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.txt"
    write_atomically(path, "옛것")
    with pytest.raises(type(error)), replacing(path) as temporary:
        temporary.write_text("반만")
        raise error
    assert path.read_text("utf8") == "옛것"
    assert list(tmp_path.iterdir()) == [path]


def test_sha256_is_that_of_the_bytes(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"\x00\xff" * 100_000)
    assert file_sha256(path) == hashlib.sha256(b"\x00\xff" * 100_000).hexdigest()
