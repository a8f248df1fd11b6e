"""torch와 GPU를 점검합니다.

torch는 따로 띄운 프로세스에서 불러오므로, torch가 죽어도 점검은 끝까지 갑니다.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from .python import CPU_INDEX, pinned, pip_install
from .report import BAD, GOOD, WARN, Result, one_line

# 따로 띄운 Python이 torch를 불러와 아는 것을 JSON 한 줄로 말합니다.
_PROBE = """
import json, sys, warnings
said = {}
try:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        import torch
        said.update(version=torch.__version__)
        said.update(cuda=torch.version.cuda, hip=torch.version.hip)
        said["sum"] = float(torch.ones(4).sum())
        said["usable"] = torch.cuda.is_available()
        mps = getattr(torch.backends, "mps", None)
        said["mps"] = bool(mps and mps.is_available())
        if said["usable"]:
            said["name"] = torch.cuda.get_device_name(0)
            said["count"] = torch.cuda.device_count()
            said["free"], said["total"] = torch.cuda.mem_get_info(0)
            new = torch.cuda.get_device_capability(0) >= (8, 0)
            said["bf16"] = new or bool(torch.version.hip)
            try:
                ones = torch.ones(8, 8, device="cuda")
                said["product"] = float((ones @ ones).sum())
            except Exception as error:
                said["gpu_error"] = f"{type(error).__name__}: {error}"
    said["warnings"] = [str(item.message) for item in caught]
except BaseException as error:
    said["error"] = f"{type(error).__name__}: {error}"
