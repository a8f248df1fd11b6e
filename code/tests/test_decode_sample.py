"""표본 뽑기의 분포와, 잘못된 인자의 알림."""

import pytest
import torch
from test_decode import BOS, ENDS, EOS, MODELS, V, arguments, make_model, sources

from jumok.decode import beam, beam_n_best, greedy, sample, sampling_probs

PROBS = [0.05, 0.4, 0.1, 0.3, 0.15]


class Fixed:
    """늘 같은 확률을 내는 모델."""

    reads_source, vocab_size = True, len(PROBS)

    def start(self, ids, max_len):
        return None

    def step(self, ids, state):
        return torch.tensor(PROBS, device=ids.device).log().expand(len(ids), -1), state


def by_hand(temperature, top_k, top_p):
    """토큰 → 뽑을 확률. 온도, top-k, top-p 차례로 파이썬에서 셈합니다."""
    weights = {w: p ** (1 / temperature) for w, p in enumerate(PROBS)}
    ranked = sorted(weights, key=lambda w: -weights[w])[:top_k]
    total, seen, kept = sum(weights[w] for w in ranked), 0.0, []
    for w in ranked:
        if top_p is None or seen < top_p - 1e-6:
            kept.append(w)
        seen += weights[w] / total
    return {w: weights[w] / sum(weights[k] for k in kept) for w in kept}


CASES = [
    (1.0, None, None),
    (0.5, None, None),
    (2.0, 3, None),
    (1.0, 1, None),
    (1.0, None, 0.75),
    (1.0, None, 1.0),
]
CASES += [(0.7, 4, 0.9), (1.0, None, 0.01), (1.0, 99, None)]


@pytest.mark.parametrize(("temperature", "top_k", "top_p"), CASES)
def test_probabilities_are_exactly_the_definition(temperature, top_k, top_p):
    log_probs = torch.tensor([PROBS, PROBS[::-1], PROBS]).log()
    probs, tokens = sampling_probs(log_probs, temperature, top_k, top_p)
    want = by_hand(temperature, top_k, top_p)
    for row in (0, 2):
        got = {
            w: p
            for w, p in zip(tokens[row].tolist(), probs[row].tolist(), strict=True)
            if p > 0
        }
        assert got == pytest.approx(want, rel=1e-5)
    torch.testing.assert_close(probs.sum(1), torch.ones(3))


@pytest.mark.parametrize(("temperature", "top_k", "top_p"), CASES)
def test_samples_follow_the_probabilities(temperature, top_k, top_p):
    """카이제곱 검정. 자유도 4의 위 0.1 % 점은 18.47입니다."""
    n = 20000
    options = {
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "eos_id": None,
        "bos_id": BOS,
    }
    generator = torch.Generator().manual_seed(11)
    drawn = sample(Fixed(), torch.zeros(n, 1).long(), 1, generator=generator, **options)
    counts = torch.bincount(drawn.flatten(), minlength=len(PROBS)).tolist()
    want = by_hand(temperature, top_k, top_p)
    assert {w for w, c in enumerate(counts) if c} == set(want)
    assert sum((counts[w] - n * p) ** 2 / (n * p) for w, p in want.items()) < 18.47


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("temperature", [0, 1e-4])
def test_temperature_towards_zero_is_greedy(name, temperature):
    model, ids = make_model(name), sources(name)[0]
    want = greedy(model, ids, 9, **arguments(name))
    assert torch.equal(
        sample(model, ids, 9, temperature=temperature, **arguments(name)), want
    )


def test_the_same_seed_draws_the_same_and_another_draws_another():
    model, ids = make_model("gpt"), sources("gpt")[0]

    def draw(seed):
        return sample(
            model, ids, 9, eos_id=None, generator=torch.Generator().manual_seed(seed)
        )

    assert torch.equal(draw(1), draw(1)) and not torch.equal(draw(1), draw(2))


def wrong(
    decode,
    message,
    name="transformer",
    ids=None,
    max_len=5,
    error=ValueError,
    **changes,
):
    ids = sources(name)[0] if ids is None else ids
    with pytest.raises(error, match=message):
        decode(make_model(name), ids, max_len, **{**arguments(name), **changes})


@pytest.mark.parametrize(
    ("decode", "changes", "message"),
    [
        (beam, {"beam_size": 0}, "beam_size는 1 이상.*0입니다"),
        (beam, {"length_penalty": -0.1}, "length_penalty는 0 이상.*-0.1입니다"),
        (beam_n_best, {"beam_size": 2, "n_best": 3}, "n_best는 1…2.*3입니다"),
        (sample, {"temperature": -1.0}, "temperature는 0 이상.*-1.0입니다"),
        (sample, {"top_k": 0}, "top_k는 1 이상.*0입니다"),
        (sample, {"top_p": 1.01}, "top_p는 0보다 크고 1 이하.*1.01입니다"),
        (sample, {"top_p": 0.0}, "top_p는 0보다 크고 1 이하.*0.0입니다"),
        (sample, {"temperature": float("nan")}, "temperature는 0 이상.*nan입니다"),
        (greedy, {"max_len": 0}, "max_len은 1 이상.*0입니다"),
        (greedy, {"max_len": 17}, "17.*max_len 16"),
        (greedy, {"eos_id": V}, f"{V}.*어휘 밖.*0부터 {V - 1}"),
        (beam, {"bos_id": -1}, "-1.*어휘 밖"),
        (greedy, {"bos_id": None}, "bos_id가 필요"),
        (greedy, {"name": "gpt", "bos_id": BOS}, "bos_id를 주지 않습니다"),
        (greedy, {"name": "gpt", "max_len": 14}, "17.*max_len 16"),
    ],
)
def test_wrong_settings_are_named(decode, changes, message):
    wrong(decode, message, **changes)


@pytest.mark.parametrize("decode", [greedy, sample, beam, beam_n_best])
def test_the_end_is_always_given_by_its_own_name(decode):
    """eos_id를 잊으면 끝나지 않는 글을 쓰게 되므로, 일부러 None을 주어야 합니다."""
    model, ids = make_model("gpt"), sources("gpt")[0]
    with pytest.raises(TypeError, match="eos_id를 주세요"):
        decode(model, ids, 3)
    with pytest.raises(TypeError, match="모르는 인자 eos을"):
        decode(model, ids, 3, eos_id=EOS, eos=EOS)


@pytest.mark.parametrize("decode", [greedy, beam, sample])
@pytest.mark.parametrize("name", ["transformer", "gpt", "gru"])
def test_wrong_sources_are_named(name, decode):
    wrong(decode, r"빈 문장.*\(3, 0\)", name, torch.zeros(3, 0).long())
    wrong(decode, r"빈 문장.*\(0, 3\)", name, torch.zeros(0, 3).long())
    wrong(decode, r"\(B, T\).*\(3,\)", name, torch.tensor([3, 4, 5]))
    wrong(decode, f"{V}.*어휘 밖", name, torch.tensor([[3, V], [3, 4]]))
    wrong(decode, "-1.*어휘 밖", name, torch.tensor([[3, -1]]))
    wrong(decode, "정수.*float32", name, torch.tensor([[3.0, 4.0]]), error=TypeError)
    if name != "gpt":
        wrong(
            decode,
            "1번째 문장이 모두 채움",
            name,
            torch.tensor([[3, 4], [0, 0], [4, 0]]),
        )


def test_a_fixed_model_shows_what_ends_are_for():
    out = greedy(Fixed(), torch.tensor([[1], [2], [3]]), 4, **{**ENDS, "eos_id": 1})
    assert out.tolist() == [[1], [1], [1]] and EOS == 2
