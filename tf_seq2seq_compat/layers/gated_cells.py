"""Cells that TF1 has in the file of tf.contrib.rnn's cells, but not in the package."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import cell_equations, contrib_cell_equations
from tf_seq2seq_compat.layers.cell_base import LayerRNNCell, RNNCell, StoredSizes
from tf_seq2seq_compat.layers.cell_checks import (
    checked_state,
    exactly,
    floating_inputs,
    for_each_or_all,
    input_depth,
    lenient_state,
    nonnegative_int,
    projection_size,
)
from tf_seq2seq_compat.layers.dense import activation_function, initializer_function
from tf_seq2seq_compat.layers.linear import whole_variable
from tf_seq2seq_compat.layers.rnn_cell import LSTMStateTuple
from tf_seq2seq_compat.types import (
    ActivationLike,
    DTypeLike,
    InitializerLike,
    Nest,
    Scope,
    ShapeLike,
)

tf1 = tf.compat.v1

__all__ = ['CFNCell', 'LayerNormLSTMCell', 'MinimalRNNCell', 'WeightNormLSTMCell']


class _Gated(LayerRNNCell):
    """A cell with one tensor for state and output, and Keras's names for its parts."""

    input_ndim = 2

    def __init__(
        self,
        units: int,
        activation: ActivationLike = 'tanh',
        kernel_initializer: InitializerLike = 'glorot_uniform',
        bias_initializer: InitializerLike = 'ones',
        name: str | None = None,
        dtype: DTypeLike | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.units = nonnegative_int('units', units)
        self.activation = activation_function(activation)
        self.kernel_initializer = initializer_function(kernel_initializer)
        self.bias_initializer = initializer_function(bias_initializer)

    @property
    def state_size(self) -> int:
        return self.units

    @property
    def output_size(self) -> int:
        return self.units

    def _add_kernel(self, name: str, rows: int, columns: int) -> Any:
        return self.add_weight(name, [rows, columns], initializer=self.kernel_initializer)

    def _add_bias(self, size: int) -> Any:
        return self.add_weight('bias', [size], initializer=self.bias_initializer)


class MinimalRNNCell(_Gated):
    """The minimal recurrent network: inputs are mapped by themselves, and one gate lets them in.

    See Chen et al. 2018, https://arxiv.org/abs/1806.05394.

    Args:
      units: Size of the state and the output.
      activation: Function or its name, for the mapped inputs; None for none.
      kernel_initializer: Initializer or its name; None for the variable scope's.
      bias_initializer: Likewise, for the bias of the gate.
      name: Name of the variable scope, `minimal_rnn_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.
      **kwargs: `trainable`.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`; ValueError for names that are not known.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.MinimalRNNCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tensorflow.contrib.rnn.python.ops.rnn_cell.MinimalRNNCell` of TF 1.15.
    """

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates `kernel` and `bias`."""
        self.kernel = self._add_kernel(
            'kernel', input_depth(self, inputs_shape) + 2 * self.units, self.units
        )
        self.bias = self._add_bias(self.units)
        self.built = True

    def call(self, inputs: Nest, state: Nest) -> Nest:
        """Takes one step: inputs `[batch, depth]`, state `[batch, units]`."""
        (state,) = checked_state(self, inputs, state, exactly)
        output = contrib_cell_equations.minimal_rnn_step(
            inputs, state, self.kernel, self.bias, self.activation
        )
        return output, output


class CFNCell(_Gated):
    """The chaos-free network, whose state dies away where there are no inputs.

    See Laurent and von Brecht 2017, https://arxiv.org/abs/1612.06212.

    Args:
      units: Size of the state and the output.
      activation: Function or its name, for state and candidate; None for none.
      kernel_initializer: Initializer or its name, for both kernels; None for the variable scope's.
      bias_initializer: Likewise, for the bias of the gates. With ones little of the inputs is let
        in at first: their gate is one minus what the bias is of.
      name: Name of the variable scope, `cfn_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.
      **kwargs: `trainable`.

    Raises:
      ValueError, TypeError: As `MinimalRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.CFNCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tensorflow.contrib.rnn.python.ops.rnn_cell.CFNCell` of TF 1.15.
    """

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates `kernel`, `recurrent_kernel` and `bias`."""
        units = self.units
        self.kernel = self._add_kernel('kernel', input_depth(self, inputs_shape), 3 * units)
        self.recurrent_kernel = self._add_kernel('recurrent_kernel', units, 2 * units)
        self.bias = self._add_bias(2 * units)
        self.built = True

    def call(self, inputs: Nest, state: Nest) -> Nest:
        """Takes one step: inputs `[batch, depth]`, state `[batch, units]`."""
        (state,) = checked_state(self, inputs, state, for_each_or_all)
        output = contrib_cell_equations.chaos_free_step(
            inputs, state, self.kernel, self.recurrent_kernel, self.bias, self.activation
        )
        return output, output


class _NormalizingLSTM(StoredSizes, RNNCell):
    """An LSTM with peepholes, clipping and projection, some of whose parts are normalized."""

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool,
        cell_clip: float | None,
        initializer: InitializerLike,
        num_proj: int | None,
        proj_clip: float | None,
        forget_bias: float,
        activation: ActivationLike,
        reuse: bool | None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = nonnegative_int('num_units', num_units)
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_proj = projection_size(num_proj)
        self._proj_clip = proj_clip
        self._forget_bias = forget_bias
        self._activation = activation_function(activation or tf.tanh)
        self._output_size = self._num_proj or self._num_units
        self._state_size = LSTMStateTuple(self._num_units, self._output_size)

    def _kernel_of(self, depths: list[int], columns: int, dtype: tf.DType) -> Any:
        return tf1.get_variable('kernel', [sum(depths), columns], dtype)

    def _norms(self, names: str, dtype: tf.DType) -> dict[str, tuple[object, object]]:
        return {}

    def _scope_of_variables(self) -> Any:
        return tf1.get_variable_scope()

    def call(self, inputs: Nest, state: Nest) -> Nest:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        inputs, dtype, units = floating_inputs(self, inputs), inputs.dtype, self._num_units
        depth = input_depth(self, inputs.shape)
        c, h = lenient_state(self, inputs, state, LSTMStateTuple(units, None), broadcast=True)
        # TF1 makes the kernel for an h of any size.
        size = h.shape.as_list()[1] if h.shape.rank == 2 else None
        size = size or self._output_size
        (h,) = lenient_state(self, inputs, h, size)
        peepholes = projection = None
        with tf1.variable_scope(
            self._scope_of_variables(), initializer=self._initializer, auxiliary_name_scope=False
        ):
            kernel = self._kernel_of([depth, size], 4 * units, dtype)
            bias = whole_variable('bias', [4 * units], dtype, tf1.zeros_initializer())
            norms = self._norms('input transform forget output', dtype)
            if self._use_peepholes:
                forget, *others = (
                    tf1.get_variable(f'w_{gate}_diag', [units], dtype) for gate in 'fio'
                )
                peepholes = others[0], forget, others[1]
            norms |= self._norms('state', dtype)
            if self._num_proj:
                with tf1.variable_scope('projection', auxiliary_name_scope=False):
                    projection = self._kernel_of([units], self._num_proj, dtype)
        c, h = cell_equations.lstm_step(
            inputs,
            c,
            h,
            kernel,
            None if norms else bias,
            self._activation,
            self._forget_bias,
            peepholes,
            self._cell_clip,
            projection,
            self._proj_clip,
            normalized=lambda name, x: cell_equations.layer_norm(x, *norms[name]) if norms else x,
        )
        return h, LSTMStateTuple(c, h)


class LayerNormLSTMCell(_NormalizingLSTM):
    """LSTM with layer normalization, peepholes, clipping and projection.

    Gates and state are normalized (Ba et al. 2016, https://arxiv.org/abs/1607.06450), and the
    state's c is the normalized one. For recurrent dropout see `LayerNormBasicLSTMCell`.

    Args:
      num_units: Size of c.
      use_peepholes: Whether the gates see c through diagonal weights.
      cell_clip: The new c is clipped to `[-cell_clip, cell_clip]`.
      initializer: For the weights; the variable scope's by default.
      num_proj: Size of the projected output; no projection by default.
      proj_clip: The projected output is clipped to `[-proj_clip, proj_clip]`.
      forget_bias: Added to the forget gate.
      activation: Function or its name; tanh by default.
      layer_norm: Whether to normalize. The bias then exists, but is not used, as in TF1.
      norm_gain: Initial value of the gains `gamma`.
      norm_shift: Initial value of the shifts `beta`.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError, TypeError: As `LSTMCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.LayerNormLSTMCell(4, num_proj=3, layer_norm=True)
      >>> output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
      >>> output.shape, state.c.shape
      (TensorShape([2, 3]), TensorShape([2, 4]))

    Legacy: `tensorflow.contrib.rnn.python.ops.rnn_cell.LayerNormLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: InitializerLike | None = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        forget_bias: float = 1.0,
        activation: Any = None,
        layer_norm: bool = False,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(
            num_units,
            use_peepholes,
            cell_clip,
            initializer,
            num_proj,
            proj_clip,
            forget_bias,
            activation,
            reuse,
        )
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift

    def _norms(self, names: str, dtype: tf.DType) -> dict[str, tuple[object, object]]:
        def variable(name: str, value: float) -> Any:
            initializer = tf1.constant_initializer(value)
            return tf1.get_variable(name, [self._num_units], dtype, initializer=initializer)

        return {
            name: (
                variable(f'{name}/gamma', self._norm_gain),
                variable(f'{name}/beta', self._norm_shift),
            )
            for name in names.split()
            if self._layer_norm
        }


class WeightNormLSTMCell(_NormalizingLSTM):
    """LSTM whose kernels have columns of trained lengths, with peepholes, clipping and projection.

    See Salimans and Kingma 2016, https://arxiv.org/abs/1602.07868. What the inputs are multiplied
    by and what h is multiplied by are normalized apart.

    Args:
      num_units: Size of c.
      norm: Whether to normalize the kernels; without it is an `LSTMCell`.
      use_peepholes: Whether the gates see c through diagonal weights.
      cell_clip: The new c is clipped to `[-cell_clip, cell_clip]`.
      initializer: For the weights, and the lengths of the columns; the variable scope's by default.
      num_proj: Size of the projected output; no projection by default.
      proj_clip: The projected output is clipped to `[-proj_clip, proj_clip]`.
      forget_bias: Added to the forget gate.
      activation: Function or its name; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError, TypeError: As `LSTMCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.WeightNormLSTMCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> [v.name for v in cell.variables][1]
      'wn_lstm_cell/wn_lstm_cell/norm_0:0'

    Legacy: `tensorflow.contrib.rnn.python.ops.rnn_cell.WeightNormLSTMCell` of TF 1.15.
    """

    _weights_variable_name = 'kernel'
    _bias_variable_name = 'bias'

    def __init__(
        self,
        num_units: int,
        norm: bool = True,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: InitializerLike | None = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        forget_bias: float = 1,
        activation: Any = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(
            num_units,
            use_peepholes,
            cell_clip,
            initializer,
            num_proj,
            proj_clip,
            forget_bias,
            activation,
            reuse,
        )
        self._norm = norm

    def _set_scope(self, scope: Scope | None = None) -> None:
        # TF1's cell has this scope whatever its name, below one that is given, and another inside.
        with tf1.variable_scope(scope or tf1.get_variable_scope(), auxiliary_name_scope=False):
            super()._set_scope('wn_lstm_cell')

    def _scope_of_variables(self) -> Any:
        return 'wn_lstm_cell'

    def _kernel_of(self, depths: list[int], columns: int, dtype: tf.DType) -> Any:
        kernel = super()._kernel_of(depths, columns, dtype)
        if not self._norm:
            return kernel
        gains = [tf1.get_variable(f'norm_{i}', [columns], dtype) for i in range(len(depths))]
        return cell_equations.weight_norm(kernel, gains, depths)
