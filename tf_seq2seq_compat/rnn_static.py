"""Recurrent networks over Python lists of steps, beside `static_rnn`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.rnn import static_rnn

tf1 = tf.compat.v1

__all__ = ['static_bidirectional_rnn', 'static_state_saving_rnn']


@without_autograph
def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Sequence[Any],
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any, Any]:
    """Runs one cell forwards and another backwards over a Python list of inputs.

    Args:
      cell_fw: The cell that reads forwards.
      cell_bw: The cell that reads backwards, from the end of each sequence.
      inputs: List of `max_time` nests of `[batch, ...]` tensors.
      initial_state_fw: State to begin with forwards, as for `dynamic_rnn`.
      initial_state_bw: State to begin with backwards.
      dtype: As for `dynamic_rnn`.
      sequence_length: As for `dynamic_rnn`.
      scope: Variable scope, 'bidirectional_rnn' by default; the cells' are 'fw' and 'bw' below it.

    Returns:
      `(outputs, state_fw, state_bw)`: a list of `max_time` tensors
      `[batch, depth_fw + depth_bw]`, and the final states.

    Raises:
      TypeError: If a cell is no cell, or `inputs` no list.
      ValueError: As `static_rnn`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> outputs, state_fw, state_bw = rnn.static_bidirectional_rnn(
      ...     rnn.GRUCell(4), rnn.GRUCell(3), [tf.ones([2, 5])] * 6, dtype=tf.float32)
      >>> len(outputs), outputs[0].shape
      (6, TensorShape([2, 7]))

    Legacy: `tf.nn.static_bidirectional_rnn` (`tf.contrib.rnn.static_bidirectional_rnn`) of TF 1.15.
    """
    cell_fw = as_rnn_cell(cell_fw, argument='cell_fw')
    cell_bw = as_rnn_cell(cell_bw, argument='cell_bw')
    check_steps(inputs, 'static_bidirectional_rnn')
    with tf1.variable_scope(scope or 'bidirectional_rnn'):
        with tf1.variable_scope('fw') as scope_fw:
            outputs_fw, state_fw = static_rnn(
                cell_fw, inputs, initial_state_fw, dtype, sequence_length, scope_fw
            )
        with tf1.variable_scope('bw') as scope_bw:
            reversed_inputs = reversed_steps(inputs, sequence_length)
            outputs, state_bw = static_rnn(
                cell_bw, reversed_inputs, initial_state_bw, dtype, sequence_length, scope_bw
            )
    outputs_bw = reversed_steps(outputs, sequence_length)
    joined = [
        tf.nest.map_structure(lambda one, other: tf.concat([one, other], 1), *pair)
        for pair in zip(outputs_fw, outputs_bw, strict=True)
    ]
    return joined, state_fw, state_bw


@without_autograph
def static_state_saving_rnn(
    cell: Any,
    inputs: Sequence[Any],
    state_saver: Any,
    state_name: Any,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
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
      TypeError: If `cell` is no cell, or `inputs` no list.
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
    with tf.control_dependencies([] if tf.executing_eagerly() else saved):
        outputs[-1], state = tf.nest.map_structure(tf.identity, (outputs[-1], state))
    return outputs, state


def check_steps(inputs: Any, function: str) -> None:
    """Raises where `inputs` is not a list with an element for each step."""
    if not isinstance(inputs, list | tuple):
        raise TypeError(
            f'inputs must be a sequence (a list, one element a step), but is {inputs!r}. '
            'Split a tensor with tf.unstack(inputs, axis=1), or use bidirectional_dynamic_rnn.'
        )
    if not inputs:
        raise ValueError(f'inputs must not be empty: {function} takes one element a step.')


def reversed_steps(steps: Sequence[Any], sequence_length: Any) -> list[Any]:
    """The steps from last to first, of each sequence by itself where lengths are given.

    Args:
      steps: List of `max_time` nests of `[batch, ...]` tensors.
      sequence_length: int `[batch]`, or None.

    Returns:
      A list of the same form.
    """
    if sequence_length is None:
        return list(reversed(steps))

    def reverse(*parts: tf.Tensor) -> list[tf.Tensor]:
        stacked = tf.reverse_sequence(tf.stack(parts), sequence_length, seq_axis=0, batch_axis=1)
        return tf.unstack(stacked, len(parts))

    columns = [reverse(*parts) for parts in zip(*map(tf.nest.flatten, steps), strict=True)]
    return [
        tf.nest.pack_sequence_as(step, parts)
        for step, parts in zip(steps, zip(*columns, strict=True), strict=True)
    ]
