"""The recurrent cells of TF1, and the stack of cells."""

from __future__ import annotations

import collections
import logging
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core import cell_equations
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.layers.cell_base import LayerRNNCell, RNNCell, StoredSizes, UnitSizes
from tf_seq2seq_compat.layers.cell_checks import (
    at_least,
    broadcasts,
    checked_state,
    exactly,
    input_depth,
    leading_columns,
    nonnegative_int,
    projection_size,
)
from tf_seq2seq_compat.layers.dense import (
    activation_function,
    activation_name,
    initializer_config,
    initializer_function,
)
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.types import (
    ActivationLike,
    Cell,
    Config,
    DTypeLike,
    InitializerLike,
    IntLike,
    Nest,
    ShapeLike,
    Size,
)

tf1 = tf.compat.v1
logger = logging.getLogger(__name__)


class BasicRNNCell(UnitSizes, LayerRNNCell):
    """The Elman network: `h' = activation([x, h] W + b)`.

    Args:
      num_units: Size of the state and the output.
      activation: Function or its name; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      name: Name of the variable scope, `basic_rnn_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.
      **kwargs: `trainable`, `_scope`.

    Raises:
      ValueError, TypeError: If `num_units` or `activation` is not one. When called, ValueError
        for a wrong shape or structure of inputs or state, TypeError for a wrong type.

    Example:
      >>> cell = seq2seq.BasicRNNCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.nn.rnn_cell.BasicRNNCell` of TF 1.15.
    """

    input_ndim = 2

    def __init__(
        self,
        num_units: int,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units = nonnegative_int('num_units', num_units)
        self._activation = activation_function(activation or 'tanh')

    def build(self, input_shape: ShapeLike) -> None:
        """Creates `kernel` and `bias`."""
        rows = input_depth(self, input_shape, ValueError) + self._num_units
        self._kernel = self.add_variable('kernel', [rows, self._num_units])
        self._bias = self.add_variable(
            'bias', [self._num_units], initializer=tf1.zeros_initializer()
        )
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        (state,) = checked_state(self, inputs, state)
        output = cell_equations.basic_rnn_step(
            inputs, state, self._kernel, self._bias, self._activation
        )
        return output, output

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return super().get_config() | {
            'num_units': self._num_units,
            'activation': activation_name(self._activation),
            'reuse': self._reuse,
        }


class GRUCell(UnitSizes, LayerRNNCell):
    """The gated recurrent unit (Cho et al. 2014, https://arxiv.org/abs/1406.1078).

    Args:
      num_units: Size of the state and the output.
      activation: Function or its name for the candidate; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      kernel_initializer: The variable scope's by default.
      bias_initializer: By default ones for the gates and zeros for the candidate.
      name: Name of the variable scope, `gru_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.
      **kwargs: `trainable`, `_scope`.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> cell = seq2seq.GRUCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> [v.shape.as_list() for v in cell.variables]  # gates, then candidate
      [[7, 8], [8], [7, 4], [4]]

    Legacy: `tf.nn.rnn_cell.GRUCell` of TF 1.15.
    """

    input_ndim = 2

    def __init__(
        self,
        num_units: int,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
        kernel_initializer: InitializerLike | None = None,
        bias_initializer: InitializerLike | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units = nonnegative_int('num_units', num_units)
        self._activation = activation_function(activation or 'tanh')
        self._kernel_initializer = initializer_function(kernel_initializer)
        self._bias_initializer = initializer_function(bias_initializer)

    def build(self, input_shape: ShapeLike) -> None:
        """Creates `gates/{kernel,bias}` and `candidate/{kernel,bias}`."""
        rows, units = input_depth(self, input_shape, ValueError) + self._num_units, self._num_units
        kernel, bias = self._kernel_initializer, self._bias_initializer
        self._gate_kernel = self.add_variable('gates/kernel', [rows, 2 * units], initializer=kernel)
        self._gate_bias = self.add_variable(
            'gates/bias', [2 * units], initializer=bias or tf1.ones_initializer()
        )
        self._candidate_kernel = self.add_variable(
            'candidate/kernel', [rows, units], initializer=kernel
        )
        self._candidate_bias = self.add_variable(
            'candidate/bias', [units], initializer=bias or tf1.zeros_initializer()
        )
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        (state,) = checked_state(self, inputs, state)
        output = cell_equations.gru_step(
            inputs,
            state,
            self._gate_kernel,
            self._gate_bias,
            self._candidate_kernel,
            self._candidate_bias,
            self._activation,
        )
        return output, output

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return super().get_config() | {
            'num_units': self._num_units,
            'kernel_initializer': initializer_config(self._kernel_initializer),
            'bias_initializer': initializer_config(self._bias_initializer),
            'activation': activation_name(self._activation),
            'reuse': self._reuse,
        }


class LSTMStateTuple(collections.namedtuple('LSTMStateTuple', ['c', 'h'])):
    """The state of an LSTM: c `[batch, num_units]` and the output h.

    Example:
      >>> seq2seq.LSTMStateTuple(c=tf.zeros([2, 4]), h=tf.zeros([2, 4])).dtype
      tf.float32

    Legacy: `tf.nn.rnn_cell.LSTMStateTuple` of TF 1.15.
    """

    __slots__ = ()

    @property
    def dtype(self) -> tf.DType:
        """The type of c and h; TypeError if they differ."""
        if self.c.dtype != self.h.dtype:
            raise TypeError(f'c has dtype {self.c.dtype}, but h has dtype {self.h.dtype}.')
        return self.c.dtype


class LSTMCell(StoredSizes, LayerRNNCell):
    """Long short-term memory with peepholes, clipping and projection (Sak et al. 2014).

    See https://arxiv.org/abs/1402.1128, and https://doi.org/10.1162/neco.1997.9.8.1735 for the
    unit itself.

    Args:
      num_units: Size of c.
      use_peepholes: Whether the gates see c through diagonal weights.
      cell_clip: c is clipped to `[-cell_clip, cell_clip]`.
      initializer: For all weights but the bias; the variable scope's by default.
      num_proj: Size of the projected output; no projection by default.
      proj_clip: The projected output is clipped to `[-proj_clip, proj_clip]`.
      num_unit_shards: Number of parts that the kernel is stored in, in a TF1 graph. Deprecated:
        use a variable scope with a partitioner. A TF2 variable is always whole.
      num_proj_shards: Likewise for the projection.
      forget_bias: Added to the forget gate.
      state_is_tuple: Whether the state is an `LSTMStateTuple`, else `[c, h]` along axis 1.
      activation: Function or its name; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      name: Name of the variable scope, `lstm_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.
      **kwargs: `trainable`, `_scope`.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> cell = seq2seq.LSTMCell(4, num_proj=3, use_peepholes=True)
      >>> output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
      >>> output.shape, state.c.shape
      (TensorShape([2, 3]), TensorShape([2, 4]))

    Legacy: `tf.nn.rnn_cell.LSTMCell` of TF 1.15.
    """

    input_ndim = 2
    _flat_state_fits = staticmethod(at_least)

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: InitializerLike | None = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int | None = None,
        num_proj_shards: int | None = None,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        if not state_is_tuple:
            logger.warning('%s: state_is_tuple=False is slower and deprecated.', self.name)
        if num_unit_shards is not None or num_proj_shards is not None:
            logger.warning(
                '%s: num_unit_shards and num_proj_shards are deprecated. Use a variable scope '
                'with a partitioner.',
                self.name,
            )
        self._num_units = nonnegative_int('num_units', num_units)
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer_function(initializer)
        self._num_proj = projection_size(num_proj)
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._activation = activation_function(activation or 'tanh')
        self._output_size = self._num_proj or self._num_units
        self._state_size = (
            LSTMStateTuple(self._num_units, self._output_size)
            if state_is_tuple
            else self._num_units + self._output_size
        )
        self._proj_kernel: tf.Variable | None = None

    def build(self, input_shape: ShapeLike) -> None:
        """Creates `kernel`, `bias`, the peepholes `w_{f,i,o}_diag` and `projection/kernel`."""
        units = self._num_units
        self._kernel = self.add_variable(
            'kernel',
            [input_depth(self, input_shape, ValueError) + self.output_size, 4 * units],
            initializer=self._initializer,
            partitioner=_partitioner(self._num_unit_shards),
        )
        self._bias = self.add_variable('bias', [4 * units], initializer=tf1.zeros_initializer())
        if self._use_peepholes:
            self._w_f_diag, self._w_i_diag, self._w_o_diag = (
                self.add_variable(f'w_{gate}_diag', [units], initializer=self._initializer)
                for gate in 'fio'
            )
        if self._num_proj:
            self._proj_kernel = self.add_variable(
                'projection/kernel',
                [units, self._num_proj],
                initializer=self._initializer,
                partitioner=_partitioner(self._num_proj_shards),
            )
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        fits = (broadcasts, exactly) if self._state_is_tuple else (self._flat_state_fits,)
        parts = checked_state(self, inputs, state, *fits)
        if not self._state_is_tuple:
            parts = leading_columns(parts[0], [self._num_units, self.output_size])
        c, h = parts
        peepholes = None
        if self._use_peepholes:
            peepholes = (self._w_i_diag, self._w_f_diag, self._w_o_diag)
        c, h = cell_equations.lstm_step(
            inputs,
            c,
            h,
            self._kernel,
            self._bias,
            self._activation,
            forget_bias=self._forget_bias,
            peepholes=peepholes,
            cell_clip=self._cell_clip,
            projection=self._proj_kernel,
            proj_clip=self._proj_clip,
        )
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else tf.concat([c, h], 1)

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return super().get_config() | {
            'num_units': self._num_units,
            'use_peepholes': self._use_peepholes,
            'cell_clip': self._cell_clip,
            'initializer': initializer_config(self._initializer),
            'num_proj': self._num_proj,
            'proj_clip': self._proj_clip,
            'num_unit_shards': self._num_unit_shards,
            'num_proj_shards': self._num_proj_shards,
            'forget_bias': self._forget_bias,
            'state_is_tuple': self._state_is_tuple,
            'activation': activation_name(self._activation),
            'reuse': self._reuse,
        }


class BasicLSTMCell(LSTMCell):
    """Long short-term memory without options (Zaremba et al. 2014).

    See https://arxiv.org/abs/1409.2329.

    Args:
      num_units: Size of c and h.
      forget_bias: Added to the forget gate.
      state_is_tuple: Whether the state is an `LSTMStateTuple`, else `[c, h]` along axis 1.
      activation: Function or its name; tanh by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      name: Name of the variable scope, `basic_lstm_cell` by default.
      dtype: Type of the variables; that of the first inputs by default.
      **kwargs: `trainable`, `_scope`.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> cell = seq2seq.BasicLSTMCell(4)
      >>> output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
      >>> state.h.shape
      TensorShape([2, 4])

    Legacy: `tf.nn.rnn_cell.BasicLSTMCell` of TF 1.15, where it was no `LSTMCell`.
    """

    _flat_state_fits = staticmethod(exactly)  # TF1 splits it into halves.

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: ActivationLike | None = None,
        reuse: bool | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_units,
            forget_bias=forget_bias,
            state_is_tuple=state_is_tuple,
            activation=activation,
            reuse=reuse,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return RNNCell.get_config(self) | {
            'num_units': self._num_units,
            'forget_bias': self._forget_bias,
            'state_is_tuple': self._state_is_tuple,
            'activation': activation_name(self._activation),
            'reuse': self._reuse,
        }


class MultiRNNCell(RNNCell):
    """Cells one above the other; the output of each is the input of the next.

    Args:
      cells: List or tuple of cells, the lowest first.
      state_is_tuple: Whether the state is a tuple of the cells' states, else the states side by
        side along axis 1 (deprecated).

    Raises:
      ValueError: If there are no cells, or with `state_is_tuple=False` a cell has a tuple for
        its state. When called, if `state` is not a tuple of one state for each cell.
      TypeError: If `cells` is not a list or tuple, or something in it is not a cell.

    Example:
      >>> cell = seq2seq.MultiRNNCell([seq2seq.GRUCell(4), seq2seq.GRUCell(3)])
      >>> output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
      >>> output.shape, [s.shape[1] for s in state]
      (TensorShape([2, 3]), [4, 3])

    Legacy: `tf.nn.rnn_cell.MultiRNNCell` of TF 1.15.
    """

    _shares_weights = True  # a cell has the same wherever it stands

    def __init__(self, cells: Sequence[Cell], state_is_tuple: bool = True) -> None:
        super().__init__()
        if not (cells or isinstance(cells, RNNCell)):
            raise ValueError('cells is empty. MultiRNNCell needs at least one cell.')
        if not isinstance(cells, list | tuple):
            raise TypeError(f'cells must be a list or tuple of cells, but is {cells!r}.')
        if self._shares_weights and len({id(cell) for cell in cells}) < len(cells):
            logger.warning(
                'MultiRNNCell: a cell is in cells more than once, so layers share its '
                'weights. Make one cell for each layer.'
            )
        self._cells = [as_rnn_cell(cell, f'cells[{i}]') for i, cell in enumerate(cells)]
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple:
            sizes = [cell.state_size for cell in self._cells]
            if any(tf.nest.is_nested(size) for size in sizes):
                raise ValueError(
                    f'state_is_tuple=False needs cells with one tensor as state, but the state '
                    f'sizes are {sizes}. Leave state_is_tuple at True.'
                )

    @property
    def state_size(self) -> Size:
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Size:
        return self._cells[-1].output_size

    def _layers_inside(self) -> Sequence[Layer]:
        # In a graph too, as in TF1.
        cells = [cell for cell in self._cells if isinstance(cell, Layer)]
        return [part for cell in cells for part in (cell, *cell._layers_inside())]

    def zero_state(self, batch_size: IntLike, dtype: DTypeLike) -> Nest:
        """Zeros for the state of each cell; see `RNNCell.zero_state`."""
        if not self._state_is_tuple:
            return super().zero_state(batch_size, dtype)
        with tf1.name_scope('MultiRNNCellZeroState'):
            return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)

    def call(self, inputs: Nest, state: Nest) -> tuple[Nest, Nest]:
        """Takes one step of each cell, the lowest first."""
        output = inputs
        new_states = []
        for i, (cell, old) in enumerate(zip(self._cells, self._states(state), strict=True)):
            with tf1.variable_scope(f'cell_{i}'):
                output, new = cell(output, old)
            new_states.append(new)
        return output, tuple(new_states) if self._state_is_tuple else tf.concat(new_states, 1)

    def _states(self, state: Nest) -> Sequence[Nest]:
        if not self._state_is_tuple:
            # As TF1: columns beyond state_size are left alone.
            return leading_columns(state, [cell.state_size for cell in self._cells])
        if tf.is_tensor(state) or not tf.nest.is_nested(state) or len(state) < len(self._cells):
            raise ValueError(
                f'state of MultiRNNCell must be a tuple of {len(self._cells)} states, one for '
                f'each cell, but is {state}. Begin with zero_state(batch_size, dtype).'
            )
        return state[: len(self._cells)]


def _partitioner(shards: int | None) -> Callable[..., Sequence[int]] | None:
    return None if shards is None else tf1.fixed_size_partitioner(shards)
