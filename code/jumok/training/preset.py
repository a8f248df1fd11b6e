"""실행 하나의 설정이라는 꼴. 이름 붙은 설정들은 presets.py에 있습니다."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Preset:
    """실행 하나의 설정. options는 모델의 설정에서 어휘 크기를 뺀 것입니다.

    average는 마지막에 평균할 체크포인트의 수, seq_len은 GPT와 BERT가 읽는
    줄의 길이입니다(GPT에서 0이면 줄이 글의 처음에서 시작합니다).
    """

    corpus: str
    recipe: Recipe
    vocab_size: int = 0
    model: str = "transformer"
    options: dict[str, Any] = field(default_factory=dict)
    average: int = 5
    seq_len: int = 0

    def changed(self, **changes: Any) -> "Preset":
        """값이 None이 아닌 것만 바꿉니다. 학습법의 이름이면 학습법을 바꿉니다."""
        changes = {name: x for name, x in changes.items() if x is not None}
        own = {
            name: changes.pop(name) for name in list(changes) if name in asdict(self)
        }
        return replace(self, recipe=replace(self.recipe, **changes), **own)


def model_size(
    d_model: int, n_heads: int, n_layers: int, d_ff: int, dropout: float, **more: Any
) -> dict[str, Any]:
    """트랜스포머 설정의 크기들. more는 그 모델만의 것입니다."""
    size = {
        "d_model": d_model,
        "n_heads": n_heads,
        "n_layers": n_layers,
        "d_ff": d_ff,
        "dropout": dropout,
    }
    return size | more
