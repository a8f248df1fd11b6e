"""numpy의 멀티헤드 어텐션과 인코더·디코더 층.

torch의 것, 우리 모형의 것과 같은지, 그리고 성질을 봅니다.
"""

import numpy as np
import pytest
import torch
from torch import nn

from jumok.model import DecoderLayer, EncoderLayer, LayerConfig
from jumok.scratch import (
    AttentionWeights,
    DecoderLayerWeights,
    EncoderLayerWeights,
    FeedForwardWeights,
    NormWeights,
    causal_mask,
    decoder_layer,
    encoder_layer,
    join_heads,
    multi_head_attention,
    padding_mask,
    scaled_dot_product_attention,
    split_heads,
)

B, T, S, D, H, D_FF = 3, 5, 7, 8, 2, 11
IDS = np.array([[4, 5, 6, 7, 8], [4, 5, 6, 0, 0], [4, 0, 0, 0, 0]])
MEMORY_IDS = np.array([[4] * 7, [4] * 4 + [0] * 3, [4] + [0] * 6])
NORM_FIRST = pytest.mark.parametrize("norm_first", [False, True], ids=["post", "pre"])


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def transposed(*modules) -> list[np.ndarray]:
    """nn.Linear들의 (weight, bias)를 차례로, 우리 모양으로 전치해서."""
    return [p.detach().numpy().T for m in modules for p in m.parameters()]


def attention_from(module) -> AttentionWeights:
    """nn.MultiheadAttention이나 jumok.model.MultiHeadAttention에서 옮깁니다."""
    if isinstance(module, nn.MultiheadAttention):
        w, b = (
            p.detach().numpy() for p in (module.in_proj_weight, module.in_proj_bias)
        )
        w_out, b_out = transposed(module.out_proj)
        return AttentionWeights(
            *(m.T for m in np.split(w, 3)), w_out, *np.split(b, 3), b_out
        )
    arrays = transposed(
        module.query_proj, module.key_proj, module.value_proj, module.output_proj
    )
    return AttentionWeights(*arrays[0::2], *arrays[1::2])


def feed_forward_from(*linears) -> FeedForwardWeights:
    return FeedForwardWeights(*transposed(*linears))


def norms_from(*norms) -> tuple[NormWeights, ...]:
    return tuple(
        NormWeights(*(p.detach().numpy() for p in n.parameters())) for n in norms
    )


def randomised(module):
    """초깃값의 0과 1이 틀린 자리를 가리지 않도록 모든 매개변수를 난수로 채웁니다."""
    torch.manual_seed(2)
    for p in module.parameters():
        nn.init.normal_(p, std=0.4)
    return module.double().eval()


def tensors(*arrays):
    return [None if a is None else torch.tensor(a) for a in arrays]


def assert_same(got, want):
    np.testing.assert_allclose(
        got, want.detach().numpy(), rtol=0, atol=1e-12, strict=True
    )


MASKS = {
    "none": None,
    "padding": padding_mask(IDS),
    "causal": causal_mask(T),
    "both": padding_mask(IDS) & causal_mask(T),
}


@pytest.mark.parametrize("mask_name", MASKS)
def test_multi_head_equals_torch(mask_name, rng):
    """torch의 nn.MultiheadAttention에서는 True가 '가린다'입니다. 뒤집어 넘깁니다."""
    module = randomised(nn.MultiheadAttention(D, H, batch_first=True))
    mask, x = MASKS[mask_name], rng.normal(size=(B, T, D))
    hide = None if mask is None else ~np.broadcast_to(mask, (B, T, T)).repeat(H, axis=0)
    want, want_maps = module(
        *tensors(x, x, x),
        attn_mask=tensors(hide)[0],
        need_weights=True,
        average_attn_weights=False,
    )
    output, maps = multi_head_attention(x, x, x, attention_from(module), H, mask)
    assert_same(output, want)
    assert_same(maps, want_maps)


def test_multi_head_equals_torch_across_two_sentences(rng):
    module = randomised(nn.MultiheadAttention(D, H, batch_first=True))
    query, key, value = (
        rng.normal(size=(B, T, D)),
        rng.normal(size=(B, S, D)),
        rng.normal(size=(B, S, D)),
    )
    want, _ = module(
        *tensors(query, key, value), key_padding_mask=torch.tensor(MEMORY_IDS == 0)
    )
    mask = padding_mask(MEMORY_IDS)
    assert_same(
        multi_head_attention(query, key, value, attention_from(module), H, mask)[0],
        want,
    )


