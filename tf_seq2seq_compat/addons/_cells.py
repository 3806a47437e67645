"""Cells of either Keras, and of this package, as the layers of `addons` call them."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import IS_KERAS_3, check_is_layer, keras
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.layers.keras_cell import _plain as plain_size
from tf_seq2seq_compat.types import Cell, DTypeLike, IntLike, LayerLike, Nest, Size

__all__ = [
    'as_keras_cell',
    'initial_state',
    'output_layer_size',
    'plain_size',
    'state_size',
    'take_step',
]


def as_keras_cell(argument: str, cell: Cell) -> Cell:
    """A cell as a layer of this Keras: itself, or a layer around a cell of this package.

    Args:
      argument: Its name.
      cell: What was given.

    Returns:
      The layer.

    Raises:
      TypeError: If it is no cell, or one of another Keras.
    """
    if isinstance(cell, RNNCell):
        from tf_seq2seq_compat.layers.keras_owner import held

        layer = held(cell, keras.__name__.partition('.')[0])
        layer.built = False
        return layer
    check_is_layer(argument, cell)
    # An instance may refuse to compute a property that its class has.
    names = ('output_size', 'state_size', 'get_initial_state')
    missing = [n for n in names if not (hasattr(type(cell), n) or hasattr(cell, n))]
    if missing:
        raise TypeError(
            f'The argument {argument} ({cell!r}) is not a RNNCell: it has no {", ".join(missing)}.'
        )
    return cell


def state_size(cell: Cell) -> Size:
    """The sizes of a cell's state, without the wrappers in which Keras keeps its lists.

    A stack of cells has a tuple, as with Keras 2, also where Keras 3 has a list.
    """
    if isinstance(cell, keras.layers.StackedRNNCells):
        return tuple(map(state_size, cell.cells))
    size = cell.state_size
    return size if hasattr(size, '_fields') else plain_size(size)


def initial_state(cell: Cell, batch_size: IntLike, dtype: DTypeLike) -> Nest:
    """The state of a cell before the first step, with the structure of its `state_size`."""
    options = {'batch_size': batch_size, 'dtype': dtype}
    if IS_KERAS_3:
        known = inspect.signature(cell.get_initial_state).parameters
        options = {name: value for name, value in options.items() if name in known}
    state = cell.get_initial_state(**options)
    if not IS_KERAS_3:
        return state
    flat = tf.nest.flatten(state)
    parts = [s if isinstance(s, tf.TensorArray) else tf.cast(s, dtype) for s in flat]
    size = state_size(cell)
    if hasattr(state, '_fields') or len(tf.nest.flatten(size)) != len(parts):
        return tf.nest.pack_sequence_as(state, parts)
    return tf.nest.pack_sequence_as(size, parts)


def take_step(
    cell: Cell, inputs: Nest, state: Nest, training: bool | None = None, **kwargs: Any
) -> tuple[Nest, Nest]:
    """One step of a cell; the next state has the structure and the types of the state."""
    given = state
    if IS_KERAS_3 and isinstance(cell, keras.layers.StackedRNNCells):
        # As that of Keras 2, which takes the states of its cells in one list, too.
        given = tf.nest.pack_sequence_as(state_size(cell), tf.nest.flatten(state))
    with _fresh_dropout(cell):
        outputs, next_state = cell(inputs, given, training=training, **kwargs)
    flat = zip(tf.nest.flatten(state), tf.nest.flatten(next_state), strict=True)
    return outputs, tf.nest.pack_sequence_as(state, [_of_type(*pair) for pair in flat])


def _of_type(old: Any, new: Any) -> Any:
    if isinstance(new, tf.TensorArray) or not hasattr(old, 'dtype') or old.dtype == new.dtype:
        return new
    return tf.cast(new, old.dtype)


def output_layer_size(cell: Cell, layer: LayerLike | None) -> Any:
    """`TensorShape`s of one output of one example of a cell, behind a layer unless it is None."""
    size = tf.nest.map_structure(tf.TensorShape, plain_size(cell.output_size))
    if layer is None:
        return size

    def through_layer(one: tf.TensorShape) -> tf.TensorShape:
        shape: Any = tf.TensorShape([None]).concatenate(one)
        shape = tuple(shape) if IS_KERAS_3 else shape
        return tf.TensorShape(layer.compute_output_shape(shape))[1:]

    return tf.nest.map_structure(through_layer, size)


@contextlib.contextmanager
def _fresh_dropout(cell: Cell) -> Iterator[None]:
    """New dropout masks within: Keras 3 keeps those of a cell until somebody takes them away."""
    kept = [
        layer
        for layer in (cell._flatten_layers() if IS_KERAS_3 else [])
        if hasattr(layer, 'reset_dropout_mask')
    ]
    for layer in kept:
        layer.reset_dropout_mask()
        layer.reset_recurrent_dropout_mask()
    yield
    for layer in kept:
        layer.reset_dropout_mask()
        layer.reset_recurrent_dropout_mask()
