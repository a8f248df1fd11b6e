"""번역 배치: 빠짐없이, 겹치지 않게, 한도 안에서, 어디서 다시 시작해도 같게."""

from collections import Counter
from itertools import chain

import numpy as np
import pytest

from jumok.text import BOS_ID, EOS_ID, PAD_ID, PairBatch, PairBatches, TokenTable
from jumok.text.shuffle import random_uniform, shuffled


def make_pairs(
    n: int, seed: int = 0, longest: int = 40
) -> list[tuple[list[int], list[int]]]:
    """첫 토큰이 짝의 번호인 문장들.

    길이는 로그 정규 분포이고 두 쪽의 길이가 비슷합니다.
    """
    rng = np.random.default_rng(seed)
    src = np.clip(rng.lognormal(2.3, 0.7, n), 1, longest - 1).astype(int)
    tgt = np.clip(src * rng.lognormal(0, 0.25, n), 1, longest - 1).astype(int)
    words = [rng.integers(7, 1000, size=80).tolist() for _ in range(50)]
    return [
        ([1000 + i, *words[i % 50][: s - 1]], [1000 + i, *words[-i % 50][: t - 1]])
        for i, (s, t) in enumerate(zip(src, tgt, strict=True))
    ]


def unpad(row: np.ndarray) -> list[int]:
    return row[row != PAD_ID].tolist()


def read(batch: PairBatch) -> list[tuple[list[int], list[int]]]:
    """배치를 짝으로 되돌립니다. <bos>와 <eos>의 자리도 함께 봅니다."""
    pairs = []
    for src, tgt, labels in zip(batch.src, batch.tgt, batch.labels, strict=True):
        if not unpad(src):
            assert not unpad(tgt) and not unpad(labels)
            continue
        assert tgt[0] == BOS_ID and unpad(labels)[-1] == EOS_ID
        assert unpad(tgt)[1:] == unpad(labels)[:-1]
        assert (
            tgt[1:].tolist() == np.where(labels == EOS_ID, PAD_ID, labels)[:-1].tolist()
        )
        pairs.append((unpad(src), unpad(tgt)[1:]))
    return pairs


def key(pairs) -> list[int]:
    return sorted(src[0] for src, _ in pairs)


@pytest.mark.parametrize("round_to", [None, 4])
@pytest.mark.parametrize("pool", [1 << 17, 150])
@pytest.mark.parametrize("n", [1, 7, 9, 500])
def test_every_pair_once_and_within_the_budget(n, pool, round_to):
    pairs = make_pairs(n)
    batches = PairBatches(pairs, 400, round_to=round_to, pool=pool)
    found = list(batches.epoch(0))
    assert sorted(chain.from_iterable(map(read, found))) == sorted(pairs)
    assert len(found) == batches.steps(0)
    for batch in found:
        assert batch.src.dtype == batch.tgt.dtype == batch.labels.dtype == np.int64
        assert max(batch.src.size, batch.tgt.size) <= 400
        assert batch.step_tokens == batch.n_tgt_tokens
        assert batch.n_tokens == sum(len(x) + len(y) + 1 for x, y in read(batch))
        assert len(read(batch)) >= min(n, 4 if round_to else 8)


def test_padding_share_is_the_share_of_padding():
    batches = PairBatches(make_pairs(3000), 512)
    found = list(batches.epoch(1))
    cells = sum(b.src.size + b.labels.size for b in found)
    assert batches.padding_share(1) == pytest.approx(
        1 - sum(b.n_tokens for b in found) / cells
    )
    one_by_one = PairBatches(make_pairs(3000), 512, pool=16).padding_share(1)
    assert batches.padding_share(1) < 0.10 < one_by_one, "길이로 묶으면 채움이 준다"


