"""Variables of functions: the objects that own them, and copies of cells without variables."""

from __future__ import annotations

import contextlib
import copy
import functools
import weakref
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.types import Cell

tf1 = tf.compat.v1

# A cell that is called has a scope and variables. What it was before is kept for the next copy.
_UNUSED: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


@contextlib.contextmanager
def variables_kept_on(owner: Layer | None, function: str) -> Iterator[None]:
    """Sends every `get_variable` in here through `owner`.

    Args:
      owner: The layer, or None where the caller's `get_variable` has a keeper already.
      function: Name of the calling function, for the error message.

    Raises:
      ValueError: If nothing keeps variables: neither a TF1 graph, nor a layer around, nor `owner`.
      TypeError: If `owner` is no `Layer`.
    """
    outer = tf1.get_variable_scope()
    if owner is None:
        if not graph_mode() and outer.custom_getter is None:
            raise ValueError(
                f'{function} makes variables, and outside of a TF1 graph nothing keeps them: every '
                'call would begin with new ones. Give variables=layer, the same seq2seq.Layer() '
                f'at every call, or call {function} within the call method of a seq2seq.Layer.'
            )
        yield
        return
    if not isinstance(owner, Layer):
        raise TypeError(
            f'variables must be a seq2seq.Layer, which keeps the variables, but is {owner!r}. '
            'Make one with seq2seq.Layer() and give it at every call.'
        )
    getter = functools.partial(owner._get_variable_below, outer.name)
    with tf1.variable_scope(outer, custom_getter=getter, auxiliary_name_scope=False):
        yield


def unused_copy(cell: Cell) -> Cell:
    """A copy of a cell as it was before it was called, so that it gets variables of its own.

    Args:
      cell: A cell. A `__deepcopy__` of its own is respected.

    Returns:
      The copy. It shares the tensors (of dropout probabilities, say) of the cell.

    Raises:
      TypeError: If the cell was called before the first copy was asked for.
    """
    if not isinstance(cell, Layer) or type(cell).__deepcopy__ is not Layer.__deepcopy__:
        return copy.deepcopy(cell)
    if cell not in _UNUSED:
        layers = [cell, *(part for part in cell.submodules if isinstance(part, Layer))]
        if not all(layer._first_call for layer in layers):
            raise TypeError(
                f'cell ({cell!r}) was called elsewhere and has variables, so it cannot be copied '
                'for the encoder. Give a new cell.'
            )
        _UNUSED[cell] = copy.deepcopy(cell)
    return copy.deepcopy(_UNUSED[cell])
