"""장부 쪽: 장부와 같은지, 적힌 이름·스위치·시험·절·문헌이 정말 있는지."""

import ast
import importlib
import importlib.util
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

from jumok.cli import build_parser

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location(
    "make_ledger_page", ROOT / "book/tools/make_ledger_page.py"
)
page = importlib.util.module_from_spec(spec)
spec.loader.exec_module(page)

LEDGER = page.load()
ITEMS = list(page.items(LEDGER))
ROWS = [*ITEMS, *LEDGER["same"]]
# 스위치에 적는 이름을 찾는 곳
ROOMS = (
    "jumok.model",
    "jumok.text",
    "jumok.training.recipe",
    "jumok.training.presets",
    "jumok.apps",
    "jumok.training.translating",
)


def titled(row):
    return row.get("id", row["title"])


every_item = pytest.mark.parametrize("item", ITEMS, ids=titled)
every_row = pytest.mark.parametrize("row", ROWS, ids=titled)


def test_page_shows_the_ledger():
    assert page.PAGE.read_text("utf8") == page.render(LEDGER), (
        "python make.py ledger를 부르세요"
    )


def test_every_item_has_its_own_name_and_says_everything():
    names = [item["id"] for item in ITEMS]
    assert len(set(names)) == len(names)
    for item in ITEMS:
        words = [
            item[key] for key in ("title", "cite", "where", "paper", "book", "why")
        ]
        assert (
            all(words) and item["book"].endswith("다.") and item["why"].endswith("다.")
        ), item["id"]
        assert len(item.get("brief", ["", ""])) == 2 and item["chapters"]


def test_the_chapters_about_the_papers_are_all_here():
    """ "논문 ↔ 코드" 상자가 있는 장은 모두 장부에 나와야 합니다."""
    chapters = {place[:2] for item in ITEMS for place in item["chapters"]}
    boxed = {
        path.name[:2]
        for path in (ROOT / "chapters").glob("*.ipynb")
        if "논문 ↔ 코드" in path.read_text("utf8")
    }
    # 3장의 상자는 뒤의 장에서 갖추는 것들만 적으므로 장부의 항목이 없습니다.
    assert boxed - {"03"} <= chapters


@every_row
def test_names_can_be_imported(row):
    for name in row["ours"]:
        owner, _, last = name.rpartition(".")
        try:
            importlib.import_module(name)
            continue
        except ModuleNotFoundError:
            holder = (
                importlib.import_module(owner)
                if not _is_class(owner)
                else _class(owner)
            )
        fields = getattr(holder, "__dataclass_fields__", {})
        assert hasattr(holder, last) or last in fields, name


def _is_class(name: str) -> bool:
    return name.rpartition(".")[2][:1].isupper()


def _class(name: str):
    room, _, last = name.rpartition(".")
    return getattr(importlib.import_module(room), last)


@every_item
def test_switches_are_real(item):
    """명령은 명령줄의 해석기가 받아들이고, 파이썬은 실제로 불러 보거나 서명에 맞춰
    봅니다.
    """
    for switch in item["switch"]:
        if switch.startswith("jumok "):
            args = build_parser().parse_args(switch.split()[1:])
            assert (
                args.preset
                in importlib.import_module("jumok.training.presets").PRESETS[args.kind]
            )
        else:
            call_switch(switch)


def call_switch(switch: str):
    tree = ast.parse(switch, mode="eval").body
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    known = {name: found for name in names if (found := public(name)) is not None}
    if known.keys() == names:
        return eval(switch, {"__builtins__": {}}, known)
    function = eval(ast.unparse(tree.func), {"__builtins__": {}}, known)
    words = {word.arg: None for word in tree.keywords}
    return inspect.signature(function).bind_partial(*tree.args, **words)


def public(name: str):
    rooms = (importlib.import_module(room) for room in ROOMS)
    return next((getattr(room, name) for room in rooms if hasattr(room, name)), None)


@pytest.mark.parametrize(
    "wrong",
    [
        "TransformerConfig.base(norm_frist=True)",
        "Recipe(smooting=0.1)",
        "Translator.translate(texts, tokens=1)",
    ],
)
def test_a_switch_that_does_not_exist_is_seen(wrong):
    with pytest.raises(TypeError):
        call_switch(wrong)


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@every_row
def test_named_tests_exist(row):
    assert row["tests"] or not row["ours"], "코드가 있으면 지키는 시험이 있어야 합니다"
    for test in row["tests"]:
        path, _, name = test.partition("::")
        assert name.startswith("test_") and name in functions(path), test


@every_item
def test_chapters_have_the_section(item):
    for place in item["chapters"]:
        number, _, section = place.partition("#")
        assert section in page.headings(number), place


def test_cited_papers_are_in_the_bibliography():
    known = set(
        re.findall(
            r"^@\w+\{(\w+),", (ROOT / "book/references.bib").read_text("utf8"), re.M
        )
    )
    cited = set(re.findall(r"\{cite\}`(\w+)`", page.PAGE.read_text("utf8")))
    assert cited and cited <= known
