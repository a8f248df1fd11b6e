"""자료 쪽(book/data.md)을 만듭니다.

수와 보기는 받아 둔 자료에서 재어 book/runs/data.json에 둡니다. 모두 다시 재려면 자료를
모두 받아 두어야 하고 몇 분 걸립니다.

python book/tools/make_data_page.py            # 모두 다시 잽니다
python book/tools/make_data_page.py grammar    # 내장 말뭉치만 다시 잽니다
python book/tools/make_data_page.py docs       # 그 자료의 줄 수와 해시만 다시 잽니다
python book/tools/make_data_page.py page       # 재지 않고 쪽만 다시 씁니다
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from string import Template

from jumok.text.corpora import (
    CORPORA,
    CorpusError,
    corpus_info,
    load_dialogues,
    load_pairs,
    load_reviews,
)

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "data.md"
RUN = ROOT / "book" / "runs" / "data.json"
TEMPLATE = Path(__file__).with_name("data_page.md")
UNIT = {"pairs": "쌍", "reviews": "개", "texts": "개", "dialogues": "쌍"}


def cards() -> dict[str, dict]:
    """받는 자료마다의 기록. 아직 받지 않은 자료가 있으면 CorpusError."""
    return {name: card(name) for name, corpus in CORPORA.items() if not corpus.built_in}


def card(name: str) -> dict:
    """자료 하나의 기록 가운데 어느 컴퓨터에서나 같은 것."""
    info = corpus_info(name)
    if info is None:
        raise CorpusError(f"먼저 부르세요: jumok data fetch {name}")
    return {
        key: info[key] for key in ("version", "sha256", "splits", "counts", "skipped")
    }


def baselines() -> dict[str, float]:
    """docs의 test에서, 아무것도 배우지 않은 두 방법의 한영 BLEU."""
    from jumok.training.baselines import copy_source, nearest_translations
    from jumok.training.metrics import corpus_scores

    train, test = load_pairs("docs", "train"), load_pairs("docs", "test")
    sources, wanted = zip(*test, strict=True)
    answers = {
        "copy": copy_source(sources),
        "neighbour": nearest_translations(train, sources),
    }
    return {
        name: round(corpus_scores(said, wanted)["bleu"], 1)
        for name, said in answers.items()
    }


def samples() -> dict[str, list]:
    """보기. 길이와 낱말의 조건에 맞는 것 가운데 해시의 차례로 앞의 것들입니다."""

    def middling(pair: tuple[str, str]) -> bool:
        return 7 <= len(pair[0].split()) <= 14 and "()" not in pair[0]

    pairs = [
        pair
        for pair in load_pairs("docs", "dev") + load_pairs("docs", "test")
        if middling(pair)
    ]
    texts, labels = load_reviews("nsmc", "train")
    rows = zip(texts, labels, strict=True)
    reviews = [
        row
        for row in rows
        if 15 <= len(row[0]) <= 40 and "영화" in row[0] and "감독" not in row[0]
    ]
    return {
        "docs": first(pairs, 6),
        "nsmc": first((row for row in reviews if row[1] == 1), 2)
        + first((row for row in reviews if row[1] == 0), 2),
        "chatbot": first(load_dialogues("chatbot"), 4),
    }


def first(rows: Iterable[tuple], number: int) -> list[list]:
    """해시의 차례로 앞의 몇 줄. 손으로 고르지 않습니다."""
    order = sorted(rows, key=lambda row: hashlib.sha256(repr(row).encode()).hexdigest())
    return [list(row) for row in order[:number]]


def grammar() -> dict:
    """내장 말뭉치의 나뉨과 보기."""
    from jumok.text.grammar import generate, splits

    parts = {name: len(pairs) for name, pairs in vars(splits()).items()}
    return {
        "splits": parts,
        "samples": [[pair.korean, pair.english] for pair in generate(8)],
    }


def tokenizations() -> dict[str, list[list]]:
    """nsmc와 docs의 한국어를 다섯 가지로 잘라 견준 것.

    어휘는 학습 자료에서 배우고 시험 자료를 자릅니다.
    """
    from jumok.text import LibraryBpe, compare_tokenizations

    korean = {
        split: [ko for ko, _ in load_pairs("docs", split)]
        for split in ("train", "test")
    }
    reviews = {split: load_reviews("nsmc", split)[0] for split in ("train", "test")}
    return {
        name: [
            list(vars(row).values())
            for row in compare_tokenizations(*texts.values(), bpe=LibraryBpe)
        ]
        for name, texts in (("nsmc", reviews), ("docs", korean))
    }


def nsmc_quotes() -> int:
    """따옴표로 시작하는 학습 글의 수."""
    return sum(text.startswith('"') for text in load_reviews("nsmc", "train")[0])


PARTS = {
    "corpora": cards,
    "baselines": baselines,
    "samples": samples,
    "nsmc_quotes": nsmc_quotes,
    "tokenizations": tokenizations,
    "grammar": grammar,
}


def render(run: dict) -> str:
    """잰 것에서 쪽 전체를 만듭니다."""
    template = Template(TEMPLATE.read_text("utf8"))
    known, shown = run["corpora"], run["samples"]
    docs, nsmc = known["docs"], known["nsmc"]["counts"]
    reviews = [(text, "긍정" if label else "부정") for text, label in shown["nsmc"]]
    cards = {place_of(name): facts(name, value) for name, value in known.items()}
    told = set(template.get_identifiers())
    return template.substitute(
        cards,
        overview=overview(known),
        other_sections="".join(
            section(name, value)
            for name, value in known.items()
            if place_of(name) not in told
        ),
        grammar=grammar_section(run["grammar"]),
        docs_counts=counts(docs),
        docs_test=f"{docs['splits']['test']['rows']:,}",
        docs_samples=table("한국어", "영어", rows=shown["docs"]),
        bleu_copy=f"{run['baselines']['copy']:.1f}",
        bleu_neighbour=f"{run['baselines']['neighbour']:.1f}",
        nsmc_quotes=f"{run['nsmc_quotes']:,}",
        nsmc_empty_train=nsmc["train의 빈 글"],
        nsmc_empty_test=nsmc["test의 빈 글"],
        nsmc_samples=table("영화평", "라벨", rows=reviews),
        raw_counts=counts(known["nsmc-raw"]),
        chatbot_samples=table("한마디", "대답", rows=shown["chatbot"]),
        tokenizations=tokenization_table(run["tokenizations"]),
        skipped=sum(corpus["skipped"] for corpus in known.values()),
    )


def place_of(name: str) -> str:
    """템플릿에서 자료의 표가 놓이는 자리의 이름. docs → docs_card"""
    return f"{name.replace('-', '_')}_card"


def section(name: str, value: dict) -> str:
    """따로 쓴 글이 없는 자료의 절: 제목과 표."""
    title = CORPORA[name].title
    parts = [f"## {name}: {title}", facts(name, value)]
    parts += [counts(value)] if value["counts"] else []
    return "".join(f"{part}\n\n" for part in parts)


def overview(known: dict) -> str:
    """모든 자료의 표."""
    rows = [
        (
            f"`{name}`",
            CORPORA[name].title,
            CORPORA[name].licence,
            sizes(name, value),
            f"`{value['sha256'][:12]}`",
        )
        for name, value in known.items()
    ]
    return table("이름", "무엇", "라이선스", "크기", "만든 자료의 이름", rows=rows)


def sizes(name: str, value: dict) -> str:
    """나뉨마다의 줄 수."""
    unit = UNIT[CORPORA[name].kind]
    return ", ".join(
        f"{split} {part['rows']:,}{unit}" for split, part in value["splits"].items()
    )


def facts(name: str, value: dict) -> str:
    """자료 하나의 라이선스, 인용, 주소, 해시."""
    corpus = CORPORA[name]
    homes = dict.fromkeys(home(source.url) for source in corpus.sources)
    places = ", ".join(map(link, homes))
    rows = [
        ("받기", f"`jumok data fetch {name}`"),
        ("라이선스", corpus.licence),
        ("인용", re.sub(r"https://\S+", lambda found: link(found[0]), corpus.citation)),
        ("주소", places),
        ("크기", sizes(name, value)),
        *(
            (f"{split}의 SHA-256", f"`{part['sha256']}`")
            for split, part in value["splits"].items()
        ),
    ]
    return table("항목", "값", rows=rows)


def link(address: str) -> str:
    """글자가 주소와 다른 고리. 같으면 테마가 없는 글꼴의 그림을 앞에 붙입니다."""
    return f"[{address.removeprefix('https://')}]({address})"


def home(url: str) -> str:
    """받는 주소가 속한 GitHub 저장소. 다른 곳의 파일이면 그 주소 그대로입니다."""
    found = re.search(r"\.github(?:usercontent)?\.com/([^/]+/[^/]+)/", url)
    return f"https://github.com/{found[1]}" if found else url


def counts(value: dict) -> str:
    """만들면서 센 것."""
    return table(
        "만들면서 센 것",
        "수",
        rows=[(what, f"{number:,}") for what, number in value["counts"].items()],
    )


def grammar_section(value: dict) -> str:
    """내장 말뭉치의 크기와 보기."""
    parts = ", ".join(
        f"{name} {number:,}쌍" for name, number in value["splits"].items()
    )
    samples = table("한국어", "영어", rows=value["samples"])
    return f"`splits()`가 주는 나뉨은 {parts}입니다.\n\n{samples}"


def tokenization_table(value: dict[str, list[list]]) -> str:
    """두 자료를 나란히 놓은 토큰화의 표."""
    rows = []
    for both in zip(*value.values(), strict=True):
        cells = (
            (f"{size:,}", f"{length:.1f}", share(unknown))
            for _, size, length, unknown in both
        )
        rows.append((both[0][0], *chain.from_iterable(cells)))
    head = [
        f"{name} {what}"
        for name in value
        for what in ("어휘", "토큰/문장", "모르는 몫")
    ]
    return table("토큰화", *head, rows=rows)


def share(x: float) -> str:
    """몫을 퍼센트로. 0이면 0, 아주 작으면 유효 숫자 하나."""
    return "0" if x == 0 else f"{x:.1%}" if x >= 0.001 else f"{100 * x:.1g}%"


def table(*head: str, rows: Iterable[Iterable[object]]) -> str:
    """Markdown 표. 칸 안의 |와 *와 _는 글자로 보이게 합니다."""
    lines = [head, ["---"] * len(head), *(map(escape, row) for row in rows)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def escape(cell: object) -> str:
    """표와 강조로 읽히는 글자를 막습니다. 코드와 주소는 그대로 둡니다."""
    text = str(cell)
    if text.startswith("`") or "](http" in text:
        return text
    return re.sub(r"([|*_<>\[\]$~\\`])", r"\\\1", text)


def main(argv: list[str]) -> None:
    """argv가 이르는 것을 재어 적고 쪽을 씁니다."""
    run = json.loads(RUN.read_text("utf8")) if RUN.is_file() else {}
    wanted = [] if argv == ["page"] else argv or list(PARTS)
    run |= {name: PARTS[name]() for name in wanted if name in PARTS}
    known = run["corpora"] | {n: card(n) for n in wanted if n not in PARTS}
    # 표의 차례는 자료의 목록을 따릅니다.
    run["corpora"] = {name: known[name] for name in CORPORA if name in known}
    RUN.write_text(json.dumps(run, ensure_ascii=False, indent=1) + "\n", "utf8")
    PAGE.write_text(render(run), "utf8")
    print(f"✔ {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
