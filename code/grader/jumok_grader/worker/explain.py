"""학생 코드에서 난 오류를 한국어로 풀어 말합니다: 이름, 뜻, 몇 번째 줄인지."""

from __future__ import annotations

import linecache
import traceback
from types import FrameType

from ..notebook.stubs import is_bare_stub

_MEANINGS = {
    "NameError": "아직 만들지 않았거나 철자가 다른 이름을 썼습니다",
    "UnboundLocalError": "값을 넣기 전에 변수를 썼습니다",
    "TypeError": "자료형이나 인자의 수가 맞지 않습니다",
    "ValueError": "값이나 모양이 맞지 않습니다",
    "IndexError": "범위를 벗어난 자리를 읽었습니다",
    "KeyError": "사전에 없는 열쇠를 찾았습니다",
    "AttributeError": "그 물건에 없는 속성이나 메서드를 썼습니다",
    "ZeroDivisionError": "0으로 나누었습니다",
    "RuntimeError": "계산 도중에 멈추었습니다. 모양과 자료형을 살펴보세요",
    "RecursionError": "함수가 자기 자신을 끝없이 불렀습니다",
    "ImportError": "불러올 수 없는 모듈이나 이름입니다",
    "ModuleNotFoundError": "설치되어 있지 않은 모듈입니다",
    "SyntaxError": "문법에 맞지 않습니다. 괄호와 쌍점(:)을 살펴보세요",
    "IndentationError": "들여쓰기가 맞지 않습니다",
    "TabError": "탭과 빈칸이 섞였습니다",
    "MemoryError": "메모리가 모자랍니다. 배열의 모양을 살펴보세요",
    "EOFError": "채점할 때는 input()에 답할 수 없습니다",
    "AssertionError": "코드 안의 assert가 맞지 않습니다",
    "SystemExit": "exit()나 sys.exit()를 불렀습니다",
    "KeyboardInterrupt": "실행이 중단되었습니다",
    "GeneratorExit": "생성기를 끝내는 신호를 코드가 직접 냈습니다",
    "FileNotFoundError": "그 파일이 없습니다",
}


def explain(error: BaseException, filename: str | None = None) -> tuple[str, str]:
    """오류를 (실수 id, 한국어 설명)으로 바꿉니다.

    filename이 있으면 그 파일의 줄을 찾습니다.
    """
    if isinstance(error, NotImplementedError):
        stub = _stub(error, filename)
        if stub:
            return stub
    name = type(error).__name__[:60]
    text = " ".join(_text_of(error).split())[:200]
    parts = [
        f"{_place(error, filename)}{name}: {text}"
        if text
        else f"{_place(error, filename)}{name}"
    ]
    bases = [base.__name__ for base in type(error).__mro__]
    meaning = next((_MEANINGS[base] for base in bases if base in _MEANINGS), "")
    return "raises", f"{parts[0]}" + (f" — {meaning}." if meaning else "")


def _stub(error: NotImplementedError, filename: str | None) -> tuple[str, str] | None:
    """빈칸의 raise 줄에 걸렸는지 봅니다. 꾸러미가 낸 오류이면 None입니다."""
    # 첫 자리는 부른 쪽입니다.
    frames = list(traceback.walk_tb(error.__traceback__))[1:]
    if filename:  # torch가 학생의 forward를 부르기까지의 자리도 부른 쪽입니다.
        files = [frame.f_code.co_filename for frame, _ in frames]
        frames = frames[files.index(filename) :] if filename in files else frames
    if not frames:
        return "unsolved", ""
    (first, _), (last, line) = frames[0], frames[-1]
    text = linecache.getline(last.f_code.co_filename, line)
    if last.f_globals is not first.f_globals or (text and "raise" not in text):
        return None
    if last.f_code is not first.f_code:
        return (
            "stub_left",
            f"{last.f_code.co_name} 함수의 {_line_text(line, text)}멈추었습니다.",
        )
    if not _is_bare(last, line):
        return "stub_left", f"{_line_text(line, text)}멈추었습니다."
    method = last.f_code.co_qualname.rpartition("<locals>.")[2]
    return "unsolved", f"비어 있는 메서드: {method}." if "." in method else ""


def _is_bare(frame: FrameType, line: int) -> bool:
    source = "".join(linecache.getlines(frame.f_code.co_filename))
    return not source or is_bare_stub(source, frame.f_code.co_name, line)


def _text_of(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str(error)
    except BaseException:
        return ""


def _place(error: BaseException, filename: str | None) -> str:
    """'3번째 줄 `scores = q @ k`에서 '처럼 오류가 난 자리를 말합니다."""
    if isinstance(error, SyntaxError) and error.lineno:
        return _line_text(error.lineno, error.text or "")
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if filename and f.filename == filename
    ]
    if not frames:
        return ""
    return _line_text(
        frames[-1].lineno, linecache.getline(frames[-1].filename, frames[-1].lineno)
    )


def _line_text(number: int, line: str) -> str:
    shown = line.strip()[:80]
    return f"{number}번째 줄 `{shown}`에서 " if shown else f"{number}번째 줄에서 "
