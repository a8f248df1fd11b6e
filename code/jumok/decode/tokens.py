"""한 줄로 풀기: 탐욕과 표본."""

from collections.abc import Callable

import torch
from torch import Tensor

from .search_setup import DROP_SHARE, Decodable, Ends, check, evaluating, open_search


def greedy(model: Decodable, ids: Tensor, max_len: int, **ends: int | None) -> Tensor:
    """걸음마다 확률이 가장 큰 토큰을 고릅니다.

    모양: ids (B, T) 원문 또는 이어 쓸 글 → 새로 낸 토큰 (B, L), L ≤ max_len.
    ends는 eos_id, bos_id=None, pad_id=0입니다. eos_id까지 적고 뒤는 pad_id로 채웁니다.
    eos_id가 None이면 늘 max_len개입니다. bos_id는 원문을 읽는 모델에만 줍니다.
    오류: 빈 문장, 어휘 밖의 번호, 1보다 작은 max_len은 ValueError.
    """
    return _generate(model, ids, max_len, _most_likely, Ends.read(ends))


def sample(
    model: Decodable,
    ids: Tensor,
    max_len: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
    **ends: int | None,
) -> Tensor:
    """확률에 따라 토큰을 뽑습니다.

    온도로 나누고, top_k개만 남기고, 합이 top_p가 될 때까지만 남깁니다.
    모양과 나머지 약속은 `greedy`와 같습니다. temperature가 0이면 greedy입니다.
    오류: 음수 온도, 1보다 작은 top_k, (0, 1] 밖의 top_p는 ValueError.
    출처: Fan et al. (2018)의 top-k; Holtzman et al. (2020)의 top-p(nucleus).
    """
    check(
        temperature >= 0,
        f"temperature는 0 이상이어야 합니다. 받은 값은 {temperature}입니다.",
    )
    check(
        top_k is None or top_k >= 1,
        f"top_k는 1 이상이어야 합니다. 받은 값은 {top_k}입니다.",
    )
    check(
        top_p is None or 0 < top_p <= 1,
        f"top_p는 0보다 크고 1 이하여야 합니다. 받은 값은 {top_p}입니다.",
    )

    def draw(log_probs: Tensor) -> Tensor:
        probs, tokens = sampling_probs(log_probs, temperature, top_k, top_p)
        # 뽑힌 것은 늘어놓은 자리의 번호입니다. 토큰의 번호로 바꿉니다.
        places = torch.multinomial(probs, 1, generator=generator)  # (R, 1)
        return tokens.gather(1, places).squeeze(1)

    # 온도 0은 나눌 수 없지만, 0으로 갈 때의 끝은 가장 큰 것 하나입니다.
    choose = draw if temperature > 0 else _most_likely
    return _generate(model, ids, max_len, choose, Ends.read(ends))


def sampling_probs(
    log_probs: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> tuple[Tensor, Tensor]:
    """뽑을 확률을 큰 것부터 늘어놓고, 각 자리의 토큰 번호와 함께 돌려줍니다.

    모양: log_probs (B, V) → probs, tokens (B, top_k 또는 V).
    각 줄의 합은 1이고 버린 토큰은 0입니다. top_p는 앞선 확률의 합이 top_p에 닿기 전의
    토큰만 남기므로 첫 토큰은 늘 남습니다.
    """
    n_tokens = log_probs.size(-1)
    # 어휘보다 많이 남기라고 하면 모두 남깁니다.
    n_kept = min(top_k or n_tokens, n_tokens)
    scores, tokens = (log_probs.float() / temperature).topk(n_kept)
    probs = scores.softmax(dim=-1)
    if top_p is None or top_p == 1:
        return probs, tokens
    # 제 몫을 뺀 합으로 견주어야, 한계를 넘기는 바로 그 토큰까지 남습니다.
    before = probs.cumsum(dim=-1) - probs
    probs = probs.masked_fill(before >= top_p, 0.0)
    return probs / probs.sum(dim=-1, keepdim=True), tokens


def _most_likely(log_probs: Tensor) -> Tensor:
    return log_probs.argmax(dim=-1)


def _generate(
    model: Decodable,
    ids: Tensor,
    max_len: int,
    choose: Callable[[Tensor], Tensor],
    ends: Ends,
) -> Tensor:
    """걸음마다 choose((R, V) → (R,))로 토큰을 고릅니다.

    끝난 문장의 줄은 모아서 버립니다.
    """
    with evaluating(model):
        model, token, state = open_search(model, ids, max_len, ends)
        output = token.new_full((len(token), max_len), ends.pad_id)
        left = torch.arange(len(token), device=token.device)  # 줄마다 원래 문장의 번호
        going = torch.ones_like(left, dtype=torch.bool)
        for n in range(max_len):
            log_probs, state = model.step(token, state)
            # 끝났지만 아직 버리지 않은 줄에는 채움을 적습니다.
            chosen = torch.where(going, choose(log_probs), ends.pad_id)
            output[left, n] = chosen
            # 끝 토큰이 없으면 모든 줄이 max_len까지 갑니다.
            if ends.eos_id is not None:
                going &= chosen != ends.eos_id
                n_going = int(going.sum())
                if not n_going:
                    break
                if n_going <= (1 - DROP_SHARE) * len(left):
                    rows = going.nonzero().squeeze(1)
                    left, going, chosen = left[rows], going[rows], chosen[rows]
                    state.keep(rows)
            token = chosen[:, None]
    # 추론 모드 밖에서 베껴야 학습에도 쓸 수 있습니다.
    return output[:, : n + 1].clone()
