"""문장의 갈래: 갈래마다 주사위를 굴려 두 언어의 낱말과 꼬리표를 짓는 함수 하나."""

from dataclasses import replace

from .adjuncts import long_stay
from .arguments import Arguments
from .clauses import arrange, pick_arguments, pick_negation
from .draft import Dice, Draft, Phrase, Unsuitable
from .lexicon import Verb, lexicon
from .predicates import Form
from .subjects import STYLES, pick_subject
from .times import time_phrase

TENSES = (("past", 5), ("present", 2), ("progressive", 1.5), ("future", 2.5))

HABITS = ("day", "part", "weekend", "often")
ASKED = ("무엇을", "누구를", "어디에", "어디에서", "몇")
MEALS = ("먹다", "마시다", "주문하다")


def pick_verb(d: Dice) -> Verb:
    """동사의 뜻 하나. 목적어의 갈래가 많을수록 자주 나옵니다."""
    verb = d.pick(lexicon().verbs)
    return verb if "move" not in verb.flags or d.chance(0.8) else pick_verb(d)


def pick_tense(d: Dice, verb: Verb, link: bool = False) -> str:
    """동사에 맞는 시제. 상태는 늘 현재, 습관이 아닌 일은 현재를 쓰지 않습니다."""
    if "stat" in verb.flags:
        return "present"
    tense = d.weighted(TENSES)
    if tense == "present" and "h" not in verb.flags:
        raise Unsuitable
    if tense == "progressive" and ("noprog" in verb.flags or link):
        raise Unsuitable
    if tense == "future" and ("nowish" in verb.flags or link):
        raise Unsuitable
    return tense


def pick_time(
    d: Dice, verb: Verb, tense: str, arguments: Arguments, negation: str = ""
) -> Phrase:
    """시제와 딸린 말에 맞는 때. 없을 수도 있습니다."""
    lasting = any(word == "동안" for word, _ in arguments.korean)
    if "stat" in verb.flags or _timeless(verb, tense, arguments, negation):
        return Phrase()
    if tense == "present":
        if "move" in verb.flags and d.chance(0.15):
            return Phrase()
        natures = habits_for(verb, arguments.meal)
    elif (arguments.has_clause and tense != "future") or d.chance(
        0.35 if tense == "past" else 0.2
    ):
        return Phrase()
    elif tense == "progressive":
        natures = ("now",)
    else:
        natures = (
            ("day",) if arguments.meal else natures_for(verb, lasting, arguments.far)
        )
        soon = tense == "future" and verb.lemma in MEALS and not arguments.meal
        natures = ("part",) if arguments.sip or soon else natures
    asked = any(word in ASKED for word, _ in arguments.korean)
    clock = not (
        lasting
        or negation
        or asked
        or arguments.counted
        or arguments.meal
        or "noclock" in verb.flags
    )
    time = time_phrase(d, tense, natures, clock=clock)
    if time.key == "밤" and not (arguments.night and "eve" in verb.flags):
        raise Unsuitable
    if lasting and time.key == "often":
        raise Unsuitable
    return time


def _timeless(verb: Verb, tense: str, arguments: Arguments, negation: str) -> bool:
    """때를 붙이면 어색한지: 안 할 일, 끼니만 먹는 일, 이미 있는 음식을 먹을 일."""
    if negation and tense != "past":
        return tense == "present" or "move" not in verb.flags
    if tense == "future" and (
        "moment" in verb.flags
        or arguments.sip
        or (verb.lemma in MEALS and arguments.has_clause)
    ):
        return True
    return arguments.meal and tense in ("past", "future") and len(arguments.korean) == 1


def habits_for(verb: Verb, meal: bool) -> tuple[str, ...]:
    """습관에 맞는 때의 성격.

    "매일 저녁을 먹는다"는 두 가지로 읽히고, 모자를 매일 저녁 쓰지는 않습니다.
    """
    if meal or verb.english == "shop":
        return ("weekend", "often")
    if verb.english == "wear":
        return ("day", "often")
    return HABITS[:3] if verb.english in ("learn", "teach", "work", "do") else HABITS


