"""실험 하나: 학습 → 평균 → 떼어 둔 자료의 성적 → 카드. 무엇을 배우든 이 차례입니다."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from .card import make_card
from .distributed import World
from .folder import result_facts, store_average, write_json
from .loop import train
from .plan import announce, finer, fit_memory, out_of_memory
from .presets import Preset
from .state import Progress
from .task import Task

Say = Callable[[str], None]
Card = dict[str, Any]


def nothing_to_add(_: Task) -> str:
    """시작하기 전에 더 알릴 것이 없을 때."""
    return ""


def nothing_to_count(_: Task, __: Progress) -> dict[str, Any]:
    """학습의 진행에서 더 셀 것이 없을 때."""
    return {}


@dataclass(frozen=True)
class Experiment:
    """무엇을 배우고 무엇으로 재는지.

    build는 새 모델로 배울 일을 만듭니다. 메모리가 모자라 다시 시작할 때에도 부르고,
    부르기 전에 씨앗을 되돌리므로 늘 같은 모델에서 시작합니다.
    evaluate는 평균한 모델의 성적을 냅니다. data는 카드에, run은 run.json에 적을
    사실이고, introduce는 계획 앞에 붙여 자료를 알리는 줄, count는 학습을 마친 뒤에
    세는 것(계산량)입니다.
    """

    build: Callable[[], Task]
    evaluate: Callable[[Task], dict[str, Any]]
    data: dict[str, Any]
    run: dict[str, Any] = field(default_factory=dict)
    introduce: Callable[[Task], str] = nothing_to_add
    count: Callable[[Task, Progress], dict[str, Any]] = nothing_to_count


def run_experiment(
    experiment: Experiment, preset: Preset, folder: Path, world: World, say: Say = print
) -> Card | None:
    """실험을 끝까지 하고 카드를 돌려줍니다.

    도중에 멈추었으면 None이고, 다시 부르면 이어 갑니다. 프로세스가 여럿이면 첫
    프로세스만 성적을 매기고 파일을 씁니다. 다른 프로세스의 카드에는 성적이 없습니다.
    오류: 한 걸음을 가장 잘게 나누어도 메모리가 모자라면 MemoryError.
    """
    task, preset, progress = learn(experiment, preset, folder, world, say)
    if not progress.finished(preset.recipe):
        return None
    result = result_facts(progress) | experiment.count(task, progress)
    if world.is_first:
        store_average(folder, task.model, preset, experiment.run)
        result |= experiment.evaluate(task)
    card = make_card(task.model, preset, world, experiment.data, result)
    if world.is_first:
        write_json(folder / "card.json", card)
    return card


def learn(
    experiment: Experiment, preset: Preset, folder: Path, world: World, say: Say
) -> tuple[Task, Preset, Progress]:
    """메모리에 맞게 한 걸음을 나누어 배웁니다.

    그래도 모자라면 더 잘게 나누어 이어 갑니다.
    나누어도 기울기는 같으므로 배우는 것도 같습니다.
    """
    while True:
        torch.manual_seed(preset.recipe.seed)
        task = experiment.build()
        preset = fit_memory(task, preset, world, say)
        plan = announce(task, preset, world)
        if world.is_first:
            say(experiment.introduce(task) + plan)
        try:
            progress = train(task, preset.recipe, folder, world)
        except (RuntimeError, MemoryError) as error:
            # 프로세스가 여럿이면 다른 프로세스가 기다리고 있으므로 혼자 다시 시작할
            # 수 없습니다.
            if world.size > 1 or not out_of_memory(error):
                raise
            preset = finer(task, preset, world, say, "메모리가 모자라 멈추었습니다.")
        else:
            return task, preset, progress


def held_out_scores(
    task: Task, held_out: Any, device: torch.device
) -> dict[str, float]:
    """dev 대신 떼어 둔 자료로 잰 성적. 이름 앞에 test_를 붙입니다."""
    task.dev = held_out
    return {f"test_{name}": x for name, x in task.evaluate(device).items()}
