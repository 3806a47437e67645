"""Checkpoints of averages."""

from __future__ import annotations

from typing import Any

from tf_seq2seq_compat.addons.keras_generation import keras
from tf_seq2seq_compat.addons.optimizers.wrappers import AveragedOptimizerWrapper
from tf_seq2seq_compat.types import LayerLike


class AverageModelCheckpoint(keras.callbacks.ModelCheckpoint):
    """Saves a model with the averages of its weights, that an optimizer such as `SWA` keeps.

    Args:
      update_weights: Whether the model keeps the averages, and trains on from them.
      filepath: As for `keras.callbacks.ModelCheckpoint`, like all that follow.
      monitor: str.
      verbose: int.
      save_best_only: bool.
      save_weights_only: bool.
      mode: str.
      save_freq: str or int.
      **kwargs: More of them.

    Raises:
      TypeError: In `fit`, if the optimizer of the model keeps no averages.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> callback = tfa.callbacks.AverageModelCheckpoint(True, 'averages.weights.h5',
      ...                                                 save_weights_only=True)
      >>> callback.update_weights
      True

    Legacy: `tfa.callbacks.AverageModelCheckpoint` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        update_weights: bool,
        filepath: str,
        monitor: str = 'val_loss',
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = 'auto',
        save_freq: str | int = 'epoch',
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filepath,
            monitor,
            verbose,
            save_best_only,
            save_weights_only,
            mode,
            save_freq,
            **kwargs,
        )
        self.update_weights = update_weights

    def set_model(self, model: LayerLike) -> None:
        """Takes the model, whose optimizer must keep averages."""
        super().set_model(model)
        self._averaging()

    def _averaging(self) -> AveragedOptimizerWrapper:
        """The optimizer of the model, also within one that scales the loss."""
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, 'inner_optimizer', optimizer)
        if not isinstance(optimizer, AveragedOptimizerWrapper):
            raise TypeError(
                f'The optimizer of the model keeps no averages: {optimizer!r}. Compile it with '
                'tfa.optimizers.MovingAverage or SWA around that one.'
            )
        return optimizer

    def _save_model(self, *args: Any, **kwargs: Any) -> Any:
        own = None if self.update_weights else self.model.get_weights()
        self._averaging().assign_average_vars(self.model.trainable_weights)
        saved = super()._save_model(*args, **kwargs)
        if own is not None:
            self.model.set_weights(own)
        return saved
