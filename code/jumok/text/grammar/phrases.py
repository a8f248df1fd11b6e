"""명사구: 관형어, 수와 단위, 지시어가 붙은 명사를 두 언어로 짓습니다."""

from .draft import Dice, Phrase, Token, Unsuitable, words
from .english import article, plural
from .korean import present_modifier
from .lexicon import Adjective, Noun, Person, Verb, lexicon

NATIVE = (
    "",
    "한",
    "두",
    "세",
    "네",
    "다섯",
    "여섯",
    "일곱",
    "여덟",
    "아홉",
    "열",
    "열한",
    "열두",
)
SINO_DIGITS = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
ENGLISH_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
ENGLISH_TENS = ("", "", "twenty", "thirty", "forty", "fifty")
DETERMINERS = {"이": ("this", "these"), "그": ("the", "the"), "저": ("that", "those")}
PRONOUNS = {  # 한국어: (주격, 목적격, 수)
    "나": ("I", "me", "1s"),
    "저": ("I", "me", "1s"),
    "너": ("you", "you", "pl"),
    "우리": ("we", "us", "pl"),
    "그": ("he", "him", "3s"),
    "그녀": ("she", "her", "3s"),
    "그들": ("they", "them", "pl"),
}


def sino(number: int) -> str:
    """1부터 99까지의 한자어 수. 10 → 십, 25 → 이십오"""
    tens, ones = divmod(number, 10)
    return (
        (SINO_DIGITS[tens] if tens > 1 else "")
        + ("십" if tens else "")
        + SINO_DIGITS[ones]
    )


def english_number(number: int) -> str:
    """1부터 59까지의 영어 수. 25 → twenty-five"""
    if number < 20:
        return ENGLISH_NUMBERS[number]
    tens, ones = divmod(number, 10)
    return ENGLISH_TENS[tens] + (f"-{ENGLISH_NUMBERS[ones]}" if ones else "")


def can_count(noun: Noun) -> bool:
    """단위와 함께 셀 수 있는 명사인지."""
    return bool(noun.counter) and (
        noun.count in ("count", "many", "pairs") or bool(noun.measure)
    )


def adjective_words(
    d: Dice, adjectives: tuple[Adjective, ...]
) -> tuple[list[Token], list[Token]]:
    """형용사 하나(맛있는)나 둘(크고 빨간)의 두 언어 쪽.

    영어도 같은 차례(크기, 색)입니다.
    """
    korean, english = [], []
    for i, adjective in enumerate(adjectives):
        tag = d.tag()
        # 마지막 형용사만 명사를 꾸미고, 앞의 것은 -고로 잇습니다(크고 빨간).
        last = i == len(adjectives) - 1
        korean.append(
            (
                present_modifier(adjective.stem)
                if last
                else adjective.stem.text + "고",
                (tag,),
            )
        )
        english += words(adjective.english, tag)
    return korean, english


def noun_phrase(
    d: Dice,
    noun: Noun,
    adjectives: tuple[Adjective, ...] = (),
    determiner: str = "",
    number: int = 0,
    generic: bool = False,
    definite: bool = False,
) -> Phrase:
    """명사 하나로 명사구를 짓습니다. 관사의 규칙은 다음과 같습니다.

    그냥 쓴 셀 수 있는 명사는 a/an, generic이면 복수, definite이면 the. 지시어
    이·그·저는 this·the·that. 수와 단위가 있으면 수. "커피 두 잔"은 two cups of coffee,
    "양말 두 켤레"는 two pairs of socks입니다.
    """
    combos = [f"{a.lemma}+{noun.korean}" for a in adjectives]
    korean, english = adjective_words(d, adjectives)
    tag = d.tag()
    korean.append((noun.korean, (tag,)))
    if number:
        return _counted(d, noun, number, korean, english, tag, combos)
    many = noun.count in ("many", "pairs", "plural") or (
        generic and noun.count == "count"
    )
    form = (
        plural(noun.english)
        if many and noun.count in ("many", "count")
        else noun.english
    )
    english += words(form, tag)
    front: list[Token] = []
    if determiner:
        mark = d.tag()
        korean.insert(0, (determiner, (mark,)))
        front = [(DETERMINERS[determiner][many], (mark,))]
    elif noun.count == "the" or (definite and noun.count != "name"):
        front = words("the")
    elif noun.count == "count" and not many:
        front = words(article(english[0][0]))
    return Phrase(
        korean, front + english, "pl" if many else "3s", key=noun.korean, combos=combos
    )


