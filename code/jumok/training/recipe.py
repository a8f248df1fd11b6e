"""학습법: 논문의 값이 기본이고, 다른 것은 모두 이름 붙은 설정입니다."""

import math
from dataclasses import dataclass, fields
from typing import Any

SCHEDULES = ("inverse_sqrt", "linear", "cosine", "constant")
PRECISIONS = ("fp32", "bf16", "fp16")
# 0이면 뜻이 없는 값들. 나머지 수는 0부터입니다.
AT_LEAST_ONE = (
    "steps",
    "max_tokens",
    "accumulate",
    "warmup",
    "round_to",
    "eval_every",
    "keep",
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """학습 한 번의 모든 숫자. 기본값은 Vaswani et al. (2017), 5절의 base입니다.

    max_tokens는 한 걸음(모든 장치와 조각을 합친)의 원문 토큰과 번역 토큰 가운데 많은
    쪽의 상한입니다. peak_rate가 None이면 논문의 식대로 (d_model · warmup)^-0.5가
    가장 높은 학습률입니다. accumulate는 한 걸음을 나누어 계산할 조각의 수,
    clip은 기울기 길이의 상한(0이면 자르지 않음)입니다. patience는 dev 손실이 이
    횟수만큼 좋아지지 않으면 그만두라는 뜻이고 0이면 끝까지 갑니다.
    오류: 모르는 이름이나 범위를 벗어난 수는 ValueError.
    """

    steps: int = 100_000
    max_tokens: int = 25_000
    accumulate: int = 1
    schedule: str = "inverse_sqrt"
    peak_rate: float | None = None
    warmup: int = 4000
    betas: tuple[float, float] = (0.9, 0.98)
    eps: float = 1e-9
    weight_decay: float = 0.0
    smoothing: float = 0.1
    clip: float = 0.0
    precision: str = "fp32"
    compile: bool = False
    round_to: int = 1
    eval_every: int = 1000
    keep: int = 5
    patience: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check_least(field.name, getattr(self, field.name))
        _check_choice("schedule", self.schedule, SCHEDULES)
        _check_choice("precision", self.precision, PRECISIONS)
        if not all(0 <= beta < 1 for beta in self.betas) or not self.smoothing < 1:
            raise ValueError(
                "betas와 smoothing은 0 이상 1 미만이어야 합니다. "
                f"받은 값은 {self.betas}, {self.smoothing}입니다."
            )


def _check_least(name: str, value: Any) -> None:
    """오류: 수가 너무 작으면 ValueError. 수가 아닌 것은 보지 않습니다."""
    least = 1 if name in AT_LEAST_ONE else 0
    if isinstance(value, int | float) and value < least:
        raise ValueError(
            f"{name}은(는) {least} 이상이어야 합니다. 받은 값은 {value}입니다."
        )


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(
            f"{name}은(는) {', '.join(choices)} 가운데 하나여야 합니다. "
            f"받은 값은 {value!r}입니다."
        )


def learning_rate(step: int, recipe: Recipe, d_model: int) -> float:
    """step(1부터)째 걸음의 학습률.

    워밍업 동안 곧게 오르고, 그 뒤는 schedule을 따릅니다.
    inverse_sqrt는 논문의 식 d_model^-0.5 · min(step^-0.5, step · warmup^-1.5)와
    같습니다. linear와 cosine은 마지막 걸음에서 0에 닿고, constant는 그대로입니다.
    출처: Vaswani et al. (2017), 식 (3); Loshchilov & Hutter (2017)의 cosine.
    """
    peak = recipe.peak_rate
    if peak is None:
        peak = (d_model * recipe.warmup) ** -0.5
    if step <= recipe.warmup:
        return peak * step / recipe.warmup
    return peak * _after_warmup(step, recipe)


def _after_warmup(step: int, recipe: Recipe) -> float:
    """가장 높은 학습률에 대한 몫."""
    done = min(1.0, (step - recipe.warmup) / max(1, recipe.steps - recipe.warmup))
    return {
        "inverse_sqrt": (recipe.warmup / step) ** 0.5,
        "linear": 1 - done,
        "cosine": 0.5 * (1 + math.cos(math.pi * done)),
        "constant": 1.0,
    }[recipe.schedule]
