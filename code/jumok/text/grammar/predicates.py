"""서술어: 시제, 부정, 말투, 물음을 두 언어의 낱말로 만듭니다.

낱말마다 구실이 적힙니다. v는 뜻을 지닌 말, a는 시제를 나르는 말, n은 부정하는 말입니다.
구실이 같은 두 언어의 낱말이 짝이 됩니다: 먹지(v) 않았다(an) ↔ did(a) not(n) eat(v)
"""

from dataclasses import dataclass
from functools import cache

from .english import be, progressive, third_person
from .english import past as english_past
from .korean import (
    HONORIFIC_WORDS,
    Stem,
    dropping,
    formal,
    future_modifier,
    past,
    plain,
    polite,
)

Part = tuple[str, str]  # 낱말과 구실
NOT_VERB, NOT_ADJECTIVE, CANNOT = Stem("않"), Stem("않", descriptive=True), Stem("못하")
EXIST, ABSENT, WISH = (Stem(word, descriptive=True) for word in ("있", "없", "싶"))
STAY_HONORIFIC = Stem("계시", honorific=True)


@dataclass(frozen=True)
class Form:
    """서술어의 꼴.

    tense는 past, present, progressive, future. negation은 없음, 안, 못, 지(않다), 지못.
    style은 plain(한다체), polite(해요체), formal(합니다체). modal은 빈 글, want(-고
    싶다), can, cannot. link이면 문장을 맺지 않고 -고로 이어 갑니다.
    """

    tense: str
    style: str = "plain"
    negation: str = ""
    question: bool = False
    honorific: bool = False
    modal: str = ""
    link: bool = False


def _finish(stem: Stem, form: Form, role: str) -> list[Part]:
    """시제와 말투를 붙여 서술어를 맺습니다."""
    if form.tense == "future":
        endings = {"plain": "것이다", "polite": "거예요", "formal": "것입니다"}
        asking = {"plain": "거니", "polite": "거예요", "formal": "것입니까"}
        last = (
            "것이고"
            if form.link
            else (asking if form.question else endings)[form.style]
        )
        return [(future_modifier(stem), role), (last, "a")]
    if form.tense == "past":
        base = past(stem)
        tails = {"plain": "니" if form.question else "다", "polite": "어요"}
        tail = (
            "고"
            if form.link
            else tails.get(form.style, "습니까" if form.question else "습니다")
        )
        return [(base + tail, role + "a")]
    return [(_present(stem, form), role + "a")]


def _present(stem: Stem, form: Form) -> str:
    if form.link:
        return stem.text + "고"
    if form.style == "polite":
        return polite(stem)
    if form.style == "formal":
        return formal(stem)[:-1] + ("까" if form.question else "다")
    return dropping(stem) + "니" if form.question else plain(stem)


@cache
def korean_predicate(stem: Stem, form: Form) -> tuple[Part, ...]:
    """한국어 서술어의 어절과 구실. 예: 먹다, 과거, 지 → (먹지, v) (않았다, na)"""
    raised = stem.with_honorific() if form.honorific else stem
    if form.modal == "want":
        if form.negation:
            return (
                (stem.text + "고", "v"),
                (WISH.text + "지", "a"),
                *_finish(NOT_ADJECTIVE, form, "n"),
            )
        return ((stem.text + "고", "v"), *_finish(WISH, form, ""))
    if form.modal:
        able = ABSENT if form.modal == "cannot" else EXIST
        return ((future_modifier(stem), "v"), ("수", "a"), *_finish(able, form, "n"))
    if form.tense == "progressive":
        return _progressive(stem, raised, form)
    if form.negation == "지":
        helper = NOT_ADJECTIVE if stem.descriptive else NOT_VERB
        return _denied(stem, raised, helper, form)
    if form.negation == "지못":
        return _denied(stem, raised, CANNOT, form)
    before = ((form.negation, "n"),) if form.negation else ()
    return (*before, *_finish(raised, form, "v"))


def _progressive(stem: Stem, raised: Stem, form: Form) -> tuple[Part, ...]:
    special = form.honorific and stem.text in HONORIFIC_WORDS  # 드시고 계신다
    first = (raised if special else stem).text + "고"
    helper = STAY_HONORIFIC if form.honorific else EXIST
    if form.negation:
        return (
            (first, "v"),
            (helper.text + "지", "a"),
            *_finish(NOT_ADJECTIVE, form, "n"),
        )
    return ((first, "v"), *_finish(helper, form, ""))


def _denied(stem: Stem, raised: Stem, helper: Stem, form: Form) -> tuple[Part, ...]:
    special = form.honorific and stem.text in HONORIFIC_WORDS  # 드시지 않았다
    first = (raised if special else stem).text + "지"
    return (
        (first, "v"),
        *_finish(helper.with_honorific() if form.honorific else helper, form, "n"),
    )


@cache
def english_predicate(
    base: str, form: Form, number: str, is_be: bool = False
) -> tuple[tuple[Part, ...], ...]:
    """(주어 앞으로 나가는 조동사, 주어 뒤의 말). 물음이 아니면 앞은 비어 있습니다.

    number는 1s, 3s, pl. is_be이면 base는 be 뒤에 오는 말(형용사, 명사구)입니다.
    """
    helper, rest = (
        _be_words(base, form, number) if is_be else _verb_words(base, form, number)
    )
    denial = (("not", "n"),) if form.negation in ("안", "지") else ()
    if form.question:
        return helper, denial + rest
    return (), helper + denial + rest


def _verb_words(
    base: str, form: Form, number: str
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    if form.tense == "progressive":
        return ((be(number), "a"),), _content(progressive(base))
    if form.tense == "future":
        return (("will", "a"),), _content(base)
    if form.modal in ("can", "cannot"):
        return ((form.modal, "an"),), _content(base)
    if form.negation in ("못", "지못"):
        return _could_not(form, base)
    if form.modal == "want":
        ending = (("to", "a"), *_content(base))
        return _simple("want", form, number, "a", ending)
    return _simple(base, form, number, "v", ())


def _could_not(form: Form, base: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    helper = (
        (("could", "n"), ("not", "n")) if form.tense == "past" else (("cannot", "n"),)
    )
    return helper, _content(base)


def _simple(
    base: str, form: Form, number: str, role: str, ending: tuple[Part, ...]
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    is_past = form.tense == "past"
    if form.question or form.negation:
        helper = "did" if is_past else "does" if number == "3s" else "do"
        return ((helper, "a"),), _content(base, role) + ending
    inflected = (
        english_past(base)
        if is_past
        else third_person(base)
        if number == "3s"
        else base
    )
    return (), _content(inflected.strip(), role) + ending


def _be_words(
    base: str, form: Form, number: str
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    rest = _content(base)
    if form.tense == "future":
        return (("will", "a"),), (("be", "a"), *rest)
    return ((be(number, form.tense == "past"), "a"),), rest


def _content(text: str, role: str = "v") -> tuple[Part, ...]:
    return tuple((word, "" if word in ("a", "an") else role) for word in text.split())
