"""선생님 쪽(book/teaching.md)을 만듭니다.

글은 틀(teaching_page.md)에서, 출력과 그림은 기록에서 옵니다.

python book/tools/make_teaching_page.py          기록으로 쪽을 다시 씁니다 python
book/tools/make_teaching_page.py --run    합성 학급을 끝까지 채점해 기록과 그림도 새로
만듭니다(몇 분) python book/tools/make_teaching_page.py --attacks  공격 시험을 돌려
공격·해·위조의 수를 새로 적습니다(몇 분)
"""

import argparse
import base64
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "teaching.md"
RUN = ROOT / "book" / "runs" / "teaching.json"
SPEED = ROOT / "book" / "runs" / "grading_speed.json"
TEMPLATE = Path(__file__).with_name("teaching_page.md")
PICTURES = ROOT / "book" / "_static"
TESTS = ROOT / "code" / "grader" / "tests"
SLUG = "04_scaled_dot_product"
STUDENTS = 24
NAMES = [
    "김가람",
    "이나래",
    "박다솜",
    "최라온",
    "정마루",
    "강바다",
    "조사랑",
    "윤아름",
    "장자람",
    "임차돌",
    "한가온",
    "오나린",
    "서다온",
    "신라희",
    "권마음",
    "황바름",
    "안사름",
    "송아라",
    "류자운",
    "홍차미",
    "전하늘",
    "고한별",
    "문해솔",
    "양희망",
]
LATE = {3: (2026, 3, 18, 10, 0, 0), 7: (2026, 3, 21, 9, 0, 0)}


def render(run: dict) -> str:
    """기록에서 쪽 전체를 만듭니다."""
    speed = json.loads(SPEED.read_text("utf8")) if SPEED.exists() else None
    shown = {name: f"```text\n{text}\n```" for name, text in run["outputs"].items()}
    alts = {f"alt{n}": text for n, text in enumerate(run["alts"], 1)}
    texts = {"speed": speed_table(speed), "attacks": attack_table(run["attacks"])}
    return Template(TEMPLATE.read_text("utf8")).substitute(shown, **alts, **texts)


