"""번역을 배우는 실험: 자료에서 어휘와 일을 만들고, 시험 자료를 옮겨 성적을 매깁니다."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from jumok.files import write_atomically
from jumok.text.tokenizer import Tokenizer

from .alignment import attention_error_rates
from .corpus import TranslationCorpus
from .distributed import World
from .experiment import Card, Experiment, Say, run_experiment
from .folder import identity_of, make_tokenizer
from .metrics import corpus_scores
from .models import build_model
from .presets import Preset
from .trained import Trained
from .translating import has_attention, translate
from .translation import Translation

TextPair = tuple[str, str]


def run_translation(
    preset: Preset,
    corpus: TranslationCorpus,
    folder: Path,
    world: World,
    say: Say = print,
) -> Card | None:
    """번역을 배우고 카드를 돌려줍니다.

    도중에 멈추었으면 None이고, 다시 부르면 이어 갑니다.
    메모리가 모자라면 한 걸음을 더 잘게 나누고 그렇게 말합니다. 기울기는 같습니다.
    오류: 가장 잘게 나누어도 모자랄 것 같으면 시작하지 않고 MemoryError.
    """
    texts = (text for pair in corpus.train for text in pair)
    tokenizer = make_tokenizer(texts, preset.vocab_size, folder, world)
    train, dev = (encode_pairs(tokenizer, part) for part in (corpus.train, corpus.dev))
    identity = identity_of(preset, corpus.sha256)

    def build() -> Translation:
        model = build_model(preset.model, tokenizer.vocab_size, preset.options)
        return Translation(model, train, dev, preset.recipe, identity)

    def introduce(task: Translation) -> str:
        batches = task.pair_batches()
        return (
            f"자료      {corpus.name}: 학습 {len(corpus.train):,}짝, "
            f"dev {len(corpus.dev):,}짝 (길어서 뺀 것 {batches.n_dropped:,}짝, "
            f"채움 {batches.padding_share():.0%})\n"
        )

    def evaluate(task: Translation) -> dict[str, Any]:
        trained = Trained(task.model, tokenizer, world.device)
        dev_loss = task.evaluate(world.device)["loss"]
        return {"dev_loss": dev_loss} | score_corpus(trained, corpus, folder)

    data = {
        "name": corpus.name,
        "sha256": corpus.sha256,
        "train_pairs": len(corpus.train),
    }
    experiment = Experiment(build, evaluate, data, introduce=introduce)
    return run_experiment(experiment, preset, folder, world, say)


def encode_pairs(
    tokenizer: Tokenizer, pairs: Sequence[TextPair]
) -> list[tuple[list[int], list[int]]]:
    """글의 짝들을 번호의 짝들로."""
    return [(tokenizer.encode(ko), tokenizer.encode(en)) for ko, en in pairs]


def score_corpus(
    trained: Trained, corpus: TranslationCorpus, folder: Path
) -> dict[str, Any]:
    """시험 자료마다의 성적과, 정답 정렬이 있으면 층마다의 정렬 오류율."""
    scores: dict[str, Any] = {
        "tests": {
            name: score_test(partial(translate, trained), pairs, folder, name)
            for name, pairs in corpus.tests.items()
        }
    }
    if corpus.aligned and has_attention(trained.model):
        rates = attention_error_rates(trained, corpus.aligned)
        scores["alignment_error_rates"] = rates
    return scores


def score_test(
    translate: Callable[[Sequence[str]], list[str]],
    pairs: Sequence[TextPair],
    folder: Path,
    name: str,
) -> dict[str, Any]:
    """시험 자료를 옮겨 성적을 매기고, 원문·참조·번역을 NAME.tsv에 적습니다."""
    sources, references = zip(*pairs, strict=True)
    started = time.monotonic()
    answers = translate(sources)
    seconds = time.monotonic() - started
    rows = zip(sources, references, answers, strict=True)
    lines = ["원문\t참조\t번역", *("\t".join(row) for row in rows)]
    write_atomically(folder / f"{name}.tsv", "\n".join(lines) + "\n")
    scores = corpus_scores(answers, references)
    return scores | {"sentences": len(pairs), "decode_seconds": round(seconds, 1)}
