"""Hugging Face Marian을 우리 설정의 자료, 배치, 걸음, 학습률로 처음부터 학습해 우리 것과 견줍니다.

    python code/bench/marian_twin.py --preset docs-cpu --output runs/marian --like runs/translation-docs-cpu

크기, 드롭아웃의 자리, 손실, 배치의 차례가 같습니다. 첫 가중치는 Marian의 방식이고,
빔 서치는 Marian의 generate를 씁니다. --like의 실행 폴더에 든 어휘를 그대로 씁니다.
멈추었다가 같은 명령을 다시 부르면 이어 갑니다.
"""

import argparse
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import transformers
from models import BOS, EOS, PAD, Size, marian_model
from torch import Tensor, nn

from jumok.files import write_atomically
from jumok.training.checkpoint import average, checkpoints, load_model
from jumok.training.corpus import load_corpus
from jumok.training.devices import pick_device
from jumok.training.distributed import World
from jumok.training.folder import identity_of, make_tokenizer, result_facts, write_card
from jumok.training.loop import train
from jumok.training.metrics import corpus_scores
from jumok.training.presets import find_preset
from jumok.training.run import encode_pairs
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
    corpus, world = load_corpus(preset.corpus), World(pick_device(args.device))
    args.output.mkdir(parents=True, exist_ok=True)
    shutil.copy(args.like / "tokenizer.json", args.output / "tokenizer.json")
    tokenizer = make_tokenizer((), preset.vocab_size, args.output, world)
    o = preset.options
    size = Size(
        o["d_model"], o["n_layers"], o["n_heads"], o["d_ff"], tokenizer.vocab_size
    )
    torch.manual_seed(preset.recipe.seed)
    model = Marian(size, o["max_len"], o["dropout"])
    encoded = [encode_pairs(tokenizer, part) for part in (corpus.train, corpus.dev)]
    identity = identity_of(preset, corpus.sha256) | {"model": "marian"}
    task = Translation(model, *encoded, preset.recipe, identity)
    progress = train(task, preset.recipe, args.output, world)
    if not progress.finished(preset.recipe):
        raise SystemExit("멈추었습니다. 같은 명령을 다시 부르면 이어 갑니다.")
    load_model(model, average(checkpoints(args.output)[-preset.average :]))
    model.eval()
    result = result_facts(progress) | {"dev_loss": task.evaluate(world.device)["loss"]}
    result["tests"] = {
        name: score(model, tokenizer, pairs, args.output / f"{name}.tsv", world.device)
        for name, pairs in corpus.tests.items()
    }
    result["transformers"] = transformers.__version__
    data = {
        "name": corpus.name,
        "sha256": corpus.sha256,
        "train_pairs": len(corpus.train),
    }
    card = write_card(
        args.output, model, preset.changed(model="marian"), world, data, result
    )
    print(card["n_parameters"], card["result"])


def score(model: Marian, tokenizer, pairs, path: Path, device: torch.device) -> dict:
    """시험 자료를 길이가 비슷한 것끼리 모아 풀고 성적을 매깁니다."""
    started = time.monotonic()
    sources, references = zip(*pairs, strict=True)
    rows, answers = [tokenizer.encode(text) for text in sources], [""] * len(sources)
    for group in similar_lengths(rows, 2048):
        found = model.decode_ids(pad([rows[i] for i in group]).to(device))
        for i, ids in zip(group, found, strict=True):
            answers[i] = tokenizer.decode(ids)
    seconds = time.monotonic() - started
    lines = ("\t".join(row) for row in zip(sources, references, answers, strict=True))
    write_atomically(path, "\n".join(["원문\t참조\t번역", *lines]) + "\n")
    scores = corpus_scores(answers, references)
    return scores | {"sentences": len(pairs), "decode_seconds": round(seconds, 1)}


if __name__ == "__main__":
    main()
