"""`sequence_loss`, in the file where `tf.contrib.seq2seq` had it."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core import losses
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.types import LossFunction, TensorLike

tf1 = tf.compat.v1

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
      targets: `[batch, time]` ints.
      weights: `[batch, time]` floats: 1 for steps that count, 0 for padding.
      average_across_timesteps: Whether to average over time.
      average_across_batch: Whether to average over the batch.
      sum_over_timesteps: Whether to sum over time and divide by the number of steps that count.
      sum_over_batch: Likewise over the batch.
      softmax_loss_function: `f(labels, logits)` used instead of softmax cross entropy (sampled
        softmax, say), on `[batch * time]` and `[batch * time, classes]`.
      name: Name of the operations.

    Returns:
      A scalar, `[batch]` or `[time]` where only one of the two is reduced, or `[batch, time]`.

    Raises:
      ValueError: If a rank is wrong, if sizes differ, or if both the average and the sum are asked
        for along the same axis.
      TypeError: If `softmax_loss_function` is not callable.

    Example:
      >>> loss = seq2seq.sequence_loss(
      ...     tf.zeros([2, 3, 4]), tf.zeros([2, 3], tf.int32), tf.ones([2, 3]))
      >>> print(round(float(loss), 4))  # log(4)
      1.3863

    Legacy: `tf.contrib.seq2seq.sequence_loss` of TF 1.15.
    """
    logits = tf.convert_to_tensor(logits)
    targets = tf.convert_to_tensor(targets)
    weights = tf.convert_to_tensor(weights)
    _check_rank('logits', logits, 3, '[batch_size x sequence_length x logits]')
    _check_rank('targets', targets, 2, '[batch_size x sequence_length]')
    _check_rank('weights', weights, 2, '[batch_size x sequence_length]')
    for argument, tensor in (('targets', targets), ('weights', weights)):
        if not logits.shape[:2].is_compatible_with(tensor.shape):
            raise ValueError(
                f'{argument} have shape {tensor.shape}, but logits have shape {logits.shape}: the '
                'first two dimensions, [batch, time], must be equal. dynamic_decode stops at the '
                'longest sequence: cut targets and weights to that length.'
            )
    if average_across_timesteps and sum_over_timesteps:
        raise ValueError(
            'average_across_timesteps and sum_over_timesteps cannot be set to True at same time: '
            'give average_across_timesteps=False.'
        )
    if average_across_batch and sum_over_batch:
        raise ValueError(
            'average_across_batch and sum_over_batch cannot be set to True at same time: '
            'give average_across_batch=False.'
        )
    if softmax_loss_function is not None and not callable(softmax_loss_function):
        raise TypeError(
            'softmax_loss_function must be a function (labels, logits) -> losses, but is a '
            f'{type(softmax_loss_function).__name__}.'
        )
    with tf1.name_scope(name, 'sequence_loss', [logits, targets, weights]):
        crossent = losses.weighted_cross_entropy(logits, targets, weights, softmax_loss_function)
        if average_across_timesteps or average_across_batch:
            axis = _reduced_axis(average_across_timesteps, average_across_batch)
            return losses.average(crossent, weights, axis)
        if sum_over_timesteps or sum_over_batch:
            axis = _reduced_axis(sum_over_timesteps, sum_over_batch)
            return losses.average_by_count(crossent, weights, axis)
        return crossent


class SequenceLoss:
    """`sequence_loss` as an object: `loss(y_true, y_pred, sample_weight)`.

    Args:
      average_across_timesteps: As for `sequence_loss`.
      average_across_batch: Likewise.
      sum_over_timesteps: Likewise.
      sum_over_batch: Likewise.
      softmax_loss_function: Likewise.
      name: Name of the operations.

    Legacy: `tensorflow.contrib.seq2seq.python.ops.loss.SequenceLoss` of TF 1.15.
    """

    _FLAGS = (
        'average_across_timesteps',
        'average_across_batch',
        'sum_over_timesteps',
        'sum_over_batch',
        'softmax_loss_function',
        'name',
    )

    def __init__(
        self,
        average_across_timesteps: bool = False,
        average_across_batch: bool = False,
        sum_over_timesteps: bool = True,
        sum_over_batch: bool = True,
        softmax_loss_function: LossFunction | None = None,
        name: str | None = None,
    ) -> None:
        self.average_across_timesteps = average_across_timesteps
        self.average_across_batch = average_across_batch
        self.sum_over_timesteps = sum_over_timesteps
        self.sum_over_batch = sum_over_batch
        self.softmax_loss_function = softmax_loss_function
        self.name = name

    def __call__(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> tf.Tensor:
        """The loss.

        Args:
          y_true: int targets `[batch, time]`.
          y_pred: Logits `[batch, time, classes]`.
          sample_weight: Weights `[batch, time]`; all 1 by default.

        Returns:
          As `sequence_loss`.
        """
        y_pred = tf.convert_to_tensor(y_pred)
        if sample_weight is None:
            sample_weight = tf.ones(tf.shape(y_true), y_pred.dtype)
        options = {flag: getattr(self, flag) for flag in self._FLAGS}
        return sequence_loss(y_pred, y_true, sample_weight, **options)

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> tf.Tensor:
        """The loss with all weights 1."""
        return self(y_true, y_pred)


def _reduced_axis(over_time: bool, over_batch: bool) -> int | None:
    if over_time and over_batch:
        return None
    return 1 if over_time else 0


def _check_rank(argument: str, tensor: tf.Tensor, rank: int, what: str) -> None:
    if tensor.shape.rank not in (None, rank):
        raise ValueError(
            f'{argument.capitalize()} must be a {what} tensor, but have shape {tensor.shape}.'
        )
