"""번역 실행 하나를 처음부터 끝까지: 자료 → 어휘 → 학습 → 평균 → 성적 → 카드."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from jumok.files import write_atomically
from jumok.text.tokenizer import Tokenizer

from .alignment import attention_error_rates
from .corpus import TranslationCorpus
from .distributed import World
from .folder import identity_of, make_tokenizer, result_facts, store_average, write_card
from .loop import train
from .metrics import corpus_scores
from .plan import announce, finer, fit_memory, out_of_memory
from .presets import Preset
from .translation import Translation
from .translator import Translator, build_model

Say = Callable[[str], None]


def run_translation(
    preset: Preset,
    corpus: TranslationCorpus,
    folder: Path,
    world: World,
    say: Say = print,
) -> dict[str, Any] | None:
    """실행 하나를 끝까지 하고 카드를 돌려줍니다. 도중에 멈추었으면 None입니다. 다시 부르면 이어 갑니다.

    메모리가 모자라면 한 걸음을 더 잘게 나누고 그렇게 말합니다. 기울기는 같습니다.
    오류: 가장 잘게 나누어도 모자랄 것 같으면 시작하지 않고 MemoryError.
    """
    texts = (text for pair in corpus.train for text in pair)
    tokenizer = make_tokenizer(texts, preset.vocab_size, folder, world)
    encoded = [encode_pairs(tokenizer, part) for part in (corpus.train, corpus.dev)]
    identity, progress = identity_of(preset, corpus.sha256), None
    while progress is None:
        torch.manual_seed(preset.recipe.seed)
        model = build_model(preset.model, tokenizer.vocab_size, preset.options)
        task = Translation(model, *encoded, preset.recipe, identity)
        preset = fit_memory(task, preset, world, say)
        if world.is_first:
            batches = task.pair_batches()
            say(
                f"자료      {corpus.name}: 학습 {len(corpus.train):,}짝, dev {len(corpus.dev):,}짝"
                f" (길어서 뺀 것 {batches.n_dropped:,}짝, 채움 {batches.padding_share():.0%})\n"
                f"{announce(task, preset, world)}"
            )
        try:
            progress = train(task, preset.recipe, folder, world)
        except RuntimeError as error:
            if world.size > 1 or not out_of_memory(error):
                raise
            preset = finer(preset, say, "메모리가 모자라 멈추었습니다.")
    if not progress.finished(preset.recipe):
        return None
    if not world.is_first:
        return {}
    store_average(folder, model, preset, {})
    result = result_facts(progress) | {"dev_loss": task.evaluate(world.device)["loss"]}
    translator = Translator.load(folder, world.device)
    result["tests"] = {
        name: score_test(translator, pairs, folder, name)
        for name, pairs in corpus.tests.items()
    }
    if corpus.aligned and translator.has_attention:
        result["alignment_error_rates"] = attention_error_rates(
            translator, corpus.aligned
        )
    data = {
        "name": corpus.name,
        "sha256": corpus.sha256,
        "train_pairs": len(corpus.train),
    }
    return write_card(folder, model, preset, world, data, result)


def encode_pairs(
    tokenizer: Tokenizer, pairs: list[tuple[str, str]]
) -> list[tuple[list[int], list[int]]]:
    """글의 짝들을 번호의 짝들로."""
    return [(tokenizer.encode(ko), tokenizer.encode(en)) for ko, en in pairs]


def score_test(
    translator: Translator, pairs: list[tuple[str, str]], folder: Path, name: str
) -> dict[str, Any]:
    """시험 자료를 풀어 성적을 매기고, 원문·참조·번역을 NAME.tsv에 적습니다."""
    started = time.monotonic()
    sources, references = zip(*pairs, strict=True)
    answers = translator.translate(sources)
    seconds = time.monotonic() - started
    rows = ("\t".join(row) for row in zip(sources, references, answers, strict=True))
    write_atomically(
        folder / f"{name}.tsv", "\n".join(["원문\t참조\t번역", *rows]) + "\n"
    )
    scores = corpus_scores(answers, references)
    return scores | {"sentences": len(pairs), "decode_seconds": round(seconds, 1)}


def summary(card: dict[str, Any]) -> str:
    """카드를 몇 줄로 줄입니다."""
    result = card["result"]
    lines = [
        f"\n걸린 시간  {result['minutes']:.1f}분, {result['tokens_per_second']:,} 토큰/초,"
        f" 가장 많이 쓴 메모리 {result['peak_memory_gib']:.2f} GiB",
    ]
    for name, x in result.items():
        if isinstance(x, float) and name not in ("minutes", "peak_memory_gib"):
            lines.append(f"{name:18} {x:.4f}")
    for name, scores in result.get("tests", {}).items():
        lines.append(
            f"{name:9} BLEU {scores['bleu']:.2f}, chrF {scores['chrf']:.2f},"
            f" 완전 일치 {scores['exact_match']:.1%} ({scores['sentences']:,}문장)\n"
            f"          {scores['bleu_signature']}"
        )
    if rates := result.get("alignment_error_rates"):
        lines.append(
            "정렬 오류율  "
            + ", ".join(f"{n}층 {rate:.3f}" for n, rate in enumerate(rates, 1))
        )
    return "\n".join(lines)
