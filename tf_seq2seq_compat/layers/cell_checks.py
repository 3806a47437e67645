"""Checks of the arguments, the inputs and the state of cells."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.layers.base import dtype_name
from tf_seq2seq_compat.types import Cell, FloatLike, Nest, ShapeLike, Size, TensorLike

tf1 = tf.compat.v1


def nonnegative_int(argument: str, value: object) -> int:
    """A number of units as an int, with the errors of TF1's `zero_state`."""
    if isinstance(value, tf1.Dimension):
        value = value.value
    if value is None:
        raise ValueError(f'{argument} must be a whole number, but is None.')
    if isinstance(value, str):
        raise TypeError(f'{argument} must be a whole number, but is the string {value!r}.')
    return layer_size(argument, value)


def layer_size(argument: str, value: Any) -> int:
    """A size as an int, with the errors of TF1's layers; TF1 takes all that equals one."""
    if isinstance(value, tf1.Dimension):
        value = value.value
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f'{argument} must be a whole number, but is {value!r}.') from None
    if number != value or number < 0:
        raise ValueError(f'{argument} must be a whole number, not negative, but is {value!r}.')
    return number


def projection_size(num_proj: object) -> int | None:
    """The size of a projection, or None for none."""
    size = None if num_proj is None else nonnegative_int('num_proj', num_proj)
    if size == 0:
        raise ValueError('num_proj is 0. Use None for no projection.')
    return size


def keep_probability(argument: str, value: TensorLike) -> FloatLike:
    """A float where the probability is known, else the scalar tensor."""
    known = tf.get_static_value(value) if tf.is_tensor(value) else value
    if known is None and value is not None:
        if not value.shape.is_compatible_with([]):
            raise ValueError(f'{argument} must be a scalar, but has shape {value.shape}.')
        return value
    if isinstance(known, str | bytes):
        raise TypeError(f'{argument} must be a number in (0, 1], but is {known!r}.')
    if known is None or np.ndim(known) or not 0 < known <= 1:
        raise ValueError(f'{argument} must be one number in (0, 1], but is {known}.')
    return float(np.float32(known))  # as TF1 has it


def input_depth(
    cell: Cell, input_shape: ShapeLike, if_integers: type[Exception] = TypeError
) -> int:
    """The depth of the inputs that a cell is built for, which it keeps as `input_depth`.

    For inputs of integers TF1's own cells raise ValueError, others TypeError.
    """
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
    if cell.dtype is not None and not (cell.dtype.is_floating or cell.dtype.is_complex):
        raise if_integers(
            f'The variables of {cell.name} would have dtype {cell.dtype.name}, but must be '
            'floating point: look ids up in an embedding first, or use tf.cast.'
        )
    cell.input_depth = int(depth)
    return cell.input_depth


def exactly(shape: tf.TensorShape, batch: int | None, width: int) -> bool:
    """Whether a part of a state is `[batch, width]`, as far as is known."""
    return bool(shape.is_compatible_with([batch, width]))


def broadcasts(shape: tf.TensorShape, batch: int | None, width: int) -> bool:
    """Whether a part of a state can be broadcast to `[batch, width]`."""
    try:
        result = tf.broadcast_static_shape(shape, tf.TensorShape([batch, width]))
    except ValueError:
        return False
    return exactly(result, batch, width)


def for_each_or_all(shape: tf.TensorShape, batch: int | None, width: int) -> bool:
    """Whether a part of a state is `[batch, width]` or `[1, width]`."""
    return exactly(shape, batch, width) or exactly(shape, 1, width)


def at_least(shape: tf.TensorShape, batch: int | None, width: int) -> bool:
    """Whether a state has the first `width` columns, and perhaps more."""
    if not shape.is_compatible_with([batch, None]):
        return False
    return shape.rank is None or (tf.compat.dimension_value(shape[1]) or width) >= width


