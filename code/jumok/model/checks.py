"""문 앞의 검사: 잘못된 설정, 길이, 토큰 번호를 쓰이기 전에 알립니다."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any

import torch
from torch import Tensor


def check_numbers(config: Any) -> None:
    """설정의 모든 크기와 드롭아웃을 살핍니다.

    오류: 1보다 작은 크기, [0, 1) 밖의 드롭아웃은 ValueError.
    """
    for field in fields(config):
        name, value = field.name, getattr(config, field.name)
        # pad_id는 크기가 아니라 번호라서 0일 수 있습니다.
        if field.type is int and name != "pad_id" and value < 1:
            raise ValueError(
                f"{name}은(는) 1 이상이어야 합니다. 받은 값은 {value}입니다."
            )
        if name.endswith("dropout") and not 0 <= value < 1:
            raise ValueError(
                f"{name}은 0 이상 1 미만이어야 합니다. 받은 값은 {value}입니다."
            )


def check_divides(whole: int, part: int, words: str) -> None:
    """whole이 part로 나누어떨어지는지 살핍니다.

    words는 두 수가 들어갈 글입니다. 오류: 아니면 두 수를 알리는 ValueError.
    """
    if whole % part:
        raise ValueError(f"{words.format(whole, part)} 나누어떨어져야 합니다.")


def check_choice(what: str, name: str, choices: Collection[str]) -> None:
    """name이 choices 가운데 하나인지 살핍니다.

    오류: 아니면 쓸 수 있는 것을 알리는 ValueError.
    """
    if name not in choices:
        raise ValueError(
            f"{what} '{name}'은(는) 없습니다. 쓸 수 있는 것: {', '.join(choices)}"
        )


def check_length(length: int, max_len: int) -> None:
    """쓸 위치의 수가 모델의 한도 안인지 살핍니다. 오류: 넘으면 ValueError."""
    if length > max_len:
        raise ValueError(
            f"길이 {length}인 문장은 max_len {max_len}을 넘습니다. "
            "문장을 자르거나 max_len을 늘리세요."
        )


def check_ids(ids: Tensor, vocab_size: int, pad_id: int | None = None) -> None:
    """풀이를 시작하는 문에서 토큰 번호를 한 번 살핍니다.

    모양: ids (B, T) 정수, B와 T는 1 이상.
    오류: 정수가 아니면 TypeError. 모양이 다르거나, 비었거나, 번호가 어휘 밖이거나,
    한 줄이 모두 채움(pad_id)이면 ValueError.
    """
    # 틀린 번호로 임베딩을 부르면 GPU에서는 한참 뒤에 알 수 없는 오류가 납니다.
    if ids.dtype not in (torch.int64, torch.int32):
        raise TypeError(
            f"토큰 번호는 정수 텐서여야 합니다. 받은 자료형은 {ids.dtype}입니다."
        )
    if ids.dim() != 2:
        raise ValueError(
            f"토큰 번호는 (B, T) 모양이어야 합니다. 받은 모양은 {tuple(ids.shape)}"
            "입니다."
        )
    if ids.numel() == 0:
        raise ValueError(
            f"빈 문장은 풀 수 없습니다. 받은 모양은 {tuple(ids.shape)}입니다."
        )
    check_range((int(ids.min()), int(ids.max())), vocab_size)
    # 모두 채움인 문장은 볼 키가 하나도 없어 번역할 것이 없습니다.
    if pad_id is not None:
        empty = (ids == pad_id).all(dim=1).nonzero().flatten().tolist()
        if empty:
            raise ValueError(
                f"{empty[0]}번째 문장이 모두 채움({pad_id})입니다. "
                "빈 문장은 빼고 넘기세요."
            )


def check_range(ids: Iterable[int], vocab_size: int) -> None:
    """토큰 번호가 모두 0 이상 vocab_size 미만인지 살핍니다.

    오류: 벗어난 첫 번호를 알리는 ValueError.
    """
    for token in ids:
        if not 0 <= token < vocab_size:
            raise ValueError(
                f"토큰 번호 {token}은(는) 어휘 밖입니다. "
                f"어휘의 크기는 {vocab_size}이므로 "
                f"0부터 {vocab_size - 1}까지만 쓸 수 있습니다."
            )
