"""이름 붙은 설정: 어떤 자료로, 어떤 크기의 모델을, 어떤 학습법으로."""

from dataclasses import replace

from .preset import Preset, model_size
from .recipe import Recipe

# ── 번역 ──────────────────────────────────────────────────────────────────────────────

_CPU = Preset(
    corpus="grammar",
    vocab_size=4000,
    average=1,  # 학습률이 0까지 내려가므로 평균할 것이 없습니다.
    options=model_size(128, 4, 2, 256, 0.1, max_len=128),
    recipe=Recipe(
        steps=1900,
        max_tokens=2048,
        schedule="linear",
        warmup=150,
        peak_rate=3e-3,
        eval_every=100,
    ),
)
_GPU = Preset(
    corpus="docs",
    vocab_size=8000,
    options=model_size(512, 8, 6, 1024, 0.3, max_len=512, init_std=0.02),
    recipe=Recipe(
        steps=20_000,
        max_tokens=8192,
        accumulate=2,
        warmup=4000,
        eval_every=1000,
        precision="bf16",
        round_to=8,
        clip=1.0,
    ),
)
TRANSLATION = {
    # 두 코어에서 몇 분. 책에 들어 있는 문장으로 배웁니다.
    "cpu": _CPU,
    # 11장의 노트북이 GPU가 없을 때 쓰는 것: cpu를 700걸음에 마칩니다.
    "quick": _CPU.changed(steps=700, warmup=100, eval_every=50),
    # 진짜 자료를 CPU에서 한 시간 안쪽에 배우는 작은 것. 책의 기록이 이것입니다.
    "docs-cpu": _CPU.changed(
        corpus="docs",
        options=model_size(128, 4, 2, 512, 0.1, max_len=256, init_std=0.02),
        steps=8000,
        warmup=400,
        peak_rate=2e-3,
        eval_every=500,
    ),
    # 메모리 8–24 GB의 GPU 하나. 처음 값은 docs-cpu에서 나았던 것을 씁니다.
    "gpu": _GPU,
    # 데이터센터 GPU 하나에서 10분 안쪽.
    "h200": _GPU.changed(
        options=model_size(512, 8, 6, 2048, 0.3, max_len=512, init_std=0.02),
        steps=12_000,
        max_tokens=25_000,
        accumulate=1,
        warmup=2000,
        eval_every=500,
        compile=True,
    ),
    # 논문의 base 그대로. 큰 자료(park)를 위한 것입니다.
    "park": Preset(
        corpus="park",
        vocab_size=16_000,
        options=model_size(512, 8, 6, 2048, 0.1, max_len=512),
        recipe=Recipe(precision="bf16", round_to=8),
    ),
}

# ── 글과 이름표 ───────────────────────────────────────────────────────────────────────

# 오르고 나서 코사인으로 0까지 내려가는 학습법. 기울기를 자르고 스무딩은 하지 않습니다.
_DECAY = Recipe(
    steps=400,
    max_tokens=4096,
    warmup=50,
    peak_rate=2e-3,
    eval_every=100,
    schedule="cosine",
    smoothing=0.0,
    clip=1.0,
    betas=(0.9, 0.98),
    eps=1e-8,
)
_GPT = Preset(
    corpus="grammar",
    model="gpt",
    vocab_size=1500,
    seq_len=64,
    average=1,
    options=model_size(128, 4, 2, 512, 0.1, attention_dropout=0.0, max_len=128),
    recipe=_DECAY,
)


def _reviews_gpt(d_model: int, n_heads: int, steps: int) -> Preset:
    """줄마다 영화평의 처음에서 시작하는 GPT. 폭만 다르고 배우는 법은 같습니다."""
    return _GPT.changed(
        corpus="nsmc-raw",
        vocab_size=4000,
        seq_len=0,
        options=model_size(
            d_model, n_heads, 4, 4 * d_model, 0.0, attention_dropout=0.0, max_len=128
        ),
        steps=steps,
        warmup=600,
        weight_decay=0.1,
        eval_every=600,
    )


