"""마스크: bool 텐서, True = 본다(keep).

모델의 문 앞에서 만들고 어텐션 안에서는 만들지 않습니다.
"""

import torch
from torch import Tensor


def padding_mask(ids: Tensor, pad_id: int = 0) -> Tensor:
    """채움(padding)이 아닌 토큰만 보게 하는 마스크를 만듭니다.

    모양: ids (B, T) 정수 → (B, 1, 1, T) bool.
    가운데 두 1은 헤드와 쿼리가 함께 쓴다는 뜻입니다.
    오류: ids가 2차원이 아니면 ValueError.
    """
    # 아래의 축 넣기는 3차원에서도 오류 없이 엉뚱한 모양을 냅니다.
    if ids.dim() != 2:
        raise ValueError(
            f"ids는 (B, T) 모양이어야 합니다. 받은 모양은 {tuple(ids.shape)}입니다."
        )
    return (ids != pad_id)[:, None, None, :]  # (B, 1, 1, T)


def causal_mask(n: int, device: torch.device | None = None) -> Tensor:
    """i번째 쿼리가 0…i번째 키만 보게 하는 (n, n) 마스크를 만듭니다.

    대각선은 True입니다. 자기 자신은 미래가 아니기 때문입니다.
    출처: Vaswani et al. (2017), 3.2.3절.
    """
    # tril은 대각선과 그 왼쪽 아래만 남깁니다.
    return torch.ones(n, n, dtype=torch.bool, device=device).tril()
