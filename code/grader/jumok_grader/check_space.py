"""검사가 도는 이름공간: 준비 칸의 이름들, 학생의 것을 대신하는 이름들."""

from __future__ import annotations

import contextlib
import io

from .check.checks import seeded
from .check.failure import CheckFailed
from .check.remote_function import RemoteFunction
from .mistakes import find_mistake
from .notebook.master import Master, Question, Test
from .notebook.stubs import defined_names, plain_python
from .worker.session import Session


class CheckSpace:
    """검사가 도는 이름공간. 학생의 함수 자리에는 일꾼에게 시키는 대리가 놓입니다."""

    def __init__(self, master: Master, session: Session, seed: int) -> None:
        self.master, self.session, self.seed = master, session, seed
        self.names: dict = {"__name__": "jumok_tests"}
        # 준비 칸에서 만든 이름들. 일꾼에게도 같은 것이 있습니다.
        self.shared: set[str] = set()
        self.prepared = -1

    def prepare(self, index: int) -> None:
        """index번째 칸 앞에 있는 준비 칸을 아직 실행하지 않았으면 실행합니다."""
        for place, source in self.master.setup:
            if self.prepared < place < index:
                # 준비 칸이 새로 만들거나 바꾼 이름만 일꾼과 나누어 쓰는 것으로
                # 적습니다.
                before = dict(self.names)
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(plain_python(source), "<준비 칸>", "exec"), self.names)
                self.shared |= {
                    key
                    for key, value in self.names.items()
                    if before.get(key, self) is not value
                }
        self.prepared = max(self.prepared, index)

    def bring(
        self, question: Question, source: str, error: tuple[str, str] | None
    ) -> None:
        """학생이 만든 이름들을 가져옵니다. error는 답 칸을 실행하다가 난 문제입니다."""
        functions, values = question.names
        for name in functions:
            # 함수를 만들기도 전에 칸이 멈추었으면 그 오류가 까닭입니다.
            if error and name not in defined_names(source)[0]:
                raise CheckFailed(*error)
            self.names[name] = RemoteFunction(self.session, name, self._shared_name)
        for name in values:
            got = self.session.get(name)
            if got.problem:
                raise CheckFailed(*(error or got.problem))
            self.names[name] = got.value
        if error is None or find_mistake(error[0]).unsolved:
            return
        if functions and self._lost(functions):
            raise CheckFailed(*error)

    def _shared_name(self, value: object) -> str | None:
        names = (name for name in sorted(self.shared) if self.names.get(name) is value)
        return next(names, None)

    def _lost(self, functions: list[str]) -> bool:
        """답 칸의 오류 때문에 함수가 만들어지지 않았는지 봅니다."""
        problems = [self.session.get(name).problem for name in functions]
        return any(problem and problem[0] == "missing_name" for problem in problems)

    def run_test(self, test: Test) -> Exception | None:
        """보이는 검사와 숨은 검사를 차례로 실행하고, 실패하면 그 오류를 돌려줍니다."""
        said = io.StringIO()
        for hidden, source in ((False, test.visible), (True, test.hidden)):
            printed = self.session.prints
            try:
                with seeded(self.seed), contextlib.redirect_stdout(said):
                    exec(compile(source, f"<검사 {test.grade_id}>", "exec"), self.names)
            except CheckFailed as failed:
                # 보이는 검사는 통과했으니, 막연한 말보다 '다른 입력에서 틀림'이 도움이
                # 됩니다.
                guessed = failed.mistake.vague and hidden and "✔" in said.getvalue()
                return CheckFailed("hard_coded", failed.detail) if guessed else failed
            except AssertionError as failed:
                guessed = hidden and "✔" in said.getvalue()
                key = "hard_coded" if guessed else "wrong_value"
                return CheckFailed(key, str(failed))
            except Exception as error:
                return error
            finally:
                # 숨은 입력을 출력해 보고서로 빼내지 못하게 합니다.
                if hidden:
                    self.session.prints = printed
        return None
