"""절: 주어와 때와 딸린 말과 서술어를 두 언어의 차례로 늘어놓습니다."""

from dataclasses import replace

from .adjuncts import companion_phrase, duration, long_stay, pick_place, place_phrase
from .arguments import Arguments, object_phrase
from .draft import Dice, Phrase, Token, Unsuitable
from .hangul import attach
from .lexicon import Verb, lexicon
from .people import FIRST, human_object
from .predicates import Form, Part, english_predicate, korean_predicate
from .subjects import CHILDREN, check_subject

NO_HOMEWORK = frozenset({"삼촌", "이모", "관광객", "남자", "여자"})


def pick_arguments(
    d: Dice, verb: Verb, form: Form, subject: Phrase, bare: bool = False
) -> Arguments:
    """동사에 딸린 말. bare이면 꼭 있어야 하는 것만 고릅니다."""
    out = Arguments()
    thing = Phrase()
    if verb.objects:
        plain_only = bool(form.modal in ("can", "cannot")) or (bare and d.chance(0.6))
        thing = object_phrase(
            d, verb, form.tense, subject, plain_only, bool(form.negation)
        )
        out.meal = thing.key in {noun.korean for noun in lexicon().by_kind["mealtime"]}
        out.sip = thing.key == "물"
        check_object(verb, thing, subject)
        out.has_clause = thing.has_clause
        out.counted = len(thing.korean) > 1 and thing.korean[-1][0] not in (
            thing.key,
            thing.key + "들",
        )
        if thing.key not in {p.korean for p in lexicon().people}:
            out.combos = [f"{verb.lemma}+{thing.key}", *thing.combos]
    if form.negation and out.counted:
        raise Unsuitable
    receiver = _receiver(d, verb, subject, bare or thing.has_clause)
    adjuncts = [] if thing.has_clause else _adjuncts(d, verb, form, subject, bare)
    # 여러 시간 동안 할 일로는 어색하게 작은 것
    small = out.counted or any(combo.startswith("짧다+") for combo in out.combos)
    if small and any(
        word == "동안" for phrase in adjuncts for word, _ in phrase.korean
    ):
        # 이십 분 동안 책 네 권을 읽었다, 네 시간 동안 짧은 기사를 읽었다
        raise Unsuitable
    where = next((p for p in adjuncts if p.combos), None)
    if where is not None:
        out.combos += [combo.replace("곳+", f"{verb.lemma}+") for combo in where.combos]
        kinds = next(p.kinds for p in lexicon().places if p.korean == where.key)
        out.night, out.far = "night" in kinds, bool({"country", "city"} & set(kinds))
    if "full" in verb.flags and not adjuncts and not quiet_form(form):
        raise Unsuitable
    target = verb.particle
    out.korean = [
        *(token for phrase in adjuncts for token in phrase.korean),
        *receiver.with_particle(attach, "에게"),
        *thing.with_particle(attach, target),
    ]
    out.english = [
        *thing.english,
        *receiver.english,
        *(token for phrase in adjuncts for token in phrase.english),
    ]
    return out


def check_object(verb: Verb, thing: Phrase, subject: Phrase) -> None:
    """주어와 어울리지 않는 목적어를 거릅니다.

    어른의 숙제, 아버지가 사랑하는 내 친구.
    """
    if subject.key in CHILDREN and thing.key in ("커피", "논문", "보고서"):
        raise Unsuitable
    if thing.key == subject.key or (
        thing.key == "숙제" and (subject.key in NO_HOMEWORK or _is_worker(subject.key))
    ):
        raise Unsuitable
    if verb.lemma == "존경하다" and thing.key in ("남동생", "여동생"):
        raise Unsuitable
    kin = thing.key in {p.korean for p in lexicon().people if " " in p.english}
    if verb.lemma == "알다" and kin and subject.key in FIRST | {""}:
        raise Unsuitable  # 저는 누나를 압니다
    loves = verb.lemma == "사랑하다" and (subject.honorific or thing.key == "친구")
    if loves or (thing.key == "숙제" and subject.honorific):
        raise Unsuitable


def quiet_form(form: Form) -> bool:
    """부정이나 바람처럼 곁말을 붙이지 않는 꼴인지."""
    return bool(form.negation or form.modal) or form.tense == "progressive"


def _receiver(d: Dice, verb: Verb, subject: Phrase, avoid: bool) -> Phrase:
    """받는 사람: 민수에게 ↔ to Minsu"""
    if "must" not in verb.flags and (
        "give" not in verb.flags or avoid or d.chance(0.4)
    ):
        return Phrase()
    person = human_object(d, subject)
    tag = person.korean[0][1][0]
    return Phrase(person.korean, [("to", (tag,)), *person.english], key=person.key)


