"""Hugging Face의 모델과 같은 함수인지.

설정에서 무작위 가중치로 만들고 아무것도 내려받지 않습니다.
"""

from functools import partial

import pytest
import torch
from parity import (
    D_FF,
    DEVICES,
    LIMITS,
    B,
    Case,
    D,
    H,
    Setup,
    keep,
    lengths_to_ids,
    measure,
    offline_transformers,
    on_device,
    pair,
    randomise,
    third,
    turned,
    under,
)
from torch import nn

from jumok.model import (
    Bert,
    BertClassifier,
    BertConfig,
    BertForPretraining,
    Gpt,
    GptConfig,
    Transformer,
    TransformerConfig,
    Vit,
    VitConfig,
    sinusoids,
)

transformers = offline_transformers()

SECTION = "Hugging Face의 모델"
V, MAX_LEN, LAYERS = 29, 16, 2
LENGTHS = {"없음": [7, 7, 7], "패딩": [7, 4, 1]}
SRC_LENGTHS = {"없음": [9, 9, 9], "패딩": [9, 6, 2]}
OURS = {"d_model": D, "n_heads": H, "n_layers": LAYERS, "d_ff": D_FF, "dropout": 0.0}


def real(output, ids):
    """패딩이 아닌 자리만 남깁니다.

    손실도 그 자리에서만 구하므로, Hugging Face가 임베딩의 패딩 줄에 기울기를 주지
    않는 것(padding_idx)과 우리가 따로 막지 않는 것이 같은 결과가 됩니다.
    """
    return output[ids.to(output.device) != 0]


# ── Marian ────────────────────────────────────────────────────────────────────────────

