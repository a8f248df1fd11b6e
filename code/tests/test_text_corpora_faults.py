"""자료를 받다가 생기는 탈.

한국어로 까닭과 할 일을 말하고, 캐시에 반쪽을 남기지 않습니다.
"""

import errno
import io
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from tiny_corpora import (
    CHAT_PATH,
    CSV,
    HOST,
    csv_source,
    put,
    remains,
    serving,
    tar_source,
    tarball,
    tiny_corpus,
)

from jumok.text.corpora import CORPORA, CorpusError, corpus_info, fetch, load_dialogues
from jumok.text.corpora import download as module
from jumok.text.corpora.archive import read_members
from jumok.text.corpora.download import download
from jumok.text.corpora.parallel import build_jhe, build_park
from jumok.text.corpora.report import Splits
from jumok.text.corpora.sources import Source

READY = [f"downloads/{CHAT_PATH}", "tiny/all.tsv", "tiny/info.json"]
PART = f"downloads/{CHAT_PATH}.part"


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(CORPORA, "tiny", tiny_corpus())
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("JUMOK_MIRROR", raising=False)
    monkeypatch.setattr(module, "_PAUSE", 0.0)


def get(cache, mirror, **options):
    said = []
    return fetch(
        "tiny", cache=cache, mirror=str(mirror), say=said.append, **options
    ), "\n".join(said)


def refused(cache, mirror, *words):
    with pytest.raises(CorpusError) as caught:
        get(cache, mirror)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_fetch_from_a_folder_and_from_a_url_give_the_same(tmp_path):
    put(tmp_path / "mirror", CHAT_PATH, CSV)
    folder, said = get(tmp_path / "a", tmp_path / "mirror")
    assert (
        said.index("CC0") < said.index("✔")
        and "시험 (2026)" in said
        and f"https://{CHAT_PATH}" in said
    )
    with serving({CHAT_PATH: CSV}) as (server, url):
        address, _ = get(tmp_path / "b", f"{url}/")
        assert (
            address["sha256"] == folder["sha256"]
            and folder["splits"]["all"]["rows"] == 4
        )
        again, said = get(tmp_path / "b", url)
        assert (
            again == address and "이미 있습니다" in said and len(server.requests) == 1
        )
    assert remains(tmp_path / "a") == remains(tmp_path / "b") == READY
    assert load_dialogues("tiny", tmp_path / "b")[0] == ("안녕?", "반가워요.")


