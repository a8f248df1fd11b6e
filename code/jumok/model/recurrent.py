"""RNN 인코더·디코더: 어텐션이 없을 때와 있을 때(덧셈, 내적, 일반)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .checks import check_ids
from .config import RnnConfig
from .fast.dropout import Dropout
from .initial_values import initialise_embedding
from .masks import padding_mask

RNNS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
# RNN과 GRU의 은닉 상태는 h 하나, LSTM은 (h, c) 한 쌍입니다. 저마다 (n_layers, R, D).
Hidden = Tensor | tuple[Tensor, Tensor]


class RnnAttention(nn.Module):
    """디코더 상태가 쿼리, 인코더 상태들이 키이자 밸류인 어텐션.

    점수: additive vᵀtanh(W_q q + W_k k), dot q·k, general qᵀWk.
    내적을 √d_k로 나누지 않는 것이 원래 꼴입니다.
    모양: query (B, T, D), memory (B, S, D), mask (B, 1, S) bool
    → 문맥 벡터 (B, T, D).
    출처: Bahdanau et al. (2015); Luong et al. (2015), 식 (8).
    """

    def __init__(self, d_model: int, score: str) -> None:
        super().__init__()
        self.score = score
        if score == "additive":
            self.query_proj = nn.Linear(d_model, d_model, bias=False)
            self.key_proj = nn.Linear(d_model, d_model, bias=False)
            self.v = nn.Linear(d_model, 1, bias=False)
        elif score == "general":
            self.key_proj = nn.Linear(d_model, d_model, bias=False)

    def forward(self, query: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        return self.weights(query, memory, mask) @ memory  # (B, T, D)

    def weights(self, query: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """정렬(alignment)이라고도 부르는 가중치 (B, T, S)."""
        scores = self._scores(query, memory)  # (B, T, S)
        # 빈 문장은 받지 않으므로 모두 가려지는 행은 없습니다.
        return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)

    def _scores(self, query: Tensor, memory: Tensor) -> Tensor:
        if self.score == "additive":
            # 쿼리마다 모든 키와 더하려고 축을 하나씩 끼웁니다.
            q = self.query_proj(query)[:, :, None]  # (B, T, 1, D)
            k = self.key_proj(memory)[:, None]  # (B, 1, S, D)
            return self.v(torch.tanh(q + k)).squeeze(-1)
        key = self.key_proj(memory) if self.score == "general" else memory
        return query @ key.transpose(1, 2)


@dataclass
class RnnState:
    """한 토큰씩 풀 때 이어지는 것.

    인코더 상태들 memory (B, S, D), 그 마스크 (B, 1, S), 고정된 문맥 벡터 last (B, D),
    디코더의 은닉 상태 hidden. 빔이 갈라지면 hidden만 B·K줄이 됩니다.
    """

    memory: Tensor
    memory_mask: Tensor
    last: Tensor
    hidden: Hidden

    @property
    def n_rows(self) -> int:
        """지금 풀고 있는 줄의 수 R."""
        first = self.hidden[0] if isinstance(self.hidden, tuple) else self.hidden
        return first.size(1)

    def fork(self, copies: int) -> None:
        """문장마다 빔 copies줄로 갈라집니다. 인코더 쪽은 한 문장의 줄이 함께 씁니다."""
        rows = torch.arange(len(self.memory), device=self.memory.device)
        self.reorder(rows.repeat_interleave(copies))

    def reorder(self, rows: Tensor) -> None:
        """은닉 상태의 줄을 다시 고릅니다. rows (R,)는 옛 줄의 번호입니다."""
        if isinstance(self.hidden, tuple):
            self.hidden = tuple(h[:, rows] for h in self.hidden)
        else:
            self.hidden = self.hidden[:, rows]

    def keep(self, sentences: Tensor) -> None:
        """끝난 문장을 버리고 sentences (B′,) 번째 문장만 남깁니다."""
        # 은닉 상태의 줄은 문장마다 빔의 수만큼 이어져 있습니다.
        rows = torch.arange(self.n_rows, device=sentences.device)
        self.reorder(rows.view(len(self.memory), -1)[sentences].flatten())
        self.memory = self.memory[sentences]
        self.memory_mask = self.memory_mask[sentences]
        self.last = self.last[sentences]


class RnnSeq2Seq(nn.Module):
    """RNN 인코더·디코더.

    어텐션이 없으면 인코더의 마지막 상태 하나가 모든 출력 단어의 문맥입니다.
    모양: src_ids (B, S), tgt_ids (B, T) → logits (B, T, V).
    예측은 tanh(W[문맥; 상태])에서 합니다.
    출처: Cho et al. (2014), Luong et al. (2015) 식 (5).
    """

    reads_source = True

    def __init__(self, config: RnnConfig) -> None:
        super().__init__()
        self.config = config
        d, rnn = config.d_model, RNNS[config.cell]
        self.src_embedding = nn.Embedding(config.src_vocab_size, d)
        self.tgt_embedding = nn.Embedding(config.tgt_vocab_size, d)
        self.encoder = rnn(d, d, config.n_layers, batch_first=True)
        self.decoder = rnn(d, d, config.n_layers, batch_first=True)
        if config.attention == "none":
            self.attention = None
        else:
            self.attention = RnnAttention(d, config.attention)
        # 문맥과 디코더 상태를 이어 붙인 2D를 도로 D로 섞습니다.
        self.combine = nn.Linear(2 * d, d)
        self.output = nn.Linear(d, config.tgt_vocab_size)
        self.dropout = Dropout(config.dropout)
        if config.tie_weights:
            # 출력층의 행렬이기도 하므로, 로짓의 크기가 1쯤에서 시작하게 합니다.
            initialise_embedding(self.tgt_embedding.weight)
            self.output.weight = self.tgt_embedding.weight
            if config.src_vocab_size == config.tgt_vocab_size:
                self.src_embedding.weight = self.tgt_embedding.weight

    @property
    def vocab_size(self) -> int:
        """내는 토큰의 수 V."""
        return self.config.tgt_vocab_size

    def forward(self, src_ids: Tensor, tgt_ids: Tensor) -> Tensor:
        return self._logits(tgt_ids, self._encode(src_ids))  # (B, T, V)

    def start(self, src_ids: Tensor, max_len: int | None = None) -> RnnState:
        """인코더를 한 번 돌려 디코더가 시작할 상태를 만듭니다.

        max_len은 RNN에는 필요 없습니다.
        """
        check_ids(src_ids, self.config.src_vocab_size, self.config.pad_id)
        return self._encode(src_ids)

    def step(self, ids: Tensor, state: RnnState) -> tuple[Tensor, RnnState]:
        """새 토큰 ids (R, t)를 읽고 다음 토큰의 로그 확률 (R, V)를 돌려줍니다.

        R = B, 빔으로 갈라진 뒤에는 B·K입니다.
        """
        logits = self._logits(ids, state).view(*ids.shape, -1)  # (R, t, V)
        return F.log_softmax(logits[:, -1], dim=-1), state

    def _encode(self, src_ids: Tensor) -> RnnState:
        mask = padding_mask(src_ids, self.config.pad_id)[:, 0]  # (B, 1, S)
        lengths = mask.sum(dim=(1, 2))
        if not lengths.all():
            empty = int((lengths == 0).nonzero()[0])
            raise ValueError(
                f"{empty}번째 문장이 모두 채움({self.config.pad_id})입니다. "
                "빈 문장은 빼고 넘기세요."
            )
        x = self.dropout(self.src_embedding(src_ids))  # (B, S, D)
        # RNN에는 마스크가 없습니다. 묶어서(pack) 넣으면 채움을 읽지 않고 멈춥니다.
        packed = nn.utils.rnn.pack_padded_sequence(
            x, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        packed_memory, hidden = self.encoder(packed)
        memory, _ = nn.utils.rnn.pad_packed_sequence(
            packed_memory, True, total_length=src_ids.size(1)
        )
        # 맨 뒤가 아니라 길이에 맞는 자리에서 꺼냅니다. 짧은 문장의 뒤는 채움입니다.
        rows = torch.arange(len(memory), device=memory.device)
        last = memory[rows, lengths - 1]  # (B, D), 마지막 진짜 단어의 상태
        return RnnState(memory, mask, last, hidden)

    def _logits(self, ids: Tensor, state: RnnState) -> Tensor:
        x = self.dropout(self.tgt_embedding(ids))
        states, state.hidden = self.decoder(x, state.hidden)  # (R, t, D)
        # 빔의 줄을 쿼리로 눕히면 인코더 상태를 빔마다 베끼지 않아도 됩니다.
        queries = states.reshape(len(state.memory), -1, states.size(-1))  # (B, K·t, D)
        # 어텐션이 없으면 어느 걸음에서나 같은 벡터 하나를 봅니다.
        if self.attention is None:
            context = state.last[:, None].expand_as(queries)
        else:
            context = self.attention(queries, state.memory, state.memory_mask)
        both = torch.cat([context, queries], dim=-1)  # (B, K·t, 2D)
        return self.output(self.dropout(torch.tanh(self.combine(both))))
