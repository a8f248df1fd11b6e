"""형용사의 문장: 그 사과는 맛있다, 민수는 어제 바빴다, 어제는 날씨가 추웠다."""

from .arguments import object_phrase
from .being import ADULTS, HERE, being
from .clauses import predicate_tags, spoken
from .draft import Dice, Draft, Phrase, Token, Unsuitable, words
from .hangul import attach
from .korean import present_modifier
from .lexicon import Adjective, lexicon
from .phrases import noun_phrase
from .predicates import Form, english_predicate, korean_predicate
from .recipes import pick_tense
from .subjects import STYLES, check_subject, pick_subject
from .times import time_phrase

MOODS = frozenset({"행복하다", "똑똑하다", "친절하다", "부지런하다"})
DEGREES = (("아주", "very"), ("정말", "really"), ("너무", "too"))


def _state(
    d: Dice,
    subject: Phrase,
    adjective: Adjective,
    form: Form,
    time: Phrase,
    degree: bool,
) -> tuple[list[Token], list[Token]]:
    """주어가 어떠하다. 정도(아주)는 형용사 앞에 놓입니다."""
    tags = predicate_tags(d)
    mark = d.tag()
    adverb = d.pick(DEGREES[:2]) if degree else None
    form = Form(form.tense, form.style, form.negation, form.question, subject.honorific)
    before, after = english_predicate(
        adjective.english, form, subject.number, is_be=True
    )
    korean = [*subject.with_particle(attach, "은"), *time.korean]
    korean += [(adverb[0], (mark,))] if adverb else []
    korean += spoken(korean_predicate(adjective.stem, form), tags)
    rest = spoken(after, tags)
    if adverb:
        rest.insert(len(rest) - len(adjective.english.split()), (adverb[1], (mark,)))
    return korean, [*spoken(before, tags), *subject.english, *rest, *time.english]


def described_thing(d: Dice) -> Draft:
    """물건의 성질: 그 사과는 아주 맛있다 ↔ The apple is very delicious"""
    adjective = d.pick(
        [
            a
            for a in lexicon().adjectives
            if a.kinds and a.kinds != ("place",) and a.trait != "attr"
        ]
    )
    kind = d.pick([k for k in adjective.kinds if k != "place"])
    noun = d.pick(lexicon().by_kind[kind])
    subject = noun_phrase(d, noun, determiner=d.pick(("그", "이", "저")))
    question = d.chance(0.2)
    negation = "지" if not question and d.chance(0.2) else ""
    form = Form(
        "past" if d.chance(0.3) else "present", d.weighted(STYLES), negation, question
    )
    korean, english = _state(
        d,
        subject,
        adjective,
        form,
        Phrase(),
        not negation and not question and d.chance(0.3),
    )
    return Draft(korean, english, question, [f"{adjective.lemma}+{noun.korean}"])


def described_person(d: Dice) -> Draft:
    """사람의 됨됨이나 한때: 민수는 어제 바빴다 ↔ Minsu was busy yesterday"""
    question = d.chance(0.25)
    style = d.weighted(STYLES)
    subject = pick_subject(d, style, question)
    adjective = d.pick(
        [a for a in lexicon().adjectives if a.trait in ("state", "trait")]
    )
    if adjective.trait == "trait" and subject.key in ("나", "저", "너", "우리", ""):
        raise Unsuitable
    is_past = adjective.trait == "state" and d.chance(0.5)
    natures = ("part",) if adjective.lemma == "배고프다" else ("day", "part", "week")
    negation = "지" if not question and d.chance(0.2) else ""
    form = Form("past" if is_past else "present", style, negation, question)
    time = time_phrase(d, "past", natures) if is_past and d.chance(0.6) else Phrase()
    if adjective.lemma == "아프다" and subject.honorific and negation:
        raise Unsuitable  # 편찮으시지 않으셨다
    degree = not negation and not question and d.chance(0.3)
    korean, english = _state(d, subject, adjective, form, time, degree)
    return Draft(korean, english, question)


def weather(d: Dice) -> Draft:
    """날씨: 어제는 날씨가 추웠다 ↔ The weather was cold yesterday"""
    adjective = d.pick([a for a in lexicon().adjectives if a.trait == "weather"])
    tense, day, spoken_day = d.pick(
        (
            ("past", "어제", "yesterday"),
            ("present", "오늘", "today"),
            ("future", "내일", "tomorrow"),
        )
    )
    question = tense != "future" and d.chance(0.25)  # -ㄹ 거니는 뜻을 묻는 말입니다.
    form = Form(
        tense,
        d.weighted(STYLES),
        "지" if not question and d.chance(0.2) else "",
        question,
    )
    tags, tag, sky = predicate_tags(d), d.tag(), d.tag()
    before, after = english_predicate(adjective.english, form, "3s", is_be=True)
    korean = [
        (attach(day, "은"), (tag,)),
        ("날씨가", (sky,)),
        *spoken(korean_predicate(adjective.stem, form), tags),
    ]
    english = [
        *spoken(before, tags),
        *words("the weather", sky),
        *spoken(after, tags),
        (spoken_day, (tag,)),
    ]
    return Draft(korean, english, question)


def person_in_action(d: Dice) -> Draft:
    """관계절이 붙은 주어.

    책을 읽고 있는 여자는 의사이다 ↔ The woman who is reading a book is a doctor
    """
    noun = d.pick(lexicon().by_kind["people"])
    verb = d.pick(
        [
            v
            for v in lexicon().verbs
            if v.objects and not {"move", "must", "noprog"} & v.flags
        ]
    )
    inner = Phrase([], [], "3s", key=noun.korean)
    if pick_tense(d, verb) != "progressive":
        raise Unsuitable
    check_subject(verb, inner)
    thing = object_phrase(d, verb, "progressive", inner, plain_only=d.chance(0.6))
    if thing.has_clause or not thing.korean:
        raise Unsuitable
    tags, tag = predicate_tags(d), d.tag()
    doing = [
        (verb.stem.text + "고", (tags["v"],)),
        (present_modifier(HERE), (tags["a"],)),
    ]
    phrase = Phrase(
        [*thing.with_particle(attach, verb.particle), *doing, (noun.korean, (tag,))],
        [
            *words("the " + noun.english, tag),
            ("who", (tags["a"],)),
            *spoken(
                english_predicate(verb.english, Form("progressive"), "3s")[1], tags
            ),
            *thing.english,
        ],
    )
    combos = [*thing.combos, f"{verb.lemma}+{thing.key}"]
    form = Form("present", d.weighted(STYLES))
    if noun.korean not in ADULTS:
        mood = d.pick([a for a in lexicon().adjectives if a.lemma in MOODS])
        return Draft(
            *_state(d, phrase, mood, form, Phrase(), d.chance(0.2)), False, combos
        )
    job, end = noun_phrase(d, d.pick(lexicon().by_kind["job"])), predicate_tags(d)
    korean = [*phrase.with_particle(attach, "은"), *being(job, form, end)]
    english = [
        *phrase.english,
        *spoken(english_predicate("", form, "3s", is_be=True)[1], end),
        *job.english,
    ]
    return Draft(korean, english, False, combos)
