"""번역기를 웹 책의 「어텐션 들여다보기」가 읽는 파일로 옮깁니다.

file://에서는 fetch로 파일을 읽을 수 없으므로, 세 파일 모두 `JumokModel.이름 = 값;`
한 줄인 스크립트입니다. manifest.js는 쪽과 함께, 나머지 둘은 독자가 단추를
누를 때 읽습니다.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from jumok.files import write_atomically
from jumok.model import Transformer
from jumok.text import BOS_ID, EOS_ID, PAD_ID, SPECIAL_TOKENS, BpeTokenizer
from jumok.text.bpe import SPLIT
from jumok.training.translating import EXTRA_TOKENS

from .translator import Translator

WORD = re.compile(r"[^\s.,?!]+")
SIZES = ("d_model", "n_heads", "n_layers", "d_ff", "max_len")
FACTS = ("minutes", "steps")


def export_web(run: Path, folder: Path, sources: Iterable[str] = ()) -> dict[str, Any]:
    """실행 폴더나 기록의 번역기를 folder의 스크립트 셋으로 옮기고 목록을 돌려줍니다.

    manifest.js, tokenizer.js, weights.js입니다.
    가중치는 float16(작은 자리부터)을 base64로 적습니다. 같은 모델이면 파일도 같습니다.
    sources를 주면 거기 나온 어절을 함께 실어, 독자가 적은 말이 배운 말인지 알립니다.
    오류: 웹의 식과 다른 모델이거나 float16에 담을 수 없으면 ValueError,
    배우지 않은 폴더면 BadCheckpoint.
    """
    run, folder = Path(run), Path(folder)
    translator = Translator.load(run)
    check_supported(translator)
    model, bpe = translator.model, translator.tokenizer
    tensors, blob = pack(dict(model.state_dict(keep_vars=True)))
    words = sorted({word for text in sources for word in WORD.findall(text)})
    tokenizer = {
        "split": SPLIT,
        "special": list(SPECIAL_TOKENS),
        **bpe.state(),
        "words": " ".join(words),
    }
    scripts = {
        "tokenizer": script("tokenizer", tokenizer),
        "weights": script("weights", base64.b64encode(blob).decode("ascii")),
    }
    manifest = {
        "config": {name: getattr(model.config, name) for name in SIZES}
        | {"vocab_size": bpe.vocab_size, "norm_eps": model.config.norm_eps},
        "special": {"pad": PAD_ID, "bos": BOS_ID, "eos": EOS_ID},
        "extra_tokens": EXTRA_TOKENS,
        "n_parameters": sum(x.numel() for x in model.parameters()),
        "n_words": len(words),
        "bytes": sum(len(text.encode("utf8")) for text in scripts.values()),
        "weights_sha256": hashlib.sha256(blob).hexdigest(),
        "card": card_facts(run),
        "tensors": tensors,
    }
    for name, text in (scripts | {"manifest": script("manifest", manifest)}).items():
        write_atomically(folder / f"{name}.js", text)
    return manifest


def check_supported(translator: Translator) -> None:
    """웹의 식(post 정규화, ReLU, BPE)으로 풀 수 있는 번역기인지 살핍니다.

    오류: 아니면 ValueError.
    """
    model, bpe = translator.model, translator.tokenizer
    if not isinstance(model, Transformer) or not isinstance(bpe, BpeTokenizer):
        raise ValueError("웹에서는 BPE를 쓰는 트랜스포머만 풀 수 있습니다.")
    if model.config.norm_first or model.config.activation != "relu":
        raise ValueError(
            "웹에서는 norm_first=False이고 activation='relu'인 모델만 풀 수 있습니다."
        )


def pack(tensors: dict[str, Tensor]) -> tuple[list[list[Any]], bytes]:
    """텐서들을 float16으로 이어 붙입니다.

    → ([이름, 모양, 시작 자리(수의 차례)]의 줄, 바이트들)
    같은 메모리를 나눠 쓰는 텐서(묶은 임베딩)는 한 번만 적고 자리를 함께 씁니다.
    오류: float16에서 무한대가 되는 값이 있으면 ValueError.
    """
    rows, pieces = [], []
    places: dict[int, int] = {}  # 메모리의 자리 → 이어 붙인 수 가운데의 자리
    length = 0
    for name in sorted(tensors):
        tensor = tensors[name].detach()
        place = places.get(tensor.data_ptr())
        if place is None:
            half = tensor.cpu().to(torch.float16).contiguous()
            if not half.isfinite().all():
                raise ValueError(
                    f"가중치 {name}에 float16에 담을 수 없는 값이 있습니다."
                )
            place = places[tensor.data_ptr()] = length
            pieces.append(half.numpy().astype("<f2").tobytes())
            length += half.numel()
        rows.append([name, list(tensor.shape), place])
    return rows, b"".join(pieces)


def script(name: str, value: Any) -> str:
    """값 하나를 JumokModel에 넣는 스크립트."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # 이 두 글자는 JSON에는 되고 옛 자바스크립트의 글에는 안 됩니다.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"(globalThis.JumokModel ??= {{}}).{name} = {text};\n"


def card_facts(run: Path) -> dict[str, Any]:
    """쪽에 적을 학습의 사실. 카드가 없으면 비어 있습니다."""
    path = Path(run) / "card.json"
    if not path.exists():
        return {}
    card = json.loads(path.read_text("utf8"))
    facts = {name: card["result"][name] for name in FACTS if name in card["result"]}
    tests = card["result"].get("tests", {})
    scores = {name: round(test["bleu"], 1) for name, test in tests.items()}
    return facts | {
        "bleu": scores,
        "corpus": card["data"]["name"],
        "pairs": card["data"].get("train_pairs"),
    }
