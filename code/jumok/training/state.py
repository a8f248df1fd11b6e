"""학습의 상태: 어디까지 왔는지, 그리고 그것을 체크포인트로 옮기고 되살리는 법."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .checkpoint import (
    BadCheckpoint,
    Checkpoint,
    load_latest,
    load_model,
    model_tensors,
    save_checkpoint,
)
from .distributed import World
from .recipe import Recipe


@dataclass
class Progress:
    """어디까지 왔는지. position은 지금 회차(epoch)에서 끝낸 걸음의 수입니다.

    loss_sum과 loss_tokens는 마지막 평가 뒤로 쌓인 손실, best는 가장 좋았던 dev 손실,
    stale은 그 뒤로 좋아지지 않은 평가의 수, seconds는 멈추었다 이어 온 시간까지
    더한 것입니다.
    """

    step: int = 0
    epoch: int = 0
    position: int = 0
    n_tokens: int = 0
    seconds: float = 0.0
    loss_sum: float = 0.0
    loss_tokens: float = 0.0
    best: float = float("inf")
    stale: int = 0

    def finished(self, recipe: Recipe) -> bool:
        """걸음을 다 했거나 dev 손실이 오래 좋아지지 않았는지."""
        return self.step >= recipe.steps or 0 < recipe.patience <= self.stale

    def count_step(self, n_tokens: float, seconds: float) -> None:
        """걸음 하나를 셉니다. seconds는 처음부터 걸린 시간입니다."""
        self.step += 1
        self.position += 1
        self.loss_tokens += n_tokens
        self.n_tokens += int(n_tokens)
        self.seconds = seconds

    def next_epoch(self) -> None:
        """다음 회차의 처음으로."""
        self.epoch += 1
        self.position = 0

    def judge(self, dev_loss: float) -> None:
        """평가 한 번의 dev 손실을 적습니다. 오류: NaN이나 무한대이면 ValueError."""
        if not math.isfinite(dev_loss):
            raise ValueError(
                f"{self.step:,}걸음에서 dev 손실이 {dev_loss}이(가) 되었습니다. "
                "학습률(peak_rate)을 낮추거나 워밍업(warmup)을 늘리거나 "
                "기울기를 자르고(clip) 새 폴더에서 다시 시작하세요."
            )
        if dev_loss < self.best:
            self.best = dev_loss
            self.stale = 0
        else:
            self.stale += 1


@dataclass
class Machinery:
    """학습하는 동안 바뀌는 것들: 모델, 옵티마이저, fp16의 배율.

    identity는 이어 갈 때 같아야 하는 설정입니다.
    """

    model: nn.Module
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    world: World
    identity: dict[str, Any]

    def save(self, folder: Path, progress: Progress, keep: int) -> None:
        """모두의 난수를 모아 첫 프로세스가 체크포인트를 씁니다."""
        states = _random_states(self.world.device)
        noise = {name: self.world.gather(x) for name, x in states.items()}
        if self.world.is_first:
            facts = {
                "progress": asdict(progress),
                "scaler": self.scaler.state_dict(),
                **self.identity,
            }
            save_checkpoint(folder, progress.step, self._tensors(noise), facts, keep)
        self.world.wait()

    def _tensors(self, noise: dict[str, list[Tensor]]) -> dict[str, Tensor]:
        """이름 붙인 가중치, 옵티마이저의 평균들, 프로세스마다의 난수."""
        tensors = {f"model/{name}": x for name, x in model_tensors(self.model).items()}
        for i, slot in self.optimizer.state_dict()["state"].items():
            for key, x in slot.items():
                tensors[f"optimizer/{i}/{key}"] = x
        for name, states in noise.items():
            for rank, x in enumerate(states):
                tensors[f"random/{name}/{rank}"] = x
        return tensors

    def restore(self, folder: Path, say: Callable[[str], None]) -> Progress:
        """가장 새로운 성한 체크포인트로 되돌립니다. 없으면 처음부터입니다.

        오류: 설정이나 자료가 달라서 이어 갈 수 없으면 ValueError.
        """
        found = load_latest(folder, say if self.world.is_first else _silent)
        if found is None:
            return Progress()
        _check_identity(found, self.identity)
        load_model(self.model, found.part("model/"))
        slots: dict[int, dict[str, Tensor]] = {}
        for name, x in found.part("optimizer/").items():
            i, key = name.split("/")
            slots.setdefault(int(i), {})[key] = x
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": slots, "param_groups": groups})
        try:
            self.scaler.load_state_dict(found.facts["scaler"])
            progress = Progress(**found.facts["progress"])
        except (KeyError, TypeError) as error:
            raise BadCheckpoint(
                f"{found.path.name}은(는) 다른 판의 주목이 쓴 것이라 "
                f"이어 갈 수 없습니다({error}). "
                "새 폴더에서 시작하세요."
            ) from error
        _restore_random(found.part("random/"), self.world)
        return progress


def _silent(_: str) -> None:
    """첫 프로세스가 아니면 말하지 않습니다."""


def _check_identity(found: Checkpoint, mine: dict[str, Any]) -> None:
    """체크포인트가 이 학습의 것인지 봅니다.

    걸음 수를 늘려 더 배우는 것은 괜찮습니다.
    """
    for name, value in mine.items():
        theirs = found.facts.get(name)
        if isinstance(value, dict) and isinstance(theirs, dict):
            keys = [k for k in value if theirs.get(k) != value[k]]
            detail = ", ".join(f"{k}: {theirs.get(k)} → {value[k]}" for k in keys)
        else:
            keys = [name] if theirs != value else []
            detail = f"{theirs} → {value}"
        if keys:
            raise ValueError(
                f"이 폴더의 학습은 다른 설정으로 시작했습니다({name}: {detail}). "
                "같은 설정으로 부르거나 새 폴더를 쓰세요."
            )


def _random_states(device: torch.device) -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def _restore_random(states: dict[str, Tensor], world: World) -> None:
    """오류: 프로세스의 수가 달라졌으면 ValueError.

    난수의 줄기가 프로세스마다 하나이기 때문입니다.
    """
    sizes = {name.split("/")[0] for name in states}
    n_ranks = len([name for name in states if name.startswith("cpu/")])
    if n_ranks != world.size:
        raise ValueError(
            f"이 학습은 프로세스 {n_ranks}개로 시작했습니다. "
            f"지금은 {world.size}개입니다."
        )
    torch.set_rng_state(states[f"cpu/{world.rank}"])
    if "cuda" in sizes and world.device.type == "cuda":
        torch.cuda.set_rng_state(states[f"cuda/{world.rank}"], world.device)
