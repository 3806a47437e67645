"""The variable of an embedding."""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.layers.cell_checks import layer_size
from tf_seq2seq_compat.types import DTypeLike, InitializerLike

tf1 = tf.compat.v1


def embedding_variable(
    name: str,
    shape: tuple[int, int],
    dtype: DTypeLike | None = None,
    initializer: InitializerLike | None = None,
) -> tf.Variable:
    """A variable for `core.embedding.embed`, in parts where the open scope has a partitioner.

    Outside of TF1 graphs a layer's variable is whole. Its rows are still found as those of the
    parts that the partitioner asks for, since TF1 trained them so.

    Args:
      name: Name in the open variable scope.
      shape: `(vocabulary, depth)`.
      dtype: Type; the scope's by default.
      initializer: The scope's by default.

    Returns:
      The variable, or a list of its parts.
    """
    shape = (layer_size('num_symbols', shape[0]), layer_size('embedding_size', shape[1]))
    variable = tf1.get_variable(name, shape, dtype, initializer=initializer)
    partitioner = tf1.get_variable_scope().partitioner
    if graph_mode() or partitioner is None or hasattr(variable, 'as_tensor'):
        return variable
    parts = partitioner(shape=variable.shape, dtype=variable.dtype)[0]
    size, larger = divmod(shape[0], parts)
    return tf.split(variable, [size + 1] * larger + [size] * (parts - larger))
