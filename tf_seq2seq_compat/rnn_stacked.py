"""Bidirectional networks one above the other, each on both outputs of the one below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.rnn import bidirectional_dynamic_rnn
from tf_seq2seq_compat.rnn_static import static_bidirectional_rnn

tf1 = tf.compat.v1

__all__ = ['stack_bidirectional_dynamic_rnn', 'stack_bidirectional_rnn']


@without_autograph
def stack_bidirectional_dynamic_rnn(
    cells_fw: list[Any],
    cells_bw: list[Any],
    inputs: Any,
    initial_states_fw: list[Any] | None = None,
    initial_states_bw: list[Any] | None = None,
    dtype: Any = None,
    sequence_length: Any = None,
    parallel_iterations: int | None = None,
    time_major: bool = False,
    scope: Any = None,
    swap_memory: bool = False,
) -> tuple[tf.Tensor, tuple[Any, ...], tuple[Any, ...]]:
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
    cells_fw: list[Any],
    cells_bw: list[Any],
    inputs: Sequence[Any],
    initial_states_fw: list[Any] | None = None,
    initial_states_bw: list[Any] | None = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[tf.Tensor], tuple[Any, ...], tuple[Any, ...]]:
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
      TypeError: If `inputs` is no list.

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
    outputs: Any = inputs
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
    cells_fw: Any, cells_bw: Any, initial_states_fw: Any, initial_states_bw: Any
) -> list[tuple[Any, Any, Any, Any]]:
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
