"""장난감 과제의 답이 정말로 답인지."""

import numpy as np
import pytest

from jumok.text import BOS_ID, EOS_ID, FIRST_SYMBOL, PAD_ID, reversal_batch


def test_the_target_is_the_source_reversed():
    src, tgt, labels = reversal_batch(np.random.default_rng(0), 64, (1, 9), n_symbols=5)
    assert src.shape == (64, 9) and tgt.shape == labels.shape == (64, 10)
    for x, y, z in zip(src, tgt, labels, strict=True):
        words = [int(i) for i in x if i != PAD_ID]
        rest = [PAD_ID] * (9 - len(words))
        assert words and all(FIRST_SYMBOL <= i < FIRST_SYMBOL + 5 for i in words)
        assert x.tolist() == words + rest
        assert y.tolist() == [BOS_ID, *words[::-1], *rest]
        assert z.tolist() == [*words[::-1], EOS_ID, *rest]


def test_every_length_and_symbol_occurs():
    src, _, _ = reversal_batch(np.random.default_rng(1), 600, (2, 6), n_symbols=4)
    assert set((src != PAD_ID).sum(axis=1)) == {2, 3, 4, 5, 6}
    assert set(src[src != PAD_ID]) == set(range(FIRST_SYMBOL, FIRST_SYMBOL + 4))


@pytest.mark.parametrize(
    "bad",
    [{"lengths": (0, 3)}, {"lengths": (4, 3)}, {"n_symbols": 0}, {"n_sentences": 0}],
)
def test_bad_arguments_are_refused_in_korean(bad):
    good = {"n_sentences": 2, "lengths": (1, 3), "n_symbols": 3}
    with pytest.raises(ValueError, match="받은 값은"):
        reversal_batch(np.random.default_rng(0), **(good | bad))
