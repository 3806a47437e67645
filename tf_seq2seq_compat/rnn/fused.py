"""Networks that take a whole time-major sequence at once, with the interface of a fused kernel."""

from __future__ import annotations

import abc

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.cell_equations import lstm_step
from tf_seq2seq_compat.core.loop import stacked, unroll
from tf_seq2seq_compat.core.loop_arrays import InputArray
from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.layers.block_cells import positive_or_none
from tf_seq2seq_compat.layers.cell_checks import nonnegative_int
from tf_seq2seq_compat.layers.rnn_cell import LSTMStateTuple
from tf_seq2seq_compat.rnn.dynamic import dynamic_rnn
from tf_seq2seq_compat.rnn.static import static_rnn
from tf_seq2seq_compat.types import Cell, DTypeLike, Nest, Scope, TensorLike

tf1 = tf.compat.v1

__all__ = [
    'FusedRNNCell',
    'FusedRNNCellAdaptor',
    'LSTMBlockFusedCell',
    'LSTMBlockWrapper',
    'TimeReversedFusedRNN',
]


class FusedRNNCell(tf.Module, abc.ABC):
    """Base class of networks that take a whole sequence at once: a subclass defines `__call__`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> class Sum(rnn.FusedRNNCell):
      ...     def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None,
      ...                  scope=None):
      ...         outputs = tf.cumsum(inputs)
      ...         return outputs, outputs[-1]
      >>> Sum()(tf.ones([5, 2, 3]))[1].shape
      TensorShape([2, 3])

    Legacy: `tf.contrib.rnn.FusedRNNCell` of TF 1.15.
    """

    def __init__(self) -> None:
        """Keeps nothing: tf.Module's own would take a name."""

    @abc.abstractmethod
    def __call__(
        self,
        inputs: TensorLike,
        initial_state: Nest | None = None,
        dtype: DTypeLike | None = None,
        sequence_length: TensorLike | None = None,
        scope: Scope | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Runs over the sequences.

        Args:
          inputs: `[max_time, batch, depth]`, or a list of `max_time` tensors `[batch, depth]`.
          initial_state: State to begin with; zeros by default.
          dtype: Type of the initial state and the outputs; needed without `initial_state`.
          sequence_length: Length of each sequence, int `[batch]`.
          scope: Variable scope.

        Returns:
          The outputs, `[max_time, batch, output_size]` or a list as `inputs` was, and the final
          state.
        """


class FusedRNNCellAdaptor(FusedRNNCell):
    """A cell with the interface of a `FusedRNNCell`.

    Args:
      cell: An `RNNCell`, or a Keras cell.
      use_dynamic_rnn: Whether `dynamic_rnn` runs it, else `static_rnn`, for which the number of
        steps must be known.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> fused = rnn.FusedRNNCellAdaptor(rnn.GRUCell(4), use_dynamic_rnn=True)
      >>> outputs, state = fused(tf.ones([5, 2, 3]), dtype=tf.float32)
      >>> outputs.shape
      TensorShape([5, 2, 4])

    Legacy: `tf.contrib.rnn.FusedRNNCellAdaptor` of TF 1.15.
    """

    def __init__(self, cell: Cell, use_dynamic_rnn: bool = False) -> None:
        self._cell = cell
        self._use_dynamic_rnn = use_dynamic_rnn

    @without_autograph
    def __call__(
        self,
        inputs: TensorLike,
        initial_state: Nest | None = None,
        dtype: DTypeLike | None = None,
        sequence_length: TensorLike | None = None,
        scope: Scope | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Runs the cell over the sequences; see `FusedRNNCell`.

        Args:
          inputs: `[max_time, batch, depth]`, or a list of `max_time` tensors `[batch, depth]`.
          initial_state: As for `dynamic_rnn`.
          dtype: As for `dynamic_rnn`.
          sequence_length: As for `dynamic_rnn`.
          scope: As for `dynamic_rnn`.

        Returns:
          The outputs, `[max_time, batch, output_size]` or a list as `inputs` was, and the final
          state.

        Raises:
          TypeError: If `cell` is not an RNNCell.
          ValueError: As `dynamic_rnn` or `static_rnn`.
        """
        is_list = isinstance(inputs, list)
        if not self._use_dynamic_rnn:
            steps = inputs if is_list else tf.unstack(inputs)
            outputs, state = static_rnn(
                self._cell, steps, initial_state, dtype, sequence_length, scope
            )
            return (outputs if is_list else tf.stack(outputs)), state
        outputs, state = dynamic_rnn(
            self._cell,
            tf.stack(inputs) if is_list else inputs,
            sequence_length,
            initial_state,
            dtype,
            time_major=True,
            scope=scope,
        )
        return (tf.unstack(outputs, len(inputs)) if is_list else outputs), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A `FusedRNNCell` that reads from the end of each sequence to its beginning.

    A list of inputs is reversed as a whole, padding and all, whatever the lengths are, as in TF1:
    where there are lengths, give one tensor.

    Args:
      cell: A `FusedRNNCell`, or an `LSTMBlockWrapper`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> backwards = rnn.TimeReversedFusedRNN(rnn.LSTMBlockFusedCell(4))
      >>> outputs, state = backwards(tf.ones([5, 2, 3]), dtype=tf.float32, sequence_length=[5, 3])
      >>> bool(tf.reduce_all(outputs[0] == state.h))
      True

    Legacy: `tf.contrib.rnn.TimeReversedFusedRNN` of TF 1.15.
    """

    def __init__(self, cell: FusedRNNCell) -> None:
        self._cell = cell

    @without_autograph
    def __call__(
        self,
        inputs: TensorLike,
        initial_state: Nest | None = None,
        dtype: DTypeLike | None = None,
        sequence_length: TensorLike | None = None,
        scope: Scope | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Runs over the reversed sequences; see `FusedRNNCell`.

        Args:
          inputs: `[max_time, batch, depth]`, or a list of `max_time` tensors `[batch, depth]`.
          initial_state: As for the cell.
          dtype: As for the cell.
          sequence_length: As for the cell.
          scope: As for the cell.

        Returns:
          The outputs in the order of the inputs, in their form, and the final state: that after the
          first step of each sequence.
        """
        outputs, state = self._cell(
            self._reversed(inputs, sequence_length),
            initial_state=initial_state,
            dtype=dtype,
            sequence_length=sequence_length,
            scope=scope,
        )
        return self._reversed(outputs, sequence_length), state

    def _reversed(self, x: TensorLike, sequence_length: TensorLike) -> tf.Tensor:
        if isinstance(x, list | tuple):
            return list(reversed(x))
        if sequence_length is None:
            return tf.reverse(x, [0])
        return tf.reverse_sequence(x, sequence_length, seq_axis=0, batch_axis=1)


class LSTMBlockWrapper(Layer, abc.ABC):
    """An LSTM over whole sequences: a subclass defines `num_units` and `_call_cell`.

    `_call_cell(inputs, initial_cell_state, initial_output, dtype, sequence_length)` returns c and h
    of every step, both `[max_time, batch, num_units]`; what is past the end of a sequence does
    not matter.

    Args:
      trainable: Whether the variables are trainable.
      name: Name of the variable scope; the class name in snake case by default.
      dtype: Type of the variables; that of the first inputs by default.
      **kwargs: `_reuse`, `_scope`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> issubclass(rnn.LSTMBlockFusedCell, rnn.LSTMBlockWrapper)
      True

    Legacy: `tf.contrib.rnn.LSTMBlockWrapper` of TF 1.15.
    """

    input_ndim = 3

    @property
    @abc.abstractmethod
    def num_units(self) -> int:
        """Size of c and h."""

    @abc.abstractmethod
    def _call_cell(
        self,
        inputs: TensorLike,
        initial_cell_state: TensorLike,
        initial_output: TensorLike,
        dtype: DTypeLike,
        sequence_length: TensorLike,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """c and h of every step, both `[max_time, batch, num_units]`."""

    def call(
        self,
        inputs: TensorLike,
        initial_state: Nest | None = None,
        dtype: DTypeLike | None = None,
        sequence_length: TensorLike | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Runs over the sequences.

        Args:
          inputs: `[max_time, batch, depth]`, or a list of `max_time` tensors `[batch, depth]`.
          initial_state: c and h to begin with, each `[batch, num_units]`; zeros by default.
          dtype: Type of the zeros; needed without `initial_state`.
          sequence_length: Length of each sequence, int `[batch]`.

        Returns:
          The outputs `[max_time, batch, num_units]` (a list as `inputs` was), zero past the end of
          a sequence, and the final `LSTMStateTuple`.

        Raises:
          ValueError: If neither `initial_state` nor `dtype` is given, or `initial_state` is not a
            pair, or the inputs have not rank 3.
        """
        is_list = isinstance(inputs, list)
        if is_list:
            inputs = tf.stack(inputs)
        batch_size = axis_size(inputs, 1)
        if initial_state is None:
            if dtype is None:
                raise ValueError(
                    'If there is no initial_state, you must give a dtype (tf.float32, say).'
                )
            zeros = tf.zeros([batch_size, self.num_units], dtype)
            initial_state = (zeros, zeros)
        elif tf.is_tensor(initial_state) or len(initial_state) != 2:
            raise ValueError(
                'initial_state must be a pair (c, h), each [batch, num_units], but is '
                f'{initial_state}.'
            )
        c, h = (tf.convert_to_tensor(part) for part in initial_state)
        if sequence_length is not None:
            sequence_length = tf.cast(sequence_length, tf.int32)
        cells, outputs = self._call_cell(inputs, c, h, dtype or inputs.dtype, sequence_length)
        if sequence_length is None:
            final = LSTMStateTuple(cells[-1], outputs[-1])
        else:
            final = LSTMStateTuple(
                _at_lengths(c, cells, sequence_length), _at_lengths(h, outputs, sequence_length)
            )
            steps = tf.range(axis_size(outputs, 0))[:, None]
            running = tf.cast(steps < sequence_length, outputs.dtype)
            outputs *= running[:, :, None]
        return (tf.unstack(outputs) if is_list else outputs), final


class LSTMBlockFusedCell(LSTMBlockWrapper):
    """An LSTM over whole sequences, with peepholes and clipping.

    The mathematics of `LSTMBlockCell` over time, in one loop. TF1's has a fused kernel for float16
    and float32; this one takes any floating type.

    Args:
      num_units: Size of c and h.
      forget_bias: Added to the forget gate.
      cell_clip: c is clipped to `[-cell_clip, cell_clip]`, and the gradient passes unchanged; no
        clipping if None or not positive.
      use_peephole: Whether the gates see c through diagonal weights.
      reuse: Whether existing variables are used again; the variable scope's rule by default.
      dtype: Type of the variables; that of the first inputs by default.
      name: Name of the variable scope.

    Raises:
      ValueError: As `LSTMBlockWrapper`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> lstm = rnn.LSTMBlockFusedCell(4)
      >>> outputs, state = lstm(tf.ones([5, 2, 3]), dtype=tf.float32, sequence_length=[5, 2])
      >>> outputs.shape, state.c.shape
      (TensorShape([5, 2, 4]), TensorShape([2, 4]))

    Legacy: `tf.contrib.rnn.LSTMBlockFusedCell` of TF 1.15.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        reuse: bool | None = None,
        dtype: DTypeLike | None = None,
        name: str | None = 'lstm_fused_cell',
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._num_units = nonnegative_int('num_units', num_units)
        self._forget_bias = forget_bias
        self._cell_clip = -1 if cell_clip is None else cell_clip
        self._use_peephole = use_peephole

    @property
    def num_units(self) -> int:
        return self._num_units

    def build(self, input_shape: tf.TensorShape) -> None:
        """Creates `kernel`, `bias` and the peepholes `w_{i,f,o}_diag`."""
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        depth = tf.compat.dimension_value(shape[-1])
        if depth is None:
            raise ValueError(
                f'inputs of {self.name} have shape {shape}, but their depth must be known: use '
                'tf.reshape or set_shape.'
            )
        units = self._num_units
        self._kernel = self.add_variable('kernel', [depth + units, 4 * units])
        self._bias = self.add_variable('bias', [4 * units], initializer=tf1.zeros_initializer())
        if self._use_peephole:
            self._w_i_diag, self._w_f_diag, self._w_o_diag = (
                self.add_variable(f'w_{gate}_diag', [units]) for gate in 'ifo'
            )
        self.built = True

    def _call_cell(
        self,
        inputs: TensorLike,
        initial_cell_state: TensorLike | None = None,
        initial_output: TensorLike | None = None,
        dtype: DTypeLike | None = None,
        sequence_length: TensorLike | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        array = InputArray(inputs)
        peepholes = None
        if self._use_peephole:
            peepholes = (self._w_i_diag, self._w_f_diag, self._w_o_diag)

        def step(time: tf.Tensor, state: Nest) -> tuple[Nest, Nest]:
            c, h = state
            new_state = lstm_step(
                array.read(time),
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
            return new_state, new_state

        max_time = axis_size(inputs, 0)
        state = (initial_cell_state, initial_output)
        limit = None if sequence_length is None else tf.reduce_max(sequence_length)
        run = unroll(step, state, state, capacity=max_time, limit=limit)
        return stacked(run, state, length=max_time)


def _at_lengths(initial: tf.Tensor, steps: tf.Tensor, sequence_length: tf.Tensor) -> tf.Tensor:
    """Each sequence's value after its last step: row `length` of initial value and steps."""
    every = tf.concat([initial[None], steps], 0)
    batch = tf.range(axis_size(every, 1))
    return tf.gather_nd(every, tf.stack([sequence_length, batch], axis=1))
