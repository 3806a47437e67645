"""`tensorflow_addons.callbacks`."""

from tf_seq2seq_compat.addons.callbacks.average_model_checkpoint import AverageModelCheckpoint
from tf_seq2seq_compat.addons.callbacks.time_stopping import TimeStopping

__all__ = ['AverageModelCheckpoint', 'TimeStopping']
