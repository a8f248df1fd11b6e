"""배운 번역기: 문장을 옮기고, 옮기면서 어디를 보았는지 보여 줍니다."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from jumok.text import BOS_ID, EOS_ID
from jumok.training.models import TRANSLATORS
from jumok.training.trained import Trained
from jumok.training.translating import (
    Search,
    cross_attention,
    decode_ids,
    encode_source,
    max_source,
    pad,
    translate,
)


@dataclass
class Translator(Trained):
    """모델과 토크나이저 한 벌.

    빔의 크기와 길이 벌점의 기본값은 논문의 4와 0.6입니다.
    """

    beam_size: int = 4
    length_penalty: float = 0.6

    kinds: ClassVar[tuple[str, ...]] = TRANSLATORS

    @property
    def search(self) -> Search:
        """푸는 법."""
        return Search(self.beam_size, self.length_penalty)

    @property
    def max_source(self) -> int | None:
        """읽을 수 있는 가장 긴 원문의 토큰 수. 한도가 없으면 None입니다."""
        return max_source(self.model)

    def encode(self, text: str) -> list[int]:
        """문장 하나를 번호로. 오류: 빈 문장이나 너무 긴 문장은 ValueError."""
        return encode_source(self.model, self.tokenizer, text)

    def translate(self, texts: Sequence[str], max_tokens: int = 4096) -> list[str]:
        """문장들을 옮깁니다.

        길이가 비슷한 것끼리 한 번에 max_tokens칸까지 모아 풉니다.
        """
        return translate(self, texts, self.search, max_tokens)

    def decode_ids(self, src: Tensor) -> list[list[int]]:
        """원문 (B, S)를 풀어 번역의 번호를 냅니다. 끝 토큰과 채움은 뺍니다."""
        return decode_ids(self.model, src.to(self.device), self.search)

    def attention(self, text: str) -> tuple[list[str], list[str], Tensor]:
        """원문의 토큰, 번역의 토큰, 마지막 층 크로스 어텐션 (T, S)를 냅니다.

        번역의 토큰에는 끝 토큰도 있습니다.
        t번째 줄은 t번째 번역 토큰을 낼 때 원문의 어디를 보았는지이고,
        헤드는 평균합니다.
        """
        src = pad([self.encode(text)]).to(self.device)
        ids = self.decode_ids(src)[0]
        tgt = torch.tensor([[BOS_ID, *ids]], device=self.device)
        weights = cross_attention(self.model, src, tgt)[0]  # (T, S)
        src_tokens = [self.tokenizer.tokens[i] for i in src[0].tolist()]
        tgt_tokens = [self.tokenizer.tokens[i] for i in (*ids, EOS_ID)]
        return src_tokens, tgt_tokens, weights.cpu()
