"""`dynamic_rnn`: a cell over `[batch, max_time, depth]` inputs."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop import stacked, unroll
from tf_seq2seq_compat.core.loop_arrays import InputArray
from tf_seq2seq_compat.core.precision import mixed_precision
from tf_seq2seq_compat.core.structure import (
    batched_zeros,
    check_same_structure,
    transpose_batch_time,
    where_rows,
)
from tf_seq2seq_compat.layers.cell_wrappers import new_dropout_masks
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.rnn.arguments import (
    checked_lengths,
    initial_state_of,
    output_dtype_of,
    time_and_batch,
    to_time_major,
)
from tf_seq2seq_compat.types import Cell, DTypeLike, IntLike, Nest, Scope, TensorLike

tf1 = tf.compat.v1

__all__ = ['best_effort_input_batch_size', 'dynamic_rnn']


@without_autograph
def dynamic_rnn(
    cell: Cell,
    inputs: Nest,
    sequence_length: TensorLike | None = None,
    initial_state: Nest | None = None,
    dtype: DTypeLike | None = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Scope | None = None,
    *,
    jit_compile: bool | None = None,
    policy: str | None = None,
) -> tuple[Nest, Nest]:
    """Runs a cell over sequences, as many steps as they have.

    Past the end of a sequence its outputs are zero and its state stays what it was.

    Args:
      cell: An `RNNCell`, or a Keras cell.
      inputs: Nest of `[batch, max_time, ...]` tensors (`[max_time, batch, ...]` if `time_major`).
      sequence_length: Length of each sequence, int `[batch]`; all run to `max_time` by default.
      initial_state: State to begin with, a nest like `cell.state_size` of `[batch, ...]` tensors;
        scalars and TensorArrays in it are carried on without a batch. Zeros by default.
      dtype: Type of the initial state and the outputs; needed where `initial_state` is not given.
      parallel_iterations: Steps that may run in parallel, 32 by default.
      swap_memory: Whether tensors of the forward pass may move to host memory (TF1 graphs).
      time_major: Whether time is the first axis of inputs and outputs.
      scope: Variable scope, 'rnn' by default.
      jit_compile: In a TF1 graph, whether XLA compiles the loop, for each shape of the inputs that
        it meets; where it cannot, the loop runs as it would have without. By default as `run --xla`
        says. In TensorFlow 2 use `tf.function(jit_compile=True)`.
      policy: `'mixed_bfloat16'` or `'mixed_float16'`: the precision of the loop's products; see
        `mixed_precision`.

    Returns:
      `(outputs, state)`: a nest like `cell.output_size` of `[batch, max_time, ...]` (or
      `[max_time, batch, ...]`) tensors, and the final state.

    Raises:
      TypeError: If `cell` is not an RNNCell.
      ValueError: If inputs have a rank below 3 or an unknown depth, if their batch or time sizes
        differ, if `sequence_length` is not `[batch]`, or if neither `initial_state` nor `dtype` is
        given.

    Example:
      >>> cell = seq2seq.GRUCell(6)
      >>> outputs, state = seq2seq.dynamic_rnn(
      ...     cell, tf.ones([2, 5, 3]), sequence_length=[5, 2], dtype=tf.float32)
      >>> outputs.shape, state.shape
      (TensorShape([2, 5, 6]), TensorShape([2, 6]))
      >>> bool(tf.reduce_all(outputs[1, 2:] == 0))
      True

    Legacy: `tf.nn.dynamic_rnn` of TF 1.15.
    """
    cell = as_rnn_cell(cell)
    new_dropout_masks(cell)
    with tf1.variable_scope(scope or 'rnn'), mixed_precision(policy):
        inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
        if not time_major:
            inputs = tf.nest.map_structure(to_time_major, inputs)
        time_steps, batch_size = time_and_batch(inputs)
        if sequence_length is not None:
            sequence_length = checked_lengths(sequence_length, batch_size)
        state = initial_state_of(cell, initial_state, batch_size, dtype)
        output_dtype = output_dtype_of(dtype, state)
        zero_output = batched_zeros(batch_size, cell.output_size, output_dtype)
        arrays = tf.nest.map_structure(InputArray, inputs)

        def step(time: tf.Tensor, state: Nest) -> tuple[Nest, Nest]:
            step_inputs = tf.nest.map_structure(lambda array: array.read(time), arrays)
            output, new_state = cell(step_inputs, state)
            check_same_structure(zero_output, output, f'The output of {type(cell).__name__}')
            check_same_structure(state, new_state, f'The new state of {type(cell).__name__}')
            if sequence_length is not None:
                finished = time >= sequence_length
                output = where_rows(finished, zero_output, output)
                new_state = where_rows(finished, state, new_state)
            return output, new_state

        limit = time_steps
        if sequence_length is not None:
            # One step at least, so that the variables exist even if every sequence is empty.
            longest = tf.maximum(1, tf.reduce_max(tf.concat([sequence_length, [0]], 0)))
            limit = tf.minimum(time_steps, longest)
        run = unroll(
            step,
            state,
            zero_output,
            capacity=time_steps,
            limit=limit,
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
            jit_compile=jit_compile,
        )
        outputs = stacked(run, zero_output, length=time_steps)
        if not time_major:
            outputs = tf.nest.map_structure(transpose_batch_time, outputs)
        return outputs, run.state


def best_effort_input_batch_size(flat_input: Sequence[tf.Tensor]) -> IntLike:
    """The batch size of time-major inputs, as a number where one of them tells it.

    Args:
      flat_input: List of `[max_time, batch, ...]` tensors.

    Returns:
      An int if it is known, else an int32 scalar.

    Raises:
      ValueError: If a tensor of known shape has a rank below 2.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> rnn.best_effort_input_batch_size([tf.ones([5, 2, 3])])
      2

    Legacy: `tf.contrib.rnn.best_effort_input_batch_size` of TF 1.15.
    """
    for tensor in flat_input:
        rank = tensor.shape.rank
        if rank is not None and rank < 2:
            raise ValueError(
                f'inputs must have rank at least 2, [max_time, batch, ...], but one has shape '
                f'{tensor.shape}.'
            )
        size = None if rank is None else tf.compat.dimension_value(tensor.shape[1])
        if size is not None:
            return size
    return tf.shape(flat_input[0])[1]
