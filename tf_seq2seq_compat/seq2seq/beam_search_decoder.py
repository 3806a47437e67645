"""`tile_batch`, in the file where `tf.contrib.seq2seq` had it."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph

tf1 = tf.compat.v1

__all__ = ['tile_batch']


@without_autograph
def tile_batch(t: Any, multiplier: Any, name: str | None = None) -> Any:
    """Repeats every example of a batch, as beam search needs its memory and its initial state.

    Args:
      t: Nest of `[batch, ...]` tensors.
      multiplier: How often, int scalar: the beam width.
      name: Name of the operations.

    Returns:
      Nest of `[batch * multiplier, ...]` tensors; copies of an example stand side by side.

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
        return tf.nest.map_structure(lambda x: _tile_one(x, multiplier), t)


def _checked_multiplier(multiplier: Any) -> Any:
    static = tf.get_static_value(multiplier)
    if static is None:
        return multiplier
    value = np.asarray(static)
    if value.ndim != 0 or not np.issubdtype(value.dtype, np.integer):
        raise TypeError(f'multiplier must be an integer scalar, but is {multiplier!r}.')
    if int(value) < 0:
        raise ValueError(f'multiplier must not be negative, but is {int(value)}.')
    return int(value)


def _tile_one(t: Any, multiplier: Any) -> tf.Tensor:
    t = tf.convert_to_tensor(t)
    if t.shape.rank is None or t.shape.rank < 1:
        raise ValueError(
            't must have statically known rank, of 1 at least, [batch, ...], but its shape is '
            f'{t.shape}.'
        )
    tiled = tf.repeat(t, multiplier, axis=0)
    static = tf.compat.dimension_value(t.shape[0])
    known = static * multiplier if static is not None and isinstance(multiplier, int) else None
    tiled.set_shape(tf.TensorShape([known]).concatenate(t.shape[1:]))
    return tiled
