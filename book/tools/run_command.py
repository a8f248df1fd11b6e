"""기록된 실행을 다시 하는 명령을 카드에서 알아냅니다.

기록 쪽을 만드는 도구가 부릅니다.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from jumok.text.corpora import CORPORA
from jumok.training.presets import PRESETS, Preset, find_preset

# 나머지는 모델의 이름이 곧 명령입니다.
KINDS = {
    "transformer": "translation",
    "rnn": "translation",
}
FLAGS = (
    "steps",
    "max_tokens",
    "accumulate",
    "peak_rate",
    "warmup",
    "smoothing",
    "clip",
    "eval_every",
    "patience",
    "seed",
    "precision",
)


def commands(
    name: str, card: dict[str, Any], results: dict[str, Any], with_model: bool
) -> list[str]:
    """자료를 받고, 배우고, 더 재고, 기록에 옮기는 명령들."""
    preset_name, _ = nearest_preset(card)
    corpus = CORPORA.get(card["data"]["name"])
    found = [fetch(corpus.name)] if corpus and not corpus.built_in else []
    if "rows" in results:
        return found + list(ingredients(name, preset_name, results["rows"]))
    found.append(train(name, card, preset_name))
    store = f"python code/bench/store_record.py runs/{name} {name}"
    found.append(store + (" --model" if with_model else ""))
    if "labels" in results:
        script = (
            f"python code/bench/nsmc_labels.py --bert runs/{name} --preset "
            f"{preset_name}"
        )
        found += [fetch("nsmc"), f"{script} --record {name}"]
    if "cards" in results:
        found += compare(name, card, preset_name, results["cards"])
    return found


def nearest_preset(card: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """카드와 가장 가까운 설정의 이름과, 그 설정과 다른 값들(이름 → 카드의 값)."""
    kind = kind_of(card)
    differences = {
        name: unlike(preset, card["preset"]) for name, preset in PRESETS[kind].items()
    }
    name = min(differences, key=lambda name: len(differences[name]))
    return name, differences[name]


def kind_of(card: dict[str, Any]) -> str:
    """`jumok train` 뒤에 적을 이름."""
    return KINDS.get(card["preset"]["model"], card["preset"]["model"])


def unlike(preset: Preset, recorded: dict[str, Any]) -> dict[str, Any]:
    """설정과 카드가 다른 값들. 카드에 없는 값은 그 뒤에 생긴 것이므로 세지 않습니다."""
    now, then = flat(json.loads(json.dumps(asdict(preset)))), flat(recorded)
    return {name: value for name, value in then.items() if now.get(name) != value}


def flat(facts: dict[str, Any]) -> dict[str, Any]:
    """학습법과 모델의 값을 한 줄로 폅니다. 모델의 값에는 options.를 붙입니다."""
    own = {
        name: value
        for name, value in facts.items()
        if name not in ("recipe", "options")
    }
    return (
        own
        | facts["recipe"]
        | {f"options.{name}": value for name, value in facts["options"].items()}
    )


def stale(card: dict[str, Any]) -> list[str]:
    """명령줄로 바꿀 수 없어 그때의 코드가 있어야 하는 값들의 이름."""
    return [
        name
        for name in nearest_preset(card)[1]
        if name not in (*FLAGS, "vocab_size", "compile")
    ]


def train(name: str, card: dict[str, Any], preset_name: str) -> str:
    """학습하는 명령."""
    words = [
        f"jumok train {kind_of(card)} --preset {preset_name}",
        f"--output runs/{name}",
    ]
    for key, value in nearest_preset(card)[1].items():
        if key in (*FLAGS, "vocab_size"):
            words.append(f"--{key.replace('_', '-')} {value}")
        elif key == "compile":
            words.append("--compile" if value else "--no-compile")
    return " ".join([*words, *threads(card)])


def threads(card: dict[str, Any]) -> Iterator[str]:
    """CPU에서 배웠으면 스레드의 수도 같게 합니다."""
    if card["machine"]["device_type"] == "cpu":
        yield f"--threads {card['machine']['threads']}"


def fetch(corpus: str) -> str:
    """자료를 받는 명령."""
    return f"jumok data fetch {corpus}"


def compare(
    name: str, card: dict[str, Any], preset_name: str, runs: dict[str, dict]
) -> Iterator[str]:
    """견줄 상대를 배우고 나란히 채점하는 명령.

    걸음의 수가 설정과 다르면 그것도 적습니다.
    """
    first, *rivals = runs
    folders = {first: f"runs/{name}"} | {
        run: f"runs/{name}-{run.lower()}" for run in rivals
    }
    usual = find_preset(kind_of(card), preset_name).recipe.steps
    for run, folder in list(folders.items())[1:]:
        steps = runs[run].get("steps", usual)
        rest = " ".join([f"--steps {steps}"] * (steps != usual) + list(threads(card)))
        if run == "RNN":
            yield (
                f"jumok train translation --preset {preset_name} --rnn --output "
                f"{folder} {rest}"
            )
        elif run == "Xavier":
            yield (
                f"jumok train translation --preset {preset_name} --init-std 0 "
                f"--output {folder} {rest}"
            )
        elif run == "Marian":
            script = (
                f"python code/bench/marian_twin.py --preset {preset_name} --like "
                f"runs/{name}"
            )
            yield f"{script} --output {folder} {rest}"
    pairs = " ".join(f"--run {run}={folder}" for run, folder in folders.items())
    yield f"python code/bench/translation_report.py {name} {pairs}"


def ingredients(
    name: str, preset_name: str, rows: list[dict[str, Any]]
) -> Iterator[str]:
    """재료 견주기를 다시 하고 모으는 명령. 씨앗이 같은 것끼리 한 번에 부릅니다."""
    seeds, groups = defaultdict(list), defaultdict(list)
    for row in rows:
        seeds[row["name"]].append(row["seed"])
    for change, mine in seeds.items():
        groups[tuple(sorted(mine))].append(change)
    script = (
        f"python code/bench/ingredients.py --preset {preset_name} --output runs/{name}"
    )
    for mine, changes in groups.items():
        yield f"{script} --only {' '.join(changes)} --seeds {' '.join(map(str, mine))}"
    yield f"{script} --record {name}"
