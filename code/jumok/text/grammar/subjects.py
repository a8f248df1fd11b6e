"""주어: 말투와 물음에 맞게 고르고, 동사와 어울리는지 봅니다."""

from .draft import Dice, Phrase, Unsuitable, words
from .lexicon import Verb, lexicon
from .people import candidates
from .phrases import human_noun_phrase, person_phrase, pronoun_phrase

CHILDREN = frozenset({"아이", "소년", "소녀"})
STYLES = (("plain", 5), ("polite", 4), ("formal", 2))
# 말투와 물음에 따른 주어의 갈래와 무게.
# none은 주어를 생략한 것(서술은 I, 물음은 you)입니다.
SUBJECTS = {
    ("plain", False): (
        ("나", 5),
        ("우리", 2),
        ("그", 2),
        ("그녀", 2),
        ("그들", 1),
        ("people", 7),
        ("noun", 2),
    ),
    ("plain", True): (("너", 6), ("그", 1), ("그녀", 1), ("people", 4), ("noun", 1)),
    ("polite", False): (
        ("저", 3),
        ("우리", 1),
        ("그", 1),
        ("none", 6),
        ("people", 6),
        ("noun", 2),
    ),
    ("polite", True): (("none", 6), ("그", 1), ("그녀", 1), ("people", 4), ("noun", 1)),
}


def pick_subject(d: Dice, style: str, question: bool = False) -> Phrase:
    """말투에 맞는 주어.

    한다체는 나와 너, 해요체와 합니다체는 저를 쓰거나 생략합니다.
    """
    kind = d.weighted(SUBJECTS["plain" if style == "plain" else "polite", question])
    if kind == "none":
        return Phrase(
            [],
            words("you" if question else "I"),
            "pl" if question else "1s",
            asked=question,
            polite=True,
        )
    if kind == "people":
        person = person_phrase(d, d.pick(candidates(question, True, "")))
        person.asked, person.polite = question, style != "plain"
        return person
    if kind == "noun":
        group = d.weighted((("job", 3), ("people", 3), ("teacher", 1)))
        found = human_noun_phrase(d, d.pick(lexicon().by_kind[group]))
    else:
        found = pronoun_phrase(d, kind)
    found.asked, found.polite = question, style != "plain"
    return found


def check_subject(verb: Verb, subject: Phrase) -> None:
    """주어와 어울리지 않는 동사를 거릅니다.

    높이면 뜻이 달라지는 것(돌아가다), 어른의 일, 아이의 일입니다.
    """
    child = subject.key in CHILDREN
    if verb.lemma == "매다" and (
        subject.key in ("그녀", "여자") or _is_she(subject.key)
    ):
        raise Unsuitable
    if ("nohon" in verb.flags and subject.honorific) or (
        child and "adult" in verb.flags
    ):
        raise Unsuitable
    if (
        verb.lemma == "놀다"
        and not child
        and subject.key not in ("남동생", "여동생", "사촌", "누구", "고양이")
    ):
        raise Unsuitable


def _is_she(name: str) -> bool:
    return any(p.korean == name and p.pronoun == "she" for p in lexicon().people)
