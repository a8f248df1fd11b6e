"""싼 난수로 만든 드롭아웃: 비율, 독립, 크기, 기울기, 되풀이.

torch의 드롭아웃이 참조입니다.
"""

import pytest
import torch
import torch.nn.functional as F

from jumok.model import Dropout, Transformer, TransformerConfig
from jumok.model.fast.dropout import dropout_mask

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
N = 300_001  # 넷으로 나누어떨어지지 않는 수


def kept(rate, n=N):
    return dropout_mask(torch.empty(n), rate) != 0


def too_far(count, n, p):
    """이항분포에서 표준편차의 5배 넘게 벗어났는가.

    씨앗을 고정하므로 결과는 늘 같습니다.
    """
    return abs(count - n * p) > 5 * (n * p * (1 - p)) ** 0.5


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("rate", [0.05, 0.1, 0.3, 0.5, 0.9])
def test_rate_scale_and_mean(rate, device):
    torch.manual_seed(1)
    out = Dropout(rate).train()(torch.ones(N, device=device))
    assert not too_far(int((out == 0).sum()), N, rate)
    torch.testing.assert_close(
        out[out != 0].unique().item(), 1 / (1 - rate), rtol=2e-4, atol=0
    )
    assert abs(out.mean().item() - 1) < 5 * (rate / (1 - rate) / N) ** 0.5


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_neighbours_sites_and_steps_are_independent(rate):
    """이웃한 원소, 두 자리, 두 걸음이 함께 지워지는 비율은 곱입니다.

    이웃한 원소 넷은 64비트 난수 하나를 나눠 씁니다.
    """
    torch.manual_seed(2)
    one, two = ~kept(rate), ~kept(rate)
    pairs = [(one[:-k], one[k:]) for k in (1, 2, 3, 4, 5, 128)] + [
        (one, two),
        (one[:-1], two[1:]),
    ]
    for a, b in pairs:
        assert not too_far(int((a & b).sum()), len(a), rate**2)


def test_every_lane_of_the_shared_draw_has_the_same_rate():
    torch.manual_seed(3)
    lanes = ~kept(0.1, 400_000).view(-1, 4)
    assert not any(too_far(int(c), 100_000, 0.1) for c in lanes.sum(0))
    runs = lanes.sum(1)  # 넷 가운데 지워진 수는 이항분포 B(4, 0.1)
    want = [0.6561, 0.2916, 0.0486, 0.0036, 0.0001]
    counts = torch.bincount(runs, minlength=5).tolist()
    assert (
        sum((c - 1e5 * p) ** 2 / (1e5 * p) for c, p in zip(counts, want, strict=True))
        < 18.47
    )


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str
)
@pytest.mark.parametrize("shape", [(3, 5, 7), (1,), (2, 0)])
def test_shape_dtype_and_gradient_use_one_mask(shape, dtype):
    torch.manual_seed(4)
    x = torch.randn(shape, dtype=dtype, requires_grad=True)
    y = Dropout(0.5)(x)
    y.backward(torch.ones_like(y))
    assert y.shape == x.shape and y.dtype == dtype
    torch.testing.assert_close(y, x * x.grad)
    assert set(x.grad.unique().tolist()) <= {0.0, 2.0}


def test_transposed_input_is_dropped_where_the_gradient_is():
    x = torch.randn(7, 5, requires_grad=True)
    y = Dropout(0.5)(x.T)
    y.sum().backward()
    torch.testing.assert_close(y, (x * x.grad).T)


def test_the_seed_repeats_it_and_evaluation_is_the_identity():
    x, dropout = torch.randn(3, 1001), Dropout(0.3)
    draws = []
    for seed in (5, 5, 6):
        torch.manual_seed(seed)
        draws.append(dropout(x))
    assert torch.equal(draws[0], draws[1]) and not torch.equal(draws[0], draws[2])
    assert not torch.equal(dropout(x), draws[2])
    assert dropout.eval()(x) is x and Dropout(0.0)(x) is x
    assert torch.equal(Dropout(1.0)(x), torch.zeros_like(x))


def test_the_model_is_as_noisy_as_with_torch_dropout():
    """같은 모델을 두 드롭아웃으로 여러 번 돌린 출력의 평균과 퍼짐이 같습니다."""
    torch.manual_seed(7)
    size = {"d_model": 16, "n_heads": 2, "n_layers": 2, "d_ff": 32, "dropout": 0.2}
    model = Transformer(
        TransformerConfig(src_vocab_size=11, tgt_vocab_size=11, **size)
    ).train()
    ids = torch.randint(1, 11, (1, 7)).expand(2000, -1)

    def run(forward):
        for module in model.modules():
            if isinstance(module, Dropout):
                module.forward = forward(module)
        with torch.no_grad():
            return model(ids, ids)

    ours = run(lambda m: lambda x: Dropout.forward(m, x))
    theirs = run(lambda m: lambda x: F.dropout(x, m.p))
    error = (ours.std(0) ** 2 / 2000 + theirs.std(0) ** 2 / 2000).sqrt()
    assert ((ours.mean(0) - theirs.mean(0)).abs() / error).max() < 5
    assert abs(ours.std(0).mean() / theirs.std(0).mean() - 1) < 0.03
