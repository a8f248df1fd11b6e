"""두 구현이 같은 함수인지 재는 도구.

가중치를 옮겨 담고, 앞걸음과 기울기의 차이를 잽니다.

시험(`test_parity_*.py`)과 책의 쪽(`book/tools/make_parity_page.py`)이 함께 씁니다.
"""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType

import torch
from torch import Tensor, nn

B, D, H, D_FF = 3, 32, 4, 48
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
# (앞걸음, 기울기)의 상대 오차가 넘지 말아야 할 값입니다.
LIMITS = {torch.float64: (1e-12, 1e-10), torch.float32: (1e-5, 1e-4)}
# 책에 적는 상한의 바닥입니다. 이 컴퓨터에서 0이 나와도 다른 컴퓨터에서는
# 몇 눈금 다를 수 있습니다.
FLOORS = {torch.float64: (1e-14, 1e-13), torch.float32: (1e-6, 1e-5)}

Transform = Callable[[Tensor], Tensor]
Names = dict[str, tuple[str, Transform]]


@dataclass(frozen=True)
class Setup:
    """견줄 두 모델.

    names는 우리 이름 → (상대의 이름, 상대의 텐서에서 우리 것을 꺼내는 선형 함수).
    """

    ours: nn.Module
    theirs: nn.Module
    names: Names
    run_ours: Callable[..., Tensor | tuple[Tensor, ...]]
    run_theirs: Callable[..., Tensor | tuple[Tensor, ...]]
    inputs: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Case:
    """표의 한 줄. build는 기본 자료형이 정해진 뒤에 불립니다."""

    module: str
    reference: str
    condition: str
    build: Callable[[], Setup]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.module, self.reference, self.condition

    def __str__(self) -> str:
        return " | ".join(self.key)


# ── 이름 짝짓기 ───────────────────────────────────────────────────────────────────────


def keep(tensor: Tensor) -> Tensor:
    return tensor


def turned(tensor: Tensor) -> Tensor:
    return tensor.T


def third(i: int, before: Transform = keep) -> Transform:
    """셋을 이어 붙인 텐서(쿼리·키·밸류)에서 i번째를 꺼냅니다."""
    return lambda tensor: before(tensor).chunk(3)[i]


def pair(
    ours: str, theirs: str, weight: Transform = keep, bias: Transform = keep
) -> Names:
    """weight와 bias를 가진 모듈 한 쌍."""
    return {
        f"{ours}.weight": (f"{theirs}.weight", weight),
        f"{ours}.bias": (f"{theirs}.bias", bias),
    }


def under(ours: str, theirs: str, names: Names) -> Names:
    """이름 앞에 길을 붙입니다."""
    return {
        ours + mine: (theirs + other, change) for mine, (other, change) in names.items()
    }


def torch_attention() -> Names:
    """nn.MultiheadAttention은 쿼리·키·밸류의 사영을 한 행렬에 이어 붙여 둡니다."""
    names = pair("output_proj", "out_proj")
    for i, name in enumerate(("query", "key", "value")):
        names[f"{name}_proj.weight"] = ("in_proj_weight", third(i))
        names[f"{name}_proj.bias"] = ("in_proj_bias", third(i))
    return names


# ── 재기 ──────────────────────────────────────────────────────────────────────────────


