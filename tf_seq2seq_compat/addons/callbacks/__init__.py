"""`tensorflow_addons.callbacks`."""

from tf_seq2seq_compat.addons.callbacks.time_stopping import TimeStopping

__all__ = ['TimeStopping']