def _adjuncts(
    d: Dice, verb: Verb, form: Form, subject: Phrase, bare: bool
) -> list[Phrase]:
    """함께하는 사람, 곳, 동안을 이 차례로. 부정문과 바람에는 붙이지 않습니다."""
    found: list[Phrase] = []
    if "move" in verb.flags:
        place = pick_place(d, verb, form.tense == "present")
        particle = "으로" if "ro" in verb.flags else "에"
        fixed = "at" in verb.flags or verb.english in ("go back", "come back")
        adorned = d.chance(0.3) and not fixed and form.tense != "present"
        goal = place_phrase(
            d, place, particle, place.at if "at" in verb.flags else place.goal, adorned
        )
        together = (
            "w" in verb.flags and not bare and not form.negation and d.chance(0.2)
        )
        return [goal] if not together else [companion_phrase(d, subject), goal]
    quiet = bare or bool(form.negation or form.modal)
    if "needw" in verb.flags or ("w" in verb.flags and not quiet and d.chance(0.15)):
        found.append(companion_phrase(d, subject))
    stays = long_stay(verb)
    if verb.places and (stays or (not quiet and d.chance(0.35))):
        place = pick_place(d, verb, form.tense == "present" and not stays)
        found.append(
            place_phrase(
                d, place, "에서", place.at, d.chance(0.3) and form.tense != "present"
            )
        )
    # 얼마나 기다릴지 미리 정하지 않습니다.
    plans = form.tense == "future" and verb.lemma != "기다리다"
    lasting = (
        form.tense == "past"
        or plans
        or (form.tense == "present" and not verb.objects and not stays)
    )
    if (
        "d" in verb.flags
        and lasting
        and not quiet
        and len(found) < 2
        and d.chance(0.25)
    ):
        found.append(duration(d, verb))
    return found


def spoken(parts: tuple[Part, ...], tags: dict[str, int]) -> list[Token]:
    """구실이 적힌 낱말에 꼬리표를 답니다."""
    return [(word, tuple(tags[role] for role in roles)) for word, roles in parts]


def predicate_tags(d: Dice) -> dict[str, int]:
    """서술어의 구실마다 꼬리표 하나."""
    return {role: d.tag() for role in "van"}


def arrange(
    d: Dice,
    subject: Phrase,
    time: Phrase,
    arguments: Arguments,
    verb: Verb,
    form: Form,
    front: bool = False,
    particle: str = "은",
) -> tuple[list[Token], list[Token]]:
    """절 하나를 두 언어로 늘어놓습니다.

    한국어는 (때) 주어 (때) 딸린 말 서술어, 영어는 (때) 주어 서술어 딸린 말 (때).
    front이면 때가 맨 앞입니다. 빈도(자주)는 영어에서 동사 앞에 놓입니다.
    """
    check_subject(verb, subject)
    if (
        verb.lemma == "자다"
        and form.tense == "progressive"
        and subject.key in FIRST | {""}
    ):
        raise Unsuitable  # 자는 사람은 자고 있다고 말하지 않습니다.
    tags = predicate_tags(d)
    form = replace(form, honorific=subject.honorific)
    before, after = english_predicate(verb.english, form, subject.number)
    topic = subject.with_particle(attach, particle)
    korean = [*time.korean, *topic] if front else [*topic, *time.korean]
    korean += [*arguments.korean, *spoken(korean_predicate(verb.stem, form), tags)]
    adverb = time.english if time.key == "often" else []
    late = [] if front or adverb else time.english
    english = [
        *(time.english if front else []),
        *spoken(before, tags),
        *subject.english,
        *adverb,
        *spoken(after, tags),
        *arguments.english,
        *late,
    ]
    return korean, english


def _is_worker(name: str) -> bool:
    return any(
        noun.korean == name for noun in lexicon().by_kind["job"]
    ) and name not in ("학생", "대학생")


def pick_negation(d: Dice, verb: Verb, tense: str) -> str:
    """동사와 시제에 맞는 부정. '명사 + 하다'는 긴 부정만 씁니다."""
    if "noneg" in verb.flags or tense == "progressive":
        return ""
    cannot = tense == "past" and "stat" not in verb.flags
    choices = [("지", 2.0)] + ([("지못", 1.0)] if cannot else [])
    if not verb.compound:
        choices += [("안", 2.0)] + ([("못", 1.0)] if cannot else [])
    return d.weighted(choices)
