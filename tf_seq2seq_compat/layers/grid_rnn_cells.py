"""The cells of tf.contrib.grid_rnn: recurrent cells along the dimensions of a grid."""

from __future__ import annotations

import collections
from collections.abc import Callable, Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.cell_equations import affine
from tf_seq2seq_compat.core.precision import matmul
from tf_seq2seq_compat.layers.base import track_tf1_style_variables
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.layers.cell_checks import floating_inputs, nonnegative_int
from tf_seq2seq_compat.layers.rnn_cell import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, logger
from tf_seq2seq_compat.types import Activation, Cell, Nest, Scope, Size

tf1 = tf.compat.v1

__all__ = [
    'Grid1BasicLSTMCell',
    'Grid1BasicRNNCell',
    'Grid1LSTMCell',
    'Grid2BasicLSTMCell',
    'Grid2BasicRNNCell',
    'Grid2GRUCell',
    'Grid2LSTMCell',
    'Grid3LSTMCell',
    'GridRNNCell',
]

Dimensions = int | Sequence[int] | None

_GridRNNDimension = collections.namedtuple(
    '_GridRNNDimension', ['idx', 'is_input', 'is_output', 'is_priority', 'non_recurrent_fn']
)
_GridRNNConfig = collections.namedtuple(
    '_GridRNNConfig',
    [
        'num_dims',
        'dims',
        'inputs',
        'outputs',
        'recurrents',
        'priority',
        'non_priority',
        'tied',
        'num_units',
    ],
)


