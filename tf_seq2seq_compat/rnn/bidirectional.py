"""Bidirectional networks, and stacks of them."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.rnn.arguments import check_steps
from tf_seq2seq_compat.rnn.dynamic import dynamic_rnn
from tf_seq2seq_compat.rnn.static import static_rnn
from tf_seq2seq_compat.types import Cell, DTypeLike, Nest, Scope, TensorLike

tf1 = tf.compat.v1

__all__ = [
    'bidirectional_dynamic_rnn',
    'stack_bidirectional_dynamic_rnn',
    'stack_bidirectional_rnn',
    'static_bidirectional_rnn',
]


@without_autograph
def bidirectional_dynamic_rnn(
    cell_fw: Cell,
    cell_bw: Cell,
    inputs: Nest,
    sequence_length: TensorLike | None = None,
    initial_state_fw: Nest | None = None,
    initial_state_bw: Nest | None = None,
    dtype: DTypeLike | None = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Scope | None = None,
) -> tuple[tuple[Nest, Nest], tuple[Nest, Nest]]:
    """Runs one cell forwards and another backwards over the same sequences.

    Args:
      cell_fw: The cell that reads forwards.
      cell_bw: The cell that reads backwards, from the end of each sequence.
      inputs: Nest of `[batch, max_time, ...]` tensors (`[max_time, batch, ...]` if `time_major`).
      sequence_length: Length of each sequence, int `[batch]`.
      initial_state_fw: State to begin with forwards, as for `dynamic_rnn`.
      initial_state_bw: State to begin with backwards.
      dtype: As for `dynamic_rnn`.
      parallel_iterations: As for `dynamic_rnn`.
      swap_memory: As for `dynamic_rnn`.
      time_major: As for `dynamic_rnn`.
      scope: Variable scope, 'bidirectional_rnn' by default; the cells' are 'fw' and 'bw' below it.

    Returns:
      `((outputs_fw, outputs_bw), (state_fw, state_bw))`, each as `dynamic_rnn` gives it; both
      outputs are in the order of the inputs.

    Raises:
      TypeError: If a cell is not an RNNCell.
      ValueError: As `dynamic_rnn`.

    Example:
      >>> outputs, states = seq2seq.bidirectional_dynamic_rnn(
      ...     seq2seq.GRUCell(4), seq2seq.GRUCell(4), tf.ones([2, 5, 3]), dtype=tf.float32)
      >>> tf.concat(outputs, 2).shape
      TensorShape([2, 5, 8])

    Paper: Schuster and Paliwal 1997. Legacy: `tf.nn.bidirectional_dynamic_rnn` of TF 1.15.
    """
    cell_fw = as_rnn_cell(cell_fw, argument='cell_fw')
    cell_bw = as_rnn_cell(cell_bw, argument='cell_bw')
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)

    def reverse(x: tf.Tensor) -> tf.Tensor:
        if sequence_length is None:
            return tf.reverse(x, [time_axis])
        return tf.reverse_sequence(x, sequence_length, seq_axis=time_axis, batch_axis=batch_axis)

    def run(cell: Cell, inputs: Nest, initial_state: Nest, scope: Scope) -> tuple[Nest, Nest]:
        return dynamic_rnn(
            cell,
            inputs,
            sequence_length,
            initial_state,
            dtype,
            parallel_iterations,
            swap_memory,
            time_major,
            scope,
        )

    if sequence_length is not None:
        sequence_length = tf.convert_to_tensor(sequence_length)
    inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
    with tf1.variable_scope(scope or 'bidirectional_rnn'):
        with tf1.variable_scope('fw') as scope_fw:
            outputs_fw, state_fw = run(cell_fw, inputs, initial_state_fw, scope_fw)
        with tf1.variable_scope('bw') as scope_bw:
            reversed_inputs = tf.nest.map_structure(reverse, inputs)
            outputs, state_bw = run(cell_bw, reversed_inputs, initial_state_bw, scope_bw)
        outputs_bw = tf.nest.map_structure(reverse, outputs)
    return (outputs_fw, outputs_bw), (state_fw, state_bw)


@without_autograph
def static_bidirectional_rnn(
    cell_fw: Cell,
    cell_bw: Cell,
    inputs: Sequence[Nest],
    initial_state_fw: Nest | None = None,
    initial_state_bw: Nest | None = None,
    dtype: DTypeLike | None = None,
    sequence_length: TensorLike | None = None,
    scope: Scope | None = None,
) -> tuple[list[Nest], Nest, Nest]:
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
      TypeError: If a cell is not an RNNCell, or `inputs` not a list.
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


def reversed_steps(steps: Sequence[Nest], sequence_length: TensorLike) -> list[Nest]:
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


@without_autograph
def stack_bidirectional_dynamic_rnn(
    cells_fw: list[Cell],
    cells_bw: list[Cell],
    inputs: Nest,
    initial_states_fw: list[Nest] | None = None,
    initial_states_bw: list[Nest] | None = None,
    dtype: DTypeLike | None = None,
    sequence_length: TensorLike | None = None,
    parallel_iterations: int | None = None,
    time_major: bool = False,
    scope: Scope | None = None,
    swap_memory: bool = False,
) -> tuple[tf.Tensor, tuple[Nest, ...], tuple[Nest, ...]]:
    """Runs layers of bidirectional networks over sequences.

    Args:
      cells_fw: List of the cells that read forwards, the lowest layer first.
      cells_bw: As many that read backwards.
      inputs: `[batch, max_time, depth]` (`[max_time, batch, depth]` if `time_major`).
      initial_states_fw: List of a state for each layer, to begin with forwards; zeros by default.
      initial_states_bw: Likewise backwards.
      dtype: As for `dynamic_rnn`.
      sequence_length: As for `dynamic_rnn`.
      parallel_iterations: As for `dynamic_rnn`.
      time_major: As for `dynamic_rnn`.
      scope: Variable scope, 'stack_bidirectional_rnn' by default; the layers' are 'cell_0',
        'cell_1' ... below it.
      swap_memory: As for `dynamic_rnn`.

    Returns:
      `(outputs, states_fw, states_bw)`: both outputs of the last layer side by side,
      `[batch, max_time, depth_fw + depth_bw]`, and tuples of the layers' final states.

    Raises:
      ValueError: If cells or initial states are not lists of one for each layer, or as
        `bidirectional_dynamic_rnn`.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> outputs, states_fw, states_bw = rnn.stack_bidirectional_dynamic_rnn(
      ...     [rnn.GRUCell(4), rnn.GRUCell(4)], [rnn.GRUCell(4), rnn.GRUCell(4)],
      ...     tf.ones([2, 6, 3]), dtype=tf.float32)
      >>> outputs.shape, len(states_fw)
      (TensorShape([2, 6, 8]), 2)

    Legacy: `tf.contrib.rnn.stack_bidirectional_dynamic_rnn` of TF 1.15.
    """
    layers = _layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states = []
    with tf1.variable_scope(scope or 'stack_bidirectional_rnn'):
        for i, (cell_fw, cell_bw, initial_fw, initial_bw) in enumerate(layers):
            with tf1.variable_scope(f'cell_{i}'):
                outputs, layer_states = bidirectional_dynamic_rnn(
                    cell_fw,
                    cell_bw,
                    inputs,
                    sequence_length,
                    initial_fw,
                    initial_bw,
                    dtype,
                    parallel_iterations,
                    swap_memory,
                    time_major,
                )
                inputs = tf.concat(outputs, 2)
            states.append(layer_states)
    states_fw, states_bw = zip(*states, strict=True)
    return inputs, states_fw, states_bw


@without_autograph
def stack_bidirectional_rnn(
    cells_fw: list[Cell],
    cells_bw: list[Cell],
    inputs: Sequence[Nest],
    initial_states_fw: list[Nest] | None = None,
    initial_states_bw: list[Nest] | None = None,
    dtype: DTypeLike | None = None,
    sequence_length: TensorLike | None = None,
    scope: Scope | None = None,
) -> tuple[list[tf.Tensor], tuple[Nest, ...], tuple[Nest, ...]]:
    """Runs layers of bidirectional networks over a Python list of inputs.

    Args:
      cells_fw: As for `stack_bidirectional_dynamic_rnn`.
      cells_bw: Likewise.
      inputs: List of `max_time` tensors `[batch, depth]`.
      initial_states_fw: As for `stack_bidirectional_dynamic_rnn`.
      initial_states_bw: Likewise.
      dtype: As for `dynamic_rnn`.
      sequence_length: As for `dynamic_rnn`.
      scope: As for `stack_bidirectional_dynamic_rnn`.

    Returns:
      `(outputs, states_fw, states_bw)`: a list of `max_time` tensors
      `[batch, depth_fw + depth_bw]`, and tuples of the layers' final states.

    Raises:
      ValueError: As `stack_bidirectional_dynamic_rnn`.
      TypeError: If `inputs` is not a list.

    Example:
      >>> from tf_seq2seq_compat import rnn
      >>> outputs, states_fw, states_bw = rnn.stack_bidirectional_rnn(
      ...     [rnn.GRUCell(4)], [rnn.GRUCell(3)], [tf.ones([2, 5])] * 6, dtype=tf.float32)
      >>> len(outputs), outputs[0].shape
      (6, TensorShape([2, 7]))

    Legacy: `tf.contrib.rnn.stack_bidirectional_rnn` of TF 1.15.
    """
    layers = _layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states = []
    outputs: Nest = inputs
    with tf1.variable_scope(scope or 'stack_bidirectional_rnn'):
        for i, (cell_fw, cell_bw, initial_fw, initial_bw) in enumerate(layers):
            with tf1.variable_scope(f'cell_{i}') as cell_scope:
                outputs, state_fw, state_bw = static_bidirectional_rnn(
                    cell_fw,
                    cell_bw,
                    outputs,
                    initial_fw,
                    initial_bw,
                    dtype,
                    sequence_length,
                    cell_scope,
                )
            states.append((state_fw, state_bw))
    states_fw, states_bw = zip(*states, strict=True)
    return outputs, states_fw, states_bw


def _layers(
    cells_fw: Sequence[Cell],
    cells_bw: Sequence[Cell],
    initial_states_fw: Sequence[Nest] | None,
    initial_states_bw: Sequence[Nest] | None,
) -> list[tuple[Cell, Cell, Nest, Nest]]:
    """(cell, cell, initial state, initial state) of each layer."""
    for argument, cells in (('cells_fw', cells_fw), ('cells_bw', cells_bw)):
        if not isinstance(cells, list) or not cells:
            raise ValueError(
                f'{argument} must be a list of cells, at least one, the lowest layer first, but is '
                f'{cells!r}.'
            )
    if len(cells_fw) != len(cells_bw):
        raise ValueError(
            f'cells_fw and cells_bw must have one cell a layer each, but have {len(cells_fw)} and '
            f'{len(cells_bw)}.'
        )
    states = []
    for argument, given in (
        ('initial_states_fw', initial_states_fw),
        ('initial_states_bw', initial_states_bw),
    ):
        if given is not None and not (isinstance(given, list) and len(given) == len(cells_fw)):
            raise ValueError(
                f'{argument} must be a list of states, one for each of the {len(cells_fw)} layers, '
                f'but is {given!r}.'
            )
        states.append([None] * len(cells_fw) if given is None else given)
    return list(zip(cells_fw, cells_bw, *states, strict=True))
