"""배운 모델을 쓰는 법: 옮기고(Translator), 이어 쓰고(Writer), 채웁니다(MaskFiller)."""

from .mask_filler import MaskFiller
from .translator import Translator
from .writer import Writer

__all__ = ["MaskFiller", "Translator", "Writer"]
