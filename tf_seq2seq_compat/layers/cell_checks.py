"""What every cell asks of its arguments, its inputs and its state."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.layers.cell_base import dtype_name

tf1 = tf.compat.v1


def whole_number(argument: str, value: Any) -> int:
    """A number of units as an int; TF1 takes all that equals one."""
    if isinstance(value, tf1.Dimension):
        value = value.value
    if isinstance(value, str):
        raise TypeError(f'{argument} must be a whole number, but is the string {value!r}.')
    if value is None or int(value) != value or value < 0:
        raise ValueError(f'{argument} must be a whole number, not negative, but is {value!r}.')
    return int(value)


def input_depth(cell: Any, input_shape: Any) -> int:
    """The depth of the inputs that a cell is built for, which it keeps as `input_depth`."""
    depth = None
    if isinstance(input_shape, tuple):  # of numbers, from a layer of Keras
        input_shape = tf.TensorShape(input_shape)
    if isinstance(input_shape, tf.TensorShape) and input_shape.rank == 2:
        depth = tf.compat.dimension_value(input_shape[1])
    if depth is None:
        raise ValueError(
            f'inputs of {cell.name} must be one tensor [batch, depth] whose depth is known, but '
            f'have shape {input_shape}. Use tf.reshape or set_shape with the depth.'
        )
    cell.input_depth = int(depth)
    return cell.input_depth


def checked_state(cell: Any, inputs: tf.Tensor, state: Any) -> list[tf.Tensor]:
    """The tensors of the state, after checks of inputs and state that cost nothing at run time."""
    if not tf.is_tensor(inputs):
        raise ValueError(f'inputs of {cell.name} must be one tensor, but are {inputs}.')
    if not inputs.shape.is_compatible_with([None, cell.input_depth]):
        raise ValueError(
            f'inputs of {cell.name} have shape {inputs.shape}, but the cell was built for depth '
            f'{cell.input_depth}. Use one cell for each depth.'
        )
    if not (inputs.dtype.is_floating or inputs.dtype.is_complex):
        raise ValueError(
            f'inputs of {cell.name} have dtype {inputs.dtype.name}, but must be floating point: '
            'look ids up in an embedding first.'
        )
    if inputs.dtype.base_dtype != cell.dtype:
        raise TypeError(
            f'inputs of {cell.name} have dtype {inputs.dtype.name}, but its variables have dtype '
            f'{dtype_name(cell.dtype)}: use tf.cast, or give the cell dtype={inputs.dtype.name}.'
        )
    size = cell.state_size
    hint = 'Begin with zero_state(batch_size, dtype).'
    if isinstance(size, tuple):
        if tf.is_tensor(state) or not isinstance(state, list | tuple):
            raise TypeError(
                f'state of {cell.name} must be an LSTMStateTuple(c, h), but is {state}. {hint}'
            )
        if len(state) != len(size):
            raise ValueError(
                f'state of {cell.name} must be an LSTMStateTuple(c, h), but has {len(state)} '
                f'parts: {state}. {hint}'
            )
        parts, sizes = list(state), list(size)
    else:
        if state is None or isinstance(state, list | tuple):
            raise ValueError(
                f'state of {cell.name} must be one tensor [batch, {size}], but is {state}. {hint}'
            )
        parts, sizes = [state], [size]
    parts = [tf.convert_to_tensor(part) for part in parts]
    for part, width in zip(parts, sizes, strict=True):
        if part.dtype.base_dtype != inputs.dtype.base_dtype:
            raise TypeError(
                f'state of {cell.name} has dtype {part.dtype.name}, but inputs have dtype '
                f'{inputs.dtype.name}. Make the state with zero_state(batch_size, inputs.dtype).'
            )
        if not part.shape.is_compatible_with([tf.compat.dimension_value(inputs.shape[0]), width]):
            raise ValueError(
                f'state of {cell.name} has shape {part.shape}, but for inputs of shape '
                f'{inputs.shape} must have shape ({inputs.shape[0]}, {width}). {hint}'
            )
    return parts
