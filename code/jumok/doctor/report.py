"""점검의 결과, 차례로 돌리는 법, 글과 JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

GOOD, WARN, BAD = "good", "warn", "bad"
_MARKS = {GOOD: "✔", WARN: "⚠", BAD: "✘"}
_PLAIN_MARKS = {GOOD: "[O]", WARN: "[!]", BAD: "[X]"}  # cp949처럼 ✔가 없는 콘솔에서


@dataclass(frozen=True)
class Result:
    """점검 하나의 결과.

    status는 good, warn, bad이고 todo는 할 일(없으면 빈 글)입니다.
    """

    status: str
    message: str
    todo: str = ""


@dataclass(frozen=True)
class Check:
    """점검 하나: 영어 이름(JSON의 열쇠), 제목, 보는 함수."""

    name: str
    title: str
    look: Callable[[], Result]


def run_checks(checks: Iterable[Check]) -> Iterator[tuple[Check, Result]]:
    """점검을 차례로 돌리며 하나 끝날 때마다 냅니다.

    점검이 죽어도 까닭을 적고 다음으로 갑니다.
    """
    for check in checks:
        try:
            result = check.look()
        except (
            Exception,
            SystemExit,
        ) as error:  # 꾸러미가 import 도중에 무엇을 던질지 모릅니다.
            why = one_line(f"{type(error).__name__}: {error}")
            result = Result(
                WARN,
                f"점검하지 못했습니다({why}).",
                "이 줄을 그대로 이슈에 적어 주세요.",
            )
        yield check, result


def one_line(text: str, limit: int = 200) -> str:
    """줄바꿈을 빈칸으로 바꾸고 길면 자릅니다."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def text_line(check: Check, result: Result, encoding: str | None = "utf-8") -> str:
    """사람이 읽는 한 줄. 콘솔이 ✔를 적지 못하면 [O]로 적습니다."""
    marks = _MARKS if _can_write("✔⚠✘", encoding) else _PLAIN_MARKS
    arrow = "→" if _can_write("→", encoding) else "->"
    todo = f" {arrow} {result.todo}" if result.todo else ""
    return f"{marks[result.status]} {check.title}: {result.message}{todo}"


def _can_write(text: str, encoding: str | None) -> bool:
    try:
        text.encode(encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True


def summary(results: Iterable[Result]) -> str:
    """끝에 적는 한 줄."""
    statuses = [result.status for result in results]
    bad, warn = statuses.count(BAD), statuses.count(WARN)
    if bad:
        return (
            f"고쳐야 할 것이 {bad}가지, 살펴볼 것이 {warn}가지입니다. "
            "위의 할 일을 차례로 해 보세요."
        )
    if warn:
        return f"책을 쓸 수 있습니다. 살펴볼 것이 {warn}가지 있습니다."
    return "모두 좋습니다. 책을 쓸 수 있습니다."


def as_dict(results: Iterable[tuple[Check, Result]]) -> dict:
    """`--json`이 내는 모양. ok는 고쳐야 할 것이 하나도 없다는 뜻입니다."""
    rows = [
        {
            "name": check.name,
            "title": check.title,
            "status": result.status,
            "message": result.message,
            "todo": result.todo,
        }
        for check, result in results
    ]
    return {
        "format": 1,
        "ok": all(row["status"] != BAD for row in rows),
        "checks": rows,
    }
