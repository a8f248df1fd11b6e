"""이름 붙은 설정: 어떤 자료로, 어떤 크기의 모델을, 어떤 학습법으로."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class TranslationPreset:
    """번역 실행 하나의 설정. options는 모델의 설정에서 어휘 크기를 뺀 것입니다.

    average는 마지막에 평균할 체크포인트의 수입니다.
    """

    corpus: str
    vocab_size: int
    recipe: Recipe
    model: str = "transformer"
    options: dict[str, Any] = field(default_factory=dict)
    average: int = 5

    def changed(self, **changes: Any) -> "TranslationPreset":
        """값이 None이 아닌 것만 바꿉니다. 학습법의 이름이면 학습법을 바꿉니다."""
        changes = {name: x for name, x in changes.items() if x is not None}
        own = {name: changes.pop(name) for name in list(changes) if name in asdict(self)}
        return replace(self, recipe=replace(self.recipe, **changes), **own)


def _size(
    d_model: int, n_heads: int, n_layers: int, d_ff: int, dropout: float, **more: Any
) -> dict[str, Any]:
    size = {"d_model": d_model, "n_heads": n_heads, "n_layers": n_layers, "d_ff": d_ff, "dropout": dropout}
    return size | more


PRESETS = {
    # 노트북의 CPU 두 코어에서 5분 안쪽. 책에 들어 있는 문장으로 배웁니다.
    "cpu": TranslationPreset(
        corpus="grammar",
        vocab_size=1500,
        options=_size(128, 4, 2, 512, 0.1, max_len=128),
        recipe=Recipe(steps=700, max_tokens=4096, warmup=200, peak_rate=2e-3, eval_every=100),
    ),
    # 메모리 8–24 GB의 GPU 하나.
    "gpu": TranslationPreset(
        corpus="docs",
        vocab_size=8000,
        options=_size(512, 8, 6, 1024, 0.3, max_len=512),
        recipe=Recipe(
            steps=20_000, max_tokens=8192, accumulate=2, warmup=4000, eval_every=1000,
            precision="bf16", round_to=16, clip=1.0,
        ),
    ),
    # 데이터센터 GPU 하나에서 10분 안쪽.
    "h200": TranslationPreset(
        corpus="docs",
        vocab_size=8000,
        options=_size(512, 8, 6, 2048, 0.3, max_len=512),
        recipe=Recipe(
            steps=12_000, max_tokens=25_000, warmup=2000, eval_every=500,
            precision="bf16", compile=True, round_to=32, clip=1.0,
        ),
    ),
    # 논문의 base 그대로. 큰 자료(park)를 위한 것입니다.
    "paper": TranslationPreset(
        corpus="park",
        vocab_size=16_000,
        options=_size(512, 8, 6, 2048, 0.1, max_len=512),
        recipe=Recipe(precision="bf16", round_to=32),
    ),
}  # fmt: skip
