"""`tensorflow_addons.callbacks`."""

from tf_seq2seq_compat.addons.callbacks.average_model_checkpoint import AverageModelCheckpoint
from tf_seq2seq_compat.addons.callbacks.time_stopping import TimeStopping
from tf_seq2seq_compat.addons.callbacks.tqdm_progress_bar import TQDMProgressBar

__all__ = ['AverageModelCheckpoint', 'TQDMProgressBar', 'TimeStopping']
