"""dynamic_rnn on rank-2 inputs: one number a step, not a vector."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from tf_seq2seq_compat.tf1.repairs.repair import Repair, wrap_dynamic_rnn

if TYPE_CHECKING:
    from tf_seq2seq_compat.types import Nest, TensorLike


def _static(value: object) -> Any:
    import tensorflow as tf

    return tf.get_static_value(tf.convert_to_tensor(value))


def _batch_size(sequence_length: TensorLike, initial_state: Nest) -> int | None:
    """The batch as `sequence_length`, or else the initial state, has it."""
    import tensorflow as tf

    if sequence_length is not None:
        shape = tf.convert_to_tensor(sequence_length).shape
        return tf.compat.dimension_value(shape[0]) if shape.rank == 1 else None
    for part in tf.nest.flatten(initial_state):
        if tf.is_tensor(part) or isinstance(part, np.ndarray):
            shape = tf.TensorShape(part.shape)
            if shape.rank:
                return tf.compat.dimension_value(shape[0])
    return None


def _reading(call: dict[str, object]) -> tuple[str, Any] | None:
    """How rank-2 inputs are to be read: the words for it, and the rank-3 inputs.

    None where the inputs are not of rank 2, where the batch is not known, or where both axes fit
    it.
    """
    import tensorflow as tf

    inputs = call.get('inputs')
    if isinstance(inputs, (list, tuple, dict)) or inputs is None:
        return None
    inputs = tf.convert_to_tensor(inputs)
    if inputs.shape.rank != 2:
        return None
    sequence_length = call.get('sequence_length')
    batch = _batch_size(sequence_length, call.get('initial_state'))
    sizes = [tf.compat.dimension_value(size) for size in inputs.shape]
    if batch is None or sizes.count(batch) != 1:
        return None
    batch_axis = sizes.index(batch)
    longest = None if sequence_length is None else _static(sequence_length)
    steps = sizes[1 - batch_axis]
    if longest is not None and longest.size and steps is not None and longest.max() > steps:
        return None
    order = 'batch' if batch_axis == 0 else 'time'
    scalars = tf.expand_dims(inputs, -1)
    if (order == 'time') != bool(call.get('time_major')):
        scalars = tf.transpose(scalars, [1, 0, 2])
    axes = '[batch, max_time]' if order == 'batch' else '[max_time, batch]'
    return f'inputs {tuple(inputs.shape.as_list())} are {axes}, one number a step', scalars


def _change(call: dict[str, object]) -> None:
    import tensorflow as tf

    reading = _reading(call)
    if reading is None:
        return
    words, inputs = reading
    shape = tuple(tf.convert_to_tensor(call['inputs']).shape.as_list())
    layout = '[max_time, batch, 1]' if call.get('time_major') else '[batch, max_time, 1]'
    REPAIR.warn(
        f'ValueError: Shape {shape[::-1]} must have rank at least 3',
        f'{words}; dynamic_rnn is given {layout} = {tuple(inputs.shape.as_list())}.',
        'inputs = tf.expand_dims(tf.transpose(inputs), -1)'
        if tuple(inputs.shape.as_list()[:2]) == shape[::-1]
        else 'inputs = tf.expand_dims(inputs, -1)',
    )
    call['inputs'] = inputs


REPAIR = Repair(
    name='rank-2-inputs',
    summary='dynamic_rnn on inputs of rank 2: where the batch size is known from sequence_length '
    'or initial_state and only one axis has it, each entry is a step of depth 1',
    package='tf_seq2seq_compat',
    patch=functools.partial(wrap_dynamic_rnn, _change),
)
