"""글에서 용어를 바르게 썼는지 살핍니다. 규칙은 book/terms.yml에 있습니다.

    python book/_ext/term_check.py 파일…

1. 쓰지 않는 꼴(avoid)이 글에 있으면 알립니다.
2. 장에서 처음 쓴 용어가 "우리말(영어)"가 아니면 알립니다(first_use: false인 용어는
빼고). 코드, 수식, 주소, 제목은 살피지 않습니다.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from term_list import load_terms

NOT_PROSE = re.compile(
    # 코드 블록
    r"^(?P<fence>`{3,}|~{3,})(?!\{(?:admonition|note|tip|warning|important)).*?^(?P=fence)\s*$"
    r"|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`"  # 수식과 짧은 코드
    r"|<!--.*?-->|<[^>\n]+>|\]\([^)\n]*\)|https?://\S+|\{cite[^}]*\}",  # 태그와 주소
    re.MULTILINE | re.DOTALL,
)
HEADING = re.compile(r"^\s*(#+ |\|).*$", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """잘못 쓴 곳 하나입니다. cell은 노트북이 아니면 None입니다."""

    path: Path
    cell: int | None
    line: int
    message: str

    def __str__(self) -> str:
        """사람이 읽을 한 줄로 바꿉니다."""
        place = (
            f"{self.cell}번 셀 {self.line}번째 줄"
            if self.cell is not None
            else f"{self.line}번째 줄"
        )
        return f"{self.path.name} {place}: {self.message}"


def blank(match: re.Match) -> str:
    """줄 수와 글자 자리를 지키면서 글자만 지웁니다."""
    return re.sub(r"[^\n]", " ", match[0])


def prose(text: str) -> str:
    """코드, 수식, 주소를 빈칸으로 바꾼 글을 돌려줍니다."""
    return NOT_PROSE.sub(blank, text)


def texts(path: Path) -> Iterator[tuple[int | None, str]]:
    """(셀 번호, 글)을 차례로 냅니다. 셀 번호는 0부터 셉니다."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        yield None, source
        return
    for number, cell in enumerate(json.loads(source)["cells"]):
        if cell["cell_type"] == "markdown":
            yield number, "".join(cell["source"])


def line_of(text: str, position: int) -> int:
    """글자 자리를 줄 번호(1부터)로 바꿉니다."""
    return text.count("\n", 0, position) + 1


def forbidden(path: Path, terms: list[dict]) -> Iterator[Fault]:
    """쓰지 않는 꼴을 찾습니다."""
    for cell, text in texts(path):
        plain = prose(text)
        for term in terms:
            for variant in term.get("avoid", []):
                for match in re.finditer(re.escape(variant), plain):
                    message = f"쓰지 않는 말 ‘{variant}’ (바른 말: ‘{term['ko']}’)"
                    yield Fault(path, cell, line_of(plain, match.start()), message)


def first_uses(path: Path, terms: list[dict]) -> Iterator[Fault]:
    """처음 쓴 곳이 "우리말(영어)"가 아닌 용어를 찾습니다.

    긴 용어가 짧은 용어를 가립니다.
    """
    names = sorted((term["ko"] for term in terms), key=len, reverse=True)
    english = {term["ko"]: term["en"] for term in terms if term.get("first_use", True)}
    pattern, seen = re.compile("|".join(map(re.escape, names))), set()
    for cell, text in texts(path):
        plain = HEADING.sub(blank, prose(text))
        for match in pattern.finditer(plain):
            name = match[0]
            if name in seen:
                continue
            seen.add(name)
            after = plain[match.end() :].lstrip("*_").lower()
            if name in english and not after.startswith(f"({english[name]}"):
                message = (
                    f"처음 쓰는 용어 ‘{name}’ (바른 꼴: ‘{name}({english[name]})’)"
                )
                yield Fault(path, cell, line_of(plain, match.start()), message)


def check(paths: Iterable[Path], chapters: Iterable[Path] = ()) -> list[Fault]:
    """paths에서는 쓰지 않는 꼴을, chapters에서는 처음 쓴 꼴까지 살펴 잘못을 모두
    돌려줍니다.
    """
    terms = load_terms()
    faults = [fault for path in paths for fault in forbidden(path, terms)]
    return faults + [fault for path in chapters for fault in first_uses(path, terms)]


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    found = check(files, [file for file in files if "chapters" in file.parts])
    print(*found, sep="\n")
    sys.exit(bool(found))
