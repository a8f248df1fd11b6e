"""번역 실행들을 나란히 채점해 기록의 results.json에 씁니다.

기준선의 성적, 문장 길이별 BLEU, 번역 스무 개도 함께 적습니다.

    python code/bench/translation_report.py docs-cpu-transformer \\
        --run 트랜스포머=runs/docs-cpu --run RNN=runs/docs-cpu-rnn \\
        --run Marian=runs/docs-cpu-marian

첫째 실행이 주인공입니다. 실행 폴더의 test.tsv와 card.json을 읽고,
다시 번역하지는 않습니다. 번역 스무 개는 시험 자료에서 씨앗으로 고른 짧은 문장이고,
번역이 그대로이면 손으로 적은 평(comment)을 지킵니다.
"""

import argparse
import itertools
import json
import random
import sys
from pathlib import Path

from jumok.files import write_atomically
from jumok.training.baselines import copy_source, nearest_translations
from jumok.training.corpus import load_corpus
from jumok.training.metrics import corpus_scores
from jumok.training.record import RECORDS

EDGES = (0, 5, 10, 15, 20, 30, 1000)  # 원문의 어절 수로 나눈 칸
N_SAMPLES, SEED, LONGEST = 20, 11, 60  # 보기의 수, 고르는 씨앗, 원문의 글자 수


def main(words: list[str] | None = None) -> int:
    """인자를 읽고, 채점하고, 씁니다. 실행 폴더가 끝난 것이 아니면 1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("record", help="results.json을 둘 기록의 이름")
    parser.add_argument("--run", action="append", required=True, metavar="이름=폴더")
    parser.add_argument("--corpus", default="docs")
    args = parser.parse_args(words)
    runs = {
        name: Path(folder)
        for name, _, folder in (text.partition("=") for text in args.run)
    }
    for folder in runs.values():
        if not (folder / "card.json").exists():
            print(f"{folder}은(는) 끝난 실행이 아닙니다.", file=sys.stderr)
            return 1
    corpus = load_corpus(args.corpus)
    sources, references = zip(*corpus.tests["test"], strict=True)
    answers = {name: translations(folder, sources) for name, folder in runs.items()}
    answers["번역 기억"] = nearest_translations(corpus.train, sources)
    answers["베끼기"] = copy_source(sources)
    facts = {
        "scores": {
            name: corpus_scores(texts, references) for name, texts in answers.items()
        },
        "cards": {name: card_facts(folder) for name, folder in runs.items()},
        "edges": EDGES,
        "by_length": by_length(sources, references, answers),
    }
    path = RECORDS / args.record / "results.json"
    facts["samples"] = samples(sources, references, answers[next(iter(runs))], path)
    write_atomically(path, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    for name, scores in facts["scores"].items():
        print(f"{name:12} BLEU {scores['bleu']:5.2f}  chrF {scores['chrf']:5.2f}")
    return 0


def translations(folder: Path, sources: tuple[str, ...]) -> list[str]:
    """실행 폴더의 test.tsv에 적힌 번역. 오류: 원문이 시험 자료와 다르면 ValueError."""
    lines = (folder / "test.tsv").read_text("utf8").split("\n")[1:-1]
    rows = [line.split("\t") for line in lines]
    if tuple(row[0] for row in rows) != sources:
        raise ValueError(f"{folder}의 test.tsv는 다른 시험 자료를 푼 것입니다.")
    return [row[2] for row in rows]


def card_facts(folder: Path) -> dict:
    """카드에서 견줄 것만."""
    card = json.loads((folder / "card.json").read_text("utf8"))
    history = [
        json.loads(s) for s in (folder / "history.jsonl").read_text("utf8").splitlines()
    ]
    result, recipe = card["result"], card["preset"]["recipe"]
    return {
        "n_parameters": card["n_parameters"],
        "seed": recipe["seed"],
        **{
            key: result[key]
            for key in ("minutes", "steps", "tokens_per_second", "dev_loss")
        },
        **{
            key: card["machine"][key]
            for key in ("device", "threads", "torch", "commit")
        },
        "history": [
            {key: row[key] for key in ("step", "loss", "dev_loss")} for row in history
        ],
    }


def by_length(
    sources: tuple, references: tuple, answers: dict[str, list[str]]
) -> list[dict]:
    """원문의 어절 수로 나눈 칸마다의 문장 수와 BLEU."""
    rows = []
    for low, high in itertools.pairwise(EDGES):
        picked = [
            i for i, text in enumerate(sources) if low < len(text.split()) <= high
        ]
        if not picked:
            continue
        truth = [references[i] for i in picked]
        scores = {
            k: corpus_scores([v[i] for i in picked], truth)["bleu"]
            for k, v in answers.items()
        }
        rows.append(
            {"from": low + 1, "to": high, "sentences": len(picked), "bleu": scores}
        )
    return rows


def samples(
    sources: tuple, references: tuple, answers: list[str], path: Path
) -> list[dict]:
    """씨앗으로 고른 번역 스무 개. 전에 적은 평은 번역이 같을 때만 남깁니다."""
    old = json.loads(path.read_text("utf8")).get("samples", []) if path.exists() else []
    comments = {(row["source"], row["answer"]): row["comment"] for row in old}
    short = [i for i, text in enumerate(sources) if len(text) <= LONGEST]
    picked = sorted(random.Random(SEED).sample(short, N_SAMPLES))
    return [
        {
            "source": sources[i],
            "reference": references[i],
            "answer": answers[i],
            "comment": comments.get((sources[i], answers[i]), ""),
        }
        for i in picked
    ]


if __name__ == "__main__":
    sys.exit(main())
