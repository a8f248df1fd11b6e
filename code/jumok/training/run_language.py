"""GPT와 BERT를 글로 배우는 실행."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch

from jumok.decode import sample
from jumok.model import BertConfig, BertForPretraining, Gpt, GptConfig
from jumok.text import EOS_ID, MlmBatches, TokenTable
from jumok.text.corpora import corpus_info, load_texts
from jumok.text.tokenizer import Tokenizer

from .corpus import load_corpus, pairs_sha256
from .distributed import World
from .estimate import n_parameters
from .folder import (
    identity_of,
    make_tokenizer,
    read_model,
    read_run,
    read_tokenizer,
    result_facts,
    store_average,
    write_card,
)
from .language import LanguageModel, MaskedLanguageModel
from .loop import train
from .metrics import bits_per_character
from .mixing import budget_facts
from .ngram import KneserNey, ngram_bits_per_character
from .plan import announce
from .presets import Preset
from .token_cache import token_table

Say = Callable[[str], None]
N_DEV = 1000  # 학습하는 사이에 보는 dev 글의 수


@dataclass(frozen=True)
class TextCorpus:
    """배울 글, 고를 때 볼 글, 마지막에 볼 글과 해시."""

    name: str
    sha256: str
    train: list[str]
    dev: list[str]
    test: list[str]


def load_text_corpus(name: str, cache: Path | None = None) -> TextCorpus:
    """글 자료를 읽습니다. grammar는 한국어 쪽만 씁니다. 오류: 모르는 이름은 ValueError."""
    if name == "grammar":
        made = load_corpus(name)
        parts = [
            [ko for ko, _ in part]
            for part in (made.train, made.dev, made.tests["test"])
        ]
        return TextCorpus(name, pairs_sha256((t, "") for t in chain(*parts)), *parts)
    if name != "nsmc-raw":
        raise ValueError(
            f"글 자료 '{name}'은(는) 없습니다. 쓸 수 있는 것: grammar, nsmc-raw"
        )
    parts = [
        list(chain.from_iterable(load_texts(name, split, cache)))
        for split in ("train", "dev", "test")
    ]
    return TextCorpus(name, corpus_info(name, cache)["sha256"], *parts)


def run_gpt(
    preset: Preset, corpus: TextCorpus, folder: Path, world: World, say: Say = print
) -> dict[str, Any] | None:
    """GPT를 배우고, 떼어 둔 글의 글자당 비트를 5-gram 기준선과 견줍니다. 멈추었으면 None입니다."""
    tokenizer = make_tokenizer(corpus.train, preset.vocab_size, folder, world)
    torch.manual_seed(preset.recipe.seed)
    model = Gpt(GptConfig(vocab_size=tokenizer.vocab_size, **preset.options))
    path = folder / f"tokens-{corpus.sha256[:12]}.bin"
    tokens = token_table(tokenizer, corpus.train, path, world)
    limit = model.config.max_len
    held_out = [
        _short(tokenizer, part, limit) for part in (corpus.dev[:N_DEV], corpus.test)
    ]
    identity = identity_of(preset, corpus.sha256)
    task = LanguageModel(
        model, tokens, held_out[0], preset.recipe, preset.seq_len, identity
    )
    progress = _train(task, preset, folder, world, say)
    if progress is None or not world.is_first:
        return progress and {}
    store_average(folder, model, preset, {"vocab_size": tokenizer.vocab_size})
    task.dev = held_out[1]
    result = result_facts(progress) | {
        f"test_{k}": x for k, x in task.evaluate(world.device).items()
    }
    result |= budget_facts(n_parameters(model), progress.n_tokens)
    same = [
        text for text in corpus.test if len(tokenizer.encode(text)) < limit
    ]  # GPT가 읽은 글만
    result["test_ngram_bits_per_character"] = ngram_bits_per_character(
        KneserNey(corpus.train), same
    )
    return write_card(folder, model, preset, world, _facts(corpus), result)


def run_bert(
    preset: Preset, corpus: TextCorpus, folder: Path, world: World, say: Say = print
) -> dict[str, Any] | None:
    """BERT를 가린 토큰 맞히기로 사전 학습합니다. 멈추었으면 None입니다."""
    tokenizer = make_tokenizer(corpus.train, preset.vocab_size, folder, world)
    torch.manual_seed(preset.recipe.seed)
    model = BertForPretraining(
        BertConfig(vocab_size=tokenizer.vocab_size, **preset.options)
    )
    make = partial(_masked, tokenizer, preset)
    train_part, dev, test = map(
        partial(_ids, tokenizer),
        (corpus.train, corpus.dev[:N_DEV], corpus.test[:N_DEV]),
    )
    identity = identity_of(preset, corpus.sha256)
    task = MaskedLanguageModel(
        model, partial(make, train_part), make(dev, 0, 1), identity
    )
    progress = _train(task, preset, folder, world, say)
    if progress is None or not world.is_first:
        return progress and {}
    store_average(folder, model, preset, {"vocab_size": tokenizer.vocab_size})
    task.dev = make(test, 0, 1)
    result = result_facts(progress) | {
        f"test_{k}": x for k, x in task.evaluate(world.device).items()
    }
    return write_card(folder, model, preset, world, _facts(corpus), result)


def _train(task: Any, preset: Preset, folder: Path, world: World, say: Say) -> Any:
    if world.is_first:
        say(announce(task, preset, world))
    progress = train(task, preset.recipe, folder, world)
    return progress if progress.finished(preset.recipe) else None


def _facts(corpus: TextCorpus) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "sha256": corpus.sha256,
        "train_texts": len(corpus.train),
    }


def _short(
    tokenizer: Tokenizer, texts: list[str], max_len: int
) -> list[tuple[list[int], int]]:
    """모델이 한 번에 읽을 수 있는 글들의 (번호, 글자 수)."""
    rows = ((tokenizer.encode(text), len(text)) for text in texts)
    return [(ids, n) for ids, n in rows if len(ids) < max_len]


def _ids(tokenizer: Tokenizer, texts: list[str]) -> TokenTable:
    return TokenTable.from_rows(ids for ids in map(tokenizer.encode, texts) if ids)


def _masked(
    tokenizer: Tokenizer, preset: Preset, table: TokenTable, rank: int, size: int
) -> MlmBatches:
    recipe = preset.recipe
    return MlmBatches(
        table,
        recipe.max_tokens,
        tokenizer.vocab_size,
        seed=recipe.seed,
        rank=rank,
        world=size,
        min_rows=max(8, 2 * size),
        max_len=preset.seq_len,
        starts_word=tokenizer.starts_word,
        round_to=recipe.round_to if recipe.round_to > 1 else None,
    )


@dataclass
class Writer:
    """배운 GPT: 글의 뒤를 이어 씁니다."""

    model: Gpt
    tokenizer: Tokenizer
    device: torch.device

    @classmethod
    def load(cls, folder: Path, device: torch.device | None = None) -> "Writer":
        """실행 폴더에서 되살립니다. 오류: 끝까지 학습한 GPT의 폴더가 아니면 BadCheckpoint."""
        facts = read_run(folder, ("gpt",))
        model = Gpt(GptConfig(vocab_size=facts["vocab_size"], **facts["options"]))
        device = device or torch.device("cpu")
        return cls(read_model(folder, model).to(device), read_tokenizer(folder), device)

    def write(
        self, prompt: str, n: int = 1, max_tokens: int = 64, **how: Any
    ) -> Iterator[str]:
        """prompt의 뒤를 n번 이어 쓴 글들. how는 `sample`의 temperature, top_k, top_p, generator입니다.

        오류: 모델이 읽을 수 없이 긴 prompt나 1보다 작은 n은 ValueError.
        """
        ids = [EOS_ID, *self.tokenizer.encode(prompt)]
        room = self.model.config.max_len - len(ids)
        if n < 1 or room < 1:
            raise ValueError(
                f"n은 1 이상이고 글은 {self.model.config.max_len - 2}토큰 이하여야 합니다. "
                f"받은 값은 n={n}, {len(ids) - 1}토큰입니다."
            )
        start = torch.tensor([ids] * n, device=self.device)
        rows = sample(self.model, start, min(max_tokens, room), eos_id=EOS_ID, **how)
        for row in rows.tolist():
            yield prompt + self.tokenizer.decode(row)

    def bits_per_character(self, texts: list[str]) -> float:
        """글들의 글자당 비트. 모델이 한 번에 읽을 수 없이 긴 글은 뺍니다."""
        from .language import text_nats

        kept = _short(self.tokenizer, texts, self.model.config.max_len)
        nats = text_nats(self.model, [ids for ids, _ in kept], self.device)
        return bits_per_character(nats, int(np.sum([n for _, n in kept])))
