"""GPT, BERT, 감정, 그림: 일마다 배치와 손실과 성적이 맞는지, 실행이 끝까지 가는지."""

import math
import random

import pytest
import torch
import torch.nn.functional as F

from jumok.apps import Writer
from jumok.model import BertConfig, BertForPretraining, Gpt, GptConfig
from jumok.text import (
    EOS_ID,
    PAD_ID,
    LibraryBpe,
    MlmBatches,
    NspBatches,
    TokenTable,
    with_eos,
)
from jumok.training.checkpoint import BadCheckpoint
from jumok.training.classification import Classification, predict_logits, trimmed
from jumok.training.distributed import World
from jumok.training.language import (
    BertLoss,
    LanguageLoss,
    LanguageModel,
    MaskedLanguageModel,
    mlm_tensors,
    text_nats,
)
from jumok.training.presets import PRESETS, Preset, find_preset
from jumok.training.recipe import Recipe
from jumok.training.run_classifier import encode_reviews, run_classifier, run_vit
from jumok.training.run_language import TextCorpus, cut_file, run_bert, run_gpt
from jumok.training.token_cache import token_table

ALONE = World(torch.device("cpu"))
SIZE = {
    "d_model": 32,
    "n_heads": 2,
    "n_layers": 1,
    "d_ff": 64,
    "dropout": 0.0,
    "attention_dropout": 0.0,
}
FAST = {
    "schedule": "cosine",
    "smoothing": 0.0,
    "warmup": 10,
    "peak_rate": 5e-3,
    "eval_every": 40,
}
TEXTS = [
    f"{a} {b} {c}"
    for a in ("나는", "너는", "우리는")
    for b in ("집에", "산에", "강에")
    for c in ("간다", "온다")
]


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def small_gpt(max_len=16):
    torch.manual_seed(0)
    return Gpt(GptConfig(vocab_size=12, max_len=max_len, **SIZE)).double().eval()


def corpus():
    # 차례를 뒤섞어 앞 문장이 다음 문장을 알려 주지 않게 합니다.
    return TextCorpus(
        "toy", "0" * 64, random.Random(0).choices(TEXTS, k=400), TEXTS[:6], TEXTS[6:12]
    )


# ── GPT ───────────────────────────────────────────────────────────────────────────────


def test_nats_are_the_chain_rule_over_every_token_and_the_end():
    model, rows = small_gpt(), [[7, 8, 9], [10], [11, 7]]
    total = 0.0
    for row in rows:
        ids = [EOS_ID, *row]
        for i, target in enumerate([*row, EOS_ID]):
            log_probs = F.log_softmax(
                model(torch.tensor([ids[: i + 1]]))[0, -1], dim=-1
            )
            total -= log_probs[target].item()
    assert text_nats(model, rows, ALONE.device) == pytest.approx(total, rel=1e-6)
    assert text_nats(model, [], ALONE.device) == 0.0


def test_too_long_texts_are_refused():
    with pytest.raises(ValueError, match="한도 16"):
        text_nats(small_gpt(), [[7] * 16], ALONE.device)


def test_language_batches_cover_the_line_once_and_split_over_processes():
    tokens = torch.arange(7, 7 + 101).numpy()
    recipe = Recipe(max_tokens=40, **FAST)
    task = LanguageModel(small_gpt(), tokens, [([7], 1)], recipe, seq_len=10)
    whole = [torch.cat(pair, dim=1) for pair in task.batches(0, 0, ALONE)]
    for rows in whole:
        torch.testing.assert_close(rows[:, 1:10], rows[:, 10:19])  # 정답은 한 칸 뒤
    seen = torch.cat([rows[:, :10].flatten() for rows in whole])
    assert len(set(seen.tolist())) == len(seen)
    parts = [list(task.batches(0, 0, World(ALONE.device, rank, 2))) for rank in (0, 1)]
    for rows, first, second in zip(whole, *parts, strict=True):
        joined = torch.cat([torch.cat(first, dim=1), torch.cat(second, dim=1)])
        assert sorted(joined.tolist()) == sorted(rows.tolist())
    resumed = [torch.cat(pair, dim=1) for pair in task.batches(0, 1, ALONE)]
    assert all(torch.equal(a, b) for a, b in zip(whole[1:], resumed, strict=True))


