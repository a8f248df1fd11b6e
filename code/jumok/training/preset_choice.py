"""기계를 보고 번역의 설정을 고릅니다.

GPU가 있는지, 메모리가 얼마인지, 자료를 받았는지를 봅니다.
"""

from collections.abc import Callable
from pathlib import Path

import torch

from jumok.text.corpora import corpus_info

from .presets import TRANSLATION, Preset

GIB = 2**30
H200_FROM = 60 * GIB  # 이보다 메모리가 큰 GPU이면 h200 설정을 씁니다.
SMALL = "quick"  # GPU가 없거나 자료를 받지 않았을 때의 설정


def choose_preset(
    device: torch.device, cache: Path | None = None, say: Callable[[str], None] = print
) -> tuple[str, Preset]:
    """(이름, 설정)을 고르고 까닭을 말합니다. 묻지 않습니다.

    GPU가 없으면 quick, 메모리가 60 GiB를 넘는 GPU이면 h200, 그 밖의 GPU이면 gpu입니다.
    bf16을 계산하지 못하는 GPU(T4 같은 것)에서는 fp16으로 바꿉니다. 자료를 받지 않았으면
    받는 명령을 알리고, 책에 들어 있는 자료로 배웁니다.
    """
    if device.type != "cuda":
        say(f"GPU가 없어 '{SMALL}' 설정을 고릅니다. 책에 들어 있는 자료로 배웁니다.")
        return SMALL, TRANSLATION[SMALL]
    memory = torch.cuda.get_device_properties(device).total_memory
    name = "h200" if memory > H200_FROM else "gpu"
    preset = TRANSLATION[name]
    if corpus_info(preset.corpus, cache) is None:
        say(
            f"자료 {preset.corpus}를 아직 받지 않았습니다. "
            f"`jumok data fetch {preset.corpus}`로 받으면 '{name}' 설정으로 배웁니다. "
            f"이번에는 책에 들어 있는 자료로 '{SMALL}' 설정을 씁니다."
        )
        return SMALL, TRANSLATION[SMALL]
    say(f"GPU 메모리가 {memory / GIB:.0f} GiB이므로 '{name}' 설정을 고릅니다.")
    # 흉내 내어 계산하는 것은 느리므로 할 줄 아는 것으로 치지 않습니다.
    has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    if preset.recipe.precision == "bf16" and not has_bf16:
        say("이 GPU는 bf16을 계산하지 못하므로 fp16으로 배웁니다.")
        preset = preset.changed(precision="fp16", compile=False)
    return name, preset
