"""학급을 채점하기: 하나는 한 번만, 언제 죽어도 이어서, 판이 바뀐 문제만.

모든 제출물은 한 줄로 끝납니다.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from classroom_fakes import (
    KIND,
    PEOPLE,
    TESTS,
    dask_cluster,
    hand_in,
    make_classroom,
    need,
    notebook,
    opened,
    rows,
    start_grading,
)

from jumok.cli import main
from jumok_grader.classroom import job_plan, job_queue
from jumok_grader.classroom.collect import collect, content_path
from jumok_grader.classroom.engines import LocalEngine
from jumok_grader.classroom.grade_class import grade_class
from jumok_grader.classroom.grade_task import grade_task, task_of
from jumok_grader.classroom.gradebook import scores
from jumok_grader.classroom.helper import Helper
from jumok_grader.classroom.reasons import BadClass
from jumok_grader.classroom.store import (
    connect,
    files,
    jobs,
    results,
    shown_url,
    submissions,
)
from jumok_grader.classroom.versions import known_questions, read_exercises

FAST = "classroom_fakes:fast"
TROUBLED = "classroom_fakes:troubled"


@pytest.fixture(autouse=True)
def fakes(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.setenv("FAKE_LOG", str(tmp_path / "log"))
    monkeypatch.delenv("JUMOK_DATABASE", raising=False)


@pytest.fixture
def classroom(tmp_path):
    made = opened(make_classroom(tmp_path, due=None))
    yield made
    made[1].dispose()


def called(tmp_path) -> Counter:
    log = tmp_path / "log"
    return (
        Counter(log.read_text(encoding="utf-8").split("\n")[:-1])
        if log.exists()
        else Counter()
    )


def graded(classroom, **options) -> Counter:
    return grade_class(
        classroom[0], classroom[1], quiet=True, **{"isolation": KIND} | options
    ).counts


def fill(classroom, tmp_path, count: int) -> None:
    """가짜 제출물 count개: 학생과 파일을 거치지 않고 기록에 바로 적습니다."""
    listed = []
    for number in range(count):
        sha256 = f"{number:064x}"
        path = content_path(classroom[0], sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(json.dumps({"metadata": {"mark": str(number)}}).encode())
        listed.append(
            {
                "student": str(number),
                "chapter": "04_sample",
                "sha256": sha256,
                "name": "a",
                "attempt": 0,
                "late": False,
            }
        )
    with classroom[1].begin() as connection:
        connection.execute(sa.insert(submissions), listed)


# ── 진짜 채점기로 ─────────────────────────────────────────────────────────────


def test_real_grading_gives_points_or_a_named_reason(classroom, tmp_path):
    folder = hand_in(
        tmp_path / "폴더",
        s20260001=notebook(1),
        s20260002=notebook(
            2, ex04_1="def my_softmax(x):\n    while True: pass", ex04_2="answer = 1"
        ),
        s20260003=b'{"cells": [], "metadata": {}, "grade_id": "ex04-1"}',
        s20260004=notebook(1)[:-400],
    )
    collect(*classroom, folder)
    assert graded(classroom, jobs=2) == {"": 2, "bad_notebook": 2}
    mine = {
        score.student.id: score
        for score in scores(*classroom, read_exercises(classroom[0]))
    }
    assert (mine["20260001"].raw, mine["20260001"].status) == (6, "manual")
    assert (
        mine["20260002"].raw == 2
        and mine["20260002"].questions[0]["mistake"] == "timeout"
    )
    assert mine["20260002"].questions[1]["name"] == "거꾸로"
    assert mine["20260003"].status == mine["20260004"].status == "bad_notebook"
    assert (
        "칸이 하나도 없는" in mine["20260003"].message
        and "/tmp" not in mine["20260003"].message
    )
    assert "깨졌습니다" in mine["20260004"].message
    assert graded(classroom) == {}


def test_changed_test_regrades_only_that_exercise(classroom, tmp_path):
    wrong = "def scores(q, k):\n    return q @ k.T"
    collect(*classroom, hand_in(tmp_path / "폴더", s20260001=notebook(1, ex04_3=wrong)))
    assert graded(classroom) == {"": 1}
    path = classroom[0].master("04_sample")
    made = json.loads(path.read_text(encoding="utf-8"))
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "ex04-3-test":
            cell["source"] = (
                cell["source"]
                .replace("q @ k.T / np.sqrt(q.shape[-1])", "q @ k.T")
                .split("{\n")[0]
            )
            cell["source"] += "{})\ncheck(np.ones((2, 3)), np.ones((4, 3)))"
    path.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    before = {row["question"]: row["graded_at"] for row in rows(classroom[1], results)}
    assert scores(*classroom, read_exercises(classroom[0]))[0].status == "not_graded"
    assert graded(classroom, only={"ex04-1"}) == {}
    assert graded(classroom, only={"ex04-3"}) == {"": 1}
    score = scores(*classroom, read_exercises(classroom[0]))[0]
    assert (score.raw, score.reason) == (6, "")
    new = [row for row in rows(classroom[1], results) if row["question"] == "ex04-3"]
    assert [row["points"] for row in sorted(new, key=lambda row: row["points"])] == [
        0,
        2,
    ]
    kept = {
        row["question"]: row["graded_at"]
        for row in rows(classroom[1], results)
        if row["question"] != "ex04-3"
    }
    assert kept.items() <= before.items() and len(rows(classroom[1], results)) == 5


def test_words_alone_do_not_change_the_version(classroom):
    before = read_exercises(classroom[0])["04_sample"].versions
    path = classroom[0].master("04_sample")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("직접 쓰세요.", "손으로 쓰세요.").replace("해설: ", "풀이: "),
        encoding="utf-8",
    )
    assert read_exercises(classroom[0])["04_sample"].versions == before
    path.write_text(text.replace("secret_probe = ", "other_probe = "), encoding="utf-8")
    after = read_exercises(classroom[0])["04_sample"].versions
    assert [key for key in after if after[key] != before[key]] == ["ex04-1"]
    path.write_text(
        text.replace("import numpy as np\\n", "import numpy as np\\nimport math\\n", 1),
        encoding="utf-8",
    )
    assert all(
        value != before[key]
        for key, value in read_exercises(classroom[0])["04_sample"].versions.items()
    )


def test_private_master_wins_over_the_public_one(classroom):
    public = classroom[0].master("04_sample")
    private = classroom[0].folder / "private" / "04_sample.ipynb"
    private.parent.mkdir()
    private.write_bytes(public.read_bytes())
    assert classroom[0].master("04_sample") == private


def test_seam_answers_in_json_and_hides_its_folder():
    task = task_of("0", "04_sample", b"{", b"{", None, 60, isolation=KIND)
    outcome = grade_task(json.loads(json.dumps(task)))
    assert (
        outcome["reason"] == "bad_notebook" and "jumok-class-" not in outcome["message"]
    )
    assert grade_task(task | {"notebook": "!"})["reason"] in (
        "grader_error",
        "bad_notebook",
    )


# ── 나쁜 일이 생겨도 한 줄 ────────────────────────────────────────────────────


def test_dead_hanging_and_broken_graders_end_in_a_row(classroom, tmp_path, monkeypatch):
    monkeypatch.setattr("jumok_grader.classroom.helper._GRACE", 0)
    quick = (type(classroom[0])(**{**vars(classroom[0]), "seconds": 3}), *classroom[1:])
    marks = dict(
        zip(
            (f"s{who}" for who, _ in PEOPLE),
            ("dies", "hangs", "raises", "fine"),
            strict=True,
        )
    )
    collect(
        *classroom,
        hand_in(
            tmp_path / "폴더", **{who: notebook(mark) for who, mark in marks.items()}
        ),
    )
    assert graded(quick, jobs=2, work=TROUBLED) == {
        "grader_died": 1,
        "grader_error": 1,
        "time_limit": 1,
        "": 1,
    }
    assert {row["state"] for row in rows(classroom[1], jobs)} == {"done", "refused"}
    assert graded(quick, work=TROUBLED) == {}
    assert graded(quick, work=TROUBLED, retry=True) == {
        "grader_died": 1,
        "grader_error": 1,
        "time_limit": 1,
    }


def test_job_given_back_by_a_stopped_grader_is_not_given_up(classroom, tmp_path):
    """컴퓨터의 문제로 몇 번을 멈추어도 학생의 제출물은 버려지지 않습니다."""
    fill(classroom, tmp_path, 1)
    job_plan.plan(classroom[1], read_exercises(classroom[0]))
    for _ in range(2 * job_queue.MAX_ATTEMPTS):
        assert len(job_queue.claim(classroom[1], "이", 1, 60)) == 1
        job_queue.give_back(classroom[1], "이")
    assert [(row["state"], row["attempts"]) for row in rows(classroom[1], jobs)] == [
        ("waiting", 0)
    ]


def test_lost_file_is_a_row(classroom, tmp_path):
    fill(classroom, tmp_path, 3)
    content_path(classroom[0], f"{1:064x}").unlink()
    assert graded(classroom, work=FAST) == {"": 2, "unreadable": 1}


def test_helper_dies_with_its_parent(tmp_path):
    """부모를 kill -9 하면 돕는 프로세스와 그 자식(학생의 일꾼)도 곧 없어집니다."""
    if not sys.platform.startswith("linux"):
        pytest.skip("/proc이 있는 Linux에서만 셀 수 있습니다")
    script = (
        "from jumok_grader.classroom.helper import Helper\n"
        "h = Helper('test_classroom_helper_child:spawn'); print(h.ask({'seconds': "
        "60})['pid'], flush=True)\n"
        "h.ask({'seconds': 60})"
    )
    (tmp_path / "test_classroom_helper_child.py").write_text(
        "import subprocess, sys, time\n"
        "kids = []\n"
        "def spawn(task):\n"
        "    if kids: time.sleep(600)\n"
        "    loop = [sys.executable, '-c', 'while True: pass']\n"
        "    kids.append(subprocess.Popen(loop, start_new_session=True))\n"
        "    return {'pid': kids[0].pid}\n"
    )
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    parent = subprocess.Popen(
        [sys.executable, "-c", script], env=env, stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    os.kill(pid, 0)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(pid)


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


def test_machine_that_cannot_grade_stops_and_writes_nothing(classroom, tmp_path):
    fill(classroom, tmp_path, 3)
    with pytest.raises(BadClass, match="뜨지 않습니다") as error:
        graded(classroom, work="없는_모듈:함수")
    assert "ModuleNotFoundError" in str(error.value)
    assert {row["state"] for row in rows(classroom[1], jobs)} == {
        "waiting"
    } and not rows(classroom[1], results)
    assert graded(classroom, work=FAST) == {"": 3}


def test_helper_can_be_closed_twice_and_used_again():
    helper = Helper(TROUBLED)
    task = task_of("0", "04_sample", notebook("fine"), b"", None, 60)
    assert helper.ask(task)["state"] == "done"
    helper.close()
    helper.close()
    assert helper.ask(task)["state"] == "done"
    helper.close()


# ── 한 번만, 이어서 ───────────────────────────────────────────────────────────


def test_same_content_is_graded_once(classroom, tmp_path):
    collect(
        *classroom,
        hand_in(tmp_path / "폴더", **{f"s{who}": notebook(7) for who, _ in PEOPLE}),
    )
    assert graded(classroom, jobs=2, work=FAST) == {"": 1}
    assert called(tmp_path) == {"7": 1}
    assert [
        score.raw for score in scores(*classroom, read_exercises(classroom[0]))
    ] == [6] * 4
    again = graded(classroom, work=FAST, again=True)
    assert (
        again == {"": 1}
        and called(tmp_path) == {"7": 2}
        and len(rows(classroom[1], results)) == 4
    )


def test_killed_in_the_middle_of_3000_nothing_is_lost_or_graded_twice(
    classroom, tmp_path
):
    count = 3000
    fill(classroom, tmp_path, count)
    seen = []
    for target in (500, 1700):
        process = start_grading(classroom[0].folder, tmp_path / "log")
        while sum(called(tmp_path).values()) < target and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        time.sleep(0.5)
        kept = {row["sha256"] for row in rows(classroom[1], results)}
        assert set(seen) <= kept and target * 0.9 < len(kept) < count
        seen = kept
    process = start_grading(classroom[0].folder, tmp_path / "log")
    said, _ = process.communicate(timeout=300)
    assert int(said) == count - len(seen)
    found = rows(classroom[1], results)
    assert len(found) == 4 * count and {row["sha256"] for row in found} == {
        f"{n:064x}" for n in range(count)
    }
    assert all(row["points"] == int(row["sha256"], 16) % 4 for row in found)
    assert {row["state"] for row in rows(classroom[1], jobs)} == {"done"}
    calls = called(tmp_path)
    twice = sum(calls.values()) - count  # 죽을 때 하고 있던 것만 다시 했습니다.
    assert set(calls) == {str(n) for n in range(count)} and 0 <= twice <= 2 * 4
    again = start_grading(classroom[0].folder, tmp_path / "log")
    assert again.communicate(timeout=60)[0].strip() == "0" and called(tmp_path) == calls


def test_two_graders_at_once_share_the_work(classroom, tmp_path):
    fill(classroom, tmp_path, 200)
    two = [start_grading(classroom[0].folder, tmp_path / "log") for _ in range(2)]
    done = [int(process.communicate(timeout=120)[0]) for process in two]
    assert sum(done) == 200 and called(tmp_path) == {str(n): 1 for n in range(200)}


def race(engine, exercises) -> None:
    """여러 줄기가 함께 맡아도 하나는 한 이만 맡고, 한 번만 적습니다."""
    exercise = exercises["04_sample"]
    outcome = {
        "state": "done",
        "questions": [{"id": "ex04-1", "points": 1, "max_points": 3, "status": "x"}],
    }

    def work(number: int) -> list:
        mine = []
        while got := job_queue.claim(engine, f"이{number}", 3, 60):
            mine += [
                job.sha256
                for job in got
                if job_queue.finish(engine, f"이{number}", job, exercise, outcome)
            ]
        return mine

    with ThreadPoolExecutor(4) as pool:
        finished = [sha for part in pool.map(work, range(4)) for sha in part]
    assert len(finished) == len(set(finished)) == 60
    assert len(rows(engine, results)) == 60


def test_claims_are_exclusive(classroom, tmp_path):
    fill(classroom, tmp_path, 60)
    exercises = read_exercises(classroom[0])
    assert (
        job_plan.plan(classroom[1], exercises)
        == job_plan.plan(classroom[1], exercises)
        == 60
    )
    race(classroom[1], exercises)


def test_expired_lease_is_taken_over_and_the_late_answer_is_dropped(
    classroom, tmp_path
):
    fill(classroom, tmp_path, 1)
    exercises = read_exercises(classroom[0])
    exercise = exercises["04_sample"]
    job_plan.plan(classroom[1], exercises)
    (slow,) = job_queue.claim(classroom[1], "느린이", 5, -1)
    (quick,) = job_queue.claim(classroom[1], "빠른이", 5, 60)
    assert job_queue.claim(classroom[1], "셋째", 5, 60) == [] and slow == quick
    item = {"id": "ex04-1", "max_points": 3, "status": "passed"}
    late = {"state": "done", "questions": [item | {"points": 1}]}
    good = {"state": "done", "questions": [item | {"points": 3}]}
    assert not job_queue.finish(classroom[1], "느린이", slow, exercise, late)
    assert job_queue.finish(classroom[1], "빠른이", quick, exercise, good)
    assert not job_queue.finish(classroom[1], "느린이", slow, exercise, late)
    assert [row["points"] for row in rows(classroom[1], results)] == [3]


def test_a_job_that_always_kills_the_grader_is_given_up(classroom, tmp_path):
    fill(classroom, tmp_path, 1)
    job_plan.plan(classroom[1], read_exercises(classroom[0]))
    for _ in range(job_queue.MAX_ATTEMPTS):
        assert len(job_queue.claim(classroom[1], "이", 1, -1)) == 1
    assert job_queue.claim(classroom[1], "이", 1, 60) == []
    assert [(row["state"], row["reason"]) for row in rows(classroom[1], jobs)] == [
        ("refused", "grader_lost")
    ]


def test_dead_owner_on_this_machine_is_released_at_once(classroom, tmp_path):
    fill(classroom, tmp_path, 2)
    job_plan.plan(classroom[1], read_exercises(classroom[0]))
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
    )
    dead = job_queue.owner_name().replace(str(os.getpid()), done.stdout.strip())
    job_queue.claim(classroom[1], dead, 1, 600)
    job_queue.claim(classroom[1], job_queue.owner_name(), 1, 600)
    assert job_queue.release_dead(classroom[1]) == (1 if os.name == "posix" else 0)


def test_unknown_exercise_and_bad_addresses_are_said_in_words(classroom, tmp_path):
    with pytest.raises(BadClass, match="ex04-9"):
        known_questions(read_exercises(classroom[0]), ["ex04-9"])
    for url in (
        "없는것://x",
        "그냥 글",
        "postgresql+psycopg://nobody:secret@127.0.0.1:1/none",
    ):
        with pytest.raises(BadClass) as error:
            connect(url, tmp_path)
        assert "secret" not in str(error.value)
    assert "secret" not in shown_url("postgresql://u:secret@h/d")


def test_missing_extra_is_said_in_words(tmp_path):
    script = "import sys; sys.modules['sqlalchemy'] = None\n"
    script += "from jumok.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [
        sys.executable,
        "-c",
        script,
        "class",
        "grade",
        str(make_classroom(tmp_path)),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (
        done.returncode == 2
        and "sqlalchemy" in done.stderr
        and "./code/grader[class]" in done.stderr
    )


def test_command_grades_and_says_how_many(tmp_path, capsys):
    folder = make_classroom(tmp_path)
    hand_in(tmp_path / "폴더", s20260001=notebook(1), s20260002=b"{}")
    assert (
        main(
            ["class", "collect", str(folder), str(tmp_path / "폴더"), "--chapter", "4"]
        )
        == 0
    )
    assert main(["class", "grade", str(folder), "--jobs", "0"]) == 2
    assert main(["class", "grade", str(folder), "--only", "ex09-1"]) == 2
    capsys.readouterr()
    assert main(["class", "grade", str(folder), "--isolation", KIND]) == 0
    said = capsys.readouterr()
    assert (
        ("격리: bubblewrap" in said.out)
        is (KIND == "bwrap")
        is ("격리 없이" not in said.err)
    )
    said = said.out
    assert (
        "제출물 2개" in said
        and "채점함 1개" in said
        and "채점할 수 없는 노트북입니다 1개" in said
    )
    assert main(["class", "grade", str(folder), "--isolation", KIND]) == 0
    assert "새로 채점할 것이 없습니다" in capsys.readouterr().out


# ── 여러 컴퓨터와 PostgreSQL ──────────────────────────────────────────────────


def test_dask_with_two_worker_processes(classroom, tmp_path):
    need("dask", "distributed")
    fill(classroom, tmp_path, 40)
    with dask_cluster(2) as cluster:
        done = grade_class(
            classroom[0],
            classroom[1],
            scheduler=cluster.scheduler_address,
            quiet=True,
            work=FAST,
        )
        assert done.counts == {"": 40} and called(tmp_path) == {
            str(n): 1 for n in range(40)
        }
        collect(*classroom, hand_in(tmp_path / "폴더", s20260001=notebook("진짜")))
        where = {
            "scheduler": cluster.scheduler_address,
            "quiet": True,
            "isolation": KIND,
        }
        assert grade_class(classroom[0], classroom[1], **where).counts == {"": 1}
    assert scores(*classroom, read_exercises(classroom[0]))[0].raw == 6


def test_dask_that_does_not_answer_is_said_in_words(classroom, tmp_path, monkeypatch):
    distributed = need("dask", "distributed")

    def refuse(*args, **options):
        raise OSError("닫힘")

    fill(classroom, tmp_path, 1)
    monkeypatch.setattr(distributed, "Client", refuse)
    with pytest.raises(BadClass, match="잇지 못했습니다"):
        graded(classroom, scheduler="tcp://127.0.0.1:1")


def test_local_engine_returns_none_when_nothing_is_done():
    engine = LocalEngine(1, FAST)
    assert engine.next_done(0.01) is None
    engine.close()


@pytest.fixture(scope="module")
def postgres():
    from test_classroom_postgres import server

    need("psycopg")
    with server() as url:
        yield url


def test_postgresql_runs_the_whole_path(postgres, tmp_path, monkeypatch):
    classroom = opened(make_classroom(tmp_path, due=None), postgres)
    try:
        collect(
            *classroom,
            hand_in(
                tmp_path / "폴더",
                s20260001=notebook(1),
                s20260002=b'{"grade_id": "ex04-1"}',
            ),
        )
        collect(*classroom, tmp_path / "폴더")
        assert (
            graded(classroom, jobs=2) == {"": 1, "bad_notebook": 1}
            and graded(classroom) == {}
        )
        assert [
            score.status for score in scores(*classroom, read_exercises(classroom[0]))
        ][:2] == [
            "manual",
            "bad_notebook",
        ]
        with classroom[1].begin() as connection:
            for table in (files, submissions, jobs, results):
                connection.execute(sa.delete(table))
        fill(classroom, tmp_path, 60)
        exercises = read_exercises(classroom[0])
        assert job_plan.plan(classroom[1], exercises) == 60
        race(classroom[1], exercises)
        monkeypatch.setenv("JUMOK_DATABASE", postgres)
        item = {
            "id": "ex04-2",
            "points": 1,
            "max_points": 1,
            "status": "passed",
            "output": "\0x\ud800",
        }
        job_plan.plan(classroom[1], exercises, again=True)
        (job,) = job_queue.claim(classroom[1], "이", 1, 60)
        assert job_queue.finish(
            classroom[1],
            "이",
            job,
            exercises["04_sample"],
            {"state": "done", "questions": [item]},
        )
    finally:
        classroom[1].dispose()


def test_postgresql_survives_kill_minus_nine(postgres, tmp_path, monkeypatch):
    classroom = opened(make_classroom(tmp_path, due=None), postgres)
    monkeypatch.setenv("JUMOK_DATABASE", postgres)
    try:
        with classroom[1].begin() as connection:
            for table in (files, submissions, jobs, results):
                connection.execute(sa.delete(table))
        fill(classroom, tmp_path, 300)
        process = start_grading(classroom[0].folder, tmp_path / "log")
        while sum(called(tmp_path).values()) < 100 and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.communicate()
        two = [start_grading(classroom[0].folder, tmp_path / "log") for _ in range(2)]
        for process in two:
            process.communicate(timeout=120)
        found = rows(classroom[1], results)
        assert len(found) == 1200 and {
            row["state"] for row in rows(classroom[1], jobs)
        } == {"done"}
        assert sum(called(tmp_path).values()) - 300 <= 4
    finally:
        classroom[1].dispose()
