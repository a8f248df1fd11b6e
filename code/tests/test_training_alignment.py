"""어텐션을 낱말의 짝으로 바꾸는 법."""

import pytest
import torch

from jumok.apps import Translator
from jumok.model import RnnConfig, RnnSeq2Seq, Transformer, TransformerConfig
from jumok.text import BpeTokenizer
from jumok.training.alignment import (
    attention_error_rates,
    attention_links,
    predicted_links,
    token_words,
)
from jumok.training.corpus import AlignedText

TEXT = "나는 맛있는 사과를 먹었다."
WORDS = ("나는", "맛있는", "사과를", "먹었다", ".")
TARGET = "I ate a delicious apple."
TARGET_WORDS = ("I", "ate", "a", "delicious", "apple", ".")
GOLD = ((0, 0), (1, 3), (2, 4), (3, 1), (4, 5))


@pytest.mark.parametrize("alphabet", [sorted(set(TEXT + TARGET)), ["나", "는"]])
def test_every_token_belongs_to_the_word_of_its_letters(alphabet):
    """알파벳에 없는 글자가 바이트로 나뉘어도 낱말을 잃지 않습니다."""
    tokenizer = BpeTokenizer(alphabet, [])
    ids = tokenizer.encode(TEXT)
    owners = token_words(tokenizer, ids, TEXT, WORDS)
    for number, word in enumerate(WORDS):
        mine = [i for i, owner in zip(ids, owners, strict=True) if owner == number]
        assert tokenizer.decode(mine).strip() == word


def test_links_add_over_source_tokens_and_average_over_target_tokens():
    weights = torch.tensor([[0.4, 0.3, 0.3], [0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    # 원문 낱말 0은 토큰 0, 낱말 1은 토큰 1과 2.
    # 번역 낱말 0은 토큰 0, 낱말 1은 토큰 1과 2.
    assert predicted_links(weights, [0, 1, 1], [0, 1, 1]) == {(1, 0), (1, 1)}
    # 낱말에 들지 않은 토큰(−1)은 빼고 봅니다.
    assert predicted_links(weights, [0, 1, -1], [0, -1, 1]) == {(0, 0), (0, 1)}


def aligned():
    return AlignedText(TEXT, TARGET, WORDS, TARGET_WORDS, GOLD)


@pytest.mark.parametrize("kind", ["transformer", "rnn"])
def test_every_target_word_gets_one_link(kind):
    tokenizer = BpeTokenizer(sorted(set(TEXT + TARGET)), [])
    size = {
        "src_vocab_size": tokenizer.vocab_size,
        "tgt_vocab_size": tokenizer.vocab_size,
        "d_model": 16,
    }
    torch.manual_seed(0)
    if kind == "rnn":
        model = RnnSeq2Seq(RnnConfig(**size))
    else:
        model = Transformer(TransformerConfig(**size, n_heads=2, n_layers=2, d_ff=16))
    translator = Translator(model.eval(), tokenizer, torch.device("cpu"))
    links = attention_links(translator, [aligned()])[0]
    assert sorted(j for _, j in links) == list(range(len(TARGET_WORDS)))
    assert all(0 <= i < len(WORDS) for i, _ in links)
    rates = attention_error_rates(translator, [aligned()])
    assert len(rates) == (1 if kind == "rnn" else 2) and all(
        0 <= rate <= 1 for rate in rates
    )
