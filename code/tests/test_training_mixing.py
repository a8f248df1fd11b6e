"""5-gram의 곡선, 섞은 모델, 계산량: 정의와 성질."""

import math
import random

import numpy as np
import pytest

from jumok.training.mixing import best_mixture, budget_facts, mixed_bits, ngram_curve
from jumok.training.ngram import END, KneserNey, ngram_bits_per_character

WORDS = ["사과를 ", "먹는다 ", "나는 ", "물을 ", "마신다 "]


def texts(n: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices(WORDS, k=6)) for _ in range(n)]


def test_log_probs_are_the_chain_rule_letter_by_letter():
    model = KneserNey(texts(50, 0), 3)
    for text, row in zip(
        held := ["나는 물을", "", "뷁"], model.log_probs(held), strict=True
    ):
        padded = END * 2 + text + END
        want = [
            math.log(model.prob(padded[i], padded[:i])) for i in range(2, len(padded))
        ]
        np.testing.assert_allclose(row, want, rtol=1e-12)
        assert model.nats(text) == pytest.approx(-sum(want))


def test_tokens_are_counted_like_letters():
    """토큰의 줄을 세는 것은 그 번호의 글자를 세는 것과 같습니다."""
    rows = [[ord(x) for x in text] for text in texts(40, 0)]
    letters, numbers = KneserNey(texts(40, 0), 4), KneserNey(rows, 4)
    for a, b in zip(
        letters.log_probs(texts(5, 1)),
        numbers.log_probs([[ord(x) for x in text] for text in texts(5, 1)]),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    assert set(map(ord, letters.symbols)) == numbers.symbols


def test_a_line_too_long_for_64_bits_is_counted_all_the_same():
    """높은 차수에서는 줄 하나가 64비트에 들지 않습니다. 그래도 확률의 합은 1입니다."""
    train, held = texts(20, 0), texts(4, 1)
    for order in (9, 24):
        model = KneserNey(train, order)
        total = sum(model.prob(x, "나는 물을 ") for x in model.symbols)
        assert total == pytest.approx(1.0, abs=1e-12)
    assert model.levels[-1].grams.dtype == object
    assert 0 < ngram_bits_per_character(model, held) < 3


def test_more_text_needs_fewer_bits():
    train, held = texts(400, 0), texts(60, 1)
    rows = ngram_curve(train, held, [400, 10, 60], order=3)
    assert [row["texts"] for row in rows] == [10, 60, 400]
    bits = [row["bits_per_character"] for row in rows]
    assert bits[0] > bits[1] > bits[2]
    whole = ngram_bits_per_character(KneserNey(train, 3), held)
    assert bits[2] == pytest.approx(whole)
    assert rows[2]["characters"] == sum(map(len, train))
    with pytest.raises(ValueError, match="401"):
        ngram_curve(train, held, [401])


def test_the_ends_of_the_mixture_are_the_models_and_the_middle_is_a_mixture():
    a = [np.log([0.5, 0.1]), np.log([0.25])]
    b = [np.log([0.1, 0.5]), np.log([0.25])]
    assert mixed_bits(a, b, 1.0, 3) == pytest.approx(math.log2(80) / 3)
    assert mixed_bits(a, b, 0.0, 3) == mixed_bits(b, a, 1.0, 3)
    want = -(2 * math.log2(0.3) + math.log2(0.25)) / 3
    assert mixed_bits(a, b, 0.5, 3) == pytest.approx(want)
    with pytest.raises(ValueError, match="토큰의 수"):
        mixed_bits(a, b[:1], 0.5, 3)


def test_the_share_is_chosen_on_dev_alone():
    a, b = [np.log([0.5, 0.1])], [np.log([0.1, 0.5])]
    found = best_mixture((a, b, 2), (a, a, 2), [0.0, 0.5, 1.0])
    assert found.share == 0.5
    assert found.dev_bits == pytest.approx(mixed_bits(a, b, 0.5, 2))
    assert found.test_bits == pytest.approx(mixed_bits(a, a, 1.0, 2))
    assert [share for share, _ in found.dev_curve] == [0.0, 0.5, 1.0]


def test_the_budget_is_six_times_parameters_times_tokens():
    facts = budget_facts(2_596_992, 6_553_600)
    assert facts["train_flops_6nd"] == 6 * 2_596_992 * 6_553_600
    assert facts["tokens_per_parameter"] == 2.52
