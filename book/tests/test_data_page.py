"""자료 쪽: 기록한 것과 같은지, 모든 자료와 명령이 실려 있는지."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

from jumok.text.grammar import generate

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location(
    "make_data_page", ROOT / "book/tools/make_data_page.py"
)
page = importlib.util.module_from_spec(spec)
spec.loader.exec_module(page)


@pytest.fixture(scope="module")
def run():
    return json.loads(page.RUN.read_text("utf8"))


def test_page_shows_the_record(run):
    assert page.PAGE.read_text("utf8") == page.render(run), (
        "python book/tools/make_data_page.py page"
    )


def test_samples_are_what_the_grammar_makes(run):
    made = [[pair.korean, pair.english] for pair in generate(8)]
    assert run["grammar"]["samples"] == made, (
        "python book/tools/make_data_page.py grammar"
    )


def test_every_corpus_is_on_the_page_with_its_licence_and_hash(run):
    text = page.PAGE.read_text("utf8")
    received = {name for name, x in page.CORPORA.items() if not x.built_in}
    assert run["corpora"].keys() == received, "python book/tools/make_data_page.py"
    for name, value in run["corpora"].items():
        corpus = page.CORPORA[name]
        assert value["version"] == corpus.version, (
            f"{name}을 다시 만들고 쪽을 다시 재세요"
        )
        assert corpus.licence in text and f"jumok data fetch {name}`" in text
        assert all(part["sha256"] in text for part in value["splits"].values())


def test_a_new_corpus_gets_a_row_and_a_section_by_itself(run, monkeypatch):
    new = replace(page.CORPORA["jhe"], name="new", title="새로 더한 자료")
    monkeypatch.setitem(page.CORPORA, "new", new)
    text = page.render(
        run | {"corpora": run["corpora"] | {"new": run["corpora"]["jhe"]}}
    )
    assert "| `new` | 새로 더한 자료 |" in text
    assert "\n\n## new: 새로 더한 자료\n\n| 항목 | 값 |" in text
    assert "| 받기 | `jumok data fetch new` |" in text
    assert text.count("\n## ") == page.render(run).count("\n## ") + 1


def test_cells_are_shown_as_text():
    assert (
        page.escape("a|b*c_<d>") == r"a\|b\*c\_\<d\>"
        and page.escape("`a|b`") == "`a|b`"
    )
    assert (
        page.table("가", "나", rows=[("1", 2)])
        == "| 가 | 나 |\n| --- | --- |\n| 1 | 2 |"
    )