sys.stdout.write("\\n" + json.dumps(said) + "\\n")
"""
_SECONDS = 180  # 느린 디스크에서 torch를 처음 불러오는 데 걸리는 시간


def torch_works(root: Path | None) -> Result:
    """torch를 불러오고 더하기를 할 수 있는지."""
    said = probe()
    if "version" not in said or "sum" not in said:
        return _broken_torch(said.get("error", "까닭을 말하지 않았습니다"), root)
    return Result(GOOD, f"판 {said['version']}, 불러와서 계산했습니다.")


def gpu_works() -> Result:
    """GPU를 쓸 수 있는지. 없어도 책은 CPU로 모두 읽고 풀 수 있습니다."""
    said = probe()
    if "usable" not in said:
        if "sum" in said:
            why = one_line(said.get("error", "까닭을 말하지 않았습니다"), 120)
            return Result(
                WARN,
                f"GPU를 찾다가 탈이 났습니다({why}). CPU로는 됩니다.",
                "드라이버를 보세요.",
            )
        return Result(
            WARN, "torch를 쓸 수 없어 보지 못했습니다.", "torch부터 고치세요."
        )
    if said["usable"]:
        return _usable_gpu(said)
    if said["mps"]:
        return Result(
            GOOD,
            "Apple GPU(MPS)를 쓸 수 있습니다. "
            "학습은 --device mps 로 시켜 볼 수 있습니다.",
        )
    card = nvidia_card()
    if card and not said["cuda"] and not said["hip"]:
        todo = f"GPU로 학습하려면 {_cuda_torch(said['version'].partition('+')[0])}"
        return Result(
            WARN, f"{card}가 있지만 torch가 CPU용({said['version']})입니다.", todo
        )
    if said["cuda"] and card:
        return _driver_trouble(said, card)
    if said["cuda"]:
        why = "NVIDIA GPU나 드라이버가 보이지 않습니다"
        return Result(
            GOOD,
            f"{why}. "
            f"CPU로 씁니다(torch는 CUDA {said['cuda']}용이라 자리를 더 차지합니다).",
        )
    return Result(
        GOOD, "없습니다. CPU로 씁니다. 책과 문제는 CPU로 모두 할 수 있습니다."
    )


@cache
def probe() -> dict[str, Any]:
    """따로 띄운 프로세스가 torch에 대해 말한 것. 죽으면 error에 까닭이 있습니다."""
    command = [sys.executable, "-c", _PROBE]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"{_SECONDS}초가 지나도 끝나지 않았습니다"}
    except OSError as error:
        return {"error": f"Python을 띄우지 못했습니다: {error}"}
    # 꾸러미가 다른 말을 섞어 출력할 수 있으므로 마지막 JSON 줄을 봅니다.
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    try:
        return json.loads(lines[-1])
    except (IndexError, ValueError):
        tail = done.stderr.strip().splitlines()[-1:] or ["아무 말도 없었습니다"]
        return {
            "error": f"프로세스가 죽었습니다(끝냄 번호 {done.returncode}): {tail[0]}"
        }


def nvidia_card() -> str:
    """nvidia-smi가 말하는 첫 GPU와 드라이버. 없으면 빈 글."""
    program = shutil.which("nvidia-smi")
    if not program:
        return ""
    query = [program, "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(
            query, capture_output=True, encoding="utf-8", errors="replace", timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return ""
    name, _, driver = lines[0].partition(", ")
    return f"{name}(드라이버 {driver})"


def _usable_gpu(said: dict[str, Any]) -> Result:
    more = "" if said["count"] == 1 else f" 등 {said['count']}개"
    name = f"{said['name']}{more}"
    if "product" not in said:
        why = one_line(said.get("gpu_error", "까닭을 말하지 않았습니다"), 120)
        todo = (
            "torch가 이 GPU를 지원하는지, "
            "다른 프로그램이 GPU를 다 쓰고 있지 않은지(nvidia-smi) 보세요."
        )
        return Result(WARN, f"{name}에서 계산하지 못했습니다({why}).", todo)
    memory = f"메모리 {said['free'] / 2**30:.0f}/{said['total'] / 2**30:.0f} GiB 남음"
    if not said["bf16"]:
        return Result(
            WARN,
            f"{name}, {memory}. bf16을 빠르게 하지 못합니다.",
            "학습할 때 --precision fp16 을 붙이세요.",
        )
    return Result(
        GOOD, f"{name}, {memory}, bf16 됨(torch의 CUDA {said['cuda'] or said['hip']})."
    )


def _driver_trouble(said: dict[str, Any], card: str) -> Result:
    if os.environ.get("CUDA_VISIBLE_DEVICES", "x").strip() in ("", "-1"):
        return Result(
            WARN,
            f"{card}를 환경 변수 CUDA_VISIBLE_DEVICES가 가렸습니다.",
            "그 변수를 지우세요.",
        )
    words = " ".join(said.get("warnings", []))
    why = f" torch의 말: {one_line(words, 120)}." if words else ""
    todo = (
        f"드라이버를 CUDA {said['cuda']}용으로 올리거나, "
        "드라이버에 맞는 CUDA용 torch를 설치하세요."
    )
    return Result(
        WARN, f"{card}가 있지만 torch(CUDA {said['cuda']})가 쓰지 못합니다.{why}", todo
    )


def _cuda_torch(version: str) -> str:
    if sys.platform == "win32":
        return f"https://pytorch.org 의 설치 표에서 CUDA용 torch {version}을 고르세요."
    return pip_install("--force-reinstall", f"torch=={version}")


def _broken_torch(error: str, root: Path | None) -> Result:
    message = f"불러오지 못했습니다({one_line(error, 160)})."
    what = pinned(root, "torch")
    if "No module named 'torch'" in error:
        index = (
            () if sys.platform in ("win32", "darwin") else ("--index-url", CPU_INDEX)
        )
        return Result(BAD, message, pip_install(what, *index))
    if sys.platform == "win32" and ("DLL" in error or "WinError" in error):
        return Result(
            BAD,
            message,
            "Microsoft Visual C++ 재배포 꾸러미(x64)를 설치하고 다시 해 보세요.",
        )
    if os.path.isdir("torch") or os.path.isfile("torch.py"):
        return Result(
            BAD,
            message,
            "지금 폴더에 torch라는 파일이나 폴더가 있습니다. 이름을 바꾸세요.",
        )
    return Result(BAD, message, pip_install("--force-reinstall", "--no-deps", what))
