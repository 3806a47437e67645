"""`tile_batch`: one row of a batch for each beam of an example."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop_arrays import OpenEndedArray
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.tiling import tile, tiled_shape
from tf_seq2seq_compat.types import IntLike, Nest, TensorLike

tf1 = tf.compat.v1

__all__ = ['_tile_batch', 'tile_batch']


@without_autograph
def tile_batch(t: Nest, multiplier: IntLike, name: str | None = None) -> Nest:
    """Repeats every example of a batch, as beam search needs its memory and its initial state.

    Args:
      t: Nest of `[batch, ...]` tensors, and of TensorArrays of such elements.
      multiplier: How often, int scalar: the beam width.
      name: Name of the operations.

    Returns:
      Nest of `[batch * multiplier, ...]` tensors; copies of an example are side by side (which is
      not the order of `tf.tile`). An alignment history that nothing was written to stays empty.

    Raises:
      ValueError: If a tensor has no batch (a scalar), if its rank is unknown, or if `multiplier` is
        negative.
      TypeError: If `multiplier` is not an integer scalar.

    Example:
      >>> seq2seq.tile_batch(tf.constant([1, 2]), multiplier=3).numpy().tolist()
      [1, 1, 1, 2, 2, 2]

    Legacy: `tf.contrib.seq2seq.tile_batch` of TF 1.15.
    """
    multiplier = _checked_multiplier(multiplier)
    with tf1.name_scope(name, 'tile_batch'):
        return tf.nest.map_structure(lambda x: _tile_batch(x, multiplier), t)


def _checked_multiplier(multiplier: IntLike) -> IntLike:
    static = tf.get_static_value(multiplier)
    if static is None and multiplier is not None:
        return multiplier
    value = np.asarray(static)
    if value.ndim != 0 or value.dtype.kind not in 'iub':  # TF1 takes True for 1
        raise TypeError(f'multiplier must be an integer scalar, but is {multiplier!r}.')
    if int(value) < 0:
        raise ValueError(f'multiplier must not be negative, but is {int(value)}.')
    return int(value)


def _tile_batch(t: TensorLike, multiplier: IntLike) -> tf.Tensor:
    if isinstance(t, OpenEndedArray):
        like = None if t.like is None else tf.repeat(t.like, multiplier, axis=0)
        return OpenEndedArray(t.dtype, tiled_shape(t.element_shape, multiplier), like)
    if isinstance(t, tf.TensorArray):
        elements = t.stack()
        tiled = tf.repeat(elements, multiplier, axis=1)
        shape = tiled_shape(elements.shape[1:], multiplier)
        array = tf.TensorArray(t.dtype, size=axis_size(elements, 0), element_shape=shape)
        return array.unstack(tiled)
    t = tf.convert_to_tensor(t)
    if t.shape.rank is None or t.shape.rank < 1:
        raise ValueError(
            't must have statically known rank, of 1 at least, [batch, ...], but its shape is '
            f'{t.shape}.'
        )
    return tile(t, multiplier)
