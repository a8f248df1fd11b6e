"""실수를 알아보는 검사.

틀린 값을 '이런 실수를 하면 나오는 값'과 견주어 실수의 이름을 말합니다.
"""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

import numpy as np

from ..mistakes import find_mistake
from ..protocol.call_result import CallResult, CannotSend
from ..protocol.values import copy_value, exact, holds_unsupported
from ..worker.call_tracer import forbidden_calls
from ..worker.local_call import call
from ..worker.proxy import ObjectProxy, build, maker
from . import answers
from .common_mistakes import alike, common_mistake
from .compare import difference
from .failure import CheckFailed, describe, with_case

_SEED: ContextVar[int | None] = ContextVar("jumok_check_seed", default=None)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """이 안에서 도는 검사의 난수 씨앗을 정합니다. 채점기가 씁니다."""
    token = _SEED.set(seed)
    try:
        yield
    finally:
        _SEED.reset(token)


class Check:
    """학생의 함수나 클래스를 기준과 견주고, 다르면 어떤 실수인지 말합니다.

    func은 학생 함수, reference는 맞는 값을 내는 함수입니다. mistakes는 {실수 id 또는
    (이름, 설명): 그 실수를 한 학생이 얻을 값을 내는 함수}이고 앞에 적은 것부터
    견줍니다. tolerance를 주지 않으면 dtype에 맞추고, forbid에는 학생의 코드가 바로
    부르면 안 되는 함수나 모듈의 이름을 적습니다(연습의 규칙일 뿐 보안이 아닙니다).
    틀리면 CheckFailed를 냅니다.

    클래스를 볼 때는 셋 다 클래스이고, use(make, *입력)를 줍니다. make(...)로 만든
    대리(ObjectProxy)에 일을 시켜 견줄 값을 돌려주는 함수입니다. CONTRIBUTING.md에
    예가 있습니다.
    """

    def __init__(
        self,
        func: Callable,
        reference: Callable,
        mistakes: dict | None = None,
        *,
        use: Callable | None = None,
        tolerance: float | None = None,
        forbid: tuple[str, ...] | list[str] = (),
        name: str | None = None,
    ) -> None:
        self.func = func
        self.reference = reference
        self.mistakes = dict(mistakes or {})
        self.use = use
        self.tolerance, self.forbid = tolerance, forbid
        self.name = name or getattr(func, "__name__", "답")
        for key in self.mistakes:
            find_mistake(key)  # 표에 없는 id는 여기서 바로 드러납니다.

    def __call__(self, *args, **kwargs) -> None:
        """이 입력으로 검사하고, 맞으면 ✔ 한 줄을 출력합니다."""
        self.case("", *args, **kwargs)

    def case(self, label: str, /, *args, **kwargs) -> None:
        """label(예: "큰 점수")을 붙여 검사합니다."""
        want = self._imitate(self.reference, args, kwargs)
        if holds_unsupported(want):
            raise TypeError(f"기준이 견줄 수 없는 종류를 돌려주었습니다: {want!r:.200}")
        try:
            self._judge(self.call(*args, **kwargs), want, args, kwargs)
        except CheckFailed as failed:
            raise CheckFailed(failed.mistake, with_case(failed, label, args)) from None
        print(f"✔ {self.name}: {label or describe(args)} — 맞았습니다")

    def call(self, *args, **kwargs) -> CallResult:
        """학생의 함수를 부르고, 금지된 이름과 오류를 본 결과를 돌려줍니다.

        use가 있으면 함수 대신 use를 돌립니다.
        """
        self._need_answer()
        if self.use is not None:
            return CallResult(self._used(args, kwargs))
        return self._allowed(call(self.func, args, kwargs))

    def make(self, *args, **kwargs) -> ObjectProxy:
        """학생의 클래스로 물건을 만들어 대리를 돌려줍니다.

        값의 성질을 that으로 볼 때 씁니다.
        """
        self._need_answer()
        return build(self.func, args, kwargs, self._unchanged)

    def _need_answer(self) -> None:
        if not callable(self.func):
            raise CheckFailed(
                "unsolved" if self.func is None or self.func is ... else "missing_name"
            )

    def _used(self, args: tuple, kwargs: dict) -> object:
        """학생의 클래스로 use를 돌립니다.

        기준으로는 이미 돌았으므로 여기서 멈추면 학생의 값 때문입니다.
        """
        try:
            return _silently(partial(self.use, self.make), args, kwargs)
        except (CheckFailed, CannotSend):
            raise
        except Exception as error:
            said = (
                "돌려준 값의 꼴이 달라 검사를 이어 갈 수 없습니다 "
                f"({type(error).__name__})."
            )
            raise CheckFailed("wrong_type", said) from None

    def _imitate(self, other: Callable, args: tuple, kwargs: dict) -> object:
        """기준이나 실수를 학생의 것과 똑같이 돌린 값."""
        return _silently(
            other if self.use is None else partial(self.use, maker(other)), args, kwargs
        )

    def _unchanged(self, result: CallResult) -> object:
        if self._allowed(result).changed:
            raise CheckFailed("mutates_input", f"바뀐 것: {', '.join(result.changed)}")
        return result.value

    def _allowed(self, result: CallResult) -> CallResult:
        found = forbidden_calls(result.used, self.forbid)
        if found:
            raise CheckFailed("uses_ready_made", f"바로 부른 함수: {', '.join(found)}")
        if result.problem:
            raise CheckFailed(*result.problem)
        return result

    def random(self, count: int) -> Iterator[np.random.Generator]:
        """비밀 씨앗에서 나온 서로 다른 난수 생성기를 count개 내놓습니다."""
        seed = _SEED.get()
        sequence = np.random.SeedSequence(
            secrets.randbits(64) if seed is None else seed
        )
        yield from (np.random.default_rng(child) for child in sequence.spawn(count))

    @staticmethod
    def that(
        condition: object, mistake: str | tuple[str, str], detail: str = ""
    ) -> None:
        """condition이 거짓이면 그 실수로 알립니다.

        값의 성질(합이 1인지 등)을 볼 때 씁니다.
        """
        if not bool(condition):
            raise CheckFailed(mistake, detail)

    @staticmethod
    def equal(
        value: object,
        expected: object,
        wrong: dict | None = None,
        *,
        tolerance: float = 1e-6,
        name: str = "답",
        form: object = None,
    ) -> None:
        """개념 문제의 답을 봅니다. wrong은 {틀린 답: 실수 id 또는 (이름, 설명)}입니다.

        expected와 wrong의 열쇠에는 값이나 digest(값)을 적습니다. 정답은 출력하지
        않습니다. form에는 꼴만 같은 아무 값(예: ((1, 1), 1))을 적습니다. 꼴이 다른
        답에 무엇이 다른지 말해 줍니다.
        """
        # 빈칸 그대로이거나 생략표를 적은 것은 틀린 답이 아니라 풀지 않은 것입니다.
        if value is None or value is ...:
            raise CheckFailed("unsolved")
        if answers.same_answer(value, expected, tolerance):
            print(f"✔ {name}: 맞았습니다")
            return
        for key, mistake in (wrong or {}).items():
            if answers.same_answer(value, key, tolerance):
                raise CheckFailed(mistake)
        raise CheckFailed(
            "wrong_answer",
            answers.wrong_form(value, expected if form is None else form),
        )

    def _judge(
        self, result: CallResult, want: object, args: tuple, kwargs: dict
    ) -> None:
        # 값이 틀렸으면 실수의 이름을 먼저 찾고, 맞았어도 입력을 바꾸었으면 그것을
        # 말합니다.
        found = difference(result.value, want, self.tolerance)
        if found is None and not result.changed:
            return
        named = self._named_mistake(result.value, want, args, kwargs) if found else None
        if named is not None:
            raise CheckFailed(named, found.detail)
        if result.changed:
            raise CheckFailed("mutates_input", f"바뀐 것: {', '.join(result.changed)}")
        raise CheckFailed(
            common_mistake(result.value, want, self.tolerance) or found.mistake,
            found.detail,
        )

    def _named_mistake(self, got, want, args, kwargs) -> str | tuple[str, str] | None:
        """학생의 값과 같은 값을 내는 실수를 찾습니다.

        이 입력에서 정답과 같은 실수는 뺍니다.
        """
        for key, imitate in self.mistakes.items():
            try:
                # 흉내도 학생의 것과 똑같은 입력과 순서로 돌려야 값이 같아집니다.
                value = self._imitate(imitate, args, kwargs)
            except Exception:
                continue  # 이 입력에서는 그 실수가 값을 내지 못합니다.
            if difference(value, want, self.tolerance) and alike(
                got, value, self.tolerance
            ):
                return key
        return None


def _silently(func: Callable, args: tuple, kwargs: dict) -> object:
    """입력의 복사본으로 부르고 경고를 숨깁니다."""
    given = {key: copy_value(value) for key, value in kwargs.items()}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return exact(func(*(copy_value(value) for value in args), **given))
