"""Training for a given time."""

from __future__ import annotations

import datetime
import time

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.types import Config


@serializable
class TimeStopping(keras.callbacks.Callback):
    """Stops `fit` after the epoch in which a time is over.

    Args:
      seconds: The time.
      verbose: Whether to say so: 0 or 1.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.callbacks.TimeStopping(seconds=60).seconds
      60

    Legacy: `tfa.callbacks.TimeStopping` of TensorFlow Addons 0.23.
    """

    def __init__(self, seconds: int = 86400, verbose: int = 0) -> None:
        super().__init__()
        self.seconds = seconds
        self.verbose = verbose
        self.stopped_epoch: int | None = None

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Starts the time."""
        self.stopping_time = time.time() + self.seconds

    def on_epoch_end(self, epoch: int, logs: Config | None = None) -> None:
        """Looks at it."""
        if time.time() >= self.stopping_time:
            self.model.stop_training = True
            self.stopped_epoch = epoch

    def on_train_end(self, logs: Config | None = None) -> None:
        """Says when it was over."""
        if self.stopped_epoch is not None and self.verbose > 0:
            passed = datetime.timedelta(seconds=self.seconds)
            print(f'Training stopped after {passed}, in epoch {self.stopped_epoch + 1}')

    def get_config(self) -> Config:
        """The arguments."""
        return {'seconds': self.seconds, 'verbose': self.verbose}
