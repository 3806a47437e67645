"""`tf.contrib.eager`: what its users need beside eager mode itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Iterator as IteratorOf

import tensorflow as tf

from tf_seq2seq_compat.types import IntLike, Nest

tf1 = tf.compat.v1

__all__ = ['Iterator', 'Saver']


class Iterator:
    """Goes over a dataset in eager mode; so does a `for` over the dataset itself.

    Args:
      dataset: A `tf.data.Dataset`.

    Raises:
      RuntimeError: In graph mode.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import eager
      >>> [int(each) for each in eager.Iterator(tf.data.Dataset.range(3))]
      [0, 1, 2]
    """

    def __init__(self, dataset: tf.data.Dataset) -> None:
        if not tf.executing_eagerly():
            raise RuntimeError(
                'tf.contrib.eager.Iterator works in eager mode; in a graph use '
                'tf.data.make_one_shot_iterator(dataset).get_next().'
            )
        self._iterator = iter(dataset)

    def __iter__(self) -> IteratorOf[Nest]:
        return self

    def __next__(self) -> Nest:
        return next(self._iterator)

    def next(self) -> Nest:
        """The next element; raises StopIteration after the last."""
        return next(self._iterator)


class Saver:
    """Saves and restores variables by name, in eager mode too.

    Args:
      var_list: Variables, or a dict of them by the names in the checkpoint.
    """

    def __init__(self, var_list: Iterable[tf.Variable]) -> None:
        by_name = var_list
        if not isinstance(var_list, Mapping):
            by_name = {
                each.op.name if hasattr(each, 'op') else each.name: each for each in var_list
            }
            by_name = {name.partition(':')[0]: each for name, each in by_name.items()}
        self._saver = tf1.train.Saver(by_name)

    def save(self, file_prefix: str, global_step: IntLike | None = None) -> str:
        """Writes a checkpoint; returns its prefix."""
        return self._saver.save(None, file_prefix, write_meta_graph=False, global_step=global_step)

    def restore(self, file_prefix: str) -> None:
        """Reads a checkpoint."""
        self._saver.restore(None, file_prefix)
