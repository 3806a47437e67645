"""`tf.contrib.data`: the datasets of TF 1.3, and the transformations that `tf.data` dropped."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.data.ops import dataset_ops
from tensorflow.python.util import nest

from tf_seq2seq_compat.types import IntLike, Nest, ShapeLike, TensorLike

tf1 = tf.compat.v1

__all__ = [
    'Dataset',
    'FixedLengthRecordDataset',
    'TFRecordDataset',
    'TextLineDataset',
    'assert_element_shape',
    'batch_and_drop_remainder',
    'padded_batch_and_drop_remainder',
    'sliding_window_batch',
    'sloppy_interleave',
]

Transformation = Callable[[Any], Any]


class Dataset(dataset_ops.DatasetV1Adapter):
    """`tf.data.Dataset` with the methods and parameters that it had in TF 1.3's `tf.contrib.data`.

    Args:
      dataset: The dataset that gives the elements.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import data
      >>> dataset = data.Dataset.range(3).map(lambda x: x + 1, num_threads=2, output_buffer_size=4)
      >>> [int(each) for each in dataset]
      [1, 2, 3]

    Legacy: `tf.contrib.data.Dataset` of TF 1.2 to 1.4.
    """

    def map(  # type: ignore[no-untyped-def]
        self,
        map_func,
        num_threads=None,
        output_buffer_size=None,
        num_parallel_calls=None,
        **kwargs,
    ) -> Dataset:
        """`tf.data.Dataset.map`; TF 1.3's `num_threads` and `output_buffer_size` as well."""
        calls = num_threads if num_parallel_calls is None else num_parallel_calls
        found = tf1.data.Dataset.map(self, map_func, num_parallel_calls=calls, **kwargs)
        return Dataset(found if output_buffer_size is None else found.prefetch(output_buffer_size))

    def dense_to_sparse_batch(self, batch_size: int, row_shape: ShapeLike) -> Dataset:
        """Batches tensors of several shapes as sparse tensors."""
        return self.apply(tf1.data.experimental.dense_to_sparse_batch(batch_size, row_shape))


def _giving_datasets(name: str) -> Callable[..., Dataset]:
    """A method of `tf.data.Dataset` whose result has TF 1.3's methods again."""
    method = getattr(tf1.data.Dataset, name)

    @functools.wraps(method)
    def give(*args: object, **kwargs: object) -> Dataset:
        return Dataset(method(*args, **kwargs))

    return give


for _name in (
    *('apply', 'batch', 'cache', 'concatenate', 'enumerate', 'filter', 'flat_map'),
    *('group_by_window', 'ignore_errors', 'interleave', 'padded_batch', 'prefetch', 'repeat'),
    *('shard', 'shuffle', 'skip', 'take', 'unbatch'),
):
    setattr(Dataset, _name, _giving_datasets(_name))
for _name in (
    *('from_generator', 'from_sparse_tensor_slices', 'from_tensor_slices', 'from_tensors'),
    *('list_files', 'range', 'zip'),
):
    setattr(Dataset, _name, staticmethod(_giving_datasets(_name)))


class TextLineDataset(Dataset):
    """The lines of text files, as TF 1.2 to 1.4 had them."""

    def __init__(
        self,
        filenames: TensorLike,
        compression_type: TensorLike | None = None,
        buffer_size: int | None = None,
    ) -> None:
        super().__init__(tf1.data.TextLineDataset(filenames, compression_type, buffer_size))


class TFRecordDataset(Dataset):
    """The records of TFRecord files, as TF 1.2 to 1.4 had them."""

    def __init__(
        self,
        filenames: TensorLike,
        compression_type: TensorLike | None = None,
        buffer_size: int | None = None,
    ) -> None:
        super().__init__(tf1.data.TFRecordDataset(filenames, compression_type, buffer_size))


class FixedLengthRecordDataset(Dataset):
    """The records of binary files, as TF 1.3 had them."""

    def __init__(
        self,
        filenames: TensorLike,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        buffer_size: int | None = None,
    ) -> None:
        sizes = (record_bytes, header_bytes, footer_bytes, buffer_size)
        super().__init__(tf1.data.FixedLengthRecordDataset(filenames, *sizes))


# Transformations
# ------------------------------------------------------------------------------------------------


def batch_and_drop_remainder(batch_size: IntLike) -> Transformation:
    """`batch(batch_size, drop_remainder=True)`, for `Dataset.apply`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import data
      >>> dataset = tf.data.Dataset.range(5).apply(data.batch_and_drop_remainder(2))
      >>> [each.tolist() for each in dataset.as_numpy_iterator()]
      [[0, 1], [2, 3]]
    """
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(
    batch_size: IntLike, padded_shapes: Nest, padding_values: Nest | None = None
) -> Transformation:
    """`padded_batch(..., drop_remainder=True)`, for `Dataset.apply`."""
    return lambda dataset: dataset.padded_batch(
        batch_size, padded_shapes, padding_values, drop_remainder=True
    )


def sliding_window_batch(
    window_size: int,
    stride: int | None = None,
    window_shift: int | None = None,
    window_stride: int = 1,
) -> Transformation:
    """Batches of consecutive elements that overlap, for `Dataset.apply`.

    Args:
      window_size: Elements in a batch.
      stride: The older name of `window_shift`.
      window_shift: How far the next window begins after this one.
      window_stride: How far the elements of a window lie apart.

    Raises:
      ValueError: If both `stride` and `window_shift` are given.
    """
    if stride is not None and window_shift is not None:
        raise ValueError('Cannot specify both `stride` and `window_shift`')
    shift = next((each for each in (window_shift, stride) if each is not None), 1)

    def apply(dataset: tf.data.Dataset) -> tf.data.Dataset:
        windows = dataset.window(window_size, shift, window_stride, drop_remainder=True)

        def batched(*parts: Nest) -> tf.data.Dataset:
            # A window of tuples is a tuple of datasets.
            window = parts[0] if len(parts) == 1 else tf1.data.Dataset.zip(parts)
            if isinstance(window, dict):
                window = tf1.data.Dataset.zip(window)
            return window.batch(window_size)

        return windows.flat_map(batched)

    return apply


def sloppy_interleave(
    map_func: Callable[..., tf.data.Dataset], cycle_length: int, block_length: int = 1
) -> Transformation:
    """`parallel_interleave` that does not wait for slow inputs, for `Dataset.apply`."""
    return tf1.data.experimental.parallel_interleave(
        map_func, cycle_length, block_length, sloppy=True
    )


def assert_element_shape(expected_shapes: Nest) -> Transformation:
    """Gives the elements static shapes, checked at run time, for `Dataset.apply`.

    Args:
      expected_shapes: A `tf.TensorShape`, or a structure of them like that of the elements.

    Raises:
      ValueError: If the elements are known to have other shapes.
    """

    def one(tensor: tf.Tensor, shape: tf.TensorShape) -> tf.Tensor:
        tensor.shape.assert_is_compatible_with(shape)
        return tf.ensure_shape(tensor, shape)

    def check(*elements: Nest) -> Nest:
        structure = elements[0] if len(elements) == 1 else elements
        return nest.map_structure_up_to(structure, one, structure, expected_shapes)

    def apply(dataset: tf.data.Dataset) -> tf.data.Dataset:
        return dataset.map(check)

    return apply
