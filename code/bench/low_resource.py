"""작은 자료의 설정을 실험으로 고릅니다.

어휘의 크기, 드롭아웃, 깊이를 바꾸어 dev 손실과 dev BLEU를 견줍니다.

    GPU 하나에서
    python code/bench/low_resource.py --json book/runs/low_resource_gpu.json

    CPU에서(책의 기록)
    python code/bench/low_resource.py --preset docs-cpu --steps 2000 --threads 1 \\
        --only base "vocab 2k" "vocab 8k" "dropout 0.0" "dropout 0.2" \\
            "1 layer" "3 layers" \\
        --json book/runs/low_resource_cpu.json

한 줄이 실행 하나이고, 이미 끝난 실행은 건너뜁니다. 표는 results.jsonl에 쌓입니다.
고르는 데에는 dev만 쓰고 시험 자료는 보지 않습니다. 어휘가 다르면 토큰이 달라 dev 손실을
견줄 수 없으므로 BLEU와 chrF로 봅니다. --json은 쌓인 표를 기계와 설정과 함께 적습니다.
"""

import argparse
import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import torch

from jumok.files import write_atomically
from jumok.training.corpus import TranslationCorpus, load_corpus
from jumok.training.devices import pick_device
from jumok.training.distributed import World
from jumok.training.presets import Preset, find_preset
from jumok.training.run import run_translation

# 기준에서 하나씩 바꿉니다. 모두 함께 바꾸면 무엇 덕분인지 알 수 없습니다.
CHANGES = {
    "base": {},
    "vocab 2k": {"vocab_size": 2000},
    "vocab 4k": {"vocab_size": 4000},
    "vocab 8k": {"vocab_size": 8000},
    "vocab 16k": {"vocab_size": 16_000},
    "dropout 0.0": {"options": {"dropout": 0.0}},
    "dropout 0.1": {"options": {"dropout": 0.1}},
    "dropout 0.2": {"options": {"dropout": 0.2}},
    "dropout 0.3": {"options": {"dropout": 0.3}},
    "dropout 0.4": {"options": {"dropout": 0.4}},
    "1 layer": {"options": {"n_layers": 1}},
    "3 layers": {"options": {"n_layers": 3}},
    "ffn 1024, 4 heads": {"options": {"d_ff": 1024, "n_heads": 4}},
    "d_model 256": {"options": {"d_model": 256, "d_ff": 1024, "n_heads": 4}},
    "pre-norm": {"options": {"norm_first": True}},
    "smoothing 0.2": {"smoothing": 0.2},
}


def main(words: list[str] | None = None) -> None:
    """인자를 읽고, 남은 실행을 하나씩 합니다."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", default="h200")
    parser.add_argument("--corpus", default="docs")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--max-tokens", type=int)
    parser.add_argument("--device")
    parser.add_argument("--precision")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--only", nargs="+", choices=CHANGES, default=list(CHANGES))
    parser.add_argument(
        "--output", type=Path, help="실행을 모을 폴더 (없으면 runs/low-resource-설정)"
    )
    parser.add_argument("--json", type=Path, help="표를 적을 파일")
    args = parser.parse_args(words)
    if args.threads:
        torch.set_num_threads(args.threads)
    whole = load_corpus(args.corpus)
    # 시험 자료 대신 dev로 BLEU를 잽니다.
    # 고르는 동안 시험 자료를 보지 않기 위해서입니다.
    corpus = dataclasses.replace(whole, tests={"dev": whole.dev}, aligned=())
    start = find_preset("translation", args.preset).changed(
        corpus=args.corpus,
        steps=args.steps,
        max_tokens=args.max_tokens,
        precision=args.precision,
    )
    world = World(pick_device(args.device))
    output = args.output or Path(f"runs/low-resource-{args.preset}")
    log = output / "results.jsonl"
    done = {row["name"] for row in read_rows(log)}
    for name in args.only:
        if name not in done:
            row = one(name, start, corpus, output, world)
            with log.open("a", encoding="utf8") as stream:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    rows = sorted(read_rows(log), key=lambda row: row["dev_bleu"], reverse=True)
    for row in rows:
        scores = f"BLEU {row['dev_bleu']:6.2f}  chrF {row['dev_chrf']:6.2f}"
        loss = f"dev {row['dev_loss']:.3f}"
        print(f"{row['name']:20} {scores}  {loss}  {row['minutes']:.1f}분")
    if args.json:
        facts = {
            "cpu": rows[0]["device"],
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "corpus_sha256": whole.sha256,
            "preset": args.preset,
            "base": dataclasses.asdict(start),
        }
        table = {"machine": facts, "rows": rows}
        write_atomically(args.json, json.dumps(table, ensure_ascii=False, indent=1))


def read_rows(log: Path) -> list[dict[str, Any]]:
    """쌓인 표의 줄들. 아직 없으면 비어 있습니다."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text("utf8").splitlines()]


def one(
    name: str, start: Preset, corpus: TranslationCorpus, output: Path, world: World
) -> dict[str, Any]:
    """실행 하나를 하고 표의 한 줄을 냅니다."""
    change = dict(CHANGES[name])
    options = start.options | change.pop("options", {})
    preset = start.changed(options=options, **change)
    folder = output / name.replace(" ", "-").replace(",", "")
    print(f"\n── {name}", flush=True)
    card = run_translation(preset, corpus, folder, world)
    if card is None:
        raise SystemExit("멈추었습니다. 같은 명령을 다시 부르면 이어 갑니다.")
    if world.device.type == "cuda":
        torch.cuda.empty_cache()
    return row_of(name, card)


def row_of(name: str, card: dict[str, Any]) -> dict[str, Any]:
    """카드에서 표의 한 줄을 뽑습니다."""
    result = card["result"]
    dev = result["tests"]["dev"]
    kept = ("minutes", "steps", "tokens_per_second", "peak_memory_gib")
    return {
        "name": name,
        "dev_bleu": dev["bleu"],
        "dev_chrf": dev["chrf"],
        "dev_loss": result["dev_loss"],
        **{key: result[key] for key in kept},
        "n_parameters": card["n_parameters"],
        "device": card["machine"]["device"],
    }


if __name__ == "__main__":
    main()
