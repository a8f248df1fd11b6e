"""집의 층(FLOORS)을 정하고, 방마다 하는 일을 한 줄씩 적은 지도를 만듭니다.

`python book/tools/make_house_map.py`가 jumok/__init__.py와 CONTRIBUTING.md의 지도를
고칩니다. 하는 일은 방의 docstring 첫 문장입니다. 층을 지키는지는
code/tests/test_structure.py가 소스를 읽어 봅니다.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jumok_grader.text_table import wrap

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "code"
PACKAGES = {"jumok": CODE / "jumok", "jumok_grader": CODE / "grader" / "jumok_grader"}
PLACES = (CODE / "jumok" / "__init__.py", ROOT / "CONTRIBUTING.md")
COLUMNS = 86
TITLES = {
    "jumok": "수업. 장이 가르치는 것과 그것을 학습시키는 것",
    "jumok_grader": "채점기. 수업을 모르고, 혼자 섭니다",
}

# 맨 아래층부터입니다. 방은 자기보다 아래에 적힌 줄의 방만 가져다 쓸 수 있습니다.
FLOORS = (
    (
        "jumok_grader.files",
        "jumok_grader.lesson",
        "jumok_grader.mistakes",
        "jumok_grader.text_table",
    ),
    ("jumok_grader.notebook", "jumok_grader.protocol", "jumok_grader.render"),
    ("jumok_grader.sandbox",),
    ("jumok_grader.worker",),
    ("jumok_grader.check",),
    ("jumok_grader.check_space", "jumok_grader.results"),
    ("jumok_grader.run", "jumok_grader.report"),
    ("jumok_grader.grading", "jumok_grader.progress"),
    ("jumok_grader.submission",),
    ("jumok_grader.classroom",),
    # 여기서부터 수업입니다. 수업은 채점기를 쓸 수 있고, 채점기는 수업을 모릅니다.
    (
        "jumok.asserts",
        "jumok.files",
        "jumok.lazy",
        "jumok.machine",
        "jumok.plot",
        "jumok.scratch",
        "jumok.show",
    ),
    ("jumok.course", "jumok.text", "jumok.model"),
    ("jumok.decode", "jumok.worksheets"),
    # 학습하는 사이에 풀어 보아야 하므로 decode 위에 있습니다.
    ("jumok.training",),
    ("jumok.apps", "jumok.doctor"),
    ("jumok.commands",),
    ("jumok.cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def modules() -> dict[str, Path]:
    """두 꾸러미의 모듈마다 파일의 자리."""
    found = {}
    for folder in PACKAGES.values():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def room_of(module: str) -> str:
    """모듈이 사는 방: FLOORS에 적힌 가장 긴 앞부분, 없으면 꾸러미 바로 아래의 이름."""
    parts = module.split(".")
    for length in range(len(parts), 1, -1):
        if ".".join(parts[:length]) in FLOOR:
            return ".".join(parts[:length])
    return ".".join(parts[:2]) if len(parts) > 1 else ""


def arrows() -> Iterator[tuple[str, str]]:
    """(가져오는 모듈, 가져온 모듈)의 짝들. 함수 안의 import도 셉니다."""
    known = modules()
    for source, path in known.items():
        for target in _imports(source, path):
            # from .x import y 의 y는 모듈일 수도, 모듈 안의 이름일 수도 있습니다.
            found = target if target in known else target.rpartition(".")[0]
            if found in known:
                yield source, found


def _imports(module: str, path: Path) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")
            base = base[: len(base) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{name}.{alias.name}" for alias in node.names)


def purpose(room: str) -> str:
    """방이 무엇을 하는지: 방의 docstring 첫 문장."""
    tree = ast.parse(modules()[room].read_text("utf8"))
    first = (ast.get_docstring(tree) or "").split("\n")[0]
    return re.split(r"\.(?: |$)", first)[0]


def house_map() -> str:
    """꾸러미마다 위층의 방부터 한 줄씩 적은 지도. 앞의 수가 층입니다."""
    parts = []
    space = max(len(room.partition(".")[2]) for room in FLOOR) + 2
    for package, title in TITLES.items():
        lines = [f"{package}: {title}", ""]
        for room, floor in reversed(FLOOR.items()):
            if room.split(".")[0] == package:
                head = f"    {floor:>2}  {room.partition('.')[2]:<{space}}"
                lines += _hanging(head, purpose(room))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _hanging(head: str, text: str) -> list[str]:
    first, *rest = wrap(text, COLUMNS - len(head))
    return [head + first, *(" " * len(head) + line for line in rest)]


def shown_in(text: str, house: str) -> str:
    """글(text) 속의 지도를 house로 바꿉니다. 들여쓴 줄과 꾸러미의 이름이 지도입니다."""
    found = re.search(r"(?m)^jumok: .*\n(?:(?: {4}.*|jumok_grader: .*)?\n)*", text)
    if not found:
        raise ValueError("지도('jumok: …'으로 시작하는 줄)가 없습니다.")
    end = found.start() + len(found[0].rstrip("\n"))
    return text[: found.start()] + house + text[end:]


if __name__ == "__main__":
    for place in PLACES:
        place.write_text(shown_in(place.read_text("utf8"), house_map()), "utf8")
        print(f"지도를 적었습니다: {place.relative_to(ROOT)}")
