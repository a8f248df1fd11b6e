"""이다와 있다의 문장: 민수는 의사이다, 책상 위에 책 두 권이 있다."""

from .arguments import LARGE
from .clauses import predicate_tags, spoken
from .draft import Dice, Draft, Phrase, Token, Unsuitable, words
from .english import be
from .hangul import attach, final_consonant
from .korean import Stem
from .lexicon import Adjective, lexicon
from .phrases import can_count, noun_phrase, pick_adjectives
from .predicates import Form, english_predicate, korean_predicate
from .subjects import STYLES, pick_subject

ADULTS = ("남자", "여자")
HERE = Stem("있", descriptive=True)
GONE = Stem("없", descriptive=True)
BEING = {  # 이다: (말투, 과거인지, 물음인지) → (받침 뒤, 모음 뒤)
    ("plain", False, False): ("이다", "다"),
    ("plain", True, False): ("이었다", "였다"),
    ("plain", False, True): ("이니", "니"),
    ("plain", True, True): ("이었니", "였니"),
    ("polite", False, False): ("이에요", "예요"),
    ("polite", True, False): ("이었어요", "였어요"),
    ("polite", False, True): ("이에요", "예요"),
    ("polite", True, True): ("이었어요", "였어요"),
    ("formal", False, False): ("입니다", "입니다"),
    ("formal", True, False): ("이었습니다", "였습니다"),
    ("formal", False, True): ("입니까", "입니까"),
    ("formal", True, True): ("이었습니까", "였습니까"),
}


def identity(d: Dice) -> Draft:
    """이다와 아니다: 민수는 용감한 소방관이다 ↔ Minsu is a brave firefighter"""
    question = d.chance(0.25)
    style = d.weighted(STYLES)
    subject = pick_subject(d, style, question)
    human = subject.key in _human_names()
    if (
        subject.honorific
        or subject.number == "pl"
        or (human and subject.key not in ADULTS)
    ):
        raise Unsuitable
    noun = d.pick(lexicon().by_kind["job"])
    third = subject.number == "3s"
    adjectives = pick_adjectives(d, "job") if third and d.chance(0.3) else ()
    what = noun_phrase(d, noun, adjectives)
    is_past, negation = d.chance(0.2), not question and d.chance(0.2)
    tags = predicate_tags(d)
    form = Form(
        "past" if is_past else "present", style, "지" if negation else "", question
    )
    before, after = english_predicate("", form, subject.number, is_be=True)
    korean = [*subject.with_particle(attach, "은"), *being(what, form, tags)]
    english = [
        *spoken(before, tags),
        *subject.english,
        *spoken(after, tags),
        *what.english,
    ]
    return Draft(korean, english, question, what.combos)


def _human_names() -> set[str]:
    return {
        noun.korean for kind in ("job", "people") for noun in lexicon().by_kind[kind]
    }


def being(what: Phrase, form: Form, tags: dict[str, int]) -> list[Token]:
    """명사에 이다를 붙이거나 '이/가 아니다'를 잇습니다."""
    *head, (last, own) = what.korean
    if form.negation:
        absent = Stem("아니", descriptive=True)
        shape = Form(form.tense, form.style)
        words_ = [
            (word, (tags["a"], tags["n"]))
            for word, _ in korean_predicate(absent, shape)
        ]
        fixed = [
            (word.replace("아녀요", "아니에요").replace("아녔", "아니었"), t)
            for word, t in words_
        ]
        return [*what.with_particle(attach, "이"), *fixed]
    closed, opened = BEING[form.style, form.tense == "past", form.question]
    ending = closed if final_consonant(last) else opened
    return [*head, (last + ending, (*own, tags["a"]))]


def existence(d: Dice) -> Draft:
    """있다와 없다: 책상 위에 책 두 권이 있다 ↔ There are two books on the desk"""
    scene = d.pick(lexicon().scenes)
    kind = d.pick(scene.kinds)
    noun = d.pick(lexicon().by_kind[kind])
    style, question, is_past = d.weighted(STYLES), d.chance(0.2), d.chance(0.25)
    adjectives = _looks(d, kind) if d.chance(0.25) else ()
    absent = (
        not adjectives
        and not question
        and noun.count not in ("many", "plural", "pairs")
        and d.chance(0.2)
    )
    number = (
        2 + d.pick(range(3 if kind in LARGE else 5))
        if can_count(noun) and not absent and d.chance(0.45)
        else 0
    )
    thing = noun_phrase(d, noun, adjectives, number=number)
    tags = predicate_tags(d)
    form = Form("past" if is_past else "present", style, question=question)
    helper = (be(thing.number, is_past), (tags["v"],))
    where = d.tag()
    spot = [(word, (where,)) for word in scene.korean.split()]
    verb = spoken(korean_predicate(GONE if absent else HERE, form), tags)
    korean = [*spot, *thing.with_particle(attach, "이"), *verb]
    there = (
        [helper, ("there", (tags["v"],))]
        if question
        else [("there", (tags["v"],)), helper]
    )
    what = thing.english
    if absent:
        what = [
            ("no", (tags["v"],)),
            *[token for token in what if token[0] not in ("a", "an")],
        ]
    return Draft(
        korean, [*there, *what, *words(scene.english, where)], question, thing.combos
    )


def _looks(d: Dice, kind: str) -> tuple[Adjective, ...]:
    """눈에 보이는 성질(크기나 색) 하나."""
    choices = [a for a in lexicon().describing[kind] if a.trait in ("size", "color")]
    if not choices:
        raise Unsuitable
    return (d.pick(choices),)
