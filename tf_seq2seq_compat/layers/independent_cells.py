"""The cells of tf.contrib.rnn whose units see no state but their own."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import contrib_cell_equations
from tf_seq2seq_compat.layers.cell_base import LayerRNNCell, UnitSizes
from tf_seq2seq_compat.layers.cell_checks import (
    floating_inputs,
    input_depth,
    lenient_state,
    nonnegative_int,
)
from tf_seq2seq_compat.layers.dense import activation_function
from tf_seq2seq_compat.layers.rnn_cell import LSTMStateTuple
from tf_seq2seq_compat.types import ActivationLike, DTypeLike, InitializerLike, Nest, ShapeLike

tf1 = tf.compat.v1

__all__ = ['IndRNNCell', 'IndyGRUCell', 'IndyLSTMCell', 'SRUCell']


class _Independent(UnitSizes, LayerRNNCell):
    input_ndim = 2
    _num_units: int

    def _diagonal(self, name: str, columns: int) -> tf.Variable:
        """The diagonals of recurrent matrices, which begin in [-1, 1)."""
        initializer = tf1.random_uniform_initializer(-1, 1, dtype=self.dtype or tf.float32)
        return self.add_variable(name, [1, columns], initializer=initializer)

    def _parts(self, inputs: Nest, state: Nest) -> list[tf.Tensor]:
        return lenient_state(self, floating_inputs(self, inputs), state, broadcast=True)


class IndRNNCell(_Independent):
    """The independently recurrent network: `h' = activation(x W + u * h + b)`.

    See Li et al. 2018, https://arxiv.org/abs/1803.04831.

    Args:
      num_units: Size of the state and the output.
      activation: Function or its name; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      name: Name of the variable scope, `ind_rnn_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`; TypeError for inputs that are not floating point.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.IndRNNCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.IndRNNCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._num_units = nonnegative_int('num_units', num_units)
        self._activation = activation_function(activation or 'tanh')

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates `kernel_w`, `kernel_u` and `bias`."""
        units = self._num_units
        self._kernel_w = self.add_variable('kernel_w', [input_depth(self, inputs_shape), units])
        self._kernel_u = self._diagonal('kernel_u', units)
        self._bias = self.add_variable('bias', [units], initializer=tf1.zeros_initializer())
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        (state,) = self._parts(inputs, state)
        output = contrib_cell_equations.ind_rnn_step(
            inputs, state, self._kernel_w, self._kernel_u, self._bias, self._activation
        )
        return output, output


class IndyGRUCell(_Independent):
    """The gated recurrent unit with diagonal recurrent matrices.

    A unit sees its own state only, as in https://arxiv.org/abs/1803.04831; the equations are those
    of https://arxiv.org/abs/1406.1078.

    Args:
      num_units: Size of the state and the output.
      activation: Function or its name for the candidate; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      kernel_initializer: For what the inputs are multiplied by; the variable scope's by default.
      bias_initializer: By default ones for the gates and zeros for the candidate.
      name: Name of the variable scope, `indy_gru_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.

    Raises:
      ValueError, TypeError: As `IndRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.IndyGRUCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.IndyGRUCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
        kernel_initializer: InitializerLike | None = None,
        bias_initializer: InitializerLike | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._num_units = nonnegative_int('num_units', num_units)
        self._activation = activation_function(activation or 'tanh')
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates `gates/{kernel_w,kernel_u,bias}` and `candidate/{kernel,kernel_u,bias}`."""
        depth, units = input_depth(self, inputs_shape), self._num_units

        def three(
            scope: str, kernel: str, columns: int, bias: InitializerLike | None
        ) -> tuple[tf.Variable, tf.Variable, tf.Variable]:
            return (
                self.add_variable(
                    f'{scope}/{kernel}', [depth, columns], initializer=self._kernel_initializer
                ),
                self._diagonal(f'{scope}/kernel_u', columns),
                self.add_variable(
                    f'{scope}/bias', [columns], initializer=self._bias_initializer or bias
                ),
            )

        self._gate_kernel_w, self._gate_kernel_u, self._gate_bias = three(
            'gates', 'kernel_w', 2 * units, tf1.ones_initializer()
        )
        self._candidate_kernel_w, self._candidate_kernel_u, self._candidate_bias = three(
            'candidate', 'kernel', units, tf1.zeros_initializer()
        )
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        (state,) = self._parts(inputs, state)
        output = contrib_cell_equations.indy_gru_step(
            inputs,
            state,
            self._gate_kernel_w,
            self._gate_kernel_u,
            self._gate_bias,
            self._candidate_kernel_w,
            self._candidate_kernel_u,
            self._candidate_bias,
            self._activation,
        )
        return output, output


class IndyLSTMCell(_Independent):
    """The LSTM with diagonal recurrent matrices.

    See Gonnet and Deselaers 2019, https://arxiv.org/abs/1903.08023.

    Args:
      num_units: Size of c and h.
      forget_bias: Added to the forget gate.
      activation: Function or its name; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      kernel_initializer: For what the inputs are multiplied by; the variable scope's by default.
      bias_initializer: Zeros by default.
      name: Name of the variable scope, `indy_lstm_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.

    Raises:
      ValueError, TypeError: As `IndRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.IndyLSTMCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> state.c.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.IndyLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
        kernel_initializer: InitializerLike | None = None,
        bias_initializer: InitializerLike | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._num_units = nonnegative_int('num_units', num_units)
        self._forget_bias = forget_bias
        self._activation = activation_function(activation or 'tanh')
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    @property
    def state_size(self) -> LSTMStateTuple:
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates `kernel_w`, `kernel_u` and `bias`."""
        depth, columns = input_depth(self, inputs_shape), 4 * self._num_units
        self._kernel_w = self.add_variable(
            'kernel_w', [depth, columns], initializer=self._kernel_initializer
        )
        self._kernel_u = self._diagonal('kernel_u', columns)
        self._bias = self.add_variable(
            'bias', [columns], initializer=self._bias_initializer or tf1.zeros_initializer()
        )
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        c, h = self._parts(inputs, state)
        c, h = contrib_cell_equations.indy_lstm_step(
            inputs,
            c,
            h,
            self._kernel_w,
            self._kernel_u,
            self._bias,
            self._activation,
            self._forget_bias,
        )
        return h, LSTMStateTuple(c, h)


class SRUCell(_Independent):
    """The simple recurrent unit, in which only the inputs are multiplied by matrices.

    See Lei et al. 2017, https://arxiv.org/abs/1709.02755.

    Args:
      num_units: Size of the state and the output.
      activation: Function or its name; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      name: Name of the variable scope, `sru_cell` by default.
      **kwargs: `dtype`, `trainable`.

    Raises:
      ValueError, TypeError: As `IndRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.SRUCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.SRUCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, **kwargs)
        self._num_units = nonnegative_int('num_units', num_units)
        self._activation = activation_function(activation or 'tanh')

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates `kernel` and `bias`."""
        depth, units = input_depth(self, inputs_shape), self._num_units
        self._kernel = self.add_variable('kernel', [depth, 4 * units])
        self._bias = self.add_variable('bias', [2 * units], initializer=tf1.zeros_initializer())
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        (state,) = self._parts(inputs, state)
        return contrib_cell_equations.sru_step(
            inputs, state, self._kernel, self._bias, self._activation
        )
