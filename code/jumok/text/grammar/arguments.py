"""동사에 딸린 말: 목적어, 받는 사람, 함께하는 사람, 곳, 동안.

동사의 갈래가 허락하는 것만 고릅니다.
"""

from dataclasses import dataclass, field

from .draft import Dice, Phrase, Token, Unsuitable
from .lexicon import Noun, Verb, lexicon
from .people import human_object
from .phrases import can_count, fitting_adjectives, noun_phrase
from .relative_clauses import clause_phrase

# 한 번에 많이 세지 않는 명사의 갈래
LARGE = frozenset(
    {
        "car",
        "bike",
        "device",
        "appliance",
        "furniture",
        "seat",
        "bed",
        "melon",
        "clothes",
        "shoes",
        "glasses",
        "strings",
        "bowed",
        "pet",
        "tree",
        "toy",
        "fridge",
        "dress",
        "footwear",
        "gloves",
        "hat",
        "bag",
        "jewelry",
        "ring",
        "camera",
    }
)
FEW = frozenset({"eat", "drink", "read", "order", "write", "have", "memorize", "draw"})
SHAPES = {  # 목적어의 꼴과 무게
    "bare": 4.0,
    "adjective": 2.5,
    "two": 0.5,
    "determiner": 1.2,
    "both": 0.5,
    "number": 1.2,
    "number_adjective": 0.3,
    "clause": 2.5,
    "own_clause": 1.0,
}
FIXED = frozenset({"name", "the"})
CREATES = frozenset({"make", "write", "draw", "bake", "build", "catch"})
LEAVES = frozenset({"eat", "drink", "lose", "send", "throw away", "sell", "give"})


@dataclass
class Arguments:
    """동사에 딸린 말을 두 언어로 모은 것.

    korean은 동사 앞에, english는 동사 뒤에 놓입니다.
    """

    korean: list[Token] = field(default_factory=list)
    english: list[Token] = field(default_factory=list)
    combos: list[str] = field(default_factory=list)
    has_clause: bool = False
    own_time: bool = False  # 관계절 안에 때가 있어 바깥의 때와 헷갈리는지
    counted: bool = False
    far: bool = False  # 나라처럼 먼 곳인지
    night: bool = True  # 밤에 해도 어색하지 않은지
    meal: bool = False  # 아침, 점심, 저녁을 먹는지
    sip: bool = False  # 물 한 모금처럼 먼 날을 말하지 않는 것인지


def shapes_for(
    verb: Verb, noun: Noun, tense: str, plain_only: bool, denied: bool
) -> list[tuple[str, float]]:
    """이 동사와 명사로 지을 수 있는 목적어의 꼴과 그 무게."""
    if noun.count in FIXED or noun.kind in ("mealtime", "homework") or plain_only:
        return [("bare", 1.0)]
    if "det" in verb.flags:
        return [("determiner", 1.0)]
    allowed = {"bare", "adjective", "two"}
    if noun.kind in ("photo", "picture") and verb.english in ("take", "draw"):
        allowed = {"bare"}
    if "bare" in verb.flags or noun.kind == "music":
        allowed = {"bare"}
    habit = tense == "present"
    # 아직 없는 것은 가리키지 못합니다: 이 그림을 그릴 것이다
    unmade = tense != "past" and (verb.english in CREATES or verb.lemma == "찍다")
    pointless = unmade or habit or {"gen", "bare"} & verb.flags or noun.kind == "music"
    if not pointless:
        allowed |= {"determiner", "both"}
    if "n" in verb.flags and can_count(noun) and not habit and tense != "progressive":
        allowed |= {"number", "number_adjective"}
    if "use" in verb.flags and not habit and lexicon().sources[noun.kind]:
        allowed |= {"clause", "own_clause"}
    if "noadj" in verb.flags:
        allowed -= {"adjective", "two", "both", "number_adjective"}
    if denied:
        allowed &= {"bare", "determiner", "both"}
    return [(shape, SHAPES[shape]) for shape in SHAPES if shape in allowed]


def object_phrase(
    d: Dice,
    verb: Verb,
    tense: str,
    subject: Phrase,
    plain_only: bool,
    denied: bool = False,
) -> Phrase:
    """목적어 하나. 사람을 받는 동사는 `human_object`로 갑니다."""
    kind = d.pick(verb.objects)
    if (
        verb.english in ("wear", "ride")
        and subject.number == "pl"
        and subject.key not in ("너", "")
    ):
        raise Unsuitable  # 여럿이 모자 하나를 쓰지는 않습니다.
    if kind == "persons":
        return human_object(d, subject)
    noun = d.pick(lexicon().by_kind[kind])
    shape = d.weighted(shapes_for(verb, noun, tense, plain_only, denied))
    if shape in ("clause", "own_clause"):
        return clause_phrase(d, verb, noun, subject, shape == "own_clause")
    adjectives = ()
    if shape in ("adjective", "two", "both", "number_adjective"):
        adjectives = fitting_adjectives(d, verb, kind, shape == "two")
    determiner = (
        d.weighted(determiners_for(verb, tense))
        if shape in ("determiner", "both")
        else ""
    )
    number = pick_number(d, verb, noun, tense) if shape.startswith("number") else 0
    # 습관과 할 수 있는 일은 두루 일컫습니다(read books).
    # 입고 타는 것은 하나입니다(wear a hat).
    generic = "gen" in verb.flags or (
        tense == "present" and not {"one", "stat", "the"} & verb.flags
    )
    definite = "the" in verb.flags
    return noun_phrase(d, noun, adjectives, determiner, number, generic, definite)


def determiners_for(verb: Verb, tense: str) -> tuple[tuple[str, float], ...]:
    """지시어와 그 무게. 먹거나 잃어버린 것은 눈앞에 없으니 '그'만 씁니다."""
    return (
        (("그", 1),)
        if tense == "past" and verb.english in LEAVES
        else (("그", 2), ("이", 2), ("저", 1))
    )


def pick_number(d: Dice, verb: Verb, noun: Noun, tense: str) -> int:
    """셀 수를 고릅니다.

    큰 것과 앞으로 할 일은 셋까지, 먹고 읽는 것은 넷까지, 나머지는 열까지 셉니다.
    """
    few = noun.kind in LARGE or noun.measure or tense == "future"
    limit = 3 if few else 4 if verb.english in FEW else 10
    return 1 + d.pick(range(limit))
