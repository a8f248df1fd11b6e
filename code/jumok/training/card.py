"""실행 카드: 같은 실행을 다시 할 수 있도록 적는 장치, 판, 자료, 설정, 걸린 시간."""

import os
import platform
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from jumok import machine

from .distributed import World
from .estimate import n_parameters
from .folder import plain
from .presets import Preset

HERE = Path(__file__).parent


def make_card(
    model: nn.Module,
    preset: Preset,
    world: World,
    data: dict[str, Any],
    result: dict[str, Any],
) -> dict[str, Any]:
    """실행 카드: 기계, 자료, 설정, 매개변수의 수, 결과."""
    memory = {"peak_memory_gib": round(peak_memory(world.device) / 2**30, 2)}
    return {
        "machine": machine_facts(world.device) | {"processes": world.size},
        "data": data,
        "preset": plain(asdict(preset)),
        "n_parameters": n_parameters(model),
        "result": result | memory,
    }


def device_name(device: torch.device) -> str:
    """장치의 이름."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    # 리눅스에서는 platform이 CPU의 이름을 알려 주지 않습니다.
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf8").splitlines() if info.exists() else []
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def machine_facts(device: torch.device) -> dict[str, Any]:
    """기계와 판의 사실.

    기계의 이름이나 경로처럼 사람을 알 수 있는 것은 적지 않습니다.
    """
    return {
        "device": device_name(device),
        "device_type": device.type,
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda if device.type == "cuda" else None,
        "commit": commit(),
    }


def commit() -> str | None:
    """지금 코드의 커밋. 고친 것이 있으면 뒤에 +를 붙이고, git이 없으면 None입니다."""
    try:
        head = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "-uno", ".")
    except (OSError, subprocess.CalledProcessError):
        return None
    return head + ("+" if changed else "")


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=HERE, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def peak_memory(device: torch.device) -> int:
    """지금까지 가장 많이 쓴 메모리의 바이트 수.

    GPU이면 GPU의, 아니면 이 프로세스의 것입니다.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return machine.peak_memory()


def energy_kwh(minutes: float, watts: float) -> float:
    """걸린 시간과 평균 전력으로 어림한 전력량: kWh = W · 분 / 60 / 1000."""
    return watts * minutes / 60_000


def summary(card: dict[str, Any]) -> str:
    """카드를 몇 줄로 줄입니다."""
    result = card["result"]
    lines = [
        f"\n걸린 시간  {result['minutes']:.1f}분, "
        f"{result['tokens_per_second']:,} 토큰/초, "
        f"가장 많이 쓴 메모리 {result['peak_memory_gib']:.2f} GiB",
    ]
    for name, x in result.items():
        if isinstance(x, float) and name not in ("minutes", "peak_memory_gib"):
            lines.append(f"{name:18} {x:.4f}")
    for name, scores in result.get("tests", {}).items():
        lines.append(f"{name:9} {score_line(scores)}")
        lines.append(f"          {scores['bleu_signature']}")
    if rates := result.get("alignment_error_rates"):
        shown = (f"{n}층 {rate:.3f}" for n, rate in enumerate(rates, 1))
        lines.append(f"정렬 오류율  {', '.join(shown)}")
    return "\n".join(lines)


def score_line(scores: dict[str, Any]) -> str:
    """시험 자료 하나의 성적 한 줄."""
    return (
        f"BLEU {scores['bleu']:.2f}, chrF {scores['chrf']:.2f}, "
        f"완전 일치 {scores['exact_match']:.1%} ({scores['sentences']:,}문장)"
    )