class GridRNNCell(RNNCell):
    """A grid of recurrent cells, one along each dimension (Kalchbrenner et al. 2015).

    See https://arxiv.org/abs/1507.01526. Each cell reads the outputs along all dimensions but the
    last, and has the output along the last in place of its h. The dimensions that have no priority
    go first, together; those with priority see what comes out of them.

    Args:
      num_units: Size of the output of each cell.
      num_dims: Number of dimensions.
      input_dims: Dimensions, int or list, that get the inputs, as many equal parts of them.
      output_dims: Dimensions whose outputs are the cell's.
      priority_dims: Dimensions that go last.
      non_recurrent_dims: Dimensions without a state, which are a linear map and `non_recurrent_fn`.
      tied: Whether all dimensions have the same weights.
      cell_fn: Function of the number of units that gives a cell, whose state is a tensor or a pair
        with h last; `LSTMCell` by default.
      non_recurrent_fn: `tf.nn.relu` by default.
      state_is_tuple: Whether the state is a tuple of the states of the recurrent dimensions, else
        they are side by side.
      output_is_tuple: Whether the output is a tuple of the outputs of `output_dims`, likewise.

    Raises:
      ValueError: If there is no dimension, or one of those named is not there; when called, for a
        state of another number of parts.
      TypeError: If `cell_fn` does not give a cell.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import GridRNNCell
      >>> cell = GridRNNCell(4, 2, input_dims=0, output_dims=[0, 1], output_is_tuple=False)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape, len(state)
      (TensorShape([2, 8]), 2)

    Legacy: `tf.contrib.grid_rnn.GridRNNCell` of TF 1.15.
    """

    _config: _GridRNNConfig

    def __init__(
        self,
        num_units: int,
        num_dims: int = 1,
        input_dims: Dimensions = None,
        output_dims: Dimensions = None,
        priority_dims: Dimensions = None,
        non_recurrent_dims: Dimensions = None,
        tied: bool = False,
        cell_fn: Callable[[int], Cell] | None = None,
        non_recurrent_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
        state_is_tuple: bool = True,
        output_is_tuple: bool = True,
    ) -> None:
        super().__init__()
        for argument, value in (('state', state_is_tuple), ('output', output_is_tuple)):
            if not value:
                logger.warning(
                    '%s: %s_is_tuple=False is slower and deprecated.', self.name, argument
                )
        if num_dims < 1:
            raise ValueError(f'num_dims must be 1 or more, but is {num_dims}.')

        def dimensions(argument: str, given: Dimensions) -> list[int]:
            listed = () if given is None else given if isinstance(given, list | tuple) else (given,)
            if any(not 0 <= dim < num_dims for dim in listed):
                raise ValueError(
                    f'{argument} must be in [0, {num_dims}), by num_dims, but is {given}.'
                )
            return sorted(set(listed))

        size = nonnegative_int('num_units', num_units)
        inputs = dimensions('input_dims', input_dims)
        outputs = dimensions('output_dims', output_dims)
        priority = dimensions('priority_dims', priority_dims)
        maps = dimensions('non_recurrent_dims', non_recurrent_dims)
        function = non_recurrent_fn or tf.nn.relu
        # Past `__setattr__` of tf.Module, which would give it a class of its own.
        self.__dict__['_config'] = _GridRNNConfig(
            num_dims,
            [
                _GridRNNDimension(
                    dim,
                    dim in inputs,
                    dim in outputs,
                    dim in priority,
                    function if dim in maps else None,
                )
                for dim in range(num_dims)
            ],
            inputs,
            outputs,
            [dim for dim in range(num_dims) if dim not in maps],
            priority,
            [dim for dim in range(num_dims) if dim not in priority],
            tied,
            size,
        )
        self._state_is_tuple = state_is_tuple
        self._output_is_tuple = output_is_tuple
        cells = [(cell_fn or LSTMCell)(size) for _ in range(1 if tied else num_dims)]
        if not isinstance(cells[0], RNNCell):
            raise TypeError(f'cell_fn must return an RNNCell, but returned {cells[0]!r}.')
        self._cells = cells * (num_dims if tied else 1)
        of_output, of_state = cells[0].output_size, cells[0].state_size
        if not state_is_tuple:
            of_state = sum(tf.nest.flatten(of_state))
        self._output_size = ((of_output,) if output_is_tuple else of_output) * len(outputs)
        count = len(self._config.recurrents)
        self._state_size = ((of_state,) if state_is_tuple else of_state) * count

    @property
    def output_size(self) -> Size:
        return self._output_size

    @property
    def state_size(self) -> Size:
        return self._state_size

    @track_tf1_style_variables
    def __call__(self, inputs: Nest, state: Nest, scope: Scope | None = None) -> tuple[Nest, Nest]:
        """Takes one step.

        Args:
          inputs: `[batch, depth]`; with depth 0 no dimension gets any.
          state: As `state_size`.
          scope: Name or `VariableScope`; the name of the class by default.

        Returns:
          The output and the new state.
        """
        inputs = floating_inputs(self, tf.convert_to_tensor(inputs))
        memories = self._memories(state)
        seen: list[Nest] = [None if memory is None else memory[-1] for memory in memories]
        new_states: list[Nest] = [None] * len(memories)
        with tf1.variable_scope(scope or type(self).__name__):
            self._project(inputs, memories, seen)
            for group in (self._config.non_priority, self._config.priority):
                # What a group sees is what was there before it.
                before = tf.concat(seen[:-1], 1) if len(seen) > 1 else seen[0][:, :0]
                last = seen[-1]
                for dim in group:
                    seen[dim], new_states[dim] = self._along(dim, before, last, memories[dim])
        output = tuple(seen[dim] for dim in self._config.outputs)
        new_state = tuple(new_states[dim] for dim in self._config.recurrents)
        if not self._output_is_tuple:
            output = _side_by_side(output, inputs.dtype)
        if not self._state_is_tuple:
            new_state = _side_by_side(tf.nest.flatten(new_state), inputs.dtype)
        return output, new_state

    def _memories(self, state: Nest) -> list[Nest]:
        """For each dimension its state, as a list with h last; None where it has none."""
        if self._state_is_tuple:
            if not isinstance(state, list | tuple) or len(state) != len(self._config.recurrents):
                raise ValueError(
                    f'state of {self.name} must be a tuple with a state for each of the dimensions '
                    f'{self._config.recurrents}, but is {state}. Begin with '
                    'zero_state(batch_size, dtype).'
                )
            parts = [tf.nest.flatten(part) for part in state]
        else:
            sizes = tf.nest.flatten(self._cells[0].state_size)
            flat = tf.split(state, sizes * len(self._config.recurrents), axis=1)
            parts = [flat[i : i + len(sizes)] for i in range(0, len(flat), len(sizes))]
        memories: list[Nest] = [None] * len(self._cells)
        for dim, part in zip(self._config.recurrents, parts, strict=True):
            memories[dim] = list(map(tf.convert_to_tensor, part))
        return memories

    def _project(self, inputs: tf.Tensor, memories: list[Nest], seen: list[Nest]) -> None:
        """Puts the projected inputs in place of the states of the dimensions that get them."""
        depth = tf.compat.dimension_value(inputs.shape.with_rank(2)[1])
        if depth is None:
            raise TypeError(
                f'inputs of {self.name} must have a known depth, but have shape {inputs.shape}.'
            )
        if not depth or not self._config.inputs:
            return
        with_c = isinstance(self._cells[0].state_size, tuple)
        for dim, part in zip(
            self._config.inputs, tf.split(inputs, len(self._config.inputs), axis=1), strict=True
        ):
            shape = [depth // len(self._config.inputs), self._config.num_units]
            projected = [
                matmul(part, tf1.get_variable(f'project_{name}_{dim}', shape, inputs.dtype))
                for name in ('mc' if with_c else 'm')
            ]
            memories[dim] = projected[::-1]
            seen[dim] = projected[0]

    def _along(
        self, dim: int, before: tf.Tensor, last: tf.Tensor, memory: Nest
    ) -> tuple[Nest, Nest]:
        """The output along a dimension, and its new state."""
        cell = '' if self._config.tied else f'/cell_{dim}'
        if dim in self._config.recurrents:
            with tf1.variable_scope(f'recurrent{cell}'):
                state = last if len(memory) == 1 else (*memory[:-1], last)
                return self._cells[dim](before, state)
        inputs = last if len(self._cells) == 1 else tf.concat([before, last], 1)
        with tf1.variable_scope(f'non_recurrent{cell}/fully_connected', reuse=tf1.AUTO_REUSE):
            depth = tf.compat.dimension_value(inputs.shape[1])
            kernel = tf1.get_variable('weights', [depth, self._config.num_units], inputs.dtype)
            zeros = tf1.zeros_initializer()
            bias = tf1.get_variable(
                'biases', [self._config.num_units], inputs.dtype, initializer=zeros
            )
        function = self._config.dims[dim].non_recurrent_fn
        return function(affine([inputs], kernel, bias)), None


def _side_by_side(parts: Sequence[tf.Tensor], dtype: tf.DType) -> tf.Tensor:
    return tf.concat(parts, 1) if parts else tf.zeros([0, 0], dtype)


class _FirstDimension(GridRNNCell):
    """A grid whose first dimension gets the inputs, has priority and gives the output."""

    def _begin(
        self,
        cell_fn: Callable[[int], Cell],
        num_units: int,
        num_dims: int,
        tuples: tuple[bool, bool],
        tied: bool = False,
        non_recurrent_fn: Callable[[tf.Tensor], tf.Tensor] | None = None,
    ) -> None:
        maps = None if non_recurrent_fn is None else 0
        GridRNNCell.__init__(
            self, num_units, num_dims, 0, 0, 0, maps, tied, cell_fn, non_recurrent_fn, *tuples
        )


class Grid1BasicRNNCell(_FirstDimension):
    """A `BasicRNNCell` along one dimension; inputs and output are the first's.

    Args:
      num_units: Size of the output.
      state_is_tuple: As for `GridRNNCell`.
      output_is_tuple: As for `GridRNNCell`.

    Raises:
      ValueError, TypeError: As `GridRNNCell`.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import Grid1BasicRNNCell
      >>> cell = Grid1BasicRNNCell(4)
      >>> (output,), state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.grid_rnn.Grid1BasicRNNCell` of TF 1.15.
    """

    def __init__(
        self, num_units: int, state_is_tuple: bool = True, output_is_tuple: bool = True
    ) -> None:
        tuples = state_is_tuple, output_is_tuple
        self._begin(BasicRNNCell, num_units, 1, tuples)


class Grid2BasicRNNCell(_FirstDimension):
    """A `BasicRNNCell` along each of two dimensions; inputs and output are the first's.

    Args:
      num_units: Size of the output.
      tied: As for `GridRNNCell`.
      non_recurrent_fn: Makes the first dimension one without a state: a linear map and this.
      state_is_tuple: As for `GridRNNCell`.
      output_is_tuple: As for `GridRNNCell`.

    Raises:
      ValueError, TypeError: As `GridRNNCell`.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import Grid2BasicRNNCell
      >>> cell = Grid2BasicRNNCell(4)
      >>> (output,), state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.grid_rnn.Grid2BasicRNNCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        tied: bool = False,
        non_recurrent_fn: Activation | None = None,
        state_is_tuple: bool = True,
        output_is_tuple: bool = True,
    ) -> None:
        tuples = state_is_tuple, output_is_tuple
        self._begin(BasicRNNCell, num_units, 2, tuples, tied, non_recurrent_fn)


class Grid1BasicLSTMCell(_FirstDimension):
    """A `BasicLSTMCell` along one dimension; inputs and output are the first's.

    Args:
      num_units: Size of the output.
      forget_bias: As for `LSTMCell`.
      state_is_tuple: As for `GridRNNCell`.
      output_is_tuple: As for `GridRNNCell`.

    Raises:
      ValueError, TypeError: As `GridRNNCell`.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import Grid1BasicLSTMCell
      >>> cell = Grid1BasicLSTMCell(4)
      >>> (output,), state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.grid_rnn.Grid1BasicLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1,
        state_is_tuple: bool = True,
        output_is_tuple: bool = True,
    ) -> None:
        tuples = state_is_tuple, output_is_tuple
        self._begin(
            lambda units: BasicLSTMCell(units, forget_bias=forget_bias), num_units, 1, tuples
        )


