"""끝난 실행의 카드와 곡선을 패키지의 기록으로 옮깁니다.

장은 `load_record(이름)`으로 읽습니다.

    python code/bench/store_record.py runs/bert-nsmc-cpu bert-nsmc-cpu --model

--model을 주면 가중치도 16비트로 줄여 함께 둡니다(작은 모델만).
"""

import argparse
import sys
from pathlib import Path

from jumok.training.record import RECORDS, store_record

LIMIT = 10 * 2**20  # 저장소에 넣을 모델의 크기


def main() -> int:
    """인자를 읽고 옮깁니다. 끝나지 않은 실행이거나 모델이 너무 크면 1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="실행 폴더")
    parser.add_argument("name", help="기록의 이름")
    parser.add_argument("--model", action="store_true", help="가중치도 함께")
    parser.add_argument(
        "--note", default="", help="카드에 적을 말(바쁜 기계였다, 도중에 걸음을 줄였다)"
    )
    parser.add_argument("--root", type=Path, default=RECORDS, help="기록을 두는 곳")
    args = parser.parse_args()
    weights = args.run / "model.safetensors"
    if not (args.run / "card.json").exists() or (args.model and not weights.exists()):
        print(
            f"{args.run}은(는) 끝난 실행이 아닙니다. "
            "`jumok train`을 끝까지 돌려 주세요.",
            file=sys.stderr,
        )
        return 1
    if args.model and weights.stat().st_size / 2 > LIMIT:
        size = weights.stat().st_size / 2**21
        print(
            f"모델이 16비트로도 {size:.0f} MiB입니다. 10 MiB까지만 저장소에 둡니다.",
            file=sys.stderr,
        )
        return 1
    print(store_record(args.run, args.name, args.model, args.root, args.note))
    return 0


if __name__ == "__main__":
    sys.exit(main())
