"""The few functions of tensorflow.python that TensorFlow 2 has in no place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.types import Cell


def scalar() -> tf.TensorShape:
    """The shape of a scalar: `tensorflow.python.framework.tensor_shape.scalar`.

    Example:
      >>> from tf_seq2seq_compat.tf1 import tensorflow_python
      >>> tensorflow_python.scalar(), tensorflow_python.matrix(2, None)
      (TensorShape([]), TensorShape([2, None]))
    """
    return tf.TensorShape([])


def vector(length: object) -> tf.TensorShape:
    """The shape of a vector: `tensorflow.python.framework.tensor_shape.vector`.

    Args:
      length: an int, a Dimension, or None where it is not known.
    """
    return tf.TensorShape([length])


def matrix(rows: object, cols: object) -> tf.TensorShape:
    """The shape of a matrix: `tensorflow.python.framework.tensor_shape.matrix`.

    Args:
      rows: an int, a Dimension, or None where it is not known.
      cols: likewise.
    """
    return tf.TensorShape([rows, cols])


def like_rnncell(cell: Cell) -> bool:
    """Whether `cell` can be used as an RNNCell: TF 1.2's `rnn_cell_impl._like_rnncell`.

    Args:
      cell: any object.

    Example:
      >>> from tf_seq2seq_compat.tf1 import tensorflow_python
      >>> tensorflow_python.like_rnncell(seq2seq.GRUCell(4)), tensorflow_python.like_rnncell(len)
      (True, False)
    """
    parts = ('output_size', 'state_size', 'zero_state')
    return callable(cell) and all(hasattr(cell, part) for part in parts)


class RegisterShape:
    """`tensorflow.python.framework.ops.RegisterShape`, which since TF 1.0 registers nothing.

    Args:
      op_type: the name of the operation.
    """

    def __init__(self, op_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError(f'op_type is {op_type!r}: pass the name of the operation, a string')

    def __call__(self, f: Callable[..., object] | None) -> Callable[..., Any] | None:
        """Gives the shape function back as it is: operations know their shapes themselves."""
        return f
