"""때와 동안을 두 언어로: 어제, 매일 아침, 세 시 십 분에, 두 시간 동안."""

from .draft import ARTICLES, Dice, Phrase, Token, Unsuitable
from .english import plural
from .lexicon import Time, lexicon
from .phrases import NATIVE, english_number, sino

MINUTES = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55)


def time_phrase(
    d: Dice, tense: str, natures: tuple[str, ...], clock: bool = False
) -> Phrase:
    """시제에 맞는 때.

    clock이면 성격이 day인 때 뒤에 가끔 시각을 붙입니다. key는 성격과 밤인지입니다.
    """
    time = d.pick(_times(tense, natures))
    korean, english = _pairs(d, time)
    if clock and time.nature == "day" and d.chance(0.25):
        hour = clock_phrase(d)
        last, tags = korean[-1]
        korean[-1] = (last.removesuffix("에"), tags)  # 지난 토요일 세 시에
        korean, english = korean + hour.korean, hour.english + english
    return Phrase(korean, english, key="밤" if "밤" in korean[-1][0] else time.nature)


def _times(tense: str, natures: tuple[str, ...]) -> list[Time]:
    found = [
        time
        for time in lexicon().times
        if time.tense == tense and time.nature in natures
    ]
    if not found:
        raise Unsuitable
    return found


def _pairs(d: Dice, time: Time) -> tuple[list[Token], list[Token]]:
    korean: list[Token] = []
    english: list[Token] = []
    for word, translation in time.pairs:
        tag = d.tag()
        korean.append((word, (tag,)))
        for other in translation:
            if (
                english and english[-1][0] == other
            ):  # 오늘 밤에 ↔ tonight: 두 어절이 한 낱말과 짝입니다.
                english[-1] = (other, (*english[-1][1], tag))
            else:
                english.append((other, () if other in ARTICLES else (tag,)))
    return korean, english


def clock_phrase(d: Dice) -> Phrase:
    """시각. 시는 고유어, 분은 한자어로 셉니다: 세 시 십 분에 ↔ at three ten"""
    hour = 1 + d.pick(range(12))
    h, last = d.tag(), d.tag()
    name = (english_number(hour), (h,))
    if d.chance(0.5):
        return Phrase(
            [(NATIVE[hour], (h,)), ("시에", (last,))],
            [("at", (last,)), name, ("o'clock", (last,))],
        )
    if d.chance(0.3):
        half = [("at", (last,)), ("half", (last,)), ("past", (last,)), name]
        return Phrase([(NATIVE[hour], (h,)), ("시", (h,)), ("반에", (last,))], half)
    minute, m = d.pick(MINUTES), d.tag()
    figure = [("five" if minute == 5 else english_number(minute), (m,))]
    if minute == 5:
        figure.insert(0, ("oh", (m,)))  # at three oh five
    korean = [
        (NATIVE[hour], (h,)),
        ("시", (h,)),
        (sino(minute), (m,)),
        ("분에", (last,)),
    ]
    return Phrase(korean, [("at", (last,)), name, *figure])


def duration_phrase(d: Dice, long: bool = False) -> Phrase:
    """얼마 동안인지를 두 언어로.

    long이면 날과 달과 해, 아니면 시간과 분입니다. 두 시간 동안 ↔ for two hours
    """
    if long:
        unit, english, number = d.pick(
            (("일", "day", 5), ("개월", "month", 10), ("년", "year", 10))
        )
        count = 2 + d.pick(range(number - 1))
        figure = sino(count)
    elif d.chance(0.6):
        count = 1 + d.pick(range(5))
        unit, english, figure = "시간", "hour", NATIVE[count]
    else:
        count = d.pick((10, 20, 30, 40, 50))
        unit, english, figure = "분", "minute", sino(count)
    n, u, f = d.tag(), d.tag(), d.tag()
    korean = [(figure, (n,)), (unit, (u,)), ("동안", (f,))]
    name = plural(english) if count > 1 else english
    return Phrase(korean, [("for", (f,)), (english_number(count), (n,)), (name, (u,))])