@pytest.mark.parametrize("round_to", [None, 4])
@pytest.mark.parametrize("world", [2, 4])
def test_ranks_share_each_step_without_overlap_or_loss(world, round_to):
    pairs = make_pairs(777)
    options = {"seed": 3, "round_to": round_to, "pool": 300}
    alone = list(PairBatches(pairs, 512, **options).epoch(2))
    shared = [
        PairBatches(pairs, 512, rank=r, world=world, **options) for r in range(world)
    ]
    assert {b.steps(2) for b in shared} == {len(alone)}
    for whole, *parts in zip(alone, *(b.epoch(2) for b in shared), strict=True):
        assert sorted(chain.from_iterable(map(read, parts))) == sorted(read(whole))
        assert all(read(part) for part in parts), "빈 프로세스가 없어야 합니다"
        assert {part.step_tokens for part in parts} == {whole.n_tgt_tokens}
        assert sum(part.n_tgt_tokens for part in parts) == whole.n_tgt_tokens
        assert {part.src.shape[1] for part in parts} == {whole.src.shape[1]}
        if round_to:
            assert len({part.src.shape for part in parts}) == 1


def test_same_seed_and_epoch_give_the_same_batches():
    pairs = make_pairs(200)

    def order(seed, epoch):
        return [read(b) for b in PairBatches(pairs, 320, seed=seed).epoch(epoch)]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1) and order(1, 0) != order(2, 0)
    members = [{tuple(key(step)) for step in order(1, epoch)} for epoch in (0, 1)]
    assert len(members[0] & members[1]) < len(members[0]) / 2, (
        "걸음의 차례만이 아니라 모임도 바뀐다"
    )


