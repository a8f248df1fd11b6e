"""장부(book/ledger.yml)의 스위치: 켜면 정말 논문의 꼴이 되는지.

다른 시험이 지키는 것은 뺍니다.
"""

import math
from dataclasses import asdict

import pytest
import torch
from torch import nn
from training_toy import toy_train

from jumok.apps import Translator
from jumok.cli import build_parser
from jumok.decode import beam
from jumok.model import (
    BertConfig,
    Decoder,
    Encoder,
    GptConfig,
    LayerConfig,
    MultiHeadAttention,
    RnnConfig,
    RnnSeq2Seq,
    Transformer,
    TransformerConfig,
)
from jumok.training import loop, translating
from jumok.training.loss import label_smoothed_loss
from jumok.training.presets import BERT, CLASSIFIER, GPT, TRANSLATION, VIT, find_preset
from jumok.training.recipe import Recipe, learning_rate
from jumok.training.translating import EXTRA_TOKENS

PAPER = {"d_model": 512, "n_heads": 8, "n_layers": 6, "d_ff": 2048, "dropout": 0.1}
SMALL = {"d_model": 16, "n_heads": 2, "n_layers": 2, "d_ff": 24}


# ── 모델 ──────────────────────────────────────────────────────────────────────────────


def test_fresh_multi_head_is_the_papers_formula_without_biases():
    """3.2.2절의 식을 헤드마다 그대로: Concat(softmax(QWᵢ(KWᵢ)ᵀ/√d_k)VWᵢ)W^O."""
    torch.manual_seed(0)
    ours = MultiHeadAttention(12, 3).double()
    q, k, v = torch.randn(3, 2, 5, 12, dtype=torch.float64)
    heads = []
    for i in range(3):
        part = slice(4 * i, 4 * i + 4)
        wq, wk, wv = (
            p.weight[part].T for p in (ours.query_proj, ours.key_proj, ours.value_proj)
        )
        scores = (q @ wq) @ (k @ wk).transpose(1, 2) / math.sqrt(4)
        heads.append(scores.softmax(-1) @ (v @ wv))
    want = torch.cat(heads, dim=-1) @ ours.output_proj.weight.T
    torch.testing.assert_close(ours(q, k, v), want, rtol=0, atol=1e-12)


def test_norm_eps_reaches_every_layer_norm():
    for norm_first in (False, True):
        model = Transformer(
            TransformerConfig.base(20, **SMALL, norm_first=norm_first, norm_eps=1e-6)
        )
        norms = [
            module for module in model.modules() if isinstance(module, nn.LayerNorm)
        ]
        assert len(norms) == 2 * 2 + 3 * 2 + 2 * norm_first
        assert {norm.eps for norm in norms} == {1e-6}


@pytest.mark.parametrize("stack", [Encoder, Decoder])
def test_only_pre_norm_ends_with_a_norm(stack):
    assert isinstance(stack(LayerConfig(**SMALL)).norm, nn.Identity)
    assert isinstance(stack(LayerConfig(**SMALL, norm_first=True)).norm, nn.LayerNorm)


def test_base_is_the_row_of_table_three():
    config = TransformerConfig.base()
    assert {name: getattr(config, name) for name in PAPER} == PAPER
    assert config.src_vocab_size == config.tgt_vocab_size == 37_000
    assert (config.attention_dropout, config.norm_first, config.activation) == (
        0.0,
        False,
        "relu",
    )
    assert config.tie_weights


def test_bert_and_gpt_drop_out_everywhere_by_default():
    for config in (BertConfig.base(), GptConfig.small()):
        assert config.dropout == config.attention_dropout == 0.1


def test_the_rnn_takes_four_lstm_layers():
    sizes = {"src_vocab_size": 20, "tgt_vocab_size": 20, "d_model": 8}
    model = RnnSeq2Seq(RnnConfig(**sizes, cell="lstm", n_layers=4, attention="none"))
    for side in (model.encoder, model.decoder):
        assert isinstance(side, nn.LSTM) and side.num_layers == 4
    assert model.attention is None


# ── 학습 ──────────────────────────────────────────────────────────────────────────────


def test_the_default_recipe_is_section_five():
    recipe = Recipe()
    assert (recipe.steps, recipe.max_tokens, recipe.warmup) == (100_000, 25_000, 4000)
    assert (recipe.betas, recipe.eps, recipe.weight_decay) == ((0.9, 0.98), 1e-9, 0.0)
    assert (recipe.smoothing, recipe.clip, recipe.precision) == (0.1, 0.0, "fp32")
    assert (recipe.schedule, recipe.peak_rate) == ("inverse_sqrt", None)


