"""내장 말뭉치의 영어: 복수, 동사의 꼴, 관사, 수, 조동사."""

import pytest

from jumok.text.grammar import english as en
from jumok.text.grammar.phrases import english_number, sino
from jumok.text.grammar.predicates import Form, english_predicate


@pytest.mark.parametrize(
    ("function", "pairs"),
    [
        (
            en.plural,
            "child children man men sheep sheep mouse mice goose geese wolf wolves box "
            "boxes dish dishes",
        ),
        (
            en.plural,
            "puppy puppies boy boys potato potatoes piano pianos knife knives bus "
            "buses peach peaches",
        ),
        (
            en.third_person,
            "go goes study studies play plays watch watches have has do does wash "
            "washes fix fixes",
        ),
        (
            en.past,
            "go went study studied play played make made stay stayed bake baked wear "
            "wore read read",
        ),
        (
            en.past,
            "lie lay shop shopped plant planted cry cried find found borrow borrowed "
            "prepare prepared",
        ),
        (
            en.progressive,
            "go going make making lie lying swim swimming study studying see seeing "
            "sit sitting",
        ),
    ],
)
def test_english_forms_match_hand_written_ones(function, pairs):
    words = pairs.split()
    assert [function(word) for word in words[::2]] == words[1::2]


def test_only_the_right_word_of_an_english_phrase_changes():
    assert (
        en.plural("police officer") == "police officers"
        and en.plural("firefighter") == "firefighters"
    )
    assert (
        en.past("take care of") == "took care of"
        and en.third_person("look for") == "looks for"
    )
    assert (
        en.progressive("lie on") == "lying on" and en.past("turn off") == "turned off"
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("apple", "an"),
        ("book", "a"),
        ("hour", "an"),
        ("umbrella", "an"),
        ("used car", "a"),
        ("old bag", "an"),
        ("email", "an"),
        ("university", "a"),
        ("TV", "a"),
    ],
)
def test_articles_follow_the_sound(word, expected):
    assert en.article(word) == expected


def test_numbers_in_both_counting_systems():
    assert [sino(n) for n in (1, 5, 10, 15, 20, 45, 99)] == [
        "일",
        "오",
        "십",
        "십오",
        "이십",
        "사십오",
        "구십구",
    ]
    assert [english_number(n) for n in (1, 12, 15, 20, 45)] == [
        "one",
        "twelve",
        "fifteen",
        "twenty",
        "forty-five",
    ]


@pytest.mark.parametrize(
    ("form", "number", "expected"),
    [
        (Form("present"), "3s", "reads"),
        (Form("present"), "1s", "read"),
        (Form("progressive"), "1s", "am reading"),
        (Form("future"), "pl", "will read"),
        (Form("past", negation="지"), "3s", "did not read"),
        (Form("present", negation="안"), "3s", "does not read"),
        (Form("past", negation="못"), "pl", "could not read"),
        (Form("present", modal="want"), "3s", "wants to read"),
        (Form("present", modal="want", negation="지"), "1s", "do not want to read"),
        (Form("present", modal="cannot"), "1s", "cannot read"),
    ],
)
def test_english_verbs_take_their_helpers(form, number, expected):
    before, after = english_predicate("read", form, number)
    assert before == () and " ".join(word for word, _ in after) == expected


def test_questions_move_the_helper_before_the_subject():
    before, after = english_predicate("go", Form("past", question=True), "3s")
    assert [w for w, _ in before] == ["did"] and [w for w, _ in after] == ["go"]
    before, after = english_predicate(
        "busy", Form("past", question=True), "pl", is_be=True
    )
    assert [w for w, _ in before] == ["were"] and [w for w, _ in after] == ["busy"]
