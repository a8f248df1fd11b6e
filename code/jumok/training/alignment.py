"""정렬: 번역기의 크로스 어텐션을 낱말의 짝으로 바꾸어 정답과 견줍니다."""

from collections.abc import Sequence

import torch
from torch import Tensor

from jumok.model import Transformer
from jumok.text import BOS_ID
from jumok.text.bpe import BYTES
from jumok.text.tokenizer import Tokenizer

from .corpus import AlignedText
from .metrics import alignment_error_rate
from .trained import Trained
from .translating import cross_attention, pad

CONTINUED = frozenset(range(0x80, 0xC0))  # UTF-8에서 글자의 둘째 바이트부터


def token_words(
    tokenizer: Tokenizer, ids: Sequence[int], text: str, words: Sequence[str]
) -> list[int]:
    """토큰마다 그 마지막 글자가 든 낱말의 번호. 어느 낱말에도 들지 않으면 −1입니다."""
    owner = [-1] * len(text)
    at = 0
    for number, word in enumerate(words):
        start = text.index(word, at)
        at = start + len(word)
        owner[start:at] = [number] * len(word)
    found = []
    place = 0
    for i in ids:
        place += _n_characters(tokenizer.tokens[i])
        found.append(owner[place - 1])
    return found


def _n_characters(token: str) -> int:
    """토큰이 차지하는 글자 수. 바이트 토큰은 글자의 첫 바이트일 때만 셉니다."""
    if token in BYTES:
        return int(BYTES.index(token) not in CONTINUED)
    return len(token)


def predicted_links(
    weights: Tensor, src_words: Sequence[int], tgt_words: Sequence[int]
) -> set[tuple[int, int]]:
    """어텐션 (T, S)을 낱말끼리 모아, 번역 낱말마다 가장 많이 본 원문 낱말을 잇습니다.

    원문 쪽은 토큰의 가중치를 더하고 번역 쪽은 평균합니다.
    낱말에 들지 않은 토큰은 빼고 봅니다.
    """
    into = torch.zeros(len(src_words), max(src_words) + 1)
    for s, word in enumerate(src_words):
        if word >= 0:
            into[s, word] = 1
    by_word = weights @ into  # (T, 원문 낱말 수)
    links = set()
    for word in sorted({w for w in tgt_words if w >= 0}):
        rows = [t for t, w in enumerate(tgt_words) if w == word]
        links.add((int(by_word[rows].mean(dim=0).argmax()), word))
    return links


@torch.no_grad()
def attention_links(
    trained: Trained, texts: Sequence[AlignedText], layer: int = -1
) -> list[set[tuple[int, int]]]:
    """참조를 읽으며 layer번째 디코더 층이 본 곳을 낱말의 짝으로 바꿉니다.

    참조는 교사 강요로 읽고, 헤드는 평균합니다.
    """
    tokenizer, device = trained.tokenizer, trained.device
    found = []
    for text in texts:
        src, tgt = (tokenizer.encode(side) for side in (text.source, text.target))
        weights = cross_attention(
            trained.model,
            pad([src]).to(device),
            pad([[BOS_ID, *tgt]]).to(device),
            layer,
        )
        src_words = token_words(tokenizer, src, text.source, text.source_words)
        tgt_words = token_words(tokenizer, tgt, text.target, text.target_words)
        # t번째 줄은 t번째 토큰을 낼 때 본 곳이고, 마지막 줄은 <eos>의 것이라 뺍니다.
        rows = weights[0, :-1].float().cpu()  # (T, S)
        found.append(predicted_links(rows, src_words, tgt_words))
    return found


def attention_error_rates(
    trained: Trained, texts: Sequence[AlignedText]
) -> list[float]:
    """디코더 층마다의 정렬 오류율. RNN이면 값이 하나입니다."""
    model = trained.model
    n_layers = model.config.n_layers if isinstance(model, Transformer) else 1
    gold = [text.links for text in texts]
    return [
        alignment_error_rate(attention_links(trained, texts, n), gold)
        for n in range(n_layers)
    ]
