"""Nests of batched tensors: their sizes, zeros, and row-wise selection."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, Size, TensorLike


def checked_batch_size(batch_size: TensorLike) -> IntLike:
    """A batch size as an int where it is known, else the scalar tensor."""
    if isinstance(batch_size, tf.compat.v1.Dimension):
        batch_size = batch_size.value
    if batch_size is None:
        raise ValueError('batch_size is None: give an int or a tensor, tf.shape(inputs)[0], say.')
    if tf.is_tensor(batch_size) and not batch_size.dtype.is_integer:
        raise TypeError(f'batch_size must be an integer, but has dtype {batch_size.dtype.name}.')
    known = tf.get_static_value(batch_size)
    if known is None:
        return batch_size
    if isinstance(known, str | bytes) or np.ndim(known):
        raise TypeError(f'batch_size must be one integer, but is {batch_size!r}.')
    if int(known) != known or known < 0:
        raise ValueError(f'batch_size must be an integer, not negative, but is {known!r}.')
    return int(known)


def batched_zeros(batch_size: IntLike, size: Size, dtype: Nest) -> Nest:
    """Zeros with the batch in front: a nest like `size`.

    Args:
      batch_size: int or int32 scalar.
      size: Nest of int, `TensorShape` or int tensor: the shape of one example each.
      dtype: One dtype, or a nest of them like `size`.

    Returns:
      Nest of `[batch_size] + size` tensors, with the static shape as far as it is known.

    Raises:
      ValueError: If `batch_size` is None, negative or fractional, or a `TensorShape` is not fully
        known.
      TypeError: If `batch_size` is not a number, or not an integer tensor.
    """
    outer = checked_batch_size(batch_size)
    static_batch = outer if isinstance(outer, int) else None

    def zeros(one_size: Size, one_dtype: DTypeLike) -> tf.Tensor:
        if isinstance(one_size, tf.Tensor):
            inner = tf.reshape(tf.cast(one_size, tf.int32), [-1])
            static_inner = tf.TensorShape(tf.get_static_value(inner))
            result = tf.zeros(tf.concat([[outer], inner], 0), one_dtype)
        else:
            static_inner = tf.TensorShape(one_size)
            if not static_inner.is_fully_defined():
                raise ValueError(
                    f'The sizes of a state or an output must be known, but one is {static_inner}.'
                )
            result = tf.zeros([outer, *static_inner.as_list()], one_dtype)
        result.set_shape(tf.TensorShape([static_batch]).concatenate(static_inner))
        return result

    if not tf.nest.is_nested(dtype):
        dtype = tf.nest.map_structure(lambda _: dtype, size)
    return tf.nest.map_structure(zeros, size, dtype)


def declared_shapes(size: Size, zeros: object) -> list[tf.TensorShape]:
    """The static shapes that a decoder's outputs must have.

    TF1 holds a decoder to a `TensorShape` with axes. An output that is declared by an int, or to be
    a scalar, has the shape that the steps give it.

    Args:
      size: As for `batched_zeros`.
      zeros: What `batched_zeros` gives for it.

    Returns:
      Flat list of shapes, with the batch in front.
    """
    pairs = zip(tf.nest.flatten(size), tf.nest.flatten(zeros), strict=True)
    return [
        zero.shape if isinstance(one, tf.TensorShape) and one.rank else tf.TensorShape(None)
        for one, zero in pairs
    ]


def is_unbatched(value: Any) -> bool:
    """True for what has no row for each example: a TensorArray or a scalar."""
    return isinstance(value, tf.TensorArray) or value.shape.rank == 0


def where_rows(condition: tf.Tensor, if_true: Nest, if_false: Nest) -> Nest:
    """Chooses row by row between two nests of `[batch, ...]` tensors.

    Args:
      condition: Bool `[batch]`, or of the shape of all that has rows.
      if_true: Nest of tensors.
      if_false: Nest of the same structure; what has no rows is always taken from it.

    Returns:
      A nest of the same structure.
    """

    def choose(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        if is_unbatched(b):
            return b
        return tf.compat.v1.where(condition, a, b)  # Chooses rows by a vector.

    return tf.nest.map_structure(choose, if_true, if_false)


def transpose_batch_time(x: tf.Tensor) -> tf.Tensor:
    """Swaps the first two axes; tensors of lower rank are returned as they are.

    Args:
      x: `[batch, max_time, ...]` or `[max_time, batch, ...]`.

    Returns:
      The same tensor with its first two axes swapped.
    """
    rank = x.shape.rank
    if rank is not None and rank < 2:
        return x
    if rank is not None:
        return tf.transpose(x, [1, 0, *range(2, rank)])
    return tf.transpose(x, tf.concat([[1, 0], tf.range(2, tf.rank(x))], 0))


def axis_size(tensor: tf.Tensor, axis: int) -> IntLike:
    """Size of an axis: an int where it is known statically, else an int32 scalar tensor."""
    if tensor.shape.rank is not None and tensor.shape.rank <= axis:
        raise ValueError(
            f'A tensor [batch, ...] (or [batch, time, ...]) is needed, but its shape is '
            f'{tensor.shape}, which has no axis {axis}.'
        )
    static = None if tensor.shape.rank is None else tf.compat.dimension_value(tensor.shape[axis])
    return tf.shape(tensor)[axis] if static is None else static


def check_same_structure(wanted: Nest, seen: Nest, what: str) -> None:
    """Raises TensorFlow's TypeError or ValueError, with `what` in front, where two nests differ."""
    try:
        tf.nest.assert_same_structure(wanted, seen)
    except (TypeError, ValueError) as error:
        raise type(error)(f'{what} has another structure than declared: {error}') from None
