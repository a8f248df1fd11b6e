"""노트북을 새 커널에서 실행하고 출력을 저장합니다.

다른 컴퓨터에서 다시 해도 차이가 남지 않게 정리합니다.

쓰는 법: python book/tools/run_notebooks.py chapters/04_scaled_dot_product.ipynb [...]
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

KERNEL = {
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "name": "python3",
}
# 셀에 남겨도 되는 메타데이터. 실행 시각처럼 돌릴 때마다 달라지는 것은 버립니다.
KEEP = {"tags", "nbgrader", "mystnb", "jupyter"}
# 이 꼬리표가 있는 칸은 진행 막대를 저장하지 않습니다. myst-nb의 이름입니다.
NO_STDERR = "remove-stderr"


def main(paths: list[str]) -> int:
    failed = [path for path in paths if not execute(Path(path))]
    if failed:
        print(f"✘ 실행하지 못한 노트북: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def execute(path: Path) -> bool:
    """노트북 하나를 실행해 저장합니다.

    오류가 나면 파일을 그대로 두고 False를 돌려줍니다.
    """
    if not path.is_file():
        print(f"✘ {path}: 그런 노트북이 없습니다.", file=sys.stderr)
        return False
    notebook = nbformat.read(path, as_version=4)
    started = time.monotonic()
    try:
        NotebookClient(
            notebook, timeout=900, resources={"metadata": {"path": str(path.parent)}}
        ).execute()
    except CellExecutionError as error:
        print(f"✘ {path}: {error}", file=sys.stderr)
        return False
    tidy(notebook)
    write_atomically(notebook, path)
    print(f"✔ {path}: {time.monotonic() - started:.0f}초", flush=True)
    return True


def tidy(notebook: nbformat.NotebookNode) -> None:
    """메타데이터를 정해진 것만 남기고, 이어진 같은 이름의 stream을 하나로 합칩니다."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {k: v for k, v in cell.metadata.items() if k in KEEP}
        )
        if cell.cell_type == "code":
            kept = [
                o
                for o in cell.outputs
                if not (NO_STDERR in cell.metadata.get("tags", []) and is_stderr(o))
            ]
            cell.outputs = merge_streams(kept)


def is_stderr(output: nbformat.NotebookNode) -> bool:
    """진행 막대처럼 stderr로 나온 출력인지."""
    return output.output_type == "stream" and output.name == "stderr"


def merge_streams(outputs: list) -> list:
    merged: list = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    return merged


def write_atomically(notebook: nbformat.NotebookNode, path: Path) -> None:
    draft = path.with_suffix(".tmp")
    nbformat.write(notebook, draft)
    os.replace(draft, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
