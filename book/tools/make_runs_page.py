"""기록 쪽(book/runs.md)을 만듭니다. `python make.py runs`가 부릅니다.

읽는 것은 code/jumok/records의 기록과 book/runs의 *.json입니다. 수는 모두 거기에서 오고
글에 적지 않습니다. 기록을 더하거나 바꾸면 다시 부르세요. book/tests/test_runs_page.py가
쪽이 기록과 같은지 봅니다.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Template
from typing import Any

from run_command import commands, kind_of, nearest_preset, stale
from run_curve import Line, draw, is_log
from run_scores import CHANGES, NUMBERS, number, scores, table

from jumok.text.corpora import CORPORA
from jumok.training.record import RECORDS, Record, load_record, record_names

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "runs.md"
RUNS = ROOT / "book" / "runs"
TEMPLATE = Path(__file__).with_name("runs_page.md")
LEARNED = {
    "translation": "한국어 → 영어 번역",
    "gpt": "글 이어 쓰기(GPT)",
    "bert": "가린 토큰 맞히기(BERT)",
    "classifier": "영화평의 감정",
    "vit": "숫자 그림의 종류",
}
BUSY = (
    "카드에 따로 적지 않았습니다. "
    "다른 일과 나누어 쓴 컴퓨터일 수 있으니 걸린 시간은 어림으로 보세요."
)
OTHERS = {
    "bench": ("속도 견주기", "speed", "속도"),
    "low_resource": ("작은 자료의 설정을 고르는 실험", "training", "학습하기"),
    "short": ("짧은 문장의 어텐션", "speed", "속도"),
    "grading_speed": ("채점의 속도", "teaching", "가르치기"),
    "teaching": ("합성 학급의 채점과 공격 시험", "teaching", "가르치기"),
    "data": ("자료의 크기와 해시와 보기", "data", "자료"),
}
# code/bench/low_resource.py가 수 하나를 바꾸는 것. 그 밖의 이름("pre-norm")은 그대로
# 적습니다.
LOW_RESOURCE = {
    "vocab": "어휘",
    "dropout": "드롭아웃",
    "layer": "층",
    "layers": "층",
    "smoothing": "스무딩",
    "d_model": "폭",
}


def render(root: Path = RECORDS, runs: Path = RUNS) -> str:
    """기록에서 쪽 전체를 만듭니다."""
    records = [load_record(name, root) for name in record_names(root)]
    files = sorted(runs.glob("*.json"))
    return Template(TEMPLATE.read_text("utf8")).substitute(
        n_records=len(records),
        overview=table(
            "기록",
            "배운 것",
            "매개변수",
            "걸음",
            "분",
            "성적",
            rows=map(overview, records),
            left=2,
        ),
        gpu=gpu(records, files),
        records="\n\n".join(map(section, records)),
        others="\n\n".join(map(other, files)),
    )


# ── 한눈에 ────────────────────────────────────────────────────────────────────────────


def overview(record: Record) -> tuple[str, ...]:
    """맨 위의 표의 한 줄."""
    card, result = record.card, record.card["result"]
    numbers = (
        f"{card['n_parameters']:,}",
        f"{result['steps']:,}",
        f"{result['minutes']:,.1f}",
    )
    return (
        f"[{record.name}](#run-{record.name})",
        learned(card),
        *numbers,
        headline(record),
    )


def learned(card: dict[str, Any]) -> str:
    """무엇을 배웠나."""
    return LEARNED.get(kind_of(card), f"`{card['preset']['model']}`")


def headline(record: Record) -> str:
    """성적 하나."""
    result = record.card["result"]
    if tests := result.get("tests"):
        return f"BLEU {next(iter(tests.values()))['bleu']:.1f}"
    if rows := record.results.get("rows"):
        scores = [row["bleu"] for row in rows]
        return f"BLEU {min(scores):.1f}–{max(scores):.1f}"
    for key in (
        "test_bits_per_character",
        "test_mlm_accuracy",
        "test_accuracy",
        "best_dev_loss",
    ):
        if key in result:
            return f"{NUMBERS[key]} {number(key, result[key])}"
    return ""


def gpu(records: list[Record], files: list[Path]) -> str:
    """GPU에서 잰 기록들. 없으면 없다고 합니다."""
    names = [
        f"[{r.name}](#run-{r.name})"
        for r in records
        if r.card["machine"]["device_type"] != "cpu"
    ]
    names += [
        f"`{path.name}`" for path in files if "gpu" in path.stem or "cuda" in path.stem
    ]
    if names:
        return f"GPU에서 잰 기록은 {', '.join(names)}입니다."
    return (
        "**아직 재지 않았습니다.** 이 쪽의 기록은 모두 CPU에서 잰 것입니다. "
        "GPU의 수를 어림해 적지 않습니다."
    )


# ── 기록 하나 ─────────────────────────────────────────────────────────────────────────


def section(record: Record) -> str:
    """기록 하나의 제목, 카드, 곡선, 성적, 명령, 원본."""
    folder = record.folder
    parts = [
        f"(run-{record.name})=\n## {record.name}",
        box(facts(record)),
        figure(record),
        *scores(record),
        *again(record, (folder / "model.safetensors").exists()),
        originals(record),
    ]
    return "\n\n".join(parts)


def facts(record: Record) -> Iterator[tuple[str, str]]:
    """카드에 적힌 것."""
    card, result = record.card, record.card["result"]
    machine, recipe, data = card["machine"], card["preset"]["recipe"], card["data"]
    yield "배운 것", learned(card)
    processes = (
        f", 프로세스 {machine['processes']}개"
        if machine.get("processes", 1) > 1
        else ""
    )
    yield (
        "장치",
        (
            f"{machine['device']}, 코어 {machine['cores']}개, "
            f"스레드 {machine['threads']}개{processes}"
        ),
    )
    cuda = f", CUDA {machine['cuda']}" if machine.get("cuda") else ""
    yield (
        "판",
        (
            f"Python {machine['python']}, torch {machine['torch']}{cuda}, "
            f"{machine['system']}"
        ),
    )
    yield (
        "코드",
        f"커밋 `{(machine['commit'] or '없음')[:12]}`"
        + ("에서 고치던 것" if (machine["commit"] or "").endswith("+") else ""),
    )
    sizes = (
        f"{value:,}{'쌍' if 'pairs' in key else '개'}"
        for key, value in data.items()
        if "train" in key
    )
    title = (
        "내장 말뭉치"
        if data["name"] == "grammar"
        else getattr(CORPORA.get(data["name"]), "title", "")
    )
    yield (
        "자료",
        (
            f"`{data['name']}`({title}), 배운 글 {', '.join(sizes)}, "
            f"SHA-256 `{data['sha256'][:12]}…`"
        ),
    )
    yield (
        "설정",
        f"`{nearest_preset(card)[0]}`, 씨앗 {seeds(record)}, {recipe['precision']}",
    )
    yield "매개변수", f"{card['n_parameters']:,}개"
    yield "걸음과 시간", f"{result['steps']:,}걸음, {result['minutes']:,.2f}분"
    if "tokens_per_second" in result:
        yield "속도", f"{result['tokens_per_second']:,} 토큰/초"
    yield (
        "가장 많이 쓴 메모리",
        f"{result['peak_memory_gib']:.2f} GiB"
        if "peak_memory_gib" in result
        else "적지 않음",
    )
    for key, value in result.items():
        if key not in (
            "minutes",
            "steps",
            "tokens_per_second",
            "peak_memory_gib",
            "tests",
        ):
            yield NUMBERS.get(key, f"`{key}`"), number(key, value)
    yield "쓰는 곳", users(record) or "아직 없음"
    yield "알아 둘 것", card.get("note", BUSY)


def seeds(record: Record) -> str:
    """씨앗. 여러 실행을 모은 기록이면 그 씨앗들."""
    found = {row["seed"] for row in record.results.get("rows", [])}
    return ", ".join(
        map(str, sorted(found or {record.card["preset"]["recipe"]["seed"]}))
    )


def users(record: Record) -> str:
    """이 기록을 읽는 장과 쪽. 노트북의 코드에서 load_record를 찾습니다."""
    found = []
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        places = dict.fromkeys(uses(path, record.name))
        if places:
            link = f"[{int(path.name[:2])}장](../chapters/{path.name})"
            found.append(f"{link} {', '.join(places)}절")
    if shown(record):
        found.append("[어텐션 들여다보기](explorer.md)")
    return ", ".join(found)


def uses(path: Path, name: str) -> Iterator[str]:
    """노트북에서 name을 읽거나, 읽어 둔 것을 쓰는 칸이 있는 절의 번호."""
    here, kept = "", set()
    for cell in json.loads(path.read_text("utf8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            here = (re.findall(r"^## (\d+\.\d+)", text, re.M) or [here])[-1]
            continue
        loads = re.findall(r'(?:^(\w+) = )?.*?load_record\(f?"([^"]+)"', text, re.M)
        mine = {variable for variable, written in loads if named(written, name)}
        kept = (kept - {variable for variable, _ in loads}) | (mine - {""})
        if here and (
            mine or any(re.search(rf"\b{variable}\.", text) for variable in kept)
        ):
            yield here


def named(written: str, name: str) -> bool:
    """코드에 적힌 이름이 이 기록인지. 중괄호 안의 것은 무엇이든 됩니다."""
    return bool(
        re.fullmatch(r"\w+".join(map(re.escape, re.split(r"\{[^}]*\}", written))), name)
    )


def shown(record: Record) -> bool:
    """들여다보기 쪽의 모델이 이 기록의 것인지.

    걸린 분과 걸음과 매개변수의 수가 같으면 그렇습니다.
    """
    text = (ROOT / "book/_static/explorer/model/manifest.js").read_text("utf8")
    model, result = (
        json.loads(re.search(r"\{.*\}", text[text.index("manifest") :], re.S)[0]),
        record.card["result"],
    )
    same = [model["card"][key] == result[key] for key in ("minutes", "steps")]
    return all(same) and model["n_parameters"] == record.card["n_parameters"]


# ── 곡선 ──────────────────────────────────────────────────────────────────────────────


def figure(record: Record) -> str:
    """학습 곡선 하나와 설명."""
    lines = curves(record)
    note = f"{record.name}의 학습 곡선. "
    if "name" in record.history[0]:
        note += "선마다 실행 하나의 dev 손실이고, 기준은 씨앗마다 하나입니다."
    else:
        note += (
            f"점선은 학습 손실{noise(record.card['preset'])}, 실선은 dev 손실입니다."
        )
        note += " 다른 선은 견준 상대의 dev 손실입니다." * (len(lines) > 2)
    note += " 세로 눈금은 로그입니다." * is_log(lines)
    alt = f"{record.name}의 학습 곡선. " + " ".join(map(spoken, lines))
    return (
        f'<figure class="run-curve">\n{draw(lines, alt)}\n'
        f"<figcaption>{note}</figcaption>\n</figure>"
    )


def noise(preset: dict[str, Any]) -> str:
    """학습 손실에만 들어 있어 dev 손실과 그대로 견줄 수 없게 하는 것."""
    found = ["드롭아웃"] * (preset["options"].get("dropout", 0) > 0)
    found += ["스무딩"] * (preset["recipe"]["smoothing"] > 0)
    return f"({'과 '.join(found)}이 들어 있음)" if found else ""


def curves(record: Record) -> list[Line]:
    """그릴 선들. 여러 실행을 모은 기록이면 실행마다 하나입니다."""
    if "name" in record.history[0]:
        return several(record.history)
    cards = record.results.get("cards", {})
    mine = next(iter(cards), "")
    lines = [
        Line("학습 손실", points(record.history, "loss"), 1),
        Line(
            f"{mine} dev".strip() if len(cards) > 1 else "dev 손실",
            points(record.history, "dev_loss"),
            0,
        ),
    ]
    for i, (name, card) in enumerate(list(cards.items())[1:], 2):
        if any("dev_loss" in row for row in card.get("history", [])):
            lines.append(Line(f"{name} dev", points(card["history"], "dev_loss"), i))
    return lines


def several(history: list[dict]) -> list[Line]:
    """(이름, 씨앗)마다 dev 손실 하나."""
    keys = dict.fromkeys((row["name"], row["seed"]) for row in history)
    styles = {name: i for i, name in enumerate(dict.fromkeys(name for name, _ in keys))}
    lines = []
    for name, seed in keys:
        mine = [row for row in history if (row["name"], row["seed"]) == (name, seed)]
        lines.append(
            Line(CHANGES.get(name, name), points(mine, "dev_loss"), styles[name])
        )
    return lines


def points(history: list[dict], key: str) -> list[tuple[float, float]]:
    """걸음과 값."""
    return [(row["step"], row[key]) for row in history if key in row]


def spoken(line: Line) -> str:
    """선 하나를 글로."""
    (first, start), (last, end) = line.points[0], line.points[-1]
    way = (
        "내려갑니다" if end < start else "올라갑니다" if end > start else "그대로입니다"
    )
    return (
        f"{line.name}: {first:,}걸음의 {start:.2f}에서 {last:,}걸음의 {end:.2f}까지 "
        f"{way}."
    )


# ── 다시 하기와 원본 ──────────────────────────────────────────────────────────────────


def again(record: Record, with_model: bool) -> Iterator[str]:
    """다시 하는 명령. 설정이 그 뒤에 바뀌었으면 그렇게 말합니다."""
    lines = commands(record.name, record.card, record.results, with_model)
    yield "다시 하기:\n\n```bash\n" + "\n".join(lines) + "\n```"
    if changed := stale(record.card):
        names = ", ".join(f"`{name}`" for name in changed)
        yield (
            f"그 뒤에 설정이 바뀌었습니다({names}). "
            "똑같이 하려면 카드의 커밋에서 부르세요."
        )


def originals(record: Record) -> str:
    """내려받을 파일들과 펼쳐 볼 카드."""
    folder = f"../code/jumok/records/{record.name}"
    names = [
        path.name
        for path in sorted(record.folder.glob("*.json*"))
        if path.name != "tokenizer.json"
    ]
    links = ", ".join(f"{{download}}`{name} <{folder}/{name}>`" for name in names)
    card = f"```{{literalinclude}} {folder}/card.json\n:language: json\n```"
    shown = f":::{{dropdown}} {record.name}의 card.json 펼치기\n{card}\n:::"
    return f"원본: {links}\n\n{shown}"


def other(path: Path) -> str:
    """book/runs의 파일 하나."""
    run = json.loads(path.read_text("utf8"))
    key = next((key for key in OTHERS if path.stem.startswith(key)), "")
    what, page, title = OTHERS.get(key, (path.stem, "", ""))
    rows = [
        ("무엇", what + (f" ([{title}]({page}.md) 쪽)" if page else "")),
        *machine(run),
    ]
    rows += [
        ("다시 하기", f"`{remake(path, run)}`"),
        ("원본", f"{{download}}`{path.name} <runs/{path.name}>`"),
    ]
    parts = [f"### {path.name}", box(rows)]
    if path.stem.startswith("low_resource"):
        parts.append(low_resource_table(run["rows"]))
    return "\n\n".join(parts)


def low_resource_table(rows: list[dict]) -> str:
    """바꾼 것 하나마다 dev의 성적. 성적이 좋은 차례입니다."""
    lines = [
        "| 바꾼 것 | 매개변수 | dev BLEU | dev chrF | 걸음 | 분 |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        lines.append(
            f"| {low_resource_name(row['name'])} | {row['n_parameters']:,} | "
            f"{row['dev_bleu']:.2f} | {row['dev_chrf']:.2f} | {row['steps']:,} | "
            f"{row['minutes']:.1f} |"
        )
    note = "분은 다른 일과 나누어 쓴 컴퓨터에서 잰 것이라 빠르기로 읽지 않습니다."
    return "\n".join([*lines, "", note])


def low_resource_name(name: str) -> str:
    """실험의 이름("vocab 2k", "1 layer", "dropout 0.2")을 우리말로."""
    if name == "base":
        return "없음(기준)"
    words = name.split()
    kind = next((word for word in words if word in LOW_RESOURCE), None)
    if kind is None:
        return name
    words.remove(kind)
    return f"{LOW_RESOURCE[kind]} {' '.join(words).replace('k', ',000')}"


def machine(run: dict) -> Iterator[tuple[str, str]]:
    """잰 기계와 그때의 부하."""
    facts = run.get("machine")
    if isinstance(facts, str):
        yield "장치", facts
    elif facts:
        threads = f"코어 {facts['cores']}개, 스레드 {facts['threads']}개"
        yield "장치", f"{facts['cpu']}, {threads}, torch {facts['torch']}"
        if "base" in facts:
            yield (
                "설정",
                (
                    f"`{facts['preset']}`에서 하나씩, 씨앗 "
                    f"{facts['base']['recipe']['seed']}"
                ),
            )
            yield (
                "자료",
                (
                    f"`{facts['base']['corpus']}`, SHA-256 "
                    f"`{facts['corpus_sha256'][:12]}…`"
                ),
            )
        if "load" in facts:
            busy = "일하는 프로세스의 수. 스레드의 수보다 크면 바쁜 것입니다"
            yield "잴 때의 부하", f"{facts['load']:.1f} ({busy})"
    if isinstance(run.get("runs"), dict):
        loads = [load for row in run["runs"].values() for load in row.get("load", [])]
        yield (
            "잴 때의 부하",
            f"{min(loads):.1f}–{max(loads):.1f} (일하는 프로세스의 수)",
        )


def remake(path: Path, run: dict) -> str:
    """다시 재는 명령."""
    if path.stem.startswith("bench"):
        facts = run["machine"]
        words = [f"--matmul {facts['matmul']}"] * (
            facts.get("matmul", "highest") != "highest"
        )
        words += ["--keep-memory"] * bool(facts.get("allocator"))
        tasks = {row["task"] for row in run["results"]}
        words += ["--parts train"] * (tasks == {"학습 한 걸음"})
        words += [f"--pairs {facts['pairs']}"]
        return " ".join(
            ["python code/bench/run.py", *words, f"--json book/runs/{path.name}"]
        )
    if path.stem.startswith("low_resource"):
        facts, names = (
            run["machine"],
            " ".join(f'"{row["name"]}"' for row in run["rows"]),
        )
        words = f"--preset {facts['preset']} --steps {facts['base']['recipe']['steps']}"
        words += f" --threads {facts['threads']} --only {names}"
        return f"python code/bench/low_resource.py {words} --json book/runs/{path.name}"
    output = f"--json book/runs/{path.name}"
    return {
        "short_sentences": f"python code/bench/short.py {output}",
        "grading_speed": f"python code/bench/grading_speed.py {output}",
        "teaching": "python book/tools/make_teaching_page.py --run",
        "data": "python book/tools/make_data_page.py",
    }.get(path.stem, path.name)


def box(rows: Iterable[tuple[str, str]]) -> str:
    """이름과 글의 목록을 카드 하나로."""
    body = "\n\n".join(f"{name}\n: {text}" for name, text in rows)
    return f"::::{{container}} ledger-card\n{body}\n::::"


def main() -> None:
    """쪽을 다시 씁니다."""
    PAGE.write_text(render(), "utf8")
    print(f"✔ {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
