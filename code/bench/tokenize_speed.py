"""BPE의 속도: 읽으려고 쓴 것과 tokenizers 라이브러리를 같은 글에서 잽니다.

    python code/bench/tokenize_speed.py 글.txt                         한 줄이 한 문장
    python code/bench/tokenize_speed.py ratings_train.txt --column 1   NSMC의 글 열

앞의 --train줄에서 규칙 --merges개를 배우고, 그다음 --test줄을 두 번 번호로 바꿉니다.
첫째는 외운 조각 없이, 둘째는 외운 조각으로 합니다.
한 코어의 CPU 시간이라 다른 일이 끼어들어도 덜 흔들립니다.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

os.environ.setdefault("RAYON_NUM_THREADS", "1")  # 라이브러리도 한 스레드로 견줍니다.

from jumok.text import BpeTokenizer, LibraryBpe
from jumok.text.bpe import BASE, choose_alphabet, count_words
from jumok.text.tokenizer import Tokenizer

COVERAGE = 0.9995
HEAD = ("", "배우기(초)", "처음 번호로(MB/초)", "다시 번호로(MB/초)", "문장당 토큰")


def main() -> None:
    """인자를 읽고, 재고, 표를 냅니다."""
    args = arguments()
    texts = read(args.texts, args.column)
    train = texts[: args.train]
    test = texts[args.train : args.train + args.test]
    n_letters = len(choose_alphabet(count_words(train), COVERAGE, 10**6))
    vocab_size = len(BASE) + n_letters + args.merges
    size = sum(len(text.encode()) for text in test) / 1e6
    cpu = platform.processor() or platform.machine()
    print(f"{cpu}, Python {platform.python_version()}")
    print(
        f"배우는 문장 {len(train):,}, 알파벳 {n_letters:,}, 규칙 {args.merges:,}, "
        f"견주는 글 {size:.1f} MB\n"
    )
    print(row(HEAD))
    print(row(["---"] * len(HEAD)))
    learned = []
    encoded = []
    for name, kind in (("주목", BpeTokenizer), ("tokenizers", LibraryBpe)):
        seconds, bpe = timed(partial(kind.from_texts, train, vocab_size, COVERAGE))
        learned.append(bpe)
        # 같은 규칙으로 견주도록 번호로 바꾸는 일은 우리가 배운 규칙으로 합니다.
        rules = learned[0]
        fresh = kind(rules.alphabet, rules.merges)
        first, ids = timed(partial(encode_all, fresh, test))
        again, _ = timed(partial(encode_all, fresh, test))
        encoded.append(ids)
        per_sentence = sum(map(len, ids)) / len(test)
        cells = [f"{seconds:.1f}", f"{size / first:.2f}", f"{size / again:.2f}"]
        print(row([name, *cells, f"{per_sentence:.2f}"]), flush=True)
    same = sum(a == b for a, b in zip(*encoded, strict=True))
    print(f"\n같게 자른 문장: {same:,} / {len(test):,}")
    ours, theirs = (set(bpe.merges) for bpe in learned)
    share = len(ours & theirs) / max(1, len(ours))
    print(f"따로 배운 규칙 가운데 같은 것: {share:.1%}")


def encode_all(bpe: Tokenizer, texts: list[str]) -> list[list[int]]:
    """글들을 모두 번호로."""
    return [bpe.encode(text) for text in texts]


def row(values: Iterable[str]) -> str:
    """Markdown 표의 한 줄."""
    return f"| {' | '.join(values)} |"


def arguments() -> argparse.Namespace:
    """명령줄 인자."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", help="UTF-8 글. 한 줄이 한 문장")
    parser.add_argument(
        "--column", type=int, help="탭으로 나눈 열의 번호(0부터). 없으면 줄 전체"
    )
    parser.add_argument("--train", type=int, default=100_000)
    parser.add_argument("--test", type=int, default=40_000)
    parser.add_argument("--merges", type=int, default=8000)
    return parser.parse_args()


def read(path: str, column: int | None) -> list[str]:
    """빈 줄을 뺀 문장들. 열을 고르면 첫 줄(머리글)은 뺍니다."""
    lines = Path(path).read_text("utf8").split("\n")
    if column is not None:
        lines = [line.split("\t")[column] for line in lines[1:] if line]
    return [line for line in lines if line]


def timed(work: Callable) -> tuple[float, object]:
    """일에 든 CPU 시간(초)과 그 결과."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


if __name__ == "__main__":
    main()
