"""풀이의 준비: 모델이 지킬 약속, 인자 검사, 빠른 길로 바꾸기."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol, Self

import torch
from torch import Tensor

from ..model.checks import check_range
from ..model.fast.decoder import fast_decoder

# 끝난 문장이 이 몫을 넘을 때마다 그 줄을 버립니다. 버릴 때 남은 캐시를 베끼므로
# 하나씩 버리지는 않습니다.
DROP_SHARE = 0.25


class Decodable(Protocol):
    """풀 수 있는 모델. Transformer, Gpt, RnnSeq2Seq가 모두 이 꼴입니다.

    start(ids (B, S), 읽을 토큰 수) → state,
    step(ids (R, t), state) → (로그 확률 (R, V), state).
    state는 fork(K), reorder(rows), keep(sentences)를 가집니다.
    줄 수 R은 B이고, fork 뒤에는 B·K입니다.
    reads_source가 True이면 ids를 원문으로 읽고 bos_id부터 씁니다.
    False이면 ids의 뒤를 이어 씁니다.
    """

    reads_source: bool
    vocab_size: int

    def start(self, ids: Tensor, max_len: int) -> Any:
        """max_len은 디코더가 읽을 토큰의 수입니다. 잘못된 ids는 여기서 알립니다."""

    def step(self, ids: Tensor, state: Any) -> tuple[Tensor, Any]:
        """새 토큰을 읽고 다음 토큰의 로그 확률을 냅니다."""


class Ends(NamedTuple):
    """글의 처음과 끝을 정하는 번호. 네 풀이가 함께 씁니다.

    eos_id를 내면 그 글이 끝납니다. None이면 끝나지 않습니다. bos_id는 원문을 읽는
    모델이 처음 읽는 토큰이고, pad_id는 끝난 글의 뒤를 채웁니다.
    """

    eos_id: int | None
    bos_id: int | None = None
    pad_id: int = 0

    @classmethod
    def read(cls, numbers: dict[str, int | None]) -> Self:
        """키워드 인자를 읽습니다. 오류: eos_id가 없거나 모르는 이름이면 TypeError."""
        unknown = numbers.keys() - set(cls._fields)
        if unknown:
            raise TypeError(
                f"모르는 인자 {', '.join(sorted(unknown))}을(를) 받았습니다. "
                f"번호는 {', '.join(cls._fields)}로 줍니다."
            )
        if "eos_id" not in numbers:
            raise TypeError(
                "끝 토큰의 번호 eos_id를 주세요. 끝나지 않게 하려면 eos_id=None입니다."
            )
        return cls(**numbers)


class Search(NamedTuple):
    """막 시작한 풀이: 한 걸음씩 풀 모델, 처음 읽을 토큰 (B, t), 상태."""

    model: Decodable
    token: Tensor
    state: Any


def open_search(model: Decodable, ids: Tensor, max_len: int, ends: Ends) -> Search:
    """인자를 한 번 살피고, 모델의 빠른 길을 고르고, 첫 상태를 만듭니다.

    오류: 1보다 작은 max_len, 어휘 밖의 번호, 모델에 맞지 않는 bos_id는 ValueError.
    """
    check(max_len >= 1, f"max_len은 1 이상이어야 합니다. 받은 값은 {max_len}입니다.")
    # 모델마다의 검사는 start가 합니다. 여기서는 풀이의 인자만 봅니다.
    check_range([i for i in ends if i is not None], model.vocab_size)
    # 빠른 길로 바꾸는 곳은 여기 하나입니다. 답은 같습니다.
    model = fast_decoder(model)
    if not model.reads_source:
        check(
            ends.bos_id is None,
            "이어 쓰는 모델에는 bos_id를 주지 않습니다. "
            "시작 토큰은 ids 맨 앞에 넣으세요.",
        )
        # 마지막으로 낸 토큰은 다시 읽지 않으므로 하나 적게 읽습니다.
        return Search(model, ids, model.start(ids, ids.size(-1) + max_len - 1))
    check(
        ends.bos_id is not None,
        "원문을 읽는 모델에는 첫 토큰의 번호 bos_id가 필요합니다.",
    )
    first = ids.new_full((len(ids), 1), ends.bos_id)  # (B, 1)
    return Search(model, first, model.start(ids, max_len))


@contextmanager
def evaluating(model: Decodable) -> Iterator[None]:
    """푸는 동안만 드롭아웃을 끄고 기울기를 기록하지 않습니다.

    학습 중이던 부분은 나갈 때 되돌립니다.
    """
    # model.eval()을 부르면 일부만 얼려 둔 모델의 상태를 되돌릴 수 없습니다.
    training = [m for m in getattr(model, "modules", list)() if m.training]
    for module in training:
        module.training = False
    try:
        with torch.inference_mode():
            yield
    finally:
        for module in training:
            module.training = True


def check(ok: bool, message: str) -> None:
    """ok가 아니면 message를 담은 ValueError를 냅니다."""
    if not ok:
        raise ValueError(message)