def test_multi_head_is_each_head_by_itself_then_concat(rng):
    """공책의 예: 단어 2개, 밸류 3칸, 헤드 8개.

    이어 붙이면 2 × 24, W^O(24 × 4)를 곱하면 2 × 4입니다.
    """
    x, heads, d_k, d_v = rng.normal(size=(2, 4)), 8, 5, 3
    w_q, w_k, w_v = (rng.normal(size=(4, heads * d)) for d in (d_k, d_k, d_v))
    w_o = rng.normal(size=(heads * d_v, 4))
    output, maps = multi_head_attention(
        x, x, x, AttentionWeights(w_q, w_k, w_v, w_o), heads
    )
    each = []
    for i in range(heads):
        q, k = (x @ w[:, i * d_k : (i + 1) * d_k] for w in (w_q, w_k))
        head, weights = scaled_dot_product_attention(
            q, k, x @ w_v[:, i * d_v : (i + 1) * d_v]
        )
        np.testing.assert_allclose(maps[i], weights, atol=1e-14)
        each.append(head)
    assert np.concatenate(each, axis=-1).shape == (2, 24) and output.shape == (2, 4)
    np.testing.assert_allclose(output, np.concatenate(each, axis=-1) @ w_o, atol=1e-12)


def test_split_keeps_words_and_heads_apart_and_join_undoes_it(rng):
    x = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    # 둘째 헤드 = 뒤쪽 두 칸, 모든 단어
    np.testing.assert_array_equal(split_heads(x, 2)[0, 1], x[0, :, 2:])
    np.testing.assert_array_equal(join_heads(split_heads(x, 2)), x)
    # 축을 옮기지 않으면 섞인다
    assert not np.array_equal(split_heads(x, 2), x.reshape(2, 2, 3, 2))
    for shape in ((3, 4), (5, 2, 3, 4)):
        x = rng.normal(size=shape)
        np.testing.assert_array_equal(join_heads(split_heads(x, 4)), x)


def test_mask_of_a_batch_is_not_taken_for_a_mask_of_heads(rng):
    """배치와 헤드의 수가 같을 때 (B, 1, T)가 헤드 축에 맞춰지던 실수를 막습니다."""
    heads = B
    weights = AttentionWeights(*(rng.normal(size=(6, 6)) for _ in range(4)))
    x, mask = rng.normal(size=(B, T, 6)), padding_mask(IDS)  # (B, 1, T)
    _, maps = multi_head_attention(x, x, x, weights, heads, mask)
    hidden = np.broadcast_to((IDS == 0)[:, None, None, :], maps.shape)
    assert (maps[hidden] == 0).all() and (maps[~hidden] > 0).all()
    np.testing.assert_allclose(maps.sum(-1), 1, atol=1e-14)
    # 헤드 축이 있는 (B, 1, 1, T)
    _, same = multi_head_attention(x, x, x, weights, heads, mask[:, None])
    np.testing.assert_array_equal(same, maps)


def test_each_head_may_have_its_own_mask(rng):
    weights = AttentionWeights(*(rng.normal(size=(D, D)) for _ in range(4)))
    x, mask = (
        rng.normal(size=(T, D)),
        np.stack([causal_mask(T), causal_mask(T).T]),
    )  # (H, T, T)
    _, maps = multi_head_attention(x, x, x, weights, H, mask)
    np.testing.assert_array_equal(maps > 0, mask)


def test_multi_head_permutes_with_its_words(rng):
    weights = AttentionWeights(*(rng.normal(size=(D, D)) for _ in range(4)))
    x, order = rng.normal(size=(B, T, D)), rng.permutation(T)
    output, _ = multi_head_attention(x, x, x, weights, H)
    shuffled = x[:, order]
    got, _ = multi_head_attention(shuffled, shuffled, shuffled, weights, H)
    np.testing.assert_allclose(got, output[:, order], atol=1e-12)


@pytest.mark.parametrize("heads", [3, 0])
def test_heads_must_divide_the_width(heads, rng):
    with pytest.raises(ValueError, match=f"폭 {D}.*헤드 {heads}개"):
        split_heads(rng.normal(size=(T, D)), heads)


def encoder_pair(norm_first):
    module = randomised(
        nn.TransformerEncoderLayer(
            D, H, D_FF, dropout=0.0, batch_first=True, norm_first=norm_first
        )
    )
    return module, EncoderLayerWeights(
        attention_from(module.self_attn),
        feed_forward_from(module.linear1, module.linear2),
        norms_from(module.norm1, module.norm2),
    )


def decoder_pair(norm_first):
    module = randomised(
        nn.TransformerDecoderLayer(
            D, H, D_FF, dropout=0.0, batch_first=True, norm_first=norm_first
        )
    )
    return module, DecoderLayerWeights(
        attention_from(module.self_attn),
        attention_from(module.multihead_attn),
        feed_forward_from(module.linear1, module.linear2),
        norms_from(module.norm1, module.norm2, module.norm3),
    )


