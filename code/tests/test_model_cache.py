"""한 토큰씩 푸는 길: 캐시를 쓴 것과 쓰지 않은 것이 같은 분포를 내는지.

빠른 길은 test_quick_decoder가, 탐색은 test_decode가 봅니다.
"""

import pytest
import torch
from tiny_models import (
    DEVICES,
    MAX_LEN,
    V,
    gpt,
    ready,
    rnn,
    strict_kernels,
    transformer,
)

from jumok.model import (
    KVCache,
    MemoryCache,
    MultiHeadAttention,
    attention_maps,
    causal_mask,
)
from jumok.model.fast.next_token import NextToken

B, T, S = 3, 7, 9
MODELS = {
    "Gpt": gpt,
    "Gpt post": lambda: gpt(norm_first=False),
    "Transformer post": transformer,
    "Transformer pre": lambda: transformer(norm_first=True),
    **{
        f"Rnn {a}": lambda a=a: rnn(attention=a)
        for a in ("none", "additive", "dot", "general")
    },
    "Rnn lstm": lambda: rnn(cell="lstm"),
}
every_model = pytest.mark.parametrize("name", MODELS)
every_device = pytest.mark.parametrize("device", DEVICES)


@pytest.fixture(autouse=True)
def exact_numbers():
    with torch.random.fork_rng(devices=[]), strict_kernels():
        torch.manual_seed(8)
        yield


def setting(name, device="cpu", dtype=torch.float64):
    """(모델, 원문 또는 None, 읽을 글). 원문에는 패딩이 있고 글에는 없습니다."""
    model = ready(MODELS[name](), device, dtype)
    generator = torch.Generator().manual_seed(7)
    src = torch.randint(1, V, (B, S), generator=generator)
    src = src * (torch.arange(S) < torch.tensor([S, 5, 1])[:, None])
    ids = torch.randint(1, V, (B, T), generator=generator).to(device)
    return model, None if name.startswith("Gpt") else src.to(device), ids


def begin(model, src, ids):
    return model.start(ids if src is None else src, max_len=T)


def whole(model, src, ids):
    """캐시 없이 한 번에 푼 로그 확률 (B, T, V)."""
    return (model(ids) if src is None else model(src, ids)).log_softmax(-1)


@torch.no_grad()
@every_device
@pytest.mark.parametrize("chunks", [[1] * T, [T], [3, 1, 1, 2], [1, 5, 1]], ids=str)
@every_model
def test_cached_equals_uncached(name, chunks, device):
    """한 토큰씩 읽든 몇 개씩 묶어 읽든, 묶음의 끝마다 같은 분포가 나와야 합니다."""
    model, src, ids = setting(name, device)
    want, state, end = whole(model, src, ids), begin(model, src, ids), 0
    for size in chunks:
        got, state = model.step(ids[:, end : end + size], state)
        end += size
        assert got.shape == (B, V)
        torch.testing.assert_close(got, want[:, end - 1], rtol=0, atol=1e-12)
        torch.testing.assert_close(
            got.exp().sum(-1), torch.ones_like(got[:, 0]), rtol=0, atol=1e-12
        )


@torch.no_grad()
@every_model
def test_two_decodings_do_not_disturb_each_other(name):
    model, src, ids = setting(name)
    want = whole(model, src, ids)
    states = [begin(model, src, ids) for _ in range(2)]
    model.step(ids[:, :3], states[0])
    for t in range(T):
        got, states[1] = model.step(ids[:, t : t + 1], states[1])
        torch.testing.assert_close(got, want[:, t], rtol=0, atol=1e-12)


@torch.no_grad()
@every_device
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@every_model
def test_cache_follows_the_dtype_of_the_model(name, dtype, device):
    model, src, ids = setting(name, device, dtype)
    want, state = whole(model, src, ids), begin(model, src, ids)
    for t in range(T):
        got, state = model.step(ids[:, t : t + 1], state)
        assert got.dtype == dtype
        assert float((got - want[:, t]).abs().max()) <= 32 * torch.finfo(
            dtype
        ).eps * float(want.abs().max())


