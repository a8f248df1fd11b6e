"""사람을 고르는 법: 주어와 다른 사람, 물을 때는 이름만."""

from functools import cache

from .draft import Dice, Phrase, Unsuitable
from .lexicon import Person, lexicon
from .phrases import person_phrase, pronoun_phrase

FIRST = frozenset({"나", "저", "우리"})
THIRD = frozenset({"그", "그녀", "그들"})


@cache
def candidates(
    names_only: bool, with_elders: bool, excluded: str
) -> tuple[Person, ...]:
    """조건에 맞는 사람들. 이름은 영어가 한 낱말입니다."""
    return tuple(
        p
        for p in lexicon().people
        if p.korean != excluded
        and not (names_only and " " in p.english)
        and (with_elders or not p.honorific)
    )


def other_person(d: Dice, subject: Phrase, with_elders: bool = True) -> Phrase:
    """주어와 다른 이름이나 식구."""
    return person_phrase(d, d.pick(candidates(subject.asked, with_elders, subject.key)))


def human_object(d: Dice, subject: Phrase) -> Phrase:
    """목적어나 받는 사람이 되는 사람.

    주어와 같은 사람과 높이는 사람은 고르지 않습니다.
    """
    if not d.chance(0.25):
        return other_person(d, subject, with_elders=False)
    if subject.key in FIRST or not subject.korean or subject.key == "너":
        return pronoun_phrase(d, d.pick(("그", "그녀", "그들")), objective=True)
    if subject.number == "pl" and subject.key not in THIRD:
        raise Unsuitable
    return pronoun_phrase(
        d, d.pick(("저" if subject.polite else "나", "우리")), objective=True
    )