GPT = {
    "cpu": _GPT,
    # 실제 영화평을 두 코어에서 배우는 것. 매개변수마다 토큰 20개를 읽습니다.
    "nsmc-cpu": _reviews_gpt(256, 4, 21_600),
    # 계산량(6ND)의 곡선을 그릴 더 작은 둘.
    "nsmc-small": _reviews_gpt(192, 4, 13_200),
    "nsmc-tiny": _reviews_gpt(128, 4, 6600),
    "nsmc": _GPT.changed(
        corpus="nsmc-raw",
        vocab_size=8000,
        seq_len=256,
        options=model_size(512, 8, 8, 2048, 0.1, attention_dropout=0.0, max_len=512),
        steps=10_000,
        max_tokens=65_536,
        warmup=500,
        peak_rate=6e-4,
        weight_decay=0.1,
        eval_every=500,
        precision="bf16",
        compile=True,
    ),
}
# BERT는 GPT와 다른 것만 적습니다.
BERT = {
    "cpu": GPT["cpu"].changed(model="bert"),
    # 실제 영화평을 두 코어에서 배우는 것. 한 걸음이 4,000토큰이라 모두 6천만입니다.
    "nsmc-cpu": GPT["cpu"].changed(
        corpus="nsmc-raw",
        model="bert",
        vocab_size=8000,
        options=model_size(192, 6, 4, 768, 0.0, attention_dropout=0.0, max_len=128),
        steps=15_000,
        warmup=600,
        peak_rate=1.5e-3,
        weight_decay=0.01,
        eval_every=500,
    ),
    "nsmc": GPT["nsmc"].changed(
        model="bert",
        vocab_size=16_000,
        seq_len=128,
        options=model_size(384, 6, 8, 1536, 0.1, attention_dropout=0.1, max_len=256),
        steps=20_000,
        warmup=1000,
        weight_decay=0.01,
        eval_every=1000,
        round_to=32,
    ),
}
_PATCHES = {"image_size": 8, "patch_size": 2, "channels": 1, "n_classes": 10}
VIT = {
    "cpu": Preset(
        corpus="digits",
        model="vit",
        average=1,
        options=model_size(64, 4, 3, 128, 0.1, **_PATCHES),
        recipe=replace(_DECAY, steps=600, max_tokens=64),
    ),
}
# 미세 조정: 사전 학습한 BERT에 머리를 얹어 이름표를 배웁니다.
# max_tokens는 한 걸음의 줄 수입니다.
_TUNE = Preset(
    corpus="nsmc",
    model="classifier",
    average=1,
    seq_len=64,
    recipe=replace(_DECAY, steps=300, max_tokens=32, warmup=30, peak_rate=2e-4),
)
CLASSIFIER = {
    "cpu": _TUNE,
    "nsmc-cpu": _TUNE.changed(
        vocab_size=8000,
        options=model_size(192, 6, 4, 768, 0.1, attention_dropout=0.0, max_len=128),
        steps=4000,
        max_tokens=64,
        warmup=200,
        peak_rate=3e-4,
        weight_decay=0.01,
        eval_every=500,
    ),
    "nsmc": _TUNE.changed(
        seq_len=128,
        steps=3500,
        max_tokens=128,
        warmup=350,
        peak_rate=1e-4,
        weight_decay=0.01,
        eval_every=500,
        precision="bf16",
    ),
}
PRESETS = {
    "translation": TRANSLATION,
    "gpt": GPT,
    "bert": BERT,
    "vit": VIT,
    "classifier": CLASSIFIER,
}


def find_preset(kind: str, name: str) -> Preset:
    """종류와 이름으로 설정을 찾습니다. 오류: 모르는 이름은 ValueError."""
    if name not in PRESETS[kind]:
        raise ValueError(
            f"설정 '{name}'은(는) 없습니다. 쓸 수 있는 것: {', '.join(PRESETS[kind])}"
        )
    return PRESETS[kind][name]
