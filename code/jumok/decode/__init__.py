"""푸는 법: 탐욕, 빔, 표본.

모델은 `step(ids, state) → (log_probs, state)` 하나만 있으면 됩니다.
"""

from .beams import beam, beam_n_best
from .search_setup import Decodable
from .tokens import greedy, sample, sampling_probs

__all__ = ["Decodable", "beam", "beam_n_best", "greedy", "sample", "sampling_probs"]
