"""torch 어텐션: torch의 함수와 앞걸음·기울기가 같은지, 그리고 성질."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from jumok import scratch
from jumok.model import (
    attention_maps,
    causal_mask,
    fused_attention,
    padding_mask,
    scaled_dot_product_attention,
)
from jumok.model.fast import short_attention
from jumok.model.fast.short_attention import SHORT, SHORT_HALF, attend

B, H = 3, 2
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
# (앞걸음, 기울기) 허용 오차. 반정밀도는 그 자료형의 한 눈금(eps)을 기준으로 합니다.
TOLERANCE = {torch.float64: (1e-12, 1e-12), torch.float32: (5e-6, 5e-5)}
SHAPES = {
    "같은 길이": (7, 7, 4, 4),
    "d_k≠d_v": (7, 7, 4, 6),
    "T_q≠T_k": (5, 7, 4, 4),
    "한 칸": (1, 1, 1, 1),
}
MASKS = ["none", "padding", "causal", "both", "empty row"]


def make_mask(name, t_q, t_k, device="cpu"):
    """마스크를 이름으로 만듭니다. T_q ≠ T_k이면 인과 마스크는 왼쪽 위에 맞춥니다."""
    lengths = torch.tensor([t_k, max(1, t_k - 2), 1])
    padding = padding_mask((torch.arange(t_k) < lengths[:, None]).long())
    causal = causal_mask(max(t_q, t_k))[:t_q, :t_k]
    empty = torch.ones(t_q, t_k, dtype=torch.bool)
    empty[0] = False
    masks = {
        "none": None,
        "padding": padding,
        "causal": causal,
        "both": padding & causal,
        "empty row": empty,
    }
    return None if masks[name] is None else masks[name].to(device)


def inputs(shape, dtype, device="cpu"):
    t_q, t_k, d_k, d_v = shape
    generator = torch.Generator().manual_seed(4)
    sizes = ((B, H, t_q, d_k), (B, H, t_k, d_k), (B, H, t_k, d_v))
    tensors = [torch.randn(*s, generator=generator, dtype=torch.float64) for s in sizes]
    return [t.to(device=device, dtype=dtype).requires_grad_() for t in tensors]


def run(function, tensors, mask):
    """출력과 세 입력의 기울기를 구합니다. 손실은 출력과 고정된 난수의 곱입니다."""
    output = function(*tensors, mask)
    weights = torch.linspace(
        -1, 1, output.numel(), dtype=output.dtype, device=output.device
    )
    grads = torch.autograd.grad((output * weights.view_as(output)).sum(), tensors)
    return output.detach(), grads


def ours(q, k, v, mask):
    return scaled_dot_product_attention(q, k, v, mask)[0]


def torch_reference(q, k, v, mask):
    """torch에 그대로 넘깁니다. 볼 키가 없는 행은 0이라는 우리 약속만 덧붙입니다."""
    if mask is None:
        return F.scaled_dot_product_attention(q, k, v)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask).nan_to_num(0.0)


def gap(a, b):
    return float((a.double() - b.double()).abs().max())


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("mask_name", MASKS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(
    "function", [ours, fused_attention, attend], ids=["교과서", "융합", "고르기"]
)
def test_parity_with_torch(function, dtype, shape, mask_name, device):
    mask = make_mask(mask_name, *shape[:2], device)
    tensors = inputs(shape, dtype, device)
    output, grads = run(function, tensors, mask)
    want, want_grads = run(torch_reference, tensors, mask)
    forward, gradient = TOLERANCE[dtype]
    assert output.dtype == dtype and output.shape == want.shape
    assert gap(output, want) <= forward
    assert max(gap(g, w) for g, w in zip(grads, want_grads, strict=True)) <= gradient


@pytest.mark.parametrize("mask_name", MASKS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize(
    "function", [ours, fused_attention, attend], ids=["교과서", "융합", "고르기"]
)
def test_half_precision_stays_within_its_own_precision(function, dtype, mask_name):
    """반정밀도의 답을 float64의 답과 견줍니다.

    같은 입력에서 몇 눈금(eps) 안이어야 합니다.
    """
    mask = make_mask(mask_name, 7, 7)
    half = inputs((7, 7, 4, 6), dtype)
    exact = [t.detach().double().requires_grad_() for t in half]
    output, grads = run(function, half, mask)
    want, want_grads = run(ours, exact, mask)
    eps = torch.finfo(dtype).eps
    assert output.dtype == dtype and torch.isfinite(output).all()
    assert gap(output, want) <= 4 * eps * (1 + float(want.abs().max()))
    scale = 1 + max(float(g.abs().max()) for g in want_grads)
    assert (
        max(gap(g, w) for g, w in zip(grads, want_grads, strict=True))
        <= 8 * eps * scale
    )


def test_empty_row_gives_zero_output_weights_and_gradients():
    q, k, v = inputs((7, 7, 4, 6), torch.float64)
    mask = make_mask("empty row", 7, 7)
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    (grad,) = torch.autograd.grad(output.sum(), q)
    assert (
        (output[..., 0, :] == 0).all()
        and (weights[..., 0, :] == 0).all()
        and (grad[..., 0, :] == 0).all()
    )


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("dtype", [*TOLERANCE, torch.float16, torch.bfloat16], ids=str)
def test_fused_empty_row_is_zero_in_every_kernel(dtype, dropout, device):
    """torch가 고르는 커널이 무엇이든 빈 행은 0이고 기울기는 유한합니다.

    커널은 드롭아웃과 자료형에 따라 달라집니다.
    """
    q, k, v = inputs((7, 7, 4, 6), dtype, device)
    output = fused_attention(q, k, v, make_mask("empty row", 7, 7, device), dropout)
    grads = torch.autograd.grad(output.sum(), (q, k, v))
    assert (output[..., 0, :] == 0).all() and (grads[0][..., 0, :] == 0).all()
    assert all(g.isfinite().all() for g in (output, *grads))


def counted(name, taken):
    """불릴 때마다 이름을 taken에 적는 어텐션."""
    function = getattr(short_attention, name)

    def call(*inputs):
        taken.append(name)
        return function(*inputs)

    return call


@pytest.mark.parametrize(
    ("length", "learning", "dropout", "dtype", "textbook"),
    [
        (SHORT, True, 0.0, torch.float32, True),
        # 길면 가중치 행렬이 메모리를 씁니다.
        (SHORT + 1, True, 0.0, torch.float32, False),
        # 풀 때는 한 토큰씩이라 융합 커널이 빠릅니다.
        (SHORT, False, 0.0, torch.float32, False),
        # 교과서 식에는 드롭아웃이 없습니다.
        (SHORT, True, 0.5, torch.float32, False),
        # 16비트에서는 융합 커널이 느려 더 긴 것까지 교과서 식입니다.
        (SHORT_HALF, True, 0.0, torch.bfloat16, True),
        (SHORT_HALF + 1, True, 0.0, torch.bfloat16, False),
    ],
)
def test_only_short_sentences_being_learned_take_the_textbook_way(
    length, learning, dropout, dtype, textbook, monkeypatch
):
    taken = []
    for name in ("scaled_dot_product_attention", "fused_attention"):
        monkeypatch.setattr(short_attention, name, counted(name, taken))
    q, k, v = inputs((length, length, 4, 4), dtype)
    with torch.set_grad_enabled(learning):
        q = q * 1.0
        attend(q, k, v, None, dropout)
    assert taken == ["scaled_dot_product_attention" if textbook else "fused_attention"]


def test_a_long_key_or_a_long_query_is_not_short(monkeypatch):
    monkeypatch.setattr(short_attention, "scaled_dot_product_attention", None)
    for t_q, t_k in ((1, SHORT + 1), (SHORT + 1, 1)):
        q, k, v = inputs((t_q, t_k, 4, 4), torch.float32)
        assert attend(q, k, v, None).shape == (B, H, t_q, 4)


@pytest.mark.parametrize("mask_name", MASKS)
def test_numpy_and_torch_give_the_same_numbers(mask_name):
    q, k, v = inputs((5, 7, 4, 6), torch.float64)
    mask = make_mask(mask_name, 5, 7)
    arrays = [t.detach().numpy() for t in (q, k, v)]
    want = scratch.scaled_dot_product_attention(
        *arrays, None if mask is None else mask.numpy()
    )
    got = scaled_dot_product_attention(q, k, v, mask)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b, atol=1e-14, strict=True)


def test_gradcheck_by_finite_differences():
    q, k, v = inputs((3, 5, 2, 3), torch.float64)
    mask = make_mask("both", 3, 5)
    assert torch.autograd.gradcheck(lambda *t: ours(*t, mask), (q, k, v))


def test_future_and_padding_cannot_be_seen():
    q, k, v = inputs((7, 7, 4, 6), torch.float64)
    mask = make_mask("both", 7, 7)
    before = ours(q, k, v, mask)
    changed = [t.detach().clone() for t in (k, v)]
    for t in changed:
        t[:, :, 4:] += 100.0  # 4번째부터 바꾼다: 0…3번째 출력은 그대로여야 한다
        t[1, :, 5:] -= 50.0  # 둘째 문장의 채움 자리
    after = ours(q, *changed, mask)
    torch.testing.assert_close(after[:, :, :4], before[:, :, :4], rtol=0, atol=0)
    assert not torch.equal(after[0, :, 4:], before[0, :, 4:])


def test_keys_in_any_order_give_the_same_output():
    q, k, v = inputs((5, 7, 4, 6), torch.float64)
    order = torch.randperm(7, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        ours(q, k[:, :, order], v[:, :, order], None), ours(q, k, v, None)
    )


def test_masks_are_bool_and_broadcast_over_heads():
    ids = torch.tensor([[5, 6, 0], [7, 0, 0]])
    assert (
        padding_mask(ids).shape == (2, 1, 1, 3)
        and padding_mask(ids).dtype == torch.bool
    )
    assert padding_mask(ids)[0, 0, 0].tolist() == [True, True, False]
    assert causal_mask(3).tolist() == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_errors_name_the_wrong_numbers():
    q, k, v = inputs((5, 7, 4, 6), torch.float64)
    with pytest.raises(ValueError, match="쿼리는 4, 키는 6"):
        scaled_dot_product_attention(q, v, v)
    with pytest.raises(ValueError, match="키는 7개, 밸류는 5개"):
        fused_attention(q, k, q)
    with pytest.raises(TypeError, match="float32"):
        scaled_dot_product_attention(q, k, v, torch.ones(5, 7))
    with pytest.raises(ValueError, match=r"\(7, 5\)"):
        scaled_dot_product_attention(q, k, v, torch.ones(7, 5, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"\(3,\)"):
        padding_mask(torch.tensor([1, 2, 0]))


class OneHead(nn.Module):
    """가중치를 기억하지 않는 가장 작은 어텐션 모듈."""

    def forward(self, query, key, value, mask=None):
        return fused_attention(query, key, value, mask)

    def weights(self, query, key, value, mask=None):
        return scaled_dot_product_attention(query, key, value, mask)[1]


def test_attention_maps_collects_inside_the_block_only():
    model = nn.ModuleDict({"one": OneHead(), "other": nn.Linear(2, 2)})
    q, k, v = inputs((7, 7, 4, 6), torch.float64)
    mask = causal_mask(7)
    with attention_maps(model) as maps:
        output = model["one"](q, k, v, mask=mask)
    assert list(maps) == ["one"] and not maps["one"].requires_grad
    torch.testing.assert_close(maps["one"] @ v, output)
    maps.clear()
    model["one"](q, k, v, mask=mask)
    assert maps == {} and not model["one"]._forward_hooks


def test_attention_maps_removes_its_hooks_after_an_error():
    model = nn.ModuleDict({"one": OneHead()})
    with pytest.raises(ZeroDivisionError), attention_maps(model):
        _ = 1 / 0
    assert not model["one"]._forward_hooks
