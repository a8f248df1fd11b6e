"""학습: 손실, 학습법, 학습 고리, 성적, 기록.

읽는 사람이 쓰는 이름은 모두 여기 있습니다.

이름을 쓸 때 그 모듈을 불러오므로, `import jumok.training`만으로는 torch도 sacreBLEU도
불러오지 않습니다.
"""

from ..lazy import lazy_names

_NAMES = {
    "alignment": ("attention_error_rates", "attention_links"),
    "baselines": ("copy_source", "nearest_translations", "svm_accuracy"),
    "checkpoint": ("BadCheckpoint",),
    "classification": ("Classification",),
    "corpus": (
        "AlignedText",
        "TextCorpus",
        "TranslationCorpus",
        "load_corpus",
        "load_review_corpus",
        "load_text_corpus",
    ),
    "devices": ("pick_device",),
    "digit_images": ("digits",),
    "distributed": ("World", "join_world"),
    "estimate": ("matmul_speed", "memory_bytes", "n_parameters", "step_flops"),
    "experiment": ("Experiment", "run_experiment"),
    "gpu_estimates": ("GPUS", "Gpu", "predict_on"),
    "language": (
        "BertLoss",
        "LanguageLoss",
        "LanguageModel",
        "MaskedLanguageModel",
        "mlm_tensors",
        "text_nats",
    ),
    "loss": ("chunked_loss", "label_smoothed_loss"),
    "metrics": (
        "alignment_error_rate",
        "bits_per_character",
        "bleu",
        "corpus_scores",
        "exact_match",
    ),
    "models": ("build_model",),
    "ngram": ("KneserNey", "ngram_bits_per_character"),
    "preset_choice": ("choose_preset",),
    "presets": (
        "BERT",
        "CLASSIFIER",
        "GPT",
        "TRANSLATION",
        "VIT",
        "Preset",
        "find_preset",
    ),
    "recipe": ("Recipe", "learning_rate"),
    "record": ("Record", "curve_band", "load_record", "record_names"),
    "run": ("run_translation",),
    "run_classifier": ("encode_reviews", "run_vit"),
    "run_language": ("run_bert", "run_gpt"),
    "translating": ("pad",),
    "translation": ("Translation",),
}
__all__, __getattr__, __dir__ = lazy_names(__name__, _NAMES)
