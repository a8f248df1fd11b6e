"""자료의 꼴: 목록에 더하기만 하면 그 꼴을 쓰는 모든 명령이 새 자료를 씁니다."""

import json
from dataclasses import replace

import pytest
import torch
from tiny_corpora import put, rows_corpus

from jumok.cli import main
from jumok.text.corpora import (
    CORPORA,
    CorpusError,
    corpora_of,
    corpus_info,
    load,
    load_dialogues,
    load_pairs,
    load_reviews,
    load_texts,
)
from jumok.text.corpora.reading import load_aligned
from jumok.training.corpus import load_corpus, load_review_corpus, load_text_corpus
from jumok.training.presets import PRESETS, find_preset

WORDS = [
    f"{who} {where} 간다" for who in ("나는", "너는") for where in ("집에", "산에")
]
TEXTS = [(text,) for text in WORDS * 6]
PAIRS = [(text, f"go {i}") for i, text in enumerate(WORDS * 6)]
REVIEWS = [(str(i % 2), text) for i, (text,) in enumerate(TEXTS)]
FAKES = {
    "pairs": {"train": PAIRS, "dev": PAIRS[:3], "test": PAIRS[3:6]},
    # 빈 줄이 문서의 사이입니다.
    "texts": {"train": [*TEXTS, (), *TEXTS], "dev": TEXTS[:3], "test": TEXTS[3:6]},
    "reviews": {"train": REVIEWS, "test": REVIEWS[:4]},
    "dialogues": {"all": PAIRS},
}
USES = [("translation", "pairs"), ("gpt", "texts"), ("bert", "texts")]
USES += [("classifier", "reviews")]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """꼴마다 새 자료 하나(new-pairs …)를 목록에 더합니다.

    캐시와 실행 폴더는 따로 둡니다.
    """
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUMOK_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("JUMOK_MIRROR", str(tmp_path / "mirror"))
    for kind, splits in FAKES.items():
        corpus, file = rows_corpus(f"new-{kind}", kind, splits)
        monkeypatch.setitem(CORPORA, f"new-{kind}", corpus)
        put(tmp_path / "mirror", *file)
    return tmp_path


@pytest.fixture
def small_presets(monkeypatch):
    """설정 small은 아주 작은 모델로 두 걸음만 배웁니다."""
    for model in PRESETS:
        plain = find_preset(model, "cpu")
        size = {"d_model": 16, "n_heads": 2, "n_layers": 1, "d_ff": 32}
        recipe = replace(
            plain.recipe, steps=2, warmup=1, eval_every=1, max_tokens=64, round_to=1
        )
        if model == "classifier":
            recipe = replace(recipe, max_tokens=4)
        small = replace(
            plain,
            vocab_size=300,
            seq_len=8,
            average=1,
            options=plain.options | size,
            recipe=recipe,
        )
        monkeypatch.setitem(PRESETS[model], "small", small)


def fetched(kind):
    assert main(["data", "fetch", f"new-{kind}"]) == 0
    return f"new-{kind}"


@pytest.mark.parametrize(("model", "kind"), USES)
def test_a_new_corpus_can_be_learned_from(small_presets, folder, model, kind):
    name = fetched(kind)
    words = ["train", model, "--preset", "small", "--corpus", name, "--device", "cpu"]
    assert main([*words, "--output", "run"]) == 0
    card = json.loads((folder / "run" / "card.json").read_text("utf8"))
    assert card["data"]["name"] == name and card["result"]["steps"] == 2
    if kind == "pairs":
        assert main(["eval", "--run", "run", "--device", "cpu"]) == 0
        assert main(["eval", "--run", "run", "--corpus", "new-reviews"]) == 2


