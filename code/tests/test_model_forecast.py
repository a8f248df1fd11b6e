"""예측기: 조각과 머리의 식, 마지막 값을 빼는 것의 성질, 입력 검사."""

import dataclasses

import pytest
import torch
from tiny_models import ready

from jumok.model import Encoder, ForecastConfig, Forecaster

B, SMALL = (
    3,
    {
        "d_model": 16,
        "n_heads": 2,
        "d_ff": 24,
        "context": 12,
        "patch_size": 4,
        "horizon": 5,
    },
)


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(10)
        yield


@pytest.fixture(params=[1, 2], ids=["채널 하나", "채널 둘"])
def model(request):
    return ready(Forecaster(ForecastConfig(**SMALL, channels=request.param)))


def series(model):
    return torch.randn(B, 12, model.config.channels, dtype=torch.float64)


def test_patches_and_head_follow_the_equation(model):
    x = series(model)
    moved, tokens = x - x[:, -1:], []
    # 조각 하나는 이어진 네 걸음이고, 걸음마다 채널이 나란히 놓입니다
    for i in range(3):
        tokens.append(model.patches(moved[:, 4 * i : 4 * i + 4].reshape(B, -1)))
    hidden = model.encoder(torch.stack(tokens, dim=1) + model.positions.weight)
    change = model.output(hidden.reshape(B, -1)).reshape(B, 5, -1)
    torch.testing.assert_close(model(x), x[:, -1:] + change, rtol=0, atol=1e-12)
    assert isinstance(model.encoder, Encoder)


def test_level_passes_through_unchanged(model):
    x = series(model)
    torch.testing.assert_close(model(x + 7.0), model(x) + 7.0, rtol=0, atol=1e-10)


def test_silent_head_repeats_the_last_value(model):
    torch.nn.init.zeros_(model.output.weight)
    torch.nn.init.zeros_(model.output.bias)
    x = series(model)
    assert torch.equal(model(x), x[:, -1:].expand(-1, 5, -1))


def test_every_parameter_and_every_step_is_used(model):
    x = series(model).requires_grad_()
    model(x).square().sum().backward()
    assert all(p.grad.abs().max() > 0 for p in model.parameters())
    assert (x.grad.abs().amax(dim=(0, 2)) > 0).all()


@pytest.mark.parametrize("shape", [(B, 11, 1), (B, 12, 2), (B, 12)])
def test_forecaster_refuses_series_of_another_shape(shape):
    with pytest.raises(ValueError, match="12, 1"):
        Forecaster(ForecastConfig(**SMALL))(torch.zeros(shape))


def test_config_is_frozen_and_checks_the_patches():
    config = ForecastConfig(**SMALL)
    assert config.n_patches == 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.context = 8
    with pytest.raises(ValueError, match="나누어떨어져야"):
        ForecastConfig(context=10, patch_size=4)
