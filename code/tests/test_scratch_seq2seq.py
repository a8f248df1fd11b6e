"""numpy의 RNN 인코더·디코더: 우리 모형(RnnSeq2Seq)과 같은 로짓과 정렬.

채움과 미래를 보지 않는 성질도 봅니다.
"""

import numpy as np
import pytest
import torch
from torch import nn

from jumok.model import RnnConfig, RnnSeq2Seq
from jumok.scratch import (
    RecurrentWeights,
    Seq2SeqWeights,
    seq2seq_encode,
    seq2seq_forward,
)

V_SRC, V_TGT, D = 11, 13, 6
SRC = np.array([[4, 5, 6, 7, 8, 9, 10], [4, 9, 6, 0, 0, 0, 0], [7, 0, 0, 0, 0, 0, 0]])
TGT = np.array([[2, 5, 6, 12, 4], [2, 7, 3, 0, 0], [2, 3, 0, 0, 0]])


@pytest.fixture(scope="module")
def model() -> RnnSeq2Seq:
    torch.manual_seed(3)
    config = RnnConfig(
        src_vocab_size=V_SRC, tgt_vocab_size=V_TGT, d_model=D, cell="gru"
    )
    model = RnnSeq2Seq(config).double().eval()
    for p in model.parameters():
        nn.init.normal_(p, std=0.5)
    return model


@pytest.fixture(scope="module")
def weights(model) -> Seq2SeqWeights:
    def arrays(module):
        return [p.detach().numpy().T for p in module.parameters()]

    attention = model.attention
    return Seq2SeqWeights(
        model.src_embedding.weight.detach().numpy(),
        model.tgt_embedding.weight.detach().numpy(),
        RecurrentWeights(*arrays(model.encoder)),
        RecurrentWeights(*arrays(model.decoder)),
        *arrays(attention.query_proj),
        *arrays(attention.key_proj),
        arrays(attention.v)[0][:, 0],
        *arrays(model.combine),
        *arrays(model.output),
    )


def assert_same(got, want):
    np.testing.assert_allclose(
        got, want.detach().numpy(), rtol=0, atol=1e-10, strict=True
    )


def test_logits_equal_the_model(model, weights):
    logits, alignments = seq2seq_forward(SRC, TGT, weights)
    assert_same(logits, model(torch.tensor(SRC), torch.tensor(TGT)))
    assert logits.shape == (3, 5, V_TGT) and alignments.shape == (3, 5, 7)


def test_alignments_equal_the_model(model, weights):
    memory, last = seq2seq_encode(SRC, weights)
    state = model.start(torch.tensor(SRC))
    real = SRC != 0
    np.testing.assert_allclose(
        memory[real], state.memory.detach().numpy()[real], rtol=0, atol=1e-10
    )
    assert_same(last, state.last)
    states, _ = model.decoder(model.tgt_embedding(torch.tensor(TGT)), state.hidden)
    want = model.attention.weights(states, state.memory, state.memory_mask)
    assert_same(seq2seq_forward(SRC, TGT, weights)[1], want)


def test_alignments_are_weights_over_real_words_only(weights):
    _, alignments = seq2seq_forward(SRC, TGT, weights)
    hidden = np.broadcast_to((SRC == 0)[:, None, :], alignments.shape)
    np.testing.assert_allclose(alignments.sum(-1), 1, atol=1e-14)
    assert (alignments[hidden] == 0).all() and (alignments[~hidden] > 0).all()


def test_padding_changes_nothing(weights):
    logits, _ = seq2seq_forward(SRC, TGT, weights)
    for row, length in enumerate((SRC != 0).sum(1)):
        alone, _ = seq2seq_forward(
            SRC[row : row + 1, :length], TGT[row : row + 1], weights
        )
        np.testing.assert_allclose(alone[0], logits[row], atol=1e-12)


def test_later_target_words_never_change_earlier_logits(weights):
    changed = TGT.copy()
    changed[:, 3:] = 1
    before, after = (seq2seq_forward(SRC, ids, weights)[0] for ids in (TGT, changed))
    np.testing.assert_array_equal(after[:, :3], before[:, :3])
    assert not np.allclose(after[:, 3:], before[:, 3:])


def test_bad_sources_are_named(weights):
    with pytest.raises(ValueError, match="1번째 원문"):
        seq2seq_encode(np.array([[4, 5], [0, 0]]), weights)
    with pytest.raises(ValueError, match="뒤쪽에만"):
        seq2seq_encode(np.array([[0, 5]]), weights)
