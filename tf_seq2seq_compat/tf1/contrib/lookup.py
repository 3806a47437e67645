"""`tf.contrib.lookup`: the tables whose names or parameters `tf.lookup` changed.

`tf.tables_initializer()` fills the tables. `mapping` are the keys in the order of their ids.
"""

from __future__ import annotations

import tensorflow as tf
from tensorflow.python.ops import lookup_ops

from tf_seq2seq_compat.types import DTypeLike, TensorLike

__all__ = [
    'HashTable',
    'index_table_from_tensor',
    'index_to_string',
    'index_to_string_table_from_tensor',
    'string_to_index',
    'string_to_index_table_from_file',
    'string_to_index_table_from_tensor',
]


class HashTable(lookup_ops.StaticHashTableV1):
    """A table that is filled once, by its initializer.

    Args:
      initializer: What fills it: `KeyValueTensorInitializer`, `TextFileInitializer`, …
      default_value: The value of a missing key.
      shared_name: Name under which sessions share the table.
      name: Name of its operations.
    """

    def __init__(
        self,
        initializer: object,
        default_value: TensorLike,
        shared_name: str | None = None,
        name: str | None = None,
    ) -> None:
        self._shared_name_given = shared_name
        super().__init__(initializer, default_value, name=name or 'hash_table')

    def _create_resource(self) -> tf.Tensor:
        if self._shared_name_given is not None:
            self._shared_name = self._shared_name_given
        return super()._create_resource()

    @property
    def init(self) -> tf.Operation:
        """The operation that fills the table."""
        return self.initializer


def _given(mapping: TensorLike) -> TensorLike:
    if mapping is None:
        raise ValueError('mapping must be specified.')
    return mapping


def index_table_from_tensor(
    mapping: TensorLike,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: object = lookup_ops.FastHashSpec,
    dtype: DTypeLike = tf.string,
    name: str | None = None,
) -> tf.lookup.StaticVocabularyTable:
    """A table from strings (or integers) to their positions in `mapping`.

    Args:
      mapping: `[size]`, the keys in the order of their ids.
      num_oov_buckets: How many ids above `size` there are for unknown keys.
      default_value: The id of unknown keys without such buckets.
      hasher_spec: How unknown keys are spread over the buckets.
      dtype: dtype of the keys.
      name: Name of the table's operations.
    """
    more = (num_oov_buckets, default_value, hasher_spec, dtype, name)
    return lookup_ops.index_table_from_tensor(_given(mapping), *more)


def string_to_index_table_from_tensor(
    mapping: TensorLike,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: object = lookup_ops.FastHashSpec,
    name: str | None = None,
) -> tf.lookup.StaticVocabularyTable:
    """`index_table_from_tensor` for strings."""
    more = (num_oov_buckets, default_value, hasher_spec, tf.string, name)
    return index_table_from_tensor(mapping, *more)


def string_to_index_table_from_file(
    vocabulary_file: str | tf.Tensor | None = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    hasher_spec: object = lookup_ops.FastHashSpec,
    name: str | None = None,
) -> tf.lookup.StaticVocabularyTable:
    """`index_table_from_file` for strings."""
    more = (vocab_size, default_value, hasher_spec)
    return lookup_ops.index_table_from_file(vocabulary_file, num_oov_buckets, *more, name=name)


def index_to_string_table_from_tensor(
    mapping: TensorLike, default_value: str = 'UNK', name: str | None = None
) -> HashTable:
    """A table from positions in `mapping` to the strings there; `default_value` for other ids."""
    return lookup_ops.index_to_string_table_from_tensor(_given(mapping), default_value, name)


def string_to_index(
    tensor: TensorLike, mapping: TensorLike, default_value: int = -1, name: str | None = None
) -> tf.Tensor:
    """The ids of strings: one lookup in `index_table_from_tensor(mapping)`."""
    table = index_table_from_tensor(mapping, default_value=default_value, name=name)
    return table.lookup(tf.convert_to_tensor(tensor))


def index_to_string(
    tensor: TensorLike, mapping: TensorLike, default_value: str = 'UNK', name: str | None = None
) -> tf.Tensor:
    """The strings of ids: one lookup in `index_to_string_table_from_tensor(mapping)`."""
    table = index_to_string_table_from_tensor(mapping, default_value, name)
    return table.lookup(tf.convert_to_tensor(tensor))
