"""견줄 RNN: 트랜스포머와 같은 자료, 같은 걸음, 같은 수의 매개변수."""

from dataclasses import replace
from typing import Any

import torch

from .estimate import n_parameters
from .models import build_model
from .presets import Preset

STEP = 4  # 폭을 바꾸어 보는 간격
# 잔차 연결이 없는 RNN은 더 깊이 쌓으면 배우기 어렵습니다. 남는 매개변수는 폭에 씁니다.
MAX_LAYERS = 2


def matched_rnn(preset: Preset) -> Preset:
    """트랜스포머의 설정에서 RNN + 어텐션의 설정을 만듭니다.

    자료도 학습법도 그대로입니다. 드롭아웃과 행렬 나눠 쓰기가 같고(층은 둘까지),
    매개변수의 수가 가장 가까워지는 폭을 고릅니다.
    어텐션은 Luong et al. (2015)의 general입니다.
    오류: 트랜스포머의 설정이 아니면 ValueError.
    """
    if preset.model != "transformer":
        raise ValueError(
            f"트랜스포머의 설정이 아닙니다. 받은 값은 {preset.model!r}입니다."
        )
    size = preset.options
    options = {
        "n_layers": min(size["n_layers"], MAX_LAYERS),
        "dropout": size["dropout"],
        "cell": "gru",
        "attention": "general",
        "tie_weights": size.get("tie_weights", True),
    }

    def size_at(d_model: int) -> int:
        return count("rnn", preset.vocab_size, options | {"d_model": d_model})

    goal = count(preset.model, preset.vocab_size, size)
    width = STEP
    while size_at(width + STEP) <= goal:
        width += STEP
    # width는 목표를 넘지 않는 가장 큰 폭이므로, 그다음 폭과 견주면 됩니다.
    d_model = min((width, width + STEP), key=lambda d: abs(size_at(d) - goal))
    return replace(preset, model="rnn", options=options | {"d_model": d_model})


def count(kind: str, vocab_size: int, options: dict[str, Any]) -> int:
    """모델을 실제로 만들지 않고 매개변수를 셉니다."""
    with torch.device("meta"):
        return n_parameters(build_model(kind, vocab_size, options))
