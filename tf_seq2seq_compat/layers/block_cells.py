"""Cells that TF1 computed by fused kernels: the same mathematics and variables in ordinary ops.

One behaviour of those kernels is kept: the gradient passes the clipping of c unchanged.
"""

from __future__ import annotations

import tensorflow as tf

from tf_seq2seq_compat.core import cell_equations
from tf_seq2seq_compat.layers.cell_base import LayerRNNCell
from tf_seq2seq_compat.layers.cell_checks import checked_state, input_depth, nonnegative_int
from tf_seq2seq_compat.layers.rnn_cell import GRUCell, LSTMStateTuple
from tf_seq2seq_compat.types import DTypeLike, InitializerLike, Nest, ShapeLike

tf1 = tf.compat.v1

__all__ = [
    'CudnnCompatibleGRUCell',
    'CudnnCompatibleLSTMCell',
    'GRUBlockCell',
    'GRUBlockCellV2',
    'LSTMBlockCell',
]


class LSTMBlockCell(LayerRNNCell):
    """LSTM with peepholes and clipping; the variables of `LSTMCell`, under the same scope name.

    See Zaremba et al. 2014, https://arxiv.org/abs/1409.2329. TF1's has a fused kernel for float16
    and float32; this one takes any floating type. The gradient passes the clipping of c unchanged,
    as in that kernel, and unlike in `LSTMCell`.

    Args:
      num_units: Size of c and h.
      forget_bias: Added to the forget gate.
      cell_clip: c is clipped to `[-cell_clip, cell_clip]`; no clipping if None or not positive.
      use_peephole: Whether the gates see c through diagonal weights.
      dtype: Type of the variables; that of the first inputs by default.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      name: Name of the variable scope.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.LSTMBlockCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> state.h.shape
      TensorShape([2, 4])

    Legacy: `tf.contrib.rnn.LSTMBlockCell` of TF 1.15.
    """

    input_ndim = 2

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        dtype: DTypeLike | None = None,
        reuse: bool | None = None,
        name: str | None = 'lstm_cell',
    ) -> None:
        super().__init__(_reuse=reuse, dtype=dtype, name=name)
        self._num_units = nonnegative_int('num_units', num_units)
        self._forget_bias = 1.0 if forget_bias is None else forget_bias
        self._cell_clip = -1 if cell_clip is None else cell_clip
        self._use_peephole = use_peephole
        self._kernel_initializer: InitializerLike | None = None
        self._bias_initializer: InitializerLike | None = None

    @property
    def state_size(self) -> LSTMStateTuple:
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        return self._num_units

    def build(self, inputs_shape: ShapeLike) -> None:
        """Creates `kernel`, `bias` and the peepholes `w_{i,f,o}_diag`."""
        units = self._num_units
        rows = input_depth(self, inputs_shape) + units
        self._kernel = self.add_variable(
            'kernel', [rows, 4 * units], initializer=self._kernel_initializer
        )
        self._bias = self.add_variable(
            'bias', [4 * units], initializer=self._bias_initializer or tf1.zeros_initializer()
        )
        if self._use_peephole:
            self._w_i_diag, self._w_f_diag, self._w_o_diag = (
                self.add_variable(f'w_{gate}_diag', [units]) for gate in 'ifo'
            )
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state as `state_size`."""
        c, h = checked_state(self, inputs, state)
        peepholes = None
        if self._use_peephole:
            peepholes = (self._w_i_diag, self._w_f_diag, self._w_o_diag)
        c, h = cell_equations.lstm_step(
            inputs,
            c,
            h,
            self._kernel,
            self._bias,
            tf.tanh,
            forget_bias=self._forget_bias,
            peepholes=peepholes,
            cell_clip=positive_or_none(self._cell_clip),
            gradient_through_clip=True,
        )
        return h, LSTMStateTuple(c, h)


class GRUBlockCell(LayerRNNCell):
    """The gated recurrent unit of `GRUCell`, with variables `w_ru`, `b_ru`, `w_c` and `b_c`.

    See Cho et al. 2014, https://arxiv.org/abs/1406.1078. `GRUBlockCellV2` has the variables of
    `GRUCell`.

    Args:
      num_units: Size of the state and the output.
      cell_size: The old name of `num_units`; one of the two must be given.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      name: Name of the variable scope.

    Raises:
      ValueError: If both or neither of `num_units` and `cell_size` are given.
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.GRUBlockCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> [v.name.split('/')[-1] for v in cell.variables]
      ['w_ru:0', 'b_ru:0', 'w_c:0', 'b_c:0']

    Legacy: `tf.contrib.rnn.GRUBlockCell` of TF 1.15.
    """

    input_ndim = 2
    _names = ('w_ru', 'b_ru', 'w_c', 'b_c')

    def __init__(
        self,
        num_units: int | None = None,
        cell_size: int | None = None,
        reuse: bool | None = None,
        name: str | None = 'gru_cell',
    ) -> None:
        super().__init__(_reuse=reuse, name=name)
        if (num_units is None) == (cell_size is None):
            raise ValueError(
                'Give one of num_units and cell_size (its old name), not '
                f'{"neither" if num_units is None else "both"}.'
            )
        self._cell_size = nonnegative_int(
            'num_units', cell_size if num_units is None else num_units
        )

    @property
    def state_size(self) -> int:
        return self._cell_size

    @property
    def output_size(self) -> int:
        return self._cell_size

    def build(self, input_shape: ShapeLike) -> None:
        """Creates the kernels and biases of the gates and the candidate."""
        units = self._cell_size
        rows = input_depth(self, input_shape) + units
        one, zero = tf1.ones_initializer(), tf1.zeros_initializer()
        shapes = ([rows, 2 * units], [2 * units], [rows, units], [units])
        weights = (
            self.add_variable(name, shape, initializer=initializer)
            for name, shape, initializer in zip(
                self._names, shapes, (None, one, None, zero), strict=True
            )
        )
        self._gate_kernel, self._gate_bias, self._candidate_kernel, self._candidate_bias = weights
        self.built = True

    def call(self, inputs: tf.Tensor, h_prev: tf.Tensor) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        (state,) = checked_state(self, inputs, h_prev)
        output = cell_equations.gru_step(
            inputs,
            state,
            self._gate_kernel,
            self._gate_bias,
            self._candidate_kernel,
            self._candidate_bias,
            tf.tanh,
        )
        return output, output


class GRUBlockCellV2(GRUBlockCell):
    """`GRUBlockCell` with the variables of `GRUCell`, so that their checkpoints are the same.

    Args:
      num_units: Size of the state and the output.
      cell_size: The old name of `num_units`; one of the two must be given.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      name: Name of the variable scope.

    Raises:
      ValueError, TypeError: As `GRUBlockCell`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> cell = rnn.GRUBlockCellV2(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> cell.variables[0].name.split('/', 1)[1]
      'gates/kernel:0'

    Legacy: `tf.contrib.rnn.GRUBlockCellV2` of TF 1.15.
    """

    _names = ('gates/kernel', 'gates/bias', 'candidate/kernel', 'candidate/bias')


class CudnnCompatibleLSTMCell(LSTMBlockCell):
    """The LSTM of `CudnnLSTM`, one step and one layer: no forget bias.

    Its variables are those that a checkpoint of `CudnnLSTM` holds.

    Args:
      num_units: Size of c and h.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      kernel_initializer: The variable scope's by default. Not in TF1.
      bias_initializer: Zeros by default. Not in TF1.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import cudnn_rnn
      >>> cell = cudnn_rnn.CudnnCompatibleLSTMCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> [v.name.split('/')[-1] for v in cell.variables]
      ['kernel:0', 'bias:0']

    Legacy: `tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        reuse: bool | None = None,
        *,
        kernel_initializer: InitializerLike | None = None,
        bias_initializer: InitializerLike | None = None,
    ) -> None:
        super().__init__(num_units, forget_bias=0.0, reuse=reuse, name='cudnn_compatible_lstm_cell')
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer


class CudnnCompatibleGRUCell(GRUCell):
    """The GRU of `CudnnGRU`, one step and one layer: the reset gate after the product.

    So the candidate is `tanh(x W + b + r * (h U + d))`, with two biases. Its variables are those
    that a checkpoint of `CudnnGRU` holds.

    Args:
      num_units: Size of the state and the output.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      kernel_initializer: The variable scope's by default.
      bias_initializer: By default ones for the gates and zeros for the candidate. Not in TF1.

    Raises:
      ValueError, TypeError: As `BasicRNNCell`.

    Example:
      >>> from tf_seq2seq_compat import cudnn_rnn
      >>> cell = cudnn_rnn.CudnnCompatibleGRUCell(4)
      >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> len(cell.variables)
      6

    Legacy: `tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        reuse: bool | None = None,
        kernel_initializer: InitializerLike | None = None,
        *,
        bias_initializer: InitializerLike | None = None,
    ) -> None:
        super().__init__(
            num_units,
            reuse=reuse,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
        )

    def build(self, input_shape: ShapeLike) -> None:
        """Creates the kernels and biases of the gates and of the candidate's two projections."""
        depth, units = input_depth(self, input_shape), self._num_units
        one, zero = tf1.ones_initializer(), tf1.zeros_initializer()
        candidate = ('candidate/input_projection', 'candidate/hidden_projection')

        def kernel(name: str, rows: int, columns: int) -> tf.Variable:
            initializer = self._kernel_initializer
            return self.add_variable(f'{name}/kernel', [rows, columns], initializer=initializer)

        def bias(name: str, columns: int, default: InitializerLike) -> tf.Variable:
            initializer = self._bias_initializer or default
            return self.add_variable(f'{name}/bias', [columns], initializer=initializer)

        # In TF1's order: both kernels of the candidate, then both biases.
        gates = kernel('gates', depth + units, 2 * units), bias('gates', 2 * units, one)
        kernels = kernel(candidate[0], depth, units), kernel(candidate[1], units, units)
        biases = [bias(name, units, zero) for name in candidate]
        self._weights = [*gates, kernels[0], biases[0], kernels[1], biases[1]]
        self.built = True

    def call(self, inputs: tf.Tensor, state: Nest) -> tuple[tf.Tensor, Nest]:
        """Takes one step: inputs `[batch, depth]`, state `[batch, num_units]`."""
        (state,) = checked_state(self, inputs, state)
        gate_kernel, gate_bias, input_kernel, input_bias, kernel, bias = self._weights
        output = cell_equations.cudnn_gru_step(
            inputs,
            state,
            gate_kernel,
            gate_bias,
            input_kernel,
            input_bias,
            kernel,
            bias,
            self._activation,
        )
        return output, output


def positive_or_none(cell_clip: float | None) -> float | None:
    """A bound for c, as TF1's fused kernels read it: none if it is not positive."""
    return cell_clip if cell_clip is not None and cell_clip > 0 else None
