"""Hugging Face Marian을 우리 설정으로 처음부터 학습해 우리 것과 견줍니다.

    python code/bench/marian_twin.py --preset docs-cpu --output runs/marian \\
        --like runs/translation-docs-cpu

자료, 배치와 그 차례, 걸음, 학습률이 우리 것이고, 크기와 드롭아웃의 자리와 손실도
같습니다. 첫 가중치는 Marian의 방식이고, 빔 서치는 Marian의 generate를 씁니다.
--like의 실행 폴더에 든 어휘를 그대로 씁니다.
멈추었다가 같은 명령을 다시 부르면 이어 갑니다.
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from models import BOS, EOS, PAD, Size, marian_model
from torch import Tensor, nn

from jumok.text.tokenizer import Tokenizer
from jumok.training.corpus import TranslationCorpus, load_corpus
from jumok.training.devices import pick_device
from jumok.training.distributed import World
from jumok.training.experiment import Experiment, run_experiment
from jumok.training.folder import identity_of, make_tokenizer
from jumok.training.presets import Preset, find_preset
from jumok.training.run import encode_pairs, score_test
from jumok.training.translating import EXTRA_TOKENS, pad, similar_lengths
from jumok.training.translation import Translation

BEAM, LENGTH_PENALTY = 4, 0.6


@dataclass(frozen=True)
class Shape:
    """학습 고리와 카드가 묻는 크기들."""

    d_model: int
    n_layers: int
    d_ff: int
    tgt_vocab_size: int
    max_len: int


class Marian(nn.Module):
    """Marian을 우리 모델처럼 부릅니다: src (B, S), tgt (B, T) → 로짓 (B, T, V)."""

    def __init__(self, size: Size, max_len: int, dropout: float) -> None:
        super().__init__()
        self.config = Shape(
            size.d_model, size.n_layers, size.d_ff, size.vocab_size, max_len
        )
        self.body = marian_model(size, dropout=dropout)
        for module in self.body.modules():
            # 배우지 않는 위치의 표는 매개변수로 세지 않습니다.
            if isinstance(module, nn.Embedding) and not module.weight.requires_grad:
                table = module._parameters.pop("weight").data
                module.register_buffer("weight", table, persistent=False)

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        masks = {"attention_mask": src != PAD, "decoder_attention_mask": tgt != PAD}
        return self.body(
            input_ids=src, decoder_input_ids=tgt, use_cache=False, **masks
        ).logits

    @property
    def device(self) -> torch.device:
        """가중치가 있는 장치."""
        return self.body.device

    @torch.no_grad()
    def decode_ids(self, src: Tensor) -> list[list[int]]:
        """빔 서치로 풀고 특별한 토큰을 뺍니다."""
        limit = min(src.size(1) + EXTRA_TOKENS, self.config.max_len)
        found = self.body.generate(
            input_ids=src,
            attention_mask=src != PAD,
            num_beams=BEAM,
            length_penalty=LENGTH_PENALTY,
            max_new_tokens=limit,
            early_stopping=True,
            eos_token_id=EOS,
            pad_token_id=PAD,
            decoder_start_token_id=BOS,
        )
        return [[i for i in row if i not in (PAD, BOS, EOS)] for row in found.tolist()]


def main(words: list[str] | None = None) -> None:
    """인자를 읽고, 학습하고, 시험을 풀고, 카드를 씁니다."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", default="docs-cpu")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument(
        "--like", type=Path, required=True, help="어휘를 가져올 우리 실행 폴더"
    )
    parser.add_argument("--output", type=Path, default=Path("runs/marian"))
    parser.add_argument("--device")
    parser.add_argument("--threads", type=int)
    args = parser.parse_args(words)
    if args.threads:
        torch.set_num_threads(args.threads)
    transformers.logging.set_verbosity_error()
    preset = find_preset("translation", args.preset).changed(
        steps=args.steps, seed=args.seed
    )
    corpus = load_corpus(preset.corpus)
    world = World(pick_device(args.device))
    args.output.mkdir(parents=True, exist_ok=True)
    shutil.copy(args.like / "tokenizer.json", args.output / "tokenizer.json")
    tokenizer = make_tokenizer((), preset.vocab_size, args.output, world)
    preset = preset.changed(model="marian")
    experiment = marian_experiment(preset, corpus, tokenizer, args.output, world)
    card = run_experiment(experiment, preset, args.output, world)
    if card is None:
        raise SystemExit("멈추었습니다. 같은 명령을 다시 부르면 이어 갑니다.")
    print(card["n_parameters"], card["result"])


def marian_experiment(
    preset: Preset,
    corpus: TranslationCorpus,
    tokenizer: Tokenizer,
    folder: Path,
    world: World,
) -> Experiment:
    """우리 설정의 자료와 학습법으로 Marian을 배우는 실험."""
    train, dev = (encode_pairs(tokenizer, part) for part in (corpus.train, corpus.dev))
    identity = identity_of(preset, corpus.sha256)
    options = preset.options
    size = Size(
        d_model=options["d_model"],
        n_layers=options["n_layers"],
        n_heads=options["n_heads"],
        d_ff=options["d_ff"],
        vocab_size=tokenizer.vocab_size,
    )

    def build() -> Translation:
        model = Marian(size, options["max_len"], options["dropout"])
        return Translation(model, train, dev, preset.recipe, identity)

    def evaluate(task: Translation) -> dict[str, Any]:
        tests = {
            name: score(task.model, tokenizer, pairs, folder, name)
            for name, pairs in corpus.tests.items()
        }
        return {
            "dev_loss": task.evaluate(world.device)["loss"],
            "tests": tests,
            "transformers": transformers.__version__,
        }

    data = {
        "name": corpus.name,
        "sha256": corpus.sha256,
        "train_pairs": len(corpus.train),
    }
    return Experiment(build, evaluate, data)


def score(
    model: Marian,
    tokenizer: Tokenizer,
    pairs: Sequence[tuple[str, str]],
    folder: Path,
    name: str,
) -> dict[str, Any]:
    """시험 자료를 길이가 비슷한 것끼리 모아 풀고 성적을 매깁니다."""

    def translate(sources: Sequence[str]) -> list[str]:
        rows = [tokenizer.encode(text) for text in sources]
        answers = [""] * len(rows)
        for group in similar_lengths(rows, 2048):
            src = pad([rows[i] for i in group]).to(model.device)
            for i, ids in zip(group, model.decode_ids(src), strict=True):
                answers[i] = tokenizer.decode(ids)
        return answers

    return score_test(translate, pairs, folder, name)


if __name__ == "__main__":
    main()
