"""공격 모음: 노트북 파일 자체를 고친 것들.

함수마다 (쓸 바이트, 받아도 되는 점수)를 돌려줍니다.
"""

import json
import struct
from collections.abc import Callable

from attacks import FULL, GOOD, inside
from samples import CHOICE, answer, changed, code, sample_master, text

WRONG = inside("return x * 0.5")
FILES: dict[str, Callable[[], tuple[bytes, float]]] = {}


def attack(name: str) -> Callable:
    """이 이름으로 표에 더합니다."""

    def add(make: Callable) -> Callable:
        FILES[name] = make
        return make

    return add


def honest(**sources: str) -> dict:
    """학생의 노트북: 숨은 검사가 없고 답은 모두 맞습니다. sources로 답을 바꿉니다."""
    notebook = changed(sample_master(), **({"ex04_1": GOOD} | sources))
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].split("### BEGIN HIDDEN TESTS")[0].rstrip()
    return notebook


def dump(notebook: object) -> bytes:
    return json.dumps(notebook, ensure_ascii=False).encode("utf-8", "surrogatepass")


def cell_of(notebook: dict, key: str) -> dict:
    return next(cell for cell in notebook["cells"] if cell["id"] == key)


@attack("검사 칸을 지움")
def _no_tests():
    notebook = honest(ex04_1=WRONG)
    notebook["cells"] = [c for c in notebook["cells"] if not c["id"].endswith("-test")]
    return dump(notebook), 3


@attack("검사 칸을 고침")
def _edited_tests():
    notebook = honest(
        ex04_1=WRONG, ex04_1_test="print('✔')", ex04_3_test="raise SystemExit"
    )
    return dump(notebook), 3


@attack("검사 칸을 글로 바꾸고 건너뛰라는 꼬리표를 붙임")
def _skipped_tests():
    notebook = honest(ex04_1=WRONG)
    cell_of(notebook, "ex04-1-test")["cell_type"] = "markdown"
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "remove-cell", "nbval-skip"]
    return dump(notebook), 3


@attack("쉬운 답 칸을 여러 번 붙임")
def _many_easy():
    notebook = honest(ex04_1=WRONG)
    notebook["cells"] += [answer(CHOICE, "ex04-2") for _ in range(50)]
    return dump(notebook), 3


@attack("틀린 답과 맞는 답을 함께 냄")
def _both():
    notebook = honest(ex04_1=WRONG)
    notebook["cells"].append(answer(GOOD, "ex04-1"))
    return dump(notebook), 3


@attack("답 칸을 지움")
def _deleted():
    notebook = honest()
    notebook["cells"] = [c for c in notebook["cells"] if c["id"] != "ex04-1"]
    return dump(notebook), 3


@attack("칸의 차례를 뒤집음")
def _reversed():
    notebook = honest(ex04_1=WRONG)
    notebook["cells"].reverse()
    return dump(notebook), 3


@attack("점수를 고친 metadata")
def _points():
    notebook = honest(ex04_1=WRONG)
    for cell in notebook["cells"]:
        cell["metadata"].setdefault("nbgrader", {}).update(
            points=9999, max_points=9999, score=9999, locked=False
        )
    return dump(notebook), 3


@attack("문제 번호를 바꿔 단 metadata")
def _swapped_ids():
    notebook = honest(ex04_1=WRONG)
    one, other = (
        cell_of(notebook, key)["metadata"]["nbgrader"] for key in ("ex04-1", "ex04-3")
    )
    one["grade_id"], other["grade_id"] = "ex04-3", "ex04-1"
    return dump(notebook), 1


@attack("모든 칸이 같은 번호")
def _same_ids():
    notebook = honest(ex04_1=WRONG)
    for cell in notebook["cells"]:
        cell["id"] = "x"
        cell["metadata"]["nbgrader"] = {
            "grade_id": "ex04-2",
            "solution": True,
            "grade": True,
            "points": 6,
        }
    return dump(notebook), 3


@attack("자료형이 엉터리인 metadata")
def _odd_types():
    notebook = honest(ex04_1=WRONG)
    odd = [
        None,
        3,
        [],
        {},
        "x",
        [[]],
        {"nbgrader": 3},
        {"nbgrader": {"grade_id": []}},
        {"tags": 3},
    ]
    notebook["cells"] += [
        {"cell_type": kind, "metadata": item, "source": item, "id": item}
        for item in odd
        for kind in ("code", 3, None, {})
    ]
    notebook["cells"] += [None, 3, "x", [], {}]
    return dump(notebook), 3


@attack("자릿수가 오천인 문제 번호")
def _long_number():
    notebook = honest(ex04_1=WRONG)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader"):
            cell["metadata"]["nbgrader"]["grade_id"] = "ex" + "9" * 5000
        cell["id"] = None
    notebook["cells"] = [c for c in notebook["cells"] if "softmax" not in c["source"]]
    return dump(notebook), 3


@attack("같은 열쇠를 두 번 적은 JSON")
def _twice():
    data = dump(honest(ex04_1=WRONG))
    return data.replace(b'"source": ', b'"source": "x = 1", "source": ', 3), 0


@attack("빈 파일")
def _empty():
    return b"", 0


@attack("0으로 찬 파일")
def _zeros():
    return bytes(10_000), 0


