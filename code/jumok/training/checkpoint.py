"""체크포인트: 멈춘 자리에서 그대로 이어 가기 위한 모든 것을 안전하게 적고 읽습니다.

체크포인트 하나는 파일 둘입니다. `step-00001000.safetensors`에 텐서(가중치,
옵티마이저, 난수)가, `step-00001000.json`에 나머지와 앞 파일의 해시가 있습니다.
json을 나중에 쓰므로 json이 있으면 다 쓴 것입니다.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from jumok.files import file_sha256, replacing, write_atomically


class BadCheckpoint(ValueError):
    """읽을 수 없거나 이 모델의 것이 아닌 체크포인트."""


@dataclass(frozen=True)
class Checkpoint:
    """읽어 들인 체크포인트.

    tensors는 이름 → 텐서, facts는 걸음 수와 자료의 자리 같은 사실입니다.
    """

    path: Path
    tensors: dict[str, Tensor]
    facts: dict[str, Any]

    def part(self, prefix: str) -> dict[str, Tensor]:
        """prefix로 시작하는 텐서를 prefix를 떼고 모읍니다."""
        return {
            name[len(prefix) :]: x
            for name, x in self.tensors.items()
            if name.startswith(prefix)
        }


def save_checkpoint(
    folder: Path, step: int, tensors: Mapping[str, Tensor], facts: dict, keep: int
) -> Path:
    """체크포인트를 쓰고, 가장 새로운 keep개만 남깁니다.

    다 쓰기 전에는 옛것을 지우지 않습니다.
    """
    path = folder / f"step-{step:08d}.safetensors"
    # 같은 메모리를 나눠 쓰는 텐서가 있으면 safetensors가 거절하므로 연속된
    # 사본을 씁니다.
    plain = {name: x.detach().cpu().contiguous() for name, x in tensors.items()}
    with replacing(path) as temporary:
        save_file(plain, temporary)
        digest = file_sha256(temporary)
    note = {"step": step, "sha256": digest, **facts}
    write_atomically(
        path.with_suffix(".json"), json.dumps(note, ensure_ascii=False, indent=1) + "\n"
    )
    _sweep(folder, keep)
    return path


def _sweep(folder: Path, keep: int) -> None:
    """가장 새로운 keep개와, 갑자기 꺼져서 남은 쓰다 만 파일이 아닌 것만 남깁니다."""
    kept = checkpoints(folder)[-keep:]
    for note in folder.glob("step-*.json"):
        if note.with_suffix(".safetensors") not in kept:
            note.unlink()
    for rest in (*folder.glob("step-*.safetensors"), *folder.glob(".step-*.tmp")):
        if rest not in kept:
            rest.unlink()


def checkpoints(folder: Path) -> list[Path]:
    """다 쓴 체크포인트를 오래된 것부터 늘어놓습니다."""
    return sorted(
        note.with_suffix(".safetensors") for note in Path(folder).glob("step-*.json")
    )


def load_checkpoint(path: Path) -> Checkpoint:
    """체크포인트 하나를 해시까지 확인하며 읽습니다.

    오류: 파일이 없거나 잘렸거나 해시가 다르면 BadCheckpoint.
    """
    try:
        facts = json.loads(path.with_suffix(".json").read_text("utf8"))
        found = file_sha256(path)
        if found != facts["sha256"]:
            raise BadCheckpoint(
                f"{path.name}: 내용이 적힌 해시와 다릅니다. 파일이 상했습니다."
            )
        return Checkpoint(path, load_file(path), facts)
    except (
        OSError,
        KeyError,
        TypeError,
        json.JSONDecodeError,
        SafetensorError,
    ) as error:
        raise BadCheckpoint(
            f"{path.name}: 읽지 못했습니다({type(error).__name__}: {error})."
        ) from error


def load_latest(folder: Path, say: Callable[[str], None] = print) -> Checkpoint | None:
    """읽을 수 있는 가장 새로운 체크포인트.

    상한 것은 이름을 말하고 그 앞의 것으로 넘어갑니다.
    오류: 체크포인트가 있는데 모두 상했으면 BadCheckpoint. 하나도 없으면 None입니다.
    """
    found = checkpoints(folder)
    for path in reversed(found):
        try:
            return load_checkpoint(path)
        except BadCheckpoint as error:
            say(f"⚠ {error} 그 앞의 체크포인트를 찾습니다.")
    if found:
        raise BadCheckpoint(
            f"{folder}의 체크포인트 {len(found)}개가 모두 상했습니다. "
            "새 폴더에서 시작하세요."
        )
    return None


def model_tensors(model: nn.Module) -> dict[str, Tensor]:
    """저장할 가중치와 버퍼. 나눠 쓰는 행렬은 한 번만 적습니다."""
    saved = model.state_dict(keep_vars=True)  # 저장하지 않기로 한 버퍼는 여기 없습니다.
    once: dict[int, str] = {}
    return {
        name: x for name, x in saved.items() if once.setdefault(id(x), name) == name
    }


def load_model(model: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """가중치를 제자리에 베껴 넣습니다. 오류: 이름이나 모양이 다르면 BadCheckpoint."""
    mine = model_tensors(model)
    wrong = [n for n in mine if n not in tensors or tensors[n].shape != mine[n].shape]
    if wrong or len(mine) != len(tensors):
        names = ", ".join(wrong[:3] or sorted(set(tensors) - set(mine))[:3])
        raise BadCheckpoint(f"가중치가 이 모델의 것이 아닙니다. 어긋나는 것: {names}")
    with torch.no_grad():
        for name, x in mine.items():
            x.copy_(tensors[name])


def average(paths: list[Path]) -> dict[str, Tensor]:
    """체크포인트 여럿의 가중치를 평균합니다(논문 6.1절: 마지막 다섯).

    더하기는 float64로 합니다.
    """
    total: dict[str, Tensor] = {}
    for path in paths:
        for name, x in load_checkpoint(path).part("model/").items():
            total[name] = total.get(name, 0) + x.double()
    like = load_checkpoint(paths[-1]).part("model/")
    return {name: (x / len(paths)).to(like[name].dtype) for name, x in total.items()}
