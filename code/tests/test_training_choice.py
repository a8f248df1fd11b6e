"""기계를 보고 설정을 고르고, 다른 기계의 시간을 어림합니다."""

from types import SimpleNamespace

import pytest
import torch

from jumok.training import preset_choice
from jumok.training.card import energy_kwh
from jumok.training.estimate import USED_SHARE, step_flops
from jumok.training.gpu_estimates import GPUS, Gpu, predict_on
from jumok.training.models import build_model
from jumok.training.preset_choice import choose_preset
from jumok.training.presets import find_preset

CUDA = torch.device("cuda", 0)


@pytest.fixture
def machine(monkeypatch):
    """GPU가 있는 척합니다: 메모리(GiB), bf16을 계산하는지, 자료를 받았는지."""

    def pretend(gib=24, bf16=True, fetched=True):
        facts = SimpleNamespace(total_memory=gib * 2**30)
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: facts)
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation: bf16
        )
        monkeypatch.setattr(
            preset_choice,
            "corpus_info",
            lambda name, cache: {"sha256": "0"} if fetched else None,
        )

    return pretend


def test_without_a_gpu_the_built_in_corpus_is_used():
    said = []
    name, preset = choose_preset(torch.device("cpu"), say=said.append)
    assert (name, preset.corpus) == ("quick", "grammar") and "GPU가 없어" in said[0]


@pytest.mark.parametrize(("gib", "name"), [(8, "gpu"), (24, "gpu"), (141, "h200")])
def test_the_memory_of_the_gpu_decides(machine, gib, name):
    machine(gib)
    assert choose_preset(CUDA, say=lambda _: None) == (
        name,
        find_preset("translation", name),
    )


def test_a_gpu_without_bf16_learns_in_fp16(machine):
    machine(16, bf16=False)
    said = []
    preset = choose_preset(CUDA, say=said.append)[1]
    assert preset.recipe.precision == "fp16" and "fp16" in said[-1]


def test_a_missing_corpus_names_the_command_and_falls_back_without_asking(machine):
    machine(24, fetched=False)
    said = []
    assert choose_preset(CUDA, say=said.append)[0] == "quick"
    assert "jumok data fetch docs" in said[0]


def test_predicted_time_is_flops_over_used_speed():
    preset, gpu = find_preset("translation", "h200"), Gpu("반", 1e15, 80, 300)
    model = build_model(preset.model, preset.vocab_size, preset.options)
    tokens = preset.recipe.max_tokens
    seconds = (
        preset.recipe.steps
        * step_flops(model, tokens, tokens, 25)
        / (1e15 * USED_SHARE["cuda"])
    )
    guess = predict_on(gpu, preset)
    assert guess.minutes == pytest.approx(seconds / 60)
    assert guess.kwh == energy_kwh(guess.minutes, 300)


def test_less_memory_means_more_pieces_but_the_same_time():
    preset = find_preset("translation", "h200")
    small, large = (predict_on(Gpu("g", 1e14, gib, 300), preset) for gib in (8, 141))
    assert small.pieces > large.pieces == 1 and small.minutes == large.minutes
    assert small.memory_gib <= 8 < large.memory_gib
    with pytest.raises(MemoryError, match="들어가지 않습니다"):
        predict_on(Gpu("손톱", 1e14, 0.1, 300), preset)


def test_faster_cards_are_predicted_faster():
    minutes = [
        predict_on(gpu, find_preset("translation", "gpu")).minutes for gpu in GPUS
    ]
    assert minutes == sorted(minutes, reverse=True)
