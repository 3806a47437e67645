"""Batches in which each example is repeated, for beams that read one memory.

`tile` keeps what it has repeated. What is computed from it row by row is computed once for each
example, and attention reads the memory of an example once for all its beams. A graph leaves out the
repeated tensors then, since nothing reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.types import IntLike, ShapeLike


class Origin(NamedTuple):
    """What a tensor repeats: `examples` `[batch, ...]`, each row `multiplier` times."""

    examples: tf.Tensor
    multiplier: IntLike


def tile(examples: tf.Tensor, multiplier: IntLike) -> tf.Tensor:
    """Repeats each row: `[batch * multiplier, ...]`, the copies of one side by side."""
    tiled = tf.repeat(examples, multiplier, axis=0)
    tiled.set_shape(tiled_shape(examples.shape, multiplier))
    return with_origin(tiled, Origin(examples, multiplier))


def tiled_shape(shape: ShapeLike, multiplier: IntLike) -> tf.TensorShape:
    """The static shape of what `tile` returns."""
    shape = tf.TensorShape(shape)
    if shape.rank is None:
        return shape
    batch = tf.compat.dimension_value(shape[0])
    known = batch * multiplier if batch is not None and isinstance(multiplier, int) else None
    return tf.TensorShape([known]).concatenate(shape[1:])


def with_origin(tiled: tf.Tensor, origin: Origin | None) -> tf.Tensor:
    """The tensor, with the knowledge that it repeats another."""
    if origin is not None and isinstance(tiled, tf.Tensor):
        tiled._tf_seq2seq_compat_origin = origin
    return tiled


def origin_of(tensor: object) -> Origin | None:
    """What a tensor repeats, None where that is not known."""
    return getattr(tensor, '_tf_seq2seq_compat_origin', None)


def for_each_example(function: Callable[..., tf.Tensor], *tensors: tf.Tensor | None) -> tf.Tensor:
    """`function(*tensors)`, computed once for each example where all tensors repeat examples.

    Args:
      function: Computes each row of its result from the same rows of the tensors, for any batch.
      *tensors: `[batch, ...]`, or None.

    Returns:
      The result; it repeats examples if the tensors do.
    """
    origins = [None if tensor is None else origin_of(tensor) for tensor in tensors]
    known = [origin for origin in origins if origin is not None]
    given = [tensor for tensor in tensors if tensor is not None]
    if len(known) < len(given) or not all(_is_same(known[0], origin) for origin in known):
        return function(*tensors)
    examples = [None if origin is None else origin.examples for origin in origins]
    return tile(function(*examples), known[0].multiplier)


def _is_same(a: Origin, b: Origin) -> bool:
    """Whether both repeat each example as often."""
    one, other = a.multiplier, b.multiplier
    return one is other or (isinstance(one, int) and isinstance(other, int) and one == other)


def beside(rows: tf.Tensor, origin: Origin) -> tf.Tensor:
    """`[batch * multiplier, ...]` as `[batch, multiplier, ...]`."""
    sizes = [axis_size(origin.examples, 0), origin.multiplier]
    shape = [*sizes, *(axis_size(rows, axis) for axis in range(1, rows.shape.rank))]
    return tf.reshape(rows, shape)
