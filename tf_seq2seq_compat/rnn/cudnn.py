"""`tf.contrib.cudnn_rnn`: cuDNN's layers as ordinary mathematics, which run on every device.

TF1's layers keep one `opaque_kernel`, laid out by cuDNN, and only run on a GPU; what they write to
a checkpoint are the canonical variables of the `CudnnCompatible` cells. These layers keep those
variables, under those names, so they read and write the checkpoints of TF1's:

    <name>/rnn/multi_rnn_cell/cell_<layer>/<cell>/...
    <name>/stack_bidirectional_rnn/cell_<layer>/bidirectional_rnn/{fw,bw}/<cell>/...

where `<cell>` is `cudnn_compatible_lstm_cell`, `cudnn_compatible_gru_cell` or `basic_rnn_cell`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.layers.block_cells import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell
from tf_seq2seq_compat.layers.cell_checks import input_depth, nonnegative_int
from tf_seq2seq_compat.layers.rnn_cell import BasicRNNCell, LSTMStateTuple
from tf_seq2seq_compat.rnn.bidirectional import bidirectional_dynamic_rnn
from tf_seq2seq_compat.rnn.dynamic import dynamic_rnn
from tf_seq2seq_compat.types import (
    Activation,
    ActivationLike,
    Cell,
    DTypeLike,
    Initializer,
    InitializerLike,
    IntLike,
    Nest,
    ShapeLike,
    TensorLike,
)

tf1 = tf.compat.v1

__all__ = [
    'CudnnCompatibleGRUCell',
    'CudnnCompatibleLSTMCell',
    'CudnnGRU',
    'CudnnLSTM',
    'CudnnRNNRelu',
    'CudnnRNNTanh',
]

CUDNN_RNN_UNIDIRECTION = 'unidirectional'
CUDNN_RNN_BIDIRECTION = 'bidirectional'
CUDNN_INPUT_LINEAR_MODE = 'linear_input'
CUDNN_INPUT_SKIP_MODE = 'skip_input'
CUDNN_INPUT_AUTO_MODE = 'auto_select'
CUDNN_LSTM = 'lstm'
CUDNN_GRU = 'gru'
CUDNN_RNN_RELU = 'rnn_relu'
CUDNN_RNN_TANH = 'rnn_tanh'


class _CudnnRNN(Layer):
    """Base of the four cuDNN layers."""

    input_ndim = 3
    rnn_mode: str
    _gates: int
    _state_names: tuple[str, ...] = ('h',)

    def __init__(
        self,
        num_layers: int,
        num_units: int,
        input_mode: str = CUDNN_INPUT_LINEAR_MODE,
        direction: str = CUDNN_RNN_UNIDIRECTION,
        dropout: float = 0.0,
        seed: int | None = None,
        dtype: DTypeLike = tf.float32,
        kernel_initializer: InitializerLike | None = None,
        bias_initializer: InitializerLike | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=dtype, name=name)
        _check('direction', direction, (CUDNN_RNN_UNIDIRECTION, CUDNN_RNN_BIDIRECTION))
        modes = (CUDNN_INPUT_LINEAR_MODE, CUDNN_INPUT_SKIP_MODE, CUDNN_INPUT_AUTO_MODE)
        _check('input_mode', input_mode, modes)
        _check('dtype', tf.as_dtype(dtype), (tf.float16, tf.float32, tf.float64))
        if input_mode == CUDNN_INPUT_SKIP_MODE:
            raise ValueError(
                "input_mode='skip_input' is not provided: use 'linear_input', which multiplies the "
                'inputs with a kernel.'
            )
        self._num_layers = nonnegative_int('num_layers', num_layers)
        self._num_units = nonnegative_int('num_units', num_units)
        self._input_mode = input_mode
        self._direction = direction
        self._dropout = dropout
        self._seed = seed
        self._input_size: int | None = None
        kernel = kernel_initializer or tf1.glorot_uniform_initializer(dtype=dtype)
        bias = bias_initializer or tf1.zeros_initializer(dtype=dtype)
        self._cells = [
            [self._cell(kernel, bias) for _ in range(self.num_dirs)] for _ in range(num_layers)
        ]

    def _cell(self, kernel: tf.Tensor, bias: tf.Tensor) -> Cell:
        """A cell, its weights initialized gate by gate as cuDNN's matrices are."""
        raise NotImplementedError

    @property
    def num_layers(self) -> int:
        """Number of layers."""
        return self._num_layers

    @property
    def num_units(self) -> int:
        """Size of each cell's output."""
        return self._num_units

    @property
    def input_mode(self) -> str:
        """How inputs enter the first layer."""
        return self._input_mode

    @property
    def direction(self) -> str:
        """'unidirectional' or 'bidirectional'."""
        return self._direction

    @property
    def num_dirs(self) -> int:
        """Number of directions, 1 or 2."""
        return 2 if self._direction == CUDNN_RNN_BIDIRECTION else 1

    @property
    def input_size(self) -> int:
        """Depth of the inputs; ValueError before the layer is built."""
        if self._input_size is None:
            raise ValueError(f'input_size of {self.name} is not known before it is called.')
        return self._input_size

    @property
    def canonical_weight_shapes(self) -> list[tuple[int, int]]:
        """Shapes of cuDNN's weight matrices: layer by layer, direction, inputs then state, gate."""
        units, shapes = self._num_units, []
        for layer in range(self._num_layers):
            depth = self.num_dirs * units if layer else self.input_size
            one = [(units, depth)] * self._gates + [(units, units)] * self._gates
            shapes += one * self.num_dirs
        return shapes

    @property
    def canonical_bias_shapes(self) -> list[list[int]]:
        """Shapes of cuDNN's biases, in the order of the weight matrices."""
        return [[self._num_units]] * (self._num_layers * self.num_dirs * 2 * self._gates)

    def state_shape(self, batch_size: IntLike) -> tuple[list[IntLike], ...]:
        """Shapes of the parts of the state for a batch size."""
        shape = [self._num_layers * self.num_dirs, batch_size, self._num_units]
        return tuple(list(shape) for _ in self._state_names)

    def build(self, input_shape: ShapeLike) -> None:
        """Fixes the depth of the inputs; the cells make their variables when they are called."""
        depth = tf.compat.dimension_value(tf.TensorShape(input_shape)[-1])
        if depth is None:
            raise ValueError(
                f'inputs of {self.name} have shape {input_shape}, but their depth must be known: '
                'use tf.reshape or set_shape.'
            )
        if self._input_mode == CUDNN_INPUT_AUTO_MODE and depth == self._num_units:
            raise ValueError(
                f"input_mode='auto_select' skips the input kernel where inputs have the depth "
                f"num_units ({depth}), which is not provided: use 'linear_input'."
            )
        self._input_size = int(depth)
        self.built = True

    def call(
        self,
        inputs: TensorLike,
        initial_state: Nest | None = None,
        sequence_lengths: TensorLike | None = None,
        time_major: bool = True,
        training: bool = True,
    ) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
        """Runs over the sequences.

        Args:
          inputs: `[max_time, batch, depth]` (`[batch, max_time, depth]` unless `time_major`).
          initial_state: Tuple of the parts of the state, (h, c) for an LSTM and (h,) else, each
            `[num_layers * num_dirs, batch, num_units]`, layer by layer, forwards before backwards.
            Zeros by default.
          sequence_lengths: Length of each sequence, int `[batch]`.
          time_major: Whether time is the first axis of inputs and outputs.
          training: Whether there is dropout.

        Returns:
          Outputs `[max_time, batch, num_dirs * num_units]`, and the final state, as
          `initial_state`.

        Raises:
          ValueError: For inputs of another rank than 3, or a state of another structure.
        """
        inputs = tf.cast(inputs, self.dtype)
        states = self._split(initial_state)
        final_states: list[Nest] = []
        for layer, cells in enumerate(self._cells):
            if layer and training and self._dropout:
                seed = None if self._seed is None else self._seed + layer
                inputs = tf.nn.dropout(inputs, rate=self._dropout, seed=seed)
            given = states[layer * self.num_dirs : (layer + 1) * self.num_dirs]
            options: dict[str, Any] = {
                'sequence_length': sequence_lengths,
                'dtype': self.dtype,
                'time_major': time_major,
            }
            if self.num_dirs == 1:
                scope = f'rnn/multi_rnn_cell/cell_{layer}'
                inputs, state = dynamic_rnn(
                    cells[0], inputs, initial_state=given[0], scope=scope, **options
                )
                final_states.append(state)
            else:
                scope = f'stack_bidirectional_rnn/cell_{layer}/bidirectional_rnn'
                outputs, both = bidirectional_dynamic_rnn(
                    cells[0],
                    cells[1],
                    inputs,
                    initial_state_fw=given[0],
                    initial_state_bw=given[1],
                    scope=scope,
                    **options,
                )
                inputs = tf.concat(outputs, 2)
                final_states += both
        return inputs, self._joined(final_states)

    def _split(self, initial_state: Nest) -> list[Nest]:
        """The state of each cell, from cuDNN's layout."""
        count, names = self._num_layers * self.num_dirs, self._state_names
        if initial_state is None:
            return [None] * count
        if tf.is_tensor(initial_state) or len(initial_state) != len(names):
            raise ValueError(
                f'initial_state of {self.name} must be a tuple of {" and ".join(names)}, each '
                f'[{count}, batch, {self._num_units}], but is {initial_state}.'
            )
        parts = [tf.unstack(tf.cast(part, self.dtype), count) for part in initial_state]
        return [self._state(*part) for part in zip(*parts, strict=True)]

    def _state(self, h: tf.Tensor) -> Nest:
        return h

    def _joined(self, states: list[Nest]) -> tuple[tf.Tensor, ...]:
        return (tf.stack(states),)


