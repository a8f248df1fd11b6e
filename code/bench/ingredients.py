"""학습법의 재료를 하나씩 빼거나 바꾸어 봅니다.

재료는 워밍업, 일정, 스무딩, 드롭아웃, 행렬 나눠 쓰기, 평균입니다.

    python code/bench/ingredients.py --output runs/ingredients --seeds 0 1 2
    python code/bench/ingredients.py --output runs/ingredients \\
        --record ingredients-quick

한 줄이 실행 하나이고, 이미 끝난 실행은 건너뜁니다.
폴더 하나를 여러 프로세스가 나누어 맡아도 됩니다(--only).
--record는 학습하지 않고, 끝난 실행들을 패키지의 기록 하나로 모읍니다.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from jumok.apps import Translator
from jumok.files import write_atomically
from jumok.training.checkpoint import average, checkpoints, load_model
from jumok.training.corpus import TranslationCorpus, load_corpus
from jumok.training.devices import pick_device
from jumok.training.distributed import World
from jumok.training.folder import plain, read_tokenizer, write_json
from jumok.training.history import read_history
from jumok.training.metrics import corpus_scores
from jumok.training.models import build_model
from jumok.training.presets import Preset, find_preset
from jumok.training.record import RECORDS
from jumok.training.run import encode_pairs, run_translation
from jumok.training.translation import Translation

N_AVERAGED = 5
# 기준에서 하나씩만 바꿉니다.
CHANGES: dict[str, dict[str, Any]] = {
    "base": {},
    "no-warmup": {"warmup": 1},
    "paper-schedule": {"schedule": "inverse_sqrt", "keep": N_AVERAGED},
    "no-smoothing": {"smoothing": 0.0},
    "no-dropout": {"options": {"dropout": 0.0}},
    "dropout-0.3": {"options": {"dropout": 0.3}},
    "untied": {"options": {"tie_weights": False}},
    "pre-norm": {"options": {"norm_first": True}},
}


def main(words: list[str] | None = None) -> int:
    """인자를 읽고, 남은 실행을 하거나 기록으로 모읍니다."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--only", nargs="+", choices=CHANGES, default=list(CHANGES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--steps", type=int)
    parser.add_argument("--device")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--output", type=Path, default=Path("runs/ingredients"))
    parser.add_argument(
        "--record", metavar="이름", help="끝난 실행들을 이 이름의 기록으로"
    )
    args = parser.parse_args(words)
    if args.record:
        return gather(args.output, RECORDS / args.record)
    if args.threads:
        torch.set_num_threads(args.threads)
    start = find_preset("translation", args.preset).changed(steps=args.steps)
    corpus = load_corpus(start.corpus)
    world = World(pick_device(args.device))
    for seed in args.seeds:
        for name in args.only:
            change = dict(CHANGES[name])
            options = start.options | change.pop("options", {})
            preset = start.changed(options=options, seed=seed, **change)
            folder = args.output / f"{name}-{seed}"
            if not (folder / "row.json").exists():
                one(name, preset, corpus, folder, world)
    return 0


def one(
    name: str, preset: Preset, corpus: TranslationCorpus, folder: Path, world: World
) -> None:
    """실행 하나와 그 성적.

    학습률이 남아 있는 일정이면 마지막 가중치와 평균한 가중치도 견줍니다.
    """
    print(f"── {folder.name}", flush=True)
    card = run_translation(preset, corpus, folder, world)
    if card is None:
        raise SystemExit("멈추었습니다. 같은 명령을 다시 부르면 이어 갑니다.")
    result = card["result"]
    row = {
        "name": name,
        "seed": preset.recipe.seed,
        "dev_loss": result["dev_loss"],
        **result["tests"]["test"],
    }
    if preset.recipe.schedule == "inverse_sqrt":
        row["averaged"] = averaged(preset, corpus, folder)
    write_atomically(folder / "row.json", json.dumps(row, ensure_ascii=False) + "\n")
    print(row, flush=True)


def averaged(
    preset: Preset, corpus: TranslationCorpus, folder: Path
) -> dict[str, float]:
    """마지막 체크포인트 다섯을 평균한 가중치의 dev 손실과 시험 성적."""
    tokenizer = read_tokenizer(folder)
    device = torch.device("cpu")
    model = build_model(preset.model, tokenizer.vocab_size, preset.options)
    load_model(model, average(checkpoints(folder)[-N_AVERAGED:]))
    model.eval()
    # dev만 재므로 학습할 짝은 몇 개면 됩니다.
    train, dev = (
        encode_pairs(tokenizer, part) for part in (corpus.train[:8], corpus.dev)
    )
    task = Translation(model, train, dev, preset.recipe)
    sources, references = zip(*corpus.tests["test"], strict=True)
    answers = Translator(model, tokenizer, device).translate(sources)
    scores = corpus_scores(answers, references)
    return {"dev_loss": task.evaluate(device)["loss"], **scores}


def gather(runs: Path, folder: Path) -> int:
    """끝난 실행들의 성적과 곡선과 카드를 기록 하나로 모읍니다. 하나도 없으면 1."""
    finished = sorted(path.parent for path in runs.glob("*/row.json"))
    if not finished:
        print(f"{runs}에 끝난 실행이 없습니다.", file=sys.stderr)
        return 1
    results = {
        "rows": [read_json(run / "row.json") for run in finished],
        "changes": plain(CHANGES),
    }
    write_json(folder / "card.json", one_card(finished))
    write_json(folder / "results.json", results)
    curves = [line for run in finished for line in named_history(run)]
    write_atomically(folder / "history.jsonl", "\n".join(curves) + "\n")
    print(folder)
    return 0


def one_card(finished: list[Path]) -> dict[str, Any]:
    """기준 실행의 카드에 모든 실행의 시간을 더해 적은 것."""
    cards = {run.name: read_json(run / "card.json") for run in finished}
    base = next(card for name, card in cards.items() if name.startswith("base-"))
    card = {key: base[key] for key in ("machine", "data", "preset", "n_parameters")}
    minutes = sum(card["result"]["minutes"] for card in cards.values())
    card["result"] = {
        "minutes": round(minutes, 1),
        "runs": len(finished),
        "steps": base["result"]["steps"],
    }
    return card


def named_history(run: Path) -> Iterator[str]:
    """실행의 이름과 씨앗을 붙인 학습 곡선의 줄들."""
    name, _, seed = run.name.rpartition("-")
    for row in read_history(run / "history.jsonl"):
        named = {"name": name, "seed": int(seed)} | row
        yield json.dumps(named, ensure_ascii=False)


def read_json(path: Path) -> dict[str, Any]:
    """JSON 파일 하나."""
    return json.loads(path.read_text("utf8"))


if __name__ == "__main__":
    sys.exit(main())
