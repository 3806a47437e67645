"""Few shapes for what XLA compiles: padding to buckets, and a guard against too many shapes.

XLA compiles a function for each shape of its arguments, which takes seconds, so batches as long as
their longest sequence would be compiled again and again. Padded to a bucket they share a few
shapes; lengths tell what is padding, and are not part of what is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.types import IntLike, Nest, TensorLike

__all__ = ['LimitedShapes', 'TooManyShapesError', 'bucket_size', 'pad_to_bucket']


def bucket_size(size: TensorLike, buckets: int | Sequence[int] = 16) -> IntLike:
    """The size of the bucket for `size` elements.

    Args:
      size: int, or an int scalar tensor.
      buckets: Sizes in ascending order, or a number whose multiples, from the first on, are them.

    Returns:
      The smallest of the sizes that is not less, int or tensor as `size` is.

    Raises:
      ValueError: If the buckets are not positive and ascending, or an int is beyond the last one.
      tf.errors.InvalidArgumentError: If a tensor is beyond the last bucket.

    Example:
      >>> from tf_seq2seq_compat import bucketing
      >>> bucketing.bucket_size(17), bucketing.bucket_size(17, [10, 25, 50])
      (32, 25)
    """
    sizes = [buckets] if isinstance(buckets, int) else list(buckets)
    if not sizes or sizes[0] < 1 or any(a >= b for a, b in zip(sizes, sizes[1:], strict=False)):
        raise ValueError(
            f'buckets must be a positive number, or sizes in ascending order, but is {buckets!r}.'
        )
    if isinstance(buckets, int):
        if tf.is_tensor(size):
            return tf.maximum((size + buckets - 1) // buckets, 1) * buckets
        return max(-(-size // buckets), 1) * buckets
    beyond = f'is more than the last bucket of {sizes}: add a larger one, or shorten the sequence'
    if tf.is_tensor(size):
        last = tf.constant(sizes[-1], size.dtype)
        check = tf.debugging.assert_less_equal(size, last, message=f'A size {beyond}.')
        with tf.control_dependencies([] if check is None else [check]):
            fits = tf.identity(size) <= tf.constant(sizes, size.dtype)
        return tf.constant(sizes, size.dtype)[tf.argmax(fits)]
    if size > sizes[-1]:
        raise ValueError(f'The size {size} {beyond}.')
    return next(each for each in sizes if size <= each)


def pad_to_bucket(
    batch: Nest, buckets: int | Sequence[int] = 16, *, axis: int = 1, value: TensorLike = 0
) -> Nest:
    """Pads each part of a batch along one axis, to the size of its bucket.

    Args:
      batch: Nest of arrays or tensors `[batch, time, ...]`; parts without the axis (lengths, say)
        stay as they are.
      buckets: As for `bucket_size`.
      axis: The axis to pad, 1 by default.
      value: What to pad with: one value for all, cast to the type of each part.

    Returns:
      The nest; arrays stay arrays.

    Raises:
      ValueError: As `bucket_size`.

    Example:
      >>> from tf_seq2seq_compat import bucketing
      >>> words, lengths = np.ones([2, 17], np.int32), np.array([17, 9])
      >>> padded, lengths = bucketing.pad_to_bucket((words, lengths))
      >>> padded.shape, int(padded.sum()), lengths.shape
      ((2, 32), 34, (2,))

    In a `tf.data` pipeline: `dataset.map(bucketing.pad_to_bucket)` behind `padded_batch`.
    """

    def pad(part: TensorLike) -> tf.Tensor:
        part = part if tf.is_tensor(part) else np.asarray(part)
        rank = len(part.shape)
        if rank <= axis:
            return part
        if not tf.is_tensor(part):
            more = bucket_size(part.shape[axis], buckets) - part.shape[axis]
            widths = [(0, more if n == axis else 0) for n in range(rank)]
            return np.pad(part, widths, constant_values=np.asarray(value, part.dtype))
        known = part.shape.as_list()[axis]
        size = tf.shape(part)[axis] if known is None else known
        more = bucket_size(size, buckets) - size
        paddings = [[0, more if n == axis else 0] for n in range(rank)]
        return tf.pad(part, paddings, constant_values=tf.cast(value, part.dtype))

    return tf.nest.map_structure(pad, batch)


class TooManyShapesError(RuntimeError):
    """A function was called with more shapes than it was allowed."""


class LimitedShapes:
    """A function that may be compiled for so many shapes and no more: a guard against retracing.

    Each call counts by the shapes and types of its tensors and by the values of all else, which is
    what `tf.function(jit_compile=True)` compiles anew for. Put it around the function of a training
    step, or in a test.

    Args:
      function: A `tf.function`, or anything that is called.
      most: How many different shapes there may be.

    Attributes:
      shapes: Those seen, in order, each as a text.

    Raises:
      TooManyShapesError: At the first call that would be one too many; it has not run then.

    Example:
      >>> from tf_seq2seq_compat import bucketing
      >>> total = bucketing.LimitedShapes(tf.function(tf.reduce_sum, jit_compile=True), most=1)
      >>> for length in (3, 7, 12):
      ...     print(float(total(bucketing.pad_to_bucket(tf.ones([2, length])))))
      6.0
      14.0
      24.0
      >>> total(tf.ones([2, 5]))
      Traceback (most recent call last):
      tf_seq2seq_compat.bucketing.TooManyShapesError: ...
    """

    def __init__(self, function: Callable[..., object], most: int) -> None:
        self._function = function
        self._most = most
        self.shapes: list[str] = []

    def __call__(self, *args: object, **kwargs: object) -> Any:
        shapes = ', '.join(
            [_described(a) for a in args] + [f'{k}={_described(v)}' for k, v in kwargs.items()]
        )
        if shapes not in self.shapes:
            if len(self.shapes) >= self._most:
                raise TooManyShapesError(
                    f'This call would be compiled anew, for shape {self._most + 1} of at most '
                    f'{self._most}: {shapes} after {"; ".join(self.shapes)}. Pad batches '
                    'to buckets (bucketing.pad_to_bucket), drop the last incomplete one, give '
                    'numbers that change as tensors, or allow more shapes.'
                )
            self.shapes.append(shapes)
        return self._function(*args, **kwargs)


def _described(argument: object) -> str:
    def part(value: Any) -> str:
        if not hasattr(value, 'shape') or not hasattr(value, 'dtype'):
            return repr(value)
        return f'{tf.as_dtype(value.dtype).name}{list(value.shape)}'

    parts = [part(value) for value in tf.nest.flatten(argument)]
    return parts[0] if not tf.nest.is_nested(argument) else f'({", ".join(parts)})'
