"""`sequence_loss` and `SequenceLoss`, in the file where TensorFlow Addons had them."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, keras, serializable, typechecked
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.seq2seq.loss import sequence_loss as _sequence_loss
from tf_seq2seq_compat.types import Config, LossFunction, TensorLike

__all__ = ['SequenceLoss', 'sequence_loss']


@without_autograph
def sequence_loss(
    logits: TensorLike,
    targets: TensorLike,
    weights: TensorLike,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: LossFunction | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """Weighted cross entropy of a batch of sequences.

    "Average" divides by the sum of the weights, "sum over" by the number of weights that are not
    zero; where nothing has a weight, the loss is zero.

    Args:
      logits: `[batch, time, classes]` floats.
      targets: `[batch, time]` ints, or `[batch, time, classes]`: a distribution for each position.
      weights: `[batch, time]` floats: 1 for steps that count, 0 for padding.
      average_across_timesteps: Whether to average over time.
      average_across_batch: Whether to average over the batch.
      sum_over_timesteps: Whether to sum over time and divide by the number of steps that count.
      sum_over_batch: Likewise over the batch.
      softmax_loss_function: `f(labels, logits)` used instead of softmax cross entropy, on
        `[batch * time]` and `[batch * time, classes]`.
      name: Name of the operations.

    Returns:
      A scalar, `[batch]` or `[time]` where only one of the two is reduced, or `[batch, time]`.

    Raises:
      ValueError: If a rank is wrong, if sizes differ, or if an average and a sum are asked for
        together.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> loss = tfa.seq2seq.sequence_loss(
      ...     tf.zeros([2, 3, 4]), tf.zeros([2, 3], tf.int32), tf.ones([2, 3]))
      >>> print(round(float(loss), 4))  # log(4)
      1.3863

    Legacy: `tfa.seq2seq.sequence_loss` of TensorFlow Addons 0.23.
    """
    for first, second in (
        ('average_across_batch', 'sum_over_timesteps'),
        ('sum_over_batch', 'average_across_timesteps'),
    ):
        given = {
            'average_across_timesteps': average_across_timesteps,
            'average_across_batch': average_across_batch,
            'sum_over_timesteps': sum_over_timesteps,
            'sum_over_batch': sum_over_batch,
        }
        if given[first] and given[second]:
            raise ValueError(
                f'{first} and {second} cannot be set to True at same time because of ambiguous '
                'order: give False for one of them.'
            )
    logits, targets = tf.convert_to_tensor(logits), tf.convert_to_tensor(targets)
    if targets.shape.rank == 3 and softmax_loss_function is None:
        distributions = tf.reshape(targets, [-1, tf.shape(logits)[2]])

        def softmax_loss_function(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
            del labels
            return tf.nn.softmax_cross_entropy_with_logits(distributions, logits)

        targets = tf.zeros(tf.shape(targets)[:2], tf.int32)
    return _sequence_loss(
        logits,
        targets,
        weights,
        average_across_timesteps,
        average_across_batch,
        sum_over_timesteps,
        sum_over_batch,
        softmax_loss_function,
        name,
    )


@serializable
class SequenceLoss(keras.losses.Loss):
    """`sequence_loss` as a loss of Keras: `loss(y_true, y_pred, sample_weight)`.

    Args:
      average_across_timesteps: As for `sequence_loss`.
      average_across_batch: Likewise.
      sum_over_timesteps: Likewise.
      sum_over_batch: Likewise.
      softmax_loss_function: Likewise.
      name: Name of the loss.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> loss = tfa.seq2seq.SequenceLoss()
      >>> targets, logits = tf.zeros([2, 3], tf.int32), tf.zeros([2, 3, 4])
      >>> print(round(float(loss(targets, logits, tf.ones([2, 3]))), 4))  # log(4)
      1.3863

    Legacy: `tfa.seq2seq.SequenceLoss` of TensorFlow Addons 0.23.
    """

    _FLAGS = (
        'average_across_timesteps',
        'average_across_batch',
        'sum_over_timesteps',
        'sum_over_batch',
        'softmax_loss_function',
    )

    @typechecked
    def __init__(
        self,
        average_across_timesteps: bool = False,
        average_across_batch: bool = False,
        sum_over_timesteps: bool = True,
        sum_over_batch: bool = True,
        softmax_loss_function: LossFunction | None = None,
        name: str | None = None,
    ) -> None:
        reduction = None if IS_KERAS_3 else keras.losses.Reduction.NONE
        super().__init__(reduction=reduction, name=name)
        self.average_across_timesteps = average_across_timesteps
        self.average_across_batch = average_across_batch
        self.sum_over_timesteps = sum_over_timesteps
        self.sum_over_batch = sum_over_batch
        self.softmax_loss_function = softmax_loss_function

    def __call__(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> tf.Tensor:
        """The loss.

        Args:
          y_true: Targets, as for `sequence_loss`.
          y_pred: Logits `[batch, time, classes]`.
          sample_weight: Weights `[batch, time]`; all 1 by default.

        Returns:
          As `sequence_loss`.
        """
        y_pred, y_true = tf.convert_to_tensor(y_pred), tf.convert_to_tensor(y_true)
        if sample_weight is None:
            sample_weight = tf.ones(tf.shape(y_pred)[:2], y_pred.dtype)
        if y_true.shape.rank == 2 and not y_true.dtype.is_integer:  # Keras makes floats of targets
            y_true = tf.cast(y_true, tf.int32)
        options = {flag: getattr(self, flag) for flag in self._FLAGS}
        return sequence_loss(y_pred, y_true, sample_weight, **options, name=self.name)

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> tf.Tensor:
        """The loss with all weights 1."""
        return self(y_true, y_pred)

    def get_config(self) -> Config:
        """The arguments."""
        config: dict[str, Any] = {flag: getattr(self, flag) for flag in self._FLAGS}
        return {**config, 'name': self.name}
