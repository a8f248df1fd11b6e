"""손실: 정의, torch, 나누어 구한 것이 앞걸음과 기울기까지 같은지."""

import math

import pytest
import torch

from jumok.training import chunked_loss, label_smoothed_loss

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
B, T, D, V, PAD = 3, 7, 6, 11, 0


def inputs(dtype=torch.float64, device="cpu"):
    generator = torch.Generator().manual_seed(3)
    hidden = torch.randn(B, T, D, generator=generator, dtype=torch.float64)
    weight = torch.randn(V, D, generator=generator, dtype=torch.float64)
    targets = torch.randint(1, V, (B, T), generator=generator)
    targets[1, 4:] = targets[2, 1:] = PAD
    both = [t.to(device=device, dtype=dtype).requires_grad_() for t in (hidden, weight)]
    return *both, targets.to(device)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_the_definition_token_by_token(smoothing):
    hidden, weight, targets = inputs()
    losses = []
    for h, y in zip(
        hidden.detach().flatten(0, 1), targets.flatten().tolist(), strict=True
    ):
        scores = [
            sum(a * b for a, b in zip(h.tolist(), w, strict=True))
            for w in weight.tolist()
        ]
        log_sum = math.log(sum(map(math.exp, scores)))
        surprise = [log_sum - s for s in scores]
        if y != PAD:
            losses.append((1 - smoothing) * surprise[y] + smoothing / V * sum(surprise))
    got = label_smoothed_loss(hidden @ weight.T, targets, smoothing, PAD)
    assert got.item() == pytest.approx(sum(losses) / len(losses), rel=1e-12)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("chunk", [1, 4, 21, 1000])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [(torch.float64, 1e-13), (torch.float32, 2e-6), (torch.bfloat16, 0.03)],
    ids=str,
)
def test_in_chunks_equals_the_plain_loss_forward_and_gradient(
    dtype, tolerance, smoothing, chunk, device
):
    hidden, weight, targets = inputs(dtype, device)
    want = label_smoothed_loss(hidden @ weight.T, targets, smoothing, PAD)
    got = chunked_loss(hidden, weight, targets, smoothing, PAD, chunk)
    close = {"rtol": tolerance, "atol": tolerance}
    torch.testing.assert_close(got, want, check_dtype=False, **close)
    want_grads = torch.autograd.grad(3 * want, (hidden, weight))
    torch.testing.assert_close(
        torch.autograd.grad(3 * got, (hidden, weight)), want_grads, **close
    )


def test_gradcheck_by_finite_differences():
    hidden, weight, targets = inputs()
    bias = torch.linspace(-1, 1, V, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda h, w, b: chunked_loss(h, w, targets, 0.1, PAD, 4, b),
        (hidden, weight, bias),
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_bias_of_the_output_is_learned_too(smoothing):
    hidden, weight, targets = inputs()
    bias = torch.linspace(-1, 1, V, dtype=torch.float64, requires_grad=True)
    learned = (hidden, weight, bias)
    logits = hidden @ weight.T + bias
    want = label_smoothed_loss(logits, targets, smoothing, PAD)
    got = chunked_loss(hidden, weight, targets, smoothing, PAD, 4, bias)
    torch.testing.assert_close(got, want)
    torch.testing.assert_close(
        torch.autograd.grad(got, learned), torch.autograd.grad(want, learned)
    )


def test_autocast_rounds_the_products_only():
    """bf16의 autocast 안에서는 16비트로 곱한 로짓의 손실과 같습니다."""
    hidden, weight, targets = inputs(torch.float32)
    rounded = [x.detach().bfloat16().float() for x in (hidden, weight)]
    with torch.autocast("cpu", torch.bfloat16):
        got = chunked_loss(hidden, weight, targets, 0.0, PAD, 4)
    logits = (rounded[0] @ rounded[1].T).bfloat16().float()
    want = label_smoothed_loss(logits, targets, 0.0, PAD)
    torch.testing.assert_close(got, want)
    grads = torch.autograd.grad(got, (hidden, weight))
    exact = label_smoothed_loss(hidden @ weight.T, targets, 0.0, PAD)
    want_grads = torch.autograd.grad(exact, (hidden, weight))
    torch.testing.assert_close(grads, want_grads, rtol=0.05, atol=0.02)


def test_huge_logits_stay_finite():
    hidden, weight, targets = inputs()
    big = (hidden * 1e4).float().detach().requires_grad_()
    loss = chunked_loss(big, weight.float(), targets, 0.1, PAD)
    loss.backward()
    torch.testing.assert_close(
        loss, label_smoothed_loss(big @ weight.float().T, targets, 0.1, PAD)
    )
    assert torch.isfinite(big.grad).all()


def test_padding_changes_neither_loss_nor_gradient():
    hidden, weight, targets = inputs()
    moved = hidden.detach().clone()
    moved[targets == PAD] += 100.0
    moved.requires_grad_()
    loss = chunked_loss(moved, weight, targets, 0.1, PAD, 4)
    torch.testing.assert_close(loss, chunked_loss(hidden, weight, targets, 0.1, PAD, 4))
    assert (torch.autograd.grad(loss, moved)[0][targets == PAD] == 0).all()


@pytest.mark.parametrize("smoothing", [-0.1, 1.0])
def test_a_wrong_smoothing_is_named(smoothing):
    hidden, weight, targets = inputs()
    for call in (
        lambda: chunked_loss(hidden, weight, targets, smoothing),
        lambda: label_smoothed_loss(hidden, targets, smoothing),
    ):
        with pytest.raises(ValueError, match=f"smoothing.*{smoothing}"):
            call()
