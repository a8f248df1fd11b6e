"""모든 모델이 지켜야 할 성질.

미래와 패딩을 보지 않고, 묶인 채로 저장되고, 어떤 크기에서도 돕니다.
"""

import io

import pytest
import torch
from tiny_models import (
    DEVICES,
    MAX_LEN,
    MODELS,
    B,
    V,
    bert,
    gpt,
    outputs,
    ready,
    rnn,
    sentences,
    strict_kernels,
    transformer,
    vit,
)
from torch import nn

from jumok.model import (
    Decoder,
    Encoder,
    LayerConfig,
    MultiHeadAttention,
    RnnAttention,
    attention_maps,
    causal_mask,
)

T, S = 7, 9
TEXT = [name for name in MODELS if name != "Vit"]
CAUSAL = [name for name in MODELS if name.startswith(("Transformer", "Gpt", "Rnn"))]
SOURCE = [name for name in MODELS if name.startswith(("Transformer", "Rnn"))]
pytestmark = pytest.mark.usefixtures("seed")


@pytest.fixture
def seed():
    with torch.random.fork_rng(devices=[]), strict_kernels():
        torch.manual_seed(8)
        yield


def made(name, device="cpu", dtype=torch.float64):
    return ready(MODELS[name].build(), device, dtype)


def same(a, b, tolerance=0.0):
    torch.testing.assert_close(a, b, rtol=0, atol=tolerance)


# ── 미래 ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", CAUSAL)
def test_future_tokens_never_change_the_past(name, device):
    model, inputs = made(name, device), MODELS[name].make_inputs(B, T)
    before = outputs(model, inputs)[0]
    for t in range(1, T):
        changed = inputs[-1].clone()
        # 모두 다른 낱말로, 패딩이 아닌 것으로
        changed[:, t:] = changed[:, t:] % (V - 1) + 1
        after = outputs(model, (*inputs[:-1], changed))[0]
        same(after[:, :t], before[:, :t], 0 if device == "cpu" else 1e-12)
        assert ((after[:, t:] - before[:, t:]).abs().amax(-1) > 1e-6).all()


@pytest.mark.parametrize(
    "build", [bert, lambda: transformer().encoder], ids=["Bert", "Encoder"]
)
def test_an_encoder_does_see_the_future(build):
    """위의 시험이 아무것도 재지 않는 것이 아님을, 미래를 보는 모델으로 보입니다."""
    model = ready(build())
    x = (
        sentences(B, T)
        if hasattr(model, "tokens")
        else torch.randn(B, T, 16, dtype=torch.float64)
    )
    y = x.clone()
    y[:, -1] = y[:, -1] + 1 if y.is_floating_point() else y[:, -1] % (V - 1) + 1
    assert ((model(x) - model(y))[:, 0].abs().amax(-1) > 1e-6).all()


