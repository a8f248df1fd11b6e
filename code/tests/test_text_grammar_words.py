"""내장 말뭉치의 한국어: 조사와 활용."""

import pytest

from jumok.text.grammar import korean as ko
from jumok.text.grammar.hangul import (
    FINALS,
    attach,
    final_consonant,
    join_syllable,
    split_syllable,
)
from jumok.text.grammar.lexicon import lexicon
from jumok.text.grammar.predicates import Form, korean_predicate

# 손으로 적은 옳은 꼴: 기본형, 한다체, 해요체, 합니다체, 과거, -는/-ㄴ, -ㄴ, -ㄹ
VERBS = """
먹다 먹는다 먹어요 먹습니다 먹었다 먹는 먹은 먹을
가다 간다 가요 갑니다 갔다 가는 간 갈
오다 온다 와요 옵니다 왔다 오는 온 올
보다 본다 봐요 봅니다 봤다 보는 본 볼
주다 준다 줘요 줍니다 줬다 주는 준 줄
배우다 배운다 배워요 배웁니다 배웠다 배우는 배운 배울
마시다 마신다 마셔요 마십니다 마셨다 마시는 마신 마실
가르치다 가르친다 가르쳐요 가르칩니다 가르쳤다 가르치는 가르친 가르칠
켜다 켠다 켜요 켭니다 켰다 켜는 켠 켤
보내다 보낸다 보내요 보냅니다 보냈다 보내는 보낸 보낼
쉬다 쉰다 쉬어요 쉽니다 쉬었다 쉬는 쉰 쉴
춤추다 춤춘다 춤춰요 춤춥니다 춤췄다 춤추는 춤춘 춤출
하다 한다 해요 합니다 했다 하는 한 할
공부하다 공부한다 공부해요 공부합니다 공부했다 공부하는 공부한 공부할
돕다:ㅂ 돕는다 도와요 돕습니다 도왔다 돕는 도운 도울
굽다:ㅂ 굽는다 구워요 굽습니다 구웠다 굽는 구운 구울
눕다:ㅂ 눕는다 누워요 눕습니다 누웠다 눕는 누운 누울
입다 입는다 입어요 입습니다 입었다 입는 입은 입을
잡다 잡는다 잡아요 잡습니다 잡았다 잡는 잡은 잡을
듣다:ㄷ 듣는다 들어요 듣습니다 들었다 듣는 들은 들을
걷다:ㄷ 걷는다 걸어요 걷습니다 걸었다 걷는 걸은 걸을
받다 받는다 받아요 받습니다 받았다 받는 받은 받을
닫다 닫는다 닫아요 닫습니다 닫았다 닫는 닫은 닫을
짓다:ㅅ 짓는다 지어요 짓습니다 지었다 짓는 지은 지을
낫다:ㅅ 낫는다 나아요 낫습니다 나았다 낫는 나은 나을
씻다 씻는다 씻어요 씻습니다 씻었다 씻는 씻은 씻을
벗다 벗는다 벗어요 벗습니다 벗었다 벗는 벗은 벗을
부르다 부른다 불러요 부릅니다 불렀다 부르는 부른 부를
고르다 고른다 골라요 고릅니다 골랐다 고르는 고른 고를
자르다 자른다 잘라요 자릅니다 잘랐다 자르는 자른 자를
머무르다 머무른다 머물러요 머무릅니다 머물렀다 머무르는 머무른 머무를
쓰다 쓴다 써요 씁니다 썼다 쓰는 쓴 쓸
끄다 끈다 꺼요 끕니다 껐다 끄는 끈 끌
모으다 모은다 모아요 모읍니다 모았다 모으는 모은 모을
만들다 만든다 만들어요 만듭니다 만들었다 만드는 만든 만들
팔다 판다 팔아요 팝니다 팔았다 파는 판 팔
열다 연다 열어요 엽니다 열었다 여는 연 열
울다 운다 울어요 웁니다 울었다 우는 운 울
"""
ADJECTIVES = """
작다 작다 작아요 작습니다 작았다 작은 작은 작을
좋다 좋다 좋아요 좋습니다 좋았다 좋은 좋은 좋을
크다 크다 커요 큽니다 컸다 큰 큰 클
예쁘다 예쁘다 예뻐요 예쁩니다 예뻤다 예쁜 예쁜 예쁠
바쁘다 바쁘다 바빠요 바쁩니다 바빴다 바쁜 바쁜 바쁠
슬프다 슬프다 슬퍼요 슬픕니다 슬펐다 슬픈 슬픈 슬플
빠르다 빠르다 빨라요 빠릅니다 빨랐다 빠른 빠른 빠를
게으르다 게으르다 게을러요 게으릅니다 게을렀다 게으른 게으른 게으를
맵다:ㅂ 맵다 매워요 맵습니다 매웠다 매운 매운 매울
아름답다:ㅂ 아름답다 아름다워요 아름답습니다 아름다웠다 아름다운 아름다운 아름다울
가볍다:ㅂ 가볍다 가벼워요 가볍습니다 가벼웠다 가벼운 가벼운 가벼울
좁다 좁다 좁아요 좁습니다 좁았다 좁은 좁은 좁을
길다 길다 길어요 깁니다 길었다 긴 긴 길
달다 달다 달아요 답니다 달았다 단 단 달
빨갛다:ㅎ 빨갛다 빨개요 빨갛습니다 빨갰다 빨간 빨간 빨갈
까맣다:ㅎ 까맣다 까매요 까맣습니다 까맸다 까만 까만 까말
하얗다:ㅎ 하얗다 하얘요 하얗습니다 하얬다 하얀 하얀 하얄
맛있다 맛있다 맛있어요 맛있습니다 맛있었다 맛있는 맛있은 맛있을
비싸다 비싸다 비싸요 비쌉니다 비쌌다 비싼 비싼 비쌀
깨끗하다 깨끗하다 깨끗해요 깨끗합니다 깨끗했다 깨끗한 깨끗한 깨끗할
"""


