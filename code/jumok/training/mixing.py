"""두 언어 모델 견주기: 같은 글의 5-gram 곡선, 두 모델의 확률 섞기, 계산량."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .metrics import bits_per_character
from .ngram import KneserNey, ngram_bits_per_character

LogProbs = Sequence[np.ndarray]  # 글마다, 토큰마다의 log 확률(자연로그)
SHARES = tuple(np.linspace(0, 1, 21).round(2).tolist())


def budget_facts(n_parameters: int, n_tokens: int) -> dict[str, float]:
    """학습의 계산량 6ND와 매개변수마다 읽은 토큰 수.

    토큰 하나에 매개변수마다 앞걸음 2번, 뒷걸음 4번 계산한다는 어림입니다.
    임베딩도 매개변수로 셉니다.
    출처: Kaplan et al. (2020), 2.1절; Hoffmann et al. (2022).
    """
    return {
        "train_tokens": n_tokens,
        "train_flops_6nd": 6.0 * n_parameters * n_tokens,
        "tokens_per_parameter": round(n_tokens / n_parameters, 2),
    }


def ngram_curve(
    train: Sequence[str],
    held_out: Sequence[str],
    sizes: Sequence[int],
    order: int = 5,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """글을 sizes편만 세었을 때마다의 글자당 비트. 큰 것은 작은 것을 품습니다.

    자료는 영화의 차례라서 앞에서부터 고르면 몇 영화뿐입니다. 뒤섞어 앞에서 고릅니다.
    오류: 자료보다 큰 size는 ValueError.
    """
    if max(sizes) > len(train):
        raise ValueError(
            f"글이 {len(train)}편뿐입니다. sizes의 가장 큰 값은 {max(sizes)}입니다."
        )
    shuffled = np.random.default_rng(seed).permutation(len(train))
    rows = []
    for size in sorted(sizes):
        texts = [train[i] for i in shuffled[:size]]
        bits = ngram_bits_per_character(KneserNey(texts, order), held_out)
        rows.append(
            {
                "texts": size,
                "characters": sum(map(len, texts)),
                "bits_per_character": bits,
            }
        )
    return rows


@dataclass(frozen=True)
class Mixture:
    """섞은 모델의 글자당 비트. share는 dev에서 고른 첫째 모델의 몫입니다."""

    share: float
    dev_bits: float
    test_bits: float
    dev_curve: tuple[tuple[float, float], ...]


def mixed_bits(
    first: LogProbs, second: LogProbs, share: float, n_characters: int
) -> float:
    """토큰마다 share·p₁ + (1 − share)·p₂로 섞은 모델의 글자당 비트.

    두 모델이 같은 토큰의 줄을 맞혀야 섞은 것도 확률입니다.
    오류: 줄의 길이가 다르면 ValueError.
    """
    if [len(row) for row in first] != [len(row) for row in second]:
        raise ValueError("두 모델이 맞힌 토큰의 수가 글마다 같아야 섞을 수 있습니다.")
    a, b = np.concatenate([*first]), np.concatenate([*second])
    with np.errstate(divide="ignore"):  # 몫이 0인 쪽의 log는 −∞이고, 더하면 사라집니다.
        mixed = np.logaddexp(np.log(share) + a, np.log1p(-share) + b)
    return bits_per_character(-float(mixed.sum()), n_characters)


def best_mixture(
    dev: tuple[LogProbs, LogProbs, int],
    test: tuple[LogProbs, LogProbs, int],
    shares: Sequence[float] = SHARES,
) -> Mixture:
    """dev에서 몫을 골라 test를 한 번 잽니다. 한 벌은 (첫째, 둘째, 글자 수)입니다."""
    curve = tuple((share, _bits(dev, share)) for share in shares)
    share, dev_bits = min(curve, key=_second)
    return Mixture(share, dev_bits, _bits(test, share), curve)


def _bits(part: tuple[LogProbs, LogProbs, int], share: float) -> float:
    first, second, n_characters = part
    return mixed_bits(first, second, share, n_characters)


def _second(pair: tuple[float, float]) -> float:
    return pair[1]
