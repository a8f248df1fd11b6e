"""위치 인코딩: 정해진 사인파와 배우는 표.

둘 다 임베딩에 더합니다. 어텐션 안에서 알리려면 `AttentionPositions`를 물려받습니다.
"""

import math
from collections.abc import Callable
from typing import Self

import torch
from torch import Tensor, nn

from .checks import check_length
from .initial_values import initialise_positions


def sinusoids(max_len: int, d_model: int) -> Tensor:
    """사인파의 표 (max_len, D).

    위치 pos의 짝수 칸 2i에 sin(pos/10000^{2i/D}), 그 옆 칸에 같은 각의 cos를 놓습니다.
    출처: Vaswani et al. (2017), 3.5절.
    """
    # float32로는 먼 위치의 각이 반올림에 흔들립니다. float64로 만들고 나중에 줄입니다.
    position = torch.arange(max_len, dtype=torch.float64)[:, None]  # (T, 1)
    even = torch.arange(0, d_model, 2, dtype=torch.float64)  # 2i = 0, 2, 4, …
    rate = torch.exp(even * (-math.log(10000.0) / d_model))  # (⌈D/2⌉,)
    table = torch.zeros(max_len, d_model, dtype=torch.float64)
    table[:, 0::2] = torch.sin(position * rate)
    # D가 홀수이면 마지막 cos 하나가 들어갈 칸이 없습니다.
    table[:, 1::2] = torch.cos(position * rate)[:, : d_model // 2]
    return table


class SinusoidalPositions(nn.Module):
    """사인파 위치 인코딩을 더합니다. 배우는 값이 없고, 저장 파일에도 없습니다.

    모양: x (B, T, D), start는 첫 토큰의 위치 → (B, T, D).
    """

    def __init__(self, d_model: int, max_len: int) -> None:
        super().__init__()
        # 언제든 다시 만들 수 있으므로 저장하지 않습니다(persistent=False).
        table = sinusoids(max_len, d_model).to(torch.get_default_dtype())
        self.register_buffer("table", table, persistent=False)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """`model.double()`처럼 자료형이나 장치가 바뀌면 표를 다시 만듭니다.

        반올림한 표를 옮기지 않으므로 float64에서는 표도 float64로 정확합니다.
        """
        super()._apply(fn, recurse)
        self.table = sinusoids(*self.table.shape).to(self.table)
        return self

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        _check_batch(x)
        check_length(start + x.size(1), self.table.size(0))
        # 한 토큰씩 풀 때는 앞에서 읽은 만큼 건너뛴 자리부터 더합니다.
        return x + self.table[start : start + x.size(1)].to(x.dtype)  # (B, T, D)


class LearnedPositions(nn.Module):
    """위치마다 벡터 하나를 배워 더합니다.

    max_len을 넘는 위치는 배운 적이 없으므로 쓸 수 없습니다.
    모양: x (B, T, D), start는 첫 토큰의 위치 → (B, T, D).
    출처: Gehring et al. (2017); BERT와 GPT가 씁니다.
    """

    def __init__(self, d_model: int, max_len: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(max_len, d_model))
        initialise_positions(self.weight)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        _check_batch(x)
        check_length(start + x.size(1), self.weight.size(0))
        # 문장마다 같은 표를 더하므로 배치의 축은 넓혀집니다.
        return x + self.weight[start : start + x.size(1)]  # (B, T, D)


class AttentionPositions(nn.Module):
    """어텐션 안에서 쿼리와 키에 위치를 알리는 모듈의 부모. forward만 쓰면 됩니다.

    모양: heads (B, H, T, d_head), 토큰마다의 위치 places (T,) 정수 → (B, H, T, d_head).
    `MultiHeadAttention`에 주면 쿼리와 키에 저마다의 위치로 부릅니다. 한 토큰씩 풀 때의
    위치는 캐시가 알려 주므로, 물려받은 모듈은 위치가 어디서 오는지 몰라도 됩니다.
    """


def _check_batch(x: Tensor) -> None:
    # (T, D)를 받으면 x.size(1)이 길이가 아니라 폭입니다.
    if x.dim() != 3:
        raise ValueError(
            f"토큰의 벡터들은 (B, T, D) 모양이어야 합니다. 받은 모양은 {tuple(x.shape)}"
            "입니다. 문장 하나라면 ids[None]으로 배치의 축을 붙이세요."
        )
