"""진짜 자료: 거울이 있을 때, 알려진 줄 수와 겹침 없음과 해시를 봅니다.

거울은 환경 변수 JUMOK_MIRROR가 가리키는 폴더나 주소입니다. 없으면 건너뜁니다.
"""

import json
import os
from pathlib import Path

import pytest

from jumok.text.corpora import (
    CORPORA,
    CorpusError,
    corpus_info,
    fetch,
    load_dialogues,
    load_pairs,
    load_reviews,
    load_texts,
)
from jumok.text.corpora.docs import text_key
from jumok.text.corpora.reviews import text_key as review_key

ROOT = Path(__file__).resolve().parents[2]
MIRROR = os.environ.get("JUMOK_MIRROR")
pytestmark = pytest.mark.skipif(
    not MIRROR,
    reason="환경 변수 JUMOK_MIRROR에 거울의 폴더나 주소를 적으면 진짜 자료를 봅니다.",
)
RECEIVED = [name for name, corpus in CORPORA.items() if not corpus.built_in]
# 자료를 낸 사람들이 밝힌 줄 수
ROWS = {
    "park": {"dev": 1_000, "test": 2_000},
    "jhe": {"dev": 720, "test": 720},
    "nsmc": {"train": 150_000, "test": 50_000},
    "chatbot": {"all": 11_823},
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """모든 시험이, xdist의 일꾼들도, 캐시 하나를 나눠 씁니다.

    fetch의 자물쇠가 한 번만 만들게 합니다.
    """
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "corpora"


def fetched(name, cache):
    options = {"without_train": True} if name == "park" else {}
    return fetch(name, mirror=MIRROR, cache=cache, say=lambda _: None, **options)


@pytest.mark.parametrize("name", ROWS)
def test_row_counts_are_the_known_ones_and_nothing_is_malformed(cache, name):
    info = fetched(name, cache)
    assert {split: value["rows"] for split, value in info["splits"].items()} == ROWS[
        name
    ]
    assert info["skipped"] == 0 and info["problems"] == []


@pytest.fixture(scope="module")
def docs(cache):
    fetched("docs", cache)
    return {
        split: load_pairs("docs", split, cache) for split in ("train", "dev", "test")
    }


def test_docs_have_the_promised_sizes_and_no_repeats(docs):
    assert (
        len(docs["dev"]) == 1_000
        and len(docs["test"]) == 2_000
        and len(docs["train"]) >= 60_000
    )
    assert len(set(docs["train"])) == len(docs["train"])


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("key", [str, text_key])
def test_docs_splits_share_no_side(docs, side, key):
    texts = {
        split: {key(pair[side]) for pair in pairs} for split, pairs in docs.items()
    }
    assert not texts["train"] & texts["dev"] and not texts["train"] & texts["test"]
    assert not texts["dev"] & texts["test"] and len(texts["test"]) == 2_000


def test_docs_are_clean_sentences_in_their_own_language(docs):
    for korean, english in docs["train"] + docs["dev"] + docs["test"]:
        assert any("가" <= ch <= "힣" for ch in korean) and not any(
            "가" <= ch <= "힣" for ch in english
        )
        assert not {"`", "\n", "\t", "\ue000", "\ue001"} & set(korean + english)
        assert korean.strip() == korean and english.strip() == english
        assert max(len(korean.split()), len(english.split())) <= 100


def test_docs_skip_nothing_malformed_and_name_themselves(cache, docs):
    info = corpus_info("docs", cache)
    assert (
        info["skipped"] == 0
        and info["counts"]["PO 파일"] == 2_468
        and len(info["sources"]) == 10
    )


@pytest.mark.parametrize("name", RECEIVED)
def test_made_corpora_are_those_of_the_data_page(cache, name):
    """다르면 만드는 방법이 바뀐 것입니다.

    version을 올리고 book/tools/make_data_page.py를 부르세요.
    """
    recorded = json.loads((ROOT / "book" / "runs" / "data.json").read_text("utf8"))[
        "corpora"
    ][name]
    info = fetched(name, cache)
    assert {key: info[key] for key in recorded} == recorded


def test_nsmc_texts_are_not_merged_by_quotes(cache):
    fetched("nsmc", cache)
    texts, labels = load_reviews("nsmc", "train", cache)
    assert sum(text.startswith('"') for text in texts) == 623 and texts.count("") == 5
    assert set(labels) == {0, 1} and abs(sum(labels) - 75_000) < 200
    assert load_reviews("nsmc", "test", cache)[0].count("") == 3


def test_raw_reviews_hold_out_films_and_no_test_review(cache):
    info = fetched("nsmc-raw", cache)
    fetched("nsmc", cache)
    test = {review_key(text) for text in load_reviews("nsmc", "test", cache)[0]}
    rows, unique = {}, set()
    for split in ("train", "dev", "test"):
        films = list(load_texts("nsmc-raw", split, cache))
        assert len(films) == info["counts"][f"{split}의 영화"] and all(films)
        assert all(
            len(set(film)) == len(film) and not test & set(film) for film in films
        )
        rows[split] = sum(map(len, films))
        unique.update(text for film in films for text in film)
    assert rows == {split: value["rows"] for split, value in info["splits"].items()}
    counts = info["counts"]
    dropped = [
        counts[what]
        for what in ("nsmc test와 번호가 같아 뺌", "nsmc test와 글이 같아 뺌", "빈 글")
    ]
    assert (
        counts["읽은 글"]
        == 712_404
        == sum(rows.values()) + sum(dropped) + counts["한 영화에서 되풀이"]
    )
    # 남는 서로 다른 글. 견주는 꼴에 따라 조금 다릅니다.
    assert abs(len(unique) - 639_268) < 300


def test_chatbot_label_with_spaces_is_read(cache):
    fetched("chatbot", cache)
    pairs = load_dialogues("chatbot", cache)
    assert len(pairs) == 11_823 and pairs[0] == ("12시 땡!", "하루가 또 가네요.")


def test_park_training_file_is_asked_for_at_the_official_address(cache):
    with pytest.raises(CorpusError, match=r"--without-train"):
        fetch("park", mirror=MIRROR, cache=cache, say=lambda _: None)
    fetched("park", cache)
    assert len(load_pairs("park", "dev", cache)) == 1_000
    with pytest.raises(CorpusError, match="jumok data fetch park"):
        load_pairs("park", "train", cache)


def test_everything_is_offline_once_fetched(cache, monkeypatch):
    fetched("jhe", cache)
    monkeypatch.setattr("urllib.request.urlopen", None)
    monkeypatch.setenv("JUMOK_MIRROR", "/없는 거울")
    assert fetch("jhe", cache=cache, say=lambda _: None)["splits"].keys() == {
        "dev",
        "test",
    }
    assert len(load_pairs("jhe", "dev", cache)) == 720
