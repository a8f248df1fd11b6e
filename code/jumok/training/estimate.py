"""학습을 시작하기 전에 메모리와 시간을 어림합니다."""

import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from jumok import machine
from jumok.model import BertClassifier, RnnSeq2Seq, Transformer, Vit

# 학습 한 걸음이 행렬 곱의 최고 속도 가운데 쓰는 몫. 어림에만 씁니다.
# cpu는 잰 기록(bench_cpu.json의 tiny)에서 왔고, cuda는 아직 재지 않아
# 조심스럽게 잡은 값입니다.
USED_SHARE = {"cpu": 0.55, "cuda": 0.25}


@dataclass(frozen=True)
class Estimate:
    """어림한 값: 매개변수의 수, 메모리의 바이트, 한 걸음의 계산 수, 걸릴 초."""

    n_parameters: int
    bytes: int
    step_flops: float
    seconds: float


def n_parameters(model: nn.Module) -> int:
    """매개변수의 수. 나눠 쓰는 행렬은 한 번만 셉니다."""
    return sum(p.numel() for p in model.parameters())


def step_tokens(model: nn.Module, batch: tuple[Tensor, ...]) -> tuple[int, int]:
    """배치 하나에서 모델이 지나는 (원문, 번역) 토큰의 수. 채움도 셉니다.

    원문과 번역이 따로 없는 모델은 (토큰의 수, 0)입니다.
    ViT의 토큰은 그림의 조각과 [CLS]입니다.
    """
    if isinstance(model, Transformer | RnnSeq2Seq):
        return batch[0].numel(), batch[1].numel()
    if isinstance(model, Vit):
        return len(batch[0]) * model.config.max_len, 0
    return batch[0].numel(), 0


def step_flops(model: nn.Module, n_src: int, n_tgt: int, length: int) -> float:
    """학습 한 걸음의 부동소수점 계산 수. 앞걸음의 세 배이고, 행렬 곱만 셉니다.

    트랜스포머는 토큰마다 인코더 층이 4D² + 2·D·F, 디코더 층이 8D² + 2·D·F번 곱하고
    더합니다. 크로스 어텐션의 키와 밸류 2D²는 원문 토큰마다 한 번이므로 그쪽에서 세고,
    점수와 섞기에 길이 × 2D가 더 듭니다. RNN은 행렬의 원소마다 한 번인데,
    한 칸씩 차례로 계산하므로 실제 시간은 어림보다 몇 배 깁니다.
    그 밖의 모델은 토큰마다 임베딩을 뺀 매개변수의 수만큼으로 셉니다.
    """
    if isinstance(model, RnnSeq2Seq):
        parts = (model.decoder, model.combine, model.attention or nn.Identity())
        target = sum(map(n_parameters, parts)) + model.output.weight.numel()
        return 6.0 * (n_src * n_parameters(model.encoder) + n_tgt * target)
    if not isinstance(model, Transformer):
        tables = (m for m in model.modules() if isinstance(m, nn.Embedding))
        embeddings = sum(table.weight.numel() for table in tables)
        return 6.0 * (n_src + n_tgt) * (n_parameters(model) - embeddings)
    c = model.config
    ffn = 2 * c.d_model * c.d_ff
    mix = 2 * length * c.d_model
    source = c.n_layers * (6 * c.d_model**2 + ffn + mix)
    target = c.n_layers * (6 * c.d_model**2 + ffn + 2 * mix)
    target += c.d_model * c.tgt_vocab_size
    return 6.0 * (n_src * source + n_tgt * target)


def memory_bytes(model: nn.Module, n_tokens: int, half: bool) -> int:
    """학습 한 걸음의 메모리: 가중치와 기울기와 Adam의 두 평균, 그리고 활성값.

    앞의 넷은 매개변수마다 16바이트입니다.
    활성값은 한 토큰이 층마다 D 크기의 벡터 약 20개와 F 크기의 벡터 2개를 남긴다고
    봅니다. 토큰마다 어휘의 로짓을 내는 모델은 로짓을 따로 셉니다.
    """
    c = getattr(model, "config", None) or model.bert.config
    width = 2 if half else 4
    # 인코더·디코더에서는 토큰의 절반이 인코더를, 절반이 디코더를 지납니다.
    # 디코더 층은 1.5배로 셉니다.
    layers = 1.25 * c.n_layers if isinstance(model, Transformer) else c.n_layers
    d_ff = getattr(c, "d_ff", 4 * c.d_model)
    activations = n_tokens * layers * (20 * c.d_model + 2 * d_ff) * width
    logits = n_tokens * _n_logits(model, c) * (4 + width)
    return int(16 * n_parameters(model) + activations + logits)


def _n_logits(model: nn.Module, config: object) -> int:
    """토큰 하나가 내는 로짓의 수.

    이름표를 배우는 모델은 줄마다 몇 개뿐이라 세지 않습니다.
    """
    if isinstance(model, BertClassifier | Vit):
        return 0
    return getattr(config, "tgt_vocab_size", getattr(config, "vocab_size", 0))


def matmul_speed(
    device: torch.device, dtype: torch.dtype, seconds: float = 0.3
) -> float:
    """이 장치에서 잰 행렬 곱의 초당 계산 수."""
    n = 4096 if device.type == "cuda" else 512
    a, b = (torch.zeros(n, n, device=device, dtype=dtype) for _ in range(2))
    done = 0
    taken = 0.0
    started = time.perf_counter()
    while taken < seconds or done < 3:
        a @ b
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        done += 1
        taken = time.perf_counter() - started
        if done == 1:  # 첫 곱은 준비하는 시간이 들어 있으므로 버립니다.
            started = time.perf_counter()
            taken = 0.0
    return 2 * n**3 * (done - 1) / taken


def free_memory(device: torch.device) -> int | None:
    """쓸 수 있는 메모리의 바이트 수. 알 수 없으면 None입니다."""
    if device.type != "cuda":
        return machine.free_memory()
    # torch는 다 쓴 메모리를 돌려주지 않고 쥐고 있습니다. 그것도 다시 쓸 수 있습니다.
    held = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return torch.cuda.mem_get_info(device)[0] + held
