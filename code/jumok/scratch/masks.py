"""마스크: bool 배열, True = 본다(keep)."""

import numpy as np


def padding_mask(ids: np.ndarray, pad_id: int = 0) -> np.ndarray:
    """채움(padding)이 아닌 토큰만 보게 하는 마스크를 만듭니다.

    모양: ids (..., T_k) 정수 → (..., 1, T_k) bool.
    가운데 1은 모든 쿼리가 같은 마스크를 쓴다는 뜻입니다.
    """
    return (np.asarray(ids) != pad_id)[..., None, :]


def causal_mask(n: int) -> np.ndarray:
    """i번째 쿼리가 0…i번째 키만 보게 하는 (n, n) 마스크를 만듭니다.

    출처: Vaswani et al. (2017), 3.2.3절.
    """
    # 대각선까지 True입니다. 자기 자신은 미래가 아닙니다.
    return np.tril(np.ones((n, n), dtype=bool))
