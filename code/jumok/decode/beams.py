"""빔 서치: 여러 줄을 함께 늘리며 가장 좋은 문장을 찾습니다."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .search_setup import (
    DROP_SHARE,
    Decodable,
    Ends,
    Search,
    check,
    evaluating,
    open_search,
)


def beam(
    model: Decodable,
    ids: Tensor,
    max_len: int,
    *,
    beam_size: int = 4,
    length_penalty: float = 0.6,
    **ends: int | None,
) -> Tensor:
    """빔 서치로 찾은 가장 좋은 문장.

    모양과 오류는 `greedy`, `beam_n_best`와 같습니다.
    """
    search = {"beam_size": beam_size, "length_penalty": length_penalty, "n_best": 1}
    return beam_n_best(model, ids, max_len, **search, **ends)[0][:, 0]


def beam_n_best(
    model: Decodable,
    ids: Tensor,
    max_len: int,
    *,
    beam_size: int = 4,
    length_penalty: float = 0.6,
    n_best: int = 4,
    **ends: int | None,
) -> tuple[Tensor, Tensor]:
    """빔 서치로 찾은 문장을 좋은 것부터 n_best개 돌려줍니다.

    점수는 log P(Y) / lp(|Y|), lp(n) = ((5 + n) / 6)^length_penalty이고 n은 끝 토큰까지
    센 길이입니다. 걸음마다 모든 이어 쓰기 가운데 beam_size개를 남기고, 그 가운데 끝난
    것은 후보로 옮깁니다. max_len에 닿은 것도 후보입니다. ends는 `greedy`와 같습니다.
    모양: ids (B, T) → ids (B, N, L), scores (B, N). 못 채운 자리의 점수는 −inf입니다.
    오류: 1보다 작은 beam_size, 음수 length_penalty, 1…beam_size 밖의 n_best는
    ValueError.
    출처: Wu et al. (2016), 식 (14).
    """
    # 잘못된 수는 한참 푼 뒤가 아니라 시작하기 전에 알립니다.
    check(
        beam_size >= 1, f"beam_size는 1 이상이어야 합니다. 받은 값은 {beam_size}입니다."
    )
    check(
        length_penalty >= 0,
        f"length_penalty는 0 이상이어야 합니다. 받은 값은 {length_penalty}입니다.",
    )
    check(
        1 <= n_best <= beam_size,
        f"n_best는 1…{beam_size} 안이어야 합니다. 받은 값은 {n_best}입니다.",
    )
    ends = Ends.read(ends)
    with evaluating(model):
        rules = _Beams(beam_size, max_len, length_penalty, ends)
        found = rules.run(open_search(model, ids, max_len, ends), n_best)
    # 추론 모드 밖에서 새로 만든 텐서를 돌려주므로 학습에도 쓸 수 있습니다.
    missing = found.scores == -torch.inf
    length = int(found.lengths.masked_fill(missing, 0).max())
    texts = found.ids.masked_fill(missing[:, :, None], ends.pad_id)
    return texts[:, :, :length], found.scores.clone()


@dataclass
class _Found:
    """문장마다 지금까지 끝난 것 가운데 좋은 N개.

    모양: ids (B, N, L), scores와 lengths (B, N).
    """

    ids: Tensor
    scores: Tensor
    lengths: Tensor

    def merge(self, ids: Tensor, scores: Tensor, length: int) -> None:
        """새로 끝난 ids (B, K, L)를 넣고 좋은 것만 남깁니다.

        끝나지 않은 줄의 점수는 −inf입니다.
        """
        n_best, n_new = self.scores.size(1), ids.size(1)
        # 이미 찾은 N개와 새 K개를 한 줄에 세우고 다시 N개를 고릅니다.
        scores = torch.cat([self.scores, scores], dim=1)  # (B, N + K)
        lengths = F.pad(self.lengths, (0, n_new), value=length)
        self.scores, order = scores.topk(n_best)  # (B, N)
        self.lengths = lengths.gather(1, order)
        self.ids = _pick(torch.cat([self.ids, ids], dim=1), order)

    def at(self, rows: Tensor) -> "_Found":
        """rows (B′,) 번째 문장의 것만 고릅니다."""
        return _Found(self.ids[rows], self.scores[rows], self.lengths[rows])

    def put(self, rows: Tensor, part: "_Found") -> None:
        """rows (B′,) 번째 문장의 것을 part로 바꿉니다."""
        self.ids[rows] = part.ids
        self.scores[rows] = part.scores
        self.lengths[rows] = part.lengths


@dataclass
class _Beams:
    """빔 서치의 설정과 되풀이.

    문장과 빔은 모두 텐서의 축이고, 빔마다 도는 파이썬 반복은 없습니다.
    """

    beam_size: int
    max_len: int
    length_penalty: float
    ends: Ends

    def run(self, search: Search, n_best: int) -> _Found:
        model, token, state = search
        batch, device = len(token), token.device
        # (B, K) 점수. 첫 걸음에는 문장마다 한 줄뿐입니다.
        scores = torch.zeros(batch, 1, device=device)
        texts = token.new_full((batch, 1, self.max_len), self.ends.pad_id)  # (B, K, L)
        found, answer = self._nothing(texts, n_best), self._nothing(texts, n_best)
        left = torch.arange(batch, device=device)  # 아직 찾고 있는 문장의 번호
        for n in range(1, self.max_len + 1):
            log_probs, state = model.step(token, state)
            # 줄마다 이어 쓴 것을 한데 모아 가장 좋은 beam_size개를 남깁니다.
            scores, parents, tokens = _extend(scores, log_probs, self.beam_size)
            # 자식은 부모의 글을 물려받습니다. 부모 하나가 여럿을 낳기도 합니다.
            texts = _pick(texts, parents)
            texts[:, :, n - 1] = tokens
            scores = self._finish(found, texts, scores, n)
            going = self._can_improve(scores, found)
            n_going = int(going.sum())
            if not n_going:
                break
            # 첫 걸음까지는 문장마다 한 줄이므로 여기서 처음으로 갈라집니다.
            if n == 1:
                state.fork(self.beam_size)
            else:
                state.reorder(_flat(parents))
            if n_going <= (1 - DROP_SHARE) * len(left):
                answer.put(left, found)
                rows = going.nonzero().squeeze(1)
                left, scores, texts = left[rows], scores[rows], texts[rows]
                found, tokens = found.at(rows), tokens[rows]
                state.keep(rows)
            token = tokens.view(-1, 1)
        answer.put(left, found)
        return answer

    def _can_improve(self, scores: Tensor, found: _Found) -> Tensor:
        """남은 줄이 지금까지 찾은 N개를 이길 수 있는 문장 (B,).

        로그 확률은 줄기만 하므로, 가장 잘돼도 지금 점수 / lp(max_len)입니다.
        """
        return scores.amax(dim=1) / self._penalty(self.max_len) > found.scores[:, -1]

    def _nothing(self, texts: Tensor, n_best: int) -> _Found:
        # 점수가 −inf인 자리는 아직 찾지 못했다는 뜻입니다.
        ids = texts.repeat(1, n_best, 1)
        lengths = ids.new_zeros(ids.shape[:2])
        scores = torch.full(lengths.shape, -torch.inf, device=ids.device)
        return _Found(ids, scores, lengths)

    def _penalty(self, n: int) -> float:
        return ((5 + n) / 6) ** self.length_penalty

    def _finish(self, found: _Found, texts: Tensor, scores: Tensor, n: int) -> Tensor:
        """끝난 줄을 found로 옮기고 그 줄의 점수를 −inf로 지웁니다."""
        # 한도에 닿은 것은 끝 토큰이 없어도 후보입니다.
        if n == self.max_len:
            ended = torch.ones_like(scores, dtype=torch.bool)
        elif self.ends.eos_id is None:
            return scores
        else:
            ended = texts[:, :, n - 1] == self.ends.eos_id
            if not ended.any():
                return scores
        final = (scores / self._penalty(n)).masked_fill(~ended, -torch.inf)
        found.merge(texts, final, n)
        # 끝난 줄은 더 늘릴 수 없으므로 다음 걸음에서 뽑히지 않게 합니다.
        return scores.masked_fill(ended, -torch.inf)


def _extend(
    scores: Tensor, log_probs: Tensor, beam_size: int
) -> tuple[Tensor, Tensor, Tensor]:
    """(B, K) 점수의 빔을 한 토큰 늘립니다.

    가장 좋은 beam_size개의 점수, 부모 줄, 토큰을 (B, beam_size)로 냅니다.
    """
    batch, width = scores.shape
    # 한 줄 안에서 beam_size등에 못 드는 토큰은 전체에서도 들지 못합니다.
    near, tokens = log_probs.topk(min(beam_size, log_probs.size(-1)))  # (B·K, k)
    total = (scores.view(-1, 1) + near.float()).view(batch, -1)  # (B, K·k)
    # 어휘가 빔보다 작으면 첫 걸음에는 줄이 모자랍니다.
    short = max(0, beam_size - total.size(1))
    total = F.pad(total, (0, short), value=-torch.inf)
    best, index = total.topk(beam_size)
    parents = (index // near.size(1)).clamp(max=width - 1)
    return best, parents, F.pad(tokens.view(batch, -1), (0, short)).gather(1, index)


def _pick(texts: Tensor, order: Tensor) -> Tensor:
    """texts (B, K, L)의 줄을 order (B, N)대로 고릅니다 → (B, N, L)."""
    return texts.gather(1, order[:, :, None].expand(-1, -1, texts.size(2)))


def _flat(parents: Tensor) -> Tensor:
    """문장 안의 줄 번호 (B, K)를 전체 줄 번호 (B·K,)로 바꿉니다."""
    first = torch.arange(len(parents), device=parents.device)[:, None] * parents.size(1)
    return (first + parents).flatten()
