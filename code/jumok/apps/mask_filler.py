"""배운 BERT: 글의 가린 자리를 채웁니다."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from jumok.text import CLS_ID, MASK_ID, SEP_ID
from jumok.training.trained import Trained

MASK = "<mask>"


@dataclass
class MaskFiller(Trained):
    """사전 학습한 BERT와 토크나이저 한 벌."""

    kinds: ClassVar[tuple[str, ...]] = ("bert",)

    def encode(self, text: str) -> list[int]:
        """<cls> 글 <sep>의 번호들. 글 속의 `<mask>` 하나는 가린 토큰 하나입니다.

        오류: 모델이 읽을 수 없이 긴 글은 ValueError.
        """
        ids = [CLS_ID]
        for i, part in enumerate(text.split(MASK)):
            if i > 0:
                ids.append(MASK_ID)
            ids += self.tokenizer.encode(part.strip())
        ids.append(SEP_ID)
        limit = self.model.bert.config.max_len
        if len(ids) > limit:
            raise ValueError(
                f"글이 {len(ids)}토큰으로, "
                f"이 모델이 읽을 수 있는 {limit}토큰보다 깁니다."
            )
        return ids

    @torch.no_grad()
    def fill(self, text: str, top: int = 5) -> list[list[tuple[str, float]]]:
        """`<mask>`마다 그럴듯한 토큰 top개와 확률을 큰 차례로 냅니다.

        낱말의 첫 토큰은 빈칸으로 시작합니다. 오류: `<mask>`가 없는 글은 ValueError.
        """
        if MASK not in text:
            raise ValueError(
                f"채울 자리를 {MASK}로 적어 주세요. 받은 글은 {text!r}입니다."
            )
        ids = torch.tensor([self.encode(text)], device=self.device)  # (1, T)
        hidden = self.model.bert(ids)[ids == MASK_ID]  # (가린 수, D)
        shares = self.model.words(hidden).softmax(dim=-1)
        values, places = shares.topk(top, dim=-1)
        rows = zip(places.tolist(), values.tolist(), strict=True)
        return [
            [(self.tokenizer.tokens[i], p) for i, p in zip(*row, strict=True)]
            for row in rows
        ]
