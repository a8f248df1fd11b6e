"""RNN 인코더·디코더와 어텐션: 트랜스포머보다 먼저 어텐션이 쓰인 자리입니다."""

from typing import NamedTuple

import numpy as np

from .attention import additive_attention
from .cells import RecurrentWeights, gru_cell
from .layers import linear
from .masks import padding_mask
from .recurrent import recurrent_forward


class Seq2SeqWeights(NamedTuple):
    """RNN 인코더·디코더의 매개변수.

    모양: 임베딩 둘 (V, D), GRU 둘, 덧셈 점수의 w_query와 w_key (D, D), v (D,),
    섞는 층 (2D, D)와 (D,), 출력층 (D, V)와 (V,).
    """

    src_embedding: np.ndarray
    tgt_embedding: np.ndarray
    encoder: RecurrentWeights
    decoder: RecurrentWeights
    w_query: np.ndarray
    w_key: np.ndarray
    v: np.ndarray
    w_combine: np.ndarray
    b_combine: np.ndarray
    w_output: np.ndarray
    b_output: np.ndarray


def seq2seq_encode(
    src_ids: np.ndarray, weights: Seq2SeqWeights, pad_id: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """원문을 GRU로 읽어 단어마다의 상태와, 문장이 끝났을 때의 상태를 돌려줍니다.

    모양: src_ids (B, S) 정수, 채움은 뒤쪽 → memory (B, S, H), last (B, H).
    last가 고정된 문맥 벡터입니다.
    오류: 진짜 단어가 하나도 없거나 채움이 뒤쪽에만 있지 않으면 ValueError.
    """
    lengths = _lengths(src_ids, pad_id)
    x = weights.src_embedding[src_ids]  # (B, S, D)
    start = np.zeros((len(x), weights.encoder.w_hh.shape[0]), dtype=x.dtype)
    memory, _ = recurrent_forward(gru_cell, x, start, weights.encoder)
    # 맨 뒤의 상태가 아니라 마지막 진짜 단어의 상태입니다. 짧은 문장의 뒤는 채움입니다.
    return memory, memory[np.arange(len(x)), lengths - 1]


def seq2seq_forward(
    src_ids: np.ndarray, tgt_ids: np.ndarray, weights: Seq2SeqWeights, pad_id: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """교사 강요로 모든 출력 단어의 로짓과 정렬(alignment)을 구합니다.

    디코더 상태 s_t가 쿼리, 인코더 상태들이 키이자 밸류입니다.
    로짓은 tanh([문맥; s_t]W_c + b_c)W_o + b_o입니다.
    모양: src_ids (B, S), tgt_ids (B, T) 정수 → logits (B, T, V), alignments (B, T, S).
    tgt_ids는 답을 한 칸 민 디코더 입력이고, t번째 로짓은 tgt_ids의 0…t번째만 봅니다.
    출처: Bahdanau et al. (2015)의 점수, Luong et al. (2015), 식 (5)의 로짓.
    """
    memory, last = seq2seq_encode(src_ids, weights, pad_id)  # (B, S, H), (B, H)
    # 디코더는 원문을 다 읽은 상태에서 시작합니다. 어텐션이 없으면 이것만 보고 씁니다.
    x = weights.tgt_embedding[tgt_ids]  # (B, T, D)
    states, _ = recurrent_forward(gru_cell, x, last, weights.decoder)  # (B, T, H)
    mask = padding_mask(src_ids, pad_id)  # (B, 1, S)
    scorer = (weights.w_query, weights.w_key, weights.v)
    # 모든 걸음의 상태를 한꺼번에 쿼리로 씁니다. 답을 미리 알고 있기 때문입니다.
    context, alignments = additive_attention(states, memory, memory, *scorer, mask)
    both = np.concatenate([context, states], axis=-1)  # (B, T, 2H)
    combined = np.tanh(linear(both, weights.w_combine, weights.b_combine))
    return linear(combined, weights.w_output, weights.b_output), alignments


def _lengths(ids: np.ndarray, pad_id: int) -> np.ndarray:
    real = np.asarray(ids) != pad_id  # (B, S)
    lengths = real.sum(axis=1)
    if (lengths == 0).any():
        raise ValueError(
            f"{int(lengths.argmin())}번째 원문에 단어가 하나도 없습니다"
            f"(모두 채움 {pad_id})."
        )
    # 채움 바로 뒤에 단어가 온 자리가 하나라도 있는지 봅니다.
    if (real[:, 1:] & ~real[:, :-1]).any():
        raise ValueError(
            f"채움 {pad_id}은(는) 문장 뒤쪽에만 있어야 합니다. "
            "단어 앞에 채움이 있습니다."
        )
    return lengths
