"""The convolutional LSTM cells of tf.contrib.rnn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import contrib_cell_equations
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.layers.cell_checks import floating_inputs, lenient_state, nonnegative_int
from tf_seq2seq_compat.layers.rnn_cell import LSTMStateTuple
from tf_seq2seq_compat.types import InitializerLike, Nest, Scope

tf1 = tf.compat.v1

__all__ = ['Conv1DLSTMCell', 'Conv2DLSTMCell', 'Conv3DLSTMCell', 'ConvLSTMCell']


class ConvLSTMCell(RNNCell):
    """LSTM whose products are convolutions over one to three dimensions of space.

    See Shi et al. 2015, https://arxiv.org/abs/1506.04214. Inputs, c and h are
    `[batch, *space, channels]`.

    Args:
      conv_ndims: Number of dimensions of space, 1, 2 or 3.
      input_shape: Shape of one input, `[*space, channels]`.
      output_channels: Channels of c and h.
      kernel_shape: Size of the window in each dimension.
      use_bias: Whether there are biases.
      skip_connection: Whether the inputs are beside the output, in the channels. They then do in
        the new h too, as in TF1, so that the cell takes one step and no more.
      forget_bias: Added to the forget gate.
      initializers: Ignored, as in TF1.
      name: Name of the variable scope.

    Raises:
      ValueError: If `input_shape` has another number of dimensions. When called, for a wrong shape
        or structure of inputs or state.
      TypeError: When called, for a wrong type.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.ConvLSTMCell(2, [8, 8, 3], output_channels=4, kernel_shape=[3, 3])
      >>> output, state = cell(tf.ones([2, 8, 8, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 8, 8, 4])

    Legacy: `tf.contrib.rnn.ConvLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        conv_ndims: int,
        input_shape: Sequence[int],
        output_channels: int,
        kernel_shape: Sequence[int],
        use_bias: bool = True,
        skip_connection: bool = False,
        forget_bias: float = 1.0,
        initializers: InitializerLike | None = None,
        name: str | None = 'conv_lstm_cell',
    ) -> None:
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ValueError(
                f'input_shape must have {conv_ndims} dimensions of space and the channels, but is '
                f'{input_shape}.'
            )
        self._conv_ndims = conv_ndims
        self._input_shape = input_shape
        self._output_channels = nonnegative_int('output_channels', output_channels)
        self._kernel_shape = list(kernel_shape)
        self._use_bias = use_bias
        self._forget_bias = forget_bias
        self._skip_connection = skip_connection
        self._total_output_channels = self._output_channels
        if skip_connection:
            self._total_output_channels += input_shape[-1]
        *space, _ = input_shape
        size = tf.TensorShape([*space, self._output_channels])
        self._state_size = LSTMStateTuple(size, size)
        self._output_size = tf.TensorShape([*space, self._total_output_channels])

    @property
    def state_size(self) -> LSTMStateTuple:
        return self._state_size

    @property
    def output_size(self) -> tf.TensorShape:
        return self._output_size

    def call(
        self, inputs: tf.Tensor, state: Nest, scope: Scope | None = None
    ) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, *space, channels]`, state as `state_size`."""
        inputs = floating_inputs(self, inputs)
        c, h = lenient_state(self, inputs, state, LSTMStateTuple(None, None))
        window = list(self._kernel_shape)
        for part in (inputs, h):
            if part.shape.rank not in (3, 4, 5) or part.shape.rank != len(window) + 2:
                raise ValueError(
                    f'inputs and state of {self.name} must be [batch, *space, channels], of one '
                    f'to three dimensions of space as kernel_shape={window} has them, '
                    f'but one has shape {part.shape}.'
                )
        if not h.shape[:-1].is_compatible_with(inputs.shape[:-1]):
            raise ValueError(
                f'inputs of {self.name} have shape {inputs.shape}, but the state has shape '
                f'{h.shape}. All but the channels must be the same.'
            )
        size = inputs.shape[1:-1].concatenate([self._output_channels])
        (c,) = lenient_state(self, inputs, c, size, broadcast=True)
        depths = [tf.compat.dimension_value(part.shape[-1]) for part in (inputs, h)]
        if None in depths:
            raise TypeError(
                f'inputs of {self.name} have shape {inputs.shape} and the state has shape '
                f'{h.shape}, but the channels must be known. Use set_shape.'
            )
        columns = 4 * self._output_channels
        shape = [*window, sum(depths), columns]
        kernel = tf1.get_variable('kernel', shape, inputs.dtype)
        bias = None
        if self._use_bias:
            zeros = tf1.zeros_initializer()
            bias = tf1.get_variable('biases', [columns], inputs.dtype, initializer=zeros)
        c, h = contrib_cell_equations.conv_lstm_step(inputs, c, h, kernel, bias, self._forget_bias)
        if self._skip_connection:
            h = tf.concat([h, inputs], -1)
        return h, LSTMStateTuple(c, h)

    def _trial_inputs(self, depth: int, dtype: tf.DType) -> tf.Tensor:
        return tf.zeros([1, *self._input_shape], dtype)


class Conv1DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over one dimension of space.

    Args:
      name: Name of the variable scope.
      **kwargs: The other arguments of `ConvLSTMCell`, but `conv_ndims`.

    Raises:
      ValueError, TypeError: As `ConvLSTMCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.Conv1DLSTMCell(input_shape=[8, 3], output_channels=4, kernel_shape=[3])
      >>> output, state = cell(tf.ones([2, 8, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 8, 4])

    Legacy: `tf.contrib.rnn.Conv1DLSTMCell` of TF 1.15.
    """

    def __init__(self, name: str | None = 'conv_1d_lstm_cell', **kwargs: Any) -> None:
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over two dimensions of space.

    Args:
      name: Name of the variable scope.
      **kwargs: The other arguments of `ConvLSTMCell`, but `conv_ndims`.

    Raises:
      ValueError, TypeError: As `ConvLSTMCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.Conv2DLSTMCell(input_shape=[8, 8, 3], output_channels=4, kernel_shape=[3, 3])
      >>> output, state = cell(tf.ones([2, 8, 8, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 8, 8, 4])

    Legacy: `tf.contrib.rnn.Conv2DLSTMCell` of TF 1.15.
    """

    def __init__(self, name: str | None = 'conv_2d_lstm_cell', **kwargs: Any) -> None:
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over three dimensions of space.

    Args:
      name: Name of the variable scope.
      **kwargs: The other arguments of `ConvLSTMCell`, but `conv_ndims`.

    Raises:
      ValueError, TypeError: As `ConvLSTMCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.Conv3DLSTMCell(
      ...     input_shape=[4, 4, 4, 3], output_channels=2, kernel_shape=[3, 3, 3])
      >>> output, state = cell(tf.ones([2, 4, 4, 4, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4, 4, 4, 2])

    Legacy: `tf.contrib.rnn.Conv3DLSTMCell` of TF 1.15.
    """

    def __init__(self, name: str | None = 'conv_3d_lstm_cell', **kwargs: Any) -> None:
        super().__init__(conv_ndims=3, name=name, **kwargs)
