"""토크나이저의 약속.

되돌리기, 모르는 조각, 특별한 토큰의 이름이 적힌 글, 저장과 읽기.
"""

import json
import unicodedata

import numpy as np
import pytest

from jumok.text import (
    BOS_ID,
    CLS_ID,
    EOS_ID,
    MASK_ID,
    PAD_ID,
    SPECIAL_TOKENS,
    UNK_ID,
    BpeTokenizer,
    EojeolTokenizer,
    JamoTokenizer,
    LibraryBpe,
    SyllableTokenizer,
    compare_tokenizations,
    load_tokenizer,
)

KOREAN = (
    "나는 오늘 학교에서 책을 읽었습니다. "
    "값을 깎아 주세요! 꿇었다, 훑고, 닭이 ㅋㅋㅋ ㅠㅠ"
)
NASTY = {
    "empty": "",
    "nfc": KOREAN,
    "nfd": unicodedata.normalize("NFD", KOREAN),
    "mixed_forms": "한"
    + unicodedata.normalize("NFD", "한")
    + "ㅎㅏㄴ"
    + "ᄒ"
    + "|ᄒ|"
    + "ᆫ"
    + "간",
    "hanja": "大韓民國은 民主共和國이다. 𠮷野家",
    "english": "The Transformer's d_model = 512; n_heads=8!",
    "emoji": "좋아요😀👍🏽👨‍👩‍👧‍👦🇰🇷 ❤️",
    "control": "\x00\x01\x1b[0m\x7f\x85\u200b\ufeff\u2028\u202e\x1c",
    "blanks": "  가  나\t\t다\n\n\r\n라 \u00a0\u3000마   ",
    "one_blank": " ",
    "lone_surrogate": "가\ud800나\udfff",
    "specials": "<pad><bos> <eos> <unk> <cls>나<sep> <mask> <0xEA> ▁ ## </s>",
    "long_word": "ㅋ" * 3000 + "가나다" * 2000 + "!" * 999 + "\n" * 500,
    "every_plane": "".join(map(chr, range(0x20, 0x2FFFF, 97))),
}
KINDS = [EojeolTokenizer, SyllableTokenizer, JamoTokenizer, BpeTokenizer, LibraryBpe]


def trained(kind, texts):
    return (
        kind.from_texts(texts, 600)
        if issubclass(kind, BpeTokenizer)
        else kind.from_texts(texts)
    )


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("kind", KINDS)
def test_round_trip_of_any_text(kind, name):
    text = NASTY[name]
    tokenizer = trained(kind, [text, KOREAN])
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert all(len(SPECIAL_TOKENS) <= i < tokenizer.vocab_size for i in ids)
    assert tokenizer.decode(np.array(ids, np.int64)) == text


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("kind", [BpeTokenizer, LibraryBpe])
def test_bpe_knows_every_text_it_never_saw(kind, name):
    tokenizer = kind.from_texts([KOREAN], 400)
    ids = tokenizer.encode(NASTY[name])
    assert tokenizer.decode(ids) == NASTY[name] and not set(ids) & set(range(7))
    assert [tokenizer.tokens[i] for i in ids] == tokenizer.tokenize(NASTY[name])


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip_of_a_megabyte(kind):
    rng = np.random.default_rng(0)
    pool = [KOREAN, *NASTY.values()]
    parts = [
        pool[i] if len(pool[i]) < 300 else KOREAN
        for i in rng.integers(len(pool), size=16000)
    ]
    text = "".join(parts)
    assert len(text.encode("utf8", "surrogatepass")) > 1_000_000
    tokenizer = trained(
        kind, [text[:20000], *pool] if issubclass(kind, BpeTokenizer) else [text]
    )
    assert tokenizer.decode(tokenizer.encode(text)) == text


@pytest.mark.parametrize("kind", [EojeolTokenizer, SyllableTokenizer, JamoTokenizer])
def test_what_was_never_seen_is_unknown(kind):
    tokenizer = kind.from_texts(["나는 간다"])
    ids = tokenizer.encode("나는 龍 간다")
    assert ids.count(UNK_ID) == 1
    assert tokenizer.decode(ids) == "나는 <unk> 간다"


def test_every_syllable_is_known_to_jamo():
    tokenizer = JamoTokenizer.from_texts([])
    text = "".join(map(chr, range(ord("가"), ord("힣") + 1)))
    assert tokenizer.vocab_size == 7 + 67
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert "".join(tokenizer.tokenize("값")) == unicodedata.normalize("NFD", "값")


