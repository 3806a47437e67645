"""Drawing ids and coin flips, on every path."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core.loop import under_xla

tf1 = tf.compat.v1


def categorical(logits: tf.Tensor, seed: int | None, time: tf.Tensor) -> tf.Tensor:
    """Draws one class a row.

    Args:
      logits: Unnormalised log-probabilities, `[batch, classes]`.
      seed: Seed of the draws, None for none. XLA ignores the seeds of stateful random operations,
        so there a given seed makes the draw a function of `(seed, time)`.
      time: int32 scalar, the step.

    Returns:
      int32 `[batch]`.
    """
    if under_xla() and seed is not None:
        key = tf.stack([tf.cast(seed, tf.int32), tf.cast(time, tf.int32)])
        draws = tf.random.stateless_categorical(logits, 1, seed=key, dtype=tf.int32)
    else:
        draws = tf1.multinomial(logits, 1, seed=seed, output_dtype=tf.int32)
    return tf.squeeze(draws, -1)
