"""Keras cells, of Keras 2 and of Keras 3, as cells of this package."""

from __future__ import annotations

import inspect

import tensorflow as tf

from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.keras_packages import is_of_keras
from tf_seq2seq_compat.layers.cell_base import RNNCell, in_training
from tf_seq2seq_compat.types import Cell, Nest, Scope, Size


def as_rnn_cell(cell: Cell, argument: str = 'cell') -> Cell:
    """Whatever is a cell, as something with `zero_state` and TF1's call.

    Args:
      cell: An `RNNCell`, an object with `state_size`, `output_size`, `zero_state` (or
        `get_initial_state`) and TF1's call, or a cell of Keras 2 or 3.
      argument: Name of the argument, for the error message.

    Returns:
      `cell` itself, or a `KerasCell` around it.

    Raises:
      TypeError: If it is not a cell; the message says what is missing.

    Example:
      >>> from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
      >>> cell = seq2seq.GRUCell(4)
      >>> as_rnn_cell(cell) is cell
      True
    """
    if isinstance(cell, RNNCell):
        return cell
    if is_of_keras(cell) and hasattr(cell, 'state_size') and not hasattr(cell, 'zero_state'):
        return KerasCell(cell)
    names = ('output_size', 'state_size')
    missing = [f'{name} is missing' for name in names if not _has(cell, name)]
    if not (_has(cell, 'zero_state') or _has(cell, 'get_initial_state')):
        missing.append('zero_state or get_initial_state is missing')
    if not callable(cell):
        missing.append('it cannot be called')
    if isinstance(cell, type):
        missing.append('it is a class, so make an object of it')
    if missing:
        raise TypeError(f'{argument} ({cell!r}) is not an RNNCell: {", ".join(missing)}.')
    return cell


class KerasCell(RNNCell):
    """A Keras cell under TF1's protocol.

    The state has the structure of the Keras cell's `state_size`: `[h, c]` for an LSTM, one tensor
    for a GRU. The weights are the Keras cell's own, with its names; a `scope` is ignored.

    Args:
      cell: A cell of `tf_keras`, of Keras 2, or of Keras 3 on TensorFlow.

    Raises:
      ValueError: If a Keras 3 cell is called in a TF1 graph.

    Example:
      >>> import tf_keras
      >>> from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
      >>> cell = as_rnn_cell(tf_keras.layers.LSTMCell(4))
      >>> output, (h, c) = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
      >>> output.shape
      TensorShape([2, 4])
    """

    _lists_all = True

    def __init__(self, cell: Cell) -> None:
        super().__init__(name=getattr(cell, 'name', None))
        self.cell = cell

    @property
    def _own_variables(self) -> dict[str, tf.Variable]:
        # Those of Keras 2 are found in the cell. One of Keras 3 has its value once it has been
        # built, and none while Keras looks at shapes.
        if isinstance(self.cell, tf.Module):
            return super()._own_variables
        found = {variable.path: variable._value for variable in self.cell.variables}
        return {path: v for path, v in found.items() if isinstance(v, tf.Variable)}

    @property
    def _trains(self) -> bool:
        return 'training' in inspect.signature(self.cell.call).parameters

    @property
    def state_size(self) -> Size:
        return _plain(self.cell.state_size)

    @property
    def output_size(self) -> Size:
        size = getattr(self.cell, 'output_size', None)
        return _plain(tf.nest.flatten(self.state_size)[0] if size is None else size)

    def __call__(  # type: ignore[override]
        self, inputs: Nest, state: Nest, scope: Scope | None = None, *, training: bool | None = None
    ) -> tuple[Nest, Nest]:
        """Takes one step.

        Args:
          inputs: `[batch, depth]`.
          state: Structured as `state_size`.
          scope: Ignored: Keras names its weights itself.
          training: Given on to the Keras cell; else what a cell around this one was given.

        Returns:
          The output and the new state, structured as `state_size`.
        """
        is_keras_3 = not isinstance(self.cell, tf.Module)
        if is_keras_3 and graph_mode():
            raise ValueError(
                f'cell {self.name} is of Keras 3, which does not run in TF1 graphs. Take the same '
                'cell from tf_keras, or run in tf.function.'
            )
        size = self.state_size
        # Keras gives every cell a list of states, even of one.
        one_state = not tf.nest.is_nested(size)
        training = in_training.get() if training is None else training
        options = {} if training is None or not self._trains else {'training': training}
        output, new_state = self.cell(inputs, [state] if one_state else state, **options)
        if hasattr(size, '_fields'):  # of an AttentionWrapper, which has a history beside
            return output, new_state
        if not one_state:
            return output, tf.nest.pack_sequence_as(size, tf.nest.flatten(new_state))
        return output, tf.nest.flatten(new_state)[0]


def _has(cell: Cell, name: str) -> bool:
    # An instance may refuse to compute a property that its class has.
    return hasattr(type(cell), name) or hasattr(cell, name)


def _plain(size: Size) -> Size:
    """A nest of sizes without the wrappers in which Keras keeps its lists."""
    if isinstance(size, tf.TensorShape):
        return size
    if isinstance(size, list):
        return [_plain(part) for part in size]
    if hasattr(size, '_fields'):
        return type(size)(*map(_plain, size))
    if isinstance(size, tuple):
        return tuple(_plain(part) for part in size)
    return int(size)