@pytest.mark.parametrize("norm_first", [False, True])
def test_gradient_does_not_flow_from_the_past_to_the_future(norm_first):
    config = LayerConfig(
        d_model=16, n_heads=2, n_layers=2, d_ff=24, dropout=0.0, norm_first=norm_first
    )
    model = ready(Encoder(config))
    x = torch.randn(B, T, 16, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(B, 4, 16, dtype=torch.float64)
    (grad,) = torch.autograd.grad((model(x, causal_mask(T))[:, :4] * weights).sum(), x)
    assert (grad[:, 4:] == 0).all() and (grad[:, :4].abs().amax(-1) > 0).all()


# ── 패딩 ──────────────────────────────────────────────────────────────────────────────


def padded(ids, lengths):
    return ids * (torch.arange(ids.size(1)) < torch.tensor(lengths)[:, None])


def with_padding(name, extra=0):
    """패딩이 있는 입력. extra만큼 뒤에 패딩을 더 붙입니다."""
    inputs = MODELS[name].make_inputs(B, T)
    first = padded(inputs[0], [inputs[0].size(1), 4, 1])
    last = padded(inputs[-1], [T, 1, 5])
    inputs = (first, last) if len(inputs) == 2 else (first,)
    return tuple(nn.functional.pad(ids, (0, extra)) for ids in inputs)


def embeddings(model):
    tables = (m for m in model.modules() if isinstance(m, nn.Embedding))
    return {table.weight for table in tables if table.num_embeddings == V}


PADS = [*SOURCE, "Bert", "BertForPretraining", "BertClassifier"]


def real(name, result, inputs):
    """토큰마다 나온 출력에서 패딩이 아닌 자리.

    RNN의 디코더는 앞에서 뒤로만 가므로 가릴 것이 없습니다.
    """
    return result[inputs[-1].to(result.device) != 0] if result.dim() == 3 else result


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", PADS)
def test_padding_never_changes_real_positions(name, device):
    """패딩을 더 붙여도, 패딩 낱말의 벡터를 통째로 바꿔도 진짜 자리는 그대로입니다."""
    model = made(name, device)
    torch.manual_seed(1)
    inputs = with_padding(name)
    before = [real(name, r, inputs) for r in outputs(model, inputs)]
    torch.manual_seed(1)
    longer = with_padding(name, extra=3)
    for a, b in zip(outputs(model, longer), before, strict=True):
        same(real(name, a, longer), b, 1e-12)
    with torch.no_grad():
        for table in embeddings(model):
            table[0] += 100.0
    tied = getattr(getattr(model, "output", None), "weight", None) in embeddings(model)
    # 묶었으면 패딩 낱말의 로짓만은 바뀌어야 합니다
    columns = slice(1, None) if tied else slice(None)
    for a, b in zip(outputs(model, inputs), before, strict=True):
        shown = columns if b.size(-1) == V else slice(None)
        same(
            real(name, a, inputs)[..., shown],
            b[..., shown],
            0 if device == "cpu" else 1e-12,
        )


@pytest.mark.parametrize("name", PADS)
def test_a_batch_equals_its_sentences_one_by_one(name):
    model, inputs = made(name), with_padding(name)
    whole = outputs(model, inputs)
    for row in range(B):
        alone = tuple(ids[row][ids[row] != 0][None] for ids in inputs)
        for a, b in zip(outputs(model, alone), whole, strict=True):
            same(a[0], b[row, : a.size(1)] if b.dim() == 3 else b[row], 1e-12)


@pytest.mark.parametrize("name", TEXT)
def test_unused_words_and_positions_get_exactly_zero_gradient(name):
    """손실을 진짜 자리에서만 구하면 쓰지 않은 것의 기울기는 0입니다.

    나오지 않은 낱말, 패딩 낱말, 쓰지 않은 위치가 그렇습니다.
    """
    model = made(name)
    inputs = with_padding(name) if name in PADS else MODELS[name].make_inputs(B, T)
    inputs = tuple(ids.clamp(max=V - 4) for ids in inputs)
    output = getattr(model, "output", None)
    if output is not None and output.weight in embeddings(model):
        # 출력층의 기울기는 따로 셉니다
        output.weight = nn.Parameter(output.weight.detach().clone())
    loss = sum((real(name, r, inputs) ** 2).sum() for r in outputs(model, inputs))
    loss.backward()
    used = torch.cat([ids.flatten() for ids in inputs]).unique()
    used = used[used != 0]
    for table in embeddings(model):
        unused = torch.ones(V, dtype=torch.bool)
        unused[used] = False
        assert (table.grad[unused] == 0).all() and (table.grad != 0).any()
    total = sum((table.grad.abs().amax(-1) > 0) for table in embeddings(model))
    assert (total[used] > 0).all()
    for parameter_name, parameter in model.named_parameters():
        if parameter_name.endswith("positions.weight"):
            assert (parameter.grad[T:] == 0).all() and (
                parameter.grad[:T].abs().amax(-1) > 0
            ).all()


# ── 순서 ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("norm_first", [False, True])
def test_layers_without_positions_do_not_know_the_order(norm_first):
    config = LayerConfig(
        d_model=16, n_heads=2, n_layers=2, d_ff=24, dropout=0.0, norm_first=norm_first
    )
    encoder, decoder = ready(Encoder(config)), ready(Decoder(config))
    x, memory = (torch.randn(B, n, 16, dtype=torch.float64) for n in (T, S))
    order, memory_order = torch.arange(T).flip(0), torch.arange(S).roll(4)
    mask = (torch.arange(S) < torch.tensor([S, 4, 1])[:, None])[:, None, None]
    same(encoder(x[:, order]), encoder(x)[:, order], 1e-12)
    want = decoder(x, memory, None, mask)
    same(
        decoder(x, memory[:, memory_order], None, mask[..., memory_order]), want, 1e-12
    )
    same(decoder(x[:, order], memory, None, mask), want[:, order], 1e-12)
    shuffled = encoder(x[:, order], causal_mask(T))
    assert not torch.allclose(shuffled, encoder(x, causal_mask(T))[:, order], atol=1e-3)


def test_bert_knows_the_order_only_through_positions():
    model, ids = ready(bert()), sentences(B, T)
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    assert not torch.allclose(model(ids[:, order]), model(ids)[:, order], atol=1e-3)
    nn.init.zeros_(model.positions.weight)
    same(model(ids[:, order]), model(ids)[:, order], 1e-12)


def test_vit_without_positions_sees_a_bag_of_patches():
    model, images = ready(vit()), torch.randn(B, 3, 12, 12, dtype=torch.float64)
    order = [2, 0, 1]
    # 가로줄의 조각들을 통째로 바꾼다
    shuffled = images.unflatten(2, (3, 4))[:, :, order].flatten(2, 3)
    assert not torch.allclose(model(shuffled), model(images), atol=1e-3)
    nn.init.zeros_(model.positions.weight)
    same(model(shuffled), model(images), 1e-12)


# ── 가중치 ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", [n for n in MODELS if n != "RnnSeq2Seq none"])
def test_attention_rows_sum_to_one_and_masked_are_exactly_zero(name, device):
    model = made(name, device)
    inputs = with_padding(name) if name in PADS else MODELS[name].make_inputs(B, T)
    want = outputs(model, inputs)
    with attention_maps(model) as maps:
        same(outputs(model, inputs), want)
    modules = [
        n
        for n, m in model.named_modules()
        if isinstance(m, MultiHeadAttention | RnnAttention)
    ]
    assert list(maps) == modules and modules
    for where, weights in maps.items():
        same(weights.sum(-1), torch.ones_like(weights[..., 0]), 1e-12)
        mask = expected_mask(name, where, inputs, weights).to(device)
        assert (weights[~mask] == 0).all() and (weights[mask] > 0).all()


def expected_mask(name, where, inputs, weights):
    """이 어텐션이 볼 수 있는 자리를 시험이 따로 만듭니다."""
    mask = torch.ones(weights.shape, dtype=torch.bool)
    if name == "Vit":
        return mask
    keys = (
        inputs[-1]
        if where.endswith("self_attention") or len(inputs) == 1
        else inputs[0]
    )
    middle = (1,) * (weights.dim() - 2)
    mask = mask & (keys != 0).view(B, *middle, keys.size(1))
    earlier = torch.arange(mask.size(-1)) <= torch.arange(mask.size(-2))[:, None]
    return (
        mask & earlier
        if where.endswith("self_attention") or name.startswith("Gpt")
        else mask
    )


def test_head_weights_times_values_give_the_output():
    attention = ready(MultiHeadAttention(16, 4))
    x, memory = (torch.randn(B, n, 16, dtype=torch.float64) for n in (T, S))
    weights = attention.weights(x, memory, memory)  # (B, H, T, S)
    values = attention.value_proj(memory).view(B, S, 4, 4)
    joined = torch.einsum("bhts,bshd->bthd", weights, values).flatten(2)
    same(attention.output_proj(joined), attention(x, memory, memory), 1e-12)


# ── 저장 ──────────────────────────────────────────────────────────────────────────────


def ties(model):
    """같은 텐서를 나눠 쓰는 이름들의 묶음."""
    groups = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        groups.setdefault(parameter.data_ptr(), set()).add(name)
    return {frozenset(names) for names in groups.values() if len(names) > 1}


def through_torch(model, other, folder):
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file, weights_only=True))


