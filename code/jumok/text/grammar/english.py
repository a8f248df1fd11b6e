"""영어 낱말의 꼴: 관사, 복수, 동사의 꼴."""

from functools import cache

IRREGULAR_PLURALS = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "mouse": "mice",
    "goose": "geese",
    "wolf": "wolves",
    "knife": "knives",
    "bookshelf": "bookshelves",
    "sheep": "sheep",
    "deer": "deer",
    "fish": "fish",
}
IRREGULAR_PASTS = {
    "eat": "ate",
    "drink": "drank",
    "read": "read",
    "write": "wrote",
    "teach": "taught",
    "make": "made",
    "cut": "cut",
    "do": "did",
    "wear": "wore",
    "take": "took",
    "ride": "rode",
    "drive": "drove",
    "sell": "sold",
    "buy": "bought",
    "send": "sent",
    "give": "gave",
    "lend": "lent",
    "lose": "lost",
    "choose": "chose",
    "throw": "threw",
    "bring": "brought",
    "draw": "drew",
    "build": "built",
    "sing": "sang",
    "have": "had",
    "meet": "met",
    "know": "knew",
    "catch": "caught",
    "hide": "hid",
    "say": "said",
    "sit": "sat",
    "lie": "lay",
    "find": "found",
    "sleep": "slept",
    "run": "ran",
    "swim": "swam",
    "fight": "fought",
    "go": "went",
    "come": "came",
}
DOUBLED = frozenset({"cut", "sit", "run", "swim", "shop"})
MASS_ARTICLE_VOWELS = frozenset("aeiou")
BE_PRESENT = {"1s": "am", "3s": "is"}
BE_PAST = {"1s": "was", "3s": "was"}


def article(phrase: str) -> str:
    """a나 an. 소리로 고릅니다: an hour, a used car, a university."""
    word = phrase.lower()
    if word.startswith(("hour", "honest")):
        return "an"
    return (
        "a"
        if word[0] not in MASS_ARTICLE_VOWELS
        or word.startswith(("uni", "use", "eu", "one"))
        else "an"
    )


@cache
def plural(phrase: str) -> str:
    """복수의 꼴.

    여러 낱말이면 마지막 낱말만 바꿉니다. child → children, glue stick → glue sticks
    """
    head, _, word = phrase.rpartition(" ")
    head = head and head + " "
    if word in IRREGULAR_PLURALS:
        return head + IRREGULAR_PLURALS[word]
    if word.endswith("man") and word[:-3] in ("police", "fire"):
        return head + word[:-3] + "men"
    return head + _with_s(word, ("potato", "tomato"))


def _with_s(word: str, o_words: tuple[str, ...]) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")) or word in o_words:
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


@cache
def third_person(phrase: str) -> str:
    """삼인칭 단수 현재. 첫 낱말만 바꿉니다. go back → goes back, study → studies"""
    verb, space, rest = phrase.partition(" ")
    if verb == "have":
        return "has" + space + rest
    return _with_s(verb, ("go", "do")) + space + rest


@cache
def past(phrase: str) -> str:
    """과거. 첫 낱말만 바꿉니다. take off → took off, study → studied"""
    verb, space, rest = phrase.partition(" ")
    if verb in IRREGULAR_PASTS:
        form = IRREGULAR_PASTS[verb]
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        form = verb[:-1] + "ied"
    else:
        form = (verb + verb[-1] if verb in DOUBLED else verb.removesuffix("e")) + "ed"
    return form + space + rest


@cache
def progressive(phrase: str) -> str:
    """-ing 꼴. 첫 낱말만 바꿉니다. lie on → lying on, make → making, swim → swimming"""
    verb, space, rest = phrase.partition(" ")
    if verb.endswith("ie"):
        form = verb[:-2] + "ying"
    elif verb in DOUBLED:
        form = verb + verb[-1] + "ing"
    else:
        form = (
            verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
        ) + "ing"
    return form + space + rest


def be(number: str, is_past: bool = False) -> str:
    """be의 꼴. number는 1s(나), 3s(하나), pl(여럿과 you)입니다."""
    return BE_PAST.get(number, "were") if is_past else BE_PRESENT.get(number, "are")
