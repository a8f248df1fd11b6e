"""ViT: 그림을 조각으로 잘라 토큰처럼 읽는 인코더."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from .config import VitConfig
from .fast.dropout import Dropout
from .layers import Encoder
from .positions import LearnedPositions


class Vit(nn.Module):
    """겹치지 않는 조각을 벡터로 바꾸고 [CLS]를 앞에 붙여 인코더에 넣습니다.

    모양: images (B, C, image_size, image_size) → logits (B, n_classes).
    오류: 그림의 모양이 설정과 다르면 ValueError.
    출처: Dosovitskiy et al. (2021), 식 (1)–(4).
    """

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        # 조각마다 한 자리, 그리고 [CLS] 한 자리입니다.
        self.config = replace(config, max_len=config.n_patches + 1)
        # 폭과 보폭이 같은 합성곱은 조각마다 같은 행렬을 곱하는 것과 같습니다.
        self.patches = nn.Conv2d(
            config.channels, config.d_model, config.patch_size, config.patch_size
        )
        self.cls = nn.Parameter(torch.zeros(1, 1, config.d_model))
        self.positions = LearnedPositions(config.d_model, self.config.max_len)
        self.dropout = Dropout(config.dropout)
        self.encoder = Encoder(self.config)
        self.output = nn.Linear(config.d_model, config.n_classes)

    def forward(self, images: Tensor) -> Tensor:
        # 조각들을 두루 본 [CLS]의 벡터만 머리에 넣습니다.
        return self.output(self.features(images)[:, 0])  # (B, n_classes)

    def features(self, images: Tensor) -> Tensor:
        """인코더의 출력 (B, 1 + 조각 수, D). 첫 자리가 [CLS]입니다."""
        # 크기가 다르면 조각의 수가 달라져, 배운 위치의 표와 어긋납니다.
        size = self.config.image_size
        if images.shape[1:] != (self.config.channels, size, size):
            raise ValueError(
                f"그림은 (B, {self.config.channels}, {size}, {size}) "
                "모양이어야 합니다. "
                f"받은 모양은 {tuple(images.shape)}입니다."
            )
        # 합성곱의 출력 (B, D, 세로, 가로)를 조각의 줄로 폅니다.
        x = self.patches(images).flatten(2).transpose(1, 2)  # (B, 조각 수, D)
        # 모든 그림의 맨 앞에 같은 [CLS]를 붙입니다 → (B, 1 + 조각 수, D).
        x = torch.cat([self.cls.expand(x.size(0), -1, -1), x], dim=1)
        return self.encoder(self.dropout(self.positions(x)))
