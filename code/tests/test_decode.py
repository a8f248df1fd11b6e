"""풀기: 손으로 짠 느린 풀이, 모든 문장 늘어놓기, 하나씩 풀기와 같은지."""

import itertools
import math
import random

import pytest
import torch

from jumok.decode import beam, beam_n_best, greedy, sample
from jumok.model import (
    Gpt,
    GptConfig,
    RnnConfig,
    RnnSeq2Seq,
    Transformer,
    TransformerConfig,
)

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
PAD, BOS, EOS, V = 0, 1, 2, 7
ENDS = {"eos_id": EOS, "bos_id": BOS}
PENALTIES = [0.0, 0.6, 2.0]
# 끝나는 문장과 잘리는 문장이 섞이는 씨앗
SEEDS = {
    "transformer": 1,
    "gpt": 3,
    "gru": 0,
    "lstm": 0,
}
MODELS = list(SEEDS)


class Toy:
    """접두사(원문 첫 토큰을 앞에 둔 튜플)마다 확률을 파이썬으로 정하는 모델."""

    reads_source = True

    def __init__(self, probs, vocab_size):
        self.probs, self.vocab_size, self.rows = probs, vocab_size, []

    def start(self, ids, max_len):
        return ToyState([(int(i),) for i in ids[:, 0]])

    def step(self, ids, state):
        if len(state.prefixes[0]) > 1 or self.rows:
            state.prefixes = [
                (*p, int(i)) for p, i in zip(state.prefixes, ids[:, 0], strict=True)
            ]
        else:
            state.prefixes = [(*p, BOS) for p in state.prefixes]
        self.rows.append(len(ids))
        return torch.tensor([self.probs(p) for p in state.prefixes]).log(), state


class ToyState:
    def __init__(self, prefixes):
        self.prefixes, self.n_sentences = prefixes, len(prefixes)

    def fork(self, copies):
        self.prefixes = [p for p in self.prefixes for _ in range(copies)]

    def reorder(self, rows):
        self.prefixes = [self.prefixes[i] for i in rows.tolist()]

    def keep(self, sentences):
        k = len(self.prefixes) // self.n_sentences
        self.prefixes = [
            self.prefixes[s * k + j] for s in sentences.tolist() for j in range(k)
        ]
        self.n_sentences = len(sentences)


def random_probs(vocab_size, sharpness=2.0):
    """접두사마다 다르지만 늘 같은 확률. 정수 튜플의 hash는 실행마다 같습니다."""

    def probs(prefix):
        rng = random.Random(hash(prefix))
        weights = [math.exp(sharpness * rng.gauss(0, 1)) for _ in range(vocab_size)]
        return [w / sum(weights) for w in weights]

    return probs


def make_model(name, device="cpu", dtype=torch.float64):
    """작은 무작위 모델.

    채움과 시작 토큰은 내지 않고, 가끔 끝나도록 출력층에 치우침을 둡니다.
    """
    torch.manual_seed(SEEDS[name])
    size = {"d_model": 16, "n_heads": 2, "n_layers": 2, "d_ff": 24, "max_len": 16}
    both = {"src_vocab_size": V, "tgt_vocab_size": V}
    if name == "transformer":
        model = Transformer(
            TransformerConfig(**both, **size, tie_weights=False, norm_first=True)
        )
    elif name == "gpt":
        model = Gpt(GptConfig(vocab_size=V, **size, tie_weights=False))
    else:
        model = RnnSeq2Seq(RnnConfig(**both, d_model=16, n_layers=2, cell=name))
    model.output = torch.nn.Linear(16, V)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter.copy_(torch.randn_like(parameter) * 0.8)
        model.output.bias[[PAD, BOS]] = -30.0
    return model.to(device=device, dtype=dtype).eval()


def arguments(name):
    return {"eos_id": EOS} if name == "gpt" else ENDS


def sources(name, device="cpu"):
    """길이가 다른 원문 다섯. GPT의 글은 길이가 같습니다."""
    lengths = [4, 4, 4, 4, 4] if name == "gpt" else [5, 1, 3, 4, 2]
    ids = torch.randint(
        3, V, (5, max(lengths)), generator=torch.Generator().manual_seed(3)
    )
    keep = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    return (ids * keep).to(device), lengths


def uncached(name, model, source):
    """접두사 → 로그 확률. 캐시도 상태도 없이 처음부터 다시 셈합니다."""

    def log_probs(prefix):
        new = torch.tensor([prefix], dtype=torch.long, device=source.device)
        if name == "gpt":
            logits = model(torch.cat([source[None], new], 1))
        else:
            logits = model(source[None], torch.cat([new.new_full((1, 1), BOS), new], 1))
        return logits[0, -1].log_softmax(-1).tolist()

    return torch.no_grad()(log_probs)


