"""의문사로 묻는 문장: 무엇, 누구, 어디, 언제, 몇."""

from .arguments import Arguments
from .clauses import arrange, pick_arguments, predicate_tags, spoken
from .draft import Dice, Draft, Phrase, Unsuitable
from .english import plural
from .hangul import attach
from .lexicon import lexicon
from .phrases import can_count
from .predicates import Form, english_predicate, korean_predicate
from .recipes import pick_time, pick_verb
from .subjects import STYLES, pick_subject

TENSES = (("past", 5), ("progressive", 1), ("future", 2))
PLANNED = ("사다", "주문하다", "심다", "보내다")  # 몇을 하려는지 물을 만한 일


def _tense(d: Dice, flags: frozenset[str]) -> str:
    tense = d.weighted(TENSES)
    if (tense == "progressive" and "noprog" in flags) or (
        tense == "future" and "nowish" in flags
    ):
        raise Unsuitable
    return tense


def what(d: Dice) -> Draft:
    """무엇을 묻습니다: 너는 어제 무엇을 먹었니? ↔ What did you eat yesterday?"""
    style = d.weighted(STYLES)
    subject = pick_subject(d, style, question=True)
    verb = d.pick([v for v in lexicon().verbs if "what" in v.flags])
    tense = _tense(d, verb.flags)
    form = Form(tense, style, question=True)
    tag = d.tag()
    arguments = Arguments([("무엇을", (tag,))], [], [])
    time = pick_time(d, verb, tense, arguments)
    korean, english = arrange(d, subject, time, arguments, verb, form)
    return Draft(korean, [("what", (tag,)), *english], True)


def whom(d: Dice) -> Draft:
    """누구를 묻습니다: 민수는 어제 누구를 만났어요? ↔ Who did Minsu meet yesterday?"""
    style = d.weighted(STYLES)
    subject = pick_subject(d, style, question=True)
    verb = d.pick([v for v in lexicon().verbs if "who" in v.flags])
    stative = "stat" in verb.flags
    tense = "present" if stative else _tense(d, verb.flags)
    tag = d.tag()
    arguments = Arguments([("누구를", (tag,))], [], [])
    time = Phrase() if stative else pick_time(d, verb, tense, arguments)
    korean, english = arrange(
        d, subject, time, arguments, verb, Form(tense, style, question=True)
    )
    return Draft(korean, [("who", (tag,)), *english], True)


def who(d: Dice) -> Draft:
    """누가를 묻습니다: 누가 이 빵을 만들었어요? ↔ Who made this bread?"""
    style = d.weighted(STYLES)
    verb = pick_verb(d)
    if "stat" in verb.flags or "needw" in verb.flags:
        raise Unsuitable
    tense = _tense(d, verb.flags)
    asker = Phrase([], [], "3s", key="누구", asked=True, polite=style != "plain")
    form = Form(tense, style, question=True)
    arguments = pick_arguments(d, verb, form, asker, bare=True)
    if arguments.has_clause:
        raise Unsuitable
    time = pick_time(d, verb, tense, arguments)
    tags, tag = predicate_tags(d), d.tag()
    # 주어를 물을 때 영어는 차례를 바꾸지 않습니다: Who ate …
    _, after = english_predicate(verb.english, Form(tense, style), "3s")
    korean = [
        *time.korean,
        ("누가", (tag,)),
        *arguments.korean,
        *spoken(korean_predicate(verb.stem, form), tags),
    ]
    english = [("who", (tag,)), *spoken(after, tags), *arguments.english, *time.english]
    return Draft(korean, english, True, arguments.combos)


def where(d: Dice) -> Draft:
    """어디를 묻습니다: 민수는 어제 어디에 갔니? ↔ Where did Minsu go yesterday?"""
    style = d.weighted(STYLES)
    subject = pick_subject(d, style, question=True)
    verb = d.pick(
        [v for v in lexicon().verbs if v.places and not {"at", "ro", "needw"} & v.flags]
    )
    moves = "move" in verb.flags
    if moves and verb.english in ("run", "walk", "come"):
        raise Unsuitable
    tense = "present" if "stat" in verb.flags else _tense(d, verb.flags)
    form = Form(tense, style, question=True)
    tag = d.tag()
    if moves:
        arguments = Arguments([("어디에", (tag,))], [], [])
    else:
        if "stat" in verb.flags and verb.lemma != "살다":
            raise Unsuitable
        arguments = _without_place(d, verb, form, subject)
        arguments.korean.insert(0, ("어디에서", (tag,)))
    time = Phrase() if tense == "present" else pick_time(d, verb, tense, arguments)
    korean, english = arrange(d, subject, time, arguments, verb, form)
    return Draft(korean, [("where", (tag,)), *english], True, arguments.combos)


def _without_place(d: Dice, verb, form: Form, subject: Phrase) -> Arguments:
    """곳을 물을 때는 정해진 것(이 책)이나 셀 수 없는 것만 목적어가 됩니다."""
    if not verb.objects:
        return Arguments()
    arguments = pick_arguments(d, verb, form, subject, bare=True)
    definite = (
        arguments.english[0][0] in ("this", "that", "the", "these", "those")
        or len(arguments.english) == 1
    )
    if arguments.has_clause or not definite:
        raise Unsuitable
    return arguments


def when(d: Dice) -> Draft:
    """언제를 묻습니다: 언제 이 책을 읽었어요? ↔ When did you read this book?"""
    style = d.weighted(STYLES)
    subject = pick_subject(d, style, question=True)
    verb = pick_verb(d)
    if {"stat", "needw"} & verb.flags or verb.lemma == "머무르다":
        raise Unsuitable
    tense = d.weighted(
        (("past", 3), ("future", 1 if "nowish" not in verb.flags else 0))
    )
    form = Form(tense, style, question=True)
    moves = "move" in verb.flags
    arguments = (
        pick_arguments(d, verb, form, subject, bare=True)
        if moves
        else _without_place(d, verb, form, subject)
    )
    tag = d.tag()
    time = Phrase([("언제", (tag,))], [])
    korean, english = arrange(d, subject, time, arguments, verb, form)
    return Draft(korean, [("when", (tag,)), *english], True, arguments.combos)


def how_many(d: Dice) -> Draft:
    """몇을 묻습니다: 사과를 몇 개 샀어요? ↔ How many apples did you buy?"""
    style = d.weighted(STYLES)
    subject = pick_subject(d, style, question=True)
    verb = d.pick([v for v in lexicon().verbs if "n" in v.flags])
    kind = d.pick(verb.objects)
    noun = None if kind == "persons" else d.pick(lexicon().by_kind[kind])
    if (
        noun is None
        or not can_count(noun)
        or noun.count not in ("count", "many")
        or "must" in verb.flags
    ):
        raise Unsuitable
    tense = (
        "present"
        if "stat" in verb.flags
        else d.weighted((("past", 3), ("future", verb.lemma in PLANNED)))
    )
    tag, count = d.tag(), d.tag()
    arguments = Arguments(
        [
            (attach(noun.korean, "을"), (tag,)),
            ("몇", (count,)),
            (noun.counter, (count,)),
        ],
        [],
        [],
    )
    time = Phrase() if tense == "present" else pick_time(d, verb, tense, arguments)
    korean, english = arrange(
        d, subject, time, arguments, verb, Form(tense, style, question=True)
    )
    head = [
        ("how", (count,)),
        ("many", (count,)),
        *((word, (tag,)) for word in plural(noun.english).split()),
    ]
    return Draft(korean, [*head, *english], True, [f"{verb.lemma}+{noun.korean}"])
