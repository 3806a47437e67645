"""The cells of tf.contrib.rnn that are linear maps and gates: by groups, in depth, in phases."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tf_seq2seq_compat.core import contrib_cell_equations
from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.layers.cell_base import RNNCell, StoredSizes, UnitSizes
from tf_seq2seq_compat.layers.cell_checks import (
    floating_inputs,
    input_depth,
    lenient_state,
    nonnegative_int,
)
from tf_seq2seq_compat.layers.dense import activation_function
from tf_seq2seq_compat.layers.linear import Linear
from tf_seq2seq_compat.layers.rnn_cell import LSTMStateTuple
from tf_seq2seq_compat.types import ActivationLike, FloatLike, InitializerLike, Nest

tf1 = tf.compat.v1

__all__ = ['GLSTMCell', 'IntersectionRNNCell', 'PhasedLSTMCell']


class GLSTMCell(StoredSizes, RNNCell):
    """LSTM of groups of units, each of which sees its part of the inputs and of h.

    See Kuchaiev and Ginsburg 2017, https://arxiv.org/abs/1703.10722. With one group it is an LSTM.

    Args:
      num_units: Size of c.
      initializer: For the kernels of the groups; the variable scope's by default.
      num_proj: Size of the projected output; no projection by default.
      number_of_groups: Number of groups, by which `num_units`, `num_proj` and the depth of the
        inputs can be divided.
      forget_bias: Added to the forget gate.
      activation: Function or its name, for the cell's output; the candidate's is tanh.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError: If a size cannot be divided by the number of groups, when called too; and as
        `IndRNNCell`.
      TypeError: As `IndRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.GLSTMCell(4, number_of_groups=2)
      >>> output, state = cell(tf.ones([2, 6]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.GLSTMCell` of TF 1.15.
    """

    input_ndim = 2

    def __init__(
        self,
        num_units: int,
        initializer: InitializerLike | None = None,
        num_proj: int | None = None,
        number_of_groups: int = 1,
        forget_bias: float = 1.0,
        activation: ActivationLike = tf.tanh,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = nonnegative_int('num_units', num_units)
        self._initializer = initializer
        self._num_proj = None if num_proj is None else nonnegative_int('num_proj', num_proj)
        self._forget_bias = forget_bias
        self._activation = activation_function(activation)
        self._number_of_groups = number_of_groups
        columns = self._of_group('num_units', self._num_units)
        rows = self._of_group('num_proj', self._num_proj) if self._num_proj else columns
        self._group_shape = [rows, columns]
        self._output_size = self._num_proj or self._num_units
        self._state_size = LSTMStateTuple(self._num_units, self._output_size)

    def _of_group(self, argument: str, size: int) -> int:
        if size % self._number_of_groups:
            raise ValueError(
                f'{argument} is {size}, which number_of_groups={self._number_of_groups} does not '
                'divide.'
            )
        return size // self._number_of_groups

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        inputs, dtype, units = floating_inputs(self, inputs), inputs.dtype, self._num_units
        rows = self._of_group('the depth of the inputs', input_depth(self, inputs.shape))
        sizes = LSTMStateTuple(units, None)
        c, h = lenient_state(self, inputs, state, sizes, broadcast=True)
        if not h.shape[1:].is_compatible_with([self._output_size]):
            h = h[:, : self._output_size]  # TF1 takes its groups from the left of what is wider.
        (h,) = lenient_state(self, inputs, h, self._output_size)
        kernels = []
        for group in range(self._number_of_groups):
            with tf1.variable_scope(f'group{group}'):
                shape = [rows + self._group_shape[0], 4 * self._group_shape[1]]
                kernels.append(
                    tf1.get_variable('kernel', shape, dtype, initializer=self._initializer)
                )
        zeros = tf1.zeros_initializer()
        biases = [
            tf1.get_variable(f'bias_{gate}', [units], dtype, initializer=zeros) for gate in 'ijfo'
        ]
        projection = None
        if self._num_proj:
            with tf1.variable_scope('projection'):
                projection = tf1.get_variable('kernel', [units, self._num_proj], dtype)
        c, h = contrib_cell_equations.group_lstm_step(
            inputs, c, h, kernels, biases, self._activation, self._forget_bias, projection
        )
        return h, LSTMStateTuple(c, h)

    def _trial_inputs(self, depth: int, dtype: tf.DType) -> tf.Tensor:
        return tf.zeros([1, depth * self._number_of_groups], dtype)


class IntersectionRNNCell(UnitSizes, RNNCell):
    """The intersection network: gated through time and, between layers, through depth.

    See Collins et al. 2016, https://arxiv.org/abs/1611.09913. The output is a mix of the inputs and
    of something new, so inputs of another depth than `num_units` are projected first.

    Args:
      num_units: Size of the state and the output.
      num_in_proj: Not None or 0 if inputs of another depth may be projected to `num_units`: for
        the first layer of a stack.
      initializer: For the kernels; the variable scope's by default.
      forget_bias: Added to both gates.
      y_activation: Function or its name, for the new output.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError: When called with inputs of another depth, without `num_in_proj`; and as
        `IndRNNCell`.
      TypeError: As `IndRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.IntersectionRNNCell(4, num_in_proj=4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.IntersectionRNNCell` of TF 1.15.
    """

    input_ndim = 2

    def __init__(
        self,
        num_units: int,
        num_in_proj: int | None = None,
        initializer: InitializerLike | None = None,
        forget_bias: float = 1.0,
        y_activation: ActivationLike = tf.nn.relu,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = nonnegative_int('num_units', num_units)
        self._initializer = initializer
        self._forget_bias = forget_bias
        self._num_input_proj = num_in_proj
        self._y_activation = activation_function(y_activation)

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        inputs, units = floating_inputs(self, inputs), self._num_units
        (state,) = lenient_state(self, inputs, state)
        depth = input_depth(self, inputs.shape)
        if depth != units and not self._num_input_proj:
            raise ValueError(
                f'inputs of {self.name} have depth {depth}, but must have num_units={units}. Set '
                f'num_in_proj={units} to project them.'
            )
        scope = tf1.get_variable_scope()
        with tf1.variable_scope(scope, initializer=self._initializer, auxiliary_name_scope=False):
            if depth != units:
                with tf1.variable_scope('in_projection'):
                    inputs = Linear(inputs, units, True)(inputs)
            linear = Linear([inputs, state], 4 * units, True)
        return contrib_cell_equations.intersection_step(
            inputs, state, linear, self._forget_bias, self._y_activation
        )

    def _trial_inputs(self, depth: int, dtype: tf.DType) -> tf.Tensor:
        return tf.zeros([1, depth if self._num_input_proj else self._num_units], dtype)


class PhasedLSTMCell(RNNCell):
    """LSTM with a gate for each unit that opens and shuts with time.

    See Neil et al. 2016, https://arxiv.org/abs/1610.09513. Inputs are `(time, features)`: the time
    of each example, of any type of numbers, and its features.

    Args:
      num_units: Size of c and h.
      use_peepholes: Whether the gates see c.
      leak: Slope of the time gate where it is shut; number or scalar tensor.
      ratio_on: Initial part of a period in which a unit is open, in [0, 1].
      trainable_ratio_on: Whether that part is trained.
      period_init_min: Periods begin between this and
      period_init_max: this, evenly in their logarithms; phases between 0 and the period.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError, TypeError: As `IndRNNCell`; also for inputs that are not a pair.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.PhasedLSTMCell(4)
      >>> inputs = tf.constant([[0.5], [2.0]]), tf.ones([2, 3])
      >>> output, state = cell(inputs, cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.PhasedLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        leak: FloatLike = 0.001,
        ratio_on: FloatLike = 0.1,
        trainable_ratio_on: bool = True,
        period_init_min: FloatLike = 1.0,
        period_init_max: FloatLike = 1000.0,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = nonnegative_int('num_units', num_units)
        self._use_peepholes = use_peepholes
        self._leak = leak
        self._ratio_on = ratio_on
        self._trainable_ratio_on = trainable_ratio_on
        self._period_init_min = period_init_min
        self._period_init_max = period_init_max

    @property
    def state_size(self) -> LSTMStateTuple:
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        return self._num_units

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `([batch, 1], [batch, depth])`, state as `state_size`."""
        if tf.is_tensor(inputs) or not isinstance(inputs, list | tuple):
            raise TypeError(
                f'inputs of {self.name} must be a pair (time, features), but are {inputs}.'
            )
        if len(inputs) != 2:
            raise ValueError(
                f'inputs of {self.name} must be a pair (time, features), but are {len(inputs)}.'
            )
        time, x = map(tf.convert_to_tensor, inputs)
        c, h = lenient_state(self, floating_inputs(self, x), state)
        tf.broadcast_static_shape(time.shape, c.shape)  # It raises TF1's ValueError.
        seen = [x, h, c] if self._use_peepholes else [x, h]

        def linear(scope: str, parts: list[tf.Tensor], columns: int) -> Linear:
            with tf1.variable_scope(scope):
                return Linear(parts, columns, True)

        units = self._num_units
        linears = [
            linear('mask_gates', seen, 2 * units),
            linear('new_input', [x, h], units),
            linear('output_gate', seen, units),
        ]
        period, phase, ratio_on = self._time_variables()
        openness = contrib_cell_equations.time_gate(time, period, phase, ratio_on, self._leak)
        c, h = contrib_cell_equations.phased_lstm_step(
            x, c, h, openness, self._use_peepholes, *linears
        )
        return h, LSTMStateTuple(c, h)

    def _time_variables(self) -> tuple[tf.Variable, tf.Variable, tf.Variable]:
        def periods(
            shape: Sequence[int], dtype: tf.DType = tf.float32, partition_info: object = None
        ) -> tf.Tensor:
            limits = tf.cast(self._period_init_min, dtype), tf.cast(self._period_init_max, dtype)
            return tf.exp(tf.random.uniform(shape, *map(tf.math.log, limits), dtype))

        def phases(
            shape: Sequence[int], dtype: tf.DType = tf.float32, partition_info: object = None
        ) -> tf.Tensor:
            # Where a graph is built, the period may not have its value yet.
            longest = period.initial_value if graph_mode() else period
            return tf.random.uniform(shape, 0.0, longest, dtype)

        shape = [self._num_units]
        period = tf1.get_variable('period', shape, initializer=periods)
        phase = tf1.get_variable('phase', shape, initializer=phases)
        ratio_on = tf1.get_variable(
            'ratio_on',
            shape,
            initializer=tf1.constant_initializer(self._ratio_on),
            trainable=self._trainable_ratio_on,
        )
        return period, phase, ratio_on

    def _trial_inputs(self, depth: int, dtype: tf.DType) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.zeros([1, 1], dtype), tf.zeros([1, depth], dtype)