def test_a_row_can_start_where_a_text_starts():
    """seq_len이 0이면 줄마다 <eos>와 글의 처음에서 시작하고, 모델의 한도까지입니다."""
    rows = [[7 + i % 5] * (1 + i % 7) for i in range(60)]
    table = TokenTable.from_rows(with_eos(rows))
    recipe = Recipe(max_tokens=64, **FAST)
    task = LanguageModel(small_gpt(), table, [([7], 1)], recipe, seq_len=0)
    for ids, targets in task.batches(0, 0, ALONE):
        assert ids.shape == (4, 16) and (ids[:, 0] == EOS_ID).all()
        torch.testing.assert_close(ids[:, 1:], targets[:, :-1])


def test_a_model_with_its_own_forward_learns_through_it():
    """9장은 forward를 고쳐 마스크를 뺍니다. 손실도 그 길로 가야 합니다."""

    class Shifted(Gpt):
        def forward(self, ids):
            return super().forward(ids).roll(1, dims=-1)

    torch.manual_seed(0)
    model = Shifted(small_gpt().config).eval()
    ids = torch.arange(1, 9).view(2, 4)
    want = F.cross_entropy(model(ids).flatten(0, 1), ids.flatten())
    assert LanguageLoss(model)(ids, ids).item() == pytest.approx(want.item(), rel=1e-5)


def test_the_loss_in_chunks_is_the_loss_of_the_logits():
    """값도, 나눠 쓰는 임베딩까지의 기울기도 로짓에서 바로 구한 것과 같습니다."""
    model = small_gpt()
    ids = torch.randint(7, 12, (3, 9), generator=_seed(0))
    targets = torch.where(torch.arange(9) < torch.tensor([[9], [5], [1]]), ids, PAD_ID)
    want = F.cross_entropy(
        model(ids).flatten(0, 1), targets.flatten(), ignore_index=PAD_ID
    )
    got = LanguageLoss(model)(ids, targets)
    torch.testing.assert_close(got, want)
    learned = list(model.parameters())
    torch.testing.assert_close(
        torch.autograd.grad(got, learned), torch.autograd.grad(want, learned)
    )


@pytest.fixture(scope="module")
def gpt_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gpt")
    recipe = Recipe(steps=240, max_tokens=256, **FAST)
    preset = Preset(
        corpus="toy",
        model="gpt",
        vocab_size=320,
        seq_len=32,
        average=1,
        recipe=recipe,
        options=SIZE | {"max_len": 32},
    )
    return folder, run_gpt(preset, corpus(), folder, ALONE, lambda _: None)


def test_gpt_learns_the_language_and_writes_sentences_of_it(gpt_run):
    folder, card = gpt_run
    result = card["result"]
    # 문장 하나는 3 × 3 × 2가지이므로 글자당 비트는 log2(18) / 글자 수보다 작을
    # 수 없습니다.
    least = math.log2(18) * 6 / sum(map(len, TEXTS[6:12]))
    assert least * 0.98 < result["test_bits_per_character"] < least * 1.25
    assert result["test_ngram_bits_per_character"] > least * 0.98
    written = list(
        Writer.load(folder).write("나는", n=20, temperature=0.8, generator=_seed(1))
    )
    assert sum(text in TEXTS for text in written) >= 15


def _seed(n):
    return torch.Generator().manual_seed(n)


def test_writing_is_repeatable_and_bounded(gpt_run):
    writer = Writer.load(gpt_run[0])
    once, again = (list(writer.write("", n=3, generator=_seed(4))) for _ in range(2))
    assert once == again
    assert list(writer.write("나는 집에", temperature=0)) == list(
        writer.write("나는 집에", top_k=1)
    )
    for bad in ({"n": 0}, {"prompt": "나는 집에 " * 40}):
        with pytest.raises(ValueError, match="받은 값은"):
            list(writer.write(**({"prompt": "나는"} | bad)))


def test_bits_of_a_writer_match_its_card(gpt_run):
    folder, card = gpt_run
    bits = Writer.load(folder).bits_per_character(TEXTS[6:12])
    assert bits == pytest.approx(card["result"]["test_bits_per_character"], rel=1e-6)


def test_the_card_says_what_the_budget_was(gpt_run):
    card = gpt_run[1]
    result, n = card["result"], card["n_parameters"]
    assert result["train_flops_6nd"] == 6 * n * result["train_tokens"]
    # 한 걸음에 토큰 256개씩 240걸음입니다.
    assert result["train_tokens"] == 240 * 256


def test_cut_text_is_kept_for_the_next_start(tmp_path):
    texts = TEXTS * 3
    tokenizer = LibraryBpe.from_texts(texts, 300)
    path = tmp_path / "tokens.bin"
    first = token_table(tokenizer, texts, path, ALONE)
    made = path.stat().st_mtime_ns
    again = token_table(None, texts, path, ALONE)
    assert path.stat().st_mtime_ns == made, "다시 자르지 않습니다"
    for table in (first, again):
        rows = [table[i].tolist() for i in range(len(table))]
        assert rows == [[*tokenizer.encode(text), EOS_ID] for text in texts]
    with pytest.raises(ValueError, match="다른 자료"):
        token_table(tokenizer, texts[:-1], path, ALONE)


