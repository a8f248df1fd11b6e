"""바이트 쌍 부호화(BPE): 자주 이웃하는 두 조각을 합친 서브워드.

모르는 글자는 바이트로 적습니다.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Self

from .merges import apply_merges, learn_merges
from .special import SPECIAL_TOKENS
from .tokenizer import Tokenizer

# 조각은 이 경계를 넘어 합쳐지지 않습니다. 한글과 영문, 숫자, 문장 부호를 가르고 앞의
# 빈칸 하나를 품습니다.
# 글자의 종류를 범위로 적어, 정규식 엔진과 유니코드의 판이 달라도 똑같이 자릅니다.
HANGUL, DIGIT, BLANK = "가-힣ㄱ-ㆎᄀ-ᇿ", "0-9", r" \t\r\n"
MARK = r"!-/:-@\[-`{-~·…‘’“”、。〈-】～–—"
LONGEST = 16  # 조각이 길면 합치는 시간이 길이의 제곱으로 늘어나므로 여기서 자릅니다.
SPLIT = "|".join(
    [
        f" ?[{kind}]{{1,{LONGEST}}}"
        for kind in (HANGUL, DIGIT, MARK, f"^{BLANK}{HANGUL}{DIGIT}{MARK}")
    ]
    + [f"[{BLANK}]{{1,{LONGEST}}}(?![^{BLANK}])", f"[{BLANK}]"]
)
BYTES = tuple(f"<0x{i:02X}>" for i in range(256))
BASE = (*SPECIAL_TOKENS, *BYTES)
# 번호를 외워 두는 조각의 수. 글이 끝없이 길어도 메모리가 늘지 않습니다.
CACHED = 1 << 18


class BpeTokenizer(Tokenizer):
    """글자에서 시작해 merges의 규칙을 앞선 것부터 적용합니다.

    알파벳에 없는 글자는 UTF-8 바이트로 적습니다. 바이트 256개가 어휘에 있으므로 모르는
    것이 없고, 어떤 글이든 decode(encode(글))이 글과 같습니다. 어휘의 차례는 특별한
    토큰, 바이트, 알파벳, 합친 조각(배운 차례)입니다.
    출처: Gage (1994); Sennrich et al. (2016).
    """

    kind = "bpe"

    def __init__(
        self, alphabet: Sequence[str], merges: Iterable[Sequence[str]]
    ) -> None:
        self.alphabet, self.merges = list(alphabet), [(a, b) for a, b in merges]
        # 다른 두 쌍이 같은 조각이 되기도 합니다(가+나다, 가나+다). 그 조각은 한 번만
        # 셉니다.
        made = dict.fromkeys(a + b for a, b in self.merges)
        super().__init__([*BASE, *self.alphabet, *made])
        missing = [
            part for pair in self.merges for part in pair if part not in self.index
        ]
        if missing:
            raise ValueError(
                f"합치는 규칙의 조각 {missing[0]!r}이(가) 어휘에 없습니다. "
                "파일을 확인하세요."
            )
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        # 글자가 모두 알파벳에 있는지를 한 번에 보려고 집합으로도 둡니다.
        self.letters = set(self.alphabet)
        self._cache: dict[str, list[int]] = {}

    @classmethod
    def from_texts(
        cls, texts: Iterable[str], vocab_size: int = 8000, coverage: float = 0.9995
    ) -> Self:
        """글에서 배웁니다.

        어휘의 크기가 vocab_size가 되거나 두 번 나온 쌍이 없을 때까지 합칩니다. 알파벳은
        글자 수의 coverage만큼을 덮는 자주 나온 글자들이고, 바이트 다음 자리의
        절반까지만 씁니다. 나온 수가 같으면 글자 순서가 앞선 것이 먼저입니다.
        오류: 265보다 작은 vocab_size는 ValueError.
        """
        check_vocab_size(vocab_size)
        words = count_words(texts)
        alphabet = choose_alphabet(words, coverage, (vocab_size - len(BASE)) // 2)
        return cls(
            alphabet,
            learn_merges(words, alphabet, vocab_size - len(BASE) - len(alphabet)),
        )

    def tokenize(self, text: str) -> list[str]:
        """글을 서브워드로.

        앞에 빈칸이 있는 조각이 어절의 시작이고, <0x..>는 바이트입니다.
        """
        return [self.tokens[i] for i in self.encode(text)]

    def encode(self, text: str) -> list[int]:
        """글을 번호로. 한 번 본 조각은 외워 둔 번호를 씁니다."""
        ids, cache = [], self._cache
        for word in split_words(text):
            # 글의 조각은 되풀이되므로, 외워 두면 합치기를 거의 하지 않습니다.
            found = cache.get(word)
            if found is None:
                found = self._encode_word(word)
                if len(cache) < CACHED:
                    cache[word] = found
            ids += found
        return ids

    def join(self, pieces: Sequence[str]) -> str:
        """이어진 바이트들을 글자로 되돌립니다.

        글자가 되지 못하는 바이트는 �(U+FFFD)로 적습니다.
        """
        text, waiting = [], bytearray()
        for piece in pieces:
            if piece in _BYTE_OF:
                waiting.append(_BYTE_OF[piece])
                continue
            text += [_from_bytes(waiting), piece]
            waiting.clear()
        return "".join([*text, _from_bytes(waiting)])

    def state(self) -> dict[str, Any]:
        """알파벳과 합치는 규칙. 어휘는 이 둘에서 다시 만들어집니다."""
        return {"alphabet": self.alphabet, "merges": self.merges}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """`state`가 적은 값에서 되살립니다."""
        return cls(state["alphabet"], state["merges"])

    def _encode_word(self, word: str) -> list[int]:
        pieces = list(word)
        if not self.letters.issuperset(word):
            pieces = [
                p for x in word for p in ([x] if x in self.letters else to_bytes(x))
            ]
        return [self.index[piece] for piece in apply_merges(pieces, self.ranks)]


def check_vocab_size(vocab_size: int) -> None:
    """어휘에 알파벳과 합친 조각의 자리가 있는지. 오류: 265보다 작은 값은 ValueError."""
    if vocab_size < len(BASE) + 2:
        raise ValueError(
            f"vocab_size는 {len(BASE) + 2} 이상이어야 합니다. "
            f"받은 값은 {vocab_size}입니다."
        )


def split_words(text: str) -> list[str]:
    """글을 합치기의 울타리인 조각들로 자릅니다. 이으면 다시 그 글입니다."""
    return _PATTERN.findall(text)


def to_bytes(letter: str) -> list[str]:
    """글자 하나를 적는 UTF-8 바이트들의 이름. 가는 <0xEA> <0xB0> <0x80>입니다."""
    return [BYTES[byte] for byte in letter.encode("utf8", "surrogatepass")]


def count_words(texts: Iterable[str]) -> Counter[str]:
    """조각마다 나온 수. 배우는 데에는 글이 아니라 이 수만 있으면 됩니다."""
    words: Counter[str] = Counter()
    for text in texts:
        words.update(split_words(text))
    return words


def choose_alphabet(words: Counter[str], coverage: float, most: int) -> list[str]:
    """자주 나온 글자부터, 글자 수의 coverage만큼을 덮거나 most개가 될 때까지.

    짝 없는 대리 문자는 뺍니다.
    """
    counts: Counter[str] = Counter()
    for word, n in words.items():
        for letter in word:
            if not "\ud800" <= letter <= "\udfff":
                counts[letter] += n
    enough, covered, alphabet = coverage * counts.total(), 0, []
    # 수가 같은 글자의 차례까지 정해 두어야 어디서나 같은 알파벳이 됩니다.
    for letter in sorted(counts, key=lambda x: (-counts[x], x))[:most]:
        if covered >= enough:
            break
        alphabet.append(letter)
        covered += counts[letter]
    return alphabet


_PATTERN = re.compile(SPLIT)
_BYTE_OF = {name: i for i, name in enumerate(BYTES)}


def _from_bytes(waiting: bytearray) -> str:
    try:
        return waiting.decode("utf8", "surrogatepass")
    except UnicodeDecodeError:  # 모델이 낸 바이트의 줄은 글자가 아닐 수 있습니다.
        return waiting.decode("utf8", "replace")