# Marian은 사인을 앞 절반에, 코사인을 뒤 절반에 모아 둡니다.
# 논문과 우리 것은 번갈아 놓습니다. 잔차 길의 자리 이름을 바꾸는 것이므로,
# 그 길에 닿는 모든 행렬의 자리를 함께 바꾸면 같은 함수입니다.
INTERLEAVE = torch.arange(D).view(2, D // 2).T.flatten()


def rows(tensor):
    return tensor[INTERLEAVE.to(tensor.device)]


def columns(tensor):
    return tensor[..., INTERLEAVE.to(tensor.device)]


def marian_attention():
    names = pair("output_proj", "out_proj", rows, rows)
    for ours, theirs in (("query", "q"), ("key", "k"), ("value", "v")):
        names |= pair(f"{ours}_proj", f"{theirs}_proj", columns, keep)
    return names


def marian_layer(attentions):
    names = pair("feed_forward.up", "fc1", columns) | pair(
        "feed_forward.down", "fc2", rows, rows
    )
    for i, (ours, theirs) in enumerate(attentions):
        names |= under(f"{ours}.", f"{theirs}.", marian_attention())
        names |= pair(f"residuals.{i}.norm", f"{theirs}_layer_norm", rows, rows)
    return names | pair(
        f"residuals.{len(attentions)}.norm", "final_layer_norm", rows, rows
    )


def marian_names():
    names = {"src_embedding.tokens.weight": ("model.shared.weight", columns)}
    own, cross = ("self_attention", "self_attn"), ("cross_attention", "encoder_attn")
    for i in range(LAYERS):
        encoder, decoder = (
            marian_layer([("attention", "self_attn")]),
            marian_layer([own, cross]),
        )
        names |= under(f"encoder.layers.{i}.", f"model.encoder.layers.{i}.", encoder)
        names |= under(f"decoder.layers.{i}.", f"model.decoder.layers.{i}.", decoder)
    return names


def marian_reference(activation):
    sizes = {
        "d_model": D,
        "num_hidden_layers": LAYERS,
        "max_position_embeddings": MAX_LEN,
    }
    for side in ("encoder", "decoder"):
        sizes |= {
            f"{side}_layers": LAYERS,
            f"{side}_attention_heads": H,
            f"{side}_ffn_dim": D_FF,
        }
    config = transformers.MarianConfig(
        vocab_size=V,
        scale_embedding=True,
        activation_function=activation,
        dropout=0.0,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=1,
        attn_implementation="eager",
        **sizes,
    )
    model = transformers.MarianMTModel(config)
    randomise(model)
    model.final_logits_bias.normal_()
    return model


def exact_table(model):
    """Marian의 표를 float64로 구한 값으로 바꿔 넣습니다.

    Marian의 표는 float32로 만든 것입니다. 먼저 우리 표와 같은지 봅니다.
    """
    table = sinusoids(MAX_LEN, D)
    table = torch.cat([table[:, 0::2], table[:, 1::2]], dim=1)
    for side in (model.model.encoder, model.model.decoder):
        torch.testing.assert_close(
            side.embed_positions.weight.double(), table, rtol=0, atol=1e-6
        )
        side.embed_positions.weight.copy_(table)


def marian(mask, activation):
    theirs = marian_reference(activation)
    with torch.no_grad():
        exact_table(theirs)
    config = TransformerConfig.base(V, max_len=MAX_LEN, activation=activation, **OURS)
    ours = Transformer(config)
    src, tgt = lengths_to_ids(SRC_LENGTHS[mask], V), lengths_to_ids(LENGTHS[mask], V)
    more = {
        "attention_mask": (src != 0).long(),
        "decoder_attention_mask": (tgt != 0).long(),
    }

    def run_ours():
        # 우리 출력층에는 치우침이 없으므로 밖에서 더합니다.
        return real(on_device(ours, src, tgt) + theirs.final_logits_bias, tgt)

    def run_theirs():
        return real(
            on_device(theirs, input_ids=src, decoder_input_ids=tgt, **more).logits, tgt
        )

    return Setup(ours, theirs, marian_names(), run_ours, run_theirs)


# ── BERT ──────────────────────────────────────────────────────────────────────────────


def bert_layer():
    names = pair("feed_forward.up", "intermediate.dense") | pair(
        "feed_forward.down", "output.dense"
    )
    for name in ("query", "key", "value"):
        names |= pair(f"attention.{name}_proj", f"attention.self.{name}")
    names |= pair("attention.output_proj", "attention.output.dense")
    names |= pair("residuals.0.norm", "attention.output.LayerNorm")
    return names | pair("residuals.1.norm", "output.LayerNorm")


def bert_names():
    names = {
        "tokens.weight": ("embeddings.word_embeddings.weight", keep),
        "segments.weight": ("embeddings.token_type_embeddings.weight", keep),
        "positions.weight": ("embeddings.position_embeddings.weight", keep),
    }
    names |= pair("norm", "embeddings.LayerNorm")
    for i in range(LAYERS):
        names |= under(f"encoder.layers.{i}.", f"encoder.layer.{i}.", bert_layer())
    return names


def bert_heads():
    """머리마다 (우리 모델, 상대의 클래스, 이름 짝)."""
    config = BertConfig.base(V, max_len=MAX_LEN, attention_dropout=0.0, **OURS)
    body = under("bert.", "bert.", bert_names()) | pair(
        "pooler.dense", "bert.pooler.dense"
    )
    pretraining = body | pair("transform", "cls.predictions.transform.dense")
    pretraining |= pair("norm", "cls.predictions.transform.LayerNorm")
    pretraining |= pair("next_sentence", "cls.seq_relationship")
    pretraining |= {"output.bias": ("cls.predictions.bias", keep)}
    classifier = body | pair("output", "classifier")
    plain = partial(transformers.BertModel, add_pooling_layer=False)
    return {
        "Bert": (Bert(config), plain, bert_names()),
        "BertForPretraining": (
            BertForPretraining(config),
            transformers.BertForPreTraining,
            pretraining,
        ),
        "BertClassifier": (
            BertClassifier(Bert(config), n_classes=5),
            transformers.BertForSequenceClassification,
            classifier,
        ),
    }


def compared(output, ids):
    """두 쪽의 출력을 같은 꼴로 만듭니다.

    토큰마다 나온 것은 패딩이 아닌 자리만, 문장마다 나온 것은 그대로 둡니다.
    """
    parts = output if isinstance(output, tuple) else (output,)
    return tuple(real(part, ids) if part.dim() == 3 else part for part in parts)


def bert(head, mask):
    ours, theirs_class, names = bert_heads()[head]
    theirs = theirs_class(
        transformers.BertConfig(
            vocab_size=V,
            hidden_size=D,
            num_hidden_layers=LAYERS,
            num_attention_heads=H,
            intermediate_size=D_FF,
            max_position_embeddings=MAX_LEN,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            num_labels=5,
            attn_implementation="eager",
        )
    )
    randomise(theirs)
    ids = lengths_to_ids(LENGTHS[mask], V)
    segments = (torch.arange(7) >= 3).long().expand(B, -1)
    more = {"attention_mask": (ids != 0).long(), "token_type_ids": segments}

    def run_ours():
        return compared(on_device(ours, ids, segments), ids)

    def run_theirs():
        return compared(on_device(theirs, input_ids=ids, **more).to_tuple(), ids)

    return Setup(ours, theirs, names, run_ours, run_theirs)


# ── GPT-2 ─────────────────────────────────────────────────────────────────────────────


def gpt_names(tied):
    # GPT-2의 Conv1D는 nn.Linear의 행렬을 뒤집어 저장합니다.
    names = {
        "tokens.weight": ("wte.weight", keep),
        "positions.weight": ("wpe.weight", keep),
    }
    layer = pair("attention.output_proj", "attn.c_proj", turned)
    for i, name in enumerate(("query", "key", "value")):
        layer |= pair(
            f"attention.{name}_proj", "attn.c_attn", third(i, turned), third(i)
        )
    layer |= pair("feed_forward.up", "mlp.c_fc", turned) | pair(
        "feed_forward.down", "mlp.c_proj", turned
    )
    layer |= pair("residuals.0.norm", "ln_1") | pair("residuals.1.norm", "ln_2")
    for i in range(LAYERS):
        names |= under(f"encoder.layers.{i}.", f"h.{i}.", layer)
    names = under("", "transformer.", names | pair("encoder.norm", "ln_f"))
    return names if tied else names | {"output.weight": ("lm_head.weight", keep)}


def gpt(tied):
    theirs = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            vocab_size=V,
            n_embd=D,
            n_layer=LAYERS,
            n_head=H,
            n_positions=MAX_LEN,
            n_inner=D_FF,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=1,
            eos_token_id=1,
            tie_word_embeddings=tied,
            attn_implementation="eager",
        )
    )
    randomise(theirs)
    ours = Gpt(
        GptConfig.small(
            V, max_len=MAX_LEN, attention_dropout=0.0, tie_weights=tied, **OURS
        )
    )
    ids = lengths_to_ids(LENGTHS["없음"], V)

    def run_theirs():
        return on_device(theirs, ids).logits

    return Setup(
        ours, theirs, gpt_names(tied), partial(on_device, ours, ids), run_theirs
    )


