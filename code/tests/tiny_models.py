"""시험에 쓰는 아주 작은 모델들. 이름 하나로 만들고 부릅니다."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from jumok.model import (
    Bert,
    BertClassifier,
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

B, V, MAX_LEN, IMAGE = 3, 19, 16, 12
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
SIZES = {"d_model": 16, "n_heads": 2, "n_layers": 2, "d_ff": 24, "dropout": 0.0}


def transformer(**changes: object) -> Transformer:
    return Transformer(
        TransformerConfig.base(V, **{**SIZES, "max_len": MAX_LEN, **changes})
    )


def gpt(**changes: object) -> Gpt:
    return Gpt(
        GptConfig.small(
            V, **{**SIZES, "attention_dropout": 0.0, "max_len": MAX_LEN, **changes}
        )
    )


def bert_config(**changes: object) -> BertConfig:
    return BertConfig.base(
        V, **{**SIZES, "attention_dropout": 0.0, "max_len": MAX_LEN, **changes}
    )


def bert(**changes: object) -> Bert:
    return Bert(bert_config(**changes))


def bert_pretraining(**changes: object) -> BertForPretraining:
    return BertForPretraining(bert_config(**changes))


def bert_classifier(**changes: object) -> BertClassifier:
    return BertClassifier(bert(**changes), n_classes=4)


def vit(**changes: object) -> Vit:
    return Vit(
        VitConfig.base(
            **{**SIZES, "image_size": IMAGE, "patch_size": 4, "n_classes": 5, **changes}
        )
    )


def rnn(**changes: object) -> RnnSeq2Seq:
    sizes = {"src_vocab_size": V, "tgt_vocab_size": V, "d_model": 16, "n_layers": 2}
    return RnnSeq2Seq(RnnConfig(**{**sizes, **changes}))


@dataclass(frozen=True)
class Tiny:
    """모델을 만드는 함수와, 길이 t의 입력을 만드는 함수."""

    build: Callable[..., nn.Module]
    make_inputs: Callable[[int, int], tuple[Tensor, ...]]


def sentences(batch: int, t: int) -> Tensor:
    return torch.randint(1, V, (batch, t))


def one(batch: int, t: int) -> tuple[Tensor, ...]:
    return (sentences(batch, t),)


def two(batch: int, t: int) -> tuple[Tensor, ...]:
    return sentences(batch, t + 2), sentences(batch, t)


def pictures(batch: int, t: int) -> tuple[Tensor, ...]:
    return (torch.randn(batch, 3, IMAGE, IMAGE),)


MODELS = {
    "Transformer post": Tiny(transformer, two),
    "Transformer pre": Tiny(partial(transformer, norm_first=True), two),
    "Transformer 묶지 않음": Tiny(partial(transformer, tie_weights=False), two),
    "Bert": Tiny(bert, one),
    "BertForPretraining": Tiny(bert_pretraining, one),
    "BertClassifier": Tiny(bert_classifier, one),
    "Gpt": Tiny(gpt, one),
    "Gpt 묶지 않음": Tiny(partial(gpt, tie_weights=False), one),
    "Vit": Tiny(vit, pictures),
    **{
        f"RnnSeq2Seq {a}": Tiny(partial(rnn, attention=a), two)
        for a in ("none", "additive", "dot", "general")
    },
    "RnnSeq2Seq lstm": Tiny(partial(rnn, cell="lstm"), two),
    "RnnSeq2Seq rnn": Tiny(partial(rnn, cell="rnn"), two),
}


def ready(
    model: nn.Module, device: str = "cpu", dtype: torch.dtype = torch.float64
) -> nn.Module:
    """매개변수를 모두 흔들어(치우침과 층 정규화까지) 평가 상태로 둡니다."""
    generator = torch.Generator().manual_seed(6)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator)
    return model.to(device=device, dtype=dtype).eval()


def outputs(model: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """입력을 모델의 장치와 자료형에 맞춰 부르고, 출력을 언제나 튜플로 돌려줍니다."""
    parameter = next(model.parameters())
    moved = [
        i.to(parameter.device)
        if not i.is_floating_point()
        else i.to(parameter.device, parameter.dtype)
        for i in inputs
    ]
    result = model(*moved)
    return result if isinstance(result, tuple) else (result,)


def strict_kernels() -> AbstractContextManager:
    """GPU에서 정밀도를 몰래 낮추는 커널(cuDNN의 TF32)을 끕니다.

    CPU에서는 아무 일도 하지 않습니다.
    """
    return torch.backends.cudnn.flags(enabled=False)
