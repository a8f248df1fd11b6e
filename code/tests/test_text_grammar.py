"""내장 말뭉치: 정렬, 뜻의 제약, 모호하지 않음, 되풀이됨."""

import subprocess
import sys
from collections import defaultdict
from itertools import islice

import pytest

from jumok.text.grammar import english as en
from jumok.text.grammar import examples, generate, stream, vocabulary
from jumok.text.grammar import korean as ko
from jumok.text.grammar.arguments import determiners_for, shapes_for
from jumok.text.grammar.generator import KINDS
from jumok.text.grammar.hangul import PARTICLES, attach
from jumok.text.grammar.lexicon import lexicon
from jumok.text.grammar.pairs import WORD
from jumok.text.grammar.phrases import NATIVE, can_count, english_number, sino

N_PAIRS = 15_000


@pytest.fixture(scope="module")
def pairs():
    return list(islice(stream(seed=11), N_PAIRS))


def test_the_lexicon_is_as_large_as_promised():
    counts = vocabulary()
    assert (
        counts["nouns"] >= 250 and counts["verbs"] >= 90 and counts["adjectives"] >= 50
    )
    assert counts["verb_senses"] == len(lexicon().verbs) > counts["verbs"]


def test_every_class_in_the_tables_exists():
    words = lexicon()
    kinds = set(words.by_kind) | {"persons", "place"}
    used = {k for verb in words.verbs for k in verb.objects} | {
        k for s in words.scenes for k in s.kinds
    }
    used |= {k for adjective in words.adjectives for k in adjective.kinds}
    assert used <= kinds
    assert {k for verb in words.verbs for k in verb.places} <= set(words.at_places)
    lemmas = {verb.lemma for verb in words.verbs}
    assert all(verbs <= lemmas for verbs in words.fitting.values())


def test_the_running_examples_of_the_book():
    found = {pair.korean: pair.english for pair in examples()}
    assert found == {
        "나는 집에 간다.": "I go home.",
        "나는 맛있는 사과를 먹었다.": "I ate a delicious apple.",
        "어제 카페에 갔어요.": "I went to a cafe yesterday.",
    }


def test_gold_alignment_of_a_known_sentence():
    pair = examples()[1]
    words = [(pair.korean_words[i], pair.english_words[j]) for i, j in pair.alignment]
    assert words == [
        ("나는", "I"),
        ("맛있는", "delicious"),
        ("사과를", "apple"),
        ("먹었다", "ate"),
        (".", "."),
    ]


def test_one_korean_sentence_has_one_english_sentence(pairs):
    seen = defaultdict(set)
    for pair in pairs:
        seen[pair.korean].add(pair.english)
    assert len(seen) > 0.8 * N_PAIRS
    assert not {korean: english for korean, english in seen.items() if len(english) > 1}


def test_every_kind_of_sentence_occurs(pairs):
    assert {pair.kind for pair in pairs} == set(KINDS)


def test_sentences_are_well_formed(pairs):
    for pair in pairs:
        assert pair.korean[-1] in ".?" and pair.korean[-1] == pair.english[-1]
        assert pair.english[0].isupper() and "  " not in pair.korean + pair.english
        assert all(
            "가" <= letter <= "힣" or letter in " .?" for letter in pair.korean
        ), pair.korean
        assert WORD.sub("", pair.korean + pair.english).strip() == ""


def test_alignments_are_in_range_and_cover_every_korean_word(pairs):
    for pair in pairs:
        source, target = pair.korean_words, pair.english_words
        assert all(
            0 <= i < len(source) and 0 <= j < len(target) for i, j in pair.alignment
        )
        assert len(set(pair.alignment)) == len(pair.alignment) and list(
            pair.alignment
        ) == sorted(pair.alignment)
        assert {i for i, _ in pair.alignment} == set(range(len(source))), pair
        assert (len(source) - 1, len(target) - 1) in pair.alignment
        lonely = {
            target[j].lower()
            for j in set(range(len(target))) - {j for _, j in pair.alignment}
        }
        # 짝이 없는 것은 관사, 쉼표, 한국어에 적히지 않은 주어뿐입니다.
        assert lonely <= {
            "a",
            "an",
            "the",
            ",",
            "i",
            "you",
            "he",
            "she",
            "we",
            "they",
        }, (pair, lonely)


