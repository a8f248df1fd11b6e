"""BERT: 양쪽을 다 보는 인코더와 세 가지 머리."""

import torch
from torch import Tensor, nn

from .config import BertConfig
from .fast.dropout import Dropout
from .initial_values import initialise_bert
from .layers import ACTIVATIONS, Encoder
from .masks import padding_mask
from .positions import LearnedPositions


class Bert(nn.Module):
    """토큰·위치·구간(segment) 임베딩을 더해 인코더에 넣습니다.

    모양: ids (B, T), segments (B, T) 0 또는 1(없으면 모두 0) → (B, T, D).
    출처: Devlin et al. (2019), 3절과 그림 2.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.d_model)
        self.segments = nn.Embedding(config.n_segments, config.d_model)
        self.positions = LearnedPositions(config.d_model, config.max_len)
        self.norm = nn.LayerNorm(config.d_model, eps=config.norm_eps)
        self.dropout = Dropout(config.dropout)
        self.encoder = Encoder(config)
        initialise_bert(self)

    def forward(self, ids: Tensor, segments: Tensor | None = None) -> Tensor:
        # 문장이 하나뿐이면 모두 첫째 구간입니다.
        if segments is None:
            segments = torch.zeros_like(ids)
        # 트랜스포머와 달리 √D를 곱하지 않고, 더한 뒤에 층 정규화를 한 번 합니다.
        x = self.positions(self.tokens(ids) + self.segments(segments))  # (B, T, D)
        mask = padding_mask(ids, self.config.pad_id)  # (B, 1, 1, T)
        return self.encoder(self.dropout(self.norm(x)), mask)


class BertPooler(nn.Module):
    """[CLS] 자리의 벡터를 tanh 층 하나에 통과시킵니다.

    모양: (B, T, D) → (B, D).
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.dense = nn.Linear(config.d_model, config.d_model)
        initialise_bert(self)

    def forward(self, hidden: Tensor) -> Tensor:
        # 첫 자리가 [CLS]입니다. 인코더를 거치며 문장 전체를 본 벡터입니다.
        return self.dense(hidden[:, 0]).tanh()


class BertForPretraining(nn.Module):
    """마스크드 언어 모델과 다음 문장 예측을 함께 풉니다.

    모양: ids, segments (B, T) → (토큰 로짓 (B, T, V), 다음 문장 로짓 (B, 2)).
    토큰 로짓의 행렬은 입력 임베딩과 같은 것을 씁니다.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.bert = Bert(config)
        self.pooler = BertPooler(config)
        # 토큰을 맞히는 머리: 선형, 활성화, 층 정규화를 거쳐 임베딩과 내적합니다.
        self.transform = nn.Linear(config.d_model, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=config.norm_eps)
        self.output = nn.Linear(config.d_model, config.vocab_size)
        self.next_sentence = nn.Linear(config.d_model, 2)
        initialise_bert(self.transform, self.output, self.next_sentence)
        # 토큰을 읽는 행렬과 내는 행렬은 하나입니다. 치우침만 따로 배웁니다.
        self.output.weight = self.bert.tokens.weight
        self.activation = ACTIVATIONS[config.activation]

    def forward(
        self, ids: Tensor, segments: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        # 두 문제를 한 번에 읽은 같은 벡터로 풉니다.
        hidden = self.bert(ids, segments)  # (B, T, D)
        return self.words(hidden), self.order(hidden)  # (B, T, V), (B, 2)

    def words(self, hidden: Tensor) -> Tensor:
        """자리마다의 토큰 로짓. 가린 자리만 골라 넣어도 됩니다.

        모양: (…, D) → (…, V).
        """
        return self.output(self.features(hidden))

    def features(self, hidden: Tensor) -> Tensor:
        """토큰 로짓을 내기 앞의 벡터. 모양: (…, D) → (…, D)."""
        return self.norm(self.activation(self.transform(hidden)))

    def order(self, hidden: Tensor) -> Tensor:
        """다음 문장 로짓. 모양: (B, T, D) → (B, 2)."""
        return self.next_sentence(self.pooler(hidden))


class BertClassifier(nn.Module):
    """문장 하나에 이름표 하나를 붙입니다.

    모양: ids, segments (B, T) → (B, n_classes).
    """

    def __init__(self, bert: Bert, n_classes: int) -> None:
        super().__init__()
        self.bert = bert
        # 논문처럼 [CLS]의 벡터 하나로 문장을 가립니다.
        self.pooler = BertPooler(bert.config)
        self.dropout = Dropout(bert.config.dropout)
        self.output = nn.Linear(bert.config.d_model, n_classes)
        initialise_bert(self.output)

    def forward(self, ids: Tensor, segments: Tensor | None = None) -> Tensor:
        return self.output(self.dropout(self.pooler(self.bert(ids, segments))))
