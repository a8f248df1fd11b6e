"""토큰화 견주기: 같은 글을 다섯 가지로 자릅니다.

어휘의 크기, 문장의 길이, 모르는 토큰이 어떻게 달라지는지 봅니다.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .bpe import BpeTokenizer
from .special import UNK_ID
from .tokenizer import EojeolTokenizer, JamoTokenizer, SyllableTokenizer, Tokenizer


@dataclass(frozen=True)
class TokenizationRow:
    """한 토큰화의 결과.

    unknown_rate는 처음 보는 글의 토큰에서 <unk>가 차지하는 몫입니다.
    """

    name: str
    vocab_size: int
    tokens_per_sentence: float
    unknown_rate: float


def compare_tokenizations(
    texts_train: Sequence[str],
    texts_test: Sequence[str],
    bpe_sizes: Sequence[int] = (4000, 16000),
    bpe: type[BpeTokenizer] = BpeTokenizer,
) -> list[TokenizationRow]:
    """texts_train에서 배운 어절, 음절, 자모, BPE로 texts_test를 자릅니다.

    BPE는 크기마다 하나입니다. 어절, 음절, 자모의 어휘에는 배우는 글에 나온 것을 모두
    넣습니다. 큰 글에는 bpe=LibraryBpe가 빠릅니다.
    오류: 빈 글은 ValueError.
    """
    if not texts_train or not texts_test:
        raise ValueError("배울 글과 견줄 글이 하나 이상 있어야 합니다.")
    kinds = {"어절": EojeolTokenizer, "음절": SyllableTokenizer, "자모": JamoTokenizer}
    rows = [
        measure(name, kind.from_texts(texts_train), texts_test)
        for name, kind in kinds.items()
    ]
    for size in bpe_sizes:
        rows.append(
            measure(f"BPE {size:,}", bpe.from_texts(texts_train, size), texts_test)
        )
    return rows


def measure(name: str, tokenizer: Tokenizer, texts: Sequence[str]) -> TokenizationRow:
    """토크나이저 하나로 글들을 자른 결과."""
    ids = [tokenizer.encode(text) for text in texts]
    n_tokens = sum(map(len, ids))
    n_unknown = sum(i == UNK_ID for row in ids for i in row)
    return TokenizationRow(
        name, tokenizer.vocab_size, n_tokens / len(texts), n_unknown / max(1, n_tokens)
    )
