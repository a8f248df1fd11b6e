"""스케일드 닷프로덕트 어텐션: 읽는 식 하나, 같은 값의 융합 커널, 가중치를 보는 창."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """softmax(QKᵀ/√d_k)V와 그 가중치를 함께 돌려줍니다.

    모양: query (..., T_q, d_k), key (..., T_k, d_k), value (..., T_k, d_v),
    mask (..., T_q, T_k) bool, True = 본다
    → output (..., T_q, d_v), weights (..., T_q, T_k).
    볼 키가 하나도 없는 행의 가중치와 출력과 기울기는 NaN이 아니라 0입니다.
    오류: mask가 bool이 아니면 TypeError, 모양이 맞지 않으면 ValueError.
    출처: Vaswani et al. (2017), 식 (1).
    """
    _check_shapes(query, key, value, mask)
    # 성분이 d_k개라 내적의 표준편차는 √d_k배로 커집니다. 나누어 되돌립니다.
    root = math.sqrt(query.size(-1))
    scores = query @ key.transpose(-2, -1) / root  # (..., T_q, T_k)
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        # 모두 가려진 행은 softmax가 NaN을 냅니다.
        # 그 행만 점수를 열어 두었다가 가중치를 0으로 지웁니다.
        empty = ~mask.any(dim=-1, keepdim=True)  # (..., T_q, 1)
        weights = scores.masked_fill(~(mask | empty), -torch.inf).softmax(dim=-1)
        weights = weights.masked_fill(empty, 0.0)
    return weights @ value, weights  # (..., T_q, d_v)


def fused_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    dropout: float = 0.0,
) -> Tensor:
    """같은 값을 torch의 융합 커널로 구합니다. 학습에 씁니다.

    가중치 행렬 (T_q, T_k)를 메모리에 통째로 만들지 않습니다.
    모양과 마스크 약속은 `scaled_dot_product_attention`과 같고, 출력만 돌려줍니다.
    모두 가려진 행의 출력은 0입니다.
    출처: Dao et al. (2022)의 FlashAttention,
    `torch.nn.functional.scaled_dot_product_attention`.
    """
    _check_shapes(query, key, value, mask)
    if mask is None or query.device.type == "cpu":
        # CPU의 커널은 볼 키가 없는 행에 스스로 0을 내므로 지울 것이 없습니다.
        return F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, dropout_p=dropout
        )
    # 다른 커널은 그 행에 NaN을 낼 수 있으므로 교과서 식과 같은 길로 갑니다.
    empty = ~mask.any(dim=-1, keepdim=True)  # (..., T_q, 1)
    output = F.scaled_dot_product_attention(
        query, key, value, attn_mask=mask | empty, dropout_p=dropout
    )
    return output.masked_fill(empty, 0.0)


@contextmanager
def attention_maps(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """블록 안에서 모델을 돌리면 어텐션 모듈마다 헤드별 가중치를 모아 줍니다.

        with attention_maps(model) as maps:
            model(ids)
        maps["encoder.layers.0.attention"]   # (B, H, T_q, T_k), 드롭아웃 전

    모듈이 `weights(query, key, value, mask=None)` 메서드를 가지면 어텐션 모듈로 봅니다.
    모듈은 아무것도 기억하지 않습니다. 블록을 나가면 갈고리(hook)도 사라집니다.
    """
    maps: dict[str, Tensor] = {}
    # forward가 받은 인자를 그대로 weights에 넘깁니다. 그래서 두 함수의 인자가 같습니다.
    hooks = [
        module.register_forward_hook(_recorder(maps, name), with_kwargs=True)
        for name, module in model.named_modules()
        if callable(getattr(module, "weights", None))
    ]
    # 블록 안에서 오류가 나도 갈고리는 떼어 냅니다.
    try:
        yield maps
    finally:
        for hook in hooks:
            hook.remove()


def _recorder(maps: dict[str, Tensor], name: str) -> Callable[..., None]:
    def record(module: nn.Module, args: tuple, kwargs: dict, output: Tensor) -> None:
        # 가중치는 보려고 다시 구하는 것이므로 기울기를 기록하지 않습니다.
        with torch.no_grad():
            maps[name] = module.weights(*args, **kwargs)

    return record


def _check_shapes(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None
) -> None:
    if query.size(-1) != key.size(-1):
        raise ValueError(
            "쿼리와 키의 길이 d_k가 같아야 내적할 수 있습니다. "
            f"쿼리는 {query.size(-1)}, 키는 {key.size(-1)}입니다."
        )
    if key.size(-2) != value.size(-2):
        raise ValueError(
            "키와 밸류는 짝이므로 개수 T_k가 같아야 합니다. "
            f"키는 {key.size(-2)}개, 밸류는 {value.size(-2)}개입니다."
        )
    if mask is None:
        return
    batch = query.shape[:-2]
    if batch != key.shape[:-2]:
        # 모델 안에서는 늘 같습니다. 넓히기 계산은 느려서 다를 때만 합니다.
        batch = torch.broadcast_shapes(batch, key.shape[:-2])
    _check_mask(mask, (*batch, query.size(-2), key.size(-2)))


def _check_mask(mask: Tensor, shape: tuple[int, ...]) -> None:
    # 0과 1의 실수 마스크를 받으면 torch의 커널은 점수에 더해 버립니다.
    if mask.dtype != torch.bool:
        raise TypeError(
            f"마스크는 bool 텐서여야 합니다(True = 본다). 받은 자료형은 {mask.dtype}"
            "입니다. 0과 1로 되어 있다면 mask.bool()로 바꾸세요."
        )
    # 뒤의 축부터 견줍니다. 크기가 1인 축은 넓혀집니다.
    sizes = zip(reversed(mask.shape), reversed(shape), strict=False)
    if mask.dim() > len(shape) or any(m not in (1, n) for m, n in sizes):
        raise ValueError(
            f"마스크의 모양 {tuple(mask.shape)}을 점수의 모양 {tuple(shape)}에 "
            "맞출 수 없습니다. 마지막 두 축이 (T_q, T_k)로 펼쳐지는지 확인하세요."
        )
