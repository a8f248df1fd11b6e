"""GPT와 BERT를 글로 배우는 실험."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from jumok.files import file_sha256
from jumok.text import MlmBatches, TokenTable
from jumok.text.tokenizer import Tokenizer

from .corpus import TextCorpus
from .distributed import World
from .estimate import n_parameters
from .experiment import Card, Experiment, Say, held_out_scores, run_experiment
from .folder import identity_of, make_tokenizer
from .language import LanguageModel, MaskedLanguageModel
from .mixing import budget_facts
from .models import build_model
from .ngram import KneserNey, ngram_bits_per_character
from .presets import Preset
from .state import Progress
from .token_cache import token_table

N_DEV = 1000  # 학습하는 사이에 보는 dev 글의 수


def run_gpt(
    preset: Preset, corpus: TextCorpus, folder: Path, world: World, say: Say = print
) -> Card | None:
    """GPT를 배우고, 떼어 둔 글의 글자당 비트를 5-gram 기준선과 견줍니다.

    멈추었으면 None입니다.
    """
    tokenizer = make_tokenizer(corpus.train, preset.vocab_size, folder, world)
    tokens = token_table(tokenizer, corpus.train, cut_file(folder, corpus), world)
    identity = identity_of(preset, corpus.sha256)

    def build() -> LanguageModel:
        model = build_model("gpt", tokenizer.vocab_size, preset.options)
        dev = readable(tokenizer, corpus.dev[:N_DEV], model.config.max_len)
        return LanguageModel(
            model, tokens, dev, preset.recipe, preset.seq_len, identity
        )

    def evaluate(task: LanguageModel) -> dict[str, Any]:
        limit = task.model.config.max_len
        test = readable(tokenizer, corpus.test, limit)
        scores = held_out_scores(task, test, world.device)
        # 기준선도 GPT가 읽은 글만 읽습니다.
        same = [text for text in corpus.test if len(tokenizer.encode(text)) < limit]
        bits = ngram_bits_per_character(KneserNey(corpus.train), same)
        return scores | {"test_ngram_bits_per_character": bits}

    experiment = Experiment(
        build, evaluate, _data(corpus), _run(tokenizer), count=count_budget
    )
    return run_experiment(experiment, preset, folder, world, say)


def cut_file(folder: Path, corpus: TextCorpus) -> Path:
    """잘라 둔 글의 자리. 자료나 토크나이저가 다르면 이름이 다릅니다."""
    tokenizer = file_sha256(folder / "tokenizer.json")
    return folder / f"tokens-{corpus.sha256[:12]}-{tokenizer[:12]}.bin"


def run_bert(
    preset: Preset, corpus: TextCorpus, folder: Path, world: World, say: Say = print
) -> Card | None:
    """BERT를 가린 토큰 맞히기로 사전 학습합니다. 멈추었으면 None입니다."""
    tokenizer = make_tokenizer(corpus.train, preset.vocab_size, folder, world)
    identity = identity_of(preset, corpus.sha256)
    masked = masked_batches(tokenizer, preset)
    train, dev, test = (
        table_of(tokenizer, texts)
        for texts in (corpus.train, corpus.dev[:N_DEV], corpus.test[:N_DEV])
    )

    def build() -> MaskedLanguageModel:
        model = build_model("bert", tokenizer.vocab_size, preset.options)
        return MaskedLanguageModel(model, partial(masked, train), masked(dev), identity)

    def evaluate(task: MaskedLanguageModel) -> dict[str, Any]:
        return held_out_scores(task, masked(test), world.device)

    experiment = Experiment(build, evaluate, _data(corpus), _run(tokenizer))
    return run_experiment(experiment, preset, folder, world, say)


def count_budget(task: LanguageModel, progress: Progress) -> dict[str, float]:
    """배운 계산량(6ND)과 매개변수마다 읽은 토큰 수."""
    return budget_facts(n_parameters(task.model), progress.n_tokens)


def readable(
    tokenizer: Tokenizer, texts: Sequence[str], max_len: int
) -> list[tuple[list[int], int]]:
    """모델이 한 번에 읽을 수 있는 글들의 (번호, 글자 수)."""
    rows = ((tokenizer.encode(text), len(text)) for text in texts)
    return [(ids, n) for ids, n in rows if len(ids) < max_len]


def table_of(tokenizer: Tokenizer, texts: Sequence[str]) -> TokenTable:
    """글들의 번호. 빈 글은 뺍니다."""
    return TokenTable.from_rows(ids for ids in map(tokenizer.encode, texts) if ids)


def masked_batches(tokenizer: Tokenizer, preset: Preset) -> Callable[..., MlmBatches]:
    """(글, rank, world)를 받아 토큰을 가린 배치들을 만드는 함수."""
    recipe = preset.recipe

    def make(table: TokenTable, rank: int = 0, world: int = 1) -> MlmBatches:
        return MlmBatches(
            table,
            recipe.max_tokens,
            tokenizer.vocab_size,
            seed=recipe.seed,
            rank=rank,
            world=world,
            # 어느 프로세스도 빈손이 되지 않게 합니다.
            min_rows=max(8, 2 * world),
            max_len=preset.seq_len,
            starts_word=tokenizer.starts_word,
            round_to=recipe.round_to if recipe.round_to > 1 else None,
        )

    return make


def _data(corpus: TextCorpus) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "sha256": corpus.sha256,
        "train_texts": len(corpus.train),
    }


def _run(tokenizer: Tokenizer) -> dict[str, int]:
    return {"vocab_size": tokenizer.vocab_size}
