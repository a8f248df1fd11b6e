"""빠르게 푸는 길: 평범한 `start`와 `step`과 값이 같고, 그럴 수 없으면 비켜서는지."""

import pytest
import torch
from tiny_models import DEVICES, V, gpt, ready, rnn, transformer
from torch import nn

from jumok.decode import beam, beam_n_best, greedy
from jumok.model import AttentionPositions, MultiHeadAttention, attention_maps
from jumok.model.fast.decoder import FastGpt, FastTransformer, fast_decoder
from jumok.model.fast.quick_decoder import QuickDecoder

PAD = 0
BUILDERS = {"Transformer": transformer, "Gpt": gpt}


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(12)
        yield


def sources(device="cpu"):
    return torch.tensor(
        [[3, 8, 5, 4, 7], [6, 4, 3, PAD, PAD], [5, 5, 8, 3, PAD]], device=device
    )


def prompts(device="cpu"):
    return torch.tensor([[3, 8, 5], [6, 4, 3], [5, 5, 8]], device=device)


def ids_of(model, device="cpu"):
    return sources(device) if model.reads_source else prompts(device)


def steps(model, src):
    """빔 둘로 갈라지고 자리를 바꾸고 문장 하나를 버리며 다섯 걸음을 풉니다."""
    device = src.device
    first = src if not model.reads_source else src[:, :1] * 0 + 1
    state = model.start(src, first.size(1) + 5)
    outs = [model.step(first, state)[0]]
    state.fork(2)
    rows = torch.arange(6, device=device)
    for n in range(4):
        outs.append(model.step(rows[:, None] % 4 + 3, state)[0])
        state.reorder(rows // 2 * 2 + n % 2)
        if n == 1:
            state.keep(torch.tensor([0, 2], device=device))
            rows = rows[:4]
    return torch.cat(outs)


def same(got, want):
    torch.testing.assert_close(got, want, rtol=0, atol=1e-12)


@torch.no_grad()
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("name", BUILDERS)
def test_fast_equals_plain_step_by_step(name, activation, norm_first, device):
    build = BUILDERS[name]
    model = ready(build(norm_first=norm_first, activation=activation), device)
    fast, src = fast_decoder(model), ids_of(model, device)
    same(steps(fast, src), steps(model, src))
    assert type(fast) in (FastTransformer, FastGpt)
    if name == "Transformer":
        assert fast.decoder.layers  # 모듈의 껍데기 없이 풀었습니다.


class Plain:
    """같은 모델이지만 이름이 달라서 빠른 길로 가지 않는 것."""

    def __init__(self, model):
        self.start, self.step = model.start, model.step
        self.reads_source, self.vocab_size = model.reads_source, model.vocab_size


@pytest.mark.parametrize("name", BUILDERS)
def test_searches_find_the_same_texts_either_way(name):
    model = ready(BUILDERS[name]())
    src, bos = ids_of(model), 1 if name == "Transformer" else None
    plain, ends = Plain(model), {"eos_id": 2, "bos_id": bos}
    assert fast_decoder(plain) is plain
    assert torch.equal(greedy(model, src, 7, **ends), greedy(plain, src, 7, **ends))
    ids, scores = beam_n_best(model, src, 7, beam_size=3, n_best=3, **ends)
    want_ids, want = beam_n_best(plain, src, 7, beam_size=3, n_best=3, **ends)
    assert torch.equal(ids, want_ids)
    same(scores, want)


def test_training_gradients_hooks_and_strange_modules_take_the_plain_decoder():
    model = ready(transformer())

    def skipped(model):
        fast = fast_decoder(model)
        steps(fast, sources())
        return bool(fast.decoder.layers)

    assert not skipped(model)  # 기울기를 기록합니다.
    with torch.no_grad():
        assert skipped(model) and not skipped(model.train())
        model.eval()
        with attention_maps(model) as maps:
            assert not skipped(model)
        assert any(name.startswith("decoder") for name in maps)
        model.decoder.layers[0].feed_forward.up = nn.Sequential(
            model.decoder.layers[0].feed_forward.up
        )
        assert not QuickDecoder(model.decoder).known


def test_models_that_were_changed_are_left_as_they_are():
    """RNN, 물려받은 모델, step을 바꿔 끼운 모델은 제 step으로 풀립니다."""

    class Loud(type(transformer())):
        pass

    for model in (rnn(), Loud(transformer().config)):
        assert fast_decoder(model) is model
    model, calls = ready(transformer()), []
    step = model.step

    def counted(*inputs):
        calls.append(1)
        return step(*inputs)

    model.step = counted
    greedy(model, sources(), 4, bos_id=1, eos_id=None)
    assert len(calls) == 4


@torch.no_grad()
def test_a_search_sees_weights_changed_before_it():
    """사본은 한 번 푸는 동안만 살므로, 학습한 뒤에 다시 풀면 새 가중치를 씁니다."""
    model = ready(transformer())
    search = {"bos_id": 1, "eos_id": None, "beam_size": 2}
    beam(model, sources(), 4, **search)
    model.decoder.layers[0].self_attention.value_proj.weight.mul_(-3)
    same(steps(fast_decoder(model), sources()), steps(model, sources()))


# ── 어텐션 안의 위치 ──────────────────────────────────────────────────────────────────


class Turned(AttentionPositions):
    """쿼리와 키의 앞 두 칸을 위치만큼 돌립니다. 내적에는 위치의 차이만 남습니다."""

    def forward(self, heads, places):
        angle = 0.7 * places.to(heads.dtype)  # (T,)
        a, b = heads[..., 0], heads[..., 1]
        turned = torch.stack(
            [a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], -1
        )
        return torch.cat([turned, heads[..., 2:]], dim=-1)


def with_turns(name, norm_first=False):
    """셀프 어텐션마다 위치를 건넨 모델. 더하는 위치는 지웁니다."""
    model = ready(BUILDERS[name](norm_first=norm_first))
    for where, module in model.named_modules():
        if isinstance(module, MultiHeadAttention) and "cross" not in where:
            module.positions = Turned().eval()
        if where.endswith("positions"):
            for table in (*module.parameters(), *module.buffers()):
                nn.init.zeros_(table)
    return model


@torch.no_grad()
@pytest.mark.parametrize("chunks", [[1] * 7, [7], [3, 1, 1, 2]], ids=str)
@pytest.mark.parametrize("name", BUILDERS)
def test_positions_inside_attention_are_the_same_with_a_cache(name, chunks):
    model, ids = with_turns(name), torch.randint(1, V, (3, 7))
    src = sources() if model.reads_source else ids
    logits = model(src, ids) if model.reads_source else model(ids)
    for way in (model, fast_decoder(model)):
        state, end = way.start(src, 7), 0
        for size in chunks:
            got, state = way.step(ids[:, end : end + size], state)
            end += size
            same(got, logits[:, end - 1].log_softmax(-1))


@torch.no_grad()
@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("name", BUILDERS)
def test_beams_side_by_side_keep_their_positions(name, norm_first):
    """빔 K줄이 쿼리 K개로 누워도 위치는 걸음마다 하나씩만 늡니다."""
    model = with_turns(name, norm_first)
    fast, src = fast_decoder(model), ids_of(model)
    same(steps(fast, src), steps(model, src))
    assert not isinstance(fast, FastTransformer) or fast.decoder.layers


@torch.no_grad()
def test_only_the_distance_matters_and_it_does_matter():
    """앞에 토큰을 더해 함께 밀어도 가중치가 같고, 서로의 거리가 바뀌면 달라집니다."""
    attention = ready(MultiHeadAttention(16, 2))
    attention.positions = Turned()
    x = torch.randn(3, 5, 16, dtype=torch.float64)
    moved = torch.cat([torch.randn(3, 4, 16, dtype=torch.float64), x], dim=1)
    see = torch.arange(9) >= 4  # 새로 붙인 토큰은 보지 않습니다.
    later = attention.weights(moved, moved, moved, see)[:, :, 4:, 4:]
    same(later, attention.weights(x, x, x))
    order = [1, 0, 2, 3, 4]
    shuffled = attention(x[:, order], x[:, order], x[:, order])
    assert not torch.allclose(shuffled, attention(x, x, x)[:, order], atol=1e-3)


@torch.no_grad()
def test_attention_maps_see_the_positions_too():
    """한 토큰씩 푸는 가운데 본 가중치가 한 번에 푼 것의 마지막 줄과 같습니다."""
    model, ids = with_turns("Gpt"), torch.randint(1, V, (3, 6))
    with attention_maps(model) as maps:
        model(ids)
        want = {name: weights[:, :, -1:] for name, weights in maps.items()}
    state = model.start(ids, 6)
    model.step(ids[:, :-1], state)
    with attention_maps(model) as maps:
        model.step(ids[:, -1:], state)
        assert maps.keys() == want.keys()
        for name, weights in maps.items():
            same(weights, want[name])
