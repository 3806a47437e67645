"""The cells of tf.contrib.rnn that published programs use, besides those with a fused kernel."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import cell_equations
from tf_seq2seq_compat.layers.cell_base import LayerRNNCell, RNNCell, StoredSizes, UnitSizes
from tf_seq2seq_compat.layers.cell_checks import (
    at_least,
    broadcasts,
    checked_state,
    exactly,
    for_each_or_all,
    input_depth,
    keep_probability,
    leading_columns,
    nonnegative_int,
    projection_size,
)
from tf_seq2seq_compat.layers.dense import activation_function
from tf_seq2seq_compat.layers.linear import Linear
from tf_seq2seq_compat.layers.rnn_cell import LSTMStateTuple, logger
from tf_seq2seq_compat.types import ActivationLike, FloatLike, InitializerLike, Nest, ShapeLike

tf1 = tf.compat.v1

__all__ = ['CoupledInputForgetGateLSTMCell', 'LayerNormBasicLSTMCell', 'NASCell', 'UGRNNCell']


class _Normalizing(RNNCell):
    """A cell which can normalize its gates and state, with variables `<name>/{gamma,beta}`."""

    _layer_norm: bool
    _norm_gain: float
    _norm_shift: float
    _norms: dict[str, tuple[object, object]]

    def _build_norms(self, names: str, units: int) -> None:
        for name in names.split() if self._layer_norm else ():
            self._norms[name] = tuple(
                self.add_variable(
                    f'{name}/{kind}', [units], initializer=tf1.constant_initializer(value)
                )
                for kind, value in (('gamma', self._norm_gain), ('beta', self._norm_shift))
            )

    def _normalized(self, name: str, x: tf.Tensor) -> tf.Tensor:
        return cell_equations.layer_norm(x, *self._norms[name]) if self._layer_norm else x


class LayerNormBasicLSTMCell(_Normalizing):
    """LSTM with layer normalization and recurrent dropout.

    Gates and state are normalized (Ba et al. 2016, https://arxiv.org/abs/1607.06450); dropout, on
    the candidate only, forgets no state (Semeniuta et al. 2016, https://arxiv.org/abs/1603.05118).
    The state's c is the normalized one.

    Args:
      num_units: Size of c and h.
      forget_bias: Added to the forget gate.
      input_size: Ignored, as in TF1.
      activation: Function or its name.
      layer_norm: Whether to normalize. Without it there is a bias, which begins with the variable
        scope's initializer, as in TF1 (not with zeros).
      norm_gain: Initial value of the gains `gamma`.
      norm_shift: Initial value of the shifts `beta`.
      dropout_keep_prob: Probability, in (0, 1], that a unit of the candidate is kept; float or
        scalar tensor. A float of 1 or more turns dropout off.
      dropout_prob_seed: Seed of the dropout.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`; ValueError for a `dropout_keep_prob` of 0 or less,
        when called.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=0.9)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.LayerNormBasicLSTMCell` of TF 1.15.
    """

    input_ndim = 2

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        input_size: object = None,
        activation: ActivationLike = tf.tanh,
        layer_norm: bool = True,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        dropout_keep_prob: FloatLike = 1.0,
        dropout_prob_seed: int | None = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        if input_size is not None:
            logger.warning('%s: input_size is ignored.', self.name)
        self._num_units = nonnegative_int('num_units', num_units)
        self._forget_bias = forget_bias
        self._activation = activation_function(activation)
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift
        self._norms = {}
        self._keep_prob = dropout_keep_prob
        self._seed = dropout_prob_seed

    @property
    def state_size(self) -> LSTMStateTuple:
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        return self._num_units

    def build(self, input_shape: ShapeLike) -> None:
        """Creates `kernel`, and `<gate>/{gamma,beta}` for the gates and state or else `bias`."""
        units = self._num_units
        rows = input_depth(self, input_shape) + units
        self._kernel = self.add_variable('kernel', [rows, 4 * units])
        self._bias = None if self._layer_norm else self.add_variable('bias', [4 * units])
        self._build_norms('input transform forget output state', units)
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        c, h = checked_state(self, inputs, state, broadcasts, exactly)
        c, h = cell_equations.lstm_step(
            inputs,
            c,
            h,
            self._kernel,
            self._bias,
            self._activation,
            self._forget_bias,
            normalized=self._normalized,
            dropped=self._dropped,
        )
        return h, LSTMStateTuple(c, h)

    def _dropped(self, candidate: tf.Tensor) -> tf.Tensor:
        known = self._keep_prob
        if not (isinstance(known, float) and known > 1):  # TF1 takes these for no dropout
            known = keep_probability('dropout_keep_prob', known)
        if isinstance(known, float) and known >= 1:
            return candidate
        return tf.nn.dropout(candidate, rate=1 - self._keep_prob, seed=self._seed)


class CoupledInputForgetGateLSTMCell(StoredSizes, _Normalizing):
    """LSTM whose input gate is one minus its forget gate.

    The variant CIFG of Greff et al. 2015, https://arxiv.org/abs/1503.04069, with peepholes,
    projection and layer normalization (https://arxiv.org/abs/1607.06450).

    Args:
      num_units: Size of c.
      use_peepholes: Whether the gates see c through diagonal weights.
      initializer: Ignored, as in TF1: the weights begin with the variable scope's initializer.
      num_proj: Size of the projected output; no projection by default.
      proj_clip: The projected output is clipped to `[-proj_clip, proj_clip]`.
      num_unit_shards: Number of variables `W_0`, `W_1` ... that the kernel is made of, row-wise.
      num_proj_shards: Likewise for the projection, `W_P_0` ...
      forget_bias: Added to the forget gate.
      state_is_tuple: Whether the state is an `LSTMStateTuple`, else `[c, h]` along axis 1.
      activation: Function or its name.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      layer_norm: Whether gates and state are normalized. The bias `B` then exists, but is not
        used, as in TF1.
      norm_gain: Initial value of the gains `gamma`.
      norm_shift: Initial value of the shifts `beta`.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`; ValueError for more shards than rows.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.CoupledInputForgetGateLSTMCell(4, use_peepholes=True)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> state.c.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.CoupledInputForgetGateLSTMCell` of TF 1.15.
    """

    input_ndim = 2

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        initializer: InitializerLike | None = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int = 1,
        num_proj_shards: int = 1,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: ActivationLike = tf.tanh,
        reuse: bool | None = None,
        layer_norm: bool = False,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
    ) -> None:
        super().__init__(_reuse=reuse)
        if not state_is_tuple:
            logger.warning('%s: state_is_tuple=False is slower and deprecated.', self.name)
        if initializer is not None:
            logger.warning(
                '%s: initializer is ignored, as in TF1. Give it to the variable scope.', self.name
            )
        self._num_units = nonnegative_int('num_units', num_units)
        self._use_peepholes = use_peepholes
        self._num_proj = projection_size(num_proj)
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._initializer = initializer
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._activation = activation_function(activation)
        self._output_size = self._num_proj or self._num_units
        self._state_size = (
            LSTMStateTuple(self._num_units, self._output_size)
            if state_is_tuple
            else self._num_units + self._output_size
        )
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift
        self._norms = {}
        self._peepholes: tf.Variable | None = None
        self._projection: tf.Variable | None = None

    def build(self, input_shape: ShapeLike) -> None:
        """Creates `W_<i>`, `B`, `W_{F,O}_diag`, `W_P_<i>` and `<gate>/{gamma,beta}`."""
        units = self._num_units
        rows = input_depth(self, input_shape) + self.output_size
        self._kernel = self._sharded('W', rows, 3 * units, self._num_unit_shards)
        self._bias = self.add_variable('B', [3 * units], initializer=tf1.zeros_initializer())
        self._build_norms('transform forget output', units)
        if self._use_peepholes:
            self._peepholes = tuple(
                self.add_variable(f'W_{gate}_diag', [units]) for gate in ('F', 'O')
            )
        self._build_norms('state', units)
        if self._num_proj:
            self._projection = self._sharded('W_P', units, self._num_proj, self._num_proj_shards)
        self.built = True

    def _sharded(self, name: str, rows: int, columns: int, shards: int) -> list[tf.Variable]:
        if not 1 <= shards <= rows:
            raise ValueError(
                f'{self.name} has {rows} rows in {name}, so it cannot be stored in {shards} parts.'
            )
        sizes = [rows // shards + (part < rows % shards) for part in range(shards)]
        return [
            self.add_variable(f'{name}_{part}', [size, columns]) for part, size in enumerate(sizes)
        ]

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        fits = (broadcasts, exactly) if self._state_is_tuple else (at_least,)
        parts = checked_state(self, inputs, state, *fits)
        if not self._state_is_tuple:
            parts = leading_columns(parts[0], [self._num_units, self.output_size])
        c, h = cell_equations.coupled_lstm_step(
            inputs,
            parts[0],
            parts[1],
            _whole(self._kernel),
            None if self._layer_norm else self._bias,
            self._activation,
            self._forget_bias,
            self._normalized,
            self._peepholes,
            None if self._projection is None else _whole(self._projection),
            self._proj_clip,
        )
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else tf.concat([c, h], 1)


class NASCell(StoredSizes, LayerRNNCell):
    """The cell found by neural architecture search (Zoph and Le 2016).

    See https://arxiv.org/abs/1611.01578.

    Args:
      num_units: Size of c.
      num_proj: Size of the projected output; no projection by default.
      use_bias: Whether there is a bias.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      **kwargs: `name`, `dtype`, `trainable`.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.NASCell(4, num_proj=3)
      >>> output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
      >>> output.shape, state.c.shape
      (TensorShape([2, 3]), TensorShape([2, 4]))

    Legacy: `tf.contrib.rnn.NASCell` of TF 1.15.
    """

    input_ndim = 2
    bias: tf.Variable | None = None
    projection_weights: tf.Variable | None = None
    _NAS_BASE = 8

    def __init__(
        self,
        num_units: int,
        num_proj: int | None = None,
        use_bias: bool = False,
        reuse: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units = nonnegative_int('num_units', num_units)
        self._num_proj = projection_size(num_proj)
        self._use_bias = use_bias
        self._output_size = self._num_proj or self._num_units
        self._state_size = LSTMStateTuple(self._num_units, self._output_size)

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates `kernel`, `recurrent_kernel`, `bias` and `projection_weights`."""
        depth, columns = input_depth(self, inputs_shape), self._NAS_BASE * self._num_units
        self.recurrent_kernel = self.add_variable('recurrent_kernel', [self.output_size, columns])
        self.kernel = self.add_variable('kernel', [depth, columns])
        if self._use_bias:
            self.bias = self.add_variable('bias', [columns], initializer=tf1.zeros_initializer())
        if self._num_proj:
            shape = [self._num_units, self._num_proj]
            self.projection_weights = self.add_variable('projection_weights', shape)
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        c, h = checked_state(self, inputs, state, broadcasts, for_each_or_all)
        c, h = cell_equations.nas_step(
            inputs, c, h, self.kernel, self.recurrent_kernel, self.bias, self.projection_weights
        )
        return h, LSTMStateTuple(c, h)


class UGRNNCell(UnitSizes, RNNCell):
    """The update-gate recurrent network (Collins et al. 2016).

    A GRU without a reset gate; see https://arxiv.org/abs/1611.09913.

    Args:
      num_units: Size of the state and the output.
      initializer: For the kernel; the variable scope's by default.
      forget_bias: Added to the gate.
      activation: Function or its name.
      reuse: Whether existing variables are used again; the variable scope's rule by default.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.UGRNNCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.UGRNNCell` of TF 1.15.
    """

    input_ndim = 2

    def __init__(
        self,
        num_units: int,
        initializer: InitializerLike | None = None,
        forget_bias: float = 1.0,
        activation: ActivationLike = tf.tanh,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = nonnegative_int('num_units', num_units)
        self._initializer = initializer
        self._forget_bias = forget_bias
        self._activation = activation_function(activation)

    def build(self, input_shape: ShapeLike) -> None:
        """Notes the depth of the inputs; `call` creates `kernel` and `bias`."""
        input_depth(self, input_shape)
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        (state,) = checked_state(self, inputs, state)
        weights = Linear(
            [inputs, state], 2 * self._num_units, True, kernel_initializer=self._initializer
        )
        output = cell_equations.ugrnn_step(
            inputs, state, weights.kernel, weights.bias, self._activation, self._forget_bias
        )
        return output, output


def _whole(parts: list[tf.Tensor]) -> tf.Tensor:
    return parts[0] if len(parts) == 1 else tf.concat(parts, 0)
