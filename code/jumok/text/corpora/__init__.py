"""자료의 목록과, 받고 확인하고 읽는 법. 받는 자료는 공식 주소나 거울에서 옵니다."""

from ...lazy import lazy_names

__all__, __getattr__, __dir__ = lazy_names(
    __name__,
    {
        "cache": ("cache_folder",),
        "errors": ("CorpusError",),
        "fetching": ("corpus_info", "fetch"),
        "reading": (
            "load",
            "load_dialogues",
            "load_pairs",
            "load_reviews",
            "load_texts",
        ),
        "registry": ("CORPORA", "corpora_of"),
    },
)