def through_safetensors(model, other, folder):
    safetensors = pytest.importorskip("safetensors.torch")
    safetensors.save_model(model, str(folder / "model.safetensors"))
    safetensors.load_model(other, str(folder / "model.safetensors"))


@pytest.mark.parametrize("through", [through_torch, through_safetensors])
@pytest.mark.parametrize("name", MODELS)
def test_save_and_load_give_the_same_outputs(name, through, tmp_path):
    model, inputs = made(name), MODELS[name].make_inputs(B, T)
    other = MODELS[name].build().double().eval()
    assert not torch.allclose(outputs(other, inputs)[0], outputs(model, inputs)[0])
    through(model, other, tmp_path)
    same(outputs(other, inputs), outputs(model, inputs))
    assert ties(other) == ties(model)


@pytest.mark.parametrize(
    ("build", "want"),
    [
        (
            transformer,
            {
                "src_embedding.tokens.weight",
                "tgt_embedding.tokens.weight",
                "output.weight",
            },
        ),
        (
            lambda: transformer(src_vocab_size=V + 2),
            {"tgt_embedding.tokens.weight", "output.weight"},
        ),
        (gpt, {"tokens.weight", "output.weight"}),
    ],
)
def test_tied_weights_are_one_tensor_and_stay_so(build, want):
    assert ties(build()) == {frozenset(want)}
    assert ties(build().double()) == {frozenset(want)}


