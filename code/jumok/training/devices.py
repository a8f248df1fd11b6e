"""계산할 장치를 고릅니다."""

import torch


def pick_device(name: str | None = None) -> torch.device:
    """장치의 이름을 torch의 장치로. 이름이 없으면 GPU가 있는지 보고 고릅니다.

    오류: 모르거나 없는 장치는 ValueError.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(
            f"장치 '{name}'은(는) 모르는 이름입니다. cpu나 cuda를 쓰세요."
        ) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            "이 컴퓨터의 torch에서는 CUDA를 쓸 수 없습니다. --device cpu로 부르세요."
        )
    return device
