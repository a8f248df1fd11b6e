"""글에서 용어를 알아보는 규칙입니다.

풍선(term_links)과 찾아보기(term_places)가 함께 씁니다.

1. 긴 용어가 먼저입니다. ‘셀프 어텐션’ 안의 ‘어텐션’은 따로 잡지 않습니다.
2. 앞이 한글이나 글자면 잡지 않습니다. ‘열쇠키’의 ‘키’는 용어가 아닙니다.
3. 뒤에는 조사만 올 수 있습니다. ‘키우다’의 ‘키’는 용어가 아닙니다.
"""

import re
from collections.abc import Iterator

PARTICLES = (
    "에서부터 으로부터 이라는 라는 이라고 라고 이라면 라면 이라도 라도 이란 란 "
    "입니다 이었습니다 였습니다 이었다 였다 일까요 일까 이다 이고 이며 이자 "
    "이지만 이므로 이나 인데 인지 인가 인 이라 라 나 며 든 에서는 에서도 에서 "
    "에게서 에게 에는 에도 에만 에 까지 부터 처럼 보다 마다 만큼 조차 밖에 하고 "
    "별로 만을 만이 만의 만으로 만 도 의 은 는 이 가 을 를 과 와 과의 와의 으로는 "
    "로는 으로도 로도 으로 로 들이 들을 들의 들은 들과 들로 들에 들도 들"
)
AFTER = "|".join(sorted(map(re.escape, PARTICLES.split()), key=len, reverse=True))


def is_ambiguous(term: dict) -> bool:
    """우리말의 다른 낱말과 헷갈리는 짧은 용어(키, 조각, 정렬…)인지 봅니다."""
    return not term.get("first_use", True) and len(term["ko"]) <= 2


def spaced(name: str) -> str:
    """줄이 바뀌어도 맞는 정규식으로 바꿉니다."""
    return r"\s+".join(map(re.escape, name.split()))


def compile_terms(terms: list[dict]) -> re.Pattern:
    """용어를 알아보는 정규식. 긴 용어가 앞에 옵니다."""
    names = sorted((term["ko"] for term in terms), key=len, reverse=True)
    any_name = "|".join(map(spaced, names))
    return re.compile(rf"(?<![가-힣A-Za-z0-9])({any_name})(?=(?:{AFTER})?(?![가-힣]))")


def compile_definition(term: dict) -> re.Pattern:
    """처음 쓰는 꼴 "우리말(영어)"를 알아보는 정규식."""
    return re.compile(
        rf"(?<![가-힣]){spaced(term['ko'])}\s?\({spaced(term['en'])}(?![a-z])",
        re.IGNORECASE,
    )


def mentions(pattern: re.Pattern, text: str) -> Iterator[tuple[re.Match, str]]:
    """글에 나오는 용어의 자리와, 빈칸을 고른 용어의 이름을 차례로 냅니다."""
    for match in pattern.finditer(text):
        yield match, " ".join(match[1].split())


def slug(term: dict) -> str:
    """용어집 안의 주소. 영어 이름에서 만들어 차례가 바뀌어도 그대로입니다."""
    return "term-" + "-".join(re.findall(r"[a-z0-9]+", term["en"].lower()))
