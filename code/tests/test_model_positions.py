"""위치 인코딩: 논문의 식, 두 규칙(길이와 무관한 이름표, 크기의 한도), 배우는 표."""

import math

import pytest
import torch
from tiny_models import DEVICES, V, transformer
from torch import nn

from jumok.model import (
    Embedding,
    LayerConfig,
    LearnedPositions,
    SinusoidalPositions,
    sinusoids,
)

MAX_LEN, D = 40, 16


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        yield


@pytest.mark.parametrize("d_model", [16, 7, 1])
def test_sinusoids_are_the_equation(d_model):
    table = sinusoids(MAX_LEN, d_model)
    for pos in (0, 1, 17, MAX_LEN - 1):
        for j in range(d_model):
            angle = pos / 10000 ** (2 * (j // 2) / d_model)
            want = math.cos(angle) if j % 2 else math.sin(angle)
            assert abs(float(table[pos, j]) - want) < 1e-13


def test_position_has_one_name_whatever_the_length_and_is_bounded():
    assert torch.equal(sinusoids(5, D), sinusoids(MAX_LEN, D)[:5])
    table = sinusoids(MAX_LEN, D)
    assert float(table.abs().max()) <= 1
    torch.testing.assert_close(
        table.norm(dim=1), torch.full((MAX_LEN,), (D / 2) ** 0.5, dtype=table.dtype)
    )
    distances = torch.cdist(table, table) + 10 * torch.eye(MAX_LEN, dtype=table.dtype)
    assert float(distances.min()) > 0.5  # 서로 다른 위치는 서로 다른 이름표


@pytest.mark.parametrize("k", [1, 5, -3])
def test_moving_by_k_is_one_rotation_for_every_position(k):
    """PE(pos + k) = M_k PE(pos).

    M_k는 (sin, cos) 짝마다 같은 각만큼 도는 행렬입니다.
    """
    table = sinusoids(MAX_LEN, D)
    rotation = torch.zeros(D, D, dtype=table.dtype)
    for i in range(0, D, 2):
        angle = k / 10000 ** (i / D)
        rotation[i : i + 2, i : i + 2] = torch.tensor(
            [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
        )
    rows = torch.arange(max(0, -k), MAX_LEN - max(0, k))
    torch.testing.assert_close(
        table[rows] @ rotation.T, table[rows + k], rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("kind", [SinusoidalPositions, LearnedPositions])
def test_start_continues_where_the_last_call_stopped(kind, device):
    positions = kind(D, MAX_LEN).to(device)
    x = torch.randn(3, 9, D, device=device)
    parts = [
        positions(x[:, :4]),
        positions(x[:, 4:5], start=4),
        positions(x[:, 5:], start=5),
    ]
    assert torch.equal(torch.cat(parts, dim=1), positions(x))
    with pytest.raises(
        ValueError, match=f"길이 {MAX_LEN + 1}인 문장은 max_len {MAX_LEN}을"
    ):
        positions(x, start=MAX_LEN - 8)


def test_sinusoids_are_neither_learned_nor_saved():
    positions = SinusoidalPositions(D, MAX_LEN)
    assert not list(positions.parameters()) and not positions.state_dict()


@pytest.mark.parametrize("device", DEVICES)
def test_double_makes_the_table_exact_and_not_the_rounded_one(device):
    embedding = Embedding(V, LayerConfig(d_model=D, n_heads=2, max_len=MAX_LEN)).to(
        device
    )
    want = sinusoids(MAX_LEN, D).to(device)
    assert torch.equal(embedding.positions.table, want.float())
    assert torch.equal(embedding.double().positions.table, want)
    assert torch.equal(embedding.bfloat16().double().positions.table, want)


def test_a_longer_max_len_loads_the_same_weights():
    """사인파는 저장되지 않습니다.

    그래서 짧게 배운 모델을 더 긴 max_len으로 읽어도 같은 답을 냅니다.
    """
    short, long = transformer(max_len=9).eval(), transformer(max_len=30).eval()
    long.load_state_dict(short.state_dict())
    src, tgt = torch.randint(1, V, (2, 9)), torch.randint(1, V, (2, 7))
    assert torch.equal(long(src, tgt), short(src, tgt))


def test_learned_positions_are_an_embedding_of_the_position():
    positions, reference = LearnedPositions(D, MAX_LEN), nn.Embedding(MAX_LEN, D)
    reference.weight.data.copy_(positions.weight.data)
    x = torch.randn(3, 9, D)
    got, want = positions(x), x + reference(torch.arange(9))
    weights = torch.randn(got.shape)
    (grad,) = torch.autograd.grad((got * weights).sum(), positions.weight)
    (want_grad,) = torch.autograd.grad((want * weights).sum(), reference.weight)
    assert torch.equal(got, want)
    torch.testing.assert_close(grad, want_grad)


def test_embedding_is_scaled_before_positions_are_added():
    """E·√d_model + PE. 순서를 바꾸어 위치까지 키우면 뜻이 묻힙니다."""
    config = LayerConfig(d_model=D, n_heads=2, dropout=0.0, max_len=MAX_LEN)
    embedding = Embedding(V, config).double()
    ids = torch.randint(V, (3, 9))
    want = embedding.tokens.weight[ids] * D**0.5 + sinusoids(9, D)
    torch.testing.assert_close(embedding(ids), want, rtol=0, atol=1e-13)


def test_embedding_and_positions_start_at_a_like_size():
    """낱말의 성분은 크기 1쯤, 사인파의 성분은 1/√2쯤에서 시작합니다.

    낱말은 표준편차 1/√D에 √D를 곱하기 때문입니다.
    """
    config = LayerConfig(d_model=256, n_heads=4, dropout=0.0)
    words = Embedding(2000, config).tokens.weight * 256**0.5
    assert float(words.detach().std()) == pytest.approx(1, rel=0.02)
    assert float(sinusoids(512, 256).square().mean()) == pytest.approx(0.5, rel=1e-6)
