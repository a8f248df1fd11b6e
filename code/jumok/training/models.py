"""설정에 적힌 이름으로 모델을 만듭니다."""

from collections.abc import Callable
from typing import Any

from torch import nn

from jumok.model import (
    BertConfig,
    BertForPretraining,
    Gpt,
    GptConfig,
    RnnConfig,
    RnnSeq2Seq,
    Transformer,
    TransformerConfig,
    Vit,
    VitConfig,
)

TRANSLATORS = ("transformer", "rnn")  # 원문을 읽고 번역을 쓰는 모델


def build_model(kind: str, vocab_size: int, options: dict[str, Any]) -> nn.Module:
    """이름과 어휘의 크기와 설정으로 모델을 만듭니다.

    vit에서는 vocab_size를 쓰지 않습니다.
    오류: 모르는 이름은 ValueError, 모델이 모르는 설정은 TypeError.
    """
    if kind not in MODELS:
        raise ValueError(
            f"모델 '{kind}'은(는) 없습니다. 쓸 수 있는 것: {', '.join(MODELS)}"
        )
    return MODELS[kind](vocab_size, options)


def _transformer(vocab_size: int, options: dict[str, Any]) -> Transformer:
    return Transformer(TransformerConfig(**_both(vocab_size), **options))


def _rnn(vocab_size: int, options: dict[str, Any]) -> RnnSeq2Seq:
    return RnnSeq2Seq(RnnConfig(**_both(vocab_size), **options))


def _both(vocab_size: int) -> dict[str, int]:
    """원문과 번역이 한 어휘를 함께 씁니다."""
    return {"src_vocab_size": vocab_size, "tgt_vocab_size": vocab_size}


def _gpt(vocab_size: int, options: dict[str, Any]) -> Gpt:
    return Gpt(GptConfig(vocab_size=vocab_size, **options))


def _bert(vocab_size: int, options: dict[str, Any]) -> BertForPretraining:
    return BertForPretraining(BertConfig(vocab_size=vocab_size, **options))


def _vit(_: int, options: dict[str, Any]) -> Vit:
    return Vit(VitConfig(**options))


MODELS: dict[str, Callable[[int, dict[str, Any]], nn.Module]] = {
    "transformer": _transformer,
    "rnn": _rnn,
    "gpt": _gpt,
    "bert": _bert,
    "vit": _vit,
}
