"""기준선이 정말 그 모델인지: 확률의 합, 식, 뻔한 경우."""

import math
import random
from collections import Counter

import pytest

from jumok.training.baselines import copy_source, nearest_translations, svm_accuracy
from jumok.training.ngram import END, UNKNOWN, KneserNey, ngram_bits_per_character

TEXTS = ["나는 집에 간다", "나는 밥을 먹는다", "너는 집에 온다", "나는 집에 온다"]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_kneser_ney_probabilities_sum_to_one_in_every_context(order):
    model = KneserNey(TEXTS, order)
    for history in ("", "나는 ", "집에 ", "본 적 없는 말", END * 4, "간다"):
        total = sum(model.prob(symbol, history) for symbol in model.symbols)
        assert total == pytest.approx(1.0, abs=1e-12)


def test_kneser_ney_bigram_by_hand():
    """글 'ab', 'ab', 'cb': 정의대로 손으로 구한 값과 같습니다."""
    model = KneserNey(["ab", "ab", "cb"], order=2)
    # 두 글자: ␀a×2, ab×2, b␀×3, ␀c×1, cb×1 → n₁ = 2, n₂ = 2, d = 2/6
    # 한 글자는 앞에 온 글자의 가짓수: a 1, b 2, ␀ 1, c 1
    #   → 합 5, n₁ = 3, n₂ = 1, d = 3/5
    base = 1 / 5  # a, b, c, ␀, 모르는 글자
    b = (2 - 3 / 5) / 5 + (3 / 5) * 4 / 5 * base
    assert model.prob("b", "a") == pytest.approx((2 - 1 / 3) / 2 + (1 / 3) * 1 / 2 * b)
    assert model.prob("c", "a") == pytest.approx(
        (1 / 3) / 2 * ((1 - 3 / 5) / 5 + (3 / 5) * 4 / 5 * base)
    )


def counted(texts, order):
    """정의를 그대로 옮긴 것: 사전에 세고, 글자 하나의 확률을 짧은 차수부터 구합니다."""
    counts = [Counter() for _ in range(order + 1)]
    for text in texts:
        padded = END * (order - 1) + text + END
        for i in range(len(padded) - order + 1):
            counts[order][padded[i : i + order]] += 1
    for n in range(order, 1, -1):
        counts[n - 1] = Counter(gram[1:] for gram in counts[n])

    def prob(symbol, history):
        p = 1 / (len(counts[1]) + 1)
        for n in range(1, order + 1):
            context = history[len(history) - n + 1 :] if n > 1 else ""
            after = {g: c for g, c in counts[n].items() if g[:-1] == context}
            if not after:
                return p
            ones, twos = (sum(c == k for c in counts[n].values()) for k in (1, 2))
            d = ones / (ones + 2 * twos) if ones and twos else 0.5
            kept = max(counts[n][context + symbol] - d, 0)
            p = (kept + d * len(after) * p) / sum(after.values())
        return p

    return prob


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_kneser_ney_is_its_definition(order):
    model, prob = KneserNey(TEXTS, order), counted(TEXTS, order)
    for text in ("나는 물을 먹는다", "너는 밥을 온다", "뷁 나는", ""):
        padded = END * (order - 1) + text + END
        for i in range(order - 1, len(padded)):
            near = padded[i - order + 1 : i]
            want = prob(padded[i], near)
            assert model.prob(padded[i], near) == pytest.approx(want, rel=1e-12)


def test_unseen_symbols_share_one_probability():
    model = KneserNey(TEXTS, 3)
    assert model.prob("뷁", "나는 ") == model.prob(UNKNOWN, "나는 ") > 0


def test_a_longer_memory_needs_fewer_bits_on_regular_text():
    rng = random.Random(0)
    words = ["사과를 ", "먹는다 ", "나는 ", "물을 ", "마신다 "]
    texts = ["".join(rng.choices(words, k=8)) for _ in range(200)]
    bits = [
        ngram_bits_per_character(KneserNey(texts[:150], n), texts[150:])
        for n in (1, 2, 4)
    ]
    assert bits[0] > bits[1] > bits[2]
    assert bits[2] > math.log2(5) * 8 / 27, (
        "낱말 하나를 고르는 정보보다 적게 들 수는 없습니다"
    )


def test_nearest_translation_returns_the_translation_of_the_closest_source():
    train = [
        ("나는 집에 간다", "I go home"),
        ("고양이가 잔다", "The cat sleeps"),
        ("비가 온다", "It rains"),
    ]
    found = nearest_translations(train, ["고양이가 지금 잔다", "나는 집에 간다", ""])
    assert found == ["The cat sleeps", "I go home", "I go home"]


def test_copying_is_copying():
    assert copy_source(["a", "b"]) == ["a", "b"]


def test_svm_learns_what_is_in_the_letters_and_nothing_from_noise():
    rng = random.Random(1)
    texts = ["".join(rng.choices("가나다라마", k=12)) for _ in range(300)]
    labels = [int("가나" in text) for text in texts]
    assert svm_accuracy((texts[:200], labels[:200]), (texts[200:], labels[200:])) > 0.9
    noise = [rng.randint(0, 1) for _ in texts]
    assert svm_accuracy((texts[:200], noise[:200]), (texts[200:], noise[200:])) < 0.7


def test_nothing_to_learn_from_is_refused():
    for call in (
        lambda: KneserNey([]),
        lambda: KneserNey(TEXTS, 0),
        lambda: nearest_translations([], ["a"]),
    ):
        with pytest.raises(ValueError, match=r"[가-힣]"):
            call()
