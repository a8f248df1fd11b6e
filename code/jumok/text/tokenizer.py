"""모든 토크나이저의 공통 약속과, 글을 그대로 자르는 세 가지: 어절, 음절, 자모."""

import json
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from ..files import write_atomically
from .special import MASK_ID, SPECIAL_TOKENS, UNK_ID

FIRST_ID = len(SPECIAL_TOKENS)  # 글에서 온 토큰의 번호는 여기서 시작합니다.
SHOWN = (UNK_ID, MASK_ID)  # decode가 이름을 적는 특별한 토큰
SYLLABLES, N_VOWELS, N_FINALS = 0xAC00, 21, 28
INITIALS = [chr(0x1100 + i) for i in range(19)]
VOWELS = [chr(0x1161 + i) for i in range(N_VOWELS)]
FINALS = [chr(0x11A7 + i) for i in range(1, N_FINALS)]
# 글에 낱자로 적힌 조합용 자모 앞에 붙여, 음절을 나누어 생긴 자모와 구별합니다.
RAW = "|"


class Tokenizer(ABC):
    """글을 조각으로 자르고 번호로 바꿉니다.

    번호 0–6은 특별한 토큰이고, 글에 적힌 "<pad>"는 그냥 글입니다. decode는 <pad> <bos>
    <eos> <cls> <sep>을 빼고, 모르는 조각과 가린 조각은 <unk>, <mask>라고 적습니다.
    encode에 UNK_ID가 없으면 decode(encode(글))은 글과 똑같습니다. 글을 다듬거나
    정규화하지 않습니다.
    """

    kind: ClassVar[str]

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = list(tokens)
        if tuple(self.tokens[:FIRST_ID]) != SPECIAL_TOKENS:
            raise ValueError(f"어휘는 {' '.join(SPECIAL_TOKENS)}로 시작해야 합니다.")
        # 특별한 토큰은 넣지 않으므로 글에서 나올 수 없습니다.
        self.index = {token: i for i, token in enumerate(self.tokens) if i >= FIRST_ID}
        if len(self.index) != len(self.tokens) - FIRST_ID:
            raise ValueError(
                "어휘에 같은 토큰이 두 번 있습니다. 겹치는 것을 빼 주세요."
            )

    @property
    def vocab_size(self) -> int:
        """특별한 토큰을 더한 어휘의 크기."""
        return len(self.tokens)

    @property
    def starts_word(self) -> np.ndarray:
        """(V,) bool: 새 어절을 여는 토큰인지. 단어를 통째로 가릴 때 씁니다."""
        opens = [
            i < FIRST_ID or token[:1].isspace() for i, token in enumerate(self.tokens)
        ]
        return np.array(opens)

    @abstractmethod
    def tokenize(self, text: str) -> list[str]:
        """글을 조각으로. 어휘에 없는 조각도 그대로 보입니다."""

    def encode(self, text: str) -> list[int]:
        """글을 번호로.

        어휘에 없는 조각은 UNK_ID입니다. 특별한 토큰을 앞뒤에 붙이지 않습니다.
        """
        return [self.index.get(piece, UNK_ID) for piece in self.tokenize(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """번호를 글로. 오류: 어휘 밖의 번호는 ValueError."""
        ids = [int(i) for i in ids]
        wrong = [i for i in ids if not 0 <= i < self.vocab_size]
        if wrong:
            raise ValueError(
                f"번호 {wrong[0]}은(는) 0 이상 {self.vocab_size} 미만이어야 합니다."
            )
        return self.join([self.tokens[i] for i in ids if i >= FIRST_ID or i in SHOWN])

    def join(self, pieces: Sequence[str]) -> str:
        """조각들을 글로 잇습니다."""
        return "".join(pieces)

    def state(self) -> dict[str, Any]:
        """파일에 적을 값들."""
        return {"tokens": self.tokens}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """`state`가 적은 값에서 되살립니다."""
        return cls(state["tokens"])

    def save(self, path: str | Path) -> None:
        """JSON 파일로 적습니다.

        다 적은 뒤에 이름을 바꾸므로 반쯤 적힌 파일이 남지 않습니다.
        """
        text = json.dumps(
            {"kind": self.kind, "version": 1, **self.state()}, ensure_ascii=True
        )
        write_atomically(Path(path), text)


class CountedTokenizer(Tokenizer):
    """자르는 규칙은 정해져 있고, 어휘는 자주 나온 조각들인 토크나이저."""

    required: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def from_texts(cls, texts: Iterable[str], vocab_size: int | None = None) -> Self:
        """글에 자주 나온 조각부터 vocab_size개(특별한 토큰을 셈)를 어휘로 삼습니다.

        None이면 모두 넣습니다. 나온 수가 같으면 글자 순서가 앞선 것이 먼저입니다.
        오류: 꼭 들어갈 토큰보다 작은 어휘는 ValueError.
        """
        tokens = [*SPECIAL_TOKENS, *cls.required]
        if vocab_size is not None and vocab_size < len(tokens):
            raise ValueError(
                f"vocab_size는 {len(tokens)} 이상이어야 합니다. "
                f"받은 값은 {vocab_size}입니다."
            )
        # 어휘가 아직 없어도 자르는 규칙은 정해져 있으므로 빈 어휘로 세어 봅니다.
        splitter, counts = cls(tokens), Counter()
        for text in texts:
            counts.update(splitter.tokenize(text))
        for piece in cls.required:
            counts.pop(piece, None)
        return cls(
            [*tokens, *sorted(counts, key=lambda p: (-counts[p], p))][:vocab_size]
        )


class EojeolTokenizer(CountedTokenizer):
    """어절: 빈칸에서 자릅니다.

    두 어절 사이의 빈칸 하나는 적지 않고, 다른 빈칸들은 그것대로 한 조각입니다.
    """

    kind = "eojeol"

    @property
    def starts_word(self) -> np.ndarray:
        """(V,) bool: 조각마다 한 어절이므로 모두 True입니다."""
        return np.ones(self.vocab_size, bool)

    def tokenize(self, text: str) -> list[str]:
        """어절과, 하나가 아닌 빈칸들(글의 앞뒤에서는 하나라도)."""
        pieces = re.findall(r"\s+|\S+", text)
        # 글의 앞뒤에 있는 빈칸은 이을 때 되살릴 수 없으므로 남깁니다.
        inner = range(1, len(pieces) - 1)
        return [
            piece for i, piece in enumerate(pieces) if piece != " " or i not in inner
        ]

    def join(self, pieces: Sequence[str]) -> str:
        """어절이 이어지면 그 사이에 빈칸 하나를 넣습니다."""
        text, after_word = [], False
        for piece in pieces:
            word = not piece.isspace()
            text += [" ", piece] if word and after_word else [piece]
            after_word = word
        return "".join(text)


class SyllableTokenizer(CountedTokenizer):
    """음절: 유니코드 글자 하나가 한 조각입니다.

    NFD로 적힌 한글은 첫소리, 가운뎃소리, 끝소리로 나뉩니다.
    """

    kind = "syllable"

    def tokenize(self, text: str) -> list[str]:
        """글자들."""
        return list(text)


class JamoTokenizer(CountedTokenizer):
    """자모: 한글 음절을 첫소리·가운뎃소리·끝소리로 나눕니다.

    67개가 늘 어휘에 있어 모르는 음절이 없습니다. 끝소리의 글자가 첫소리와
    다르므로(유니코드의 조합용 자모) 다시 모을 때 헷갈리지 않습니다. 글에 처음부터
    조합용 자모로 적힌 것(NFD)은 앞에 "|"를 붙인 다른 토큰이고, 모으지 않고 그대로
    되돌립니다.
    """

    kind = "jamo"
    required = (*INITIALS, *VOWELS, *FINALS)

    def tokenize(self, text: str) -> list[str]:
        """자모와, 한글 음절이 아닌 글자들."""
        return [piece for letter in text for piece in _jamo(letter)]

    def join(self, pieces: Sequence[str]) -> str:
        """이어진 첫소리와 가운뎃소리(와 끝소리)를 음절로 모읍니다.

        짝이 없는 자모는 그대로 둡니다.
        """
        text = [
            piece.removeprefix(RAW) if len(piece) == 2 else piece for piece in pieces
        ]
        for i in reversed(range(len(pieces) - 1)):
            if pieces[i] in _INITIAL_PLACE and pieces[i + 1] in _VOWEL_PLACE:
                final = _FINAL_PLACE.get(pieces[i + 2], 0) if i + 2 < len(pieces) else 0
                block = (
                    _INITIAL_PLACE[pieces[i]] * N_VOWELS + _VOWEL_PLACE[pieces[i + 1]]
                )
                text[i] = chr(SYLLABLES + block * N_FINALS + final)
                text[i + 1] = ""
                if final:
                    text[i + 2] = ""
        return "".join(text)


_INITIAL_PLACE = {jamo: i for i, jamo in enumerate(INITIALS)}
_VOWEL_PLACE = {jamo: i for i, jamo in enumerate(VOWELS)}
_FINAL_PLACE = {jamo: i for i, jamo in enumerate(FINALS, 1)}


def _jamo(letter: str) -> tuple[str, ...]:
    """글자 하나의 조각들. 음절의 번호는 (첫소리·21 + 가운뎃소리)·28 + 끝소리입니다."""
    if "가" <= letter <= "힣":
        block, final = divmod(ord(letter) - SYLLABLES, N_FINALS)
        initial, vowel = divmod(block, N_VOWELS)
        pieces = (INITIALS[initial], VOWELS[vowel])
        return (*pieces, FINALS[final - 1]) if final else pieces
    if letter in _INITIAL_PLACE or letter in _VOWEL_PLACE or letter in _FINAL_PLACE:
        return (RAW + letter,)
    return (letter,)