def test_park_learns_by_the_paper():
    """park 설정은 정밀도와 모양의 반올림 말고는 논문의 학습법이고,
    크기도 base입니다."""
    preset = find_preset("translation", "park")
    changed = {
        name
        for name, x in asdict(preset.recipe).items()
        if x != getattr(Recipe(), name)
    }
    assert changed == {"precision", "round_to"}
    assert {
        name: preset.options[name] for name in PAPER
    } == PAPER and preset.average == 5
    more = preset.changed(average=20, keep=20)
    assert more.average == more.recipe.keep == 20  # big: 마지막 20개
    # 나머지 설정은 장부에 적은 대로 다릅니다.
    assert [TRANSLATION[name].options["dropout"] for name in ("gpu", "h200")] == [
        0.3,
        0.3,
    ]
    assert [TRANSLATION[name].recipe.clip for name in ("gpu", "h200")] == [1.0, 1.0]
    for name in ("quick", "cpu", "docs-cpu"):
        assert (
            TRANSLATION[name].recipe.schedule == "linear"
            and TRANSLATION[name].average == 1
        )
        assert TRANSLATION[name].recipe.max_tokens == 2048


def span(presets, pick):
    found = [pick(preset) for preset in presets.values()]
    return min(found), max(found)


def test_the_numbers_in_the_ledger_are_those_of_the_presets():
    """장부의 글에 적은 크기와 값. 설정을 바꾸면 글도 고쳐야 합니다."""
    assert span(TRANSLATION, lambda p: p.vocab_size) == (4000, 16_000)
    assert span(TRANSLATION, lambda p: p.recipe.max_tokens) == (2048, 25_000)
    assert (TRANSLATION["gpu"].recipe.max_tokens, TRANSLATION["gpu"].recipe.warmup) == (
        8192,
        4000,
    )
    assert (
        TRANSLATION["h200"].recipe.warmup == 2000
        and TRANSLATION["gpu"].options["d_model"] == 512
    )
    assert span(BERT, lambda p: p.vocab_size) == (1500, 16_000)
    assert (
        BERT["cpu"].options["attention_dropout"]
        == BERT["nsmc-cpu"].options["dropout"]
        == 0.0
    )
    assert span(GPT, lambda p: p.vocab_size) == (1500, 8000)
    # 줄이 글의 처음에서 시작하는 설정(seq_len 0)은 모델의 한도만큼 읽습니다.
    assert span(GPT, lambda p: p.seq_len or p.options["max_len"]) == (64, 256)
    assert span(GPT, lambda p: p.options["attention_dropout"]) == (0.0, 0.0)
    assert span(CLASSIFIER, lambda p: p.recipe.peak_rate) == (1e-4, 3e-4)
    assert span(CLASSIFIER, lambda p: p.recipe.max_tokens) == (32, 128)
    for preset in (*BERT.values(), *GPT.values(), *VIT.values()):
        rules = preset.recipe
        assert (rules.schedule, rules.betas, rules.clip) == ("cosine", (0.9, 0.98), 1.0)
    assert (VIT["cpu"].recipe.max_tokens, VIT["cpu"].recipe.weight_decay) == (64, 0.0)


def test_adamw_without_decay_is_the_adam_of_the_paper():
    """Kingma와 Ba의 식을 손으로 열 걸음 따라가,
    학습 고리가 쓰는 옵티마이저와 견줍니다."""
    recipe = Recipe()
    x = nn.Parameter(torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64))
    rules = {
        "betas": recipe.betas,
        "eps": recipe.eps,
        "weight_decay": recipe.weight_decay,
    }
    optimizer = torch.optim.AdamW([x], lr=0.0, fused=True, **rules)
    mine, m, v = x.detach().clone(), torch.zeros(3).double(), torch.zeros(3).double()
    for t in range(1, 11):
        loop.set_rate(optimizer, learning_rate(t, recipe, 512))
        x.grad = torch.cos(x.detach() * t)
        g = torch.cos(mine * t)
        m, v = 0.9 * m + 0.1 * g, 0.98 * v + 0.02 * g**2
        step = (m / (1 - 0.9**t)) / ((v / (1 - 0.98**t)).sqrt() + 1e-9)
        mine = mine - learning_rate(t, recipe, 512) * step
        optimizer.step()
    torch.testing.assert_close(x.detach(), mine, rtol=0, atol=1e-14)


