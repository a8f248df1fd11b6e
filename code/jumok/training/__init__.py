"""학습: 손실."""

from .loss import chunked_loss, label_smoothed_loss

__all__ = ["chunked_loss", "label_smoothed_loss"]
