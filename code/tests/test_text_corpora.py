"""자료를 만드는 규칙.

표시 벗기기, 문장 나누기, PO 읽기, 파일 단위의 나눔, 영화평, 대화.
"""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from tiny_corpora import HOST, put, tar_source, tarball

from jumok.text.corpora import (
    CORPORA,
    CorpusError,
    cache_folder,
    docs,
    fetch,
    load_pairs,
    load_reviews,
    load_texts,
)
from jumok.text.corpora.markup import plain_text, strip_markup
from jumok.text.corpora.report import Report, read_lines
from jumok.text.corpora.reviews import build_nsmc, build_raw, film_split
from jumok.text.corpora.sentences import (
    balanced,
    sentence_pairs,
    split_english,
    split_korean,
)
from jumok.text.corpora.translations import clean_pairs, read_entries

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


def po(*entries):
    """(msgid, msgstr)나 덩이 그대로로 PO 파일을 만듭니다."""
    blocks = [
        entry if isinstance(entry, str) else po_block(*entry) for entry in entries
    ]
    return "\n\n".join([HEADER, *blocks]).encode() + b"\n"


def po_block(msgid, msgstr):
    source, target = (json.dumps(text, ensure_ascii=False) for text in (msgid, msgstr))
    return f"msgid {source}\nmsgstr {target}"


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("``print`` 는 :func:`print`\\ 와 같다", "print 는 print()와 같다"),
        ("*item*\\에 **꼭** 넣는다", "item에 꼭 넣는다"),
        (":class:`~foo.Bar`\\는 :meth:`!Bar.run` 을", "Bar는 Bar.run() 을"),
        (
            ":term:`이터레이터 <iterator>` 와 :pep:`8`, :rfc:`2822`",
            "이터레이터 와 PEP 8, RFC 2822",
        ),
        (
            "`파이썬 <https://x.y/z>`_ 과 `이름`_ 과 PyPI_ 를",
            "파이썬 과 이름 과 PyPI 를",
        ),
        ("별표 \\*args 와 2 * 3 * 4 와 ``**kw``", "별표 *args 와 2 * 3 * 4 와 **kw"),
        ("판 |version| 을 본다 [1]_ [#note]_.", "판 version 을 본다."),
        ("다음과\n  같습니다::", "다음과 같습니다:"),
        (":c:func:`Py_Main(int)` ``a  b``", "Py_Main(int) a b"),
        (
            "뒤 ``x_`` 와 __init__ 와 a_b 는 그대로",
            "뒤 x_ 와 __init__ 와 a_b 는 그대로",
        ),
        ("\u1112\u1161\u11ab", "한"),
    ],
)
def test_markup_is_stripped(marked, plain):
    assert plain_text(strip_markup(marked)) == plain
    assert plain_text(strip_markup(plain)) == plain  # 벗긴 것을 또 벗겨도 같습니다


@pytest.mark.parametrize(
    "broken", ["닫지 않은 ``code", ":class:'Foo'를 쓴다", "`이름 을 쓴다"]
)
def test_broken_markup_is_refused_not_guessed(broken):
    assert strip_markup(broken) is None


def test_sentences_end_at_sentence_ends_only():
    assert split_english('Use it, e.g. here. "Now" go! (Or not?) Yes.') == [
        "Use it, e.g. here.",
        '"Now" go!',
        "(Or not?)",
        "Yes.",
    ]
    assert split_english("See PEP 8. it goes on 3.11 and J. Smith. End") == [
        "See PEP 8. it goes on 3.11 and J. Smith.",
        "End",
    ]
    assert split_korean("끝났다. (정말?) 예. 3.11 판이다. 끝") == [
        "끝났다.",
        "(정말?)",
        "예. 3.11 판이다.",
        "끝",
    ]


def pairs(korean, english):
    found = sentence_pairs(strip_markup(korean), strip_markup(english))
    return [tuple(map(plain_text, pair)) for pair in found]


def test_paragraphs_are_split_only_when_it_is_safe():
    both = pairs("하나를 쓴다. ``b. C`` 를 쓴다.", "It uses one. ``b. C`` is used.")
    assert both == [
        ("하나를 쓴다.", "It uses one."),
        ("b. C 를 쓴다.", "b. C is used."),
    ]
    # 수가 다르다
    assert len(pairs("하나를 쓴다. 둘도 쓴다.", "It uses one and two.")) == 1
    crossed = (
        "``a`` 를 먼저 쓴다. ``b`` 를 나중에 쓴다.",
        "Use ``b`` at the end. Use ``a`` first.",
    )
    assert len(pairs(*crossed)) == 1  # 코드가 엇갈린다
    assert (
        len(
            pairs(
                "예. " + "길다 " * 20 + "끝.", "One two three four five six seven. Yes."
            )
        )
        == 1
    )