@pytest.mark.parametrize("kind", FAKES)
def test_a_new_corpus_is_listed_described_and_loaded(kind, capsys):
    name = fetched(kind)
    for words in (["list"], ["info", name], ["info", name, "--json"]):
        assert main(["data", *words]) == 0
        assert name in capsys.readouterr().out
    assert name in corpora_of(kind, FAKES[kind])
    split, rows = next(iter(FAKES[kind].items()))
    found = load(name, split)
    if kind == "texts":
        assert list(found) == [list(WORDS * 6)] * 2 == list(load_texts(name))
    elif kind == "reviews":
        labels, texts = zip(*rows, strict=True)
        assert found == (list(texts), list(map(int, labels))) == load_reviews(name)
    else:
        assert found == rows
        again = load_dialogues(name) if kind == "dialogues" else load_pairs(name)
        assert again == rows


@pytest.mark.parametrize("kind", FAKES)
def test_a_corpus_is_not_read_as_another_kind(kind):
    name = fetched(kind)
    for other in set(FAKES) - {kind}:
        with pytest.raises(CorpusError, match=f"load_{kind}로 읽습니다"):
            load(name, next(iter(FAKES[kind])), kind=other)


@pytest.mark.parametrize(
    ("reader", "name", "why"),
    [
        (load_corpus, "jhe", r"'jhe'에는 train이\(가\) 없어"),
        (load_corpus, "nsmc", r"'nsmc'은\(는\) 번역 쌍 자료가 아닙니다"),
        (load_corpus, "없음", "자료 '없음'은"),
        (load_text_corpus, "docs", r"글 자료가 아닙니다"),
        (load_text_corpus, "new-reviews", r"글 자료가 아닙니다"),
        (load_review_corpus, "grammar", "라벨이 있는 글 자료가 아닙니다"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_can(reader, name, why):
    kind, splits = {
        load_corpus: ("pairs", ("train", "dev", "test")),
        load_text_corpus: ("texts", ("train", "dev", "test")),
        load_review_corpus: ("reviews", ("train", "test")),
    }[reader]
    usable = corpora_of(kind, splits)
    assert f"new-{kind}" in usable and "jhe" not in usable
    with pytest.raises(ValueError, match=why) as refused:
        reader(name)
    assert str(refused.value).endswith(f"쓸 수 있는 것: {', '.join(usable)}")


def test_a_corpus_without_train_can_still_be_a_test(monkeypatch, folder):
    corpus, file = rows_corpus("held-out", "pairs", {"dev": PAIRS, "test": PAIRS[:5]})
    monkeypatch.setitem(CORPORA, "held-out", corpus)
    put(folder / "mirror", *file)
    with pytest.raises(ValueError, match="train"):
        load_corpus("held-out")
    assert main(["data", "fetch", "held-out"]) == 0
    found = load_corpus("held-out", splits=("test",))
    assert (found.train, found.dev, found.tests) == ([], [], {"test": PAIRS[:5]})


def test_the_built_in_corpus_reads_as_pairs_and_as_texts(monkeypatch):
    rows = {
        "train": [("나는 간다.", "I go.", "0-0 1-1 2-2", "statement", "가다+집")],
        "test": [("가요.", "I go.", "0-1 1-2", "wish", "")],
    }
    fake = replace(
        CORPORA["grammar"],
        rows=lambda split, _: rows.get(split, rows["test"]),
    )
    monkeypatch.setitem(CORPORA, "grammar", fake)
    corpus, texts = load_corpus("grammar"), load_text_corpus("grammar")
    assert corpus.train == [("나는 간다.", "I go.")] and texts.train == ["나는 간다."]
    assert corpus.tests.keys() == {"test", "test_long"}
    assert corpus.sha256 == corpus_info("grammar")["sha256"] != texts.sha256
    (aligned,) = corpus.aligned
    assert aligned.links == ((0, 1), (1, 2)) and aligned.source_words == ("가요", ".")
    (pair,) = load_aligned("grammar", "train")
    assert pair.combos == ("가다+집",) and load_aligned("docs", "test") == []
