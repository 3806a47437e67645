"""Checks of the arguments of the functions that run cells."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.loop_arrays import as_tensors
from tf_seq2seq_compat.core.structure import axis_size, transpose_batch_time
from tf_seq2seq_compat.types import Cell, DTypeLike, IntLike, Nest, TensorLike

tf1 = tf.compat.v1


def to_time_major(x: tf.Tensor) -> tf.Tensor:
    """Time-major inputs from batch-major ones, with their rank checked."""
    x_time_major = transpose_batch_time(x)
    check_sequence_rank(x_time_major, x.shape)
    return x_time_major


def check_sequence_rank(x: tf.Tensor, given: tf.TensorShape) -> None:
    """Checks time-major inputs, which were `given` in this shape."""
    if x.shape.rank is not None and x.shape.rank < 3:
        # TF1 names the time-major shape.
        raise ValueError(
            f'Shape {tuple(x.shape.as_list())} must have rank at least 3: inputs of dynamic_rnn '
            f'are [batch, max_time, depth], but have shape {tuple(given.as_list())}. One number a '
            'step needs a last axis of size 1: tf.expand_dims(inputs, -1).'
        )


def time_and_batch(inputs: Nest) -> tuple[IntLike, IntLike]:
    """Sizes of the first two axes of time-major inputs, checked to be the same for all."""
    sizes: list[Any] = [None, None]
    tensors = tf.nest.flatten(inputs)
    if not tensors:
        raise ValueError('inputs of dynamic_rnn must be [batch, max_time, depth], but are empty.')
    for tensor in tensors:
        check_sequence_rank(tensor, tensor.shape)
        if tensor.shape.rank is None:
            raise ValueError(
                'inputs of dynamic_rnn have an unknown rank: give them a shape '
                '(inputs.set_shape([None, None, depth])).'
            )
        if tf.compat.dimension_value(tensor.shape[2]) is None:
            raise ValueError(
                f'Input size (depth of inputs) must be known, but inputs have shape '
                f'{tensor.shape}: give them a static last dimension (set_shape).'
            )
        for axis, what in ((0, 'Time steps is'), (1, 'Batch_size is')):
            size = axis_size(tensor, axis)
            known = sizes[axis]
            if isinstance(known, int) and isinstance(size, int) and known != size:
                raise ValueError(
                    f'{what} not the same for all the elements of inputs: {known} and {size}.'
                )
            if known is None or isinstance(size, int):
                sizes[axis] = size
    return sizes[0], sizes[1]


def checked_lengths(
    sequence_length: TensorLike, batch_size: IntLike, one_for_all: bool = False
) -> tf.Tensor:
    """int32 `[batch]`; from one length alone if TF1 takes that where it does not see the batch."""
    lengths = tf.cast(sequence_length, tf.int32)
    if lengths.shape.rank not in (None, 1):
        raise ValueError(
            'sequence_length must be a vector of length batch_size, but saw shape: '
            f'{lengths.shape}.'
        )
    static = tf.get_static_value(batch_size)
    if static is not None and not lengths.shape.is_compatible_with([int(static)]):
        raise ValueError(
            f'sequence_length has shape {lengths.shape}, but the batch of the inputs is {static}: '
            'it must have one length for each sequence. Time-major inputs need time_major=True.'
        )
    if static is not None and lengths.shape.is_fully_defined():
        return lengths
    if one_for_all:
        return tf.broadcast_to(lengths, [batch_size])
    check = tf1.assert_equal(
        tf.shape(lengths), [batch_size], message='sequence_length must have one length a sequence'
    )
    with tf.control_dependencies([check]):  # which a scalar of unknown rank passes, as in TF1
        return tf.broadcast_to(lengths, [batch_size], name='sequence_length')


def initial_state_of(cell: Cell, given: Nest, batch_size: IntLike, dtype: DTypeLike) -> Nest:
    """The state to begin with: the given one, or the zero state of the cell."""
    if given is not None:
        return as_tensors(given)
    if dtype is None:
        raise ValueError(
            'If there is no initial_state, you must give a dtype (tf.float32, say): it is the type '
            'of the zero state that the cell begins with.'
        )
    if getattr(cell, 'get_initial_state', None) is not None:
        return as_tensors(cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype))
    return as_tensors(cell.zero_state(batch_size, dtype))


def output_dtype_of(dtype: DTypeLike | None, state: Nest) -> tf.DType:
    """The type of the outputs: `dtype`, or that of the state."""
    if dtype is not None:
        return tf.as_dtype(dtype)
    dtypes = {s.dtype for s in tf.nest.flatten(state)}
    if not dtypes:
        raise ValueError('The state is empty, so it does not tell a dtype: give dtype.')
    if len(dtypes) > 1:
        names = ', '.join(sorted(d.name for d in dtypes))
        raise ValueError(
            f'The state has tensors of different types ({names}), so it does not tell the type of '
            'the outputs: give dtype.'
        )
    return dtypes.pop()


def check_steps(inputs: Nest, function: str) -> None:
    """Raises where `inputs` is not a list with an element for each step."""
    if not isinstance(inputs, list | tuple):
        raise TypeError(
            f'inputs must be a sequence (a list, one element a step), but is {inputs!r}. '
            'Split a tensor with tf.unstack(inputs, axis=1), or use dynamic_rnn or '
            'bidirectional_dynamic_rnn.'
        )
    if not inputs:
        raise ValueError(f'inputs must not be empty: {function} takes one element a step.')
