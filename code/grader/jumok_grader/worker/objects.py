"""학생의 클래스로 물건을 만들고 그 물건에 일을 시킵니다.

물건이 사는 프로세스에서 돕니다.

여기서는 값만 주고받습니다. 물건 자체는 밖으로 나가지 않습니다.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from ..protocol.call_result import CallResult, Trouble
from ..protocol.value_kinds import kind_name
from ..protocol.values import copy_value, is_array, is_numpy_scalar, is_tensor
from .local_call import call_local


def make_local(func: Callable, args: tuple, kwargs: dict) -> tuple[CallResult, object]:
    """클래스를 불러 (결과, 만들어진 물건)을 돌려줍니다.

    결과에는 물건이 들어 있지 않습니다.
    """
    made: list[object] = []
    result = call_local(func, args, kwargs, convert=made.append)
    return result, made[0] if made else None


def act_local(
    thing: object, what: str, path: str, args: tuple, kwargs: dict
) -> CallResult:
    """물건에 일 하나(what)를 시킵니다. path는 메서드나 속성의 이름입니다."""
    return call_local(partial(_WORKS[what], thing, path), args, kwargs, owner=thing)


def _call(thing: object, path: str, *args, **kwargs) -> object:
    return _find(thing, path)(*args, **kwargs)


def _find(thing: object, path: str) -> object:
    """점으로 이은 이름을 따라갑니다. 수이면 리스트의 자리로도 봅니다."""
    for part in filter(None, path.split(".")):
        if type(thing) is dict or (type(thing) in (list, tuple) and part.isdigit()):
            key = part if type(thing) is dict else int(part)
            found = key in thing if type(thing) is dict else key < len(thing)
            if not found:
                raise Trouble("missing_name", f"찾는 속성: {path}")
            thing = thing[key]
            continue
        try:
            thing = getattr(thing, part)
        except AttributeError:
            raise Trouble("missing_name", f"찾는 속성이나 메서드: {path}") from None
    return thing


def is_module(thing: object) -> bool:
    """torch.nn.Module을 상속했는지 봅니다. 물건이 스스로 하는 말은 믿지 않습니다."""
    torch = sys.modules.get("torch")
    return torch is not None and torch.nn.Module in type(thing).__mro__


def _module(thing: object) -> type:
    """메서드를 다시 쓴 클래스에 속지 않도록, torch의 것을 바로 부르려고 씁니다."""
    if not is_module(thing):
        raise Trouble("wrong_type", "torch.nn.Module을 상속한 클래스이어야 합니다.")
    import torch

    return torch.nn.Module


def _state(thing: object, path: str) -> dict:
    if is_module(thing):
        return dict(_module(thing).state_dict(thing))
    return {
        name: value
        for name, value in vars(thing).items()
        if name[:1] != "_" and _is_data(value)
    }


def _is_data(value: object) -> bool:
    plain = type(value) in (bool, int, float, str, list, tuple, dict)
    return plain or is_array(value) or is_tensor(value) or is_numpy_scalar(value)


def _load(thing: object, path: str, state: dict) -> None:
    if not is_module(thing) and not any("." in name for name in state):
        _refuse_other_state(
            {name: getattr(thing, name, None) for name in state}, state, set()
        )
        for name, value in state.items():
            setattr(thing, name, copy_value(value))
        return
    module = _module(thing)
    weights = {
        name for name, _ in module.named_parameters(thing, remove_duplicate=False)
    }
    _refuse_other_state(module.state_dict(thing), state, weights)
    module.load_state_dict(thing, state, strict=False)


def _refuse_other_state(own: dict, given: dict, must: set[str]) -> None:
    """이름과 모양이 맞지 않으면 무엇이 어떻게 다른지 말합니다.

    더 있는 버퍼는 봐줍니다.
    """
    absent = [name for name in given if own.get(name) is None]
    extra = sorted(must - set(given))
    said = [f"없는 것: {', '.join(absent[:8])}."] if absent else []
    said += [f"더 있는 것: {', '.join(extra[:8])}."] if extra else []
    for name in (name for name in given if name not in absent):
        want, got = (tuple(getattr(state[name], "shape", ())) for state in (given, own))
        if want != got:
            said.append(f"{name}의 모양이 {want}이어야 하는데 {got}입니다.")
    if said:
        raise Trouble("wrong_state", " ".join(said[:6]))


def _parameters(thing: object, path: str) -> dict:
    return dict(_module(thing).named_parameters(thing))


def _count(thing: object, path: str) -> int:
    return sum(
        value.numel()
        for value in _parameters(thing, path).values()
        if value.requires_grad
    )


def _mode(thing: object, path: str, training: bool) -> None:
    _module(thing).train(thing, training)


def _gradients(
    thing: object, path: str, cotangent: object, *args, **kwargs
) -> tuple[tuple, dict]:
    """출력에 cotangent를 곱해 더한 값의 기울기: (입력의 것들, {매개변수: 기울기}).

    출력에서 닿지 않는 것은 None입니다.
    """
    import torch

    inputs = [_leaf(value) for value in args]
    leaves = [value for value in inputs if is_tensor(value) and value.requires_grad]
    names = {name: p for name, p in _weights(thing).items() if p.requires_grad}
    with torch.enable_grad():
        outputs, given = _paired(_find(thing, path)(*inputs, **kwargs), cotangent)
    grads = torch.autograd.grad(
        outputs, [*leaves, *names.values()], given, allow_unused=True
    )
    found = iter(grads)
    per_input = tuple(
        next(found) if is_tensor(value) and value.requires_grad else None
        for value in inputs
    )
    return per_input, dict(zip(names, found, strict=True))


def _weights(thing: object) -> dict:
    return _parameters(thing, "") if is_module(thing) else {}


def _leaf(value: object) -> object:
    real = is_tensor(value) and (value.is_floating_point() or value.is_complex())
    return value.detach().clone().requires_grad_() if real else value


def _paired(output: object, cotangent: object) -> tuple[list, list]:
    """출력과 cotangent를 짝짓고, 기울기를 구할 수 없는 출력이면 까닭을 말합니다."""
    wants = list(cotangent) if type(cotangent) in (list, tuple) else [cotangent]
    outputs = list(output) if type(output) in (list, tuple) else [output]
    if len(outputs) != len(wants) or (type(output) in (list, tuple)) != (
        type(cotangent) in (list, tuple)
    ):
        raise Trouble(
            "wrong_type", f"{len(wants)}개를 돌려주어야 하는데 {len(outputs)}개입니다."
        )
    pairs = [
        (out, want)
        for out, want in zip(outputs, wants, strict=True)
        if want is not None
    ]
    for out, want in pairs:
        if not is_tensor(out):
            raise Trouble(
                "wrong_type", f"torch 텐서이어야 하는데 {kind_name(out)}입니다."
            )
        if out.shape != want.shape:
            raise Trouble(
                "wrong_shape",
                f"모양이 {tuple(want.shape)}이어야 하는데 {tuple(out.shape)}입니다.",
            )
        if not out.requires_grad:
            raise Trouble(
                "no_gradient", "출력에서 입력이나 매개변수로 거슬러 갈 길이 없습니다."
            )
    return [out for out, _ in pairs], [want.to(out.dtype) for out, want in pairs]


_WORKS = {
    "call": _call,
    "get": _find,
    "state": _state,
    "load": _load,
    "parameters": _parameters,
    "count": _count,
    "mode": _mode,
    "gradients": _gradients,
}
