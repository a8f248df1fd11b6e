"""장부 쪽(book/ledger.md)을 book/ledger.yml에서 만듭니다.

`python make.py ledger`가 부릅니다.

머리글은 `ledger_page.md`에 있습니다. 장부에 적힌 이름과 스위치와 시험이 정말 있는지는
book/tests/test_ledger.py가 봅니다.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "ledger.md"
LEDGER = ROOT / "book" / "ledger.yml"
TEMPLATE = Path(__file__).with_name("ledger_page.md")


def load() -> dict:
    """장부를 읽습니다. 항목마다 cite가 없으면 무리의 것을 넣습니다."""
    ledger = yaml.safe_load(LEDGER.read_text("utf8"))
    for group in ledger["groups"]:
        whole = {"cite": group["cite"], "paper_of_group": group["cite"]}
        group["items"] = [whole | item for item in group["items"]]
    return ledger


def items(ledger: dict) -> Iterator[dict]:
    """다른 것의 항목들."""
    for group in ledger["groups"]:
        yield from group["items"]


def render(ledger: dict) -> str:
    """쪽 전체를 만듭니다."""
    every = list(items(ledger))
    return Template(TEMPLATE.read_text("utf8")).substitute(
        n_items=len(every),
        n_same=len(ledger["same"]),
        n_switch=sum(bool(item["switch"]) for item in every),
        overview="\n".join(overview(item) for item in every if "brief" in item),
        same="\n".join(same(row) for row in ledger["same"]),
        groups="\n\n".join(section(group) for group in ledger["groups"]),
    )


def overview(item: dict) -> str:
    """맨 위의 표의 한 줄."""
    switch = f"`{short(item['switch'][0])}`" if item["switch"] else "없음"
    return (
        f"| [{item['title']}](#ledger-{item['id']}) | {' | '.join(item['brief'])} | "
        f"{switch} |"
    )


def short(switch: str) -> str:
    """스위치에서 이름 붙은 인자만. 없으면 통째로입니다."""
    if switch.startswith("jumok "):
        return switch
    words = ast.parse(switch, mode="eval").body.keywords
    return ", ".join(ast.get_source_segment(switch, word) for word in words) or switch


def section(group: dict) -> str:
    """무리 하나: 제목과 카드들."""
    head = f"## {group['name']}\n\n견준 논문은 {{cite}}`{group['cite']}`입니다."
    return "\n\n".join([head, *map(card, group["items"])])


def card(item: dict) -> str:
    """항목 하나의 카드."""
    rows = [
        ("논문", said(item)),
        ("이 책", item["book"]),
        ("까닭", item["why"]),
        ("논문대로 하려면", switch_text(item)),
        *facts(item),
    ]
    return f"(ledger-{item['id']})=\n### {item['title']}\n\n{box(rows)}"


def said(item: dict) -> str:
    """논문의 자리와 말. 무리의 논문이 아니면 어느 논문인지도 적습니다."""
    cite = (
        "" if item["cite"] == item["paper_of_group"] else f"{{cite}}`{item['cite']}` "
    )
    where = "" if item["where"] == "적지 않음" else f"**{item['where']}.** "
    return f"{cite}{where}{item['paper']}"


def same(row: dict) -> str:
    """논문대로인 것 하나의 줄."""
    return f"| {row['title']} | {row['where']} | {row['mistake']} | {row['book']} |"


def facts(item: dict) -> Iterator[tuple[str, str]]:
    """코드, 시험, 장. 없는 것은 뺍니다."""
    if item["ours"]:
        yield "코드", ", ".join(f"`{public(name)}`" for name in item["ours"])
    if item["tests"]:
        yield (
            "지키는 시험",
            ", ".join(f"`{test.rpartition('/')[2]}`" for test in item["tests"]),
        )
    if item.get("chapters"):
        yield "장", ", ".join(map(place, item["chapters"]))


def box(rows: list[tuple[str, str]]) -> str:
    """이름과 글의 목록을 카드 하나로."""
    body = "\n\n".join(f"{name}\n: {text}" for name, text in rows)
    return f"::::{{container}} ledger-card\n{body}\n::::"


def switch_text(item: dict) -> str:
    """스위치들과 덧붙이는 말."""
    found = (
        ", ".join(f"`{switch}`" for switch in item["switch"]) or "스위치가 없습니다."
    )
    return " ".join(filter(None, [found, item.get("note")]))


def public(name: str) -> str:
    """jumok.model.Residual에서 사람이 부르는 이름만.

    설정의 값이면 클래스까지 적습니다.
    """
    parts = name.split(".")
    first = next(
        (i for i, part in enumerate(parts) if part[0].isupper()), len(parts) - 1
    )
    return ".".join(parts[first:])


def place(chapter: str) -> str:
    """07#7.4를 그 장으로 가는 고리로."""
    number, section_number = chapter.split("#")
    return (
        f"[{int(number)}장 {section_number}절](../chapters/{chapter_file(number).name})"
    )


def chapter_file(number: str) -> Path:
    """번호로 시작하는 장의 노트북. 오류: 하나가 아니면 ValueError."""
    (found,) = (ROOT / "chapters").glob(f"{number}_*.ipynb")
    return found


def headings(number: str) -> set[str]:
    """장에 있는 절의 번호들."""
    cells = json.loads(chapter_file(number).read_text("utf8"))["cells"]
    text = "\n".join(
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    )
    return set(re.findall(r"^## (\d+\.\d+) ", text, re.M))


def main() -> None:
    """쪽을 다시 씁니다."""
    PAGE.write_text(render(load()), "utf8")
    print(f"✔ {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
