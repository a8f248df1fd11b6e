"""손으로 구한 성적이 sacreBLEU와 같은지, 식이 맞는지."""

import math
import random

import pytest
from sacrebleu.metrics import BLEU

from jumok.training.metrics import (
    alignment_error_rate,
    bits_per_character,
    bleu,
    corpus_scores,
    exact_match,
)

A, B = (
    ["the", "cat", "sat", "on", "the", "mat"],
    ["there", "is", "a", "cat", "on", "the", "mat"],
)
CASES = {
    "same": ([A], [A]),
    "shorter": ([A[:5]], [A]),
    "longer": ([A + B], [A]),
    "no 4-gram": ([["the", "cat", "on", "the", "mat", "sat"]], [A]),
    "no 3-gram": ([["mat", "the", "on", "cat", "sat", "the"]], [A]),
    "nothing right": ([["x", "y", "z", "w"]], [A]),
    "empty answer": ([[]], [A]),
    "empty reference": ([A], [[]]),
    "too short for 4-grams": ([["the", "cat"]], [["the", "cat"]]),
    "repeated words": ([["the"] * 7], [A]),
    "one empty among many": ([A, [], B], [A, A, A]),
    "unicode": (
        [["나는", "집에", "간다", "그리고", "잔다"]],
        [["나는", "집에", "간다", "그리고", "먹는다"]],
    ),
}


def sacre(hypotheses, references):
    metric = BLEU(tokenize="none")
    return metric.corpus_score(
        [" ".join(h) for h in hypotheses], [[" ".join(r) for r in references]]
    ).score


@pytest.mark.parametrize("case", CASES)
def test_bleu_by_hand_is_sacrebleu_on_edge_cases(case):
    hypotheses, references = CASES[case]
    assert bleu(hypotheses, references) == pytest.approx(
        sacre(hypotheses, references), abs=1e-6
    )


def test_bleu_by_hand_is_sacrebleu_on_random_corpora():
    rng = random.Random(0)
    for size in (1, 3, 40):
        for _ in range(20):
            truth = [
                [rng.choice("abcde") for _ in range(rng.randint(1, 12))]
                for _ in range(size)
            ]
            mine = [
                [w if rng.random() < 0.7 else "z" for w in words][: rng.randint(1, 12)]
                for words in truth
            ]
            assert bleu(mine, truth) == pytest.approx(sacre(mine, truth), abs=1e-6)


def test_corpus_scores_carry_their_signature():
    scores = corpus_scores(["I go home.", "He sleeps."], ["I go home.", "He slept."])
    assert (
        scores["exact_match"] == 0.5
        and 0 < scores["bleu"] < 100
        and 0 < scores["chrf"] < 100
    )
    assert (
        "tok:13a" in scores["bleu_signature"] and "version:" in scores["chrf_signature"]
    )


def test_exact_match_counts_whole_sentences():
    assert exact_match(["a b", "a"], ["a b", "b"]) == 0.5


def test_bits_per_character_of_a_uniform_model():
    n = 37
    assert bits_per_character(n * math.log(8), n) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("predicted", "gold", "rate"),
    [
        ([[(0, 0), (1, 1)]], [[(0, 0), (1, 1)]], 0.0),
        ([[(0, 1)]], [[(0, 0)]], 1.0),
        ([[(0, 0), (1, 0)], []], [[(0, 0)], [(2, 2)]], 1 - 2 / 4),
    ],
)
def test_alignment_error_rate(predicted, gold, rate):
    assert alignment_error_rate(predicted, gold) == pytest.approx(rate)


def test_wrong_inputs_are_refused_in_korean():
    for call in (
        lambda: bleu([A], []),
        lambda: corpus_scores([], []),
        lambda: exact_match(["a"], []),
        lambda: bits_per_character(1.0, 0),
        lambda: alignment_error_rate([[]], [[]]),
    ):
        with pytest.raises(ValueError, match=r"[가-힣]"):
            call()
