"""설정: 얼어 있고, 이름 붙은 크기가 논문의 표와 같은지.

잘못된 값은 무엇이 왜 틀렸는지 한국어로 말합니다.
"""

import dataclasses

import pytest
import torch
from tiny_models import V, bert, gpt, ready, rnn, sentences, transformer, vit

from jumok.model import (
    BertConfig,
    FeedForward,
    GptConfig,
    LayerConfig,
    MultiHeadAttention,
    RnnConfig,
    TransformerConfig,
    VitConfig,
)

CONFIGS = {
    "LayerConfig": (LayerConfig, {}),
    "TransformerConfig": (
        TransformerConfig,
        {"src_vocab_size": V, "tgt_vocab_size": V},
    ),
    "BertConfig": (BertConfig, {}),
    "GptConfig": (GptConfig, {}),
    "VitConfig": (VitConfig, {}),
    "RnnConfig": (RnnConfig, {"src_vocab_size": V, "tgt_vocab_size": V}),
}
every_config = pytest.mark.parametrize("name", CONFIGS)


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        yield


def make(name, **changes):
    build, needed = CONFIGS[name]
    return build(**{**needed, **changes})


@every_config
def test_config_is_frozen_hashable_and_comparable(name):
    config = make(name)
    for field in dataclasses.fields(config):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(config, field.name, 1)
    assert config == make(name) and hash(config) == hash(make(name))
    changed = dataclasses.replace(config, d_model=config.d_model * 2)
    assert changed != config and changed.d_model == 2 * config.d_model


@every_config
def test_config_takes_names_only(name):
    with pytest.raises(TypeError, match="positional"):
        CONFIGS[name][0](V, V)


def test_presets_are_the_rows_of_the_papers():
    base, big = TransformerConfig.base(), TransformerConfig.big()
    assert (base.n_layers, base.d_model, base.d_ff, base.n_heads, base.dropout) == (
        6,
        512,
        2048,
        8,
        0.1,
    )
    assert (big.n_layers, big.d_model, big.d_ff, big.n_heads, big.dropout) == (
        6,
        1024,
        4096,
        16,
        0.3,
    )
    for config in (BertConfig.base(), GptConfig.small(), VitConfig.base()):
        assert (config.n_layers, config.d_model, config.d_ff, config.n_heads) == (
            12,
            768,
            3072,
            12,
        )
    assert (GptConfig.small().max_len, BertConfig.base().max_len) == (1024, 512)
    assert VitConfig.base().n_patches == 14 * 14
    assert not base.norm_first and not BertConfig.base().norm_first
    assert GptConfig.small().norm_first and VitConfig.base().norm_first


def test_presets_take_changes():
    assert TransformerConfig.big(100, dropout=0.0) == TransformerConfig(
        src_vocab_size=100,
        tgt_vocab_size=100,
        d_model=1024,
        n_heads=16,
        d_ff=4096,
        dropout=0.0,
    )
    assert TransformerConfig.base(100, src_vocab_size=7).src_vocab_size == 7
    assert VitConfig.base(n_classes=3).n_classes == 3


