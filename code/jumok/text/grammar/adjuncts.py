"""곁말: 곳, 함께하는 사람, 동안."""

from .draft import Dice, Phrase, Unsuitable, words
from .english import article
from .hangul import attach
from .korean import present_modifier
from .lexicon import Place, Verb, lexicon
from .people import other_person
from .times import duration_phrase


def place_phrase(
    d: Dice, place: Place, particle: str, english: str, adorned: bool = False
) -> Phrase:
    """곳. 조용한 카페에서 ↔ at a quiet cafe, 도서관에 ↔ to the library"""
    combos = [f"곳+{place.korean}"]
    tag = d.tag()
    korean = [(token, (tag,)) for token in place.korean.split()]
    spoken = words(english, tag)
    if adorned and place.head and "adj" in place.kinds:
        adjective = d.pick([a for a in lexicon().adjectives if "place" in a.kinds])
        mark = d.tag()
        korean.insert(0, (present_modifier(adjective.stem), (mark,)))
        spoken = [
            spoken[0],
            *words(article(adjective.english)),
            *words(adjective.english, mark),
            *words(place.head, tag),
        ]
        combos.append(f"{adjective.lemma}+{place.korean}")
    *head, (last, tags) = korean
    korean = [*head, (attach(last, particle), tags)]
    return Phrase(korean, spoken, key=place.korean, combos=combos)


def pick_place(d: Dice, verb: Verb, daily: bool) -> Place:
    """이 동사의 일을 할 수 있는 곳(move이면 갈 곳) 하나."""
    kind = d.pick(verb.places)
    places = lexicon().at_places[kind]
    if "move" in verb.flags:
        places = [
            p
            for p in places
            if p.goal and not (verb.lemma == "오다" and "adj" in p.kinds)
        ]
    if daily:
        places = [p for p in places if "daily" in p.kinds and "adj" not in p.kinds]
    if not places:
        raise Unsuitable
    return d.pick(places)


def companion_phrase(d: Dice, subject: Phrase) -> Phrase:
    """함께하는 사람: 친구와 ↔ with my friend"""
    person = other_person(d, subject)
    tag = person.korean[0][1][0]
    return Phrase(
        person.with_particle(attach, "과"), [("with", (tag,)), *person.english]
    )


def long_stay(verb: Verb) -> bool:
    """살다, 머무르다처럼 날과 해로 재는 일인지."""
    return verb.lemma in ("살다", "머무르다")


def duration(d: Dice, verb: Verb) -> Phrase:
    """동사에 맞는 동안."""
    return duration_phrase(d, long_stay(verb))
