"""층의 속: 잔차와 정규화의 순서, 드롭아웃이 걸리는 때와 곳, 처음 값의 통계."""

import ast
import copy
from pathlib import Path

import pytest
import torch
from tiny_models import (
    DEVICES,
    MODELS,
    B,
    bert,
    bert_pretraining,
    gpt,
    outputs,
    ready,
    transformer,
    vit,
)
from torch import nn

from jumok import model as package
from jumok.model import (
    Bert,
    BertConfig,
    Decoder,
    Encoder,
    EncoderLayer,
    FeedForward,
    Gpt,
    GptConfig,
    LayerConfig,
    MultiHeadAttention,
    Residual,
    Transformer,
    TransformerConfig,
    Vit,
    VitConfig,
)

T, D = 7, 16


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        yield


def config(**changes):
    return LayerConfig(
        **{
            "d_model": D,
            "n_heads": 2,
            "n_layers": 3,
            "d_ff": 24,
            "dropout": 0.0,
            **changes,
        }
    )


@pytest.fixture
def x():
    return torch.randn(
        B, T, D, generator=torch.Generator().manual_seed(2), dtype=torch.float64
    )


# ── 잔차와 정규화 ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("norm_first", [False, True])
def test_residual_is_its_equation(x, norm_first):
    residual = ready(Residual(config(norm_first=norm_first)))
    norm = residual.norm
    want = x + torch.sin(norm(x)) if norm_first else norm(x + torch.sin(x))
    torch.testing.assert_close(residual(x, torch.sin), want, rtol=0, atol=0)


@pytest.mark.parametrize("norm_first", [False, True])
def test_silent_sublayers_leave_only_the_residual_path(x, norm_first):
    """부분 층의 출력이 0이면 pre는 항등이고, post는 정규화를 되풀이할 뿐입니다."""
    encoder = Encoder(config(norm_first=norm_first)).double()
    for name, parameter in encoder.named_parameters():
        if "output_proj" in name or "down" in name:
            nn.init.zeros_(parameter)
    normal = nn.functional.layer_norm(x, (D,))
    torch.testing.assert_close(encoder(x), normal, rtol=0, atol=1e-4)
    stream = x
    for layer in encoder.layers:
        stream = layer(stream)
    torch.testing.assert_close(stream, x if norm_first else normal, rtol=0, atol=1e-4)


@pytest.mark.parametrize("stack", [Encoder, Decoder])
@pytest.mark.parametrize("norm_first", [False, True])
def test_output_of_a_stack_is_normalised_either_way(x, stack, norm_first):
    model = stack(config(norm_first=norm_first)).double()
    out = model(x) if stack is Encoder else model(x, x)
    torch.testing.assert_close(
        out.mean(-1), torch.zeros(B, T).double(), rtol=0, atol=1e-12
    )
    torch.testing.assert_close(
        out.var(-1, correction=0), torch.ones(B, T).double(), rtol=0, atol=1e-3
    )
    assert isinstance(model.norm, nn.LayerNorm) == norm_first


def test_pre_and_post_are_different_functions(x):
    pre, post = (
        ready(EncoderLayer(config(norm_first=first))) for first in (True, False)
    )
    pre.load_state_dict(post.state_dict())
    assert not torch.allclose(pre(x), post(x), atol=1e-2)


def test_feed_forward_treats_each_position_alone(x):
    model = ready(FeedForward(D, 24, "gelu"))
    rows = torch.stack([model(x[:, t : t + 1])[:, 0] for t in range(T)], dim=1)
    torch.testing.assert_close(model(x), rows, rtol=0, atol=1e-12)
    y = x.clone()
    y[:, 3] += 1
    assert torch.equal((model(y) != model(x)).any(-1)[0], torch.arange(T) == 3)


@pytest.mark.parametrize("name", ["relu", "gelu", "gelu_tanh"])
def test_activations_are_their_equations(name):
    x = torch.linspace(-6, 6, 101, dtype=torch.float64)
    inner = (2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)
    want = {
        "relu": x * (x > 0),
        "gelu": x * 0.5 * (1 + torch.erf(x / 2**0.5)),
        "gelu_tanh": 0.5 * x * (1 + torch.tanh(inner)),
    }[name]
    torch.testing.assert_close(
        FeedForward(1, 1, name).activation(x), want, rtol=0, atol=1e-12
    )


def test_layers_do_not_share_parameters():
    """층을 복사해 쌓으면 모든 층이 같은 값에서 시작합니다.

    우리 층은 저마다 새로 만듭니다.
    """
    for model in (transformer(), gpt(), bert_pretraining(), vit()):
        first, second = (
            model.bert.encoder.layers
            if hasattr(model, "bert")
            else model.encoder.layers
        )
        for (name, a), b in zip(
            first.named_parameters(), second.parameters(), strict=True
        ):
            assert a.data_ptr() != b.data_ptr()
            assert a.dim() == 1 or not torch.equal(a, b), name