@pytest.mark.parametrize("name", [n for n in CONFIGS if n != "RnnConfig"])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"d_model": 0}, "d_model은(는) 1 이상이어야 합니다. 받은 값은 0"),
        ({"n_layers": -1}, "n_layers은(는) 1 이상이어야 합니다. 받은 값은 -1"),
        ({"max_len": 0}, "max_len은(는) 1 이상"),
        ({"d_model": 30, "n_heads": 4}, "d_model(30)이 n_heads(4)로 나누어떨어져야"),
        ({"dropout": 1.0}, "dropout은 0 이상 1 미만이어야 합니다. 받은 값은 1.0"),
        ({"attention_dropout": -0.1}, "attention_dropout은 0 이상 1 미만"),
    ],
)
def test_wrong_sizes_are_named(name, wrong, message):
    with pytest.raises(ValueError) as error:
        make(name, **wrong)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("TransformerConfig", {"src_vocab_size": 0}, "src_vocab_size은(는) 1 이상"),
        ("TransformerConfig", {"tgt_vocab_size": -3}, "받은 값은 -3"),
        ("BertConfig", {"vocab_size": 0}, "vocab_size은(는) 1 이상"),
        ("BertConfig", {"n_segments": 0}, "n_segments은(는) 1 이상"),
        ("GptConfig", {"vocab_size": 0}, "vocab_size은(는) 1 이상"),
        (
            "VitConfig",
            {"image_size": 30, "patch_size": 7},
            "그림의 한 변(30)이 조각의 한 변(7)으로 나누어",
        ),
        ("VitConfig", {"patch_size": 0}, "patch_size은(는) 1 이상"),
        ("VitConfig", {"image_size": 0}, "image_size은(는) 1 이상"),
        ("VitConfig", {"channels": 0}, "channels은(는) 1 이상"),
        ("VitConfig", {"n_classes": 0}, "n_classes은(는) 1 이상"),
        (
            "RnnConfig",
            {"cell": "mgu"},
            "셀 'mgu'은(는) 없습니다. 쓸 수 있는 것: rnn, gru, lstm",
        ),
        ("RnnConfig", {"attention": "cosine"}, "어텐션 'cosine'은(는) 없습니다"),
        ("RnnConfig", {"d_model": 0}, "d_model은(는) 1 이상"),
        ("RnnConfig", {"src_vocab_size": 0}, "src_vocab_size은(는) 1 이상"),
        ("RnnConfig", {"dropout": 1.5}, "dropout은 0 이상 1 미만"),
    ],
)
def test_wrong_settings_of_each_model_are_named(name, wrong, message):
    with pytest.raises(ValueError) as error:
        make(name, **wrong)
    assert message in str(error.value)


def test_leaves_check_their_numbers_too():
    with pytest.raises(ValueError, match=r"d_model\(30\)이 n_heads\(4\)로"):
        MultiHeadAttention(30, 4)
    for build in (
        lambda: FeedForward(4, 8, "tanh"),
        lambda: transformer(activation="tanh"),
    ):
        with pytest.raises(
            ValueError, match=r"활성화 'tanh'은.* 쓸 수 있는 것: relu, gelu, gelu_tanh"
        ):
            build()


@pytest.mark.parametrize(
    "shape", [(3, 12, 12), (2, 3, 12, 8), (2, 1, 12, 12), (2, 3, 16, 16)]
)
def test_vit_refuses_pictures_of_another_shape(shape):
    with pytest.raises(ValueError) as error:
        vit()(torch.zeros(shape))
    assert str(shape) in str(error.value) and "(B, 3, 12, 12)" in str(error.value)


@pytest.mark.parametrize(
    "build", [transformer, rnn, bert, gpt], ids=["Transformer", "Rnn", "Bert", "Gpt"]
)
def test_ids_without_a_batch_are_refused(build):
    ids = torch.tensor([1, 2, 3])
    with pytest.raises(ValueError, match=r"모양이어야 합니다\. 받은 모양은"):
        build()(*(ids, ids) if build in (transformer, rnn) else (ids,))


def test_pad_id_is_the_one_of_the_config():
    """pad_id를 바꾸면 패딩으로 보는 낱말이 바뀝니다."""
    ids = sentences(2, 7).clamp(min=2)
    for build in (transformer, rnn, bert):
        model = ready(build(pad_id=1))
        padded = ids.clone()
        padded[:, 5:] = 1
        tail = () if build is bert else (ids,)
        short, long = model(ids[:, :5], *tail), model(padded, *tail)
        torch.testing.assert_close(
            long[:, :5] if build is bert else long, short, rtol=0, atol=1e-12
        )


def test_gpt_has_no_padding():
    """GPT는 왼쪽만 보므로 채움이 뒤에만 있으면 따로 가릴 것이 없습니다.

    0도 보통의 낱말입니다.
    """
    model = ready(gpt())
    ids = sentences(2, 7)
    other = ids.clone()
    other[:, 2] = 0
    assert not torch.allclose(model(other)[:, 4:], model(ids)[:, 4:], atol=1e-3)
