"""RNN 인코더·디코더가 논문의 식 그대로인지.

한 문장씩, 한 단어씩, 패딩 없이 손으로 푼 것과 견줍니다.
"""

import copy
from functools import partial

import pytest
import torch
from parity import (
    DEVICES,
    LIMITS,
    Case,
    Setup,
    keep,
    lengths_to_ids,
    measure,
    on_device,
    randomise,
    trainable,
)
from torch import nn

from jumok.model import RnnAttention, RnnConfig, RnnSeq2Seq

SECTION = "RNN 인코더·디코더"
D, V_SRC, V_TGT, T = 6, 11, 13, 5
LENGTHS = {"패딩 없음": [7, 7, 7], "패딩": [4, 7, 1]}


# ── 셀의 식 ───────────────────────────────────────────────────────────────────────────


def layer_parameters(rnn, layer):
    return [
        getattr(rnn, f"{name}_l{layer}")
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]


def rnn_cell(x, state, w_x, w_h, b_x, b_h):
    h = torch.tanh(w_x @ x + b_x + w_h @ state[0] + b_h)
    return (h,)


def gru_cell(x, state, w_x, w_h, b_x, b_h):
    (h,) = state
    r_x, z_x, n_x = (w_x @ x + b_x).chunk(3)
    r_h, z_h, n_h = (w_h @ h + b_h).chunk(3)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + r * n_h)
    return ((1 - z) * n + z * h,)


def lstm_cell(x, state, w_x, w_h, b_x, b_h):
    h, c = state
    i, f, g, o = (w_x @ x + b_x + w_h @ h + b_h).chunk(4)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


CELLS = {"rnn": (rnn_cell, 1), "gru": (gru_cell, 1), "lstm": (lstm_cell, 2)}


def unroll(rnn, cell, x, states):
    """층마다의 상태 states를 이어 가며 x (T, D)를 읽습니다.

    마지막 층의 (T, D)와 끝의 상태들을 돌려줍니다.
    """
    states, outputs = list(states), []
    for step in x:
        for layer in range(rnn.num_layers):
            states[layer] = cell(step, states[layer], *layer_parameters(rnn, layer))
            step = states[layer][0]
        outputs.append(step)
    return torch.stack(outputs), states


# ── 어텐션의 식 ───────────────────────────────────────────────────────────────────────


def score(attention, q, k):
    if attention.score == "additive":
        return attention.v.weight[0] @ torch.tanh(
            attention.query_proj.weight @ q + attention.key_proj.weight @ k
        )
    return q @ (attention.key_proj.weight @ k if attention.score == "general" else k)


def context(attention, q, memory):
    """Σ_j a_j h_j,  a = softmax(score(q, h_j))."""
    scores = [score(attention, q, k).exp() for k in memory]
    return sum(s / sum(scores) * k for s, k in zip(scores, memory, strict=True))


def one_sentence(model, src, tgt):
    """src (S,), tgt (T,) → 로짓 (T, V). 식을 낱낱이 풉니다."""
    cell, parts = CELLS[model.config.cell]
    zero = [
        (src.new_zeros(D, dtype=model.output.weight.dtype),) * parts
    ] * model.config.n_layers
    memory, states = unroll(model.encoder, cell, model.src_embedding.weight[src], zero)
    hidden, _ = unroll(model.decoder, cell, model.tgt_embedding.weight[tgt], states)
    fixed = memory[-1]
    logits = []
    for h in hidden:
        c = fixed if model.attention is None else context(model.attention, h, memory)
        combined = torch.tanh(
            model.combine.weight @ torch.cat([c, h]) + model.combine.bias
        )
        logits.append(model.output.weight @ combined + model.output.bias)
    return torch.stack(logits)


class ByHand(nn.Module):
    """같은 매개변수를 가지고 문장마다 패딩을 떼어 낸 뒤 따로 푸는 모델."""

    def __init__(self, model):
        super().__init__()
        self.model = copy.deepcopy(model)

    def forward(self, src, tgt):
        sentences = [
            one_sentence(self.model, s[s != 0], t)
            for s, t in zip(src, tgt, strict=True)
        ]
        return torch.stack(sentences)


def seq2seq(cell, attention, n_layers, padding):
    config = RnnConfig(
        src_vocab_size=V_SRC,
        tgt_vocab_size=V_TGT,
        d_model=D,
        n_layers=n_layers,
        cell=cell,
        attention=attention,
    )
    ours = RnnSeq2Seq(config)
    theirs = ByHand(ours)
    # 상태들이 서로 비슷하면 쿼리는 소프트맥스에서 지워져 기울기가 거의 사라집니다.
    # 크게 흔들어 떼어 놓습니다.
    randomise(theirs, gain=2.0)
    src, tgt = lengths_to_ids(LENGTHS[padding], V_SRC), lengths_to_ids([T] * 3, V_TGT)
    names = {name: (f"model.{name}", keep) for name in trainable(ours)}
    return Setup(
        ours,
        theirs,
        names,
        *(partial(on_device, model, src, tgt) for model in (ours, theirs)),
    )


def attention_alone(name):
    ours = RnnAttention(D, name)
    theirs = copy.deepcopy(ours)
    randomise(theirs)
    lengths = [4, 7, 1]
    mask = torch.arange(7) < torch.tensor(lengths)[:, None, None]

    def run_ours(query, memory):
        return ours(query, memory, mask.to(query.device))

    def run_theirs(query, memory):
        cut = [m[:n] for m, n in zip(memory, lengths, strict=True)]
        return torch.stack(
            [
                torch.stack([context(theirs, q, m) for q in qs])
                for qs, m in zip(query, cut, strict=True)
            ]
        )

    names = {n: (n, keep) for n in trainable(ours)}
    return Setup(
        ours,
        theirs,
        names,
        run_ours,
        run_theirs,
        (torch.randn(3, T, D), torch.randn(3, 7, D)),
    )


KOREAN = {"none": "없음", "additive": "덧셈", "dot": "내적", "general": "일반"}
BY_HAND = "식을 단어마다 푼 것"
CASES = [
    *(
        Case(
            "RnnAttention",
            BY_HAND,
            f"{KOREAN[name]}, 마스크 패딩",
            partial(attention_alone, name),
        )
        for name in ("additive", "dot", "general")
    ),
    *(
        Case(
            "RnnSeq2Seq",
            BY_HAND,
            f"{cell.upper()} {n}층, 어텐션 {KOREAN[attention]}, {padding}",
            partial(seq2seq, cell, attention, n, padding),
        )
        for cell, attention, n, padding in (
            ("gru", "none", 1, "패딩 없음"),
            ("gru", "none", 2, "패딩"),
            ("gru", "additive", 1, "패딩"),
            ("gru", "dot", 1, "패딩"),
            ("gru", "general", 1, "패딩"),
            ("rnn", "additive", 2, "패딩"),
            ("lstm", "additive", 2, "패딩"),
        )
    ),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", LIMITS, ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_same_function_as_the_equations(case, dtype, device):
    forward, gradient = measure(case, dtype, device)
    assert forward <= LIMITS[dtype][0] and gradient <= LIMITS[dtype][1]


def test_a_sentence_of_padding_only_is_named_in_korean():
    model = RnnSeq2Seq(RnnConfig(src_vocab_size=V_SRC, tgt_vocab_size=V_TGT, d_model=D))
    with pytest.raises(ValueError, match=r"1번째 문장이 모두 채움\(0\)입니다"):
        model(
            torch.tensor([[3, 4], [0, 0], [0, 0]]), torch.ones(3, T, dtype=torch.long)
        )