def test_bert_without_segments_is_all_in_the_first_one():
    model = ready(bert())
    ids = torch.randint(1, 19, (B, T))
    zeros, ones = torch.zeros_like(ids), torch.ones_like(ids)
    torch.testing.assert_close(model(ids), model(ids, zeros), rtol=0, atol=0)
    assert not torch.allclose(model(ids), model(ids, ones), atol=1e-3)


# ── 드롭아웃 ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", MODELS)
def test_dropout_is_off_in_eval_and_on_in_train(name, device):
    inputs = MODELS[name].make_inputs(B, T)
    plain = ready(MODELS[name].build(), device)
    dropped = ready(MODELS[name].build(dropout=0.5), device)
    dropped.load_state_dict(plain.state_dict())
    want = outputs(plain, inputs)
    torch.testing.assert_close(outputs(dropped, inputs), want, rtol=0, atol=0)
    torch.testing.assert_close(outputs(plain.train(), inputs), want, rtol=0, atol=0)
    dropped.train()
    one, two = outputs(dropped, inputs)[0], outputs(dropped, inputs)[0]
    assert not torch.allclose(one, two, atol=1e-3) and not torch.allclose(
        one, want[0], atol=1e-3
    )


@pytest.mark.parametrize("name", ["Transformer post", "Bert", "Gpt", "Vit"])
def test_attention_dropout_is_a_switch_of_its_own(name):
    inputs = MODELS[name].make_inputs(B, T)
    plain, dropped = (
        ready(MODELS[name].build()),
        ready(MODELS[name].build(attention_dropout=0.5)),
    )
    dropped.load_state_dict(plain.state_dict())
    torch.testing.assert_close(
        outputs(dropped, inputs), outputs(plain, inputs), rtol=0, atol=0
    )
    dropped.train()
    assert not torch.allclose(
        outputs(dropped, inputs)[0], outputs(plain, inputs)[0], atol=1e-3
    )


# 층 하나의 부분 층마다 한 번, 그리고 입력(임베딩)마다 한 번.
# 논문 5.4절, BERT와 GPT-2와 ViT의 코드.
SITES = {
    "Transformer post": 2 + 2 * 2 + 2 * 3,
    "Transformer pre": 2 + 2 * 2 + 2 * 3,
    "Bert": 1 + 2 * 2,
    "BertForPretraining": 1 + 2 * 2,
    "BertClassifier": 1 + 2 * 2 + 1,
    "Gpt": 1 + 2 * 2,
    "Vit": 1 + 2 * 2,
    "RnnSeq2Seq additive": 3,  # 두 임베딩과 출력층의 앞
}


@pytest.mark.parametrize("name", SITES)
def test_dropout_sits_where_the_papers_put_it(name):
    model, seen = MODELS[name].build(dropout=0.5).train(), []
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.register_forward_hook(
                lambda m, args, out: seen.append((args[0], out))
            )
    outputs(model, MODELS[name].make_inputs(B, T))
    assert len(seen) == SITES[name]
    for before, after in seen:
        assert not torch.equal(before, after)
        dropped = after == 0
        torch.testing.assert_close(after[~dropped], 2 * before[~dropped])
        assert 0.25 < float(dropped.double().mean()) < 0.75


@pytest.mark.parametrize("norm_first", [False, True])
def test_dropout_falls_on_the_sublayer_not_on_the_residual_path(norm_first):
    """부분 층의 출력에만 걸립니다.

    살아남은 성분은 1/(1−p)배, 나머지는 0, 잔차 x는 그대로입니다.
    """
    residual = Residual(
        config(d_model=1000, dropout=0.25, norm_first=norm_first)
    ).double()
    residual.norm = nn.Identity()
    x = torch.randn(20, 5, 1000, dtype=torch.float64)
    added = residual(x, torch.ones_like) - x
    kept = added.abs() > 0.5
    torch.testing.assert_close(
        added[kept], torch.full_like(added[kept], 1 / 0.75), rtol=0, atol=1e-12
    )
    assert float(added[~kept].abs().max()) < 1e-12
    # 십만 개의 표본에서 비율의 표준편차는 √(0.75·0.25/10⁵) ≈ 0.0014입니다.
    assert float(kept.double().mean()) == pytest.approx(0.75, abs=6 * 0.0014)


def test_attention_dropout_keeps_the_mean_and_drops_whole_weights():
    attention = ready(MultiHeadAttention(4, 1, dropout=0.5))
    for proj in (attention.value_proj, attention.output_proj):
        nn.init.eye_(proj.weight)
        nn.init.zeros_(proj.bias)
    query = torch.zeros(1, 4000, 4, dtype=torch.float64)
    nn.init.zeros_(attention.query_proj.bias)  # 점수가 모두 0: 네 키를 똑같이 봅니다
    memory = torch.eye(4, dtype=torch.float64)[None]
    # 밸류가 단위 행렬이므로 출력이 곧 가중치
    weights = attention.train()(query, memory, memory)[0]
    assert set(weights.detach().unique().tolist()) == {0.0, 0.5}
    assert float(weights.detach().mean()) == pytest.approx(
        0.25, abs=6 * 0.25 / 16000**0.5
    )


# ── 처음 값 ───────────────────────────────────────────────────────────────────────────


