"""기록의 성적을 표로 적습니다. 기록 쪽을 만드는 도구가 부릅니다."""

from collections.abc import Iterable, Iterator
from typing import Any

from jumok.training.record import Record

NUMBERS = {
    "best_dev_loss": "가장 낮은 dev 손실",
    "dev_loss": "평균한 모델의 dev 손실",
    "test_loss": "시험 손실",
    "test_mlm_accuracy": "가린 토큰을 맞힌 몫",
    "test_nsp_accuracy": "다음 문장을 맞힌 몫",
    "test_bits_per_character": "글자당 비트",
    "test_ngram_bits_per_character": "5-gram의 글자당 비트",
    "test_accuracy": "맞힌 몫",
    "alignment_error_rates": "층마다의 정렬 오류율",
    "runs": "실행의 수",
}
SHARES = ("accuracy", "exact_match")
TESTS = {"test": "시험", "test_long": "배운 것보다 긴 시험"}
CHANGES = {
    "base": "기준",
    "no-warmup": "워밍업 없음",
    "paper-schedule": "논문의 일정",
    "no-smoothing": "스무딩 없음",
    "no-dropout": "드롭아웃 없음",
    "dropout-0.3": "드롭아웃 0.3",
    "untied": "행렬 따로",
    "pre-norm": "정규화를 앞에",
}
STARTS = {"svm": "글자 SVM", "scratch": "처음부터", "pretrained": "사전 학습한 BERT"}
RUN = {
    "n_parameters": "매개변수",
    "steps": "걸음",
    "minutes": "분",
    "tokens_per_second": "토큰/초",
    "dev_loss": "dev 손실",
}
SCORES = {
    "dev_loss": "dev 손실",
    "bleu": "BLEU",
    "chrf": "chrF",
    "exact_match": "완전 일치",
    "sentences": "문장",
    "decode_seconds": "푼 초",
}


def scores(record: Record) -> Iterator[str]:
    """성적의 표들."""
    results = record.results
    if tests := record.card["result"].get("tests"):
        yield score_table(
            "시험 자료", {TESTS.get(name, name): row for name, row in tests.items()}
        )
    if found := results.get("scores"):
        yield "견준 성적:\n\n" + score_table("무엇", found)
    if found := results.get("cards"):
        rows = (
            (name, *(brief(row, key) for key in RUN)) for name, row in found.items()
        )
        yield "견준 실행:\n\n" + table("무엇", *RUN.values(), rows=rows)
    if found := results.get("rows"):
        rows = {
            f"{CHANGES.get(row['name'], row['name'])}, 씨앗 {row['seed']}": row
            for row in found
        }
        yield score_table("바꾼 것", rows)
    if found := results.get("labels"):
        yield "이름표의 수마다 감정을 맞힌 몫(시험 자료):\n\n" + label_table(found)


def cell(row: dict[str, Any], key: str) -> str:
    """표의 칸 하나. 없으면 줄표입니다."""
    return number(key, row[key]) if row.get(key) is not None else "–"


def score_table(what: str, rows: dict[str, dict]) -> str:
    """BLEU와 chrF의 표와 서명."""
    keys = {
        key: name
        for key, name in SCORES.items()
        if any(key in row for row in rows.values())
    }
    made = ((name, *(brief(row, key) for key in keys)) for name, row in rows.items())
    signed = ("bleu_signature", "chrf_signature")
    signatures = dict.fromkeys(
        row[key] for key in signed for row in rows.values() if key in row
    )
    listed = ", ".join(f"`{text}`" for text in signatures)
    return table(what, *keys.values(), rows=made) + (
        f"\n\nsacreBLEU의 서명: {listed}" if listed else ""
    )


def brief(row: dict[str, Any], key: str) -> str:
    """점수와 시간은 소수 한 자리까지."""
    if key in ("bleu", "chrf", "decode_seconds", "minutes") and key in row:
        return f"{row[key]:.1f}"
    return cell(row, key)


def label_table(rows: list[dict]) -> str:
    """이름표의 수를 줄, 시작을 칸으로."""
    kinds = list(dict.fromkeys(row["start"] for row in rows))
    found = {(row["n_labels"], row["start"]): row for row in rows}
    counts = sorted({row["n_labels"] for row in rows})
    body = (
        (f"{n:,}", *(cell(found.get((n, kind), {}), "test_accuracy") for kind in kinds))
        for n in counts
    )
    return table("이름표", *(STARTS.get(kind, kind) for kind in kinds), rows=body)


def number(key: str, value: Any) -> str:
    """카드의 값 하나를 글로."""
    if isinstance(value, list):
        return ", ".join(number(key, x) for x in value)
    if isinstance(value, float):
        return (
            f"{100 * value:.1f}\N{NO-BREAK SPACE}%"
            if any(word in key for word in SHARES)
            else f"{value:.3f}"
        )
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(*head: str, rows: Iterable[Iterable[str]], left: int = 1) -> str:
    """Markdown 표. 앞의 left칸은 글이고 나머지는 수이므로 오른쪽에 맞춥니다."""
    align = ["---"] * left + ["--:"] * (len(head) - left)
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, align, *rows])
