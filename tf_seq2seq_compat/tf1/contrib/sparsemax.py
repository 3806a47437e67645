"""`tf.contrib.sparsemax`: a softmax that gives zeros, as the probabilities of an attention."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.types import TensorLike

tf1 = tf.compat.v1

__all__ = ['sparsemax']


def sparsemax(logits: TensorLike, name: str | None = None) -> tf.Tensor:
    """The probabilities nearest to the logits, most of which are zero.

    Args:
      logits: `[batch, classes]` float.
      name: Name of the operations.

    Returns:
      Probabilities, `[batch, classes]`. A row with NaN or plus infinity is NaN.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib.sparsemax import sparsemax
      >>> sparsemax(tf.constant([[1.0, 1.0, -1.0]])).numpy().tolist()
      [[0.5, 0.5, 0.0]]

    Paper: Martins and Astudillo, "From Softmax to Sparsemax". Legacy:
    `tf.contrib.sparsemax.sparsemax` of TF 1.15.
    """
    with tf1.name_scope(name, 'sparsemax', [logits]):
        z = tf.convert_to_tensor(logits, name='logits')
        # Shifted by a constant, the result is the same; the largest is taken for accuracy.
        z = z - tf.reduce_max(z, axis=-1, keepdims=True)
        ranked = tf.sort(z, axis=-1, direction='DESCENDING')
        sums = tf.cumsum(ranked, axis=-1)
        rank = tf.range(1, tf.cast(tf.shape(z)[-1], z.dtype) + 1, dtype=z.dtype)
        in_support = 1 + rank * ranked > sums
        size = tf.reduce_sum(tf.cast(in_support, z.dtype), axis=-1, keepdims=True)
        total = tf.reduce_sum(
            tf.where(in_support, ranked, tf.zeros_like(ranked)), -1, keepdims=True
        )
        return tf.nn.relu(z - (total - 1) / size)
