"""Sequence losses, on tensors."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.types import LossFunction


def weighted_cross_entropy(
    logits: tf.Tensor,
    targets: tf.Tensor,
    weights: tf.Tensor,
    softmax_loss_function: LossFunction | None = None,
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
    loss = softmax_loss_function or tf.nn.sparse_softmax_cross_entropy_with_logits
    flat = loss(labels=tf.reshape(targets, [-1]), logits=tf.reshape(logits, [-1, classes]))
    flat = tf.convert_to_tensor(flat, name='losses')
    flat *= tf.cast(tf.reshape(weights, [-1]), flat.dtype)
    crossent = tf.reshape(flat, tf.shape(logits)[:2])
    crossent.set_shape(logits.shape[:2])
    return crossent


def average(crossent: tf.Tensor, weights: tf.Tensor, axis: int | None) -> tf.Tensor:
    """Sum along `axis` over the sum of the weights; zero where all weights are zero."""
    weights = tf.cast(weights, crossent.dtype)
    return tf.math.divide_no_nan(tf.reduce_sum(crossent, axis), tf.reduce_sum(weights, axis))


def average_by_count(crossent: tf.Tensor, weights: tf.Tensor, axis: int | None) -> tf.Tensor:
    """Sum along `axis` over the number of weights that are not zero."""
    count = tf.cast(tf.math.count_nonzero(weights, axis), crossent.dtype)
    return tf.math.divide_no_nan(tf.reduce_sum(crossent, axis), count)