def test_mirror_and_cache_come_from_the_environment(tmp_path, monkeypatch):
    put(tmp_path / "mirror", CHAT_PATH, CSV)
    monkeypatch.setenv("JUMOK_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("JUMOK_DATA", str(tmp_path / "cache"))
    fetch("tiny", say=lambda _: None)
    assert remains(tmp_path / "cache") == READY and len(load_dialogues("tiny")) == 4


def test_no_network(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        refused(tmp_path, url, "연결하지 못했습니다", url, "--mirror", "JUMOK_MIRROR")
    assert remains(tmp_path) == []


@pytest.mark.parametrize("status", [403, 404, 410])
def test_missing_at_the_server(tmp_path, status):
    with serving({CHAT_PATH: CSV}) as (server, url):
        server.status = status
        refused(
            tmp_path, url, "거울에 파일이 없습니다", str(status), f"https://{CHAT_PATH}"
        )
        with pytest.raises(CorpusError, match=f"그 주소에 파일이 없습니다.*{status}"):
            download(Source(f"{url}/{CHAT_PATH}", "sha256", ""), tmp_path)
    assert remains(tmp_path) == []


def test_missing_in_the_mirror_folder(tmp_path):
    refused(
        tmp_path / "cache",
        tmp_path / "none",
        "거울에 파일이 없습니다",
        f"https://{CHAT_PATH}",
    )
    assert remains(tmp_path / "cache") == []


@pytest.mark.parametrize("mirror", ["http://[bad", "http://127.0.0.1:port"])
def test_bad_mirror_address(tmp_path, mirror):
    refused(tmp_path, mirror, "주소가 바르지 않습니다", mirror)
    assert remains(tmp_path) == []


def test_busy_server_is_asked_three_times(tmp_path):
    with serving({CHAT_PATH: CSV}) as (server, url):
        server.status = 503
        refused(tmp_path, url, "받다가 끊겼습니다", "503")
        assert len(server.requests) == 3
    assert remains(tmp_path) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_truncated_body_is_resumed_by_the_next_call(tmp_path, chunked):
    with serving({CHAT_PATH: CSV}) as (server, url):
        server.ranges, server.cut, server.chunked = False, 40, chunked
        refused(
            tmp_path,
            url,
            "받다가 끊겼습니다",
            "같은 명령을 다시 부르면 이어서 받습니다",
        )
        assert remains(tmp_path) == [PART]
        have = (tmp_path / PART).stat().st_size
        assert 0 < have <= 40
        server.ranges, server.cut, server.requests = True, None, []
        get(tmp_path, url)
        assert server.requests == [(CHAT_PATH, f"bytes={have}-")]
    assert remains(tmp_path) == READY and (tmp_path / READY[0]).read_bytes() == CSV


def test_connection_that_drops_again_and_again_is_resumed_within_one_call(tmp_path):
    with serving({CHAT_PATH: CSV}) as (server, url):
        server.cut = len(CSV) // 2 - 5
        get(tmp_path, url)
        assert [start for _, start in server.requests][:2] == [
            None,
            f"bytes={server.cut}-",
        ]
        assert len(server.requests) == 3
    assert remains(tmp_path) == READY


@pytest.mark.parametrize("left", [b"old " * 5, CSV + b"longer", CSV])
def test_leftover_part_of_another_file_is_not_trusted(tmp_path, left):
    put(tmp_path, PART, left)
    with serving({CHAT_PATH: CSV}) as (_, url):
        get(tmp_path, url)
    assert remains(tmp_path) == READY and (tmp_path / READY[0]).read_bytes() == CSV


def test_wrong_hash(tmp_path):
    with serving({CHAT_PATH: CSV.replace(b"2", b"1")}) as (_, url):
        refused(tmp_path, url, "알려진 것과 다릅니다", "sha256", csv_source().digest)
    assert remains(tmp_path) == []


def test_broken_download_in_the_cache_is_fetched_again(tmp_path):
    put(tmp_path / "cache", READY[0], CSV[:-9])
    put(tmp_path / "mirror", CHAT_PATH, CSV)
    get(tmp_path / "cache", tmp_path / "mirror")
    assert (tmp_path / "cache" / READY[0]).read_bytes() == CSV


def no_space(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_full_disk_while_downloading(tmp_path, monkeypatch):
    put(tmp_path / "mirror", CHAT_PATH, CSV)
    monkeypatch.setattr(module, "write_chunk", no_space)
    refused(
        tmp_path / "cache",
        tmp_path / "mirror",
        "디스크가 가득 차서",
        "--cache",
        "JUMOK_DATA",
    )
    assert remains(tmp_path / "cache") == []


def test_full_disk_while_making_keeps_the_old_corpus(tmp_path, monkeypatch):
    put(tmp_path / "mirror", CHAT_PATH, CSV)
    monkeypatch.setattr(Splits, "write", no_space)
    refused(tmp_path / "cache", tmp_path / "mirror", "디스크가 가득 차서")
    assert remains(tmp_path / "cache") == READY[:1]
    monkeypatch.undo()
    monkeypatch.setitem(CORPORA, "tiny", tiny_corpus())
    get(tmp_path / "cache", tmp_path / "mirror")
    monkeypatch.setattr(Splits, "write", no_space)
    with pytest.raises(CorpusError, match="디스크가 가득"):
        get(tmp_path / "cache", tmp_path / "mirror", again=True)
    assert (
        remains(tmp_path / "cache") == READY
        and len(load_dialogues("tiny", tmp_path / "cache")) == 4
    )
    assert not list((tmp_path / "cache").glob(".tiny-*"))


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="쓰기를 막은 폴더를 만들 수 없습니다"
)
def test_folder_that_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    refused(tmp_path / "cache", tmp_path, "쓰지 못했습니다", "--cache")


def test_cache_path_that_is_a_file(tmp_path):
    put(tmp_path, "cache", b"")
    refused(tmp_path / "cache", tmp_path, "쓰지 못했습니다", "--cache")


def linked(name, target, kind):
    info = tarfile.TarInfo(f"top/{name}")
    info.type, info.linkname = kind, target
    return info


EVIL = {
    "parent": {"../outside.po": b"x"},
    "deep parent": {"../top/../../outside.po": b"x"},
    "absolute": {"/tmp/outside.po": b"x"},
    "symlink out": {"link": linked("link", "../../outside", tarfile.SYMTYPE)},
    "absolute symlink": {"link": linked("link", "/etc/passwd", tarfile.SYMTYPE)},
    "hard link out": {"link": linked("link", "../outside", tarfile.LNKTYPE)},
}


@pytest.mark.parametrize("kind", EVIL)
def test_tarball_that_points_outside_is_refused_whole(tmp_path, monkeypatch, kind):
    good = {"a.po": b"msgid"}
    source = tar_source("evil.tar.gz", good, r".*\.po")
    put(tmp_path / "mirror", f"{HOST}/evil.tar.gz", tarball(good | EVIL[kind]))
    monkeypatch.setitem(CORPORA, "tiny", tiny_corpus(sources=(source,)))
    refused(
        tmp_path / "cache", tmp_path / "mirror", "위험한 이름", "알려진 것과 다릅니다"
    )
    assert remains(tmp_path / "cache") == [] and not list(tmp_path.rglob("outside*"))


def test_link_in_the_place_of_a_wanted_file_is_refused(tmp_path):
    path = put(
        tmp_path,
        "a.tar.gz",
        tarball({"a.po": b"x", "b.po": linked("b.po", "a.po", tarfile.SYMTYPE)}),
    )
    with pytest.raises(CorpusError, match="보통 파일이 아니거나"):
        list(read_members(path, r".*\.po"))
    # 폴더 안의 링크는 쓰지 않으면 괜찮습니다
    assert list(read_members(path, r"a\.po")) == [("a.po", b"x")]


def test_broken_tarballs(tmp_path):
    whole = tarball({f"{i}.po": os.urandom(500) for i in range(9)})
    for data in (
        whole[: len(whole) // 2],
        b"not a tar",
        b"",
        whole[:60] + bytes(40) + whole[100:],
    ):
        with pytest.raises(CorpusError, match="압축 파일이 깨졌습니다"):
            list(read_members(put(tmp_path, "x.tar.gz", data), ".*"))


def test_content_hash_does_not_depend_on_the_order_or_on_other_files(tmp_path):
    files = {"a.po": b"1", "b/c.po": b"2"}
    source = tar_source("x", files, r".*\.po")
    for members in (files, dict(reversed(files.items())) | {"README.md": b"new"}):
        assert (
            source.measure(put(tmp_path, "x.tar.gz", tarball(members))) == source.digest
        )
    assert (
        source.measure(put(tmp_path, "x.tar.gz", tarball(files | {"b/c.po": b"3"})))
        != source.digest
    )


def test_git_blob_hash_is_the_one_of_git(tmp_path):
    """`printf 'hello\\n' | git hash-object --stdin`이 내는 번호."""
    source = Source(
        "https://x/y", "git_blob", "ce013625030ba8dba906f756967f9e9ca394464a"
    )
    assert source.measure(put(tmp_path, "y", b"hello\n")) == source.digest


def test_malformed_csv_lines_are_reported_with_their_place_and_kept_out(
    tmp_path, monkeypatch
):
    lines = [
        "둘뿐,두 칸",
        '"열린 따옴표,a,0',
        "라벨,이상,7",
        "",
        ",빈 질문,0",
        "끝,맺음,1",
    ]
    bad = CSV + "".join(f"{line}\n" for line in lines).encode()
    put(tmp_path / "mirror", CHAT_PATH, bad)
    monkeypatch.setitem(CORPORA, "tiny", tiny_corpus(sources=(csv_source(bad),)))
    info, said = get(tmp_path / "cache", tmp_path / "mirror")
    places = [problem.split(": ")[0] for problem in info["problems"]]
    assert (
        places == [f"ChatbotData.csv:{line}" for line in (6, 7, 8, 9, 10)]
        and info["skipped"] == 5
    )
    assert "깨진 줄 5개를 건너뛰었습니다" in said and "ChatbotData.csv:6" in said
    assert load_dialogues("tiny", tmp_path / "cache")[4:] == [("끝", "맺음")]


def test_text_that_is_not_utf8_names_the_line(tmp_path, monkeypatch):
    bad = CSV + "한글".encode("cp949")
    put(tmp_path / "mirror", CHAT_PATH, bad)
    monkeypatch.setitem(CORPORA, "tiny", tiny_corpus(sources=(csv_source(bad),)))
    refused(tmp_path / "cache", tmp_path / "mirror", "ChatbotData.csv:6", "UTF-8")
    assert remains(tmp_path / "cache") == READY[:1]


def pair_files(tmp_path, korean, english):
    texts = {"dev.ko": korean, "dev.en": english, "eval.ko": "가\n", "eval.en": "a\n"}
    return [
        (None, put(tmp_path, f"jhe-koen-{name}", text.encode()))
        for name, text in texts.items()
    ]


def test_unpaired_line_counts_are_refused(tmp_path):
    from jumok.text.corpora.report import Report

    with pytest.raises(
        CorpusError, match=r"줄 수가 다릅니다: jhe-koen-dev.ko 2줄, jhe-koen-dev.en 3줄"
    ):
        build_jhe(pair_files(tmp_path, "가\n나\n", "a\nb\nc\n"), tmp_path, Report())
    report = Report()
    splits = build_jhe(
        pair_files(tmp_path, "가\n\n다\r\n라", "a\nb\nc\n\n"), tmp_path, report
    )
    assert report.problems == [
        "jhe-koen-dev.ko:2: 빈 줄이라 짝을 건너뜁니다",
        "jhe-koen-dev.en:4: 빈 줄이라 짝을 건너뜁니다",
    ]
    assert splits.summary()["dev"]["rows"] == 2
    assert (tmp_path / "dev.tsv").read_text("utf8") == "가\ta\n다\tc\n"


def test_park_without_its_training_file(tmp_path, monkeypatch):
    def source(split, optional):
        files = {
            f"p.{split}.{side}": f"{split} {side}\n".encode() for side in ("ko", "en")
        }
        buffer = io.BytesIO(tarball({"x": b"y"} | files))
        if not optional:
            put(tmp_path / "mirror", f"{HOST}/p.{split}.tar.gz", buffer.getvalue())
        good = tar_source(f"p.{split}.tar.gz", files, rf"p\.{split}\.(ko|en)")
        return Source(good.url, good.check, good.digest, good.members, optional)

    sources = (source("train", True), source("dev", False), source("test", False))
    park = tiny_corpus(
        sources=sources, build=build_park, kind="pairs", splits=("train", "dev", "test")
    )
    monkeypatch.setitem(CORPORA, "tiny", park)
    refused(
        tmp_path / "cache",
        tmp_path / "mirror",
        "거울에 파일이 없습니다",
        "--without-train",
    )
    info, _ = get(tmp_path / "cache", tmp_path / "mirror", without_train=True)
    assert list(info["splits"]) == ["dev", "test"]
    # 학습 자료를 달라면 다시 받아야 합니다
    refused(tmp_path / "cache", tmp_path / "mirror", "p.train.tar.gz")
    assert corpus_info("tiny", tmp_path / "cache") == info
    monkeypatch.setitem(CORPORA, "tiny", tiny_corpus())
    with pytest.raises(CorpusError, match="--without-train을 쓸 수 없습니다"):
        get(tmp_path / "cache", tmp_path / "mirror", without_train=True)


def test_new_version_is_made_again_from_the_downloads(tmp_path, monkeypatch):
    put(tmp_path / "mirror", CHAT_PATH, CSV)
    get(tmp_path / "cache", tmp_path / "mirror")
    monkeypatch.setitem(CORPORA, "tiny", tiny_corpus(version=2))
    info, said = get(tmp_path / "cache", tmp_path / "no mirror")
    assert info["version"] == 2 and "자료를 만듭니다" in said


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from tiny_corpora import tiny_corpus
from jumok.text.corpora import CORPORA, fetch
CORPORA["tiny"] = tiny_corpus()
fetch("tiny", mirror=sys.argv[2], cache=sys.argv[3])
"""


def start(url, cache):
    command = [
        sys.executable,
        "-c",
        SCRIPT,
        str(Path(__file__).parent),
        url,
        str(cache),
    ]
    env = os.environ | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    )


def test_two_processes_at_once_fetch_once_and_agree(tmp_path):
    with serving({CHAT_PATH: CSV}) as (server, url):
        server.pause = 0.5
        both = [start(url, tmp_path) for _ in range(2)]
        said = [process.communicate(timeout=60)[0] for process in both]
        assert [process.returncode for process in both] == [0, 0], said
        assert (
            len(server.requests) == 1
            and sum("이미 있습니다" in text for text in said) == 1
        )
    assert remains(tmp_path) == READY and len(load_dialogues("tiny", tmp_path)) == 4


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL은 유닉스의 것입니다")
def test_killed_in_the_middle_and_called_again(tmp_path):
    with serving({CHAT_PATH: CSV}) as (server, url):
        server.pause = 30
        process = start(url, tmp_path)
        deadline = time.monotonic() + 30
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        assert server.requests and set(remains(tmp_path)) <= {PART}
        (tmp_path / ".tiny-left.tmp").mkdir()
        server.pause = 0
        get(tmp_path, url)
    assert remains(tmp_path) == READY and not (tmp_path / ".tiny-left.tmp").exists()
