"""한국어 용언의 활용. 어간과 불규칙의 갈래에서 모든 꼴을 규칙으로 만듭니다."""

from dataclasses import dataclass, replace
from functools import cache

from .hangul import join_syllable, split_syllable, with_final

BRIGHT = frozenset("ㅏㅑㅗ")
# 모음으로 끝난 어간에 -아/어가 붙을 때. 여기 없는 모음은 줄어들거나(가, 켜, 보내) 어가
# 붙습니다(쉬어).
MERGED = {"ㅗ": "ㅘ", "ㅜ": "ㅝ", "ㅣ": "ㅕ", "ㅚ": "ㅙ"}
ABSORBING = frozenset("ㅏㅐㅓㅔㅕ")
H_IRREGULAR = {"ㅏ": "ㅐ", "ㅑ": "ㅒ", "ㅓ": "ㅔ"}
HONORIFIC_WORDS = {"먹": "드시", "마시": "드시", "자": "주무시", "아프": "편찮으시"}


@dataclass(frozen=True)
class Stem:
    """용언의 어간.

    irregular는 ㅂ·ㄷ·ㅅ·ㅎ 불규칙일 때만 적습니다(르·으·ㄹ·하다는 글자를 보고 압니다).
    descriptive는 형용사처럼 활용하는지(-다, -(으)ㄴ), honorific은 -시-가 붙은
    어간인지입니다.
    """

    text: str
    irregular: str = ""
    descriptive: bool = False
    honorific: bool = False

    def with_honorific(self) -> "Stem":
        """-(으)시-를 붙인 어간. 먹 → 드시처럼 낱말이 바뀌는 것도 있습니다."""
        special = HONORIFIC_WORDS.get(self.text)
        return replace(
            self, text=special or before_eu(self) + "시", irregular="", honorific=True
        )


def parse_stem(word: str, descriptive: bool = False) -> Stem:
    """기본형("듣다:ㄷ", "먹다")에서 어간을 얻습니다.

    오류: '다'로 끝나지 않으면 ValueError.
    """
    lemma, _, irregular = word.partition(":")
    if not lemma.endswith("다") or len(lemma) < 2:
        raise ValueError(
            f"용언의 기본형은 '다'로 끝나야 합니다. 받은 값은 {word!r}입니다."
        )
    return Stem(lemma[:-1], irregular, descriptive)


@cache
def before_eu(stem: Stem) -> str:
    """-으-로 시작하는 어미 앞의 꼴.

    늘 모음으로 끝나므로 ㄴ, ㄹ, ㅂ을 받침으로 붙이면 됩니다.
    먹 → 먹으, 가 → 가, 만들 → 만드, 돕 → 도우, 듣 → 들으, 짓 → 지으, 빨갛 → 빨가
    """
    text, final = stem.text, split_syllable(stem.text[-1])[2]
    # 불규칙이 아니면 받침의 글자만 보고 압니다.
    match stem.irregular or final:
        case "" | "ㄹ" | "ㅎ" if not (final == "ㅎ" and not stem.irregular):
            return with_final(text, "")
        case "ㅂ" if stem.irregular:
            return with_final(text, "") + "우"
        case "ㄷ" if stem.irregular:
            return with_final(text, "ㄹ") + "으"
        case "ㅅ" if stem.irregular:
            return with_final(text, "") + "으"
    return text + "으"


@cache
def infinitive(stem: Stem) -> str:
    """-아/어가 붙은 꼴. 먹어, 가, 봐, 써, 불러, 도와, 구워, 들어, 지어, 빨개, 해"""
    text = stem.text
    _, vowel, final = split_syllable(text[-1])
    if text.endswith("하"):
        return text[:-1] + "해"
    match stem.irregular:
        case "ㅂ":
            return with_final(text, "") + ("와" if text[-1] in "돕곱" else "워")
        case "ㄷ":
            return with_final(text, "ㄹ") + _ending(vowel)
        case "ㅅ":
            return with_final(text, "") + _ending(vowel)
        case "ㅎ":
            initial, vowel, _ = split_syllable(text[-1])
            return text[:-1] + join_syllable(initial, H_IRREGULAR[vowel])
    return text + _ending(vowel) if final else _open_infinitive(text)


def _ending(vowel: str) -> str:
    return "아" if vowel in BRIGHT else "어"


def _open_infinitive(text: str) -> str:
    """받침이 없는 어간에 -아/어를 붙입니다."""
    initial, vowel, _ = split_syllable(text[-1])
    before = split_syllable(text[-2])[1] if len(text) > 1 else ""
    if vowel == "ㅡ":  # 으 탈락은 그 앞의 모음을 따릅니다.
        bright = before in BRIGHT and before != ""
        if text.endswith("르") and len(text) > 1:
            return with_final(text[:-1], "ㄹ") + ("라" if bright else "러")
        return text[:-1] + join_syllable(initial, "ㅏ" if bright else "ㅓ")
    if vowel in ABSORBING:
        return text
    if vowel in MERGED:
        return text[:-1] + join_syllable(initial, MERGED[vowel])
    return text + "어"


def past(stem: Stem) -> str:
    """-았/었-이 붙은 꼴. 먹었, 갔, 했"""
    return with_final(infinitive(stem), "ㅆ")


def dropping(stem: Stem) -> str:
    """ㄴ으로 시작하는 어미(-는, -니) 앞의 꼴: ㄹ 받침만 떨어집니다.

    만들 → 만드, 먹 → 먹
    """
    return (
        with_final(stem.text, "")
        if split_syllable(stem.text[-1])[2] == "ㄹ"
        else stem.text
    )


def is_open(stem: Stem) -> bool:
    """-ㄴ다, -ㅂ니다를 받침으로 붙이는 어간인지(모음이나 ㄹ로 끝나는지)."""
    return split_syllable(stem.text[-1])[2] in ("", "ㄹ")


def plain(stem: Stem) -> str:
    """한다체 현재. 먹는다, 간다, 만든다, 크다"""
    if stem.descriptive:
        return stem.text + "다"
    return (
        with_final(dropping(stem), "ㄴ") + "다" if is_open(stem) else stem.text + "는다"
    )


def polite(stem: Stem) -> str:
    """해요체 현재. 먹어요, 가요, 가세요(높임)"""
    if stem.honorific:
        return stem.text[:-1] + "세요"
    return infinitive(stem) + "요"


def formal(stem: Stem) -> str:
    """합니다체 현재. 먹습니다, 갑니다, 만듭니다"""
    return (
        with_final(dropping(stem), "ㅂ") + "니다"
        if is_open(stem)
        else stem.text + "습니다"
    )


def present_modifier(stem: Stem) -> str:
    """지금의 관형사형. 먹는, 만드는, 맛있는, 큰, 매운, 빨간"""
    if stem.descriptive and not stem.text.endswith(("있", "없")):
        return past_modifier(stem)
    return dropping(stem) + "는"


def past_modifier(stem: Stem) -> str:
    """-(으)ㄴ이 붙은 꼴. 먹은, 산, 만든, 들은"""
    return with_final(before_eu(stem), "ㄴ")


def future_modifier(stem: Stem) -> str:
    """-(으)ㄹ이 붙은 꼴. 먹을, 갈, 만들, 들을"""
    return with_final(before_eu(stem), "ㄹ")
