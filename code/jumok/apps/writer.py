"""배운 GPT: 글의 뒤를 이어 씁니다."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from jumok.decode import sample
from jumok.text import EOS_ID
from jumok.training.language import text_nats
from jumok.training.metrics import bits_per_character
from jumok.training.run_language import readable
from jumok.training.trained import Trained


@dataclass
class Writer(Trained):
    """배운 GPT와 토크나이저 한 벌."""

    kinds: ClassVar[tuple[str, ...]] = ("gpt",)

    def write(
        self, prompt: str, n: int = 1, max_tokens: int = 64, **how: Any
    ) -> Iterator[str]:
        """prompt의 뒤를 n번 이어 쓴 글들.

        how는 `sample`의 temperature, top_k, top_p, generator입니다.
        오류: 모델이 읽을 수 없이 긴 prompt나 1보다 작은 n은 ValueError.
        """
        ids = [EOS_ID, *self.tokenizer.encode(prompt)]
        limit = self.model.config.max_len
        left = limit - len(ids)
        if n < 1 or left < 1:
            raise ValueError(
                f"n은 1 이상이고 글은 {limit - 2}토큰 이하여야 합니다. "
                f"받은 값은 n={n}, {len(ids) - 1}토큰입니다."
            )
        start = torch.tensor([ids] * n, device=self.device)
        rows = sample(self.model, start, min(max_tokens, left), eos_id=EOS_ID, **how)
        for row in rows.tolist():
            yield prompt + self.tokenizer.decode(row)

    def bits_per_character(self, texts: Sequence[str]) -> float:
        """글들의 글자당 비트. 모델이 한 번에 읽을 수 없이 긴 글은 뺍니다."""
        kept = readable(self.tokenizer, texts, self.model.config.max_len)
        nats = text_nats(self.model, [ids for ids, _ in kept], self.device)
        return bits_per_character(nats, sum(n for _, n in kept))