class CudnnLSTM(_CudnnRNN):
    """Layers of LSTMs, in one direction or both, as cuDNN computes them.

    There is no forget bias, and the state is (h, c), not (c, h). TF1's layer needs a GPU; this one
    runs anywhere, on the variables of TF1's checkpoints (see the module).

    Args:
      num_layers: Number of layers.
      num_units: Size of each cell's c and h.
      input_mode: 'linear_input'; 'auto_select' where it means that. 'skip_input' is not provided.
      direction: 'unidirectional' or 'bidirectional'.
      dropout: Probability with which an input of a layer above the first is dropped.
      seed: Seed of the dropout.
      dtype: float16, float32 or float64.
      kernel_initializer: For each gate's matrix; uniform (Glorot) by default.
      bias_initializer: For each of cuDNN's two biases of a gate; zeros by default.
      name: Name of the variable scope, `cudnn_lstm` by default.

    Raises:
      ValueError: For another `direction`, `input_mode` or `dtype`.

    Example:
      >>> from tf_seq2seq_compat import cudnn_rnn
      >>> lstm = cudnn_rnn.CudnnLSTM(num_layers=2, num_units=4, direction='bidirectional')
      >>> outputs, (h, c) = lstm(tf.ones([5, 3, 6]))
      >>> outputs.shape, h.shape
      (TensorShape([5, 3, 8]), TensorShape([4, 3, 4]))

    Legacy: `tf.contrib.cudnn_rnn.CudnnLSTM` of TF 1.15.
    """

    rnn_mode = CUDNN_LSTM
    _gates = 4
    _state_names = ('h', 'c')

    def _cell(self, kernel: tf.Tensor, bias: tf.Tensor) -> Cell:
        return CudnnCompatibleLSTMCell(
            self._num_units,
            kernel_initializer=_by_gate(kernel, self._num_units),
            bias_initializer=_two_biases(bias, self._num_units),
        )

    def _state(self, h: tf.Tensor, c: tf.Tensor) -> Nest:  # type: ignore[override]
        return LSTMStateTuple(c, h)

    def _joined(self, states: list[Nest]) -> tuple[tf.Tensor, ...]:
        return tf.stack([state.h for state in states]), tf.stack([state.c for state in states])


