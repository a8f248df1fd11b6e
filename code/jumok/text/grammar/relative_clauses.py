"""관계절이 붙은 명사구: 친구가 만든 빵, 어제 산 책."""

from .draft import Dice, Phrase, Unsuitable, words
from .english import past as english_past
from .english import third_person
from .hangul import attach
from .korean import Stem, past_modifier, present_modifier
from .lexicon import Noun, Verb, lexicon
from .people import other_person
from .phrases import PRONOUNS, fitting_adjectives, noun_phrase
from .times import time_phrase

FOOD = frozenset(
    {
        "fruit",
        "melon",
        "root",
        "raw",
        "snack",
        "baked",
        "slice",
        "rice",
        "meal",
        "spicy",
        "side",
        "protein",
        "hot",
        "cold",
    }
)
# 빌린 것은 팔거나 버리지 않습니다.
BORROWED = ("빌리다", frozenset({"팔다", "버리다", "주다", "보내다"}))


def clause_phrase(
    d: Dice, verb: Verb, noun: Noun, subject: Phrase, own: bool
) -> Phrase:
    """관계절이 붙은 명사구: 친구가 만든 빵 ↔ the bread my friend made

    own이면 관계절의 주어가 바깥과 같아 적지 않고 때가 있습니다: 어제 산 책 ↔ the book I
    bought yesterday
    """
    choices = [v for v in lexicon().sources[noun.kind] if v.lemma != verb.lemma]
    if own:  # 음식은 오래 두지 않으니 때를 적지 않습니다.
        choices = [v for v in choices if "own" in v.flags and noun.kind not in FOOD]
    if not choices:
        raise Unsuitable
    source = d.pick(choices)
    # 빌린 책을 팔지는 않습니다.
    if source.lemma == BORROWED[0] and verb.lemma in BORROWED[1]:
        raise Unsuitable
    adjectives = fitting_adjectives(d, verb, noun.kind, False) if d.chance(0.15) else ()
    head = noun_phrase(d, noun, adjectives, definite=True)
    if head.english[0][0] != "the":
        head.english.insert(0, ("the", ()))
    doer = _own_subject(subject) if own else other_person(d, subject)
    tag = d.tag()
    when = (
        time_phrase(d, "past", ("day", "week", "span"))
        if own
        or (d.chance(0.15) and "stat" not in source.flags and noun.kind not in FOOD)
        else Phrase()
    )
    korean = [
        *doer.with_particle(attach, "이"),
        *when.korean,
        (modifier(source.stem, "stat" in source.flags, doer.honorific), (tag,)),
        *head.korean,
    ]
    spoken = verb_in_clause(source, doer.number)
    english = [*head.english, *doer.english, *words(spoken, tag), *when.english]
    combos = [*head.combos, f"{source.lemma}+{noun.korean}"]
    return Phrase(
        korean, english, head.number, key=noun.korean, combos=combos, has_clause=True
    )


def _own_subject(subject: Phrase) -> Phrase:
    if subject.key not in PRONOUNS or not subject.korean:
        raise Unsuitable
    spoken, _, _ = PRONOUNS[subject.key]
    return Phrase([], [(spoken, ())], subject.number)


def modifier(stem: Stem, is_now: bool, honorific: bool) -> str:
    """관계절의 동사: 만든, 만드신, 좋아하는."""
    raised = stem.with_honorific() if honorific else stem
    return present_modifier(raised) if is_now else past_modifier(raised)


def verb_in_clause(verb: Verb, number: str) -> str:
    """영어 관계절의 동사. 상태는 현재(likes), 나머지는 과거(made)입니다."""
    if "stat" not in verb.flags:
        return english_past(verb.english)
    return third_person(verb.english) if number == "3s" else verb.english
