"""빠르게 푸는 문: 모델을 받아, 같은 답을 더 빨리 내는 것으로 감쌉니다."""

from typing import Any

from torch import Tensor

from ..gpt import Gpt
from ..state import DecodingState
from ..transformer import Transformer
from .next_token import NextToken
from .quick_decoder import QuickDecoder
from .shared_cache import SharedState


def fast_decoder(model: Any) -> Any:
    """model과 같은 `start`와 `step`을 가졌고 값도 같지만 더 빠른 것을 돌려줍니다.

    빠른 길을 모르는 모델(RNN, 물려받아 고친 모델)은 그대로 돌려줍니다.
    가중치의 사본을 가지므로 한 번 푸는 동안만 씁니다. `greedy`, `sample`, `beam`은
    모두 풀기를 시작할 때 이 문을 한 번 지납니다.
    """
    wrapper = FAST.get(type(model))
    # start나 step을 바꿔 끼운 모델도 고친 모델입니다. 바꾼 것이 불려야 합니다.
    if wrapper is None or vars(model).keys() & {"start", "step"}:
        return model
    return wrapper(model)


class _FastDecoder:
    """start와 step의 뼈대. 물려받은 것이 임베딩과 층을 정합니다."""

    def __init__(self, model: Transformer | Gpt) -> None:
        self.model = model
        self.reads_source, self.vocab_size = model.reads_source, model.vocab_size
        self.next_token = NextToken(model.output)

    def start(self, ids: Tensor, max_len: int) -> SharedState:
        """`model.start`와 같되, 빔이 캐시를 함께 쓰는 상태를 냅니다."""
        return SharedState.of(self.model.start(ids, max_len))

    def step(self, ids: Tensor, state: SharedState) -> tuple[Tensor, DecodingState]:
        """`model.step`과 같은 값."""
        x = self.embed(ids, state.position)  # (R, t, D)
        # 빔 K줄이 쿼리 K개로 눕습니다.
        x = x.view(state.batch_size, -1, x.size(-1))  # (B, K·t, D)
        x = self.layers(x, state, state.mask(ids.size(1)))
        # 누운 줄을 도로 세우고 마지막 토큰만 꺼냅니다.
        last = x.view(*ids.shape, -1)[:, -1]  # (R, D)
        return self.next_token(last), state


class FastTransformer(_FastDecoder):
    """빠르게 푸는 Transformer."""

    def __init__(self, model: Transformer) -> None:
        super().__init__(model)
        # 디코더의 입력이므로 번역 쪽의 임베딩입니다.
        self.embed = model.tgt_embedding
        self.decoder = QuickDecoder(model.decoder)

    def layers(self, x: Tensor, state: SharedState, mask: Tensor | None) -> Tensor:
        """디코더의 층 모두. 모양: (B, K·t, D) → (B, K·t, D)."""
        masks = (mask, state.memory_mask)
        return self.decoder(x, state.memory, *masks, caches=state.pairs)


class FastGpt(_FastDecoder):
    """빠르게 푸는 GPT."""

    def __init__(self, model: Gpt) -> None:
        super().__init__(model)
        self.embed = model.embed

    def layers(self, x: Tensor, state: SharedState, mask: Tensor | None) -> Tensor:
        """인코더의 층 모두. 모양: (B, K·t, D) → (B, K·t, D)."""
        return self.model.encoder(x, mask, state.caches)


# 정확히 이 클래스일 때만 감쌉니다. 물려받은 것은 식이 다를 수 있습니다.
FAST = {Transformer: FastTransformer, Gpt: FastGpt}
