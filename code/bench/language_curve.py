"""GPT와 5-gram을 같은 글에서 견주고, 섞고, 계산량의 곡선을 모읍니다.

    python code/bench/language_curve.py ngram --output 곡선.json
    python code/bench/language_curve.py mix --run runs/gpt --output 섞기.json
    python code/bench/language_curve.py compute --run runs/a runs/b --output 계산량.json

ngram은 글을 늘려 가며 센 5-gram, mix는 GPT와 토큰 n-gram의 확률을 섞은 것입니다. 몫과
차수는 dev에서 고릅니다. compute는 실행마다, 평가한 자리의 6ND와 글자당 비트입니다.
--record NAME을 주면 결과를 기록(jumok/records/NAME/results.json)에도 적습니다.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from jumok.apps import Writer
from jumok.training.corpus import TextCorpus, load_text_corpus
from jumok.training.folder import write_json
from jumok.training.language import text_log_probs
from jumok.training.mixing import (
    best_mixture,
    budget_facts,
    mixed_bits,
    ngram_curve,
)
from jumok.training.ngram import KneserNey, ngram_bits_per_character
from jumok.training.record import RECORDS

SIZES = (2000, 6000, 20_000, 60_000, 180_000)  # 글의 수. 끝에 전체를 더합니다.
ORDERS = (3, 4, 5)  # 섞을 토큰 n-gram의 차수. dev에서 고릅니다.


def ngram(corpus: TextCorpus, args: argparse.Namespace) -> dict[str, Any]:
    """글을 늘려 가며 센 5-gram의 곡선."""
    sizes = sorted({n for n in SIZES if n < len(corpus.train)} | {len(corpus.train)})
    return {"ngram_curve": ngram_curve(corpus.train, corpus.test, sizes, args.order)}


def mix(corpus: TextCorpus, args: argparse.Namespace) -> dict[str, Any]:
    """GPT와, 같은 토큰을 센 n-gram을 섞은 것. 단위가 같아야 섞은 것도 확률입니다."""
    writer = Writer.load(args.run[0])
    encode, limit = writer.tokenizer.encode, writer.model.config.max_len
    held_out = {}
    for name in ("dev", "test"):
        rows = [(text, encode(text)) for text in getattr(corpus, name)]
        held_out[name] = [(text, ids) for text, ids in rows if len(ids) < limit]
    ids = {name: [x for _, x in rows] for name, rows in held_out.items()}
    letters = {n: sum(len(x) for x, _ in rows) for n, rows in held_out.items()}
    gpt = {
        name: text_log_probs(writer.model, rows, writer.device)
        for name, rows in ids.items()
    }
    train = [np.array(encode(text), np.int32) for text in corpus.train]
    mixtures = {}
    for order in args.orders:
        counted = KneserNey(train, order)
        tokens = {name: counted.log_probs(rows) for name, rows in ids.items()}
        parts = [(gpt[n], tokens[n], letters[n]) for n in ("dev", "test")]
        alone = {
            "gpt": mixed_bits(*parts[1][:2], 1.0, letters["test"]),
            "tokens": mixed_bits(*parts[1][:2], 0.0, letters["test"]),
        }
        mixtures[order] = asdict(best_mixture(*parts)) | {"test_bits_alone": alone}
    order = min(mixtures, key=lambda n: mixtures[n]["dev_bits"])
    same = [text for text, _ in held_out["test"]]
    by_letters = ngram_bits_per_character(KneserNey(corpus.train), same)
    chosen = {"order": order, **mixtures[order], "letters_5gram": by_letters}
    return {"mixture": chosen, "mixture_by_order": mixtures}


def compute(corpus: TextCorpus, args: argparse.Namespace) -> dict[str, Any]:
    """실행마다 평가한 자리의 토큰 수, 6ND, 글자당 비트."""
    return {"compute": [compute_row(run) for run in args.run]}


def compute_row(run: Path) -> dict[str, Any]:
    """실행 하나의 곡선. 걸음마다 읽은 토큰이 거의 같다고 보고 걸음에 나눕니다."""
    card = json.loads((run / "card.json").read_text("utf8"))
    history = (run / "history.jsonl").read_text("utf8").splitlines()
    result, n = card["result"], card["n_parameters"]
    tokens = result.get("train_tokens") or round(
        result["tokens_per_second"] * result["minutes"] * 60
    )
    curve = []
    for line in map(json.loads, history):
        read = round(tokens * line["step"] / result["steps"])
        bits = line["dev_bits_per_character"]
        curve.append(budget_facts(n, read) | {"dev_bits_per_character": bits})
    end = {"test_bits_per_character": result["test_bits_per_character"]}
    return {"n_parameters": n, **budget_facts(n, tokens), **end, "curve": curve}


WAYS: dict[str, Callable[[TextCorpus, argparse.Namespace], dict[str, Any]]] = {
    "ngram": ngram,
    "mix": mix,
    "compute": compute,
}


def main() -> None:
    """인자를 읽고, 하나를 재고, 적습니다."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--corpus", default="nsmc-raw")
    parser.add_argument("--cache", type=Path, help="받은 자료를 둔 폴더")
    parser.add_argument("--run", type=Path, nargs="+", help="학습한 GPT의 실행 폴더")
    parser.add_argument("--order", type=int, default=5, help="곡선의 차수")
    parser.add_argument("--orders", type=int, nargs="+", default=ORDERS)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--output", type=Path, help="결과를 적을 JSON")
    parser.add_argument("--record", help="결과를 더할 기록의 이름")
    args = parser.parse_args()
    if args.way != "ngram" and not args.run:
        parser.error(f"{args.way}에는 --run이 필요합니다.")
    if args.threads:
        torch.set_num_threads(args.threads)
    found = WAYS[args.way](load_text_corpus(args.corpus, args.cache), args)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    for path in (args.output, args.record and RECORDS / args.record / "results.json"):
        if path:
            old = json.loads(path.read_text("utf8")) if path.exists() else {}
            write_json(path, old | found)


if __name__ == "__main__":
    main()