@contextmanager
def exact(dtype: torch.dtype) -> Iterator[None]:
    """기본 자료형을 잠깐 바꾸고, 정밀도를 몰래 낮추는 커널(cuDNN의 TF32)을 끕니다."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with (
            torch.backends.cudnn.flags(enabled=False),
            torch.random.fork_rng(devices=[]),
        ):
            torch.manual_seed(3)
            yield
    finally:
        torch.set_default_dtype(before)


def randomise(module: nn.Module, gain: float = 1.0) -> None:
    """치우침과 층 정규화까지 모두 0이나 1이 아닌 값으로 채웁니다.

    그래야 뒤바뀐 것이 드러납니다.
    """
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.requires_grad and parameter.dim() > 1:
                parameter.normal_(std=gain * parameter[0].numel() ** -0.5)
            elif parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter), alpha=0.3)


def trainable(module: nn.Module) -> dict[str, nn.Parameter]:
    return {n: p for n, p in module.named_parameters() if p.requires_grad}


def copy_weights(setup: Setup) -> None:
    """상대의 가중치를 우리 모델에 옮깁니다. 빠뜨린 것이 하나라도 있으면 멈춥니다."""
    mine, other = trainable(setup.ours), trainable(setup.theirs)
    assert set(mine) == set(setup.names), (
        f"짝이 없는 매개변수: {set(mine) ^ set(setup.names)}"
    )
    assert {name for name, _ in setup.names.values()} == set(other), (
        "상대에게 남는 것이 있습니다"
    )
    assert sum(p.numel() for p in mine.values()) == sum(
        p.numel() for p in other.values()
    )
    with torch.no_grad():
        for name, (their_name, change) in setup.names.items():
            source = change(other[their_name])
            assert source.shape == mine[name].shape, f"{name}: {tuple(source.shape)}"
            mine[name].copy_(source)


def outputs_and_gradients(
    run: Callable, inputs: tuple[Tensor, ...], parameters: dict[str, nn.Parameter]
) -> tuple[tuple[Tensor, ...], dict[str, Tensor], tuple[Tensor, ...]]:
    """출력들, 매개변수의 기울기, 입력의 기울기.

    손실은 출력과 고정된 난수의 곱을 더한 것입니다.
    """
    outputs = run(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    generator = torch.Generator().manual_seed(5)
    loss = sum(
        (
            out
            * torch.randn(out.shape, generator=generator, dtype=out.dtype).to(
                out.device
            )
        ).sum()
        for out in outputs
    )
    grads = torch.autograd.grad(loss, (*parameters.values(), *inputs))
    n = len(parameters)
    return outputs, dict(zip(parameters, grads[:n], strict=True)), grads[n:]


def gap(got: Tensor, want: Tensor, scale: float = 0.0) -> float:
    """가장 크게 다른 자리의 차이를, 기준의 가장 큰 성분(또는 scale)으로 나눈 것."""
    assert got.shape == want.shape and got.dtype == want.dtype
    assert torch.isfinite(got).all() and torch.isfinite(want).all()
    size = max(float(want.detach().abs().max()), scale, 1e-300)
    return float((got - want).detach().abs().max()) / size


def worst_gradient(
    names: Names, got: dict[str, Tensor], want: dict[str, Tensor]
) -> float:
    """매개변수마다 기울기의 차이를 나눈 것 가운데 가장 나쁜 것.

    같은 모듈(weight와 bias)의 가장 큰 기울기로 나눕니다. 키의 치우침은 소프트맥스가
    지워서 기울기가 이론상 0입니다. 자기 크기로는 나눌 수 없으므로
    한 사영의 weight와 bias를 한 행렬 [W | b]로 봅니다.
    """
    pairs = {
        name: (got[name], change(want[other]))
        for name, (other, change) in names.items()
    }
    sizes: dict[str, float] = {}
    for name, (_, reference) in pairs.items():
        owner = name.rpartition(".")[0]
        sizes[owner] = max(sizes.get(owner, 0.0), float(reference.abs().max()))
    return max(
        (gap(*both, sizes[name.rpartition(".")[0]]) for name, both in pairs.items()),
        default=0.0,
    )


@cache
def measure(case: Case, dtype: torch.dtype, device: str = "cpu") -> tuple[float, float]:
    """(앞걸음의 오차, 기울기의 오차).

    기울기는 매개변수마다, 입력마다 견주어 가장 나쁜 것을 냅니다.
    """
    with exact(dtype):
        setup = case.build()
        setup.ours.to(device).eval()
        setup.theirs.to(device).eval()
        copy_weights(setup)
        inputs = tuple(t.to(device).requires_grad_() for t in setup.inputs)
        got, grads, in_grads = outputs_and_gradients(
            setup.run_ours, inputs, trainable(setup.ours)
        )
        want, want_grads, want_in = outputs_and_gradients(
            setup.run_theirs, inputs, trainable(setup.theirs)
        )
    forward = max(gap(g, w) for g, w in zip(got, want, strict=True))
    gradients = [gap(g, w) for g, w in zip(in_grads, want_in, strict=True)]
    return forward, max(worst_gradient(setup.names, grads, want_grads), *gradients, 0.0)


def bound(error: float, floor: float) -> float:
    """책에 적을 상한: 네 배의 여유를 두고 10의 거듭제곱으로 올립니다."""
    return max(floor, 10.0 ** math.ceil(math.log10(max(4 * error, 1e-300))))


def lengths_to_ids(lengths: list[int], vocab_size: int) -> Tensor:
    """길이가 서로 다른 문장들. 0은 패딩이고, 끝의 두 낱말은 쓰지 않고 남겨 둡니다."""
    ids = torch.randint(1, vocab_size - 2, (len(lengths), max(lengths)))
    return ids * (torch.arange(ids.size(1)) < torch.tensor(lengths)[:, None])


def on_device(
    model: nn.Module, *ids: Tensor, **more: Tensor
) -> Tensor | tuple[Tensor, ...]:
    """ids를 모델이 있는 장치로 옮겨서 부릅니다."""
    device = next(model.parameters()).device
    return model(
        *(i.to(device) for i in ids), **{name: i.to(device) for name, i in more.items()}
    )


def offline_transformers() -> ModuleType:
    """Hugging Face의 transformers.

    부르기 전에 정해 두어야 아무것도 내려받지 않습니다.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    return import_module("transformers")
