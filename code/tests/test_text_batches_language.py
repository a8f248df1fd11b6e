"""MLM, NSP, GPT 배치.

가리는 비율, 구간과 이름표, 이어진 줄, 나누기와 다시 시작하기, 메모리.
"""

import tracemalloc
from itertools import chain

import numpy as np
import pytest

from jumok.text import (
    CLS_ID,
    EOS_ID,
    MASK_ID,
    PAD_ID,
    SEP_ID,
    UNK_ID,
    MlmBatches,
    NspBatches,
    PackedBatches,
    TokenTable,
    mask_tokens,
    with_eos,
)

V = 1000


def make_sentences(n: int, seed: int = 0, longest: int = 30) -> list[list[int]]:
    """첫 토큰이 문장의 번호인 문장들."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, longest, size=n)
    return [
        [V + i, *rng.integers(7, V, size=k - 1).tolist()] for i, k in enumerate(lengths)
    ]


def originals(batch) -> list[list[int]]:
    """가린 자리에 본디 토큰을 되돌려 놓은 줄들. 채움은 뺍니다."""
    ids = np.where(batch.targets != PAD_ID, batch.targets, batch.ids)
    return [row[row != PAD_ID].tolist() for row in ids if row.any()]


def near(count: int, n: int, p: float) -> bool:
    """n번 가운데 count번이 확률 p와 어긋나지 않는지(4.5 표준편차)."""
    return abs(count - n * p) < 4.5 * np.sqrt(n * p * (1 - p))


def test_masking_is_fifteen_percent_and_eighty_ten_ten():
    rng = np.random.default_rng(0)
    ids = rng.integers(7, V, size=(400, 500))
    changed, targets = mask_tokens(ids, V, rng)
    chosen = targets != PAD_ID
    n = int(chosen.sum())
    assert near(n, ids.size, 0.15)
    assert (targets[chosen] == ids[chosen]).all() and (
        changed[~chosen] == ids[~chosen]
    ).all()
    masked, kept = changed[chosen] == MASK_ID, changed[chosen] == ids[chosen]
    assert near(masked.sum(), n, 0.8)
    assert near(kept.sum(), n, 0.1 + 0.1 / (V - 7))
    random = changed[chosen][~masked & ~kept]
    assert random.min() >= 7 and random.max() < V
    bins = np.histogram(random, bins=10, range=(7, V))[0]
    assert (
        (bins - len(random) / 10) ** 2 / (len(random) / 10)
    ).sum() < 33.7  # 카이제곱, 자유도 9, 0.01 %


def test_special_tokens_are_never_chosen():
    rng = np.random.default_rng(1)
    ids = rng.integers(0, 14, size=(300, 50))
    changed, targets = mask_tokens(ids, 14, rng, rate=0.9)
    special = ids < 7
    assert (targets[special] == PAD_ID).all() and (
        changed[special] == ids[special]
    ).all()
    assert UNK_ID in ids[special] and (targets[~special] != PAD_ID).mean() > 0.85


def test_every_row_with_a_word_has_a_target_and_empty_rows_have_none():
    ids = np.array(
        [[CLS_ID, 9, SEP_ID, PAD_ID], [PAD_ID] * 4, [CLS_ID, UNK_ID, SEP_ID, PAD_ID]]
    )
    for seed in range(50):
        _, targets = mask_tokens(ids, V, np.random.default_rng(seed), rate=0.01)
        assert targets.tolist() == [[0, 9, 0, 0], [0] * 4, [0] * 4]


def test_whole_words_are_chosen_together():
    rng = np.random.default_rng(2)
    starts = np.zeros(V, bool)
    starts[:7] = starts[7:300] = True
    ids = rng.integers(7, V, size=(300, 200))
    ids[:, 0], ids[:, -1] = CLS_ID, SEP_ID
    _, targets = mask_tokens(ids, V, rng, starts_word=starts)
    chosen = targets != PAD_ID
    inside = ~starts[ids[:, 2:]]  # 앞 토큰과 같은 단어에 드는 자리
    assert (chosen[:, 2:] == chosen[:, 1:-1])[inside].all()
    assert near(
        chosen[:, 2:-1][starts[ids[:, 2:-1]]].sum(), starts[ids[:, 2:-1]].sum(), 0.15
    )
    assert not chosen[:, [0, -1]].any()


@pytest.mark.parametrize("bad", [{"rate": 0}, {"rate": 1}, {"vocab_size": 7}])
def test_bad_masking_arguments_are_refused(bad):
    options = {"vocab_size": V, "rng": np.random.default_rng(0)} | bad
    with pytest.raises(ValueError, match="받은 값은"):
        mask_tokens(np.array([[9]]), **options)


@pytest.mark.parametrize("round_to", [None, 8])
def test_mlm_reads_every_sentence_once(round_to):
    sentences = make_sentences(500)
    batches = MlmBatches(sentences, 512, V, max_len=20, round_to=round_to, pool=200)
    found = list(batches.epoch(0))
    rows = list(chain.from_iterable(map(originals, found)))
    assert sorted(rows) == sorted([CLS_ID, *s[:18], SEP_ID] for s in sentences)
    assert len(found) == batches.steps(0) and all(b.ids.size <= 512 for b in found)
    real = sum(b.n_tokens for b in found)
    assert batches.padding_share(0) == pytest.approx(
        1 - real / sum(b.ids.size for b in found)
    )
    assert all((b.segments == 0).all() and b.is_next is None for b in found)
    assert len({b.ids.shape for b in found}) <= 3 or round_to is None


def test_masks_differ_between_epochs_and_repeat_with_the_seed():
    sentences = make_sentences(40)

    def masks(seed, epoch):
        batches = MlmBatches(sentences, 4000, V, seed=seed).epoch(epoch)
        rows = chain.from_iterable(zip(b.ids, b.targets, strict=True) for b in batches)
        return sorted((i.tolist(), t.tolist()) for i, t in rows)

    assert masks(0, 1) == masks(0, 1)
    assert masks(0, 1) != masks(0, 2) and masks(0, 1) != masks(1, 1)


def builders(sentences):
    """세 가지 배치를 같은 꼴로 만드는 함수들."""
    documents = np.arange(0, len(sentences) + 1, 4)
    stream = TokenTable.from_rows(with_eos(sentences))
    return {
        "mlm": lambda **o: MlmBatches(sentences, 512, V, seed=5, pool=150, **o),
        "nsp": lambda **o: NspBatches(
            sentences, documents, 640, V, seed=5, pool=150, **o
        ),
        "gpt": lambda **o: PackedBatches(stream, 12, 16, seed=5, **o),
        "gpt_all": lambda **o: PackedBatches(
            stream, 12, 16, seed=5, drop_last=False, **o
        ),
    }


def lines(batch) -> list:
    """배치의 줄마다 (입력, 정답)."""
    return [
        (i.tolist(), t.tolist()) for i, t in zip(batch.ids, batch.targets, strict=True)
    ]


@pytest.mark.parametrize("kind", ["mlm", "nsp", "gpt", "gpt_all"])
@pytest.mark.parametrize("world", [2, 4])
def test_ranks_share_the_same_steps(kind, world):
    build = builders(make_sentences(404))[kind]
    alone = list(build().epoch(1))
    shared = [build(rank=r, world=world) for r in range(world)]
    assert {b.steps(1) for b in shared} == {len(alone)}
    for whole, *parts in zip(alone, *(b.epoch(1) for b in shared), strict=True):
        assert sorted(chain.from_iterable(map(lines, parts))) == sorted(lines(whole))
        assert (
            {p.step_tokens for p in parts}
            == {whole.step_tokens}
            == {int((whole.targets != 0).sum())}
        )


@pytest.mark.parametrize("kind", ["mlm", "nsp", "gpt", "gpt_all"])
def test_resuming_gives_the_rest(kind):
    build = builders(make_sentences(404))[kind]
    whole = [lines(b) for b in build().epoch(2)]
    assert len(whole) > 4 and whole != [lines(b) for b in build().epoch(3)]
    for start in (0, 3, len(whole)):
        assert [lines(b) for b in build().epoch(2, start)] == whole[start:]
    with pytest.raises(ValueError, match="start는 0 이상"):
        next(build().epoch(2, len(whole) + 1))


def read_pairs(batches, epoch):
    """NSP 배치에서 (앞 문장, 뒤 문장, 이름표)를 되읽습니다.

    구간과 <sep>의 자리도 봅니다.
    """
    for batch in batches.epoch(epoch):
        for ids, targets, segments, label in zip(
            batch.ids, batch.targets, batch.segments, batch.is_next, strict=True
        ):
            row = np.where(targets != PAD_ID, targets, ids)
            n = int((row != PAD_ID).sum())
            first, last = np.flatnonzero(row == SEP_ID)
            assert row[0] == CLS_ID and last == n - 1
            assert segments.tolist() == [0] * (first + 1) + [1] * (last - first) + [
                0
            ] * (len(row) - n)
            yield row[1:first].tolist(), row[first + 1 : last].tolist(), int(label)


def test_next_sentences_are_real_half_of_the_time():
    sentences = make_sentences(3000, longest=9)
    documents = [0, 2, *range(7, 3000, 5), 3000]
    doc = {
        V + i: d
        for d in range(len(documents) - 1)
        for i in range(documents[d], documents[d + 1])
    }
    batches = NspBatches(sentences, documents, 4096, V)
    found = list(read_pairs(batches, 0))
    assert len(found) == 3000 - (len(documents) - 1)
    assert len({a[0] for a, _, _ in found}) == len(found), "보기마다 앞 문장이 다르다"
    for a, b, label in found:
        assert a == sentences[a[0] - V] and b == sentences[b[0] - V]
        assert (
            (b[0] == a[0] + 1 and doc[a[0]] == doc[b[0]])
            if label
            else doc[a[0]] != doc[b[0]]
        )
    assert near(sum(label for _, _, label in found), len(found), 0.5)
    fakes = np.array([b[0] - V for _, b, label in found if not label])
    bins = np.histogram(fakes, bins=10, range=(0, 3000))[0]
    assert ((bins - bins.mean()) ** 2 / bins.mean()).sum() < 33.7, (
        "가짜 뒤 문장은 고르게 나온다"
    )
    again = {a[0]: label for a, _, label in read_pairs(batches, 1)}
    assert any(again[a[0]] != label for a, _, label in found), "epoch마다 다시 뽑는다"


def test_long_sentence_pairs_are_cut_from_the_longer_side():
    sentences = [
        [V + i] + [10 + i] * (n - 1)
        for i, n in enumerate([20, 3, 3, 20, 20, 20, 20, 20])
    ]
    batches = NspBatches(sentences, [0, 4, 8], 600, V, max_len=16, min_rows=2)
    for a, b, _ in chain.from_iterable(read_pairs(batches, e) for e in range(4)):
        full = len(sentences[a[0] - V]), len(sentences[b[0] - V])
        assert len(a) + len(b) == min(13, sum(full))
        if min(full) == 3:
            assert min(len(a), len(b)) == 3, "짧은 쪽은 그대로 둔다"
        else:
            assert abs(len(a) - len(b)) <= 1


@pytest.mark.parametrize("documents", [[0, 8], [0, 4, 9], [0, 4, 4, 8], [1, 4, 8]])
def test_bad_documents_are_refused(documents):
    with pytest.raises(ValueError, match="documents는"):
        NspBatches(make_sentences(8), documents, 600, V)


@pytest.mark.parametrize("max_len", [4, 65])
def test_a_maximum_length_that_cannot_fit_is_refused(max_len):
    with pytest.raises(ValueError, match="max_len은 5 이상"):
        MlmBatches(make_sentences(8), 512, V, max_len=max_len)


def test_packed_blocks_continue_the_stream():
    documents = make_sentences(60)
    stream = list(chain.from_iterable([*d, EOS_ID] for d in documents))
    batches = PackedBatches(np.array(stream), 4, 10, drop_last=False)
    blocks = [(i, t) for b in batches.epoch(0) for i, t in lines(b) if any(t)]
    n = (len(stream) - 1) // 10
    expected = [
        (stream[10 * k : 10 * k + 10], stream[10 * k + 1 : 10 * k + 11])
        for k in range(n)
    ]
    assert sorted(blocks) == sorted(expected)
    assert sum(b.n_tokens for b in batches.epoch(0)) == 10 * n
    dropping = PackedBatches(TokenTable.from_rows(with_eos(documents)), 4, 10)
    seen = [[i for b in dropping.epoch(e) for i, _ in lines(b)] for e in range(2)]
    assert len(seen[0]) == n // 4 * 4 and seen[0] != seen[1]
    assert all(b.ids.shape == b.targets.shape == (4, 10) for b in dropping.epoch(0))


@pytest.mark.parametrize(
    "bad",
    [
        {"world": 3},
        {"rank": 1},
        {"seq_len": 0},
        {"batch_size": 0},
        {"seq_len": 99},
        {"seed": -1},
    ],
)
def test_bad_packing_is_refused_in_korean(bad):
    options = {"batch_size": 4, "seq_len": 5} | bad
    with pytest.raises(ValueError, match=r"받은 값은|배치가 안 됩니다"):
        PackedBatches(np.arange(50), **options)


def peak_of_reading(path, n_sentences: int, length: int) -> dict[str, int]:
    """파일에 쓰고 처음 몇 걸음과 걸음 수를 셀 때의 가장 큰 메모리(바이트)."""
    rng = np.random.default_rng(0)
    peaks = {}

    def measured(name, work):
        tracemalloc.start()
        work()
        peaks[name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    rows = (rng.integers(7, V, size=length) for _ in range(n_sentences))
    measured("write", lambda: TokenTable.write(path, rows))
    table = TokenTable.open(path)
    mlm = MlmBatches(table, 4096, V, max_len=64, pool=1000)
    gpt = PackedBatches(table, 16, 64)
    measured("mlm", lambda: (mlm.steps(0), [next(mlm.epoch(e)) for e in range(3)]))
    measured("gpt", lambda: sum(batch.n_tokens for batch in gpt.epoch(0)))
    return peaks


def test_memory_does_not_grow_with_the_corpus(tmp_path):
    small = peak_of_reading(tmp_path / "small", 2_000, 100)
    large = peak_of_reading(tmp_path / "large", 20_000, 100)
    size = (tmp_path / "large").stat().st_size
    assert size > 8_000_000
    for name, peak in large.items():
        assert peak < 1.25 * small[name] + 200_000, (
            f"{name}: {small[name]:,} → {peak:,}바이트"
        )
        assert peak < size / 4
