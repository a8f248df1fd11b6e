"""BPE: 손으로 한 예와 단순한 구현과 같은 규칙, 라이브러리와 같은 분할.

길어도 느려지지 않는 조각.
"""

import random
import unicodedata
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from jumok.text import BpeTokenizer, LibraryBpe, apply_merges, learn_merges, merge_pair
from jumok.text.bpe import LONGEST, choose_alphabet, count_words, split_words


def several(words: str) -> list[str]:
    return words.split("|")


STEMS = several(
    "먹|가|보|읽|쓰|달리|만들|배우|가르치|생각하|좋아하|재미있|아름답|어렵|빠르"
)
ENDINGS = several(
    "는다|았다|었습니다|지만|고|는데|으면|니까|다|어요|지|않는다|기|ㅋㅋ|ㅠㅠ!!|..."
)
NOUNS = several("영화|배우|학교|책|사람|연기|감독|Python|list|3월|10대|함수|값")
PARTICLES = several("은|는|이|가|을|를|에서|으로|의|도|만|까지")
NASTY = [
    *(
        " ",
        "  ",
        "\n",
        "\t",
        "\r\n",
        "\u00a0",
        "\u3000",
        "\u200d",
        "\x00",
        "\x1c",
        "\x85",
    ),
    *(
        "가",
        "영화",
        "ㅋㅋㅋ",
        "\u1112",
        "\u1161\u11ab",
        "뷁",
        "龍",
        "é",
        "e\u0301",
        "ß",
        "İ",
        "ǅ",
        "𝔸",
        "ﬁ",
    ),
    *(
        "😀",
        "👨\u200d👩\u200d👧",
        "a",
        "Z",
        "0",
        "٣",
        "½",
        "\U0010ffff",
        "<pad>",
        "<0xEA>",
        "&&",
    ),
    *"._…「[]^-\\~",
]


def sentences(n: int, seed: int = 0) -> list[str]:
    """우리가 지은 말뭉치: 명사와 조사, 줄기와 어미를 이어 만든 글."""
    rng = random.Random(seed)

    def word() -> str:
        if rng.random() < 0.6:
            return rng.choice(NOUNS) + rng.choice(PARTICLES)
        return rng.choice(STEMS) + rng.choice(ENDINGS)

    return [" ".join(word() for _ in range(rng.randint(1, 9))) for _ in range(n)]


def nasty_strings(n: int, seed: int = 1) -> list[str]:
    """까다로운 글자를 아무렇게나 이은 글.

    빈칸, 조합용 자모, 제어 문자, 이모지, 구두점, 안 배운 글자입니다.
    """
    rng = random.Random(seed)
    texts = ["".join(rng.choices(NASTY, k=rng.randint(0, 30))) for _ in range(n)]
    return [
        *texts,
        "ㅋ" * 1000,
        " " * 100 + "가",
        "영화" * 500,
        unicodedata.normalize("NFD", "영화를 보았다"),
    ]


def learn_slowly(words: dict[str, int], n_merges: int) -> list[tuple[str, str]]:
    """걸음마다 모든 단어를 다시 세는, 가장 단순한 BPE. 빠른 구현의 기준입니다."""
    spelled = {word: list(word) for word in words}
    made, merges = {letter for word in words for letter in word}, []
    while len(merges) < n_merges:
        counts = Counter()
        for word, pieces in spelled.items():
            for pair in pairwise(pieces):
                counts[pair] += words[word]
        fit = [p for p, n in counts.items() if n > 1 and p[0] + p[1] not in made]
        if not fit:
            break
        best = min(fit, key=lambda p: (-counts[p], p))
        merges.append(best)
        made.add(best[0] + best[1])
        spelled = {word: merge_pair(pieces, best) for word, pieces in spelled.items()}
    return merges


def test_the_textbook_example_by_hand():
    """Sennrich et al. (2016)의 예를 한글로.

    낮다 5번, 낮은 2번, 새로운 6번, 넓은 3번.
    """
    words = {"낮다": 5, "낮은": 2, "새로운": 6, "넓은": 3}
    merges = learn_merges(words, sorted(set("".join(words))), 4)
    # 새로·로운이 6번으로 같고 글자 순서는 로가 앞입니다. 그다음은 새+로운 6번,
    # 낮+다와 넓은·낮은… 가운데 낮다 5번입니다.
    assert merges == [("로", "운"), ("새", "로운"), ("낮", "다"), ("넓", "은")]
    ranks = {pair: i for i, pair in enumerate(merges)}
    assert apply_merges("새로운", ranks) == ["새로운"]
    assert apply_merges("넓다", ranks) == ["넓", "다"]
    assert apply_merges("", ranks) == []


@pytest.mark.parametrize("seed", range(8))
def test_incremental_counts_learn_what_recounting_learns(seed):
    rng = np.random.default_rng(seed)
    spelled = [
        "".join(rng.choice(list("ㅋㅠ가나"), size=rng.integers(1, 9)))
        for _ in range(60)
    ]
    words = {word: int(rng.integers(1, 6)) for word in spelled}
    merges = learn_merges(words, list("ㅋㅠ가나"), 60)
    assert merges == learn_slowly(words, 60) and len(merges) > 20
    assert len({a + b for a, b in merges}) == len(merges), "조각마다 규칙이 하나"
    shuffled = dict(sorted(words.items(), reverse=True))
    assert learn_merges(shuffled, list("ㅋㅠ가나"), 60) == merges, (
        "단어의 차례와 상관없다"
    )


def test_incremental_counts_on_a_real_shape_of_text():
    words = count_words(sentences(400))
    alphabet = choose_alphabet(words, 1.0, 10**6)
    assert learn_merges(words, alphabet, 150) == learn_slowly(words, 150)