class Grid2BasicLSTMCell(_FirstDimension):
    """A `BasicLSTMCell` along each of two dimensions; inputs and output are the first's.

    Args:
      num_units: Size of the output.
      tied: As for `GridRNNCell`.
      non_recurrent_fn: Makes the first dimension one without a state: a linear map and this.
      forget_bias: As for `LSTMCell`.
      state_is_tuple: As for `GridRNNCell`.
      output_is_tuple: As for `GridRNNCell`.

    Raises:
      ValueError, TypeError: As `GridRNNCell`.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import Grid2BasicLSTMCell
      >>> cell = Grid2BasicLSTMCell(4)
      >>> (output,), state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.grid_rnn.Grid2BasicLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        tied: bool = False,
        non_recurrent_fn: Activation | None = None,
        forget_bias: float = 1,
        state_is_tuple: bool = True,
        output_is_tuple: bool = True,
    ) -> None:
        tuples = state_is_tuple, output_is_tuple
        self._begin(
            lambda units: BasicLSTMCell(units, forget_bias=forget_bias),
            num_units,
            2,
            tuples,
            tied,
            non_recurrent_fn,
        )


class Grid1LSTMCell(_FirstDimension):
    """An `LSTMCell` along one dimension; inputs and output are the first's.

    Args:
      num_units: Size of the output.
      use_peepholes: As for `LSTMCell`.
      forget_bias: As for `LSTMCell`.
      state_is_tuple: As for `GridRNNCell`.
      output_is_tuple: As for `GridRNNCell`.

    Raises:
      ValueError, TypeError: As `GridRNNCell`.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import Grid1LSTMCell
      >>> cell = Grid1LSTMCell(4)
      >>> (output,), state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.grid_rnn.Grid1LSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        output_is_tuple: bool = True,
    ) -> None:
        tuples = state_is_tuple, output_is_tuple
        self._begin(
            lambda units: LSTMCell(units, use_peepholes=use_peepholes, forget_bias=forget_bias),
            num_units,
            1,
            tuples,
        )


