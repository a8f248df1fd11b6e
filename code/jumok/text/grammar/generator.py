"""내장 말뭉치: 문장쌍을 만들고, 조합을 시험하는 나눔을 만듭니다."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial

from .asking import how_many, what, when, where, who, whom
from .being import existence, identity
from .describing import (
    described_person,
    described_thing,
    person_in_action,
    weather,
)
from .draft import Dice, Draft, Token, Unsuitable
from .joining import joined_clauses, joined_verbs, long_sentence
from .lexicon import lexicon
from .pairs import Pair, Splits
from .recipes import ability, statement, wish, yes_no
from .running_examples import running_examples

KINDS: dict[str, tuple[Callable[[Dice], Draft], float]] = {
    "statement": (statement, 46),
    "yes_no": (yes_no, 9),
    "what": (what, 3),
    "who": (who, 3),
    "whom": (whom, 1.5),
    "where": (where, 3),
    "when": (when, 2),
    "how_many": (how_many, 2),
    "wish": (wish, 5),
    "ability": (ability, 3),
    "thing": (described_thing, 5),
    "person": (described_person, 3),
    "weather": (weather, 0.3),
    "identity": (identity, 3),
    "existence": (existence, 5),
    "person_in_action": (person_in_action, 2),
    "joined_verbs": (joined_verbs, 5),
    "joined_clauses": (joined_clauses, 5),
}
HELD_OUT = 8  # 조합 여덟 가운데 하나는 학습에 나오지 않습니다.
# 책의 보기 문장
ALWAYS_SEEN = frozenset(
    {"먹다+사과", "맛있다+사과", "가다+집", "가다+카페", "가다+학교"}
)
LONGEST, LONGEST_ENGLISH = 10, 15  # 학습하는 문장의 길이(구두점까지 센 낱말)


def _surface(tokens: list[Token], mark: str) -> str:
    text = " ".join(word for word, _ in tokens).replace(" ,", ",")
    return text[0].upper() + text[1:] + mark


def _finish(draft: Draft, kind: str) -> Pair:
    mark = "?" if draft.question else "."
    places: dict[int, list[int]] = {}
    for j, (_, tags) in enumerate(draft.english):
        for tag in tags:
            places.setdefault(tag, []).append(j)
    links = {
        (i, j)
        for i, (_, tags) in enumerate(draft.korean)
        for tag in tags
        for j in places.get(tag, ())
    }
    # 마지막 낱말은 두 언어 모두 구두점입니다.
    links.add((len(draft.korean), len(draft.english)))
    korean, english = _surface(draft.korean, mark), _surface(draft.english, mark)
    return Pair(korean, english, tuple(sorted(links)), kind, tuple(draft.combos))


def _make(d: Dice, kind: str, recipe: Callable[[Dice], Draft]) -> Pair:
    while True:
        try:
            return _finish(recipe(d), kind)
        except Unsuitable:
            continue


def examples() -> list[Pair]:
    """책의 보기 문장 세 쌍. 학습 나눔에 늘 들어갑니다."""
    return [_finish(draft, "statement") for draft in running_examples()]


def stream(seed: int = 0) -> Iterator[Pair]:
    """문장쌍을 끝없이 냅니다. 씨앗이 같으면 어느 컴퓨터에서나 같은 차례입니다."""
    d = Dice(seed)
    weights = [(kind, weight) for kind, (_, weight) in KINDS.items()]
    while True:
        kind = d.weighted(weights)
        yield _make(d, kind, KINDS[kind][0])


def make_pairs(n: int, seed: int = 0) -> list[Pair]:
    """서로 다른 문장쌍 n개. 오류: n이 음수이면 ValueError."""
    if n < 0:
        raise ValueError(f"문장쌍의 수는 0 이상이어야 합니다. 받은 값은 {n}입니다.")
    found: dict[str, Pair] = {}
    pairs = stream(seed)
    while len(found) < n:
        pair = next(pairs)
        found.setdefault(pair.korean, pair)
    return list(found.values())


def is_held_out(combo: str, seed: int = 0) -> bool:
    """학습에서 빼 두는 조합인지. 파이썬의 hash는 실행마다 달라지므로 CRC를 씁니다.

    뜻이 여럿인 말(굽다: bake와 grill)의 조합은 빼 두지 않습니다. 어느 뜻인지를 그
    조합이 정하므로, 본 적이 없으면 아무도 맞힐 수 없습니다.
    """
    if combo in ALWAYS_SEEN or combo.partition("+")[0] in ambiguous_words():
        return False
    return zlib.crc32(f"{seed}:{combo}".encode()) % HELD_OUT == 0


@cache
def ambiguous_words() -> frozenset[str]:
    """영어가 둘 이상인 동사와 형용사의 기본형."""
    words = lexicon()
    senses: dict[str, set[str]] = {}
    for word in (*words.verbs, *words.adjectives):
        senses.setdefault(word.lemma, set()).add(word.english)
    return frozenset(lemma for lemma, english in senses.items() if len(english) > 1)


def vocabulary() -> dict[str, int]:
    """낱말의 수: 명사, 동사(기본형), 동사의 뜻, 형용사, 곳, 때, 사람."""
    words = lexicon()
    return {
        "nouns": len({noun.korean for noun in words.nouns}),
        "verbs": len({verb.lemma for verb in words.verbs}),
        "verb_senses": len(words.verbs),
        "adjectives": len({adjective.lemma for adjective in words.adjectives}),
        "places": len(words.places),
        "times": len(words.times),
        "people": len(words.people),
    }


def word_counts(pairs: list[Pair]) -> Counter[str]:
    """두 언어의 낱말(구두점을 뗀 것)이 나온 수."""
    counts: Counter[str] = Counter()
    for pair in pairs:
        counts.update(pair.korean_words)
        counts.update(pair.english_words)
    return counts


def make_splits(
    seed: int, n_train: int, n_dev: int, n_test: int, n_long: int
) -> Splits:
    """학습, 개발, 시험(처음 보는 조합), 긴 시험의 나눔. 문장은 서로 겹치지 않습니다.

    시험의 문장에는 학습에 없는 조합이 하나 넘게 있고, 학습에 없는 낱말은 없습니다.
    """
    train: dict[str, Pair] = {pair.korean: pair for pair in examples()[:n_train]}
    dev: dict[str, Pair] = {}
    unseen: dict[str, Pair] = {}
    pairs = stream(seed)
    while len(train) < n_train or len(dev) < n_dev:
        pair = next(pairs)
        if not is_short(pair) or pair.korean in train or pair.korean in dev:
            continue
        if any(is_held_out(combo, seed) for combo in pair.combos):
            unseen.setdefault(pair.korean, pair)
        elif len(train) < n_train:
            train[pair.korean] = pair
        else:
            dev[pair.korean] = pair
    # 학습에 나오지 않은 낱말은 조합이 아니라 어휘를 시험하므로 뺍니다.
    known = set(word_counts(list(train.values())))
    is_test = partial(_is_test, seed=seed)
    test = _known(iter(unseen.values()), pairs, known, n_test, is_test)
    long = _known(iter(()), _long_stream(seed), known, n_long, _is_long)
    return Splits(list(train.values()), list(dev.values()), test, long)


def is_short(pair: Pair) -> bool:
    """학습할 만큼 짧은 문장인지."""
    return (
        len(pair.korean_words) <= LONGEST and len(pair.english_words) <= LONGEST_ENGLISH
    )


def _is_test(pair: Pair, seed: int) -> bool:
    return is_short(pair) and any(is_held_out(combo, seed) for combo in pair.combos)


def _is_long(pair: Pair) -> bool:
    return (
        len(pair.korean_words) > LONGEST and len(pair.english_words) > LONGEST_ENGLISH
    )


def _long_stream(seed: int) -> Iterator[Pair]:
    d = Dice(seed + 1_000_003)
    while True:
        yield _make(d, "long", long_sentence)


def _known(
    first: Iterator[Pair],
    rest: Iterator[Pair],
    known: set[str],
    n: int,
    fits: Callable[[Pair], bool],
) -> list[Pair]:
    """아는 낱말로만 된 서로 다른 문장 n개를 first에서, 모자라면 rest에서 고릅니다."""
    found: dict[str, Pair] = {}
    while len(found) < n:
        pair = next(first, None) or next(rest)
        if (
            fits(pair)
            and known.issuperset(pair.korean_words)
            and known.issuperset(pair.english_words)
        ):
            found.setdefault(pair.korean, pair)
    return list(found.values())
