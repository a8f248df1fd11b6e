"""손글씨 숫자 그림: scikit-learn에 들어 있는 8 × 8 그림 1,797장."""

import numpy as np
import torch
from torch import Tensor

from .baselines import scikit

SPLITS = {"train": slice(1300), "dev": slice(1300, 1450), "test": slice(1450, None)}


def digits() -> dict[str, tuple[Tensor, Tensor]]:
    """학습·dev·시험의 (그림 (N, 1, 8, 8), 이름표 (N,)). 그림의 값은 0부터 1까지입니다.

    쓴 사람의 차례대로 놓인 자료이므로, 처음 보는 사람의 글씨로 시험하도록 차례를
    지켜 자릅니다.
    오류: scikit-learn이 없으면 ImportError.
    """
    found = scikit("datasets").load_digits()
    images = torch.from_numpy(found.images.astype(np.float32) / 16)  # (N, 8, 8)
    images = images[:, None]  # (N, 1, 8, 8)
    labels = torch.from_numpy(found.target.astype(np.int64))
    return {name: (images[part], labels[part]) for name, part in SPLITS.items()}
