"""이은 문장: 한 주어의 두 일(먹고 마셨다)과 두 주어의 두 일(먹었고 마셨다).

긴 문장의 시험에도 씁니다.
"""

from dataclasses import replace

from .arguments import Arguments
from .clauses import arrange, pick_arguments, predicate_tags, spoken
from .draft import Dice, Draft, Phrase, Unsuitable
from .hangul import attach
from .lexicon import Verb
from .people import FIRST, THIRD
from .predicates import Form, english_predicate, korean_predicate
from .recipes import pick_verb
from .subjects import STYLES, check_subject, pick_subject
from .times import time_phrase


def joined_verbs(d: Dice, long: bool = False) -> Draft:
    """한 주어의 두 일: 나는 빵을 먹고 우유를 마셨다 ↔ I ate bread and drank milk"""
    style = d.weighted(STYLES)
    subject = pick_subject(d, style)
    form = Form("past", style, honorific=subject.honorific)
    (first, one), (second, two) = _two_actions(d, form, subject, subject, long)
    check_subject(first, subject)
    check_subject(second, subject)
    tags = predicate_tags(d), predicate_tags(d)
    # 앞의 동사에는 시제가 적히지 않습니다(먹고). 영어에서는 과거(ate)입니다.
    linked = replace(form, tense="present", link=True)
    time = _day(d, one, two)
    korean = [
        *subject.with_particle(attach, "은"),
        *time.korean,
        *one.korean,
        *spoken(korean_predicate(first.stem, linked), tags[0]),
        *two.korean,
        *spoken(korean_predicate(second.stem, form), tags[1]),
    ]
    english = [
        *subject.english,
        *spoken(english_predicate(first.english, form, subject.number)[1], tags[0]),
        *one.english,
        ("and", (tags[0]["a"],)),
        *spoken(english_predicate(second.english, form, subject.number)[1], tags[1]),
        *two.english,
        *time.english,
    ]
    return Draft(korean, english, False, one.combos + two.combos)


def joined_clauses(d: Dice, long: bool = False) -> Draft:
    """두 주어의 두 일.

    민수는 빵을 먹었고 지수는 우유를 마셨다 ↔ Minsu ate bread, and Jisu drank milk
    """
    style = d.weighted(STYLES)
    subjects = _spoken_subject(d, style), _spoken_subject(d, style)
    if {subjects[0].key, subjects[1].key} <= FIRST or subjects[0].key == subjects[
        1
    ].key:
        raise Unsuitable
    if subjects[1].key in THIRD and subjects[0].key not in FIRST | THIRD:
        raise Unsuitable  # 동현은 … 그는: 같은 사람으로 읽힙니다.
    form = Form("past", style)
    (first, one), (second, two) = _two_actions(d, form, *subjects, long)
    if _mentions(two, subjects[0]) or _mentions(one, subjects[1]):
        raise Unsuitable
    time = _day(d, one, two)
    linked = replace(form, link=True)
    left = arrange(d, subjects[0], time, one, first, linked, front=bool(time.korean))
    right = arrange(d, subjects[1], Phrase(), two, second, form)
    tag = d.tag()  # 이어 주는 -고는 and와 짝입니다.
    last, tags = left[0][-1]
    korean = [*left[0][:-1], (last, (*tags, tag)), *right[0]]
    english = [*left[1], (",", ()), ("and", (tag,)), *right[1]]
    return Draft(korean, english, False, one.combos + two.combos)


def _mentions(arguments: Arguments, person: Phrase) -> bool:
    """다른 절의 주어를 이름으로 다시 부르는지: 준호는 … 그는 준호와 …"""
    return len(person.key) > 1 and any(
        word.startswith(person.key) for word, _ in arguments.korean
    )


def _spoken_subject(d: Dice, style: str) -> Phrase:
    subject = pick_subject(d, style)
    if not subject.korean:
        raise Unsuitable
    return subject


def _two_actions(
    d: Dice, form: Form, left: Phrase, right: Phrase, long: bool
) -> tuple[tuple[Verb, Arguments], tuple[Verb, Arguments]]:
    first, second = pick_verb(d), pick_verb(d)
    if first.lemma == second.lemma or first.english == second.english:
        raise Unsuitable
    if "daily" not in first.flags & second.flags:
        raise Unsuitable
    check_subject(first, left)
    check_subject(second, right)
    one = pick_arguments(d, first, form, left, bare=not long)
    two = pick_arguments(d, second, form, right, bare=not long)
    if {combo.split("+")[1] for combo in one.combos} & {
        combo.split("+")[1] for combo in two.combos
    }:
        raise Unsuitable  # 같은 것이나 같은 곳을 되풀이하지 않습니다.
    if not long and (one.has_clause or two.has_clause):
        raise Unsuitable
    return (first, one), (second, two)


def _day(d: Dice, one: Arguments, two: Arguments) -> Phrase:
    clear = not (one.has_clause or two.has_clause or one.sip or two.sip or one.meal)
    return time_phrase(d, "past", ("day",)) if clear and d.chance(0.4) else Phrase()


def long_sentence(d: Dice) -> Draft:
    """시험에만 쓰는 긴 문장: 관계절이나 곁말이 달린 두 절."""
    return joined_clauses(d, long=True) if d.chance(0.6) else joined_verbs(d, long=True)