def natures_for(verb: Verb, lasting: bool, far: bool) -> tuple[str, ...]:
    """일의 크기에 맞는 때의 성격.

    집은 오늘 아침에 짓지 않고, 밥은 다음 달에 먹지 않습니다.
    """
    if "moment" in verb.flags:
        return ("part",)
    if "only_span" in verb.flags or (lasting and long_stay(verb)):
        return ("span",)
    if (far or long_stay(verb)) and not lasting:
        return ("day", "week", "span")
    short = ("day", "part", "weekend")
    if "week" in verb.flags and not lasting:
        return (*short, "week")
    wide = "span" in verb.flags and "move" not in verb.flags and not lasting
    return (*short, "week", "span") if wide else short


def statement(d: Dice) -> Draft:
    """서술문: 나는 어제 도서관에서 책을 읽었다."""
    return _action(d, question=False)


def yes_no(d: Dice) -> Draft:
    """예, 아니요를 묻는 물음: 너는 어제 책을 읽었니?"""
    return _action(d, question=True)


def _action(d: Dice, question: bool) -> Draft:
    style = d.weighted(STYLES)
    verb, subject = pick_verb(d), pick_subject(d, style, question)
    tense = pick_tense(d, verb)
    negation = pick_negation(d, verb, tense) if not question and d.chance(0.15) else ""
    form = Form(tense, style, negation, question)
    arguments = pick_arguments(d, verb, form, subject)
    if negation and (arguments.counted or arguments.has_clause):
        raise Unsuitable
    time = pick_time(d, verb, tense, arguments, negation)
    front = can_front(time, subject, question) and (
        arguments.has_clause or d.chance(0.2)
    )
    if arguments.has_clause and time.korean and not front:
        raise Unsuitable
    korean, english = arrange(d, subject, time, arguments, verb, form, front)
    return Draft(korean, english, question, arguments.combos)


def can_front(time: Phrase, subject: Phrase, question: bool) -> bool:
    """때를 맨 앞에 둘 수 있는지: 주어가 있는 서술문이고 빈도나 지금이 아닐 때."""
    return (
        bool(time.korean and subject.korean)
        and not question
        and time.key not in ("often", "now")
    )


def wish(d: Dice) -> Draft:
    """바람: 나는 사과를 먹고 싶다 ↔ I want to eat an apple"""
    style = d.weighted(STYLES)
    question = d.chance(0.25)
    subject = pick_subject(d, style, question)
    verb = pick_verb(d)
    if (
        subject.key not in ("나", "저", "우리", "너", "")
        or {"stat", "nowish", "unwanted"} & verb.flags
    ):
        raise Unsuitable
    form = Form(
        "present",
        style,
        "지" if not question and d.chance(0.15) else "",
        question,
        modal="want",
    )
    # 바람에는 습관의 제약이 없습니다.
    arguments = pick_arguments(
        d, verb, replace(form, tense="future"), subject, bare=d.chance(0.5)
    )
    if form.negation and (arguments.counted or arguments.has_clause):
        raise Unsuitable
    korean, english = arrange(d, subject, Phrase(), arguments, verb, form)
    return Draft(korean, english, question, arguments.combos)


def ability(d: Dice) -> Draft:
    """할 수 있음과 없음: 민수는 피아노를 칠 수 있다 ↔ Minsu can play the piano"""
    style = d.weighted(STYLES)
    question = d.chance(0.25)
    subject = pick_subject(d, style, question)
    verb = d.pick([v for v in lexicon().verbs if "can" in v.flags])
    if subject.honorific:
        raise Unsuitable
    modal = "cannot" if not question and d.chance(0.3) else "can"
    form = Form("present", style, question=question, modal=modal)
    arguments = pick_arguments(d, verb, form, subject, bare=True)
    korean, english = arrange(d, subject, Phrase(), arguments, verb, form)
    return Draft(korean, english, question, arguments.combos)