@torch.no_grad()
@every_device
@every_model
def test_steps_work_under_autocast(name, device):
    if (
        "lstm" in name
        and device == "cpu"
        and not torch.ops.mkldnn._is_mkldnn_bf16_supported()
    ):
        pytest.skip("이 CPU의 oneDNN에는 bfloat16 LSTM이 없습니다")
    model, src, ids = setting(name, device, torch.float32)
    want = whole(model, src, ids)
    with torch.autocast(device, torch.bfloat16):
        state = begin(model, src, ids)
        for t in range(T):
            got, state = model.step(ids[:, t : t + 1], state)
            error = float((got.float() - want[:, t]).abs().max())
            assert error <= 64 * torch.finfo(torch.bfloat16).eps * float(
                want.abs().max()
            )


@torch.no_grad()
def test_attention_maps_see_the_cached_keys():
    model, src, ids = setting("Transformer post")
    with attention_maps(model) as maps:
        model(src, ids)
        want = {
            name: weights[:, :, -1:]
            for name, weights in maps.items()
            if name.startswith("decoder")
        }
    state = begin(model, src, ids)
    model.step(ids[:, :-1], state)
    with attention_maps(model) as maps:
        model.step(ids[:, -1:], state)
        assert set(maps) == set(want) and want
        for name, weights in maps.items():
            torch.testing.assert_close(weights, want[name], rtol=0, atol=1e-12)


@torch.no_grad()
def test_key_value_cache_is_allocated_once_and_refuses_overflow():
    attention = ready(MultiHeadAttention(16, 2))
    x = torch.randn(B, 5, 16, dtype=torch.float64)
    cache = KVCache(x, 2, 8, 5)
    place = cache.keys.data_ptr()
    parts = [
        attention(x[:, t : t + 1], x[:, t : t + 1], x[:, t : t + 1], None, cache)
        for t in range(5)
    ]
    assert cache.keys.data_ptr() == place and cache.length == 5
    want = attention(x, x, x, causal_mask(5))
    torch.testing.assert_close(torch.cat(parts, dim=1), want, rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="캐시는 5칸인데 6번째 토큰을 쓰려 했습니다"):
        attention(x[:, :1], x[:, :1], x[:, :1], None, cache)


@torch.no_grad()
def test_memory_is_projected_once():
    attention, calls = ready(MultiHeadAttention(16, 2)), []
    attention.key_proj.register_forward_hook(lambda *_: calls.append(1))
    x, memory = (
        torch.randn(B, 1, 16, dtype=torch.float64),
        torch.randn(B, S, 16, dtype=torch.float64),
    )
    cache = MemoryCache()
    first = attention(x, memory, memory, None, cache)
    second = attention(x, memory, memory, None, cache)
    assert len(calls) == 1
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    torch.testing.assert_close(first, attention(x, memory, memory), rtol=0, atol=1e-12)


@torch.no_grad()
@pytest.mark.parametrize("name", ["Gpt", "Transformer post"])
def test_reading_past_the_longest_sentence_is_refused(name):
    model, src, ids = setting(name)
    with pytest.raises(ValueError, match=f"max_len {MAX_LEN}을 넘습니다"):
        model.start(ids if src is None else src, max_len=MAX_LEN + 1)


@torch.no_grad()
@every_device
@pytest.mark.parametrize("rows", [1, 2, 4, 5])
@pytest.mark.parametrize("bias", [False, True])
def test_next_token_equals_the_output_layer_however_it_is_multiplied(
    rows, bias, device
):
    """줄 수마다 곱하는 차례가 다르고, 둘째 걸음부터 뒤집은 사본을 씁니다.

    치우침도 지켜야 합니다.
    """
    output = torch.nn.Linear(33, 501, bias=bias).to(device)
    next_token = NextToken(output)
    for _ in range(3):
        hidden = torch.randn(rows, 33, device=device)
        want = output(hidden).log_softmax(-1)
        torch.testing.assert_close(next_token(hidden), want, rtol=0, atol=2e-5)
    assert (next_token.turned is not None) == (
        rows in (1, 5) and not bias and device == "cpu"
    )
