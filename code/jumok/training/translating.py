"""배운 모델로 문장을 옮기는 법: 길이가 비슷한 것끼리 모아 빔 서치로 풉니다."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from jumok.decode import beam, greedy
from jumok.model import RnnSeq2Seq, Transformer, attention_maps
from jumok.text import BOS_ID, EOS_ID, PAD_ID
from jumok.text.tokenizer import Tokenizer

from .trained import Trained

EXTRA_TOKENS = 50  # 번역은 원문보다 50토큰까지 길 수 있습니다(논문 6.1절).
Seq2Seq = Transformer | RnnSeq2Seq


@dataclass(frozen=True)
class Search:
    """푸는 법. 빔의 크기(1이면 탐욕)와 길이 벌점의 기본값은 논문의 4와 0.6입니다."""

    beam_size: int = 4
    length_penalty: float = 0.6


PAPER = Search()


def translate(
    trained: Trained,
    texts: Sequence[str],
    search: Search = PAPER,
    max_tokens: int = 4096,
) -> list[str]:
    """문장들을 옮깁니다. 길이가 비슷한 것끼리 한 번에 max_tokens칸까지 모아 풉니다.

    오류: 빈 문장이나 모델이 읽을 수 없이 긴 문장은 ValueError.
    """
    model, tokenizer = trained.model, trained.tokenizer
    rows = [encode_source(model, tokenizer, text) for text in texts]
    answers = [""] * len(rows)
    for group in similar_lengths(rows, max_tokens):
        src = pad([rows[i] for i in group]).to(trained.device)
        found = decode_ids(model, src, search)
        for i, ids in zip(group, found, strict=True):
            answers[i] = tokenizer.decode(ids)
    return answers


def encode_source(model: Seq2Seq, tokenizer: Tokenizer, text: str) -> list[int]:
    """원문 하나를 번호로.

    오류: 빈 문장이나 모델이 읽을 수 없이 긴 문장은 ValueError.
    """
    ids = tokenizer.encode(text.strip())
    limit = max_source(model)
    if not ids:
        raise ValueError("빈 문장은 번역할 수 없습니다.")
    if limit and len(ids) > limit:
        raise ValueError(
            f"문장이 {len(ids)}토큰으로, "
            f"이 모델이 읽을 수 있는 {limit}토큰보다 깁니다. "
            "문장을 나누어 주세요."
        )
    return ids


def decode_ids(model: Seq2Seq, src: Tensor, search: Search = PAPER) -> list[list[int]]:
    """원문 (B, S)를 풀어 번역의 번호를 냅니다. 끝 토큰과 채움은 뺍니다."""
    limit = src.size(1) + EXTRA_TOKENS
    longest = max_source(model)
    if longest:
        limit = min(limit, longest)
    ends = {"bos_id": BOS_ID, "eos_id": EOS_ID, "pad_id": PAD_ID}
    if search.beam_size == 1:
        found = greedy(model, src, limit, **ends)
    else:
        found = beam(
            model,
            src,
            limit,
            beam_size=search.beam_size,
            length_penalty=search.length_penalty,
            **ends,
        )
    return [[i for i in row if i not in (PAD_ID, EOS_ID)] for row in found.tolist()]


def max_source(model: Seq2Seq) -> int | None:
    """읽을 수 있는 가장 긴 원문의 토큰 수. 한도가 없으면 None입니다."""
    return getattr(model.config, "max_len", None)


def has_attention(model: Seq2Seq) -> bool:
    """원문을 보는 어텐션이 있는지."""
    return isinstance(model, Transformer) or model.attention is not None


@torch.no_grad()
def cross_attention(
    model: Seq2Seq, src: Tensor, tgt: Tensor, layer: int = -1
) -> Tensor:
    """교사 강요로 읽을 때 layer번째 디코더 층이 원문을 본 가중치 (B, T, S).

    헤드는 평균합니다. RNN은 층이 하나뿐이므로 layer를 보지 않습니다.
    오류: 어텐션이 없는 RNN이면 ValueError.
    """
    with attention_maps(model) as maps:
        model(src, tgt)
    if isinstance(model, Transformer):
        place = layer % model.config.n_layers
        return maps[f"decoder.layers.{place}.cross_attention"].mean(dim=1)
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
        # 짧은 것부터 오므로 지금 줄이 이 묶음에서 가장 깁니다.
        if group and len(rows[i]) * (len(group) + 1) > max_tokens:
            yield group
            group = []
        group.append(i)
    if group:
        yield group
