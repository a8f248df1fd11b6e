"""이름표를 배우는 실험: 영화평의 감정과 숫자 그림.

감정은 사전 학습한 BERT에서 시작하거나 처음부터 배우고, 그림은 ViT가 배웁니다.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from jumok.files import file_sha256
from jumok.model import Bert, BertClassifier, BertConfig
from jumok.text import CLS_ID, PAD_ID, SEP_ID
from jumok.text.tokenizer import Tokenizer

from .classification import Classification
from .corpus import Reviews, pairs_sha256
from .digit_images import digits
from .distributed import World
from .experiment import Card, Experiment, Say, held_out_scores, run_experiment
from .folder import identity_of, make_tokenizer
from .models import build_model
from .presets import Preset
from .trained import read_trained

N_DEV = 2000  # 학습 자료의 맨 뒤에서 dev로 떼어 두는 줄 수
N_CLASSES = 2  # 부정과 긍정


def run_classifier(
    preset: Preset,
    reviews: dict[str, Reviews],
    folder: Path,
    world: World,
    pretrained: Path | None = None,
    n_labels: int | None = None,
    say: Say = print,
) -> Card | None:
    """영화평의 감정을 배우고 시험 자료의 정확도를 냅니다. 멈추었으면 None입니다.

    pretrained는 사전 학습한 BERT의 실행 폴더이고, 없으면 preset의 설정으로 처음부터
    배웁니다. n_labels를 주면 이름표가 있는 글을 그만큼만 씁니다(dev는 따로입니다).
    오류: 이름표의 수가 자료보다 많거나 1보다 작으면 ValueError.
    """
    parts = split_reviews(reviews, n_labels)
    if pretrained:
        _, tokenizer = read_trained(pretrained, ("bert",))
        start = file_sha256(pretrained / "model.safetensors")
    else:
        # 어휘는 이름표가 없는 글에서도 배울 수 있으므로 학습 자료를 모두 씁니다.
        texts = reviews["train"][0]
        tokenizer = make_tokenizer(texts, preset.vocab_size, folder, world)
        start = "처음부터"
    encoded = {
        name: encode_reviews(tokenizer, *part, preset.seq_len)
        for name, part in parts.items()
    }
    size = preset.options
    preset = replace(preset, options=size | {"start": start})
    data = _reviews_data(preset.corpus, *parts["train"])
    identity = identity_of(preset, data["sha256"])

    def build() -> Classification:
        if pretrained:
            bert = read_trained(pretrained, ("bert",))[0].bert
        else:
            bert = Bert(BertConfig(vocab_size=tokenizer.vocab_size, **size))
        return Classification(
            BertClassifier(bert, N_CLASSES),
            encoded["train"],
            encoded["dev"],
            preset.recipe,
            rows=min(preset.recipe.max_tokens, data["train_texts"]),
            d_model=bert.config.d_model,
            identity=identity,
        )

    def evaluate(task: Classification) -> dict[str, Any]:
        return held_out_scores(task, encoded["test"], world.device)

    experiment = Experiment(build, evaluate, data)
    return run_experiment(experiment, preset, folder, world, say)


def run_vit(
    preset: Preset, folder: Path, world: World, say: Say = print
) -> Card | None:
    """손글씨 숫자 그림(8 × 8)의 종류를 배웁니다. 멈추었으면 None입니다.

    오류: scikit-learn이 없으면 ImportError.
    """
    parts = digits()
    shown = [(str(x.tolist()), str(y.tolist())) for x, y in parts.values()]
    digest = pairs_sha256(shown)
    identity = identity_of(preset, digest)

    def build() -> Classification:
        model = build_model("vit", 0, preset.options)
        return Classification(
            model,
            parts["train"],
            parts["dev"],
            preset.recipe,
            rows=preset.recipe.max_tokens,
            d_model=model.config.d_model,
            identity=identity,
        )

    def evaluate(task: Classification) -> dict[str, Any]:
        return held_out_scores(task, parts["test"], world.device)

    n_images = len(parts["train"][1])
    data = {"name": "digits", "sha256": digest, "train_images": n_images}
    experiment = Experiment(build, evaluate, data)
    return run_experiment(experiment, preset, folder, world, say)


def split_reviews(
    reviews: dict[str, Reviews], n_labels: int | None = None
) -> dict[str, Reviews]:
    """학습 자료의 맨 뒤를 dev로 떼고, 앞의 n_labels개만 학습에 씁니다.

    오류: 이름표의 수가 자료보다 많거나 1보다 작으면 ValueError.
    """
    texts, labels = reviews["train"]
    n_dev = min(N_DEV, len(texts) // 10)
    most = len(texts) - n_dev
    n_train = most if n_labels is None else n_labels
    if not 1 <= n_train <= most:
        raise ValueError(
            f"이름표는 1개부터 {most:,}개까지입니다. 받은 값은 {n_train:,}입니다."
        )
    return {
        "train": (texts[:n_train], labels[:n_train]),
        "dev": (texts[-n_dev:], labels[-n_dev:]),
        "test": reviews["test"],
    }


def encode_reviews(
    tokenizer: Tokenizer, texts: list[str], labels: list[int], seq_len: int
) -> tuple[Tensor, Tensor]:
    """글마다 <cls> 글 <sep>을 만들어 PAD_ID로 채웁니다.

    모양: (N, seq_len), (N,). 긴 글은 뒤를 자릅니다.
    """
    ids = np.full((len(texts), seq_len), PAD_ID)
    for row, text in zip(ids, texts, strict=True):
        found = [CLS_ID, *tokenizer.encode(text)[: seq_len - 2], SEP_ID]
        row[: len(found)] = found
    return torch.from_numpy(ids), torch.tensor(labels)


def _reviews_data(name: str, texts: list[str], labels: list[int]) -> dict[str, Any]:
    """카드에 적을 자료의 사실."""
    digest = pairs_sha256(zip(texts, map(str, labels), strict=True))
    return {"name": name, "sha256": digest, "train_texts": len(texts)}
