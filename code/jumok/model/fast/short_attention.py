"""짧은 문장의 어텐션: CPU에서 배울 때만 융합 커널 대신 교과서 식으로."""

from torch import Tensor

from ..attention import fused_attention, scaled_dot_product_attention

# 이 길이까지는 CPU의 학습에서 교과서 식이 융합 커널보다 빠릅니다.
SHORT = 16
# 16비트에서는 CPU의 융합 커널이 몹시 느립니다.
SHORT_HALF = 128


def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    dropout: float = 0.0,
) -> Tensor:
    """`fused_attention`과 모양, 마스크 약속, 값이 같습니다. 빠른 쪽을 고를 뿐입니다.

    융합 커널은 긴 문장을 위한 것이라, 열 토큰 남짓한 문장이 많으면 도리어 느립니다.
    CPU 2스레드에서 크기 tiny의 학습 한 걸음이 교과서 식으로 길이 6에서 1.24배,
    16에서 1.06배 빨랐습니다(code/bench/short.py). bf16에서는 융합 커널의 앞뒤가
    길이 20–128에서 3–7배 느려, GPT의 학습 한 걸음이 1.3배 빨라졌습니다.
    """
    longest = SHORT_HALF if query.dtype.itemsize == 2 else SHORT
    short = max(query.size(-2), key.size(-2)) <= longest
    # 풀 때는 쿼리가 하나뿐이라 융합 커널이 빠르고, 교과서 식에는 드롭아웃이 없습니다.
    learning = query.requires_grad and not dropout
    if short and learning and query.device.type == "cpu":
        return scaled_dot_product_attention(query, key, value, mask)[0]
    return fused_attention(query, key, value, mask, dropout)