def test_cut_text_of_another_tokenizer_is_not_reused(tmp_path):
    """다시 배운 토크나이저의 번호와 옛 번호가 섞이면 안 됩니다."""
    names = set()
    for texts in (TEXTS * 3, ["전혀 다른 글입니다"] * 9):
        LibraryBpe.from_texts(texts, 300).save(tmp_path / "tokenizer.json")
        names.add(cut_file(tmp_path, corpus()))
    assert len(names) == 2


def test_a_run_of_another_kind_is_refused(gpt_run):
    from jumok.apps import Translator

    with pytest.raises(BadCheckpoint, match="gpt 모델입니다"):
        Translator.load(gpt_run[0])


# ── BERT ──────────────────────────────────────────────────────────────────────────────


def small_bert():
    torch.manual_seed(0)
    return BertForPretraining(BertConfig(vocab_size=40, max_len=32, **SIZE)).eval()


def test_the_bert_loss_adds_the_two_tasks():
    rows = [[7 + (i + j) % 30 for j in range(4)] for i in range(12)]
    model = small_bert()
    batch = mlm_tensors(next(NspBatches(rows, [0, 4, 8, 12], 512, 40).epoch(0)))
    ids, targets, segments, is_next = batch
    words, order = model(ids, segments)
    chosen = targets != PAD_ID
    expected = F.cross_entropy(words[chosen], targets[chosen]) + F.cross_entropy(
        order, is_next
    )
    torch.testing.assert_close(BertLoss(model)(*batch), expected)
    masked = F.cross_entropy(words[chosen], targets[chosen])
    got = BertLoss(model)(ids, targets, segments)
    torch.testing.assert_close(got, masked)
    learned = [model.bert.tokens.weight, model.output.bias, model.transform.weight]
    torch.testing.assert_close(
        torch.autograd.grad(got, learned), torch.autograd.grad(masked, learned)
    )


def test_bert_evaluation_counts_masked_tokens_only():
    rows = [[7 + i % 30, 8, 9] for i in range(20)]
    task = MaskedLanguageModel(small_bert(), None, MlmBatches(rows, 256, 40))
    found = task.evaluate(ALONE.device)
    assert 0 <= found["mlm_accuracy"] <= 1 and "nsp_accuracy" not in found
    total = n = 0.0
    for ids, targets, segments in map(mlm_tensors, task.dev.epoch(0)):
        log_probs = F.log_softmax(task.model(ids, segments)[0], dim=-1)
        for place in (targets != PAD_ID).nonzero():
            total, n = (
                total - log_probs[tuple(place)][targets[tuple(place)]].item(),
                n + 1,
            )
    assert found["loss"] == pytest.approx(total / n, rel=1e-5)


def test_bert_pretrains_and_a_classifier_starts_from_it(tmp_path):
    recipe = Recipe(steps=160, max_tokens=512, **FAST)
    options = SIZE | {"max_len": 32}
    preset = Preset(
        corpus="toy",
        model="bert",
        vocab_size=320,
        seq_len=24,
        average=1,
        recipe=recipe,
        options=options,
    )
    card = run_bert(preset, corpus(), tmp_path / "bert", ALONE, lambda _: None)
    assert card["result"]["test_mlm_accuracy"] > 0.3, "낱말이 여덟 개뿐인 말입니다"
    texts = TEXTS * 10
    labels = [int("집에" in text) for text in texts]
    reviews = {
        "train": (texts, labels),
        "test": (TEXTS, [int("집에" in text) for text in TEXTS]),
    }
    rules = Recipe(steps=160, max_tokens=32, **FAST)
    tune = Preset(corpus="toy", model="classifier", seq_len=24, average=1, recipe=rules)
    folder = tmp_path / "tuned"
    tuned = run_classifier(
        tune, reviews, folder, ALONE, tmp_path / "bert", 100, lambda _: None
    )
    assert (
        tuned["result"]["test_accuracy"] > 0.9 and tuned["data"]["train_texts"] == 100
    )
    assert len(tuned["preset"]["options"]["start"]) == 64
    with pytest.raises(ValueError, match="이름표는 1개부터"):
        run_classifier(tune, reviews, tmp_path / "x", ALONE, tmp_path / "bert", 10_000)