def penalty(length, alpha):
    return ((5 + length) / 6) ** alpha


def slow_beam(log_probs, max_len, beam_size, alpha):
    """빔 서치의 정의를 파이썬 목록으로 그대로 옮긴 것. 일찍 멈추지 않습니다."""
    live, done = [((), 0.0)], []
    for n in range(1, max_len + 1):
        grown = [
            ((*p, w), s + lp) for p, s in live for w, lp in enumerate(log_probs(p))
        ]
        best = sorted(grown, key=lambda h: -h[1])[:beam_size]
        done += [
            (p, s / penalty(n, alpha)) for p, s in best if p[-1] == EOS or n == max_len
        ]
        live = [(p, s) for p, s in best if p[-1] != EOS]
    return sorted(done, key=lambda h: -h[1])


def every_sequence(vocab_size, max_len):
    others = [w for w in range(vocab_size) if w != EOS]
    for n in range(max_len):
        yield from ((*p, EOS) for p in itertools.product(others, repeat=n))
    yield from itertools.product(others, repeat=max_len)


def padded(sequences):
    length = max(map(len, sequences))
    return [[*p, *[PAD] * (length - len(p))] for p in sequences]


def trimmed(row):
    """끝 토큰까지만."""
    row = row.tolist()
    return row[: row.index(EOS) + 1] if EOS in row else row


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("alpha", PENALTIES)
@pytest.mark.parametrize("name", MODELS)
def test_beam_of_one_is_greedy(name, alpha, device):
    model, ids = make_model(name, device), sources(name, device)[0]
    want = greedy(model, ids, 9, **arguments(name))
    got = beam(model, ids, 9, beam_size=1, length_penalty=alpha, **arguments(name))
    assert [trimmed(r) for r in got] == [trimmed(r) for r in want]
    # 끝난 것과 잘린 것이 섞여 있다
    assert (want == EOS).any() and not (want == EOS).any(dim=1).all()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", MODELS)
def test_greedy_equals_choosing_without_any_cache(name, device):
    model, (ids, lengths) = make_model(name, device), sources(name, device)
    got = greedy(model, ids, 9, **arguments(name))
    for row, source, n in zip(got, ids, lengths, strict=True):
        log_probs, prefix = uncached(name, model, source[:n]), []
        while len(prefix) < 9 and EOS not in prefix:
            scores = log_probs(tuple(prefix))
            prefix.append(scores.index(max(scores)))
        assert trimmed(row) == prefix


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("alpha", PENALTIES)
@pytest.mark.parametrize("name", MODELS)
def test_beam_equals_the_slow_definition_without_cache_or_early_stop(
    name, alpha, device
):
    """가계도 마스크, 줄 버리기, 일찍 멈추기가 답을 바꾸지 않습니다."""
    model, (ids, lengths) = make_model(name, device), sources(name, device)
    got, scores = beam_n_best(
        model, ids, 7, beam_size=3, length_penalty=alpha, n_best=3, **arguments(name)
    )
    for b, n in enumerate(lengths):
        want = slow_beam(uncached(name, model, ids[b, :n]), 7, 3, alpha)[:3]
        assert [trimmed(r) for r in got[b]][: len(want)] == [list(p) for p, _ in want]
        torch.testing.assert_close(
            scores[b, : len(want)].tolist(), [s for _, s in want], rtol=1e-5, atol=1e-5
        )
        assert (scores[b, len(want) :] == -torch.inf).all() and (
            got[b, len(want) :] == PAD
        ).all()


@pytest.mark.parametrize("alpha", PENALTIES)
def test_wide_beam_finds_the_brute_force_best(alpha):
    """줄마다 접두사를 모두 담을 만큼 넓으면 늘어놓고 고른 것과 같습니다."""
    vocab_size, max_len, n_best = 4, 4, 6
    probs = random_probs(vocab_size)
    ids = torch.tensor([[3], [0], [1]])
    got, scores = beam_n_best(
        Toy(probs, vocab_size),
        ids,
        max_len,
        beam_size=256,
        length_penalty=alpha,
        n_best=n_best,
        **ENDS,
    )
    for b, first in enumerate([3, 0, 1]):
        ranked = []
        for text in every_sequence(vocab_size, max_len):
            chances = (probs((first, BOS, *text[:i]))[w] for i, w in enumerate(text))
            ranked.append(
                (sum(map(math.log, chances)) / penalty(len(text), alpha), text)
            )
        ranked = sorted(ranked, reverse=True)[:n_best]
        assert got[b].tolist() == [
            row + [PAD] * (got.size(2) - len(row))
            for row in padded([t for _, t in ranked])
        ]
        torch.testing.assert_close(
            scores[b].tolist(), [s for s, _ in ranked], rtol=1e-5, atol=1e-5
        )