# ── ViT ───────────────────────────────────────────────────────────────────────────────


def vit_names():
    layer = pair("attention.output_proj", "attention.o_proj")
    for name in ("query", "key", "value"):
        layer |= pair(f"attention.{name}_proj", f"attention.{name[0]}_proj")
    layer |= pair("feed_forward.up", "mlp.fc1") | pair("feed_forward.down", "mlp.fc2")
    layer |= pair("residuals.0.norm", "layernorm_before") | pair(
        "residuals.1.norm", "layernorm_after"
    )
    names = {
        "cls": ("embeddings.cls_token", keep),
        "positions.weight": ("embeddings.position_embeddings", lambda t: t[0]),
    }
    names |= pair("patches", "embeddings.patch_embeddings.projection")
    for i in range(LAYERS):
        names |= under(f"encoder.layers.{i}.", f"layers.{i}.", layer)
    return names | pair("encoder.norm", "layernorm")


class Features(nn.Module):
    """분류 머리를 뗀 우리 ViT."""

    def __init__(self, vit):
        super().__init__()
        self.vit = vit
        vit.output = nn.Identity()

    def forward(self, images):
        return self.vit.features(images)


def vit(whole):
    config = transformers.ViTConfig(
        hidden_size=D,
        num_hidden_layers=LAYERS,
        num_attention_heads=H,
        intermediate_size=D_FF,
        image_size=12,
        patch_size=4,
        num_labels=5,
        # 원래의 ViT 코드가 쓰는 값입니다. Hugging Face의 기본값은 1e-12입니다.
        layer_norm_eps=1e-6,
        attn_implementation="sdpa",  # eager는 소프트맥스를 늘 float32로 합니다.
    )
    ours = Vit(VitConfig.base(image_size=12, patch_size=4, n_classes=5, **OURS))
    if whole:
        theirs = transformers.ViTForImageClassification(config)
        names = under("", "vit.", vit_names()) | pair("output", "classifier")
    else:
        theirs = transformers.ViTModel(config, add_pooling_layer=False)
        ours, names = Features(ours), under("vit.", "", vit_names())
    randomise(theirs)

    def run_theirs(images):
        out = theirs(images)
        return out.logits if whole else out.last_hidden_state

    return Setup(ours, theirs, names, ours, run_theirs, (torch.randn(B, 3, 12, 12),))


BERT_REFERENCES = {
    "Bert": "BertModel",
    "BertForPretraining": "BertForPreTraining",
    "BertClassifier": "BertForSequenceClassification",
}
CASES = [
    Case(
        "Transformer",
        "MarianMTModel",
        "ReLU, 마스크 인과",
        partial(marian, "없음", "relu"),
    ),
    Case(
        "Transformer",
        "MarianMTModel",
        "ReLU, 마스크 패딩과 인과",
        partial(marian, "패딩", "relu"),
    ),
    Case(
        "Transformer",
        "MarianMTModel",
        "GELU, 마스크 패딩과 인과",
        partial(marian, "패딩", "gelu"),
    ),
    *(
        Case(head, reference, f"마스크 {mask}", partial(bert, head, mask))
        for head, reference in BERT_REFERENCES.items()
        for mask in LENGTHS
    ),
    Case("Gpt", "GPT2LMHeadModel", "묶음, 마스크 인과", partial(gpt, True)),
    Case("Gpt", "GPT2LMHeadModel", "묶지 않음, 마스크 인과", partial(gpt, False)),
    Case("Vit", "ViTModel", "마스크 없음", partial(vit, False)),
    Case("Vit", "ViTForImageClassification", "마스크 없음", partial(vit, True)),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", LIMITS, ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_same_function_as_hugging_face(case, dtype, device):
    forward, gradient = measure(case, dtype, device)
    assert forward <= LIMITS[dtype][0] and gradient <= LIMITS[dtype][1]
