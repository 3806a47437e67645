"""The triplet loss with semi-hard negatives (Schroff et al. 2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.types import Config, TensorLike


def _distances(embeddings: tf.Tensor, squared: bool) -> tf.Tensor:
    """Euclidean distances `[batch, batch]`; 0, with no gradient, on the diagonal."""
    lengths = tf.reduce_sum(embeddings**2, 1)
    products = tf.matmul(embeddings, embeddings, transpose_b=True)
    squares = lengths[:, None] + lengths[None, :] - 2.0 * products
    apart = tf.logical_and(squares > 0, tf.logical_not(tf.eye(tf.shape(squares)[0]) > 0))
    squares = tf.where(apart, squares, tf.ones_like(squares))
    return tf.where(apart, squares if squared else tf.sqrt(squares), tf.zeros_like(squares))


def _angles(embeddings: tf.Tensor) -> tf.Tensor:
    """One minus the cosines `[batch, batch]`."""
    embeddings = tf.math.l2_normalize(embeddings, 1)
    return tf.maximum(1 - tf.matmul(embeddings, embeddings, transpose_b=True), 0.0)


_METRICS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    'L2': lambda embeddings: _distances(embeddings, squared=False),
    'squared-L2': lambda embeddings: _distances(embeddings, squared=True),
    'angular': _angles,
}


def triplet_semihard_loss(
    y_true: TensorLike,
    y_pred: TensorLike,
    margin: float = 1.0,
    distance_metric: str | Callable[[tf.Tensor], tf.Tensor] = 'L2',
) -> tf.Tensor:
    """How much nearer the negatives are than the positives, and a margin, on average.

    For each pair of one class the negative is the nearest one that is farther than the positive, or
    where none is, the farthest.

    Args:
      y_true: Classes, `[batch]` or `[batch, 1]`.
      y_pred: Embeddings, `[batch, depth]`, of length 1.
      margin: By how much negatives should be farther.
      distance_metric: `'L2'`, `'squared-L2'`, `'angular'`, or a function from the embeddings to
        distances `[batch, batch]`.

    Returns:
      A scalar.

    Raises:
      ValueError: For another metric.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> x = [[0.0, 0.0], [0.0, 1.0], [0.0, 3.0]]
      >>> float(tfa.losses.triplet_semihard_loss([1, 1, 2], x, margin=3.0))
      1.5

    Legacy: `tfa.losses.triplet_semihard_loss` of TensorFlow Addons 0.23.
    """
    metric = _METRICS.get(distance_metric) if isinstance(distance_metric, str) else distance_metric
    if metric is None:
        raise ValueError(f'distance_metric must be a function or one of {sorted(_METRICS)}.')
    given = tf.convert_to_tensor(y_pred)
    is_short = given.dtype in (tf.float16, tf.bfloat16)
    distances = metric(tf.cast(given, tf.float32) if is_short else given)
    classes = tf.reshape(y_true, [-1])
    alike = tf.equal(classes[:, None], classes[None, :])
    # By anchor, positive and negative.
    to_negative = distances[:, None, :]
    farther = tf.logical_and(tf.logical_not(alike)[:, None, :], to_negative > distances[:, :, None])
    highest = tf.fill(tf.shape(farther), distances.dtype.max)
    nearest = tf.reduce_min(tf.where(farther, to_negative, highest), 2)
    lowest = tf.reduce_min(distances, 1, keepdims=True)
    farthest = tf.reduce_max(tf.where(alike, lowest, distances), 1, keepdims=True)
    negatives = tf.where(tf.reduce_any(farther, 2), nearest, farthest)
    pairs = tf.cast(alike, distances.dtype) - tf.eye(tf.shape(classes)[0], dtype=distances.dtype)
    losses = tf.maximum((margin + distances - negatives) * pairs, 0.0)
    return tf.cast(tf.reduce_sum(losses) / tf.reduce_sum(pairs), given.dtype)


@serializable
class TripletSemiHardLoss(keras.losses.Loss):
    """`triplet_semihard_loss` as a loss of Keras.

    Args:
      margin: By how much negatives should be farther.
      distance_metric: As for `triplet_semihard_loss`.
      name: Name of the loss.
      **kwargs: Not used, as by TensorFlow Addons.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> loss = tfa.losses.TripletSemiHardLoss(margin=3.0)
      >>> float(loss(tf.constant([1, 1, 2]), tf.constant([[0.0], [1.0], [3.0]])))
      1.5

    Legacy: `tfa.losses.TripletSemiHardLoss` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        margin: float = 1.0,
        distance_metric: str | Callable[[tf.Tensor], tf.Tensor] = 'L2',
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(reduction='none', name=name)
        self._options: Config = {'margin': margin, 'distance_metric': distance_metric}

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> tf.Tensor:
        return triplet_semihard_loss(y_true, y_pred, **self._options)

    def get_config(self) -> Config:
        config: Config = super().get_config()
        return {**config, **self._options}