def test_training_segments_its_own_words_as_encoding_does():
    """배우는 동안의 조각과, 다 배운 뒤 규칙을 적용한 조각이 같아야 합니다."""
    words = count_words(sentences(300))
    merges = learn_merges(words, choose_alphabet(words, 1.0, 10**6), 200)
    ranks = {pair: i for i, pair in enumerate(merges)}
    for word in words:
        pieces = list(word)
        for pair in merges:
            pieces = merge_pair(pieces, pair)
        assert apply_merges(word, ranks) == pieces


@pytest.mark.parametrize("vocab_size", [300, 420, 700])
def test_the_library_segments_the_same_on_the_same_merges(vocab_size):
    ours = BpeTokenizer.from_texts(sentences(3000), vocab_size)
    library = LibraryBpe.of(ours)
    texts = [*sentences(3000, seed=7), *nasty_strings(3000)]
    assert [library.encode(t) for t in texts] == [ours.encode(t) for t in texts]
    assert library.encode_batch(texts) == [ours.encode(t) for t in texts]
    assert [library.library.decode(ours.encode(t)) for t in texts] == texts


def test_merges_learned_by_the_library_work_here():
    library = LibraryBpe.from_texts(sentences(3000), 600)
    ours = BpeTokenizer(library.alphabet, library.merges)
    texts = [*sentences(1000, seed=3), *nasty_strings(1000)]
    assert library.vocab_size == ours.vocab_size <= 600
    assert len(library.merges) > 50
    assert [library.encode(t) for t in texts] == [ours.encode(t) for t in texts]
    assert [ours.decode(library.encode(t)) for t in texts] == texts


def test_two_rules_for_one_piece_still_agree_with_the_library():
    """라이브러리는 (가, 나다)와 (가나, 다)를 둘 다 배울 수 있습니다.

    조각은 하나이고 규칙은 둘입니다.
    """
    rules = "가+나 나+다 가나+다 가+나다 가나다+가 다+가 라+라 라라+라"
    merges = [tuple(rule.split("+")) for rule in rules.split()]
    ours = BpeTokenizer(list("가나다라"), merges)
    assert ours.tokens.count("가나다") == 1
    rng = random.Random(0)
    texts = [
        "".join(rng.choices("가나다라", k=rng.randint(1, 14))) for _ in range(3000)
    ]
    assert LibraryBpe.of(ours).encode_batch(texts) == [ours.encode(t) for t in texts]


def test_splitting_loses_nothing_and_bounds_the_pieces():
    for text in [*sentences(200), *nasty_strings(500)]:
        words = split_words(text)
        assert "".join(words) == text
        assert all(1 <= len(word) <= LONGEST + 1 for word in words)
    assert split_words("Python을 3.5배  쓴다!") == [
        "Python",
        "을",
        " 3",
        ".",
        "5",
        "배",
        " ",
        " 쓴다",
        "!",
    ]


def test_alphabet_is_the_frequent_letters():
    words = Counter({"가가가가": 20, "나나": 9, "다": 1, "라": 1})
    assert choose_alphabet(words, 1.0, 10) == ["가", "나", "다", "라"]
    assert choose_alphabet(words, 0.98, 10) == ["가", "나"]
    assert choose_alphabet(words, 1.0, 1) == ["가"]


def test_letters_outside_the_alphabet_become_bytes():
    bpe = BpeTokenizer.from_texts(["가나가나가나"] * 5, 300)
    assert bpe.tokenize("가나힣") == ["가나", "<0xED>", "<0x9E>", "<0xA3>"]
    half = bpe.encode("힣")[:2]
    assert bpe.decode([*half, *bpe.encode("가")]) == "\ufffd가", (
        "반쪽짜리 바이트는 �로 보인다"
    )


def test_letters_outside_the_alphabet_break_words_in_training():
    """가힣나에서 힣이 알파벳에 없으면 가와 나는 이웃이 아닙니다."""
    assert learn_merges({"가힣나": 9}, ["가", "나"], 5) == []


def test_vocabulary_size_is_exact_when_pairs_suffice():
    assert BpeTokenizer.from_texts(sentences(2000), 500).vocab_size == 500
    assert BpeTokenizer.from_texts([], 500).vocab_size == 7 + 256
    for kind in (BpeTokenizer, LibraryBpe):
        with pytest.raises(ValueError, match="받은 값은 200"):
            kind.from_texts(["가"], 200)


def test_the_cache_is_bounded_and_changes_nothing(monkeypatch):
    bpe = BpeTokenizer.from_texts(sentences(500), 400)
    texts = sentences(300, seed=9)
    first = [bpe.encode(t) for t in texts]
    assert [bpe.encode(t) for t in texts] == first
    monkeypatch.setattr("jumok.text.bpe.CACHED", 5)
    small = BpeTokenizer(bpe.alphabet, bpe.merges)
    assert [small.encode(t) for t in texts] == first and len(small._cache) == 5
    small.encode("가")[:] = [1, 2, 3]
    assert small.encode("가") == bpe.encode("가"), (
        "돌려준 목록을 고쳐도 외운 것은 그대로"
    )


def test_one_long_word_is_not_quadratic():
    """조각의 길이에 끝이 있으므로, 일은 글의 길이에 비례합니다.

    시간이 아니라 합치기의 횟수로 봅니다.
    """
    bpe = BpeTokenizer.from_texts(["ㅋㅋㅋㅋ 가나다라"] * 9, 280)
    text = "ㅋ" * 100_000
    assert bpe.decode(bpe.encode(text)) == text
    assert len(bpe._cache) <= 2