def test_smoothing_of_the_papers_code_is_ours_with_another_epsilon():
    """정답에 1 − ε, 나머지 V − 1개에 ε을 고루 나눈 목표는 우리 꼴에 εV/(V − 1)을 준
    것입니다.
    """
    torch.manual_seed(0)
    n, vocab, eps = 6, 11, 0.1
    logits, y = (
        torch.randn(n, vocab, dtype=torch.float64),
        torch.randint(1, vocab, (n,)),
    )
    target = torch.full_like(logits, eps / (vocab - 1)).scatter_(1, y[:, None], 1 - eps)
    want = -(target * logits.log_softmax(-1)).sum(-1).mean()
    same = label_smoothed_loss(logits, y, eps * vocab / (vocab - 1))
    torch.testing.assert_close(same, want, rtol=0, atol=1e-14)
    assert abs(float(label_smoothed_loss(logits, y, eps) - want)) > 1e-3


@pytest.mark.parametrize("clip", [0.0, 1.0])
def test_nothing_is_clipped_when_clip_is_zero(tmp_path, monkeypatch, clip):
    asked = []
    monkeypatch.setattr(nn.utils, "clip_grad_norm_", lambda *_: asked.append(True))
    toy_train(tmp_path, steps=6, clip=clip)
    assert bool(asked) == (clip > 0)


def test_weight_decay_takes_every_parameter(tmp_path, monkeypatch):
    """장부에 적은 대로, 치우침과 층 정규화의 값도 함께 줄입니다."""
    seen = []
    real = torch.optim.AdamW

    def spy(parameters, **rules):
        optimizer = real(parameters, **rules)
        seen.extend(
            (len(group["params"]), group["weight_decay"])
            for group in optimizer.param_groups
        )
        return optimizer

    monkeypatch.setattr(torch.optim, "AdamW", spy)
    model, _ = toy_train(tmp_path, steps=6, weight_decay=0.01)
    assert seen == [(len(list(model.parameters())), 0.01)]


def test_bert_recipe_warms_up_and_falls_to_zero():
    """BERT 부록 A.2의 일정:
    10,000걸음 오르고 1,000,000걸음에 0이 되도록 곧게 내립니다."""
    recipe = Recipe(schedule="linear", peak_rate=1e-4, warmup=10_000, steps=1_000_000)
    rates = [learning_rate(t, recipe, 768) for t in (1, 10_000, 505_000, 1_000_000)]
    assert rates == pytest.approx([1e-8, 1e-4, 0.5e-4, 0.0], abs=1e-12)


def test_fine_tuning_takes_the_papers_numbers_from_the_command_line():
    words = [
        "train",
        "classifier",
        "--preset",
        "nsmc",
        "--max-tokens",
        "32",
        "--peak-rate",
        "2e-5",
    ]
    args = build_parser().parse_args(words)
    preset = find_preset(args.kind, args.preset).changed(
        max_tokens=args.max_tokens, peak_rate=args.peak_rate
    )
    assert (preset.recipe.max_tokens, preset.recipe.peak_rate) == (32, 2e-5)


# ── 풀기 ──────────────────────────────────────────────────────────────────────────────


class Words:
    """낱말이 곧 번호인 토크나이저."""

    def encode(self, text):
        return [int(word) for word in text.split()]

    def decode(self, ids):
        return " ".join(map(str, ids))


def test_one_sentence_at_a_time_ends_fifty_tokens_after_its_own_source(monkeypatch):
    """끝 토큰을 내지 않게 하고 한도를 봅니다.

    묶어 풀면 짧은 문장도 긴 원문의 한도를 씁니다.
    """
    model = Transformer(TransformerConfig.base(12, **SMALL, max_len=100)).eval()
    limits = []

    def spy(model, src, limit, **options):
        limits.append((src.size(1), limit))
        return beam(model, src, 1, **options)

    monkeypatch.setattr(translating, "beam", spy)
    ours = Translator(model, Words(), torch.device("cpu"))
    texts = ["7 8 9", "7 8 9 10 11"]
    ours.translate(texts, max_tokens=1)
    assert limits == [(3, 3 + EXTRA_TOKENS), (5, 5 + EXTRA_TOKENS)]
    ours.translate(texts)
    assert limits[2:] == [(5, 5 + EXTRA_TOKENS)]
