"""예측기: 시계열을 조각으로 잘라 토큰처럼 읽고, 그 뒤의 값을 한 번에 냅니다."""

from dataclasses import replace

from torch import Tensor, nn

from .config import ForecastConfig
from .fast.dropout import Dropout
from .layers import Encoder
from .positions import LearnedPositions


class Forecaster(nn.Module):
    """겹치지 않는 시간 조각을 읽는 인코더. 모든 자리를 이어 붙여 앞날을 냅니다.

    마지막 값을 빼고 읽은 뒤 다시 더합니다. 그래서 값의 높이가 아니라 변화만 배웁니다.
    모양: series (B, context, C) → (B, horizon, C).
    오류: 시계열의 모양이 설정과 다르면 ValueError.
    출처: 조각과 머리는 Nie et al. (2023), 마지막 값을 빼는 것은
    Zeng et al. (2023)의 NLinear.
    """

    def __init__(self, config: ForecastConfig) -> None:
        super().__init__()
        self.config = replace(config, max_len=config.n_patches)
        # 조각 하나(P걸음의 모든 변수)가 토큰 하나입니다.
        self.patches = nn.Linear(config.patch_size * config.channels, config.d_model)
        self.positions = LearnedPositions(config.d_model, self.config.max_len)
        self.dropout = Dropout(config.dropout)
        self.encoder = Encoder(self.config)
        # 한 걸음씩 이어 쓰지 않고 앞날을 한 번에 내므로 틀린 것이 쌓이지 않습니다.
        self.output = nn.Linear(
            config.n_patches * config.d_model, config.horizon * config.channels
        )

    def forward(self, series: Tensor) -> Tensor:
        # 마지막 값을 도로 더하므로, 머리가 0을 내면 "그대로 간다"는 예측이 됩니다.
        last = series[:, -1:]  # (B, 1, C)
        change = self.output(self.features(series).flatten(1))  # (B, horizon·C)
        return last + change.unflatten(1, (self.config.horizon, -1))  # (B, horizon, C)

    def features(self, series: Tensor) -> Tensor:
        """인코더의 출력 (B, 조각 수, D)."""
        if series.shape[1:] != (self.config.context, self.config.channels):
            raise ValueError(
                f"시계열은 (B, {self.config.context}, {self.config.channels}) "
                "모양이어야 합니다. "
                f"받은 모양은 {tuple(series.shape)}입니다."
            )
        # 값의 높이를 지웁니다. 높이가 배운 것과 다른 시계열도 읽을 수 있습니다.
        moved = series - series[:, -1:]
        patches = moved.unflatten(1, (self.config.n_patches, -1))  # (B, 조각 수, P, C)
        patches = patches.flatten(2)  # (B, 조각 수, P·C)
        return self.encoder(self.dropout(self.positions(self.patches(patches))))
