"""위치 인코딩."""

import numpy as np


def positional_encoding(max_len: int, d_model: int) -> np.ndarray:
    """위치마다 하나씩, 값이 −1과 1 사이인 사인파 벡터를 만듭니다.

    PE(pos, 2i) = sin(pos / 10000^{2i/D}), PE(pos, 2i+1) = cos(pos / 10000^{2i/D}).
    모양: (max_len, D).
    오류: 두 수 가운데 하나라도 1보다 작으면 ValueError.
    출처: Vaswani et al. (2017), 3.5절.
    """
    if max_len < 1 or d_model < 1:
        raise ValueError(
            "max_len과 d_model은 1 이상이어야 합니다. "
            f"받은 값은 {max_len}, {d_model}입니다."
        )
    position = np.arange(max_len)[:, None]  # (T, 1)
    even = np.arange(0, d_model, 2)  # 2i = 0, 2, 4, …
    # 칸이 뒤로 갈수록 천천히 돕니다. 앞의 칸은 이웃을, 뒤의 칸은 먼 위치를 가립니다.
    angle = position / 10000.0 ** (even / d_model)  # (T, ⌈D/2⌉)
    table = np.empty((max_len, d_model))
    table[:, 0::2] = np.sin(angle)
    # 짝수 칸과 홀수 칸이 같은 각을 나눠 씁니다.
    # D가 홀수이면 마지막 cos 하나가 들어갈 칸이 없습니다.
    table[:, 1::2] = np.cos(angle)[:, : d_model // 2]
    return table
