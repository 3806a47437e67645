"""`raw_rnn`: the loop over steps that a function of the caller controls."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop import unroll
from tf_seq2seq_compat.core.structure import (
    axis_size,
    batched_zeros,
    check_same_structure,
    where_rows,
)
from tf_seq2seq_compat.layers.cell_wrappers import new_dropout_masks
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.types import Cell, IntLike, Nest, Scope

tf1 = tf.compat.v1

__all__ = ['raw_rnn']


@without_autograph
def raw_rnn(
    cell: Cell,
    loop_fn: Callable[..., Nest],
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    scope: Scope | None = None,
    *,
    maximum_iterations: IntLike | None = None,
) -> tuple[Nest, Nest, Nest]:
    """Runs a cell with a function of the caller's between the steps.

    `loop_fn(time, cell_output, cell_state, loop_state)` is called once before the first step, with
    time 0 and None for the rest, and after each step. It returns five things: which elements are
    finished, the next input, the next cell state, what to emit, and the next loop state. In the
    first call the state is the initial one, and what to emit is a description: tensors of the shape
    and type of one example (None: as the cell's output). The loop ends when all are finished.

    Args:
      cell: An `RNNCell`, or a Keras cell.
      loop_fn: The function above: what is finished is bool `[batch]`, the next input a nest of
        `[batch, ...]` tensors, the loop state any nest or None.
      parallel_iterations: As for `dynamic_rnn`.
      swap_memory: As for `dynamic_rnn`.
      scope: Variable scope, 'rnn' by default.
      maximum_iterations: Most steps that the loop may take; needed with XLA, where the emitted
        TensorArrays have this size.

    Returns:
      `(emit_ta, final_state, final_loop_state)`: a nest of TensorArrays of `[batch, ...]` elements,
      the final cell state, and the last loop state (None if `loop_fn` never gave one).

    Raises:
      TypeError: If `cell` is not an RNNCell or `loop_fn` not a function.
      ValueError: If the batch of the inputs is inconsistent, or for XLA without
        `maximum_iterations`.

    Example:
      >>> cell = seq2seq.GRUCell(4)
      >>> def loop_fn(time, output, state, loop_state):
      ...     next_state = cell.zero_state(2, tf.float32) if output is None else state
      ...     return tf.fill([2], time >= 3), tf.ones([2, 1]), next_state, output, None
      >>> emitted, state, _ = seq2seq.raw_rnn(cell, loop_fn)
      >>> emitted.stack().shape
      TensorShape([3, 2, 4])

    Legacy: `tf.nn.raw_rnn` of TF 1.15.
    """
    cell = as_rnn_cell(cell)
    new_dropout_masks(cell)
    if not callable(loop_fn):
        raise TypeError(f'loop_fn must be callable, but is a {type(loop_fn).__name__}.')
    with tf1.variable_scope(scope or 'rnn'):
        time = tf.constant(0)
        finished, next_input, state, emit_structure, loop_state = loop_fn(time, None, None, None)
        has_loop_state = loop_state is not None
        loop_state = loop_state if has_loop_state else tf.constant(0)
        next_input = tf.nest.map_structure(tf.convert_to_tensor, next_input)
        check_same_structure(cell.state_size, state, 'The initial state')
        batch_size = axis_size(tf.nest.flatten(next_input)[0], 0)
        if emit_structure is None:
            dtype = tf.nest.flatten(state)[0].dtype
            zero_emit = batched_zeros(batch_size, cell.output_size, dtype)
        else:
            emit_structure = tf.nest.map_structure(tf.convert_to_tensor, emit_structure)
            zero_emit = tf.nest.map_structure(
                lambda e: batched_zeros(
                    batch_size, e.shape if e.shape.is_fully_defined() else tf.shape(e), e.dtype
                ),
                emit_structure,
            )

        def step(time: tf.Tensor, carried: Nest) -> tuple[Nest, Nest]:
            finished, current_input, state, loop_state = carried
            output, cell_state = cell(current_input, state)
            next_finished, next_input, next_state, emit, next_loop_state = loop_fn(
                time + 1, output, cell_state, loop_state if has_loop_state else None
            )
            if next_loop_state is None:
                next_loop_state = loop_state
            next_input = tf.nest.map_structure(tf.convert_to_tensor, next_input)
            emit = where_rows(finished, zero_emit, emit)
            next_state = where_rows(finished, state, next_state)
            next_finished = tf.logical_or(finished, next_finished)
            return emit, (next_finished, next_input, next_state, next_loop_state)

        run = unroll(
            step,
            (tf.convert_to_tensor(finished), next_input, state, loop_state),
            zero_emit,
            capacity=maximum_iterations,
            running=lambda carried: tf.logical_not(tf.reduce_all(carried[0])),
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
        )
        _, _, state, loop_state = run.state
        return run.emitted, state, loop_state if has_loop_state else None
