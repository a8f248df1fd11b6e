"""학습의 기록: 걸음마다 한 줄의 JSON."""

import json
from pathlib import Path
from typing import Any

from jumok.files import write_atomically


class History:
    """`history.jsonl`에 한 줄씩 덧붙입니다.

    이어 갈 때는 체크포인트보다 뒤의 줄을 버리고 시작합니다. 갑자기 꺼져서 반만 쓴
    마지막 줄도 그때 버려집니다. path가 None이면 아무것도 쓰지 않습니다.
    """

    def __init__(self, path: Path | None, step: int = 0) -> None:
        self.path = path
        if path is not None:
            kept = (
                [line for line in read_history(path) if line["step"] <= step]
                if path.exists()
                else []
            )
            write_atomically(path, "".join(map(_line, kept)))

    def add(self, **facts: Any) -> None:
        """한 줄을 덧붙이고 바로 디스크로 내보냅니다."""
        if self.path is not None:
            with self.path.open("a", encoding="utf8") as stream:
                stream.write(_line(facts))


def read_history(path: Path) -> list[dict[str, Any]]:
    """기록을 읽습니다. 반만 쓴 마지막 줄은 버립니다."""
    lines = path.read_text("utf8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _line(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False) + "\n"