@pytest.mark.parametrize(
    ("korean", "english", "good"),
    [
        ("가 나", "a", True),
        ("가 나 다 라 마 바", "a", False),
        ("가", "a b c d e f", False),
        ("가 나", "a b c d e f", True),
    ],
)
def test_length_ratio(korean, english, good):
    assert balanced(korean, english) is good


def test_po_entries_that_are_not_translations_are_skipped_and_counted():
    data = po(
        ("Good.", "좋다."),
        ("Untranslated.", ""),
        ("Same.", "Same."),
        '#, fuzzy\nmsgid "Doubtful."\nmsgstr "의심스럽다."',
        '#~ msgid "Old."\n#~ msgstr "옛것이다."',
        'msgid ""\n"Two "\n"lines."\nmsgstr ""\n"두 "\n"줄이다."',
        ("Odd\x85break\u2028here.", "이상한\x85줄바꿈."),
    )
    report, seen = Report(), set()
    assert read_entries(data, "a.po", report, seen) == [
        ("Good.", "좋다."),
        ("Two lines.", "두 줄이다."),
        ("Odd break here.", "이상한 줄바꿈."),
    ]
    assert report.problems == []
    assert dict(report.counts) == {
        "번역이 없음": 2,
        "확인되지 않은 번역(fuzzy)": 1,
        "옛 항목": 1,
    }
    moved = data.replace(b'msgid "Good."', b'#: ../x.rst:9\nmsgid "Good."')
    # 원문의 줄 번호만 다른 덩이는 다시 읽지 않습니다
    assert read_entries(moved, "b.po", report, seen) == []


BROKEN = [
    'msgid "Open\nmsgstr "열림"',
    'msgid "An "inner" quote"\nmsgstr "따옴표"',
    "nonsense",
    'msgstr "외톨이"',
]


@pytest.mark.parametrize("broken", BROKEN)
def test_malformed_po_is_reported_with_its_line_and_the_rest_is_kept(broken):
    data = po(
        ("First.", "처음."),
        broken,
        ("Last.", "끝."),
        broken,
        ("Very last.", "진짜 끝."),
    )
    report = Report()
    entries = read_entries(data, "x.po", report, set())
    assert entries == [
        ("First.", "처음."),
        ("Last.", "끝."),
        ("Very last.", "진짜 끝."),
    ]
    lines = data.decode().split("\n")
    places = [int(problem.split(":")[1]) for problem in report.problems]
    # 두 번째 것은 같은 덩이라 이미 보았습니다
    assert len(places) == 1 and lines[places[0] - 1] in broken
    assert report.problems[0].startswith("x.po:")


@pytest.mark.parametrize(
    ("english", "korean", "reason"),
    [
        ("a = 1\nb = 2", "a = 1  # 하나\nb = 2", "코드"),
        ("Broken ``code", "깨진 ``code", "깨진 표시나 기계 번역"),
        ("Use the name.", "이름을(를) 쓴다.", "깨진 표시나 기계 번역"),
        ("한글이 있다.", "한글이 있다.", "한쪽이 제 말이 아님"),
        ("One two three four five six.", "하나.", "길이가 어울리지 않음"),
        ("word " * 101, "낱말 " * 60, "100낱말보다 김"),
    ],
)
def test_unusable_pairs_are_counted_by_reason(english, korean, reason):
    report = Report()
    assert list(clean_pairs(english, korean, report)) == [] and dict(report.counts) == {
        reason: 1
    }


def sentence(i):
    """i마다 글자가 다른 문장 쌍.

    수만 다른 글은 같은 글로 보므로 글자로 다르게 합니다.
    """
    name = "".join(chr(ord("a") + int(digit)) for digit in str(i))
    return f"The word {name} is used here.", f"여기서는 {name} 낱말을 쓴다."


@pytest.fixture
def tiny_docs(tmp_path, monkeypatch):
    """문서 마흔 개를 두 판으로.

    판마다 같은 항목, 문서마다 나오는 글, 한쪽만 같은 글이 있습니다.
    """
    shared = ("Added in version 3.8.", "버전 3.8에 추가되었습니다 그리고.")
    new, old = {}, {}
    for d in range(40):
        own = [sentence(10 * d + k) for k in range(5)]
        new[f"doc{d:02}.po"] = po(
            *own, shared, (f"Half {'x' * d}.", "반만 같은 글이다.")
        )
        old[f"doc{d:02}.po"] = po(*own[:3], (f"Old {own[3][0]}", f"옛 {own[3][1]}"))
    sources = []
    for version, members in (("new", new), ("old", old)):
        path = f"python/python-docs-ko/tar.gz/{version}"
        put(tmp_path / "mirror", f"{HOST}/{path}", tarball(members))
        sources.append(tar_source(path, members, r".*\.po"))
    corpus = CORPORA["docs"]
    monkeypatch.setitem(
        CORPORA, "docs", type(corpus)(**vars(corpus) | {"sources": tuple(sources)})
    )
    monkeypatch.setattr(docs, "HELD_OUT", {"test": 24, "dev": 12})
    return tmp_path