def translations():
    """어절 → 그 어절의 옮김이 될 수 있는 영어 낱말.

    정렬을 만든 코드를 쓰지 않고 낱말의 표에서 셈합니다.
    """
    words = lexicon()
    found = defaultdict(set)
    particles = [*PARTICLES, "에", "에서", "에게", ""]
    for noun in words.nouns:
        for particle in particles:
            found[attach(noun.korean, particle)] |= {
                *noun.english.split(),
                *en.plural(noun.english).split(),
            }
    for person in words.people:
        for particle in particles:
            found[attach(person.korean, particle)] |= set(person.english.split())
    for verb in words.verbs:
        base = verb.english
        forms = {base, en.past(base), en.third_person(base), en.progressive(base)}
        meaning = {word for form in forms for word in form.split()}
        for stem in (verb.stem, verb.stem.with_honorific()):
            past = ko.past(stem)
            forms = {
                ko.plain(stem),
                ko.polite(stem),
                ko.formal(stem),
                stem.text + "고",
                stem.text + "지",
            }
            forms |= {
                past + "다",
                past + "어요",
                past + "습니다",
                ko.past_modifier(stem),
                ko.future_modifier(stem),
            }
            for form in forms:
                found[form] |= meaning
    for adjective in words.adjectives:
        found[ko.present_modifier(adjective.stem)] |= set(adjective.english.split())
        found[ko.plain(adjective.stem)] |= set(adjective.english.split())
    for time in words.times:
        for word, english in time.pairs:
            found[word] |= set(english)
    for unit, name in (
        ("시간", "hour"),
        ("분", "minute"),
        ("일", "day"),
        ("개월", "month"),
        ("년", "year"),
    ):
        found[unit] |= {name, name + "s"}
    for number in range(1, 13):
        found[NATIVE[number]] |= {english_number(number), "a", "an"}
    for number in range(1, 60):
        found[sino(number)].add(english_number(number))
    for place in words.places:
        last = place.korean.split()[-1]
        for particle in ("에", "에서", "으로"):
            spoken = f"{place.goal} {place.at} {place.head}".split()
            found[attach(last, particle)] |= set(spoken)
    return found


def test_aligned_words_are_translations_by_the_dictionary(pairs):
    # 셈에서 빼는 것: 명사와 꼴이 같은 지시어와 단위(이·그·저, 네 개를, 두 대가),
    # 시와 안과 못.
    counters = {
        attach(n.counter, p)
        for n in lexicon().nouns
        if n.counter
        for p in ("을", "이", "")
    }
    skipped = counters | {"이", "그", "저", "시", "시에", "안", "못"}
    table, checked = translations(), 0
    for pair in pairs:
        partners = defaultdict(set)
        for i, j in pair.alignment:
            partners[i].add(pair.english_words[j].lower())
        for i, english in partners.items():
            meaning = {word.lower() for word in table.get(pair.korean_words[i], ())}
            if meaning and pair.korean_words[i] not in skipped:
                assert english & meaning, (pair, pair.korean_words[i], english)
                checked += 1
    assert checked > 2 * N_PAIRS


# 낱말의 꼴이 문법의 말과 같은 것: 수와 지시어와 단위, 없다·있다
def test_objects_honour_the_class_table(pairs):
    """문장의 (동사, 목적어)와 (형용사, 명사)는 모두 갈래의 표가 허락한 것입니다."""
    words = lexicon()
    nouns = words.by_kind
    allowed = {
        f"{v.lemma}+{n.korean}"
        for v in words.verbs
        for k in v.objects
        for n in nouns.get(k, ())
    }
    allowed |= {
        f"{v.lemma}+{p.korean}"
        for v in words.verbs
        for k in v.places
        for p in words.at_places[k]
    }
    allowed |= {
        f"{a.lemma}+{n.korean}"
        for a in words.adjectives
        for k in a.kinds
        for n in nouns.get(k, ())
    }
    nearby = [a for a in words.adjectives if "place" in a.kinds]
    allowed |= {f"{a.lemma}+{p.korean}" for a in nearby for p in words.places}
    persons = {p.korean for p in words.people} | {
        "나",
        "저",
        "우리",
        "그",
        "그녀",
        "그들",
        "너",
    }
    for pair in pairs:
        for combo in pair.combos:
            assert combo in allowed or combo.split("+")[1] in persons, pair


