"""배운 번역기를 웹 책의 「어텐션 들여다보기」(book/explorer.md)에 싣습니다.

같은 모델이면 파일도 같습니다.

    python code/bench/export_web.py code/jumok/records/translation-cpu-0

실행 폴더(runs/…)도 됩니다. 배운 자료의 어절도 함께 실으므로 내장 말뭉치를 만드는 데
30초쯤 걸립니다.
"""

import argparse
import json
import sys
from pathlib import Path

from jumok.apps.web import export_web
from jumok.training.checkpoint import BadCheckpoint
from jumok.training.corpus import load_corpus

FOLDER = Path(__file__).resolve().parents[2] / "book" / "_static" / "explorer" / "model"


def main() -> int:
    """인자를 읽고 옮깁니다. 옮길 수 없는 폴더이면 까닭을 말하고 1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="실행 폴더나 기록의 폴더")
    parser.add_argument("--out", type=Path, default=FOLDER, help="파일을 두는 곳")
    args = parser.parse_args()
    try:
        facts = json.loads((args.run / "run.json").read_text("utf8"))
        # 받은 말뭉치는 어절이 너무 많아 싣지 않습니다.
        known = load_corpus("grammar").train if facts.get("corpus") == "grammar" else []
        manifest = export_web(args.run, args.out, (source for source, _ in known))
    except (BadCheckpoint, ValueError, OSError) as error:
        print(f"옮길 수 없습니다: {error}", file=sys.stderr)
        return 1
    size = manifest["bytes"] / 1e6
    print(f"{args.out}: 매개변수 {manifest['n_parameters']:,}개, {size:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
