"""채점 한 번: 칸은 일꾼이 실행하고, 검사는 여기서 합니다."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from .check.failure import CheckFailed
from .check_space import CheckSpace
from .notebook.master import Master, Question
from .notebook.notebooks import Cell
from .notebook.stubs import clear_hidden, defined_names, is_bare_stub
from .results import QuestionResult, mark_failure
from .worker.session import Session


class Run:
    """채점 한 번. 학생 노트북을 위에서 아래로 실행하면서 문제마다 검사합니다."""

    def __init__(
        self,
        master: Master,
        cells: list[Cell],
        answers: dict[str, int],
        session: Session,
        seed: int,
    ) -> None:
        self.master, self.cells, self.answers = master, cells, answers
        self.session = session
        self.space = CheckSpace(master, session, seed)
        self.errors: dict[int, tuple[str, str] | None] = {}
        self.started, self.next_cell = False, 0
        tests = [test for question in master.questions for test in question.tests]
        self.test_ids = {test.grade_id for test in tests}
        self.test_texts = {test.visible.strip() for test in tests} - {""}
        self.setup_texts = {source.strip() for _, source in master.setup}

    def grade(
        self, only: set[str] | None, troubles: dict[str, str]
    ) -> list[QuestionResult]:
        """문제마다 결과를 만들어 정답 노트북의 차례로 돌려줍니다.

        only를 주면 그 문제만 봅니다. troubles의 문제는 채점하지 않고 까닭만 적습니다.
        """
        asked = [
            question
            for question in self.master.questions
            if only is None or question.id in only
        ]
        results = {
            question.id: _refused(question, troubles[question.id])
            for question in asked
            if question.id in troubles
        }
        for question, end in self._in_order():
            if question in asked:
                results[question.id] = self._grade_question(
                    question, end, bare=only is not None
                )
        return [results[one.id] for one in self.master.questions if one.id in results]

    def _in_order(self) -> Iterator[tuple[Question, int]]:
        """학생 노트북의 차례로 (문제, 검사하기 전에 실행할 칸의 끝)."""
        found = [one for one in self.master.questions if one.id in self.answers]
        found.sort(key=lambda question: self.answers[question.id])
        places = [self.answers[question.id] for question in found] + [len(self.cells)]
        for question, following in zip(found, places[1:], strict=True):
            yield question, self._end_of(question, following)

    def _end_of(self, question: Question, following: int) -> int:
        """이 문제를 검사하기 전에 실행할 칸의 끝.

        검사 칸의 자리이고, 없으면 다음 문제의 답 칸입니다.
        """
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
        """처음 한 번, 일꾼이 준비 칸을 실행하는 동안 여기서도 실행합니다."""
        if self.started:
            yield
            return
        self.started = True
        # 일꾼이 torch를 부르는 동안 이쪽도 부르면 기다리는 시간이 반이 됩니다.
        warm = threading.Thread(target=self._warm, daemon=True)
        warm.start()
        self._run_missing_setup()
        yield
        warm.join()

    def _warm(self) -> None:
        # 실패하면 검사할 때 다시 실행해 까닭을 적습니다.
        with contextlib.suppress(Exception):
            first = min(question.index for question in self.master.questions)
            self.space.prepare(first)

    def _run_missing_setup(self) -> None:
        """첫 답 칸 위의 준비 칸이 없거나 고쳐졌으면 원래 것을 먼저 실행합니다."""
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
            cell = self.cells[index]
            setup = cell.source.strip() in self.setup_texts
            # 문제 하나만 볼 때는 학생이 덧붙인 칸을 건너뜁니다.
            extra = not setup and index not in answer_places
            if cell.kind != "code" or self._is_test(cell) or (bare and extra):
                continue
            seconds = self.session.limits.setup if setup else None
            label = f"<칸 {index + 1}>"
            self.errors[index] = self.session.run(label, cell.source, seconds)
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
        result = QuestionResult(question.id, question.title, question.max_points)
        blank = source.strip() == question.stub.strip()
        if question.manual:
            result.status = "manual"
            result.message = "아직 쓰지 않았습니다." if blank else "직접 채점합니다."
        elif blank:
            mark_failure(result, self._why_blank(question))
        else:
            with self._warming():
                self._run_cells(end, bare)
            self._run_tests(question, source, result)
        result.output = self.session.take_prints()
        return result

    def _why_blank(self, question: Question) -> CheckFailed:
        place = self._place_of_answer(question)
        if place is None:
            return CheckFailed("unsolved")
        said = f"위에서 {place + 1}번째 칸에 있습니다."
        return CheckFailed("answer_elsewhere", said)

    def _run_tests(
        self, question: Question, source: str, result: QuestionResult
    ) -> None:
        try:
            self.space.prepare(question.index)
            error = self.errors.get(self.answers[question.id])
            self.space.bring(question, source, error)
        except Exception as error:
            mark_failure(result, error)
            return
        passed = 0.0
        for test in question.tests:
            failure = self.space.run_test(test)
            if failure is None:
                passed += test.points
            # 처음 걸린 검사의 까닭을 보입니다. 점수는 검사마다 따로 셉니다.
            elif result.status == "failed" and not result.mistake:
                mark_failure(result, failure)
        self.session.forget()
        result.points = passed
        if not result.mistake:
            result.status = "passed"

    def _place_of_answer(self, question: Question) -> int | None:
        """답 칸이 빈 문제의 함수를 학생이 다른 칸에 만들었으면 그 칸의 자리."""
        wanted = set(question.names[0])
        for index, cell in enumerate(self.cells):
            mine = index == self.answers[question.id]
            if cell.kind != "code" or mine or self._is_test(cell):
                continue
            made = wanted & set(defined_names(cell.source)[0])
            if made and not all(is_bare_stub(cell.source, name) for name in made):
                return index
        return None


def _refused(question: Question, trouble: str) -> QuestionResult:
    result = QuestionResult(question.id, question.title, question.max_points)
    mark_failure(result, CheckFailed(trouble))
    return result