def make(folder, name="cache"):
    return fetch(
        "docs", mirror=str(folder / "mirror"), cache=folder / name, say=lambda _: None
    )


def test_docs_are_split_by_file_without_any_overlap(tiny_docs):
    info = make(tiny_docs)
    splits = {
        split: load_pairs("docs", split, tiny_docs / "cache")
        for split in ("train", "dev", "test")
    }
    assert len(splits["dev"]) == 12 and len(splits["test"]) == 24
    for side in (0, 1):
        texts = {
            split: {pair[side] for pair in found} for split, found in splits.items()
        }
        assert (
            not texts["train"] & (texts["dev"] | texts["test"])
            and not texts["dev"] & texts["test"]
        )

    def documents(split):  # 낱말의 끝 글자만 다른 다섯 문장이 한 문서입니다
        return {
            re.search(r"word (\w*)\w ", en)[1]
            for _, en in splits[split]
            if "word" in en
        }

    assert not documents("train") & (documents("dev") | documents("test"))
    assert not documents("dev") & documents("test") and len(documents("train")) >= 20
    assert not any(
        "추가되었습니다" in ko or "반만" in ko
        for ko, _ in splits["dev"] + splits["test"]
    )
    assert len(set(splits["train"])) == len(splits["train"])
    assert info["counts"]["PO 파일"] == 80 and info["counts"]["다른 곳과 같은 항목"] > 0


def test_docs_are_the_same_every_time(tiny_docs):
    assert make(tiny_docs)["sha256"] == make(tiny_docs, "other")["sha256"]
    for split in ("train", "dev", "test"):
        first, second = (
            tiny_docs / cache / "docs" / f"{split}.tsv" for cache in ("cache", "other")
        )
        assert first.read_bytes() == second.read_bytes()


def test_docs_that_are_too_few_are_refused(tiny_docs, monkeypatch):
    monkeypatch.setattr(docs, "HELD_OUT", {"test": 1000})
    with pytest.raises(CorpusError, match=r"test에 둘 쌍이 모자랍니다: \d+ / 1,000"):
        make(tiny_docs)


def test_text_key_sees_through_spelling_only():
    assert (
        docs.text_key("Added in  3.8.")
        == docs.text_key("added in 3,12")
        != docs.text_key("Added in x.")
    )


def ratings(folder, split, *lines):
    return put(
        folder,
        f"ratings_{split}.txt",
        "\n".join(["id\tdocument\tlabel", *lines, ""]).encode(),
    )


def test_nsmc_keeps_quotes_and_empty_texts_and_reports_bad_lines(tmp_path):
    lines = [
        '1\t"따옴표로 시작\t1',
        "2\t\t0",
        '3\t"둘째"\t0',
        "4\t칸이 둘",
        "x\t번호\t1",
        "5\t글\t2",
    ]
    train, test = (
        ratings(tmp_path, "train", *lines),
        ratings(tmp_path, "test", "9\t좋다\t1"),
    )
    report = Report()
    splits = build_nsmc([(None, train), (None, test)], tmp_path, report)
    assert (tmp_path / "train.tsv").read_text(
        "utf8"
    ) == '1\t"따옴표로 시작\n0\t\n0\t"둘째"\n'
    places = [problem.split(": ")[0] for problem in report.problems]
    assert places == [f"ratings_train.txt:{line}" for line in (5, 6, 7)]
    assert report.counts["train의 빈 글"] == 1 and splits.summary()["test"]["rows"] == 1


def film(number, *reviews):
    rows = [
        {"review_id": f"{number}{i}", "review": text} for i, text in enumerate(reviews)
    ]
    return f"raw/{number}.json", json.dumps(rows, ensure_ascii=False).encode()


@pytest.fixture
def raw(tmp_path):
    """영화 400편으로 만든 (나뉜 글, 기록). 영화마다 남을 글은 둘입니다."""
    test = ratings(
        tmp_path, "test", "00\t번호로 뺀다\t1", "77\t글로  뺀다\t0", "78\t\t0"
    )
    reviews = ["영화평\n둘째 줄", "글로 뺀다 ", "되풀이", "되풀이", " "]
    films = dict(film(n, f"{n}번 {reviews[0]}", *reviews[1:]) for n in range(400))
    films |= {
        "raw/900.json": b"{",
        "raw/901.json": b'{"a": 1}',
        "raw/902.json": b'[3, {"review": "x"}]',
    }
    path = put(tmp_path, "raw.tar.gz", tarball(films | {"README.md": b"x"}))
    report, source = Report(), tar_source("raw", films, r"raw/\d+\.json")
    splits = build_raw([(None, test), (source, path)], tmp_path, report)
    return {
        split: (tmp_path / f"{split}.txt").read_text("utf8")
        for split in splits.summary()
    }, report


