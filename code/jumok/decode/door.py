"""풀이의 문: 모델이 지킬 약속과 인자 검사."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor

from jumok.model.state import check_range

# 끝난 문장이 이 몫을 넘을 때마다 그 줄을 버립니다. 버릴 때 남은 캐시를 베끼므로 하나씩 버리지는 않습니다.
DROP_SHARE = 0.25


class Decodable(Protocol):
    """풀 수 있는 모델. Transformer, Gpt, RnnSeq2Seq가 모두 이 꼴입니다.

    start(ids (B, S), 읽을 토큰 수) → state, step(ids (R, t), state) → (로그 확률 (R, V), state).
    state는 fork(K), reorder(rows), keep(sentences)를 가집니다. 줄 수 R은 B이고, fork 뒤에는 B·K입니다.
    reads_source가 True이면 ids를 원문으로 읽고 bos_id부터 씁니다. False이면 ids의 뒤를 이어 씁니다.
    """

    reads_source: bool
    vocab_size: int

    def start(self, ids: Tensor, max_len: int) -> Any:
        """max_len은 디코더가 읽을 토큰의 수입니다. ids가 잘못되었으면 여기서 알립니다."""

    def step(self, ids: Tensor, state: Any) -> tuple[Tensor, Any]:
        """새 토큰을 읽고 다음 토큰의 로그 확률을 냅니다."""


def open_search(
    model: Decodable,
    ids: Tensor,
    max_len: int,
    eos_id: int | None,
    bos_id: int | None,
    pad_id: int,
) -> tuple[Tensor, Any]:
    """인자를 한 번 살피고, 처음 읽을 토큰 (B, t)와 상태를 만듭니다."""
    check(max_len >= 1, f"max_len은 1 이상이어야 합니다. 받은 값은 {max_len}입니다.")
    check_range(
        [i for i in (eos_id, bos_id, pad_id) if i is not None], model.vocab_size
    )
    if not model.reads_source:
        check(
            bos_id is None,
            "이어 쓰는 모델에는 bos_id를 주지 않습니다. 시작 토큰은 ids 맨 앞에 넣으세요.",
        )
        return ids, model.start(ids, ids.size(-1) + max_len - 1)
    check(
        bos_id is not None, "원문을 읽는 모델에는 첫 토큰의 번호 bos_id가 필요합니다."
    )
    return ids.new_full((len(ids), 1), bos_id), model.start(ids, max_len)


@contextmanager
def evaluating(model: Decodable) -> Iterator[None]:
    """푸는 동안만 드롭아웃을 끄고 기울기를 기록하지 않습니다. 학습 중이던 부분은 나갈 때 되돌립니다."""
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