def test_initial_values_are_decided_in_one_file():
    """다른 파일은 그 파일의 함수를 부를 뿐, `nn.init`을 제 손으로 쓰지 않습니다."""
    folder = Path(package.__file__).parent
    users = {
        path.name
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf8")))
        if isinstance(node, ast.Attribute) and node.attr == "init"
    }
    assert users == {"initial_values.py"}


def std(tensor):
    return float(tensor.detach().std())


WIDE = {"d_model": 256, "n_heads": 4, "n_layers": 2, "d_ff": 1024}


def parameters(model, ending):
    found = [p for n, p in model.named_parameters() if n.endswith(ending)]
    assert found, ending
    return found


STARTS = {
    "Transformer": lambda: Transformer(TransformerConfig.base(50, **WIDE)),
    "Bert": lambda: Bert(BertConfig.base(50, **WIDE)),
    "Gpt": lambda: Gpt(GptConfig.small(50, **WIDE)),
    "Vit": lambda: Vit(VitConfig.base(**WIDE, image_size=8, patch_size=4)),
}


@pytest.mark.parametrize("name", STARTS)
def test_biases_start_at_zero_and_norms_as_the_identity(name):
    for module in STARTS[name]().encoder.modules():
        if isinstance(module, nn.Linear):
            assert not module.bias.any()
        if isinstance(module, nn.LayerNorm):
            assert not module.bias.any() and (module.weight == 1).all()


def test_transformer_starts_with_xavier_and_scaled_embeddings():
    model = Transformer(TransformerConfig.base(3000, **WIDE))
    assert std(model.tgt_embedding.tokens.weight) == pytest.approx(256**-0.5, rel=0.01)
    for ending, n_in, n_out in (
        ("query_proj.weight", 256, 256),
        ("up.weight", 256, 1024),
        ("down.weight", 1024, 256),
    ):
        for weight in parameters(model, ending):
            bound = (6 / (n_in + n_out)) ** 0.5
            assert std(weight) == pytest.approx(bound / 3**0.5, rel=0.02)
            # float32로 반올림한 몫
            assert float(weight.detach().abs().max()) <= bound * (1 + 1e-6)
    untied = Transformer(TransformerConfig.base(3000, **WIDE, tie_weights=False))
    assert std(untied.output.weight) == pytest.approx((2 / 3256) ** 0.5, rel=0.02)


@pytest.mark.parametrize("tied", [True, False])
def test_transformer_can_start_from_one_small_deviation(tied):
    model = Transformer(
        TransformerConfig.base(3000, **WIDE, init_std=0.02, tie_weights=tied)
    )
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2:
            assert std(parameter) == pytest.approx(0.02, rel=0.03), name
    assert not any(
        module.bias.any()
        for module in model.modules()
        if getattr(module, "bias", None) is not None
    )
    assert (model.output.weight is model.tgt_embedding.tokens.weight) == tied


@pytest.mark.parametrize("wrong", [0, -0.02, float("nan")])
def test_initial_deviation_must_be_positive(wrong):
    with pytest.raises(ValueError, match="init_std"):
        TransformerConfig.base(30, init_std=wrong)


def test_bert_starts_at_two_hundredths():
    model = bert_pretraining(**WIDE)
    for name, parameter in model.named_parameters():
        if parameter.numel() > 20_000:
            assert std(parameter) == pytest.approx(0.02, rel=0.03), name


def test_gpt_shrinks_what_is_added_to_the_residual_path():
    model = gpt(**{**WIDE, "n_layers": 8})
    for ending in ("output_proj.weight", "down.weight"):
        for weight in parameters(model, ending):
            assert std(weight) == pytest.approx(0.02 / 16**0.5, rel=0.02)
    for ending in ("query_proj.weight", "key_proj.weight", "up.weight"):
        for weight in parameters(model, ending):
            assert std(weight) == pytest.approx(0.02, rel=0.02)
    assert std(model.tokens.weight) == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize("name", [n for n in MODELS if n != "Bert"])
def test_first_loss_is_near_guessing(name):
    """배우기 전에는 모든 답이 비슷해야 합니다.

    곧 첫 손실이 log(답의 수)에서 멀지 않습니다.
    """
    model = MODELS[name].build().eval()
    inputs = MODELS[name].make_inputs(32, T)
    for logits in outputs(model, inputs):
        n = logits.size(-1)
        answers = torch.randint(n, (logits.numel() // n,))
        loss = float(
            nn.functional.cross_entropy(logits.detach().flatten(0, -2), answers)
        )
        assert loss == pytest.approx(torch.tensor(float(n)).log().item(), rel=0.35)


def test_models_can_be_copied():
    """이동 평균이나 비교를 위해 통째로 복사해도 같은 함수입니다.

    묶은 것은 복사본 안에서 묶입니다.
    """
    model = ready(transformer())
    other = copy.deepcopy(model)
    inputs = MODELS["Transformer post"].make_inputs(B, T)
    torch.testing.assert_close(
        outputs(other, inputs), outputs(model, inputs), rtol=0, atol=0
    )
    assert other.output.weight is other.tgt_embedding.tokens.weight
    assert other.output.weight is not model.output.weight