def config(norm_first):
    return LayerConfig(
        d_model=D, n_heads=H, d_ff=D_FF, dropout=0.0, norm_first=norm_first
    )


@NORM_FIRST
def test_encoder_layer_equals_torch(norm_first, rng):
    module, weights = encoder_pair(norm_first)
    x, ids = rng.normal(size=(B, T, D)), IDS
    want = module(torch.tensor(x), src_key_padding_mask=torch.tensor(ids == 0))
    assert_same(encoder_layer(x, weights, H, padding_mask(ids), norm_first), want)
    assert_same(
        encoder_layer(x, weights, H, norm_first=norm_first), module(torch.tensor(x))
    )


@NORM_FIRST
def test_decoder_layer_equals_torch(norm_first, rng):
    module, weights = decoder_pair(norm_first)
    x, memory = rng.normal(size=(B, T, D)), rng.normal(size=(B, S, D))
    tgt_mask, memory_mask = MASKS["both"], padding_mask(MEMORY_IDS)
    want = module(
        *tensors(x, memory),
        tgt_mask=torch.tensor(~causal_mask(T)),
        tgt_key_padding_mask=torch.tensor(IDS == 0),
        memory_key_padding_mask=torch.tensor(MEMORY_IDS == 0),
    )
    assert_same(
        decoder_layer(x, memory, weights, H, tgt_mask, memory_mask, norm_first), want
    )


@NORM_FIRST
@pytest.mark.parametrize("mask_name", MASKS)
def test_encoder_layer_equals_the_model(norm_first, mask_name, rng):
    module = randomised(EncoderLayer(config(norm_first)))
    weights = EncoderLayerWeights(
        attention_from(module.attention),
        feed_forward_from(module.feed_forward.up, module.feed_forward.down),
        norms_from(*(r.norm for r in module.residuals)),
    )
    x, mask = rng.normal(size=(B, T, D)), MASKS[mask_name]
    torch_mask = (
        None
        if mask is None
        else torch.tensor(np.broadcast_to(mask, (B, T, T))[:, None])
    )
    assert_same(
        encoder_layer(x, weights, H, mask, norm_first),
        module(torch.tensor(x), torch_mask),
    )


@NORM_FIRST
def test_decoder_layer_equals_the_model(norm_first, rng):
    module = randomised(DecoderLayer(config(norm_first)))
    weights = DecoderLayerWeights(
        attention_from(module.self_attention),
        attention_from(module.cross_attention),
        feed_forward_from(module.feed_forward.up, module.feed_forward.down),
        norms_from(*(r.norm for r in module.residuals)),
    )
    x, memory = rng.normal(size=(B, T, D)), rng.normal(size=(B, S, D))
    tgt_mask, memory_mask = MASKS["both"][:, None], padding_mask(MEMORY_IDS)[:, None]
    want = module(*tensors(x, memory, tgt_mask, memory_mask))
    assert_same(
        decoder_layer(x, memory, weights, H, tgt_mask, memory_mask, norm_first), want
    )


@NORM_FIRST
def test_decoder_layer_sees_neither_future_nor_padding(norm_first, rng):
    _, weights = decoder_pair(norm_first)
    x, memory = rng.normal(size=(B, T, D)), rng.normal(size=(B, S, D))
    masks = (MASKS["both"], padding_mask(MEMORY_IDS))
    before = decoder_layer(x, memory, weights, H, *masks, norm_first)
    future, padded = x.copy(), memory.copy()
    future[:, 3:] += 1
    padded[MEMORY_IDS == 0] += 1
    after = decoder_layer(future, padded, weights, H, *masks, norm_first)
    np.testing.assert_array_equal(after[:, :3], before[:, :3])
    assert not np.allclose(after[0, 3:], before[0, 3:])


@NORM_FIRST
def test_a_single_word_without_a_batch_attends_to_itself(norm_first, rng):
    """단어가 하나면 가중치는 1뿐이므로 셀프 어텐션은 밸류를 사영한 것과 같습니다."""
    module, weights = encoder_pair(norm_first)
    x = rng.normal(size=(1, D))
    w = weights.attention
    _, maps = multi_head_attention(x, x, x, w, H)
    np.testing.assert_array_equal(maps, np.ones((H, 1, 1)))
    np.testing.assert_allclose(
        multi_head_attention(x, x, x, w, H)[0],
        (x @ w.w_value + w.b_value) @ w.w_output + w.b_output,
        atol=1e-12,
    )
    assert_same(
        encoder_layer(x, weights, H, norm_first=norm_first), module(torch.tensor(x))
    )
