"""명령의 답: 사용자의 실수를 한국어 한마디와 끝냄 번호로 바꿉니다.

모든 명령이 함께 씁니다.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

Run = Callable[[argparse.Namespace], int | None]
Explain = Callable[[Exception], str | None]

_NO_MEMORY = (
    "메모리가 모자라 멈추었습니다. 더 작은 설정을 쓰거나, 한 번에 하는 양을 줄이거나, "
    "다른 프로그램을 닫으세요."
)


def mistake(error: Exception) -> str | None:
    """학습하고 쓰는 명령에서 사용자가 고칠 수 있는 잘못이면 알려 줄 말, 아니면 None."""
    if _out_of_memory(error):
        return _NO_MEMORY
    if isinstance(error, ModuleNotFoundError) and error.name:
        return missing_package(error)
    if isinstance(error, ValueError | MemoryError | ImportError) or _is_known(error):
        return str(error)
    return None


def missing_package(error: ModuleNotFoundError) -> str | None:
    """없는 꾸러미의 이름을 알리는 말.

    이 책의 것이면 잘못 설치한 것이 아니므로 None입니다.
    """
    name = error.name.partition(".")[0]
    if name.startswith("jumok"):
        return None
    return f"꾸러미 {name}이(가) 없습니다. pip install {name} 으로 설치하세요."


def answering(
    run: Run, explain: Explain = mistake
) -> Callable[[argparse.Namespace], int]:
    """run의 잘못을 한국어 한마디로 말하고 끝냄 번호를 돌려주는 명령으로 바꿉니다.

    explain은 알려 줄 말을 내고, None을 내면 그 오류는 그대로 올라갑니다.
    끝냄 번호는 오류의 exit_code이고, 없으면 2입니다. run이 None을 돌려주면 0입니다.
    """

    def answer(args: argparse.Namespace) -> int:
        try:
            return run(args) or 0
        except Exception as error:
            told = explain(error)
            if told is None:
                raise
            print(f"jumok: {told}", file=sys.stderr)
            return getattr(error, "exit_code", 2)

    return answer


def _out_of_memory(error: Exception) -> bool:
    """메모리가 모자라 난 오류이고, 우리가 한국어로 까닭을 적은 것이 아닌지."""
    if isinstance(error, MemoryError):
        return not any("가" <= letter <= "힣" for letter in str(error))
    # torch를 불러온 적이 없으면 torch의 오류도 아닙니다.
    if not isinstance(error, RuntimeError) or "torch" not in sys.modules:
        return False
    from ..training.plan import out_of_memory

    return out_of_memory(error)


def _is_known(error: Exception) -> bool:
    """이 책이 스스로 내는 오류인지.

    잘못된 다음에야 불러오므로 명령의 시작을 늦추지 않습니다.
    """
    from ..text.corpora import CorpusError

    if isinstance(error, CorpusError):
        return True
    if "torch" not in sys.modules:
        return False
    from ..training.distributed import LostWorker

    return isinstance(error, LostWorker)
