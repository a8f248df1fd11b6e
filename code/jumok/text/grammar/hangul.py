"""한글 글자의 산수: 받침을 보고 조사를 고르고, 끝 글자에 받침을 붙입니다."""

FIRST_SYLLABLE, LAST_SYLLABLE = ord("가"), ord("힣")
N_VOWELS, N_FINALS = 21, 28
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

# 받침이 있을 때와 없을 때의 꼴. ㄹ 받침에 예외가 있는 것은 '으로'뿐입니다.
PARTICLES = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "이나": ("이나", "나"),
}
# 조사가 붙으면 꼴이 바뀌는 대명사
IRREGULAR_SUBJECTS = {"나": "내", "저": "제", "너": "네", "누구": "누"}


def split_syllable(syllable: str) -> tuple[int, str, str]:
    """음절 하나를 (초성 번호, 중성, 종성)으로 나눕니다.

    오류: 완성형 한글 한 글자가 아니면 ValueError.
    """
    if len(syllable) != 1 or not FIRST_SYLLABLE <= ord(syllable) <= LAST_SYLLABLE:
        raise ValueError(f"완성형 한글 한 글자를 주세요. 받은 값은 {syllable!r}입니다.")
    index = ord(syllable) - FIRST_SYLLABLE
    initial, rest = divmod(index, N_VOWELS * N_FINALS)
    return initial, VOWELS[rest // N_FINALS], FINALS[rest % N_FINALS]


def join_syllable(initial: int, vowel: str, final: str = "") -> str:
    """초성 번호와 중성, 종성을 음절 하나로 모읍니다."""
    place = (initial * N_VOWELS + VOWELS.index(vowel)) * N_FINALS + FINALS.index(final)
    return chr(FIRST_SYLLABLE + place)


def final_consonant(word: str) -> str:
    """마지막 글자의 받침. 받침이 없으면 빈 글입니다."""
    return split_syllable(word[-1])[2]


def with_final(word: str, final: str) -> str:
    """마지막 글자의 받침을 final로 바꿉니다. 먹으, ㄴ → 먹은"""
    initial, vowel, _ = split_syllable(word[-1])
    return word[:-1] + join_syllable(initial, vowel, final)


def attach(word: str, particle: str) -> str:
    """낱말에 조사를 붙입니다.

    particle은 받침 뒤의 꼴(은, 이, 을, 과, 으로, 이나)이나 늘 같은 꼴(에)입니다.
    예: attach("물", "을") = "물을", attach("물", "으로") = "물로",
    attach("나", "이") = "내가"
    """
    if particle == "이" and word in IRREGULAR_SUBJECTS:
        return IRREGULAR_SUBJECTS[word] + "가"
    if particle not in PARTICLES:
        return word + particle
    closed, opened = PARTICLES[particle]
    final = final_consonant(word)
    if particle == "으로" and final == "ㄹ":
        return word + opened
    return word + (closed if final else opened)