class CudnnGRU(_CudnnRNN):
    """Layers of GRUs, in one direction or both, as cuDNN computes them.

    The reset gate is after the product, so there are two biases of the candidate (see
    `CudnnCompatibleGRUCell`). TF1's layer needs a GPU; this one runs anywhere, on the variables of
    TF1's checkpoints (see the module).

    Args:
      num_layers: Number of layers.
      num_units: Size of each cell's state.
      input_mode: As for `CudnnLSTM`.
      direction: As for `CudnnLSTM`.
      dropout: As for `CudnnLSTM`.
      seed: As for `CudnnLSTM`.
      dtype: As for `CudnnLSTM`.
      kernel_initializer: As for `CudnnLSTM`.
      bias_initializer: As for `CudnnLSTM`.
      name: Name of the variable scope, `cudnn_gru` by default.

    Raises:
      ValueError: As `CudnnLSTM`.

    Example:
      >>> from tf_seq2seq_compat import cudnn_rnn
      >>> outputs, (h,) = cudnn_rnn.CudnnGRU(num_layers=2, num_units=4)(tf.ones([5, 3, 6]))
      >>> outputs.shape, h.shape
      (TensorShape([5, 3, 4]), TensorShape([2, 3, 4]))

    Legacy: `tf.contrib.cudnn_rnn.CudnnGRU` of TF 1.15.
    """

    rnn_mode = CUDNN_GRU
    _gates = 3

    def _cell(self, kernel: tf.Tensor, bias: tf.Tensor) -> Cell:
        # The candidate's two projections have kernels and biases of their own.
        units = self._num_units
        return CudnnCompatibleGRUCell(
            units,
            kernel_initializer=_by_gate(kernel, units, alone=units),
            bias_initializer=_two_biases(bias, units, alone=units),
        )


