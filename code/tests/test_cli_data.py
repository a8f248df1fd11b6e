"""`jumok data`를 독자처럼 씁니다: 받기, 목록, 살펴보기, 탈이 났을 때의 말."""

import json
import os

import pytest
from test_cli import jumok
from tiny_corpora import CHAT_PATH, CSV, put, serving, tiny_corpus

from jumok.cli import main
from jumok.text.corpora import CORPORA


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(CORPORA, "tiny", tiny_corpus())
    monkeypatch.delenv("JUMOK_MIRROR", raising=False)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def cache(tmp_path):
    put(tmp_path / "mirror", CHAT_PATH, CSV)
    mirror = ["--mirror", str(tmp_path / "mirror")]
    assert main(["data", "fetch", "tiny", *where(tmp_path), *mirror]) == 0
    return tmp_path


def where(folder):
    return ["--cache", str(folder / "cache")]


def test_licence_and_citation_come_before_the_download(cache, capsys):
    places = ["--cache", str(cache / "new"), "--mirror", str(cache / "mirror")]
    assert main(["data", "fetch", "tiny", *places]) == 0
    said = capsys.readouterr().out
    words = (
        "라이선스: CC0",
        "인용: 시험 (2026)",
        f"주소: https://{CHAT_PATH}",
        "✔ data.example",
        "✔ tiny: all 4",
    )
    places = [said.index(word) for word in words]
    assert places == sorted(places)


def test_fetch_again_does_nothing_unless_asked(cache, capsys):
    capsys.readouterr()
    assert main(["data", "fetch", "tiny", *where(cache)]) == 0
    assert "이미 있습니다" in capsys.readouterr().out
    assert main(["data", "fetch", "tiny", "--again", *where(cache)]) == 0
    assert "자료를 만듭니다" in capsys.readouterr().out


def test_list_shows_what_is_there(cache, capsys):
    capsys.readouterr()
    assert main(["data", "list", *where(cache)]) == 0
    said = capsys.readouterr().out
    assert (
        "✔ 받음  tiny" in said and "없음  docs" in said and str(cache / "cache") in said
    )
    for name in ("docs", "park", "jhe", "nsmc", "nsmc-raw", "chatbot"):
        assert f"  {name} " in said


def test_info_names_the_data_of_a_recorded_run(cache, capsys):
    capsys.readouterr()
    assert main(["data", "info", "tiny", "--json", *where(cache)]) == 0
    info = json.loads(capsys.readouterr().out)
    assert main(["data", "info", "tiny", *where(cache)]) == 0
    said = capsys.readouterr().out
    assert (
        info["sha256"] in said
        and info["splits"]["all"]["sha256"] in said
        and "라이선스: CC0" in said
    )


def test_info_of_what_is_not_fetched_says_how(tmp_path, capsys):
    assert main(["data", "info", "docs", *where(tmp_path)]) == 0
    assert "아직 받지 않았습니다: jumok data fetch docs" in capsys.readouterr().out
    assert main(["data", "info", "docs", "--json", *where(tmp_path)]) == 2
    assert "jumok data fetch docs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (
            ["fetch", "없음"],
            "'없음'이라는 자료는 없습니다. 있는 자료: grammar, docs, park",
        ),
        (["info", "없음"], "'없음'이라는 자료는 없습니다"),
        (["fetch", "docs", "--without-train"], "--without-train을 쓸 수 없습니다"),
        (["fetch", "jhe", "--mirror", "nowhere"], "거울에 파일이 없습니다"),
        (["fetch", "jhe", "--mirror", "http://127.0.0.1:1"], "연결하지 못했습니다"),
        (["fetch", "jhe", "--cache", "/dev/null/x"], "쓰지 못했습니다"),
        (["fetch"], "빠진 것이 있습니다: 이름"),
        ([], "빠진 것이 있습니다: 할일"),
        (["push"], "고를 수 없는 값입니다: 'push'"),
        (["fetch", "docs", "--fast"], "모르는 인자입니다: --fast"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="/dev/null은 유닉스의 것입니다")
def test_faults_are_korean_and_end_with_two(tmp_path, args, reason):
    done = jumok(
        "data", *args, cwd=tmp_path, JUMOK_DATA=str(tmp_path / "cache"), no_proxy="*"
    )
    assert done.returncode == 2 and reason in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    left = [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert left in ([], [".lock"])


def test_wrong_file_from_a_server(tmp_path):
    path = "raw.githubusercontent.com/songys/Chatbot_data/master/ChatbotData.csv"
    with serving({path: CSV}) as (_, url):
        done = jumok(
            "data",
            "fetch",
            "chatbot",
            cwd=tmp_path,
            JUMOK_MIRROR=url,
            JUMOK_DATA=str(tmp_path),
        )
    assert (
        done.returncode == 2
        and "알려진 것과 다릅니다" in done.stderr
        and "Traceback" not in done.stderr
    )


def test_help_is_korean(tmp_path):
    for args in (["data"], ["data", "fetch"], ["data", "list"], ["data", "info"]):
        done = jumok(*args, "--help", cwd=tmp_path)
        assert (
            done.returncode == 0
            and "쓰는 법:" in done.stdout
            and "usage" not in done.stdout
        )
    assert "JUMOK_MIRROR" in jumok("data", "fetch", "--help", cwd=tmp_path).stdout
    assert "data" in jumok("--help", cwd=tmp_path).stdout
