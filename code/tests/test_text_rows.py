"""글 하나가 한 줄인 배치: 한 번씩, 한 칸 뒤의 정답, 나누기와 이어 가기, 채움."""

import numpy as np
import pytest

from jumok.text import EOS_ID, PAD_ID, RowBatches, TokenTable, with_eos

MAX_LEN = 24


def make(n=500, max_tokens=512, **options):
    """첫 토큰이 글의 번호인 글들과 그 배치."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 30, size=n)
    texts = [[1000 + i, *rng.integers(7, 99, k - 1)] for i, k in enumerate(lengths)]
    table = TokenTable.from_rows(with_eos(texts))
    return texts, RowBatches(table, max_tokens, max_len=MAX_LEN, **options)


def test_every_text_once_an_epoch_with_the_next_token_as_the_answer():
    texts, batches = make()
    seen = []
    for batch in batches.epoch(0):
        assert batch.ids.size <= 512 and batch.n_tokens == batch.step_tokens
        for ids, targets in zip(batch.ids, batch.targets, strict=True):
            n = int((targets != PAD_ID).sum())
            whole = [*texts[targets[0] - 1000], EOS_ID][:MAX_LEN]
            assert targets[:n].tolist() == whole
            assert ids[:n].tolist() == [EOS_ID, *whole[:-1]]
            assert not ids[n:].any() and not targets[n:].any()
            seen.append(int(targets[0]) - 1000)
    assert sorted(seen) == list(range(len(texts)))
    assert batches.steps() == len(list(batches.epoch(0)))


def test_epochs_differ_and_a_stop_can_be_resumed():
    _, batches = make()
    first, again, second = (
        [batch.targets for batch in batches.epoch(e, s)]
        for e, s in ((0, 0), (0, 3), (1, 0))
    )
    assert all(np.array_equal(a, b) for a, b in zip(first[3:], again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, second, strict=False))


@pytest.mark.parametrize("options", [{}, {"round_to": 8}])
def test_processes_share_the_rows_of_a_step(options):
    _, alone = make(**options)
    parts = [make(rank=r, world=2, **options)[1] for r in (0, 1)]
    for whole, *halves in zip(*(b.epoch(0) for b in (alone, *parts)), strict=True):
        joined = np.concatenate([half.targets for half in halves])
        assert sorted(joined.tolist()) == sorted(whole.targets.tolist())
        assert sum(half.n_tokens for half in halves) == whole.step_tokens


def test_texts_of_like_length_leave_little_padding():
    _, batches = make(n=4000)
    assert batches.padding_share() < 0.03


def test_sizes_that_cannot_work_are_refused():
    for options in ({"max_tokens": 64}, {"rank": 2}, {"n": 0}):
        with pytest.raises(ValueError, match=r"[가-힣]"):
            make(**options)
