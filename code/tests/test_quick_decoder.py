"""한 토큰씩 풀 때의 빠른 디코더: 원래 디코더와 값이 같고, 그럴 수 없을 때는 원래 디코더를 부르는지."""

import pytest
import torch
from tiny_models import DEVICES, ready, transformer
from torch import nn

from jumok.decode import beam
from jumok.model import attention_maps
from jumok.model.quick_decoder import QuickDecoder

PAD = 0


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(12)
        yield


def sources(device="cpu"):
    return torch.tensor(
        [[3, 8, 5, 4, 7], [6, 4, 3, PAD, PAD], [5, 5, 8, 3, PAD]], device=device
    )


def steps(model, src, plain):
    """빔 둘로 갈라지고 자리를 바꾸고 문장 하나를 버리며 다섯 걸음을 풉니다."""
    state = model.start(src, 6)
    if plain:
        state.decoder = model.decoder
    out, _ = model.step(
        torch.ones(len(src), 1, dtype=torch.long, device=src.device), state
    )
    outs = [out]
    state.fork(2)
    for n in range(4):
        rows = 2 * state.batch_size
        outs.append(
            model.step(torch.arange(rows, device=src.device)[:, None] % 4 + 3, state)[0]
        )
        state.reorder(torch.arange(rows, device=src.device) // 2 * 2 + n % 2)
        if n == 1:
            state.keep(torch.tensor([0, 2], device=src.device))
    return torch.cat(outs), state.decoder


@torch.no_grad()
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_quick_equals_the_plain_decoder_step_by_step(norm_first, activation, device):
    model = ready(transformer(norm_first=norm_first, activation=activation)).to(device)
    want, _ = steps(model, sources(device), plain=True)
    got, quick = steps(model, sources(device), plain=False)
    assert quick.layers  # 빠른 길로 갔습니다.
    torch.testing.assert_close(got, want, rtol=0, atol=1e-12)


def test_training_gradients_hooks_and_strange_modules_take_the_plain_decoder():
    model = ready(transformer())
    assert not steps(model, sources(), plain=False)[1].layers  # 기울기를 기록합니다.
    with torch.no_grad():
        assert not steps(model.train(), sources(), plain=False)[1].layers
        model.eval()
        with attention_maps(model) as maps:
            assert not steps(model, sources(), plain=False)[1].layers
        assert any(name.startswith("decoder") for name in maps)
        model.decoder.layers[0].feed_forward.up = nn.Sequential(
            model.decoder.layers[0].feed_forward.up
        )
        assert not QuickDecoder(model.decoder).known


@torch.no_grad()
def test_a_search_sees_weights_changed_before_it():
    """사본은 한 번 푸는 동안만 살므로, 학습한 뒤에 다시 풀면 새 가중치를 씁니다."""
    model = ready(transformer())
    search = {"bos_id": 1, "eos_id": None, "beam_size": 2}
    beam(model, sources(), 4, **search)
    model.decoder.layers[0].self_attention.value_proj.weight.mul_(-3)
    want, _ = steps(model, sources(), plain=True)
    torch.testing.assert_close(
        steps(model, sources(), plain=False)[0], want, rtol=0, atol=1e-12
    )