def found_by_beam(width):
    """다음 토큰의 확률을 손으로 정한 모델에서 폭이 width인 빔이 찾은 문장과 그 확률."""
    last = [0.25, 0.25, 0.25, 0.25, 0.0]
    table = {
        (): [0.05, 0.05, 0.0, 0.5, 0.4],
        (3,): [0.33, 0.33, 0.0, 0.34, 0.0],
        (4,): [0.0, 0.0, 0.0, 0.5, 0.5],
        (3, 3): [0.0, 0.0, 1.0, 0.0, 0.0],
    }
    model = Toy(lambda p: table.get(p[2:], last), 5)
    options = {"beam_size": width, "length_penalty": 0.0, "n_best": 1, **ENDS}
    ids, scores = beam_n_best(model, torch.tensor([[3]]), 3, **options)
    return ids[0, 0].tolist(), math.exp(scores[0, 0])


def test_a_wider_beam_can_find_a_worse_sentence():
    """3으로 시작하면 0.5 × 0.34 × 1 = 0.17입니다.

    빔 2는 4의 자식 둘(0.2)에 밀려 그 길을 잃고 0.05를 냅니다.
    """
    found = {width: found_by_beam(width) for width in (1, 2, 125)}
    assert found[1][0] == found[125][0] == [3, 3, EOS] and found[2][0][0] == 4
    assert found[1][1] == pytest.approx(0.17) and found[2][1] == pytest.approx(0.05)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", MODELS)
def test_a_batch_of_unequal_sources_equals_one_by_one(name, device):
    model, (ids, lengths) = make_model(name, device), sources(name, device)
    for decode in (greedy, beam):
        together = decode(model, ids, 9, **arguments(name))
        for row, source, n in zip(together, ids, lengths, strict=True):
            alone = decode(model, source[None, :n], 9, **arguments(name))[0]
            assert trimmed(row) == trimmed(alone)


def test_finished_sentences_leave_and_their_answers_stay():
    """끝난 문장이 늘면 step이 받는 줄이 줄고, 답은 하나씩 풀 때와 같습니다."""
    probs, ids = random_probs(5, sharpness=1.0), torch.arange(5).repeat(4)[:, None]
    for decode in (greedy, beam):
        model = Toy(probs, 5)
        together = decode(model, ids, 12, **ENDS)
        assert model.rows[-1] < max(model.rows)
        for row, source in zip(together, ids, strict=True):
            assert trimmed(row) == trimmed(
                decode(Toy(probs, 5), source[None], 12, **ENDS)[0]
            )


def test_eos_ends_and_padding_follows():
    out = greedy(Toy(random_probs(5), 5), torch.arange(5)[:, None], 12, **ENDS)
    assert (out == EOS).any(dim=1).all() and out.size(1) < 12
    for row in out:
        assert (row[len(trimmed(row)) :] == PAD).all()
    assert out.size(1) == max(len(trimmed(row)) for row in out)


@pytest.mark.parametrize("decode", [greedy, beam, sample])
@pytest.mark.parametrize("max_len", [1, 5])
def test_max_len_is_honoured_and_no_eos_never_ends(decode, max_len):
    out = decode(
        Toy(random_probs(5), 5),
        torch.arange(3)[:, None],
        max_len,
        eos_id=None,
        bos_id=BOS,
    )
    assert out.shape == (3, max_len)


def test_gpt_reads_the_prompt_at_once_and_returns_only_new_tokens():
    """글을 나눠 읽어도 같은 확률입니다.

    한 토큰 더 읽은 글에서 이어 쓰면 답의 꼬리와 같습니다.
    """
    model, ids = make_model("gpt"), sources("gpt")[0]
    out = greedy(model, ids, 5, eos_id=None)
    longer = torch.cat([ids, out[:, :1]], dim=1)
    assert torch.equal(greedy(model, longer, 4, eos_id=None), out[:, 1:])


def test_dropout_is_off_while_decoding_and_the_mode_comes_back():
    model, ids = make_model("transformer"), sources("transformer")[0]
    want = greedy(model, ids, 9, **ENDS)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.9
    model.train()
    model.encoder.eval()  # 일부만 얼려 둔 경우
    assert torch.equal(greedy(model, ids, 9, **ENDS), want)
    assert (
        model.training
        and model.decoder.layers[1].training
        and not model.encoder.layers[0].training
    )


@pytest.mark.parametrize("name", ["transformer", "gru"])
def test_tokens_can_be_used_for_training_afterwards(name):
    model, ids = make_model(name), sources(name)[0]
    for decode in (greedy, beam):
        model.zero_grad()
        model(ids, decode(model, ids, 5, **ENDS)).sum().backward()
        assert model.output.weight.grad.abs().sum() > 0
    scores = beam_n_best(model, ids, 5, **ENDS)[1]
    assert not scores.is_inference() and not scores.requires_grad
