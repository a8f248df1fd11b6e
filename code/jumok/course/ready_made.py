"""쓰면 안 되는 이름을 찾습니다: 소스를 문법 나무로 읽을 뿐 실행하지 않습니다."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable

from .stubs import parse


def used_names(source: str, forbid: Iterable[str]) -> list[str]:
    """소스에서 쓰인 금지된 이름을 나온 차례로 돌려줍니다. 스스로 정의한 이름은 세지 않습니다."""
    banned, nodes = set(forbid), list(ast.walk(parse(textwrap.dedent(source))))
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    found = [name for node in nodes for name in _names_of(node, own) if _is_banned(name, banned)]
    return list(dict.fromkeys(found))


def _is_banned(name: str, banned: set[str]) -> bool:
    return name in banned or name.rpartition(".")[2] in banned


def _names_of(node: ast.AST, own: set[str]) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [ast.unparse(node)]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return [] if node.id in own else [node.id]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module or ''}.{alias.name}" for alias in node.names]
    return []


def source_of(func: Callable) -> str:
    """함수의 소스. 채점기가 넘겨준 소스가 있으면 그것을, 찾지 못하면 빈 글을 돌려줍니다."""
    given = getattr(func, "answer_source", None)
    if isinstance(given, str):
        return given
    try:
        return inspect.getsource(func)
    except (OSError, TypeError):
        return ""
