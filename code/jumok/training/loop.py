"""학습 고리: 논문의 학습을 위에서 아래로 읽을 수 있게 적은 것."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from .distributed import World, compiled, talking
from .history import History
from .interrupt import Interrupt
from .recipe import Recipe, learning_rate
from .state import Machinery, Progress
from .task import Batch, Task

DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def train(
    task: Task,
    recipe: Recipe,
    folder: Path,
    world: World,
    say: Callable[[str], None] = tqdm.write,
) -> Progress:
    """recipe대로 학습하고 folder에 체크포인트와 history.jsonl을 남깁니다.

    체크포인트가 있으면 이어 갑니다. Ctrl-C나 SIGTERM을 받으면 그 걸음을 마치고 저장한
    뒤 돌아옵니다. 이때 finished()는 False입니다.
    오류: 다른 설정의 폴더이거나 손실이 NaN이면 ValueError, 함께하던 프로세스가
    사라지면 LostWorker.
    """
    torch.manual_seed(recipe.seed + world.rank)
    task.loss.to(world.device).train()
    machinery = prepare(task, recipe, world)
    now = machinery.restore(folder, say)
    if now.step and world.is_first:
        say(f"{now.step:,}걸음에서 이어 갑니다.")
    loss_of = world.share(compiled(task.loss) if recipe.compile else task.loss)
    history = History(folder / "history.jsonl" if world.is_first else None, now.step)
    losses = torch.tensor(now.loss_sum, dtype=torch.float64, device=world.device)
    started = time.monotonic() - now.seconds
    with Interrupt() as interrupt, progress_bar(now, recipe, world) as bar:
        while not now.finished(recipe):
            for batch in task.batches(now.epoch, now.position, world):
                rate = learning_rate(now.step + 1, recipe, task.d_model)
                set_rate(machinery.optimizer, rate)
                loss, n_tokens = one_step(loss_of, machinery, batch, task.count, recipe)
                losses += loss * n_tokens
                now.count_step(n_tokens, time.monotonic() - started)
                if bar.update():
                    show_speed(bar, now, losses.item() * world.size)
                # 프로세스 가운데 하나라도 신호를 받았으면 모두 같은 걸음에서 멈춥니다.
                stop = world.total(interrupt.asked)[0] > 0
                due = now.step % recipe.eval_every == 0 or now.step == recipe.steps
                if due:
                    total = world.total(losses.item())[0]
                    history.add(**evaluate(task, now, total, world.device))
                    losses.zero_()
                if due or stop:
                    now.loss_sum = world.total(losses.item())[0] / world.size
                    machinery.save(folder, now, recipe.keep)
                if stop or now.finished(recipe):
                    return now
            now.next_epoch()
    return now


def prepare(task: Task, recipe: Recipe, world: World) -> Machinery:
    """옵티마이저와 fp16의 배율을 갖춥니다.

    학습률은 걸음마다 정하므로 0에서 시작합니다.
    """
    optimizer = torch.optim.AdamW(
        task.loss.parameters(),
        lr=0.0,
        betas=recipe.betas,
        eps=recipe.eps,
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    scaler = torch.amp.GradScaler(world.device.type, enabled=recipe.precision == "fp16")
    return Machinery(task.model, optimizer, scaler, world, task.identity)


def one_step(
    loss_of: nn.Module,
    machinery: Machinery,
    batch: Batch,
    count: Callable[[Batch], int],
    recipe: Recipe,
) -> tuple[Tensor, float]:
    """한 걸음: autocast → 배율 → 역전파 → 배율 되돌리기 → 자르기 → 걸음.

    이 프로세스가 맡은 손실의 몫과, 모두가 함께 센 토큰의 수를 냅니다.
    배치를 accumulate조각으로 나누어도, 프로세스 여럿이 나누어 맡아도, 토큰마다 같은
    몫으로 더하므로 큰 배치 하나를 한꺼번에 계산한 것과 같은 기울기가 됩니다.
    """
    optimizer, scaler, world = machinery.optimizer, machinery.scaler, machinery.world
    pieces = zip(*(x.chunk(recipe.accumulate) for x in batch), strict=True)
    # 모양을 맞추려고 넣은 빈 줄뿐인 조각은 뺍니다.
    pieces = [piece for piece in pieces if count(piece)]
    n_tokens = world.total(sum(map(count, pieces)))[0]
    dtype = DTYPES.get(recipe.precision)
    share = torch.zeros((), device=world.device)
    for i, piece in enumerate(pieces):
        on_device = [x.to(world.device, non_blocking=True) for x in piece]
        # 기울기는 마지막 조각에서 한 번만 나눕니다.
        later = world.size > 1 and i < len(pieces) - 1
        with loss_of.no_sync() if later else nullcontext(), talking():
            with torch.autocast(world.device.type, dtype, enabled=dtype is not None):
                loss = loss_of(*on_device) * (count(piece) / n_tokens)
            # DDP는 프로세스들의 기울기를 평균합니다.
            # 합이 되도록 프로세스의 수를 곱해 둡니다.
            scaler.scale(loss * world.size).backward()
        share += loss.detach()
    scaler.unscale_(optimizer)
    if recipe.clip:
        nn.utils.clip_grad_norm_(loss_of.parameters(), recipe.clip)
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    return share, n_tokens


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """이번 걸음의 학습률을 정합니다."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def evaluate(
    task: Task, now: Progress, loss_sum: float, device: torch.device
) -> dict[str, Any]:
    """dev의 성적을 매기고 기록의 한 줄을 냅니다.

    loss_sum은 지난 평가 뒤로 모두가 쌓은 손실입니다.
    오류: dev 손실이 NaN이면 ValueError.
    """
    task.loss.eval()
    scores = {f"dev_{name}": x for name, x in task.evaluate(device).items()}
    task.loss.train()
    now.judge(scores["dev_loss"])
    mean = loss_sum / now.loss_tokens
    now.loss_tokens = 0.0
    seconds = round(now.seconds, 2)
    row = {"step": now.step, "epoch": now.epoch, "loss": mean}
    return row | scores | {"seconds": seconds}


def progress_bar(now: Progress, recipe: Recipe, world: World) -> tqdm:
    """걸음의 막대. 첫 프로세스에만 보입니다."""
    return tqdm(
        total=recipe.steps,
        initial=now.step,
        disable=not world.is_first,
        unit="걸음",
        mininterval=1,
    )


def show_speed(bar: tqdm, now: Progress, loss_sum: float) -> None:
    """막대 뒤에 손실의 평균과 빠르기를 적습니다."""
    mean = loss_sum / now.loss_tokens
    speed = now.n_tokens / now.seconds
    bar.set_postfix_str(f"손실 {mean:.3f}, {speed:,.0f} 토큰/초")