@pytest.mark.parametrize("pool", [1 << 17, 60])
def test_resuming_continues_with_the_remaining_batches(pool):
    batches = PairBatches(make_pairs(300), 320, pool=pool)
    whole = [read(b) for b in batches.epoch(5)]
    for start in (0, 1, len(whole) // 2, len(whole)):
        assert [read(b) for b in batches.epoch(5, start)] == whole[start:]
    for start in (-1, len(whole) + 1):
        with pytest.raises(ValueError, match="start는 0 이상"):
            next(batches.epoch(5, start))


def test_skipped_batches_are_not_built(monkeypatch):
    batches = PairBatches(make_pairs(300), 320)
    built = []
    fill = TokenTable.fill

    def counted(*arguments):
        built.append(1)
        return fill(*arguments)

    monkeypatch.setattr(TokenTable, "fill", counted)
    next(batches.epoch(0, batches.steps(0) - 1))
    assert len(built) == 3  # src, tgt, labels


def test_static_shapes_are_few_and_rounded():
    pairs = make_pairs(3000, longest=60)
    batches = PairBatches(pairs, 1024, round_to=8)
    shapes = batches.shapes(0) | batches.shapes(1)
    assert shapes == {(8 * (1024 // (8 * s)), s, s) for s in range(8, 65, 8)}
    assert {b.src.shape for b in batches.epoch(0)} == {
        (n, s) for n, s, _ in batches.shapes(0)
    }
    assert len(PairBatches(pairs, 1024).shapes(0)) > 3 * len(shapes)


def test_too_long_pairs_are_an_error_or_counted():
    pairs = [*make_pairs(50, longest=20), ([7] * 60, [8]), ([7], [8] * 50)]
    with pytest.raises(ValueError, match="한도 50칸보다 긴 짝이 2개"):
        PairBatches(pairs, 400)
    batches = PairBatches(pairs, 400, too_long="drop")
    assert batches.n_dropped == 2
    assert sorted(chain.from_iterable(map(read, batches.epoch(0)))) == sorted(
        pairs[:50]
    )
    # 60칸까지. <eos>를 더한 51칸도 들어감
    assert PairBatches(pairs, 480, too_long="drop").n_dropped == 0
    assert PairBatches(pairs, 4000, max_len=50, too_long="drop").n_dropped == 2


def test_the_remainder_borrows_rows_or_joins_its_neighbour():
    """같은 길이 17개를 8줄씩 자르면 하나가 남습니다.

    빌릴 수 없으면 옆 걸음에 더합니다.
    """
    pairs = [([7 + i] * 9, [7 + i] * 9) for i in range(17)]
    assert sorted(len(b.src) for b in PairBatches(pairs, 80).epoch(0)) == [8, 9]
    assert sorted(len(b.src) for b in PairBatches(pairs, 160).epoch(0)) == [8, 9]
    assert sorted(len(b.src) for b in PairBatches(pairs, 80, min_rows=1).epoch(0)) == [
        1,
        8,
        8,
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rank": 2, "world": 2}, "rank는 0 이상 world 미만"),
        ({"world": 9}, "min_rows"),
        ({"world": 3, "round_to": 4}, "짝수 배"),
        ({"too_long": "cut"}, "too_long"),
        ({"seed": -1}, "seed"),
        ({"round_to": 0}, "round_to"),
        ({"pool": 10}, "pool"),
        ({"max_len": 1, "too_long": "drop"}, "문장이 0개라서"),
    ],
)
def test_bad_options_are_refused_in_korean(options, message):
    with pytest.raises(ValueError, match=message):
        PairBatches(make_pairs(20), 400, **options)


def test_empty_sentences_and_unequal_sides_are_refused():
    with pytest.raises(ValueError, match="빈 문장이 있는 짝이 1개"):
        PairBatches([([7], [8]), ([], [8])], 100)
    two, one = TokenTable.from_rows([[7], [8]]), TokenTable.from_rows([[7]])
    with pytest.raises(ValueError, match="수가 다릅니다"):
        PairBatches((two, one), 100)
    with pytest.raises(ValueError, match="epoch는 0 이상"):
        next(PairBatches([([7], [8])], 100).epoch(-1))


def test_pairs_on_disk_give_the_same_batches(tmp_path):
    pairs = make_pairs(100)
    tables = tuple(
        TokenTable.write(tmp_path / f"{i}.bin", (p[i] for p in pairs)) for i in (0, 1)
    )
    on_disk, in_memory = PairBatches(tables, 320), PairBatches(pairs, 320)
    assert [read(b) for b in on_disk.epoch(0)] == [read(b) for b in in_memory.epoch(0)]


@pytest.mark.parametrize(
    "rows", [[], [[]], [[5, 6, 7], [], [8]], [[1] * 70000, [2, 3]]]
)
def test_a_table_returns_what_was_written(tmp_path, rows):
    for table in (
        TokenTable.write(tmp_path / "t.bin", iter(rows)),
        TokenTable.from_rows(rows),
    ):
        assert [table[i].tolist() for i in range(len(table))] == rows
        assert table.lengths().tolist() == [len(row) for row in rows]
    assert [p.name for p in tmp_path.iterdir()] == ["t.bin"], "임시 파일이 남지 않는다"
    with pytest.raises(IndexError, match="받은 값은"):
        table[len(rows)]


def test_a_damaged_table_is_refused_and_a_stopped_write_leaves_nothing(tmp_path):
    path = tmp_path / "t.bin"
    TokenTable.write(path, [[1, 2, 3]])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="깨졌습니다"):
        TokenTable.open(path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="깨졌습니다"):
        TokenTable.open(path)

    def broken():
        yield [1]
        raise OSError("디스크가 가득 찼습니다")

    with pytest.raises(OSError, match="가득"):
        TokenTable.write(tmp_path / "new.bin", broken())
    assert [p.name for p in tmp_path.iterdir()] == ["t.bin"]


@pytest.mark.parametrize("n", [1, 2, 3, 64, 65, 1000])
def test_shuffled_is_a_permutation(n):
    order = shuffled(np.arange(n), n, key=5)
    assert sorted(order) == list(range(n))
    some = np.arange(0, n, 3)
    assert shuffled(some, n, key=5).tolist() == order[some].tolist()
    with pytest.raises(ValueError, match="받은 값은"):
        shuffled(np.array([n]), n, key=5)


def test_shuffled_places_look_random():
    """자리마다 나오는 수가 고른지.

    열 자리, 열 개의 수, 800개의 열쇠에서 카이제곱 값을 봅니다.
    """
    counts = np.zeros((10, 10))
    for seed in range(800):
        counts[np.arange(10), shuffled(np.arange(10), 10, key=seed)] += 1
    chi2 = ((counts - 80) ** 2 / 80).sum(axis=1)  # 자유도 9: 0.01 %의 문턱이 33.7
    assert chi2.max() < 33.7
    uniform = random_uniform(1, np.arange(20000))
    assert abs(uniform.mean() - 0.5) < 0.01 and Counter(
        (uniform * 10).astype(int)
    ).keys() == set(range(10))
