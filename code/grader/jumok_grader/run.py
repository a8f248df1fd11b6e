"""채점 한 번: 칸은 일꾼이 실행하고, 검사는 여기서 합니다."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator

from .check.checks import CheckFailed, seeded
from .check.remote_function import RemoteFunction
from .mistakes import find_mistake
from .notebook.master import Master, Question, Test
from .notebook.notebooks import Cell
from .notebook.stubs import clear_hidden, defined_names, is_bare_stub, plain_python
from .results import QuestionResult, mark_failure
from .worker.session import Session


def _refused(master: Master, key: str, trouble: str) -> QuestionResult:
    question = next(question for question in master.questions if question.id == key)
    result = QuestionResult(
        key,
        question.title,
        question.manual_points if question.manual else question.points,
    )
    mark_failure(result, CheckFailed(trouble))
    return result


class Run:
    """채점 한 번. 학생 노트북을 위에서 아래로 실행하면서 문제마다 검사합니다."""

    def __init__(
        self,
        master: Master,
        cells: list[Cell],
        answers: dict,
        session: Session,
        seed: int,
    ) -> None:
        self.master, self.cells, self.answers, self.session, self.seed = (
            master,
            cells,
            answers,
            session,
            seed,
        )
        self.errors: dict[int, tuple[str, str] | None] = {}
        self.space: dict = {"__name__": "jumok_tests"}
        self.shared: set[str] = (
            set()
        )  # 준비 칸에서 만든 이름: 일꾼에게도 같은 것이 있습니다.
        self.started, self.prepared = False, -1
        self.next_cell = 0
        tests = [test for question in master.questions for test in question.tests]
        self.test_ids = {test.grade_id for test in tests}
        self.test_texts = {test.visible.strip() for test in tests} - {""}
        self.setup_texts = {source.strip() for _, source in master.setup}

    def grade(
        self, only: set[str] | None, troubles: dict[str, str]
    ) -> list[QuestionResult]:
        """문제마다 결과를 만들어 정답 노트북의 차례로 돌려줍니다. troubles의 문제는 채점하지 않습니다."""
        whole = [
            question
            for question in self.master.questions
            if question.id in self.answers
        ]
        order = sorted(whole, key=lambda question: self.answers[question.id])
        places = [self.answers[question.id] for question in order] + [len(self.cells)]
        wanted = {
            question.id
            for question in self.master.questions
            if only is None or question.id in only
        }
        results = {
            key: _refused(self.master, key, troubles[key])
            for key in wanted & set(troubles)
        }
        for question, following in zip(order, places[1:], strict=True):
            if only is None or question.id in only:
                end = self._end_of(question, following)
                results[question.id] = self._grade_question(
                    question, end, bare=only is not None
                )
        return [
            results[question.id]
            for question in self.master.questions
            if question.id in results
        ]

    def _end_of(self, question: Question, following: int) -> int:
        """이 문제를 검사하기 전에 실행할 칸의 끝: 검사 칸의 자리, 없으면 다음 문제의 답 칸."""
        ids = {test.grade_id for test in question.tests}
        texts = {test.visible.strip() for test in question.tests} - {""}
        start = self.answers[question.id] + 1
        own = [
            index
            for index in range(start, following)
            if self.cells[index].grade_id in ids
            or clear_hidden(self.cells[index].source).strip() in texts
        ]
        return own[0] if own else following

    @contextlib.contextmanager
    def _warming(self) -> Iterator[None]:
        """처음 한 번: 일꾼이 준비 칸을 실행하는 동안 여기서도 실행해 시간을 아낍니다."""
        if self.started:
            yield
            return
        self.started = True
        warm = threading.Thread(target=self._warm, daemon=True)
        warm.start()
        self._run_missing_setup()
        yield
        warm.join()

    def _warm(self) -> None:
        with contextlib.suppress(
            Exception
        ):  # 실패하면 검사할 때 다시 실행해 까닭을 적습니다.
            self._prepare(min(question.index for question in self.master.questions))

    def _run_missing_setup(self) -> None:
        """첫 답 칸 위에 준비 칸이 없거나 고쳐졌으면 원래의 준비 칸을 먼저 실행합니다."""
        above = self.cells[: min(self.answers.values(), default=0)]
        texts = {cell.source.strip() for cell in above if cell.kind == "code"}
        first = min((question.index for question in self.master.questions), default=0)
        for index, source in self.master.setup:
            if index < first and source.strip() not in texts:
                self.session.run("<준비 칸>", source, self.session.limits.setup)

    def _run_cells(self, end: int, bare: bool) -> None:
        """end 앞까지의 학생 칸을 실행합니다. bare이면 준비 칸과 답 칸만 실행합니다."""
        answer_places = set(self.answers.values())
        for index in range(self.next_cell, end):
            cell, setup = (
                self.cells[index],
                self.cells[index].source.strip() in self.setup_texts,
            )
            if (
                cell.kind != "code"
                or self._is_test(cell)
                or (bare and not setup and index not in answer_places)
            ):
                continue
            seconds = self.session.limits.setup if setup else None
            self.errors[index] = self.session.run(
                f"<칸 {index + 1}>", cell.source, seconds
            )
        self.next_cell = max(self.next_cell, end)

    def _is_test(self, cell: Cell) -> bool:
        return (
            cell.grade_id in self.test_ids
            or clear_hidden(cell.source).strip() in self.test_texts
        )

    def _grade_question(
        self, question: Question, end: int, bare: bool
    ) -> QuestionResult:
        source = self.cells[self.answers[question.id]].source
        points = question.manual_points if question.manual else question.points
        result = QuestionResult(question.id, question.title, points)
        blank = source.strip() == question.stub.strip()
        if question.manual:
            result.status, result.message = (
                "manual",
                "아직 쓰지 않았습니다." if blank else "직접 채점합니다.",
            )
        elif blank:
            place = self._place_of_answer(question)
            detail = (
                f"위에서 {place + 1}번째 칸에 있습니다." if place is not None else ""
            )
            mark_failure(
                result,
                CheckFailed("answer_elsewhere" if detail else "unsolved", detail),
            )
        else:
            with self._warming():
                self._run_cells(end, bare)
            self._run_tests(question, source, result)
        result.output = self.session.take_prints()
        return result

    def _run_tests(
        self, question: Question, source: str, result: QuestionResult
    ) -> None:
        try:
            self._prepare(question.index)
            self._bring_names(question, source)
        except Exception as error:
            mark_failure(result, error)
            return
        passed = 0.0
        for test in question.tests:
            failure = self._run_test(test)
            if failure is None:
                passed += test.points
            elif result.status == "failed" and not result.mistake:
                mark_failure(result, failure)
        self.session.forget()
        result.points = passed
        if not result.mistake:
            result.status = "passed"

    def _prepare(self, index: int) -> None:
        """이 문제 앞에 있는 준비 칸을 검사용 이름들 속에서 실행합니다."""
        for place, source in self.master.setup:
            if self.prepared < place < index:
                before = dict(self.space)
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(plain_python(source), "<준비 칸>", "exec"), self.space)
                self.shared |= {
                    key
                    for key, value in self.space.items()
                    if before.get(key, self) is not value
                }
        self.prepared = max(self.prepared, index)

    def _bring_names(self, question: Question, source: str) -> None:
        functions, values = question.names
        error = self.errors.get(self.answers[question.id])
        for name in functions:
            if error and name not in defined_names(source)[0]:
                raise CheckFailed(*error)
            self.space[name] = RemoteFunction(self.session, name, self._shared_name)
        for name in values:
            got = self.session.get(name)
            if got.problem:
                raise CheckFailed(*(error or got.problem))
            self.space[name] = got.value
        if (
            error
            and not find_mistake(error[0]).unsolved
            and functions
            and self._lost(functions)
        ):
            raise CheckFailed(*error)

    def _shared_name(self, value: object) -> str | None:
        return next(
            (name for name in sorted(self.shared) if self.space.get(name) is value),
            None,
        )

    def _lost(self, functions: list[str]) -> bool:
        """답 칸의 오류 때문에 함수가 만들어지지 않았는지 봅니다."""
        problems = [self.session.get(name).problem for name in functions]
        return any(problem and problem[0] == "missing_name" for problem in problems)

    def _place_of_answer(self, question: Question) -> int | None:
        """답 칸이 빈 문제의 함수를 학생이 다른 칸에 만들었으면 그 칸의 자리."""
        wanted = set(question.names[0])
        for index, cell in enumerate(self.cells):
            if (
                cell.kind != "code"
                or index == self.answers[question.id]
                or self._is_test(cell)
            ):
                continue
            made = wanted & set(defined_names(cell.source)[0])
            if made and not all(is_bare_stub(cell.source, name) for name in made):
                return index
        return None

    def _run_test(self, test: Test) -> CheckFailed | Exception | None:
        """보이는 검사와 숨은 검사를 차례로 실행하고, 실패하면 그 오류를 돌려줍니다."""
        said = io.StringIO()
        for hidden, source in ((False, test.visible), (True, test.hidden)):
            printed = self.session.prints
            try:
                with seeded(self.seed), contextlib.redirect_stdout(said):
                    exec(compile(source, f"<검사 {test.grade_id}>", "exec"), self.space)
            except CheckFailed as failed:
                guessed = hidden and "✔" in said.getvalue() and failed.mistake.vague
                return CheckFailed("hard_coded", failed.detail) if guessed else failed
            except AssertionError as failed:
                return CheckFailed(
                    "hard_coded"
                    if hidden and "✔" in said.getvalue()
                    else "wrong_value",
                    str(failed),
                )
            except Exception as error:
                return error
            finally:
                if hidden:  # 숨은 입력을 출력해 보고서로 빼내지 못하게 합니다.
                    self.session.prints = printed
        return None
