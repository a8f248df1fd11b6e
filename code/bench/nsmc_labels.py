"""영화평의 이름표 수를 바꾸며 셋을 견줍니다.

사전 학습한 BERT, 처음부터 배운 같은 모델, 글자 SVM입니다.

    모두
    python code/bench/nsmc_labels.py --bert runs/bert-nsmc-cpu --preset nsmc-cpu

    일부만
    python code/bench/nsmc_labels.py --bert … --counts 100 1000 --kinds scratch

한 줄이 실행 하나이고, 이미 끝난 실행은 건너뜁니다. 여러 개를 함께 띄워 나누어 해도
됩니다. --record NAME을 주면 그때까지 끝난 것을 모아
기록(jumok/records/NAME/results.json)에 적습니다.
시험 자료는 성적을 적을 때에만 봅니다. 걸음의 수는 이름표의 수로만 정하고
시험 자료로 고르지 않습니다.
"""

import argparse
import json
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from jumok.training.baselines import svm_accuracy
from jumok.training.corpus import Reviews, load_review_corpus
from jumok.training.devices import pick_device
from jumok.training.distributed import World
from jumok.training.folder import write_json
from jumok.training.presets import Preset, find_preset
from jumok.training.record import RECORDS
from jumok.training.run_classifier import N_DEV, run_classifier

COUNTS = (100, 300, 1000, 3000, 10_000, 30_000, 148_000)
KINDS = ("svm", "pretrained", "scratch")


def steps_for(n_labels: int, rows: int, epochs: float) -> int:
    """이름표가 적을 때는 여러 번, 많을 때는 epochs번 읽습니다."""
    return max(150, round(n_labels * epochs / rows))


def preset_for(base: Preset, n_labels: int, epochs: float, seed: int) -> Preset:
    """이름표의 수에 맞춘 설정. 적을 때는 배치도 작게 합니다."""
    rows = min(base.recipe.max_tokens, max(16, n_labels // 10))
    steps = steps_for(n_labels, rows, epochs)
    return base.changed(
        steps=steps,
        max_tokens=rows,
        warmup=max(10, steps // 20),
        eval_every=steps,
        seed=seed,
    )


def main() -> None:
    """인자를 읽고, 남은 실행을 하나씩 하고, 모읍니다."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bert", type=Path, required=True, help="사전 학습한 BERT의 실행 폴더"
    )
    parser.add_argument("--preset", default="nsmc-cpu")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--device")
    parser.add_argument("--output", type=Path, default=Path("runs/nsmc-labels"))
    parser.add_argument("--record", help="모아서 적을 기록의 이름")
    args = parser.parse_args()
    reviews = load_review_corpus("nsmc")
    for kind, n, seed in planned(args):
        folder = args.output / f"{kind}-{n}-{seed}"
        if not (folder / "row.json").exists():
            print(f"── {kind}, 이름표 {n:,}개, 씨앗 {seed}")
            row = {"n_labels": n, "start": kind, "seed": seed}
            write_row(folder, row | one(row, args, reviews))
    if args.record:
        store(args.output, args.record)


def planned(args: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    """할 실행들의 (종류, 이름표의 수, 씨앗). SVM에는 씨앗이 없습니다."""
    for n in args.counts:
        for kind in args.kinds:
            seeds = [0] if kind == "svm" else args.seeds
            for seed in seeds:
                yield kind, n, seed


def one(
    row: dict[str, Any], args: argparse.Namespace, reviews: dict[str, Reviews]
) -> dict[str, Any]:
    """실행 하나의 성적."""
    kind, n, seed = row["start"], row["n_labels"], row["seed"]
    if kind == "svm":
        texts, labels = reviews["train"]
        accuracy = svm_accuracy((texts[:n], labels[:n]), reviews["test"])
        return {"test_accuracy": accuracy}
    base = find_preset("classifier", args.preset)
    preset = preset_for(base, n, args.epochs, seed)
    start = args.bert if kind == "pretrained" else None
    folder = args.output / f"{kind}-{n}-{seed}"
    world = World(pick_device(args.device))
    card = run_classifier(preset, reviews, folder, world, start, n)
    if card is None:
        raise SystemExit(130)
    kept = ("test_accuracy", "steps", "minutes")
    return {key: card["result"][key] for key in kept}


def write_row(folder: Path, row: dict) -> None:
    """끝난 실행 하나를 적고 보여 줍니다."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "row.json", row)
    print(json.dumps(row, ensure_ascii=False))


def store(output: Path, name: str) -> None:
    """끝난 줄들을 모아 기록에 적습니다. 다른 결과는 그대로 둡니다."""
    rows = [json.loads(path.read_text("utf8")) for path in output.glob("*/row.json")]
    rows.sort(key=itemgetter("n_labels", "start", "seed"))
    path = RECORDS / name / "results.json"
    found = json.loads(path.read_text("utf8")) if path.exists() else {}
    write_json(path, found | {"labels": rows, "n_dev": N_DEV})
    print(f"{len(rows)}줄을 {name}에 적었습니다.")


if __name__ == "__main__":
    main()
