"""책 전체에서 되풀이해 쓰는 보기 문장. 다른 문장과 같은 규칙으로 짓습니다."""

from .adjuncts import place_phrase
from .arguments import Arguments
from .clauses import arrange
from .draft import Dice, Draft, Phrase, words
from .hangul import attach
from .lexicon import Verb, lexicon
from .phrases import noun_phrase, pronoun_phrase
from .predicates import Form


def running_examples() -> list[Draft]:
    """나는 집에 간다 / 나는 맛있는 사과를 먹었다 / 어제 카페에 갔어요."""
    d = Dice(0)
    apple = next(noun for noun in lexicon().nouns if noun.korean == "사과")
    delicious = next(a for a in lexicon().adjectives if a.lemma == "맛있다")
    thing = noun_phrase(d, apple, (delicious,))
    eaten = Arguments(
        thing.with_particle(attach, "을"), thing.english, ["먹다+사과", *thing.combos]
    )
    go, eat = _verb("가다"), _verb("먹다")
    dropped = Phrase([], words("I"), "1s", polite=True)
    tag = d.tag()
    yesterday = Phrase([("어제", (tag,))], [("yesterday", (tag,))])
    return [
        _sentence(
            d, pronoun_phrase(d, "나"), Phrase(), _goal(d, "집"), go, Form("present")
        ),
        _sentence(d, pronoun_phrase(d, "나"), Phrase(), eaten, eat, Form("past")),
        _sentence(d, dropped, yesterday, _goal(d, "카페"), go, Form("past", "polite")),
    ]


def _verb(lemma: str) -> Verb:
    return next(verb for verb in lexicon().verbs if verb.lemma == lemma)


def _goal(d: Dice, korean: str) -> Arguments:
    place = next(place for place in lexicon().places if place.korean == korean)
    phrase = place_phrase(d, place, "에", place.goal)
    return Arguments(phrase.korean, phrase.english, [f"가다+{korean}"])


def _sentence(
    d: Dice, subject: Phrase, time: Phrase, arguments: Arguments, verb: Verb, form: Form
) -> Draft:
    korean, english = arrange(d, subject, time, arguments, verb, form)
    return Draft(korean, english, False, arguments.combos)
