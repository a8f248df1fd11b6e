"""이름표를 배우는 실행: 영화평의 감정(BERT 미세 조정 또는 처음부터)과 숫자 그림(ViT)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from jumok.files import file_sha256
from jumok.model import (
    Bert,
    BertClassifier,
    BertConfig,
    BertForPretraining,
    Vit,
    VitConfig,
)
from jumok.text import CLS_ID, PAD_ID, SEP_ID
from jumok.text.tokenizer import Tokenizer

from .classification import Classification
from .corpus import Reviews, pairs_sha256
from .distributed import World
from .folder import (
    identity_of,
    make_tokenizer,
    read_model,
    read_run,
    read_tokenizer,
    result_facts,
    store_average,
    write_card,
)
from .loop import train
from .plan import announce
from .presets import Preset

Say = Callable[[str], None]
N_DEV = 2000  # 학습 자료의 맨 뒤에서 dev로 떼어 두는 줄 수


def run_classifier(
    preset: Preset,
    reviews: dict[str, Reviews],
    folder: Path,
    world: World,
    pretrained: Path | None = None,
    n_labels: int | None = None,
    say: Say = print,
) -> dict[str, Any] | None:
    """영화평의 감정을 배우고 시험 자료의 정확도를 냅니다. 멈추었으면 None입니다.

    pretrained는 사전 학습한 BERT의 실행 폴더이고, 없으면 preset의 설정으로 처음부터 배웁니다. n_labels를
    주면 이름표가 있는 글을 그만큼만 씁니다(dev는 따로입니다).
    오류: 이름표의 수가 자료보다 많거나 1보다 작으면 ValueError.
    """
    texts, labels = reviews["train"]
    n_dev = min(N_DEV, len(texts) // 10)
    n_train = len(texts) - n_dev if n_labels is None else n_labels
    if not 1 <= n_train <= len(texts) - n_dev:
        raise ValueError(
            f"이름표는 1개부터 {len(texts) - n_dev:,}개까지입니다. 받은 값은 {n_train:,}입니다."
        )
    data = pairs_sha256(zip(texts[:n_train], map(str, labels[:n_train]), strict=True))
    model, tokenizer, start = _reviewer(preset, texts, folder, world, pretrained)
    parts = {
        "train": (texts[:n_train], labels[:n_train]),
        "dev": (texts[-n_dev:], labels[-n_dev:]),
    }
    encoded = {
        k: encode_reviews(tokenizer, *v, preset.seq_len)
        for k, v in (parts | _test(reviews)).items()
    }
    preset = replace(preset, options=preset.options | {"start": start})
    identity = identity_of(preset, data)
    rows = min(preset.recipe.max_tokens, n_train)
    d_model = model.bert.config.d_model
    task = Classification(
        model, encoded["train"], encoded["dev"], preset.recipe, rows, d_model, identity
    )
    facts = {"name": preset.corpus, "sha256": data, "train_texts": n_train}
    return _run(task, encoded["test"], preset, folder, world, facts, say)


def run_vit(
    preset: Preset, folder: Path, world: World, say: Say = print
) -> dict[str, Any] | None:
    """scikit-learn에 들어 있는 숫자 그림(8 × 8)의 종류를 배웁니다. 멈추었으면 None입니다."""
    parts = digits()
    torch.manual_seed(preset.recipe.seed)
    model = Vit(VitConfig(**preset.options))
    rows, d_model = preset.recipe.max_tokens, model.config.d_model
    digest = pairs_sha256(
        [(str(x.tolist()), str(y.tolist())) for x, y in parts.values()]
    )
    identity = identity_of(preset, digest)
    task = Classification(
        model, parts["train"], parts["dev"], preset.recipe, rows, d_model, identity
    )
    facts = {"name": "digits", "sha256": digest, "train_images": len(parts["train"][1])}
    return _run(task, parts["test"], preset, folder, world, facts, say)


def digits() -> dict[str, tuple[Tensor, Tensor]]:
    """숫자 그림 1,797장을 학습·dev·시험으로 나눈 (그림 (N, 1, 8, 8), 이름표 (N,)). 값은 0부터 1까지입니다.

    쓴 사람의 차례대로 놓인 자료이므로, 처음 보는 사람의 글씨로 시험하도록 차례를 지켜 자릅니다.
    오류: scikit-learn이 없으면 ImportError.
    """
    from .baselines import scikit

    found = scikit("datasets").load_digits()
    images = torch.from_numpy(found.images.astype(np.float32) / 16)[
        :, None
    ]  # (N, 1, 8, 8)
    labels = torch.from_numpy(found.target.astype(np.int64))
    cut = [slice(1300), slice(1300, 1450), slice(1450, None)]
    return {
        name: (images[s], labels[s])
        for name, s in zip(("train", "dev", "test"), cut, strict=True)
    }


def encode_reviews(
    tokenizer: Tokenizer, texts: list[str], labels: list[int], seq_len: int
) -> tuple[Tensor, Tensor]:
    """글마다 <cls> 글 <sep>을 만들어 PAD_ID로 채웁니다. 모양: (N, seq_len), (N,). 긴 글은 뒤를 자릅니다."""
    ids = np.full((len(texts), seq_len), PAD_ID)
    for row, text in zip(ids, texts, strict=True):
        found = [CLS_ID, *tokenizer.encode(text)[: seq_len - 2], SEP_ID]
        row[: len(found)] = found
    return torch.from_numpy(ids), torch.tensor(labels)


def _test(reviews: dict[str, Reviews]) -> dict[str, Reviews]:
    return {"test": reviews["test"]}


def _reviewer(
    preset: Preset,
    texts: list[str],
    folder: Path,
    world: World,
    pretrained: Path | None,
) -> tuple[BertClassifier, Tokenizer, str]:
    """BERT에 머리를 얹은 것, 그 어휘, 무엇에서 시작했는지."""
    torch.manual_seed(preset.recipe.seed)
    if pretrained is None:
        tokenizer = make_tokenizer(texts, preset.vocab_size, folder, world)
        bert = Bert(BertConfig(vocab_size=tokenizer.vocab_size, **preset.options))
        return BertClassifier(bert, 2), tokenizer, "처음부터"
    facts = read_run(pretrained, ("bert",))
    config = BertConfig(vocab_size=facts["vocab_size"], **facts["options"])
    bert = read_model(pretrained, BertForPretraining(config)).bert
    return (
        BertClassifier(bert, 2),
        read_tokenizer(pretrained),
        file_sha256(pretrained / "model.safetensors"),
    )


def _run(
    task: Classification,
    test: tuple[Tensor, Tensor],
    preset: Preset,
    folder: Path,
    world: World,
    data: dict[str, Any],
    say: Say,
) -> dict[str, Any] | None:
    if world.is_first:
        say(announce(task, preset, world))
    progress = train(task, preset.recipe, folder, world)
    if not progress.finished(preset.recipe) or not world.is_first:
        return {} if progress.finished(preset.recipe) else None
    store_average(folder, task.model, preset, {})
    task.dev = test
    result = result_facts(progress) | {
        f"test_{k}": x for k, x in task.evaluate(world.device).items()
    }
    return write_card(folder, task.model, preset, world, data, result)
