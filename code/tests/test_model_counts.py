"""매개변수의 수: 상자마다 센 것, 논문과 Hugging Face가 말하는 것과 같은지.

값은 만들지 않고(meta) 셉니다.
"""

import pytest
import torch
from parity import offline_transformers
from torch import nn

from jumok.model import (
    Bert,
    BertConfig,
    BertForPretraining,
    BertPooler,
    Gpt,
    GptConfig,
    Transformer,
    TransformerConfig,
    Vit,
    VitConfig,
)

D, F, N, V = 12, 20, 3, 17
SMALL = {"d_model": D, "n_heads": 3, "n_layers": N, "d_ff": F, "max_len": 9}


def count(build):
    """메모리를 쓰지 않는 meta 장치에서 만들어, 묶은 것은 한 번만 셉니다."""
    with torch.device("meta"):
        return sum(p.numel() for p in build().parameters())


def bert_with_pooler():
    config = BertConfig.base()
    return nn.ModuleList([Bert(config), BertPooler(config)])


# 책의 쪽에도 실리는 표: 이름 → (만드는 법, 센 값, 남이 말하는 값)
PRESETS = {
    "TransformerConfig.base()": (
        lambda: Transformer(TransformerConfig.base()),
        63_082_496,
        "65M (논문 표 3)",
    ),
    "TransformerConfig.big()": (
        lambda: Transformer(TransformerConfig.big()),
        214_245_376,
        "213M (논문 표 3)",
    ),
    "BertConfig.base()": (
        bert_with_pooler,
        109_482_240,
        "110M (논문), 109,482,240 (Hugging Face)",
    ),
    "GptConfig.small()": (
        lambda: Gpt(GptConfig.small()),
        124_439_808,
        "124M, 124,439,808 (Hugging Face)",
    ),
    "VitConfig.base()": (
        lambda: Vit(VitConfig.base()),
        86_567_656,
        "86M (논문), 86,567,656 (Hugging Face)",
    ),
}


# ── 상자마다 세기 ─────────────────────────────────────────────────────────────────────


def linear(n_in, n_out):
    return n_in * n_out + n_out


def norm(d):
    return 2 * d


def attention(d):
    return 4 * linear(d, d)


def feed_forward(d, d_ff):
    return linear(d, d_ff) + linear(d_ff, d)


def encoder(c):
    layer = attention(c.d_model) + feed_forward(c.d_model, c.d_ff) + 2 * norm(c.d_model)
    return c.n_layers * layer + c.norm_first * norm(c.d_model)


def decoder(c):
    layer = (
        2 * attention(c.d_model) + feed_forward(c.d_model, c.d_ff) + 3 * norm(c.d_model)
    )
    return c.n_layers * layer + c.norm_first * norm(c.d_model)


def transformer_formula(c):
    sides = c.src_vocab_size + c.tgt_vocab_size
    if not c.tie_weights:
        tables = sides + c.tgt_vocab_size
    else:
        tables = c.src_vocab_size if c.src_vocab_size == c.tgt_vocab_size else sides
    return tables * c.d_model + encoder(c) + decoder(c)


def bert_formula(c):
    tables = (c.vocab_size + c.n_segments + c.max_len) * c.d_model
    return tables + norm(c.d_model) + encoder(c)


def bert_pretraining_formula(c):
    heads = 2 * linear(c.d_model, c.d_model) + norm(c.d_model) + linear(c.d_model, 2)
    # 출력 행렬은 묶여 있고 치우침만 따로입니다
    return bert_formula(c) + heads + c.vocab_size


def gpt_formula(c):
    return (c.vocab_size * (2 - c.tie_weights) + c.max_len) * c.d_model + encoder(c)


def vit_formula(c):
    patches = linear(c.channels * c.patch_size**2, c.d_model)
    return (
        patches
        + (1 + c.n_patches + 1) * c.d_model
        + encoder(c)
        + linear(c.d_model, c.n_classes)
    )


@pytest.mark.parametrize(
    ("model", "formula", "config"),
    [
        (Transformer, transformer_formula, TransformerConfig.base()),
        (Transformer, transformer_formula, TransformerConfig.big()),
        (Transformer, transformer_formula, TransformerConfig.base(V, **SMALL)),
        (
            Transformer,
            transformer_formula,
            TransformerConfig.base(V, **SMALL, norm_first=True),
        ),
        (
            Transformer,
            transformer_formula,
            TransformerConfig.base(V, **SMALL, tie_weights=False),
        ),
        (
            Transformer,
            transformer_formula,
            TransformerConfig.base(V, **SMALL, src_vocab_size=V + 4),
        ),
        (Bert, bert_formula, BertConfig.base()),
        (Bert, bert_formula, BertConfig.base(V, **SMALL)),
        (BertForPretraining, bert_pretraining_formula, BertConfig.base(V, **SMALL)),
        (Gpt, gpt_formula, GptConfig.small()),
        (Gpt, gpt_formula, GptConfig.small(V, **SMALL, tie_weights=False)),
        (Vit, vit_formula, VitConfig.base()),
        (
            Vit,
            vit_formula,
            VitConfig(**SMALL, image_size=15, patch_size=5, channels=1, n_classes=7),
        ),
    ],
)
def test_every_box_is_counted(model, formula, config):
    assert count(lambda: model(config)) == formula(config)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_the_published_sizes(name):
    build, number, _ = PRESETS[name]
    assert count(build) == number


def test_base_and_big_are_near_the_paper_and_no_vocabulary_explains_both():
    """논문의 65M과 213M은 4 % 안에서 맞습니다.

    남는 차이는 어휘의 크기로 설명되지 않습니다. 반올림을 헤아리면 base의 65M은
    어휘 39,800–41,700개를, big의 213M은 35,300–36,300개를 뜻합니다. 두 구간이 겹치지
    않으므로, 논문의 두 수는 같은 방법으로 센 것이 아니거나 구조가 조금 다릅니다.
    """
    for config, reported in (
        (TransformerConfig.base(), 65e6),
        (TransformerConfig.big(), 213e6),
    ):
        assert abs(transformer_formula(config) - reported) <= 0.04 * reported
    ranges = []
    for config, reported in (
        (TransformerConfig.base(), 65e6),
        (TransformerConfig.big(), 213e6),
    ):
        rest = transformer_formula(config) - config.src_vocab_size * config.d_model
        ranges.append(
            [(reported + half - rest) / config.d_model for half in (-0.5e6, 0.5e6)]
        )
    (base_low, _), (_, big_high) = ranges
    assert base_low > 39_700 and big_high < 36_300


def test_hugging_face_counts_the_same():
    transformers = offline_transformers()
    quiet = {"bos_token_id": 1, "eos_token_id": 1}
    references = {
        "BertConfig.base()": lambda: transformers.BertModel(transformers.BertConfig()),
        "GptConfig.small()": lambda: transformers.GPT2LMHeadModel(
            transformers.GPT2Config(**quiet)
        ),
        "VitConfig.base()": lambda: transformers.ViTForImageClassification(
            transformers.ViTConfig(num_labels=1000)
        ),
    }
    for name, build in references.items():
        assert count(build) == PRESETS[name][1]
