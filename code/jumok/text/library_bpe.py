"""큰 자료를 위한 BPE: 같은 규칙을 tokenizers 라이브러리(Rust)로 돌립니다."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Self

from .bpe import (
    BASE,
    SPLIT,
    BpeTokenizer,
    check_vocab_size,
    choose_alphabet,
    count_words,
)


class LibraryBpe(BpeTokenizer):
    """`BpeTokenizer`와 같은 알파벳, 규칙, 번호를 쓰고, 자르기만 라이브러리에 맡깁니다.

    파일도 같으므로 한쪽이 저장한 것을 다른 쪽이 읽습니다. 두 쪽이 같게 자르는지는
    시험이 지킵니다.
    """

    def __init__(
        self, alphabet: Sequence[str], merges: Iterable[Sequence[str]]
    ) -> None:
        super().__init__(alphabet, merges)
        self.library = to_library(self)

    @classmethod
    def of(cls, bpe: BpeTokenizer) -> Self:
        """이미 배운 토크나이저와 같은 것을 만듭니다."""
        return cls(bpe.alphabet, bpe.merges)

    @classmethod
    def from_texts(
        cls, texts: Iterable[str], vocab_size: int = 8000, coverage: float = 0.9995
    ) -> Self:
        """라이브러리로 배웁니다.

        알파벳을 고르는 규칙은 같지만, 수가 같은 쌍의 차례는 라이브러리를 따릅니다.
        그래서 배운 규칙이 `BpeTokenizer.from_texts`와 조금 다를 수 있습니다.
        """
        from tokenizers import Tokenizer, models, trainers

        check_vocab_size(vocab_size)
        words = count_words(texts)
        alphabet = choose_alphabet(words, coverage, (vocab_size - len(BASE)) // 2)
        trained = Tokenizer(models.BPE())
        trained.pre_tokenizer = _splitter()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size - len(BASE),
            limit_alphabet=len(alphabet),
            initial_alphabet=alphabet,
            min_frequency=2,
            show_progress=False,
        )
        # 라이브러리는 단어의 수를 받지 않으므로 나온 수만큼 되풀이해 줍니다.
        known = {word: n for word, n in words.items() if _is_text(word)}
        trained.train_from_iterator(
            (word for word, n in known.items() for _ in range(n)), trainer
        )
        return cls(alphabet, _merges(trained, set(alphabet)))

    def encode(self, text: str) -> list[int]:
        """글을 번호로."""
        return self.library.encode(text).ids if _is_text(text) else super().encode(text)

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """여러 글을 한꺼번에. 코어가 여럿이면 나누어 합니다."""
        return [found.ids for found in self.library.encode_batch(list(texts))]


def to_library(bpe: BpeTokenizer) -> Any:
    """같은 어휘와 규칙을 가진 tokenizers.Tokenizer.

    특별한 토큰은 등록하지 않아 글에서 나오지 않습니다.
    """
    from tokenizers import Tokenizer, decoders, models

    library = Tokenizer(
        models.BPE(
            vocab={token: i for i, token in enumerate(bpe.tokens)},
            merges=bpe.merges,
            byte_fallback=True,
        )
    )
    library.pre_tokenizer = _splitter()
    # 바이트 조각들을 모아 글자로 되돌립니다.
    library.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return library


def _is_text(text: str) -> bool:
    """짝 없는 대리 문자가 없는지.

    라이브러리는 UTF-8로 적을 수 없는 글을 받지 않습니다.
    """
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return False
    return True


def _splitter() -> Any:
    from tokenizers import Regex, pre_tokenizers

    return pre_tokenizers.Split(Regex(SPLIT), behavior="isolated")


def _merges(trained: Any, letters: set[str]) -> list[tuple[str, str]]:
    """라이브러리가 배운 규칙들."""
    merges = [tuple(pair) for pair in json.loads(trained.to_str())["model"]["merges"]]
    return [pair for pair in merges if letters.issuperset("".join(pair))]
