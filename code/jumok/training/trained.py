"""배운 모델 한 벌: 실행 폴더나 기록에서 모델과 토크나이저를 되살립니다."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import torch
from torch import nn

from jumok.text.tokenizer import Tokenizer

from .checkpoint import BadCheckpoint
from .folder import read_model, read_run, read_tokenizer
from .models import build_model


@dataclass
class Trained:
    """배운 모델과 토크나이저 한 벌과, 계산할 장치.

    쓰는 법(jumok.apps)은 이것에 더합니다.
    """

    model: nn.Module
    tokenizer: Tokenizer
    device: torch.device

    kinds: ClassVar[tuple[str, ...]] = ()  # 되살릴 수 있는 모델의 이름

    @classmethod
    def load(cls, folder: Path, device: torch.device | None = None) -> Self:
        """실행 폴더(run.json, tokenizer.json, model.safetensors)에서 되살립니다.

        오류: 폴더가 없거나 학습이 끝나지 않았거나 다른 종류의 모델이면 BadCheckpoint.
        """
        device = device or torch.device("cpu")
        model, tokenizer = read_trained(folder, cls.kinds)
        return cls(model.to(device), tokenizer, device)


def read_trained(folder: Path, kinds: tuple[str, ...]) -> tuple[nn.Module, Tokenizer]:
    """실행 폴더의 모델과 토크나이저. kinds는 받아들일 모델의 이름입니다.

    오류: 끝까지 학습한 폴더가 아니거나 다른 판의 주목이 쓴 것이면 BadCheckpoint.
    """
    facts = read_run(folder, kinds)
    tokenizer = read_tokenizer(folder)
    try:
        model = build_model(facts["model"], tokenizer.vocab_size, facts["options"])
    except TypeError as error:
        raise BadCheckpoint(
            f"{folder}의 run.json에 모르는 설정이 있습니다({error}). "
            "다른 판의 주목이 쓴 것입니다."
        ) from error
    return read_model(folder, model), tokenizer
