"""Sequence losses, on tensors."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.loop import under_xla
from tf_seq2seq_compat.core.structure import axis_size


def weighted_cross_entropy(
    logits: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor, softmax_loss_function: Any = None
) -> tf.Tensor:
    """Cross entropy of each position, times its weight.

    Args:
      logits: `[batch, time, classes]`.
      targets: int `[batch, time]`.
      weights: `[batch, time]`.
      softmax_loss_function: `f(labels, logits)` on `[batch * time]` and
        `[batch * time, classes]`; softmax cross entropy by default.

    Returns:
      `[batch, time]`.
    """
    classes = logits.shape[-1] or tf.shape(logits)[-1]
    loss = softmax_loss_function or _cross_entropy
    flat = loss(labels=tf.reshape(targets, [-1]), logits=tf.reshape(logits, [-1, classes]))
    flat = tf.convert_to_tensor(flat, name='losses')
    flat *= tf.cast(tf.reshape(weights, [-1]), flat.dtype)
    crossent = tf.reshape(flat, tf.shape(logits)[:2])
    crossent.set_shape(logits.shape[:2])
    return crossent


def _cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Softmax cross entropy: `[rows]` from int `[rows]` and `[rows, classes]`."""
    if not under_xla() or logits.dtype not in (tf.float32, tf.float64):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    # XLA would multiply as many zeros as there are classes, and add them up.
    classes = axis_size(logits, -1)
    # A label that is no class gives NaN, as there.
    known = tf.where((labels >= 0) & (labels < tf.cast(classes, labels.dtype)), 1.0, float('nan'))

    @tf.custom_gradient
    def of(logits: tf.Tensor) -> Any:
        shifted = logits - tf.reduce_max(logits, -1, keepdims=True)
        chosen = tf.gather(shifted, labels, batch_dims=1)
        loss = tf.math.log(tf.reduce_sum(tf.exp(shifted), -1)) - chosen

        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            difference = tf.nn.softmax(logits) - tf.one_hot(labels, classes, dtype=logits.dtype)
            return difference * upstream[:, None]

        return loss, gradient

    return of(logits) * tf.cast(known, logits.dtype)


def average(crossent: tf.Tensor, weights: tf.Tensor, axis: int | None) -> tf.Tensor:
    """Sum along `axis` over the sum of the weights; zero where all weights are zero."""
    weights = tf.cast(weights, crossent.dtype)
    return tf.math.divide_no_nan(tf.reduce_sum(crossent, axis), tf.reduce_sum(weights, axis))


def average_by_count(crossent: tf.Tensor, weights: tf.Tensor, axis: int | None) -> tf.Tensor:
    """Sum along `axis` over the number of weights that are not zero."""
    count = tf.cast(tf.math.count_nonzero(weights, axis), crossent.dtype)
    return tf.math.divide_no_nan(tf.reduce_sum(crossent, axis), count)
