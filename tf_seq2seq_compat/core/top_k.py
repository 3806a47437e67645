"""The largest of many scores.

The `k` largest are in the `k` blocks whose maxima are largest: one pass over the scores, which all
devices do in vectors, leaves few of them to choose among.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.types import IntLike

# Scores in a block: 16 to 64 take about as long (benchmarks/README.md, "Options of sampling").
_BLOCK = 32
# Blocks pay where they leave no more than one score in so many.
_AT_LEAST = 8


def top_k(scores: tf.Tensor, k: IntLike) -> tuple[tf.Tensor, tf.Tensor]:
    """The `k` largest scores of each row and their places.

    Args:
      scores: `[..., n]`, floating, without NaN.
      k: int or int32 scalar, at most `n`.

    Returns:
      The scores, the largest first, and their int32 places, both `[..., k]`. Among equal scores the
      first goes first, as with `tf.math.top_k`.
    """
    size = scores.shape.as_list()[-1]
    if size is None or not isinstance(k, int) or _AT_LEAST * k * _BLOCK > size:
        return tf.math.top_k(scores, k)
    axis = scores.shape.rank - 1
    blocks = _blocks(scores, size)
    largest = tf.math.top_k(tf.reduce_max(blocks, -1), k).indices
    # In the order of the scores, so that the first of equal ones stays the first.
    largest = -tf.math.top_k(-largest, k).values
    left = tf.gather(blocks, largest, batch_dims=axis)
    left = tf.reshape(left, tf.concat([tf.shape(scores)[:-1], [k * _BLOCK]], 0))
    values, places = tf.math.top_k(left, k)
    block = tf.gather(largest, places // _BLOCK, batch_dims=axis)
    return values, block * _BLOCK + places % _BLOCK


def _blocks(scores: tf.Tensor, size: int) -> tf.Tensor:
    """The scores as `[..., blocks, _BLOCK]`, filled up with minus infinity."""
    missing = -size % _BLOCK
    if missing:
        before = [[0, 0]] * (scores.shape.rank - 1)
        scores = tf.pad(scores, [*before, [0, missing]], constant_values=-np.inf)
    return tf.reshape(scores, tf.concat([tf.shape(scores)[:-1], [-1, _BLOCK]], 0))
