"""진짜 자료: 공식 주소나 거울에서 받고, 해시를 확인하고, 책이 쓰는 꼴로 만들어 읽습니다."""

from .cache import cache_folder
from .errors import CorpusError
from .fetching import corpus_info, fetch
from .load import load_dialogues, load_pairs, load_reviews, load_texts
from .registry import CORPORA

__all__ = [
    "CORPORA",
    "CorpusError",
    "cache_folder",
    "corpus_info",
    "fetch",
    "load_dialogues",
    "load_pairs",
    "load_reviews",
    "load_texts",
]
