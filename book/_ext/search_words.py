"""찾기가 쓰는 같은 뜻의 말과 용어의 자리를 모읍니다.

용어의 같은 말은 terms.yml(en, also, avoid)에서, 나머지는 search_words.yml에서 옵니다.
"""

from pathlib import Path

import yaml
from term_list import load_terms
from term_match import slug
from term_places import Places

WORDS = Path(__file__).parent.parent / "search_words.yml"
WEIGHTS = {  # 찾기에서 쪽의 무게. 적지 않은 쪽은 1입니다.
    "solutions/": 0.5,
    "book/index_terms": 0.02,
    "book/bibliography": 0.5,
    "book/teaching": 0.6,
    "book/parity": 0.6,
}
LISTS = ("book/glossary", "book/index_terms")  # 본문이 아니라 목록인 쪽


def same_meanings() -> list[list[str]]:
    """같은 뜻의 말의 묶음들. 묶음마다 첫째가 이 책에서 쓰는 말입니다."""
    groups = [
        [term["ko"], term["en"], *term.get("also", []), *term.get("avoid", [])]
        for term in load_terms()
    ]
    return groups + yaml.safe_load(WORDS.read_text(encoding="utf-8"))


def defining_places(found: dict[str, Places], uri) -> dict[str, list[str]]:
    """용어가 정의된 절의 주소마다 그 용어들.

    용어집의 자리도 넣습니다. uri는 쪽 이름을 주소로 바꿉니다.
    """
    places: dict[str, list[str]] = {}
    for term in load_terms():
        addresses = [f"{uri(LISTS[0])}#{slug(term)}"]
        if section := found[term["ko"]].definition:
            addresses.append(
                uri(section.docname) + (f"#{section.anchor}" if section.anchor else "")
            )
        for address in addresses:
            places.setdefault(address, []).append(term["ko"])
    return places


def page_settings(docname: str) -> dict:
    """찾기 색인에 덧붙이는 쪽의 성질: 무게(w), 목록인지(x)."""
    weight = next((w for prefix, w in WEIGHTS.items() if docname.startswith(prefix)), 1)
    return {
        **({"w": weight} if weight != 1 else {}),
        **({"x": 1} if docname in LISTS else {}),
    }