class CudnnRNNTanh(_CudnnRNN):
    """Layers of Elman networks with tanh, in one direction or both, as cuDNN computes them.

    Args:
      num_layers: Number of layers.
      num_units: Size of each cell's state.
      input_mode: As for `CudnnLSTM`.
      direction: As for `CudnnLSTM`.
      dropout: As for `CudnnLSTM`.
      seed: As for `CudnnLSTM`.
      dtype: As for `CudnnLSTM`.
      kernel_initializer: As for `CudnnLSTM`.
      bias_initializer: As for `CudnnLSTM`.
      name: Name of the variable scope, `cudnn_rnn_tanh` by default.

    Raises:
      ValueError: As `CudnnLSTM`.

    Example:
      >>> from tf_seq2seq_compat import cudnn_rnn
      >>> outputs, (h,) = cudnn_rnn.CudnnRNNTanh(num_layers=1, num_units=4)(tf.ones([5, 3, 6]))
      >>> outputs.shape
      TensorShape([5, 3, 4])

    Legacy: `tf.contrib.cudnn_rnn.CudnnRNNTanh` of TF 1.15.
    """

    rnn_mode = CUDNN_RNN_TANH
    _gates = 1
    _activation: Activation = staticmethod(tf.tanh)

    def _cell(self, kernel: tf.Tensor, bias: tf.Tensor) -> Cell:
        return _CanonicalRNNCell(self._num_units, type(self)._activation, kernel, bias)


