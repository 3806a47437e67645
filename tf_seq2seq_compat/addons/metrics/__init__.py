"""`tensorflow_addons.metrics`."""

from tf_seq2seq_compat.addons.metrics.f_scores import F1Score

__all__ = ['F1Score']