def rows(table):
    return [line.split() for line in table.strip().splitlines()]


@pytest.mark.parametrize(
    ("row", "descriptive"),
    [(r, False) for r in rows(VERBS)] + [(r, True) for r in rows(ADJECTIVES)],
)
def test_conjugation_matches_hand_written_forms(row, descriptive):
    stem = ko.parse_stem(row[0], descriptive)
    forms = [ko.plain(stem), ko.polite(stem), ko.formal(stem), ko.past(stem) + "다"]
    forms += [
        ko.present_modifier(stem),
        ko.past_modifier(stem),
        ko.future_modifier(stem),
    ]
    assert forms == row[1:]


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("가다", "가신다 가세요 가십니다 가셨다 가신"),
        ("읽다", "읽으신다 읽으세요 읽으십니다 읽으셨다 읽으신"),
        ("만들다", "만드신다 만드세요 만드십니다 만드셨다 만드신"),
        ("듣다:ㄷ", "들으신다 들으세요 들으십니다 들으셨다 들으신"),
        ("돕다:ㅂ", "도우신다 도우세요 도우십니다 도우셨다 도우신"),
        ("짓다:ㅅ", "지으신다 지으세요 지으십니다 지으셨다 지으신"),
        ("먹다", "드신다 드세요 드십니다 드셨다 드신"),
        ("자다", "주무신다 주무세요 주무십니다 주무셨다 주무신"),
    ],
)
def test_honorific_forms_match_hand_written_ones(word, forms):
    stem = ko.parse_stem(word).with_honorific()
    made = [
        ko.plain(stem),
        ko.polite(stem),
        ko.formal(stem),
        ko.past(stem) + "다",
        ko.past_modifier(stem),
    ]
    assert made == forms.split()


def predicate(word, **form):
    return " ".join(
        text for text, _ in korean_predicate(ko.parse_stem(word), Form(**form))
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"tense": "future"}, "들을 것이다"),
        ({"tense": "future", "style": "polite"}, "들을 거예요"),
        ({"tense": "future", "question": True}, "들을 거니"),
        ({"tense": "past", "negation": "안"}, "안 들었다"),
        ({"tense": "past", "negation": "못", "style": "polite"}, "못 들었어요"),
        ({"tense": "past", "negation": "지"}, "듣지 않았다"),
        ({"tense": "present", "negation": "지"}, "듣지 않는다"),
        ({"tense": "past", "negation": "지못", "style": "formal"}, "듣지 못했습니다"),
        ({"tense": "progressive"}, "듣고 있다"),
        ({"tense": "progressive", "honorific": True}, "듣고 계신다"),
        ({"tense": "past", "negation": "지", "honorific": True}, "듣지 않으셨다"),
        ({"tense": "present", "modal": "want"}, "듣고 싶다"),
        (
            {"tense": "present", "modal": "want", "negation": "지", "style": "polite"},
            "듣고 싶지 않아요",
        ),
        (
            {"tense": "present", "modal": "cannot", "style": "formal"},
            "들을 수 없습니다",
        ),
        ({"tense": "past", "question": True}, "들었니"),
        ({"tense": "present", "question": True}, "듣니"),
        ({"tense": "past", "style": "formal", "question": True}, "들었습니까"),
        ({"tense": "past", "link": True}, "들었고"),
    ],
)
def test_predicates_join_tense_negation_and_style(form, expected):
    assert predicate("듣다:ㄷ", **form) == expected


