"""기록된 실행: 패키지에 실린 카드, 학습 곡선, 작은 모델.

인터넷 없이 어디서나 읽습니다.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from jumok.files import replacing, write_atomically

RECORDS = Path(__file__).resolve().parents[1] / "records"
COPIED = ("card.json", "history.jsonl", "run.json", "tokenizer.json")


@dataclass(frozen=True)
class Band:
    """씨앗만 다른 실행들의 띠: 걸음마다의 가장 낮은 값, 평균, 가장 높은 값."""

    steps: tuple[int, ...]
    low: tuple[float, ...]
    mean: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Record:
    """기록 하나.

    card는 실행 카드, history는 평가할 때마다의 한 줄,
    results는 그 모델로 더 잰 것입니다.
    folder에 model.safetensors가 있으면 실행 폴더처럼 쓸 수 있습니다(가중치는 16비트로
    줄인 것입니다).
    """

    name: str
    folder: Path
    card: dict[str, Any]
    history: list[dict[str, Any]]
    results: dict[str, Any]


def record_names(root: Path = RECORDS) -> list[str]:
    """실려 있는 기록의 이름들."""
    return sorted(path.parent.name for path in Path(root).glob("*/card.json"))


def load_record(name: str, root: Path = RECORDS) -> Record:
    """이름으로 기록을 읽습니다. 오류: 없는 이름은 ValueError."""
    if name not in record_names(root):
        raise ValueError(
            f"기록 '{name}'은(는) 없습니다. "
            f"있는 것: {', '.join(record_names(root)) or '없음'}"
        )
    folder = Path(root) / name
    lines = (folder / "history.jsonl").read_text("utf8").splitlines()
    extra = folder / "results.json"
    return Record(
        name,
        folder,
        json.loads((folder / "card.json").read_text("utf8")),
        [json.loads(line) for line in lines],
        json.loads(extra.read_text("utf8")) if extra.exists() else {},
    )


def curve_band(
    histories: Sequence[Sequence[dict[str, Any]]], key: str = "dev_loss"
) -> Band:
    """곡선 여럿(평가 한 번에 한 줄)을 띠 하나로 모읍니다. 모두에 있는 걸음만 씁니다.

    오류: 곡선이 둘보다 적거나 함께 있는 걸음이 없으면 ValueError.
    """
    curves = [{row["step"]: row[key] for row in history} for history in histories]
    steps = sorted(set.intersection(*map(set, curves))) if len(curves) > 1 else []
    if not steps:
        raise ValueError(
            "띠를 그리려면 걸음이 겹치는 곡선이 둘은 있어야 합니다. "
            f"받은 곡선은 {len(curves)}개입니다."
        )
    rows = [[curve[step] for curve in curves] for step in steps]
    means = tuple(sum(row) / len(row) for row in rows)
    return Band(tuple(steps), tuple(map(min, rows)), means, tuple(map(max, rows)))


def store_record(
    run: Path, name: str, with_model: bool = False, root: Path = RECORDS, note: str = ""
) -> Path:
    """실행 폴더의 카드와 곡선을 기록으로 옮깁니다.

    with_model이면 가중치도 16비트로 줄여 함께 둡니다. note는 읽는 사람이
    알아야 할 것(바쁜 기계였다, 도중에 걸음을 줄였다)이고 카드에 적습니다.
    다른 것(results.json)은 그대로 둡니다.
    오류: 끝나지 않은 실행이면 FileNotFoundError.
    """
    run = Path(run)
    folder = Path(root) / name
    names = COPIED if with_model else COPIED[:2]
    texts = {each: (run / each).read_text("utf8") for each in names}
    if note:
        card = json.loads(texts["card.json"]) | {"note": note}
        texts["card.json"] = json.dumps(card, ensure_ascii=False, indent=1) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for each, text in texts.items():
        write_atomically(folder / each, text)
    if with_model:
        tensors = load_file(run / "model.safetensors")
        small = {
            key: x.half() if x.dtype == torch.float32 else x
            for key, x in tensors.items()
        }
        with replacing(folder / "model.safetensors") as temporary:
            save_file(small, temporary)
    return folder