def checked_state(
    cell: Cell, inputs: tf.Tensor, state: Nest, *fits: Callable[..., bool]
) -> list[tf.Tensor]:
    """The tensors of the state, after checks of inputs and state that cost nothing at run time.

    Args:
      cell: The cell, whose `state_size` is an int or a tuple of them.
      inputs: `[batch, depth]`.
      state: As `state_size` says.
      *fits: What shape each part may have, one of the functions above: TF1 takes what its
        operations slice or broadcast. `exactly` by default.

    Returns:
      List of the parts.

    Raises:
      ValueError, TypeError: For inputs or a state that TF1 refuses.
    """
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
    batch = tf.compat.dimension_value(inputs.shape[0])
    for part, width, fit in zip(parts, sizes, fits or [exactly] * len(sizes), strict=True):
        if part.dtype.base_dtype != inputs.dtype.base_dtype:
            # As TF1's operations: ValueError for what no number is, or no fraction.
            raise (TypeError if part.dtype.is_floating else ValueError)(
                f'state of {cell.name} has dtype {part.dtype.name}, but inputs have dtype '
                f'{inputs.dtype.name}. Make the state with zero_state(batch_size, inputs.dtype).'
            )
        if not fit(part.shape, batch, width):
            raise ValueError(
                f'state of {cell.name} has shape {part.shape}, but for inputs of shape '
                f'{inputs.shape} must have shape ({inputs.shape[0]}, {width}). {hint}'
            )
    return parts


def floating_inputs(cell: Cell, inputs: Nest) -> tf.Tensor:
    """The inputs of a cell whose variables take their type from them."""
    if not tf.is_tensor(inputs):
        raise ValueError(f'inputs of {cell.name} must be one tensor, but are {inputs}.')
    if not (inputs.dtype.is_floating or inputs.dtype.is_complex):
        raise TypeError(
            f'inputs of {cell.name} have dtype {inputs.dtype.name}, but must be floating point: '
            'look ids up in an embedding first.'
        )
    return inputs


def lenient_state(
    cell: Cell, inputs: tf.Tensor, state: Nest, sizes: Size | None = None, broadcast: bool = False
) -> list[tf.Tensor]:
    """The tensors of a state that is one tensor, or as many as there are sizes.

    Args:
      cell: The cell, for its name and its `state_size`.
      inputs: Its inputs, which have the batch and the type.
      state: What it was called with.
      sizes: What is to be checked in place of the cell's `state_size`; None within for a part of
        which only the batch is.
      broadcast: Whether a part may have 1 in place of its batch or a size, as TF1 took it where
        only operations of single elements follow.
    """
    sizes = cell.state_size if sizes is None else sizes
    hint = 'Begin with zero_state(batch_size, dtype).'
    if isinstance(sizes, tuple):
        if tf.is_tensor(state) or not isinstance(state, list | tuple):
            raise TypeError(f'state of {cell.name} must be a tuple, but is {state}. {hint}')
        if len(state) != len(sizes):
            raise ValueError(
                f'state of {cell.name} must have {len(sizes)} parts, but has {len(state)}: '
                f'{state}. {hint}'
            )
    elif state is None or isinstance(state, list | tuple):
        raise ValueError(f'state of {cell.name} must be one tensor, but is {state}. {hint}')
    else:
        state, sizes = (state,), (sizes,)
    parts = [tf.convert_to_tensor(part) for part in state]
    for part, size in zip(parts, sizes, strict=True):
        if part.dtype.base_dtype != inputs.dtype.base_dtype:
            raise TypeError(
                f'state of {cell.name} has dtype {part.dtype.name}, but inputs have dtype '
                f'{inputs.dtype.name}. Make the state with zero_state(batch_size, inputs.dtype).'
            )
        batch = tf.TensorShape([None if inputs.shape.rank is None else inputs.shape[0]])
        wanted = batch.concatenate(None if size is None else size)
        fits = wanted.is_compatible_with(part.shape)
        if not fits and broadcast and part.shape.rank == wanted.rank:
            pairs = zip(part.shape.as_list(), wanted.as_list(), strict=True)
            fits = all(None in pair or pair[0] in (1, pair[1]) for pair in pairs)
        if not fits:
            raise ValueError(
                f'state of {cell.name} has shape {part.shape}, but for inputs of shape '
                f'{inputs.shape} must have shape {wanted}. {hint}'
            )
    return parts


def leading_columns(state: tf.Tensor, sizes: Sequence[int]) -> list[tf.Tensor]:
    """The first columns of a `[batch, depth]` state, as parts of these sizes.

    Args:
      state: At least as wide as the sizes together.
      sizes: Of each part.

    Returns:
      List of `[batch, size]` tensors.
    """
    begins = itertools.accumulate(sizes, initial=0)
    return [tf.slice(state, [0, b], [-1, n]) for b, n in zip(begins, sizes, strict=False)]