def test_honorific_words_stay_in_progressive_and_negation():
    assert predicate("먹다", tense="progressive", honorific=True) == "드시고 계신다"
    assert (
        predicate("먹다", tense="past", negation="지", honorific=True)
        == "드시지 않으셨다"
    )
    assert predicate("만들다", tense="present", question=True) == "만드니"


def all_words():
    words = lexicon()
    groups = (words.nouns, words.places, words.people)
    return sorted(
        {w.korean.split()[-1] for group in groups for w in group}
        | {n.counter for n in words.nouns if n.counter}
    )


@pytest.mark.parametrize(
    ("particle", "closed", "opened"),
    [
        ("은", "은", "는"),
        ("이", "이", "가"),
        ("을", "을", "를"),
        ("과", "과", "와"),
        ("이나", "이나", "나"),
    ],
)
def test_particles_follow_the_final_consonant_of_every_word(particle, closed, opened):
    # 받침은 우리 코드가 아니라 유니코드의 배치로 셈합니다.
    for word in all_words():
        has_final = (ord(word[-1]) - 0xAC00) % 28 != 0
        assert attach(word, particle) == word + (closed if has_final else opened), word


def test_ro_skips_the_vowel_after_rieul():
    for word in all_words():
        index = (ord(word[-1]) - 0xAC00) % 28
        assert attach(word, "으로") == word + ("로" if index in (0, 8) else "으로"), (
            word
        )
    assert attach("서울", "으로") == "서울로" and attach("부산", "으로") == "부산으로"


def test_pronouns_change_before_the_subject_particle():
    assert [attach(word, "이") for word in ("나", "저", "너", "누구", "우리")] == [
        "내가",
        "제가",
        "네가",
        "누가",
        "우리가",
    ]
    assert [attach(word, "은") for word in ("나", "저", "우리")] == [
        "나는",
        "저는",
        "우리는",
    ]


def test_syllables_split_and_join_back():
    for code in range(ord("가"), ord("힣") + 1):
        assert join_syllable(*split_syllable(chr(code))) == chr(code)
    assert final_consonant("닭") == "ㄺ" and len(FINALS) == 28


@pytest.mark.parametrize("wrong", ["a", "", "ㄱ", "가나"])
def test_non_syllables_are_refused_in_korean(wrong):
    with pytest.raises(ValueError, match="완성형 한글"):
        split_syllable(wrong)


def test_a_word_without_da_is_refused():
    with pytest.raises(ValueError, match="'다'로 끝나야"):
        ko.parse_stem("먹")


def test_every_ending_of_every_verb_and_adjective_is_well_formed():
    """모든 낱말에서 봅니다.

    받침 있는 어간 뒤에는 으·습이, 없는 어간 뒤에는 ㄴ·ㅂ 받침이 옵니다.
    """
    words = lexicon()
    for stem in {w.stem for w in (*words.verbs, *words.adjectives)}:
        final = final_consonant(stem.text)
        assert ko.formal(stem).endswith("니다") and ko.polite(stem).endswith("요")
        assert (ko.formal(stem) == stem.text + "습니다") == (final not in ("", "ㄹ"))
        assert final_consonant(ko.past(stem)) == "ㅆ"
        assert (
            final_consonant(ko.past_modifier(stem)) == "ㄴ"
            and final_consonant(ko.future_modifier(stem)) == "ㄹ"
        )
        if not stem.descriptive:
            assert ko.plain(stem).endswith("는다" if final not in ("", "ㄹ") else "다")
            assert ko.present_modifier(stem).endswith("는")
        # 높임의 어간은 모음으로 끝나므로 모든 어미가 규칙대로 붙습니다.
        assert ko.polite(stem.with_honorific()).endswith("세요")
        assert ko.past(stem.with_honorific()).endswith("셨")
