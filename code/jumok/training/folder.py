"""실행 폴더: 어휘, 모델, 설정, 카드를 적고 읽습니다. 모든 종류의 실행이 함께 씁니다."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import nn

from jumok.files import file_sha256, replacing, write_atomically
from jumok.text import LibraryBpe, load_tokenizer
from jumok.text.tokenizer import Tokenizer

from .checkpoint import BadCheckpoint, average, checkpoints, load_model, model_tensors
from .distributed import World
from .presets import Preset
from .state import Progress

# 이어 갈 때 달라도 되는 학습법의 값. 조각의 수가 달라도 기울기는 같습니다.
FREE_TO_CHANGE = ("steps", "keep", "patience", "accumulate")


def make_tokenizer(
    texts: Iterable[str], vocab_size: int, folder: Path, world: World
) -> LibraryBpe:
    """BPE를 배워 folder에 둡니다.

    이미 있으면 그것을 읽습니다. 여러 프로세스이면 첫 프로세스가 배웁니다.
    """
    path = folder / "tokenizer.json"
    if world.is_first and not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        LibraryBpe.from_texts(texts, vocab_size).save(path)
    world.wait()
    return LibraryBpe.of(load_tokenizer(path))


def identity_of(preset: Preset, data_sha256: str) -> dict[str, Any]:
    """이어 갈 때 같아야 하는 것들."""
    recipe = asdict(preset.recipe)
    for name in FREE_TO_CHANGE:
        del recipe[name]
    facts = {
        "model": preset.model,
        "options": preset.options,
        "data": data_sha256,
        "recipe": recipe,
        "vocab_size": preset.vocab_size,
        "seq_len": preset.seq_len,
    }
    return plain(facts)


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """JSON으로 적었다가 읽은 것과 같은 꼴로."""
    return json.loads(json.dumps(facts))


def result_facts(progress: Progress) -> dict[str, Any]:
    """카드에 적을 학습의 사실."""
    return {
        "minutes": round(progress.seconds / 60, 2),
        "steps": progress.step,
        "tokens_per_second": round(progress.n_tokens / progress.seconds),
        "best_dev_loss": progress.best,
    }


def store_average(
    folder: Path, model: nn.Module, preset: Preset, run: dict[str, Any]
) -> None:
    """마지막 체크포인트들을 평균해 모델에 넣고 파일로 적습니다.

    파일은 model.safetensors와 run.json입니다. run은 run.json에 더 적을 사실입니다.
    """
    load_model(model, average(checkpoints(folder)[-preset.average :]))
    model.eval()
    tensors = {
        name: x.detach().cpu().contiguous() for name, x in model_tensors(model).items()
    }
    with replacing(folder / "model.safetensors") as temporary:
        save_file(tensors, temporary)
    facts = {
        "model": preset.model,
        "options": preset.options,
        "corpus": preset.corpus,
    } | run
    if (folder / "tokenizer.json").exists():
        facts["tokenizer_sha256"] = file_sha256(folder / "tokenizer.json")
    write_json(folder / "run.json", facts)


def read_run(folder: Path, kinds: tuple[str, ...]) -> dict[str, Any]:
    """run.json을 읽습니다. kinds는 받아들일 모델의 이름입니다.

    오류: 끝까지 학습한 폴더가 아니거나, 모델이나 어휘가 다르면 BadCheckpoint.
    """
    folder = Path(folder)
    needed = ("run.json", "model.safetensors")
    missing = [name for name in needed if not (folder / name).exists()]
    if missing:
        raise BadCheckpoint(
            f"{folder}에 {', '.join(missing)}이(가) 없습니다. "
            f"`jumok train`으로 {' 또는 '.join(kinds)} 모델을 "
            "끝까지 학습한 폴더를 주세요."
        )
    facts = json.loads((folder / "run.json").read_text("utf8"))
    if not {"model", "options"} <= facts.keys():
        raise BadCheckpoint(
            f"{folder}의 run.json은 다른 판의 주목이 쓴 것입니다. 다시 학습해 주세요."
        )
    if facts["model"] not in kinds:
        raise BadCheckpoint(
            f"{folder}는 {facts['model']} 모델입니다. 필요한 것: {' 또는 '.join(kinds)}"
        )
    path = folder / "tokenizer.json"
    expected = facts.get("tokenizer_sha256")
    if expected and not (path.exists() and file_sha256(path) == expected):
        raise BadCheckpoint(
            f"{folder}의 tokenizer.json이 이 모델을 학습한 어휘가 아닙니다."
        )
    return facts


def read_tokenizer(folder: Path) -> Tokenizer:
    """실행 폴더의 어휘."""
    return LibraryBpe.of(load_tokenizer(Path(folder) / "tokenizer.json"))


def read_model(folder: Path, model: nn.Module) -> nn.Module:
    """model.safetensors를 model에 넣고 평가 상태로 돌려줍니다."""
    load_model(model, load_file(Path(folder) / "model.safetensors"))
    return model.eval()


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """들여 쓴 JSON으로 씁니다."""
    write_atomically(path, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
