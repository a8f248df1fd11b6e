"""글 하나가 한 줄인 배치: 한 번씩, 한 칸 뒤의 정답, 섞인 길이, 나누기와 잇기."""

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


@pytest.mark.parametrize("n", [3, 500, 20_000])
def test_every_text_once_an_epoch_with_the_next_token_as_the_answer(n):
    texts, batches = make(n)
    seen = []
    for batch in batches.epoch(0):
        assert batch.n_tokens == batch.step_tokens <= 512
        lengths = (batch.targets != PAD_ID).sum(axis=1)
        assert (np.diff(lengths) <= 0).all(), "긴 것부터"
        for ids, targets, k in zip(batch.ids, batch.targets, lengths, strict=True):
            whole = [*texts[targets[0] - 1000], EOS_ID][:MAX_LEN]
            assert targets[:k].tolist() == whole
            assert ids[:k].tolist() == [EOS_ID, *whole[:-1]]
            assert not ids[k:].any() and not targets[k:].any()
            seen.append(int(targets[0]) - 1000)
    assert sorted(seen) == list(range(n))
    assert batches.steps() == len(list(batches.epoch(0)))


def test_steps_are_full_and_mix_the_lengths():
    _, batches = make(4000)
    steps = list(batches.epoch(0))[:-1]
    assert all(batch.step_tokens > 512 - MAX_LEN for batch in steps)
    means = [batch.step_tokens / len(batch.ids) for batch in steps]
    # 길이로 묶었다면 걸음마다의 평균 길이가 1부터 24까지 흩어집니다.
    assert np.std(means) < 2


def test_epochs_differ_and_a_stop_can_be_resumed():
    _, batches = make()
    first, again, second = (
        [batch.targets for batch in batches.epoch(e, s)]
        for e, s in ((0, 0), (0, 3), (1, 0))
    )
    assert all(np.array_equal(a, b) for a, b in zip(first[3:], again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, second, strict=False))


def test_processes_share_the_rows_of_a_step():
    _, alone = make()
    parts = [make(rank=r, world=2)[1] for r in (0, 1)]
    for whole, *halves in zip(*(b.epoch(0) for b in (alone, *parts)), strict=True):
        joined = [row[row > 0].tolist() for half in halves for row in half.targets]
        want = [row[row > 0].tolist() for row in whole.targets]
        assert sorted(joined) == sorted(want)
        assert sum(half.n_tokens for half in halves) == whole.step_tokens


def test_sizes_that_cannot_work_are_refused():
    for options in ({"max_tokens": 64}, {"rank": 2}, {"n": 0}):
        with pytest.raises(ValueError, match=r"[가-힣]"):
            make(**options)