def _counted(d, noun, number, korean, english, tag, combos) -> Phrase:
    count, unit = d.tag(), d.tag()
    many = number > 1
    figure = ENGLISH_NUMBERS[number]
    measure = "pair" if noun.count == "pairs" else noun.measure
    if measure:
        if not many:
            figure = article(measure)
        english = [
            (figure, (count,)),
            *words((plural(measure) if many else measure) + " of", unit),
            *english,
            *words(noun.english, tag),
        ]
    else:
        unit = count  # 영어에 짝이 없는 단위(개, 권, 명)는 수와 함께 묶입니다.
        form = plural(noun.english) if many else noun.english
        english = [(figure, (count,)), *english, *words(form, tag)]
    korean += [(NATIVE[number], (count,)), (noun.counter, (unit,))]
    return Phrase(
        korean, english, "pl" if many else "3s", key=noun.korean, combos=combos
    )


def pick_adjectives(d: Dice, kind: str, pair: bool = False) -> tuple[Adjective, ...]:
    """갈래를 꾸밀 수 있는 형용사 하나, pair이면 크기와 색 하나씩. 없으면 Unsuitable."""
    choices = lexicon().describing.get(kind, ())
    if pair:
        sizes = [a for a in choices if a.trait == "size"]
        colors = [a for a in choices if a.trait == "color"]
        if not (sizes and colors):
            raise Unsuitable
        return d.pick(sizes), d.pick(colors)
    if not choices:
        raise Unsuitable
    return (d.pick(choices),)


def fitting_adjectives(
    d: Dice, verb: Verb, kind: str, pair: bool
) -> tuple[Adjective, ...]:
    """동사와 어울리는 형용사.

    더러운 것은 씻거나 버리지만 고르거나 선물하지 않습니다.
    """
    found = pick_adjectives(d, kind, pair)
    for adjective in found:
        if not lexicon().fits(adjective, verb):
            raise Unsuitable
    return found


def person_phrase(d: Dice, person: Person) -> Phrase:
    """이름이나 식구. 친구 ↔ my friend"""
    tag = d.tag()
    return Phrase(
        [(person.korean, (tag,))],
        words(person.english, tag),
        honorific=person.honorific,
        key=person.korean,
    )


def pronoun_phrase(d: Dice, pronoun: str, objective: bool = False) -> Phrase:
    """인칭 대명사. objective이면 목적격(me, him)입니다."""
    subject, target, number = PRONOUNS[pronoun]
    tag = d.tag()
    return Phrase(
        [(pronoun, (tag,))],
        words(target if objective else subject, tag),
        number,
        key=pronoun,
    )


def human_noun_phrase(d: Dice, noun: Noun) -> Phrase:
    """지시어가 붙은 사람: 그 의사 ↔ the doctor, 그 아이들 ↔ the children"""
    many = noun.kind != "teacher" and d.chance(0.25)
    mark, tag = d.tag(), d.tag()
    determiner = d.weighted((("그", 3), ("이", 1), ("저", 1)))
    korean = [(determiner, (mark,)), (noun.korean + ("들" if many else ""), (tag,))]
    form = plural(noun.english) if many else noun.english
    english = [(DETERMINERS[determiner][many], (mark,)), *words(form, tag)]
    return Phrase(
        korean, english, "pl" if many else "3s", noun.kind == "teacher", key=noun.korean
    )
