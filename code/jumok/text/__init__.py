"""글과 자료: 토크나이저, 배치, 특별한 토큰, 말뭉치, 장난감 과제.

여기 적힌 이름은 `from jumok.text import …` 한 줄로 가져옵니다.
"""

from ..lazy import lazy_names

__all__, __getattr__, __dir__ = lazy_names(
    __name__,
    {
        "batches": ("PairBatch", "PairBatches"),
        "bpe": ("BpeTokenizer",),
        "compare": ("TokenizationRow", "compare_tokenizations"),
        "corpora": (
            "CORPORA",
            "CorpusError",
            "corpora_of",
            "load",
            "load_dialogues",
            "load_pairs",
            "load_reviews",
            "load_texts",
        ),
        "grammar": ("Pair", "generate", "splits", "vocabulary"),
        "library_bpe": ("LibraryBpe",),
        "merges": ("apply_merges", "learn_merges", "merge_pair"),
        "mlm": ("MlmBatch", "MlmBatches", "mask_tokens"),
        "nsp": ("NspBatches",),
        "packed": ("LmBatch", "PackedBatches", "with_eos"),
        "rows": ("RowBatches",),
        "saved": ("load_tokenizer",),
        "special": (
            "BOS_ID",
            "CLS_ID",
            "EOS_ID",
            "MASK_ID",
            "PAD_ID",
            "SEP_ID",
            "SPECIAL_TOKENS",
            "UNK_ID",
        ),
        "table": ("TokenTable",),
        "tasks": ("FIRST_SYMBOL", "reversal_batch"),
        "tokenizer": (
            "EojeolTokenizer",
            "JamoTokenizer",
            "SyllableTokenizer",
            "Tokenizer",
        ),
    },
)
