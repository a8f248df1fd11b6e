"""공격 모음: 답 칸에 적는 코드들.

공격마다 코드와, 받아도 되는 점수가 attack_code.txt에 있습니다.

softmax 문제(3점)의 답 칸에 적고, 나머지 두 문제(3점)의 답은 정직합니다. 그래서 3점이면
속임수로 얻은 점수가 없고, 답까지 정직한 공격은 6점까지 받아도 됩니다. `@…@`는 시험이
진짜 경로와 번호로 바꿉니다.
"""

import contextlib
import os
import re
import textwrap
from pathlib import Path

FULL = 6
GOOD = """
def my_softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
"""
# 답장을 지어내는 도구: 메시지의 꼴(jumok_grader.protocol.wire)을 흉내 내고 열린 파일
# 번호마다 씁니다.
WIRE = """
import jumok_grader.protocol.wire as w, jumok_grader.worker.serve as k
import json, struct, os
def forge(tree, blobs, number):
    reply = {"id": number, "problem": None, "changed": [], "used": [], "prints": ""}
    reply |= {"tree": tree, "sizes": [len(b) for b in blobs]}
    head = json.dumps(reply).encode()
    return struct.pack(">Q", len(head)) + head + b"".join(blobs)
def out(data):
    for n in range(3, 20):
        try: os.write(n, data)
        except OSError: pass
"""


def inside(body: str, before: str = "") -> str:
    """my_softmax를 부를 때마다 body를 하는 답."""
    return (
        f"{before}\n"
        "def my_softmax(x):\n"
        f"{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    )


def inmates(scratch: int) -> list[int]:
    """크기가 scratch인 /tmp를 보는 프로세스들: 그 크기로 가둔 일꾼과 그 자손입니다."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            info = os.statvfs(place / "root" / "tmp")
            if info.f_blocks * info.f_frsize == scratch:
                found.append(int(place.name))
    return found


def read_attacks(path: Path) -> dict[str, tuple[str, float]]:
    """{공격의 이름: (코드, 받아도 되는 점수)}"""
    parts = re.split(r"^#### (.+) · (\d)$", path.read_text("utf-8"), flags=re.M)[1:]
    found = {}
    for name, points, source in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        source = re.sub(r"^#{8} .*$", "", source, flags=re.M)
        assert name not in found, f"이름이 같은 공격이 있습니다: {name}"
        found[name] = (
            source.replace("@GOOD@", GOOD).replace("@WIRE@", WIRE).strip("\n"),
            float(points),
        )
    return found


CODE = read_attacks(Path(__file__).with_name("attack_code.txt"))
