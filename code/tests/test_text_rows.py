"""글의 처음에서 자른 배치: 빠진 글이 없는지, 한 칸 뒤의 정답, 나누기와 이어 가기."""

import numpy as np
import pytest

from jumok.text import EOS_ID, PAD_ID, RowBatches, TokenTable, with_eos

WIDTH = 24


def make(n=500, rows=8, longest=40, **options):
    """첫 토큰이 글의 번호인 글들과 그 배치. 줄보다 긴 글도 있습니다."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, longest, size=n)
    texts = [[1000 + i, *rng.integers(7, 99, k - 1)] for i, k in enumerate(lengths)]
    table = TokenTable.from_rows(with_eos(texts))
    return texts, RowBatches(table, rows, WIDTH, **options)


def test_every_row_starts_with_a_text_and_goes_on_with_the_next():
    texts, batches = make(drop_last=False)
    line = [token for text in texts for token in (*text, EOS_ID)]
    for batch in batches.epoch(0):
        for ids, targets in zip(batch.ids, batch.targets, strict=True):
            if not targets.any():
                continue  # 모양을 맞춘 빈 줄
            place = line.index(targets[0])
            want = line[place : place + WIDTH]
            assert targets[0] >= 1000
            assert targets.tolist() == want + [PAD_ID] * (WIDTH - len(want))
            assert ids.tolist() == [EOS_ID, *targets[:-1].tolist()]


def test_the_whole_of_every_text_that_fits_is_read():
    """줄의 끝에서 잘린 글은 다음 줄의 처음에서 온전히 나옵니다."""
    texts, batches = make(drop_last=False)
    rows = [row for batch in batches.epoch(0) for row in batch.targets]
    seen = [row.tolist() for row in rows if row.any()]
    inside = set()
    for row in seen:
        first = [i for i, token in enumerate(row) if token >= 1000]
        for i, j in zip(first, [*first[1:], None], strict=True):
            inside.add(tuple(row[i:j]))
    for text in texts:
        assert tuple([*text, EOS_ID][:WIDTH]) in {x[:WIDTH] for x in inside}
    # 두 번 읽는 것은 줄마다 잘린 글 하나뿐입니다.
    whole = sum(min(len(text) + 1, WIDTH) for text in texts)
    assert whole <= len(seen) * WIDTH < 1.6 * whole


def test_epochs_differ_and_a_stop_can_be_resumed():
    _, batches = make()
    first, again, second = (
        [batch.targets for batch in batches.epoch(e, s)]
        for e, s in ((0, 0), (0, 3), (1, 0))
    )
    assert all(np.array_equal(a, b) for a, b in zip(first[3:], again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert len(first) == batches.steps()


@pytest.mark.parametrize("drop_last", [True, False])
def test_processes_share_the_rows_of_a_step(drop_last):
    _, alone = make(drop_last=drop_last)
    parts = [make(rank=r, world=2, drop_last=drop_last)[1] for r in (0, 1)]
    for whole, *halves in zip(*(b.epoch(0) for b in (alone, *parts)), strict=True):
        joined = np.concatenate([half.targets for half in halves])
        assert sorted(joined.tolist()) == sorted(whole.targets.tolist())
        assert sum(half.n_tokens for half in halves) == whole.step_tokens


def test_sizes_that_cannot_work_are_refused():
    for options in ({"rows": 5000}, {"rank": 2}, {"n": 0}):
        with pytest.raises(ValueError, match=r"[가-힣]"):
            make(**options)
