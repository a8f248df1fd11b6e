"""다른 기계에서는 얼마나 걸릴지: GPU의 공식 성능에서 어림합니다. 재지 않은 값입니다."""

from dataclasses import dataclass

import torch

from .card import energy_kwh
from .estimate import USED_SHARE, memory_bytes, n_parameters, step_flops
from .models import build_model
from .presets import Preset

GIB = 2**30


@dataclass(frozen=True)
class Gpu:
    """GPU 하나의 공식 성능. 출처는 제조사의 제품 설명서입니다.

    flops는 16비트 행렬 곱의 초당 계산 수(희소성 없이), watts는 가장 많이
    쓰는 전력입니다.
    """

    name: str
    flops: float
    memory_gib: float
    watts: float
    precision: str = "bf16"


GPUS = (
    Gpu("T4", 65e12, 16, 70, "fp16"),
    Gpu("RTX 4090", 165e12, 24, 450),
    Gpu("A100 80GB", 312e12, 80, 400),
    Gpu("H200", 989e12, 141, 700),
)


@dataclass(frozen=True)
class Guess:
    """어림한 값: 분, 필요한 메모리(GiB), 전력량(kWh).

    pieces는 메모리에 맞추려고 한 걸음을 나눈 수입니다.
    """

    minutes: float
    memory_gib: float
    kwh: float
    pieces: int


def predict_on(
    gpu: Gpu, preset: Preset, used: float = USED_SHARE["cuda"], length: int = 25
) -> Guess:
    """preset을 gpu에서 배울 때의 시간과 메모리와 전력량을 어림합니다.

    시간 = 걸음 수 × 한 걸음의 계산 수 ÷ (공식 성능 × used). 한 걸음에는 원문과
    번역이 저마다 max_tokens개 들어 있고 문장의 길이는 length라고 봅니다.
    걸리는 동안 전력을 가장 많이 쓴다고 봅니다(많게 잡은 값).
    오류: 가장 잘게 나누어도 메모리가 모자라면 MemoryError.
    """
    recipe = preset.recipe
    with torch.device("meta"):
        model = build_model(preset.model, preset.vocab_size, preset.options)
    flops = step_flops(model, recipe.max_tokens, recipe.max_tokens, length)
    minutes = recipe.steps * flops / (gpu.flops * used) / 60
    pieces, need = _fitted(gpu, preset, model)
    return Guess(minutes, need / GIB, energy_kwh(minutes, gpu.watts), pieces)


def _fitted(gpu: Gpu, preset: Preset, model: torch.nn.Module) -> tuple[int, int]:
    """메모리에 들어갈 때까지 두 배씩 나눈 조각의 수와, 그때 필요한 바이트."""
    room = gpu.memory_gib * GIB
    if 16 * n_parameters(model) > room:
        raise MemoryError(
            f"{gpu.name}의 메모리 {gpu.memory_gib} GiB에 이 모델이 들어가지 않습니다."
        )
    pieces = preset.recipe.accumulate
    while True:
        # 원문과 번역을 합쳐 한 조각에 들어가는 토큰
        n_tokens = 2 * preset.recipe.max_tokens // pieces
        need = memory_bytes(model, n_tokens, half=True)
        if need <= room:
            return pieces, need
        pieces *= 2