def test_raw_reviews_hold_out_whole_films(raw):
    texts, _ = raw
    assert set(texts) == {"train", "dev", "test"}
    for number in range(1, 400):
        block = f"\n{number}번 영화평 둘째 줄\n되풀이\n\n"
        assert [split for split, text in texts.items() if block in f"\n{text}"] == [
            film_split(str(number))
        ]


def test_raw_reviews_of_the_test_are_dropped_by_id_and_by_text(raw):
    texts, report = raw
    lines = "".join(texts.values()).split("\n")
    # 첫 영화의 첫 글은 번호가 00
    assert "0번 영화평 둘째 줄" not in lines and "글로 뺀다" not in lines
    assert report.counts["nsmc test와 번호가 같아 뺌"] == 1
    assert report.counts["nsmc test와 글이 같아 뺌"] == 400
    assert report.counts["한 영화에서 되풀이"] == report.counts["빈 글"] == 400
    assert len([line for line in lines if line]) == 400 * 2 - 1


def test_malformed_films_are_reported_with_their_place(raw):
    _, report = raw
    places = [problem.split(": ")[0] for problem in report.problems]
    assert places == [
        "raw/900.json:1",
        "raw/901.json:1",
        "raw/902.json:1",
        "raw/902.json:2",
    ]


def test_film_split_is_about_one_percent_each_and_fixed():
    places = [film_split(str(number)) for number in range(20_000)]
    for split in ("dev", "test"):
        assert 0.008 < places.count(split) / len(places) < 0.012
    assert places == [film_split(str(number)) for number in range(20_000)]


def test_loaders_say_what_to_do(tmp_path):
    with pytest.raises(CorpusError, match="jumok data fetch docs"):
        load_pairs("docs", "train", tmp_path)
    with pytest.raises(CorpusError, match="load_reviews로"):
        load_pairs("nsmc", "train", tmp_path)
    with pytest.raises(CorpusError, match=r"'dev'이 없습니다. 있는 것: train, test"):
        load_reviews("nsmc", "dev", tmp_path)
    with pytest.raises(CorpusError, match="nsmc-raw"):
        load_texts("nsmc-raw", "train", tmp_path)
    with pytest.raises(
        CorpusError, match=f"'없음'이라는 자료는 없습니다.*: {', '.join(CORPORA)}"
    ):
        load_pairs("없음")


def test_changed_file_is_noticed_when_loading(tiny_docs):
    make(tiny_docs)
    path = tiny_docs / "cache" / "docs" / "dev.tsv"
    path.write_text(path.read_text("utf8") + "더함\tadded\n", "utf8")
    with pytest.raises(CorpusError, match="jumok data fetch docs --again"):
        load_pairs("docs", "dev", tiny_docs / "cache")
    (tiny_docs / "cache" / "docs" / "info.json").write_text("{", "utf8")
    with pytest.raises(CorpusError, match="기록을 읽지 못했습니다"):
        load_pairs("docs", "train", tiny_docs / "cache")
    make(tiny_docs)
    assert len(load_pairs("docs", "dev", tiny_docs / "cache")) == 12


def test_default_cache_is_the_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.delenv("JUMOK_DATA", raising=False)
    assert cache_folder().is_absolute() and cache_folder().name == "jumok"
    monkeypatch.setenv("JUMOK_DATA", str(tmp_path))
    assert cache_folder() == tmp_path and cache_folder("~/x") == Path.home() / "x"


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("unix.Unix", ".cache/jumok"),
        ("macos.MacOS", "Library/Caches/jumok"),
        ("windows.Windows", "AppData/Local/jumok"),
    ],
)
def test_default_cache_is_where_earlier_editions_put_it(
    monkeypatch, tmp_path, system, place
):
    """platformdirs로 바꾸기 전의 자리와 같아야 받아 둔 자료를 다시 받지 않습니다."""
    module, name = system.split(".")
    kind = getattr(import_module(f"platformdirs.{module}"), name)
    for variable in ("JUMOK_DATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", r"C:\AppData\Local")
    monkeypatch.setattr("platformdirs.PlatformDirs", kind)
    assert cache_folder().as_posix().replace("\\", "/").endswith(place)


def test_lines_are_split_at_newlines_only():
    assert read_lines("가\u2028나\x0b다\r\n라\n".encode(), "x") == [
        "가\u2028나\x0b다",
        "라",
    ]
    assert read_lines(b"", "x") == [] and read_lines(b"\n\na", "x") == ["", "", "a"]