@pytest.mark.parametrize(
    "impossible",
    [
        "물을 읽",
        "책을 먹",
        "사과를 마시",
        "음악을 보",
        "맛있는 책",
        "매운 커피",
        "학교를 먹",
        "버스를 입",
    ],
)
def test_impossible_phrases_never_occur(pairs, impossible):
    assert not [pair.korean for pair in pairs if impossible in pair.korean]


def test_elders_take_honorific_predicates_and_others_do_not(pairs):
    elders = tuple(attach(p.korean, "은") for p in lexicon().people if p.honorific)
    plain_people = tuple(
        attach(p.korean, "은") for p in lexicon().people if not p.honorific
    )
    marks = ("시", "신", "셨", "세", "십", "실", "계")
    for pair in pairs:
        if pair.kind in ("statement", "yes_no") and "," not in pair.english:
            last = " ".join(pair.korean_words[-4:])
            if any(word in elders for word in pair.korean_words):
                assert any(mark in last for mark in marks), pair.korean
            elif any(word in plain_people for word in pair.korean_words):
                assert not pair.korean_words[-2].endswith(
                    ("신다", "셨다", "세요", "셨어요", "십니다", "셨습니다")
                ) or (pair.korean_words[-2].startswith("마")), pair.korean


def test_numbers_stand_only_on_countable_nouns():
    for verb in lexicon().verbs:
        for kind in verb.objects:
            for noun in lexicon().by_kind.get(kind, ()):
                shapes = {
                    shape for shape, _ in shapes_for(verb, noun, "past", False, False)
                }
                assert can_count(noun) or not shapes & {"number", "number_adjective"}


def test_the_same_seed_gives_the_same_pairs_in_another_process():
    """hash의 씨앗이 다른 파이썬에서도 글자까지 같아야 합니다."""
    script = (
        "import hashlib; from jumok.text.grammar import generate; "
        "print(hashlib.sha256(repr(generate(500, seed=3)).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_generate_gives_distinct_pairs_and_seeds_differ():
    first = generate(400, seed=0)
    assert len({pair.korean for pair in first}) == 400
    assert first == generate(400, seed=0) != generate(400, seed=1)
    assert first[:100] == generate(100, seed=0) and generate(0) == []


def test_a_negative_count_is_refused_in_korean():
    with pytest.raises(ValueError, match="받은 값은 -1"):
        generate(-1)


def test_there_are_more_than_half_a_million_pairs():
    """과거의 긍정 평서문만 셉니다.

    말투마다 주어 × 어제 같은 때 × 그냥 쓰거나 이·그·저가 붙은 목적어입니다.
    """
    words = lexicon()
    people = len(words.people) + 1  # 이름과 식구, 그
    # 한다체는 나, 해요체와 합니다체는 저와 생략
    subjects = (people + 1) + 2 * (people + 2)
    days = [
        time for time in words.times if time.tense == "past" and time.nature == "day"
    ]
    objects = set()
    for verb in words.verbs:
        if not {"stat", "must", "only_span", "gen"} & verb.flags:
            for noun in (
                noun for kind in verb.objects for noun in words.by_kind.get(kind, ())
            ):
                shapes = {
                    shape for shape, _ in shapes_for(verb, noun, "past", False, False)
                }
                pointing = (
                    determiners_for(verb, "past") if "determiner" in shapes else ()
                )
                determiners = ("", *(word for word, _ in pointing))
                objects |= {
                    (verb.lemma, noun.korean, determiner) for determiner in determiners
                }
    assert subjects * len(days) * len(objects) > 500_000


def test_the_stream_keeps_finding_new_sentences(pairs):
    """생일 문제: N개를 뽑아 겹친 수에서 전체 크기의 아래쪽을 어림합니다."""
    sample = [
        pair.korean for pair in pairs if pair.kind in ("statement", "joined_clauses")
    ]
    n, distinct = len(sample), len(set(sample))
    assert n * n / (2 * max(1, n - distinct)) > 50_000
