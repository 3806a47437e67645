"""The linear map of TF1's cells and wrappers, with variables `kernel` and `bias`."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.cell_equations import affine
from tf_seq2seq_compat.layers.cell_checks import layer_size
from tf_seq2seq_compat.types import InitializerLike, Nest

tf1 = tf.compat.v1


class Linear:
    """`[args] · kernel + bias`, with the variables made when it is made.

    They are `kernel` and `bias` in the variable scope that is open then, so inside a cell's `call`
    they belong to the cell.

    Args:
      args: A tensor `[batch, depth]`, or a list of them to put side by side; its depths and type
        are what the variables are made for.
      output_size: Depth of the result.
      build_bias: Whether a bias is added.
      bias_initializer: Zeros by default.
      kernel_initializer: The variable scope's by default.

    Raises:
      ValueError: If there are no args, one has not rank 2 or a depth that is not known, or
        `output_size` is None.

    Example:
      >>> from tf_seq2seq_compat.layers.linear import Linear
      >>> linear = Linear([tf.ones([2, 3]), tf.ones([2, 4])], 5, build_bias=True)
      >>> linear([tf.ones([6, 3]), tf.ones([6, 4])]).shape
      TensorShape([6, 5])

    Legacy: `tensorflow.contrib.rnn.python.ops.core_rnn_cell._Linear` of TF 1.15.
    """

    def __init__(
        self,
        args: Nest,
        output_size: int,
        build_bias: bool,
        bias_initializer: InitializerLike | None = None,
        kernel_initializer: InitializerLike | None = None,
    ) -> None:
        parts = _parts(args)
        # The error is that of a variable's shape; Keras's layers have a TypeError.
        if tf.compat.dimension_value(output_size) is None:
            raise ValueError('output_size must be known, but is None: give inputs a static depth.')
        output_size = layer_size('output_size', output_size)
        depths = [_depth(part) for part in parts]
        dtype = parts[0].dtype.base_dtype
        self.bias = None
        # As in TF1, which opens the scope's name scope again: Keras layers made later show it.
        with tf1.variable_scope(tf1.get_variable_scope()):
            self.kernel = tf1.get_variable(
                'kernel', [sum(depths), output_size], dtype, initializer=kernel_initializer
            )
            if build_bias:
                self.bias = whole_variable(
                    'bias', [output_size], dtype, bias_initializer or tf1.zeros_initializer()
                )

    def __call__(self, args: Nest) -> tf.Tensor:
        """Applies the map to args like those it was made for.

        Args:
          args: A tensor `[batch, depth]`, or a list of them.

        Returns:
          `[batch, output_size]`.
        """
        return affine(_parts(args), self.kernel, self.bias)


def linear(
    args: Nest,
    output_size: int,
    bias: bool,
    bias_initializer: InitializerLike | None = None,
    kernel_initializer: InitializerLike | None = None,
) -> tf.Tensor:
    """`[args] · kernel + bias`, with variables in the open scope.

    Args:
      args: As for `Linear`.
      output_size: As for `Linear`.
      bias: Whether a bias is added.
      bias_initializer: As for `Linear`.
      kernel_initializer: As for `Linear`.

    Returns:
      `[batch, output_size]`.

    Raises:
      ValueError: As `Linear`.

    Example:
      >>> from tf_seq2seq_compat.layers.linear import linear
      >>> linear(tf.ones([2, 3]), 5, True).shape
      TensorShape([2, 5])

    Legacy: `tensorflow.contrib.rnn.python.ops.core_rnn_cell._linear` of TF 1.15.
    """
    return Linear(args, output_size, bias, bias_initializer, kernel_initializer)(args)


def whole_variable(
    name: str, shape: list[int], dtype: tf.DType, initializer: InitializerLike
) -> Any:
    """A variable that the partitioner of the open scope leaves whole, as TF1 leaves this bias."""
    with tf1.variable_scope(tf1.get_variable_scope(), auxiliary_name_scope=False) as scope:
        scope.set_partitioner(None)
        return tf1.get_variable(name, shape, dtype, initializer=initializer)


def _parts(args: Nest) -> list[tf.Tensor]:
    if args is None or (isinstance(args, list | tuple) and not args):
        raise ValueError(f'args must be a tensor or a list of tensors, but are {args}.')
    return [
        tf.convert_to_tensor(part) for part in (args if isinstance(args, list | tuple) else [args])
    ]


def _depth(part: tf.Tensor) -> int:
    depth = tf.compat.dimension_value(part.shape[1]) if part.shape.rank == 2 else None
    if depth is None:
        raise ValueError(
            'args of a linear map must be 2D, [batch, depth], with a known depth, but one has '
            f'shape {part.shape}. Use tf.reshape or set_shape.'
        )
    return int(depth)
