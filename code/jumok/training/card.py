"""실행 카드: 같은 실행을 다시 할 수 있도록 장치, 판, 자료, 설정, 걸린 시간을 적습니다."""

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import torch

from jumok import machine


def device_name(device: torch.device) -> str:
    """장치의 이름."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf8").splitlines() if info.exists() else []
    names = [
        line.partition(":")[2].strip()
        for line in lines
        if line.startswith("model name")
    ]
    return names[0] if names else platform.processor() or platform.machine()


def machine_facts(device: torch.device) -> dict[str, Any]:
    """기계와 판의 사실. 기계의 이름이나 경로처럼 사람을 알 수 있는 것은 적지 않습니다."""
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
    here = Path(__file__).parent
    try:
        run = [
            ["git", *words]
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "-uno", "."])
        ]
        head, changed = (
            subprocess.run(
                words, cwd=here, capture_output=True, text=True, check=True
            ).stdout.strip()
            for words in run
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return head + ("+" if changed else "")


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
