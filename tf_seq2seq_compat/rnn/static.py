"""Recurrent networks over Python lists of steps, one copy of the step for each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.loop_arrays import for_steps, recording
from tf_seq2seq_compat.core.structure import (
    axis_size,
    batched_zeros,
    check_same_structure,
    where_rows,
)
from tf_seq2seq_compat.layers.cell_wrappers import new_dropout_masks
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.rnn.arguments import (
    check_steps,
    checked_lengths,
    initial_state_of,
    output_dtype_of,
)
from tf_seq2seq_compat.types import Cell, DTypeLike, Nest, Scope, TensorLike

tf1 = tf.compat.v1

__all__ = ['static_rnn', 'static_state_saving_rnn']


@without_autograph
def static_rnn(
    cell: Cell,
    inputs: Sequence[Nest],
    initial_state: Nest | None = None,
    dtype: DTypeLike | None = None,
    sequence_length: TensorLike | None = None,
    scope: Scope | None = None,
) -> tuple[list[Nest], Nest]:
    """Runs a cell over a Python list of inputs, one copy of the step for each.

    Args:
      cell: An `RNNCell`, or a Keras cell.
      inputs: List of `max_time` nests of `[batch, ...]` tensors.
      initial_state: As for `dynamic_rnn`.
      dtype: As for `dynamic_rnn`.
      sequence_length: As for `dynamic_rnn`.
      scope: Variable scope, 'rnn' by default.

    Returns:
      `(outputs, state)`: a list of `max_time` outputs (nests of `[batch, ...]` tensors), and the
      final state.

    Raises:
      TypeError: If `cell` is not an RNNCell, or `inputs` not a list.
      ValueError: If `inputs` is empty, or neither `initial_state` nor `dtype` is given.

    Example:
      >>> outputs, state = seq2seq.static_rnn(
      ...     seq2seq.GRUCell(4), [tf.ones([2, 3])] * 5, dtype=tf.float32)
      >>> len(outputs), outputs[0].shape
      (5, TensorShape([2, 4]))

    Legacy: `tf.nn.static_rnn` (`tf.contrib.rnn.static_rnn`) of TF 1.15.
    """
    cell = as_rnn_cell(cell)
    new_dropout_masks(cell)
    check_steps(inputs, 'static_rnn')
    with tf1.variable_scope(scope or 'rnn') as variable_scope:
        inputs = [tf.nest.map_structure(tf.convert_to_tensor, x) for x in inputs]
        batch_size = axis_size(tf.nest.flatten(inputs[0])[0], 0)
        if sequence_length is not None:
            sequence_length = checked_lengths(sequence_length, batch_size, one_for_all=True)
        if initial_state is None and dtype is None:
            raise ValueError(
                'If no initial_state is provided, dtype must be specified (tf.float32, say).'
            )
        state = initial_state_of(cell, initial_state, batch_size, dtype)
        given, state = state, for_steps(state, len(inputs))
        outputs = []
        for time, step_inputs in enumerate(inputs):
            if time > 0:
                variable_scope.reuse_variables()
            step = recording(given, functools.partial(cell, step_inputs), time)
            call = functools.partial(step, state)
            if sequence_length is None:
                output, state = call()
            else:
                size, output_dtype = cell.output_size, output_dtype_of(dtype, state)
                zero_output = batched_zeros(batch_size, size, output_dtype)
                output, state = _step_within(time, sequence_length, call, zero_output, state)
            outputs.append(output)
        return outputs, state


def _step_within(
    time: int, lengths: tf.Tensor, call: Callable[[], Nest], zero_output: Nest, state: Nest
) -> tuple[Nest, Nest]:
    """A step for the sequences that go on; none after the longest, for what counts steps."""
    before = (zero_output, state)

    def step() -> Nest:
        after = call()
        check_same_structure(before, after, 'The output and the new state')
        for old, new in zip(tf.nest.flatten(before), tf.nest.flatten(after), strict=True):
            if new.dtype != old.dtype:
                raise TypeError(
                    f'A step gives {new.dtype.name} and not {old.dtype.name}: dtype, inputs and '
                    'initial_state must have one type.'
                )
        return after

    # Rows are chosen outside: TensorFlow's optimizer breaks branches that choose by constants.
    after = tf.cond(tf.reduce_any(time < lengths), step, lambda: before)
    for old, new in zip(tf.nest.flatten(before), tf.nest.flatten(after), strict=True):
        if tf.is_tensor(new):
            new.set_shape(old.shape)
    return where_rows(time >= lengths, before, after)


@without_autograph
def static_state_saving_rnn(
    cell: Cell,
    inputs: Sequence[Nest],
    state_saver: Any,
    state_name: Nest,
    sequence_length: TensorLike | None = None,
    scope: Scope | None = None,
) -> tuple[list[Nest], Nest]:
    """Runs a cell over a list of inputs, from and to a state that is kept elsewhere.

    For truncated backpropagation through time: the state goes on from one batch to the next.

    Args:
      cell: An `RNNCell`, or a Keras cell.
      inputs: List of `max_time` nests of `[batch, ...]` tensors.
      state_saver: Object with `state(name)`, which gives a part of the state `[batch, size]`, and
        `save_state(name, value)`, which stores it and returns the operation (or tensor) that does.
      state_name: Name of the state: one string, or a tuple of one for each part.
      sequence_length: As for `static_rnn`.
      scope: Variable scope, 'rnn' by default.

    Returns:
      `(outputs, state)`, as `static_rnn`. The last output and the state are evaluated after the
      state is saved.

    Raises:
      TypeError: If `cell` is not an RNNCell, or `inputs` not a list.
      ValueError: If `state_name` is not structured as the state, or as `static_rnn`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> class Saver:
      ...     kept = {'h': tf.zeros([2, 4])}
      ...     def state(self, name):
      ...         return self.kept[name]
      ...     def save_state(self, name, value):
      ...         self.kept[name] = value
      ...         return value
      >>> outputs, state = rnn.static_state_saving_rnn(
      ...     rnn.GRUCell(4), [tf.ones([2, 3])] * 5, Saver(), 'h')
      >>> bool(tf.reduce_all(Saver.kept['h'] == state))
      True

    Legacy: `tf.nn.static_state_saving_rnn` of TF 1.15.
    """
    cell = as_rnn_cell(cell)
    size = cell.state_size
    names = list(tf.nest.flatten(state_name))
    count = len(tf.nest.flatten(size))
    if tf.nest.is_nested(size) != tf.nest.is_nested(state_name) or len(names) != count:
        raise ValueError(
            f'state_name must have one name for each part of the state, but is {state_name!r}, and '
            f'the cell has state_size {size}.'
        )
    initial = tf.nest.pack_sequence_as(size, [state_saver.state(name) for name in names])
    outputs, state = static_rnn(cell, inputs, initial, None, sequence_length, scope)
    parts = tf.nest.flatten(state)
    saved = [state_saver.save_state(name, part) for name, part in zip(names, parts, strict=True)]
    with tf.control_dependencies(saved):
        outputs[-1], state = tf.nest.map_structure(tf.identity, (outputs[-1], state))
    return outputs, state