class _LSTMGrid(_FirstDimension):
    """A grid of `LSTMCell`s of several dimensions."""

    _dimensions: int

    def __init__(
        self,
        num_units: int,
        tied: bool = False,
        non_recurrent_fn: Activation | None = None,
        use_peepholes: bool = False,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        output_is_tuple: bool = True,
    ) -> None:
        tuples = state_is_tuple, output_is_tuple
        self._begin(
            lambda units: LSTMCell(units, use_peepholes=use_peepholes, forget_bias=forget_bias),
            num_units,
            self._dimensions,
            tuples,
            tied,
            non_recurrent_fn,
        )


class Grid2LSTMCell(_LSTMGrid):
    """An `LSTMCell` along each of two dimensions; inputs and output are the first's.

    Args:
      num_units: Size of the output.
      tied: As for `GridRNNCell`.
      non_recurrent_fn: Makes the first dimension one without a state: a linear map and this.
      use_peepholes: As for `LSTMCell`.
      forget_bias: As for `LSTMCell`.
      state_is_tuple: As for `GridRNNCell`.
      output_is_tuple: As for `GridRNNCell`.

    Raises:
      ValueError, TypeError: As `GridRNNCell`.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import Grid2LSTMCell
      >>> cell = Grid2LSTMCell(4)
      >>> (output,), state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.grid_rnn.Grid2LSTMCell` of TF 1.15.
    """

    _dimensions = 2


