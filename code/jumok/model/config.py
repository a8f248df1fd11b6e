"""설정: 얼린 dataclass.

이름 붙은 크기(base, big …)는 논문의 표에서 왔고, 매개변수의 수를 시험이 지킵니다.
"""

from dataclasses import dataclass
from typing import Self

from .checks import check_choice, check_divides, check_numbers

CELLS = ("rnn", "gru", "lstm")  # RNN의 셀
SCORES = ("none", "additive", "dot", "general")  # RNN 어텐션의 점수


@dataclass(frozen=True, kw_only=True)
class LayerConfig:
    """모든 모델이 함께 쓰는 층의 크기. 헤드 하나의 폭 d_head는 d_model / n_heads입니다.

    norm_first가 False이면 LayerNorm(x + Sublayer(x))(논문, post),
    True이면 x + Sublayer(LayerNorm(x))(pre).
    오류: 나누어떨어지지 않는 헤드 수, 양수가 아닌 크기, [0, 1) 밖의 드롭아웃은
    ValueError.
    """

    d_model: int = 512
    n_heads: int = 8
    n_layers: int = 6
    d_ff: int = 2048
    dropout: float = 0.1
    # 논문은 어텐션 가중치에 드롭아웃을 걸지 않습니다. BERT와 GPT는 겁니다.
    attention_dropout: float = 0.0
    max_len: int = 512
    norm_first: bool = False
    activation: str = "relu"
    norm_eps: float = 1e-5

    def __post_init__(self) -> None:
        check_numbers(self)
        # 헤드들이 d_model을 똑같이 나누어 가집니다.
        check_divides(self.d_model, self.n_heads, "d_model({})이 n_heads({})로")


@dataclass(frozen=True, kw_only=True)
class TransformerConfig(LayerConfig):
    """인코더·디코더 트랜스포머. 기본값은 Vaswani et al. (2017) 표 3의 base입니다.

    tie_weights가 True이면 출력층이 디코더 임베딩의 행렬을 씁니다. 두 어휘의 크기가
    같으면 인코더 임베딩까지 셋이 하나를 나눠 씁니다(3.4절).
    init_std가 None이면 행렬은 Xavier 균등 분포, 임베딩은 표준편차 1/√d_model에서
    시작하고, 수이면 모두 그 표준편차의 정규분포에서 시작합니다(initial_values.py).
    오류: 양수가 아닌 init_std는 ValueError.
    """

    src_vocab_size: int
    tgt_vocab_size: int
    tie_weights: bool = True
    pad_id: int = 0
    init_std: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.init_std is not None and not self.init_std > 0:
            raise ValueError(
                f"init_std는 0보다 커야 합니다. 받은 값은 {self.init_std}입니다."
            )

    @classmethod
    def base(cls, vocab_size: int = 37000, **changes: object) -> Self:
        """논문의 base: 37,000개 공유 어휘에서 6,500만 개로 보고된 크기."""
        # 두 언어가 어휘 하나를 함께 씁니다(5.1절).
        both = {"src_vocab_size": vocab_size, "tgt_vocab_size": vocab_size}
        return cls(**{**both, **changes})

    @classmethod
    def big(cls, vocab_size: int = 37000, **changes: object) -> Self:
        """논문의 big: 37,000개 공유 어휘에서 2억 1,300만 개로 보고된 크기."""
        # 헤드를 두 배로 늘려 헤드 하나의 폭 64는 base와 같습니다.
        size = {"d_model": 1024, "n_heads": 16, "d_ff": 4096, "dropout": 0.3}
        return cls.base(vocab_size, **{**size, **changes})


@dataclass(frozen=True, kw_only=True)
class BertConfig(LayerConfig):
    """양방향 인코더. 기본값은 Devlin et al. (2019)의 BERT-base입니다."""

    vocab_size: int = 30522
    d_model: int = 768
    n_heads: int = 12
    n_layers: int = 12
    d_ff: int = 3072
    attention_dropout: float = 0.1
    activation: str = "gelu"
    # 원래 코드의 값입니다. 이만큼 작으면 없는 것과 같습니다.
    norm_eps: float = 1e-12
    n_segments: int = 2
    pad_id: int = 0

    @classmethod
    def base(cls, vocab_size: int = 30522, **changes: object) -> Self:
        """BERT-base: 1억 1,000만 개로 보고된 크기."""
        return cls(**{"vocab_size": vocab_size, **changes})


