"""`jumok class`: 학급의 제출물을 모으고, 채점하고, 성적을 내보냅니다."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .answers import answering
from .parser import add_command

if TYPE_CHECKING:
    from collections import Counter

    from jumok_grader.classroom.settings import Classroom

_EPILOG = """\
차례
  jumok class init 학급 --roster 명단.csv --chapters 04 05 --due 04=2026-03-16T23:59
  jumok class collect 학급 제출물.zip
  jumok class grade 학급 --jobs 2
  jumok class export 학급
  jumok class report 학급
  jumok class kit 학급

학생의 코드는 bubblewrap으로 가두어 돌립니다(Linux).
가둘 수 없으면 까닭과 할 일을 말하고 멈춥니다.

기록은 학급 폴더의 grades.db(SQLite)에 남습니다. 환경 변수 JUMOK_DATABASE나 --database로
PostgreSQL(postgresql+psycopg://사용자@호스트/이름)을 쓸 수 있습니다.

끝냄 번호(exit code)
  0  잘 마쳤습니다. 점수를 받지 못한 제출물이 있어도 0이고, 까닭이 출력됩니다.
  2  할 수 없는 일입니다. 까닭이 출력됩니다.
"""
_EXTRA = (
    "sqlalchemy",
    "psycopg",
    "distributed",
    "markdown_it",
    "mdit_py_plugins",
    "latex2mathml",
)
_INSTALL = "책 폴더에서 pip install './code/grader[class]' 로 설치하세요."


def register(commands: argparse._SubParsersAction) -> None:
    """`jumok class`와 그 가지들을 더합니다."""
    style = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _EPILOG}
    command = add_command(
        commands, "class", "학급의 제출물을 모으고 채점합니다", **style
    )
    actions = command.add_subparsers(dest="action", metavar="할일", required=True)
    _add_init(actions)
    _add_collect(actions)
    _add_grade(actions)
    for name, help, run in (
        ("export", "성적 CSV(Moodle), JSON, 학생마다의 HTML을 씁니다", _export),
        (
            "report",
            "분포, 어려운 문제, 잦은 실수, 닮은 풀이의 보고서를 씁니다",
            _report,
        ),
        ("kit", "15주 계획, 정답지, 시험 문제, 활동지를 씁니다", _kit),
    ):
        command = _add(actions, name, help, run)
        command.add_argument(
            "--output", metavar="폴더", type=Path, help="쓸 폴더 (없으면 학급/out)"
        )
        if name == "report":
            command.add_argument(
                "--similar",
                metavar="몫",
                type=float,
                default=0.6,
                help="닮은 풀이로 보일 몫 (기본 0.6)",
            )
        if name == "kit":
            command.add_argument(
                "--seed",
                metavar="씨앗",
                default="1",
                help="학생마다의 수를 뽑는 씨앗 (1)",
            )


def _add(
    actions: argparse._SubParsersAction, name: str, help: str, run: Callable
) -> argparse.ArgumentParser:
    command = add_command(actions, name, help)
    command.add_argument("folder", metavar="학급", type=Path, help="학급 폴더")
    if name != "init":
        command.add_argument(
            "--database",
            metavar="주소",
            help="기록을 둘 곳 (SQLite나 PostgreSQL의 주소)",
        )
    command.set_defaults(run=answering(run, _explain_mistake))
    return command


def _add_init(actions: argparse._SubParsersAction) -> None:
    command = _add(actions, "init", "학급 폴더를 만듭니다", _init)
    command.add_argument(
        "--roster",
        metavar="CSV",
        type=Path,
        required=True,
        help="명단: 학번, 이름, 이메일 열이 있는 CSV",
    )
    command.add_argument(
        "--chapters", metavar="장", nargs="+", required=True, help="과제가 되는 장들"
    )
    command.add_argument(
        "--due",
        metavar="장=시각",
        nargs="*",
        default=[],
        help="마감 (예: 04=2026-03-16T23:59)",
    )
    command.add_argument(
        "--late-percent",
        metavar="%",
        type=float,
        default=10,
        help="하루에 깎는 %% (10)",
    )
    command.add_argument(
        "--late-days", metavar="일", type=int, default=3, help="늦어도 받는 날 수 (3)"
    )
    command.add_argument(
        "--timezone", metavar="시간대", default="Asia/Seoul", help="시간대 (Asia/Seoul)"
    )
    command.add_argument(
        "--database", metavar="주소", default="sqlite:///grades.db", help="기록을 둘 곳"
    )
    command.add_argument(
        "--course",
        metavar="폴더",
        type=Path,
        help="책 폴더 (없으면 지금 폴더에서 찾음)",
    )


def _add_collect(actions: argparse._SubParsersAction) -> None:
    command = _add(
        actions, "collect", "폴더나 LMS의 zip에서 제출물을 모읍니다", _collect
    )
    command.add_argument(
        "source",
        metavar="폴더|zip",
        type=Path,
        nargs="+",
        help="제출물이 든 폴더나 zip",
    )
    command.add_argument("--chapter", metavar="장", help="모두 이 장의 제출물로 봅니다")
    command.add_argument(
        "--links",
        metavar="CSV",
        type=Path,
        help="LMS 번호나 폴더 이름을 학번에 잇는 CSV",
    )
    command.add_argument(
        "--times", metavar="CSV", type=Path, help="학번마다 낸 시각을 적은 CSV"
    )


def _add_grade(actions: argparse._SubParsersAction) -> None:
    command = _add(
        actions, "grade", "모은 제출물을 채점합니다. 멈추어도 이어서 합니다", _grade
    )
    command.add_argument(
        "--jobs", metavar="수", type=int, default=1, help="함께 채점할 프로세스 수 (1)"
    )
    command.add_argument(
        "--scheduler", metavar="주소", help="Dask scheduler의 주소 (tcp://호스트:8786)"
    )
    told = (
        "가두는 방법. bwrap(기본)을 쓸 수 없으면 멈춥니다. none은 가두지 않습니다. "
        "모두 믿을 때만 쓰세요"
    )
    command.add_argument(
        "--isolation", choices=("bwrap", "none"), default="bwrap", help=told
    )
    told = (
        "이 문제의 점수만 새로 적습니다 (예: ex04-3). 노트북은 끝까지 돌리므로 걸리는 "
        "시간은 같습니다"
    )
    command.add_argument("--only", metavar="문제", nargs="+", help=told)
    command.add_argument(
        "--again", action="store_true", help="이미 채점한 것도 다시 채점합니다"
    )
    command.add_argument(
        "--retry", action="store_true", help="채점기 탓으로 못 한 것을 다시 합니다"
    )


def _explain_mistake(error: Exception) -> str | None:
    """학급의 잘못이거나 학급에만 쓰는 꾸러미가 없으면 알려 줄 말, 아니면 None."""
    from jumok_grader.classroom.reasons import BadClass

    if isinstance(error, BadClass):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        name = (error.name or "").partition(".")[0]
        return (
            f"꾸러미 {name}이(가) 없습니다.\n  {_INSTALL}" if name in _EXTRA else None
        )
    return None


def _init(args: argparse.Namespace) -> None:
    from jumok_grader.classroom.reasons import BadClass
    from jumok_grader.classroom.setup import init_classroom
    from jumok_grader.notebook.course_files import find_course

    wrong = [text for text in args.due if "=" not in text]
    if wrong:
        raise BadClass(f"--due는 장=시각으로 적습니다: {wrong[0]}")
    due = dict(text.split("=", 1) for text in args.due)
    course = find_course(args.course or Path.cwd())
    path = init_classroom(
        args.folder,
        course,
        args.roster,
        args.chapters,
        due,
        zone=args.timezone,
        late=(args.late_percent, args.late_days),
        database=args.database,
    )
    print(f"학급을 만들었습니다: {path}")
    print(
        "  점수와 마감은 이 파일에서 고칩니다. 다음: jumok class collect "
        f"{args.folder} 폴더나-zip"
    )


def _collect(args: argparse.Namespace) -> None:
    from jumok_grader.classroom.collect import Hints, collect, read_links, read_times

    classroom, engine, students = _open(args)
    chapter = classroom.course.slug_of(args.chapter) if args.chapter else ""
    links = read_links(args.links) if args.links else {}
    times = read_times(args.times, classroom) if args.times else {}
    for source in args.source:
        done = collect(
            classroom, engine, students, source, Hints(chapter, links, times)
        )
        print(f"{source}: 파일 {len(done.rows):,}개")
        _print_reasons(done.counts, "받음")
        for row in [
            row
            for row in done.rows
            if row["reason"] and row["reason"] != "older_attempt"
        ][:20]:
            told = f" ({row['detail']})" if row["detail"] else ""
            print(f"    {row['name']}: {_explain(row['reason'])}{told}")
    print(f"모든 파일의 목록은 jumok class export {args.folder} 가 files.csv에 씁니다.")


def _grade(args: argparse.Namespace) -> None:
    from jumok_grader.classroom.grade_class import grade_class
    from jumok_grader.classroom.isolation_notice import announcement
    from jumok_grader.classroom.reasons import BadClass
    from jumok_grader.classroom.versions import known_questions, read_exercises

    if not 1 <= args.jobs <= 256:
        raise BadClass("--jobs는 1부터 256까지입니다.")
    classroom, engine, _ = _open(args)
    told = announcement(args.isolation, classroom, here=not args.scheduler)
    print(told, file=sys.stderr if args.isolation == "none" else sys.stdout, flush=True)
    only = known_questions(read_exercises(classroom), args.only) if args.only else None
    done = grade_class(
        classroom,
        engine,
        jobs=args.jobs,
        scheduler=args.scheduler,
        only=only,
        again=args.again,
        retry=args.retry,
        isolation=args.isolation,
    )
    if not done.planned:
        print("새로 채점할 것이 없습니다.")
        return
    print(
        f"제출물 {sum(done.counts.values()):,}개, {done.seconds:.1f}초, 1분에 "
        f"{done.per_minute:.1f}개"
    )
    _print_reasons(done.counts, "채점함")


def _export(args: argparse.Namespace) -> None:
    from jumok_grader.classroom.export import export

    classroom, engine, scores = _scores(args)
    made = export(classroom, engine, scores, args.output or classroom.folder / "out")
    for name, told in (
        ("moodle", "Moodle 성적표"),
        ("grades", "문제마다의 점수"),
        ("files", "모은 파일"),
        ("json", "JSON"),
        ("feedback", "학생마다의 HTML"),
    ):
        print(f"{told}: {made[name]}")


def _report(args: argparse.Namespace) -> None:
    from jumok_grader.classroom.class_report import write_report

    classroom, _, scores = _scores(args)
    output = args.output or classroom.folder / "out"
    path = write_report(classroom, scores, output, args.similar, style=book_style)
    print(f"학급 보고서: {path}")


@contextmanager
def book_style() -> Iterator[None]:
    """보고서의 그림에 책의 글꼴과 색을 씁니다.

    부른 쪽의 그림 설정은 바꾸지 않습니다.
    """
    import matplotlib as mpl

    from ..plot import korean_style

    with mpl.rc_context():
        korean_style()
        yield


def _kit(args: argparse.Namespace) -> None:
    from jumok_grader.classroom.kit import write_kit
    from jumok_grader.classroom.roster import read_roster
    from jumok_grader.classroom.settings import read_classroom
    from jumok_grader.classroom.setup import ROSTER

    from ..worksheets import WORKSHEETS

    classroom = read_classroom(args.folder, args.database)
    students = read_roster(classroom.folder / ROSTER)
    output = args.output or classroom.folder / "out" / "kit"
    made = write_kit(classroom, students, output, args.seed, WORKSHEETS)
    for path in made.values():
        print(path)


def _open(args: argparse.Namespace) -> tuple:
    """학급 폴더, 기록, 명단을 엽니다."""
    from jumok_grader.classroom.roster import read_roster
    from jumok_grader.classroom.settings import read_classroom
    from jumok_grader.classroom.setup import ROSTER
    from jumok_grader.classroom.store import connect

    classroom: Classroom = read_classroom(args.folder, args.database)
    return (
        classroom,
        connect(classroom.database, classroom.folder),
        read_roster(classroom.folder / ROSTER),
    )


def _scores(args: argparse.Namespace) -> tuple:
    from jumok_grader.classroom.gradebook import scores
    from jumok_grader.classroom.versions import read_exercises

    classroom, engine, students = _open(args)
    return (
        classroom,
        engine,
        scores(classroom, engine, students, read_exercises(classroom)),
    )


def _print_reasons(counts: Counter, good: str) -> None:
    for reason, count in counts.most_common():
        print(f"  {_explain(reason) if reason else good} {count:,}개")


def _explain(reason: str) -> str:
    from jumok_grader.classroom.reasons import explain

    return explain(reason)