# ── 이름표 ────────────────────────────────────────────────────────────────────────────


def toy_classes(rows=8, n=50):
    inputs = torch.randn(n, 3, generator=_seed(0))
    labels = torch.arange(n) % 4
    recipe = Recipe(steps=10, **FAST)
    model = torch.nn.Linear(3, 4)
    return Classification(
        model, (inputs, labels), (inputs, labels), recipe, rows, d_model=3
    )


def test_every_epoch_is_a_new_order_without_repeats():
    task = toy_classes()
    first, second = (
        torch.cat([x for x, _ in task.batches(e, 0, ALONE)]) for e in (0, 1)
    )
    assert len(first) == 48 and len({tuple(row) for row in first.tolist()}) == 48
    assert not torch.equal(first, second)
    resumed = torch.cat([x for x, _ in task.batches(0, 2, ALONE)])
    assert torch.equal(first[16:], resumed)


def test_processes_share_a_step_of_labels():
    task = toy_classes()
    parts = [
        [y for _, y in task.batches(0, 0, World(ALONE.device, r, 2))] for r in (0, 1)
    ]
    for whole, a, b in zip(
        (y for _, y in task.batches(0, 0, ALONE)), *parts, strict=True
    ):
        assert sorted(whole.tolist()) == sorted([*a.tolist(), *b.tolist()])
    with pytest.raises(ValueError, match="나누어떨어져야"):
        next(task.batches(0, 0, World(ALONE.device, 0, 3)))
    with pytest.raises(ValueError, match="받은 값은 51"):
        toy_classes(rows=51)


def test_padding_columns_are_trimmed_without_changing_the_answer():
    ids = torch.tensor([[4, 7, 5, 0, 0], [4, 5, 0, 0, 0]])
    assert trimmed(ids).shape == (2, 3) and trimmed(ids * 0).shape == (2, 1)
    images = torch.zeros(2, 1, 4, 4)
    assert trimmed(images) is images
    table = torch.nn.EmbeddingBag(10, 3, padding_idx=0, mode="sum")
    torch.testing.assert_close(predict_logits(table, ids, ALONE.device), table(ids))


def test_reviews_of_like_length_share_a_batch():
    """길이가 비슷한 글끼리 묶어도 한 번씩이고, 채움이 줄고, 답은 그대로입니다."""
    n = torch.randint(1, 40, (640,), generator=_seed(0))
    ids = torch.where(torch.arange(40) < n[:, None], 7 + torch.arange(640)[:, None], 0)
    data = (ids, torch.arange(640) % 2)
    task = Classification(
        torch.nn.Linear(1, 1), data, data, Recipe(steps=10, **FAST), 16, d_model=3
    )
    seen = [x for x, _ in task.batches(0, 0, ALONE)]
    assert sorted(int(row[0]) for x in seen for row in x) == [7 + i for i in range(640)]
    assert sum(x.numel() for x in seen) < 1.15 * n.sum() < 0.7 * ids.numel()
    assert all(
        torch.equal(data[1][x[:, 0] - 7], y) for x, y in task.batches(1, 3, ALONE)
    )
    length = torch.nn.Linear(1, 1)
    length.forward = lambda x: (x != 0).sum(1, keepdim=True)
    torch.testing.assert_close(
        predict_logits(length, ids, ALONE.device)[:, 0], n.float()
    )


def test_reviews_are_cut_and_closed():
    class Letters:
        def encode(self, text):
            return [ord(c) for c in text]

    ids, labels = encode_reviews(Letters(), ["ab", "abcdef", ""], [1, 0, 1], 5)
    assert ids.tolist() == [[4, 97, 98, 5, 0], [4, 97, 98, 99, 5], [4, 5, 0, 0, 0]]
    assert labels.tolist() == [1, 0, 1]


def test_vit_learns_the_digits(tmp_path):
    options = find_preset("vit", "cpu").options | {
        "d_model": 32,
        "n_layers": 2,
        "d_ff": 64,
        "n_heads": 2,
    }
    preset = find_preset("vit", "cpu").changed(
        steps=150, eval_every=75, warmup=20, options=options
    )
    card = run_vit(preset, tmp_path, ALONE, lambda _: None)
    assert card["result"]["test_accuracy"] > 0.6, "아무렇게나 고르면 0.1입니다"


def test_every_preset_builds_what_it_names():
    for kind, presets in PRESETS.items():
        for name, preset in presets.items():
            assert find_preset(kind, name) is preset and preset.recipe.steps >= 100
    with pytest.raises(ValueError, match="쓸 수 있는 것: cpu, nsmc"):
        find_preset("gpt", "x")