def speed_table(record: dict | None) -> str:
    """`code/bench/grading_speed.py --json`이 남긴 기록의 표."""
    if record is None:
        return "아직 재지 않았습니다."
    runs = record["runs"]
    one, other = runs["주목 --jobs 1"], runs["nbgrader autograde"]
    rows = [
        (
            f"잰 것: {int(record['chapter'][:2])}장, {record['machine']}, "
            f"격리 {record['isolation']}\n"
        ),
        "| | 제출물 | 하나에 CPU 초 | 1분에 | 그때의 부하 | 메모리 (MiB) |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, run in runs.items():
        load = f"{run['load'][0]:.1f} → {run['load'][1]:.1f}"
        rows.append(
            f"| {name} | {run['count']} | {run['cpu_each']:.2f} | "
            f"{run['per_minute']:.1f} | {load} | {run['memory_mib']} |"
        )
    cpu, wall = (
        other["cpu_each"] / one["cpu_each"],
        one["per_minute"] / other["per_minute"],
    )
    peak = max(run.get("worker_mib", 0) for run in runs.values())
    rows.append(
        f"\n같은 {one['count']}개에서 `--jobs 1`은 nbgrader보다 CPU를 {cpu:.1f}배 "
        f"적게 쓰고, 1분에 {wall:.1f}배 많이 채점했습니다. "
        "주목은 채점하는 프로세스마다 처음 한 번 꾸러미를 불러옵니다. "
        "그래서 제출물이 적으면 `--jobs`를 늘려도 빨라지지 않습니다. "
        f"갇힌 일꾼 하나가 가장 많이 쓴 메모리는 {peak} MiB입니다. "
        "표의 메모리는 채점하는 프로세스와 그 자손을 모두 더한 것(PSS)입니다."
    )
    return "\n".join(rows)


def attack_table(record: dict) -> str:
    """공격 시험의 기록: 갈래마다의 수와 보기, 잰 한 줄."""
    rows = ["| 갈래 | 공격 | 보기 |", "|---|--:|---|"]
    for kind, names in record["kinds"].items():
        rows.append(f"| {kind} | {len(names)} | {', '.join(names[:6])} |")
    rows.append(f"\n> {record['said']}")
    return "\n".join(rows)


def attack_kinds() -> dict[str, list[str]]:
    """공격의 갈래마다 이름들. 답 칸에 적는 코드, 파일, 자리, 이름의 차례입니다."""
    sys.path.insert(0, str(TESTS))
    from attack_files import FILES

    text = (TESTS / "attack_code.txt").read_text("utf8")
    kinds: dict[str, list[str]] = {}
    for line in re.findall(r"^#{4}(?:#{4})? .+$", text, re.M):
        if line.startswith("########"):
            group = kinds.setdefault(line.strip("# "), [])
        else:
            group.append(line.strip("# ").rpartition(" · ")[0])
    return kinds | {"노트북 파일 고치기": [name.replace("|", "") for name in FILES]}


def record_attacks() -> dict:
    """공격 시험을 돌리고 마지막 한 줄을 옮겨 적습니다."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(TESTS / "test_attacks.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    said = re.search(r"공격 (\d+) · 해 (\d+) · 위조된 점수 (\d+)", done.stdout)
    if done.returncode or not said:
        raise SystemExit(done.stdout[-3000:] + done.stderr[-1000:])
    return {"said": said[0], "kinds": attack_kinds()}


def make_handed(folder: Path) -> None:
    """Moodle에서 받은 것 같은 zip과 명단을 만듭니다.

    늦은 사람, 깨진 파일, 나쁜 이름이 섞여 있습니다.
    """
    sys.path.insert(0, str(ROOT / "code" / "bench"))
    from grading_speed import notebook_of

    from jumok_grader.notebook.course_files import Course

    lines = ["학번,이름,이메일"]
    with zipfile.ZipFile(folder / "제출물.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, name in enumerate(NAMES):
            lines.append(f"2026{number + 1:04d},{name},s{number + 1}@example.ac.kr")
            if number == 11:
                continue  # 내지 않은 사람
            text = json.dumps(
                notebook_of(Course(ROOT), SLUG, 1 if number == 5 else number),
                ensure_ascii=False,
            )
            text = text[:-500] if number == 9 else text
            info = zipfile.ZipInfo(
                f"{name}_{700 + number}_assignsubmission_file_/04.ipynb",
                LATE.get(number, (2026, 3, 15, 20, 0, 0)),
            )
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
        for name in (
            "남모를_799_assignsubmission_file_/04.ipynb",
            "../../김가람_04.ipynb",
        ):
            archive.writestr(name, "{}")
    (folder / "명단.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def record_run(folder: Path) -> dict:
    """명령을 차례로 돌려 출력을 모읍니다."""
    make_handed(folder)
    commands = {
        "init": [
            "init",
            "학급",
            "--roster",
            "명단.csv",
            "--chapters",
            "04",
            "--due",
            "04=2026-03-16T23:59",
            "--course",
            str(ROOT),
        ],
        "collect": ["collect", "학급", "제출물.zip"],
        "grade": ["grade", "학급", "--jobs", "2"],
        "none": ["grade", "학급", "--isolation", "none"],
        "export": ["export", "학급"],
        "report": ["report", "학급"],
        "kit": ["kit", "학급"],
    }
    outputs = {name: jumok(folder, args) for name, args in commands.items()}
    # bwrap이 없는 컴퓨터
    outputs["refused"] = jumok(folder, commands["grade"], PATH="/nowhere")
    outputs["settings"] = (
        (folder / "학급" / "class.toml")
        .read_text("utf8")
        .replace(way(folder), "..")
        .strip()
    )
    outputs["moodle"] = head_of(folder / "학급" / "out" / "moodle.csv", 4)
    return {
        "outputs": outputs,
        "alts": save_pictures(folder / "학급" / "out" / "report.html"),
    }


def way(folder: Path) -> str:
    """학급 폴더에서 책 폴더까지의 상대 경로. 기록에는 `..`으로 적습니다."""
    return Path(os.path.relpath(ROOT, folder / "학급")).as_posix()


def jumok(folder: Path, args: list[str], **environment: str) -> str:
    """명령 하나를 돌리고 출력을 돌려줍니다. 임시 폴더의 이름은 뺍니다."""
    command = [sys.executable, "-m", "jumok.cli", "class", *args]
    done = subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"COLUMNS": "90"} | environment,
    )
    if done.returncode != (2 if environment else 0):
        raise SystemExit(done.stdout)
    return done.stdout.replace(f"{folder.resolve()}/", "").rstrip()


def head_of(path: Path, rows: int) -> str:
    """CSV의 앞 몇 줄."""
    with open(path, encoding="utf-8-sig", newline="") as stream:
        return "\n".join(",".join(row) for row in list(csv.reader(stream))[:rows])


def save_pictures(report: Path) -> list[str]:
    """보고서의 그림을 책의 그림 폴더에 옮기고 대체 글들을 돌려줍니다."""
    found = re.findall(
        r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"',
        report.read_text("utf8"),
    )
    for number, (data, _) in enumerate(found, 1):
        (PICTURES / f"teaching_{number}.svg").write_bytes(base64.b64decode(data))
    return [alt for _, alt in found]


def main() -> None:
    """쪽을 다시 씁니다."""
    parser = argparse.ArgumentParser(description="선생님 쪽을 만듭니다.")
    parser.add_argument(
        "--run",
        action="store_true",
        help="합성 학급을 채점해 기록과 그림도 새로 만듭니다",
    )
    parser.add_argument(
        "--attacks", action="store_true", help="공격 시험을 돌려 그 수도 새로 적습니다"
    )
    args = parser.parse_args()
    run = json.loads(RUN.read_text("utf8"))
    if args.attacks:
        run["attacks"] = record_attacks()
    if args.run:
        with tempfile.TemporaryDirectory() as folder:
            run |= record_run(Path(folder))
    if args.attacks or args.run:
        RUN.write_text(
            json.dumps(run, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    PAGE.write_text(render(run), encoding="utf-8")
    print(f"✔ {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