class CudnnRNNRelu(CudnnRNNTanh):
    """Layers of Elman networks with ReLU, in one direction or both, as cuDNN computes them.

    Args:
      num_layers: Number of layers.
      num_units: Size of each cell's state.
      input_mode: As for `CudnnLSTM`.
      direction: As for `CudnnLSTM`.
      dropout: As for `CudnnLSTM`.
      seed: As for `CudnnLSTM`.
      dtype: As for `CudnnLSTM`.
      kernel_initializer: As for `CudnnLSTM`.
      bias_initializer: As for `CudnnLSTM`.
      name: Name of the variable scope, `cudnn_rnn_relu` by default.

    Raises:
      ValueError: As `CudnnLSTM`.

    Example:
      >>> from tf_seq2seq_compat import cudnn_rnn
      >>> outputs, (h,) = cudnn_rnn.CudnnRNNRelu(num_layers=1, num_units=4)(tf.ones([5, 3, 6]))
      >>> bool(tf.reduce_all(outputs >= 0))
      True

    Legacy: `tf.contrib.cudnn_rnn.CudnnRNNRelu` of TF 1.15.
    """

    rnn_mode = CUDNN_RNN_RELU
    _activation = staticmethod(tf.nn.relu)


class _CanonicalRNNCell(BasicRNNCell):
    """`BasicRNNCell` with the initializers of a cuDNN layer."""

    def __init__(
        self, num_units: int, activation: ActivationLike, kernel: tf.Tensor, bias: tf.Tensor
    ) -> None:
        super().__init__(num_units, activation, name='basic_rnn_cell')
        self._initializers = (_by_gate(kernel, num_units), _two_biases(bias, num_units))

    def build(self, input_shape: ShapeLike) -> None:
        """Creates `kernel` and `bias`."""
        rows, units = input_depth(self, input_shape) + self._num_units, self._num_units
        kernel, bias = self._initializers
        self._kernel = self.add_variable('kernel', [rows, units], initializer=kernel)
        self._bias = self.add_variable('bias', [units], initializer=bias)
        self.built = True


def _check(argument: str, value: object, choices: tuple[Any, ...]) -> None:
    if value not in choices:
        wanted = ', '.join(getattr(choice, 'name', choice) for choice in choices)
        raise ValueError(f'{argument} must be one of {wanted}, but is {value!r}.')


def _by_gate(initializer: Initializer, units: int, alone: int = 0) -> Callable[..., tf.Tensor]:
    """Initializer of a kernel by that of cuDNN's matrices, `[units, depth]` and `[units, units]`.

    Args:
      initializer: That of one matrix.
      units: Size of a gate.
      alone: A kernel with this many columns is for inputs or state alone, else for both.

    Returns:
      A function of shape and dtype.
    """

    def initialize(
        shape: Sequence[int], dtype: tf.DType = tf.float32, partition_info: object = None
    ) -> tf.Tensor:
        rows, columns = (int(size) for size in shape)
        depths = [rows] if columns == alone else [rows - units, units]
        gates = [
            tf.concat(
                [tf.transpose(initializer([units, depth], dtype=dtype)) for depth in depths], 0
            )
            for _ in range(columns // units)
        ]
        return tf.concat(gates, 1)

    return initialize


def _two_biases(initializer: Initializer, units: int, alone: int = 0) -> Callable[..., tf.Tensor]:
    """Initializer of a bias by that of cuDNN's, `[units]`, of which a gate has two.

    Args:
      initializer: That of one bias.
      units: Size of a gate.
      alone: A bias of this size is one of the two, else the sum of both.

    Returns:
      A function of shape and dtype.
    """

    def initialize(
        shape: Sequence[int], dtype: tf.DType = tf.float32, partition_info: object = None
    ) -> tf.Tensor:
        size = int(shape[0])
        if size == alone:
            return initializer([units], dtype=dtype)
        gates = [
            initializer([units], dtype=dtype) + initializer([units], dtype=dtype)
            for _ in range(size // units)
        ]
        return tf.concat(gates, 0)

    return initialize
