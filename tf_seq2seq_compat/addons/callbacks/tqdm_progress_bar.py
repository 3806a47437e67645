"""Progress bars of `fit` and `evaluate` by tqdm."""

from __future__ import annotations

import inspect
import time
from collections import defaultdict
from typing import Any

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.types import Config


@serializable
class TQDMProgressBar(keras.callbacks.Callback):
    """Shows the progress of `fit`, one bar for all epochs and one for each, and of `evaluate`.

    The bars are those of `tqdm.auto`, for terminals and notebooks. Give `fit` `verbose=0`.

    Args:
      metrics_separator: Between the metrics.
      overall_bar_format: Format of the bar of all epochs, as tqdm has it.
      epoch_bar_format: Format of the bar of an epoch.
      metrics_format: Format of a metric, from `name` and `value`.
      update_per_second: How often the bar of an epoch is drawn anew, at most.
      leave_epoch_progress: Whether the bars of epochs stay once they are done.
      leave_overall_progress: Whether the bar of all epochs does.
      show_epoch_progress: Whether there are bars of epochs.
      show_overall_progress: Whether there is a bar of all epochs.

    Raises:
      ImportError: If tqdm is not installed.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> bar = tfa.callbacks.TQDMProgressBar(metrics_separator=', ')
      >>> bar.format_metrics({'loss': 3.0, 'accuracy': 1.0}, factor=2)
      'loss: 1.5000, accuracy: 0.5000'

    Legacy: `tfa.callbacks.TQDMProgressBar` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        metrics_separator: str = ' - ',
        overall_bar_format: str = '{l_bar}{bar} {n_fmt}/{total_fmt} ETA: '
        '{remaining}s,  {rate_fmt}{postfix}',
        epoch_bar_format: str = '{n_fmt}/{total_fmt}{bar} ETA: {remaining}s - {desc}',
        metrics_format: str = '{name}: {value:0.4f}',
        update_per_second: int = 10,
        leave_epoch_progress: bool = True,
        leave_overall_progress: bool = True,
        show_epoch_progress: bool = True,
        show_overall_progress: bool = True,
    ) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise ImportError(
                'TQDMProgressBar needs tqdm, which is not installed: pip install tqdm'
            ) from error
        super().__init__()
        self.tqdm = tqdm
        self.metrics_separator = metrics_separator
        self.overall_bar_format = overall_bar_format
        self.epoch_bar_format = epoch_bar_format
        self.metrics_format = metrics_format
        self.leave_epoch_progress = leave_epoch_progress
        self.leave_overall_progress = leave_overall_progress
        self.show_epoch_progress = show_epoch_progress
        self.show_overall_progress = show_overall_progress
        self.update_interval = 1 / update_per_second
        self.is_training = False
        self.overall_progress_tqdm: Any = None
        self.epoch_progress_tqdm: Any = None

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Opens the bar of all epochs."""
        self.is_training = True
        if self.show_overall_progress:
            self.overall_progress_tqdm = self.tqdm(
                desc='Training',
                total=self.params['epochs'],
                bar_format=self.overall_bar_format,
                leave=self.leave_overall_progress,
                dynamic_ncols=True,
                unit='epochs',
            )

    def on_train_end(self, logs: Config | None = None) -> None:
        """Closes it."""
        self.is_training = False
        if self.show_overall_progress:
            self.overall_progress_tqdm.close()

    def on_epoch_begin(self, epoch: int, logs: Config | None = None) -> None:
        """Opens the bar of an epoch."""
        if self.show_epoch_progress:
            print(f'Epoch {epoch + 1}/{self.params["epochs"]}')
        self._open('')

    def on_epoch_end(self, epoch: int, logs: Config | None = None) -> None:
        """Closes it, with the metrics of the epoch."""
        self._close(self.format_metrics(logs))
        if self.show_overall_progress:
            self.overall_progress_tqdm.update(1)

    def on_test_begin(self, logs: Config | None = None) -> None:
        """Opens a bar for `evaluate`."""
        if not self.is_training:
            self._open('Evaluating')

    def on_test_end(self, logs: Config | None = None) -> None:
        """Closes it, with the means over the batches."""
        if not self.is_training:
            self._close(self.format_metrics(self._sums, self._seen))

    def on_batch_end(self, batch: int, logs: Config | None = None) -> None:
        """Counts a batch of training."""
        self._count(logs)

    def on_test_batch_end(self, batch: int, logs: Config | None = None) -> None:
        """Counts a batch of `evaluate`."""
        if not self.is_training:
            self._count(logs)

    def format_metrics(self, logs: Config | None = None, factor: float = 1) -> str:
        """The metrics as a line.

        Args:
          logs: Metrics by name.
          factor: What each is divided by.
        """
        return self.metrics_separator.join(
            self.metrics_format.format(name=name, value=value / factor)
            for name, value in (logs or {}).items()
            if name not in ('batch', 'size')
        )

    def _open(self, description: str) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._seen = self._shown = 0
        self._last_time = time.monotonic()
        if self.show_epoch_progress:
            self.epoch_progress_tqdm = self.tqdm(
                desc=description or None,
                total=self.params['steps'],
                bar_format=self.epoch_bar_format,
                leave=self.leave_epoch_progress,
                dynamic_ncols=True,
                unit='steps',
            )

    def _count(self, logs: Config | None) -> None:
        self._seen += 1
        for name, value in (logs or {}).items():
            self._sums[name] += value
        now = time.monotonic()
        if self.show_epoch_progress and now - self._last_time >= self.update_interval:
            self._show(self.format_metrics(self._sums, self._seen))
            self._last_time = now

    def _show(self, metrics: str) -> None:
        self.epoch_progress_tqdm.desc = metrics
        self.epoch_progress_tqdm.update(self._seen - self._shown)
        self._shown = self._seen

    def _close(self, metrics: str) -> None:
        if self.show_epoch_progress:
            # tqdm leaves out updates that follow each other closely, unless both are 0.
            self.epoch_progress_tqdm.miniters = self.epoch_progress_tqdm.mininterval = 0
            self._show(metrics)
            self.epoch_progress_tqdm.close()

    def get_config(self) -> Config:
        """The arguments."""
        names = list(inspect.signature(type(self)).parameters)
        names.remove('update_per_second')
        return {
            **{name: getattr(self, name) for name in names},
            'update_per_second': round(1 / self.update_interval),
        }
