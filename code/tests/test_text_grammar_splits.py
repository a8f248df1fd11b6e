"""내장 말뭉치의 나눔: 겹치지 않음, 처음 보는 조합, 아는 낱말, 더 긴 문장."""

import pytest

from jumok.text.grammar import is_held_out
from jumok.text.grammar.generator import (
    LONGEST,
    LONGEST_ENGLISH,
    ambiguous_words,
    make_splits,
)


@pytest.fixture(scope="module")
def parts():
    return make_splits(seed=0, n_train=8_000, n_dev=300, n_test=300, n_long=100)


def test_splits_do_not_overlap(parts):
    groups = [parts.train, parts.dev, parts.test, parts.test_long]
    assert [len(group) for group in groups] == [8_000, 300, 300, 100]
    for side in ("korean", "english"):
        assert not {getattr(p, side) for p in parts.train} & {
            getattr(p, side) for p in parts.test_long
        }
    sentences = [pair.korean for group in groups for pair in group]
    assert len(set(sentences)) == len(sentences)


def test_test_sentences_hold_combinations_never_seen_in_training(parts):
    seen = {combo for pair in (*parts.train, *parts.dev) for combo in pair.combos}
    held = [sum(combo not in seen for combo in pair.combos) for pair in parts.test]
    assert min(held) >= 1
    assert not any(is_held_out(combo) for combo in seen)


def test_no_test_word_is_unknown_to_training(parts):
    for side in ("korean_words", "english_words"):
        known = {word for pair in parts.train for word in getattr(pair, side)}
        for group in (parts.test, parts.test_long):
            assert {word for pair in group for word in getattr(pair, side)} <= known


def test_long_sentences_are_longer_than_any_in_training(parts):
    for side, limit in (("korean_words", LONGEST), ("english_words", LONGEST_ENGLISH)):
        longest = max(len(getattr(pair, side)) for pair in parts.train)
        assert (
            longest <= limit < min(len(getattr(pair, side)) for pair in parts.test_long)
        )


def test_combinations_of_words_with_several_senses_are_never_held_out():
    """'파이를 굽다'가 bake인지 grill인지는 그 조합을 본 사람만 압니다."""
    words = ambiguous_words()
    assert {"굽다", "쓰다", "타다"} <= words and "먹다" not in words
    assert not any(is_held_out(f"{word}+{i}") for word in words for i in range(200))
