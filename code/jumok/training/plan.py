"""시작하기 전의 계획: 시간과 메모리를 어림해 보여 줍니다.

메모리가 모자라면 한 걸음을 나눕니다.
"""

from collections.abc import Callable

import torch

from .card import machine_facts
from .distributed import World
from .estimate import (
    USED_SHARE,
    Estimate,
    free_memory,
    matmul_speed,
    memory_bytes,
    n_parameters,
    step_flops,
    step_tokens,
)
from .loop import DTYPES
from .presets import Preset
from .task import Task

GIB = 2**30
SMALLEST = 256  # 조각 하나가 이 토큰 수보다 작아지도록 나누지는 않습니다.
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def predict(task: Task, preset: Preset, world: World) -> Estimate:
    """메모리와 시간을 어림합니다. 행렬 곱의 속도는 이 자리에서 잽니다."""
    recipe, device = preset.recipe, world.device
    batch = first_batch(task, device)
    n_src, n_tgt = step_tokens(task.model, batch)
    flops = step_flops(task.model, n_src, n_tgt, batch[0].size(1))
    dtype = DTYPES.get(recipe.precision, torch.float32)
    speed = matmul_speed(device, dtype) * USED_SHARE[device.type]
    seconds = recipe.steps * flops / speed / world.size
    need = piece_bytes(task, preset, world)
    return Estimate(n_parameters(task.model), need, flops, seconds)


def announce(task: Task, preset: Preset, world: World) -> str:
    """시작하기 전에 보여 줄 글. 오류: 메모리가 모자랄 것 같으면 MemoryError."""
    guess = predict(task, preset, world)
    free = free_memory(world.device)
    _check_room(guess.bytes, free)
    machine = machine_facts(world.device)
    room = "남은 크기는 알 수 없음"
    if free is not None:
        room = f"{free / GIB:.1f} GiB 남음"
    return (
        f"장치      {machine['device']} × {world.size}, torch {machine['torch']}, "
        f"{preset.recipe.precision}\n"
        f"모델      {preset.model}, 매개변수 {guess.n_parameters:,}개\n"
        f"어림      {guess.seconds / 60:.1f}분, "
        f"메모리 {guess.bytes / GIB:.2f} GiB ({room})"
    )


def fit_memory(
    task: Task, preset: Preset, world: World, say: Callable[[str], None]
) -> Preset:
    """어림한 메모리가 남은 것보다 크면 한 걸음을 두 배씩 잘게 나눕니다.

    배치의 크기와 기울기는 그대로입니다.
    오류: 가장 잘게 나누어도 모자랄 것 같으면 MemoryError.
    """
    free = free_memory(world.device)
    while free is not None and (need := piece_bytes(task, preset, world)) > free:
        if not divisible(task, preset, world):
            _check_room(need, free)
        preset = finer(task, preset, world, say, _shortage(need, free))
    return preset


def finer(
    task: Task, preset: Preset, world: World, say: Callable[[str], None], why: str
) -> Preset:
    """조각의 수를 두 배로 늘립니다. 오류: 더 나눌 수 없으면 MemoryError."""
    if not divisible(task, preset, world):
        raise MemoryError(
            f"{why} 더 잘게 나눌 수도 없습니다. "
            "더 작은 설정을 쓰거나 다른 프로그램을 닫으세요."
        )
    pieces = 2 * preset.recipe.accumulate
    if world.is_first:
        say(
            f"{why} 한 걸음을 {pieces}조각으로 나누어 계산합니다. "
            "배우는 것은 같고 조금 느려집니다."
        )
    return preset.changed(accumulate=pieces)


def divisible(task: Task, preset: Preset, world: World) -> bool:
    """한 걸음을 두 배로 더 나누어도 조각마다 줄이 있고 토큰이 너무 적지 않은지."""
    batch = first_batch(task, world.device)
    pieces = 2 * preset.recipe.accumulate
    n_rows = len(batch[0]) // world.size
    n_tokens = max(step_tokens(task.model, batch))
    return n_rows >= pieces and n_tokens >= SMALLEST * pieces


def out_of_memory(error: Exception) -> bool:
    """메모리가 모자라 생긴 오류인지.

    GPU의 것은 꼴이 따로 있고, CPU의 것은 글로만 알 수 있습니다.
    """
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return any(text in str(error) for text in OUT_OF_MEMORY)


def first_batch(task: Task, device: torch.device) -> tuple[torch.Tensor, ...]:
    """한 걸음의 배치를 나누지 않은 것. 어림에 씁니다."""
    return next(task.batches(0, 0, World(device)))


def piece_bytes(task: Task, preset: Preset, world: World) -> int:
    """조각 하나를 배우는 데 필요한 바이트."""
    n_tokens = sum(step_tokens(task.model, first_batch(task, world.device)))
    n_pieces = preset.recipe.accumulate * world.size
    half = preset.recipe.precision in DTYPES
    return memory_bytes(task.model, n_tokens // n_pieces, half)


def _check_room(need: int, free: int | None) -> None:
    """오류: 필요한 것이 남은 것보다 크면 MemoryError."""
    if free is not None and need > free:
        raise MemoryError(
            f"{_shortage(need, free)} --max-tokens를 줄이거나 --accumulate를 늘리세요. "
            "다른 프로그램을 닫는 것도 방법입니다."
        )


def _shortage(need: int, free: int) -> str:
    """모자란다는 말."""
    return (
        f"메모리가 {need / GIB:.1f} GiB쯤 필요한데 {free / GIB:.1f} GiB만 남았습니다."
    )
