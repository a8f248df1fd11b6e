"""장난감 과제: 답을 우리가 아는 문제라서 모델이 무엇을 배웠는지 바로 잴 수 있습니다."""

import numpy as np

from .special import BOS_ID, EOS_ID, PAD_ID, SPECIAL_TOKENS

FIRST_SYMBOL = len(SPECIAL_TOKENS)  # 기호의 번호는 특별한 토큰 다음부터입니다.


def reversal_batch(
    rng: np.random.Generator,
    n_sentences: int,
    lengths: tuple[int, int],
    n_symbols: int = 10,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """기호의 줄을 거꾸로 옮기는 과제의 배치.

    출력의 t번째 기호는 원문의 (길이 − 1 − t)번째에서 옵니다.
    모양: lengths = (가장 짧은 길이, 가장 긴 길이)에서 길이를 고르게 뽑아 src (B, S),
    tgt (B, T) = <bos> + 거꾸로, labels (B, T) = 거꾸로 + <eos>. 빈자리는 PAD_ID입니다.
    오류: 1보다 작은 길이, 뒤집힌 범위, 1보다 작은 n_sentences나 n_symbols는 ValueError.
    출처: Sutskever et al. (2014)의 원문 뒤집기에서 온 과제.
    """
    short, long = lengths
    if not 1 <= short <= long or min(n_sentences, n_symbols) < 1:
        raise ValueError(
            "길이는 1 ≤ 짧은 것 ≤ 긴 것, "
            "n_sentences와 n_symbols는 1 이상이어야 합니다. "
            f"받은 값은 lengths={lengths}, n_sentences={n_sentences}, "
            f"n_symbols={n_symbols}입니다."
        )
    size = rng.integers(short, long + 1, size=(n_sentences, 1))  # (B, 1)
    place = np.arange(long)[None]  # (1, S)
    symbols = rng.integers(
        FIRST_SYMBOL, FIRST_SYMBOL + n_symbols, size=(n_sentences, long)
    )
    src = np.where(place < size, symbols, PAD_ID)  # (B, S)
    flipped = np.take_along_axis(src, (size - 1 - place) % long, axis=1)
    flipped = np.where(place < size, flipped, PAD_ID)
    begin = np.full((n_sentences, 1), BOS_ID)
    tgt = np.concatenate([begin, flipped], axis=1)  # (B, S + 1)
    labels = np.concatenate([flipped, np.full((n_sentences, 1), PAD_ID)], axis=1)
    np.put_along_axis(labels, size, EOS_ID, axis=1)
    return src, tgt, labels