class Grid3LSTMCell(_LSTMGrid):
    """An `LSTMCell` along each of three dimensions; inputs and output are the first's.

    Args:
      num_units: Size of the output.
      tied: As for `GridRNNCell`.
      non_recurrent_fn: Makes the first dimension one without a state: a linear map and this.
      use_peepholes: As for `LSTMCell`.
      forget_bias: As for `LSTMCell`.
      state_is_tuple: As for `GridRNNCell`.
      output_is_tuple: As for `GridRNNCell`.

    Raises:
      ValueError, TypeError: As `GridRNNCell`.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import Grid3LSTMCell
      >>> cell = Grid3LSTMCell(4)
      >>> (output,), state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.grid_rnn.Grid3LSTMCell` of TF 1.15.
    """

    _dimensions = 3


class Grid2GRUCell(_FirstDimension):
    """A `GRUCell` along each of two dimensions; inputs and output are the first's.

    Args:
      num_units: Size of the output.
      tied: As for `GridRNNCell`.
      non_recurrent_fn: Makes the first dimension one without a state: a linear map and this.
      state_is_tuple: As for `GridRNNCell`.
      output_is_tuple: As for `GridRNNCell`.

    Raises:
      ValueError, TypeError: As `GridRNNCell`.

    Example:
      >>> from tf_seq2seq_compat.layers.grid_rnn_cells import Grid2GRUCell
      >>> cell = Grid2GRUCell(4)
      >>> (output,), state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.grid_rnn.Grid2GRUCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        tied: bool = False,
        non_recurrent_fn: Activation | None = None,
        state_is_tuple: bool = True,
        output_is_tuple: bool = True,
    ) -> None:
        tuples = state_is_tuple, output_is_tuple
        self._begin(GRUCell, num_units, 2, tuples, tied, non_recurrent_fn)