# ── 크기와 자료형 ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str
)
@pytest.mark.parametrize("name", MODELS)
def test_any_batch_length_and_dtype(name, dtype, device):
    model = made(name, device, dtype)
    for batch, t in ((1, 1), (3, 1), (1, 5), (3, 7)):
        inputs = MODELS[name].make_inputs(batch, t)
        for result in outputs(model, inputs):
            assert (
                result.dtype == dtype
                and result.size(0) == batch
                and torch.isfinite(result).all()
            )
            assert result.dim() < 3 or result.size(1) == t
            sum(r.float().sum() for r in outputs(model, inputs)).backward()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_low_precision_stays_near_the_exact_answer(name, dtype, device):
    """같은 가중치를 float64로 옮겨 구한 답과 견줍니다.

    오차는 그 자료형의 눈금(eps)에 비례해야 합니다.
    """
    model, inputs = made(name, device, dtype), MODELS[name].make_inputs(B, T)
    inputs = tuple(i.to(dtype) if i.is_floating_point() else i for i in inputs)
    with torch.no_grad():
        got, want = outputs(model, inputs), outputs(model.double(), inputs)
    for a, b in zip(got, want, strict=True):
        assert float((a.double() - b).abs().max()) <= 32 * torch.finfo(
            dtype
        ).eps * float(b.abs().max())


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", MODELS)
def test_autocast_trains(name, device):
    """bfloat16 자동 혼합 정밀도에서도 기울기가 모든 매개변수에 닿고 유한합니다."""
    if (
        "lstm" in name
        and device == "cpu"
        and not torch.ops.mkldnn._is_mkldnn_bf16_supported()
    ):
        pytest.skip("이 CPU의 oneDNN에는 bfloat16 LSTM이 없습니다")
    model, inputs = made(name, device, torch.float32), MODELS[name].make_inputs(B, T)
    with torch.autocast(device, torch.bfloat16):
        loss = sum((r.float() ** 2).mean() for r in outputs(model, inputs))
    loss.backward()
    assert all(
        p.grad is not None and torch.isfinite(p.grad).all() for p in model.parameters()
    )


@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_is_used(name):
    """기울기가 0인 매개변수는 없습니다.

    소프트맥스가 지워 버리는 키의 치우침만 이론상 0입니다.
    """
    model, inputs = made(name), MODELS[name].make_inputs(B, T)
    sum((r**3).sum() for r in outputs(model, inputs)).backward()
    largest = max(float(p.grad.abs().max()) for p in model.parameters())
    for parameter_name, parameter in model.named_parameters():
        size = float(parameter.grad.abs().max())
        if parameter_name.endswith("key_proj.bias"):
            assert size < 1e-12 * largest
        else:
            assert size > 1e-9 * largest, parameter_name


@pytest.mark.parametrize("name", TEXT)
def test_longest_sentence_works_and_one_more_is_refused(name):
    model = made(name)
    batch = MODELS[name].make_inputs(1, MAX_LEN)
    inputs = tuple(ids[:, :MAX_LEN] for ids in batch)
    assert torch.isfinite(outputs(model, inputs)[0]).all()
    too_long = tuple(nn.functional.pad(ids, (0, 1), value=1) for ids in inputs)
    if name.startswith("Rnn"):  # RNN에는 길이의 한도가 없습니다
        assert torch.isfinite(outputs(model, too_long)[0]).all()
    else:
        with pytest.raises(
            ValueError,
            match=rf"길이 {MAX_LEN + 1}인 문장은 max_len {MAX_LEN}을 넘습니다",
        ):
            outputs(model, too_long)


@pytest.mark.parametrize("attention", ["none", "additive"])
def test_rnn_context_is_fixed_only_without_attention(attention):
    """어텐션이 없으면 원문은 마지막 상태 하나로만 전해집니다.

    그 상태를 바꿔치면 원문 전체가 바뀝니다.
    """
    model = ready(rnn(attention=attention, n_layers=1))
    src, other, tgt = sentences(B, S), sentences(B, S), sentences(B, T)
    state, donor = model.start(src), model.start(other)
    state.last, state.hidden = donor.last, donor.hidden
    stepped = torch.stack(
        [model.step(tgt[:, t : t + 1], state)[0] for t in range(T)], dim=1
    )
    want = model(other, tgt).log_softmax(-1)
    assert torch.allclose(stepped, want, atol=1e-12) == (attention == "none")
