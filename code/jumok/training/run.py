"""번역 실행 하나를 처음부터 끝까지: 자료 → 어휘 → 학습 → 평균 → 성적 → 카드."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from jumok.files import file_sha256, replacing, write_atomically
from jumok.text import LibraryBpe, load_tokenizer
from jumok.text.tokenizer import Tokenizer

from .card import machine_facts, peak_memory
from .checkpoint import average, checkpoints, load_model, model_tensors
from .corpus import TranslationCorpus
from .distributed import World
from .estimate import (
    USED_SHARE,
    Estimate,
    free_memory,
    matmul_speed,
    memory_bytes,
    n_parameters,
    step_flops,
)
from .loop import DTYPES, train
from .metrics import corpus_scores
from .presets import TranslationPreset
from .translation import Translation
from .translator import Translator, build_model

Say = Callable[[str], None]


def run_translation(
    preset: TranslationPreset, corpus: TranslationCorpus, folder: Path, world: World, say: Say = print
) -> dict[str, Any] | None:
    """실행 하나를 끝까지 하고 카드를 돌려줍니다. 도중에 멈추었으면 None입니다. 다시 부르면 이어 갑니다.

    오류: 메모리가 모자랄 것 같으면 시작하지 않고 MemoryError.
    """
    recipe = preset.recipe
    tokenizer = make_tokenizer(corpus, preset.vocab_size, folder, world)
    torch.manual_seed(recipe.seed)
    model = build_model(preset.model, tokenizer.vocab_size, preset.options)
    encoded = {name: encode_pairs(tokenizer, part) for name, part in (("t", corpus.train), ("d", corpus.dev))}
    identity = {"model": preset.model, "options": preset.options, "data": corpus.sha256}
    identity["recipe"] = {k: v for k, v in asdict(recipe).items() if k not in ("steps", "keep", "patience")}
    identity = json.loads(json.dumps(identity))
    task = Translation(model, encoded["t"], encoded["d"], recipe, identity)
    if world.is_first:
        say(announce(task, preset, corpus, world))
    progress = train(task, recipe, folder, world)
    if not progress.finished(recipe):
        return None
    facts = {
        "minutes": round(progress.seconds / 60, 2),
        "steps": progress.step,
        "tokens_per_second": round(progress.n_tokens / progress.seconds),
        "best_dev_loss": progress.best,
    }
    return finish(task, preset, corpus, folder, world, facts) if world.is_first else {}


def make_tokenizer(corpus: TranslationCorpus, vocab_size: int, folder: Path, world: World) -> Tokenizer:
    """두 언어가 함께 쓰는 BPE를 학습 자료에서 배워 folder에 둡니다. 이미 있으면 그것을 읽습니다."""
    path = folder / "tokenizer.json"
    if world.is_first and not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        LibraryBpe.from_texts((text for pair in corpus.train for text in pair), vocab_size).save(path)
    world.wait()
    return LibraryBpe.of(load_tokenizer(path))


def encode_pairs(tokenizer: Tokenizer, pairs: list[tuple[str, str]]) -> list[tuple[list[int], list[int]]]:
    """글의 짝들을 번호의 짝들로."""
    return [(tokenizer.encode(ko), tokenizer.encode(en)) for ko, en in pairs]


def predict(task: Translation, preset: TranslationPreset, world: World) -> Estimate:
    """메모리와 시간을 어림합니다. 행렬 곱의 속도는 이 자리에서 잽니다."""
    recipe, device = preset.recipe, world.device
    batch = next(task.batches(0, 0, World(device)))
    n_src, n_tgt, length = batch[0].numel(), batch[1].numel(), batch[0].size(1)
    flops = step_flops(task.model, n_src, n_tgt, length)
    dtype = DTYPES.get(recipe.precision, torch.float32)
    speed = matmul_speed(device, dtype) * USED_SHARE[device.type]
    piece = recipe.max_tokens // (recipe.accumulate * world.size)
    need = memory_bytes(task.model, 2 * piece, task.model.config.tgt_vocab_size, dtype != torch.float32)
    return Estimate(n_parameters(task.model), need, flops, recipe.steps * flops / speed / world.size)


def announce(task: Translation, preset: TranslationPreset, corpus: TranslationCorpus, world: World) -> str:
    """시작하기 전에 보여 줄 글. 오류: 메모리가 모자랄 것 같으면 MemoryError."""
    guess, free = predict(task, preset, world), free_memory(world.device)
    if free is not None and guess.bytes > free:
        raise MemoryError(
            f"메모리가 {guess.bytes / 2**30:.1f} GiB쯤 필요한데 {free / 2**30:.1f} GiB만 남았습니다. "
            "--max-tokens를 줄이거나 --accumulate를 늘리세요. 다른 프로그램을 닫는 것도 방법입니다."
        )
    machine = machine_facts(world.device)
    batches = task.pair_batches()
    room = f"{free / 2**30:.1f} GiB 남음" if free is not None else "남은 크기는 알 수 없음"
    return (
        f"장치      {machine['device']} × {world.size}, torch {machine['torch']}, {preset.recipe.precision}\n"
        f"자료      {corpus.name}: 학습 {len(corpus.train):,}짝, dev {len(corpus.dev):,}짝"
        f" (길어서 뺀 것 {batches.n_dropped:,}짝, 채움 {batches.padding_share():.0%})\n"
        f"모델      {preset.model}, 매개변수 {guess.n_parameters:,}개\n"
        f"어림      {guess.seconds / 60:.1f}분, 메모리 {guess.bytes / 2**30:.2f} GiB ({room})"
    )


def finish(
    task: Translation,
    preset: TranslationPreset,
    corpus: TranslationCorpus,
    folder: Path,
    world: World,
    facts: dict[str, Any],
) -> dict[str, Any]:
    """마지막 체크포인트들을 평균해 저장하고, 시험 자료를 풀어 카드를 씁니다."""
    load_model(task.model, average(checkpoints(folder)[-preset.average :]))
    task.model.eval()
    with replacing(folder / "model.safetensors") as temporary:
        tensors = {name: x.detach().cpu().contiguous() for name, x in model_tensors(task.model).items()}
        save_file(tensors, temporary)
    run = {"model": preset.model, "options": preset.options, "corpus": corpus.name}
    run["tokenizer_sha256"] = file_sha256(folder / "tokenizer.json")
    write_json(folder / "run.json", run)
    facts["dev_loss"] = task.evaluate(world.device)["loss"]
    facts["peak_memory_gib"] = round(peak_memory(world.device) / 2**30, 2)
    translator = Translator.load(folder, world.device)
    facts["tests"] = {
        name: score_test(translator, pairs, folder, name) for name, pairs in corpus.tests.items()
    }
    card = {
        "machine": machine_facts(world.device) | {"processes": world.size},
        "data": {"name": corpus.name, "sha256": corpus.sha256, "train_pairs": len(corpus.train)},
        "preset": json.loads(json.dumps(asdict(preset))),
        "n_parameters": n_parameters(task.model),
        "result": facts,
    }
    write_json(folder / "card.json", card)
    return card


def score_test(
    translator: Translator, pairs: list[tuple[str, str]], folder: Path, name: str
) -> dict[str, Any]:
    """시험 자료를 풀어 성적을 매기고, 원문·참조·번역을 NAME.tsv에 적습니다."""
    started = time.monotonic()
    sources, references = zip(*pairs, strict=True)
    answers = translator.translate(sources)
    seconds = time.monotonic() - started
    rows = ("\t".join(row) for row in zip(sources, references, answers, strict=True))
    write_atomically(folder / f"{name}.tsv", "\n".join(["원문\t참조\t번역", *rows]) + "\n")
    scores = corpus_scores(answers, references)
    return scores | {"sentences": len(pairs), "decode_seconds": round(seconds, 1)}


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """들여 쓴 JSON으로 씁니다."""
    write_atomically(path, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")


def summary(card: dict[str, Any]) -> str:
    """카드를 몇 줄로 줄입니다."""
    result = card["result"]
    lines = [
        f"\n걸린 시간  {result['minutes']:.1f}분, {result['tokens_per_second']:,} 토큰/초,"
        f" 가장 많이 쓴 메모리 {result['peak_memory_gib']:.2f} GiB",
        f"dev       손실 {result['dev_loss']:.3f}(평균한 가중치)",
    ]
    for name, scores in result["tests"].items():
        lines.append(
            f"{name:9} BLEU {scores['bleu']:.2f}, chrF {scores['chrf']:.2f},"
            f" 완전 일치 {scores['exact_match']:.1%} ({scores['sentences']:,}문장)"
        )
    return "\n".join([*lines, f"          {next(iter(result['tests'].values()))['bleu_signature']}"])