def test_pieces_are_what_their_names_say():
    text = "나는 학교에 간다."
    assert EojeolTokenizer.from_texts([text]).tokenize(text) == [
        "나는",
        "학교에",
        "간다.",
    ]
    assert SyllableTokenizer.from_texts([text]).tokenize("나는 학") == [
        "나",
        "는",
        " ",
        "학",
    ]
    assert len(JamoTokenizer.from_texts([text]).tokenize("나는 학")) == 2 + 3 + 1 + 3
    assert EojeolTokenizer.from_texts([text]).tokenize(" 가  나 ") == [
        " ",
        "가",
        "  ",
        "나",
        " ",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_special_tokens_never_come_from_text(kind):
    text = " ".join(SPECIAL_TOKENS) + "".join(SPECIAL_TOKENS)
    tokenizer = trained(kind, [text] * 50)
    assert tuple(tokenizer.tokens[:7]) == SPECIAL_TOKENS
    assert min(tokenizer.encode(text)) >= 7
    assert tokenizer.decode(tokenizer.encode(text)) == text


@pytest.mark.parametrize("kind", KINDS)
def test_decode_drops_marks_and_shows_unknown_and_masked(kind):
    tokenizer = trained(kind, [KOREAN])
    ids = tokenizer.encode("책을")
    assert tokenizer.decode([CLS_ID, BOS_ID, *ids, EOS_ID, PAD_ID, PAD_ID]) == "책을"
    shown = tokenizer.decode([*ids, MASK_ID, UNK_ID])
    assert shown.replace(" ", "") == "책을<mask><unk>"
    for wrong in (-1, tokenizer.vocab_size):
        with pytest.raises(ValueError, match=f"번호 {wrong}"):
            tokenizer.decode([wrong])


@pytest.mark.parametrize("kind", KINDS)
def test_training_is_deterministic_and_saved_exactly(kind, tmp_path):
    texts = [t for name, t in NASTY.items() if name != "every_plane"]
    first, second = trained(kind, texts), trained(kind, iter(texts))
    assert first.tokens == second.tokens
    first.save(tmp_path / "vocab.json")
    again = load_tokenizer(tmp_path / "vocab.json")
    assert again.kind == first.kind and again.tokens == first.tokens
    assert [again.encode(t) for t in NASTY.values()] == [
        first.encode(t) for t in NASTY.values()
    ]
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (
        tmp_path / "vocab.json"
    ).read_bytes()
    assert {p.name for p in tmp_path.iterdir()} == {"vocab.json", "again.json"}


@pytest.mark.parametrize("kind", [EojeolTokenizer, SyllableTokenizer, JamoTokenizer])
def test_the_vocabulary_keeps_the_most_frequent(kind):
    tokenizer = kind.from_texts(["b b b a a c c d"], 7 + len(kind.required) + 4)
    kept = tokenizer.tokens[7 + len(kind.required) :]
    expected = ["b", "a", "c", "d"] if kind is EojeolTokenizer else [" ", "b", "a", "c"]
    assert kept == expected, "수가 같은 a와 c는 글자 순서대로"
    with pytest.raises(ValueError, match="받은 값은 3"):
        kind.from_texts(["a"], 3)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"bpe"', '"unknown"'),
        lambda text: json.dumps(json.loads(text) | {"alphabet": ["가"]}),
        lambda text: json.dumps(json.loads(text) | {"merges": [["가"]]}),
        lambda text: json.dumps([1, 2]),
        lambda text: "",
    ],
)
def test_damaged_files_are_refused_in_korean(damage, tmp_path):
    path = tmp_path / "vocab.json"
    BpeTokenizer.from_texts([KOREAN] * 3, 400).save(path)
    path.write_text(damage(path.read_text("utf8")), "utf8")
    with pytest.raises(ValueError, match="깨졌습니다"):
        load_tokenizer(path)


def test_files_that_are_missing_or_hold_bad_vocabularies(tmp_path):
    with pytest.raises(FileNotFoundError, match="없습니다"):
        load_tokenizer(tmp_path / "none.json")
    with pytest.raises(ValueError, match="시작해야"):
        SyllableTokenizer(["가", "나"])
    with pytest.raises(ValueError, match="두 번"):
        SyllableTokenizer([*SPECIAL_TOKENS, "가", "가"])


def test_a_failed_save_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "vocab.json"
    tokenizer = SyllableTokenizer.from_texts(["가"])
    tokenizer.save(path)
    before = path.read_bytes()

    def full(*_):
        raise OSError("디스크가 가득 찼습니다")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="가득"):
        SyllableTokenizer.from_texts(["나"]).save(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == [
        "vocab.json"
    ]


def test_word_starts_follow_blanks():
    bpe = BpeTokenizer.from_texts([KOREAN] * 5, 500)
    starts = bpe.starts_word
    text = "나는 오늘 학교에서"
    words = [bpe.tokens[i] for i in bpe.encode(text) if starts[i]]
    assert [w[:2] for w in words] == [" 오", " 학"] and starts[:7].all()
    assert EojeolTokenizer.from_texts([KOREAN]).starts_word.all()


def test_comparison_measures_the_five_tokenisations():
    train = [KOREAN, "영화가 정말 재미있다", "배우의 연기가 좋았다"] * 4
    test = ["영화의 연기가 좋았다", "龍"]
    rows = compare_tokenizations(train, test, bpe_sizes=(350, 420))
    assert [row.name for row in rows] == ["어절", "음절", "자모", "BPE 350", "BPE 420"]
    by_name = {row.name: row for row in rows}
    assert by_name["어절"].tokens_per_sentence == (3 + 1) / 2
    assert by_name["어절"].unknown_rate == 2 / 4  # "영화의"와 "龍"
    assert by_name["음절"].tokens_per_sentence == (len(test[0]) + 1) / 2
    assert by_name["음절"].unknown_rate == 1 / (len(test[0]) + 1)
    assert by_name["자모"].tokens_per_sentence > by_name["음절"].tokens_per_sentence
    assert by_name["BPE 350"].unknown_rate == by_name["BPE 420"].unknown_rate == 0
    assert (
        by_name["BPE 420"].tokens_per_sentence <= by_name["BPE 350"].tokens_per_sentence
    )
    assert by_name["BPE 350"].vocab_size <= 350
    with pytest.raises(ValueError, match="하나 이상"):
        compare_tokenizations([], test)
