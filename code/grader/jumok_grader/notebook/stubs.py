"""정답 영역을 빈칸으로 바꾸고, 숨은 검사를 나눕니다. 글만 다루며 실행하지 않습니다."""

from __future__ import annotations

import ast
import re
import textwrap
from functools import lru_cache

CODE_STUB = '# 여기에 코드를 쓰세요\nraise NotImplementedError("아직 풀지 않았습니다")'
TEXT_STUB = "여기에 답을 쓰세요."
_SOLUTION = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION[^\n]*\n"
    r"(?P<body>.*?)^[ \t]*### END SOLUTION[^\n]*$",
    re.M | re.S,
)
_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


def clear_solution(source: str, kind: str = "code") -> str:
    """정답 칸을 학생이 받을 꼴로 바꿉니다. 정답 표시가 없으면 칸 전체가 정답입니다."""
    if kind != "code":
        return (
            _SOLUTION.sub(lambda m: m["indent"] + TEXT_STUB, source)
            if _SOLUTION.search(source)
            else TEXT_STUB
        )
    if not _SOLUTION.search(source):
        return stub_for("", source, "")
    return _SOLUTION.sub(
        lambda m: stub_for(m["indent"], m["body"], source[: m.start()]), source
    )


def stub_for(indent: str, body: str, before: str) -> str:
    """정답 영역 하나를 대신할 글.

    함수 안이면 오류를 내고, 맨 바깥의 답이면 None을 넣습니다.
    """
    # 값을 적는 문제는 빈칸도 이름이 있어야 다음 칸이 오류 없이 돕니다.
    names = [] if indent else assigned_names(body)
    if names:
        known = assigned_names(before)
        lines = [
            f"{name} = None  # 여기에 답을 쓰세요"
            for name in names
            if name not in known
        ]
        return "\n".join(lines) or "# 여기에 답을 쓰세요"
    return textwrap.indent(CODE_STUB, indent)


def assigned_names(source: str) -> list[str]:
    """맨 바깥에서 값을 넣은 이름을 차례로 돌려줍니다.

    함수나 클래스가 있으면 빈 목록입니다.
    """
    body = parse(textwrap.dedent(source)).body
    if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body):
        return []
    targets = [
        target
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    return [
        name.id
        for target in targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    ]


@lru_cache(maxsize=512)
def defined_names(source: str) -> tuple[list[str], list[str]]:
    """맨 바깥에서 만드는 (함수 이름들, 값 이름들)을 돌려줍니다.

    함수에는 클래스와 lambda도 듭니다.
    """
    functions, values = [], []
    for node in parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            functions.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [
                name.id
                for target in targets
                for name in ast.walk(target)
                if isinstance(name, ast.Name)
            ]
            (functions if isinstance(node.value, ast.Lambda) else values).extend(names)
    return list(dict.fromkeys(functions)), [
        name for name in dict.fromkeys(values) if name not in functions
    ]


def is_bare_stub(source: str, name: str, line: int = 0) -> bool:
    """함수 name(또는 칸 전체인 <module>)에 raise 한 줄밖에 없는지 봅니다.

    설명 글은 세지 않습니다.

    클래스이면 그런 메서드가 하나라도 있는지 봅니다. 이름이 같은 것이 여럿이면 line이
    든 것을 봅니다.
    """
    tree = parse(source)
    made = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == name
    ]
    found = [
        node for node in made if line and node.lineno <= line <= node.end_lineno
    ] or made
    if found and isinstance(found[-1], ast.ClassDef):
        methods = [node for node in found[-1].body if isinstance(node, ast.FunctionDef)]
        return any(_only_raises(node.body) for node in methods)
    return _only_raises(
        found[-1].body if found else tree.body if name == "<module>" else []
    )


def _only_raises(body: list[ast.stmt]) -> bool:
    steps = [
        node
        for node in body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return bool(body) and all(isinstance(node, ast.Raise | ast.Pass) for node in steps)


def split_tests(source: str) -> tuple[str, str]:
    """검사 칸을 (보이는 검사, 숨은 검사)로 나눕니다."""
    shown, hidden = _hidden_lines(source)
    return "\n".join(shown).rstrip("\n"), "\n".join(hidden)


def clear_hidden(source: str) -> str:
    """숨은 검사를 뺀 글을 돌려줍니다."""
    return split_tests(source)[0]


def _hidden_lines(source: str) -> tuple[list[str], list[str]]:
    """줄들을 (보이는 것, 숨은 것)으로 나눕니다.

    학생이 표시를 수천 번 적어도 한 번만 훑습니다.
    """
    lines = source.split("\n")
    marks = [
        [i for i, line in enumerate(lines) if line.lstrip(" \t").startswith(mark)]
        for mark in _HIDDEN
    ]
    shown, hidden, begins, start, seen = [], [], set(marks[0]), 0, 0
    for end in marks[1]:
        begin = next((i for i in range(seen, end) if i in begins), None)
        seen = end + 1
        if begin is not None:
            shown += lines[start:begin]
            hidden += lines[begin + 1 : end]
            start = seen
    return shown + lines[start:], hidden


def parse(source: str) -> ast.Module:
    """노트북 칸을 문법 나무로 읽습니다. 읽을 수 없으면 빈 나무를 돌려줍니다."""
    # 보통 파이썬으로 읽히지 않으면 %magic과 !명령을 비우고 다시 읽습니다.
    for text in (source, plain_python(source)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return ast.Module(body=[], type_ignores=[])


def plain_python(source: str) -> str:
    """노트북에서만 통하는 줄(%magic, !명령)을 빈 문장으로 바꿉니다."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%"):
        if not re.match(r"%%(time|timeit|capture|prun)\b", first):
            return ""
        lines[lines.index(first)] = ""
    return "\n".join(re.sub(r"^(\s*)[%!?].*$", r"\1pass", line) for line in lines)
