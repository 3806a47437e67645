"""Drawing ids, coin flips and noise, on every path.

In graphs and eager mode these are TF1's own random operations, whose seeds give TF1's numbers. XLA
ignores the seeds of stateful random operations, so there a given seed makes a draw a function of
`(seed, time)`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core import cpu_forms
from tf_seq2seq_compat.core.path import under_xla
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.types import IntLike, ShapeLike, TensorLike

tf1 = tf.compat.v1


def most_likely(logits: tf.Tensor) -> tf.Tensor:
    """The class with the largest logit, the first of equals.

    Args:
      logits: `[..., classes]`, without NaN.

    Returns:
      int32 `logits.shape[:-1]`.
    """
    return cpu_forms.argmax(logits)


def categorical(
    logits: tf.Tensor, seed: int | None, time: IntLike | None = None, sample_shape: ShapeLike = ()
) -> tf.Tensor:
    """Draws classes for each row.

    Args:
      logits: Unnormalised log-probabilities, `[..., classes]`.
      seed: Seed of the draws, None for none.
      time: int32 scalar, the step; None where it is not known, and then XLA ignores the seed.
      sample_shape: Shape of the draws for each row: int, ints or int tensor.

    Returns:
      int32 `sample_shape + logits.shape[:-1]`.
    """

    def draw(count: IntLike) -> tf.Tensor:
        rows = logits if logits.shape.rank == 2 else tf.reshape(logits, [-1, axis_size(logits, -1)])
        key = _key(seed, time)
        if key is None:
            draws = tf1.multinomial(rows, count, seed=seed, output_dtype=tf.int32)
        else:
            draws = tf.random.stateless_categorical(rows, count, seed=key, dtype=tf.int32)
        if logits.shape.rank == 2:
            return tf.transpose(draws)
        return tf.reshape(tf.transpose(draws), tf.concat([[count], tf.shape(logits)[:-1]], 0))

    return in_shape(draw, sample_shape, logits.shape[:-1])


def bernoulli(
    probabilities: tf.Tensor,
    seed: int | None,
    time: IntLike | None = None,
    sample_shape: ShapeLike = (),
) -> tf.Tensor:
    """Flips coins.

    Args:
      probabilities: Probabilities of True, floats.
      seed: As for `categorical`; the draws are other ones than those of `categorical`.
      time: Likewise.
      sample_shape: Shape of the draws for each probability.

    Returns:
      bool `sample_shape + probabilities.shape`.
    """

    def draw(count: IntLike) -> tf.Tensor:
        shape = tf.concat([[count], tf.shape(probabilities)], 0)
        key = _key(seed, None if time is None else -1 - time)
        if key is None:
            uniform = tf1.random_uniform(shape, dtype=probabilities.dtype, seed=seed)
        else:
            uniform = tf.random.stateless_uniform(shape, key, dtype=probabilities.dtype)
        return uniform < probabilities

    return in_shape(draw, sample_shape, probabilities.shape)


def normal_noise(like: tf.Tensor, seed: int | None) -> tf.Tensor:
    """Standard normal numbers of the shape and dtype of a tensor.

    Under XLA a given seed makes them a function of the seed and of the tensor's values, since no
    step is known here.
    """
    shape = tf.shape(like)
    key = _key(seed, like)
    if key is not None:
        return tf.random.stateless_normal(shape, key, dtype=like.dtype)
    # The steps of a TF1 loop must not draw in any order.
    with tf.control_dependencies([like]):
        return tf1.random_normal(shape, dtype=like.dtype, seed=seed)


def gumbel_noise(like: tf.Tensor, seed: int | None, time: IntLike | None = None) -> tf.Tensor:
    """Draws from the standard Gumbel distribution, of the shape and dtype of a tensor.

    Args:
      like: A tensor of floats.
      seed: As for `categorical`.
      time: Likewise.
    """
    shape, smallest = tf.shape(like), like.dtype.as_numpy_dtype(np.finfo(np.float32).tiny)
    key = _key(seed, time)
    if key is None:
        with tf.control_dependencies([like]):  # as `normal_noise`
            uniform = tf1.random_uniform(shape, smallest, 1.0, like.dtype, seed=seed)
    else:
        uniform = tf.random.stateless_uniform(shape, key, smallest, 1.0, like.dtype)
    return -tf.math.log(-tf.math.log(uniform))


def in_shape(
    draw: Callable[[IntLike], tf.Tensor],
    sample_shape: ShapeLike,
    row_shape: ShapeLike | None = None,
) -> tf.Tensor:
    """Samples of `draw(count)`, `[count, ...]`, as `sample_shape + [...]`.

    Args:
      draw: From the number of draws to them, stacked.
      sample_shape: int, ints or int tensor; their product is the number.
      row_shape: Static shape of one draw, where it is known.

    Returns:
      The draws.
    """
    known = tf.get_static_value(sample_shape) if tf.is_tensor(sample_shape) else sample_shape
    if known is None:
        sizes = tf.reshape(tf.cast(sample_shape, tf.int32), [-1])
        draws = draw(tf.reduce_prod(sizes))
    else:
        sizes = np.reshape(np.asarray(known, np.int32), [-1])
        draws = draw(int(sizes.prod()))
    shaped = tf.reshape(draws, tf.concat([sizes, tf.shape(draws)[1:]], 0))
    if known is not None or sizes.shape.is_fully_defined():
        outer = tf.TensorShape([None] * sizes.shape[0] if known is None else sizes)
        shaped.set_shape(outer.concatenate(draws.shape[1:] if row_shape is None else row_shape))
    return shaped


def _key(seed: int | None, number: TensorLike | None) -> tf.Tensor | None:
    """The seed of a stateless draw, None where a stateful operation draws."""
    if seed is None or number is None or not under_xla():
        return None
    number = tf.convert_to_tensor(number)
    if number.dtype.is_floating:
        number = tf.reduce_sum(tf.bitcast(tf.cast(number, tf.float32), tf.int32))
    return tf.stack([tf.cast(seed, tf.int32), tf.cast(number, tf.int32)])