@dataclass(frozen=True, kw_only=True)
class GptConfig(LayerConfig):
    """디코더만 있는 언어 모델. 기본값은 Radford et al. (2019)의 GPT-2 small입니다."""

    vocab_size: int = 50257
    d_model: int = 768
    n_heads: int = 12
    n_layers: int = 12
    d_ff: int = 3072
    attention_dropout: float = 0.1
    max_len: int = 1024
    norm_first: bool = True
    # GPT-2의 코드는 GELU를 tanh로 어림한 꼴을 씁니다.
    activation: str = "gelu_tanh"
    tie_weights: bool = True

    @classmethod
    def small(cls, vocab_size: int = 50257, **changes: object) -> Self:
        """GPT-2 small: 1억 2,400만 개."""
        return cls(**{"vocab_size": vocab_size, **changes})


@dataclass(frozen=True, kw_only=True)
class VitConfig(LayerConfig):
    """그림을 조각으로 잘라 읽는 인코더.

    기본값은 Dosovitskiy et al. (2021)의 ViT-B/16입니다.
    max_len은 조각의 수에 [CLS] 하나를 더한 값으로 스스로 정해지므로 주지 않습니다.
    """

    d_model: int = 768
    n_heads: int = 12
    n_layers: int = 12
    d_ff: int = 3072
    dropout: float = 0.0
    norm_first: bool = True
    activation: str = "gelu"
    norm_eps: float = 1e-6
    image_size: int = 224
    patch_size: int = 16
    channels: int = 3
    n_classes: int = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        sides = "그림의 한 변({})이 조각의 한 변({})으로"
        check_divides(self.image_size, self.patch_size, sides)

    @property
    def n_patches(self) -> int:
        """조각의 수 (image_size / patch_size)²."""
        return (self.image_size // self.patch_size) ** 2

    @classmethod
    def base(cls, **changes: object) -> Self:
        """ViT-B/16: 8,600만 개로 보고된 크기."""
        return cls(**changes)


@dataclass(frozen=True, kw_only=True)
class ForecastConfig(LayerConfig):
    """시계열의 지난 context걸음을 읽고 뒤의 horizon걸음을 내는 인코더의 크기.

    max_len은 조각의 수로 스스로 정해지므로 주지 않습니다.
    오류: context가 patch_size로 나누어떨어지지 않으면 ValueError.
    """

    d_model: int = 64
    n_heads: int = 4
    n_layers: int = 2
    d_ff: int = 128
    dropout: float = 0.0
    norm_first: bool = True
    activation: str = "gelu"
    context: int = 64
    patch_size: int = 8
    horizon: int = 8
    channels: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        lengths = "읽는 길이({})가 조각의 길이({})로"
        check_divides(self.context, self.patch_size, lengths)

    @property
    def n_patches(self) -> int:
        """조각의 수 context / patch_size."""
        return self.context // self.patch_size


@dataclass(frozen=True, kw_only=True)
class RnnConfig:
    """RNN 인코더·디코더의 설정.

    cell은 rnn, gru, lstm, attention은 none, additive, dot, general 가운데 하나입니다.
    tie_weights가 True이면 트랜스포머에서처럼 출력층이 디코더 임베딩의 행렬을 쓰고,
    두 어휘의 크기가 같으면 인코더 임베딩까지 셋이 하나를 나눠 씁니다.
    오류: 모르는 셀이나 점수 이름, 1보다 작은 크기, [0, 1) 밖의 드롭아웃은 ValueError.
    """

    src_vocab_size: int
    tgt_vocab_size: int
    d_model: int = 256
    n_layers: int = 1
    dropout: float = 0.0
    cell: str = "gru"
    attention: str = "additive"
    tie_weights: bool = False
    pad_id: int = 0

    def __post_init__(self) -> None:
        check_numbers(self)
        # 이름의 오타를 모델을 만들 때가 아니라 설정을 적을 때 알립니다.
        check_choice("셀", self.cell, CELLS)
        check_choice("어텐션", self.attention, SCORES)
