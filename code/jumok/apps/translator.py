"""배운 번역기: 실행 폴더에서 되살려 문장을 옮깁니다."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from jumok.decode import beam, greedy
from jumok.model import (
    RnnConfig,
    RnnSeq2Seq,
    Transformer,
    TransformerConfig,
    attention_maps,
)
from jumok.text import BOS_ID, EOS_ID, PAD_ID
from jumok.text.tokenizer import Tokenizer

from .checkpoint import BadCheckpoint
from .folder import read_model, read_run, read_tokenizer

EXTRA_TOKENS = 50  # 번역은 원문보다 50토큰까지 길 수 있습니다(논문 6.1절).
MODELS = {
    "transformer": (TransformerConfig, Transformer),
    "rnn": (RnnConfig, RnnSeq2Seq),
}


def build_model(kind: str, vocab_size: int, options: dict) -> Transformer | RnnSeq2Seq:
    """이름과 설정으로 모델을 만듭니다. 오류: 모르는 이름은 ValueError."""
    if kind not in MODELS:
        raise ValueError(
            f"모델 '{kind}'은(는) 없습니다. 쓸 수 있는 것: {', '.join(MODELS)}"
        )
    config, model = MODELS[kind]
    return model(
        config(src_vocab_size=vocab_size, tgt_vocab_size=vocab_size, **options)
    )


@dataclass
class Translator:
    """모델과 토크나이저 한 벌. 빔의 크기와 길이 벌점의 기본값은 논문의 4와 0.6입니다."""

    model: Transformer | RnnSeq2Seq
    tokenizer: Tokenizer
    device: torch.device
    beam_size: int = 4
    length_penalty: float = 0.6

    @classmethod
    def load(cls, folder: Path, device: torch.device | None = None) -> "Translator":
        """실행 폴더(run.json, tokenizer.json, model.safetensors)에서 되살립니다.

        오류: 폴더가 없거나 학습이 끝나지 않았거나 어휘가 모델의 것이 아니면 BadCheckpoint.
        """
        facts = read_run(folder, tuple(MODELS))
        tokenizer = read_tokenizer(folder)
        try:
            model = build_model(facts["model"], tokenizer.vocab_size, facts["options"])
        except TypeError as error:
            raise BadCheckpoint(
                f"{folder}의 run.json에 모르는 설정이 있습니다({error}). 다른 판의 주목이 쓴 것입니다."
            ) from error
        model = read_model(folder, model)
        device = device or torch.device("cpu")
        return cls(model.to(device), tokenizer, device)

    @property
    def has_attention(self) -> bool:
        """원문을 보는 어텐션이 있는지."""
        return isinstance(self.model, Transformer) or self.model.attention is not None

    @property
    def max_source(self) -> int | None:
        """읽을 수 있는 가장 긴 원문의 토큰 수. 한도가 없으면 None입니다."""
        return getattr(self.model.config, "max_len", None)

    def encode(self, text: str) -> list[int]:
        """문장 하나를 번호로. 오류: 빈 문장이나 모델이 읽을 수 없이 긴 문장은 ValueError."""
        ids = self.tokenizer.encode(text.strip())
        if not ids:
            raise ValueError("빈 문장은 번역할 수 없습니다.")
        if self.max_source and len(ids) > self.max_source:
            raise ValueError(
                f"문장이 {len(ids)}토큰으로, 이 모델이 읽을 수 있는 {self.max_source}토큰보다 깁니다. "
                "문장을 나누어 주세요."
            )
        return ids

    def translate(self, texts: Sequence[str], max_tokens: int = 4096) -> list[str]:
        """문장들을 옮깁니다. 길이가 비슷한 것끼리 한 번에 max_tokens칸까지 모아 풉니다."""
        rows = [self.encode(text) for text in texts]
        answers = [""] * len(rows)
        for group in similar_lengths(rows, max_tokens):
            for i, ids in zip(
                group, self.decode_ids(pad([rows[i] for i in group])), strict=True
            ):
                answers[i] = self.tokenizer.decode(ids)
        return answers

    def decode_ids(self, src: Tensor) -> list[list[int]]:
        """원문 (B, S)를 풀어 번역의 번호를 냅니다. 끝 토큰과 채움은 뺍니다."""
        limit = src.size(1) + EXTRA_TOKENS
        limit = min(limit, self.max_source) if self.max_source else limit
        ends = {"bos_id": BOS_ID, "eos_id": EOS_ID, "pad_id": PAD_ID}
        src = src.to(self.device)
        if self.beam_size == 1:
            found = greedy(self.model, src, limit, **ends)
        else:
            options = {
                "beam_size": self.beam_size,
                "length_penalty": self.length_penalty,
            }
            found = beam(self.model, src, limit, **ends, **options)
        return [[i for i in row if i not in (PAD_ID, EOS_ID)] for row in found.tolist()]

    def attention(self, text: str) -> tuple[list[str], list[str], Tensor]:
        """원문의 토큰, 번역의 토큰(끝 토큰까지), 마지막 층 크로스 어텐션의 헤드 평균 (T, S)를 냅니다.

        t번째 줄은 t번째 번역 토큰을 낼 때 원문의 어디를 보았는지입니다.
        """
        src = pad([self.encode(text)]).to(self.device)
        ids = self.decode_ids(src)[0]
        tgt = torch.tensor([[BOS_ID, *ids]], device=self.device)
        weights = cross_attention(self.model, src, tgt)[0]  # (T, S)
        names = [
            [self.tokenizer.tokens[i] for i in row]
            for row in (src[0].tolist(), [*ids, EOS_ID])
        ]
        return names[0], names[1], weights.cpu()


@torch.no_grad()
def cross_attention(
    model: Transformer | RnnSeq2Seq, src: Tensor, tgt: Tensor
) -> Tensor:
    """교사 강요로 읽을 때 마지막 디코더 층이 원문을 본 가중치 (B, T, S). 헤드는 평균합니다.

    오류: 어텐션이 없는 RNN이면 ValueError.
    """
    with attention_maps(model) as maps:
        model(src, tgt)
    if isinstance(model, Transformer):
        return maps[f"decoder.layers.{model.config.n_layers - 1}.cross_attention"].mean(
            dim=1
        )
    if "attention" not in maps:
        raise ValueError("이 모델에는 어텐션이 없어서 그릴 것이 없습니다.")
    return maps["attention"]


def pad(rows: Sequence[Sequence[int]]) -> Tensor:
    """길이가 다른 줄들을 PAD_ID로 채워 (B, S)로 쌓습니다."""
    width = max(map(len, rows))
    return torch.tensor([[*row, *[PAD_ID] * (width - len(row))] for row in rows])


def similar_lengths(
    rows: Sequence[Sequence[int]], max_tokens: int
) -> Iterator[list[int]]:
    """길이가 비슷한 줄의 번호를 max_tokens칸까지 모읍니다."""
    group: list[int] = []
    for i in sorted(range(len(rows)), key=lambda i: len(rows[i])):
        if group and len(rows[i]) * (len(group) + 1) > max_tokens:
            yield group
            group = []
        group.append(i)
    if group:
        yield group
