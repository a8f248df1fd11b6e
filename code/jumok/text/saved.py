"""저장한 토크나이저를 종류에 맞게 다시 읽습니다."""

import json
from pathlib import Path

from .bpe import BpeTokenizer
from .tokenizer import EojeolTokenizer, JamoTokenizer, SyllableTokenizer, Tokenizer

KINDS = {
    kind.kind: kind
    for kind in (EojeolTokenizer, SyllableTokenizer, JamoTokenizer, BpeTokenizer)
}


def load_tokenizer(path: str | Path) -> Tokenizer:
    """`Tokenizer.save`가 적은 파일을 읽습니다. 종류는 파일에 적혀 있습니다.

    오류: 없는 파일은 FileNotFoundError, 깨졌거나 모르는 종류의 파일은 ValueError.
    """
    try:
        state = json.loads(Path(path).read_text("utf8"))
        return KINDS[state["kind"]].from_state(state)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"토크나이저 파일 {path}이(가) 없습니다. 경로를 확인하세요."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"토크나이저 파일 {path}이(가) 깨졌습니다({error}). "
            "save로 다시 저장하거나 다시 받으세요."
        ) from error
