"""낱말의 표: 같은 폴더의 .txt를 읽어 갈래가 달린 낱말로 만듭니다.

처음 쓸 때 한 번만 읽습니다.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

from .korean import Stem, parse_stem


@dataclass(frozen=True)
class Noun:
    """명사 하나.

    count는 영어에서 세는 법(nouns.txt의 머리말), counter는 단위(없으면 빈 글).
    """

    korean: str
    english: str
    kind: str
    counter: str
    count: str
    measure: str = ""


@dataclass(frozen=True)
class Verb:
    """동사의 뜻 하나.

    objects는 목적어로 올 수 있는 명사의 갈래, places는 할 수 있는 곳의 갈래입니다.
    """

    lemma: str
    stem: Stem
    english: str
    objects: tuple[str, ...]
    places: tuple[str, ...]
    flags: frozenset[str]

    @property
    def particle(self) -> str:
        """목적어에 붙는 조사: 을, 에, 에게."""
        return "에" if "e" in self.flags else "에게" if "ege" in self.flags else "을"

    @property
    def compound(self) -> bool:
        """공부하다처럼 '명사 + 하다'인 동사. 짧은 부정(안 공부하다)을 쓰지 않습니다."""
        return self.stem.text == "춤추" or (
            len(self.stem.text) > 1 and self.stem.text.endswith("하")
        )


@dataclass(frozen=True)
class Adjective:
    """형용사 하나.

    kinds는 꾸밀 수 있는 명사의 갈래, trait는 size·color·state·trait 가운데 하나이거나
    빈 글.
    """

    lemma: str
    stem: Stem
    english: str
    kinds: tuple[str, ...]
    trait: str


@dataclass(frozen=True)
class Place:
    """곳 하나.

    goal은 '에', at은 '에서'의 영어, head는 꾸밈을 받을 때의 명사(없으면 빈 글).
    """

    korean: str
    goal: str
    at: str
    head: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Time:
    """때. pairs는 (한국어 어절, 그 어절에 맞는 영어 낱말들)의 줄입니다."""

    tense: str
    nature: str
    pairs: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Person:
    """주어가 되는 사람. pronoun은 he, she이거나 빈 글."""

    korean: str
    english: str
    pronoun: str
    honorific: bool


@dataclass(frozen=True)
class Scene:
    """무엇이 있을 수 있는 자리."""

    korean: str
    english: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """모든 낱말. `lexicon()`으로 얻습니다."""

    nouns: tuple[Noun, ...]
    verbs: tuple[Verb, ...]
    adjectives: tuple[Adjective, ...]
    places: tuple[Place, ...]
    times: tuple[Time, ...]
    people: tuple[Person, ...]
    scenes: tuple[Scene, ...]
    fitting: dict[tuple[str, str], frozenset[str]]

    def fits(self, adjective: Adjective, verb: Verb) -> bool:
        """형용사가 꾸민 목적어가 동사와 어울리는지.

        더러운 것은 씻지만 고르지 않습니다.
        """
        only = self.fitting.get((adjective.lemma, "only"))
        return (
            only is None or verb.lemma in only
        ) and verb.lemma not in self.fitting.get((adjective.lemma, "never"), ())

    @cached_property
    def by_kind(self) -> dict[str, tuple[Noun, ...]]:
        """명사의 갈래 → 명사들"""
        kinds = dict.fromkeys(noun.kind for noun in self.nouns)
        return {kind: tuple(n for n in self.nouns if n.kind == kind) for kind in kinds}

    @cached_property
    def describing(self) -> dict[str, tuple[Adjective, ...]]:
        """명사의 갈래 → 그 갈래를 꾸밀 수 있는 형용사들"""
        return {
            k: tuple(a for a in self.adjectives if k in a.kinds) for k in self.by_kind
        }

    @cached_property
    def sources(self) -> dict[str, tuple[Verb, ...]]:
        """명사의 갈래 → 그것이 생긴 동사들(친구가 만든 빵)"""
        verbs = [verb for verb in self.verbs if "src" in verb.flags]
        return {
            kind: tuple(verb for verb in verbs if kind in verb.objects)
            for kind in self.by_kind
        }

    @cached_property
    def at_places(self) -> dict[str, tuple[Place, ...]]:
        """곳의 갈래 → 그 갈래의 곳들"""
        kinds = dict.fromkeys(kind for place in self.places for kind in place.kinds)
        return {
            kind: tuple(p for p in self.places if kind in p.kinds) for kind in kinds
        }


def _lines(name: str) -> Iterator[str]:
    text = files(__package__).joinpath(name).read_text("utf8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _cells(name: str) -> Iterator[list[str]]:
    for line in _lines(name):
        yield [
            "" if cell.strip() == "-" else cell.strip() for cell in line.split(" / ")
        ]


def _nouns() -> Iterator[Noun]:
    kind = counter = usual = ""
    for line in _lines("nouns.txt"):
        words = line.strip("[]").split()
        if line.startswith("["):
            kind, counter, usual = words[0], words[1].strip("-"), words[2]
            continue
        count, _, measure = (words[2] if len(words) > 2 else usual).partition(":")
        yield Noun(words[0], words[1].replace("_", " "), kind, counter, count, measure)


def _verbs() -> Iterator[Verb]:
    for word, english, objects, places, flags in _cells("verbs.txt"):
        lemma = word.partition(":")[0]
        names = frozenset(flags.split())
        yield Verb(
            lemma,
            parse_stem(word),
            english,
            tuple(objects.split()),
            tuple(places.split()),
            names,
        )


def _adjectives() -> Iterator[Adjective]:
    for word, english, kinds, trait in _cells("adjectives.txt"):
        lemma = word.partition(":")[0]
        yield Adjective(
            lemma, parse_stem(word, True), english, tuple(kinds.split()), trait
        )


def _times() -> Iterator[Time]:
    for tense, nature, text in _cells("times.txt"):
        pairs = (part.split("=") for part in text.split())
        yield Time(
            tense,
            nature,
            tuple((korean, tuple(words.split("+"))) for korean, words in pairs),
        )


def _people() -> Iterator[Person]:
    for line in _lines("people.txt"):
        korean, english, pronoun, *rest = line.split()
        yield Person(korean, english.replace("_", " "), pronoun.strip("-"), "h" in rest)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """낱말의 표를 읽습니다. 두 번째부터는 같은 것을 돌려줍니다."""
    places = (
        Place(*words, tuple(kinds.split())) for *words, kinds in _cells("places.txt")
    )
    scenes = (
        Scene(*words, tuple(kinds.split())) for *words, kinds in _cells("scenes.txt")
    )
    fitting = {
        (word, rule): frozenset(verbs.split())
        for word, rule, verbs in _cells("fits.txt")
    }
    first = tuple(_nouns()), tuple(_verbs()), tuple(_adjectives()), tuple(places)
    return Lexicon(*first, tuple(_times()), tuple(_people()), tuple(scenes), fitting)