@attack("잘린 파일")
def _truncated():
    data = dump(honest())
    return data[: len(data) // 2], 0


@attack("아주 큰 파일")
def _huge():
    return dump(honest()) + b" " * (21 * 2**20), 0


@attack("출력이 19 MiB인 노트북")
def _big_output():
    notebook = honest()
    notebook["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * (19 * 2**20)}
    ]
    return dump(notebook), FULL


@attack("빈 목록 칠백만 개")
def _many_lists():
    return b'{"cells": [' + b"[]," * (6 * 10**6) + b"[]]}", 0


@attack("칸 만 개")
def _many_cells():
    notebook = honest()
    notebook["cells"] += [code("x = 1", f"c{n}") for n in range(10_000)]
    return dump(notebook), 0


@attack("아주 긴 칸")
def _long_cell():
    return dump(honest(ex04_1=GOOD + "x = 1\n" * 10**6)), 0


@attack("UTF-8이 아닌 파일")
def _latin():
    return dump(honest()).replace("연습".encode(), b"\x80\xff\xfe"), 0


@attack("UTF-16 노트북")
def _utf16():
    return dump(honest()).decode().encode("utf-16"), FULL


@attack("cp949 노트북")
def _cp949():
    return json.dumps(honest(), ensure_ascii=True).encode("cp949"), FULL


@attack("nbformat 3 노트북")
def _old():
    cells = [
        dict(c, input=c["source"]) if c["cell_type"] == "code" else c
        for c in honest()["cells"]
    ]
    for cell in cells:
        if cell["cell_type"] == "code":
            del cell["source"]
    return dump(
        {
            "worksheets": [{"cells": cells}, None, {"cells": 3}],
            "nbformat": 3,
            "metadata": {},
        }
    ), FULL


@attack("끝없이 깊은 JSON")
def _deep():
    return b'{"cells": ' + b"[" * 10**6 + b"]" * 10**6 + b"}", 0


@attack("끝없이 깊은 식")
def _deep_code():
    parts = [
        "x = " + "(" * 20_000 + ")" * 20_000,
        "x = " + "-" * 90_000 + "1",
        "x = " + "+".join(["1"] * 40_000),
    ]
    notebook = honest(ex04_1=WRONG)
    notebook["cells"] += [code(part, f"d{n}") for n, part in enumerate(parts)]
    return dump(changed(notebook, ex04_3=parts[1])), 1


@attack("끝없이 긴 점(.) 사슬")
def _deep_dots():
    return dump(honest(ex04_1="my_softmax = np" + ".a" * 45_000)), 3


@attack("숨은 검사 표시를 사천 번")
def _marks():
    notebook = honest(ex04_1=WRONG)
    marks = ("### BEGIN HIDDEN TESTS\n" * 4000, "### END HIDDEN TESTS\n" * 4000)
    notebook["cells"] += [code(mark, f"m{n}") for n, mark in enumerate(marks * 2)]
    return dump(notebook), 3


@attack("짝 없는 글자와 NUL")
def _surrogates():
    notebook = honest(ex04_1=f"{WRONG}\nx = '\ud800'")
    notebook["cells"].append(code("x = '\0'", "\ud800"))
    return json.dumps(notebook).encode(), 3


@attack("아주 큰 수와 NaN")
def _numbers():
    data = dump(honest(ex04_1=WRONG))
    return data.replace(
        b'"nbformat": 4', b'"nbformat": NaN, "x": 1e999999, "y": ' + b"9" * 4000
    ), 3


@attack("자릿수가 백만인 수")
def _long_integer():
    return dump(honest()).replace(b'"nbformat": 4', b'"nbformat": ' + b"9" * 10**6), 0


@attack("출력에 든 pickle과 HTML")
def _pickles():
    notebook = honest(ex04_1=WRONG)
    evil = "cos\nsystem\n(S'touch @CANARY@.new'\ntR."
    data = {
        "application/x-python-pickle": evil,
        "text/html": "<script>alert(1)</script>",
        "application/javascript": "alert(1)",
    }
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "display_data", "data": data, "metadata": {}}
            ]
    return dump(notebook), 3


@attack("첨부와 위젯에 든 스크립트")
def _attachments():
    notebook = honest(ex04_1=WRONG)
    notebook["metadata"]["widgets"] = {"x": "<script>alert(1)</script>"}
    notebook["cells"].append(
        text("![x](attachment:x)<script>alert(1)</script>", "att")
        | {"attachments": {"x": {"text/html": "<script>"}}}
    )
    return dump(notebook), 3


@attack("다른 장의 노트북")
def _other_chapter():
    return json.dumps(honest()).replace("ex04-", "ex05-").replace(
        "my_softmax", "f"
    ).encode(), 3


@attack("노트북이 아닌 파일")
def _binary():
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) * 1000, 0


@attack("정답의 지문을 답으로 냄")
def _digest_as_answer():
    from jumok.course import digest

    return dump(honest(ex04_1=WRONG, ex04_2=f"answer = {digest(3)!r}")), 2


@attack("답을 여러 개 담은 답")
def _many_answers():
    return dump(honest(ex04_1=WRONG, ex04_2="answer = [1, 2, 3, 4]")), 2
